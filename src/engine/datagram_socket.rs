//! Datagram sockets: UDP, and on Unix also Unix datagram sockets, in one type.

use std::io;
use std::task::{Context, Poll};

use bytes::Bytes;
use socket2::{SockRef, Socket};
use tokio::io::Interest;
use tokio::net::UdpSocket;
#[cfg(unix)]
use tokio::net::UnixDatagram;

use super::kernel::{self, Datagram};
use super::options::{shown_addr, system_addr};
use super::tap::with_scratch;
use crate::lab::Addr;

pub enum DatagramSocket {
    Udp(UdpSocket),
    #[cfg(unix)]
    Unix(UnixDatagram),
}

/// Calls the same on whichever it is.
macro_rules! either {
    ($on:expr, $socket:ident => $call:expr) => {
        match $on {
            Self::Udp($socket) => $call,
            #[cfg(unix)]
            Self::Unix($socket) => $call,
        }
    };
}

impl DatagramSocket {
    /// A socket that does not block.
    pub fn new(socket: Socket, addr: &Addr) -> io::Result<Self> {
        match addr {
            #[cfg(unix)]
            Addr::Unix(_) | Addr::Unnamed => Ok(Self::Unix(UnixDatagram::from_std(socket.into())?)),
            _ => Ok(Self::Udp(UdpSocket::from_std(socket.into())?)),
        }
    }

    /// `None` for a Unix socket.
    pub fn udp(&self) -> Option<SockRef<'_>> {
        match self {
            Self::Udp(socket) => Some(SockRef::from(socket)),
            #[cfg(unix)]
            Self::Unix(_) => None,
        }
    }

    pub fn number(&self) -> u64 {
        either!(self, socket => kernel::number(socket))
    }

    pub fn local(&self) -> Option<Addr> {
        let addr = either!(self, socket => SockRef::from(socket).local_addr());
        shown_addr(&addr.ok()?)
    }

    /// One `recvfrom(max)`.
    pub fn poll_recv_from(&self, cx: &mut Context<'_>, max: usize) -> Poll<io::Result<(Bytes, Datagram)>> {
        loop {
            std::task::ready!(either!(self, socket => socket.poll_recv_ready(cx)))?;
            let attempt = with_scratch(max, |buffer| {
                let datagram =
                    either!(self, socket => socket.try_io(Interest::READABLE, || kernel::recv_from(socket, buffer)))?;
                Ok((Bytes::copy_from_slice(&buffer[..datagram.len]), datagram))
            });
            match attempt {
                Err(error) if is_would_block(&error) => {}
                attempt => return Poll::Ready(attempt),
            }
        }
    }

    /// One `sendto()`.
    pub fn poll_send_to(&self, cx: &mut Context<'_>, bytes: &[u8], to: &Addr) -> Poll<io::Result<usize>> {
        let to = system_addr(to)?;
        match self {
            Self::Udp(socket) => loop {
                std::task::ready!(socket.poll_send_ready(cx))?;
                match socket.try_io(Interest::WRITABLE, || SockRef::from(socket).send_to(bytes, &to)) {
                    Err(error) if is_would_block(&error) => {}
                    result => return Poll::Ready(result),
                }
            },
            #[cfg(unix)]
            Self::Unix(socket) => match SockRef::from(socket).send_to(bytes, &to) {
                Err(error) if is_would_block(&error) => Poll::Pending,
                result => Poll::Ready(result),
            },
        }
    }

    /// True where a pending [`Self::poll_send_to`] wakes nobody: it is the peer's queue that is full, and this socket
    /// has nothing to say about that.
    pub fn must_be_asked_again(&self) -> bool {
        !matches!(self, Self::Udp(_))
    }

    /// How many datagrams the kernel has thrown away; `None` where it doesn't say.
    pub fn drops(&self) -> Option<u64> {
        match self {
            Self::Udp(socket) => kernel::datagram_drops(socket),
            // A full queue makes the sender wait: nothing is thrown away.
            #[cfg(unix)]
            Self::Unix(_) => None,
        }
    }

    pub fn close(self) -> io::Result<()> {
        either!(self, socket => kernel::close(socket.into_std()?))
    }
}

fn is_would_block(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}
