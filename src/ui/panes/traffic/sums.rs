//! The sums of several marked calls: how many, the bytes that they moved, and the time from the first to the last.

use std::ops::RangeInclusive;

use crate::lang::Lang;
use crate::t;
use crate::trace::filter::Matches;
use crate::trace::{Call, Nanos};
use crate::ui::view::View;
use crate::ui::widgets::quantity;

/// At most so many calls are summed up.
const MAX_SUMMED: usize = 100_000;

/// Worked out once for each marking.
#[derive(Debug, Default)]
pub struct Sums {
    of: Option<Of>,
    calls: usize,
    sent: u64,
    received: u64,
    time: Option<(Nanos, Nanos)>,
    /// There were more than are summed up.
    more: bool,
}

/// What the sums are of.
#[derive(Debug, PartialEq)]
struct Of {
    rows: RangeInclusive<u64>,
    generation: u64,
    first: u64,
    /// The filter's text; without one, all of them.
    filter: Option<String>,
    matches: u64,
}

impl Sums {
    /// `matches` are the calls that alone are shown.
    pub fn update(&mut self, view: &View<'_>, rows: &RangeInclusive<u64>, matches: Option<&Matches>) {
        let trace = view.session.trace();
        let of = Of {
            rows: rows.clone(),
            generation: trace.generation(),
            first: trace.first_seq().max(*rows.start()),
            filter: matches.and_then(|_| view.filtering.map(|filtering| filtering.text().to_owned())),
            matches: matches.map_or(0, |matches| matches.place_from(rows.end().saturating_add(1))),
        };
        if self.of.as_ref() == Some(&of) {
            return;
        }
        let in_range = trace.from(*rows.start()).take_while(|call| call.seq <= *rows.end());
        let shown = in_range.filter(|call| matches.is_none_or(|matches| matches.place_of(call.seq).is_some()));
        *self = Self::of(shown);
        self.of = Some(of);
    }

    fn of<'t>(calls: impl Iterator<Item = &'t Call>) -> Self {
        let mut sums = Self::default();
        for call in calls {
            if sums.calls == MAX_SUMMED {
                sums.more = true;
                break;
            }
            sums.calls += 1;
            if call.op.sends() {
                sums.sent = sums.sent.saturating_add(call.len);
            } else if call.op.receives() {
                sums.received = sums.received.saturating_add(call.len);
            }
            let (begin, end) = sums.time.unwrap_or((call.start, call.end()));
            sums.time = Some((begin.min(call.start), end.max(call.end())));
        }
        sums
    }

    /// `3 calls · sent 5 B · received 10 B · 1.204 ms from the first to the last`
    pub fn text(&self, lang: Lang) -> String {
        let span = self.time.map_or(0, |(begin, end)| end.since(begin));
        let calls = quantity::count(self.calls as u64);
        let calls = if self.more { format!("≥ {calls}") } else { calls };
        let (sent, received) = (quantity::bytes(self.sent), quantity::bytes(self.received));
        t!(lang, "traffic-sums", calls = calls, sent = sent, received = received, time = quantity::span(span))
            .into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Op, Outcome};

    #[test]
    fn bytes_are_summed_by_direction_and_the_time_from_the_first_begin_to_the_last_end() {
        let call = |start, took, op, len| Call { start: Nanos(start), took, len, ..Call::sample(op, Outcome::Ok(len)) };
        let calls = [
            call(100, 50, Op::Send { len: 5 }, 5),
            call(20, 500, Op::Recv { max: 9 }, 7),
            call(200, 10, Op::Recv { max: 9 }, 2),
        ];
        let sums = Sums::of(calls.iter());
        assert_eq!((sums.calls, sums.sent, sums.received), (3, 5, 9));
        assert_eq!(sums.time, Some((Nanos(20), Nanos(520))));
    }
}
