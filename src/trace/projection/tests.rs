use std::time::SystemTime;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::lab::framing::{FrameValue, Framing};
use crate::lab::{EndpointId, TextEncoding};
use crate::trace::by_start::ByStart;
use crate::trace::byte_map::boundaries::Boundaries;
use crate::trace::conversation::Conversation;
use crate::trace::ending::EndingOf;
use crate::trace::filter::Matches;
use crate::trace::follow::Follow;
use crate::trace::messages::Messages;
use crate::trace::observed::Observed;
use crate::trace::rates::EndpointRates;
use crate::trace::store::Cleared;
use crate::trace::{ConnId, Nanos, Op, Outcome, SocketId, Way};

const SERVER: EndpointId = EndpointId(1);
const OTHER: EndpointId = EndpointId(2);

/// Keeps the numbers of what it has seen.
#[derive(Default)]
struct Log {
    seen: Vec<u64>,
    follower: Follower,
}

impl Projection for Log {
    fn follower(&mut self) -> &mut Follower {
        &mut self.follower
    }

    fn see(&mut self, call: &Call, _: Payload<'_>) {
        assert!(self.seen.last().is_none_or(|last| *last < call.seq), "each call once, in order");
        self.seen.push(call.seq);
    }

    fn evict(&mut self, trace: &Trace) {
        self.seen.retain(|seq| *seq >= trace.first_seq());
    }

    fn reset(&mut self) {
        self.seen.clear();
    }
}

/// The same where clearing does not interrupt it.
#[derive(Default)]
struct Lasting(Log);

impl Projection for Lasting {
    const OUTLIVES_CLEARING: bool = true;

    fn follower(&mut self) -> &mut Follower {
        &mut self.0.follower
    }

    fn see(&mut self, call: &Call, said: Payload<'_>) {
        self.0.see(call, said);
    }

    fn evict(&mut self, trace: &Trace) {
        self.0.evict(trace);
    }

    fn reset(&mut self) {
        self.0.reset();
    }
}

fn trace(limit: u64) -> Trace {
    Trace::new(SystemTime::UNIX_EPOCH, limit)
}

fn recv(n: u64) -> Call {
    let data = Bytes::from(format!("{n}\n"));
    Call {
        start: Nanos(n * 10),
        took: n % 7 * 9,
        endpoint: if n.is_multiple_of(3) { OTHER } else { SERVER },
        conn: ConnId::new(1),
        len: data.len() as u64,
        data,
        ..Call::sample(Op::Recv { max: 1024 }, Outcome::Ok(2))
    }
}

/// A connection that is accepted, moves bytes both ways and is closed now and then, with characters and messages cut.
fn talk(steps: &[u8]) -> Trace {
    let mut trace = trace(u64::MAX);
    let mut at = [0_u64; 2];
    for (n, step) in steps.iter().enumerate() {
        let data: &'static [u8] = match step % 4 {
            0 => "你".as_bytes(),
            1 => &[0xe4, 0xbd],
            2 => b"a\nb",
            _ => b"\n",
        };
        let (op, way) = match step % 16 {
            0 => (Op::Accept, None),
            1 => (Op::Close, None),
            2..=8 => (Op::Send { len: data.len() as u64 }, Some(0)),
            _ => (Op::Recv { max: 1024 }, Some(1)),
        };
        let moved = way.map(|way: usize| {
            at[way] += data.len() as u64;
            (at[way] - data.len() as u64, data)
        });
        trace.push(Call {
            start: Nanos(n as u64 * 100),
            took: u64::from(*step) * 5,
            endpoint: SERVER,
            conn: ConnId::new(1),
            offset: moved.map(|(offset, _)| offset),
            len: moved.map_or(0, |(_, data)| data.len() as u64),
            data: moved.map_or_else(Bytes::new, |(_, data)| Bytes::from_static(data)),
            ..Call::sample(op, Outcome::Ok(moved.map_or(5, |(_, data)| data.len() as u64)))
        });
    }
    trace
}

/// Everything that the projections show.
#[derive(Debug)]
struct Views {
    conversation: Conversation,
    messages: Messages,
    boundaries: Boundaries,
    follow: Follow,
    ending: EndingOf,
    observed: Observed,
    rates: EndpointRates,
    matches: Matches,
    by_start: ByStart,
    matching: ByStart,
}

impl Views {
    fn new() -> Self {
        let mut messages = Messages::new(SERVER);
        messages.set_framing(&Framing::line(), TextEncoding::UTF_8);
        Self {
            conversation: Conversation::new(SERVER, TextEncoding::UTF_8),
            messages,
            boundaries: Boundaries::new(SocketId(1), Way::In, &Framing::line(), TextEncoding::UTF_8),
            follow: Follow::new(SocketId(1), TextEncoding::UTF_8),
            ending: EndingOf::default(),
            observed: Observed::default(),
            rates: EndpointRates::default(),
            matches: Matches::default(),
            by_start: ByStart::default(),
            matching: ByStart::default(),
        }
    }

    fn update(&mut self, of: AsOf<'_>) {
        let wanted = |call: &Call, _: &[FrameValue]| call.len > 2;
        self.conversation.update(of);
        assert!(!self.conversation.is_behind() && !self.messages.update(of) && !self.boundaries.update(of));
        self.ending.update(of, SERVER, ConnId::new(1).unwrap());
        let calls = Source::of(of.trace.of_endpoint(SERVER));
        assert!(follow(&mut self.observed, of, calls, Budget::UNLIMITED, || true));
        assert!(!self.rates.update(of, usize::MAX));
        assert!(self.follow.update(of, || true) && self.matches.update(of, || true, wanted));
        assert!(self.by_start.update(of, None, || true));
        assert!(self.matching.update(of, Some(&self.matches), || true));
    }

    fn shown(&mut self, of: AsOf<'_>) -> String {
        let marks: Vec<_> = (0..100).map(|seq| self.messages.of(seq)).collect();
        let rows = self.follow.rows(of.trace, self.follow.range());
        let seqs = |by_start: &ByStart| by_start.places().map(|place| by_start.seq_at(place)).collect::<Vec<_>>();
        let ending = self.ending.update(of, SERVER, ConnId::new(1).unwrap()).cloned();
        let matches: Vec<_> = self.matches.from(0).collect();
        let series = self.rates.series(SERVER, Nanos(0), Nanos(u64::MAX), 100);
        let boundaries = self.boundaries.within(0, u64::MAX, usize::MAX);
        format!(
            "{:?}\n{marks:?}\n{boundaries:?}\n{rows:?}\n{ending:?}\n{series:?}\n{matches:?}\n{:?}\n{:?}\n{:?}\n{:?}",
            self.conversation.rows(),
            self.observed.conns,
            self.observed.conns_begun,
            seqs(&self.by_start),
            seqs(&self.matching)
        )
    }
}

proptest! {
    /// What every view shows as of call #n is what it showed when that call had just returned, however the end was
    /// moved before.
    #[test]
    fn as_of_a_call_each_view_shows_what_it_showed_then(
        steps in prop::collection::vec(any::<u8>(), 1..60),
        ends in prop::collection::vec(0..62_u64, 1..8),
    ) {
        let whole = talk(&steps);
        let mut views = Views::new();
        for end in ends {
            views.update(whole.as_of(end));
            let then = talk(&steps[..usize::try_from(end.saturating_sub(1)).unwrap().min(steps.len())]);
            let mut fresh = Views::new();
            fresh.update((&then).into());
            prop_assert_eq!(views.shown(whole.as_of(end)), fresh.shown((&then).into()));
        }
    }

    /// Whatever becomes of the trace between two updates, and however little each of them takes in.
    #[test]
    fn who_follows_has_seen_the_kept_calls_each_once(
        steps in prop::collection::vec((0..8_u8, 1..40_u64, 1..30_usize, any::<bool>()), 1..40),
    ) {
        let mut trace = trace(6_000);
        let (mut log, mut lasting, mut few) = (Log::default(), Lasting::default(), Log::default());
        let mut cleared: Option<Cleared> = None;
        let mut made = 0;
        for (step, count, calls, updates) in steps {
            match step {
                0 => cleared = Some(trace.clear()),
                1 => cleared = Some(trace.clear_before(trace.next_seq().saturating_sub(count))),
                2 => if let Some(cleared) = cleared.take() {
                    let _ = trace.restore(cleared);
                },
                3 => {
                    trace = self::trace(6_000);
                    cleared = None;
                }
                _ => for _ in 0..count {
                    made += 1;
                    trace.push(recv(made));
                },
            }
            if updates {
                follow(&mut few, &trace, Source::All, Budget::UNLIMITED.calls(calls), || true);
                let all = follow(&mut log, &trace, Source::All, Budget::UNLIMITED, || true);
                prop_assert!(all && follow(&mut lasting, &trace, Source::All, Budget::UNLIMITED, || true));
            }
        }
        while !follow(&mut few, &trace, Source::All, Budget::UNLIMITED.calls(3), || true) {}
        follow(&mut log, &trace, Source::All, Budget::UNLIMITED, || true);
        follow(&mut lasting, &trace, Source::All, Budget::UNLIMITED, || true);
        let kept: Vec<u64> = trace.from(0).map(|call| call.seq).collect();
        prop_assert_eq!(&log.seen, &kept);
        prop_assert_eq!(&few.seen, &kept);
        prop_assert_eq!(&lasting.0.seen, &kept);
    }
}

#[test]
fn two_lists_are_seen_in_one_order_and_a_list_alone() {
    let mut trace = trace(u64::MAX);
    for n in 1..=30 {
        trace.push(recv(n));
    }
    let (one, other) = (trace.of_endpoint(SERVER).unwrap(), trace.of_endpoint(OTHER).unwrap());
    let mut log = Log::default();
    while !follow(&mut log, &trace, Source::Merged(one, other), Budget::UNLIMITED.calls(7), || true) {}
    assert_eq!(log.seen, (1..=30).collect::<Vec<_>>());
    let mut log = Log::default();
    assert!(follow(&mut log, trace.as_of(20), Source::of(Some(other)), Budget::UNLIMITED.newest(3), || true));
    assert_eq!(log.seen, [12, 15, 18], "the newest three of those before call 20");
    let mut log = Log::default();
    assert!(follow(&mut log, &trace, Source::of(None), Budget::UNLIMITED, || true));
    assert_eq!(log.seen, [] as [u64; 0]);
}

#[test]
fn what_has_left_before_it_was_seen_is_counted_but_not_what_was_cleared() {
    let mut trace = trace(1);
    for n in 1..=5 {
        trace.push(recv(n));
    }
    let mut log = Log::default();
    follow(&mut log, &trace, Source::All, Budget::UNLIMITED, || true);
    assert_eq!((log.follower.missed(), log.seen.as_slice()), (4, [5].as_slice()));
    trace.clear();
    trace.push(recv(6));
    follow(&mut log, &trace, Source::All, Budget::UNLIMITED, || true);
    assert_eq!((log.follower.missed(), log.seen.as_slice()), (0, [6].as_slice()));
}

#[test]
fn the_clock_is_read_after_some_bytes_or_calls() {
    let mut trace = trace(u64::MAX);
    for n in 0..1_000 {
        trace.push(recv(n));
    }
    let large = Bytes::from(vec![b'x'; 40 * 1024]);
    for n in 0..3 {
        trace.push(Call { data: large.clone(), ..recv(n) });
    }
    let mut log = Log::default();
    assert!(!follow(&mut log, trace.as_of(1_000), Source::All, Budget::UNLIMITED, || false));
    assert!((100..=CALLS_PER_LOOK).contains(&log.seen.len()), "{}", log.seen.len());
    let mut log = Log::default();
    let mut looks = 0;
    follow(&mut log, trace.as_of(1_001), Source::All, Budget::UNLIMITED, || true);
    follow(&mut log, &trace, Source::All, Budget::UNLIMITED, || {
        looks += 1;
        true
    });
    assert_eq!(looks, 2, "between each two of the large ones");
}
