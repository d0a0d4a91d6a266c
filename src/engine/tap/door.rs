//! The door: the only way from the engine's sockets to the system. A call passes the gates, begins, is attempted until it
//! does not block, and is then put on record. Nothing else in the engine makes a call that belongs into the trace.

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

use super::{Moved, PendingCall, Tap, Turn};
use crate::trace::Op;

/// While a gate is closed, a thread looks this often whether it has opened.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A call that may have to wait.
pub struct Waits<'a> {
    pub op: &'a Op,
    /// How many bytes of a stream it is to move.
    pub len: usize,
    /// Poll again when the wait is announced to the session: the system may have more than it has said.
    pub look_again: bool,
    /// The system gives no sign when it is worth another attempt: whoever polls sees to that.
    pub unsignalled: bool,
}

impl<'a> Waits<'a> {
    pub fn new(op: &'a Op, len: usize) -> Self {
        Self { op, len, look_again: false, unsignalled: false }
    }
}

/// A call that has returned and is not on record yet.
#[must_use = "it is not on record"]
pub struct Returned<T> {
    call: PendingCall,
    pub result: io::Result<T>,
}

impl<T> Returned<T> {
    /// Puts it on record, under the connection and addresses that `tap` has by now. `describe` gives the value to show and
    /// what was moved.
    pub fn record(self, tap: &Tap, op: Op, describe: impl FnOnce(&T) -> (u64, Moved)) -> io::Result<T> {
        let Self { call, result } = self;
        match &result {
            Ok(value) => {
                let (value, moved) = describe(value);
                call.end(tap, op, Ok(value), moved);
            }
            Err(error) => call.end(tap, op, Err(error), Moved::default()),
        }
        result
    }
}

/// How a thread is told to end.
pub trait Stopping {
    fn is_over(&self) -> bool;
    /// Waits; true as soon as the thread is to end.
    fn wait(&self, at_most: Duration) -> bool;
}

impl Tap {
    /// Makes one call that may have to wait. The waiting belongs to it: polled again with the same `turn`, it is still
    /// the same call. `poll_ready` says whether an attempt is worth it; `attempt` makes it, for as many bytes as it is
    /// given.
    pub fn poll_call<T>(
        &self,
        cx: &mut Context<'_>,
        turn: &mut Turn,
        waits: &Waits<'_>,
        mut poll_ready: impl FnMut(&PendingCall, &mut Context<'_>) -> Poll<io::Result<()>>,
        mut attempt: impl FnMut(&mut Context<'_>, usize) -> Poll<io::Result<T>>,
    ) -> Poll<Returned<T>> {
        // While the session is behind, no call is begun; one that waits already may go on waiting.
        if self.events.poll_ready(cx).is_pending() {
            return Poll::Pending;
        }
        let mut call = match turn.call.take() {
            Some(call) => call,
            None if self.poll_gates(cx, waits.op, &mut turn.place).is_pending() => return Poll::Pending,
            None => PendingCall::begin(self),
        };
        let result = loop {
            let attempted = match poll_ready(&call, cx) {
                Poll::Ready(Ok(())) => self.injected(waits.op.name(), waits.len, |len| match attempt(cx, len) {
                    Poll::Ready(result) => result.map(Some),
                    Poll::Pending => Ok(None),
                }),
                Poll::Ready(Err(error)) => break Err(error),
                Poll::Pending => Ok(None),
            };
            match attempted {
                Ok(Some(value)) => break Ok(value),
                Ok(None) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && !waits.unsignalled => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => break Err(error),
            }
            call.wait_and(self, waits.look_again.then(|| cx.waker()), || waits.op.clone());
            turn.call = Some(call);
            return Poll::Pending;
        };
        Poll::Ready(Returned { call, result })
    }

    /// Begins a call, once the gates let it through; [`PendingCall::attempt`] makes it.
    pub async fn enter(&self, op: &Op) -> PendingCall {
        self.pass(op).await;
        PendingCall::begin(self)
    }

    /// Makes a call that does not wait, for the caller to put on record.
    pub async fn attempt<T>(&self, op: &Op, make: impl FnOnce() -> io::Result<T>) -> Returned<T> {
        let call = self.enter(op).await;
        let result = call.attempt(self, op, make);
        Returned { call, result }
    }

    /// Makes a call that does not wait and moves no bytes, and puts it on record. `value` gives the result to show.
    pub async fn call<T>(
        &self,
        op: Op,
        make: impl FnOnce() -> io::Result<T>,
        value: impl FnOnce(&T) -> u64,
    ) -> io::Result<T> {
        self.attempt(&op, make).await.record(self, op, |result| (value(result), Moved::default()))
    }

    /// The same where the gates have been asked.
    pub(super) fn call_let_through<T>(&self, op: Op, make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.let_through(op, Moved::default(), make)
    }

    /// The same, with what is known beside its result.
    pub(super) fn let_through<T>(&self, op: Op, moved: Moved, make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let call = PendingCall::begin(self);
        let result = call.attempt(self, &op, make);
        Returned { call, result }.record(self, op, |_| (0, moved))
    }

    /// Waits until the gates let that call through.
    pub async fn pass(&self, op: &Op) {
        let mut place = None;
        poll_fn(|cx| self.poll_gates(cx, op, &mut place)).await;
    }

    /// `close()` of a socket without asking the gates: they have been asked, or its task has been given up and nobody is
    /// left whom they could hold.
    pub fn close_unasked(&self, close: impl FnOnce() -> io::Result<()>) {
        // How it went is on record, and nobody waits for it.
        let _ = self.call_let_through(Op::Close, close);
    }

    /// Makes one call from a thread that may block: `until_ready` waits where it would. `None` where the thread is to end
    /// before the call has begun.
    ///
    /// # Errors
    /// What `until_ready` says; the call then ends without a result.
    pub fn call_blocking<T, E>(
        &self,
        op: &Op,
        len: usize,
        stop: &impl Stopping,
        mut until_ready: impl FnMut(&mut PendingCall) -> Result<(), E>,
        mut attempt: impl FnMut(usize) -> io::Result<T>,
    ) -> Result<Option<Returned<T>>, E> {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        let mut place = None;
        while !self.events.is_ready() || self.poll_gates(&mut cx, op, &mut place).is_pending() {
            if stop.wait(LOOK_AGAIN) {
                return Ok(None);
            }
        }
        if stop.is_over() {
            return Ok(None);
        }
        let mut call = PendingCall::begin(self);
        loop {
            match self.injected(op.name(), len, &mut attempt) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => until_ready(&mut call)?,
                result => return Ok(Some(Returned { call, result })),
            }
        }
    }

    /// A call of the system that is part of another one or of the runtime's, by its C name.
    pub fn unrecorded<T>(&self, name: &'static str, make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.injected(name, 0, |_| make())
    }

    /// Where a test can put a fault in the place of the system's answer; `make` is given how many bytes it may move.
    #[cfg_attr(not(test), expect(clippy::unused_self, reason = "its faults are there in tests only"))]
    fn injected<T>(&self, name: &'static str, len: usize, make: impl FnOnce(usize) -> io::Result<T>) -> io::Result<T> {
        #[cfg(test)]
        let result = self.injection.meet(name, len, make);
        #[cfg(not(test))]
        let (result, _) = (make(len), name);
        result
    }
}

impl PendingCall {
    /// Makes the call once.
    pub fn attempt<T>(&self, tap: &Tap, op: &Op, make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        tap.injected(op.name(), 0, |_| make())
    }

    /// It has returned 0, and is put on record.
    pub fn succeeded(self, tap: &Tap, op: Op) {
        self.end(tap, op, Ok(0), Moved::default());
    }

    /// It has returned an error, and is put on record.
    pub fn failed(self, tap: &Tap, op: Op, error: io::Error) -> io::Error {
        self.end(tap, op, Err(&error), Moved::default());
        error
    }
}
