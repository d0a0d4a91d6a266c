//! A stream client: connects and then goes on as a connection does. A download takes the connection over, or gets one of
//! its own beside it.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use socket2::{SockRef, Socket};
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::command::{Dest, Peers};
use super::connection::{ConnOrder, Connection, Passed, Sought};
use super::endpoint::{ClosedBy, Left, Opening, Site, Wants};
use super::event::SocketState;
use super::hub::Hub;
use super::job::Part;
use super::options::{self, failed};
use super::order::Order;
use super::stream::Stream;
use super::tap::{Moved, StreamSocket as _, Tap, Tapped, Waiting};
use super::terms::{Terms, responder};
use super::transfer::Fetch;
use super::transfer::wanted::Wanted;
use super::{path, resolve, transfer};
use crate::lab::transfer::MOST_TRANSFERS;
use crate::lab::{Addr, EndpointSpec};
use crate::trace::notice::Missing;
use crate::trace::{ConnId, Ends, Errno, NoticeKind, Op, SocketType};

/// The most downloads of one client at once, beside its own connection: each takes a thread.
const MAX_DOWNLOADS: usize = MOST_TRANSFERS as usize;

/// A Unix server whose queue is full gives no sign when it has room: it is tried again after so long.
const ASK_AGAIN: Duration = Duration::from_millis(5);

/// Connects a client and runs it until it is closed, by an order or because its connections have ended.
pub async fn run(site: &Site, opening: Opening, orders: &mut mpsc::Receiver<Order>, left: &mut Left) -> ClosedBy {
    let (back, returned) = mpsc::channel(MAX_DOWNLOADS);
    left.next_conn = left.next_conn.max(opening.conn);
    let mut client = Client {
        site: site.clone(),
        own: None,
        conversation: Hub::default(),
        downloads: Hub::default(),
        is_open: Arc::default(),
        back,
        returned,
        left,
    };
    let own = match opening.wanted {
        Wants::File(fetch, part) => {
            client.download(opening.remote, opening.conn, fetch, part);
            None
        }
        Wants::Open(opened) => match client.open(opened, opening.remote, orders).await {
            Ok(ends) => Some(ends),
            Err(closed_by) => return closed_by,
        },
    };
    let closed_by = client.run(orders).await;
    let ended = client.conversation.close_all().await.into_iter().chain(client.downloads.close_all().await);
    client.left.settled.extend(ended);
    if site.spec.local.is_some()
        && let Some(ends) = own
    {
        path::remove_own(ends.local.as_ref());
    }
    closed_by
}

struct Client<'a> {
    site: Site,
    /// Its own connection while that converses: one that has taken up a download does so no longer.
    own: Option<ConnId>,
    /// Its own connection.
    conversation: Hub,
    /// Further ones, each for one download.
    downloads: Hub,
    /// Whether the session has been told so.
    is_open: Arc<AtomicBool>,
    /// Downloads that its own connection could not take.
    back: mpsc::Sender<Box<Sought>>,
    returned: mpsc::Receiver<Box<Sought>>,
    left: &'a mut Left,
}

impl Client<'_> {
    /// Connects. Downloads that are ordered meanwhile come after that.
    async fn open(
        &mut self,
        opened: Part,
        remote: Option<Dest>,
        orders: &mut mpsc::Receiver<Order>,
    ) -> Result<Arc<Ends>, ClosedBy> {
        let site = self.site.clone();
        let site = &site;
        let responder = match responder(site) {
            Ok(responder) => responder,
            Err(kind) => return Err(site.not_opened(kind.into(), opened)),
        };
        let mut early = Vec::new();
        let connecting = connect_first(site, remote, self.left.next_conn);
        let others = |order| match order {
            order @ Order::Download { .. } if early.len() < MAX_DOWNLOADS => early.push(order),
            order => order.refuse_closed(),
        };
        let (stream, tap) = match site.opening_before(connecting, orders, others).await {
            Ok(connected) => connected,
            Err(why) => {
                early.into_iter().for_each(Order::refuse_closed);
                return Err(site.not_opened(why, opened));
            }
        };
        let ends = Arc::clone(&tap.ends);
        // `connect_first` has made the tap of a connection.
        let Some(id) = tap.conn else { return Err(None) };
        site.state(SocketState::Open { local: ends.local.clone(), peer: ends.peer.clone() });
        self.is_open.store(true, Ordering::Relaxed);
        opened.done(Ok(()));
        self.own = Some(id);
        self.left.next_conn = self.left.next_conn.saturating_add(1);
        let spec = Arc::clone(&site.spec);
        let connection = Connection::new(Tapped::new(stream, tap), spec, responder);
        self.conversation.spawn(id, |mut orders| async move {
            // Only a server gives files.
            let Passed::Download { tapped, spec, sought } = connection.run(&mut orders).await? else { return None };
            let Sought { wanted, cancelled, .. } = *sought;
            Some(transfer::over(tapped, &spec, wanted, cancelled, orders).await)
        });
        for order in early {
            self.obey(order);
        }
        Ok(ends)
    }

    async fn run(&mut self, orders: &mut mpsc::Receiver<Order>) -> ClosedBy {
        loop {
            while let Ok(sought) = self.returned.try_recv() {
                self.begin_beside(*sought);
            }
            if self.conversation.is_empty() && self.downloads.is_empty() {
                return None;
            }
            // What has ended goes first: an order that comes after that finds it so.
            let ended = tokio::select! {
                biased;
                ended = self.conversation.ended() => {
                    self.own = None;
                    ended
                }
                ended = self.downloads.ended() => ended,
                Some(sought) = self.returned.recv() => {
                    self.begin_beside(*sought);
                    continue;
                }
                order = orders.recv() => match order {
                    Some(Order::Close { part }) => return Some(part),
                    Some(order) => {
                        self.obey(order);
                        continue;
                    }
                    None => return None,
                },
            };
            if let Some(ended) = ended {
                // The last one is told of when the endpoint is closed.
                if self.conversation.is_empty() && self.downloads.is_empty() {
                    self.left.settled.push(ended);
                } else {
                    ended.tell();
                }
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Open { part, .. } => {
                let converses = self.own.is_some_and(|own| self.conversation.has(own));
                part.done(if converses { Ok(()) } else { Err(NoticeKind::NotForFiles) });
            }
            Order::Apply { spec, part, .. } => self.change(*spec, part),
            Order::Download { remote, next_conn, fetch, part, .. } => self.download(remote, next_conn, fetch, part),
            Order::CloseConn { conn: Some(conn), .. } if self.downloads.has(conn) => self.downloads.pass_on(order),
            Order::Shutdown { conn: Some(conn), .. } if self.downloads.has(conn) => self.downloads.pass_on(order),
            Order::Send { to: Peers::Conn(conn), .. } if self.downloads.has(conn) => self.downloads.pass_on(order),
            // "The client's only one", of a client that has opened for its downloads.
            Order::CloseConn { conn: None, .. } if self.conversation.is_empty() => self.downloads.pass_on(order),
            other => self.conversation.pass_on(other),
        }
    }

    /// Goes on by another spec, with the connection that is open too.
    fn change(&mut self, spec: EndpointSpec, part: Part) {
        let site = Site { spec: Arc::new(self.site.spec.changed_to(spec)), ..self.site.clone() };
        match responder(&site) {
            Ok(responder) => {
                let terms = Terms { spec: Arc::clone(&site.spec), responder, files: None };
                self.conversation.change(&terms, &part);
                self.site = site;
                part.done(Ok(()));
            }
            Err(kind) => part.done(Err(kind)),
        }
    }

    /// Over its own connection if that is free, else over a new one.
    fn download(&mut self, remote: Option<Dest>, next_conn: u32, fetch: Box<Fetch>, part: Part) {
        if self.downloads.len() >= MAX_DOWNLOADS {
            return part.done(Err(NoticeKind::Busy));
        }
        self.left.next_conn = self.left.next_conn.max(next_conn);
        let (wanted, cancelled) = Wanted::new(&self.site.tap, &self.site.transfers, fetch, part);
        let sought = Box::new(Sought { wanted, cancelled, remote, back: self.back.clone() });
        let Some(own) = self.own.take() else { return self.begin_beside(*sought) };
        if let Err(ConnOrder::Download(sought)) = self.conversation.give(own, ConnOrder::Download(sought)) {
            self.begin_beside(*sought);
        }
    }

    fn begin_beside(&mut self, sought: Sought) {
        let Sought { wanted, cancelled, remote, .. } = sought;
        let Some(id) = ConnId::new(self.left.next_conn) else { return };
        self.left.next_conn = self.left.next_conn.saturating_add(1);
        let (site, is_open) = (self.site.clone(), Arc::clone(&self.is_open));
        let told = site.clone();
        let connected = move |tap: &Tap| {
            if !is_open.swap(true, Ordering::Relaxed) {
                told.state(SocketState::Open { local: tap.ends.local.clone(), peer: tap.ends.peer.clone() });
            }
        };
        self.downloads.spawn(id, |orders| async move {
            Some(Box::pin(transfer::beside(site, remote, id.get(), wanted, cancelled, orders, connected)).await)
        });
    }
}

/// Tries the server's addresses one after the other; the error is that of the last.
pub(super) async fn connect_first(site: &Site, remote: Option<Dest>, conn: u32) -> Result<(Stream, Tap), NoticeKind> {
    let no_target = NoticeKind::NoSuchTarget { what: Missing::Destination };
    let (Some(remote), Some(conn)) = (remote, ConnId::new(conn)) else { return Err(no_target) };
    let local = match &site.spec.local {
        Some(local) => resolve::local(local).await?.addresses,
        None => Vec::new(),
    };
    let mut last = no_target;
    for addr in resolve::destination(&remote).await?.addresses {
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
        (Ok(()), Some(from)) => match options::bind(&tap, &socket, from) {
            Ok(bound) => {
                tap = bound;
                Ok(())
            }
            Err(kind) => Err(path::explain_bind(from, true, kind).await),
        },
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
    let mut unconnected = Unconnected { socket: Some(socket), tap: &tap };
    // Given up, what was declared last ends first: the call before its socket.
    let mut waiting = Waiting::begin(&tap);
    let begun = unconnected.begin(&mut waiting, &op, addr).await;
    // Taken back: from here on it is somebody else's to close.
    let Some(socket) = unconnected.socket.take() else { return Err(NoticeKind::OpeningCancelled) };
    if let Err(error) = begun {
        waiting.end(&tap, op, Err(&error), Moved::default());
        options::close(&tap, socket);
        return Err(failed("connect", Some(addr.clone()))(error));
    }
    let stream = options::register(&tap, addr, || Stream::new(socket, addr))?;
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
    async fn begin(&mut self, waiting: &mut Waiting, op: &Op, addr: &Addr) -> io::Result<()> {
        let Some(socket) = &self.socket else { return Ok(()) };
        let mut was_interrupted = false;
        loop {
            let error = match self.tap.os("connect", || socket.connect(&options::system_addr(addr)?)) {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            match (error.kind(), Errno::from(&error).name()) {
                // A Unix server's queue is full, and nothing says when it has room (connect(2), EAGAIN).
                (io::ErrorKind::WouldBlock, _) if matches!(addr, Addr::Unix(_)) => {
                    waiting.announce(self.tap, || op.clone());
                    sleep(ASK_AGAIN).await;
                }
                // A call that has returned. What it began goes on; the next one says so.
                (io::ErrorKind::Interrupted, _) => {
                    was_interrupted = true;
                    let interrupted = std::mem::replace(waiting, Waiting::begin(self.tap));
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
            options::close(self.tap, socket);
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
