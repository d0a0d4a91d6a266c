//! Bytes and calls per time of each endpoint, counted once as the trace grows, so that drawing them costs the same for
//! ten calls and for ten million.

use std::collections::{HashMap, VecDeque};

use super::call::{Call, Nanos};
use super::projection::{self, AsOf, Budget, Follower, Projection, Source};
use super::said::Payload;
use super::store::Trace;
use crate::lab::EndpointId;

/// The shortest stretch of time that is counted for itself: 100 ms.
pub const BUCKET: u64 = 100_000_000;

/// How many of them are kept: a little more than ten minutes.
pub const MAX_FINE: usize = 6_100;

/// The most stretches for all the time since the lab began; they become longer as time goes by.
pub const MAX_COARSE: u64 = 2_048;

/// The most endpoints whose rates are kept; the calls of further ones are only counted.
pub const MAX_ENDPOINTS: usize = 128;

/// What happened in one stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub sent_bytes: u64,
    pub received_bytes: u64,
    pub sends: u64,
    pub receives: u64,
    /// Calls that move no bytes.
    pub others: u64,
}

impl Counts {
    fn of(call: &Call) -> Self {
        let nothing = Self::default();
        if call.op.sends() {
            Self { sent_bytes: call.len, sends: 1, ..nothing }
        } else if call.op.receives() {
            Self { received_bytes: call.len, receives: 1, ..nothing }
        } else {
            Self { others: 1, ..nothing }
        }
    }

    fn add(&mut self, other: Self) {
        // A trace file may say what it likes.
        self.sent_bytes = self.sent_bytes.saturating_add(other.sent_bytes);
        self.received_bytes = self.received_bytes.saturating_add(other.received_bytes);
        self.sends += other.sends;
        self.receives += other.receives;
        self.others += other.others;
    }

    pub fn calls(&self) -> u64 {
        self.sends + self.receives + self.others
    }
}

/// The stretches of time in which something happened, by their number, oldest first.
#[derive(Clone, Debug, Default)]
struct Buckets(VecDeque<(u64, Counts)>);

impl Buckets {
    fn add(&mut self, index: u64, counts: Counts) {
        match self.0.back_mut() {
            Some((last, sum)) if *last == index => sum.add(counts),
            Some((last, _)) if *last > index => self.add_earlier(index, counts),
            _ => self.0.push_back((index, counts)),
        }
    }

    /// Calls may come out of their order in time.
    fn add_earlier(&mut self, index: u64, counts: Counts) {
        match self.0.binary_search_by_key(&index, |(index, _)| *index) {
            Ok(place) => {
                if let Some((_, sum)) = self.0.get_mut(place) {
                    sum.add(counts);
                }
            }
            Err(place) => self.0.insert(place, (index, counts)),
        }
    }

    fn drop_before(&mut self, floor: u64) {
        while self.0.front().is_some_and(|(index, _)| *index < floor) {
            self.0.pop_front();
        }
    }

    /// Merges each `parts` stretches into one.
    fn merged(&self, parts: u64) -> Self {
        let mut merged = Self::default();
        for (index, counts) in &self.0 {
            merged.add(index / parts, *counts);
        }
        merged
    }
}

/// One endpoint.
#[derive(Clone, Debug, Default)]
struct Rates {
    fine: Buckets,
    coarse: Buckets,
    total: Counts,
}

/// The rates of every endpoint of a trace.
#[derive(Clone, Debug)]
pub struct EndpointRates {
    rates: HashMap<EndpointId, Rates>,
    /// How long a coarse stretch is, in nanoseconds.
    coarse_width: u64,
    /// The newest fine stretch of all endpoints.
    newest: u64,
    first: Option<Nanos>,
    last: Option<Nanos>,
    left_out: u64,
    follower: Follower,
}

impl Default for EndpointRates {
    fn default() -> Self {
        Self {
            rates: HashMap::new(),
            coarse_width: BUCKET,
            newest: 0,
            first: None,
            last: None,
            left_out: 0,
            follower: Follower::default(),
        }
    }
}

/// The rates of one endpoint over a range of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// How long each stretch is, in nanoseconds.
    pub width: u64,
    /// The stretches in which something happened, by their number from the lab's beginning on, oldest first.
    pub buckets: Vec<(u64, Counts)>,
}

impl EndpointRates {
    /// Counts what is new in the trace, at most `most` calls. True where there is more to count.
    pub fn update<'t>(&mut self, of: impl Into<AsOf<'t>>, most: usize) -> bool {
        !projection::follow(self, of, Source::All, Budget::UNLIMITED.calls(most), || true)
    }

    /// When the first and the last counted call ended.
    pub fn span(&self) -> Option<(Nanos, Nanos)> {
        self.first.zip(self.last)
    }

    /// The endpoints, in the order in which they were made.
    pub fn endpoints(&self) -> Vec<EndpointId> {
        let mut endpoints: Vec<_> = self.rates.keys().copied().collect();
        endpoints.sort_unstable();
        endpoints
    }

    /// The sum of everything that was counted of an endpoint.
    pub fn total(&self, endpoint: EndpointId) -> Counts {
        self.rates.get(&endpoint).map(|rates| rates.total).unwrap_or_default()
    }

    /// How many calls had left the trace before they were counted.
    pub fn missed(&self) -> u64 {
        self.follower.missed()
    }

    /// How many calls are of endpoints for which there is no room.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// How many calls have been counted, of how many.
    pub fn progress(&self, trace: &Trace) -> (u64, u64) {
        let first = trace.first_seq();
        (self.follower.next_seq().saturating_sub(first), trace.next_seq() - first)
    }

    /// What an endpoint did between two times, in about `most` stretches of equal length at most.
    pub fn series(&self, endpoint: EndpointId, from: Nanos, to: Nanos, most: u64) -> Series {
        let is_fine = from.0 / BUCKET >= fine_floor(self.newest) || self.coarse_width == BUCKET;
        let base = if is_fine { BUCKET } else { self.coarse_width };
        let mut parts = 1;
        while to.since(from) / (base * parts) > most {
            // By powers of two, so that the stretches seldom change as the range grows.
            parts *= 2;
        }
        let width = base * parts;
        let Some(rates) = self.rates.get(&endpoint) else { return Series { width, buckets: Vec::new() } };
        // While both have the same length, the coarse ones go back further.
        let Buckets(kept) = if base == self.coarse_width { &rates.coarse } else { &rates.fine };
        let (first, last) = (from.0 / width, to.0 / width);
        let begin = kept.partition_point(|(index, _)| index / parts < first);
        let mut chosen = Buckets::default();
        for (index, counts) in kept.range(begin..).take_while(|(index, _)| index / parts <= last) {
            chosen.add(index / parts, *counts);
        }
        Series { width, buckets: chosen.0.into() }
    }
}

impl Projection for EndpointRates {
    fn follower(&mut self) -> &mut Follower {
        &mut self.follower
    }

    fn see(&mut self, call: &Call, _: Payload<'_>) {
        let at = call.end();
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
        if !self.rates.contains_key(&call.endpoint) && self.rates.len() >= MAX_ENDPOINTS {
            self.left_out += 1;
            return;
        }
        while at.0 / self.coarse_width >= MAX_COARSE {
            self.coarse_width *= 2;
            for rates in self.rates.values_mut() {
                rates.coarse = rates.coarse.merged(2);
            }
        }
        let counts = Counts::of(call);
        let index = at.0 / BUCKET;
        self.newest = self.newest.max(index);
        let floor = fine_floor(self.newest);
        let rates = self.rates.entry(call.endpoint).or_default();
        rates.total.add(counts);
        rates.coarse.add(at.0 / self.coarse_width, counts);
        if index >= floor {
            rates.fine.drop_before(floor);
            rates.fine.add(index, counts);
        }
    }

    /// What is counted stays counted.
    fn evict(&mut self, _: &Trace) {}

    fn reset(&mut self) {
        *self = Self::default();
    }
}

/// The oldest fine stretch that is kept when that one is the newest.
fn fine_floor(newest: u64) -> u64 {
    newest.saturating_sub(MAX_FINE as u64 - 1)
}

impl Series {
    /// The counts of the stretch in which a time lies, with that stretch's number.
    pub fn at(&self, at: Nanos) -> (u64, Counts) {
        let index = at.0 / self.width;
        let found = self.buckets.binary_search_by_key(&index, |(index, _)| *index);
        (index, found.ok().and_then(|place| self.buckets.get(place)).map(|(_, counts)| *counts).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use proptest::prelude::*;

    use super::*;
    use crate::trace::store::DEFAULT_RETENTION;
    use crate::trace::{Op, Outcome};

    const ALL: Nanos = Nanos(u64::MAX);

    fn call(endpoint: u32, end: u64, op: Op, len: u64) -> Call {
        Call {
            start: Nanos(end),
            endpoint: EndpointId(endpoint),
            offset: Some(0),
            len,
            ..Call::sample(op, Outcome::Ok(len))
        }
    }

    fn send(endpoint: u32, end: u64, len: u64) -> Call {
        call(endpoint, end, Op::Send { len }, len)
    }

    fn recv(endpoint: u32, end: u64, len: u64) -> Call {
        call(endpoint, end, Op::Recv { max: 1024 }, len)
    }

    fn trace(limit: u64, calls: impl IntoIterator<Item = Call>) -> Trace {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, limit);
        for call in calls {
            trace.push(call);
        }
        trace
    }

    fn sum(series: &Series) -> Counts {
        let mut sum = Counts::default();
        for (_, counts) in &series.buckets {
            sum.add(*counts);
        }
        sum
    }

    #[test]
    fn bytes_and_calls_are_counted_where_a_call_ended() {
        let mut late = recv(1, 0, 7);
        late.took = 3 * BUCKET + 1;
        let close = call(1, 3 * BUCKET, Op::Close, 0);
        let trace = trace(DEFAULT_RETENTION, [send(1, 5, 10), send(1, 6, 20), close, late, send(2, 7, 99)]);
        let mut rates = EndpointRates::default();
        assert!(!rates.update(&trace, 100));
        let series = rates.series(EndpointId(1), Nanos(0), Nanos(10 * BUCKET), 100);
        let first = Counts { sent_bytes: 30, sends: 2, ..Counts::default() };
        let second = Counts { received_bytes: 7, receives: 1, others: 1, ..Counts::default() };
        assert_eq!(series, Series { width: BUCKET, buckets: vec![(0, first), (3, second)] });
        assert_eq!(series.at(Nanos(3 * BUCKET + 99)), (3, second));
        assert_eq!(series.at(Nanos(2 * BUCKET)), (2, Counts::default()));
        assert_eq!(rates.endpoints(), [EndpointId(1), EndpointId(2)]);
    }

    #[test]
    fn each_update_takes_no_more_than_it_may_and_goes_on_there() {
        let trace = trace(DEFAULT_RETENTION, (0..25).map(|n| send(1, n, 1)));
        let mut rates = EndpointRates::default();
        let mut seen = Vec::new();
        while rates.update(&trace, 10) {
            seen.push(rates.total(EndpointId(1)).sends);
            assert_eq!(rates.progress(&trace), (seen.len() as u64 * 10, 25));
        }
        assert_eq!(seen, [10, 20]);
        assert!(!rates.update(&trace, 10), "nothing is counted twice");
        assert_eq!(rates.total(EndpointId(1)), Counts { sent_bytes: 25, sends: 25, ..Counts::default() });
    }

    #[test]
    fn what_left_before_it_was_counted_is_missed_and_said() {
        let mut trace = trace(1, [send(1, 0, 1), send(1, 1, 1), send(1, 2, 1)]);
        let mut rates = EndpointRates::default();
        rates.update(&trace, 100);
        assert_eq!((rates.missed(), rates.total(EndpointId(1)).sends), (2, 1));
        trace.push(send(1, 3, 1));
        rates.update(&trace, 100);
        assert_eq!((rates.missed(), rates.total(EndpointId(1)).sends), (2, 2), "what is counted stays counted");
    }

    #[test]
    fn a_cleared_trace_begins_anew_without_anything_missed() {
        let mut trace = trace(DEFAULT_RETENTION, [send(1, 0, 1), send(1, 1, 1)]);
        let mut rates = EndpointRates::default();
        rates.update(&trace, 100);
        trace.clear();
        trace.push(recv(1, 2, 5));
        rates.update(&trace, 100);
        assert_eq!(rates.total(EndpointId(1)), Counts { received_bytes: 5, receives: 1, ..Counts::default() });
        assert_eq!(rates.missed(), 0);
    }

    #[test]
    fn long_ago_is_coarse_and_the_last_ten_minutes_stay_fine() {
        // An hour with a call each 100 ms.
        let hour = 36_000;
        let trace = trace(DEFAULT_RETENTION, (0..hour).map(|n| send(1, n * BUCKET, 3)));
        let mut rates = EndpointRates::default();
        rates.update(&trace, usize::MAX);
        let end = Nanos(hour * BUCKET);
        let lately = rates.series(EndpointId(1), Nanos(end.0 - 6_000 * BUCKET), end, 10_000);
        assert_eq!((lately.width, lately.buckets.len()), (BUCKET, 6_000));
        let all = rates.series(EndpointId(1), Nanos(0), end, 10_000);
        assert!(all.buckets.len() as u64 <= MAX_COARSE && all.width > BUCKET, "{}", all.width);
        assert_eq!(sum(&all), rates.total(EndpointId(1)));
        let few = rates.series(EndpointId(1), Nanos(0), end, 100);
        assert!(few.buckets.len() <= 102, "{}", few.buckets.len());
        assert_eq!(sum(&few).sent_bytes, 3 * hour);
    }

    #[test]
    fn more_endpoints_than_there_is_room_for_are_only_counted() {
        let many = MAX_ENDPOINTS as u32 + 5;
        let trace = trace(DEFAULT_RETENTION, (0..many).map(|endpoint| send(endpoint, 1, 1)));
        let mut rates = EndpointRates::default();
        rates.update(&trace, usize::MAX);
        assert_eq!((rates.endpoints().len(), rates.left_out()), (MAX_ENDPOINTS, 5));
    }

    #[test]
    fn a_call_at_the_end_of_time_is_counted_like_any_other() {
        let trace = trace(DEFAULT_RETENTION, [send(1, 5, 1), send(1, u64::MAX, 2), send(1, 6, 4)]);
        let mut rates = EndpointRates::default();
        rates.update(&trace, 100);
        assert_eq!(sum(&rates.series(EndpointId(1), Nanos(0), ALL, 400)).sent_bytes, 7);
    }

    proptest! {
        /// However the calls lie in time and however they are taken in, no byte is lost or counted twice.
        #[test]
        fn sums_match_the_totals_of_the_trace(
            calls in prop::collection::vec((0u32..4, 0u64..90_000, 0u64..5_000, any::<bool>()), 0..200),
            step in 1usize..50,
            most in 1u64..500,
        ) {
            let made = calls.iter().map(|(endpoint, tenths, len, sends)| {
                let at = tenths * BUCKET;
                if *sends { send(*endpoint, at, *len) } else { recv(*endpoint, at, *len) }
            });
            let trace = trace(DEFAULT_RETENTION, made);
            let mut rates = EndpointRates::default();
            while rates.update(&trace, step) {}
            for endpoint in rates.endpoints() {
                let totals = trace.endpoint_totals(endpoint);
                let all = sum(&rates.series(endpoint, Nanos(0), ALL, most));
                prop_assert_eq!(all, rates.total(endpoint));
                prop_assert_eq!((all.calls(), all.sent_bytes, all.received_bytes),
                    (totals.calls, totals.sent_bytes, totals.received_bytes));
                let fine = &rates.rates[&endpoint].fine.0;
                prop_assert!(fine.len() <= MAX_FINE);
                prop_assert!(fine.iter().zip(fine.iter().skip(1)).all(|(one, next)| one.0 < next.0));
            }
        }
    }
}
