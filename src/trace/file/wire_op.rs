//! The structures of a call's operation and of addresses, as in [`super::wire`].

use std::ffi::OsString;
use std::net::{SocketAddr, SocketAddrV4, SocketAddrV6};
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use crate::lab::{Addr, Group, Interface};
use crate::trace::foreign::{ARGUMENT_NAMES, known};
use crate::trace::{Domain, Op, OptionValue, OtherCall, SocketOption, SocketType};
use crate::values::How;

pub(super) fn as_bytes<S: Serializer>(bytes: &&[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum WireAddr<'a> {
    V4 {
        ip: [u8; 4],
        port: u16,
    },
    V6 {
        ip: [u8; 16],
        port: u16,
        flow: u32,
        scope: u32,
    },
    /// The path's bytes, as the system has them where it has bytes.
    #[serde(borrow)]
    Unix(#[serde(serialize_with = "as_bytes")] &'a [u8]),
    Unnamed,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum WireOp<'a> {
    Socket {
        domain: u8,
        kind: u8,
    },
    SetSockOpt {
        /// As in C: `SO_REUSEADDR`.
        option: &'a str,
        #[serde(borrow)]
        value: WireValue<'a>,
    },
    Bind(#[serde(borrow)] WireAddr<'a>),
    Listen(u32),
    Accept,
    Connect(#[serde(borrow)] WireAddr<'a>),
    Send(u64),
    SendTo(u64, #[serde(borrow)] WireAddr<'a>),
    SendFile(u64),
    Recv(u64),
    RecvFrom(u64),
    /// 0 SHUT_RD, 1 SHUT_WR, 2 SHUT_RDWR
    Shutdown(u8),
    Close,
    /// What only programs call: its C name, and its arguments by their names.
    Other {
        name: &'a str,
        #[serde(borrow)]
        args: Vec<(&'a str, &'a str)>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum WireValue<'a> {
    Int(i32),
    Linger(Option<u32>),
    Group4 {
        addr: [u8; 4],
        #[serde(borrow)]
        interface: Option<WireInterface<'a>>,
    },
    Group6 {
        addr: [u8; 16],
        #[serde(borrow)]
        interface: Option<WireInterface<'a>>,
    },
    Interface(#[serde(borrow)] WireInterface<'a>),
    /// The tag of a buffer.
    Size {
        asked: i32,
        granted: u32,
    },
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum WireInterface<'a> {
    Address([u8; 4]),
    Index(u32),
    Name(&'a str),
}

const OPTIONS: [SocketOption; 20] = [
    SocketOption::ReuseAddr,
    SocketOption::KeepAlive,
    SocketOption::Linger,
    SocketOption::Broadcast,
    SocketOption::RecvBuffer,
    SocketOption::SendBuffer,
    SocketOption::NoDelay,
    SocketOption::V6Only,
    SocketOption::AddMembership,
    SocketOption::DropMembership,
    SocketOption::MulticastTtl,
    SocketOption::MulticastLoop,
    SocketOption::MulticastInterface,
    SocketOption::V6JoinGroup,
    SocketOption::V6LeaveGroup,
    SocketOption::V6MulticastHops,
    SocketOption::V6MulticastLoop,
    SocketOption::V6MulticastInterface,
    SocketOption::RecvErr,
    SocketOption::V6RecvErr,
];

impl<'a> WireAddr<'a> {
    pub(super) fn of(addr: &'a Addr) -> Self {
        match addr {
            Addr::Inet(SocketAddr::V4(addr)) => Self::V4 { ip: addr.ip().octets(), port: addr.port() },
            Addr::Inet(SocketAddr::V6(addr)) => {
                Self::V6 { ip: addr.ip().octets(), port: addr.port(), flow: addr.flowinfo(), scope: addr.scope_id() }
            }
            Addr::Unix(path) => Self::Unix(path.as_os_str().as_encoded_bytes()),
            Addr::Unnamed => Self::Unnamed,
        }
    }

    pub(super) fn addr(self) -> Addr {
        match self {
            Self::V4 { ip, port } => Addr::Inet(SocketAddrV4::new(ip.into(), port).into()),
            Self::V6 { ip, port, flow, scope } => Addr::Inet(SocketAddrV6::new(ip.into(), port, flow, scope).into()),
            Self::Unix(path) => Addr::Unix(PathBuf::from(os_string(path))),
            Self::Unnamed => Addr::Unnamed,
        }
    }
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

impl<'a> WireOp<'a> {
    pub(super) fn of(op: &'a Op) -> Self {
        match op {
            Op::Socket { domain, kind } => Self::Socket {
                domain: match domain {
                    Domain::Inet => 0,
                    Domain::Inet6 => 1,
                    Domain::Unix => 2,
                },
                kind: match kind {
                    SocketType::Stream => 0,
                    SocketType::Datagram => 1,
                },
            },
            Op::SetSockOpt { option, value } => {
                Self::SetSockOpt { option: option.c_names().1, value: WireValue::of(value) }
            }
            Op::Bind { addr } => Self::Bind(WireAddr::of(addr)),
            Op::Listen { backlog } => Self::Listen(*backlog),
            Op::Accept => Self::Accept,
            Op::Connect { addr } => Self::Connect(WireAddr::of(addr)),
            Op::Send { len } => Self::Send(*len),
            Op::SendTo { len, to } => Self::SendTo(*len, WireAddr::of(to)),
            Op::SendFile { count } => Self::SendFile(*count),
            Op::Recv { max } => Self::Recv(*max),
            Op::RecvFrom { max } => Self::RecvFrom(*max),
            Op::Shutdown { how } => Self::Shutdown(match how {
                How::Read => 0,
                How::Write => 1,
                How::Both => 2,
            }),
            Op::Close => Self::Close,
            Op::Other(call) => {
                let args = call.args.iter().map(|(name, value)| (*name, value.as_str())).collect();
                Self::Other { name: call.name, args }
            }
        }
    }

    pub(super) fn op(self) -> Result<Op, &'static str> {
        let addr = |addr: WireAddr<'_>| Arc::new(addr.addr());
        Ok(match self {
            Self::Socket { domain, kind } => Op::Socket {
                domain: match domain {
                    0 => Domain::Inet,
                    1 => Domain::Inet6,
                    2 => Domain::Unix,
                    _ => return Err("an unknown address family"),
                },
                kind: match kind {
                    0 => SocketType::Stream,
                    1 => SocketType::Datagram,
                    _ => return Err("an unknown socket type"),
                },
            },
            Self::SetSockOpt { option, value } => Op::SetSockOpt {
                option: OPTIONS
                    .into_iter()
                    .find(|known| known.c_names().1 == option)
                    .ok_or("an unknown socket option")?,
                value: value.value(),
            },
            Self::Bind(bound) => Op::Bind { addr: addr(bound) },
            Self::Listen(backlog) => Op::Listen { backlog },
            Self::Accept => Op::Accept,
            Self::Connect(peer) => Op::Connect { addr: addr(peer) },
            Self::Send(len) => Op::Send { len },
            Self::SendTo(len, to) => Op::SendTo { len, to: addr(to) },
            Self::SendFile(count) => Op::SendFile { count },
            Self::Recv(max) => Op::Recv { max },
            Self::RecvFrom(max) => Op::RecvFrom { max },
            Self::Shutdown(0) => Op::Shutdown { how: How::Read },
            Self::Shutdown(1) => Op::Shutdown { how: How::Write },
            Self::Shutdown(2) => Op::Shutdown { how: How::Both },
            Self::Shutdown(_) => return Err("an unknown way to shut down"),
            Self::Close => Op::Close,
            Self::Other { name, args } => Op::Other(Arc::new(OtherCall {
                name: Op::known_name(name).ok_or("an unknown call")?,
                args: args
                    .into_iter()
                    .map(|(name, value)| Some((known(&ARGUMENT_NAMES, name)?, value.to_owned())))
                    .collect::<Option<_>>()
                    .ok_or("an unknown argument")?,
            })),
        })
    }
}

impl<'a> WireValue<'a> {
    pub(super) fn of(value: &'a OptionValue) -> Self {
        match value {
            OptionValue::Int(value) => Self::Int(*value),
            OptionValue::Size { asked, granted } => Self::Size { asked: *asked, granted: *granted },
            OptionValue::Linger(seconds) => Self::Linger(*seconds),
            OptionValue::Group(group) => {
                let interface = group.interface.as_ref().map(WireInterface::of);
                match group.addr {
                    std::net::IpAddr::V4(addr) => Self::Group4 { addr: addr.octets(), interface },
                    std::net::IpAddr::V6(addr) => Self::Group6 { addr: addr.octets(), interface },
                }
            }
            OptionValue::Interface(interface) => Self::Interface(WireInterface::of(interface)),
        }
    }

    pub(super) fn value(self) -> OptionValue {
        let group = |addr, interface: Option<WireInterface<'_>>| {
            OptionValue::Group(Arc::new(Group { addr, interface: interface.map(WireInterface::interface) }))
        };
        match self {
            Self::Int(value) => OptionValue::Int(value),
            Self::Size { asked, granted } => OptionValue::Size { asked, granted },
            Self::Linger(seconds) => OptionValue::Linger(seconds),
            Self::Group4 { addr, interface } => group(addr.into(), interface),
            Self::Group6 { addr, interface } => group(addr.into(), interface),
            Self::Interface(interface) => OptionValue::Interface(Arc::new(interface.interface())),
        }
    }
}

impl<'a> WireInterface<'a> {
    pub(super) fn of(interface: &'a Interface) -> Self {
        match interface {
            Interface::Address(address) => Self::Address(address.octets()),
            Interface::Index(index) => Self::Index(*index),
            Interface::Name(name) => Self::Name(name),
        }
    }

    pub(super) fn interface(self) -> Interface {
        match self {
            Self::Address(address) => Interface::Address(address.into()),
            Self::Index(index) => Interface::Index(index),
            Self::Name(name) => Interface::Name(name.to_owned()),
        }
    }
}
