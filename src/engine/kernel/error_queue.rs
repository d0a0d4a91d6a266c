//! The error queue of a UDP socket (ip(7), ipv6(7): IP_RECVERR): what ICMP has said of datagrams that the socket had sent.

use std::io;
use std::mem::{offset_of, size_of};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsRawFd;

use super::Undelivered;

/// What is quoted of the datagram: a router gives back no more than this (RFC 1812, RFC 4443).
const MAX_QUOTED: usize = 1_280;

/// Room for one control message with the error and the address of who has said it, and for others that the socket may have.
const CONTROL: usize = 512;

#[repr(align(8))]
struct Control([u8; CONTROL]);

/// IP_RECVERR or IPV6_RECVERR.
#[expect(unsafe_code, reason = "no library has IP_RECVERR")]
pub fn set_recverr(socket: &impl AsRawFd, is_ipv6: bool) -> io::Result<()> {
    let (level, name) =
        if is_ipv6 { (libc::IPPROTO_IPV6, libc::IPV6_RECVERR) } else { (libc::IPPROTO_IP, libc::IP_RECVERR) };
    let on: libc::c_int = 1;
    let len = libc::socklen_t::try_from(size_of::<libc::c_int>()).unwrap_or(4);
    // SAFETY: both options take one int, and `on` is one.
    match unsafe { libc::setsockopt(socket.as_raw_fd(), level, name, (&raw const on).cast(), len) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Whether an error waits, in the queue or for the next call (POLLERR); false where the system doesn't say.
pub fn has_error(socket: &impl std::os::fd::AsFd) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let mut asked = [PollFd::new(socket, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    matches!(poll(&mut asked, Some(&at_once)), Ok(1..)) && asked[0].revents().contains(PollFlags::ERR)
}

/// One message of the error queue, which it leaves; `WouldBlock` where there is none. What the kernel would have told the
/// next call is taken from it with the last of them.
#[expect(unsafe_code, reason = "no library reads the error queue")]
pub fn recv_error(socket: &impl AsRawFd) -> io::Result<Undelivered> {
    // SAFETY: both are plain numbers and pointers, for which zero is a value.
    let (mut to, mut message): (libc::sockaddr_in6, libc::msghdr) = unsafe { std::mem::zeroed() };
    let mut quoted = [0u8; MAX_QUOTED];
    let mut control = Control([0; CONTROL]);
    let mut part = libc::iovec { iov_base: quoted.as_mut_ptr().cast(), iov_len: quoted.len() };
    message.msg_name = (&raw mut to).cast();
    message.msg_namelen = libc::socklen_t::try_from(size_of::<libc::sockaddr_in6>()).unwrap_or(0);
    message.msg_iov = &raw mut part;
    message.msg_iovlen = 1;
    message.msg_control = control.0.as_mut_ptr().cast();
    message.msg_controllen = CONTROL;
    // SAFETY: all that `message` points to is valid for writing as long as it says, until the end of this function.
    let len = unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut message, libc::MSG_ERRQUEUE | libc::MSG_DONTWAIT) };
    let quoted = usize::try_from(len).map_err(|_| io::Error::last_os_error())?;
    let written = usize::try_from(message.msg_namelen).unwrap_or(0);
    // SAFETY: it is plain numbers, and is read as the bytes that it is.
    let name = unsafe { std::slice::from_raw_parts((&raw const to).cast::<u8>(), size_of::<libc::sockaddr_in6>()) };
    let (errno, by) = errors(control.0.get(..message.msg_controllen).unwrap_or_default()).unwrap_or((0, None));
    Ok(Undelivered { to: address(name.get(..written).unwrap_or_default()), quoted, errno, by: by.map(|by| by.ip()) })
}

/// The errno, and who has said it, in the control messages (cmsg(3)): each has a header, and is padded to whole words.
fn errors(mut control: &[u8]) -> Option<(i32, Option<SocketAddr>)> {
    const HEADER: usize = size_of::<libc::cmsghdr>();
    loop {
        let number =
            |at: usize| control.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(i32::from_ne_bytes);
        let len =
            control.get(..size_of::<usize>()).and_then(|bytes| bytes.try_into().ok()).map(usize::from_ne_bytes)?;
        let level = number(offset_of!(libc::cmsghdr, cmsg_level))?;
        let kind = number(offset_of!(libc::cmsghdr, cmsg_type))?;
        // Shorter than its header, it would be read again and again.
        let data = control.get(HEADER..len)?;
        if matches!((level, kind), (libc::IPPROTO_IP, libc::IP_RECVERR) | (libc::IPPROTO_IPV6, libc::IPV6_RECVERR)) {
            let errno = data.get(..4)?.try_into().ok().map(i32::from_ne_bytes)?;
            // SO_EE_OFFENDER: the address stands behind the error.
            let by = data.get(size_of::<libc::sock_extended_err>()..).and_then(address);
            return Some((errno, by));
        }
        control = control.get(len.next_multiple_of(size_of::<usize>())..)?;
    }
}

/// A `sockaddr_in` or `sockaddr_in6`; an IPv4 address in IPv6 form is given as IPv4.
fn address(bytes: &[u8]) -> Option<SocketAddr> {
    let family = libc::sa_family_t::from_ne_bytes(bytes.get(..size_of::<libc::sa_family_t>())?.try_into().ok()?);
    let port = u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?);
    let ip = match i32::from(family) {
        libc::AF_INET => {
            let at = offset_of!(libc::sockaddr_in, sin_addr);
            IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(bytes.get(at..at + 4)?).ok()?))
        }
        libc::AF_INET6 => {
            let at = offset_of!(libc::sockaddr_in6, sin6_addr);
            IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes.get(at..at + 16)?).ok()?)).to_canonical()
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;

    /// An address where nobody listens.
    fn nobody(host: &str) -> SocketAddr {
        UdpSocket::bind((host, 0)).unwrap().local_addr().unwrap()
    }

    #[test]
    fn what_came_back_is_in_the_queue_and_the_next_call_knows_nothing_of_it() {
        for host in ["127.0.0.1", "::1"] {
            let Ok(socket) = UdpSocket::bind((host, 0)) else { continue };
            set_recverr(&socket, host == "::1").unwrap();
            assert!(!has_error(&socket));
            let to = nobody(host);
            for text in [b"one".as_slice(), b"another"] {
                socket.send_to(text, to).unwrap();
                assert!(has_error(&socket), "loopback answers at once");
                let back = recv_error(&socket).unwrap();
                assert_eq!((back.to, back.quoted, back.errno), (Some(to), text.len(), libc::ECONNREFUSED));
                assert_eq!(back.by, host.parse().ok());
                assert!(!has_error(&socket));
            }
            assert_eq!(recv_error(&socket).unwrap_err().kind(), io::ErrorKind::WouldBlock);
            socket.set_nonblocking(true).unwrap();
            assert_eq!(socket.recv_from(&mut [0; 9]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        }
    }

    #[test]
    fn where_the_queue_is_not_read_the_next_call_fails_and_sends_nothing() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        set_recverr(&socket, false).unwrap();
        let to = nobody("127.0.0.1");
        socket.send_to(b"one", to).unwrap();
        assert_eq!(socket.send_to(b"another", to).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    }

    #[test]
    fn control_messages_of_any_bytes_are_read_or_not() {
        assert_eq!(errors(&[]), None);
        assert_eq!(errors(&[0xff; CONTROL]), None);
        // A length of nothing would be read for ever.
        assert_eq!(errors(&[0; CONTROL]), None);
    }
}
