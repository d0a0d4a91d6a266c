//! Files on their way: what may be read ([`share`]) and listed ([`listing`]), and where it is saved ([`part_file`]).
//!
//! Under the tutorials' protocol the bytes of files do not pass the I/O thread (over HTTP they do). Each transfer that moves
//! has a thread of its own with a second descriptor of the socket ([`sending`], [`receiving`]); the connection's task only
//! begins it, answers requests and closes the socket when the thread is done. The thread records its calls itself, through
//! the same tap; so the calls of two transfers are on record in the order in which their threads reported them, which
//! their times make clear.
//!
//! [`registry`] numbers the transfers and lets the user cancel them; a [`progress::ProgressReporter`] says what becomes of
//! one; [`hashing`] works digests out afterwards, on one thread for all.

pub(in crate::engine) mod download_task;
pub(in crate::engine) mod file_server;
pub(in crate::engine) mod hashing;
pub mod listing;
pub mod part_file;
pub(in crate::engine) mod progress;
pub(in crate::engine) mod receiving;
pub(in crate::engine) mod registry;
pub(in crate::engine) mod sending;
pub mod share;
pub(in crate::engine) mod threads;
pub(in crate::engine) mod validators;

use std::fs::File;
use std::io;

/// Bytes kept of each call that carries a part of a file, so that a file of 10 GB does not fill the trace.
pub const PREVIEW: usize = 256;

/// One `pread`: the file's own place stays where it is.
#[cfg(unix)]
pub(in crate::engine) fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
pub(in crate::engine) fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}
