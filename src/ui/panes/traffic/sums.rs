//! The sums of several marked calls: how many, the bytes that they moved, and the time from the first to the last.

use std::ops::RangeInclusive;

use super::listed::Listed;
use crate::desktop::traffic_table::RowOrder;
use crate::lang::Lang;
use crate::t;
use crate::trace::{Call, Nanos};
use crate::ui::view::View;
use crate::ui::widgets::quantity;

/// The most calls that are summed up.
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
    /// The calls at the two ends, and how many rows stand from one to the other.
    ends: (u64, u64),
    rows: u64,
    generation: u64,
    first: u64,
    order: RowOrder,
    /// The filter's text; without one, all of them.
    filter: Option<String>,
}

impl Sums {
    /// The sums of these rows, whose ends are these calls.
    pub fn update(&mut self, view: &View<'_>, listed: &Listed<'_>, ends: (u64, u64), rows: &RangeInclusive<u64>) {
        let trace = view.session.trace();
        let filtering = view.filtering.filter(|filtering| filtering.is_on() && filtering.only());
        let of = Of {
            ends,
            rows: rows.end() - rows.start(),
            generation: trace.generation(),
            first: trace.first_seq().max(ends.0.min(ends.1)),
            order: view.table.order,
            filter: filtering.map(|filtering| filtering.text().to_owned()),
        };
        if self.of.as_ref() != Some(&of) {
            *self = Self::of(listed.calls_in(rows.clone()));
            self.of = Some(of);
        }
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
