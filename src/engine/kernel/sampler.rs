//! The sampler: asks the kernel about open sockets while somebody looks at them, and about closed connections until the
//! kernel has forgotten them. Each socket registers here when it is opened; only watched sockets are sampled.

use std::collections::HashMap;
#[cfg(target_os = "linux")]
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{self as kernel, Pair};
use crate::engine::link::channel::EventSender;
use crate::engine::link::clock::Clock;
use crate::engine::link::event::Event;
use crate::lab::EndpointId;
use crate::trace::kernel::{KernelSample, Source, TcpState};
use crate::trace::{Ends, Nanos, SocketId};

/// Whether this system says anything of its sockets.
pub const IS_SUPPORTED: bool = cfg!(any(target_os = "linux", target_os = "macos", windows));

/// What an open TCP socket is asked with.
pub const ASKED_WITH: &str = if cfg!(windows) {
    "SIO_TCP_INFO"
} else if cfg!(target_os = "macos") {
    "TCP_CONNECTION_INFO"
} else {
    "TCP_INFO"
};

/// The most sockets that are watched at once; more can't be looked at either.
pub const MAX_WATCHED: usize = 64;

/// No socket is asked more often than this.
pub const SHORTEST: Duration = Duration::from_millis(50);

/// `/proc/net/tcp` lists every connection of the machine: it is not read more often than this.
const PROC_EVERY: Duration = Duration::from_millis(300);

/// The open sockets, and those of them that are watched. Clones are the same.
#[derive(Clone, Default)]
pub struct Sampler(Arc<Shared>);

/// Where samples go, and the clock that they are stamped with.
#[derive(Clone)]
pub struct Reporter {
    pub events: EventSender,
    pub clock: Clock,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Something new is to be watched.
    changed: Notify,
}

#[derive(Default)]
struct State {
    sockets: HashMap<SocketId, Socket>,
    watches: HashMap<SocketId, Watch>,
    next_id: u64,
    /// Whether a task does the asking.
    running: bool,
}

struct Socket {
    /// Tells one registration from a later one of the same socket.
    id: u64,
    reach: Reach,
    ends: Arc<Ends>,
}

/// How an open socket is reached.
enum Reach {
    /// By a descriptor of the lab's own.
    Own(u64),
    #[cfg(target_os = "linux")]
    Of(Foreign),
}

/// A socket of another process.
#[cfg(target_os = "linux")]
pub struct Foreign {
    /// A handle of the process (pidfd_open(2)), and its descriptor.
    pub process: Arc<OwnedFd>,
    pub fd: i32,
    /// The system's number of the socket: the descriptor may be another one by now.
    pub inode: u64,
}

#[cfg(target_os = "linux")]
impl Foreign {
    /// A descriptor of one's own for it, to be dropped at once: while it is there the socket stays open.
    fn borrow(&self) -> Option<OwnedFd> {
        let fd =
            rustix::process::pidfd_getfd(&*self.process, self.fd, rustix::process::PidfdGetfdFlags::empty()).ok()?;
        let about = rustix::fs::fstat(&fd).ok()?;
        (about.st_ino == self.inode).then_some(fd)
    }
}

struct Watch {
    endpoint: EndpointId,
    every: Duration,
    due: Instant,
    last: Option<KernelSample>,
    closed: Closed,
}

/// What is known of a watched socket that is not open.
enum Closed {
    Unknown,
    /// The kernel may have something left of the connection.
    LookFor(Pair),
    Gone,
}

/// An open socket's place in the sampler; dropped before the socket is closed.
pub struct Sampled {
    sampler: Sampler,
    socket: SocketId,
    id: u64,
}

impl std::fmt::Debug for Sampled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sampled").field("socket", &self.socket).finish_non_exhaustive()
    }
}

impl Drop for Sampled {
    fn drop(&mut self) {
        let mut state = self.sampler.state();
        if state.sockets.get(&self.socket).is_some_and(|socket| socket.id == self.id)
            && let Some(socket) = state.sockets.remove(&self.socket)
            && let Some(watch) = state.watches.get_mut(&self.socket)
        {
            watch.closed = pair(&socket.ends).map_or(Closed::Gone, Closed::LookFor);
            watch.due = Instant::now();
            self.sampler.0.changed.notify_one();
        }
    }
}

/// The two addresses of a TCP connection, by which it is found once its socket is closed; the kernel writes an IPv4 peer of an IPv6 socket in IPv6 form.
fn pair(ends: &Ends) -> Option<Pair> {
    if !kernel::SEES_CLOSED {
        return None;
    }
    let canonical = |addr: std::net::SocketAddr| std::net::SocketAddr::new(addr.ip().to_canonical(), addr.port());
    let inet = |addr: &Option<crate::lab::Addr>| addr.as_ref()?.inet().map(canonical);
    Some((inet(&ends.local)?, inet(&ends.peer)?))
}

impl Sampler {
    fn state(&self) -> MutexGuard<'_, State> {
        // What a panicking thread left is whole: every change is one insertion or removal.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An open socket with the descriptor `number`.
    pub fn add(&self, socket: SocketId, ends: &Arc<Ends>, number: u64) -> Sampled {
        self.add_reached(socket, ends, Reach::Own(number))
    }

    /// An open socket of another process.
    #[cfg(target_os = "linux")]
    pub fn add_foreign(&self, socket: SocketId, ends: &Arc<Ends>, of: Foreign) -> Sampled {
        self.add_reached(socket, ends, Reach::Of(of))
    }

    fn add_reached(&self, socket: SocketId, ends: &Arc<Ends>, reach: Reach) -> Sampled {
        let mut state = self.state();
        state.next_id += 1;
        let id = state.next_id;
        state.sockets.insert(socket, Socket { id, reach, ends: Arc::clone(ends) });
        if let Some(watch) = state.watches.get_mut(&socket) {
            watch.closed = Closed::Unknown;
            watch.due = Instant::now();
            self.0.changed.notify_one();
        }
        Sampled { sampler: self.clone(), socket, id }
    }

    /// Begins, changes or (with `None`) ends the watching of one socket.
    pub fn watch(
        &self,
        runtime: &Handle,
        reporter: Reporter,
        (endpoint, socket): (EndpointId, SocketId),
        ends: Option<Arc<Ends>>,
        every: Option<Duration>,
    ) {
        let mut state = self.state();
        let Some(every) = every else {
            state.watches.remove(&socket);
            return;
        };
        let every = every.max(SHORTEST);
        if let Some(watch) = state.watches.get_mut(&socket) {
            watch.due = watch.due.min(Instant::now() + every);
            watch.every = every;
        } else if state.watches.len() < MAX_WATCHED {
            let closed = match ends.as_deref().and_then(pair) {
                Some(pair) => Closed::LookFor(pair),
                None => Closed::Unknown,
            };
            state.watches.insert(socket, Watch { endpoint, every, due: Instant::now(), last: None, closed });
        }
        if !std::mem::replace(&mut state.running, true) {
            runtime.spawn(self.clone().run(reporter));
        }
        self.0.changed.notify_one();
    }

    /// Goes on while anything is watched.
    async fn run(self, reporter: Reporter) {
        loop {
            let lookups = self.ask_open(&reporter);
            if !lookups.is_empty() {
                let pairs: Vec<Pair> = lookups.iter().map(|(_, pair)| *pair).collect();
                // Only a runtime that is ending doesn't get to it.
                let Ok(found) = tokio::task::spawn_blocking(move || kernel::leftovers(&pairs)).await else { return };
                self.report_leftovers(&reporter, &lookups, &found);
            }
            let Some(due) = self.next_due() else { return };
            tokio::select! {
                () = tokio::time::sleep_until(due) => {}
                () = self.0.changed.notified() => {}
            }
        }
    }

    /// Asks every open socket whose time has come; gives the closed ones to be looked for.
    fn ask_open(&self, reporter: &Reporter) -> Vec<(SocketId, Pair)> {
        let now = Instant::now();
        let at = reporter.clock.now();
        let mut lookups = Vec::new();
        let State { sockets, watches, .. } = &mut *self.state();
        for (key, watch) in watches.iter_mut().filter(|(_, watch)| watch.due <= now) {
            match (sockets.get(key), &watch.closed) {
                (Some(socket), _) => {
                    // The lock is held: its owner can't close it meanwhile.
                    let sample = socket.reach.ask(silent(watch.endpoint, *key, at));
                    watch.due = now + watch.every;
                    match pair(&socket.ends).filter(|_| sample.state == Some(TcpState::Close)) {
                        // Both sides have ended: the socket knows no more of its connection, which may be in TIME_WAIT.
                        Some(pair) => {
                            watch.due = now + watch.every.max(PROC_EVERY);
                            lookups.push((*key, pair));
                        }
                        None => watch.report(reporter, sample),
                    }
                }
                (None, Closed::LookFor(pair)) => {
                    watch.due = now + watch.every.max(PROC_EVERY);
                    lookups.push((*key, *pair));
                }
                (None, Closed::Unknown | Closed::Gone) => {
                    watch.due = now + Duration::from_secs(3_600);
                    // What was said last of the open socket holds no longer.
                    if !kernel::SEES_CLOSED && watch.last.is_some() {
                        watch.report(reporter, silent(watch.endpoint, *key, at));
                    }
                }
            }
        }
        lookups
    }

    fn report_leftovers(&self, reporter: &Reporter, lookups: &[(SocketId, Pair)], found: &[Option<kernel::Leftover>]) {
        let at = reporter.clock.now();
        let State { sockets, watches, .. } = &mut *self.state();
        for ((key, looked_for), leftover) in lookups.iter().zip(found) {
            // Opened again, or no longer of interest, in the meantime.
            let is_another = sockets.get(key).is_some_and(|socket| pair(&socket.ends) != Some(*looked_for));
            let Some(watch) = watches.get_mut(key).filter(|_| !is_another) else { continue };
            if leftover.is_none() {
                watch.closed = Closed::Gone;
            }
            let sample = KernelSample {
                source: Source::Proc,
                state: leftover.map(|leftover| leftover.state),
                recv_queue: leftover.and_then(|leftover| leftover.queues.recv),
                send_queue: leftover.and_then(|leftover| leftover.queues.send),
                ..silent(watch.endpoint, *key, at)
            };
            watch.report(reporter, sample);
        }
    }

    /// `None` where nothing is watched any more; the task then ends.
    fn next_due(&self) -> Option<Instant> {
        let mut state = self.state();
        let due = state.watches.values().map(|watch| watch.due).min();
        state.running = due.is_some();
        due
    }
}

impl Watch {
    /// An idle connection says nothing new, and wakes nobody.
    fn report(&mut self, reporter: &Reporter, sample: KernelSample) {
        if self.last.is_none_or(|last| !last.says_the_same(&sample)) {
            self.last = Some(sample);
            reporter.events.send(Event::Kernel(sample));
        }
    }
}

fn silent(endpoint: EndpointId, socket: SocketId, at: Nanos) -> KernelSample {
    KernelSample {
        at,
        endpoint,
        socket,
        source: Source::Socket,
        state: None,
        tcp: None,
        recv_queue: None,
        send_queue: None,
        accept_queue: None,
    }
}

impl Reach {
    fn ask(&self, silent: KernelSample) -> KernelSample {
        match self {
            Self::Own(number) => ask(*number, silent),
            #[cfg(target_os = "linux")]
            Self::Of(foreign) => match foreign.borrow() {
                Some(fd) => ask(kernel::number(&fd), silent),
                None => silent,
            },
        }
    }
}

fn ask(number: u64, silent: KernelSample) -> KernelSample {
    let info = kernel::tcp_info(number);
    let queues = match info {
        // It has no bytes.
        Some(info) if info.state == TcpState::Listen => kernel::Queues::default(),
        _ => kernel::queues(number),
    };
    KernelSample {
        state: info.map(|info| info.state),
        tcp: info.and_then(|info| info.numbers),
        accept_queue: info.and_then(|info| info.accept_queue),
        recv_queue: queues.recv,
        send_queue: queues.send,
        ..silent
    }
}
