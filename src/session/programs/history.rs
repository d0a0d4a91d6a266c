//! When a program was started and ended, and what it lost without a call: what a look back needs beside the calls. Moments
//! are the numbers of the calls that came next.

use std::collections::VecDeque;

use super::console::Console;
use super::source_file::SourceFile;
use crate::trace::program::{Ended, NotStarted, Seen};
use crate::trace::{ConnId, SocketId};

/// The most starts that are remembered.
const MAX_RUNS: usize = 64;
/// What the newest earlier runs have printed is kept, of at most this many.
const MAX_CONSOLES: usize = 8;
/// The most sockets that are remembered as closed by the system.
const MAX_CLOSED: usize = 20_000;

/// From a start to an end.
#[derive(Debug, Default)]
pub(super) struct Run {
    began: u64,
    /// The connections before this one are those of earlier runs.
    pub first_conn: u32,
    pub pid: Option<u32>,
    pub seen: Option<Seen>,
    pub failed: Option<NotStarted>,
    ended: Option<(u64, Ended)>,
    pub left: usize,
    gone: Option<u64>,
    /// Of an earlier run: what it printed, and the files that its lines are in.
    pub shown: Option<(Console, Vec<SourceFile>)>,
}

impl Run {
    /// Before that call it had ended so.
    pub fn ended_before(&self, next_call: u64) -> Option<Ended> {
        self.ended.filter(|(at, _)| *at <= next_call).map(|(_, how)| how)
    }

    pub fn is_gone_before(&self, next_call: u64) -> bool {
        self.gone.is_some_and(|at| at <= next_call)
    }

    /// The number of the first call that it may have made.
    pub fn first_call(&self) -> u64 {
        self.began
    }
}

#[derive(Debug, Default)]
pub(super) struct History {
    /// The oldest first.
    runs: VecDeque<Run>,
    closed: VecDeque<(u64, SocketId, Option<ConnId>)>,
}

impl History {
    /// A new run begins; `shown` is what the one before it has printed, and the files that its lines are in.
    pub fn begin(&mut self, next_call: u64, first_conn: u32, shown: (Console, Vec<SourceFile>)) {
        if let Some(last) = self.runs.back_mut() {
            last.shown = Some(shown);
        }
        if let Some(old) = self.runs.len().checked_sub(MAX_CONSOLES + 1) {
            self.runs[old].shown = None;
        }
        if self.runs.len() >= MAX_RUNS {
            self.runs.pop_front();
        }
        self.runs.push_back(Run { began: next_call, first_conn, ..Run::default() });
    }

    pub fn last(&mut self) -> Option<&mut Run> {
        self.runs.back_mut()
    }

    pub fn ended(&mut self, next_call: u64, how: Ended, left: usize) {
        if let Some(run) = self.runs.back_mut() {
            (run.ended, run.left) = (Some((next_call, how)), left);
        }
    }

    pub fn gone(&mut self, next_call: u64) {
        if let Some(run) = self.runs.back_mut() {
            run.gone.get_or_insert(next_call);
        }
    }

    pub fn closed(&mut self, next_call: u64, socket: SocketId, conn: Option<ConnId>) {
        if self.closed.len() >= MAX_CLOSED {
            self.closed.pop_front();
        }
        self.closed.push_back((next_call, socket, conn));
    }

    /// The run that had begun last before that call, and whether it is the last of all.
    pub fn before(&self, next_call: u64) -> Option<(&Run, bool)> {
        let count = self.runs.partition_point(|run| run.began <= next_call);
        Some((self.runs.get(count.checked_sub(1)?)?, count == self.runs.len()))
    }

    /// What the system had closed before that call without one.
    pub fn closed_before(&self, next_call: u64) -> impl Iterator<Item = (SocketId, Option<ConnId>)> {
        self.closed.iter().take_while(move |(at, ..)| *at <= next_call).map(|(_, socket, conn)| (*socket, *conn))
    }
}
