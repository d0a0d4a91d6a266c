//! An engine on the loopback interface with a plan of what goes wrong, and everything that it has told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::engine::injection::Plan;
use crate::engine::tap::Gates;
use crate::engine::{
    Clock, Command, Dest, Engine, EngineConfig, Error, Event, EventReceiver, Job, JobId, Opening, Peers, SocketState,
};
use crate::lab::service::Reply;
use crate::lab::{Addr, EndpointId, EndpointKind, EndpointSpec, ServiceSpec};
use crate::trace::{Call, ConnId, Op, Outcome, SocketId};

pub const SERVER: EndpointId = EndpointId(1);
pub const CLIENT: EndpointId = EndpointId(2);

const DEADLINE: Duration = Duration::from_secs(20);

pub struct Lab {
    engine: Engine,
    events: EventReceiver,
    pub faults: Plan,
    pub seen: Vec<Event>,
    jobs: u64,
}

impl Lab {
    pub fn new() -> Self {
        Self::gated(Gates::default())
    }

    pub fn gated(gates: Gates) -> Self {
        let faults = Plan::default();
        let config =
            EngineConfig { gates, injection: faults.clone(), ..EngineConfig::new(Clock::start(), Arc::new(|| {})) };
        let (engine, events) = Engine::start(config).unwrap();
        Self { engine, events, faults, seen: Vec::new(), jobs: 0 }
    }

    pub fn begin(&mut self, command: impl FnOnce(JobId) -> Command) -> JobId {
        self.jobs += 1;
        self.engine.command(command(JobId(self.jobs)));
        JobId(self.jobs)
    }

    /// A command that has no end.
    pub fn tell(&mut self, command: Command) {
        self.engine.command(command);
    }

    pub fn forget(&mut self, endpoint: EndpointId) {
        self.engine.forget(endpoint);
    }

    /// How a command has ended.
    #[track_caller]
    pub fn finish(&mut self, job: JobId) -> Result<(), Error> {
        self.until(|lab| {
            lab.seen.iter().find_map(|event| match event {
                Event::Done { job: found, result, .. } if *found == job => Some(result.clone()),
                _ => None,
            })
        })
    }

    #[track_caller]
    pub fn command(&mut self, command: impl FnOnce(JobId) -> Command) -> Result<(), Error> {
        let job = self.begin(command);
        self.finish(job)
    }

    #[track_caller]
    pub fn open(&mut self, endpoint: EndpointId, spec: &EndpointSpec, to: Option<Addr>) -> Result<(), Error> {
        let (spec, remote) = (Arc::new(spec.clone()), to.map(Dest::Addr));
        let next_conn = self.calls().filter_map(|call| call.conn).map(ConnId::get).max().unwrap_or(0) + 1;
        self.command(|job| Command::new(job, endpoint, Job::Open(Opening { spec, remote, next_conn })))
    }

    #[track_caller]
    pub fn close(&mut self, endpoint: EndpointId) -> Result<(), Error> {
        self.command(|job| Command::new(job, endpoint, Job::Close))
    }

    #[track_caller]
    pub fn send(&mut self, endpoint: EndpointId, to: Peers, bytes: &[u8]) -> Result<(), Error> {
        let bytes = Bytes::copy_from_slice(bytes);
        self.command(|job| Command::new(job, (endpoint, to), Job::Send(bytes)))
    }

    /// Takes in the events that are there.
    pub fn take_all(&mut self) {
        while let Some(event) = self.events.take() {
            self.seen.push(event);
        }
    }

    /// Takes in events until `wanted` gives something.
    #[track_caller]
    pub fn until<T>(&mut self, mut wanted: impl FnMut(&Self) -> Option<T>) -> T {
        let deadline = Instant::now() + DEADLINE;
        loop {
            while let Some(event) = self.events.take() {
                self.seen.push(event);
            }
            if let Some(found) = wanted(self) {
                return found;
            }
            let Some(event) = self.events.wait(deadline.saturating_duration_since(Instant::now())) else {
                panic!("did not come; so far: {:#?}", self.seen)
            };
            self.seen.push(event);
        }
    }

    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.seen.iter().filter_map(|event| if let Event::Call { call, .. } = event { Some(call) } else { None })
    }

    /// What has failed without having been asked for.
    pub fn troubles(&self) -> impl Iterator<Item = &Error> {
        self.seen.iter().filter_map(|event| if let Event::Trouble { error, .. } = event { Some(error) } else { None })
    }

    /// Where an endpoint was last open.
    pub fn local(&self, endpoint: EndpointId) -> Addr {
        let local = |event: &Event| match event {
            Event::Endpoint { endpoint: found, state: SocketState::Open { local, .. } } if *found == endpoint => {
                local.clone()
            }
            _ => None,
        };
        self.seen.iter().rev().find_map(local).unwrap()
    }

    pub fn is_closed(&self, endpoint: EndpointId) -> bool {
        let state = |event: &Event| match event {
            Event::Endpoint { endpoint: found, state } if *found == endpoint => Some(*state == SocketState::Closed),
            _ => None,
        };
        self.seen.iter().rev().find_map(state).unwrap_or(true)
    }

    /// The errnos of a call of that name, in order.
    pub fn errnos(&self, name: &str) -> Vec<&'static str> {
        let calls = self.calls().filter(|call| call.op.name() == name);
        calls.filter_map(|call| call.errno()?.name()).collect()
    }

    /// What an endpoint has received, in order.
    pub fn received(&self, endpoint: EndpointId) -> Vec<u8> {
        self.moved(endpoint, Op::receives)
    }

    /// What it has sent.
    pub fn sent(&self, endpoint: EndpointId) -> Vec<u8> {
        self.moved(endpoint, Op::sends)
    }

    fn moved(&self, endpoint: EndpointId, which: fn(&Op) -> bool) -> Vec<u8> {
        let calls = self.calls().filter(|call| call.endpoint == endpoint && which(&call.op));
        calls.flat_map(|call| call.data.to_vec()).collect()
    }

    /// Ends the engine. What must hold of every trace: each socket that was made or accepted was closed once, streams
    /// have no gap and no overlap, nothing moved is more than was asked for, and each command has ended once.
    pub fn end(mut self) -> Vec<Event> {
        for endpoint in [CLIENT, SERVER] {
            let _ = self.close(endpoint);
        }
        self.end_at_once()
    }

    /// The same for one whose endpoints are open.
    pub fn end_at_once(mut self) -> Vec<Event> {
        drop(self.engine);
        while let Some(event) = self.events.take() {
            self.seen.push(event);
        }
        let mut open = 0;
        let mut sockets = BTreeSet::new();
        let mut closed = BTreeSet::new();
        let mut streams = BTreeMap::new();
        let mut done = BTreeMap::new();
        for event in &self.seen {
            match event {
                Event::Call { call, .. } => {
                    match (&call.op, call.outcome) {
                        (Op::Socket { .. } | Op::Accept, Outcome::Ok(_)) => {
                            open += 1;
                            assert!(sockets.insert(call.socket), "a number of its own: {call}");
                        }
                        (Op::Socket { .. }, _) => assert_eq!(call.socket, SocketId(0)),
                        (Op::Close, _) => {
                            open -= 1;
                            assert!(closed.insert(call.socket), "closed once: {call}");
                        }
                        _ => {}
                    }
                    let is_known = call.socket == SocketId(0) || sockets.contains(&call.socket);
                    assert!(is_known, "of a socket that was made: {call}");
                    assert!(open >= 0, "{call} of a socket that is not there");
                    let key = (call.endpoint, call.conn, call.op.sends());
                    if let Some(offset) = call.offset {
                        let next = streams.entry(key).or_insert(0);
                        assert_eq!(offset, *next, "no gap and no overlap: {call}");
                        *next += call.len;
                    }
                    let asked = match call.op {
                        Op::Send { len } | Op::SendTo { len, .. } => len,
                        Op::SendFile { count } => count,
                        Op::Recv { max } | Op::RecvFrom { max } => max,
                        _ => u64::MAX,
                    };
                    assert!(call.len <= asked, "{call}");
                    assert!(call.errno().is_none() || call.len == 0, "a call that failed moved nothing: {call}");
                }
                Event::Done { job, .. } => *done.entry(*job).or_insert(0) += 1,
                _ => {}
            }
        }
        assert_eq!(sockets, closed);
        assert_eq!(open, 0, "every socket is closed: {:#?}", self.seen);
        assert_eq!(done.len() as u64, self.jobs);
        assert!(done.values().all(|times| *times == 1), "{done:?}");
        self.seen
    }
}

pub fn server(kind: EndpointKind, reply: Reply) -> EndpointSpec {
    let mut spec = EndpointSpec::new("server", kind);
    spec.local = Some("127.0.0.1:0".parse().unwrap());
    spec.service = ServiceSpec::new(reply);
    spec
}

pub fn client() -> EndpointSpec {
    EndpointSpec::new("client", EndpointKind::TCP_CLIENT)
}

/// The address for std's sockets.
pub fn inet(addr: &Addr) -> std::net::SocketAddr {
    addr.inet().unwrap()
}
