//! Files on their way: what may be read ([`share`]) and listed ([`listing`]), and where it is saved ([`part_file`]).

pub mod listing;
pub mod part_file;
pub mod share;

use std::path::PathBuf;

use crate::lab::transfer::{Protocol, Sha256};

/// What a client is to download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    pub protocol: Protocol,
    /// What is asked for. HTTP: a path, not percent-encoded.
    pub name: String,
    pub save_to: PathBuf,
    pub expected: Option<Sha256>,
    /// What an earlier try has left: HTTP goes on at its end if the file is still the same there, the tutorials'
    /// protocol begins anew in it.
    pub part: Option<PathBuf>,
}
