//! Starting a program and ending it.

use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::console::Input;
use super::living::{self, Living};
use super::news::News;
use super::ptrace::killed_with_parent;
use super::shim::Shim;
use super::start::{Instead, Start, Terminal};
use crate::engine::Recorder;
use crate::engine::wire::Place;
use crate::lab::program::{ProgramSpec, Watch};
use crate::trace::program::{Ended, Seen};

/// Between asking a program to end and ending it.
const GRACE: Duration = Duration::from_secs(3);

/// A program that was started. Dropped, it is ended with all that it has left behind.
#[derive(Debug)]
pub struct Running {
    living: Arc<Living>,
    main: Arc<std::sync::OnceLock<i32>>,
    input: Arc<std::sync::OnceLock<Input>>,
}

impl Running {
    /// Nothing of it is left.
    pub fn is_over(&self) -> bool {
        self.living.is_over()
    }

    /// How many of its processes are alive.
    pub fn processes(&self) -> usize {
        self.living.count()
    }

    /// Types to its standard input; false where that takes nothing.
    pub fn type_in(&self, bytes: Bytes) -> bool {
        self.input.get().is_some_and(|input| input.send(bytes))
    }

    /// Asks it to end (SIGTERM), and after a moment ends it (SIGKILL). What it has left behind is asked when the program
    /// itself is gone.
    pub fn stop(&self) {
        let living = Arc::clone(&self.living);
        let main = self.main.get().copied().filter(|main| living.signal(*main, false));
        if main.is_none() {
            living.signal_all(false);
        }
        let end = move || {
            if !living.wait(main, GRACE) {
                match main {
                    Some(main) => {
                        living.signal(main, true);
                    }
                    None => living.signal_all(true),
                }
            }
        };
        if std::thread::Builder::new().name("socket-lab-stop".to_owned()).spawn(end).is_err() {
            self.living.signal_all(true);
        }
    }

    /// Passes a signal on that this process got for it.
    pub fn terminate(&self) {
        if let Some(main) = self.main.get() {
            self.living.signal(*main, false);
        }
    }

    /// Ends all of it now. Gives how many processes there were.
    pub fn kill(&self) -> usize {
        let count = self.living.count();
        self.living.end();
        self.living.signal_all(true);
        count
    }

    /// Waits until nothing of it is left.
    pub fn wait(&self, longest: Duration) -> bool {
        self.living.wait(None, longest)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Starts a program; how that went is reported. Its first connection gets the number `next_conn`; `folder` is where it
/// runs unless it says something else, and `place` where it is on a lossy link.
pub fn start(
    spec: &ProgramSpec,
    folder: Option<PathBuf>,
    terminal: Terminal,
    recorder: Recorder,
    next_conn: u32,
    place: Option<Arc<Place>>,
) -> io::Result<Running> {
    let living = Arc::<Living>::default();
    let news = News::new(recorder.clone(), Arc::clone(&living));
    let (main, input) = (Arc::default(), Arc::default());
    let start = Start {
        spec: spec.clone(),
        folder,
        terminal,
        recorder,
        next_conn,
        place,
        living: Arc::clone(&living),
        news,
        main: Arc::clone(&main),
        input: Arc::clone(&input),
    };
    std::thread::Builder::new().name("socket-lab-prog".to_owned()).spawn(move || start.run())?;
    Ok(Running { living, main, input })
}

impl Start {
    fn run(self) {
        match self.spec.watch {
            Watch::None => self.unwatched(),
            Watch::Python if self.place.is_none() => self.run_within(),
            // What tells from within has no way to this process from there.
            Watch::Python | Watch::Auto | Watch::Ptrace => match self.watched() {
                None => {}
                Some(Instead::Within) => self.run_within(),
                Some(Instead::Unseen) => self.unwatched(),
            },
        }
    }

    /// Runs a Python program that tells itself what its sockets do.
    fn run_within(&self) {
        if self.place.is_some() {
            return self.unwatched();
        }
        let Ok(shim) = Shim::new(self.recorder.snaplen()) else { return self.unwatched() };
        let mut command = self.command();
        let path = self.spec.env.get("PYTHONPATH").map(PathBuf::from);
        let path = path.or_else(|| std::env::var_os("PYTHONPATH").map(PathBuf::from));
        if shim.put_before(&mut command, path.as_deref()).is_err() {
            return self.unwatched();
        }
        self.run_unfollowed(command, Some(shim));
    }

    /// Runs the program without seeing its calls.
    fn unwatched(&self) {
        self.run_unfollowed(self.command(), None);
    }

    fn run_unfollowed(&self, mut command: Command, shim: Option<Shim>) {
        killed_with_parent(&mut command);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return self.failed(&error),
        };
        self.began(&mut child);
        let pid = child.id();
        self.living.add(pid.cast_signed(), living::handle(pid.cast_signed()));
        self.news.started(pid, Seen::Not);
        let (recorder, news) = (self.recorder.clone(), self.news.clone());
        let listening = shim.and_then(|shim| shim.listen(recorder, self.next_conn, pid, news).ok());
        let status = child.wait();
        // What it has told comes before its end.
        if let Some(listening) = &listening {
            listening.drain(pid);
        }
        self.living.remove(pid.cast_signed());
        if let Ok(status) = status {
            self.news.ended(ended(status));
        }
        if let Some(listening) = listening {
            listening.until_all_end();
        }
        self.living.clear();
        self.news.all_ended();
    }
}

fn ended(status: std::process::ExitStatus) -> Ended {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Ended::Signal(signal);
    }
    Ended::Status(status.code().unwrap_or(0))
}
