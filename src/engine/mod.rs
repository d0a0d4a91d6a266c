//! Doing it: the only room that opens sockets. It knows nothing of a window.
//!
//! Commands come in and events go out over the [`link`], under a byte budget. Each endpoint has a task ([`endpoint`]), each
//! connection too ([`connection`], [`http`]); both run on the engine's I/O thread. What they do to a socket ([`socket`])
//! passes the [`tap`]; files are moved by threads of their own ([`transfer`]); what no library can ask the system is in
//! [`kernel`]. Each of these uses only those before it: link, kernel, wire, tap, socket, transfer, connection, http, endpoint.

mod connection;
mod endpoint;
mod http;
#[cfg(test)]
mod injection;
mod io_thread;
mod kernel;
mod link;
pub mod socket;
pub mod tap;
pub mod transfer;
pub mod wire;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

pub use kernel::addr::shown_addr;
#[cfg(windows)]
pub use kernel::leave_own_console;
pub use kernel::sampler;
pub use link::budget::DEFAULT_BUDGET;
pub use link::channel::{EventReceiver, EventSender, Wake, channel};
pub use link::clock::Clock;
pub use link::command::{
    Command, Dest, DownloadRequest, FaultSwitch, Job, JobId, Opening, Peers, Stops, Target, Verdict,
};
pub use link::error::Error;
pub use link::event::{Event, SocketState};

use crate::kinds::fault::FaultSpec;
use crate::lab::EndpointId;
use crate::trace::notice::Refused;
use endpoint::Bounds;
use endpoint::repeat::Repeat;
use io_thread::IoThread;
use kernel::sampler::Reporter;
use link::completion::Completion;
use link::request::Request;
pub use tap::Recorder;
use tap::pending_calls::Announcer;
use tap::{Gates, Hold, Tap};
use transfer::registry::Registry;

/// A service that answers another for ever is slowed down to this many replies a second.
const DATAGRAM_REPLIES: u32 = 10_000;

/// A client of a relay of datagrams that neither sends nor gets anything for this long is forgotten.
const RELAY_IDLE: Duration = Duration::from_secs(60);

/// After its tasks have had this many turns, a call that leads to another at once has led to it: from `accept` to the first
/// `recv` of the connection it takes three.
const TURNS_TO_SETTLE: u32 = 16;

/// The most requests that wait for one endpoint.
const MAX_REQUESTS: usize = 1_024;

/// How the engine is to work.
pub struct EngineConfig {
    pub clock: Clock,
    /// Called from a worker thread when there are events to take.
    pub wake: Wake,
    /// Bytes of events that may wait for the session.
    pub budget: u64,
    /// The most bytes of one call that are kept.
    pub snaplen: usize,
    /// Who has a say before a call is made.
    pub gates: Gates,
    /// The most replies of a datagram endpoint's service in one second.
    pub datagram_replies: u32,
    /// How long a relay of datagrams keeps the socket of a client that is silent.
    pub relay_idle: Duration,
    /// What goes wrong below the tap.
    #[cfg(test)]
    pub injection: injection::Plan,
}

impl EngineConfig {
    pub fn new(clock: Clock, wake: Wake) -> Self {
        Self {
            clock,
            wake,
            budget: DEFAULT_BUDGET,
            snaplen: tap::DEFAULT_SNAPLEN,
            gates: Gates::default(),
            datagram_replies: DATAGRAM_REPLIES,
            relay_idle: RELAY_IDLE,
            #[cfg(test)]
            injection: injection::Plan::default(),
        }
    }
}

/// The worker threads and their endpoints. Dropped, it closes every socket and ends its threads.
pub struct Engine {
    io: IoThread,
    _announcer: Announcer,
    tap: Tap,
    endpoints: HashMap<EndpointId, Running>,
    /// Tasks of endpoints that were forgotten and may still have something to close.
    leaving: HashMap<EndpointId, JoinHandle<()>>,
    repeats: HashMap<JobId, oneshot::Sender<()>>,
    transfers: Arc<Registry>,
    bounds: Bounds,
}

struct Running {
    requests: mpsc::Sender<Request>,
    task: JoinHandle<()>,
}

impl Engine {
    /// Starts the worker threads.
    ///
    /// # Errors
    /// A thread or the reactor (epoll, kqueue, IOCP) could not be created.
    pub fn start(config: EngineConfig) -> io::Result<(Self, EventReceiver)> {
        kernel::raise_file_limit();
        let io = IoThread::start()?;
        let (events, receiver) = channel(config.budget, config.wake);
        let tap = Tap::new(events, config.clock, config.snaplen, config.gates, EndpointId(0));
        #[cfg(test)]
        let tap = Tap { injection: config.injection, ..tap };
        let announcer = Announcer::start(tap.shared())?;
        let engine = Self {
            io,
            _announcer: announcer,
            tap,
            endpoints: HashMap::new(),
            leaving: HashMap::new(),
            repeats: HashMap::new(),
            transfers: Arc::default(),
            bounds: Bounds { datagram_replies: config.datagram_replies, relay_idle: config.relay_idle },
        };
        Ok((engine, receiver))
    }

    /// Begins a command. Its [`Event::Done`] comes in any case, also where it could not begin.
    pub fn command(&mut self, command: Command) {
        match command {
            Command::Do { job, target, what } => {
                let done = self.done(job, &target);
                self.request(Request { target, job: what, done });
            }
            Command::Repeat { job, target, bytes, every, times } => {
                let whole = self.done(job, &target);
                let Some(requests) = self.requests(target.endpoint) else { return };
                let repeat = Repeat { events: self.tap.events.clone(), job, requests, target, bytes, every, times };
                let (stop, stopped) = oneshot::channel();
                self.repeats.retain(|_, stop| !stop.is_closed());
                self.repeats.insert(job, stop);
                self.io.handle().spawn(repeat.run(whole, stopped));
            }
            Command::CancelTransfer { transfer } => self.transfers.cancel(transfer),
            Command::Watch { endpoint, socket, ends, every } => {
                let reporter = Reporter { events: self.tap.events.clone(), clock: self.tap.clock };
                self.tap.sampler().watch(self.io.handle(), reporter, (endpoint, socket), ends, every);
            }
            Command::FindReceiver(addr) => {
                let events = self.tap.events.clone();
                // Reads a good deal of /proc.
                self.io.handle().spawn_blocking(move || {
                    events.send(Event::Receiver { addr, receiver: kernel::receiver(addr) });
                });
            }
            Command::Hold { endpoint, on } => self.hold().set(endpoint, on),
            Command::EndHold(endpoint) => self.hold().end_of(endpoint),
            Command::LetThrough(call) => self.hold().let_through(call),
            Command::Decide(message, verdict) => self.tap.messages().decide(message, verdict),
            Command::PassAll(endpoint) => self.tap.messages().pass_all(endpoint),
            Command::Settle { job, endpoint } => {
                let done = self.done(job, &endpoint.into());
                self.io.handle().spawn(async move {
                    for _ in 0..TURNS_TO_SETTLE {
                        tokio::task::yield_now().await;
                    }
                    done.finish(Ok(()));
                });
            }
            Command::SetStops(stops) => {
                self.tap.messages().set_stops(&stops);
                self.hold().set_stops(stops);
            }
            // Dropping the sender stops it.
            Command::StopRepeat { job } => drop(self.repeats.remove(&job)),
        }
    }

    /// Sockets are made at the ends of a lossy link from here on; one that is there gets these faults.
    ///
    /// # Errors
    /// The system does not let users make network namespaces.
    pub fn plug_wire(&mut self, seed: u64, faults: &[FaultSpec]) -> io::Result<()> {
        if self.tap.wire().set_faults(faults) {
            return Ok(());
        }
        self.tap.wire().plug(seed, faults, self.tap.events.clone(), self.tap.clock)
    }

    /// Sockets are made as ever from here on.
    pub fn unplug_wire(&mut self) {
        self.tap.wire().unplug();
    }

    /// Where a process is put so that it is at that end of the lossy link; `None` where there is none.
    pub fn place(&self, end: wire::End) -> Option<Arc<wire::Place>> {
        self.tap.wire().place(end)
    }

    pub fn has_wire(&self) -> bool {
        self.tap.wire().is_there()
    }

    /// Records the calls of a program under that number.
    pub fn recorder(&self, program: EndpointId) -> Recorder {
        Recorder::new(Tap { endpoint: program, ..self.tap.clone() })
    }

    /// Puts an event of the session's own into the queue, so that it is handled in its turn.
    pub fn report(&self, event: Event) {
        self.tap.events.send(event);
    }

    /// Forgets an endpoint that is not expected to be used again; what it has open is closed. Where it is used all the
    /// same, that comes after.
    pub fn forget(&mut self, endpoint: EndpointId) {
        // Nobody is left who could let its calls through.
        self.hold().end_of(endpoint);
        self.leaving.retain(|_, task| !task.is_finished());
        if let Some(running) = self.endpoints.remove(&endpoint) {
            self.leaving.insert(endpoint, running.task);
        }
    }

    /// Where calls wait while time stands still: of this engine's sockets, and of whoever else makes calls that can be held.
    pub fn hold(&self) -> &Hold {
        self.tap.hold()
    }

    /// How many tasks are alive: one for each endpoint that was ever used, and those of what it has open.
    pub fn tasks(&self) -> usize {
        self.io.tasks()
    }

    fn done(&self, job: JobId, target: &Target) -> Completion {
        Completion::of_command(self.tap.events.clone(), job, target.endpoint, target.conn())
    }

    fn request(&mut self, request: Request) {
        let Some(requests) = self.requests(request.target.endpoint) else {
            return request.finish(Err(Refused::Busy.into()));
        };
        match requests.try_send(request) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(request)) => request.finish(Err(Refused::Busy.into())),
            Err(mpsc::error::TrySendError::Closed(request)) => request.refuse_closed(),
        }
    }

    /// The way to an endpoint's task, which is begun where there is none.
    fn requests(&mut self, endpoint: EndpointId) -> Option<mpsc::Sender<Request>> {
        let running = self.endpoints.entry(endpoint).or_insert_with(|| {
            let (requests, receiver) = mpsc::channel(MAX_REQUESTS);
            let tap = Tap { endpoint, ..self.tap.clone() };
            let transfers = Arc::clone(&self.transfers);
            let bounds = self.bounds;
            let before = self.leaving.remove(&endpoint);
            let task = self.io.handle().spawn(async move {
                if let Some(before) = before {
                    // However it ended, it has nothing open any more.
                    let _ = before.await;
                }
                endpoint::run(tap, transfers, bounds, receiver).await;
            });
            Running { requests, task }
        });
        Some(running.requests.clone())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.repeats.clear();
        self.hold().end();
        // An endpoint without a sender of requests closes what it has open and ends.
        let running = self.endpoints.drain().map(|(_, running)| running.task);
        self.io.end_after(running.chain(self.leaving.drain().map(|(_, task)| task)).collect());
    }
}
