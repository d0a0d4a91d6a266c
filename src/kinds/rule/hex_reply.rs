//! A reply in bytes: hex, with `$1` for a capture and `{frame.id}` for what is filled in.

use std::fmt;
use std::str::FromStr;

use crate::lang::{Lang, Words};
use crate::values::hex::{self, HexError};
use crate::values::payload::format_hex;
use crate::{error_in_words, t};

/// Bytes and what is filled in, in their order. No two pieces of bytes stand beside each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HexReply(Vec<HexPiece>);

/// A piece of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HexPiece {
    Bytes(Vec<u8>),
    /// `$1`, `${name}`, `{frame.id}`, as it was written.
    Reference(String),
}

/// Why a reply was refused; each `position` counts the characters before the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HexReplyError {
    NotHex {
        position: usize,
        character: char,
    },
    HalfByte {
        position: usize,
    },
    /// A brace or a dollar that names nothing.
    Reference {
        position: usize,
    },
}

impl HexReplyError {
    /// The place of the first character that is wrong.
    pub fn position(self) -> usize {
        match self {
            Self::NotHex { position, .. } | Self::HalfByte { position } | Self::Reference { position } => position,
        }
    }
}

impl Words for HexReplyError {
    fn words(&self, lang: Lang) -> String {
        let at = self.position() + 1;
        match self {
            Self::NotHex { character, .. } => t!(lang, "wrong-hex", at = at, character = character.to_string()),
            Self::HalfByte { .. } => t!(lang, "wrong-half-byte", at = at),
            Self::Reference { .. } => t!(lang, "wrong-hex-reference", at = at),
        }
        .into_owned()
    }
}

error_in_words!(HexReplyError);

impl HexReply {
    pub fn pieces(&self) -> &[HexPiece] {
        &self.0
    }

    /// How many bytes it has, but for those that are filled in.
    pub fn len(&self) -> usize {
        self.0.iter().map(|piece| if let HexPiece::Bytes(bytes) = piece { bytes.len() } else { 0 }).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes, where nothing is filled in.
    pub fn plain(&self) -> Option<&[u8]> {
        match self.0.as_slice() {
            [] => Some(&[]),
            [HexPiece::Bytes(bytes)] => Some(bytes),
            _ => None,
        }
    }
}

impl From<Vec<u8>> for HexReply {
    fn from(bytes: Vec<u8>) -> Self {
        Self(if bytes.is_empty() { Vec::new() } else { vec![HexPiece::Bytes(bytes)] })
    }
}

impl FromStr for HexReply {
    type Err = HexReplyError;

    fn from_str(text: &str) -> Result<Self, HexReplyError> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut plain_at = 0;
        let mut chars = text.chars().enumerate().peekable();
        while let Some((position, character)) = chars.next() {
            if !matches!(character, '$' | '{' | '}') {
                if plain.is_empty() {
                    plain_at = position;
                }
                plain.push(character);
                continue;
            }
            push_plain(&mut pieces, &std::mem::take(&mut plain), plain_at)?;
            let wrong = HexReplyError::Reference { position };
            let mut reference = String::from(character);
            let is_braced = match character {
                '}' => return Err(wrong),
                '$' if chars.next_if(|(_, next)| *next == '{').is_some() => {
                    reference.push('{');
                    true
                }
                brace => brace == '{',
            };
            if is_braced {
                loop {
                    match chars.next() {
                        Some((_, '}')) => break,
                        Some((_, other)) if other != '{' => reference.push(other),
                        Some(_) | None => return Err(wrong),
                    }
                }
                reference.push('}');
            } else {
                while let Some((_, digit)) = chars.next_if(|(_, next)| next.is_ascii_digit()) {
                    reference.push(digit);
                }
                if reference.len() == 1 {
                    return Err(wrong);
                }
            }
            pieces.push(HexPiece::Reference(reference));
        }
        push_plain(&mut pieces, &plain, plain_at)?;
        Ok(Self(pieces))
    }
}

fn push_plain(pieces: &mut Vec<HexPiece>, text: &str, at: usize) -> Result<(), HexReplyError> {
    let bytes = hex::scan(text, |byte| byte, None).map_err(|error| match error {
        HexError::NotHex { position, character } => HexReplyError::NotHex { position: position + at, character },
        HexError::HalfByte { position } => HexReplyError::HalfByte { position: position + at },
    })?;
    if !bytes.is_empty() {
        pieces.push(HexPiece::Bytes(bytes));
    }
    Ok(())
}

impl fmt::Display for HexReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, piece) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            match piece {
                HexPiece::Bytes(bytes) => f.write_str(&format_hex(bytes))?,
                HexPiece::Reference(reference) => f.write_str(reference)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_and_references_are_told_apart() {
        let reply: HexReply = "{frame.id} 00 00 $1 0a0b${name}".parse().unwrap();
        let reference = |text: &str| HexPiece::Reference(text.to_owned());
        let pieces = [
            reference("{frame.id}"),
            HexPiece::Bytes(vec![0, 0]),
            reference("$1"),
            HexPiece::Bytes(vec![10, 11]),
            reference("${name}"),
        ];
        assert_eq!(reply.pieces(), pieces);
        assert_eq!(reply.to_string(), "{frame.id} 00 00 $1 0a 0b ${name}");
        assert_eq!((reply.len(), reply.plain()), (4, None));
        assert_eq!("00 ff".parse::<HexReply>().unwrap().plain(), Some(&[0, 255][..]));
    }

    #[test]
    fn what_is_no_reply_is_refused_with_its_place() {
        for (text, error) in [
            ("0", HexReplyError::HalfByte { position: 0 }),
            ("00 $", HexReplyError::Reference { position: 3 }),
            ("$x", HexReplyError::Reference { position: 0 }),
            ("00 {frame", HexReplyError::Reference { position: 3 }),
            ("00 }", HexReplyError::Reference { position: 3 }),
            ("$1 zz", HexReplyError::NotHex { position: 3, character: 'z' }),
        ] {
            assert_eq!(text.parse::<HexReply>(), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_is_written_is_read_back(text in r"[0-9a-f $\{\}.,x:]{0,20}") {
            if let Ok(reply) = text.parse::<HexReply>() {
                prop_assert_eq!(reply.to_string().parse(), Ok(reply));
            }
        }
    }
}
