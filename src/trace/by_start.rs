//! The calls in order of their starts, kept up to date with the trace a little at a time. The trace holds them in
//! order of completion; a call that waited belongs further up, by as much as it waited.
//!
//! The order is cut into blocks of some hundred calls, so that a call that waited for an hour finds its place among
//! ten million others without moving them.

use std::collections::VecDeque;

use super::filter::Matches;
use super::projection::{self, AsOf, Budget, Follower, Projection, Source};
use super::{Call, Nanos, Payload, Trace};

/// A block of this many calls is cut in two.
const MAX_BLOCK: usize = 1_024;

/// Where a call stands: calls of one start stand in order of completion.
type Key = (Nanos, u64);

#[derive(Debug, Default)]
struct Block {
    /// How many calls stand in the blocks before it.
    before: u64,
    /// In order; never empty.
    keys: VecDeque<Key>,
}

impl Block {
    fn first(&self) -> Key {
        self.keys.front().copied().unwrap_or_default()
    }
}

/// The order of all calls, or of those that match.
#[derive(Debug, Default)]
pub struct ByStart {
    blocks: VecDeque<Block>,
    count: u64,
    /// How many have left with their calls: the others keep their places.
    left: u64,
    /// Of the blocks from this one on it is not known how many calls stand before them.
    uncounted: usize,
    /// Where matches are in order: of which search.
    search: Option<u64>,
    follower: Follower,
}

impl ByStart {
    /// Puts calls in their places, until all are or `goes_on` says no. True where all are.
    pub fn update<'t>(
        &mut self,
        of: impl Into<AsOf<'t>>,
        matches: Option<&Matches>,
        goes_on: impl FnMut() -> bool,
    ) -> bool {
        let search = matches.map(Matches::revision);
        if self.search != search {
            *self = Self { search, ..Self::default() };
        }
        let done = match matches {
            Some(matches) => projection::follow_chosen(self, of, |from| matches.from(from), goes_on),
            None => projection::follow(self, of, Source::All, Budget::UNLIMITED, goes_on),
        };
        self.count();
        done
    }

    fn count(&mut self) {
        let changed = std::mem::replace(&mut self.uncounted, usize::MAX);
        let mut before =
            changed.checked_sub(1).and_then(|at| self.blocks.get(at)).map_or(0, |b| b.before + b.keys.len() as u64);
        for block in self.blocks.iter_mut().skip(changed) {
            block.before = before;
            before += block.keys.len() as u64;
        }
    }

    fn insert(&mut self, key: Key) {
        self.count += 1;
        let at = self.blocks.partition_point(|block| block.first() <= key).saturating_sub(1);
        let Some(block) = self.blocks.get_mut(at) else {
            self.blocks.push_back(Block { before: 0, keys: VecDeque::from([key]) });
            self.uncounted = 0;
            return;
        };
        let place = block.keys.partition_point(|other| *other < key);
        block.keys.insert(place, key);
        if block.keys.len() > MAX_BLOCK {
            // Calls come at the end: what is there stays nearly full.
            let is_last = at + 1 == self.blocks.len();
            let cut = if is_last { MAX_BLOCK * 7 / 8 } else { MAX_BLOCK / 2 };
            if let Some(block) = self.blocks.get_mut(at) {
                let keys = block.keys.split_off(cut);
                self.blocks.insert(at + 1, Block { before: 0, keys });
            }
        }
        self.uncounted = self.uncounted.min(at);
    }

    /// The places of the calls. They need not begin at 0.
    pub fn places(&self) -> std::ops::Range<u64> {
        self.left..self.left + self.count
    }

    /// The call at a place.
    pub fn seq_at(&self, place: u64) -> Option<u64> {
        let index = place.checked_sub(self.left)?;
        let at = self.blocks.partition_point(|block| block.before <= index).checked_sub(1)?;
        let block = self.blocks.get(at)?;
        block.keys.get(usize::try_from(index - block.before).ok()?).map(|(_, seq)| *seq)
    }

    /// The first place at or after a call that began then.
    pub fn place_from(&self, start: Nanos, seq: u64) -> u64 {
        let key = (start, seq);
        let at = self.blocks.partition_point(|block| block.first() <= key).saturating_sub(1);
        let Some(block) = self.blocks.get(at) else { return self.left };
        self.left + block.before + block.keys.partition_point(|other| *other < key) as u64
    }

    /// The place of a call; `None` where it is not among them.
    pub fn place_of(&self, call: &Call) -> Option<u64> {
        let place = self.place_from(call.start, call.seq);
        (self.seq_at(place) == Some(call.seq)).then_some(place)
    }

    /// What share of `all` calls is in its place, in per cent; 100 only where all are.
    pub fn percent(&self, all: u64) -> u64 {
        if self.count >= all { 100 } else { (self.count * 100 / all).min(99) }
    }
}

impl Projection for ByStart {
    fn follower(&mut self) -> &mut Follower {
        &mut self.follower
    }

    fn see(&mut self, call: &Call, _: Payload<'_>) {
        self.insert((call.start, call.seq));
    }

    /// Calls that have left were the first to return, so none of them began after the first that is still there has
    /// returned.
    fn evict(&mut self, trace: &Trace) {
        let first = trace.first_seq();
        let latest = trace.get(first).map(Call::end);
        let mut left = 0;
        for block in &mut self.blocks {
            if latest.is_some_and(|latest| block.first().0 > latest) {
                break;
            }
            let held = block.keys.len();
            block.keys.retain(|(_, seq)| *seq >= first);
            left += (held - block.keys.len()) as u64;
        }
        self.blocks.retain(|block| !block.keys.is_empty());
        self.left += left;
        self.count -= left;
        self.uncounted = 0;
    }

    fn reset(&mut self) {
        *self = Self { search: self.search, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::trace::store::DEFAULT_RETENTION;
    use crate::trace::{Op, Outcome};

    fn call(start: u64, end: u64) -> Call {
        Call { start: Nanos(start), took: end - start, ..Call::sample(Op::Recv { max: 9 }, Outcome::Ok(0)) }
    }

    fn order(by_start: &ByStart) -> Vec<u64> {
        by_start.places().filter_map(|place| by_start.seq_at(place)).collect()
    }

    fn sorted(trace: &Trace) -> Vec<u64> {
        let mut calls: Vec<_> = trace.from(0).map(|call| (call.start, call.seq)).collect();
        calls.sort_unstable();
        calls.into_iter().map(|(_, seq)| seq).collect()
    }

    /// Every seventh call waited, some of them for thousands of others.
    fn push(trace: &mut Trace, n: u64) {
        let waited = if n.is_multiple_of(7) { (n * 7_919) % (n * 10 + 1) } else { 1 };
        trace.push(call((n * 10).saturating_sub(waited), n * 10));
    }

    #[test]
    fn a_call_that_waited_stands_where_it_began() {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
        let mut by_start = ByStart::default();
        for (start, end) in [(10, 11), (20, 21), (5, 30), (40, 41)] {
            trace.push(call(start, end));
            assert!(by_start.update(&trace, None, || true));
        }
        assert_eq!(order(&by_start), [3, 1, 2, 4]);
        assert_eq!(by_start.place_of(trace.get(3).unwrap()), Some(by_start.places().start));
        assert_eq!(by_start.place_from(Nanos(15), 0), by_start.places().start + 2);
    }

    #[test]
    fn many_calls_are_in_order_a_few_at_a_time_and_every_place_leads_back() {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
        (1..=20_000).for_each(|n| push(&mut trace, n));
        let mut by_start = ByStart::default();
        let mut rounds = 1;
        while !by_start.update(&trace, None, || false) {
            assert!(by_start.percent(20_000) < 100);
            rounds += 1;
        }
        assert!(rounds > 20 && by_start.percent(20_000) == 100, "{rounds}");
        assert_eq!(order(&by_start), sorted(&trace));
        for call in trace.from(0) {
            let place = by_start.place_of(call).unwrap();
            assert_eq!(by_start.seq_at(place), Some(call.seq));
        }
    }

    #[test]
    fn calls_leave_with_the_trace_and_nothing_comes_after_the_end() {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, 100_000);
        let mut by_start = ByStart::default();
        for n in 1..=5_000 {
            push(&mut trace, n);
            assert!(by_start.update(&trace, None, || true));
        }
        assert!(trace.first_seq() > 1_000);
        assert_eq!(order(&by_start), sorted(&trace));
        assert_eq!(by_start.places().end, 5_000, "those that are left keep their places");
        let held = trace.next_seq();
        push(&mut trace, 5_001);
        by_start.update(trace.as_of(held), None, || true);
        assert!(!order(&by_start).contains(&held));
        trace.clear();
        push(&mut trace, 6_000);
        assert!(by_start.update(&trace, None, || true));
        assert_eq!(order(&by_start), sorted(&trace));
    }

    #[test]
    fn matches_alone_are_put_in_order_and_another_search_begins_anew() {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
        (1..=3_000).for_each(|n| push(&mut trace, n));
        let mut matches = Matches::default();
        let mut by_start = ByStart::default();
        for divisor in [3, 7] {
            matches.clear();
            matches.update(&trace, || true, |call, _| call.seq.is_multiple_of(divisor));
            assert!(by_start.update(&trace, Some(&matches), || true));
            let expected: Vec<u64> = sorted(&trace).into_iter().filter(|seq| seq.is_multiple_of(divisor)).collect();
            assert_eq!(order(&by_start), expected);
        }
    }
}
