//! The calls that have begun and can't complete yet. Most are over after a fraction of a millisecond, so that nobody could
//! see them wait: the session is told only of those that have waited for a moment. Telling of each costs as much as the
//! call itself.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use rustc_hash::FxHashMap;
use tokio::sync::Notify;

use super::channel::EventSender;
use super::clock::Clock;
use super::event::Event;
use crate::trace::{Nanos, WaitToken, WaitingCall};

/// A call that has waited so long is told of: much shorter than what an eye sees.
const MOMENT: Duration = Duration::from_millis(5);

#[derive(Default)]
pub struct Waits {
    begun: Mutex<Begun>,
    /// Somebody waits, and the teller sleeps.
    any: Notify,
}

#[derive(Default)]
struct Begun {
    last: u64,
    calls: FxHashMap<WaitToken, Wait>,
    /// Those that were not told of when they were last looked at, oldest first; some may be over.
    young: VecDeque<WaitToken>,
    teller_is_awake: bool,
}

enum Wait {
    /// With whoever wants to look again when it is told of.
    Untold(WaitingCall, Option<Waker>),
    Told,
}

impl Waits {
    /// A call begins to wait. `then` is woken when the session is told so.
    pub fn begin(&self, then: Option<Waker>, call: impl FnOnce(WaitToken) -> WaitingCall) -> WaitToken {
        let mut begun = self.begun();
        begun.last += 1;
        let token = WaitToken(begun.last);
        begun.calls.insert(token, Wait::Untold(call(token), then));
        begun.young.push_back(token);
        if !std::mem::replace(&mut begun.teller_is_awake, true) {
            self.any.notify_one();
        }
        token
    }

    /// It waits no longer. True where the session was told that it does.
    pub fn end(&self, token: WaitToken) -> bool {
        matches!(self.begun().calls.remove(&token), Some(Wait::Told))
    }

    pub fn is_told(&self, token: WaitToken) -> bool {
        matches!(self.begun().calls.get(&token), Some(Wait::Told))
    }

    /// Tells of those that began before that time. True where there are younger ones.
    fn tell(&self, before: Nanos, tell: impl Fn(WaitingCall)) -> bool {
        let mut begun = self.begun();
        let Begun { calls, young, teller_is_awake, .. } = &mut *begun;
        while let Some(token) = young.front() {
            match calls.get_mut(token) {
                Some(Wait::Untold(call, _)) if call.start > before => return true,
                // Told of while it can't end: its end is put into the queue after this.
                Some(wait @ Wait::Untold(..)) => {
                    if let Wait::Untold(call, then) = std::mem::replace(wait, Wait::Told) {
                        tell(call);
                        if let Some(then) = then {
                            then.wake();
                        }
                    }
                }
                Some(Wait::Told) | None => {}
            }
            young.pop_front();
        }
        *teller_is_awake = false;
        false
    }

    fn begun(&self) -> MutexGuard<'_, Begun> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the session of the calls that go on waiting, for as long as the engine runs. Nothing happens while nothing new
/// waits.
pub async fn tell(events: EventSender, clock: Clock) {
    let waits = events.waits();
    loop {
        waits.any.notified().await;
        loop {
            tokio::time::sleep(MOMENT).await;
            let before = Nanos(clock.now().0.saturating_sub(MOMENT.as_nanos() as u64));
            if !waits.tell(before, |call| events.send(Event::Waiting(call))) {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::Arc;

    use super::*;
    use crate::lab::EndpointId;
    use crate::trace::{Ends, Op};

    fn begin(waits: &Waits, start: u64) -> WaitToken {
        waits.begin(None, |token| WaitingCall {
            token,
            start: Nanos(start),
            endpoint: EndpointId(1),
            conn: None,
            op: Op::Accept,
            ends: Arc::new(Ends { local: None, peer: None }),
        })
    }

    fn told(waits: &Waits, before: u64) -> (Vec<u64>, bool) {
        let told = RefCell::new(Vec::new());
        let more = waits.tell(Nanos(before), |call| told.borrow_mut().push(call.start.0));
        (told.into_inner(), more)
    }

    #[test]
    fn only_those_that_go_on_waiting_are_told_of_and_each_once() {
        let waits = Waits::default();
        let [over, old, young] = [begin(&waits, 10), begin(&waits, 20), begin(&waits, 30)];
        assert!(!waits.end(over));
        assert_eq!(told(&waits, 25), (vec![20], true));
        assert_eq!(told(&waits, 25), (vec![], true));
        assert!(waits.end(old));
        assert_eq!(told(&waits, 30), (vec![30], false));
        assert_eq!(told(&waits, 99), (vec![], false));
        assert!(waits.end(young));
        assert!(!waits.end(young));
        assert!(waits.begun().calls.is_empty());
    }
}
