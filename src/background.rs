//! Work that would hold up a frame: it runs on a named thread, its results wait in a bounded channel, and its owner is
//! woken to take them. Anyone who drops a [`Background`] wants nothing more from it; the work sees that when it reports.

use std::io;
use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};

/// Wakes the thread that takes results: the window's, or that of a headless run.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Work under way that gives values of `T`.
#[derive(Debug)]
pub struct Background<T> {
    results: Receiver<T>,
}

/// What has come of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<T> {
    Ready(T),
    Pending,
    /// Every value has been taken, and no further one comes.
    Ended,
}

/// Where the work reports its values.
pub struct Reporter<T> {
    // Taken when it is dropped, so that the owner is woken only when the end can be seen.
    results: Option<Sender<T>>,
    wake: Wake,
}

impl<T: Send + 'static> Background<T> {
    /// Work that gives one value.
    ///
    /// # Errors
    /// The system has no thread for it.
    pub fn run(name: &str, wake: &Wake, work: impl FnOnce() -> T + Send + 'static) -> io::Result<Self> {
        Self::stream(name, wake, 1, |reporter| reporter.finish(work()))
    }

    /// Work that gives many values, of which `most` may wait to be taken before it waits itself.
    ///
    /// # Errors
    /// The system has no thread for it.
    pub fn stream(
        name: &str,
        wake: &Wake,
        most: usize,
        work: impl FnOnce(Reporter<T>) + Send + 'static,
    ) -> io::Result<Self> {
        let (sender, results) = bounded(most);
        let reporter = Reporter { results: Some(sender), wake: Wake::clone(wake) };
        detached(name, move || work(reporter))?;
        Ok(Self { results })
    }
}

impl<T> Background<T> {
    /// Work that was done at once.
    pub fn done(value: T) -> Self {
        let (sender, results) = bounded(1);
        // There is room for it.
        let _ = sender.try_send(value);
        Self { results }
    }

    /// Takes the next value, if there is one.
    pub fn poll(&self) -> Progress<T> {
        match self.results.try_recv() {
            Ok(value) => Progress::Ready(value),
            Err(TryRecvError::Empty) => Progress::Pending,
            Err(TryRecvError::Disconnected) => Progress::Ended,
        }
    }

    /// Waits for the next value; `None` where none will come.
    pub fn wait(&self) -> Option<T> {
        self.results.recv().ok()
    }

    /// Waits for the next value, at most for that long.
    pub fn wait_for(&self, longest: Duration) -> Option<T> {
        self.results.recv_timeout(longest).ok()
    }
}

impl<T> Reporter<T> {
    /// Reports a value; waits while too many wait to be taken. False where nobody wants it any more.
    pub fn report(&self, value: T) -> bool {
        let sent = self.results.as_ref().is_some_and(|results| results.send(value).is_ok());
        (self.wake)();
        sent
    }

    /// Reports the last value.
    pub fn finish(self, value: T) {
        if let Some(results) = &self.results {
            // Nobody may want it any more.
            let _ = results.send(value);
        }
    }
}

/// Also where the work panics: its owner learns that it has ended.
impl<T> Drop for Reporter<T> {
    fn drop(&mut self) {
        self.results = None;
        (self.wake)();
    }
}

/// Work whose end nobody waits for.
///
/// # Errors
/// The system has no thread for it.
pub fn detached(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Builder::new().name(name.to_owned()).spawn(work).map(drop)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn counting() -> (Wake, Arc<AtomicUsize>) {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&count);
        let wake = move || {
            counter.fetch_add(1, Ordering::SeqCst);
        };
        (Arc::new(wake), count)
    }

    #[test]
    fn one_value_comes_with_one_waking_and_then_it_has_ended() {
        let (woken, waking) = bounded(8);
        let wake: Wake = Arc::new(move || woken.try_send(()).unwrap());
        let (go, wait) = bounded::<()>(1);
        let job = Background::run("test", &wake, move || wait.recv().map(|()| 5)).unwrap();
        assert_eq!(job.poll(), Progress::Pending);
        go.send(()).unwrap();
        waking.recv().unwrap();
        assert_eq!(job.poll(), Progress::Ready(Ok(5)));
        assert_eq!(job.poll(), Progress::Ended);
        drop(wake);
        assert!(waking.recv().is_err(), "woken once");
    }

    #[test]
    fn values_come_in_order_and_the_work_waits_for_room() {
        let (wake, count) = counting();
        let job = Background::stream("test", &wake, 2, |reporter| {
            for n in 0..100 {
                assert!(reporter.report(n));
            }
        })
        .unwrap();
        let values: Vec<_> = std::iter::from_fn(|| job.wait()).collect();
        assert_eq!(values, (0..100).collect::<Vec<_>>());
        assert!(count.load(Ordering::SeqCst) >= 100);
    }

    #[test]
    fn whoever_drops_it_ends_the_work() {
        let (wake, _) = counting();
        let (told, ended) = bounded(1);
        let job = Background::stream("test", &wake, 1, move |reporter| {
            while reporter.report(()) {}
            told.send(()).unwrap();
        })
        .unwrap();
        assert_eq!(job.wait(), Some(()));
        drop(job);
        ended.recv().unwrap();
    }

    #[test]
    fn work_that_panics_has_ended_and_its_owner_is_woken() {
        let (woken, waking) = bounded(8);
        let wake: Wake = Arc::new(move || woken.try_send(()).unwrap());
        let job = Background::<()>::stream("test of a panic", &wake, 1, |reporter| {
            let _reporter = reporter;
            std::panic::resume_unwind(Box::new("on purpose"));
        })
        .unwrap();
        waking.recv().unwrap();
        assert_eq!(job.poll(), Progress::Ended);
    }
}
