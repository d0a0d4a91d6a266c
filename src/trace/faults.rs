//! The ledger: what the faults of relays have done, and which call at either end felt it first.
//!
//! Who felt a fault is deduced from the trace alone: from the calls at the other end of the relay's connection that moved
//! the harmed bytes, or that failed because of it. A program outside the lab has no calls here: what it felt is not known.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::call::{Call, ConnId, Ends, Nanos, Op, SocketId, StreamKey};
use super::datagrams::is_same_place;
use super::flow::Way;
use super::shifts::{Change, Shifts};
use super::store::Trace;
use super::streams;
use crate::kinds::fault::{Direction, FaultKind, SWALLOWED};
use crate::lab::{Addr, EndpointId};

/// The most rows that are kept: the oldest leave first, and are counted.
const MAX_ROWS: usize = 100_000;
/// The most rows that are looked at again because nobody has felt them yet.
const MAX_OPEN: usize = 2_000;
/// How far behind a fault the call that felt it may stand.
const REACH: usize = 20_000;

/// What a fault has done.
#[derive(Clone, Debug, PartialEq)]
pub struct Harm {
    pub at: Nanos,
    pub endpoint: EndpointId,
    /// The client's connection; `None` for datagrams, and where nobody listens.
    pub conn: Option<ConnId>,
    pub way: Direction,
    pub kind: &'static FaultKind,
    pub name: Option<Arc<str>>,
    /// The first harmed byte in the stream as it came, or the number of the datagram, from 0.
    pub offset: u64,
    pub bytes: u64,
    /// How many bytes were taken out.
    pub removed: u64,
    /// How many were put in.
    pub added: u64,
    /// How many nanoseconds later they go on.
    pub by: u64,
    /// Of the client's connection, or of the client's socket to the server with the client as its peer.
    pub ends: Arc<Ends>,
}

/// Who felt it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Felt {
    /// Nobody so far.
    NotYet,
    By(u64),
    /// Nobody can.
    Nobody,
}

impl Felt {
    pub fn seq(self) -> Option<u64> {
        if let Self::By(seq) = self { Some(seq) } else { None }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub harm: Harm,
    pub felt: Felt,
    /// The calls before this one are from before it.
    after: u64,
    is_told: bool,
}

impl Row {
    /// As a file has it: it is not looked at again.
    pub fn restored(harm: Harm, felt: Felt) -> Self {
        Self { harm, felt, after: 0, is_told: true }
    }
}

/// The rows of a lab.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    rows: VecDeque<Row>,
    evicted: u64,
    /// The numbers of rows that nobody has felt so far, counted from the first ever.
    open: VecDeque<u64>,
    /// Where each stream has become longer or shorter.
    shifts: Shifts,
    looked_at: u64,
    /// The numbers of the rows that each call has felt.
    by_call: FxHashMap<u64, Vec<u64>>,
    /// The calls that have felt something, in the order in which that was found; the oldest are forgotten.
    found: VecDeque<u64>,
    /// How many there ever were.
    found_ever: u64,
}

impl Ledger {
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &Row> + ExactSizeIterator {
        self.rows.iter()
    }

    pub fn get(&self, index: usize) -> Option<&Row> {
        self.rows.get(index)
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The number, counted from the first ever, of the first fault from that one on that has that kind or name.
    pub fn find_from(&self, from: u64, endpoint: EndpointId, what: &str) -> Option<u64> {
        let skipped = usize::try_from(from.saturating_sub(self.evicted)).unwrap_or(usize::MAX);
        let is_it = |(_, row): &(usize, &Row)| {
            let named = row.harm.kind.name == what || row.harm.name.as_deref() == Some(what);
            row.harm.endpoint == endpoint && named
        };
        let found = self.rows.iter().enumerate().skip(skipped).find(is_it);
        found.map(|(index, _)| self.evicted + index as u64)
    }

    fn note_change(&mut self, harm: &Harm) {
        let Harm { endpoint, conn, way, offset, removed, added, .. } = *harm;
        if conn.is_some() {
            self.shifts.note(((endpoint, conn), way), Change { offset, removed, added });
        }
    }

    /// Where a byte of a stream that came goes on.
    pub fn goes_on_at(&self, pair: StreamKey, way: Direction, offset: u64) -> u64 {
        self.shifts.goes_on_at((pair, way), offset)
    }

    /// Where a byte of a stream that goes on came.
    pub fn came_at(&self, pair: StreamKey, way: Direction, place: u64) -> u64 {
        self.shifts.came_at((pair, way), place)
    }

    /// Those that happened in that time.
    pub fn between(&self, first: Nanos, last: Nanos) -> impl Iterator<Item = &Row> {
        // As good as in order of time: two lines may have told theirs the other way round.
        let behind = self.rows.partition_point(|row| row.harm.at < first);
        self.rows.range(behind..).take_while(move |row| row.harm.at <= last)
    }

    /// The faults that the call of that number has felt.
    pub fn felt_by(&self, seq: u64) -> impl Iterator<Item = &Row> {
        let numbers = self.by_call.get(&seq).into_iter().flatten();
        numbers.filter_map(|number| self.get(usize::try_from(number.checked_sub(self.evicted)?).ok()?))
    }

    /// Goes up whenever it is found who has felt a fault.
    pub fn revision(&self) -> u64 {
        self.found_ever
    }

    /// The oldest call of which it was found since that revision that it has felt a fault.
    pub fn felt_since(&self, revision: u64) -> Option<u64> {
        let fresh = usize::try_from(self.found_ever.checked_sub(revision)?).unwrap_or(usize::MAX);
        if fresh > self.found.len() { Some(0) } else { self.found.iter().rev().take(fresh).min().copied() }
    }

    /// A row as a file has it.
    pub fn restore(&mut self, harm: Harm, felt: Felt) {
        let number = self.evicted + self.rows.len() as u64;
        // What nobody had noticed by then nobody will.
        let felt = if felt == Felt::NotYet { Felt::Nobody } else { felt };
        self.note_change(&harm);
        self.rows.push_back(Row::restored(harm, felt));
        if let Felt::By(seq) = felt {
            self.note_felt(number, seq);
        }
        self.keep_cap();
    }

    fn note_felt(&mut self, number: u64, seq: u64) {
        self.by_call.entry(seq).or_default().push(number);
        self.found.push_back(seq);
        self.found_ever += 1;
        if self.found.len() > MAX_OPEN {
            self.found.pop_front();
        }
    }

    fn keep_cap(&mut self) {
        if self.rows.len() <= MAX_ROWS {
            return;
        }
        if let Some(Row { felt: Felt::By(seq), .. }) = self.rows.pop_front()
            && let Some(numbers) = self.by_call.get_mut(&seq)
        {
            numbers.retain(|number| *number != self.evicted);
            if numbers.is_empty() {
                self.by_call.remove(&seq);
            }
        }
        self.evicted += 1;
    }

    /// How many rows have left.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// A fault has happened; the trace has all calls from before it.
    pub fn push(&mut self, harm: Harm, trace: &Trace) {
        self.note_change(&harm);
        let goes_on = harm.conn.is_some() || harm.removed < harm.bytes || harm.bytes == 0;
        let can_be_felt = goes_on && harm.kind != &SWALLOWED;
        let felt = if can_be_felt { Felt::NotYet } else { Felt::Nobody };
        if felt == Felt::NotYet {
            self.open.push_back(self.evicted + self.rows.len() as u64);
            if self.open.len() > MAX_OPEN {
                self.open.pop_front();
            }
        }
        // What was said just before the fault may already have met it.
        let after = trace.next_seq().saturating_sub(1_000);
        self.rows.push_back(Row { harm, felt, after, is_told: false });
        self.keep_cap();
        self.looked_at = 0;
    }

    /// Looks for who has felt what, where there are new calls.
    pub fn look(&mut self, trace: &Trace) {
        if self.open.is_empty() || self.looked_at == trace.next_seq() {
            return;
        }
        self.looked_at = trace.next_seq();
        let mut found = Vec::new();
        let Self { rows, open, evicted, shifts, .. } = self;
        open.retain(|number| {
            let index = number.checked_sub(*evicted).and_then(|index| usize::try_from(index).ok());
            let Some(row) = index.and_then(|index| rows.get_mut(index)) else { return false };
            match felt_by(trace, shifts, row) {
                Some(seq) => {
                    row.felt = Felt::By(seq);
                    found.push((*number, seq));
                    false
                }
                None => true,
            }
        });
        found.into_iter().for_each(|(number, seq)| self.note_felt(number, seq));
    }

    /// The rows that [`Self::tell`] has not given yet.
    pub fn untold(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| !row.is_told)
    }

    /// Gives each row that was not given before and whose fate is known; at the end also the others.
    pub fn tell(&mut self, at_end: bool, mut tell: impl FnMut(&Row)) {
        // Told in order, from behind the last that was told, as far as anything is open.
        let oldest_untold =
            self.rows.iter().rposition(|row| row.is_told).map_or(0, |index| index.saturating_sub(MAX_OPEN));
        for row in self.rows.iter_mut().skip(oldest_untold) {
            if !row.is_told && (at_end || row.felt != Felt::NotYet) {
                row.is_told = true;
                tell(row);
            }
        }
    }
}

/// The first call that felt it.
fn felt_by(trace: &Trace, shifts: &Shifts, row: &Row) -> Option<u64> {
    let Harm { endpoint, conn, way, .. } = row.harm;
    let Some(conn) = conn else {
        return if row.harm.bytes == 0 { refused(trace, row) } else { datagram(trace, row) };
    };
    let client = (endpoint, Some(conn));
    let server = (endpoint, ConnId::new(conn.get().saturating_add(1)));
    let far = |key| trace.partner(trace.socket_of(key)?);
    match row.harm.kind.name {
        "reset" | "down" | "refuse" => {
            let ends = [far(client), far(server)];
            let failed = |call: &Call| call.errno().is_some() && call.op != Op::Close;
            ends.into_iter().flatten().filter_map(|key| first(trace, key, row, failed)).min()
        }
        _ => {
            let far = far(if way == Direction::Down { client } else { server })?;
            if row.harm.bytes == 0 && row.harm.added == 0 || row.harm.kind.name == "cut" {
                return first(trace, far, row, Call::is_eof);
            }
            let place = shifts.changed_at(((endpoint, Some(conn)), way), row.harm.offset);
            let range = place..place.saturating_add(1);
            streams::movers(trace, far, Way::In, range).next().map(|call| call.seq)
        }
    }
}

/// The first call of a connection behind the fault that is like that.
fn first(trace: &Trace, socket: SocketId, row: &Row, is_it: impl Fn(&Call) -> bool) -> Option<u64> {
    let seqs = trace.of_socket(socket)?;
    let from = seqs.partition_point(|seq| *seq < row.after);
    let calls = seqs.range(from..).take(REACH).filter_map(|seq| trace.get(*seq));
    calls.into_iter().find(|call| call.end() >= row.harm.at && is_it(call)).map(|call| call.seq)
}

/// The first `connect` that was refused where nobody listens any more.
fn refused(trace: &Trace, row: &Row) -> Option<u64> {
    let local = row.harm.ends.local.as_ref()?;
    let is_it = |call: &&Call| {
        let Op::Connect { addr } = &call.op else { return false };
        call.errno().is_some() && **addr == *local && call.end() >= row.harm.at
    };
    trace.from(row.after).take(REACH).find(is_it).map(|call| call.seq)
}

/// The first datagram at its destination at the time at which the harmed one has gone on.
fn datagram(trace: &Trace, row: &Row) -> Option<u64> {
    let Harm { way, ends, .. } = &row.harm;
    let due = Nanos(row.harm.at.0.saturating_add(row.harm.by));
    let is_it = |call: &&Call| {
        let is_there = match way {
            Direction::Down => is_at(&call.ends.local, &ends.peer),
            Direction::Up | Direction::Both => is_at(&ends.local, &call.ends.peer),
        };
        is_there
            && call.endpoint != row.harm.endpoint
            && matches!(call.op, Op::RecvFrom { .. })
            && call.succeeded()
            && call.end() >= due
    };
    trace.from(row.after).take(REACH).find(is_it).map(|call| call.seq)
}

/// Whether a socket is the one with that address.
fn is_at(socket: &Option<Addr>, address: &Option<Addr>) -> bool {
    socket.as_ref().zip(address.as_ref()).is_some_and(|(socket, address)| is_same_place(socket, address))
}
