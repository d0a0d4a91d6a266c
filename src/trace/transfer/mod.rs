//! File transfers: what the engine reports of each ([`News`]), kept together per transfer, and the verdict in the end.
//!
//! The bytes themselves are in the trace as the calls that carried them; here is what those calls cannot say: which
//! file, how long it is, and whether what was saved is what was sent.

mod ranges;
mod store;
#[cfg(test)]
mod tests;
mod verdict;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use store::{Stage, Transfer, Transfers};
pub use verdict::Verdict;

use super::call::{ConnId, Ends, Nanos};
use super::errno::Errno;
use crate::lab::transfer::{Protocol, Sha256};
use crate::lab::{EndpointId, Localized};

/// Names a transfer for as long as the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransferId(pub u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// A server sends a file.
    Sending,
    /// A client downloads one.
    Receiving,
}

/// Something that happened to a transfer.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    pub id: TransferId,
    pub at: Nanos,
    pub what: What,
}

/// In this order: `Asked`, perhaps `Waiting`, perhaps `Begun`, any number of `Progress` (at most 20 a second), `Ended`,
/// and where there is a file to look at `Verified`.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// There is a new transfer.
    Asked(Box<Asked>),
    /// All of the server's transfers are in use; this one waits for its turn.
    Waiting,
    /// Bytes move from here on.
    Begun {
        /// The whole file's length in bytes, where it is known.
        total: Option<u64>,
        /// How much of it was there before (HTTP ranges): counts towards `total`, not towards `moved`.
        resumed_at: u64,
    },
    /// How many bytes have moved since it began.
    Progress { moved: u64 },
    /// No more bytes will move. Of a download the file is where `place` says.
    Ended { moved: u64, end: End, place: Place },
    /// The whole file on disk has this length and digest: of a download what was saved, of a server what it sent.
    Verified { len: u64, sha256: Sha256 },
    /// The file could not be read again.
    NotVerified { errno: Errno },
}

/// What is known of a transfer from its beginning.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub way: Way,
    pub protocol: Protocol,
    pub endpoint: EndpointId,
    /// `None` while a download has no connection yet; [`Asked::ends`] are then empty too.
    pub conn: Option<ConnId>,
    pub ends: Arc<Ends>,
    /// What was asked for. A peer's name is shown with every unprintable character made visible.
    pub name: Arc<str>,
    /// Downloads only: where the file is to be saved.
    pub save_to: Option<PathBuf>,
    /// Downloads only: the digest that the saved file must have.
    pub expected: Option<Sha256>,
}

/// How a transfer ended, as the side that tells it saw it.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// A server: every byte was handed to the system. A client: the server ended its side in an orderly way, and where
    /// the length was announced, all of it came.
    Clean,
    /// The server of this lab doesn't give it.
    Refused(Refusal),
    /// HTTP: the server answered with this status instead of the file.
    Status(u16),
    /// HTTP: what came is no answer that can be used; in the words of the library.
    Protocol(Arc<str>),
    /// The name of the file can't go out in the endpoint's encoding and framing, and why.
    NotAskable(Arc<Localized>),
    /// The peer ended in an orderly way before the announced length had come.
    Short { expected: u64 },
    /// A socket call failed (ECONNRESET, EPIPE …); `op` is its C name.
    Broken { op: &'static str, errno: Errno },
    /// A file call failed (ENOSPC, EACCES, EEXIST, EIO …); `op` is its C name.
    Disk { op: &'static str, path: PathBuf, errno: Errno },
    /// The file became shorter while it was sent.
    Shrank { expected: u64 },
    /// Nothing moved for this time.
    Stalled { after: Duration },
    /// The user cancelled it, or closed its connection or endpoint.
    Cancelled,
}

impl End {
    /// The peer has gone while bytes were still to go to it.
    pub fn was_left(&self) -> bool {
        let Self::Broken { errno, .. } = self else { return false };
        matches!(errno.name(), Some("ECONNRESET" | "EPIPE" | "ECONNABORTED"))
    }
}

/// Where a download is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// A server's, or a download's that never got as far as a file.
    #[default]
    Nowhere,
    /// Under the name that was asked for.
    Saved(PathBuf),
    /// Interrupted: what came so far.
    Part(PathBuf),
}

/// Why a server of this lab does not give what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The name is empty.
    NoName,
    /// The name has more than [`MAX_NAME`] bytes.
    TooLong { len: u64 },
    /// The name did not come in one `recv` of `size` bytes, which is what the tutorials' protocol reads.
    NotInOneRecv { len: u64, size: u32 },
    /// The name is not UTF-8 (and the endpoint's encoding can't read it either).
    NotText,
    /// The name has a NUL byte.
    Nul,
    /// The name, or a symbolic link on the way, leads out of the folder.
    Outside,
    /// There is no such file.
    NotFound,
    /// It is something else than a regular file.
    NotAFile(FileKind),
    /// The system doesn't let this program read it, or reading failed.
    Unreadable { errno: Errno },
}

impl Refusal {
    /// What a file call of the asking program would have said: what a step's `fails` names.
    pub fn errno_name(&self) -> String {
        match self {
            Self::NoName | Self::NotFound => "ENOENT".to_owned(),
            Self::TooLong { .. } | Self::NotInOneRecv { .. } => "ENAMETOOLONG".to_owned(),
            Self::NotText | Self::Nul => "EINVAL".to_owned(),
            Self::Outside => "EACCES".to_owned(),
            Self::NotAFile(FileKind::Folder) => "EISDIR".to_owned(),
            Self::NotAFile(FileKind::Link) => "ELOOP".to_owned(),
            Self::NotAFile(_) => "EINVAL".to_owned(),
            Self::Unreadable { errno } => errno.to_string(),
        }
    }
}

/// What stands where a file was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Folder,
    Fifo,
    Socket,
    Device,
    /// A symbolic link that can't be followed.
    Link,
    Other,
}

/// The longest name that a client may ask for, in bytes: the longest path of Linux (PATH_MAX without its NUL).
pub const MAX_NAME: usize = 4_095;
