//! How a view follows the trace: a projection sees each call once, in order, a little at a time.
//!
//! [`follow`] is the one driver. It knows where a projection stands, notices when the trace was cleared, restored or
//! exchanged, and stops when its budget is spent. A projection itself is a fold over calls and says nothing of any of
//! that. What it shows is a pure function of the calls before a number ([`AsOf`]).

use super::chunks::Chunks;
use super::flow::Seqs;
use super::{Call, Payload, Trace};

/// The clock is read again after this much work; one byte of data is one unit.
const WORK_PER_LOOK: u64 = 32 * 1024;
/// What a call costs besides its bytes, in the same unit.
const WORK_PER_CALL: u64 = 256;
/// So no more calls than this are taken in between two readings of the clock.
#[cfg(test)]
pub(super) const CALLS_PER_LOOK: usize = (WORK_PER_LOOK / WORK_PER_CALL) as usize;

/// A fold over the calls of a trace.
pub trait Projection {
    /// The user may clear the trace while this goes on: half a character, or half a message, is completed by a later
    /// call. Others start over with the calls that are left.
    const OUTLIVES_CLEARING: bool = false;

    /// What a call counts against [`Budget::bytes`].
    fn weight(said: Payload<'_>) -> u64 {
        said.bytes.len() as u64
    }

    /// Where it stands.
    fn follower(&mut self) -> &mut Follower;

    /// Takes in the next call, and what it said.
    fn see(&mut self, call: &Call, said: Payload<'_>);

    /// The calls before [`Trace::first_seq`] have left; what came of them may leave too.
    fn evict(&mut self, trace: &Trace);

    /// Forgets everything it has seen, but not what it is asked for.
    fn reset(&mut self);
}

/// How far a projection has followed which trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Follower {
    trace: u64,
    generation: u64,
    first: u64,
    next_seq: u64,
    missed: u64,
}

impl Follower {
    /// The number of the first call that was not seen.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// How many calls had left the trace before they could be seen.
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// The kept calls are to be seen again, because the projection now asks for something else.
    pub fn restart(&mut self) {
        self.next_seq = 0;
    }

    /// The calls from that number on are to be seen again.
    pub fn go_back_to(&mut self, seq: u64) {
        self.next_seq = self.next_seq.min(seq);
    }
}

/// A trace as it was when its next call was to get the number `end`.
#[derive(Clone, Copy, Debug)]
pub struct AsOf<'t> {
    pub trace: &'t Trace,
    pub end: u64,
}

impl Trace {
    /// The trace without the calls from that number on.
    pub fn as_of(&self, end: u64) -> AsOf<'_> {
        AsOf { trace: self, end: end.min(self.next_seq()) }
    }
}

impl<'t> From<&'t Trace> for AsOf<'t> {
    fn from(trace: &'t Trace) -> Self {
        trace.as_of(u64::MAX)
    }
}

/// Which calls a projection sees.
#[derive(Clone, Copy, Debug)]
pub enum Source<'t> {
    All,
    /// Those of a list that the trace keeps: of an endpoint, of a connection.
    Listed(&'t Seqs),
    /// Those of two lists, in one order.
    Merged(&'t Seqs, &'t Seqs),
}

impl<'t> Source<'t> {
    /// Those of a list, where there is one.
    pub fn of(seqs: Option<&'t Seqs>) -> Self {
        static NONE: std::sync::LazyLock<Seqs> = std::sync::LazyLock::new(Chunks::new);
        Self::Listed(seqs.unwrap_or(&NONE))
    }
}

/// How much one update may take in.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    calls: usize,
    bytes: u64,
    newest: usize,
}

impl Budget {
    pub const UNLIMITED: Self = Self { calls: usize::MAX, bytes: u64::MAX, newest: usize::MAX };

    pub const fn calls(self, calls: usize) -> Self {
        Self { calls, ..self }
    }

    /// As [`Projection::weight`] counts them; the call that exceeds them is still taken in.
    pub const fn bytes(self, bytes: u64) -> Self {
        Self { bytes, ..self }
    }

    /// Older calls of a [`Source::Listed`] are passed over: the projection could not keep what comes of them.
    pub const fn newest(self, newest: usize) -> Self {
        Self { newest, ..self }
    }
}

/// Shows a projection what it has not seen, until it has seen all or the budget is spent. `goes_on` is asked now and
/// then. True where it has seen all.
pub fn follow<'t, P: Projection>(
    projection: &mut P,
    of: impl Into<AsOf<'t>>,
    source: Source<'_>,
    budget: Budget,
    mut goes_on: impl FnMut() -> bool,
) -> bool {
    let AsOf { trace, end } = of.into();
    catch_up(projection, trace, end);
    let next = projection.follower().next_seq;
    let call = |seq: &u64| trace.get(*seq);
    match source {
        Source::All => pass(projection, trace, trace.from(next), end, budget, &mut goes_on),
        Source::Listed(seqs) => {
            let known = if end < trace.next_seq() { seqs.partition_point(|seq| *seq < end) } else { seqs.len() };
            let unseen = seqs.partition_point(|seq| *seq < next).max(known.saturating_sub(budget.newest));
            pass(projection, trace, seqs.range(unseen..).filter_map(call), end, budget, &mut goes_on)
        }
        Source::Merged(one, other) => {
            let unseen = |seqs: &Seqs| seqs.partition_point(|seq| *seq < next);
            let (mut ones, mut others) = (one.range(unseen(one)..).peekable(), other.range(unseen(other)..).peekable());
            let merged = std::iter::from_fn(|| match (ones.peek(), others.peek()) {
                (Some(a), Some(b)) if b < a => others.next(),
                (Some(_), _) => ones.next(),
                (None, _) => others.next(),
            });
            pass(projection, trace, merged.filter_map(call), end, budget, &mut goes_on)
        }
    }
}

/// The same for numbers that someone else has chosen, oldest first, and gives from a number on.
pub fn follow_chosen<'t, 's, P: Projection, I: Iterator<Item = &'s u64>>(
    projection: &mut P,
    of: impl Into<AsOf<'t>>,
    from: impl FnOnce(u64) -> I,
    mut goes_on: impl FnMut() -> bool,
) -> bool {
    let AsOf { trace, end } = of.into();
    catch_up(projection, trace, end);
    let chosen = from(projection.follower().next_seq);
    pass(projection, trace, chosen.filter_map(|seq| trace.get(*seq)), end, Budget::UNLIMITED, &mut goes_on)
}

/// Tells a projection what has become of the calls that it has seen.
fn catch_up<P: Projection>(projection: &mut P, trace: &Trace, end: u64) {
    let mut at = *projection.follower();
    let is_new = at.trace == 0;
    let is_another = !is_new && at.trace != trace.id();
    let was_cleared = at.generation != trace.generation() && !P::OUTLIVES_CLEARING && !is_new;
    // Calls that had left are back, or the end was moved back.
    let went_back = trace.first_seq() < at.first || end < at.next_seq;
    if is_another || was_cleared || went_back {
        projection.reset();
        at = Follower { missed: if is_another || was_cleared { 0 } else { at.missed }, ..Follower::default() };
        at.next_seq = trace.first_seq();
    }
    let first = trace.first_seq();
    if first > at.first && !is_new {
        projection.evict(trace);
    }
    if first > at.next_seq {
        at.missed += first - at.next_seq.max(1);
        at.next_seq = first;
    }
    (at.trace, at.generation, at.first) = (trace.id(), trace.generation(), first);
    *projection.follower() = at;
}

fn pass<'t, P: Projection>(
    projection: &mut P,
    trace: &Trace,
    calls: impl Iterator<Item = &'t Call>,
    end: u64,
    budget: Budget,
    goes_on: &mut dyn FnMut() -> bool,
) -> bool {
    let (mut taken, mut bytes, mut work) = (0, 0, 0);
    for call in calls {
        if call.seq >= end {
            break;
        }
        if taken >= budget.calls || bytes >= budget.bytes {
            return false;
        }
        if work >= WORK_PER_LOOK {
            work = 0;
            if !goes_on() {
                return false;
            }
        }
        let said = trace.said(call);
        let weight = P::weight(said);
        (taken, bytes, work) = (taken + 1, weight.saturating_add(bytes), weight.saturating_add(work + WORK_PER_CALL));
        projection.see(call, said);
        let follower = projection.follower();
        follower.next_seq = follower.next_seq.max(call.seq + 1);
    }
    true
}

#[cfg(test)]
mod tests;
