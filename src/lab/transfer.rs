//! What a `download` step fetches, and what a server shares.

use std::path::PathBuf;

pub use crate::values::sha256::{NotSha256, Sha256};
pub use crate::values::share::{
    DEFAULT_ASK_WITHIN, DEFAULT_MAX_TRANSFERS, DEFAULT_STALLED_AFTER, FileShare, MOST_FILES, MOST_TRANSFERS, Protocol,
    Shared,
};

/// What a `download` step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// The client's name.
    pub from: String,
    /// What is asked for: a file's name, or for HTTP a path (not percent-encoded).
    pub name: String,
    /// Already joined to the lab file's folder.
    pub save_to: PathBuf,
    /// What the saved file must have.
    pub sha256: Option<Sha256>,
    /// `None`: as the server of that name in this lab serves, else [`Protocol::Files`].
    pub protocol: Option<Protocol>,
}
