//! What a download asks for, and what a server shares.

pub use crate::values::sha256::{NotSha256, Sha256};
pub use crate::values::share::{
    DEFAULT_ASK_WITHIN, DEFAULT_MAX_TRANSFERS, DEFAULT_STALLED_AFTER, FileShare, MOST_FILES, MOST_TRANSFERS, Protocol,
    Shared,
};
