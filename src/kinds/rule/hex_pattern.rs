//! Bytes that a rule looks for, of which some may be any: `01 ?? 0a`.
//!
//! `80/c0` is a byte that has these bits where the mask has ones, `*` stands for any number of bytes, and what stands in
//! round brackets can be written into the reply as `$1`.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use regex::bytes::{Regex, RegexBuilder};

use super::MAX_PATTERN_BYTES;
use crate::lang::{Lang, Words};
use crate::values::hex::{self, HexError};
use crate::{error_in_words, t};

/// The most memory that a pattern may take once it is compiled: each of its bytes is a step.
const MAX_COMPILED: usize = 4 * 1024 * 1024;
/// The most captures.
pub const MAX_CAPTURES: usize = 100;

/// Bytes of which some may be any. Copies share what was compiled.
#[derive(Clone)]
pub struct HexPattern {
    elements: Box<[Element]>,
    compiled: Regex,
}

/// A piece of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Byte(u8),
    Any,
    /// These bits where the mask has ones.
    Bits {
        bits: u8,
        mask: u8,
    },
    /// Any number of bytes.
    Rest,
    Open,
    Close,
}

/// Why a pattern of bytes was refused; each `position` counts the characters before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HexPatternError {
    Empty,
    Long,
    NotHex {
        position: usize,
        character: char,
    },
    HalfByte {
        position: usize,
    },
    /// A bracket without its partner, or with nothing in it.
    Bracket {
        position: usize,
    },
    /// A mask that stands behind no byte, or is none.
    Mask {
        position: usize,
    },
}

impl HexPatternError {
    /// The place of the first character that is wrong, where there is one.
    pub fn position(self) -> Option<usize> {
        match self {
            Self::NotHex { position, .. }
            | Self::HalfByte { position }
            | Self::Bracket { position }
            | Self::Mask { position } => Some(position),
            Self::Empty | Self::Long => None,
        }
    }
}

impl Words for HexPatternError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::Empty => t!(lang, "wrong-bytes-empty"),
            Self::Long => t!(lang, "wrong-hex-long", most = MAX_PATTERN_BYTES),
            Self::NotHex { position, character } => {
                t!(lang, "wrong-bytes", at = position + 1, character = character.to_string())
            }
            Self::HalfByte { position } => t!(lang, "wrong-bytes-half", at = position + 1),
            Self::Bracket { position } => t!(lang, "wrong-bytes-bracket", at = position + 1),
            Self::Mask { position } => t!(lang, "wrong-bytes-mask", at = position + 1),
        }
        .into_owned()
    }
}

error_in_words!(HexPatternError);

impl HexPattern {
    fn new(elements: Vec<Element>) -> Result<Self, HexPatternError> {
        match elements.iter().filter(|element| !matches!(element, Element::Open | Element::Close)).count() {
            0 => return Err(HexPatternError::Empty),
            1..=MAX_PATTERN_BYTES => {}
            _ => return Err(HexPatternError::Long),
        }
        let mut source = "(?s-u)^".to_owned();
        for element in &elements {
            // Writing to a String does not fail.
            let _ = match *element {
                Element::Byte(byte) => write!(source, r"\x{byte:02x}"),
                Element::Any => write!(source, "."),
                Element::Bits { bits, mask } => {
                    let having = (0..=u8::MAX).filter(|byte| byte & mask == bits & mask);
                    let listed: String = having.map(|byte| format!(r"\x{byte:02x}")).collect();
                    write!(source, "[{listed}]")
                }
                Element::Rest => write!(source, ".*"),
                Element::Open => write!(source, "("),
                Element::Close => write!(source, ")"),
            };
        }
        source.push('$');
        let built = RegexBuilder::new(&source).size_limit(MAX_COMPILED).dfa_size_limit(MAX_COMPILED).build();
        Ok(Self { elements: elements.into(), compiled: built.map_err(|_| HexPatternError::Long)? })
    }

    /// Whether a message is such bytes, all of it.
    pub fn matches(&self, message: &[u8]) -> bool {
        self.compiled.is_match(message)
    }

    /// Which looks at the bytes themselves.
    pub fn compiled(&self) -> &Regex {
        &self.compiled
    }

    /// How many captures there are, with number 0, the whole message.
    pub(super) fn captures(&self) -> usize {
        self.compiled.captures_len()
    }
}

impl FromStr for HexPattern {
    type Err = HexPatternError;

    /// As [`crate::lab::payload::parse_hex`] takes bytes, with `??` for any: `01 ?? 0a`, `01??0a`, `0x01,??,0x0a`.
    fn from_str(text: &str) -> Result<Self, HexPatternError> {
        let mut elements = Vec::new();
        let mut plain = String::new();
        let mut plain_at = 0;
        let mut open = None;
        let mut captures = 0;
        let mut chars = text.chars().enumerate().peekable();
        while let Some((position, character)) = chars.next() {
            if !matches!(character, '(' | ')' | '*' | '/') {
                if plain.is_empty() {
                    plain_at = position;
                }
                plain.push(character);
                continue;
            }
            push_plain(&mut elements, &std::mem::take(&mut plain), plain_at)?;
            match (character, open, elements.last().copied()) {
                ('(', None, _) if captures < MAX_CAPTURES => {
                    (open, captures) = (Some(position), captures + 1);
                    elements.push(Element::Open);
                }
                (')', Some(_), Some(last)) if last != Element::Open => {
                    open = None;
                    elements.push(Element::Close);
                }
                ('(' | ')', ..) => return Err(HexPatternError::Bracket { position }),
                ('*', ..) => elements.push(Element::Rest),
                (_, _, Some(Element::Byte(bits))) => {
                    let mut digit =
                        || chars.next().and_then(|(_, digit)| digit.to_digit(16)).and_then(|d| u8::try_from(d).ok());
                    let mask = digit().zip(digit()).map(|(high, low)| high << 4 | low);
                    let mask = mask.ok_or(HexPatternError::Mask { position })?;
                    elements.pop();
                    elements.push(Element::Bits { bits, mask });
                }
                _ => return Err(HexPatternError::Mask { position }),
            }
        }
        push_plain(&mut elements, &plain, plain_at)?;
        match open {
            Some(position) => Err(HexPatternError::Bracket { position }),
            None => Self::new(elements),
        }
    }
}

/// Bytes and `??`, which begin at that character.
fn push_plain(elements: &mut Vec<Element>, text: &str, at: usize) -> Result<(), HexPatternError> {
    let scanned = hex::scan(text, Element::Byte, Some(&Element::Any)).map_err(|error| match error {
        HexError::NotHex { position, character } => HexPatternError::NotHex { position: position + at, character },
        HexError::HalfByte { position } => HexPatternError::HalfByte { position: position + at },
    })?;
    elements.extend(scanned);
    Ok(())
}

impl fmt::Display for HexPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut is_first = true;
        for element in &self.elements {
            let is_close = *element == Element::Close;
            if !std::mem::replace(&mut is_first, *element == Element::Open) && !is_close {
                f.write_str(" ")?;
            }
            match element {
                Element::Byte(byte) => write!(f, "{byte:02x}")?,
                Element::Any => f.write_str("??")?,
                Element::Bits { bits, mask } => write!(f, "{bits:02x}/{mask:02x}")?,
                Element::Rest => f.write_str("*")?,
                Element::Open => f.write_str("(")?,
                Element::Close => f.write_str(")")?,
            }
        }
        Ok(())
    }
}

impl PartialEq for HexPattern {
    fn eq(&self, other: &Self) -> bool {
        self.elements == other.elements
    }
}

impl Eq for HexPattern {}

impl fmt::Debug for HexPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HexPattern").field(&self.to_string()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(text: &str) -> HexPattern {
        text.parse().unwrap()
    }

    #[test]
    fn any_byte_may_stand_where_the_pattern_says_so() {
        let found = pattern("01 ?? 0A");
        assert!(found.matches(b"\x01\xff\x0a") && found.matches(b"\x01\x00\x0a"));
        for other in [b"\x01\x00\x0b".as_slice(), b"\x01\x00\x0a\x00", b"\x01\x00", b""] {
            assert!(!found.matches(other), "{other:?}");
        }
        for text in ["01??0a", "0x01,??,0x0A", "01:??:0a", " 01\n??\t0a ", "01-??-0a"] {
            assert_eq!(pattern(text), found, "{text}");
        }
        assert_eq!(found.to_string(), "01 ?? 0a");
    }

    #[test]
    fn bad_patterns_are_refused_with_their_place() {
        for (text, error) in [
            ("", HexPatternError::Empty),
            ("  ", HexPatternError::Empty),
            ("01 ?", HexPatternError::HalfByte { position: 3 }),
            ("01 ?1", HexPatternError::HalfByte { position: 3 }),
            ("1?", HexPatternError::HalfByte { position: 0 }),
            ("010", HexPatternError::HalfByte { position: 2 }),
            ("0x", HexPatternError::NotHex { position: 1, character: 'x' }),
            ("0x??", HexPatternError::NotHex { position: 2, character: '?' }),
            ("010x02", HexPatternError::HalfByte { position: 2 }),
            ("01,,02", HexPatternError::NotHex { position: 3, character: ',' }),
            ("你", HexPatternError::NotHex { position: 0, character: '你' }),
        ] {
            assert_eq!(text.parse::<HexPattern>(), Err(error), "{text:?}");
        }
        assert_eq!("??".repeat(MAX_PATTERN_BYTES + 1).parse::<HexPattern>(), Err(HexPatternError::Long));
    }

    #[test]
    fn bits_captures_and_any_number_of_bytes_are_found() {
        let found = pattern("(?? ??) 80/c0 (*) 0d");
        assert!(found.matches(b"\x01\x02\xbf\x0d") && found.matches(b"\x01\x02\x80abc\x0d"));
        assert!(!found.matches(b"\x01\x02\xc0\x0d") && !found.matches(b"\x01\x02\x80"));
        let captures = found.compiled().captures(b"\x01\x02\x80\nab\x0d").unwrap();
        assert_eq!((&captures[1], &captures[2], found.captures()), (&b"\x01\x02"[..], &b"\nab"[..], 3));
        assert_eq!(found.to_string(), "(?? ??) 80/c0 (*) 0d");
        for (text, error) in [
            ("(01", HexPatternError::Bracket { position: 0 }),
            ("01 )", HexPatternError::Bracket { position: 3 }),
            ("()", HexPatternError::Bracket { position: 1 }),
            ("((01))", HexPatternError::Bracket { position: 1 }),
            ("/01", HexPatternError::Mask { position: 0 }),
            ("??/01", HexPatternError::Mask { position: 2 }),
            ("01/0", HexPatternError::Mask { position: 2 }),
            ("(01) 0x", HexPatternError::NotHex { position: 6, character: 'x' }),
        ] {
            assert_eq!(text.parse::<HexPattern>(), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text: String, near in r"[0-9a-fx?,()*/ ]{0,20}") {
            for text in [&text, &near] {
                if let Ok(pattern) = text.parse::<HexPattern>() {
                    prop_assert_eq!(pattern.to_string().parse::<HexPattern>(), Ok(pattern));
                }
            }
        }
    }
}
