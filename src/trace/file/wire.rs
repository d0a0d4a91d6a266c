//! The structures of the payloads. They stand beside the types of the trace, so that those may change: the order of
//! variants and fields here is the format, and what is new comes last.

use std::ffi::OsString;
use std::net::{SocketAddr, SocketAddrV4, SocketAddrV6};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize, Serializer};

use super::MAX_NAME;
use crate::lab::{Addr, EndpointId, Group, Interface};
use crate::trace::foreign::{ARGUMENT_NAMES, known};
use crate::trace::prediction::{Answer, MAX_ANSWERS, MAX_BYTES, Predicted, Prediction};
use crate::trace::{
    Call, ConnId, Domain, Ends, Errno, MadeBy, Nanos, Op, OptionValue, OtherCall, Outcome, SocketId, SocketOption,
    SocketType,
};
use crate::values::How;

/// `HEAD`
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireHead {
    pub began_secs: u64,
    pub began_nanos: u32,
    pub first_seq: u64,
    pub evicted_calls: u64,
    pub evicted_bytes: u64,
}

/// `NAME` is a list of these.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireName<'a> {
    pub endpoint: u32,
    pub name: &'a str,
    /// A label of the WHATWG standard.
    pub encoding: &'a str,
}

/// `NOTE` is a list of these.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireNote<'a> {
    pub seq: u64,
    pub note: &'a str,
}

/// `DONE`
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireDone {
    pub calls: u64,
    pub sent_bytes: u64,
    pub received_bytes: u64,
}

/// `PROG` is a list of these.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireMaker<'a> {
    pub seq: u64,
    pid: u32,
    fd: Option<i32>,
    #[serde(borrow)]
    source: Option<&'a str>,
    /// The C name that was called, where it is not the operation's own.
    name: Option<&'a str>,
}

impl<'a> WireMaker<'a> {
    pub(super) fn of(seq: u64, made_by: &'a MadeBy) -> Self {
        let MadeBy { pid, fd, source, name } = made_by;
        Self { seq, pid: *pid, fd: *fd, source: source.as_deref().map(shortened), name: *name }
    }

    pub(super) fn made_by(self) -> MadeBy {
        MadeBy {
            pid: self.pid,
            fd: self.fd,
            source: self.source.map(shortened).map(Arc::from),
            // One that is not known here is the operation's own.
            name: self.name.and_then(Op::known_name),
        }
    }
}

/// `PRED` is a list of these.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WirePrediction<'a> {
    pub seq: u64,
    #[serde(borrow)]
    answers: Vec<WireAnswer<'a>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct WireAnswer<'a> {
    votes: u32,
    #[serde(borrow)]
    what: WirePredicted<'a>,
}

#[derive(Debug, Serialize, Deserialize)]
enum WirePredicted<'a> {
    Returns(u64),
    Fails(i32, #[serde(borrow)] Option<&'a str>),
    Blocks,
    Bytes(#[serde(borrow, serialize_with = "as_bytes")] &'a [u8]),
}

impl<'a> WirePrediction<'a> {
    pub(super) fn of(seq: u64, said: &'a Prediction) -> Self {
        let wire = |answer: &'a Answer| WireAnswer {
            votes: answer.votes,
            what: match &answer.what {
                Predicted::Returns(value) => WirePredicted::Returns(*value),
                Predicted::Fails(errno) => WirePredicted::Fails(errno.0, errno.name()),
                Predicted::Blocks => WirePredicted::Blocks,
                Predicted::Bytes(bytes) => WirePredicted::Bytes(bytes),
            },
        };
        Self { seq, answers: said.answers().iter().map(wire).collect() }
    }

    pub(super) fn prediction(self) -> Prediction {
        let mut said = Prediction::default();
        for WireAnswer { votes, what } in self.answers.into_iter().take(MAX_ANSWERS) {
            let what = match what {
                WirePredicted::Returns(value) => Predicted::Returns(value),
                // Systems have different numbers for one name.
                WirePredicted::Fails(number, name) => {
                    Predicted::Fails(name.and_then(Errno::by_name).unwrap_or(Errno(number)))
                }
                WirePredicted::Blocks => Predicted::Blocks,
                WirePredicted::Bytes(bytes) => {
                    Predicted::Bytes(Bytes::copy_from_slice(bytes.get(..MAX_BYTES).unwrap_or(bytes)))
                }
            };
            said.say(Answer { what, votes });
        }
        said
    }
}

/// A place in a program's source is not longer than a name may be.
fn shortened(source: &str) -> &str {
    source.char_indices().nth(MAX_NAME).map_or(source, |(end, _)| &source[..end])
}

/// `CALL` is a count and that many of these, each with its socket's number behind it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireCall<'a> {
    seq: u64,
    start: u64,
    took: u64,
    endpoint: u32,
    /// 0: none.
    conn: u32,
    #[serde(borrow)]
    op: WireOp<'a>,
    #[serde(borrow)]
    outcome: WireOutcome<'a>,
    #[serde(borrow)]
    local: Option<WireAddr<'a>>,
    #[serde(borrow)]
    peer: Option<WireAddr<'a>>,
    offset: Option<u64>,
    len: u64,
    #[serde(borrow, serialize_with = "as_bytes")]
    data: &'a [u8],
    lost: u32,
    #[serde(borrow)]
    rule: Option<&'a str>,
}

fn as_bytes<S: Serializer>(bytes: &&[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

#[derive(Debug, Serialize, Deserialize)]
enum WireOutcome<'a> {
    Ok(u64),
    /// The number is another one on another system; the name is not.
    Err {
        number: i32,
        #[serde(borrow)]
        name: Option<&'a str>,
    },
    /// It waited and never returned.
    Abandoned,
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
enum WireOp<'a> {
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
enum WireValue<'a> {
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
enum WireInterface<'a> {
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

impl<'a> WireCall<'a> {
    pub(super) fn of(call: &'a Call) -> Self {
        Self {
            seq: call.seq,
            start: call.start.0,
            took: call.took,
            endpoint: call.endpoint.0,
            conn: call.conn.map_or(0, ConnId::get),
            op: WireOp::of(&call.op),
            outcome: match call.outcome {
                Outcome::Ok(value) => WireOutcome::Ok(value),
                Outcome::Err(errno) => WireOutcome::Err { number: errno.0, name: errno.name() },
                Outcome::Abandoned => WireOutcome::Abandoned,
            },
            local: call.ends.local.as_ref().map(WireAddr::of),
            peer: call.ends.peer.as_ref().map(WireAddr::of),
            offset: call.offset,
            len: call.len,
            data: &call.data,
            lost: call.lost,
            rule: call.rule.as_deref(),
        }
    }

    /// The call; its bytes stay in `payload`, which they are a part of. An error says what can't be.
    pub(super) fn call(self, payload: &Bytes) -> Result<Call, &'static str> {
        if self.data.len() as u64 > self.len {
            return Err("more bytes than the call moved");
        }
        let end = |addr: Option<WireAddr<'_>>| addr.map(WireAddr::addr);
        Ok(Call {
            seq: self.seq,
            start: Nanos(self.start),
            took: self.took,
            endpoint: EndpointId(self.endpoint),
            socket: SocketId(0),
            conn: ConnId::new(self.conn),
            op: self.op.op()?,
            outcome: match self.outcome {
                WireOutcome::Ok(value) => Outcome::Ok(value),
                WireOutcome::Err { number, name } => {
                    Outcome::Err(name.and_then(Errno::by_name).unwrap_or(Errno(number)))
                }
                WireOutcome::Abandoned => Outcome::Abandoned,
            },
            ends: Arc::new(Ends { local: end(self.local), peer: end(self.peer) }),
            offset: self.offset,
            len: self.len,
            data: if self.data.is_empty() { Bytes::new() } else { payload.slice_ref(self.data) },
            lost: self.lost,
            rule: self.rule.map(Arc::from),
            made_by: None,
        })
    }
}

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
    fn of(op: &'a Op) -> Self {
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

    fn op(self) -> Result<Op, &'static str> {
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
    fn of(value: &'a OptionValue) -> Self {
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

    fn value(self) -> OptionValue {
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
    fn of(interface: &'a Interface) -> Self {
        match interface {
            Interface::Address(address) => Self::Address(address.octets()),
            Interface::Index(index) => Self::Index(*index),
            Interface::Name(name) => Self::Name(name),
        }
    }

    fn interface(self) -> Interface {
        match self {
            Self::Address(address) => Interface::Address(address.into()),
            Self::Index(index) => Interface::Index(index),
            Self::Name(name) => Interface::Name(name.to_owned()),
        }
    }
}
