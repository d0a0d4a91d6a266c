//! Which sockets there are: what carries their bytes, and what they do with their peers.

use std::fmt;
use std::str::FromStr;

/// What carries the bytes of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    Tcp,
    Udp,
    /// AF_UNIX, SOCK_STREAM (unix(7)).
    UnixStream,
    /// AF_UNIX, SOCK_DGRAM.
    UnixDatagram,
}

impl Transport {
    /// True where bytes form streams; false for datagrams.
    pub fn is_stream(self) -> bool {
        match self {
            Self::Tcp | Self::UnixStream => true,
            Self::Udp | Self::UnixDatagram => false,
        }
    }

    /// True for an address and port; false for a path.
    pub fn is_inet(self) -> bool {
        match self {
            Self::Tcp | Self::Udp => true,
            Self::UnixStream | Self::UnixDatagram => false,
        }
    }
}

/// What an endpoint does with its peers. The questions below are all that is asked of it where its own work is not meant:
/// a new role answers them here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// It listens and accepts.
    Server,
    /// It connects to a server.
    Client,
    /// It exchanges datagrams with any number of peers.
    Datagram,
    /// It stands between clients and a server, and passes on what they say to each other.
    Relay,
}

impl Role {
    /// True where it listens: its connections are those that it accepts.
    pub fn listens(self) -> bool {
        match self {
            Self::Server | Self::Relay => true,
            Self::Client | Self::Datagram => false,
        }
    }

    /// True where its own socket is the connection.
    pub fn connects(self) -> bool {
        match self {
            Self::Client => true,
            Self::Server | Self::Datagram | Self::Relay => false,
        }
    }

    /// True where it may go to a remote by itself.
    pub fn reaches(self) -> bool {
        match self {
            Self::Client | Self::Datagram | Self::Relay => true,
            Self::Server => false,
        }
    }

    /// The text for what the first endpoint with that role is called.
    pub fn first_name(self) -> &'static str {
        match self {
            Self::Server => "name-server",
            Self::Client => "name-client",
            Self::Datagram => "name-udp",
            Self::Relay => "name-relay",
        }
    }
}

/// Which socket an endpoint is: a role over a transport, under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EndpointKind {
    name: &'static str,
    transport: Transport,
    role: Role,
}

impl EndpointKind {
    pub const TCP_SERVER: Self = Self { name: "tcp-server", transport: Transport::Tcp, role: Role::Server };
    pub const TCP_CLIENT: Self = Self { name: "tcp-client", transport: Transport::Tcp, role: Role::Client };
    pub const UDP: Self = Self { name: "udp", transport: Transport::Udp, role: Role::Datagram };
    pub const UNIX_SERVER: Self = Self { name: "unix-server", transport: Transport::UnixStream, role: Role::Server };
    pub const UNIX_CLIENT: Self = Self { name: "unix-client", transport: Transport::UnixStream, role: Role::Client };
    pub const UNIX_DATAGRAM: Self =
        Self { name: "unix-datagram", transport: Transport::UnixDatagram, role: Role::Datagram };

    pub const RELAY: Self = Self { name: "relay", transport: Transport::Tcp, role: Role::Relay };
    pub const UDP_RELAY: Self = Self { name: "udp-relay", transport: Transport::Udp, role: Role::Relay };
    pub const UNIX_RELAY: Self = Self { name: "unix-relay", transport: Transport::UnixStream, role: Role::Relay };

    /// Every kind, in the order in which the window offers them.
    pub const ALL: [Self; 9] = [
        Self::TCP_SERVER,
        Self::TCP_CLIENT,
        Self::UDP,
        Self::UNIX_SERVER,
        Self::UNIX_CLIENT,
        Self::UNIX_DATAGRAM,
        Self::RELAY,
        Self::UDP_RELAY,
        Self::UNIX_RELAY,
    ];

    /// Its own name. The text `kind-NAME` is what the window calls it.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// The `kind` in lab files: all relays have one, and say their `protocol` beside it.
    pub fn file_name(self) -> &'static str {
        if self.is_relay() { Self::RELAY.name } else { self.name }
    }

    /// The `protocol` of a relay in lab files.
    pub fn protocol(self) -> &'static str {
        match self.transport {
            Transport::Tcp => "tcp",
            Transport::Udp => "udp",
            Transport::UnixStream | Transport::UnixDatagram => "unix",
        }
    }

    /// The relay of that `protocol`.
    pub fn relay(protocol: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.is_relay() && kind.protocol() == protocol)
    }

    /// True for kinds that stand between others.
    pub fn is_relay(self) -> bool {
        self.role == Role::Relay
    }

    /// What carries its bytes.
    pub fn transport(self) -> Transport {
        self.transport
    }

    /// What it does with its peers.
    pub fn role(self) -> Role {
        self.role
    }

    /// The kind with that transport and role, where there is one.
    pub fn of(transport: Transport, role: Role) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.transport == transport && kind.role == role)
    }

    /// True for kinds whose bytes form streams; false for datagrams.
    pub fn is_stream(self) -> bool {
        self.transport.is_stream()
    }

    /// True for kinds that listen and accept.
    pub fn is_server(self) -> bool {
        self.role.listens()
    }

    /// True for kinds that connect to a server.
    pub fn is_client(self) -> bool {
        self.role.connects()
    }

    /// True for sockets at a path instead of an address and port.
    pub fn is_unix(self) -> bool {
        !self.transport.is_inet()
    }

    /// Whether the program can open it on this system.
    pub fn works_here(self) -> bool {
        self.works(cfg!(unix))
    }

    /// Unix sockets are opened on Unix alone: Windows has AF_UNIX too, but the runtime's streams have no such kind there.
    fn works(self, on_unix: bool) -> bool {
        on_unix || !self.is_unix()
    }

    /// True where files can be served to downloads.
    pub fn serves_files(self) -> bool {
        self == Self::TCP_SERVER
    }

    /// True where files can be downloaded.
    pub fn downloads(self) -> bool {
        self == Self::TCP_CLIENT
    }

    /// The server that a client of this kind connects to.
    pub fn server(self) -> Option<Self> {
        if self.is_client() { Self::of(self.transport, Role::Server) } else { None }
    }

    /// The client of a server of this kind, or of a relay.
    pub fn client(self) -> Option<Self> {
        if self.is_server() { Self::of(self.transport, Role::Client) } else { None }
    }

    /// The `recv(n)` of an endpoint that does not say: 1,024 as in the tutorials; for datagrams the largest there is,
    /// because what does not fit is lost; for a relay as much as passes on quickly.
    pub fn default_recv_size(self) -> u32 {
        match (self.is_stream(), self.role) {
            (true, Role::Server | Role::Client | Role::Datagram) => 1024,
            (true, Role::Relay) => 65_536,
            (false, _) => 65_535,
        }
    }
}

impl fmt::Display for EndpointKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl FromStr for EndpointKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.name == text).ok_or(())
    }
}

/// The keys of the texts whose names are made from a kind or a role.
#[cfg(test)]
pub(crate) fn text_keys() -> impl Iterator<Item = String> {
    EndpointKind::ALL.into_iter().map(|kind| format!("kind-{kind}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_a_transport_and_a_role_and_servers_and_clients_find_each_other() {
        for kind in EndpointKind::ALL {
            assert_eq!(EndpointKind::of(kind.transport(), kind.role()), Some(kind));
            assert_eq!(kind.server().and_then(EndpointKind::client), kind.server().map(|_| kind));
            assert_eq!(kind.client().is_some(), kind.is_server() && kind.is_stream());
            assert!(!kind.is_relay() || EndpointKind::relay(kind.protocol()) == Some(kind));
            assert_eq!(kind.name().parse(), Ok(kind), "two kinds have one name");
        }
        assert_eq!(EndpointKind::of(Transport::Udp, Role::Server), None);
        assert_eq!(EndpointKind::UNIX_CLIENT.server(), Some(EndpointKind::UNIX_SERVER));
    }
    #[test]
    fn unix_kinds_are_offered_on_unix_alone() {
        let on = |on_unix: bool| EndpointKind::ALL.into_iter().filter(|kind| kind.works(on_unix)).collect::<Vec<_>>();
        assert_eq!(on(true), EndpointKind::ALL);
        let elsewhere = on(false).into_iter().map(EndpointKind::name).collect::<Vec<_>>();
        assert_eq!(elsewhere, ["tcp-server", "tcp-client", "udp", "relay", "udp-relay"]);
    }
}
