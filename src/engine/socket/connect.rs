//! Connecting a stream socket, each call on record.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use socket2::{SockRef, Socket};
use tokio::time::sleep;

use super::stream::Stream;
use super::{resolve, setup, unix_path};
use crate::engine::kernel::addr::system_addr;
use crate::engine::link::command::Dest;
use crate::engine::link::error::failed;
use crate::engine::tap::{Moved, PendingCall, StreamSocket as _, Tap};
use crate::lab::{Addr, EndpointSpec};
use crate::trace::notice::Missing;
use crate::trace::{ConnId, Ends, Errno, NoticeKind, Op, SocketType};

/// A Unix server whose queue is full gives no sign when it has room: it is tried again after so long.
const ASK_AGAIN: Duration = Duration::from_millis(5);

/// Tries the server's addresses one after the other; the error is that of the last.
pub async fn connect_first(
    tap: &Tap,
    spec: &EndpointSpec,
    remote: Option<Dest>,
    conn: u32,
) -> Result<(Stream, Tap), NoticeKind> {
    let no_target = NoticeKind::NoSuchTarget { what: Missing::Destination };
    let (Some(remote), Some(conn)) = (remote, ConnId::new(conn)) else { return Err(no_target) };
    let local = match &spec.local {
        Some(local) => resolve::local(local).await?.addresses,
        None => Vec::new(),
    };
    let mut last = no_target;
    for addr in resolve::destination(&remote).await?.addresses {
        // A socket that is bound to an address of one family reaches only that family.
        let from = local.iter().find(|from| family(from) == family(&addr)).or(local.first());
        match connect_one(tap, spec, from, &addr, conn).await {
            Ok(connected) => return Ok(connected),
            Err(kind) => last = kind,
        }
    }
    Err(last)
}

fn family(addr: &Addr) -> Option<bool> {
    addr.inet().map(|addr| addr.is_ipv4())
}

async fn connect_one(
    tap: &Tap,
    spec: &EndpointSpec,
    from: Option<&Addr>,
    addr: &Addr,
    conn: ConnId,
) -> Result<(Stream, Tap), NoticeKind> {
    let mut tap = tap.of_no_connection();
    let socket = setup::make(&tap, SocketType::Stream, from.unwrap_or(addr), spec)?;
    let prepared =
        setup::set_connection(&tap, &SockRef::from(&socket), spec).map_err(failed("setsockopt", Some(addr.clone())));
    let prepared = match (prepared, from) {
        (Ok(()), Some(from)) => match setup::bind(&tap, &socket, from) {
            Ok(bound) => {
                tap = bound;
                Ok(())
            }
            Err(kind) => Err(unix_path::explain_bind(from, true, kind).await),
        },
        (prepared, _) => prepared,
    };
    if let Err(kind) = prepared {
        setup::close(&tap, socket);
        return Err(kind);
    }
    // From here on the socket belongs to a connection.
    let ends = |local: Option<Addr>| Ends { local, peer: Some(addr.clone()) };
    let tap = tap.with(Some(conn), ends(tap.ends.local.clone()));
    let op = Op::Connect { addr: Arc::new(addr.clone()) };
    let mut unconnected = Unconnected { socket: Some(socket), tap: &tap };
    // Given up, what was declared last ends first: the call before its socket.
    let mut waiting = PendingCall::begin(&tap);
    let begun = unconnected.begin(&mut waiting, &op, addr).await;
    // Taken back: from here on it is somebody else's to close.
    let Some(socket) = unconnected.socket.take() else { return Err(NoticeKind::OpeningCancelled) };
    if let Err(error) = begun {
        waiting.end(&tap, op, Err(&error), Moved::default());
        setup::close(&tap, socket);
        return Err(failed("connect", Some(addr.clone()))(error));
    }
    let stream = setup::register(&tap, addr, || Stream::new(socket, addr))?;
    let mut connecting = Connecting { stream: Some(stream), tap: &tap };
    let mut waiting = waiting;
    let result = connecting.finish(&mut waiting, &op).await;
    // Taken back: from here on nothing is awaited.
    let Some(stream) = connecting.stream.take() else { return Err(NoticeKind::OpeningCancelled) };
    drop(connecting);
    match result {
        Ok(()) => {
            let tap = tap.with(Some(conn), ends(stream.local()));
            waiting.end(&tap, op, Ok(0), Moved::default());
            Ok((stream, tap))
        }
        Err(error) => {
            waiting.end(&tap, op, Err(&error), Moved::default());
            close_stream(&tap, stream);
            Err(failed("connect", Some(addr.clone()))(error))
        }
    }
}

/// A socket that does not know yet whom it will be connected to; given up, it is closed on record.
struct Unconnected<'a> {
    socket: Option<Socket>,
    tap: &'a Tap,
}

impl Unconnected<'_> {
    /// `connect()`: it has succeeded, or goes on by itself.
    async fn begin(&mut self, waiting: &mut PendingCall, op: &Op, addr: &Addr) -> io::Result<()> {
        let Some(socket) = &self.socket else { return Ok(()) };
        let mut was_interrupted = false;
        loop {
            let error = match self.tap.os("connect", || socket.connect(&system_addr(addr)?)) {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            match (error.kind(), Errno::from(&error).name()) {
                // A Unix server's queue is full, and nothing says when it has room (connect(2), EAGAIN).
                (io::ErrorKind::WouldBlock, _) if matches!(addr, Addr::Unix(_)) => {
                    waiting.wait(self.tap, || op.clone());
                    sleep(ASK_AGAIN).await;
                }
                // A call that has returned. What it began goes on; the next one says so.
                (io::ErrorKind::Interrupted, _) => {
                    was_interrupted = true;
                    let interrupted = std::mem::replace(waiting, PendingCall::begin(self.tap));
                    interrupted.end(self.tap, op.clone(), Err(&error), Moved::default());
                }
                (_, Some("EINPROGRESS" | "EALREADY")) => return Ok(()),
                // It has succeeded meanwhile.
                (_, Some("EISCONN")) if was_interrupted => return Ok(()),
                // Windows says so; Linux means that it has run out of ports or routes (connect(2)).
                (io::ErrorKind::WouldBlock, _) if cfg!(windows) => return Ok(()),
                _ => return Err(error),
            }
        }
    }
}

impl Drop for Unconnected<'_> {
    fn drop(&mut self) {
        if let Some(socket) = self.socket.take() {
            setup::close(self.tap, socket);
        }
    }
}

fn close_stream(tap: &Tap, stream: Stream) {
    let _ = tap.call(Op::Close, || stream.close(), |()| 0);
}

/// A socket whose `connect` is under way; given up, it is closed on record.
struct Connecting<'a> {
    stream: Option<Stream>,
    tap: &'a Tap,
}

impl Connecting<'_> {
    async fn finish(&mut self, waiting: &mut PendingCall, op: &Op) -> io::Result<()> {
        let Some(stream) = &self.stream else { return Ok(()) };
        loop {
            poll_fn(|cx| {
                let ready = stream.poll_send_ready(cx);
                if ready.is_pending() {
                    waiting.wait(self.tap, || op.clone());
                }
                ready
            })
            .await?;
            // What `connect` has ended with.
            if let Some(error) = self.tap.os("getsockopt", || stream.take_error())? {
                return Err(error);
            }
            match stream.sock_ref().peer_addr() {
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::NotConnected => {
                    // Not yet: wait for the next time.
                    stream.forget_send_ready();
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Connecting<'_> {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.take() {
            close_stream(self.tap, stream);
        }
    }
}
