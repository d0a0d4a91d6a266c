//! The steps of a lab: what a run does, one after the other.

use std::path::PathBuf;
use std::time::Duration;

use super::address::Remote;
use super::content::Content;
use super::transfer::Download;
use crate::values::How;

/// The most steps that one lab file may hold.
pub const MAX_STEPS: usize = 10_000;

/// One step. Endpoints are named; [`super::file`] has checked that the names exist.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub action: Action,
    /// The step must fail with this errno (`ECONNREFUSED` …).
    pub fails: Option<String>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Ends when the server listens, the client is connected, the UDP socket is bound.
    Open(String),
    /// Ends when every byte was handed to the system.
    Send {
        from: String,
        what: Sent,
        to: To,
    },
    Expect(Expectation),
    /// Ends when the file is saved and looked at.
    Download(Download),
    Wait(Duration),
    Shutdown {
        at: String,
        how: How,
        conn: Option<u32>,
    },
    /// Closes an endpoint, or one connection of a server; `reset` discards what is unsent and sends RST.
    Close {
        at: String,
        conn: Option<u32>,
        reset: bool,
    },
}

impl Step {
    /// An endpoint has a new name: every reference to the old one follows.
    pub fn rename_endpoint(&mut self, old: &str, new: &str) {
        let rename = |name: &mut String| {
            if name == old {
                new.clone_into(name);
            }
        };
        match &mut self.action {
            Action::Open(at)
            | Action::Shutdown { at, .. }
            | Action::Close { at, .. }
            | Action::Expect(Expectation { at, .. })
            | Action::Download(Download { from: at, .. }) => rename(at),
            Action::Send { from, to, .. } => {
                rename(from);
                if let To::Remote(Remote::Endpoint(name)) = to {
                    rename(name);
                }
            }
            Action::Wait(_) => {}
        }
    }
}

/// What a `send` step sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    Bytes(Content),
    /// The contents of a file; the path is already joined to the lab file's folder.
    File(PathBuf),
}

/// Where a `send` step sends.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum To {
    /// The only peer of a client, all connections of a server, the `remote` of a UDP socket.
    #[default]
    All,
    /// One connection of a server.
    Conn(u32),
    /// A UDP destination.
    Remote(Remote),
}

/// What must arrive at an endpoint. At least one of `bytes`, `eof` and `error` is there; where bytes and the end are
/// both named, the bytes come first.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    pub at: String,
    /// Only this connection of a server.
    pub conn: Option<u32>,
    pub bytes: Option<ExpectedBytes>,
    /// The peer ends its side: `recv() = 0`.
    pub eof: bool,
    /// A call at this endpoint fails with this errno.
    pub error: Option<String>,
    pub within: Duration,
}

/// What a step may be said to fail with: the errors of socket and file calls, on some system, and of name look-ups. Of
/// one that has two names, only the one that traces show.
#[rustfmt::skip]
pub const ERRNO_NAMES: &[&str] = &[
    "EACCES", "EADDRINUSE", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EAGAIN", "EALREADY", "EBADF", "EBADMSG", "EBUSY",
    "ECANCELED", "ECONNABORTED", "ECONNREFUSED", "ECONNRESET", "EDESTADDRREQ", "EDQUOT", "EEXIST", "EFAULT", "EFBIG",
    "EHOSTDOWN", "EHOSTUNREACH", "EINPROGRESS", "EINTR", "EINVAL", "EIO", "EISCONN", "EISDIR", "ELOOP", "EMFILE",
    "EMSGSIZE", "ENAMETOOLONG", "ENETDOWN", "ENETRESET", "ENETUNREACH", "ENFILE", "ENOBUFS", "ENODATA", "ENODEV",
    "ENOENT", "ENOMEM", "ENONET", "ENOPROTOOPT", "ENOSPC", "ENOTCONN", "ENOTDIR", "ENOTEMPTY", "ENOTSOCK", "EOPNOTSUPP",
    "EOVERFLOW", "EPERM", "EPFNOSUPPORT", "EPIPE", "EPROTO", "EPROTONOSUPPORT", "EPROTOTYPE", "EROFS", "ESHUTDOWN",
    "ESOCKTNOSUPPORT", "ESPIPE", "ETIMEDOUT", "ETXTBSY", "EAI_NONAME", "EAI_ADDRFAMILY", "EAI_AGAIN",
];

/// How long an `expect` waits that does not say.
pub const DEFAULT_WITHIN: Duration = Duration::from_secs(5);

/// The bytes that an [`Expectation`] waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedBytes {
    Exactly(Content),
    /// This many, whatever they are.
    Count(u64),
}
