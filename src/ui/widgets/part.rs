//! The part that an endpoint plays: what its pane offers depends on that, not on the address family.

use crate::lab::EndpointKind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Server,
    Client,
    /// Datagrams: peers instead of connections.
    Datagram,
}

impl Part {
    pub fn of(kind: EndpointKind) -> Self {
        match kind {
            _ if kind.is_server() => Self::Server,
            _ if kind.is_stream() => Self::Client,
            _ => Self::Datagram,
        }
    }
}
