//! Making a socket and setting its options, each call on record.

use std::io;
use std::sync::Arc;

use socket2::{SockRef, Socket, Type};

use crate::engine::kernel;
use crate::engine::kernel::addr::{shown_addr, system_addr};
use crate::engine::link::error::failed;
use crate::engine::tap::{Moved, PendingCall, Tap, linger};
use crate::lab::{Addr, EndpointSpec};
use crate::trace::{Domain, Ends, NoticeKind, Op, OptionValue, SocketOption, SocketType};

/// `socket()` for the family of `addr`, with the options that must be set before it is bound.
pub fn make(tap: &Tap, kind: SocketType, addr: &Addr, spec: &EndpointSpec) -> Result<Socket, NoticeKind> {
    let (domain, family) = match addr {
        Addr::Inet(addr) if addr.is_ipv6() => (Domain::Inet6, socket2::Domain::IPV6),
        Addr::Inet(_) => (Domain::Inet, socket2::Domain::IPV4),
        Addr::Unix(_) | Addr::Unnamed => (Domain::Unix, socket2::Domain::UNIX),
    };
    let style = match kind {
        SocketType::Stream => Type::STREAM,
        SocketType::Datagram => Type::DGRAM,
    };
    let socket = tap
        .call(Op::Socket { domain, kind }, || Socket::new(family, style, None), kernel::number)
        .map_err(failed("socket", Some(addr.clone())))?;
    match set_early(tap, &socket, addr, spec).and_then(|()| socket.set_nonblocking(true)) {
        Ok(()) => Ok(socket),
        Err(error) => {
            close(tap, socket);
            Err(failed("setsockopt", Some(addr.clone()))(error))
        }
    }
}

fn set_early(tap: &Tap, socket: &Socket, addr: &Addr, spec: &EndpointSpec) -> io::Result<()> {
    use SocketOption::{Broadcast, RecvBuffer, ReuseAddr, SendBuffer, V6Only};

    let options = &spec.options;
    let inet = addr.inet();
    if spec.reuse_addr() && inet.is_some() {
        set(tap, ReuseAddr, 1, || socket.set_reuse_address(true))?;
    }
    if let (Some(only), true) = (options.v6_only, inet.is_some_and(|addr| addr.is_ipv6())) {
        set(tap, V6Only, i32::from(only), || socket.set_only_v6(only))?;
    }
    if let Some(bytes) = options.recv_buffer {
        let granted = || socket.recv_buffer_size();
        set_size(tap, RecvBuffer, bytes, || socket.set_recv_buffer_size(bytes as usize), granted)?;
    }
    if let Some(bytes) = options.send_buffer {
        let granted = || socket.send_buffer_size();
        set_size(tap, SendBuffer, bytes, || socket.set_send_buffer_size(bytes as usize), granted)?;
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

fn set(tap: &Tap, option: SocketOption, value: i32, make: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    tap.call(Op::SetSockOpt { option, value: OptionValue::Int(value) }, make, |()| 0)
}

/// The same for the size of a buffer. The system rounds, doubles and limits it: what it granted is read back.
fn set_size(
    tap: &Tap,
    option: SocketOption,
    bytes: u32,
    make: impl FnOnce() -> io::Result<()>,
    granted: impl FnOnce() -> io::Result<usize>,
) -> io::Result<()> {
    let waiting = PendingCall::begin(tap);
    let result = tap.os("setsockopt", make);
    let asked = clamp(bytes);
    let granted = result.as_ref().ok().and_then(|()| granted().ok()).and_then(|size| u32::try_from(size).ok());
    let value = granted.map_or(OptionValue::Int(asked), |granted| OptionValue::Size { asked, granted });
    waiting.end(tap, Op::SetSockOpt { option, value }, result.as_ref().map(|()| 0), Moved::default());
    result
}

fn clamp(bytes: u32) -> i32 {
    i32::try_from(bytes).unwrap_or(i32::MAX)
}

/// `bind()`. Gives the tap of the bound socket, with the actual address.
pub fn bind(tap: &Tap, socket: &Socket, addr: &Addr) -> Result<Tap, NoticeKind> {
    let waiting = PendingCall::begin(tap);
    let result = tap.os("bind", || socket.bind(&system_addr(addr)?));
    let bound = match &result {
        Ok(()) => tap.with(None, Ends { local: local(socket), peer: None }),
        Err(_) => tap.clone(),
    };
    let op = Op::Bind { addr: Arc::new(addr.clone()) };
    waiting.end(&bound, op, result.as_ref().map(|()| 0), Moved::default());
    result.map(|()| bound).map_err(failed("bind", Some(addr.clone())))
}

/// Hands a socket to the runtime's event queue (epoll_ctl(2) and the like). One that can't be had there is closed with it,
/// on record as any other.
///
/// # Errors
/// There is no memory, or the user watches too many descriptors.
pub fn register<T>(tap: &Tap, addr: &Addr, make: impl FnOnce() -> io::Result<T>) -> Result<T, NoticeKind> {
    let made = tap.os("epoll_ctl", make).map_err(failed("epoll_ctl", Some(addr.clone())));
    made.inspect_err(|_| {
        let _ = tap.call(Op::Close, || Ok(()), |()| 0);
    })
}

/// The socket's own address (getsockname(2)).
pub fn local(socket: &Socket) -> Option<Addr> {
    shown_addr(&socket.local_addr().ok()?)
}

/// `close()` of a socket that came to nothing; how that went is on record, and there is nobody to tell.
pub fn close(tap: &Tap, socket: Socket) {
    let _ = tap.call(Op::Close, || kernel::close(socket), |()| 0);
}
