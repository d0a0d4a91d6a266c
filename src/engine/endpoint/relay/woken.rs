//! Which direction of a pair has been woken, so that the other one need not look whether something has come.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Wake, Waker};

/// One direction's waker: it wakes the task that both have.
pub struct Woken {
    shared: Arc<Shared>,
    waker: Waker,
}

struct Shared {
    is_woken: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, Ordering::SeqCst);
        if let Some(task) = &*self.task.lock().unwrap_or_else(PoisonError::into_inner) {
            task.wake_by_ref();
        }
    }
}

impl Default for Woken {
    /// It is to have a first look.
    fn default() -> Self {
        let shared = Arc::new(Shared { is_woken: AtomicBool::new(true), task: Mutex::new(None) });
        Self { waker: Arc::clone(&shared).into(), shared }
    }
}

impl Woken {
    /// It is to have another look the next time.
    pub fn again(&self) {
        self.shared.is_woken.store(true, Ordering::SeqCst);
    }

    /// Whether it was woken since the last time. `task` is woken with it from here on.
    pub fn take(&self, task: &Waker) -> bool {
        let mut known = self.shared.task.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.as_ref().is_some_and(|known| known.will_wake(task)) {
            *known = Some(task.clone());
        }
        self.shared.is_woken.swap(false, Ordering::SeqCst)
    }

    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn who_is_woken_wakes_the_task_and_says_so_once() {
        let count = Arc::new(Count(AtomicUsize::new(0)));
        let task = Waker::from(Arc::clone(&count));
        let (up, down) = (Woken::default(), Woken::default());
        assert!(up.take(&task) && down.take(&task));
        assert!(!up.take(&task) && !down.take(&task));
        up.waker().wake();
        assert_eq!(count.0.load(Ordering::SeqCst), 1);
        assert!(up.take(&task) && !down.take(&task));
        assert!(!up.take(&task));
        down.again();
        assert_eq!(count.0.load(Ordering::SeqCst), 1);
        assert!(down.take(&task));
    }
}
