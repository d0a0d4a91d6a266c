//! Making a socket and setting its options, each call on record.

use std::io;
use std::sync::Arc;

use socket2::{SockRef, Socket, Type};

use crate::engine::kernel;
use crate::engine::kernel::addr::{shown_addr, system_addr};
use crate::engine::link::error::{Error, failed};
use crate::engine::tap::{Moved, Tap, linger};
use crate::engine::wire::End;
use crate::lab::{Addr, EndpointSpec};
use crate::trace::{Domain, Ends, Op, OptionValue, SocketOption, SocketType};

/// A socket that is being set up. Dropped before it has come to anything, it is closed on record.
pub struct NewSocket {
    /// `None` only while it is taken out or dropped.
    socket: Option<Socket>,
    tap: Tap,
}

impl NewSocket {
    /// `socket()` for the family of `addr`, with the options that must be set before it is bound.
    pub async fn make(tap: &Tap, kind: SocketType, addr: &Addr, spec: &EndpointSpec) -> Result<Self, Error> {
        let (domain, family) = match addr {
            Addr::Inet(addr) if addr.is_ipv6() => (Domain::Inet6, socket2::Domain::IPV6),
            Addr::Inet(_) => (Domain::Inet, socket2::Domain::IPV4),
            Addr::Unix(_) | Addr::Unnamed => (Domain::Unix, socket2::Domain::UNIX),
        };
        let style = match kind {
            SocketType::Stream => Type::STREAM,
            SocketType::Datagram => Type::DGRAM,
        };
        let op = Op::Socket { domain, kind };
        let none = Ends { local: None, peer: None };
        let end = End::of(spec);
        let returned = tap.attempt(&op, || tap.wire().socket(end, family, style)).await;
        let tap = match returned.result {
            Ok(_) => tap.of_new_socket(None, none),
            Err(_) => tap.with(None, none),
        };
        let socket = returned.record(&tap, op, |socket| (kernel::number(socket), Moved::default()));
        let socket = socket.map_err(failed("socket", Some(addr.clone())))?;
        let new = Self { socket: Some(socket), tap };
        match new.set_early(addr, spec).await.and_then(|()| new.socket()?.set_nonblocking(true)) {
            Ok(()) => Ok(new),
            Err(error) => {
                new.close().await;
                Err(failed("setsockopt", Some(addr.clone()))(error))
            }
        }
    }

    pub fn tap(&self) -> &Tap {
        &self.tap
    }

    /// From here on it belongs to a connection.
    pub fn set_tap(&mut self, tap: Tap) {
        self.tap = tap;
    }

    /// # Errors
    /// It has been taken out.
    pub fn socket(&self) -> io::Result<&Socket> {
        self.socket.as_ref().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    async fn set_early(&self, addr: &Addr, spec: &EndpointSpec) -> io::Result<()> {
        use SocketOption::{Broadcast, RecvBuffer, RecvErr, ReuseAddr, SendBuffer, V6Only, V6RecvErr};

        let (tap, socket) = (&self.tap, self.socket()?);
        let options = &spec.options;
        let inet = addr.inet();
        if spec.reuse_addr() && inet.is_some() {
            set(tap, ReuseAddr, 1, || socket.set_reuse_address(true)).await?;
        }
        if let (Some(only), true) = (options.v6_only, inet.is_some_and(|addr| addr.is_ipv6())) {
            set(tap, V6Only, i32::from(only), || socket.set_only_v6(only)).await?;
        }
        if let Some(bytes) = options.recv_buffer {
            let granted = || socket.recv_buffer_size();
            set_size(tap, RecvBuffer, bytes, || socket.set_recv_buffer_size(bytes as usize), granted).await?;
        }
        if let Some(bytes) = options.send_buffer {
            let granted = || socket.send_buffer_size();
            set_size(tap, SendBuffer, bytes, || socket.set_send_buffer_size(bytes as usize), granted).await?;
        }
        if let Some(on) = options.broadcast {
            set(tap, Broadcast, i32::from(on), || socket.set_broadcast(on)).await?;
        }
        if let (Some(true), Some(addr)) = (options.recverr, inet) {
            let option = if addr.is_ipv6() { V6RecvErr } else { RecvErr };
            set(tap, option, 1, || kernel::set_recverr(socket, addr.is_ipv6())).await?;
        }
        Ok(())
    }

    /// `bind()`. Its tap then knows the actual address.
    pub async fn bind(&mut self, addr: &Addr) -> Result<(), Error> {
        let op = Op::Bind { addr: Arc::new(addr.clone()) };
        let returned = self.tap.attempt(&op, || self.socket()?.bind(&system_addr(addr)?)).await;
        if returned.result.is_ok() {
            self.tap = self.tap.with(None, Ends { local: self.local(), peer: None });
        }
        let bound = returned.record(&self.tap, op, |()| (0, Moved::default()));
        bound.map_err(failed("bind", Some(addr.clone())))
    }

    /// `connect()` of a datagram socket, which sends nothing: the kernel notes whose datagrams it lets in.
    pub async fn connect(&mut self, addr: &Addr) -> Result<(), Error> {
        let op = Op::Connect { addr: Arc::new(addr.clone()) };
        let returned = self.tap.attempt(&op, || self.socket()?.connect(&system_addr(addr)?)).await;
        if returned.result.is_ok() {
            self.tap = self.tap.with(None, Ends { local: self.local(), peer: None });
        }
        let connected = returned.record(&self.tap, op, |()| (0, Moved::default()));
        connected.map_err(failed("connect", Some(addr.clone())))
    }

    /// `listen()`.
    pub async fn listen(&self, backlog: u32) -> io::Result<()> {
        let listen = || self.socket()?.listen(i32::try_from(backlog).unwrap_or(i32::MAX));
        self.tap.call(Op::Listen { backlog }, listen, |()| 0).await
    }

    /// The socket's own address (getsockname(2)).
    fn local(&self) -> Option<Addr> {
        shown_addr(&self.socket().ok()?.local_addr().ok()?)
    }

    /// Hands the socket to the runtime's event queue (epoll_ctl(2) and the like). One that has no place there is closed with
    /// it, on record as any other.
    ///
    /// # Errors
    /// There is no memory, or the user watches too many descriptors.
    pub fn register<T>(mut self, addr: &Addr, make: impl FnOnce(Socket) -> io::Result<T>) -> Result<(T, Tap), Error> {
        let tap = self.tap.clone();
        let socket = self.socket.take();
        let made = tap.unrecorded("epoll_ctl", || match socket {
            Some(socket) => make(socket),
            None => Err(io::ErrorKind::NotConnected.into()),
        });
        match made {
            Ok(made) => Ok((made, tap)),
            Err(error) => {
                tap.close_unasked(|| Ok(()));
                Err(failed("epoll_ctl", Some(addr.clone()))(error))
            }
        }
    }

    /// `close()` of a socket that came to nothing; how that went is on record, and nobody waits for it.
    pub async fn close(self) {
        self.tap.pass(&Op::Close).await;
        drop(self);
    }
}

impl Drop for NewSocket {
    fn drop(&mut self) {
        if let Some(socket) = self.socket.take() {
            self.tap.close_unasked(|| kernel::close(socket));
        }
    }
}

/// The options of a connection: on a client's socket before it connects, on a server's when it is accepted (not every
/// system hands them down from the listener).
pub async fn set_connection(tap: &Tap, socket: &SockRef<'_>, spec: &EndpointSpec) -> io::Result<()> {
    let options = &spec.options;
    if let Some(on) = options.nodelay {
        set(tap, SocketOption::NoDelay, i32::from(on), || socket.set_tcp_nodelay(on)).await?;
    }
    if let Some(on) = options.keepalive {
        set(tap, SocketOption::KeepAlive, i32::from(on), || socket.set_keepalive(on)).await?;
    }
    if let Some(time) = options.linger {
        tap.call(linger(Some(time)), || socket.set_linger(Some(time)), |()| 0).await?;
    }
    Ok(())
}

async fn set(tap: &Tap, option: SocketOption, value: i32, make: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    tap.call(Op::SetSockOpt { option, value: OptionValue::Int(value) }, make, |()| 0).await
}

/// The same for the size of a buffer. The system rounds, doubles and limits it: what it granted is read back.
async fn set_size(
    tap: &Tap,
    option: SocketOption,
    bytes: u32,
    make: impl FnOnce() -> io::Result<()>,
    granted: impl FnOnce() -> io::Result<usize>,
) -> io::Result<()> {
    let asked = i32::try_from(bytes).unwrap_or(i32::MAX);
    let wanted = Op::SetSockOpt { option, value: OptionValue::Int(asked) };
    let returned = tap.attempt(&wanted, make).await;
    let granted = returned.result.as_ref().ok().and_then(|()| granted().ok()).and_then(|size| u32::try_from(size).ok());
    let op = match granted {
        Some(granted) => Op::SetSockOpt { option, value: OptionValue::Size { asked, granted } },
        None => wanted,
    };
    returned.record(tap, op, |()| (0, Moved::default()))
}
