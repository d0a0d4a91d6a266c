//! TCP: a server that accepts and serves, a client that connects.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::command::Dest;
use super::connection::Connection;
use super::endpoint::{ClosedBy, Site};
use super::event::SocketState;
use super::hub::Hub;
use super::job::Part;
use super::options::{self, failed};
use super::order::Order;
use super::tap::{Moved, Tap, Tapped, Waiting};
use super::{kernel, resolve};
use crate::lab::{Addr, HostPort, Serving};
use crate::service::Responder;
use crate::trace::notice::Missing;
use crate::trace::{ConnId, Ends, Errno, NoticeKind, Op, SocketType};

/// After a failed `accept` (EMFILE …) a server waits this long, and each further time twice as long …
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// … up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A listening socket under the tap.
struct Listening {
    listener: TcpListener,
    tap: Tap,
    local: SocketAddr,
    accepting: Option<Waiting>,
}

/// Opens a server and serves until it is closed.
pub async fn serve(site: &Site, opened: Part, next_conn: u32, orders: &mut mpsc::Receiver<Order>) -> ClosedBy {
    let listening = match site.opening(listen(site), orders).await {
        Ok(listening) => listening,
        Err(why) => return site.not_opened(why, opened),
    };
    let local = Addr::Inet(listening.local);
    site.state(SocketState::Open { local: Some(local.clone()), peer: None });
    opened.done(Ok(()));

    let mut server = Server { site, listening: Some(listening), local, hub: Hub::default(), next_conn, accepted: 0, pause: None };
    let closed_by = server.run(orders).await;
    server.hub.close_all().await;
    if let Some(listening) = server.listening.take() {
        listening.close();
    }
    closed_by
}

async fn listen(site: &Site) -> Result<Listening, NoticeKind> {
    let wanted = site.spec.bind_address().unwrap_or(HostPort::LOOPBACK);
    // The first address that the name has, as bind(2) takes one.
    let addr = resolve::resolve(&wanted).await?[0];
    check_service(site)?;
    let tap = site.tap_at(None);
    let socket = options::make(&tap, SocketType::Stream, addr, &site.spec)?;
    let tap = match options::bind(&tap, &socket, addr) {
        Ok(bound) => bound,
        Err(kind) => {
            options::close(&tap, socket);
            return Err(kind);
        }
    };
    let backlog = site.spec.backlog;
    let local = tap.ends.local.as_ref().and_then(Addr::inet).unwrap_or(addr);
    let op = Op::Listen { backlog };
    if let Err(error) = tap.call(op, || socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX)), |()| 0) {
        options::close(&tap, socket);
        return Err(failed("listen", Some(local))(error));
    }
    let listener = TcpListener::from_std(socket.into()).map_err(failed("listen", Some(local)))?;
    Ok(Listening { listener, tap, local, accepting: None })
}

fn check_service(site: &Site) -> Result<(), NoticeKind> {
    crate::service::check(&site.spec.service, site.spec.encoding)
        .map_err(|error| NoticeKind::BadService { reason: error.to_string() })
}

impl Listening {
    /// One `accept()`. The connection's tap knows its number and addresses.
    fn poll_accept(&mut self, cx: &mut Context<'_>, conn: Option<ConnId>) -> Poll<io::Result<(TcpStream, Tap)>> {
        ready!(self.tap.events.poll_ready(cx));
        let waiting = self.accepting.get_or_insert_with(|| Waiting::begin(&self.tap));
        let result = match self.listener.poll_accept(cx) {
            Poll::Pending => {
                waiting.announce(&self.tap, || Op::Accept);
                return Poll::Pending;
            }
            Poll::Ready(result) => result,
        };
        let Some(waiting) = self.accepting.take() else { return Poll::Pending };
        Poll::Ready(match result {
            Ok((stream, peer)) => {
                let local = stream.local_addr().unwrap_or(self.local);
                let tap = self.tap.with(conn, Ends { local: Some(local.into()), peer: Some(peer.into()) });
                waiting.end(&tap, Op::Accept, Ok(kernel::number(&stream)), Moved::default());
                Ok((stream, tap))
            }
            Err(error) => {
                waiting.end(&self.tap, Op::Accept, Err(&error), Moved::default());
                Err(error)
            }
        })
    }

    fn close(self) {
        let Self { listener, tap, accepting, .. } = self;
        // The waiting `accept` ends before the socket does.
        drop(accepting);
        let _ = tap.call(Op::Close, || kernel::close(listener.into_std()?), |()| 0);
    }
}

struct Server<'a> {
    site: &'a Site,
    /// `None` once the accept limit is reached.
    listening: Option<Listening>,
    local: Addr,
    hub: Hub,
    next_conn: u32,
    accepted: u32,
    pause: Option<Pause>,
}

/// A server that has run out of something waits before it accepts again.
struct Pause {
    until: Instant,
    length: Duration,
    over: bool,
}

impl Server<'_> {
    async fn run(&mut self, orders: &mut mpsc::Receiver<Order>) -> ClosedBy {
        loop {
            if self.listening.is_none() && self.hub.is_empty() {
                return None;
            }
            let conn = ConnId::new(self.next_conn);
            let pausing = self.pausing_until();
            let may_accept = self.may_accept();
            tokio::select! {
                order = orders.recv() => match order {
                    Some(Order::Close { part }) => return Some(part),
                    Some(Order::Open { part, .. }) => part.done(Ok(())),
                    Some(order) => {
                        self.accept_who_is_there().await;
                        self.hub.pass_on(order);
                    }
                    None => return None,
                },
                accepted = accept(self.listening.as_mut().filter(|_| may_accept), conn) => self.accepted(accepted),
                // What has ended gives back what there was too little of.
                () = self.hub.ended() => self.end_pause(),
                () = sleep_until(pausing) => self.end_pause(),
            }
        }
    }

    fn pausing_until(&self) -> Option<Instant> {
        self.pause.as_ref().filter(|pause| !pause.over).map(|pause| pause.until)
    }

    fn may_accept(&self) -> bool {
        let busy = self.site.spec.serving == Serving::OneAtATime && !self.hub.is_empty();
        self.pausing_until().is_none() && !busy
    }

    /// Accepts whoever has connected by now: an order that was given after a client had connected finds it here.
    async fn accept_who_is_there(&mut self) {
        // Lets the runtime take in what the system has to tell.
        tokio::task::yield_now().await;
        loop {
            let conn = ConnId::new(self.next_conn);
            let may_accept = self.may_accept();
            let Some(listening) = self.listening.as_mut().filter(|_| may_accept) else { return };
            let accepted = poll_fn(|cx| match listening.poll_accept(cx, conn) {
                Poll::Ready(accepted) => Poll::Ready(Some(accepted)),
                Poll::Pending => Poll::Ready(None),
            });
            match accepted.await {
                Some(accepted) => self.accepted(accepted),
                None => return,
            }
        }
    }

    fn accepted(&mut self, accepted: io::Result<(TcpStream, Tap)>) {
        match accepted {
            Ok((stream, tap)) => {
                if self.pause.take().is_some() {
                    self.site.note(NoticeKind::AcceptResumed { local: self.local.clone() });
                }
                self.serve(stream, tap);
            }
            // The client has left the queue, or a signal came: the next one may be there.
            Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted) => {}
            Err(error) => self.begin_pause(Errno::from(&error)),
        }
    }

    fn serve(&mut self, stream: TcpStream, tap: Tap) {
        let Some(id) = tap.conn else { return };
        self.next_conn = self.next_conn.saturating_add(1);
        self.accepted += 1;
        let peer = tap.ends.peer.as_ref().and_then(Addr::inet);
        if let Err(error) = options::set_connection(&tap, &SockRef::from(&stream), &self.site.spec) {
            // The connection is as good without the option; the user is told.
            self.site.note(failed("setsockopt", peer)(error));
        }
        match Responder::new(&self.site.spec.service, self.site.spec.encoding, Arc::clone(&self.site.counter)) {
            Ok(responder) => {
                let connection = Connection::new(Tapped::new(stream, tap), Arc::clone(&self.site.spec), responder);
                self.hub.spawn(id, connection);
            }
            Err(error) => self.site.note(NoticeKind::BadService { reason: error.to_string() }),
        }
        if let Some(limit) = self.site.spec.accept_limit.filter(|limit| self.accepted >= *limit) {
            if let Some(listening) = self.listening.take() {
                listening.close();
                self.site.state(SocketState::Serving { local: Some(self.local.clone()) });
                self.site.note(NoticeKind::AcceptLimit { limit });
            }
        }
    }

    fn begin_pause(&mut self, errno: Errno) {
        let length = match &self.pause {
            Some(pause) => (pause.length * 2).min(LONGEST_PAUSE),
            None => {
                self.site.note(NoticeKind::AcceptPaused { errno, local: self.local.clone() });
                FIRST_PAUSE
            }
        };
        self.pause = Some(Pause { until: Instant::now() + length, length, over: false });
    }

    /// The pause itself is remembered until an `accept` succeeds, so that the user is told once and waits grow.
    fn end_pause(&mut self) {
        if let Some(pause) = &mut self.pause {
            pause.over = true;
        }
    }
}

async fn accept(listening: Option<&mut Listening>, conn: Option<ConnId>) -> io::Result<(TcpStream, Tap)> {
    match listening {
        Some(listening) => poll_fn(|cx| listening.poll_accept(cx, conn)).await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// Connects a client and runs it until it is closed.
pub async fn connect(
    site: &Site,
    opened: Part,
    remote: Option<Dest>,
    conn: u32,
    orders: &mut mpsc::Receiver<Order>,
) -> ClosedBy {
    let (stream, tap) = match site.opening(connect_first(site, remote, conn), orders).await {
        Ok(connected) => connected,
        Err(why) => return site.not_opened(why, opened),
    };
    let ends = Arc::clone(&tap.ends);
    let (Some(id), Ok(responder)) =
        (tap.conn, Responder::new(&site.spec.service, site.spec.encoding, Arc::clone(&site.counter)))
    else {
        // `connect_first` has checked both.
        return None;
    };
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
    closed_by
}

/// Tries the server's addresses one after the other; the error is that of the last.
async fn connect_first(site: &Site, remote: Option<Dest>, conn: u32) -> Result<(TcpStream, Tap), NoticeKind> {
    let no_target = NoticeKind::NoSuchTarget { what: Missing::Destination };
    let (Some(remote), Some(conn)) = (remote, ConnId::new(conn)) else { return Err(no_target) };
    check_service(site)?;
    let local = match &site.spec.local {
        Some(local) => resolve::resolve(local).await?,
        None => Vec::new(),
    };
    let mut last = no_target;
    for addr in resolve::destination(&remote).await? {
        // A socket that is bound to an address of one family reaches only that family.
        let from = match local.iter().find(|from| from.is_ipv4() == addr.is_ipv4()) {
            None if !local.is_empty() => local.first(),
            found => found,
        };
        match connect_one(site, from.copied(), addr, conn).await {
            Ok(connected) => return Ok(connected),
            Err(kind) => last = kind,
        }
    }
    Err(last)
}

async fn connect_one(
    site: &Site,
    from: Option<SocketAddr>,
    addr: SocketAddr,
    conn: ConnId,
) -> Result<(TcpStream, Tap), NoticeKind> {
    let mut tap = site.tap_at(None);
    let socket = options::make(&tap, SocketType::Stream, from.unwrap_or(addr), &site.spec)?;
    let prepared = options::set_connection(&tap, &SockRef::from(&socket), &site.spec).map_err(failed("setsockopt", Some(addr)));
    let prepared = match (prepared, from) {
        (Ok(()), Some(from)) => options::bind(&tap, &socket, from).map(|bound| tap = bound),
        (prepared, _) => prepared,
    };
    if let Err(kind) = prepared {
        options::close(&tap, socket);
        return Err(kind);
    }
    // From here on the socket belongs to a connection.
    let ends = |local: Option<Addr>| Ends { local, peer: Some(Addr::Inet(addr)) };
    let tap = tap.with(Some(conn), ends(tap.ends.local.clone()));
    let op = Op::Connect { addr: Arc::new(Addr::Inet(addr)) };
    let mut waiting = Waiting::begin(&tap);
    let begun = match socket.connect(&addr.into()) {
        Err(error) if is_in_progress(&error) => Ok(()),
        result => result,
    };
    let std_stream: std::net::TcpStream = socket.into();
    let stream = match TcpStream::from_std(std_stream) {
        Ok(stream) => stream,
        Err(error) => {
            waiting.end(&tap, op, Err(&error), Moved::default());
            return Err(failed("connect", Some(addr))(error));
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
            let local = stream.local_addr().ok().map(Addr::Inet);
            let tap = tap.with(Some(conn), ends(local));
            waiting.end(&tap, op, Ok(0), Moved::default());
            Ok((stream, tap))
        }
        Err(error) => {
            waiting.end(&tap, op, Err(&error), Moved::default());
            close_stream(&tap, stream);
            Err(failed("connect", Some(addr))(error))
        }
    }
}

fn is_in_progress(error: &io::Error) -> bool {
    // Unix says EINPROGRESS, Windows EWOULDBLOCK.
    error.kind() == io::ErrorKind::WouldBlock || Errno::from(error).name() == Some("EINPROGRESS")
}

fn close_stream(tap: &Tap, stream: TcpStream) {
    let _ = tap.call(Op::Close, || kernel::close(stream.into_std()?), |()| 0);
}

/// A socket whose `connect` is under way; given up, it is closed on record.
struct Connecting<'a> {
    stream: Option<TcpStream>,
    tap: &'a Tap,
}

impl Connecting<'_> {
    async fn finish(&mut self, waiting: &mut Waiting, op: &Op) -> io::Result<()> {
        let Some(stream) = &self.stream else { return Ok(()) };
        loop {
            poll_fn(|cx| {
                let ready = stream.poll_write_ready(cx);
                if ready.is_pending() {
                    waiting.announce(self.tap, || op.clone());
                }
                ready
            })
            .await?;
            if let Some(error) = stream.take_error()? {
                return Err(error);
            }
            match stream.peer_addr() {
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::NotConnected => {
                    // Not yet: forget the readiness and wait for the next.
                    let not_yet = || Err::<(), _>(io::Error::from(io::ErrorKind::WouldBlock));
                    let _ = stream.try_io(tokio::io::Interest::WRITABLE, not_yet);
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
