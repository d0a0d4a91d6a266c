//! An endpoint as the user described it: its kind, addresses and socket options.

use std::time::Duration;

use super::address::{Local, Remote};
use super::client_options::ClientOptions;
use super::encoding::TextEncoding;
use super::framing::Framing;
use super::group::{Group, Interface};
use super::payload::LineEnding;
use super::peer::NamedPeer;
use crate::kinds::fault::FaultSpec;
use crate::kinds::service::ServiceSpec;
pub use crate::values::endpoint_kind::EndpointKind;
use crate::values::endpoint_kind::Role;

/// An endpoint's number for as long as the program runs; lab files use names instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EndpointId(pub u32);

/// How a server treats its clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Serving {
    /// Every client is accepted at once and served beside the others.
    #[default]
    Concurrent,
    /// The next client is accepted when the one before has ended; the others wait in the kernel's accept queue.
    OneAtATime,
}

impl Serving {
    pub fn name(self) -> &'static str {
        match self {
            Self::Concurrent => "concurrent",
            Self::OneAtATime => "one-at-a-time",
        }
    }
}

/// The largest `recv_size` that is taken: 16 MiB.
pub const MAX_RECV_SIZE: u32 = 16 * 1024 * 1024;
/// The largest backlog that is taken; the system may cut it further (`net.core.somaxconn`).
pub const MAX_BACKLOG: u32 = 65_535;
/// The most endpoints that one lab file may hold.
pub const MAX_ENDPOINTS: usize = 1_000;

/// Options set on a socket before it is used; `None` leaves what the system gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SocketOptions {
    /// TCP_NODELAY (tcp(7)): send small segments at once.
    pub nodelay: Option<bool>,
    /// SO_KEEPALIVE (socket(7)).
    pub keepalive: Option<bool>,
    /// SO_LINGER (socket(7)), whole seconds; zero makes `close` reset the connection.
    pub linger: Option<Duration>,
    /// SO_REUSEADDR (socket(7)); `None`: on for servers on Unix, off for the rest.
    pub reuse_addr: Option<bool>,
    /// SO_RCVBUF in bytes (socket(7); Linux doubles it).
    pub recv_buffer: Option<u32>,
    /// SO_SNDBUF in bytes (socket(7); Linux doubles it).
    pub send_buffer: Option<u32>,
    /// SO_BROADCAST (ip(7)): without it a datagram to a broadcast address fails with EACCES.
    pub broadcast: Option<bool>,
    /// IP_RECVERR, IPV6_RECVERR (ip(7), Linux): what ICMP says of datagrams that were sent is read from the error queue.
    pub recverr: Option<bool>,
    /// IPV6_V6ONLY (ipv6(7)).
    pub v6_only: Option<bool>,
    /// IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS: over how many routers datagrams to a group go; 0 keeps them on this machine.
    pub multicast_ttl: Option<u8>,
    /// IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP: whether this machine hears what it sends to a group itself.
    pub multicast_loop: Option<bool>,
    /// IP_MULTICAST_IF, IPV6_MULTICAST_IF: where datagrams to a group leave.
    pub multicast_interface: Option<Interface>,
}

/// What belongs to the role of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerOptions {
    pub serving: Serving,
    /// The n of `listen(n)`.
    pub backlog: u32,
    /// It stops listening after this many connections.
    pub accept_limit: Option<u32>,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self { serving: Serving::default(), backlog: DEFAULT_BACKLOG, accept_limit: None }
    }
}

/// What belongs to transports that carry streams. What lies between the bytes and the user's messages is here too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamOptions {
    /// How the bytes make messages, for the service and for the views.
    pub framing: Framing,
    /// Whether the connection is closed when the peer has ended its side (`recv() = 0`); `None`: yes, unless the
    /// service is manual, clients are served beside each other, and a client is not to connect again.
    pub close_on_eof: Option<bool>,
}

/// What belongs to transports that carry datagrams.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DatagramOptions {
    /// Peers that the user has given a name.
    pub peers: Vec<NamedPeer>,
    /// UDP: the multicast groups that it joins when it opens; at most [`super::group::MAX_GROUPS`].
    pub groups: Vec<Group>,
    /// UDP: the socket is connected to its usual destination; the kernel then lets nothing else in.
    pub connected: Option<bool>,
}

/// What belongs to the role of a relay.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RelayOptions {
    /// All randomness of its faults follows from it.
    pub seed: u64,
    /// Each is behind the one before: what that lets through comes to it.
    pub faults: Vec<FaultSpec>,
}

/// One endpoint of a lab. Options that its kind does not have are as by default.
#[derive(Clone, Debug, PartialEq)]
pub struct EndpointSpec {
    pub name: String,
    pub kind: EndpointKind,
    /// Where the socket is bound; `None`: 127.0.0.1 and any free port for a server, not bound at all for the others.
    pub local: Option<Local>,
    /// A client's server; a UDP socket's usual destination; whom a relay's clients reach, or nobody.
    pub remote: Option<Remote>,
    /// The n of `recv(n)`; `None`: [`EndpointKind::default_recv_size`].
    pub recv_size: Option<u32>,
    pub service: ServiceSpec,
    pub encoding: TextEncoding,
    /// What the composer appends to a text.
    pub line_ending: LineEnding,
    pub options: SocketOptions,
    pub server: ServerOptions,
    pub client: ClientOptions,
    pub stream: StreamOptions,
    pub datagram: DatagramOptions,
    pub relay: RelayOptions,
    /// Each of its calls waits for the user before it is made, from its opening on.
    pub hold: bool,
}

/// The backlog of a server that does not say (Python's tutorials use 3, 5 or 128).
pub const DEFAULT_BACKLOG: u32 = 128;

impl EndpointSpec {
    /// One that works as it is: on 127.0.0.1 and a free port, or at a path among the temporary files. A client
    /// connects to where a server of the tutorials listens.
    pub fn with_defaults(name: impl Into<String>, kind: EndpointKind) -> Self {
        let path = || std::env::temp_dir().join("socket-lab.sock");
        let mut spec = Self::new(name, kind);
        match (kind.role(), kind.transport().is_inet()) {
            // Where it is bound without an address is fit for a server.
            (Role::Server | Role::Relay, true) => {}
            (Role::Client, true) => spec.remote = Remote::parse_inet("127.0.0.1:8000").ok(),
            (Role::Datagram, true) => spec.local = Some(Local::LOOPBACK),
            (Role::Server | Role::Datagram | Role::Relay, false) => spec.local = Some(Local::Path(path())),
            (Role::Client, false) => spec.remote = Some(Remote::Path(path())),
        }
        spec
    }

    pub fn new(name: impl Into<String>, kind: EndpointKind) -> Self {
        Self {
            name: name.into(),
            kind,
            local: None,
            remote: None,
            recv_size: None,
            service: ServiceSpec::default(),
            encoding: TextEncoding::default(),
            line_ending: LineEnding::default(),
            options: SocketOptions::default(),
            server: ServerOptions::default(),
            client: ClientOptions::default(),
            stream: StreamOptions::default(),
            datagram: DatagramOptions::default(),
            relay: RelayOptions::default(),
            hold: false,
        }
    }

    /// The n of `recv(n)` that is in force.
    pub fn recv_size(&self) -> u32 {
        self.recv_size.unwrap_or_else(|| self.kind.default_recv_size())
    }

    /// Where the socket will be bound; `None`: it is not bound before its first use.
    pub fn bind_address(&self) -> Option<Local> {
        let serves = match (self.kind.role(), self.kind.transport().is_inet()) {
            (Role::Server | Role::Relay, true) => true,
            // A UDP socket that only answers must be found; one that asks gets its port from its first sendto().
            (Role::Datagram, true) => {
                !self.service.is_manual() && self.remote.is_none() && self.datagram.groups.is_empty()
            }
            (Role::Client, true) | (_, false) => false,
        };
        self.local.clone().or(serves.then_some(Local::LOOPBACK))
    }

    /// Whether SO_REUSEADDR is set: as the user said, else for servers on Unix (on Windows it means something else,
    /// see SO_EXCLUSIVEADDRUSE).
    pub fn reuse_addr(&self) -> bool {
        self.options.reuse_addr.unwrap_or(self.kind.is_server() && !self.kind.is_unix() && cfg!(unix))
    }

    /// Whether `recv() = 0` ends the connection.
    pub fn close_on_eof(&self) -> bool {
        let ends_by_itself = !self.service.is_manual()
            || self.server.serving == Serving::OneAtATime
            // It can't connect again while the old connection is kept.
            || self.client.reconnect.is_some();
        self.stream.close_on_eof.unwrap_or(ends_by_itself)
    }

    /// True where programs on other machines can reach the socket.
    pub fn reachable_from_lan(&self) -> bool {
        self.bind_address().is_some_and(|local| !local.is_of_this_machine())
    }
}
