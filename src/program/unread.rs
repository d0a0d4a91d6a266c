//! What a program has printed and the session has not got yet.

#[cfg(unix)]
use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::trace::program::Stream;

/// How often is looked whether it has gone on.
pub const LOOK: Duration = Duration::from_millis(1);

/// At its end a program's output is waited for no longer than this: something else may go on printing.
const DRAIN: Duration = Duration::from_secs(2);

/// Of both streams of a program.
#[derive(Clone, Debug, Default)]
pub struct Unread(Arc<[Printed; 2]>);

/// One stream.
#[derive(Debug, Default)]
struct Printed {
    /// How many bytes there were so far; locked while some are on their way to the session.
    passed: Mutex<u64>,
    #[cfg(unix)]
    pipe: Mutex<Option<std::os::fd::OwnedFd>>,
}

impl Unread {
    /// That pipe is being read.
    #[cfg(unix)]
    pub fn keep(&self, stream: Stream, pipe: &File) {
        let pipe = pipe.try_clone().ok().map(Into::into);
        *self.0[stream as usize].pipe.lock().unwrap_or_else(PoisonError::into_inner) = pipe;
    }

    /// How many bytes of it have gone on. Held while more are taken and sent.
    pub fn passed(&self, stream: Stream) -> MutexGuard<'_, u64> {
        self.0[stream as usize].passed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The stream has ended.
    pub fn forget(&self, stream: Stream) {
        #[cfg(unix)]
        self.0[stream as usize].pipe.lock().unwrap_or_else(PoisonError::into_inner).take();
        #[cfg(not(unix))]
        let _ = stream;
    }

    /// Waits until what has been printed so far has gone to the session.
    pub fn drain(&self) {
        let until = Instant::now() + DRAIN;
        for printed in self.0.iter() {
            while !printed.is_empty() && Instant::now() < until {
                std::thread::sleep(LOOK);
            }
        }
    }
}

impl Printed {
    #[cfg(unix)]
    fn is_empty(&self) -> bool {
        let pipe = self.pipe.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(pipe) = pipe.as_ref() else { return true };
        // Taken from the pipe and not yet on their way: not empty either.
        let _passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        rustix::io::ioctl_fionread(pipe).is_ok_and(|bytes| bytes == 0)
    }

    #[cfg(not(unix))]
    fn is_empty(&self) -> bool {
        true
    }
}
