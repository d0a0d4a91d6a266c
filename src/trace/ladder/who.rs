//! Who stands in a column.

use crate::lab::{Addr, EndpointId};
use crate::trace::ConnId;

/// Whose lifeline it is. Where nobody talks to anybody this is the order of the columns: who connects from outside,
/// clients, servers, datagram sockets, whom our clients connect to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// Not in this lab: nothing of it was observed.
    Caller(Addr),
    /// A client (all its openings).
    Client(EndpointId),
    /// A connection of a server (before) or its listener.
    Server(EndpointId, ServerSocket),
    /// A datagram socket, or a socket that is not yet either.
    Socket(EndpointId),
    Callee(Addr),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ServerSocket {
    Conn(ConnId),
    Listener,
}

impl Who {
    pub fn is_outside(&self) -> bool {
        matches!(self, Self::Caller(_) | Self::Callee(_))
    }
}
