//! The cable, and the thread that passes frames on.

use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::Socket;

use super::passage::Passage;
use super::{End, KEEPER};
use crate::engine::kernel::netns::{self, Namespaces, Place, SIDES};
use crate::engine::link::channel::EventSender;
use crate::engine::link::clock::Clock;
use crate::engine::link::event::Event;
use crate::kinds::fault::{Active, Direction, FaultSpec};

/// The longest frame: Ethernet's, and room for what faults put in.
const LONGEST: usize = 2_048;
/// So long the helper may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often is looked whether the session has caught up; until then frames wait in the system's queue.
const LOOK: Duration = Duration::from_millis(1);
/// The most frames that are taken in before others are sent.
const BATCH: usize = 64;

/// The link while it is there.
#[derive(Debug)]
pub struct Wire {
    namespaces: Mutex<Namespaces>,
    places: [Arc<Place>; SIDES],
    keeper: Child,
    /// Closed, the thread ends.
    stop: UnixStream,
    faults: Arc<Mutex<Vec<FaultSpec>>>,
    passing: Option<JoinHandle<()>>,
}

impl Wire {
    /// Makes the link.
    ///
    /// # Errors
    /// Those of user_namespaces(7) and of packet(7): EPERM, EACCES, ENOSPC or EUSERS where the system does not let users make
    /// namespaces.
    pub fn plug(seed: u64, faults: &[FaultSpec], events: EventSender, clock: Clock) -> io::Result<Self> {
        let (own, theirs) = UnixStream::pair()?;
        own.set_read_timeout(Some(PATIENCE))?;
        let mut keeper = Command::new(std::env::current_exe()?)
            .arg(KEEPER)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C in the lab's terminal is not meant for it.
            .process_group(0)
            .spawn()?;
        let taken = Namespaces::take_over(OwnedFd::from(own));
        let namespaces = match taken {
            Ok(namespaces) => namespaces,
            Err(error) => {
                // What is wrong is known; how it ended tells nothing more.
                let _ = keeper.kill();
                let _ = keeper.wait();
                return Err(error);
            }
        };
        let places = namespaces.places.clone();
        let cable = [namespaces.cable[0].try_clone()?, namespaces.cable[1].try_clone()?];
        let (stop, stopped) = UnixStream::pair()?;
        let faults = Arc::new(Mutex::new(faults.to_vec()));
        let known = Arc::clone(&faults);
        let passing = std::thread::Builder::new()
            .name("socket-lab-link".to_owned())
            .spawn(move || Forwarder::new(cable, stopped, seed, known, events, clock).run())?;
        Ok(Self { namespaces: Mutex::new(namespaces), places, keeper, stop, faults, passing: Some(passing) })
    }

    /// socket(2) at that end.
    ///
    /// # Errors
    /// Those of socket(2).
    pub fn socket(&self, end: End, domain: socket2::Domain, kind: socket2::Type) -> io::Result<Socket> {
        let namespaces = self.namespaces.lock().unwrap_or_else(PoisonError::into_inner);
        namespaces.socket(end.side(), domain.into(), kind.into()).map(Socket::from)
    }

    /// Where a process is put so that it is at that end.
    pub fn place(&self, end: End) -> Arc<Place> {
        Arc::clone(&self.places[end.side()])
    }

    /// Other faults, from now on.
    pub fn set_faults(&self, faults: &[FaultSpec]) {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults.to_vec();
        // Whoever waits looks again.
        let _ = (&self.stop).write(&[0]);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        let _ = self.stop.shutdown(Shutdown::Both);
        if let Some(passing) = self.passing.take() {
            let _ = passing.join();
        }
        // Its end of the control socket is closed with the namespaces; it is not asked whether it has noticed.
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}

/// The thread that passes frames on.
struct Forwarder {
    cable: [OwnedFd; SIDES],
    stopped: UnixStream,
    passages: [Passage; SIDES],
    faults: Arc<Mutex<Vec<FaultSpec>>>,
    known: Vec<FaultSpec>,
    events: EventSender,
    clock: Clock,
}

impl Forwarder {
    fn new(
        cable: [OwnedFd; SIDES],
        stopped: UnixStream,
        seed: u64,
        faults: Arc<Mutex<Vec<FaultSpec>>>,
        events: EventSender,
        clock: Clock,
    ) -> Self {
        let now = Duration::from_nanos(clock.now().0);
        let passages = [Direction::Up, Direction::Down].map(|way| Passage::new(seed, way, now));
        Self { cable, stopped, passages, faults, known: Vec::new(), events, clock }
    }

    fn now(&self) -> Duration {
        Duration::from_nanos(self.clock.now().0)
    }

    fn run(mut self) {
        loop {
            self.follow_faults();
            let now = self.now();
            for side in 0..SIDES {
                self.pass_on(side, now);
            }
            let due = self.passages.iter().filter_map(|passage| passage.due(now)).min();
            if !self.wait(due.map(|due| due.saturating_sub(now))) {
                return;
            }
            if !self.events.is_ready() {
                std::thread::sleep(LOOK);
                continue;
            }
            for side in 0..SIDES {
                self.take_in(side);
            }
        }
    }

    fn follow_faults(&mut self) {
        let now = self.now();
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        if *faults == self.known {
            return;
        }
        self.known.clone_from(&faults);
        drop(faults);
        let number = |(id, spec): (usize, &FaultSpec)| Active {
            id: u32::try_from(id).unwrap_or(u32::MAX),
            since: now,
            spec: spec.clone(),
        };
        let active: Vec<Active> = self.known.iter().enumerate().filter(|(_, spec)| spec.on).map(number).collect();
        self.passages.iter_mut().for_each(|passage| passage.set_faults(now, &active));
    }

    /// False when it is over.
    fn wait(&mut self, longest: Option<Duration>) -> bool {
        let [up, down] = &self.cable;
        let mut polled = [
            PollFd::new(up, PollFlags::IN),
            PollFd::new(down, PollFlags::IN),
            PollFd::new(&self.stopped, PollFlags::IN),
        ];
        let longest = longest.and_then(|time| Timespec::try_from(time).ok());
        match poll(&mut polled, longest.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
        if polled[2].revents().is_empty() {
            return true;
        }
        let mut byte = [0; 16];
        (&self.stopped).read(&mut byte).is_ok_and(|count| count > 0)
    }

    fn take_in(&mut self, side: usize) {
        let mut buffer = [0; LONGEST];
        for _ in 0..BATCH {
            let Ok(len) = rustix::io::read(self.cable[side].as_fd(), &mut buffer) else { return };
            let now = self.now();
            self.passages[side].push(now, &buffer[..len]);
        }
    }

    /// What has come to the other side.
    fn pass_on(&mut self, side: usize, now: Duration) {
        let other = self.cable[SIDES - 1 - side].as_fd();
        self.passages[side].advance(now);
        while let Some(bytes) = self.passages[side].pop(now) {
            // One for which the other end has no room is lost, as on any wire.
            let _ = rustix::io::write(other, &bytes);
        }
        for frame in self.passages[side].frames() {
            self.events.send(Event::Frame(Box::new(frame)));
        }
    }
}

/// What the process does that was started to keep the namespaces: its standard input is the control socket.
///
/// # Errors
/// Those of telling how it went.
pub fn keep() -> io::Result<()> {
    let control = io::stdin().as_fd().try_clone_to_owned()?;
    netns::keep(&control)
}
