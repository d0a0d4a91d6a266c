//! Which call it was, with its arguments: each variant is a function of C.

use std::fmt;
use std::sync::Arc;

use super::foreign::{OTHER_NAMES, OtherCall, known};
use crate::lab::{Addr, Group, Interface};
use crate::values::How;
use crate::values::call_names::OP_NAMES;

/// socket(2): the address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Domain {
    Inet,
    Inet6,
    Unix,
}

impl Domain {
    pub fn c_name(self) -> &'static str {
        match self {
            Self::Inet => "AF_INET",
            Self::Inet6 => "AF_INET6",
            Self::Unix => "AF_UNIX",
        }
    }
}

/// socket(2): stream or datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SocketType {
    Stream,
    Datagram,
}

impl SocketType {
    pub fn c_name(self) -> &'static str {
        match self {
            Self::Stream => "SOCK_STREAM",
            Self::Datagram => "SOCK_DGRAM",
        }
    }
}

/// setsockopt(2): which option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SocketOption {
    ReuseAddr,
    KeepAlive,
    Linger,
    Broadcast,
    RecvBuffer,
    SendBuffer,
    NoDelay,
    V6Only,
    // Multicast, for IPv4 (ip(7)) and IPv6 (ipv6(7)).
    AddMembership,
    DropMembership,
    MulticastTtl,
    MulticastLoop,
    MulticastInterface,
    V6JoinGroup,
    V6LeaveGroup,
    V6MulticastHops,
    V6MulticastLoop,
    V6MulticastInterface,
    // The error queue (ip(7), ipv6(7)).
    RecvErr,
    V6RecvErr,
}

impl SocketOption {
    /// The level and the name, as setsockopt(2) takes them.
    pub fn c_names(self) -> (&'static str, &'static str) {
        match self {
            Self::ReuseAddr => ("SOL_SOCKET", "SO_REUSEADDR"),
            Self::KeepAlive => ("SOL_SOCKET", "SO_KEEPALIVE"),
            Self::Linger => ("SOL_SOCKET", "SO_LINGER"),
            Self::Broadcast => ("SOL_SOCKET", "SO_BROADCAST"),
            Self::RecvBuffer => ("SOL_SOCKET", "SO_RCVBUF"),
            Self::SendBuffer => ("SOL_SOCKET", "SO_SNDBUF"),
            Self::NoDelay => ("IPPROTO_TCP", "TCP_NODELAY"),
            Self::V6Only => ("IPPROTO_IPV6", "IPV6_V6ONLY"),
            Self::AddMembership => ("IPPROTO_IP", "IP_ADD_MEMBERSHIP"),
            Self::DropMembership => ("IPPROTO_IP", "IP_DROP_MEMBERSHIP"),
            Self::MulticastTtl => ("IPPROTO_IP", "IP_MULTICAST_TTL"),
            Self::MulticastLoop => ("IPPROTO_IP", "IP_MULTICAST_LOOP"),
            Self::MulticastInterface => ("IPPROTO_IP", "IP_MULTICAST_IF"),
            Self::V6JoinGroup => ("IPPROTO_IPV6", "IPV6_JOIN_GROUP"),
            Self::V6LeaveGroup => ("IPPROTO_IPV6", "IPV6_LEAVE_GROUP"),
            Self::V6MulticastHops => ("IPPROTO_IPV6", "IPV6_MULTICAST_HOPS"),
            Self::V6MulticastLoop => ("IPPROTO_IPV6", "IPV6_MULTICAST_LOOP"),
            Self::V6MulticastInterface => ("IPPROTO_IPV6", "IPV6_MULTICAST_IF"),
            Self::RecvErr => ("IPPROTO_IP", "IP_RECVERR"),
            Self::V6RecvErr => ("IPPROTO_IPV6", "IPV6_RECVERR"),
        }
    }

    /// The option that makes a socket a member of the group, or ends that.
    pub fn of_membership(group: &Group, join: bool) -> Self {
        match (group.addr.is_ipv4(), join) {
            (true, true) => Self::AddMembership,
            (true, false) => Self::DropMembership,
            (false, true) => Self::V6JoinGroup,
            (false, false) => Self::V6LeaveGroup,
        }
    }

    /// Whether it makes the socket a member of a group (`true`) or ends that; `None` for every other option.
    pub fn joins(self) -> Option<bool> {
        match self {
            Self::AddMembership | Self::V6JoinGroup => Some(true),
            Self::DropMembership | Self::V6LeaveGroup => Some(false),
            _ => None,
        }
    }
}

/// setsockopt(2): the value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OptionValue {
    Int(i32),
    /// The size of a buffer: what was asked for, and what getsockopt(2) said right after it.
    Size {
        asked: i32,
        granted: u32,
    },
    /// `struct linger`; `None` is off.
    Linger(Option<u32>),
    /// `struct ip_mreqn`, `struct ipv6_mreq`.
    Group(Arc<Group>),
    /// The same without a group, or the interface's index.
    Interface(Arc<Interface>),
}

/// `1`, `off`, `5 s`, `239.1.2.3 on 127.0.0.1`
impl fmt::Display for OptionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) | Self::Size { asked: value, .. } => value.fmt(f),
            Self::Linger(None) => f.write_str("off"),
            Self::Linger(Some(seconds)) => write!(f, "{seconds} s"),
            Self::Group(group) => match &group.interface {
                Some(interface) => write!(f, "{} on {interface}", group.addr),
                None => group.addr.fmt(f),
            },
            Self::Interface(interface) => interface.fmt(f),
        }
    }
}

/// A socket call with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    Socket {
        domain: Domain,
        kind: SocketType,
    },
    SetSockOpt {
        option: SocketOption,
        value: OptionValue,
    },
    Bind {
        addr: Arc<Addr>,
    },
    Listen {
        backlog: u32,
    },
    Accept,
    Connect {
        addr: Arc<Addr>,
    },
    Send {
        len: u64,
    },
    SendTo {
        len: u64,
        to: Arc<Addr>,
    },
    SendFile {
        count: u64,
    },
    Recv {
        max: u64,
    },
    RecvFrom {
        max: u64,
    },
    Shutdown {
        how: How,
    },
    Close,
    /// What only programs call.
    Other(Arc<OtherCall>),
}

impl Op {
    /// The C name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Socket { .. } => "socket",
            Self::SetSockOpt { .. } => "setsockopt",
            Self::Bind { .. } => "bind",
            Self::Listen { .. } => "listen",
            Self::Accept => "accept",
            Self::Connect { .. } => "connect",
            Self::Send { .. } => "send",
            Self::SendTo { .. } => "sendto",
            Self::SendFile { .. } => "sendfile",
            Self::Recv { .. } => "recv",
            Self::RecvFrom { .. } => "recvfrom",
            Self::Shutdown { .. } => "shutdown",
            Self::Close => "close",
            Self::Other(call) => call.name,
        }
    }

    /// A C name under which a call may be recorded.
    pub fn known_name(text: &str) -> Option<&'static str> {
        known(&OP_NAMES, text).or_else(|| known(&OTHER_NAMES, text))
    }

    /// A call that only waits for a socket to become ready.
    pub fn only_waits(&self) -> bool {
        matches!(self, Self::Other(call) if call.only_waits())
    }

    /// True for calls that hand bytes to the system.
    pub fn sends(&self) -> bool {
        matches!(self, Self::Send { .. } | Self::SendTo { .. } | Self::SendFile { .. })
    }

    /// True for calls that take bytes from the system.
    pub fn receives(&self) -> bool {
        matches!(self, Self::Recv { .. } | Self::RecvFrom { .. })
    }
}

/// The call with its arguments, without its result: `recv(1024)`, `bind(127.0.0.1:8000)`.
impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self {
            Self::Socket { domain, kind } => write!(f, "{name}({}, {})", domain.c_name(), kind.c_name()),
            Self::SetSockOpt { option, value } => write!(f, "{name}({}, {value})", option.c_names().1),
            Self::Bind { addr } | Self::Connect { addr } => write!(f, "{name}({addr})"),
            Self::Listen { backlog } => write!(f, "{name}({backlog})"),
            Self::Accept | Self::Close => write!(f, "{name}()"),
            Self::Send { len } | Self::SendFile { count: len } => write!(f, "{name}({len})"),
            Self::SendTo { len, to } => write!(f, "{name}({len}, {to})"),
            Self::Recv { max } | Self::RecvFrom { max } => write!(f, "{name}({max})"),
            Self::Shutdown { how } => write!(f, "{name}({})", how.c_name()),
            Self::Other(call) => {
                let args: Vec<&str> = call.args.iter().map(|(_, value)| value.as_str()).collect();
                write!(f, "{name}({})", args.join(", "))
            }
        }
    }
}
