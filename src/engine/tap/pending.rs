//! A call between its beginning and its end.

use std::io;
use std::sync::Arc;
use std::task::Waker;

use super::{Moved, Place, Shared, Tap};
use crate::engine::link::event::Event;
use crate::trace::{Call, Errno, Nanos, Op, Outcome, WaitToken, WaitingCall};

/// A call that has begun. Where it can't complete at once it joins the [`PendingCalls`](super::PendingCalls), which announce it to the session
/// if it goes on waiting. It ends either with a result or, dropped, without one because its socket was closed.
pub struct PendingCall {
    start: Nanos,
    waiting: Option<(WaitToken, Arc<Shared>)>,
}

/// How far a call has come that is polled again and again: it may wait at a gate, or have begun.
#[derive(Default)]
pub struct Turn {
    pub(super) place: Option<Place>,
    pub(super) call: Option<PendingCall>,
}

impl Turn {
    /// The call that has begun, to be ended in another way.
    pub(super) fn take(&mut self) -> Option<PendingCall> {
        self.place = None;
        self.call.take()
    }

    /// It is not going to be made, unless it has begun.
    pub fn step_back(&mut self) {
        self.place = None;
    }
}

impl PendingCall {
    pub(super) fn begin(tap: &Tap) -> Self {
        Self { start: tap.clock.now(), waiting: None }
    }

    /// The call waits; the first time counts.
    pub fn wait(&mut self, tap: &Tap, op: impl FnOnce() -> Op) {
        self.wait_and(tap, None, op);
    }

    /// The same; `then` is woken when the wait is announced to the session.
    pub(super) fn wait_and(&mut self, tap: &Tap, then: Option<&Waker>, op: impl FnOnce() -> Op) {
        if self.waiting.is_some() {
            return;
        }
        let token = tap.shared.pending.begin(then.cloned(), |token| WaitingCall {
            token,
            start: self.start,
            endpoint: tap.endpoint,
            socket: tap.socket,
            conn: tap.conn,
            op: op(),
            ends: Arc::clone(&tap.ends),
            made_by: None,
        });
        self.waiting = Some((token, Arc::clone(&tap.shared)));
    }

    /// Whether its wait has been announced to the session.
    pub(super) fn is_announced(&self) -> bool {
        self.waiting.as_ref().is_some_and(|(token, shared)| shared.pending.is_announced(*token))
    }

    /// Records the call with its result, under the connection and addresses that `tap` has by now.
    pub(super) fn end(mut self, tap: &Tap, op: Op, result: Result<u64, &io::Error>, moved: Moved) {
        let now = tap.clock.now();
        let call = Call {
            seq: 0,
            start: self.start,
            took: now.since(self.start),
            endpoint: tap.endpoint,
            socket: tap.socket,
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
            made_by: None,
        };
        let waited = self.waiting.take().map(|(token, _)| token).filter(|token| tap.shared.pending.end(*token));
        let (endpoint, stop) = (call.endpoint, tap.shared.hold.returned(&call));
        tap.events.send(Event::Call { call, waited });
        if let Some(stop) = stop {
            tap.events.send(Event::Stopped { endpoint, stop });
        }
    }
}

impl PendingCall {
    /// Leaves the call to another holder of the socket, who records it.
    pub(super) fn hand_over(mut self) {
        if let Some((token, shared)) = self.waiting.take()
            && shared.pending.end(token)
        {
            shared.pending.taken_over(token);
        }
    }
}

impl Drop for PendingCall {
    fn drop(&mut self) {
        if let Some((token, shared)) = self.waiting.take()
            && shared.pending.end(token)
        {
            shared.pending.abandoned(token);
        }
    }
}
