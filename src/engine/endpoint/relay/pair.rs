//! A client of a relay and the connection to the server that was made for it: bytes go from one to the other, each way by
//! a line of faults.

use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::AsyncWrite as _;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, Sleep, sleep_until};

use super::ledger;
use super::way::Way;
use super::woken::Woken;
use crate::engine::connection::closing::close;
use crate::engine::link::completion::Completion;
use crate::engine::socket::stream::Stream;
use crate::engine::tap::Tapped;
use crate::kinds::fault::{self, Active, Direction, Item, Piece};
use crate::lab::EndpointSpec;

/// What is asked of a pair.
pub enum PairRequest {
    Close {
        reset: bool,
        done: Option<Completion>,
    },
    /// The faults have changed.
    FollowFaults,
}

/// The most moves of a direction without faults before the other one has its turn.
const MOVES_AT_ONCE: usize = 16;

/// How a pair ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// Both sides have said that they are done.
    Orderly,
    /// One of them is torn down, and so is the other.
    Torn,
}

/// One direction.
struct Flow {
    way: Way,
    woken: Woken,
    source_ended: bool,
}

/// Two connections that are joined; without a server what comes is swallowed, and the ledger has it.
pub struct Pair {
    client: Tapped<Stream>,
    server: Option<Tapped<Stream>>,
    spec: Arc<EndpointSpec>,
    up: Flow,
    down: Flow,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Pair {
    /// `context` is that of the way up.
    pub fn new(
        client: Tapped<Stream>,
        server: Option<Tapped<Stream>>,
        spec: Arc<EndpointSpec>,
        context: &fault::Context,
        faults: &[Active],
    ) -> Self {
        let flow = |way, from| {
            let way = Way::new(fault::Context { way, ..context.clone() }, &spec, faults, from);
            Flow { way, woken: Woken::default(), source_ended: false }
        };
        let answering = server.as_ref().unwrap_or(&client);
        let (up, down) = (flow(Direction::Up, client.tap()), flow(Direction::Down, answering.tap()));
        Self { client, server, spec, up, down, timer: None }
    }

    /// Passes on what comes until both sides are done, one is torn down, or it is told to end. When `requests` has no
    /// sender any more, it ends.
    pub async fn run(mut self, requests: &mut mpsc::Receiver<PairRequest>, mut faults: watch::Receiver<Arc<[Active]>>) {
        let mut asked = None;
        let ending = loop {
            tokio::select! {
                biased;
                request = requests.recv() => match request {
                    Some(PairRequest::Close { reset, done }) => {
                        asked = done;
                        break if reset { Ending::Torn } else { Ending::Orderly };
                    }
                    Some(PairRequest::FollowFaults) => self.follow(&mut faults),
                    None => break Ending::Orderly,
                },
                ending = poll_fn(|cx| self.poll_flows(cx)) => break ending,
            }
        };
        self.end(ending, asked).await;
    }

    fn follow(&mut self, faults: &mut watch::Receiver<Arc<[Active]>>) {
        let now = self.now();
        let active = Arc::clone(&faults.borrow_and_update());
        for flow in [&mut self.up, &mut self.down] {
            flow.way.set_faults(now, &active);
            flow.woken.again();
        }
    }

    fn now(&self) -> Duration {
        Duration::from_nanos(self.client.tap().clock.now().0)
    }

    fn poll_flows(&mut self, cx: &mut Context<'_>) -> Poll<Ending> {
        loop {
            let now = self.now();
            let mut goes_on = false;
            for way in [Direction::Up, Direction::Down] {
                let flow = if way == Direction::Down { &self.down } else { &self.up };
                let is_woken = flow.woken.take(cx.waker());
                if !is_woken && flow.way.due(now).is_none_or(|due| due > now) {
                    continue;
                }
                let waker = flow.woken.waker();
                match self.poll_flow(way, now, &mut Context::from_waker(&waker)) {
                    Ok(true) => goes_on = true,
                    Ok(false) => {}
                    Err(ending) => return Poll::Ready(ending),
                }
            }
            if goes_on {
                continue;
            }
            if [&self.up, &self.down].into_iter().all(Flow::is_done) {
                return Poll::Ready(Ending::Orderly);
            }
            let due = [&self.up, &self.down].into_iter().filter_map(|flow| flow.way.due(now)).min();
            let Some(due) = due else {
                self.timer = None;
                return Poll::Pending;
            };
            let at = Instant::now() + due.saturating_sub(now);
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(at)));
            if timer.deadline() != at {
                timer.as_mut().reset(at);
            }
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.timer = None;
        }
    }

    /// Moves what one direction can move now. True where there may be more.
    fn poll_flow(&mut self, way: Direction, now: Duration, cx: &mut Context<'_>) -> Result<bool, Ending> {
        let recv_size = self.spec.recv_size() as usize;
        let Self { client, server, up, down, .. } = self;
        let (flow, mut source, mut sink) = match way {
            Direction::Down => (down, server.as_mut(), Some(&mut *client)),
            Direction::Up | Direction::Both => (up, Some(&mut *client), server.as_mut()),
        };
        flow.way.advance(now, cx.waker());
        let mut goes_on = true;
        let mut swallowed = None;
        for _ in 0..MOVES_AT_ONCE {
            let mut moved = false;
            if let Some(source) = source.as_deref_mut().filter(|_| flow.may_receive()) {
                moved |= flow.take_in(source, recv_size, now, cx);
            }
            if let Some(item) = flow.way.pop() {
                moved = true;
                match (sink.as_deref_mut(), item) {
                    (Some(sink), item) => moved = flow.put_out(item, sink, cx)?,
                    (None, Item::Bytes(piece)) => swallowed = Some(piece),
                    (None, Item::End) => {}
                    (None, Item::Reset) => return Err(Ending::Torn),
                }
            }
            goes_on = moved;
            // A fault is told the time of each, and what is swallowed is on record one by one.
            if !moved || sink.is_none() || !flow.way.is_free() {
                break;
            }
        }
        if goes_on {
            flow.woken.again();
        }
        let tap = self.client.tap();
        if let Some(piece) = swallowed {
            ledger::taken_out(tap, tap.conn, (way, &fault::swallowed()), now, &piece);
        }
        let flow = if way == Direction::Down { &mut self.down } else { &mut self.up };
        flow.way.report(tap);
        Ok(goes_on)
    }

    async fn end(mut self, ending: Ending, asked: Option<Completion>) {
        let now = self.now();
        for flow in [&mut self.up, &mut self.down] {
            flow.way.discard(now);
            flow.way.report(self.client.tap());
        }
        let reset = ending == Ending::Torn;
        let Self { client, server, spec, .. } = self;
        let mut closed = close(client, &spec, reset).await;
        if let Some(server) = server {
            closed = closed.and(close(server, &spec, reset).await);
        }
        if let Some(done) = asked {
            done.finish(closed);
        }
    }
}

impl Flow {
    /// Nothing will come, and nothing is left that could go on.
    fn is_done(&self) -> bool {
        self.source_ended && self.way.is_empty()
    }

    fn may_receive(&self) -> bool {
        !self.source_ended && self.way.has_room()
    }

    fn put_out(&mut self, item: Item, sink: &mut Tapped<Stream>, cx: &mut Context<'_>) -> Result<bool, Ending> {
        let mut piece = match item {
            Item::Bytes(piece) => piece,
            Item::Reset => return Err(Ending::Torn),
            Item::End => {
                if Pin::new(sink).poll_shutdown(cx).is_pending() {
                    self.way.unpop(Item::End);
                    return Ok(false);
                }
                // One that is gone has no need of an end.
                return Ok(true);
            }
        };
        match sink.poll_send(cx, &piece.bytes, None) {
            Poll::Pending => {
                self.way.unpop(Item::Bytes(piece));
                Ok(false)
            }
            Poll::Ready(Ok(sent)) => {
                if sent < piece.bytes.len() {
                    let rest = piece.bytes.split_off(sent);
                    self.way.unpop(Item::Bytes(Piece { bytes: rest, at: piece.at + sent as u64 }));
                }
                Ok(true)
            }
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {
                self.way.unpop(Item::Bytes(piece));
                Ok(true)
            }
            // It was on its way when the connection ended.
            Poll::Ready(Err(_)) => {
                self.way.unpop(Item::Bytes(piece));
                Err(Ending::Torn)
            }
        }
    }

    fn take_in(&mut self, source: &mut Tapped<Stream>, max: usize, now: Duration, cx: &mut Context<'_>) -> bool {
        let at = source.received();
        match source.poll_recv(cx, max) {
            Poll::Pending => return false,
            Poll::Ready(Ok(bytes)) if bytes.is_empty() => {
                self.source_ended = true;
                self.way.push(now, Item::End);
            }
            Poll::Ready(Ok(bytes)) => self.way.push(now, Item::Bytes(Piece { bytes, at })),
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            Poll::Ready(Err(_)) => {
                self.source_ended = true;
                self.way.push(now, Item::Reset);
            }
        }
        true
    }
}
