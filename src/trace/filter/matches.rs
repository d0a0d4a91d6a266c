//! The numbers of the calls that match, kept up to date with the trace a little at a time, so that a million calls do
//! not hold a frame up.

use std::collections::VecDeque;
use std::ops::Range;

use crate::kinds::framing::FrameValue;
use crate::trace::call::Call;
use crate::trace::frames::{FrameFields, Framings};
use crate::trace::projection::{self, AsOf, Budget, Follower, Projection, Source};
use crate::trace::said::Payload;
use crate::trace::store::Trace;

/// The numbers of the calls that match, oldest first. A match keeps its place also when older ones have left.
#[derive(Debug, Default)]
pub struct Matches {
    seqs: VecDeque<u64>,
    /// How many matches have left with their calls.
    left: u64,
    follower: Follower,
    /// Reads the messages of the calls that are searched, where they are asked for.
    frames: FrameFields,
    /// How often the search was restarted.
    revision: u64,
}

impl Matches {
    /// Starts over: the filter has changed.
    pub fn clear(&mut self) {
        let revision = self.revision + 1;
        let mut frames = std::mem::take(&mut self.frames);
        frames.restart();
        *self = Self { revision, follower: self.follower, frames, ..Self::default() };
        self.follower.restart();
    }

    /// What a call from that number on matches may be another now: those are looked at again. Where messages are read, all
    /// are: they follow from all that came before.
    pub fn again_from(&mut self, seq: u64) {
        if seq >= self.follower.next_seq() {
            return;
        }
        if self.frames.reads_any() {
            self.clear();
            return;
        }
        self.seqs.truncate(self.seqs.partition_point(|found| *found < seq));
        self.revision += 1;
        self.follower.go_back_to(seq);
    }

    /// From the first call on, the fields of messages are given with each call: those of endpoints with such framings.
    pub fn read_frames(&mut self, framings: Framings) {
        self.frames = FrameFields::new(framings);
    }

    /// Another number after each new beginning: what was made of the matches is out of date.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Searches the calls that it has not seen, until all are seen or `goes_on` says no. True where all are seen.
    pub fn update<'t>(
        &mut self,
        of: impl Into<AsOf<'t>>,
        goes_on: impl FnMut() -> bool,
        matches: impl FnMut(&Call, &[FrameValue]) -> bool,
    ) -> bool {
        let mut search = Search { found: self, matches };
        projection::follow(&mut search, of, Source::All, Budget::UNLIMITED, goes_on)
    }

    /// How much of the trace was searched, in per cent; 100 only where all of it was.
    pub fn percent(&self, trace: &Trace) -> u64 {
        let all = trace.next_seq() - trace.first_seq();
        let seen = self.follower.next_seq().clamp(trace.first_seq(), trace.next_seq()) - trace.first_seq();
        if seen >= all { 100 } else { (seen * 100 / all).min(99) }
    }

    /// The places of the matches before the call `end`. Places stay, so they need not begin at 0.
    pub fn places(&self, end: u64) -> Range<u64> {
        let count = self.seqs.partition_point(|seq| *seq < end) as u64;
        self.left..self.left + count
    }

    /// The matches from a call on, oldest first.
    pub fn from(&self, seq: u64) -> impl Iterator<Item = &u64> {
        self.seqs.range(self.seqs.partition_point(|found| *found < seq)..)
    }

    /// The call at a place.
    pub fn seq_at(&self, place: u64) -> Option<u64> {
        let index = place.checked_sub(self.left)?;
        self.seqs.get(usize::try_from(index).ok()?).copied()
    }

    /// The place of a call; `None` where it does not match.
    pub fn place_of(&self, seq: u64) -> Option<u64> {
        self.seqs.binary_search(&seq).ok().map(|index| self.left + index as u64)
    }

    /// The first place at or after a call.
    pub fn place_from(&self, seq: u64) -> u64 {
        self.left + self.seqs.partition_point(|found| *found < seq) as u64
    }
}

/// Matches while they are searched for.
struct Search<'m, F> {
    found: &'m mut Matches,
    matches: F,
}

impl<F: FnMut(&Call, &[FrameValue]) -> bool> Projection for Search<'_, F> {
    fn follower(&mut self) -> &mut Follower {
        &mut self.found.follower
    }

    fn see(&mut self, call: &Call, said: Payload<'_>) {
        let frames = &mut self.found.frames;
        let fields = if frames.reads_any() { frames.of(call, said) } else { Vec::new() };
        if (self.matches)(call, &fields) {
            self.found.seqs.push_back(call.seq);
        }
    }

    fn evict(&mut self, trace: &Trace) {
        let first = trace.first_seq();
        while self.found.seqs.front().is_some_and(|seq| *seq < first) {
            self.found.seqs.pop_front();
            self.found.left += 1;
        }
    }

    fn reset(&mut self) {
        self.found.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use bytes::Bytes;

    use super::*;
    use crate::trace::store::DEFAULT_RETENTION;
    use crate::trace::{ConnId, Op, Outcome};

    fn recv(data: &[u8]) -> Call {
        Call {
            took: 1,
            conn: ConnId::new(12),
            offset: Some(0),
            len: data.len() as u64,
            data: Bytes::copy_from_slice(data),
            ..Call::sample(Op::Recv { max: 1024 }, Outcome::Ok(data.len() as u64))
        }
    }

    fn trace(limit: u64, count: u64) -> Trace {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, limit);
        for _ in 0..count {
            trace.push(recv(b"abc"));
        }
        trace
    }

    fn every_third(call: &Call, _: &[FrameValue]) -> bool {
        call.seq.is_multiple_of(3)
    }

    #[test]
    fn the_search_stops_when_its_time_is_up_and_goes_on_from_there() {
        let trace = trace(DEFAULT_RETENTION, 10_000);
        let mut matches = Matches::default();
        assert!(!matches.update(&trace, || false, every_third));
        let first = matches.percent(&trace);
        assert!((1..50).contains(&first), "{first} %");
        let mut rounds = 1;
        while !matches.update(&trace, || false, every_third) {
            rounds += 1;
        }
        assert!(rounds > 10, "{rounds}");
        assert_eq!(matches.percent(&trace), 100);
        assert_eq!(matches.places(u64::MAX), 0..3_333);
        assert_eq!((matches.seq_at(0), matches.seq_at(3_332), matches.seq_at(3_333)), (Some(3), Some(9_999), None));
        assert_eq!((matches.place_of(9), matches.place_of(10), matches.place_from(10)), (Some(2), None, 3));
        assert_eq!(matches.places(10), 0..3);
    }

    #[test]
    fn matches_leave_with_their_calls_and_the_others_keep_their_places() {
        let mut trace = trace(2_000, 0);
        let mut matches = Matches::default();
        for _ in 0..100 {
            trace.push(recv(b"abc"));
            assert!(matches.update(&trace, || true, every_third));
        }
        let places = matches.places(u64::MAX);
        assert!(places.start > 20, "{places:?}");
        assert_eq!(places.end, 33);
        assert_eq!(matches.seq_at(32), Some(99));
        assert!(matches.seq_at(places.start) >= Some(trace.first_seq()));
        trace.clear();
        trace.push(recv(b"abc"));
        trace.push(recv(b"abc"));
        assert!(matches.update(&trace, || true, every_third));
        assert_eq!(matches.places(u64::MAX), 0..1);
        assert_eq!(matches.seq_at(0), Some(102));
    }
}
