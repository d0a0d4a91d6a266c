//! Which rows the table has, and in which order: the calls, or those that match, and those that still wait.

use std::ops::{Range, RangeInclusive};

use super::record::Record;
use crate::trace::by_start::ByStart;
use crate::trace::filter::Matches;
use crate::trace::held::HeldCall;
use crate::trace::{Call, Trace, WaitingCall};

/// The rows of one frame. Looking one up costs the same in a trace of ten million calls as in one of ten.
pub struct Listed<'a> {
    trace: &'a Trace,
    /// Where only they are shown.
    matches: Option<&'a Matches>,
    by_start: Option<&'a ByStart>,
    /// The places of the calls among themselves: where all are shown in order of completion, their numbers.
    calls: Range<u64>,
    /// Those that wait and those that are held, with their rows, from above.
    waiting: Vec<(u64, Record<'a>)>,
    /// More calls wait than are shown.
    pub more: usize,
}

impl<'a> Listed<'a> {
    /// The calls before `end`, and these that wait: at the end in order of completion, else where they began.
    pub fn new(
        trace: &'a Trace,
        matches: Option<&'a Matches>,
        by_start: Option<&'a ByStart>,
        end: u64,
        (mut waiting, more): (Vec<&'a WaitingCall>, usize),
    ) -> Self {
        let calls = match (by_start, matches) {
            (Some(by_start), _) => by_start.places(),
            (None, Some(matches)) => matches.places(end),
            (None, None) => trace.first_seq().min(end)..end,
        };
        if by_start.is_some() {
            waiting.sort_by_key(|call| call.start);
        }
        let row = |(index, call): (usize, &'a WaitingCall)| {
            let before = by_start.map_or(calls.end, |by_start| by_start.place_from(call.start, u64::MAX));
            (before + index as u64, Record::Waiting(call))
        };
        let waiting = waiting.into_iter().enumerate().map(row).collect();
        Self { trace, matches, by_start, calls, waiting, more }
    }

    /// With the calls that are about to be made, below all others.
    pub fn with_held(mut self, held: impl Iterator<Item = &'a HeldCall>) -> Self {
        let end = self.calls.end + self.waiting.len() as u64;
        let rows = held.enumerate().map(|(index, call)| (end + index as u64, Record::Held(call)));
        self.waiting.extend(rows);
        self
    }

    pub fn range(&self) -> Range<u64> {
        self.calls.start..self.calls.end + self.waiting.len() as u64 + u64::from(self.more > 0)
    }

    /// `None` for the row that says how many more wait, and for what has just left the trace.
    pub fn record(&self, row: u64) -> Option<Record<'a>> {
        let before = self.waiting.partition_point(|(at, _)| *at < row);
        if let Some((_, call)) = self.waiting.get(before).filter(|(at, _)| *at == row) {
            return Some(*call);
        }
        let place = row.checked_sub(before as u64).filter(|place| self.calls.contains(place))?;
        let seq = match (self.by_start, self.matches) {
            (Some(by_start), _) => by_start.seq_at(place)?,
            (None, Some(matches)) => matches.seq_at(place)?,
            (None, None) => place,
        };
        self.trace.get(seq).map(Record::Call)
    }

    /// The last row, where it only says how many more wait.
    pub fn is_more(&self, row: u64) -> bool {
        self.more > 0 && row + 1 == self.range().end
    }

    fn row_at(&self, place: u64) -> u64 {
        let above = self.waiting.iter().enumerate().take_while(|(index, (at, _))| at - *index as u64 <= place);
        place + above.count() as u64
    }

    /// The row of a call; `None` where it is not shown.
    pub fn row_of(&self, seq: u64) -> Option<u64> {
        let place = match (self.by_start, self.matches) {
            (Some(by_start), _) => by_start.place_of(self.trace.get(seq)?),
            (None, Some(matches)) => matches.place_of(seq),
            (None, None) => Some(seq),
        };
        place.filter(|place| self.calls.contains(place)).map(|place| self.row_at(place))
    }

    /// The first row at or after a call.
    fn row_from(&self, seq: u64) -> u64 {
        let place = match (self.by_start, self.matches) {
            (Some(by_start), _) => {
                self.trace.get(seq).map_or(self.calls.start, |call| by_start.place_from(call.start, seq))
            }
            (None, Some(matches)) => matches.place_from(seq),
            (None, None) => seq,
        };
        self.row_at(place.max(self.calls.start).min(self.calls.end))
    }

    /// The rows from one call to another, whichever stands first; what is hidden is not among them.
    pub fn between(&self, one: u64, other: u64) -> Option<RangeInclusive<u64>> {
        let (top, bottom) = if self.row_from(one) <= self.row_from(other) { (one, other) } else { (other, one) };
        let first = self.row_from(top);
        let last = self.row_of(bottom).or_else(|| self.row_from(bottom).checked_sub(1))?;
        (first <= last).then_some(first..=last)
    }

    /// The calls of some rows, from above; those that wait are none yet.
    pub fn calls_in(&self, rows: RangeInclusive<u64>) -> impl Iterator<Item = &'a Call> {
        rows.filter_map(|row| match self.record(row) {
            Some(Record::Call(call)) => Some(call),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::trace::{DEFAULT_RETENTION, Nanos, Op, Outcome, WaitToken};

    fn trace() -> Trace {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
        for (start, end) in [(10, 11), (20, 21), (5, 30), (40, 41)] {
            let call = Call::sample(Op::Recv { max: 9 }, Outcome::Ok(0));
            trace.push(Call { start: Nanos(start), took: end - start, ..call });
        }
        for (token, start) in [(1, 15), (2, 50)] {
            let sample = Call::sample(Op::Recv { max: 9 }, Outcome::Ok(0));
            trace.begin_waiting(WaitingCall {
                token: WaitToken(token),
                endpoint: sample.endpoint,
                socket: sample.socket,
                conn: None,
                op: sample.op,
                start: Nanos(start),
                ends: sample.ends,
                made_by: None,
            });
        }
        trace
    }

    fn names(listed: &Listed<'_>) -> Vec<String> {
        let name = |row| match listed.record(row) {
            Some(Record::Call(call)) => call.seq.to_string(),
            Some(Record::Waiting(call)) => format!("waiting {}", call.start.0),
            Some(Record::Held(call)) => format!("held {}", call.op),
            None => "nothing".to_owned(),
        };
        listed.range().map(name).collect()
    }

    #[test]
    fn waiting_calls_stand_at_the_end_or_where_they_began() {
        let trace = trace();
        let waiting = || (trace.waiting().collect::<Vec<_>>(), 0);
        let listed = Listed::new(&trace, None, None, trace.next_seq(), waiting());
        assert_eq!(names(&listed), ["1", "2", "3", "4", "waiting 15", "waiting 50"]);
        let mut by_start = ByStart::default();
        by_start.update(&trace, None, || true);
        let listed = Listed::new(&trace, None, Some(&by_start), trace.next_seq(), waiting());
        assert_eq!(names(&listed), ["3", "1", "waiting 15", "2", "4", "waiting 50"]);
        for row in listed.range() {
            if let Some(Record::Call(call)) = listed.record(row) {
                assert_eq!(listed.row_of(call.seq), Some(row));
            }
        }
    }

    #[test]
    fn a_range_is_what_stands_between_two_rows_in_the_order_that_is_shown() {
        let trace = trace();
        let none = || (Vec::new(), 0);
        let seqs = |listed: &Listed<'_>, one, other| {
            let rows = listed.between(one, other).unwrap();
            listed.calls_in(rows).map(|call| call.seq).collect::<Vec<_>>()
        };
        let listed = Listed::new(&trace, None, None, trace.next_seq(), none());
        assert_eq!(seqs(&listed, 3, 1), [1, 2, 3]);
        let mut by_start = ByStart::default();
        by_start.update(&trace, None, || true);
        let listed = Listed::new(&trace, None, Some(&by_start), trace.next_seq(), none());
        assert_eq!(seqs(&listed, 3, 1), [3, 1]);
        let mut matches = Matches::default();
        matches.update(&trace, || true, |call, _| call.seq.is_multiple_of(2));
        let listed = Listed::new(&trace, Some(&matches), None, trace.next_seq(), none());
        assert_eq!(seqs(&listed, 1, 3), [2]);
        assert_eq!(listed.between(3, 3), None);
    }
}
