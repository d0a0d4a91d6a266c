//! Linux: close(2) with its result, recv(2) with MSG_TRUNC, SO_MEMINFO (socket(7)), RLIMIT_NOFILE.

use std::io::{self, BufRead as _};
use std::mem::size_of;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, IntoRawFd, OwnedFd};
use std::path::PathBuf;

use rustix::net::{RecvFlags, SocketAddrAny, SocketAddrUnix, recvfrom, sockopt};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::Socket;

use super::{Datagram, Leftover, Pair, Queues, TcpInfo, procfs};
use crate::lab::Addr;
use crate::trace::kernel::{TcpNumbers, TcpState};

/// The file descriptor, as the trace shows it.
pub fn number(socket: &impl AsRawFd) -> u64 {
    u64::try_from(socket.as_raw_fd()).unwrap_or(0)
}

/// close(2), whose result a dropped socket would hide.
#[expect(unsafe_code, reason = "std closes a descriptor without saying how that went")]
pub fn close(socket: impl Into<OwnedFd>) -> io::Result<()> {
    let fd = socket.into().into_raw_fd();
    // SAFETY: `fd` was owned here and nothing else has it. It is not used again, also not after EINTR, where Linux has
    // closed it all the same.
    match unsafe { libc::close(fd) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// recvfrom(2) with MSG_TRUNC, which gives the datagram's true length.
pub fn recv_from(socket: &impl AsFd, buffer: &mut [u8]) -> io::Result<Datagram> {
    let (len, true_len, from) = recvfrom(socket, &mut *buffer, RecvFlags::TRUNC)?;
    Ok(Datagram { len, lost: true_len.saturating_sub(len), from: from.map_or(Addr::Unnamed, shown) })
}

fn shown(addr: SocketAddrAny) -> Addr {
    if let Ok(inet) = SocketAddr::try_from(addr.clone()) {
        return Addr::Inet(inet);
    }
    let Ok(unix) = SocketAddrUnix::try_from(addr) else { return Addr::Unnamed };
    if let Some(name) = unix.abstract_name() {
        return Addr::Unix(PathBuf::from(format!("@{}", String::from_utf8_lossy(name))));
    }
    match unix.path() {
        Some(path) => Addr::Unix(PathBuf::from(String::from_utf8_lossy(path.to_bytes()).into_owned())),
        None => Addr::Unnamed,
    }
}

/// The index of the drop counter in what SO_MEMINFO gives (SK_MEMINFO_DROPS in linux/sock_diag.h).
const DROPS: usize = 8;

/// How many datagrams the kernel has thrown away on this socket because its receive buffer was full (or for a bad
/// checksum); `None` where it doesn't say.
#[expect(unsafe_code, reason = "no library has SO_MEMINFO")]
pub fn datagram_drops(socket: &impl AsRawFd) -> Option<u64> {
    let mut values = [0u32; DROPS + 1];
    let mut len = libc::socklen_t::try_from(size_of::<[u32; DROPS + 1]>()).ok()?;
    // SAFETY: `values` and `len` are valid for writing, and `len` is the size of `values` in bytes.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_MEMINFO,
            values.as_mut_ptr().cast(),
            &raw mut len,
        )
    };
    (result == 0).then(|| u64::from(values[DROPS]))
}

/// How many connections wait to be accepted, and how many may (TCP_INFO of a listening socket, where `tcpi_unacked` and
/// `tcpi_sacked` have these meanings; tcp(7)). `None` where it doesn't say.
#[expect(unsafe_code, reason = "no library has TCP_INFO")]
pub fn accept_queue(listener: &impl AsRawFd) -> Option<(u32, u32)> {
    // SAFETY: `tcp_info` is plain numbers, for which zero is a value.
    let mut info: libc::tcp_info = unsafe { std::mem::zeroed() };
    let mut len = libc::socklen_t::try_from(size_of::<libc::tcp_info>()).ok()?;
    // SAFETY: `info` and `len` are valid for writing, and `len` is the size of `info`.
    let result = unsafe {
        libc::getsockopt(listener.as_raw_fd(), libc::IPPROTO_TCP, libc::TCP_INFO, (&raw mut info).cast(), &raw mut len)
    };
    (result == 0).then_some((info.tcpi_unacked, may_wait(info.tcpi_sacked)))
}

/// Linux lets one more wait than listen(2) was told.
fn may_wait(backlog: u32) -> u32 {
    backlog.saturating_add(1)
}

/// How many bytes were handed to a stream socket that the peer has not taken yet (SIOCOUTQ, tcp(7)); `None` where it
/// doesn't say.
#[expect(unsafe_code, reason = "no library has SIOCOUTQ")]
pub fn unsent(socket: &impl AsRawFd) -> Option<u64> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: SIOCOUTQ (the same number as TIOCOUTQ) writes one int, for which `bytes` is valid.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) };
    if result == 0 { u64::try_from(bytes).ok() } else { None }
}

/// Whether the next byte of a TCP stream is an urgent one, at which `recv` stops (SIOCATMARK, tcp(7)); false where the
/// system doesn't say.
#[expect(unsafe_code, reason = "no library has SIOCATMARK")]
pub fn is_at_urgent_byte(socket: &impl AsRawFd) -> bool {
    let mut is_there: libc::c_int = 0;
    // SAFETY: SIOCATMARK writes one int, for which `is_there` is valid.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), SIOCATMARK, &raw mut is_there) };
    result == 0 && is_there != 0
}

/// linux/sockios.h; libc doesn't have it.
const SIOCATMARK: libc::Ioctl = 0x8905;

/// How many bytes have arrived that nobody has received (FIONREAD, tcp(7)); 0 where it doesn't say.
pub fn unread(socket: &impl AsFd) -> u64 {
    rustix::io::ioctl_fionread(socket).unwrap_or(0)
}

/// `/proc/net/tcp` lists connections whose sockets are closed.
pub const SEES_CLOSED: bool = true;

/// Enough of `struct tcp_info` (linux/tcp.h) for every field that is read; newer kernels have more.
const TCP_INFO_LEN: usize = 256;

/// ssthresh before any loss: the kernel's "infinite" (TCP_INFINITE_SSTHRESH).
const NO_SSTHRESH: u32 = 0x7fff_ffff;

/// TCP_INFO (tcp(7)) of the socket with that descriptor; `None` for other sockets. Read by offset: libc's structure ends
/// before the fields that newer kernels added, and how much the kernel wrote says which of them it has.
#[expect(unsafe_code, reason = "no library has TCP_INFO")]
pub fn tcp_info(number: u64) -> Option<TcpInfo> {
    let fd = i32::try_from(number).ok()?;
    let mut bytes = [0u8; TCP_INFO_LEN];
    let mut len = libc::socklen_t::try_from(TCP_INFO_LEN).ok()?;
    // SAFETY: `bytes` and `len` are valid for writing, and `len` is the size of `bytes`.
    let result =
        unsafe { libc::getsockopt(fd, libc::IPPROTO_TCP, libc::TCP_INFO, bytes.as_mut_ptr().cast(), &raw mut len) };
    if result != 0 {
        return None;
    }
    parse_tcp_info(bytes.get(..usize::try_from(len).ok()?)?)
}

fn parse_tcp_info(info: &[u8]) -> Option<TcpInfo> {
    let u32_at = |at: usize| info.get(at..at + 4).and_then(|done| done.try_into().ok()).map(u32::from_ne_bytes);
    let u64_at = |at: usize| info.get(at..at + 8).and_then(|done| done.try_into().ok()).map(u64::from_ne_bytes);
    let state = TcpState::from_number(*info.first()?)?;
    if state == TcpState::Listen {
        // For a listener, `tcpi_unacked` and `tcpi_sacked` have these meanings.
        return Some(TcpInfo { state, numbers: None, accept_queue: u32_at(24).zip(u32_at(28).map(may_wait)) });
    }
    let paced = |rate: &u64| *rate != u64::MAX;
    let numbers = TcpNumbers {
        send_mss: u32_at(16)?,
        unacked: u32_at(24),
        lost: u32_at(32),
        rtt: u32_at(68)?,
        rtt_var: u32_at(72),
        ssthresh: u32_at(76).filter(|threshold| *threshold < NO_SSTHRESH),
        cwnd: u32_at(80)?,
        retransmits: u32_at(100)?,
        pacing_rate: u64_at(104).filter(paced),
        delivery_rate: u64_at(160),
        send_window: u32_at(228),
        recv_window: u32_at(232),
    };
    Some(TcpInfo { state, numbers: Some(numbers), accept_queue: None })
}

/// SIOCINQ and SIOCOUTQ (tcp(7), udp(7), unix(7)); `None` where a socket has no such queue, as a listener.
pub fn queues(number: u64) -> Queues {
    Queues { recv: queue(number, libc::FIONREAD), send: queue(number, libc::TIOCOUTQ) }
}

#[expect(unsafe_code, reason = "no library has SIOCOUTQ")]
fn queue(number: u64, request: libc::Ioctl) -> Option<u64> {
    let fd = i32::try_from(number).ok()?;
    let mut value: libc::c_int = 0;
    // SAFETY: both requests write one int, and `value` is one.
    let result = unsafe { libc::ioctl(fd, request, &raw mut value) };
    (result == 0).then(|| u64::try_from(value).unwrap_or(0))
}

/// What the kernel still has of closed connections, in the order of `pairs`. Reads `/proc/net/tcp` and `tcp6`, which may
/// take a while where there are many: not for the I/O thread.
pub fn leftovers(pairs: &[Pair]) -> Vec<Option<Leftover>> {
    let mut found = vec![None; pairs.len()];
    for path in ["/proc/net/tcp", "/proc/net/tcp6"] {
        // Without it (no /proc in a sandbox) nothing is known.
        let Ok(file) = std::fs::File::open(path) else { continue };
        for line in io::BufReader::new(file).lines().map_while(Result::ok) {
            let Some((pair, leftover)) = procfs::parse_line(&line) else { continue };
            for (index, task) in pairs.iter().enumerate() {
                if *task == pair {
                    found[index] = Some(leftover);
                }
            }
        }
    }
    found
}

/// The number of an interface (SIOCGIFINDEX, netdevice(7)); `None` where there is none of that name.
pub fn interface_index(socket: &Socket, name: &str) -> Option<u32> {
    rustix::net::netdevice::name_to_index(socket, name).ok()
}

/// IP_MULTICAST_IF with a `struct ip_mreqn` (ip(7)): also an interface without an IPv4 address.
pub fn set_multicast_interface(socket: &Socket, index: u32) -> io::Result<()> {
    let any = Ipv4Addr::UNSPECIFIED;
    Ok(sockopt::set_ip_multicast_if_with_ifindex(socket, &any, &any, index)?)
}

/// Raises the soft limit on open files to the hard one, so that a server can have many clients.
pub fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        // Where this is refused the old limit holds, and EMFILE is handled when it comes.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    }
}
