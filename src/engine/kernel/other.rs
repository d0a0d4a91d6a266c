//! Systems other than Linux: what std and socket2 offer.

use std::io;

use socket2::Socket;

use super::addr::shown_addr;
use super::{Datagram, Leftover, Pair, Undelivered};
#[cfg(all(unix, not(target_os = "macos")))]
use super::{Queues, TcpInfo};
use crate::lab::Addr;

/// The longest UDP payload, so that what a smaller buffer would cut off can be counted.
const LONGEST_DATAGRAM: usize = 65_535;

/// The file descriptor or handle, as the trace shows it.
#[cfg(unix)]
pub fn number(socket: &impl std::os::fd::AsRawFd) -> u64 {
    u64::try_from(socket.as_raw_fd()).unwrap_or(0)
}

/// The file descriptor or handle, as the trace shows it.
#[cfg(windows)]
pub fn number(socket: &impl std::os::windows::io::AsRawSocket) -> u64 {
    socket.as_raw_socket()
}

/// Closes the socket; these systems' results are not looked at.
pub fn close<S>(socket: S) -> io::Result<()> {
    drop(socket);
    Ok(())
}

/// recvfrom(2) into a buffer that no datagram overflows; what `buffer` has no room for is counted.
#[cfg(unix)]
pub fn recv_from(socket: &impl std::os::fd::AsFd, buffer: &mut [u8]) -> io::Result<Datagram> {
    receive(&socket2::SockRef::from(socket), buffer)
}

/// recvfrom(2) into a buffer that no datagram overflows; what `buffer` has no room for is counted.
#[cfg(windows)]
pub fn recv_from(socket: &impl std::os::windows::io::AsSocket, buffer: &mut [u8]) -> io::Result<Datagram> {
    receive(&socket2::SockRef::from(socket), buffer)
}

fn receive(socket: &Socket, buffer: &mut [u8]) -> io::Result<Datagram> {
    let mut whole = vec![std::mem::MaybeUninit::<u8>::uninit(); LONGEST_DATAGRAM];
    let (true_len, from) = socket.recv_from(&mut whole)?;
    let len = true_len.min(buffer.len());
    for (to, from) in buffer.iter_mut().zip(&whole[..len]) {
        // SAFETY: recv_from has written the first `true_len` bytes.
        #[expect(unsafe_code, reason = "socket2 receives into memory that need not be initialised")]
        let byte = unsafe { from.assume_init() };
        *to = byte;
    }
    Ok(Datagram { len, lost: true_len - len, from: shown_addr(&from).unwrap_or(Addr::Unnamed) })
}

/// There is no such option here.
///
/// # Errors
/// Always, as setsockopt(2) says it.
pub fn set_recverr<S>(_: &S, _: bool) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Not reported here.
pub fn has_error<S>(_: &S) -> bool {
    false
}

/// There is no error queue here.
///
/// # Errors
/// Always.
pub fn recv_error<S>(_: &S) -> io::Result<Undelivered> {
    Err(io::ErrorKind::WouldBlock.into())
}

/// Not reported here.
pub fn receiver(_: std::net::SocketAddr) -> crate::trace::receiver::Receiver {
    crate::trace::receiver::Receiver::Unknown
}

/// Not reported here.
pub fn datagram_drops<S>(_: &S) -> Option<u64> {
    None
}

/// Not reported here.
pub fn accept_queue<S>(_: &S) -> Option<(u32, u32)> {
    None
}

/// Not reported here.
#[cfg(all(unix, not(target_os = "macos")))]
pub fn unsent<S>(_: &S) -> Option<u64> {
    None
}

/// How many bytes have arrived that nobody has received (FIONREAD); 0 where it doesn't say.
#[cfg(unix)]
pub fn unread(socket: &impl std::os::fd::AsFd) -> u64 {
    rustix::io::ioctl_fionread(socket).unwrap_or(0)
}

/// Not reported here.
pub fn is_at_urgent_byte<S>(_: &S) -> bool {
    false
}

/// These systems keep what is left of closed connections to themselves.
pub const SEES_CLOSED: bool = false;

/// Not reported here.
#[cfg(all(unix, not(target_os = "macos")))]
pub fn tcp_info(_: u64) -> Option<TcpInfo> {
    None
}

/// Not reported here.
#[cfg(all(unix, not(target_os = "macos")))]
pub fn queues(_: u64) -> Queues {
    Queues::default()
}

/// Not reported here.
pub fn holder(_: std::net::SocketAddr, _: bool) -> Option<(u32, String)> {
    None
}

/// Not reported here.
pub fn leftovers(pairs: &[Pair]) -> Vec<Option<Leftover>> {
    vec![None; pairs.len()]
}

/// The number of an interface; `None` where there is none of that name. On Windows the name is the one that its settings
/// show.
#[cfg(windows)]
pub fn interface_index(_: &Socket, name: &str) -> Option<u32> {
    let has_name =
        |interface: &netdev::Interface| interface.name == name || interface.friendly_name.as_deref() == Some(name);
    netdev::get_interfaces().into_iter().find(has_name).map(|interface| interface.index)
}

/// The number of an interface; `None` where there is none of that name.
#[cfg(unix)]
#[expect(unsafe_code, reason = "no library has if_nametoindex for these systems")]
pub fn interface_index(_: &Socket, name: &str) -> Option<u32> {
    let name = std::ffi::CString::new(name).ok()?;
    // SAFETY: the name ends with a zero and outlives the call.
    let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
    (index != 0).then_some(index)
}

/// IP_MULTICAST_IF, which takes one of the interface's addresses.
#[cfg(unix)]
pub fn set_multicast_interface(socket: &Socket, index: u32) -> io::Result<()> {
    let interface = netdev::get_interfaces().into_iter().find(|interface| interface.index == index);
    let address = interface.and_then(|interface| interface.ipv4.first().map(|net| net.addr()));
    socket.set_multicast_if_v4(&address.ok_or(io::ErrorKind::InvalidInput)?)
}

/// There is no such limit to raise, or std has raised it.
pub fn raise_file_limit() {}
