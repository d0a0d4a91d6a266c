//! One pause for all views of what happens: traffic, ladder and plots stand still; the recording goes on.

use crate::session::Session;
use crate::trace::{Nanos, WaitingCall};

/// The most waiting calls at the end of a list.
pub const MAX_WAITING: usize = 8;

/// What was shown when the display was paused.
#[derive(Debug)]
pub struct Pause {
    /// The number after the last call that is shown.
    pub end_seq: u64,
    pub now: Nanos,
    pub waiting: Vec<WaitingCall>,
    pub more_waiting: usize,
    generation: u64,
}

impl Pause {
    pub fn of(session: &Session) -> Self {
        Self {
            end_seq: session.shown_trace().end,
            now: session.shown_time(),
            waiting: session.waiting().take(MAX_WAITING).cloned().collect(),
            more_waiting: session.waiting().count().saturating_sub(MAX_WAITING),
            generation: session.trace().generation(),
        }
    }

    /// Once the trace was cleared what was held is gone.
    pub fn is_over(&self, session: &Session) -> bool {
        self.generation != session.trace().generation()
    }

    /// How many calls came since.
    pub fn news(&self, session: &Session) -> u64 {
        session.trace().next_seq().saturating_sub(self.end_seq)
    }
}
