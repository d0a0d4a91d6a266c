//! One direction of one connection: what is held for the user, and behind it the faults.

use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use super::catch::{Catch, Caught};
use super::ledger;
use crate::engine::tap::{Reader, Tap};
use crate::kinds::fault::{
    self, Active, Direction, Happened, Item, Line, WITH_ITS_CONNECTION, by_hand, lost_with_its_connection,
};
use crate::lab::{EndpointId, EndpointSpec};
use crate::trace::held::{HeldMessage, MessageId};
use crate::trace::{ConnId, Ends, Nanos, Op};

/// While the faults of one direction hold back more than this, its sender is not read: 4 MiB. TCP slows it down.
const MAX_HELD: u64 = 4 * 1024 * 1024;
/// The same in pieces, which may be small, or datagrams without bytes.
const MAX_PIECES: usize = 65_536;

#[derive(Debug)]
pub struct Way {
    way: Direction,
    from: Source,
    reader: Reader,
    catch: Catch,
    line: Line,
}

/// Where what goes this way comes from.
#[derive(Debug)]
struct Source {
    endpoint: EndpointId,
    conn: Option<ConnId>,
    ends: Arc<Ends>,
}

impl Source {
    fn message(&self, way: Direction, at: Duration, caught: &Caught) -> HeldMessage {
        let Caught { piece, payload } = caught;
        HeldMessage {
            id: MessageId(0),
            at: Nanos(u64::try_from(at.as_nanos()).unwrap_or(u64::MAX)),
            endpoint: self.endpoint,
            conn: self.conn,
            way,
            ends: Arc::clone(&self.ends),
            op: Op::Recv { max: piece.bytes.len() as u64 },
            offset: piece.at,
            bytes: piece.bytes.clone(),
            payload: payload.clone(),
            stop: None,
        }
    }
}

impl Way {
    /// `from` is the tap of what is received.
    pub fn new(context: fault::Context, spec: &EndpointSpec, faults: &[Active], from: &Tap) -> Self {
        let catch = if context.is_datagram {
            Catch::of_datagrams()
        } else {
            Catch::of_stream(&spec.stream.framing, spec.encoding)
        };
        let way = context.way;
        let reader = from.messages().reader(way);
        let from = Source { endpoint: from.endpoint, conn: from.conn, ends: Arc::clone(&from.ends) };
        Self { way, from, reader, catch, line: Line::new(context, faults) }
    }

    pub fn set_faults(&mut self, now: Duration, faults: &[Active]) {
        self.line.set_faults(now, faults);
    }

    /// Something has come. [`Self::advance`] is to be called before it is waited for more.
    pub fn push(&mut self, now: Duration, item: Item) {
        if !self.reader.looks() {
            if !self.catch.is_idle() {
                self.catch.stop_looking();
            }
            if self.catch.is_idle() {
                self.catch.see(now, &item);
                return self.line.push(now, item);
            }
        }
        let is_reset = matches!(item, Item::Reset);
        let Self { way, from, reader, catch, .. } = self;
        catch.push(now, item, &mut |came, caught| reader.holds(from.message(*way, came, caught)));
        if is_reset {
            reader.lose_all();
        }
        self.go_on(now);
    }

    /// Time has passed, or something was said of what is held.
    pub fn advance(&mut self, now: Duration, waker: &Waker) {
        if !self.catch.is_idle() {
            for (id, verdict) in self.reader.said(waker) {
                if let Some(passed) = self.catch.decide(now, id, verdict) {
                    self.reader.passed(id, passed);
                }
            }
            let Self { way, from, reader, catch, .. } = self;
            if reader.looks() {
                catch.advance(now, &mut |came, caught| reader.holds(from.message(*way, came, caught)));
            } else {
                catch.stop_looking();
            }
            self.go_on(now);
        }
        self.line.advance(now);
    }

    fn go_on(&mut self, now: Duration) {
        while let Some(item) = self.catch.pop() {
            self.line.push(now, item);
        }
    }

    /// The next that goes out.
    pub fn pop(&mut self) -> Option<Item> {
        self.line.pop()
    }

    /// Only a part of it could go out: the rest is next.
    pub fn unpop(&mut self, item: Item) {
        self.line.unpop(item);
    }

    /// Nothing is in the way: neither a fault nor the user.
    pub fn is_free(&self) -> bool {
        self.line.is_free() && self.catch.is_idle()
    }

    pub fn is_ready(&self) -> bool {
        self.line.is_ready()
    }

    /// Without faults the next is received when the one before has gone out; with them, as long as they do not hold too
    /// much. What a message still lacks is received in any case.
    pub fn has_room(&self) -> bool {
        if self.is_free() {
            return !self.line.is_ready();
        }
        let has_place = !self.catch.is_full() && self.line.pieces() < MAX_PIECES;
        has_place && self.line.held() + self.catch.queued() < MAX_HELD
    }

    /// When [`Self::advance`] is to be called again.
    pub fn due(&self, now: Duration) -> Option<Duration> {
        self.line.due(now).into_iter().chain(self.catch.due()).min()
    }

    /// Whether anything waits here.
    pub fn is_empty(&self) -> bool {
        self.catch.is_idle() && self.line.held() == 0 && !self.line.is_ready()
    }

    /// The connection ends: what is still held is on account.
    pub fn discard(&mut self, now: Duration) {
        self.catch.discard(now);
        self.reader.lose_all();
        self.line.discard(now);
    }

    pub fn has_happened(&self) -> bool {
        self.line.has_happened() || self.catch.has_happened()
    }

    /// What the user and the faults have done since the last time.
    fn happened(&mut self) -> Vec<(Happened, Active)> {
        let by_user = self.catch.happened().into_iter().map(|happened| (happened, by_hand()));
        let by_faults = self.line.happened();
        let active = |id| match id {
            WITH_ITS_CONNECTION => Some(lost_with_its_connection()),
            id => self.line.fault(id).cloned(),
        };
        let known =
            by_faults.into_iter().filter_map(|it| Some((active(it.fault)?, it)).map(|(active, it)| (it, active)));
        by_user.chain(known).collect()
    }

    /// Tells what was done since the last time.
    pub fn report(&mut self, tap: &Tap) {
        if self.has_happened() {
            for (happened, active) in self.happened() {
                ledger::send(tap, tap.conn, self.way, &active, &happened);
            }
        }
    }
}

#[cfg(test)]
mod tests;
