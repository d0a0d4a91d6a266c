//! What the user must know besides the calls themselves: trouble with its address and errno, and the fate of bytes
//! that could not go out. The words, in both languages, are made in [`crate::explain`].

mod file;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::call::{ConnId, Nanos};
use super::errno::Errno;
use super::transfer::{End, Place, Refusal, Verdict, Way};
use crate::lab::transfer::Protocol;
use crate::lab::{Addr, EndpointId, Group, Localized};
pub use file::FileNotice;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Info,
    Warning,
    Error,
}

impl Level {
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One piece of news about an endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub at: Nanos,
    pub endpoint: Option<EndpointId>,
    pub conn: Option<ConnId>,
    pub kind: NoticeKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum NoticeKind {
    /// A call failed; `op` is its C name, `addr` the address it was about.
    CallFailed {
        op: &'static str,
        addr: Option<Addr>,
        errno: Errno,
    },
    /// The system refused a datagram or part of a stream; `unsent` bytes of the payload did not go out.
    NotSent {
        op: &'static str,
        addr: Option<Addr>,
        errno: Errno,
        unsent: u64,
    },
    /// A connection ended while `bytes` still waited to be sent.
    Unsent {
        peer: Option<Addr>,
        bytes: u64,
    },
    /// A Unix socket can't be bound because something is at its path.
    PathTaken {
        path: Addr,
        errno: Errno,
        by: PathTakenBy,
    },
    /// A port is taken, and the system says by whom.
    PortTaken {
        addr: Addr,
        errno: Errno,
        by: Holder,
    },
    /// A host name has no address (getaddrinfo(3)).
    Unresolved {
        host: String,
        reason: Resolution,
    },
    /// `localhost` has another address besides the one that was taken, or it is not the one that most programs mean.
    Localhost {
        taken: IpAddr,
        other: Option<IpAddr>,
    },
    /// A multicast group could not be joined or left.
    MembershipFailed {
        group: Arc<Group>,
        join: bool,
        errno: Errno,
    },
    /// This machine has no interface of that name (if_nametoindex(3)).
    NoSuchInterface {
        name: Arc<str>,
    },
    /// A server can't accept for now; it tries again.
    AcceptPaused {
        errno: Errno,
        local: Addr,
    },
    AcceptResumed {
        local: Addr,
    },
    /// A server has accepted as many as its `accept_limit` says and has stopped listening.
    AcceptLimit {
        limit: u32,
    },
    /// A datagram was longer than `recv_size`; the rest is gone.
    DatagramCut {
        peer: Option<Addr>,
        kept: u64,
        lost: u64,
    },
    /// The kernel threw datagrams away because the receive buffer was full; the count since the last such notice.
    KernelDrops {
        dropped: u64,
    },
    /// A reply has characters that the endpoint's encoding lacks; it was not sent.
    ReplyNotEncodable {
        encoding: &'static str,
        character: char,
    },
    /// A rule's or template's reply is longer than `limit` bytes; it was not sent.
    ReplyTooLong {
        limit: u64,
    },
    /// A message met none of the rules, and is not answered. Further ones are not reported until the endpoint is opened
    /// again or its rules change.
    NoRule,
    /// A reply doesn't fit the endpoint's framing (a length prefix that is too narrow …); it was not sent.
    ReplyNotFrameable {
        reason: Localized,
    },
    /// What came can't be framed from `at` on: the rest of the stream is not answered.
    FramingLost {
        reason: FramingLoss,
        at: u64,
    },
    /// A TCP urgent byte stands after `at` bytes of the stream, and is no part of it.
    UrgentByte {
        at: u64,
    },
    /// The peer ended in the middle of a message of which `bytes` had arrived.
    MessageCutOff {
        bytes: u64,
    },
    /// A service has answered so often within a second that it rests until the second is over.
    RepliesCapped {
        per_second: u32,
    },
    /// A file was asked for that this server doesn't give.
    FileRefused {
        protocol: Protocol,
        name: Arc<str>,
        peer: Option<Addr>,
        refusal: Refusal,
    },
    /// A client connected to a file server and asked for nothing.
    NeverAsked {
        peer: Option<Addr>,
        after: Duration,
    },
    /// A transfer ended otherwise than well, or ended in a way that needs a word (empty, another digest).
    TransferEnded(Box<TransferEnd>),
    /// The folder or file that a server is to share can't be opened.
    NotShared {
        path: PathBuf,
        errno: Errno,
    },
    /// A connection that carries files takes no other orders, and one that doesn't takes no downloads.
    NotForFiles,
    /// There is no such endpoint, connection or destination (any more).
    NoSuchTarget {
        what: Missing,
    },
    /// `@name` names an endpoint that is not open.
    PeerNotOpen {
        name: Arc<str>,
    },
    /// The payload was refused: `queued` bytes already wait for a peer that doesn't read.
    QueueFull {
        peer: Option<Addr>,
        queued: u64,
    },
    /// The service can't work in the endpoint's encoding; the reason in the words of each language.
    BadService {
        reason: Localized,
    },
    /// An opening was given up because the endpoint was closed meanwhile.
    OpeningCancelled,
    /// The queue of an endpoint's requests is full; another one was refused.
    Busy,
    /// A trace file, a recording or an export.
    File(FileNotice),
}

/// What [`NoticeKind::TransferEnded`] tells.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferEnd {
    pub way: Way,
    pub name: Arc<str>,
    pub peer: Option<Addr>,
    /// Bytes that were moved.
    pub moved: u64,
    pub verdict: Verdict,
    pub place: Place,
}

/// What a command named and the engine does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The endpoint is closed.
    Endpoint,
    /// The connection has ended, or the server has none.
    Connection,
    /// A UDP socket without a `remote` was asked to send without saying where.
    Destination,
}

/// Why a stream can't be framed any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FramingLoss {
    /// A message longer than `limit` bytes.
    TooLong { limit: u64 },
    /// A length prefix that announces more than `limit` bytes.
    Lying { announced: u64, limit: u64 },
    /// Bytes are missing.
    Missing,
}

/// Who has a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub pid: u32,
    /// The program's name, as the system shortens it.
    pub program: Arc<str>,
    /// The endpoint, where it is one of this very lab.
    pub endpoint: Option<Arc<str>>,
}

/// What is at the path of a Unix socket that could not be bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathTakenBy {
    /// The file of a socket that is gone: it may be removed.
    Stale,
    /// A socket that is open.
    Live,
    /// Something else, which is never removed.
    Other,
}

/// Why a name was not resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// No such name (EAI_NONAME and its kin), with the system's own words.
    Failed(String),
    /// It has addresses, but none of the family that the socket needs.
    NoSuchFamily,
    /// The system did not answer in time.
    TimedOut,
}

impl NoticeKind {
    /// What a peer did, and nobody here can or need do anything about: a name that is not there, a download that was
    /// broken off. It is shown, and raises no alarm.
    pub fn is_the_peers(&self) -> bool {
        match self {
            Self::FileRefused { refusal, .. } => !matches!(refusal, Refusal::Unreadable { .. }),
            Self::NeverAsked { .. } => true,
            Self::TransferEnded(end) => end.was_left(),
            _ => false,
        }
    }

    pub fn level(&self) -> Level {
        match self {
            _ if self.is_the_peers() => Level::Info,
            Self::AcceptResumed { .. }
            | Self::AcceptLimit { .. }
            | Self::OpeningCancelled
            | Self::Localhost { .. }
            | Self::NoRule
            | Self::UrgentByte { .. } => Level::Info,
            Self::File(news) => news.level(),
            Self::AcceptPaused { .. }
            | Self::MessageCutOff { .. }
            | Self::RepliesCapped { .. }
            | Self::DatagramCut { .. }
            | Self::KernelDrops { .. }
            | Self::FileRefused { .. }
            | Self::NeverAsked { .. }
            | Self::Unsent { .. } => Level::Warning,
            Self::TransferEnded(end) => end.level(),
            Self::CallFailed { .. }
            | Self::NotSent { .. }
            | Self::PathTaken { .. }
            | Self::PortTaken { .. }
            | Self::Unresolved { .. }
            | Self::MembershipFailed { .. }
            | Self::NoSuchInterface { .. }
            | Self::ReplyNotEncodable { .. }
            | Self::ReplyTooLong { .. }
            | Self::ReplyNotFrameable { .. }
            | Self::FramingLost { .. }
            | Self::NoSuchTarget { .. }
            | Self::PeerNotOpen { .. }
            | Self::QueueFull { .. }
            | Self::BadService { .. }
            | Self::NotShared { .. }
            | Self::NotForFiles
            | Self::Busy => Level::Error,
        }
    }

    /// The errno's name where there is one; `EAI_NONAME` for a name that was not resolved.
    pub fn errno_name(&self) -> Option<String> {
        match self {
            Self::CallFailed { errno, .. }
            | Self::NotSent { errno, .. }
            | Self::AcceptPaused { errno, .. }
            | Self::MembershipFailed { errno, .. }
            | Self::NotShared { errno, .. }
            | Self::PathTaken { errno, .. }
            | Self::PortTaken { errno, .. } => Some(errno.to_string()),
            Self::Unresolved { reason, .. } => Some(
                match reason {
                    Resolution::Failed(_) => "EAI_NONAME",
                    Resolution::NoSuchFamily => "EAI_ADDRFAMILY",
                    Resolution::TimedOut => "EAI_AGAIN",
                }
                .to_owned(),
            ),
            Self::NoSuchInterface { .. } => Some("ENODEV".to_owned()),
            // What send(2) gives on a socket that has no peer.
            Self::NoSuchTarget { what: Missing::Connection } => Some("ENOTCONN".to_owned()),
            Self::NoSuchTarget { what: Missing::Endpoint } => Some("EBADF".to_owned()),
            Self::NoSuchTarget { what: Missing::Destination } => Some("EDESTADDRREQ".to_owned()),
            Self::QueueFull { .. } | Self::Busy => Some("ENOBUFS".to_owned()),
            Self::TransferEnded(end) => end.errno_name(),
            Self::File(news) => news.errno_name(),
            Self::NotForFiles => Some("EOPNOTSUPP".to_owned()),
            Self::OpeningCancelled => Some("ECANCELED".to_owned()),
            _ => None,
        }
    }
}

impl TransferEnd {
    /// The one who downloaded has gone.
    fn was_left(&self) -> bool {
        let (Verdict::CutOff { end, .. } | Verdict::Failed(end)) = &self.verdict else { return false };
        let End::Broken { errno, .. } = end else { return false };
        self.way == Way::Sending && matches!(errno.name(), Some("ECONNRESET" | "EPIPE" | "ECONNABORTED"))
    }

    fn level(&self) -> Level {
        match self.verdict {
            // That nobody can say whether it was all is how the tutorials' protocol is, and no trouble of this transfer.
            Verdict::Identical { .. } | Verdict::Complete | Verdict::Sent | Verdict::MaybeAll => Level::Info,
            Verdict::Empty | Verdict::Refused(_) => Level::Warning,
            Verdict::CutOff { end: End::Cancelled, .. } | Verdict::Failed(End::Cancelled) => Level::Info,
            Verdict::Differs { .. } | Verdict::CutOff { .. } | Verdict::Failed(_) => Level::Error,
        }
    }

    /// What failed, as a step's `fails` names it.
    fn errno_name(&self) -> Option<String> {
        let end = match &self.verdict {
            Verdict::CutOff { end, .. } | Verdict::Failed(end) => end,
            Verdict::Refused(refusal) => return Some(refusal.errno_name()),
            Verdict::Differs { .. } => return Some("EBADMSG".to_owned()),
            _ => return None,
        };
        Some(match end {
            End::Broken { errno, .. } | End::Disk { errno, .. } => errno.to_string(),
            End::Stalled { .. } => "ETIMEDOUT".to_owned(),
            End::Cancelled => "ECANCELED".to_owned(),
            End::Status(404) => "ENOENT".to_owned(),
            End::Status(_) | End::Protocol(_) | End::NotAskable(_) => "EPROTO".to_owned(),
            End::Short { .. } | End::Shrank { .. } => "ENODATA".to_owned(),
            End::Refused(refusal) => refusal.errno_name(),
            End::Clean => return None,
        })
    }
}
