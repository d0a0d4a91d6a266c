//! Doing it: the only room with sockets, worker threads and the clock. It knows nothing of a window.
//!
//! Each endpoint has a task ([`endpoint`]), each connection too ([`connection`]); both run on the engine's I/O thread.
//! What they do to a socket passes the [`tap`]. Commands come in through [`Engine::command`], events go out through the
//! [`channel`], under the byte [`budget`]; of calls that wait, [`waits`] tells.

pub mod budget;
mod channel;
mod client;
mod clock;
mod command;
mod connection;
mod datagram;
mod datagram_socket;
mod endpoint;
mod event;
#[cfg(test)]
mod faults;
mod groups;
mod http;
mod hub;
mod job;
mod kernel;
mod options;
mod order;
mod pace;
mod path;
pub mod probe;
mod repeat;
mod resolve;
mod scratch;
mod server;
mod stream;
pub mod tap;
pub mod tapped_datagram;
mod terms;
pub mod transfer;
mod waiting;
mod waits;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

pub use channel::{EventReceiver, EventSender, Wake, channel};
pub use clock::Clock;
pub use command::{Command, Dest, JobId, Peers};
pub use event::{Event, SocketState};

use crate::lab::service::Reply;
use crate::lab::{EndpointId, EndpointSpec};
use crate::trace::{Ends, NoticeKind};
use job::Part;
use order::Order;
use probe::Probe;
use tap::Tap;
use transfer::registry::Registry;

/// One I/O thread, so that calls are recorded in the order in which they completed: with two, the `recv` of some bytes
/// could be on record before their `send`.
const IO_THREADS: usize = 1;

/// Threads for what blocks: name look-ups.
const BLOCKING_THREADS: usize = 8;

/// Tells of calls that wait.
const OWN_TASKS: usize = 1;

/// The most orders that wait for one endpoint.
const MAX_ORDERS: usize = 1_024;

/// How long the engine waits at its end for its endpoints to close, and then for its threads.
const GRACE: Duration = Duration::from_secs(1);

/// How the engine is to work.
pub struct EngineConfig {
    pub clock: Clock,
    /// Called from a worker thread when there are events to take.
    pub wake: Wake,
    /// Bytes of events that may wait for the session.
    pub budget: u64,
    /// The most bytes of one call that are kept.
    pub snaplen: usize,
    /// What goes wrong below the tap.
    #[cfg(test)]
    pub faults: faults::Plan,
}

impl EngineConfig {
    pub fn new(clock: Clock, wake: Wake) -> Self {
        Self {
            clock,
            wake,
            budget: budget::DEFAULT_BUDGET,
            snaplen: tap::DEFAULT_SNAPLEN,
            #[cfg(test)]
            faults: faults::Plan::default(),
        }
    }
}

/// The worker threads and their endpoints. Dropped, it closes every socket and ends its threads.
pub struct Engine {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    tap: Tap,
    endpoints: HashMap<EndpointId, Running>,
    /// Tasks of endpoints that were forgotten and may still have something to close.
    leaving: HashMap<EndpointId, JoinHandle<()>>,
    repeats: HashMap<JobId, oneshot::Sender<()>>,
    transfers: Arc<Registry>,
}

struct Running {
    orders: mpsc::Sender<Order>,
    task: JoinHandle<()>,
}

impl Engine {
    /// Starts the worker threads.
    ///
    /// # Errors
    /// A thread or the system's event queue (epoll, kqueue, IOCP) could not be had.
    pub fn start(config: EngineConfig) -> io::Result<(Self, EventReceiver)> {
        kernel::raise_file_limit();
        let number = AtomicU32::new(0);
        let runtime = Builder::new_multi_thread()
            .worker_threads(IO_THREADS)
            .max_blocking_threads(BLOCKING_THREADS)
            .thread_name_fn(move || match number.fetch_add(1, Ordering::Relaxed) {
                0 => "socket-lab-io".to_owned(),
                n => format!("socket-lab-{n}"),
            })
            .enable_all()
            .build()?;
        let (events, receiver) = channel(config.budget, config.wake);
        let tap = Tap {
            events,
            clock: config.clock,
            snaplen: config.snaplen,
            endpoint: EndpointId(0),
            conn: None,
            ends: Arc::new(Ends { local: None, peer: None }),
            probe: Probe::default(),
            #[cfg(test)]
            faults: config.faults,
        };
        runtime.spawn(waits::tell(tap.events.clone(), tap.clock));
        let engine = Self {
            runtime: Some(runtime),
            tap,
            endpoints: HashMap::new(),
            leaving: HashMap::new(),
            repeats: HashMap::new(),
            transfers: Arc::default(),
        };
        Ok((engine, receiver))
    }

    /// Begins a command. Its [`Event::Done`] comes in any case, also where it could not begin.
    pub fn command(&mut self, command: Command) {
        match command {
            Command::Open { job, endpoint, spec, remote, next_conn } => {
                let part = self.part(job, endpoint, None);
                self.order(endpoint, Order::Open { spec, remote, next_conn, part });
            }
            Command::Close { job, endpoint } => {
                let part = self.part(job, endpoint, None);
                self.order(endpoint, Order::Close { part });
            }
            Command::Send { job, endpoint, to, bytes } => {
                let part = self.part(job, endpoint, conn_of(&to));
                self.order(endpoint, Order::Send { to, bytes, part });
            }
            Command::Shutdown { job, endpoint, conn, how } => {
                let part = self.part(job, endpoint, conn);
                self.order(endpoint, Order::Shutdown { conn, how, part });
            }
            Command::CloseConn { job, endpoint, conn, reset } => {
                let part = self.part(job, endpoint, conn);
                self.order(endpoint, Order::CloseConn { conn, reset, part });
            }
            Command::Apply { job, endpoint, spec, remote } => {
                let part = self.part(job, endpoint, None);
                self.order(endpoint, Order::Apply { spec, remote, part });
            }
            Command::Membership { job, endpoint, group, join } => {
                let part = self.part(job, endpoint, None);
                self.order(endpoint, Order::Membership { group: Box::new(group), join, part });
            }
            Command::Repeat { job, endpoint, to, bytes, every, times } => {
                let whole = self.part(job, endpoint, conn_of(&to));
                let Some(orders) = self.orders(endpoint) else { return };
                let events = self.tap.events.clone();
                let repeat = repeat::Repeat { events, job, endpoint, orders, to, bytes, every, times };
                let (stop, stopped) = oneshot::channel();
                self.repeats.retain(|_, stop| !stop.is_closed());
                self.repeats.insert(job, stop);
                if let Some(runtime) = &self.runtime {
                    runtime.spawn(repeat.run(whole, stopped));
                }
            }
            Command::Download { job, endpoint, spec, remote, next_conn, fetch } => {
                let part = self.part(job, endpoint, None);
                self.order(endpoint, Order::Download { spec, remote, next_conn, fetch, part });
            }
            Command::CancelTransfer { transfer } => self.transfers.cancel(transfer),
            Command::RemoveStale { job, endpoint, path } => {
                let part = self.part(job, endpoint, None);
                self.order(endpoint, Order::RemoveStale { path, part });
            }
            Command::Watch { endpoint, conn, ends, every } => {
                if let Some(runtime) = &self.runtime {
                    self.tap.probe.watch(runtime.handle(), &self.tap, (endpoint, conn), ends, every);
                }
            }
            // Dropping the sender stops it.
            Command::StopRepeat { job } => drop(self.repeats.remove(&job)),
        }
    }

    /// Puts an event of the session's own into the queue, so that it is handled in its turn.
    pub fn report(&self, event: Event) {
        self.tap.events.send(event);
    }

    /// Forgets an endpoint that is not expected to be used again; what it has open is closed. Where it is used all the
    /// same, that comes after.
    pub fn forget(&mut self, endpoint: EndpointId) {
        self.leaving.retain(|_, task| !task.is_finished());
        if let Some(running) = self.endpoints.remove(&endpoint) {
            self.leaving.insert(endpoint, running.task);
        }
    }

    /// How many tasks are alive besides the engine's own: one for each endpoint that was ever used, and those of what it
    /// has open.
    pub fn tasks(&self) -> usize {
        let alive = self.runtime.as_ref().map_or(0, |runtime| runtime.metrics().num_alive_tasks());
        alive.saturating_sub(OWN_TASKS)
    }

    fn part(&self, job: JobId, endpoint: EndpointId, conn: Option<crate::trace::ConnId>) -> Part {
        Part::of_command(self.tap.events.clone(), job, endpoint, conn)
    }

    fn order(&mut self, endpoint: EndpointId, order: Order) {
        let Some(orders) = self.orders(endpoint) else { return order.part().done(Err(NoticeKind::Busy)) };
        match orders.try_send(order) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(order)) => order.part().done(Err(NoticeKind::Busy)),
            Err(mpsc::error::TrySendError::Closed(order)) => order.refuse_closed(),
        }
    }

    /// The way to an endpoint's task, which is begun where there is none.
    fn orders(&mut self, endpoint: EndpointId) -> Option<mpsc::Sender<Order>> {
        let runtime = self.runtime.as_ref()?;
        let running = self.endpoints.entry(endpoint).or_insert_with(|| {
            let (orders, receiver) = mpsc::channel(MAX_ORDERS);
            let tap = Tap { endpoint, ..self.tap.clone() };
            let transfers = Arc::clone(&self.transfers);
            let before = self.leaving.remove(&endpoint);
            let task = runtime.spawn(async move {
                if let Some(before) = before {
                    // However it ended, it has nothing open any more.
                    let _ = before.await;
                }
                endpoint::run(tap, transfers, receiver).await;
            });
            Running { orders, task }
        });
        Some(running.orders.clone())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.repeats.clear();
        let Some(runtime) = self.runtime.take() else { return };
        // An endpoint without a sender of orders closes what it has open and ends.
        let running = self.endpoints.drain().map(|(_, running)| running.task);
        let tasks: Vec<_> = running.chain(self.leaving.drain().map(|(_, task)| task)).collect();
        runtime.block_on(async {
            let all = async {
                for task in tasks {
                    let _ = task.await;
                }
            };
            let _ = tokio::time::timeout(GRACE, all).await;
        });
        runtime.shutdown_timeout(GRACE);
    }
}

fn conn_of(to: &Peers) -> Option<crate::trace::ConnId> {
    match to {
        Peers::Conn(conn) => Some(*conn),
        Peers::All | Peers::Dest(_) => None,
    }
}

/// The wall-clock time for services that show it; looking it up is left out for the others.
fn service_time(spec: &EndpointSpec) -> jiff::civil::DateTime {
    match spec.service.reply {
        Reply::Template(_) | Reply::Rules(_) => jiff::Zoned::now().datetime(),
        _ => jiff::civil::DateTime::ZERO,
    }
}
