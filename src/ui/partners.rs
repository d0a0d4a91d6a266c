//! The selected call's other half, searched once for all views.

use crate::trace::partners::{REACH, partners};
use crate::trace::{Call, Trace};

/// Seconds until the next search: the `recv`s of a `send` come later than it.
const LOOK_AGAIN: f64 = 0.25;

/// The calls that moved the same bytes as the selected one, kept from frame to frame.
#[derive(Debug, Default)]
pub struct Partners {
    /// The selected call, and the end of the trace at the last search.
    of: Option<(u64, u64, u64)>,
    looked: f64,
    /// Oldest first, each with the name of its call.
    found: Vec<(u64, &'static str)>,
}

impl Partners {
    /// `time` is the window's, in seconds.
    pub fn update(&mut self, trace: &Trace, selected: Option<u64>, time: f64) {
        let Some(call) = selected.and_then(|seq| trace.get(seq)) else {
            *self = Self::default();
            return;
        };
        let now = (call.seq, trace.generation(), trace.next_seq());
        if let Some(of) = self.of {
            let same_call = (of.0, of.1) == (now.0, now.1);
            if of == now || same_call && (time - self.looked < LOOK_AGAIN || is_settled(call, of.2)) {
                return;
            }
        }
        self.of = Some(now);
        self.looked = time;
        self.found.clear();
        self.found.extend(partners(trace, call).into_iter().map(|other| (other.seq, other.name())));
    }

    pub fn has(&self, seq: u64) -> bool {
        self.found.iter().any(|(found, _)| *found == seq)
    }

    /// Oldest first, each with the name of its call.
    pub fn all(&self) -> &[(u64, &'static str)] {
        &self.found
    }
}

/// How many later calls are searched for a datagram's arrival.
fn is_settled(call: &Call, looked_until: u64) -> bool {
    call.conn.is_none() && looked_until > call.seq.saturating_add(REACH)
}
