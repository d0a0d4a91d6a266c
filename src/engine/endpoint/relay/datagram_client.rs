//! One client of a relay of datagrams: its socket towards the server, and both ways by their faults.

use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, Sleep, sleep_until};

use super::way::Way;
use super::{ledger, now};
use crate::engine::endpoint::context::EndpointContext;
use crate::engine::link::error::Error;
use crate::engine::socket::datagram::Datagrams;
use crate::engine::socket::setup::NewSocket;
use crate::engine::tap::{Tap, TappedDatagram};
use crate::kinds::fault::{self, Active, Direction, Item, Piece};
use crate::lab::{Addr, EndpointSpec};
use crate::trace::{Ends, SocketType};

/// After an error of `recvfrom` the socket rests so long.
const ERROR_REST: Duration = Duration::from_millis(50);

/// A datagram on its way back to its client.
pub struct Back {
    pub bytes: Bytes,
    pub to: Addr,
}

/// What joins a client's task to its relay.
pub struct Joints {
    /// What the client sends.
    pub coming: mpsc::Receiver<Bytes>,
    /// What goes back to it.
    pub ways: mpsc::Sender<Back>,
    pub faults: watch::Receiver<Arc<[Active]>>,
}

/// Whose datagrams go from where to where.
pub struct Route {
    pub client: Addr,
    /// Where the client sends to: the relay's own address.
    pub known: Option<Addr>,
    pub target: Addr,
}

struct Client {
    socket: TappedDatagram<Datagrams>,
    target: Addr,
    back: Back,
    coming: mpsc::Receiver<Bytes>,
    ways: mpsc::Sender<Back>,
    up: Way,
    down: Way,
    /// For the ledger: of the socket to the server, with the client as its peer.
    tap: Tap,
    numbers: (u64, u64),
    recv_size: usize,
    timer: Option<Pin<Box<Sleep>>>,
    rests_until: Option<Duration>,
    /// The relay is being closed: what can't go on now does not.
    is_left: bool,
}

/// Passes on what a client and the server say to each other, until both have been silent for long or the relay closes.
///
/// # Errors
/// Those of making the socket.
pub async fn serve(
    endpoint: &EndpointContext,
    context: fault::Context,
    route: Route,
    joints: Joints,
) -> Result<(), Error> {
    let (Route { client, known, target }, Joints { coming, ways, mut faults }) = (route, joints);
    let spec = EndpointSpec { local: None, ..(*endpoint.spec).clone() };
    let mut socket = NewSocket::make(&endpoint.tap, SocketType::Datagram, &target, &spec).await?;
    // It is to be known who it is before its first datagram is sent, or a fault has taken that.
    if let Err(error) = socket.bind(&any_address(&target)).await {
        socket.close().await;
        return Err(error);
    }
    let (socket, own) = socket.register(&target, |socket| Datagrams::new(socket, &target))?;
    let active = Arc::clone(&faults.borrow_and_update());
    let line = |way, from| Way::new(fault::Context { way, ..context.clone() }, &spec, &active, &from);
    let tap = own.with(None, Ends { local: own.ends.local.clone(), peer: Some(client.clone()) });
    let from_client = own.with(None, Ends { local: known, peer: Some(client.clone()) });
    let from_server = own.with(None, Ends { local: own.ends.local.clone(), peer: Some(target.clone()) });
    let mut this = Client {
        socket: TappedDatagram::new(socket, own),
        target,
        back: Back { bytes: Bytes::new(), to: client },
        coming,
        ways,
        up: line(Direction::Up, from_client),
        down: line(Direction::Down, from_server),
        tap,
        numbers: (0, 0),
        recv_size: spec.recv_size() as usize,
        timer: None,
        rests_until: None,
        is_left: false,
    };
    loop {
        let idle = Instant::now() + endpoint.bounds.relay_idle;
        // A message that the user holds keeps its client.
        let may_idle = this.up.is_empty() && this.down.is_empty();
        tokio::select! {
            biased;
            changed = faults.changed(), if !this.is_left => {
                this.is_left = changed.is_err();
                if !this.is_left {
                    let active = Arc::clone(&faults.borrow_and_update());
                    let now = now(&endpoint.tap);
                    this.up.set_faults(now, &active);
                    this.down.set_faults(now, &active);
                }
            }
            goes_on = poll_fn(|cx| this.poll_ways(cx, endpoint)) => {
                if !goes_on {
                    break;
                }
            }
            () = sleep_until(idle), if may_idle => break,
        }
    }
    this.end(endpoint).await;
    Ok(())
}

impl Client {
    /// Ready when something has moved; false where the relay has let go of this client.
    fn poll_ways(&mut self, cx: &mut Context<'_>, endpoint: &EndpointContext) -> Poll<bool> {
        let now = now(&endpoint.tap);
        self.up.advance(now, cx.waker());
        self.down.advance(now, cx.waker());
        self.up.report(&self.tap);
        self.down.report(&self.tap);
        let mut has_come = false;
        let has_room = self.up.has_room();
        if self.is_left && !has_room {
            return Poll::Ready(false);
        }
        if has_room {
            match self.coming.poll_recv(cx) {
                Poll::Ready(Some(bytes)) => {
                    has_come = true;
                    self.came(now, bytes);
                }
                Poll::Ready(None) => return Poll::Ready(false),
                Poll::Pending => {}
            }
        }
        if let Some(Item::Bytes(piece)) = self.up.pop() {
            match self.socket.poll_send_to(cx, &piece.bytes, &self.target, None) {
                // A refused datagram is on record, as any call; whoever sent it does not learn of it.
                Poll::Ready(_) => return Poll::Ready(true),
                Poll::Pending => self.up.unpop(Item::Bytes(piece)),
            }
        }
        if self.down.is_ready() {
            match self.ways.try_reserve() {
                Ok(way) => {
                    if let Some(Item::Bytes(piece)) = self.down.pop() {
                        way.send(Back { bytes: piece.bytes, to: self.back.to.clone() });
                    }
                    return Poll::Ready(true);
                }
                // The next look is a moment later.
                Err(_) => self.rests_until = Some(now + Duration::from_millis(1)),
            }
        }
        if self.rests_until.is_some_and(|time| time <= now) {
            self.rests_until = None;
        }
        if self.rests_until.is_none() && self.down.has_room() {
            match self.socket.poll_recv_from(cx, self.recv_size) {
                Poll::Ready(Ok((bytes, datagram))) => {
                    // Only the server's answers are for the client.
                    if datagram.from == self.target {
                        let at = self.numbers.1;
                        self.numbers.1 += 1;
                        self.down.push(now, Item::Bytes(Piece { bytes, at }));
                    }
                    return Poll::Ready(true);
                }
                Poll::Ready(Err(_)) => self.rests_until = Some(now + ERROR_REST),
                Poll::Pending => {}
            }
        }
        if has_come {
            return Poll::Ready(true);
        }
        let due = [self.up.due(now), self.down.due(now), self.rests_until].into_iter().flatten().min();
        let Some(due) = due else {
            self.timer = None;
            return Poll::Pending;
        };
        let at = Instant::now() + due.saturating_sub(now);
        let timer = self.timer.insert(Box::pin(sleep_until(at)));
        timer.as_mut().poll(cx).map(|()| true)
    }

    /// The client has sent something.
    fn came(&mut self, now: Duration, bytes: Bytes) {
        let at = self.numbers.0;
        self.numbers.0 += 1;
        self.up.push(now, Item::Bytes(Piece { bytes, at }));
    }

    async fn end(mut self, endpoint: &EndpointContext) {
        let now = now(&endpoint.tap);
        self.coming.close();
        while let Ok(bytes) = self.coming.try_recv() {
            let at = self.numbers.0;
            self.numbers.0 += 1;
            ledger::lost(&self.tap, None, Direction::Up, now, &Piece { bytes, at });
        }
        for way in [&mut self.up, &mut self.down] {
            way.discard(now);
            way.report(&self.tap);
        }
        // How it went is on record, and there is nobody to tell.
        let _ = self.socket.close().await;
    }
}

fn any_address(target: &Addr) -> Addr {
    match target.inet() {
        Some(std::net::SocketAddr::V6(_)) => Addr::Inet((std::net::Ipv6Addr::UNSPECIFIED, 0).into()),
        _ => Addr::UNBOUND,
    }
}
