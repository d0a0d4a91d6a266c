//! A download as its command wants it, and how it is brought to its end: the file gets its name, is made sure of and
//! looked at, and the command is done. Both protocols end their downloads here.

use std::path::Path;
use std::sync::Arc;

use super::Fetch;
use super::hashing::{Found, Work};
use super::part_file::PartFile;
use super::registry::{Cancelled, Registry};
use super::teller::Teller;
use crate::engine::job::Part;
use crate::engine::tap::Tap;
use crate::lab::transfer::Sha256;
use crate::trace::notice::TransferEnd;
use crate::trace::transfer::{Asked, End, Place, Verdict, Way};
use crate::trace::{Ends, NoticeKind};

/// A download that has been asked for and not ended.
pub struct Wanted {
    pub fetch: Box<Fetch>,
    pub teller: Teller,
    part: Part,
}

/// A download that has ended, whose command is not done yet: [`Self::tell`] comes after the connection is closed, so
/// that whoever waits for the command finds the endpoint as the download has left it.
#[must_use = "the command that wanted it is not done"]
pub struct Settled(Box<dyn FnOnce() + Send>);

impl Wanted {
    /// Told as asked for; it has no connection yet.
    pub fn new(tap: &Tap, registry: &Arc<Registry>, fetch: Box<Fetch>, part: Part) -> (Self, Cancelled) {
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
        let (teller, cancelled) = Teller::asked(tap, registry, asked);
        (Self { fetch, teller, part }, cancelled)
    }

    /// All of it has come. Renames, so it belongs on a thread that may block. A file that must have a certain digest is
    /// looked at before it gets its name.
    pub fn complete(self, file: PartFile) -> Settled {
        match self.fetch.expected {
            Some(expected) => self.compare_then_save(file, expected),
            None => self.save_then_look(file),
        }
    }

    fn save_then_look(self, file: PartFile) -> Settled {
        let Self { fetch, teller, part } = self;
        let file = match file.finish() {
            Ok(file) => file,
            Err((end, path)) => return settle(teller, part, end, Place::Part(path)),
        };
        let place = Place::Saved(fetch.save_to.clone());
        let registry = Arc::clone(teller.registry());
        let told = Told::of(&teller);
        let after = teller.ended(End::Clean, place.clone());
        Settled(Box::new(move || {
            let then = Box::new(move |found: Found| {
                after.looked_at(&found);
                part.done(match found {
                    Ok(_) => Ok(()),
                    Err(failure) => Err(told.failed(unreadable(&fetch.save_to, failure), place)),
                });
            });
            registry.hasher().look_at(Work { file, sync: true, unchanged: None, then });
        }))
    }

    fn compare_then_save(self, file: PartFile, expected: Sha256) -> Settled {
        let Self { fetch, teller, part } = self;
        let handle = match file.handle() {
            Ok(handle) => handle,
            Err(end) => return settle(teller, part, end, file.leave()),
        };
        let registry = Arc::clone(teller.registry());
        Settled(Box::new(move || {
            let then = Box::new(move |found: Found| {
                let told = Told::of(&teller);
                let (after, result) = match found {
                    Ok((_, sha256)) if sha256 == expected => match file.finish() {
                        Ok(_) => (teller.ended(End::Clean, Place::Saved(fetch.save_to)), Ok(())),
                        Err((end, path)) => {
                            let place = Place::Part(path);
                            let result = Err(told.failed(end.clone(), place.clone()));
                            (teller.ended(end, place), result)
                        }
                    },
                    Ok((_, sha256)) => {
                        let place = file.leave();
                        let verdict = Verdict::Differs { expected, found: sha256 };
                        let result = Err(told.notice(verdict, place.clone()));
                        (teller.ended(End::Clean, place), result)
                    }
                    Err(failure) => {
                        let end = unreadable(file.path(), failure);
                        let place = file.leave();
                        let result = Err(told.failed(end.clone(), place.clone()));
                        (teller.ended(end, place), result)
                    }
                };
                after.looked_at(&found);
                part.done(result);
            });
            registry.hasher().look_at(Work { file: handle, sync: true, unchanged: None, then });
        }))
    }

    /// It ended otherwise than well. What came of it stays.
    pub fn failed(self, end: End, file: Option<PartFile>) -> Settled {
        let place = file.map_or(Place::Nowhere, PartFile::leave);
        settle(self.teller, self.part, end, place)
    }

    /// It did not get as far as a transfer; `kind` says why better than `end` can.
    pub fn refused(self, end: End, kind: NoticeKind) -> Settled {
        let Self { teller, part, .. } = self;
        let _ = teller.ended(end, Place::Nowhere);
        Settled(Box::new(move || part.done(Err(kind))))
    }
}

impl Settled {
    /// Of a download whose thread is gone: it has been told as cancelled, and its command as failed.
    pub fn nothing() -> Self {
        Self(Box::new(|| {}))
    }

    pub fn tell(self) {
        (self.0)();
    }
}

fn settle(teller: Teller, part: Part, end: End, place: Place) -> Settled {
    let kind = Told::of(&teller).failed(end.clone(), place.clone());
    let _ = teller.ended(end, place);
    Settled(Box::new(move || part.done(Err(kind))))
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
    fn of(teller: &Teller) -> Self {
        let asked = teller.of();
        Self {
            name: Arc::clone(&asked.name),
            peer: asked.ends.peer.clone(),
            moved: teller.total_moved(),
            begun: teller.has_begun(),
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
