//! A relay of datagrams: one socket that the clients know, and for each client one of its own towards the server, so that
//! answers find their way back. A client that is silent for long is forgotten.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::datagram_client::{Back, Joints, Route, serve};
use super::{Switches, is_same, ledger, now};
use crate::engine::endpoint::context::{ClosedBy, EndpointContext};
use crate::engine::endpoint::drops::Drops;
use crate::engine::link::command::{Dest, Job};
use crate::engine::link::completion::Completion;
use crate::engine::link::error::{Error, failed};
use crate::engine::link::event::SocketState;
use crate::engine::link::request::Request;
use crate::engine::socket::datagram::Datagrams;
use crate::engine::socket::setup::NewSocket;
use crate::engine::socket::{multicast, resolve};
use crate::engine::tap::TappedDatagram;
use crate::kinds::fault::{self, Active, Direction, Piece};
use crate::lab::{Addr, EndpointSpec, Local};
use crate::trace::notice::{Missing, Refused};
use crate::trace::{Ends, SocketType};

/// The most clients at once; a further one takes the place of nobody and is not answered.
const MAX_CLIENTS: usize = 4_096;
/// The most datagrams that wait for a client's task, and for the socket that the clients know.
const MAX_WAITING: usize = 1_024;
/// After an error of `recvfrom` the socket rests so long.
const ERROR_REST: Duration = Duration::from_millis(50);
/// So long after datagrams came, the kernel is asked how many it dropped.
const DROP_CHECK: Duration = Duration::from_millis(200);

/// Room for one datagram; an error where its client's task has ended.
type Room = Result<mpsc::OwnedPermit<Bytes>, mpsc::error::SendError<()>>;

/// A datagram for which its client's task has no room yet.
struct Late {
    bytes: Bytes,
    from: Addr,
    room: Pin<Box<dyn Future<Output = Room> + Send>>,
}

/// Opens a relay of datagrams and runs it until it is closed.
pub async fn run(
    context: &EndpointContext,
    opened: Completion,
    remote: Option<Dest>,
    requests: &mut mpsc::Receiver<Request>,
) -> ClosedBy {
    let (socket, target) = match context.opening(open(context, remote), requests).await {
        Ok(opened) => opened,
        Err(why) => return context.not_opened(why, opened),
    };
    let local = socket.local().cloned();
    context.state(SocketState::Open { local, peer: target.clone() });
    let switches = Switches::new(&context.spec, now(&context.tap));
    let (back, returning) = mpsc::channel(MAX_WAITING);
    let mut relay = Relay {
        context: context.clone(),
        socket,
        target,
        faults: watch::Sender::new(switches.active()),
        gate: switches.gate(),
        switches,
        clients: HashMap::new(),
        tasks: JoinSet::new(),
        next_client: 1,
        back,
        returning,
        outgoing: None,
        late: None,
        rests_until: None,
        drops: Drops::default(),
        check_drops_at: None,
        is_down: false,
        swallowed: 0,
    };
    opened.finish(Ok(()));
    let closed_by = relay.run(requests).await;
    relay.close().await;
    closed_by
}

async fn open(
    context: &EndpointContext,
    remote: Option<Dest>,
) -> Result<(TappedDatagram<Datagrams>, Option<Addr>), Error> {
    let asked = context.spec.bind_address().unwrap_or(Local::LOOPBACK);
    let found = resolve::local(&asked).await?;
    let addr = found.choose(|_| true).unwrap_or(Addr::UNBOUND);
    found.choice(&addr).into_iter().for_each(|kind| context.note(kind));
    let target = target(remote).await?;
    let mut socket = NewSocket::make(&context.tap, SocketType::Datagram, &addr, &context.spec).await?;
    if let Err(error) = socket.bind(&addr).await {
        socket.close().await;
        return Err(error);
    }
    let (socket, tap) = socket.register(&addr, |socket| Datagrams::new(socket, &addr))?;
    let socket = TappedDatagram::new(socket, tap);
    let is_loop = socket.local().zip(target.as_ref()).is_some_and(|(local, target)| is_same(local, target));
    if is_loop {
        // How it went is on record.
        let _ = socket.close().await;
        return Err(Refused::RelayLoop.into());
    }
    Ok((socket, target))
}

/// Where datagrams go; one that is not open yet is known by where it will be.
async fn target(remote: Option<Dest>) -> Result<Option<Addr>, Error> {
    let found = match &remote {
        None => return Ok(None),
        Some(Dest::NotOpen(local)) => resolve::local(local).await?,
        Some(remote) => resolve::destination(remote).await?,
    };
    Ok(found.choose(|_| true).filter(|addr| addr.inet().is_none_or(|addr| addr.port() != 0)))
}

struct Relay {
    context: EndpointContext,
    socket: TappedDatagram<Datagrams>,
    target: Option<Addr>,
    switches: Switches,
    faults: watch::Sender<Arc<[Active]>>,
    gate: fault::Gate,
    clients: HashMap<Addr, mpsc::Sender<Bytes>>,
    tasks: JoinSet<Addr>,
    next_client: u32,
    back: mpsc::Sender<Back>,
    returning: mpsc::Receiver<Back>,
    outgoing: Option<Back>,
    /// Until it has found room nothing more is received: the kernel's queue fills, as at any slow receiver.
    late: Option<Late>,
    rests_until: Option<Instant>,
    /// The kernel's drop counter when it was last looked at.
    drops: Drops,
    check_drops_at: Option<Instant>,
    is_down: bool,
    /// How many datagrams went nowhere.
    swallowed: u64,
}

enum Turn {
    /// A client's task has ended.
    Ended(Option<Addr>),
    Came(Bytes, Addr),
    Moved,
    Failed(&'static str, io::Error),
}

impl Relay {
    async fn run(&mut self, requests: &mut mpsc::Receiver<Request>) -> ClosedBy {
        loop {
            self.follow_gate();
            let now = now(&self.context.tap);
            let gate = self.gate.due(now).map(|due| Instant::now() + due.saturating_sub(now));
            let timer = [gate, self.rests_until, self.check_drops_at].into_iter().flatten().min();
            tokio::select! {
                biased;
                request = requests.recv() => match request {
                    Some(Request { job: Job::Close, done, .. }) => return Some(done),
                    Some(request) => self.handle(request).await,
                    None => return None,
                },
                turn = poll_fn(|cx| self.poll_turn(cx)) => self.after(turn).await,
                () = super::sleep_until(timer) => self.time_passed(),
            }
        }
    }

    fn follow_gate(&mut self) {
        let now = now(&self.context.tap);
        let down = self.gate.down_by(now).cloned();
        if let (Some(active), false) = (&down, self.is_down) {
            let happened = active.happened(now);
            ledger::send(&self.context.tap, None, Direction::Up, active, &happened);
        }
        self.is_down = down.is_some();
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<Turn> {
        if let Poll::Ready(Some(ended)) = self.tasks.poll_join_next(cx) {
            return Poll::Ready(Turn::Ended(ended.ok()));
        }
        if self.outgoing.is_none()
            && let Poll::Ready(Some(next)) = self.returning.poll_recv(cx)
        {
            self.outgoing = Some(next);
        }
        if let Some(Back { bytes, to }) = &self.outgoing
            && let Poll::Ready(sent) = self.socket.poll_send_to(cx, bytes, to, None)
        {
            return Poll::Ready(match sent {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => Turn::Moved,
                Err(error) => {
                    self.outgoing = None;
                    Turn::Failed("sendto", error)
                }
                Ok(_) => {
                    self.outgoing = None;
                    Turn::Moved
                }
            });
        }
        if let Some(mut late) = self.late.take() {
            let Poll::Ready(room) = late.room.as_mut().poll(cx) else {
                self.late = Some(late);
                return Poll::Pending;
            };
            let Late { bytes, from, .. } = late;
            return Poll::Ready(match room {
                Ok(room) => {
                    room.send(bytes);
                    Turn::Moved
                }
                // Its task has just ended: another is begun.
                Err(_) => Turn::Came(bytes, from),
            });
        }
        if self.rests_until.is_some() {
            return Poll::Pending;
        }
        self.socket.poll_recv_from(cx, self.context.spec.recv_size() as usize).map(|received| match received {
            Ok((bytes, datagram)) => Turn::Came(bytes, datagram.from),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Turn::Moved,
            Err(error) => Turn::Failed("recvfrom", error),
        })
    }

    async fn after(&mut self, turn: Turn) {
        match turn {
            Turn::Moved => {}
            Turn::Ended(Some(client)) => drop(self.clients.remove(&client)),
            // A task that panicked has no client to give: whoever's channel is closed is gone.
            Turn::Ended(None) => self.clients.retain(|_, way| !way.is_closed()),
            Turn::Failed(op, error) => {
                self.rests_until = Some(Instant::now() + ERROR_REST);
                let addr = self.socket.local().cloned();
                self.context.report(failed(op, addr)(error));
            }
            Turn::Came(bytes, from) => {
                self.check_drops_at.get_or_insert_with(|| Instant::now() + DROP_CHECK);
                self.pass_on(bytes, from);
            }
        }
    }

    /// Gives a datagram to its client's task, which is begun where there is none. One that is down, or has nobody to send
    /// to, takes it and says nothing; the ledger has it.
    fn pass_on(&mut self, bytes: Bytes, from: Addr) {
        let Some(target) = self.target.clone().filter(|_| !self.is_down) else { return self.swallow(bytes, from) };
        let bytes = match self.clients.get(&from) {
            Some(way) => match way.try_send(bytes) {
                Ok(()) => return,
                Err(mpsc::error::TrySendError::Full(bytes)) => {
                    self.late = Some(Late { bytes, from, room: Box::pin(way.clone().reserve_owned()) });
                    return;
                }
                // One that has just ended gives it back: another is begun.
                Err(mpsc::error::TrySendError::Closed(bytes)) => bytes,
            },
            None => bytes,
        };
        if self.clients.len() >= MAX_CLIENTS {
            return self.swallow(bytes, from);
        }
        let number = self.next_client;
        self.next_client = number.saturating_add(1);
        let (way, receiver) = mpsc::channel(MAX_WAITING);
        let first = way.clone();
        self.clients.insert(from.clone(), way);
        let context = fault::Context {
            seed: self.context.spec.relay.seed,
            conn: number,
            client: from.inet().map(|addr| addr.ip()),
            way: Direction::Up,
            is_datagram: true,
            begun: now(&self.context.tap),
        };
        let endpoint = self.context.clone();
        let joints = Joints { coming: receiver, ways: self.back.clone(), faults: self.faults.subscribe() };
        let route = Route { client: from.clone(), known: self.socket.local().cloned(), target };
        self.tasks.spawn(async move {
            if let Err(error) = serve(&endpoint, context, route, joints).await {
                endpoint.report(error);
            }
            from
        });
        // It has just been begun, so that there is room.
        let _ = first.try_send(bytes);
    }

    fn swallow(&mut self, bytes: Bytes, from: Addr) {
        let now = now(&self.context.tap);
        let why = self.gate.down_by(now).cloned().unwrap_or_else(fault::swallowed);
        let tap = self.context.tap.with(None, Ends { local: self.socket.local().cloned(), peer: Some(from) });
        let piece = Piece { bytes, at: self.swallowed };
        self.swallowed += 1;
        ledger::taken_out(&tap, None, (Direction::Up, &why), now, &piece);
    }

    async fn handle(&mut self, request: Request) {
        let Request { job, done, .. } = request;
        match job {
            Job::Apply { spec, remote } => done.finish(self.change(&spec, remote).await),
            Job::Fault(switch) => {
                self.switches.switch(switch, now(&self.context.tap));
                self.faults_changed();
                done.finish(Ok(()));
            }
            Job::Open(_) | Job::Close | Job::RemoveStale(_) => done.finish(Ok(())),
            Job::Membership { group, join } => done.finish(Err(multicast::not_here(*group, join))),
            Job::Download { .. } => done.finish(Err(Refused::NotForFiles.into())),
            Job::Send(_) | Job::Shutdown(_) | Job::CloseConn { .. } => {
                done.finish(Err(Error::missing(Missing::Connection)));
            }
        }
    }

    async fn change(&mut self, spec: &EndpointSpec, remote: Option<Dest>) -> Result<(), Error> {
        let spec = Arc::new(self.context.spec.changed_to(spec));
        if spec.remote.is_none() {
            self.target = None;
        } else if let Some(found) = target(remote).await? {
            self.target = Some(found);
        }
        self.context = EndpointContext { spec, ..self.context.clone() };
        self.switches.change(&self.context.spec, now(&self.context.tap));
        self.faults_changed();
        Ok(())
    }

    fn faults_changed(&mut self) {
        let active = self.switches.active();
        self.gate.set_faults(&active);
        self.faults.send_replace(active);
    }

    fn time_passed(&mut self) {
        let now = Instant::now();
        if self.rests_until.is_some_and(|time| time <= now) {
            self.rests_until = None;
        }
        if self.check_drops_at.is_some_and(|time| time <= now) {
            self.check_drops_at = None;
            self.check_drops();
        }
    }

    fn check_drops(&mut self) {
        self.drops.count(self.socket.socket().drops(), &self.context);
    }

    async fn close(mut self) {
        self.check_drops();
        self.clients.clear();
        // With this each client's task learns that it is over, also one that has no room for more.
        self.faults = watch::Sender::new(Arc::default());
        // Nobody waits for what is on its way back.
        self.returning.close();
        while self.tasks.join_next().await.is_some() {}
        let mut back: Vec<Back> = self.outgoing.take().into_iter().collect();
        while let Ok(next) = self.returning.try_recv() {
            back.push(next);
        }
        let late = self.late.take().map(|late| (Direction::Up, late.bytes, late.from));
        let back = back.into_iter().map(|Back { bytes, to }| (Direction::Down, bytes, to));
        for (way, bytes, client) in late.into_iter().chain(back) {
            let tap = self.socket.tap();
            let tap = tap.with(None, Ends { local: tap.ends.local.clone(), peer: Some(client) });
            ledger::lost(&tap, None, way, now(&tap), &Piece { bytes, at: 0 });
        }
        // How it went is on record, and there is nobody to tell.
        let _ = self.socket.close().await;
    }
}
