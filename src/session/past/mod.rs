//! The lab as it was after any call: what the calls before a number say of each endpoint.
//!
//! It is a fold over the trace. At intervals its state is kept, so that the state at any call is found by folding
//! a few calls from the one kept before it, however long the trace is.

mod endpoint_state;
mod marks;
pub mod pace;
mod stop_marks;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::lab::EndpointId;
use crate::trace::projection::{self, Budget, Follower, Projection, Source};
use crate::trace::{Call, Payload, Trace};
pub use endpoint_state::EndpointState;
use marks::Marks;
pub(super) use stop_marks::StopMarks;

/// How many calls lie between two kept states at first.
const INTERVAL: u64 = 4_096;

/// The most bytes that the kept states take, by estimate: 16 MiB. Then every second one leaves.
const MAX_KEPT: usize = 16 * 1024 * 1024;

/// What the calls before a number say.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Those that are the same as in another state are shared with it.
    endpoints: FxHashMap<EndpointId, Arc<EndpointState>>,
}

impl State {
    /// `None` for one that had made no call by then.
    pub fn endpoint(&self, id: EndpointId) -> Option<&EndpointState> {
        self.endpoints.get(&id).map(Arc::as_ref)
    }

    fn see(&mut self, call: &Call) {
        Arc::make_mut(self.endpoints.entry(call.endpoint).or_default()).see(call);
    }

    /// About how many bytes it takes beside another one, with which it shares what is the same.
    fn size_beside(&self, other: Option<&Self>) -> usize {
        let is_shared = |id: &EndpointId, state: &Arc<EndpointState>| {
            other.and_then(|other| other.endpoints.get(id)).is_some_and(|theirs| Arc::ptr_eq(theirs, state))
        };
        let own = self.endpoints.iter().filter(|(id, state)| !is_shared(id, state));
        64 * self.endpoints.len() + own.map(|(_, state)| state.size()).sum::<usize>()
    }
}

/// A state that is kept.
#[derive(Debug)]
struct Checkpoint {
    /// The number of the first call that it knows nothing of.
    next: u64,
    state: State,
    size: usize,
}

/// Follows the trace and finds the state at any of its calls.
#[derive(Debug)]
pub struct Past {
    /// After the last call that was seen.
    newest: State,
    /// The oldest first.
    kept: VecDeque<Checkpoint>,
    kept_bytes: usize,
    most_bytes: usize,
    interval: u64,
    /// The number at which the next state is kept.
    due: u64,
    /// The one that was asked for last, with the number of the first call that it knows nothing of: the next one is as a
    /// rule a few calls further.
    asked: Option<(u64, State)>,
    errors: Marks,
    follower: Follower,
}

impl Default for Past {
    fn default() -> Self {
        Self::with(INTERVAL, MAX_KEPT)
    }
}

impl Past {
    fn with(interval: u64, most_bytes: usize) -> Self {
        Self {
            newest: State::default(),
            kept: VecDeque::new(),
            kept_bytes: 0,
            most_bytes,
            interval,
            due: 0,
            asked: None,
            errors: Marks::default(),
            follower: Follower::default(),
        }
    }

    /// Takes in what has happened, while `goes_on` says so. True where all is taken in.
    pub fn follow(&mut self, trace: &Trace, goes_on: impl FnMut() -> bool) -> bool {
        projection::follow(self, trace, Source::All, Budget::UNLIMITED, goes_on)
    }

    /// Of which numbers the state before that call can be told. Calls before the first have left the trace.
    pub fn range(&self, trace: &Trace) -> RangeInclusive<u64> {
        let newest = self.follower.next_seq().max(trace.first_seq());
        let first = self.kept.iter().map(|kept| kept.next).find(|next| *next >= trace.first_seq());
        first.unwrap_or(newest).min(newest)..=newest
    }

    /// The state before the call of that number, which is brought into the range first.
    pub fn before(&mut self, trace: &Trace, end: u64) -> &State {
        let range = self.range(trace);
        let end = end.clamp(*range.start(), *range.end());
        let known = self.asked.take().filter(|(next, _)| *next <= end && *next >= *range.start());
        let after = self.kept.partition_point(|kept| kept.next <= end);
        let kept = after.checked_sub(1).and_then(|at| self.kept.get(at));
        let kept = kept.filter(|kept| known.as_ref().is_none_or(|(next, _)| *next < kept.next));
        let (mut next, mut state) = match (kept, known) {
            _ if end == self.follower.next_seq() => (end, self.newest.clone()),
            (Some(kept), _) => (kept.next, kept.state.clone()),
            (None, Some(known)) => known,
            (None, None) => (end, self.newest.clone()),
        };
        for call in trace.from(next).take_while(|call| call.seq < end) {
            state.see(call);
        }
        next = next.max(end);
        &self.asked.insert((next, state)).1
    }

    /// Calls that failed, as far as marks can be told apart.
    pub fn errors(&self) -> impl Iterator<Item = u64> {
        self.errors.seqs()
    }

    fn keep(&mut self, next: u64) {
        let state = self.newest.clone();
        let size = state.size_beside(self.kept.back().map(|kept| &kept.state));
        self.kept_bytes += size;
        self.kept.push_back(Checkpoint { next, state, size });
        self.due = next + self.interval;
        if self.kept_bytes > self.most_bytes && self.kept.len() > 2 {
            self.thin();
        }
    }

    /// Every second one leaves, and from now on they lie twice as far apart.
    fn thin(&mut self) {
        self.interval = self.interval.saturating_mul(2);
        let mut place = 0;
        self.kept.retain(|_| {
            place += 1;
            place % 2 == 1
        });
        let mut before: Option<State> = None;
        for kept in &mut self.kept {
            kept.size = kept.state.size_beside(before.as_ref());
            before = Some(kept.state.clone());
        }
        self.kept_bytes = self.kept.iter().map(|kept| kept.size).sum();
        self.due = self.kept.back().map_or(self.due, |kept| kept.next + self.interval);
    }
}

impl Projection for Past {
    /// What is open stays open.
    const OUTLIVES_CLEARING: bool = true;

    fn weight(_: Payload<'_>) -> u64 {
        0
    }

    fn follower(&mut self) -> &mut Follower {
        &mut self.follower
    }

    fn see(&mut self, call: &Call, _: Payload<'_>) {
        if call.seq >= self.due {
            self.keep(call.seq);
        }
        if call.errno().is_some() {
            self.errors.add(call.seq);
        }
        self.newest.see(call);
    }

    fn evict(&mut self, trace: &Trace) {
        let first = trace.first_seq();
        while let Some(kept) = self.kept.pop_front_if(|kept| kept.next < first) {
            self.kept_bytes -= kept.size.min(self.kept_bytes);
        }
        self.errors.evict(first);
        self.asked.take_if(|(next, _)| *next < first);
    }

    fn reset(&mut self) {
        let follower = self.follower;
        *self = Self { follower, ..Self::with(self.interval, self.most_bytes) };
    }
}
