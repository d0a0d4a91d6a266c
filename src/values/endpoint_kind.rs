//! Which sockets there are.

use std::fmt;
use std::str::FromStr;

/// Which socket an endpoint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndpointKind {
    TcpServer,
    TcpClient,
    Udp,
    /// AF_UNIX, SOCK_STREAM (unix(7)).
    UnixServer,
    UnixClient,
    /// AF_UNIX, SOCK_DGRAM.
    UnixDatagram,
}

/// What carries the bytes of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    Tcp,
    Udp,
    UnixStream,
    UnixDatagram,
}

/// What an endpoint does with its peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// It listens and accepts.
    Server,
    /// It connects to a server.
    Client,
    /// It exchanges datagrams with any number of peers.
    Datagram,
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

impl EndpointKind {
    pub const ALL: [Self; 6] =
        [Self::TcpServer, Self::TcpClient, Self::Udp, Self::UnixServer, Self::UnixClient, Self::UnixDatagram];

    /// The name in lab files.
    pub fn name(self) -> &'static str {
        match self {
            Self::TcpServer => "tcp-server",
            Self::TcpClient => "tcp-client",
            Self::Udp => "udp",
            Self::UnixServer => "unix-server",
            Self::UnixClient => "unix-client",
            Self::UnixDatagram => "unix-datagram",
        }
    }

    /// What carries its bytes.
    pub fn transport(self) -> Transport {
        match self {
            Self::TcpServer | Self::TcpClient => Transport::Tcp,
            Self::Udp => Transport::Udp,
            Self::UnixServer | Self::UnixClient => Transport::UnixStream,
            Self::UnixDatagram => Transport::UnixDatagram,
        }
    }

    /// What it does with its peers.
    pub fn role(self) -> Role {
        match self {
            Self::TcpServer | Self::UnixServer => Role::Server,
            Self::TcpClient | Self::UnixClient => Role::Client,
            Self::Udp | Self::UnixDatagram => Role::Datagram,
        }
    }

    /// The kind with that transport and role, where there is one.
    pub fn of(transport: Transport, role: Role) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.transport() == transport && kind.role() == role)
    }

    /// True for kinds whose bytes form streams; false for datagrams.
    pub fn is_stream(self) -> bool {
        self.transport().is_stream()
    }

    pub fn is_server(self) -> bool {
        self.role() == Role::Server
    }

    /// True for kinds that connect to a server.
    pub fn is_client(self) -> bool {
        self.role() == Role::Client
    }

    /// True for sockets at a path instead of an address and port.
    pub fn is_unix(self) -> bool {
        !self.transport().is_inet()
    }

    /// The server that a client of this kind connects to.
    pub fn server(self) -> Option<Self> {
        if self.is_client() { Self::of(self.transport(), Role::Server) } else { None }
    }

    /// The client of a server of this kind.
    pub fn client(self) -> Option<Self> {
        if self.is_server() { Self::of(self.transport(), Role::Client) } else { None }
    }

    /// The `recv(n)` of an endpoint that does not say: 1,024 as in the tutorials; for datagrams the largest there is,
    /// because what does not fit is lost.
    pub fn default_recv_size(self) -> u32 {
        if self.is_stream() { 1024 } else { 65_535 }
    }
}

impl fmt::Display for EndpointKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for EndpointKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_a_transport_and_a_role_and_servers_and_clients_find_each_other() {
        for kind in EndpointKind::ALL {
            assert_eq!(EndpointKind::of(kind.transport(), kind.role()), Some(kind));
            assert_eq!(kind.server().and_then(EndpointKind::client), kind.server().map(|_| kind));
            assert_eq!(kind.client().is_some(), kind.is_server());
        }
        assert_eq!(EndpointKind::of(Transport::Udp, Role::Server), None);
        assert_eq!(EndpointKind::UnixClient.server(), Some(EndpointKind::UnixServer));
    }
}
