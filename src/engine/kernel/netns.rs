//! Two network namespaces of one's own with a cable between them whose frames pass through this program
//! (network_namespaces(7), veth(4), packet(7)). No rights are needed where the system lets users make user namespaces.
//!
//! A process of its own keeps them ([`keep`]): it must have one thread to make a user namespace. It makes sockets on either
//! side, and hands them over with SCM_RIGHTS (unix(7)).
//!
//! Both sides have addresses of 127.0.0.0/8 on the cable instead of on `lo`, with `route_localnet`: labs and programs go on
//! talking to 127.0.0.1 and need know nothing of it.

use std::fs;
use std::io;
use std::mem::size_of;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use rustix::net::netdevice::name_to_index;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socket_with,
};

use super::netlink::Message;

/// The client's side of the cable, and the server's.
pub const SIDES: usize = 2;
/// The last byte of each side's address: a server is 127.0.0.1, as ever.
const HOSTS: [u8; SIDES] = [2, 1];
/// What the ends of the cable are called on the sides, and where this program has them.
const OUTER: &str = "lab";
const INNER: [&str; SIDES] = ["up", "down"];
/// The most bytes of a message between the two processes.
const MAX_MESSAGE: usize = 16;

/// The descriptors of the first message: both cables' ends, the user namespace, and both networks.
const HANDED_OVER: usize = SIDES + 1 + SIDES;

const ETH_P_ALL: u16 = 3;

/// What the helper says at first.
const READY: u8 = 0;
const FAILED: u8 = 1;

/// What another process keeps: sockets on either side of the cable are made there.
#[derive(Debug)]
pub struct Namespaces {
    control: OwnedFd,
    /// The frames of each side.
    pub cable: [OwnedFd; SIDES],
    /// Where processes are put on each side.
    pub places: [Arc<Place>; SIDES],
}

/// One side for processes: the user namespace to which its network belongs, and that network.
#[derive(Debug)]
pub struct Place {
    user: OwnedFd,
    network: OwnedFd,
}

impl Place {
    /// The command's child runs there.
    #[expect(unsafe_code, reason = "std runs nothing between fork and exec that is not declared so")]
    pub fn enter(self: &Arc<Self>, command: &mut Command) {
        let place = Arc::clone(self);
        let hook = move || {
            join(&place.user, libc::CLONE_NEWUSER)?;
            join(&place.network, libc::CLONE_NEWNET)
        };
        // SAFETY: the hook makes two system calls; it takes no lock and allocates nothing.
        unsafe { command.pre_exec(hook) };
    }
}

#[expect(unsafe_code, reason = "the standard library has no setns(2)")]
fn join(namespace: &OwnedFd, kind: i32) -> io::Result<()> {
    // SAFETY: the descriptor is open, and the rest is a plain number.
    match unsafe { libc::setns(namespace.as_raw_fd(), kind) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

impl Namespaces {
    /// Takes over what the helper at the other end of `control` has made.
    ///
    /// # Errors
    /// Those of the helper: EPERM, ENOSPC or EACCES where users may not make namespaces.
    pub fn take_over(control: OwnedFd) -> io::Result<Self> {
        let (said, fds) = receive(&control)?;
        if said.first() != Some(&READY) {
            return Err(errno_of(&said));
        }
        let fds = <[OwnedFd; HANDED_OVER]>::try_from(fds).map_err(|_| io::ErrorKind::InvalidData)?;
        let [near, far, user, near_network, far_network] = fds;
        let places = [Place { user: user.try_clone()?, network: near_network }, Place { user, network: far_network }];
        Ok(Self { control, cable: [near, far], places: places.map(Arc::new) })
    }

    /// socket(2) on that side.
    ///
    /// # Errors
    /// Those of socket(2); EPIPE where the helper is gone.
    pub fn socket(&self, side: usize, domain: i32, kind: i32) -> io::Result<OwnedFd> {
        let mut request = vec![u8::try_from(side).unwrap_or(0)];
        request.extend_from_slice(&domain.to_le_bytes());
        request.extend_from_slice(&kind.to_le_bytes());
        send(self.control.as_fd(), &request, &[])?;
        let (said, fds) = receive(&self.control)?;
        match (said.first(), fds.into_iter().next()) {
            (Some(&READY), Some(fd)) => Ok(fd),
            _ => Err(errno_of(&said)),
        }
    }
}

fn errno_of(said: &[u8]) -> io::Error {
    match said.get(1..5).and_then(|errno| <[u8; 4]>::try_from(errno).ok()) {
        Some(errno) => io::Error::from_raw_os_error(i32::from_le_bytes(errno)),
        None => io::ErrorKind::BrokenPipe.into(),
    }
}

fn send(to: BorrowedFd<'_>, bytes: &[u8], fds: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(HANDED_OVER))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(fds)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    sendmsg(to, &[io::IoSlice::new(bytes)], &mut ancillary, SendFlags::NOSIGNAL)?;
    Ok(())
}

fn receive(from: &OwnedFd) -> io::Result<(Vec<u8>, Vec<OwnedFd>)> {
    let mut bytes = [0; MAX_MESSAGE];
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(HANDED_OVER))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received = loop {
        let flags = RecvFlags::CMSG_CLOEXEC;
        match recvmsg(from, &mut [io::IoSliceMut::new(&mut bytes)], &mut ancillary, flags) {
            Err(rustix::io::Errno::INTR) => {}
            received => break received?,
        }
    };
    if received.bytes == 0 {
        return Err(io::ErrorKind::BrokenPipe.into());
    }
    let mut fds = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            fds.extend(rights);
        }
    }
    Ok((bytes[..received.bytes].to_vec(), fds))
}

/// The helper's whole work: makes the namespaces and the cable, tells how that went, and makes sockets until the other end of
/// `control` is closed. The process must have one thread.
///
/// # Errors
/// Those of telling.
pub fn keep(control: &OwnedFd) -> io::Result<()> {
    let sides = match make() {
        Ok((sides, handed_over)) => {
            let fds: Vec<BorrowedFd<'_>> = handed_over.iter().map(OwnedFd::as_fd).collect();
            send(control.as_fd(), &[READY], &fds)?;
            sides
        }
        Err(error) => return tell(control, &error),
    };
    while let Ok((request, _)) = receive(control) {
        let number =
            |at: usize| request.get(at..at + 4).and_then(|it| <[u8; 4]>::try_from(it).ok()).map(i32::from_le_bytes);
        let side = request.first().and_then(|side| sides.get(usize::from(*side)));
        let (Some(side), Some(domain), Some(kind)) = (side, number(1), number(5)) else { break };
        match side.socket(domain, kind) {
            Ok(socket) => send(control.as_fd(), &[READY], &[socket.as_fd()])?,
            Err(error) => tell(control, &error)?,
        }
    }
    Ok(())
}

fn tell(control: &OwnedFd, error: &io::Error) -> io::Result<()> {
    let mut said = vec![FAILED];
    said.extend_from_slice(&error.raw_os_error().unwrap_or(libc::EIO).to_le_bytes());
    send(control.as_fd(), &said, &[])
}

/// A thread in a namespace of its own.
struct Side {
    asked: Sender<(i32, i32)>,
    made: Receiver<io::Result<OwnedFd>>,
}

impl Side {
    fn socket(&self, domain: i32, kind: i32) -> io::Result<OwnedFd> {
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.asked.send((domain, kind)).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        self.made.recv().map_err(gone)?
    }
}

fn make() -> io::Result<(Vec<Side>, Vec<OwnedFd>)> {
    let (user, group) = (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw());
    unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNET)?;
    // Who one is stays the same; a group can only be mapped once it is given up to change them (user_namespaces(7)).
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    fs::write("/proc/self/gid_map", format!("{group} {group} 1"))?;
    let user = OwnedFd::from(fs::File::open("/proc/self/ns/user")?);
    let (mut sides, mut cable, mut networks) = (Vec::new(), Vec::new(), Vec::new());
    for (inner, host) in INNER.into_iter().zip(HOSTS) {
        let (side, end, network) = side(inner, host)?;
        sides.push(side);
        cable.push(end);
        networks.push(network);
    }
    Ok((sides, cable.into_iter().chain([user]).chain(networks).collect()))
}

#[expect(unsafe_code, reason = "the standard library has no unshare(2)")]
fn unshare(flags: i32) -> io::Result<()> {
    // SAFETY: plain numbers; neither memory nor descriptors are unshared.
    match unsafe { libc::unshare(flags) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// One side, the end of its cable that is in this namespace, with its frames, and its own namespace.
fn side(inner: &str, host: u8) -> io::Result<(Side, OwnedFd, OwnedFd)> {
    let (asked, requests) = channel::<(i32, i32)>();
    let (make, made) = channel();
    let (tell, told) = channel();
    let (plugged, plug) = channel::<()>();
    thread::Builder::new().name(format!("socket-lab-{inner}")).spawn(move || {
        let namespace = unshare(libc::CLONE_NEWNET).and_then(|()| fs::File::open("/proc/thread-self/ns/net"));
        let is_there = namespace.is_ok();
        if tell.send(namespace).is_err() || !is_there || plug.recv().is_err() {
            return;
        }
        let ready = set_up(host);
        let is_ready = ready.is_ok();
        if make.send(ready.and_then(|()| dummy())).is_err() || !is_ready {
            return;
        }
        for (domain, kind) in requests {
            let socket = socket2::Socket::new(domain.into(), kind.into(), None).map(OwnedFd::from);
            if make.send(socket).is_err() {
                return;
            }
        }
    })?;
    let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
    let namespace = told.recv().map_err(|_| gone())??;
    veth(inner, namespace.as_fd())?;
    up(inner)?;
    let end = frames(inner)?;
    plugged.send(()).map_err(|_| gone())?;
    made.recv().map_err(|_| gone())??;
    Ok((Side { asked, made }, end, namespace.into()))
}

fn dummy() -> io::Result<OwnedFd> {
    Ok(rustix::net::socket(AddressFamily::UNIX, SocketType::DGRAM, None)?)
}

/// In a side's own namespace.
fn set_up(host: u8) -> io::Result<()> {
    let netlink = netlink_socket()?;
    let lo = index("lo")?;
    up("lo")?;
    // The kernel has given it 127.0.0.1, which is at the other end of the cable, or this end of it.
    Message::address(libc::RTM_DELADDR, lo, 1).ask(netlink.as_fd())?;
    Message::route_localnet(index(OUTER)?).ask(netlink.as_fd())?;
    up(OUTER)?;
    Message::address(libc::RTM_NEWADDR, index(OUTER)?, host).ask(netlink.as_fd())?;
    whole_frames(OUTER)
}

fn netlink_socket() -> io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC;
    Ok(socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?)
}

fn index(name: &str) -> io::Result<u32> {
    let any = rustix::net::socket(AddressFamily::INET, SocketType::DGRAM, None)?;
    Ok(name_to_index(&any, name)?)
}

fn up(name: &str) -> io::Result<()> {
    Message::up(index(name)?).ask(netlink_socket()?.as_fd())
}

fn veth(inner: &str, other: BorrowedFd<'_>) -> io::Result<()> {
    Message::veth(inner, OUTER, other.as_raw_fd()).ask(netlink_socket()?.as_fd())
}

/// What leaves the interface is cut into segments and has its checksums, as on a wire (ethtool's tx-checksumming and TSO).
#[expect(unsafe_code, reason = "SIOCETHTOOL is in no library")]
fn whole_frames(name: &str) -> io::Result<()> {
    const SIOCETHTOOL: libc::c_ulong = 0x8946;
    const SET: [u32; 3] = [0x17, 0x1f, 0x24];
    #[repr(C)]
    struct Value {
        command: u32,
        data: u32,
    }
    #[repr(C)]
    struct Request {
        name: [u8; libc::IFNAMSIZ],
        data: *mut Value,
        padding: [u8; 16],
    }
    let any = rustix::net::socket(AddressFamily::INET, SocketType::DGRAM, None)?;
    for command in SET {
        let mut value = Value { command, data: 0 };
        let mut request = Request { name: [0; libc::IFNAMSIZ], data: &raw mut value, padding: [0; 16] };
        request.name.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
        // SAFETY: the request has the layout of `struct ifreq` and at least its size; `value` lives until the call returns.
        if unsafe { libc::ioctl(any.as_raw_fd(), SIOCETHTOOL as _, &raw mut request) } != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// All frames that come in at an interface; what is written goes out there.
#[expect(unsafe_code, reason = "no library has the address of a packet socket")]
fn frames(name: &str) -> io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let protocol = rustix::net::RawProtocol::new(u32::from(ETH_P_ALL.to_be())).map(rustix::net::Protocol::from_raw);
    let socket = socket_with(AddressFamily::PACKET, SocketType::RAW, flags, protocol)?;
    let on: libc::c_int = 1;
    // SAFETY: the descriptor is open, and `on` is valid for its size.
    let ignored = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_PACKET,
            libc::PACKET_IGNORE_OUTGOING,
            (&raw const on).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    if ignored != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: all zeros is a valid address of this kind.
    let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    address.sll_family = libc::AF_PACKET as libc::sa_family_t;
    address.sll_protocol = ETH_P_ALL.to_be();
    address.sll_ifindex = index(name)?.cast_signed();
    // SAFETY: the descriptor is open, and `address` is valid for its size.
    let bound = unsafe {
        libc::bind(socket.as_raw_fd(), (&raw const address).cast(), size_of::<libc::sockaddr_ll>() as libc::socklen_t)
    };
    if bound == 0 { Ok(socket) } else { Err(io::Error::last_os_error()) }
}
