//! A download as its command wants it, and how it is brought to its end: the file gets its name, is made sure of and
//! looked at, and the command is done. Both protocols end their downloads here.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::hashing::{Found, Work};
use super::part_file::PartFile;
use super::progress::{OutcomeReporter, ProgressReporter};
use super::registry::{Cancelled, Registry};
use crate::engine::link::command::DownloadRequest;
use crate::engine::link::completion::Completion;
use crate::engine::link::error::Error;
use crate::engine::tap::Tap;
use crate::lab::transfer::Sha256;
use crate::trace::Ends;
use crate::trace::notice::TransferEnd;
use crate::trace::transfer::{Asked, End, Place, Verdict, Way};

/// A download that has been asked for and not ended.
pub struct DownloadTask {
    pub fetch: Box<DownloadRequest>,
    pub progress: ProgressReporter,
    done: Completion,
}

/// A download that has ended, whose command is not done yet: [`Self::complete`] comes after the connection is closed, so
/// that a waiter for the command finds the endpoint as the download has left it.
#[must_use = "the command that asked for it is not done"]
pub enum DownloadOutcome {
    /// Its thread is gone: it was reported as cancelled, and its command as failed.
    Nothing,
    Failed {
        done: Completion,
        error: Error,
    },
    Saved(Box<Saved>),
    Whole(Box<Whole>),
}

/// A file that has its name, and is to be made sure of and looked at.
pub struct Saved {
    file: File,
    save_to: PathBuf,
    registry: Arc<Registry>,
    after: OutcomeReporter,
    told: Told,
    done: Completion,
}

/// A file of which all has come, and which gets its name if it has the digest that it must have.
pub struct Whole {
    file: PartFile,
    handle: File,
    expected: Sha256,
    save_to: PathBuf,
    progress: ProgressReporter,
    done: Completion,
}

impl DownloadTask {
    /// Told as asked for; it has no connection yet.
    pub fn new(
        tap: &Tap,
        registry: &Arc<Registry>,
        fetch: Box<DownloadRequest>,
        done: Completion,
    ) -> (Self, Cancelled) {
        let asked = Asked {
            way: Way::Receiving,
            protocol: fetch.protocol,
            endpoint: tap.endpoint,
            conn: None,
            ends: Arc::new(Ends { local: None, peer: None }),
            name: Arc::from(fetch.name.as_str()),
            save_to: Some(fetch.save_to.clone()),
            expected: fetch.expected,
        };
        let (progress, cancelled) = ProgressReporter::asked(tap, registry, asked);
        (Self { fetch, progress, done }, cancelled)
    }

    /// All of it has come. Renames, so it belongs on a thread that may block. A file that must have a certain digest is
    /// looked at before it gets its name.
    pub fn complete(self, file: PartFile) -> DownloadOutcome {
        let Self { fetch, progress, done } = self;
        let save_to = fetch.save_to;
        let Some(expected) = fetch.expected else {
            return match file.finish() {
                Ok(file) => {
                    let (registry, told) = (Arc::clone(progress.registry()), Told::of(&progress));
                    let after = progress.ended(End::Clean, Place::Saved(save_to.clone()));
                    DownloadOutcome::Saved(Box::new(Saved { file, save_to, registry, after, told, done }))
                }
                Err((end, path)) => failed(progress, done, end, Place::Part(path)),
            };
        };
        match file.handle() {
            Ok(handle) => DownloadOutcome::Whole(Box::new(Whole { file, handle, expected, save_to, progress, done })),
            Err(end) => failed(progress, done, end, file.leave()),
        }
    }

    /// It ended otherwise than well. What came of it stays.
    pub fn failed(self, end: End, file: Option<PartFile>) -> DownloadOutcome {
        let place = file.map_or(Place::Nowhere, PartFile::leave);
        failed(self.progress, self.done, end, place)
    }

    /// It did not get as far as a transfer; `error` says why better than `end` can.
    pub fn refused(self, end: End, error: Error) -> DownloadOutcome {
        let Self { progress, done, .. } = self;
        let _ = progress.ended(end, Place::Nowhere);
        DownloadOutcome::Failed { done, error }
    }
}

impl DownloadOutcome {
    /// Ends the command: at once, or when the file has been looked at.
    pub fn complete(self) {
        match self {
            Self::Nothing => {}
            Self::Failed { done, error } => done.finish(Err(error)),
            Self::Saved(saved) => saved.look_at(),
            Self::Whole(whole) => whole.compare(),
        }
    }
}

impl Saved {
    fn look_at(self) {
        let Self { file, save_to, registry, after, told, done } = self;
        let then = Box::new(move |found: Found| {
            after.looked_at(&found);
            done.finish(match found {
                Ok(_) => Ok(()),
                Err(failure) => Err(told.failed(unreadable(&save_to, failure), Place::Saved(save_to))),
            });
        });
        registry.hasher().look_at(Work { file, sync: true, unchanged: None, then });
    }
}

impl Whole {
    fn compare(self) {
        let Self { file, handle, expected, save_to, progress, done } = self;
        let registry = Arc::clone(progress.registry());
        let then = Box::new(move |found: Found| {
            let told = Told::of(&progress);
            let (after, result) = match found {
                Ok((_, sha256)) if sha256 == expected => match file.finish() {
                    Ok(_) => (progress.ended(End::Clean, Place::Saved(save_to)), Ok(())),
                    Err((end, path)) => {
                        let place = Place::Part(path);
                        let result = Err(told.failed(end.clone(), place.clone()));
                        (progress.ended(end, place), result)
                    }
                },
                Ok((_, sha256)) => {
                    let place = file.leave();
                    let verdict = Verdict::Differs { expected, found: sha256 };
                    let result = Err(told.ended(verdict, place.clone()));
                    (progress.ended(End::Clean, place), result)
                }
                Err(failure) => {
                    let end = unreadable(file.path(), failure);
                    let place = file.leave();
                    let result = Err(told.failed(end.clone(), place.clone()));
                    (progress.ended(end, place), result)
                }
            };
            after.looked_at(&found);
            done.finish(result);
        });
        registry.hasher().look_at(Work { file: handle, sync: true, unchanged: None, then });
    }
}

fn failed(progress: ProgressReporter, done: Completion, end: End, place: Place) -> DownloadOutcome {
    let error = Told::of(&progress).failed(end.clone(), place.clone());
    let _ = progress.ended(end, place);
    DownloadOutcome::Failed { done, error }
}

fn unreadable(path: &Path, (op, errno): (&'static str, crate::trace::Errno)) -> End {
    End::Disk { op, path: path.to_owned(), errno }
}

/// What an error about a transfer says of it.
struct Told {
    name: Arc<str>,
    peer: Option<crate::lab::Addr>,
    moved: u64,
    begun: bool,
}

impl Told {
    fn of(progress: &ProgressReporter) -> Self {
        let asked = progress.of();
        Self {
            name: Arc::clone(&asked.name),
            peer: asked.ends.peer.clone(),
            moved: progress.total_moved(),
            begun: progress.has_begun(),
        }
    }

    fn failed(self, end: End, place: Place) -> Error {
        let verdict = if self.begun || self.moved > 0 {
            Verdict::CutOff { bytes: self.moved, end }
        } else {
            Verdict::Failed(end)
        };
        self.ended(verdict, place)
    }

    fn ended(self, verdict: Verdict, place: Place) -> Error {
        let Self { name, peer, moved, .. } = self;
        Error::Transfer(Box::new(TransferEnd { way: Way::Receiving, name, peer, moved, verdict, place }))
    }
}
