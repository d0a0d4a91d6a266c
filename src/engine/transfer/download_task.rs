//! A download as its command wants it, and how it is brought to its end: the file gets its name, is made sure of and
//! looked at, and the command is done. Both protocols end their downloads here.

use std::path::Path;
use std::sync::Arc;

use super::hashing::{Found, Work};
use super::part_file::PartFile;
use super::progress::ProgressReporter;
use super::registry::{Cancelled, Registry};
use crate::engine::link::command::DownloadRequest;
use crate::engine::link::completion::Completion;
use crate::engine::tap::Tap;
use crate::lab::transfer::Sha256;
use crate::trace::notice::TransferEnd;
use crate::trace::transfer::{Asked, End, Place, Verdict, Way};
use crate::trace::{Ends, NoticeKind};

/// A download that has been asked for and not ended.
pub struct DownloadTask {
    pub fetch: Box<DownloadRequest>,
    pub progress: ProgressReporter,
    part: Completion,
}

/// A download that has ended, whose command is not done yet: [`Self::complete`] comes after the connection is closed, so
/// that a waiter for the command finds the endpoint as the download has left it.
#[must_use = "the command that asked for it is not done"]
pub struct PendingCompletion(Box<dyn FnOnce() + Send>);

impl DownloadTask {
    /// Told as asked for; it has no connection yet.
    pub fn new(
        tap: &Tap,
        registry: &Arc<Registry>,
        fetch: Box<DownloadRequest>,
        part: Completion,
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
        (Self { fetch, progress, part }, cancelled)
    }

    /// All of it has come. Renames, so it belongs on a thread that may block. A file that must have a certain digest is
    /// looked at before it gets its name.
    pub fn complete(self, file: PartFile) -> PendingCompletion {
        match self.fetch.expected {
            Some(expected) => self.compare_then_save(file, expected),
            None => self.save_then_look(file),
        }
    }

    fn save_then_look(self, file: PartFile) -> PendingCompletion {
        let Self { fetch, progress, part } = self;
        let file = match file.finish() {
            Ok(file) => file,
            Err((end, path)) => return settle(progress, part, end, Place::Part(path)),
        };
        let place = Place::Saved(fetch.save_to.clone());
        let registry = Arc::clone(progress.registry());
        let told = Told::of(&progress);
        let after = progress.ended(End::Clean, place.clone());
        PendingCompletion(Box::new(move || {
            let then = Box::new(move |found: Found| {
                after.looked_at(&found);
                part.finish(match found {
                    Ok(_) => Ok(()),
                    Err(failure) => Err(told.failed(unreadable(&fetch.save_to, failure), place)),
                });
            });
            registry.hasher().look_at(Work { file, sync: true, unchanged: None, then });
        }))
    }

    fn compare_then_save(self, file: PartFile, expected: Sha256) -> PendingCompletion {
        let Self { fetch, progress, part } = self;
        let handle = match file.handle() {
            Ok(handle) => handle,
            Err(end) => return settle(progress, part, end, file.leave()),
        };
        let registry = Arc::clone(progress.registry());
        PendingCompletion(Box::new(move || {
            let then = Box::new(move |found: Found| {
                let told = Told::of(&progress);
                let (after, result) = match found {
                    Ok((_, sha256)) if sha256 == expected => match file.finish() {
                        Ok(_) => (progress.ended(End::Clean, Place::Saved(fetch.save_to)), Ok(())),
                        Err((end, path)) => {
                            let place = Place::Part(path);
                            let result = Err(told.failed(end.clone(), place.clone()));
                            (progress.ended(end, place), result)
                        }
                    },
                    Ok((_, sha256)) => {
                        let place = file.leave();
                        let verdict = Verdict::Differs { expected, found: sha256 };
                        let result = Err(told.notice(verdict, place.clone()));
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
                part.finish(result);
            });
            registry.hasher().look_at(Work { file: handle, sync: true, unchanged: None, then });
        }))
    }

    /// It ended otherwise than well. What came of it stays.
    pub fn failed(self, end: End, file: Option<PartFile>) -> PendingCompletion {
        let place = file.map_or(Place::Nowhere, PartFile::leave);
        settle(self.progress, self.part, end, place)
    }

    /// It did not get as far as a transfer; `kind` says why better than `end` can.
    pub fn refused(self, end: End, kind: NoticeKind) -> PendingCompletion {
        let Self { progress, part, .. } = self;
        let _ = progress.ended(end, Place::Nowhere);
        PendingCompletion(Box::new(move || part.finish(Err(kind))))
    }
}

impl PendingCompletion {
    /// A download whose thread is gone: it was reported as cancelled, and its command as failed.
    pub fn nothing() -> Self {
        Self(Box::new(|| {}))
    }

    pub fn complete(self) {
        (self.0)();
    }
}

fn settle(progress: ProgressReporter, part: Completion, end: End, place: Place) -> PendingCompletion {
    let kind = Told::of(&progress).failed(end.clone(), place.clone());
    let _ = progress.ended(end, place);
    PendingCompletion(Box::new(move || part.finish(Err(kind))))
}

fn unreadable(path: &Path, (op, errno): (&'static str, crate::trace::Errno)) -> End {
    End::Disk { op, path: path.to_owned(), errno }
}

/// What a notice about a transfer says of it.
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

    fn failed(self, end: End, place: Place) -> NoticeKind {
        let verdict = if self.begun || self.moved > 0 {
            Verdict::CutOff { bytes: self.moved, end }
        } else {
            Verdict::Failed(end)
        };
        self.notice(verdict, place)
    }

    fn notice(self, verdict: Verdict, place: Place) -> NoticeKind {
        let Self { name, peer, moved, .. } = self;
        NoticeKind::TransferEnded(Box::new(TransferEnd { way: Way::Receiving, name, peer, moved, verdict, place }))
    }
}
