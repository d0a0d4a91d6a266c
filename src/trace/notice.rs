//! What the user must know besides the calls themselves: trouble with its address and errno, and the fate of bytes
//! that could not go out. The words, in both languages, are made in [`crate::explain`].

mod file;
mod program;

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
pub use program::ProgramNotice;

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
    /// A call of the system failed.
    CallFailed(CallFailure),
    /// A connection ended while `bytes` still waited to be sent.
    Unsent {
        peer: Option<Addr>,
        bytes: u64,
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
    /// This machine has no interface of that name (if_nametoindex(3)).
    NoSuchInterface {
        name: Arc<str>,
    },
    /// A server that could not accept for a while does so again.
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
    /// A datagram came back: that is what the error queue of its socket says (IP_RECVERR). Told once for each address.
    CameBack {
        to: Addr,
        errno: Errno,
        /// Who has said so.
        by: Option<IpAddr>,
    },
    /// The kernel threw datagrams away because the receive buffer was full; the count since the last such notice.
    KernelDrops {
        dropped: u64,
    },
    /// A message got no reply.
    NoReply(NoReply),
    /// The system does not let this program make the lab's lossy link: it runs without one.
    NoLink {
        errno: Errno,
    },
    /// A client connects again after that pause.
    ConnectsAgain {
        after: Duration,
    },
    /// A client has waited that long for a greeting before its first send, and sends now.
    NoGreeting {
        within: Duration,
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
    /// A server's peer has ended its side, and this side, which nobody has told to close then, goes on.
    HeldOpen {
        peer: Option<Addr>,
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
    /// Something was asked for that can't be done, or not now. No call was made.
    Refused(Refused),
    /// `@name` names an endpoint that is not open.
    PeerNotOpen {
        name: Arc<str>,
    },
    /// The service can't work in the endpoint's encoding; the reason in the words of each language.
    BadService {
        reason: Localized,
    },
    /// A trace file, a recording or an export.
    File(FileNotice),
    Program(ProgramNotice),
}

/// A failed call of the system: which, about what, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct CallFailure {
    /// Its C name.
    pub call: &'static str,
    pub addr: Option<Addr>,
    pub errno: Errno,
    pub detail: Detail,
}

/// What more is known of a failed call.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Detail {
    #[default]
    None,
    /// This many bytes of the payload did not go out.
    Unsent(u64),
    /// Something is at the path that a Unix socket was to be bound to.
    PathTaken(PathTakenBy),
    /// The port is taken, and the system says by whom.
    PortTaken(Box<Holder>),
    /// A multicast group could not be joined, or not left.
    Membership { group: Arc<Group>, join: bool },
    /// A server that accepts tries it again after a while.
    Retried,
    /// The folder or file that a server is to share.
    Share(PathBuf),
}

/// Why something was refused without a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Refused {
    /// A connection that carries files takes no other orders, and one that doesn't takes no downloads.
    NotForFiles,
    /// There is no such endpoint, connection or destination (any more).
    NoSuchTarget(Missing),
    /// `queued` bytes already wait for a peer that doesn't read.
    QueueFull { peer: Option<Addr>, queued: u64 },
    /// An opening was given up because the endpoint was closed meanwhile.
    OpeningCancelled,
    /// The queue of an endpoint's requests is full.
    Busy,
    /// A relay would pass on to itself what comes.
    RelayLoop,
}

/// Why a message got no reply.
#[derive(Clone, Debug, PartialEq)]
pub enum NoReply {
    /// It has characters that the endpoint's encoding lacks.
    NotEncodable { encoding: &'static str, character: char },
    /// A rule's or template's reply is longer than `limit` bytes.
    TooLong { limit: u64 },
    /// None of the rules is for that message. Further ones are not reported until the endpoint is opened again or its rules
    /// change.
    NoRule,
    /// A rule's reply copies a field that the message does not have.
    NoField { name: Arc<str> },
    /// It doesn't fit the endpoint's framing (a length prefix that is too narrow …).
    NotFrameable { reason: Localized },
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

/// What a job named and the engine does not have.
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
    /// No number stands where a message says its length.
    NoNumber,
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
            | Self::Refused(Refused::OpeningCancelled)
            | Self::Localhost { .. }
            | Self::HeldOpen { .. }
            | Self::NoReply(NoReply::NoRule)
            | Self::ConnectsAgain { .. }
            | Self::UrgentByte { .. } => Level::Info,
            Self::File(news) => news.level(),
            Self::Program(news) => news.level(),
            Self::CallFailed(CallFailure { detail: Detail::Retried, .. })
            | Self::MessageCutOff { .. }
            | Self::NoGreeting { .. }
            | Self::NoLink { .. }
            | Self::RepliesCapped { .. }
            | Self::DatagramCut { .. }
            | Self::CameBack { .. }
            | Self::KernelDrops { .. }
            | Self::FileRefused { .. }
            | Self::NeverAsked { .. }
            | Self::Unsent { .. } => Level::Warning,
            Self::TransferEnded(end) => end.level(),
            Self::CallFailed(_)
            | Self::Refused(_)
            | Self::Unresolved { .. }
            | Self::NoSuchInterface { .. }
            | Self::NoReply(_)
            | Self::FramingLost { .. }
            | Self::PeerNotOpen { .. }
            | Self::BadService { .. } => Level::Error,
        }
    }

    /// The failed call, if it is one.
    pub fn call_failure(&self) -> Option<&CallFailure> {
        if let Self::CallFailed(failure) = self { Some(failure) } else { None }
    }

    /// The errno's name where there is one; `EAI_NONAME` for a name that was not resolved.
    pub fn errno_name(&self) -> Option<String> {
        match self {
            Self::CallFailed(failure) => Some(failure.errno.to_string()),
            Self::CameBack { errno, .. } => Some(errno.to_string()),
            Self::Unresolved { reason, .. } => Some(reason.errno_name().to_owned()),
            Self::NoLink { errno } => Some(errno.to_string()),
            Self::NoSuchInterface { .. } => Some("ENODEV".to_owned()),
            Self::Refused(refused) => Some(refused.errno_name().to_owned()),
            Self::TransferEnded(end) => end.errno_name(),
            Self::File(news) => news.errno_name(),
            Self::Program(news) => news.errno_name().map(str::to_owned),
            _ => None,
        }
    }
}

impl CallFailure {
    pub fn new(call: &'static str, addr: Option<Addr>, errno: Errno) -> Self {
        Self { call, addr, errno, detail: Detail::None }
    }

    pub fn with(self, detail: Detail) -> Self {
        Self { detail, ..self }
    }
}

impl Refused {
    /// What a call would give here.
    pub fn errno_name(&self) -> &'static str {
        match self {
            Self::NotForFiles => "EOPNOTSUPP",
            // What send(2) gives on a socket that has no peer.
            Self::NoSuchTarget(Missing::Connection) => "ENOTCONN",
            Self::NoSuchTarget(Missing::Endpoint) => "EBADF",
            Self::NoSuchTarget(Missing::Destination) => "EDESTADDRREQ",
            Self::QueueFull { .. } | Self::Busy => "ENOBUFS",
            Self::OpeningCancelled => "ECANCELED",
            Self::RelayLoop => "ELOOP",
        }
    }
}

impl Resolution {
    /// As getaddrinfo(3) calls it.
    pub fn errno_name(&self) -> &'static str {
        match self {
            Self::Failed(_) => "EAI_NONAME",
            Self::NoSuchFamily => "EAI_ADDRFAMILY",
            Self::TimedOut => "EAI_AGAIN",
        }
    }
}

impl TransferEnd {
    /// The one who downloaded has gone.
    fn was_left(&self) -> bool {
        let (Verdict::CutOff { end, .. } | Verdict::Failed(end)) = &self.verdict else { return false };
        self.way == Way::Sending && end.was_left()
    }

    fn level(&self) -> Level {
        match self.verdict {
            // That nobody can say whether it was all is how the tutorials' protocol is, and no trouble of this transfer.
            Verdict::Identical { .. }
            | Verdict::Complete
            | Verdict::Sent
            | Verdict::RestByRanges { .. }
            | Verdict::MaybeAll => Level::Info,
            Verdict::Empty | Verdict::Refused(_) => Level::Warning,
            Verdict::CutOff { end: End::Cancelled, .. } | Verdict::Failed(End::Cancelled) => Level::Info,
            Verdict::Differs { .. } | Verdict::CutOff { .. } | Verdict::Failed(_) => Level::Error,
        }
    }

    /// What failed, as a step's `fails` names it.
    pub fn errno_name(&self) -> Option<String> {
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
