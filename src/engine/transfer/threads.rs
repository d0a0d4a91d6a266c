//! A transfer's own thread: how it makes one call at a time on its descriptor of the socket, waits without spinning, and
//! ends at once when its task says so.

use std::io;
use std::time::{Duration, Instant};

use socket2::Socket;
use tokio::sync::oneshot;

use crate::engine::kernel;
use crate::engine::tap::{Moved, PendingCall, Tap};
use crate::trace::transfer::End;
use crate::trace::{Errno, Op};

/// A call that waits for less is not announced as waiting: it would be over before anyone sees it.
const SOON: Duration = Duration::from_millis(10);

/// Begins a thread. Its result comes through the channel; a thread that panicked gives none.
pub fn spawn<T: Send + 'static>(
    name: &str,
    run: impl FnOnce() -> T + Send + 'static,
) -> io::Result<oneshot::Receiver<T>> {
    let (sender, result) = oneshot::channel();
    let run = move || {
        // A task that no longer waits has ended.
        let _ = sender.send(run());
    };
    std::thread::Builder::new().name(name.to_owned()).spawn(run)?;
    Ok(result)
}

/// File calls, away from the I/O thread.
pub async fn blocking<T: Send + 'static>(call: impl FnOnce() -> Result<T, End> + Send + 'static) -> Result<T, End> {
    // Only a runtime that is ending doesn't get to it.
    tokio::task::spawn_blocking(call).await.unwrap_or(Err(End::Cancelled))
}

/// What a call waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    Readable,
    Writable,
}

enum Woken {
    Ready,
    Stopped,
    TimedOut,
}

/// The thread's end of the socket.
pub struct Line {
    pub socket: Socket,
    pub tap: Tap,
    pub stop: Stop,
}

impl Line {
    /// One call that is to move `len` bytes, its waiting included, on record. `attempt` makes it on a socket that does not
    /// block, up to the given count; `moved` says what it moved.
    ///
    /// # Errors
    /// [`End::Broken`] where the call failed (on record too), [`End::Stalled`] where nothing has moved for `patience`,
    /// [`End::Cancelled`].
    pub fn call(
        &self,
        op: &Op,
        len: usize,
        until: Until,
        patience: Duration,
        mut attempt: impl FnMut(&Socket, usize) -> io::Result<usize>,
        moved: impl FnOnce(usize) -> Moved,
    ) -> Result<usize, End> {
        loop {
            let returned = self.tap.call_blocking(
                op,
                len,
                &self.stop,
                |call| self.until_ready(call, op, until, patience),
                |len| attempt(&self.socket, len),
            )?;
            let Some(returned) = returned else { return Err(End::Cancelled) };
            match returned.result {
                Ok(len) => {
                    let _ = returned.record(&self.tap, op.clone(), |_| (len as u64, moved(len)));
                    return Ok(len);
                }
                Err(ref error) => {
                    // A call that has returned, with nothing lost: it is made again.
                    let (is_interrupted, errno) = (error.kind() == io::ErrorKind::Interrupted, Errno::from(error));
                    let _ = returned.record(&self.tap, op.clone(), |_| (0, Moved::default()));
                    if !is_interrupted {
                        return Err(End::Broken { op: op.name(), errno });
                    }
                }
            }
        }
    }

    fn until_ready(&self, waiting: &mut PendingCall, op: &Op, until: Until, patience: Duration) -> Result<(), End> {
        let begun = Instant::now();
        let mut deadline = begun + patience;
        let mut step = SOON;
        let mut unsent = None;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.stop.wait_for(&self.socket, until, step.min(left)) {
                Ok(Woken::Ready) => return Ok(()),
                Ok(Woken::Stopped) => return Err(End::Cancelled),
                Ok(Woken::TimedOut) => {}
                Err(error) => return Err(End::Broken { op: "poll", errno: Errno::from(&error) }),
            }
            waiting.wait(&self.tap, || op.clone());
            step = Duration::MAX;
            if until == Until::Writable {
                // A peer that reads slowly frees the buffer long before the socket counts as writable again.
                let now = kernel::unsent(&self.socket);
                if unsent != now && unsent.is_some() {
                    deadline = Instant::now() + patience;
                }
                unsent = now;
            }
            if let Some(held) = self.tap.hold().last_held() {
                deadline = deadline.max(held + patience);
            }
            if Instant::now() >= deadline {
                return Err(End::Stalled { after: patience });
            }
        }
    }
}

#[cfg(unix)]
pub use unix::{Stop, Stopper, stop};

#[cfg(unix)]
mod unix {
    use std::io::{self, PipeReader, PipeWriter};
    use std::os::fd::AsFd;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::{Duration, Instant};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use socket2::Socket;

    use super::{Until, Woken};
    use crate::engine::tap::Stopping;

    /// Dropped, it ends the thread's waiting: poll(2) then finds that the pipe has no writer any more.
    pub struct Stopper {
        over: Arc<AtomicBool>,
        _writer: PipeWriter,
    }

    /// The thread's end of it.
    pub struct Stop {
        /// For a thread that need not wait, which would otherwise ask the system before each call.
        over: Arc<AtomicBool>,
        reader: PipeReader,
    }

    pub fn stop() -> io::Result<(Stopper, Stop)> {
        let (reader, writer) = io::pipe()?;
        let over = Arc::new(AtomicBool::new(false));
        Ok((Stopper { over: Arc::clone(&over), _writer: writer }, Stop { over, reader }))
    }

    impl Drop for Stopper {
        fn drop(&mut self) {
            self.over.store(true, Ordering::Release);
        }
    }

    impl Stopping for Stop {
        fn is_over(&self) -> bool {
            self.over.load(Ordering::Acquire)
        }

        fn wait(&self, at_most: Duration) -> bool {
            let mut pipe = [PollFd::new(&self.reader, PollFlags::IN)];
            // What can't be asked is taken for a no; the call that follows says what is wrong.
            poll_until(&mut pipe, at_most).is_ok_and(|ready| ready)
        }
    }

    impl Stop {
        pub(super) fn wait_for(&self, socket: &Socket, until: Until, at_most: Duration) -> io::Result<Woken> {
            let flags = match until {
                Until::Readable => PollFlags::IN,
                Until::Writable => PollFlags::OUT,
            };
            let mut both = [PollFd::from_borrowed_fd(socket.as_fd(), flags), PollFd::new(&self.reader, PollFlags::IN)];
            let ready = poll_until(&mut both, at_most)?;
            Ok(match ready {
                false => Woken::TimedOut,
                true if !both[1].revents().is_empty() => Woken::Stopped,
                true => Woken::Ready,
            })
        }
    }

    fn poll_until(fds: &mut [PollFd<'_>], at_most: Duration) -> io::Result<bool> {
        let deadline = Instant::now().checked_add(at_most);
        loop {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let left = left.and_then(|left| Timespec::try_from(left).ok());
            match poll(fds, left.as_ref()) {
                Ok(count) => return Ok(count > 0),
                Err(rustix::io::Errno::INTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
    }
}

#[cfg(not(unix))]
pub use other::{Stop, Stopper, stop};

/// Without poll(2) there is nothing that wakes a wait for a socket from outside: whether it is over is looked at now and
/// then.
#[cfg(not(unix))]
mod other {
    use std::io;
    use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
    use std::time::{Duration, Instant};

    use socket2::Socket;

    use super::{Until, Woken};
    use crate::engine::kernel;
    use crate::engine::tap::Stopping;

    const STEP: Duration = Duration::from_millis(50);

    /// Dropped, it ends the thread.
    pub struct Stopper {
        _end: Sender<()>,
    }

    /// The thread's end of it.
    pub struct Stop(Receiver<()>);

    pub fn stop() -> io::Result<(Stopper, Stop)> {
        let (end, over) = mpsc::channel();
        Ok((Stopper { _end: end }, Stop(over)))
    }

    impl Stopping for Stop {
        fn is_over(&self) -> bool {
            self.0.try_recv() == Err(mpsc::TryRecvError::Disconnected)
        }

        fn wait(&self, at_most: Duration) -> bool {
            self.0.recv_timeout(at_most) == Err(RecvTimeoutError::Disconnected)
        }
    }

    impl Stop {
        pub(super) fn wait_for(&self, socket: &Socket, until: Until, at_most: Duration) -> io::Result<Woken> {
            let begun = Instant::now();
            loop {
                if self.is_over() {
                    return Ok(Woken::Stopped);
                }
                let left = at_most.saturating_sub(begun.elapsed());
                if kernel::poll(socket, until == Until::Writable, left.min(STEP))? {
                    return Ok(Woken::Ready);
                }
                if left.is_zero() {
                    return Ok(Woken::TimedOut);
                }
            }
        }
    }
}
