//! What becomes of a transfer, told to the session.
//!
//! How to use it, of either protocol: [`ProgressReporter::asked`] when something is asked for; [`ProgressReporter::waiting`] where its turn
//! has to come; [`ProgressReporter::begun`] when bytes may move; [`ProgressReporter::moved`] as often as they do (it tells at most 20 times a
//! second); [`ProgressReporter::ended`] once no more will. What is known later of the file goes through the [`OutcomeReporter`] that it gives
//! back. A teller that is dropped says that the transfer was cancelled: no transfer stays open for ever.

use std::sync::Arc;
use std::time::Duration;

use super::hashing::Found;
use super::registry::{Cancelled, Registry};
use crate::engine::link::channel::EventSender;
use crate::engine::link::clock::Clock;
use crate::engine::link::event::Event;
use crate::engine::tap::Tap;
use crate::trace::Nanos;
use crate::trace::transfer::{Asked, End, News, Place, TransferId, What};

/// The least time between two [`What::Progress`].
const PROGRESS_EVERY: Duration = Duration::from_millis(50);

/// Reports one transfer, from `Asked` to `Ended`.
pub struct ProgressReporter {
    after: OutcomeReporter,
    registry: Arc<Registry>,
    asked: Asked,
    begun: bool,
    moved: u64,
    told: Nanos,
    over: bool,
}

/// Reports, of a transfer that has ended, what its file was found to be.
#[derive(Clone)]
pub struct OutcomeReporter {
    id: TransferId,
    events: EventSender,
    clock: Clock,
}

impl ProgressReporter {
    /// There is a new transfer. [`Cancelled`] is for the task that runs it.
    pub fn asked(tap: &Tap, registry: &Arc<Registry>, asked: Asked) -> (Self, Cancelled) {
        let (id, cancelled) = registry.begin();
        let after = OutcomeReporter { id, events: tap.events.clone(), clock: tap.clock };
        after.notify(What::Asked(Box::new(asked.clone())));
        let registry = Arc::clone(registry);
        (Self { after, registry, asked, begun: false, moved: 0, told: Nanos(0), over: false }, cancelled)
    }

    /// A download has a connection now.
    pub fn connected(&mut self, tap: &Tap) {
        self.asked.conn = tap.conn;
        self.asked.ends = Arc::clone(&tap.ends);
        self.after.notify(What::Asked(Box::new(self.asked.clone())));
    }

    /// It waits for its turn.
    pub fn waiting(&self) {
        self.after.notify(What::Waiting);
    }

    /// Bytes move from here on.
    pub fn begun(&mut self, total: Option<u64>, resumed_at: u64) {
        self.begun = true;
        self.told = self.after.clock.now();
        self.after.notify(What::Begun { total, resumed_at });
    }

    /// This many more bytes have moved.
    pub fn moved(&mut self, bytes: u64) {
        self.moved += bytes;
        let now = self.after.clock.now();
        if u128::from(now.since(self.told)) >= PROGRESS_EVERY.as_nanos() {
            self.told = now;
            self.after.notify(What::Progress { moved: self.moved });
        }
    }

    /// No more bytes will move.
    pub fn ended(mut self, end: End, place: Place) -> OutcomeReporter {
        self.end(end, place);
        self.after.clone()
    }

    /// What it was begun with, with the connection that it has by now.
    pub fn of(&self) -> &Asked {
        &self.asked
    }

    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// Bytes that have moved so far.
    pub fn total_moved(&self) -> u64 {
        self.moved
    }

    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    fn end(&mut self, end: End, place: Place) {
        self.over = true;
        self.registry.over(self.after.id);
        self.after.notify(What::Ended { moved: self.moved, end, place });
    }
}

impl Drop for ProgressReporter {
    fn drop(&mut self) {
        if !self.over {
            self.end(End::Cancelled, Place::Nowhere);
        }
    }
}

impl OutcomeReporter {
    /// The whole file as it is on disk.
    pub fn looked_at(&self, found: &Found) {
        self.notify(match *found {
            Ok((len, sha256)) => What::Verified { len, sha256 },
            Err((_, errno)) => What::NotVerified { errno },
        });
    }

    fn notify(&self, what: What) {
        self.events.send(Event::Transfer(News { id: self.id, at: self.clock.now(), what }));
    }
}
