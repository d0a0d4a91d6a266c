//! A stream client: connects and then goes on as a connection does.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;

use socket2::SockRef;
use tokio::sync::mpsc;

use super::command::Dest;
use super::connection::Connection;
use super::endpoint::{ClosedBy, Site};
use super::event::SocketState;
use super::hub::Hub;
use super::job::Part;
use super::options::{self, failed};
use super::order::Order;
use super::server::responder;
use super::stream::Stream;
use super::tap::{Moved, StreamSocket as _, Tap, Tapped, Waiting};
use super::{path, resolve};
use crate::lab::Addr;
use crate::trace::notice::Missing;
use crate::trace::{ConnId, Ends, Errno, NoticeKind, Op, SocketType};

/// Connects a client and runs it until it is closed.
pub async fn run(
    site: &Site,
    opened: Part,
    remote: Option<Dest>,
    conn: u32,
    orders: &mut mpsc::Receiver<Order>,
) -> ClosedBy {
    let responder = match responder(site) {
        Ok(responder) => responder,
        Err(kind) => return site.not_opened(kind.into(), opened),
    };
    let (stream, tap) = match site.opening(connect_first(site, remote, conn), orders).await {
        Ok(connected) => connected,
        Err(why) => return site.not_opened(why, opened),
    };
    let ends = Arc::clone(&tap.ends);
    // `connect_first` has made the tap of a connection.
    let id = tap.conn?;
    site.state(SocketState::Open { local: ends.local.clone(), peer: ends.peer.clone() });
    opened.done(Ok(()));
    let mut hub = Hub::default();
    hub.spawn(id, Connection::new(Tapped::new(stream, tap), Arc::clone(&site.spec), responder));
    let closed_by = loop {
        tokio::select! {
            order = orders.recv() => match order {
                Some(Order::Close { part }) => break Some(part),
                Some(Order::Open { part, .. }) => part.done(Ok(())),
                Some(order) => hub.pass_on(order),
                None => break None,
            },
            () = hub.ended() => break None,
        }
    };
    hub.close_all().await;
    if site.spec.local.is_some() {
        path::remove_own(ends.local.as_ref());
    }
    closed_by
}

/// Tries the server's addresses one after the other; the error is that of the last.
async fn connect_first(site: &Site, remote: Option<Dest>, conn: u32) -> Result<(Stream, Tap), NoticeKind> {
    let no_target = NoticeKind::NoSuchTarget { what: Missing::Destination };
    let (Some(remote), Some(conn)) = (remote, ConnId::new(conn)) else { return Err(no_target) };
    let local = match &site.spec.local {
        Some(local) => resolve::local(local).await?,
        None => Vec::new(),
    };
    let mut last = no_target;
    for addr in resolve::destination(&remote).await? {
        // A socket that is bound to an address of one family reaches only that family.
        let from = local.iter().find(|from| family(from) == family(&addr)).or(local.first());
        match connect_one(site, from, &addr, conn).await {
            Ok(connected) => return Ok(connected),
            Err(kind) => last = kind,
        }
    }
    Err(last)
}

fn family(addr: &Addr) -> Option<bool> {
    addr.inet().map(|addr| addr.is_ipv4())
}

async fn connect_one(site: &Site, from: Option<&Addr>, addr: &Addr, conn: ConnId) -> Result<(Stream, Tap), NoticeKind> {
    let mut tap = site.tap_at(None);
    let socket = options::make(&tap, SocketType::Stream, from.unwrap_or(addr), &site.spec)?;
    let prepared = options::set_connection(&tap, &SockRef::from(&socket), &site.spec)
        .map_err(failed("setsockopt", Some(addr.clone())));
    let prepared = match (prepared, from) {
        (Ok(()), Some(from)) => {
            options::bind(&tap, &socket, from).map(|bound| tap = bound).map_err(|kind| path::explain_bind(from, kind))
        }
        (prepared, _) => prepared,
    };
    if let Err(kind) = prepared {
        options::close(&tap, socket);
        return Err(kind);
    }
    // From here on the socket belongs to a connection.
    let ends = |local: Option<Addr>| Ends { local, peer: Some(addr.clone()) };
    let tap = tap.with(Some(conn), ends(tap.ends.local.clone()));
    let op = Op::Connect { addr: Arc::new(addr.clone()) };
    let mut waiting = Waiting::begin(&tap);
    let begun = match options::system_addr(addr).and_then(|system| socket.connect(&system)) {
        Err(error) if is_in_progress(&error) => Ok(()),
        result => result,
    };
    let stream = match Stream::new(socket, addr) {
        Ok(stream) => stream,
        Err(error) => {
            waiting.end(&tap, op, Err(&error), Moved::default());
            return Err(failed("connect", Some(addr.clone()))(error));
        }
    };
    let result = match begun {
        Ok(()) => {
            let mut socket = Connecting { stream: Some(stream), tap: &tap };
            let result = socket.finish(&mut waiting, &op).await;
            // Taken back: from here on nothing is awaited.
            socket.stream.take().map(|stream| (stream, result))
        }
        Err(error) => Some((stream, Err(error))),
    };
    let Some((stream, result)) = result else { return Err(NoticeKind::OpeningCancelled) };
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

fn is_in_progress(error: &io::Error) -> bool {
    // Unix says EINPROGRESS, Windows EWOULDBLOCK.
    error.kind() == io::ErrorKind::WouldBlock || Errno::from(error).name() == Some("EINPROGRESS")
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
    async fn finish(&mut self, waiting: &mut Waiting, op: &Op) -> io::Result<()> {
        let Some(stream) = &self.stream else { return Ok(()) };
        loop {
            poll_fn(|cx| {
                let ready = stream.poll_send_ready(cx);
                if ready.is_pending() {
                    waiting.announce(self.tap, || op.clone());
                }
                ready
            })
            .await?;
            if let Some(error) = stream.take_error()? {
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
