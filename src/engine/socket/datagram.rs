//! Datagram sockets: UDP, and on Unix also Unix datagram sockets, in one type.

use std::io;
use std::task::{Context, Poll};

use bytes::Bytes;
use socket2::{SockRef, Socket};
use tokio::io::Interest;
use tokio::net::UdpSocket;
#[cfg(unix)]
use tokio::net::UnixDatagram;

use crate::engine::kernel::addr::{shown_addr, system_addr};
use crate::engine::kernel::{self, Datagram, Undelivered};
use crate::engine::tap::DatagramSocket;
use crate::engine::tap::buffers::{copied, with_scratch};
use crate::lab::Addr;

/// A datagram socket of the system.
pub enum Datagrams {
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

impl Datagrams {
    /// A socket that does not block.
    pub fn new(socket: Socket, addr: &Addr) -> io::Result<Self> {
        match addr {
            #[cfg(unix)]
            Addr::Unix(_) | Addr::Unnamed => Ok(Self::Unix(UnixDatagram::from_std(socket.into())?)),
            _ => Ok(Self::Udp(UdpSocket::from_std(socket.into())?)),
        }
    }

    fn polls_error(&self) -> bool {
        either!(self, socket => kernel::has_error(socket))
    }

    /// `None` for a Unix socket.
    pub fn udp(&self) -> Option<SockRef<'_>> {
        match self {
            Self::Udp(socket) => Some(SockRef::from(socket)),
            #[cfg(unix)]
            Self::Unix(_) => None,
        }
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
}

impl DatagramSocket for Datagrams {
    fn number(&self) -> u64 {
        either!(self, socket => kernel::number(socket))
    }

    fn local(&self) -> Option<Addr> {
        let addr = either!(self, socket => SockRef::from(socket).local_addr());
        shown_addr(&addr.ok()?)
    }

    fn poll_recv_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, socket => socket.poll_recv_ready(cx))
    }

    /// A full queue of a Unix peer is no matter of this socket's readiness: it is always worth a try.
    fn poll_send_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Udp(socket) => socket.poll_send_ready(cx),
            #[cfg(unix)]
            Self::Unix(_) => Poll::Ready(Ok(())),
        }
    }

    fn try_recv_from(&self, max: usize) -> io::Result<(Bytes, Datagram)> {
        with_scratch(max, |buffer| {
            let receive = |buffer: &mut [u8]| either!(self, socket => socket.try_io(Interest::READABLE, || kernel::recv_from(socket, buffer)));
            let datagram = receive(buffer)?;
            Ok((copied(&buffer[..datagram.len]), datagram))
        })
    }

    fn try_send_to(&self, bytes: &[u8], to: &Addr) -> io::Result<usize> {
        let to = system_addr(to)?;
        match self {
            Self::Udp(socket) => socket.try_io(Interest::WRITABLE, || SockRef::from(socket).send_to(bytes, &to)),
            #[cfg(unix)]
            Self::Unix(socket) => SockRef::from(socket).send_to(bytes, &to),
        }
    }

    fn has_error(&self) -> bool {
        let is_there = || if self.polls_error() { Ok(()) } else { Err(io::ErrorKind::WouldBlock.into()) };
        // What the runtime has heard of is forgotten only where it is not there (any more).
        self.polls_error() || either!(self, socket => socket.try_io(Interest::ERROR, is_there)).is_ok()
    }

    async fn error_ready(&self) {
        let ready = either!(self, socket => socket.ready(Interest::ERROR).await);
        if ready.is_err() {
            // The runtime ends.
            std::future::pending::<()>().await;
        }
    }

    fn try_recv_error(&self) -> io::Result<Undelivered> {
        either!(self, socket => kernel::recv_error(socket))
    }

    fn waits_for_its_peer(&self) -> bool {
        self.udp().is_none()
    }

    fn close(self) -> io::Result<()> {
        either!(self, socket => kernel::close(socket.into_std()?))
    }
}
