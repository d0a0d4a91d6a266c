//! Following a program: one thread for each, which starts it, stops its threads at their calls and lets them go on.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use super::calls::{self, Does, Watched};
use super::held::{self, HeldEntry};
use super::kernel::{self, Entry, Event, Resume, Status};
use super::pending::{Pending, SPLICED_OUT, describe, int};
use super::process::{self, Foreign, Process};
use super::recording::Recording;
use super::sockets::{Descriptors, Shared};
use super::source::Lines;
use crate::engine::Recorder;
use crate::program::living::Living;
use crate::program::news::News;
use crate::trace::program::{Ended, Unwatched};
use crate::trace::{MadeBy, Nanos};

/// How often is looked whether the session has caught up.
const LOOK: Duration = Duration::from_micros(500);

/// The same for news of the other threads while a call is held: `wait` would not hear that it is let through.
const LOOK_WHILE_HELD: Duration = Duration::from_millis(2);

// What a call gives that a signal has interrupted (linux/errno.h). The program never sees these.
const RESTART: std::ops::RangeInclusive<i64> = -516..=-512;

/// How often is looked for news of a program that is being started.
const SPAWNING: Duration = Duration::from_micros(50);
/// So long it may take until it is known that a program can't be started.
const LONGEST_REFUSAL: Duration = Duration::from_secs(10);

/// The number of the highest call that is watched is below this.
const MAX_NUMBER: usize = 512;

/// A thread of the program.
struct Thread {
    process: Rc<Process>,
    /// It is within this call.
    pending: Option<Pending>,
    /// A signal came during this call; it may be made again.
    interrupted: Option<Pending>,
}

pub(super) struct Follower {
    threads: HashMap<i32, Thread>,
    /// Threads that have stopped before it was known who has made them.
    early: HashSet<i32>,
    /// The calls at which threads stand until they are let through.
    held: BTreeMap<i32, HeldEntry>,
    /// Of this thread.
    waker: Waker,
    recording: Recording,
    living: Arc<Living>,
    news: News,
    by_number: Vec<Option<&'static Watched>>,
    lines: Lines,
    /// What was said already of programs that can't be watched.
    told: HashSet<&'static str>,
    main: i32,
}

impl Follower {
    /// Of a process that is followed by this thread and has not run yet.
    pub fn new(main: i32, recorder: Recorder, next_conn: u32, living: Arc<Living>, news: News) -> Self {
        let mut by_number = vec![None; MAX_NUMBER];
        for number in calls::numbers() {
            if let Some(place) = usize::try_from(number).ok().and_then(|number| by_number.get_mut(number)) {
                *place = calls::by_number(number);
            }
        }
        let process = Process::new(main, Descriptors::default());
        living.add(main, process.handle.clone());
        let thread = Thread { process, pending: None, interrupted: None };
        Self {
            threads: HashMap::from([(main, thread)]),
            early: HashSet::new(),
            held: BTreeMap::new(),
            waker: held::waker(std::thread::current()),
            recording: Recording::new(recorder, next_conn),
            living,
            news,
            by_number,
            lines: Lines::default(),
            told: HashSet::new(),
            main,
        }
    }

    /// Up to the moment at which the process is the program; false where it could not become it. `is_refused` is true once
    /// whoever spawns it knows that it can't be: then it has waited for the child itself, and what it saw of it is not seen
    /// here.
    pub fn run_to_exec(&mut self, mut is_refused: impl FnMut() -> bool) -> bool {
        loop {
            let refused = is_refused();
            match kernel::try_wait() {
                Ok(Some((thread, Status::Event(Event::Exec)))) if thread == self.main => {
                    self.take(thread, Status::Event(Event::Exec));
                    return true;
                }
                // It says why it can't be the program, and ends: whoever spawns it waits for that end, which must not be
                // taken from it here.
                Ok(Some((thread, Status::Event(Event::Call)))) => {
                    self.resume(thread, Resume::Freely(0));
                    let began = Instant::now();
                    while !is_refused() && began.elapsed() < LONGEST_REFUSAL {
                        std::thread::sleep(SPAWNING);
                    }
                    break;
                }
                Ok(Some((thread, status))) if thread != self.main || !status.is_end() => self.take(thread, status),
                Ok(None) if !refused => std::thread::sleep(SPAWNING),
                // It is gone, or stopped where nobody lets it go on.
                _ => break,
            }
        }
        self.living.signal_all(true);
        while kernel::wait().is_ok() {}
        self.living.clear();
        false
    }

    /// Until the program and all that it has left behind have ended.
    pub fn run(mut self) {
        loop {
            let news = if self.held.is_empty() { kernel::wait().map(Some) } else { kernel::try_wait() };
            match news {
                Ok(Some((thread, status))) => self.take(thread, status),
                // Whoever lets a call through wakes this thread.
                Ok(None) => std::thread::park_timeout(LOOK_WHILE_HELD),
                Err(_) => break,
            }
            self.let_through();
        }
        self.living.clear();
        self.news.all_ended();
    }

    fn take(&mut self, thread: i32, status: Status) {
        let now = self.recording.recorder.now();
        match status {
            Status::Exited(code) => self.ended(thread, Ended::Status(code)),
            Status::Killed(signal) => self.ended(thread, Ended::Signal(signal)),
            Status::Event(Event::Call) => {
                if let Some(how) = self.begin(thread, now) {
                    self.resume(thread, how);
                }
            }
            Status::Returned => {
                self.end(thread, now);
                self.resume(thread, Resume::Freely(0));
            }
            Status::Event(Event::Born) => {
                self.born(thread);
                self.resume(thread, Resume::Freely(0));
            }
            Status::Event(Event::Exec) => {
                self.became(thread);
                self.resume(thread, Resume::Freely(0));
            }
            Status::Event(Event::Followed) if !self.threads.contains_key(&thread) => {
                self.early.insert(thread);
            }
            Status::Event(Event::Followed) => self.resume(thread, Resume::Freely(0)),
            Status::Signal(signal) => {
                self.signalled(thread, signal, now);
                self.resume(thread, Resume::Freely(signal));
            }
            Status::GroupStop => self.resume(thread, Resume::Listening),
        }
    }

    /// While it is within a call, it must also stop when it returns.
    fn resume(&self, thread: i32, how: Resume) {
        let within = self.threads.get(&thread).is_some_and(|thread| thread.pending.is_some());
        match how {
            Resume::Freely(0) if within => kernel::resume(thread, Resume::ToReturn),
            how => kernel::resume(thread, how),
        }
    }

    // ---- threads and processes ----

    fn born(&mut self, parent: i32) {
        let Some(child) = kernel::event_message(parent) else { return };
        let Some(of) = self.threads.get(&parent).map(|thread| Rc::clone(&thread.process)) else { return };
        let process = match process::process_of(child) {
            Some(pid) if pid == of.pid => of,
            _ => {
                // It has copies of all descriptors.
                let process = Process::new(child, of.descriptors.borrow().clone());
                self.living.add(child, process.handle.clone());
                process
            }
        };
        self.threads.insert(child, Thread { process, pending: None, interrupted: None });
        if self.early.remove(&child) {
            self.resume(child, Resume::Freely(0));
        }
    }

    fn became(&mut self, thread: i32) {
        // A thread that becomes another program takes its process's number, and the thread that had it is gone.
        if let Some(former) = kernel::event_message(thread).filter(|former| *former != thread)
            && let Some(moved) = self.threads.remove(&former)
        {
            self.held.remove(&former);
            if let Some(leader) = self.threads.insert(thread, moved) {
                self.give_up(leader.pending, leader.interrupted);
            }
        }
        // Whatever call it stood before is not made.
        self.held.remove(&thread);
        let Some(found) = self.threads.get_mut(&thread) else { return };
        let (pending, interrupted) = (found.pending.take(), found.interrupted.take());
        let process = Rc::clone(&found.process);
        self.give_up(pending, interrupted);
        let gone = process.descriptors.borrow_mut().keep(|fd| process.inode(fd).is_some());
        self.gone(&gone);
        self.lines.forget(process.pid);
        if let Some(foreign) = process::foreign(std::path::Path::new(&format!("/proc/{}/exe", process.pid))) {
            let why = match foreign {
                Foreign::Architecture => Unwatched::Architecture,
                Foreign::SetUser => Unwatched::SetUser,
            };
            self.tell(why, process.pid);
        }
    }

    fn tell(&mut self, why: Unwatched, pid: i32) {
        if self.told.insert(why.name()) {
            self.news.unwatched(why, pid);
        }
    }

    fn ended(&mut self, id: i32, how: Ended) {
        self.early.remove(&id);
        self.held.remove(&id);
        if let Some(thread) = self.threads.remove(&id) {
            self.give_up(thread.pending, thread.interrupted);
            let process = thread.process;
            if process.pid == id {
                self.living.remove(id);
                self.lines.forget(id);
            }
            if let Some(process) = Rc::into_inner(process) {
                let left = process.descriptors.into_inner().keep(|_| false);
                self.gone(&left);
            }
        }
        if id == self.main {
            self.news.ended(how);
        }
    }

    /// Calls of a thread that is no more: nobody will hear what they return.
    fn give_up(&self, pending: Option<Pending>, interrupted: Option<Pending>) {
        for call in [pending, interrupted].into_iter().flatten() {
            self.recording.abandon(&call);
        }
    }

    /// Sockets that a process had when it ended or became another program: the system has closed them, where nobody else
    /// has them, without a call.
    fn gone(&self, sockets: &[Shared]) {
        for socket in sockets {
            let elsewhere = self.holders(socket);
            let conn = socket.borrow().conn;
            if elsewhere == 0 && Rc::strong_count(socket) <= 1 {
                self.news.closed(socket.borrow().id, conn);
            }
        }
    }

    /// How many descriptors of all processes are that socket.
    fn holders(&self, socket: &Shared) -> usize {
        let mut seen = HashSet::new();
        let mut count = 0;
        for thread in self.threads.values() {
            if seen.insert(thread.process.pid) {
                let descriptors = thread.process.descriptors.borrow();
                count += descriptors.sockets().filter(|other| Rc::ptr_eq(other, socket)).count();
            }
        }
        count
    }

    // ---- signals ----

    /// A call that a signal has interrupted: where the program has a handler, it returns to it with EINTR.
    fn signalled(&mut self, id: i32, signal: i32, now: Nanos) {
        let Some(thread) = self.threads.get_mut(&id) else { return };
        if thread.interrupted.is_some()
            && process::catches(thread.process.pid, signal)
            && let Some(call) = thread.interrupted.take()
        {
            self.recording.interrupted(call, now);
        }
    }

    // ---- calls ----

    /// A call is about to be made; `None`: it is held.
    fn begin(&mut self, id: i32, now: Nanos) -> Option<Resume> {
        let free = Some(Resume::Freely(0));
        let Some(mut entry) = kernel::entry(id) else { return free };
        let number = usize::try_from(entry.number).unwrap_or(MAX_NUMBER);
        let Some(watched) = self.by_number.get(number).copied().flatten() else { return free };
        let Some(thread) = self.threads.get_mut(&id) else { return free };
        if let Some(call) = thread.interrupted.take() {
            let again =
                watched.does == Does::Restart || (call.entry.number == entry.number && call.entry.args == entry.args);
            if again {
                thread.pending = Some(call);
                return Some(Resume::ToReturn);
            }
            self.recording.interrupted(call, now);
        }
        let process = Rc::clone(&thread.process);
        let mut socket = None;
        let mut fd = None;
        if let Some(number) = self.descriptor(&process, watched, &mut entry) {
            socket = self.recording.socket_of(&process, number);
            fd = Some(number);
            if socket.is_none() {
                Self::untouched(&process, watched, &entry);
                return free;
            }
        }
        let has_sockets = || process.descriptors.borrow().has_any();
        match watched.does {
            Does::Ring => {
                self.tell(Unwatched::Ring, process.pid);
                return free;
            }
            Does::Restart => return free,
            Does::CloseRange => {
                let (first, last) = (entry.args[0] as u32, entry.args[1] as u32);
                let is_any = |fd: i32| {
                    process.descriptors.borrow().known(fd).is_some() && (first..=last).contains(&fd.cast_unsigned())
                };
                let open = process.descriptors.borrow().numbers();
                if !open.into_iter().any(is_any) {
                    return free;
                }
            }
            Does::Poll | Does::Select | Does::Epoll if !has_sockets() => return free,
            Does::Poll => {
                let Some(polled) = self.recording.polled(&process, id, &entry) else { return free };
                (socket, fd) = polled;
            }
            _ => {}
        }
        self.wait_for_room();
        let source = self.lines.of(process.pid, id, &entry);
        while let Some((name, text)) = self.lines.new_file(process.pid) {
            self.news.source(&name, &text);
        }
        let memory = super::memory::Memory(id);
        let described = describe(watched, &entry, socket.as_ref(), memory);
        let made_by = MadeBy { pid: process.pid.cast_unsigned(), fd, source, name: described.name };
        let pending = Pending {
            watched,
            entry,
            // What was looked up meanwhile is not the program's time.
            start: self.recording.recorder.now(),
            op: described.op,
            made_by: self.recording.shared(made_by),
            socket,
            token: None,
        };
        let mut entry = HeldEntry::new(pending);
        if entry.may_pass(&self.recording, &self.waker) {
            return Some(self.let_in(id, entry.call));
        }
        if let Some((socket, fd)) = entry.call.socket.as_ref().zip(fd) {
            self.recording.sample(&process, fd, socket);
        }
        self.held.insert(id, entry);
        None
    }

    fn let_in(&mut self, id: i32, call: Pending) -> Resume {
        let pending = self.recording.begin(call);
        if let Some(thread) = self.threads.get_mut(&id) {
            thread.pending = Some(pending);
        }
        Resume::ToReturn
    }

    /// The held calls that may be made by now.
    fn let_through(&mut self) {
        let Self { held, recording, waker, .. } = self;
        let through: Vec<(i32, HeldEntry)> = held.extract_if(.., |_, entry| entry.may_pass(recording, waker)).collect();
        for (id, entry) in through {
            let call = Pending { start: self.recording.recorder.now(), ..entry.call };
            let how = self.let_in(id, call);
            self.resume(id, how);
        }
    }

    /// The descriptor that a call is made on, where it is made on one.
    fn descriptor(&mut self, process: &Rc<Process>, watched: &Watched, entry: &mut Entry) -> Option<i32> {
        match watched.does {
            Does::Socket
            | Does::SocketPair
            | Does::Poll
            | Does::Select
            | Does::Epoll
            | Does::Ring
            | Does::Restart
            | Does::CloseRange => None,
            // From one descriptor to another, of which one at least is a socket.
            Does::Splice => {
                let (from, to) = (int(entry.args[0]), int(entry.args[2]));
                if self.recording.socket_of(process, to).is_none() {
                    entry.args[5] |= SPLICED_OUT;
                    return Some(from);
                }
                Some(to)
            }
            _ => Some(int(entry.args[0])),
        }
    }

    /// A call on what is no socket: only that its descriptor may mean something else afterwards counts.
    fn untouched(process: &Process, watched: &Watched, entry: &Entry) {
        let mut descriptors = process.descriptors.borrow_mut();
        match watched.does {
            Does::Close => {
                descriptors.remove(int(entry.args[0]));
            }
            Does::DuplicateTo => {
                descriptors.remove(int(entry.args[1]));
            }
            _ => {}
        }
    }

    /// The call has returned.
    fn end(&mut self, id: i32, now: Nanos) {
        let Some(value) = kernel::exit_value(id) else { return };
        let Some(thread) = self.threads.get_mut(&id) else { return };
        let Some(call) = thread.pending.take() else { return };
        if RESTART.contains(&value) {
            thread.interrupted = Some(call);
            return;
        }
        let process = Rc::clone(&thread.process);
        let does = call.watched.does;
        let last = match does {
            Does::Close if value >= 0 => call.socket.as_ref().is_some_and(|socket| self.holders(socket) <= 1),
            _ => false,
        };
        self.recording.end(call, &process, id, value, now, last);
    }

    /// The program makes no further call while the session has not caught up.
    fn wait_for_room(&self) {
        while !self.recording.recorder.is_ready() && !self.living.is_ending() {
            std::thread::sleep(LOOK);
        }
    }
}
