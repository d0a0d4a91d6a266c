//! What a rule's reply has in braces beside what a template has: fields of the message that is answered, and numbers that
//! are worked out from the reply.

use crate::values::checksum::{Check, CheckError};

/// The widest length.
const MAX_WIDTH: usize = 8;

/// Something that is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// `{frame.id}`: the field of the message, by the protocol that the endpoint's framing names.
    Frame(String),
    /// `{length:2}`: how many bytes follow it in the reply.
    Length(LengthField),
    /// `{checksum:crc-16/modbus}`: of the reply before it.
    Check(Check),
}

/// A length in a reply: `{length:2}`, `{length:4:le:all:-4}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LengthField {
    pub width: usize,
    pub is_little: bool,
    /// It counts the whole reply, and not what follows it.
    pub is_of_all: bool,
    /// Is added to it.
    pub adjust: i32,
}

impl LengthField {
    /// The bytes of the length of a reply in which it ends after `ends` bytes.
    pub fn bytes(&self, reply: usize, ends: usize) -> Vec<u8> {
        let counted = if self.is_of_all { reply } else { reply.saturating_sub(ends) };
        let number = (counted as u64).wrapping_add_signed(self.adjust.into());
        if self.is_little {
            number.to_le_bytes()[..self.width].to_vec()
        } else {
            number.to_be_bytes()[8 - self.width..].to_vec()
        }
    }
}

impl Placeholder {
    /// That of a name; `None` where it is none of these, and the inner error where it is one that is wrong.
    pub fn named(name: &str) -> Option<Result<Self, PlaceholderError>> {
        let (what, rest) = name.split_once([':', '.'])?;
        match (what, name.as_bytes().get(what.len())) {
            ("frame", Some(b'.')) => {
                let is_name = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_lowercase());
                Some(if is_name { Ok(Self::Frame(rest.to_owned())) } else { Err(PlaceholderError::Frame) })
            }
            ("checksum", Some(b':')) => Some(rest.parse().map(Self::Check).map_err(PlaceholderError::Check)),
            ("length", Some(b':')) => Some(length(rest).map(Self::Length).ok_or(PlaceholderError::Length)),
            _ => None,
        }
    }
}

/// Why a placeholder is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceholderError {
    Frame,
    Length,
    Check(CheckError),
}

fn length(text: &str) -> Option<LengthField> {
    let mut parts = text.split(':');
    let width = parts.next()?.parse().ok().filter(|width| (1..=MAX_WIDTH).contains(width))?;
    let mut field = LengthField { width, is_little: false, is_of_all: false, adjust: 0 };
    for part in parts {
        match part {
            "le" => field.is_little = true,
            "be" => field.is_little = false,
            "all" => field.is_of_all = true,
            number => field.adjust = number.parse().ok()?,
        }
    }
    Some(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_counts_what_it_is_told_to() {
        let bytes = |text: &str| length(text).unwrap().bytes(10, 6);
        assert_eq!(bytes("2"), [0, 4]);
        assert_eq!(bytes("2:le"), [4, 0]);
        assert_eq!(bytes("1:all"), [10]);
        assert_eq!(bytes("3:+2"), [0, 0, 6]);
        assert_eq!(bytes("1:-1"), [3]);
        for wrong in ["", "0", "9", "2:x", "x"] {
            assert_eq!(length(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_no_placeholder_of_a_reply_may_be_one_of_a_template() {
        assert_eq!(Placeholder::named("msg"), None);
        assert_eq!(Placeholder::named("frames.id"), None);
        assert_eq!(Placeholder::named("frame.id"), Some(Ok(Placeholder::Frame("id".to_owned()))));
        assert_eq!(Placeholder::named("frame.I d"), Some(Err(PlaceholderError::Frame)));
        assert!(matches!(Placeholder::named("checksum:md5"), Some(Err(PlaceholderError::Check(_)))));
    }
}
