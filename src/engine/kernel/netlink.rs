//! The few messages of rtnetlink(7) that a cable between two namespaces needs.

use std::io;
use std::os::fd::BorrowedFd;

use rustix::net::{RecvFlags, SendFlags, recv, send};

const REQUEST: u16 = 1;
const ACK: u16 = 4;
const CREATE: u16 = 0x400;
const EXCLUSIVE: u16 = 0x200;

const IFLA_IFNAME: u16 = 3;
const IFLA_LINKINFO: u16 = 18;
const IFLA_INFO_KIND: u16 = 1;
const IFLA_INFO_DATA: u16 = 2;
const IFLA_AF_SPEC: u16 = 26;
const IFLA_NET_NS_FD: u16 = 28;
const IFLA_INET_CONF: u16 = 1;
const VETH_INFO_PEER: u16 = 1;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
/// `route_localnet` among an interface's settings (linux/ip.h).
const ROUTE_LOCALNET: u16 = 26;
const AF_INET: u8 = 2;
/// Of the message's own fields: its length, type, flags, number and sender.
const HEADER: usize = 16;
/// Where an answer has its errno.
const ERRNO: std::ops::Range<usize> = 16..20;

/// A request, which is answered by an errno.
pub struct Message(Vec<u8>);

impl Message {
    fn new(kind: u16, more: u16) -> Self {
        let mut bytes = vec![0; 4];
        bytes.extend_from_slice(&kind.to_ne_bytes());
        bytes.extend_from_slice(&(REQUEST | ACK | more).to_ne_bytes());
        bytes.resize(HEADER, 0);
        Self(bytes)
    }

    /// An interface, by its number; `flags` and `change` as in `struct ifinfomsg`.
    fn interface(mut self, index: u32, flags: u32) -> Self {
        self.0.extend_from_slice(&[0; 4]);
        for number in [index, flags, flags] {
            self.0.extend_from_slice(&number.to_ne_bytes());
        }
        self
    }

    fn with(mut self, attribute: u16, value: &[u8]) -> Self {
        let len = u16::try_from(4 + value.len()).unwrap_or(u16::MAX);
        self.0.extend_from_slice(&len.to_ne_bytes());
        self.0.extend_from_slice(&attribute.to_ne_bytes());
        self.0.extend_from_slice(value);
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        self
    }

    /// What another message has behind its header.
    fn body(self) -> Vec<u8> {
        self.0.get(HEADER..).unwrap_or_default().to_vec()
    }

    /// Two interfaces that are joined, the other one in that namespace.
    pub fn veth(name: &str, other: &str, namespace: i32) -> Self {
        let named = |name: &str| [name.as_bytes(), &[0]].concat();
        let peer = Self::new(0, 0).interface(0, 0).with(IFLA_IFNAME, &named(other));
        let peer = peer.with(IFLA_NET_NS_FD, &namespace.to_ne_bytes()).body();
        let data = Self::new(0, 0).with(VETH_INFO_PEER, &peer).body();
        let info = Self::new(0, 0).with(IFLA_INFO_KIND, b"veth").with(IFLA_INFO_DATA, &data).body();
        let message = Self::new(libc::RTM_NEWLINK, CREATE | EXCLUSIVE).interface(0, 0);
        message.with(IFLA_IFNAME, &named(name)).with(IFLA_LINKINFO, &info)
    }

    pub fn up(index: u32) -> Self {
        Self::new(libc::RTM_NEWLINK, 0).interface(index, libc::IFF_UP.cast_unsigned())
    }

    /// Addresses of 127.0.0.0/8 may be at the other end of it.
    pub fn route_localnet(index: u32) -> Self {
        let setting = Self::new(0, 0).with(ROUTE_LOCALNET, &1u32.to_ne_bytes()).body();
        let settings = Self::new(0, 0).with(IFLA_INET_CONF, &setting).body();
        let family = Self::new(0, 0).with(u16::from(AF_INET), &settings).body();
        Self::new(libc::RTM_NEWLINK, 0).interface(index, 0).with(IFLA_AF_SPEC, &family)
    }

    /// 127.0.0.`host` of that interface comes or goes.
    pub fn address(kind: u16, index: u32, host: u8) -> Self {
        let more = if kind == libc::RTM_NEWADDR { CREATE | EXCLUSIVE } else { 0 };
        let mut message = Self::new(kind, more);
        message.0.extend_from_slice(&[AF_INET, 8, 0, 0]);
        message.0.extend_from_slice(&index.to_ne_bytes());
        let address = [127, 0, 0, host];
        message.with(IFA_LOCAL, &address).with(IFA_ADDRESS, &address)
    }

    /// Sends it and awaits the answer.
    pub fn ask(mut self, socket: BorrowedFd<'_>) -> io::Result<()> {
        let len = u32::try_from(self.0.len()).unwrap_or(0);
        self.0.splice(..4, len.to_ne_bytes());
        send(socket, &self.0, SendFlags::empty())?;
        let mut answer = [0; 4_096];
        let (count, _) = recv(socket, &mut answer, RecvFlags::empty())?;
        let errno = answer.get(ERRNO).filter(|_| count >= ERRNO.end).and_then(|errno| <[u8; 4]>::try_from(errno).ok());
        match errno.map(i32::from_ne_bytes) {
            Some(0) => Ok(()),
            Some(errno) => Err(io::Error::from_raw_os_error(errno.saturating_neg())),
            None => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}
