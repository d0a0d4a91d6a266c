//! Connecting a stream socket, each call on record.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use socket2::SockRef;
use tokio::time::sleep;

use super::resolve;
use super::setup::{self, NewSocket};
use super::stream::Stream;
use super::unix_path::{self, OwnFile};
use crate::engine::kernel::addr::system_addr;
use crate::engine::link::command::Dest;
use crate::engine::link::error::{Error, failed};
use crate::engine::tap::{PendingCall, StreamSocket as _, Tap};
use crate::lab::{Addr, EndpointSpec};
use crate::trace::notice::{Missing, Refused};
use crate::trace::{ConnId, Ends, Errno, Op, SocketType};

/// A Unix server whose queue is full gives no sign when it has room: it is tried again after so long.
const ASK_AGAIN: Duration = Duration::from_millis(5);

/// Tries the server's addresses one after the other; the error is that of the last.
pub async fn connect_first(
    tap: &Tap,
    spec: &EndpointSpec,
    remote: Option<Dest>,
    conn: u32,
) -> Result<(Stream, Tap), Error> {
    let no_target = Error::missing(Missing::Destination);
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
            Err(error) => last = error,
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
) -> Result<(Stream, Tap), Error> {
    let mut socket = NewSocket::make(tap, SocketType::Stream, from.unwrap_or(addr), spec).await?;
    if let Err(error) = prepare(&mut socket, spec, from, addr).await {
        socket.close().await;
        return Err(error);
    }
    let file = OwnFile::of(from);
    // From here on the socket belongs to a connection.
    let ends = |local: Option<Addr>| Ends { local, peer: Some(addr.clone()) };
    let tap = socket.tap().with(Some(conn), ends(socket.tap().ends.local.clone()));
    socket.set_tap(tap.clone());
    let op = Op::Connect { addr: Arc::new(addr.clone()) };
    // Given up, what was declared last ends first: the call before its socket.
    let mut call = tap.enter(&op).await;
    if let Err(error) = begin(&socket, &mut call, &op, addr).await {
        let error = call.failed(&tap, op, error);
        socket.close().await;
        file.remove();
        return Err(failed("connect", Some(addr.clone()))(error));
    }
    let (stream, tap) = socket.register(addr, |socket| Stream::new(socket, addr))?;
    let mut connecting = Connecting { stream: Some(stream), tap: &tap };
    let mut call = call;
    let result = connecting.finish(&mut call, &op).await;
    match result {
        Ok(()) => {
            // Taken back: from here on nothing is awaited.
            let Some(stream) = connecting.stream.take() else { return Err(Refused::OpeningCancelled.into()) };
            let tap = tap.with(Some(conn), ends(stream.local()));
            call.succeeded(&tap, op);
            Ok((stream, tap))
        }
        Err(error) => {
            let error = call.failed(&tap, op, error);
            connecting.close().await;
            file.remove();
            Err(failed("connect", Some(addr.clone()))(error))
        }
    }
}

async fn prepare(socket: &mut NewSocket, spec: &EndpointSpec, from: Option<&Addr>, addr: &Addr) -> Result<(), Error> {
    let set = match socket.socket() {
        Ok(plain) => setup::set_connection(socket.tap(), &SockRef::from(plain), spec).await,
        Err(error) => Err(error),
    };
    set.map_err(failed("setsockopt", Some(addr.clone())))?;
    let Some(from) = from else { return Ok(()) };
    match socket.bind(from).await {
        Ok(()) => Ok(()),
        Err(error) => Err(unix_path::explain_bind(from, true, error).await),
    }
}

/// `connect()`: it has succeeded, or goes on by itself.
async fn begin(socket: &NewSocket, call: &mut PendingCall, op: &Op, addr: &Addr) -> io::Result<()> {
    let tap = socket.tap();
    let mut was_interrupted = false;
    loop {
        let error = match call.attempt(tap, op, || socket.socket()?.connect(&system_addr(addr)?)) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        match (error.kind(), Errno::from(&error).name()) {
            // A Unix server's queue is full, and nothing says when it has room (connect(2), EAGAIN).
            (io::ErrorKind::WouldBlock, _) if matches!(addr, Addr::Unix(_)) => {
                call.wait(tap, || op.clone());
                sleep(ASK_AGAIN).await;
            }
            // A call that has returned. What it began goes on; the next one says so.
            (io::ErrorKind::Interrupted, _) => {
                was_interrupted = true;
                let interrupted = std::mem::replace(call, tap.enter(op).await);
                interrupted.failed(tap, op.clone(), error);
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

/// A socket whose `connect` is under way; given up, it is closed on record.
struct Connecting<'a> {
    stream: Option<Stream>,
    tap: &'a Tap,
}

impl Connecting<'_> {
    async fn finish(&mut self, call: &mut PendingCall, op: &Op) -> io::Result<()> {
        let Some(stream) = &self.stream else { return Ok(()) };
        loop {
            poll_fn(|cx| {
                let ready = stream.poll_send_ready(cx);
                if ready.is_pending() {
                    call.wait(self.tap, || op.clone());
                }
                ready
            })
            .await?;
            // What `connect` has ended with.
            if let Some(error) = self.tap.unrecorded("getsockopt", || stream.take_error())? {
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

    async fn close(self) {
        self.tap.pass(&Op::Close).await;
        drop(self);
    }
}

impl Drop for Connecting<'_> {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.take() {
            self.tap.close_unasked(|| stream.close());
        }
    }
}
