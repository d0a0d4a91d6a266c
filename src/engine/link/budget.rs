//! The byte budget: how much may be on its way to the session before sockets stop being read.
//!
//! Worker threads never block and events are never thrown away. Instead, before a call that a peer can provoke (`recv`,
//! `accept`) or that can be repeated without end (`send`), the tap waits here until the session has caught up. The
//! kernel's buffers fill, and TCP's own flow control slows the peer.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Bytes of events that may wait for the session: 64 MiB.
pub const DEFAULT_BUDGET: u64 = 64 * 1024 * 1024;

#[derive(Debug)]
pub struct Budget {
    limit: u64,
    /// Written by the worker threads, read by the session; the other one the other way round. Two counters that only
    /// grow, each in a cache line of its own, so that neither side waits for the other's processor with every event.
    spent: Alone<AtomicU64>,
    released: Alone<AtomicU64>,
    /// Somebody may be in `waiting`: looked at with every release, written only when the budget is used up.
    any_waiting: AtomicBool,
    waiting: Mutex<Vec<Waker>>,
}

/// In a cache line of its own; 128 bytes, because processors fetch lines in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Alone<T>(T);

impl Budget {
    pub fn new(limit: u64) -> Self {
        Self {
            limit,
            spent: Alone::default(),
            released: Alone::default(),
            any_waiting: AtomicBool::new(false),
            waiting: Mutex::new(Vec::new()),
        }
    }

    /// Ready while the budget isn't used up. One call per worker thread may then pass the limit, no more.
    pub fn poll_below(&self, cx: &mut Context<'_>) -> Poll<()> {
        if self.is_below() {
            return Poll::Ready(());
        }
        let mut waiting = self.waiting();
        self.any_waiting.store(true, Ordering::SeqCst);
        // Looked at again: a release before that store would have woken nobody.
        if self.is_below() {
            return Poll::Ready(());
        }
        if !waiting.last().is_some_and(|last| last.will_wake(cx.waker())) {
            waiting.push(cx.waker().clone());
        }
        Poll::Pending
    }

    pub fn spend(&self, bytes: u64) {
        self.spent.0.fetch_add(bytes, Ordering::SeqCst);
    }

    pub fn release(&self, bytes: u64) {
        self.released.0.fetch_add(bytes, Ordering::SeqCst);
        if self.any_waiting.load(Ordering::SeqCst) && self.is_below() {
            let mut waiting = self.waiting();
            self.any_waiting.store(false, Ordering::SeqCst);
            let woken = std::mem::take(&mut *waiting);
            drop(waiting);
            woken.into_iter().for_each(Waker::wake);
        }
    }

    /// True while the budget isn't used up.
    pub fn is_below(&self) -> bool {
        self.used() < self.limit
    }

    /// True where a quarter of the budget is used.
    pub fn is_quarter_used(&self) -> bool {
        self.used() >= self.limit / 4
    }

    /// What was released is read first: read the other way round, the difference could be less than nothing.
    fn used(&self) -> u64 {
        let released = self.released.0.load(Ordering::SeqCst);
        self.spent.0.load(Ordering::SeqCst).saturating_sub(released)
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_used_up_budget_waits_until_enough_is_released() {
        let budget = Budget::new(100);
        let (waker, woken) = counting_waker();
        let mut cx = Context::from_waker(&waker);
        assert!(budget.poll_below(&mut cx).is_ready());
        budget.spend(150);
        assert!(budget.poll_below(&mut cx).is_pending());
        assert!(budget.poll_below(&mut cx).is_pending());
        budget.release(10);
        assert_eq!(woken.load(Ordering::SeqCst), 0);
        budget.release(100);
        assert_eq!(woken.load(Ordering::SeqCst), 1);
        assert!(budget.poll_below(&mut cx).is_ready());
    }

    fn counting_waker() -> (Waker, std::sync::Arc<AtomicU64>) {
        struct Count(std::sync::Arc<AtomicU64>);
        impl std::task::Wake for Count {
            fn wake(self: std::sync::Arc<Self>) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        let count = std::sync::Arc::new(AtomicU64::new(0));
        (Waker::from(std::sync::Arc::new(Count(std::sync::Arc::clone(&count)))), count)
    }
}
