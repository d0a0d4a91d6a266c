//! What an endpoint may be called; the window asks here too, so that every lab it makes can be read again.

use crate::lang::visible::is_hidden;
use crate::lang::{Lang, Words};
use crate::{error_in_words, t};

/// The longest name, in characters.
pub const MAX_NAME_CHARS: usize = 64;

/// Why a name was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    Empty,
    TooLong,
    OuterSpace,
    HiddenCharacter,
}

impl Words for NameError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::Empty => t!(lang, "wrong-no-name"),
            Self::TooLong => t!(lang, "wrong-name-long", most = MAX_NAME_CHARS),
            Self::OuterSpace => t!(lang, "wrong-name-space"),
            Self::HiddenCharacter => t!(lang, "wrong-name-hidden"),
        }
        .into_owned()
    }
}

error_in_words!(NameError);

/// # Errors
/// [`NameError`] for a name that a lab file could not hold or `@name` not name.
pub fn check(name: &str) -> Result<(), NameError> {
    match () {
        () if name.trim().is_empty() => Err(NameError::Empty),
        () if name.chars().count() > MAX_NAME_CHARS => Err(NameError::TooLong),
        () if name.chars().any(is_hidden) => Err(NameError::HiddenCharacter),
        () if name.trim() != name => Err(NameError::OuterSpace),
        () => Ok(()),
    }
}
