//! What waits for the user: a call that is about to be made, or a message on its way through a relay.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::call::{ConnId, Ends, MadeBy, Nanos, Op, SocketId, called, called_with};
use crate::kinds::fault::Direction;
use crate::lab::EndpointId;

/// Names a held call for as long as the program runs. Later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HeldId(pub u64);

/// A call before its beginning: nothing of it is on record, and the system knows nothing of it.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldCall {
    pub id: HeldId,
    /// Since when it is held.
    pub at: Nanos,
    pub endpoint: EndpointId,
    /// 0 for `socket()`, which makes it; of `accept` the listener's.
    pub socket: SocketId,
    pub conn: Option<ConnId>,
    pub op: Op,
    pub ends: Arc<Ends>,
    /// By which process, where it is a program's.
    pub made_by: Option<Arc<MadeBy>>,
    /// The place of the breakpoint that stopped it in the list of those that are on.
    pub stop: Option<usize>,
}

/// What has become of a call that was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// It is the call of that number in the trace.
    Returned(u64),
    /// It waits in the kernel.
    Blocked,
    /// It was not made: its socket, or what it was made for, is gone.
    GivenUp,
}

impl HeldCall {
    /// The C name under which it is called.
    pub fn name(&self) -> &'static str {
        called(&self.op, self.made_by.as_deref())
    }

    /// The call with its arguments, under the name by which it is called: `read(1024)`.
    pub fn with_arguments(&self) -> String {
        called_with(&self.op, self.made_by.as_deref())
    }

    /// The line of the program's source that calls it: `server.py:14`.
    pub fn source(&self) -> Option<&str> {
        self.made_by.as_ref()?.source.as_deref()
    }

    /// Whether `call`, which has begun or returned since this one was let through, is this one.
    pub fn became(&self, endpoint: EndpointId, socket: SocketId, op: &Op) -> bool {
        // Those two are on record under the socket that they make.
        let makes_socket = matches!(self.op, Op::Socket { .. } | Op::Accept);
        self.endpoint == endpoint && self.op.name() == op.name() && (makes_socket || self.socket == socket)
    }

    /// Which of an endpoint's calls is the next one: what needs nobody else (`send`, `close`) before what waits for a
    /// peer's bytes, and that before what waits for a further client, as a program with one thread would do it; among
    /// equals the one that came first.
    pub fn turn(&self) -> (u8, HeldId) {
        let waits = match self.op {
            Op::Accept => 2,
            Op::Recv { .. } | Op::RecvFrom { .. } => 1,
            _ => 0,
        };
        (waits, self.id)
    }
}

/// Names a held message for as long as the program runs. Later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(pub u64);

/// A message that a relay has received and not yet passed on.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldMessage {
    pub id: MessageId,
    /// Since when it is held.
    pub at: Nanos,
    pub endpoint: EndpointId,
    /// The connection on which it came; `None` for a datagram.
    pub conn: Option<ConnId>,
    pub way: Direction,
    /// Of that connection; of a datagram the client and the server.
    pub ends: Arc<Ends>,
    /// The `recv` that would have given it whole.
    pub op: Op,
    /// The place of its first byte in the stream, or the number of the datagram from 0.
    pub offset: u64,
    /// As it came.
    pub bytes: Bytes,
    /// Where in them its payload is.
    pub payload: Range<usize>,
    /// The place of the breakpoint that stopped it in the list of those that are on.
    pub stop: Option<usize>,
}

/// What has become of a held message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// It goes on, as it came or edited.
    On,
    Dropped,
    /// Its connection has ended first.
    Lost,
}
