//! A call between its beginning and its end.

use std::io;
use std::sync::Arc;
use std::task::Waker;

use super::channel::EventSender;
use super::clock::Clock;
use super::event::Event;
use super::tap::{Moved, Tap};
use crate::trace::{Call, Errno, Nanos, Op, Outcome, WaitToken, WaitingCall};

/// A call that has begun. It is announced when it can't complete at once, which is told if it goes on (see `waits`), and
/// ends either with a result or, dropped, without one because its socket was closed.
pub struct Waiting {
    start: Nanos,
    announced: Option<(WaitToken, EventSender)>,
    clock: Clock,
}

impl Waiting {
    pub fn begin(tap: &Tap) -> Self {
        Self { start: tap.clock.now(), announced: None, clock: tap.clock }
    }

    /// The call waits; said once.
    pub fn announce(&mut self, tap: &Tap, op: impl FnOnce() -> Op) {
        self.announce_and(tap, None, op);
    }

    /// The same; `then` is woken when the session is told that it waits.
    pub(super) fn announce_and(&mut self, tap: &Tap, then: Option<&Waker>, op: impl FnOnce() -> Op) {
        if self.announced.is_some() {
            return;
        }
        let token = tap.events.waits().begin(then.cloned(), |token| WaitingCall {
            token,
            start: self.start,
            endpoint: tap.endpoint,
            conn: tap.conn,
            op: op(),
            ends: Arc::clone(&tap.ends),
        });
        self.announced = Some((token, tap.events.clone()));
    }

    /// Whether the session was told that it waits.
    pub(super) fn is_told(&self) -> bool {
        self.announced.as_ref().is_some_and(|(token, events)| events.waits().is_told(*token))
    }

    /// Records the call with its result, under the connection and addresses that `tap` has by now.
    pub fn end(mut self, tap: &Tap, op: Op, result: Result<u64, &io::Error>, moved: Moved) {
        let now = tap.clock.now();
        let call = Call {
            seq: 0,
            start: self.start,
            took: now.since(self.start),
            endpoint: tap.endpoint,
            conn: tap.conn,
            op,
            outcome: match result {
                Ok(value) => Outcome::Ok(value),
                Err(error) => Outcome::Err(Errno::from(error)),
            },
            ends: Arc::clone(&tap.ends),
            offset: moved.offset,
            len: moved.len,
            data: moved.data,
            lost: moved.lost,
            rule: moved.rule,
        };
        let waited = self.announced.take().map(|(token, _)| token).filter(|token| tap.events.waits().end(*token));
        tap.events.send(Event::Call { call, waited });
    }
}

impl Waiting {
    /// Leaves the call to another holder of the socket, who records it.
    pub(super) fn hand_over(mut self) {
        if let Some((token, events)) = self.announced.take()
            && events.waits().end(token)
        {
            events.send(Event::TakenOver(token));
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some((token, events)) = self.announced.take()
            && events.waits().end(token)
        {
            events.send(Event::Abandoned { token, at: self.clock.now() });
        }
    }
}
