//! Files on their way: what may be read ([`share`]) and listed ([`listing`]), and where it is saved ([`part_file`]).
//!
//! Under the tutorials' protocol the bytes of files do not pass the I/O thread (over HTTP, [`super::http`], they do). Each transfer that moves has a thread of its own with a second descriptor
//! of the socket ([`sending`], [`receiving`]); the connection's task ([`serving`], [`fetching`]) only begins it, answers
//! orders and closes the socket when the thread is done. The thread records its calls itself, through the same tap; so
//! the calls of two transfers are on record in the order in which their threads told them, which their times make clear.
//!
//! [`registry`] numbers the transfers and lets the user cancel them; a [`teller::Teller`] says what becomes of one;
//! [`hashing`] works digests out afterwards, on one thread for all.

pub(in crate::engine) mod fetching;
pub(in crate::engine) mod hashing;
pub mod listing;
pub mod part_file;
pub(in crate::engine) mod receiving;
pub(in crate::engine) mod registry;
mod sending;
mod serving;
pub mod share;
pub(in crate::engine) mod teller;
pub(in crate::engine) mod threads;
pub(in crate::engine) mod wanted;

use std::fs::File;
use std::io;
use std::path::PathBuf;

use crate::lab::transfer::{Protocol, Sha256};

pub(in crate::engine) use fetching::{beside, over};
pub(in crate::engine) use serving::{FileServer, serve};

/// Of each call that carries a part of a file so many bytes are kept, so that a file of 10 GB does not fill the trace.
pub const PREVIEW: usize = 256;

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
    /// An earlier try has saved an empty file there, because the tutorials' server says no by closing: it is taken away
    /// first, if it is still empty.
    pub replaces_empty: bool,
}

/// One `pread`: the file's own place stays where it is.
#[cfg(unix)]
pub(in crate::engine) fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
pub(in crate::engine) fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}
