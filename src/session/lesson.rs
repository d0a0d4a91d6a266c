//! The questions of a lesson, put to the calls of a run.

use super::Session;
use crate::lesson::Run;
use crate::trace::filter::Context;

impl Session {
    /// The calls from that number on, to be asked what is true.
    pub fn asking<R>(&self, from: u64, ask: impl FnOnce(&Run<'_>) -> R) -> R {
        let encodings = self.endpoints.iter().map(|endpoint| (endpoint.id, endpoint.spec.encoding)).collect();
        let context = Context {
            trace: self.trace(),
            encodings: &encodings,
            bookmarks: self.bookmarks(),
            faults: Some(self.ledger()),
            frames: &[],
        };
        ask(&Run { context, from, to: u64::MAX, now: self.now() })
    }
}
