//! Commands: what the session asks the engine to do.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::kinds::fault::FaultSpec;
use crate::lab::transfer::{Protocol, Sha256};
use crate::lab::{Addr, EndpointId, EndpointSpec, Group, HostPort, Local, TextEncoding};
use crate::trace::filter::Stop;
use crate::trace::frames::Framings;
use crate::trace::held::{HeldId, MessageId};
use crate::trace::transfer::TransferId;
use crate::trace::{ConnId, Ends, Nanos, SocketId};
use crate::values::How;

/// Names one command until its [`Event::Done`](super::event::Event::Done).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// An address that is known, or a host name that the engine has still to resolve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dest {
    Addr(Addr),
    Host(HostPort),
    /// Of an endpoint that is not open: where it will be bound. A datagram socket that is to send there takes its family
    /// from that; there is no address yet.
    NotOpen(Local),
}

/// Which peers of an endpoint are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peers {
    /// Every connection of a server; the only one of a client; the usual destination of a UDP socket.
    All,
    Conn(ConnId),
    /// UDP only.
    Dest(Dest),
}

/// What a client is to download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownloadRequest {
    pub protocol: Protocol,
    /// What is asked for. HTTP: a path, not percent-encoded.
    pub name: String,
    pub save_to: PathBuf,
    pub expected: Option<Sha256>,
    /// What an earlier try has left: HTTP goes on at its end if the file is still the same there, the tutorials'
    /// protocol starts over in it.
    pub part: Option<PathBuf>,
    /// An earlier try has saved an empty file there, because the tutorials' server says no by closing: it is taken away
    /// first, if it is still empty.
    pub replaces_empty: bool,
}

/// Switches the faults of a relay, beside those that its spec has.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultSwitch {
    On(Box<FaultSpec>),
    /// All off, those of the spec too until that changes.
    Calm,
}

/// What becomes of a message that a relay holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on as it came.
    Pass,
    /// It goes on as this.
    Edited(Bytes),
    Drop,
    /// This goes on before it; the message itself is still held.
    Also(Bytes),
}

/// Whom a job is for: an endpoint, and which of its peers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub endpoint: EndpointId,
    pub peers: Peers,
}

/// What an endpoint needs to open.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    pub spec: Arc<EndpointSpec>,
    /// The spec's, with `@name` already looked up.
    pub remote: Option<Dest>,
    /// The number that the first connection gets.
    pub next_conn: u32,
}

/// What one endpoint is to do. Handed down as it is, until somebody does it.
#[derive(Clone, Debug, PartialEq)]
pub enum Job {
    /// Done when the server listens, the client is connected or the UDP socket is ready.
    Open(Opening),
    /// The spec of an endpoint has changed: an open one goes on by it at once, as far as that is possible without opening
    /// it again (see [`crate::lab::change`]), and so do its open connections. `remote` as in [`Opening`]. Refused, it goes
    /// on as before.
    Apply { spec: Arc<EndpointSpec>, remote: Option<Dest> },
    /// Done when the socket and all its connections are closed; also where it was not open.
    Close,
    /// Done when every byte was handed to the system, or when that failed.
    Send(Bytes),
    /// Ends one direction of the connections that are meant, or both.
    Shutdown(How),
    /// Closes the connections that are meant, the endpoint itself stays open. With `reset` what is unsent is discarded and
    /// the peer gets a RST (SO_LINGER with zero seconds).
    CloseConn { reset: bool },
    /// Removes the file of a Unix socket that nobody has open any more; refused for anything else. Handled while the
    /// endpoint is closed, so that the opening after it finds the path free.
    RemoveStale(PathBuf),
    /// Downloads a file over a client: over its open connection where that has not been used up, else over a new one.
    /// The connection is closed in the end. Done when the file is saved and looked at, or when that failed. `opening` is
    /// for a client that is closed.
    Download { opening: Opening, fetch: Box<DownloadRequest> },
    /// Makes an open UDP socket a member of a multicast group, or ends that.
    Membership { group: Box<Group>, join: bool },
    /// Switches faults of an open relay.
    Fault(FaultSwitch),
}

/// The breakpoints that are on, and what their conditions are read with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stops {
    pub stops: Vec<Stop>,
    pub names: Vec<(EndpointId, String, TextEncoding)>,
    /// How the bytes of endpoints are cut into messages, where a condition asks for their fields.
    pub framings: Framings,
    /// When the lab began, on the engine's clock.
    pub origin: Nanos,
}

/// What the session asks of the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A job of one endpoint, answered by exactly one [`Event::Done`](super::event::Event::Done) with its number.
    Do { job: JobId, target: Target, what: Job },
    /// Sends again and again until `times` are out, the endpoint closes, a send fails or [`Command::StopRepeat`]. Answered
    /// as a job is.
    Repeat { job: JobId, target: Target, bytes: Bytes, every: Duration, times: u32 },
    /// Ends a repeat; its own `Done` says so. This command has none.
    StopRepeat { job: JobId },
    /// Ends a transfer, of either way, with a reset; its own news say so. This command has no `Done`.
    CancelTransfer { transfer: TransferId },
    /// Asks the kernel about a socket again and again ([`Event::Kernel`](super::event::Event::Kernel) says what changed), or with `None` no
    /// longer. `ends` are those of a connection that may be closed by now: what the kernel still has of it is looked for by
    /// them. This command has no `Done`.
    Watch { endpoint: EndpointId, socket: SocketId, ends: Option<Arc<Ends>>, every: Option<Duration> },
    /// Asks the system who has that UDP port of this machine; [`Event::Receiver`](super::event::Event::Receiver) answers.
    /// This command has no `Done`.
    FindReceiver(SocketAddr),
    /// Holds an endpoint before its next call, or lets it go. In force when this returns, and without a `Done`.
    Hold { endpoint: EndpointId, on: bool },
    /// An endpoint that may be held is to be closed without asking. This command has no `Done`.
    EndHold(EndpointId),
    /// Lets one held call through. This command has no `Done`.
    LetThrough(HeldId),
    /// Says what becomes of a held message. This command has no `Done`.
    Decide(MessageId, Verdict),
    /// Lets all held messages of an endpoint go on as they came. This command has no `Done`.
    PassAll(EndpointId),
    /// Done when everything that the engine has begun and that need not wait has been done.
    Settle { job: JobId, endpoint: EndpointId },
    /// Replaces the breakpoints. This command has no `Done`.
    SetStops(Stops),
}

impl Command {
    pub fn new(job: JobId, target: impl Into<Target>, what: Job) -> Self {
        Self::Do { job, target: target.into(), what }
    }
}

impl Target {
    /// The one connection that is meant, if it is one.
    pub fn conn(&self) -> Option<ConnId> {
        match self.peers {
            Peers::Conn(conn) => Some(conn),
            Peers::All | Peers::Dest(_) => None,
        }
    }
}

impl From<EndpointId> for Target {
    fn from(endpoint: EndpointId) -> Self {
        Self { endpoint, peers: Peers::All }
    }
}

impl From<(EndpointId, Peers)> for Target {
    fn from((endpoint, peers): (EndpointId, Peers)) -> Self {
        Self { endpoint, peers }
    }
}

impl From<(EndpointId, Option<ConnId>)> for Target {
    fn from((endpoint, conn): (EndpointId, Option<ConnId>)) -> Self {
        Self { endpoint, peers: conn.map_or(Peers::All, Peers::Conn) }
    }
}
