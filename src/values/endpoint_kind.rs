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

    /// True for kinds whose bytes form streams; false for datagrams.
    pub fn is_stream(self) -> bool {
        !matches!(self, Self::Udp | Self::UnixDatagram)
    }

    pub fn is_server(self) -> bool {
        matches!(self, Self::TcpServer | Self::UnixServer)
    }

    /// True for kinds that connect to a server.
    pub fn is_client(self) -> bool {
        matches!(self, Self::TcpClient | Self::UnixClient)
    }

    /// True for sockets at a path instead of an address and port.
    pub fn is_unix(self) -> bool {
        matches!(self, Self::UnixServer | Self::UnixClient | Self::UnixDatagram)
    }

    /// The server that a client of this kind connects to.
    pub fn server(self) -> Option<Self> {
        match self {
            Self::TcpClient => Some(Self::TcpServer),
            Self::UnixClient => Some(Self::UnixServer),
            _ => None,
        }
    }

    /// The client of a server of this kind.
    pub fn client(self) -> Option<Self> {
        match self {
            Self::TcpServer => Some(Self::TcpClient),
            Self::UnixServer => Some(Self::UnixClient),
            _ => None,
        }
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
