//! One socket call: its arguments, its result, its bytes and how long it took.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use bytes::Bytes;

use super::errno::Errno;
pub use super::op::{Domain, Op, OptionValue, SocketOption, SocketType};
use crate::lab::{Addr, EndpointId};
pub use crate::values::call_names::OP_NAMES;

/// Nanoseconds since the lab began, on the monotonic clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Nanos(pub u64);

impl Nanos {
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Names a socket within its trace, from the call that made it to the one that closes it. 0 is no socket: a call that
/// failed to make one has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u32);

impl SocketId {
    pub const NONE: Self = Self(0);
}

/// A connection as the user numbers it, or (with `None`) what of an endpoint belongs to no connection. A relay's connection
/// has two sockets; the bytes of a stream are found by its [`SocketId`].
pub type StreamKey = (EndpointId, Option<ConnId>);

/// A connection's number within its endpoint, from 1: a server's accepted connections, or a client's openings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnId(pub NonZeroU32);

impl ConnId {
    /// `None` for 0, which is no connection.
    pub fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    pub fn get(self) -> u32 {
        self.0.get()
    }
}

/// The two addresses of a socket; shared by all calls of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ends {
    /// `None` until the socket is bound.
    pub local: Option<Addr>,
    /// `None` for a listener and for a socket that is not connected.
    pub peer: Option<Addr>,
}

/// What a call returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A count of bytes, a file descriptor, or 0.
    Ok(u64),
    Err(Errno),
    /// It waited and never returned: its socket was closed, or the run ended.
    Abandoned,
}

/// Where in a program that the lab has started a call was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeBy {
    pub pid: u32,
    /// The descriptor that it was made on; for `socket` and `accept` the new one.
    pub fd: Option<i32>,
    /// `server.py:14`, where it is known.
    pub source: Option<Arc<str>>,
    /// What the program called, where that is not the C name of the [`Op`]: `read` and `recvmsg` do what `recv` does.
    pub name: Option<&'static str>,
}

/// Whether a program has only looked if something is ready, or has waited for it.
pub(super) fn only_looks(made_by: Option<&MadeBy>, op: &Op, errno: Option<Errno>) -> bool {
    made_by.is_some() && (op.only_waits() || errno.is_some_and(|errno| errno.is("EAGAIN")))
}

/// One socket call, as it was observed.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its number in the trace, from 1, in order of completion. The trace gives it; 0 until then.
    pub seq: u64,
    /// When it was begun.
    pub start: Nanos,
    /// How long it took in nanoseconds, its waiting included.
    pub took: u64,
    pub endpoint: EndpointId,
    /// The socket that it was made on; for `accept` the new one.
    pub socket: SocketId,
    /// The connection it belongs to; for `accept` the new one; `None` for listeners, UDP and sockets not yet connecting.
    pub conn: Option<ConnId>,
    pub op: Op,
    pub outcome: Outcome,
    pub ends: Arc<Ends>,
    /// For calls that move bytes on a stream: the first byte's place in that direction's stream.
    pub offset: Option<u64>,
    /// How many bytes it moved.
    pub len: u64,
    /// Those bytes, up to the snaplen.
    pub data: Bytes,
    /// `recvfrom`: how many bytes of the datagram the buffer had no room for. `close` of a stream: how many bytes had come
    /// that nobody had read, for which the peer gets a reset.
    pub lost: u32,
    /// The name of the service's rule that caused it.
    pub rule: Option<Arc<str>>,
    /// The process that made it; `None` for the lab itself. Of a program, `endpoint` is the number under which the trace
    /// has its name.
    pub made_by: Option<Arc<MadeBy>>,
}

impl Call {
    /// Under which connection it is shown.
    pub fn key(&self) -> StreamKey {
        (self.endpoint, self.conn)
    }

    /// The C name under which it was called.
    pub fn name(&self) -> &'static str {
        called(&self.op, self.made_by.as_deref())
    }

    /// The call with its arguments, under the name by which it was called: `read(1024)`.
    pub fn with_arguments(&self) -> String {
        called_with(&self.op, self.made_by.as_deref())
    }

    /// A connection was begun that a non-blocking `connect` does not wait for.
    pub fn is_in_progress(&self) -> bool {
        matches!(self.op, Op::Connect { .. }) && self.errno().is_some_and(|errno| errno.name() == Some("EINPROGRESS"))
    }

    /// A non-blocking call that found nothing to do: only a program's own probe is a call.
    pub fn found_nothing(&self) -> bool {
        self.errno().is_some_and(|errno| errno.name() == Some("EAGAIN"))
    }

    /// A program has only looked whether something was ready, or waited for it: many of these in a row hide what they
    /// explain.
    pub fn only_looks(&self) -> bool {
        only_looks(self.made_by.as_deref(), &self.op, self.errno())
    }

    pub fn end(&self) -> Nanos {
        Nanos(self.start.0.saturating_add(self.took))
    }

    pub fn errno(&self) -> Option<Errno> {
        match self.outcome {
            Outcome::Ok(_) | Outcome::Abandoned => None,
            Outcome::Err(errno) => Some(errno),
        }
    }

    /// True where it returned without an error: an abandoned call did neither.
    pub fn succeeded(&self) -> bool {
        matches!(self.outcome, Outcome::Ok(_))
    }

    /// True where it waited and never returned.
    pub fn is_abandoned(&self) -> bool {
        self.outcome == Outcome::Abandoned
    }

    /// True where fewer bytes were kept than the call moved.
    pub fn is_truncated(&self) -> bool {
        (self.data.len() as u64) < self.len
    }

    /// True for the `recv() = 0` that says that the peer has ended its side.
    pub fn is_eof(&self) -> bool {
        matches!((&self.op, self.outcome), (Op::Recv { max }, Outcome::Ok(0)) if *max > 0)
    }

    /// The result as a C programmer reads it: `5`, `fd 9`, `-1 ECONNREFUSED`; `?`, as strace writes it, where there is none.
    pub fn result_text(&self) -> String {
        match (&self.op, self.outcome) {
            (_, Outcome::Err(errno)) => format!("-1 {errno}"),
            (_, Outcome::Abandoned) => "?".to_owned(),
            (Op::Socket { .. }, Outcome::Ok(fd)) => format!("fd {fd}"),
            (Op::Accept, Outcome::Ok(fd)) => match self.conn {
                Some(conn) => format!("#{}", conn.get()),
                None => format!("fd {fd}"),
            },
            (_, Outcome::Ok(value)) => value.to_string(),
        }
    }
}

#[cfg(test)]
impl SocketId {
    /// The socket of a connection that has one, in a test whose calls don't name theirs.
    pub(crate) fn sample(endpoint: u32, conn: u32) -> Self {
        Self(1 + endpoint * 100_000 + conn)
    }
}

#[cfg(test)]
impl Call {
    /// A call of the first connection that moved no bytes: a test changes what it is about.
    pub(crate) fn sample(op: Op, outcome: Outcome) -> Self {
        Self {
            seq: 0,
            start: Nanos(0),
            took: 0,
            endpoint: EndpointId(1),
            socket: SocketId(1),
            conn: ConnId::new(1),
            op,
            outcome,
            ends: Arc::new(Ends { local: None, peer: None }),
            offset: None,
            len: 0,
            data: Bytes::new(),
            lost: 0,
            rule: None,
            made_by: None,
        }
    }
}

/// `recv(1024) = 5`
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.with_arguments(), self.result_text())
    }
}

/// Names a call that is still waiting, until it completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WaitToken(pub u64);

/// A call that has begun and not yet returned.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitingCall {
    pub token: WaitToken,
    pub start: Nanos,
    pub endpoint: EndpointId,
    pub socket: SocketId,
    pub conn: Option<ConnId>,
    pub op: Op,
    pub ends: Arc<Ends>,
    pub made_by: Option<Arc<MadeBy>>,
}

pub(super) fn called(op: &Op, made_by: Option<&MadeBy>) -> &'static str {
    made_by.and_then(|made_by| made_by.name).unwrap_or_else(|| op.name())
}

pub(super) fn called_with(op: &Op, made_by: Option<&MadeBy>) -> String {
    let text = op.to_string();
    let own = op.name();
    match called(op, made_by) {
        name if name == own => text,
        name => format!("{name}{}", text.strip_prefix(own).unwrap_or_default()),
    }
}

impl WaitingCall {
    /// Under which connection it is shown.
    pub fn key(&self) -> StreamKey {
        (self.endpoint, self.conn)
    }

    /// The C name under which it was called.
    pub fn name(&self) -> &'static str {
        called(&self.op, self.made_by.as_deref())
    }

    /// The call with its arguments, under the name by which it was called.
    pub fn with_arguments(&self) -> String {
        called_with(&self.op, self.made_by.as_deref())
    }

    /// The record of a call that was given up at that time.
    pub fn abandoned(self, at: Nanos) -> Call {
        Call {
            seq: 0,
            start: self.start,
            took: at.since(self.start),
            endpoint: self.endpoint,
            socket: self.socket,
            conn: self.conn,
            op: self.op,
            outcome: Outcome::Abandoned,
            ends: self.ends,
            offset: None,
            len: 0,
            data: Bytes::new(),
            lost: 0,
            rule: None,
            made_by: self.made_by,
        }
    }
}
