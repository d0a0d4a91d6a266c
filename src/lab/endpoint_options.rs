//! Which option belongs to which kind of endpoint. The lab file and the form ask here, and nowhere else is it said.

use super::EndpointKind;
use crate::values::endpoint_kind::{Role, Transport};

/// The keys of an endpoint in a lab file, and the kinds that each is for.
pub const KEYS: &[(&str, For)] = &[
    ("name", For::All),
    ("kind", For::All),
    ("local", For::All),
    ("remote", For::Reaching),
    ("serving", For::Servers),
    ("backlog", For::Servers),
    ("accept_limit", For::Servers),
    ("recv_size", For::All),
    ("service", For::All),
    ("close_after_reply", For::All),
    ("quit", For::All),
    ("close_on_eof", For::Streams),
    ("encoding", For::All),
    ("framing", For::Streams),
    ("peers", For::Datagrams),
    ("line_ending", For::All),
    ("nodelay", For::Tcp),
    ("keepalive", For::Tcp),
    ("linger", For::Streams),
    ("reuse_addr", For::Inet),
    ("recv_buffer", For::All),
    ("send_buffer", For::All),
    ("broadcast", For::Udp),
    ("v6_only", For::Inet),
    ("groups", For::Udp),
    ("multicast_ttl", For::Udp),
    ("multicast_loop", For::Udp),
    ("multicast_interface", For::Udp),
];

/// The kinds that have an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    All,
    Servers,
    /// Kinds that go to a remote by themselves.
    Reaching,
    Streams,
    Tcp,
    Datagrams,
    Udp,
    Inet,
}

impl For {
    pub fn has(self, kind: EndpointKind) -> bool {
        let (transport, role) = (kind.transport(), kind.role());
        match self {
            Self::All => true,
            Self::Servers => role == Role::Server,
            Self::Reaching => role != Role::Server,
            Self::Streams => transport.is_stream(),
            Self::Tcp => transport == Transport::Tcp,
            Self::Datagrams => !transport.is_stream(),
            Self::Udp => transport == Transport::Udp,
            Self::Inet => transport.is_inet(),
        }
    }
}

/// Whether an endpoint of that kind has the option; false for what is none.
pub fn has(kind: EndpointKind, key: &str) -> bool {
    KEYS.iter().any(|(known, of)| *known == key && of.has(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_listed_once_and_some_kind_has_it() {
        for (index, (key, of)) in KEYS.iter().enumerate() {
            assert!(KEYS.iter().skip(index + 1).all(|(other, _)| other != key), "{key}");
            assert!(EndpointKind::ALL.into_iter().any(|kind| of.has(kind)), "{key}");
        }
        assert!(!has(EndpointKind::TcpServer, "no-such-option"));
    }

    #[test]
    fn what_only_some_sockets_have_is_not_for_the_others() {
        let having = |key: &str| EndpointKind::ALL.into_iter().filter(|kind| has(*kind, key)).collect::<Vec<_>>();
        use EndpointKind::{TcpClient, TcpServer, Udp, UnixClient, UnixDatagram, UnixServer};
        assert_eq!(having("nodelay"), [TcpServer, TcpClient]);
        assert_eq!(having("linger"), [TcpServer, TcpClient, UnixServer, UnixClient]);
        assert_eq!(having("backlog"), [TcpServer, UnixServer]);
        assert_eq!(having("reuse_addr"), [TcpServer, TcpClient, Udp]);
        assert_eq!(having("remote"), [TcpClient, Udp, UnixClient, UnixDatagram]);
        assert_eq!(having("groups"), [Udp]);
    }
}
