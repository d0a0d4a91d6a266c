//! Predictions: what is typed becomes one, or is refused in words.

use std::borrow::Cow;

use bytes::Bytes;

use crate::lab::Localized;
use crate::lang::Lang;
use crate::t;
use crate::trace::Errno;
use crate::trace::prediction::{MAX_BYTES, Predicted};

/// What is predicted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Returns,
    Fails,
    Blocks,
    Bytes,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Returns, Self::Fails, Self::Blocks, Self::Bytes];
}

pub fn kind(lang: Lang, kind: Kind) -> Cow<'static, str> {
    match kind {
        Kind::Returns => t!(lang, "predict-returns"),
        Kind::Fails => t!(lang, "predict-fails"),
        Kind::Blocks => t!(lang, "predict-blocks"),
        Kind::Bytes => t!(lang, "predict-bytes"),
    }
}

/// Reads what was typed for a prediction of that kind.
///
/// # Errors
/// It is no number, no name of an error, or too long.
pub fn read(kind: Kind, typed: &str) -> Result<Predicted, Localized> {
    let typed = typed.trim();
    match kind {
        Kind::Blocks => Ok(Predicted::Blocks),
        Kind::Returns => {
            typed.parse().map(Predicted::Returns).map_err(|_| Localized::said(|lang| t!(lang, "predict-no-number")))
        }
        Kind::Fails => Errno::by_name(&typed.to_ascii_uppercase())
            .map(Predicted::Fails)
            .ok_or_else(|| Localized::said(|lang| t!(lang, "predict-no-error"))),
        Kind::Bytes if typed.len() > MAX_BYTES => {
            Err(Localized::said(|lang| t!(lang, "predict-too-long", most = MAX_BYTES)))
        }
        Kind::Bytes => Ok(Predicted::Bytes(Bytes::copy_from_slice(typed.as_bytes()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_the_wrong_type_is_refused_in_both_languages() {
        for (kind, typed) in
            [(Kind::Returns, "five"), (Kind::Returns, "-1"), (Kind::Returns, ""), (Kind::Fails, "EWHAT")]
        {
            let refused = read(kind, typed).unwrap_err();
            for lang in Lang::ALL {
                assert!(!refused.text(lang).is_empty() && !refused.text(lang).contains("predict-"), "{typed}");
            }
        }
        assert!(read(Kind::Bytes, &"x".repeat(MAX_BYTES + 1)).is_err());
    }

    #[test]
    fn what_is_typed_is_a_number_an_error_or_bytes() {
        assert_eq!(read(Kind::Returns, " 5 "), Ok(Predicted::Returns(5)));
        assert_eq!(read(Kind::Fails, "econnreset"), Ok(Predicted::Fails(Errno::by_name("ECONNRESET").unwrap())));
        assert_eq!(read(Kind::Blocks, "anything"), Ok(Predicted::Blocks));
        assert_eq!(read(Kind::Bytes, "hello"), Ok(Predicted::Bytes(Bytes::from_static(b"hello"))));
    }
}
