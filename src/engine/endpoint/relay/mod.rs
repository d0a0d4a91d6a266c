//! A relay of streams: accepts clients, connects to the server for each of them, and passes on what they say to each other,
//! by way of its faults. [`datagrams`] is the same for datagrams.
//!
//! Each client has two connections, which are numbered one after the other: 1 is the first client's, 2 the one to the
//! server that was made for it.

mod catch;
mod datagram_client;
pub mod datagrams;
mod ledger;
mod pair;
mod switches;
mod way;
mod woken;

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::context::{ClosedBy, EndpointContext};
use super::listening::Listening;
use crate::engine::connection::closing::close;
use crate::engine::link::command::{Dest, Job};
use crate::engine::link::completion::Completion;
use crate::engine::link::error::{Error, failed};
use crate::engine::link::event::SocketState;
use crate::engine::link::request::Request;
use crate::engine::socket::connect::connect_first;
use crate::engine::socket::stream::Stream;
use crate::engine::socket::{multicast, resolve, setup};
use crate::engine::tap::{Tap, Tapped};
use crate::kinds::fault::{self, Active, Direction};
use crate::lab::{Addr, EndpointSpec, Local};
use crate::trace::notice::{CallFailure, Detail, Missing, Refused};
use crate::trace::{ConnId, Ends, Errno};
use pair::{Pair, PairRequest};
pub use switches::Switches;

/// The most requests that wait for one pair.
const MAX_ORDERS: usize = 8;

/// How often the accept queue is looked at while clients are to wait in it.
const QUEUE_CHECK: Duration = Duration::from_millis(10);

/// After an error of `accept` (EMFILE …), and of listening again after a fault, nothing is tried for so long.
const REST: Duration = Duration::from_millis(500);

/// Opens a relay and runs it until it is closed.
pub async fn run(
    context: &EndpointContext,
    opened: Completion,
    remote: Option<Dest>,
    next_conn: u32,
    requests: &mut mpsc::Receiver<Request>,
) -> ClosedBy {
    let listening = match context.opening(listen(context, remote.as_ref()), requests).await {
        Ok(listening) => listening,
        Err(why) => return context.not_opened(why, opened),
    };
    let local = listening.local.clone();
    context.state(SocketState::Open { local: Some(local.clone()), peer: None });
    let switches = Switches::new(&context.spec, now(&context.tap));
    let mut relay = Relay {
        context: context.clone(),
        remote,
        listening: Some(listening),
        local,
        faults: watch::Sender::new(switches.active()),
        gate: switches.gate(),
        switches,
        pairs: BTreeMap::new(),
        tasks: JoinSet::new(),
        // The first client's number is odd: its server's is the next.
        next_pair: next_conn.div_ceil(2).saturating_add(u32::from(next_conn.is_multiple_of(2))),
        rests_until: None,
        admits_at: None,
        closed_for: None,
        accepted: 0,
    };
    opened.finish(Ok(()));
    let closed_by = relay.run(requests).await;
    relay.pairs.clear();
    while relay.tasks.join_next().await.is_some() {}
    if let Some(listening) = relay.listening.take() {
        listening.close().await;
    }
    closed_by
}

fn now(tap: &Tap) -> Duration {
    Duration::from_nanos(tap.clock.now().0)
}

async fn listen(context: &EndpointContext, remote: Option<&Dest>) -> Result<Listening, Error> {
    let asked = context.spec.bind_address().unwrap_or(Local::LOOPBACK);
    let found = resolve::local(&asked).await?;
    let addr = found.choose(|_| true).unwrap_or(Addr::UNBOUND);
    found.choice(&addr).into_iter().for_each(|kind| context.note(kind));
    let listening = Listening::open(context, &addr).await?;
    if let Some(remote) = remote
        && let Ok(target) = resolve::destination(remote).await
        && target.addresses.iter().any(|addr| is_same(&listening.local, addr))
    {
        listening.close().await;
        return Err(Refused::RelayLoop.into());
    }
    Ok(listening)
}

/// Whether what is sent there comes to the socket that is bound to `local`.
fn is_same(local: &Addr, there: &Addr) -> bool {
    match (local.inet(), there.inet()) {
        (Some(local), Some(there)) => {
            let (own, other) = (local.ip().to_canonical(), there.ip().to_canonical());
            local.port() == there.port() && (own == other || (own.is_unspecified() && other.is_loopback()))
        }
        _ => local == there,
    }
}

struct Relay {
    context: EndpointContext,
    /// `None`: a black hole, which accepts and never answers.
    remote: Option<Dest>,
    /// `None` while a fault keeps it closed.
    listening: Option<Listening>,
    local: Addr,
    switches: Switches,
    faults: watch::Sender<Arc<[Active]>>,
    gate: fault::Gate,
    /// By the number of the pair, from 1.
    pairs: BTreeMap<u32, mpsc::Sender<PairRequest>>,
    tasks: JoinSet<u32>,
    next_pair: u32,
    rests_until: Option<Instant>,
    /// A client waits in the accept queue until then.
    admits_at: Option<Instant>,
    /// The fault for which nobody listens.
    closed_for: Option<u32>,
    accepted: u32,
}

impl Relay {
    async fn run(&mut self, requests: &mut mpsc::Receiver<Request>) -> ClosedBy {
        loop {
            if let Err(error) = self.follow_gate().await {
                self.context.report(error);
                self.rests_until = Some(Instant::now() + REST);
            }
            let conn = self.next_conns().0;
            let may_accept = self.may_accept();
            let timer = self.timer(may_accept);
            tokio::select! {
                biased;
                request = requests.recv() => match request {
                    Some(Request { job: Job::Close, done, .. }) => return Some(done),
                    Some(request) => self.handle(request).await,
                    None => return None,
                },
                ended = self.tasks.join_next(), if !self.tasks.is_empty() => match ended {
                    Some(Ok(number)) => drop(self.pairs.remove(&number)),
                    // A task that panicked has no number to give: whoever's channel is closed is gone.
                    Some(Err(_)) => self.pairs.retain(|_, requests| !requests.is_closed()),
                    None => {}
                },
                accepted = accept(self.listening.as_mut().filter(|_| may_accept), conn) => self.accepted(accepted).await,
                () = sleep_until(timer) => {
                    if self.rests_until.is_some_and(|time| time <= Instant::now()) {
                        self.rests_until = None;
                    }
                }
            }
        }
    }

    /// The numbers of the next two connections.
    fn next_conns(&self) -> (Option<ConnId>, u32) {
        let upstream = self.next_pair.saturating_mul(2);
        (ConnId::new(upstream.saturating_sub(1)), upstream)
    }

    fn now(&self) -> Duration {
        now(&self.context.tap)
    }

    fn timer(&self, may_accept: bool) -> Option<Instant> {
        let now = self.now();
        let gate = self.gate.due(now).map(|due| Instant::now() + due.saturating_sub(now));
        let queue = (!may_accept && self.listening.is_some()).then(|| Instant::now() + QUEUE_CHECK);
        [gate, queue, self.rests_until].into_iter().flatten().min()
    }

    /// Closes, tears down or opens what the faults want closed, torn down or open now.
    async fn follow_gate(&mut self) -> Result<(), Error> {
        let now = self.now();
        let closed_by = self.gate.closed_by(now).cloned();
        match &closed_by {
            Some(active) if self.closed_for != Some(active.id) => {
                self.closed_for = Some(active.id);
                if let Some(listening) = self.listening.take() {
                    listening.close().await;
                }
                let happened = active.happened(now);
                let ends = Ends { local: Some(self.local.clone()), peer: None };
                ledger::send(&self.context.tap.with(None, ends), None, Direction::Up, active, &happened);
                if self.gate.down_by(now).is_some() {
                    for requests in self.pairs.values() {
                        // One whose queue is full is being closed.
                        let _ = requests.try_send(PairRequest::Close { reset: true, done: None });
                    }
                }
            }
            None if self.listening.is_none() && !self.has_had_its_fill() && self.rests_until.is_none() => {
                self.closed_for = None;
                self.listening = Some(Listening::open(&self.context, &self.local).await?);
            }
            Some(_) | None => {}
        }
        Ok(())
    }

    fn has_had_its_fill(&self) -> bool {
        self.context.spec.server.accept_limit.is_some_and(|limit| self.accepted >= limit)
    }

    /// Whether the next client may be accepted; one that is to come late waits in the queue of the system, where that says
    /// who is in it.
    fn may_accept(&mut self) -> bool {
        let Some(listening) = self.listening.as_ref().filter(|_| self.rests_until.is_none()) else { return false };
        if let Some(time) = self.admits_at {
            return time <= Instant::now();
        }
        if !self.gate.may_be_late(now(&self.context.tap)) {
            return true;
        }
        match listening.queue() {
            Some((0, _)) => false,
            Some(_) => {
                let now = now(&self.context.tap);
                let (late, happened) = self.gate.late(now, self.next_pair);
                let (conn, _) = self.next_conns();
                for one in happened {
                    if let Some(active) = self.switches.find(one.fault) {
                        ledger::send(&self.context.tap, conn, Direction::Up, active, &one);
                    }
                }
                self.admits_at = Some(Instant::now() + late);
                late.is_zero()
            }
            None => true,
        }
    }

    async fn accepted(&mut self, accepted: io::Result<(Stream, Tap)>) {
        self.admits_at = None;
        let (stream, tap) = match accepted {
            Ok(accepted) => accepted,
            // The client has left the queue, or a signal came: the next one may be there.
            Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted) => {
                return;
            }
            Err(error) => {
                self.rests_until = Some(Instant::now() + REST);
                let failure = CallFailure::new("accept", Some(self.local.clone()), Errno::from(&error));
                self.context.report(Error::Call(failure.with(Detail::Retried)));
                return;
            }
        };
        let number = self.next_pair;
        let (_, upstream) = self.next_conns();
        self.next_pair = number.saturating_add(1);
        self.accepted += 1;
        let client_ip = tap.ends.peer.as_ref().and_then(Addr::inet).map(|addr| addr.ip());
        let now = self.now();
        let refused = self.gate.refuses(now, number, client_ip);
        for one in &refused {
            if let Some(active) = self.switches.find(one.fault) {
                ledger::send(&tap, tap.conn, Direction::Up, active, one);
            }
        }
        let client = Tapped::new(stream, tap);
        let (requests, receiver) = mpsc::channel(MAX_ORDERS);
        self.pairs.insert(number, requests);
        let joined = Joined {
            context: self.context.clone(),
            remote: self.remote.clone(),
            upstream,
            is_refused: !refused.is_empty(),
            fault: fault::Context {
                seed: self.context.spec.relay.seed,
                conn: number,
                client: client_ip,
                way: Direction::Up,
                is_datagram: false,
                begun: now,
            },
            faults: self.faults.subscribe(),
        };
        self.tasks.spawn(async move {
            joined.run(client, receiver).await;
            number
        });
        if self.has_had_its_fill()
            && let Some(listening) = self.listening.take()
        {
            listening.close().await;
            self.context.state(SocketState::Serving { local: Some(self.local.clone()) });
        }
    }

    async fn handle(&mut self, request: Request) {
        let Request { target, job, done } = request;
        match job {
            Job::Apply { spec, remote } => {
                let spec = Arc::new(self.context.spec.changed_to(&spec));
                self.context = EndpointContext { spec, ..self.context.clone() };
                // One that has no address now is looked for where it was.
                if remote.is_some() || self.context.spec.remote.is_none() {
                    self.remote = remote;
                }
                self.switches.change(&self.context.spec, self.now());
                self.faults_changed();
                done.finish(Ok(()));
            }
            Job::Fault(switch) => {
                let now = self.now();
                self.switches.switch(switch, now);
                self.faults_changed();
                // What it means for those who connect is true before the command is done.
                if let Err(error) = self.follow_gate().await {
                    self.context.report(error);
                }
                done.finish(Ok(()));
            }
            Job::CloseConn { reset } => self.close_pairs(target.conn(), reset, done),
            Job::Open(_) | Job::Close | Job::RemoveStale(_) => done.finish(Ok(())),
            Job::Membership { group, join } => done.finish(Err(multicast::not_here(*group, join))),
            Job::Download { .. } => done.finish(Err(Refused::NotForFiles.into())),
            // It says nothing of its own.
            Job::Send(_) | Job::Shutdown(_) => {
                done.finish(Err(Error::missing(Missing::Connection)));
            }
        }
    }

    fn faults_changed(&mut self) {
        let active = self.switches.active();
        self.gate.set_faults(&active);
        self.faults.send_replace(active);
        // Whoever has many orders has this one among them, or is being closed; there is always room for a close.
        for requests in self.pairs.values().filter(|requests| requests.capacity() > MAX_ORDERS / 2) {
            let _ = requests.try_send(PairRequest::FollowFaults);
        }
        self.admits_at = None;
    }

    /// Either connection of a pair means both.
    fn close_pairs(&self, conn: Option<ConnId>, reset: bool, done: Completion) {
        let meant = conn.map(|conn| conn.get().div_ceil(2));
        for (_, requests) in self.pairs.iter().filter(|(number, _)| meant.is_none_or(|meant| meant == **number)) {
            // One that has just ended, or is being closed, drops its part.
            let _ = requests.try_send(PairRequest::Close { reset, done: Some(done.split()) });
        }
        done.finish(Ok(()));
    }
}

/// What one client's task needs.
struct Joined {
    context: EndpointContext,
    remote: Option<Dest>,
    upstream: u32,
    is_refused: bool,
    fault: fault::Context,
    faults: watch::Receiver<Arc<[Active]>>,
}

impl Joined {
    async fn run(mut self, client: Tapped<Stream>, mut requests: mpsc::Receiver<PairRequest>) {
        let spec = Arc::clone(&self.context.spec);
        if self.is_refused {
            // How it went is on record.
            let _ = close(client, &spec, true).await;
            return;
        }
        if let Err(error) =
            setup::set_connection(client.tap(), &client.socket().sock_ref(), &towards(&spec, client.tap())).await
        {
            self.context.report(failed("setsockopt", client.tap().ends.peer.clone())(error));
        }
        let server = match self.remote.take() {
            None => None,
            Some(remote) => match self.connect(remote, &mut requests).await {
                Some(server) => Some(server),
                None => {
                    let _ = close(client, &spec, true).await;
                    return;
                }
            },
        };
        let active = Arc::clone(&self.faults.borrow_and_update());
        Pair::new(client, server, spec, &self.fault, &active).run(&mut requests, self.faults).await;
    }

    async fn connect(&self, remote: Dest, requests: &mut mpsc::Receiver<PairRequest>) -> Option<Tapped<Stream>> {
        let mut spec = upstream_spec(&self.context.spec);
        if matches!(remote, Dest::Addr(Addr::Unix(_))) {
            spec.options.nodelay = None;
            spec.options.keepalive = None;
        }
        let remote = match remote {
            // It is not open: the system itself refuses, where its address is known.
            Dest::NotOpen(local) => {
                let found = resolve::local(&local).await.ok().and_then(|found| found.choose(|_| true));
                found.filter(|addr| addr.inet().is_none_or(|addr| addr.port() != 0)).map(Dest::Addr)
            }
            remote => Some(remote),
        };
        let connecting = connect_first(&self.context.tap, &spec, remote, self.upstream);
        let connected = tokio::select! {
            biased;
            done = ended(requests) => {
                if let Some(done) = done {
                    done.finish(Ok(()));
                }
                return None;
            }
            connected = connecting => connected,
        };
        match connected {
            Ok((stream, tap)) => Some(Tapped::new(stream, tap)),
            Err(error) => {
                self.context.report(error);
                None
            }
        }
    }
}

/// What the connections to the server are made with: the relay's own address is not theirs.
fn upstream_spec(spec: &EndpointSpec) -> EndpointSpec {
    let mut spec = EndpointSpec { local: None, ..at_once(spec) };
    // It does not listen.
    spec.options.reuse_addr = Some(spec.options.reuse_addr.unwrap_or(false));
    spec
}

/// Small pieces go on as they come, unless the user says otherwise: a relay is not to hold them back by itself.
fn at_once(spec: &EndpointSpec) -> EndpointSpec {
    let mut spec = spec.clone();
    spec.options.nodelay = spec.options.nodelay.or(Some(true));
    spec
}

/// The options for the side that this tap is of.
fn towards(spec: &EndpointSpec, tap: &Tap) -> EndpointSpec {
    let mut spec = at_once(spec);
    if tap.ends.local.as_ref().is_none_or(|local| local.inet().is_none()) {
        spec.options.nodelay = None;
        spec.options.keepalive = None;
    }
    spec
}

/// When its end is asked for. The faults are looked at once there are two connections.
async fn ended(requests: &mut mpsc::Receiver<PairRequest>) -> Option<Completion> {
    loop {
        match requests.recv().await {
            Some(PairRequest::FollowFaults) => {}
            Some(PairRequest::Close { done, .. }) => return done,
            None => return None,
        }
    }
}

async fn accept(listening: Option<&mut Listening>, conn: Option<ConnId>) -> io::Result<(Stream, Tap)> {
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
