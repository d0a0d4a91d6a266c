//! Making a socket and setting its options, each call on record.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{SockRef, Socket, Type};

use super::kernel;
use super::tap::{Moved, Tap, Waiting};
use crate::lab::{Addr, EndpointSpec};
use crate::trace::{Domain, Ends, Errno, NoticeKind, Op, OptionValue, SocketOption, SocketType};

/// A failed call as the user is told of it.
pub fn failed(op: &'static str, addr: Option<SocketAddr>) -> impl FnOnce(io::Error) -> NoticeKind {
    move |error| NoticeKind::CallFailed { op, addr: addr.map(Addr::Inet), errno: Errno::from(&error) }
}

/// `socket()` for the family of `addr`, with the options that must be set before it is bound.
pub fn make(tap: &Tap, kind: SocketType, addr: SocketAddr, spec: &EndpointSpec) -> Result<Socket, NoticeKind> {
    let (domain, family) = match addr {
        SocketAddr::V4(_) => (Domain::Inet, socket2::Domain::IPV4),
        SocketAddr::V6(_) => (Domain::Inet6, socket2::Domain::IPV6),
    };
    let style = match kind {
        SocketType::Stream => Type::STREAM,
        SocketType::Datagram => Type::DGRAM,
    };
    let socket = tap
        .call(Op::Socket { domain, kind }, || Socket::new(family, style, None), kernel::number)
        .map_err(failed("socket", Some(addr)))?;
    match set_early(tap, &socket, addr, spec).and_then(|()| socket.set_nonblocking(true)) {
        Ok(()) => Ok(socket),
        Err(error) => {
            close(tap, socket);
            Err(failed("setsockopt", Some(addr))(error))
        }
    }
}

fn set_early(tap: &Tap, socket: &Socket, addr: SocketAddr, spec: &EndpointSpec) -> io::Result<()> {
    use SocketOption::{Broadcast, RecvBuffer, ReuseAddr, SendBuffer, V6Only};

    let options = &spec.options;
    if spec.reuse_addr() {
        set(tap, ReuseAddr, 1, || socket.set_reuse_address(true))?;
    }
    if let (Some(only), true) = (options.v6_only, addr.is_ipv6()) {
        set(tap, V6Only, i32::from(only), || socket.set_only_v6(only))?;
    }
    if let Some(bytes) = options.recv_buffer {
        set(tap, RecvBuffer, clamp(bytes), || socket.set_recv_buffer_size(bytes as usize))?;
    }
    if let Some(bytes) = options.send_buffer {
        set(tap, SendBuffer, clamp(bytes), || socket.set_send_buffer_size(bytes as usize))?;
    }
    if let Some(on) = options.broadcast {
        set(tap, Broadcast, i32::from(on), || socket.set_broadcast(on))?;
    }
    Ok(())
}

/// The options of a connection: on a client's socket before it connects, on a server's when it is accepted (not every
/// system hands them down from the listener).
pub fn set_connection(tap: &Tap, socket: &SockRef<'_>, spec: &EndpointSpec) -> io::Result<()> {
    let options = &spec.options;
    if let Some(on) = options.nodelay {
        set(tap, SocketOption::NoDelay, i32::from(on), || socket.set_tcp_nodelay(on))?;
    }
    if let Some(on) = options.keepalive {
        set(tap, SocketOption::KeepAlive, i32::from(on), || socket.set_keepalive(on))?;
    }
    if let Some(time) = options.linger {
        tap.call(linger(Some(time)), || socket.set_linger(Some(time)), |()| 0)?;
    }
    Ok(())
}

/// `setsockopt(SO_LINGER)`; `None` is off.
pub fn linger(time: Option<Duration>) -> Op {
    let seconds = time.map(|time| u32::try_from(time.as_secs()).unwrap_or(u32::MAX));
    Op::SetSockOpt { option: SocketOption::Linger, value: OptionValue::Linger(seconds) }
}

fn set(tap: &Tap, option: SocketOption, value: i32, make: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    tap.call(Op::SetSockOpt { option, value: OptionValue::Int(value) }, make, |()| 0)
}

fn clamp(bytes: u32) -> i32 {
    i32::try_from(bytes).unwrap_or(i32::MAX)
}

/// `bind()`. Gives the tap of the bound socket, with the actual address.
pub fn bind(tap: &Tap, socket: &Socket, addr: SocketAddr) -> Result<Tap, NoticeKind> {
    let waiting = Waiting::begin(tap);
    let result = socket.bind(&addr.into());
    let bound = match &result {
        Ok(()) => tap.with(None, Ends { local: local(socket), peer: None }),
        Err(_) => tap.clone(),
    };
    let op = Op::Bind { addr: std::sync::Arc::new(Addr::Inet(addr)) };
    waiting.end(&bound, op, result.as_ref().map(|()| 0), Moved::default());
    result.map(|()| bound).map_err(failed("bind", Some(addr)))
}

/// The socket's own address (getsockname(2)).
pub fn local(socket: &Socket) -> Option<Addr> {
    socket.local_addr().ok()?.as_socket().map(Addr::Inet)
}

/// `close()` of a socket that came to nothing; how that went is on record, and there is nobody to tell.
pub fn close(tap: &Tap, socket: Socket) {
    let _ = tap.call(Op::Close, || kernel::close(socket), |()| 0);
}
