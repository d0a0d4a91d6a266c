//! One direction of one connection: what is held for the user, and behind it the faults.

use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use super::catch::{Catch, Caught};
use super::ledger;
use crate::engine::tap::{Messages, Tap};
use crate::kinds::fault::{self, Active, Direction, Happened, Item, Line, by_hand};
use crate::lab::EndpointSpec;
use crate::trace::held::{HeldMessage, MessageId, Passed};
use crate::trace::{Nanos, Op};

/// While the faults of one direction hold back more than this, its sender is not read: 4 MiB. TCP slows it down.
const MAX_HELD: u64 = 4 * 1024 * 1024;

#[derive(Debug)]
pub struct Way {
    way: Direction,
    catch: Catch,
    line: Line,
}

/// Whom a direction asks about its messages.
pub struct Asked<'a> {
    /// Of the connection on which they come.
    pub tap: &'a Tap,
    pub waker: &'a Waker,
}

impl Asked<'_> {
    fn messages(&self) -> &Messages {
        self.tap.messages()
    }

    fn holds(&self, way: Direction, now: Duration, caught: &Caught) -> Option<MessageId> {
        let Caught { piece, payload } = caught;
        self.messages().holds(
            HeldMessage {
                id: MessageId(0),
                at: Nanos(u64::try_from(now.as_nanos()).unwrap_or(u64::MAX)),
                endpoint: self.tap.endpoint,
                conn: self.tap.conn,
                way,
                ends: Arc::clone(&self.tap.ends),
                op: Op::Recv { max: piece.bytes.len() as u64 },
                offset: piece.at,
                bytes: piece.bytes.clone(),
                payload: payload.clone(),
                stop: None,
            },
            self.waker,
        )
    }
}

impl Way {
    pub fn new(context: fault::Context, spec: &EndpointSpec, faults: &[Active]) -> Self {
        let catch = if context.is_datagram {
            Catch::of_datagrams()
        } else {
            Catch::of_stream(&spec.stream.framing, spec.encoding)
        };
        Self { way: context.way, catch, line: Line::new(context, faults) }
    }

    pub fn set_faults(&mut self, now: Duration, faults: &[Active]) {
        self.line.set_faults(now, faults);
    }

    /// Something has come.
    pub fn push(&mut self, now: Duration, item: Item, asked: &Asked<'_>) {
        if !asked.messages().looks() {
            if !self.catch.is_idle() {
                self.catch.stop_looking();
            }
            if self.catch.is_idle() {
                self.catch.see(now, &item);
                return self.line.push(now, item);
            }
        }
        let way = self.way;
        let held: Vec<MessageId> = if item == Item::Reset { self.catch.held_messages().collect() } else { Vec::new() };
        self.catch.push(now, item, &mut |caught| asked.holds(way, now, caught));
        held.into_iter().for_each(|id| asked.messages().passed(id, Passed::Lost));
        self.go_on(now);
    }

    /// Time has passed, or something was said of what is held.
    pub fn advance(&mut self, now: Duration, asked: &Asked<'_>) {
        if !self.catch.is_idle() {
            let held: Vec<MessageId> = self.catch.held_messages().collect();
            for id in held {
                for verdict in asked.messages().said(id, asked.waker) {
                    if let Some(passed) = self.catch.decide(now, id, verdict) {
                        asked.messages().passed(id, passed);
                        break;
                    }
                }
            }
            let way = self.way;
            self.catch.advance(now, &mut |caught| asked.holds(way, now, caught));
            if !asked.messages().looks() {
                self.catch.stop_looking();
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

    pub fn is_ready(&self) -> bool {
        self.line.is_ready()
    }

    /// Without faults the next is received when the one before has gone out; with them, as long as they do not hold too
    /// much. What a message still lacks is received in any case.
    pub fn has_room(&self) -> bool {
        let is_free = self.line.is_free() && self.catch.is_idle();
        if is_free { !self.line.is_ready() } else { self.line.held() + self.catch.queued() < MAX_HELD }
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
    pub fn discard(&mut self, now: Duration, messages: &Messages) {
        let held: Vec<MessageId> = self.catch.held_messages().collect();
        self.catch.discard(now);
        held.into_iter().for_each(|id| messages.passed(id, Passed::Lost));
        self.line.discard(now);
    }

    pub fn has_happened(&self) -> bool {
        self.line.has_happened() || self.catch.has_happened()
    }

    /// What the user and the faults have done since the last time.
    fn happened(&mut self) -> Vec<(Happened, Active)> {
        let by_user = self.catch.happened().into_iter().map(|happened| (happened, by_hand()));
        let by_faults = self.line.happened();
        let known = by_faults.into_iter().filter_map(|it| Some((it.clone(), self.line.fault(it.fault)?.clone())));
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
