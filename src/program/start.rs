//! What starts a program: its command, and where its pipes and its number go.

use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use super::console::{self, Input};
use super::living::Living;
use super::news::News;
use crate::engine::Recorder;
use crate::engine::wire::Place;
use crate::lab::program::ProgramSpec;
use crate::trace::Errno;
use crate::trace::program::NotStarted;

/// Has Python print at once.
const UNBUFFERED: &str = "PYTHONUNBUFFERED";

/// Whose input and output a program has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminal {
    /// Its own console in the lab.
    Console,
    /// This process's.
    Inherited,
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
    pub main: Arc<std::sync::OnceLock<i32>>,
    pub input: Arc<std::sync::OnceLock<Input>>,
}

/// How a program runs that can't be followed.
pub(super) enum Instead {
    /// It tells its calls itself.
    Within,
    Unseen,
}

impl Start {
    /// Whether the command is a Python program, as far as its name says it.
    pub fn is_python(&self) -> bool {
        let Some(program) = self.spec.run.first().map(std::path::Path::new) else { return false };
        let named = |stem: &str| stem.starts_with("python") || stem == "py" || stem.starts_with("pypy");
        program.file_stem().is_some_and(|stem| named(&stem.to_string_lossy().to_lowercase()))
            || program.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("py"))
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
        console::read(child.stdout.take(), child.stderr.take(), &self.news);
    }

    pub fn failed(&self, error: &io::Error) {
        self.news.not_started(NotStarted {
            command: self.spec.run.first().cloned().unwrap_or_default(),
            errno: Errno::from(error),
        });
        self.living.clear();
    }
}
