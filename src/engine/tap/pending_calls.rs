//! The calls that have begun and can't complete yet. Most are over after a fraction of a millisecond, too soon to be seen
//! waiting: the session hears only of those that have waited for a moment, because an event for each would cost as much as
//! the call itself.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::Shared;
use crate::engine::link::channel::EventSender;
use crate::engine::link::clock::Clock;
use crate::engine::link::event::Event;
use crate::trace::{Nanos, WaitToken, WaitingCall};

/// A call that waits for longer is announced to the session: much less than an eye sees.
const MOMENT: Duration = Duration::from_millis(5);

/// The stack of its thread: 128 KiB.
const STACK: usize = 128 * 1024;

/// Shared by the taps of all sockets.
pub struct PendingCalls {
    events: EventSender,
    clock: Clock,
    begun: Mutex<Begun>,
    /// A call waits while the [`Announcer`] sleeps, or it is to end.
    any: Condvar,
}

#[derive(Default)]
struct Begun {
    last: u64,
    calls: FxHashMap<WaitToken, Wait>,
    /// Those that had not been announced when they were last looked at, oldest first; some may be over.
    young: VecDeque<WaitToken>,
    announcer_is_awake: bool,
    is_over: bool,
}

enum Wait {
    /// With the task that wants to try again once it is announced.
    Unannounced(WaitingCall, Option<Waker>),
    Announced,
}

impl PendingCalls {
    pub fn new(events: EventSender, clock: Clock) -> Self {
        Self { events, clock, begun: Mutex::default(), any: Condvar::new() }
    }

    /// A call whose wait was announced ends without a result: its socket is closed.
    pub(super) fn abandoned(&self, token: WaitToken) {
        self.events.send(Event::Abandoned { token, at: self.clock.now() });
    }

    /// A call whose wait was announced is made by another holder of its socket from here on.
    pub(super) fn taken_over(&self, token: WaitToken) {
        self.events.send(Event::TakenOver(token));
    }

    /// A call begins to wait. `then` is woken when the wait is announced to the session.
    pub fn begin(&self, then: Option<Waker>, call: impl FnOnce(WaitToken) -> WaitingCall) -> WaitToken {
        let mut begun = self.begun();
        begun.last += 1;
        let token = WaitToken(begun.last);
        begun.calls.insert(token, Wait::Unannounced(call(token), then));
        begun.young.push_back(token);
        if !std::mem::replace(&mut begun.announcer_is_awake, true) {
            self.any.notify_one();
        }
        token
    }

    /// It waits no longer. True where the wait had been announced.
    pub fn end(&self, token: WaitToken) -> bool {
        matches!(self.begun().calls.remove(&token), Some(Wait::Announced))
    }

    pub fn is_announced(&self, token: WaitToken) -> bool {
        matches!(self.begun().calls.get(&token), Some(Wait::Announced))
    }

    /// Announces those that began before that time. True where there are younger ones.
    fn announce(&self, before: Nanos, announce: impl Fn(WaitingCall)) -> bool {
        let mut begun = self.begun();
        let Begun { calls, young, announcer_is_awake, .. } = &mut *begun;
        while let Some(token) = young.front() {
            match calls.get_mut(token) {
                Some(Wait::Unannounced(call, _)) if call.start > before => return true,
                // Announced under the lock, so that its end comes after this in the queue.
                Some(wait @ Wait::Unannounced(..)) => {
                    if let Wait::Unannounced(call, then) = std::mem::replace(wait, Wait::Announced) {
                        announce(call);
                        if let Some(then) = then {
                            then.wake();
                        }
                    }
                }
                Some(Wait::Announced) | None => {}
            }
            young.pop_front();
        }
        *announcer_is_awake = false;
        false
    }

    fn begun(&self) -> MutexGuard<'_, Begun> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Announces the calls that go on waiting; dropped, it ends. Asleep while nothing new waits.
///
/// A thread of its own: a timer of the I/O thread's would be set anew each time that thread waits for the system, which is
/// before nearly every `recv`.
pub struct Announcer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Announcer {
    /// # Errors
    /// The thread could not be created.
    pub fn start(shared: Arc<Shared>) -> io::Result<Self> {
        let announces = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("socket-lab-wait".to_owned())
            .stack_size(STACK)
            .spawn(move || announces.pending.announce_slow_calls())?;
        Ok(Self { shared, thread: Some(thread) })
    }
}

impl Drop for Announcer {
    fn drop(&mut self) {
        let pending = &self.shared.pending;
        pending.begun().is_over = true;
        pending.any.notify_one();
        if let Some(thread) = self.thread.take() {
            // One that has panicked has ended too.
            let _ = thread.join();
        }
    }
}

impl PendingCalls {
    fn announce_slow_calls(&self) {
        let mut begun = self.begun();
        while !begun.is_over {
            if !begun.announcer_is_awake {
                begun = self.any.wait(begun).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            drop(begun);
            thread::sleep(MOMENT);
            let before = Nanos(self.clock.now().0.saturating_sub(MOMENT.as_nanos() as u64));
            self.announce(before, |call| self.events.send(Event::Waiting(call)));
            begun = self.begun();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::engine::link::channel::channel;
    use crate::lab::EndpointId;
    use crate::trace::{Ends, Op, SocketId};

    fn begin(waits: &PendingCalls, start: u64) -> WaitToken {
        waits.begin(None, |token| WaitingCall {
            token,
            start: Nanos(start),
            endpoint: EndpointId(1),
            socket: SocketId(1),
            conn: None,
            op: Op::Accept,
            ends: Arc::new(Ends { local: None, peer: None }),
            made_by: None,
        })
    }

    fn announced(waits: &PendingCalls, before: u64) -> (Vec<u64>, bool) {
        let announced = RefCell::new(Vec::new());
        let more = waits.announce(Nanos(before), |call| announced.borrow_mut().push(call.start.0));
        (announced.into_inner(), more)
    }

    #[test]
    fn only_calls_that_go_on_waiting_are_announced_and_each_once() {
        let waits = PendingCalls::new(channel(1024, Arc::new(|| {})).0, Clock::start());
        let [over, old, young] = [begin(&waits, 10), begin(&waits, 20), begin(&waits, 30)];
        assert!(!waits.end(over));
        assert_eq!(announced(&waits, 25), (vec![20], true));
        assert_eq!(announced(&waits, 25), (vec![], true));
        assert!(waits.end(old));
        assert_eq!(announced(&waits, 30), (vec![30], false));
        assert_eq!(announced(&waits, 99), (vec![], false));
        assert!(waits.end(young));
        assert!(!waits.end(young));
        assert!(waits.begun().calls.is_empty());
    }
}
