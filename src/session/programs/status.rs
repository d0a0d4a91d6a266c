//! What a program is doing now.

use std::sync::Arc;

use super::console::Console;
use super::history::History;
use super::source_file::SourceFile;
use crate::lab::Addr;
use crate::program::Running;
use crate::session::open_sockets::{OpenSocket, OpenSockets};
use crate::trace::observed::Observed;
use crate::trace::program::{Ended, NotStarted, Seen, Unwatched};
use crate::trace::{Call, ConnId, SocketId, SocketType};

#[derive(Debug, Default)]
pub struct ProgramStatus {
    pub(in crate::session) running: Option<Running>,
    /// Its calls wait for the user.
    pub is_held: bool,
    pub pid: Option<u32>,
    /// How its calls are seen.
    pub seen: Option<Seen>,
    /// How the program itself has ended; what it has left behind may run on.
    pub ended: Option<Ended>,
    /// How many of its processes ran on then.
    pub left: usize,
    pub failed: Option<NotStarted>,
    pub unwatched: Vec<Unwatched>,
    pub console: Console,
    /// What its calls say of its connections.
    pub observed: Observed,
    /// The files that its lines are in.
    pub sources: Vec<SourceFile>,
    /// Its open sockets.
    pub sockets: OpenSockets,
    /// Calls that have succeeded and that no step has asked for yet.
    pub(in crate::session) calls_seen: Vec<&'static str>,
    history: History,
    /// It is shown as it was, and ran then.
    ran_then: bool,
}

/// The most files of a program that are kept.
const MAX_SOURCES: usize = 32;

/// The most calls that are remembered for steps; of many alike one is enough.
const MAX_SEEN: usize = 64;

impl ProgramStatus {
    /// Something of it is alive, or about to be.
    pub fn is_running(&self) -> bool {
        self.running.is_some() || self.ran_then
    }

    /// The program itself runs.
    pub fn is_up(&self) -> bool {
        self.is_running() && self.ended.is_none()
    }

    /// Whether that call has succeeded since the program was started, under its own name or that of what it does.
    pub(in crate::session) fn has_called(&self, name: &str) -> bool {
        self.calls_seen.contains(&name)
    }

    /// Where it listens: what a client of the lab connects to.
    pub fn listener(&self) -> Option<&Addr> {
        let bound = |socket: &&OpenSocket| socket.kind == Some(SocketType::Datagram) && socket.ends.local.is_some();
        let listening = self.sockets.values().find(|socket| socket.listens);
        let socket = listening.or_else(|| self.sockets.values().find(bound))?;
        socket.ends.local.as_ref()
    }

    pub(super) fn begin(&mut self, next_call: u64) {
        let observed = std::mem::take(&mut self.observed).closed();
        let mut history = std::mem::take(&mut self.history);
        let shown = (std::mem::take(&mut self.console), std::mem::take(&mut self.sources));
        history.begin(next_call, observed.conns_begun.saturating_add(1), shown);
        *self = Self { observed, history, is_held: self.is_held, ..Self::default() };
    }

    pub(super) fn started(&mut self, pid: u32, seen: Seen) {
        (self.pid, self.seen) = (Some(pid), Some(seen));
        if let Some(run) = self.history.last() {
            (run.pid, run.seen) = (Some(pid), Some(seen));
        }
    }

    pub(super) fn not_started(&mut self, why: NotStarted) {
        if let Some(run) = self.history.last() {
            run.failed = Some(why.clone());
        }
        self.failed = Some(why);
    }

    pub(super) fn has_ended(&mut self, how: Ended, left: usize, next_call: u64) {
        (self.ended, self.left) = (Some(how), left);
        self.history.ended(next_call, how, left);
    }

    /// As it was before the call of that number; `seen` is what the calls up to it say.
    pub(super) fn before(&self, next_call: u64, seen: Option<(&Observed, &OpenSockets)>) -> Self {
        let mut then = Self { unwatched: self.unwatched.clone(), ..Self::default() };
        if let Some((observed, sockets)) = seen {
            (then.observed, then.sockets) = (observed.clone(), sockets.clone());
        }
        for (socket, conn) in self.history.closed_before(next_call) {
            then.closed_then(socket, conn);
        }
        let Some((run, is_last)) = self.history.before(next_call) else { return then };
        let is_gone = run.is_gone_before(next_call);
        then.sockets.remove_before(if is_gone { next_call } else { run.first_call() });
        then.observed.conns.retain(|conn, _| !is_gone && conn.get() >= run.first_conn);
        (then.pid, then.seen, then.failed) = (run.pid, run.seen, run.failed.clone());
        (then.ended, then.left) = (run.ended_before(next_call), run.left);
        then.ran_then = !is_gone && run.failed.is_none();
        let shown = match &run.shown {
            Some((console, sources)) => Some((console, sources)),
            None => is_last.then_some((&self.console, &self.sources)),
        };
        if let Some((console, sources)) = shown {
            (then.console, then.sources) = (console.before(next_call), sources.clone());
        }
        then
    }

    pub(super) fn add_source(&mut self, name: Arc<str>, text: &str) {
        if self.sources.len() < MAX_SOURCES && self.sources.iter().all(|known| known.name != name) {
            self.sources.push(SourceFile::new(name, text));
        }
    }

    /// Nothing of it is left.
    pub(super) fn gone(&mut self, next_call: u64) {
        self.running = None;
        self.sockets = OpenSockets::default();
        self.history.gone(next_call);
        self.observed = std::mem::take(&mut self.observed).closed();
    }

    /// A socket is closed, by whatever.
    pub(super) fn closed(&mut self, socket: SocketId, conn: Option<ConnId>, next_call: u64) {
        self.history.closed(next_call, socket, conn);
        self.closed_then(socket, conn);
    }

    fn closed_then(&mut self, socket: SocketId, conn: Option<ConnId>) {
        self.sockets.remove(socket);
        if let Some(conn) = conn {
            self.observed.conns.remove(&conn);
        }
    }

    pub(in crate::session) fn see(&mut self, call: &Call) {
        self.observed.take_in(call);
        if call.succeeded() {
            for name in [call.op.name(), call.name()] {
                if !self.calls_seen.contains(&name) && self.calls_seen.len() < MAX_SEEN {
                    self.calls_seen.push(name);
                }
            }
        }
        self.sockets.see(call);
    }
}
