//! An engine with a few endpoints and the events that it has sent. Waits on events with a deadline; never sleeps and
//! hopes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use socket_lab::engine::{
    Clock, Command, Dest, Engine, EngineConfig, Error, Event, EventReceiver, Job, JobId, Opening, Peers, SocketState,
};
use socket_lab::lab::service::Reply;
use socket_lab::lab::{Addr, EndpointId, EndpointKind, EndpointSpec, ServiceSpec};
use socket_lab::trace::Call;

pub const SERVER: EndpointId = EndpointId(1);
pub const CLIENT: EndpointId = EndpointId(2);
pub const ROOM: EndpointId = EndpointId(3);

const DEADLINE: Duration = Duration::from_secs(60);

pub struct Bench {
    pub engine: Engine,
    events: EventReceiver,
    seen: Vec<Event>,
    /// How many of `seen` an `until` has gone through.
    looked: usize,
    jobs: u64,
}

impl Bench {
    pub fn new() -> Self {
        Self::with_budget(64 * 1024 * 1024)
    }

    pub fn with_budget(budget: u64) -> Self {
        Self::with(|config| config.budget = budget)
    }

    pub fn with(change: impl FnOnce(&mut EngineConfig)) -> Self {
        let mut config = EngineConfig::new(Clock::start(), Arc::new(|| {}));
        change(&mut config);
        let (engine, events) = Engine::start(config).unwrap();
        Self { engine, events, seen: Vec::new(), looked: 0, jobs: 0 }
    }

    pub fn begin(&mut self, command: impl FnOnce(JobId) -> Command) -> JobId {
        self.jobs += 1;
        let job = JobId(self.jobs);
        self.engine.command(command(job));
        job
    }

    /// Waits until a job is done.
    pub fn finish(&mut self, job: JobId) -> Result<(), Error> {
        let done = |event: &Event| match event {
            Event::Done { job: found, result, .. } if *found == job => Some(result.clone()),
            _ => None,
        };
        match self.seen.iter().find_map(done) {
            Some(result) => result,
            None => self.until(done),
        }
    }

    pub fn command(&mut self, command: impl FnOnce(JobId) -> Command) -> Result<(), Error> {
        let job = self.begin(command);
        self.finish(job)
    }

    pub fn begin_open(&mut self, endpoint: EndpointId, spec: EndpointSpec, remote: Option<Dest>) -> JobId {
        self.begin(|job| Command::new(job, endpoint, Job::Open(Opening { spec: Arc::new(spec), remote, next_conn: 1 })))
    }

    /// The local address of the opened socket.
    pub fn open(
        &mut self,
        endpoint: EndpointId,
        spec: EndpointSpec,
        remote: Option<Dest>,
    ) -> Result<Option<Addr>, Error> {
        let job = self.begin_open(endpoint, spec, remote);
        self.finish(job)?;
        let last = self.seen.iter().rev().find_map(|event| match event {
            Event::Endpoint { endpoint: found, state: SocketState::Open { local, .. } } if *found == endpoint => {
                Some(local.clone())
            }
            _ => None,
        });
        Ok(last.unwrap())
    }

    pub fn open_server(&mut self, spec: EndpointSpec) -> Addr {
        self.open(SERVER, spec, None).unwrap().unwrap()
    }

    pub fn open_client(&mut self, spec: EndpointSpec) {
        let Some(socket_lab::lab::Remote::Inet(target)) = spec.remote.clone() else {
            panic!("a client needs a remote")
        };
        self.open(CLIENT, spec, Some(Dest::Host(target))).unwrap();
    }

    pub fn send(&mut self, endpoint: EndpointId, to: Peers, bytes: &[u8]) -> Result<(), Error> {
        let bytes = Bytes::copy_from_slice(bytes);
        self.command(|job| Command::new(job, (endpoint, to), Job::Send(bytes)))
    }

    /// Waits for an event that has not been looked at.
    pub fn until<T>(&mut self, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
        let deadline = Instant::now() + DEADLINE;
        loop {
            while self.looked < self.seen.len() {
                self.looked += 1;
                if let Some(found) = wanted(&self.seen[self.looked - 1]) {
                    return found;
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.events.wait(left) {
                Some(event) => self.seen.push(event),
                None => panic!("did not come; so far: {:#?}", self.seen),
            }
        }
    }

    /// Waits for one more event, whatever it is.
    pub fn next(&mut self) {
        let event = self.events.wait(DEADLINE);
        self.seen.push(event.unwrap_or_else(|| panic!("nothing comes; so far: {:#?}", self.seen)));
    }

    /// Waits until exactly these bytes have arrived at an endpoint since the beginning.
    pub fn until_received(&mut self, endpoint: EndpointId, bytes: &[u8]) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let received: Vec<u8> = self
                .calls()
                .filter(|call| call.endpoint == endpoint && call.op.receives())
                .flat_map(|call| call.data.to_vec())
                .collect();
            assert!(bytes.starts_with(&received), "{received:?}");
            if received == bytes {
                return;
            }
            let event = self.events.wait(deadline.saturating_duration_since(Instant::now()));
            self.seen.push(event.unwrap_or_else(|| panic!("the bytes did not arrive")));
        }
    }

    /// Everything that has come by now.
    pub fn drain(&mut self) -> impl Iterator<Item = &Event> {
        while let Some(event) = self.events.take() {
            self.seen.push(event);
        }
        self.seen.iter()
    }

    pub fn seen(&self) -> impl Iterator<Item = &Event> {
        self.seen.iter()
    }

    /// Takes what comes until nothing has come for that time.
    pub fn settle(&mut self, quiet: Duration) {
        while let Some(event) = self.events.wait(quiet) {
            self.seen.push(event);
        }
    }

    pub fn forget_seen(&mut self) {
        self.seen.drain(..self.looked);
        self.looked = 0;
    }

    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.seen.iter().filter_map(|event| match event {
            Event::Call { call, .. } => Some(call),
            _ => None,
        })
    }
}

pub fn server(reply: Reply) -> EndpointSpec {
    let mut spec = EndpointSpec::new("server", EndpointKind::TCP_SERVER);
    spec.service = ServiceSpec::new(reply);
    spec
}

pub fn client_of(server: &Addr) -> EndpointSpec {
    let mut spec = EndpointSpec::new("client", EndpointKind::TCP_CLIENT);
    spec.remote = Some(socket_lab::lab::Remote::Inet(server.to_string().parse().unwrap()));
    spec
}

pub fn udp(local: Option<&str>) -> EndpointSpec {
    let mut spec = EndpointSpec::new("room", EndpointKind::UDP);
    spec.local = local.map(|local| local.parse().unwrap());
    spec
}
