//! Starting a program and ending it.

use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::console::{Consoles, Input};
use super::living::{self, Living};
use super::news::News;
use super::ptrace::killed_with_parent;
use super::shim::Shim;
use crate::engine::Recorder;
use crate::engine::wire::Place;
use crate::lab::program::{ProgramSpec, Watch};
use crate::trace::Errno;
use crate::trace::program::{Ended, NotStarted, Seen};

/// Has Python print at once.
const UNBUFFERED: &str = "PYTHONUNBUFFERED";

/// Between asking a program to end and ending it.
const GRACE: Duration = Duration::from_secs(3);

/// Whose input and output a program has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminal {
    /// Its own console in the lab.
    Console,
    /// This process's.
    Inherited,
}

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

/// What the program's thread needs.
pub(super) struct Start {
    pub spec: ProgramSpec,
    pub folder: Option<PathBuf>,
    pub terminal: Terminal,
    pub recorder: Recorder,
    pub next_conn: u32,
    /// At one end of a lossy link.
    pub place: Option<Arc<Place>>,
    pub living: Arc<Living>,
    pub news: News,
    pub consoles: Consoles,
    pub main: Arc<std::sync::OnceLock<i32>>,
    pub input: Arc<std::sync::OnceLock<Input>>,
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
    let consoles = Consoles::default();
    let news = News::new(recorder.clone(), Arc::clone(&living), consoles.clone());
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
        consoles,
        main: Arc::clone(&main),
        input: Arc::clone(&input),
    };
    std::thread::Builder::new().name("socket-lab-prog".to_owned()).spawn(move || start.run())?;
    Ok(Running { living, main, input })
}

impl Start {
    fn run(self) {
        match self.spec.watch {
            Watch::None => self.unwatched(Seen::Not),
            Watch::Python if self.place.is_none() => self.run_within(),
            // What tells from within has no way to this process from there.
            Watch::Python | Watch::Auto | Watch::Ptrace => self.watched(),
        }
    }

    /// Whether the command is a Python program, as far as its name says it.
    pub fn is_python(&self) -> bool {
        let Some(program) = self.spec.run.first().map(std::path::Path::new) else { return false };
        let named = |stem: &str| stem.starts_with("python") || stem == "py" || stem.starts_with("pypy");
        program.file_stem().is_some_and(|stem| named(&stem.to_string_lossy().to_lowercase()))
            || program.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("py"))
    }

    /// Runs a Python program that tells itself what its sockets do.
    pub fn run_within(&self) {
        if self.place.is_some() {
            return self.unwatched(Seen::Not);
        }
        let Ok(shim) = Shim::new(self.recorder.snaplen()) else { return self.unwatched(Seen::Not) };
        let mut command = self.command();
        let path = self.spec.env.get("PYTHONPATH").map(PathBuf::from);
        let path = path.or_else(|| std::env::var_os("PYTHONPATH").map(PathBuf::from));
        if shim.put_before(&mut command, path.as_deref()).is_err() {
            return self.unwatched(Seen::Not);
        }
        self.run_unfollowed(command, Some(shim), Seen::Not);
    }

    /// The command as the spec has it.
    pub fn command(&self) -> Command {
        let mut run = self.spec.run.iter();
        let mut command = Command::new(run.next().map_or("", String::as_str));
        command.args(run);
        if let Some(folder) = self.spec.dir.as_ref().or(self.folder.as_ref()).filter(|dir| !dir.as_os_str().is_empty())
        {
            command.current_dir(folder);
        }
        if self.terminal == Terminal::Console {
            // Into a pipe Python prints in large pieces, and nothing would be seen of a server that goes on.
            if std::env::var_os(UNBUFFERED).is_none() {
                command.env(UNBUFFERED, "1");
            }
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            #[cfg(unix)]
            {
                use std::os::unix::process::CommandExt as _;
                // Ctrl-C in the lab's terminal is not meant for it.
                command.process_group(0);
            }
        }
        command.envs(&self.spec.env);
        if let Some(place) = &self.place {
            place.enter(&mut command);
        }
        command
    }

    /// Takes the child's pipes and its number.
    pub fn began(&self, child: &mut Child) {
        // Set once, by this thread.
        let _ = self.main.set(child.id().cast_signed());
        if let Some(stdin) = child.stdin.take() {
            let _ = self.input.set(Input::new(stdin));
        }
        self.consoles.read(child.stdout.take(), child.stderr.take(), &self.news);
    }

    pub fn failed(&self, error: &io::Error) {
        self.news.not_started(NotStarted {
            command: self.spec.run.first().cloned().unwrap_or_default(),
            errno: Errno::from(error),
        });
        self.living.clear();
    }

    /// Runs the program without seeing its calls.
    pub fn unwatched(&self, seen: Seen) {
        self.run_unfollowed(self.command(), None, seen);
    }

    fn run_unfollowed(&self, mut command: Command, shim: Option<Shim>, seen: Seen) {
        killed_with_parent(&mut command);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return self.failed(&error),
        };
        self.began(&mut child);
        let pid = child.id();
        self.living.add(pid.cast_signed(), living::handle(pid.cast_signed()));
        self.news.started(pid, seen);
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
