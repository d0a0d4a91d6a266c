//! Starting a program so that this thread can follow it.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;

use super::calls;
use super::follow::Follower;
use super::kernel::{self, Gate};
use super::process::{Foreign, foreign};
use crate::lab::program::Watch;
use crate::program::start::{Instead, Start};
use crate::trace::program::{Seen, Unwatched};

impl Start {
    /// Follows the program from its first instruction to the end of all that it leaves behind. Gives how it is to
    /// be run instead, where it can't be followed.
    pub(in crate::program) fn watched(&self) -> Option<Instead> {
        if let Some(program) = self.found()
            && let Some(why) = foreign(&program)
        {
            // With its rights, or its architecture, it runs as it is; its calls pass unseen.
            self.news.unwatched(reason(why), 0);
            return Some(Instead::Unseen);
        }
        let mut command = self.command();
        let gate = match kernel::gated(&mut command, kernel::filter(&calls::numbers())) {
            Ok(gate) => gate,
            Err(error) => {
                self.failed(&error);
                return None;
            }
        };
        // `spawn` returns when the program runs, and it runs when this thread lets it: another one waits for that.
        let (answer, answered) = crossbeam_channel::bounded(1);
        let spawn = move || drop(answer.send(command.spawn()));
        if let Err(error) = std::thread::Builder::new().name("socket-lab-exec".to_owned()).spawn(spawn) {
            self.failed(&error);
            return None;
        }
        let followed = follow(gate);
        let main = match followed {
            Ok(main) => main,
            Err(_) if self.spec.watch != Watch::Ptrace => {
                // Its child was turned away at the gate.
                drop(answered.recv());
                if self.is_python() {
                    self.news.unwatched(Unwatched::Within, 0);
                    return Some(Instead::Within);
                }
                self.news.unwatched(Unwatched::Forbidden, 0);
                return Some(Instead::Unseen);
            }
            Err(error) => {
                drop(answered.recv());
                self.news.unwatched(Unwatched::Forbidden, 0);
                self.failed(&error);
                return None;
            }
        };
        let Self { recorder, next_conn, living, news, .. } = self;
        let mut follower = Follower::new(main, recorder.clone(), *next_conn, Arc::clone(living), news.clone());
        // Up to the moment at which it is the program, or could not be.
        let mut spawned = None;
        let runs = follower.run_to_exec(|| {
            if spawned.is_none() {
                spawned = answered.try_recv().ok();
            }
            matches!(spawned, Some(Err(_)))
        });
        match spawned.unwrap_or_else(|| answered.recv().unwrap_or_else(|_| Err(std::io::ErrorKind::Other.into()))) {
            Ok(mut child) if runs => self.run_followed(&mut child, follower),
            Ok(_) => self.failed(&std::io::ErrorKind::Other.into()),
            Err(error) => self.failed(&error),
        }
        None
    }

    fn run_followed(&self, child: &mut Child, follower: Follower) {
        self.began(child);
        self.news.started(child.id(), Seen::Ptrace);
        follower.run();
    }

    /// The file that the command names, as execvp(3) looks for it.
    fn found(&self) -> Option<PathBuf> {
        let name = Path::new(self.spec.run.first()?);
        if name.components().count() > 1 {
            let folder = self.spec.dir.as_ref().or(self.folder.as_ref());
            return Some(folder.map_or_else(|| name.to_owned(), |folder| folder.join(name)));
        }
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
    }
}

fn reason(why: Foreign) -> Unwatched {
    match why {
        Foreign::Architecture => Unwatched::Architecture,
        Foreign::SetUser => Unwatched::SetUser,
    }
}

/// Takes hold of the child that waits at the gate, and lets it go on. On an error the gate closes, and it never runs.
fn follow(mut gate: Gate) -> std::io::Result<i32> {
    let mut id = [0; 4];
    gate.id.read_exact(&mut id)?;
    let main = i32::from_ne_bytes(id);
    kernel::seize(main)?;
    gate.go.write_all(&[1])?;
    Ok(main)
}
