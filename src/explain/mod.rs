//! What does it mean? Errors, notices and calls in plain words of the user's language, with what to do about them.
//!
//! Pure: everything is made from the [`crate::lab`], the [`crate::trace`] and the locale files.

pub mod breakpoint;
mod call;
mod delivery;
mod errno;
mod export;
pub mod fault;
pub mod filter;
pub mod lesson;
pub mod names;
mod notice;
mod program;
pub mod reach;
mod socket_option;
mod transfer;
pub mod unreachable_groups;

pub use call::{abandoned, call, call_in};
pub use delivery::{Delivery, delivery};
pub use errno::{ErrnoText, errno};
pub use notice::{notice, one_line};
pub use transfer::{end, refusal, stage, verdict, verdict_of};

pub use crate::lang::quantity::{bytes, number, time};

/// What happened, what it means, what to do. `meaning` and `advice` may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// What failed, on which address, with the errno's name: `Port 8000 is already in use (EADDRINUSE, bind …)`.
    pub title: String,
    pub meaning: String,
    pub advice: String,
}

impl Explained {
    fn new(title: impl Into<String>, meaning: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { title: title.into(), meaning: meaning.into(), advice: advice.into() }
    }
}
