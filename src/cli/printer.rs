//! Printing beside the run: a thread writes what is printed, so that a reader who pauses (`| less`, a stopped terminal)
//! holds neither the recording nor the sockets before [`MAX_WAITING`] bytes wait for it.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Bytes that may wait for the reader: 32 MiB. Beyond it the run waits for the reader: the session takes no more events, and
/// the engine's budget slows the sockets.
const MAX_WAITING: usize = 32 * 1024 * 1024;

/// How often Ctrl-C is looked for while the reader is waited for.
const LOOK: Duration = Duration::from_millis(100);

/// After Ctrl-C the reader has so long to take what waits.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is written into it goes out by a thread of its own.
pub(super) struct Printer {
    shared: Arc<Shared>,
    interrupted: Arc<AtomicBool>,
    /// When the wait for the reader ends, once the run was interrupted.
    until: Option<Instant>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    pieces: VecDeque<Vec<u8>>,
    /// Theirs, and that of the piece that is being written.
    waiting: usize,
    is_over: bool,
    failure: Option<Failure>,
}

/// Why writing failed: an `io::Error` can't be copied.
#[derive(Clone, Copy)]
enum Failure {
    System(i32),
    Other(io::ErrorKind),
}

impl Failure {
    fn of(error: &io::Error) -> Self {
        error.raw_os_error().map_or(Self::Other(error.kind()), Self::System)
    }

    fn error(self) -> io::Error {
        match self {
            Self::System(code) => io::Error::from_raw_os_error(code),
            Self::Other(kind) => kind.into(),
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn print(&self, mut out: impl Write) {
        while let Some(piece) = self.next() {
            let written = out.write_all(&piece).and_then(|()| out.flush());
            let mut state = self.state();
            state.waiting -= piece.len();
            if let Err(error) = written {
                state.failure = Some(Failure::of(&error));
                state.pieces.clear();
                state.waiting = 0;
            }
            drop(state);
            self.changed.notify_all();
        }
    }

    /// Waits for a piece; `None` where none will come.
    fn next(&self) -> Option<Vec<u8>> {
        let mut state = self.state();
        loop {
            if let Some(piece) = state.pieces.pop_front() {
                return Some(piece);
            }
            if state.is_over || state.failure.is_some() {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Printer {
    /// `interrupted` is true once Ctrl-C was pressed.
    ///
    /// # Errors
    /// No thread can be created.
    pub(super) fn start(out: impl Write + Send + 'static, interrupted: Arc<AtomicBool>) -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let of_thread = Arc::clone(&shared);
        std::thread::Builder::new().name("socket-lab-print".to_owned()).spawn(move || of_thread.print(out))?;
        Ok(Self { shared, interrupted, until: None })
    }

    /// Waits until the reader has everything; after Ctrl-C not for long.
    ///
    /// # Errors
    /// Writing failed, or the reader took too long.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        drop(self.wait_until(|state| state.waiting == 0)?);
        self.shared.state().is_over = true;
        self.shared.changed.notify_all();
        Ok(())
    }

    fn wait_until(&mut self, is_so: impl Fn(&State) -> bool) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.shared.state();
        loop {
            if let Some(failure) = state.failure {
                return Err(failure.error());
            }
            if is_so(&state) {
                return Ok(state);
            }
            if self.interrupted.load(Ordering::Relaxed) {
                let until = *self.until.get_or_insert_with(|| Instant::now() + PATIENCE);
                if Instant::now() >= until {
                    return Err(io::ErrorKind::TimedOut.into());
                }
            }
            (state, _) = self.shared.changed.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Write for Printer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.wait_until(|state| state.waiting == 0 || state.waiting + bytes.len() <= MAX_WAITING)?;
        state.waiting += bytes.len();
        state.pieces.push_back(bytes.to_vec());
        drop(state);
        self.shared.changed.notify_all();
        Ok(bytes.len())
    }

    /// Says whether writing has failed; waits for nobody.
    fn flush(&mut self) -> io::Result<()> {
        self.shared.state().failure.map_or(Ok(()), |failure| Err(failure.error()))
    }
}
