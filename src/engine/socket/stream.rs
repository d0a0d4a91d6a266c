//! Stream sockets as the tap sees them: TCP, and on Unix also Unix stream sockets, in one type.

use std::io;
use std::net::Shutdown;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::{SockRef, Socket};
use tokio::net::{TcpListener, TcpStream};
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};

use crate::engine::kernel;
use crate::engine::kernel::addr::shown_addr;
use crate::engine::tap::StreamSocket;
use crate::lab::Addr;
use crate::values::How;

/// A connected stream socket.
pub enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
    /// See [`Stream::detach`].
    Detached(Socket),
}

/// A listening stream socket.
pub enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener),
}

/// Calls the same on whichever it is.
macro_rules! either {
    ($on:expr, $socket:ident => $call:expr) => {
        match $on {
            Self::Tcp($socket) => $call,
            #[cfg(unix)]
            Self::Unix($socket) => $call,
        }
    };
}

/// The same, where a detached socket will do too.
macro_rules! any {
    ($on:expr, $socket:ident => $call:expr) => {
        match $on {
            Self::Tcp($socket) => $call,
            #[cfg(unix)]
            Self::Unix($socket) => $call,
            Self::Detached($socket) => $call,
        }
    };
}

/// Calls the same on whichever it is; a detached socket is never asked, since a thread has it.
macro_rules! attached {
    ($on:expr, $socket:ident => $call:expr, else $detached:expr) => {
        match $on {
            Self::Tcp($socket) => $call,
            #[cfg(unix)]
            Self::Unix($socket) => $call,
            Self::Detached(_) => $detached,
        }
    };
}

impl Stream {
    /// Deregisters the socket from the reactor, for good: a thread waits for it by itself from here on, and each
    /// arrival would wake the I/O thread for nothing. Its descriptor stays the same.
    ///
    /// # Errors
    /// There is no descriptor left for a moment's copy.
    pub fn detach(&mut self) -> io::Result<()> {
        let spare = self.sock_ref().try_clone()?;
        let socket = match std::mem::replace(self, Self::Detached(spare)) {
            Self::Tcp(stream) => Socket::from(stream.into_std()?),
            #[cfg(unix)]
            Self::Unix(stream) => Socket::from(stream.into_std()?),
            Self::Detached(socket) => socket,
        };
        *self = Self::Detached(socket);
        Ok(())
    }

    /// A socket that is connected or connecting, and does not block.
    pub fn new(socket: Socket, addr: &Addr) -> io::Result<Self> {
        match addr {
            #[cfg(unix)]
            Addr::Unix(_) | Addr::Unnamed => Ok(Self::Unix(UnixStream::from_std(socket.into())?)),
            _ => Ok(Self::Tcp(TcpStream::from_std(socket.into())?)),
        }
    }

    pub fn number(&self) -> u64 {
        any!(self, socket => kernel::number(socket))
    }

    pub fn sock_ref(&self) -> SockRef<'_> {
        any!(self, socket => SockRef::from(socket))
    }

    pub fn local(&self) -> Option<Addr> {
        shown_addr(&self.sock_ref().local_addr().ok()?)
    }

    /// The error that a connection under way has ended with (SO_ERROR).
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.sock_ref().take_error()
    }

    /// Waits until the system has an error for this socket, such as a reset; where it doesn't tell, for ever.
    pub async fn failed(&self) {
        let ready = attached!(self, socket => socket.ready(tokio::io::Interest::ERROR).await.is_ok(), else false);
        if !ready {
            std::future::pending::<()>().await;
        }
    }

    /// Forgets that the socket was said to be ready to send.
    pub fn forget_send_ready(&self) {
        let not_yet = || Err::<(), _>(io::Error::from(io::ErrorKind::WouldBlock));
        let _ = attached!(self, socket => socket.try_io(tokio::io::Interest::WRITABLE, not_yet), else not_yet());
    }
}

impl Listener {
    /// A listening socket that does not block.
    pub fn new(socket: Socket, addr: &Addr) -> io::Result<Self> {
        match addr {
            #[cfg(unix)]
            Addr::Unix(_) | Addr::Unnamed => Ok(Self::Unix(UnixListener::from_std(socket.into())?)),
            _ => Ok(Self::Tcp(TcpListener::from_std(socket.into())?)),
        }
    }

    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Stream, Addr)>> {
        match self {
            Self::Tcp(listener) => {
                listener.poll_accept(cx).map_ok(|(stream, peer)| (Stream::Tcp(stream), Addr::Inet(peer)))
            }
            #[cfg(unix)]
            Self::Unix(listener) => listener.poll_accept(cx).map_ok(|(stream, _)| {
                let peer = SockRef::from(&stream).peer_addr().ok().and_then(|addr| shown_addr(&addr));
                (Stream::Unix(stream), peer.unwrap_or(Addr::Unnamed))
            }),
        }
    }

    pub fn number(&self) -> u64 {
        either!(self, listener => kernel::number(listener))
    }

    /// How many connections wait to be accepted, and how many may; `None` where the system doesn't say.
    pub fn queue(&self) -> Option<(u32, u32)> {
        match self {
            Self::Tcp(listener) => kernel::accept_queue(listener),
            #[cfg(unix)]
            Self::Unix(_) => None,
        }
    }

    pub fn close(self) -> io::Result<()> {
        either!(self, listener => kernel::close(listener.into_std()?))
    }
}

impl StreamSocket for Stream {
    fn poll_recv_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        attached!(self, socket => socket.poll_read_ready(cx), else Poll::Pending)
    }

    fn poll_send_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        attached!(self, socket => socket.poll_write_ready(cx), else Poll::Pending)
    }

    fn try_recv(&self, buffer: &mut Vec<u8>, max: usize) -> io::Result<usize> {
        let would_block = || Err(io::ErrorKind::WouldBlock.into());
        let mut short = None;
        let receive = || {
            let len = self.recv_anyway(buffer, max)?;
            // Where readiness comes as events (epoll, kqueue) the next arrival is one: the socket counts as empty until then.
            if cfg!(unix) && (1..max).contains(&len) {
                short = Some(len);
                return would_block();
            }
            Ok(len)
        };
        let result =
            attached!(self, socket => socket.try_io(tokio::io::Interest::READABLE, receive), else would_block());
        short.map_or(result, Ok)
    }

    fn recv_anyway(&self, buffer: &mut Vec<u8>, max: usize) -> io::Result<usize> {
        kernel::recv(&self.sock_ref(), buffer, max)
    }

    fn is_at_urgent_byte(&self) -> bool {
        matches!(self, Self::Tcp(socket) if kernel::is_at_urgent_byte(socket))
    }

    fn try_send(&self, bytes: &[u8]) -> io::Result<usize> {
        attached!(self, socket => socket.try_write(bytes), else Err(io::ErrorKind::WouldBlock.into()))
    }

    fn shutdown(&self, how: How) -> io::Result<()> {
        self.sock_ref().shutdown(match how {
            How::Read => Shutdown::Read,
            How::Write => Shutdown::Write,
            How::Both => Shutdown::Both,
        })
    }

    fn number(&self) -> Option<u64> {
        Some(Self::number(self))
    }

    fn unread(&self) -> u64 {
        kernel::unread(&*self.sock_ref())
    }

    fn set_reset_on_close(&self) -> io::Result<()> {
        self.sock_ref().set_linger(Some(Duration::ZERO))
    }

    fn close(self) -> io::Result<()> {
        // Deregistered from the reactor first; then it is an ordinary socket.
        match self {
            Self::Tcp(socket) => kernel::close(socket.into_std()?),
            #[cfg(unix)]
            Self::Unix(socket) => kernel::close(socket.into_std()?),
            Self::Detached(socket) => kernel::close(socket),
        }
    }
}
