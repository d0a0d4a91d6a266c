//! What an endpoint may be called; the window asks here too, so that every lab it makes can be read again.

use thiserror::Error;

use crate::lab::endpoint::MAX_NAME_CHARS;
use crate::lang::visible::is_hidden;

/// Why a name was refused.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NameError {
    #[error("a name can't be empty")]
    Empty,
    #[error("a name has at most {MAX_NAME_CHARS} characters")]
    TooLong,
    #[error("a name can't begin or end with a space")]
    OuterSpace,
    #[error("a name can't hold characters that can't be seen or that turn text around")]
    HiddenCharacter,
}

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
