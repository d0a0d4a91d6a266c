//! Faults under virtual time.

use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::values::{Portion, Rate, Span};

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn kind(name: &str) -> &'static FaultKind {
    FaultKind::named(name).unwrap()
}

fn spec(name: &str) -> FaultSpec {
    FaultSpec::new(kind(name))
}

fn delayed(name: &str, delay: Duration) -> FaultSpec {
    FaultSpec { given: Options { delay: Some(delay), ..Options::NONE }, ..spec(name) }
}

fn after(name: &str, mark: Mark) -> FaultSpec {
    FaultSpec { given: Options { after: Some(mark), ..Options::NONE }, ..spec(name) }
}

fn sized(name: &str, size: Span) -> FaultSpec {
    FaultSpec { given: Options { size: Some(size), ..Options::NONE }, ..spec(name) }
}

fn active(faults: &[FaultSpec]) -> Vec<Active> {
    let number = |(id, spec): (usize, &FaultSpec)| Active { id: id as u32, since: Duration::ZERO, spec: spec.clone() };
    faults.iter().enumerate().map(number).collect()
}

fn context(is_datagram: bool) -> Context {
    let client = "127.0.0.1".parse().ok();
    Context { seed: 7, conn: 1, client, way: Direction::Down, is_datagram, begun: Duration::ZERO }
}

/// A line with a clock of its own.
struct Bench {
    line: Line,
    now: Duration,
    at: u64,
    is_datagram: bool,
    /// When what came out.
    out: Vec<(Duration, Item)>,
    ledger: Vec<Happened>,
}

impl Bench {
    fn new(is_datagram: bool, faults: &[FaultSpec]) -> Self {
        Self::of(context(is_datagram), faults)
    }

    fn of(context: Context, faults: &[FaultSpec]) -> Self {
        let is_datagram = context.is_datagram;
        let line = Line::new(context, &active(faults));
        Self { line, now: Duration::ZERO, at: 0, is_datagram, out: Vec::new(), ledger: Vec::new() }
    }

    fn take(&mut self) {
        while let Some(item) = self.line.pop() {
            self.out.push((self.now, item));
        }
        self.ledger.extend(self.line.happened());
    }

    fn push(&mut self, bytes: &[u8]) -> &mut Self {
        let piece = Piece { bytes: Bytes::copy_from_slice(bytes), at: self.at };
        self.at += if self.is_datagram { 1 } else { bytes.len() as u64 };
        self.line.push(self.now, Item::Bytes(piece));
        self.take();
        self
    }

    fn end(&mut self) -> &mut Self {
        self.line.push(self.now, Item::End);
        self.take();
        self
    }

    /// Goes from one due time to the next.
    fn until(&mut self, until: Duration) -> &mut Self {
        while let Some(due) = self.line.due(self.now).filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.line.advance(self.now);
            self.take();
        }
        self.now = until;
        self.line.advance(until);
        self.take();
        self
    }

    /// When each piece came out, in milliseconds.
    fn pieces(&self) -> Vec<(u64, Vec<u8>)> {
        let piece = |(at, item): &(Duration, Item)| match item {
            Item::Bytes(piece) => Some((at.as_millis() as u64, piece.bytes.to_vec())),
            Item::End | Item::Reset => None,
        };
        self.out.iter().filter_map(piece).collect()
    }

    fn bytes(&self) -> Vec<u8> {
        self.pieces().into_iter().flat_map(|(_, bytes)| bytes).collect()
    }

    fn end_of(&self) -> Option<(u64, Item)> {
        let end = self.out.iter().find(|(_, item)| !matches!(item, Item::Bytes(_)));
        end.map(|(at, item)| (at.as_millis() as u64, item.clone()))
    }

    fn balance(&self) -> (i128, i128) {
        let removed: u64 = self.ledger.iter().map(|row| row.removed).sum();
        let added: u64 = self.ledger.iter().map(|row| row.added).sum();
        let out = self.bytes().len() as i128;
        let accounted = out + i128::from(self.line.held()) + i128::from(removed) - i128::from(added);
        (i128::from(self.line.taken()), accounted)
    }
}

#[test]
fn there_are_enough_faults_each_with_a_name_of_its_own() {
    assert!(FaultKind::ALL.len() >= 18);
    for (index, kind) in FaultKind::ALL.iter().enumerate() {
        assert!(FaultKind::ALL.iter().skip(index + 1).all(|other| other.name != kind.name), "{}", kind.name);
        assert!(kind.is_for(true) || kind.is_for(false));
    }
    for preset in preset::Preset::ALL {
        assert!(!preset.faults(true).is_empty() && !preset.faults(false).is_empty(), "{}", preset.name);
    }
}

#[test]
fn without_faults_everything_goes_on_at_once() {
    let mut bench = Bench::new(false, &[]);
    bench.push(b"hello").push(b"you").end();
    assert_eq!(bench.pieces(), [(0, b"hello".to_vec()), (0, b"you".to_vec())]);
    assert_eq!(bench.end_of(), Some((0, Item::End)));
}

#[test]
fn latency_delays_bytes_and_the_end_and_keeps_their_order() {
    let mut jittery = delayed("latency", ms(200));
    jittery.given.jitter = Some(ms(150));
    let mut bench = Bench::new(false, &[jittery]);
    for number in 0..50 {
        bench.push(&[number]).until(ms(10 * (u64::from(number) + 1)));
    }
    bench.end().until(ms(5_000));
    assert_eq!(bench.bytes(), (0..50).collect::<Vec<u8>>());
    let times: Vec<u64> = bench.pieces().iter().map(|(at, _)| *at).collect();
    assert!(times[0] >= 50 && times.is_sorted() && *times.last().unwrap() <= 490 + 350, "{times:?}");
    assert!(bench.end_of().unwrap().0 >= *times.last().unwrap());
    assert_eq!(bench.ledger.iter().filter(|row| row.bytes == 1).count(), 50);
}

#[test]
fn a_rate_lets_that_many_bytes_through_in_a_second() {
    let mut limited = spec("rate");
    limited.given.rate = Rate::new(1_000);
    let mut bench = Bench::new(false, &[limited]);
    bench.push(&[1; 1_500]).push(&[2; 500]).until(ms(1_000));
    assert_eq!(bench.bytes().len(), 1_000);
    bench.until(ms(2_000));
    assert_eq!(bench.bytes(), [vec![1; 1_500], vec![2; 500]].concat());
}

#[test]
fn a_slow_queue_of_datagrams_drops_what_does_not_fit() {
    let mut bench = Bench::new(true, &[spec("rate")]);
    for _ in 0..10 {
        bench.push(&[0; 60_000]);
    }
    bench.until(Duration::from_secs(60));
    assert_eq!(bench.pieces().len(), 4);
    assert_eq!(bench.ledger.iter().map(|row| row.removed).sum::<u64>(), 360_000);
}

#[test]
fn a_slicer_cuts_into_pieces_with_gaps() {
    let mut sliced = sized("slicer", Span::exactly(2));
    sliced.given.delay = Some(ms(10));
    let mut bench = Bench::new(false, &[sliced]);
    bench.push(b"hello").end().until(ms(100));
    assert_eq!(bench.pieces(), [(0, b"he".to_vec()), (10, b"ll".to_vec()), (20, b"o".to_vec())]);
    assert_eq!(bench.end_of(), Some((20, Item::End)));
}

#[test]
fn glue_collects_until_there_is_enough_or_the_time_is_up() {
    let mut glued = sized("glue", Span::exactly(4));
    glued.given.delay = Some(ms(50));
    let mut bench = Bench::new(false, &[glued]);
    bench.push(b"a").push(b"b").push(b"cd").push(b"e").until(ms(40)).push(b"f").until(ms(200)).push(b"g").end();
    assert_eq!(bench.pieces(), [(0, b"abcd".to_vec()), (50, b"ef".to_vec()), (200, b"g".to_vec())]);
}

#[test]
fn a_stall_holds_back_from_its_place_for_its_time() {
    let mut stalled = after("stall", Mark::Bytes(3));
    stalled.given.delay = Some(ms(500));
    let mut bench = Bench::new(false, &[stalled]);
    bench.push(b"hello").push(b"you").until(ms(499));
    assert_eq!(bench.pieces(), [(0, b"hel".to_vec())]);
    assert_eq!(bench.line.held(), 5);
    bench.until(ms(500)).push(b"!");
    assert_eq!(bench.bytes(), b"helloyou!");
}

#[test]
fn a_stall_without_a_time_lasts_until_it_is_switched_off() {
    let mut bench = Bench::new(false, &[spec("stall")]);
    bench.push(b"hello").end().until(Duration::from_secs(3_600));
    assert_eq!((bench.bytes(), bench.line.due(bench.now)), (vec![], None));
    let now = bench.now;
    bench.line.set_faults(now, &[]);
    bench.take();
    assert_eq!((bench.bytes(), bench.end_of().map(|(_, item)| item)), (b"hello".to_vec(), Some(Item::End)));
}

#[test]
fn a_lost_segment_holds_up_all_that_comes_behind_it() {
    let mut lost = spec("loss-stall");
    lost.nth = vec![2];
    let mut bench = Bench::new(false, &[lost]);
    bench.push(b"a").push(b"b").push(b"c").until(ms(1_000));
    assert_eq!(bench.pieces(), [(0, b"a".to_vec()), (200, b"b".to_vec()), (200, b"c".to_vec())]);
    assert_eq!(bench.ledger.len(), 1);
}

#[test]
fn a_cut_ends_after_exactly_so_many_bytes_and_accounts_for_the_rest() {
    let mut bench = Bench::new(false, &[after("cut", Mark::Bytes(4))]);
    bench.push(b"hel").push(b"lo").push(b"you");
    assert_eq!(bench.bytes(), b"hell");
    assert_eq!(bench.end_of(), Some((0, Item::End)));
    assert_eq!(bench.ledger.iter().map(|row| row.removed).sum::<u64>(), 4);
}

#[test]
fn a_cut_at_the_end_of_a_piece_waits_for_no_further_byte() {
    let mut bench = Bench::new(false, &[after("cut", Mark::Bytes(5))]);
    bench.push(b"hello").until(ms(0));
    assert_eq!((bench.bytes(), bench.end_of()), (b"hello".to_vec(), Some((0, Item::End))));
}

#[test]
fn a_reset_comes_by_time_by_bytes_by_number_or_at_once() {
    let mut numbered = spec("reset");
    numbered.nth = vec![3];
    for (fault, at, before) in [
        (after("reset", Mark::Time(ms(70))), 70, 7),
        (after("reset", Mark::Bytes(5)), 40, 5),
        (after("reset", Mark::Calls(2)), 10, 2),
        (numbered, 20, 2),
        (spec("reset"), 0, 0),
    ] {
        let mut bench = Bench::new(false, std::slice::from_ref(&fault));
        bench.until(ms(0));
        for number in 0..10 {
            bench.push(b"x").until(ms(10 * (number + 1)));
        }
        assert_eq!((bench.end_of(), bench.bytes().len()), (Some((at, Item::Reset)), before), "{fault:?}");
    }
}

#[test]
fn of_a_half_open_direction_nothing_arrives_not_even_its_end() {
    let mut bench = Bench::new(false, &[spec("half-open")]);
    bench.push(b"hello").end().until(Duration::from_secs(60));
    assert_eq!(bench.out, []);
    assert_eq!(bench.ledger.iter().map(|row| row.removed).sum::<u64>(), 5);
}

#[test]
fn an_outage_ends_and_what_comes_then_goes_on() {
    let mut outage = spec("half-open");
    (outage.from, outage.until) = (Some(Mark::Time(ms(100))), Some(Mark::Time(ms(200))));
    let mut bench = Bench::new(false, &[outage]);
    bench.push(b"a").until(ms(150)).push(b"b").until(ms(250)).push(b"c");
    assert_eq!(bench.bytes(), b"ac");
}

#[test]
fn an_end_is_passed_on_late_and_bytes_are_not() {
    let mut bench = Bench::new(false, &[delayed("close-late", ms(300))]);
    bench.push(b"a").end().until(ms(1_000));
    assert_eq!((bench.pieces(), bench.end_of()), (vec![(0, b"a".to_vec())], Some((300, Item::End))));
}

#[test]
fn corruption_turns_one_bit_and_never_the_length() {
    let mut bench = Bench::new(false, &[after("corrupt", Mark::Bytes(6))]);
    bench.push(&[0; 5]).push(&[0; 5]);
    let changed: Vec<usize> = bench.bytes().iter().enumerate().filter(|(_, byte)| **byte != 0).map(|it| it.0).collect();
    assert_eq!(changed, [6]);
    assert_eq!(bench.bytes()[6].count_ones(), 1);
    assert_eq!(bench.ledger[0].offset, 6);
}

#[test]
fn bytes_are_deleted_and_inserted_where_they_are_asked_for() {
    let mut deleted = after("delete", Mark::Bytes(1));
    deleted.given.size = Some(Span::exactly(3));
    let mut bench = Bench::new(false, &[deleted]);
    bench.push(b"hello").push(b"you");
    assert_eq!(bench.bytes(), b"hoyou");
    let mut inserted = after("insert", Mark::Bytes(1));
    inserted.given.size = Some(Span::exactly(2));
    let mut bench = Bench::new(false, &[inserted]);
    bench.push(b"hi");
    assert_eq!((bench.bytes()[0], bench.bytes()[3], bench.bytes().len()), (b'h', b'i', 4));
}

#[test]
fn datagrams_are_dropped_doubled_cut_and_overtaken() {
    let third = |name: &str| FaultSpec { nth: vec![3], ..spec(name) };
    let five = |fault: FaultSpec| {
        let mut bench = Bench::new(true, &[fault]);
        for number in 1..=5 {
            bench.push(&[number; 20]);
        }
        bench.until(ms(500));
        bench.pieces().into_iter().map(|(_, bytes)| (bytes[0], bytes.len())).collect::<Vec<_>>()
    };
    assert_eq!(five(third("drop")), [(1, 20), (2, 20), (4, 20), (5, 20)]);
    assert_eq!(five(third("duplicate")), [(1, 20), (2, 20), (3, 20), (3, 20), (4, 20), (5, 20)]);
    assert_eq!(five(third("truncate")), [(1, 20), (2, 20), (3, 16), (4, 20), (5, 20)]);
    assert_eq!(five(third("reorder")), [(1, 20), (2, 20), (4, 20), (3, 20), (5, 20)]);
}

#[test]
fn one_that_nobody_overtakes_goes_on_when_its_time_is_up() {
    let mut bench = Bench::new(true, &[spec("reorder")]);
    bench.push(b"a").until(ms(99));
    assert_eq!(bench.pieces(), []);
    bench.until(ms(100));
    assert_eq!(bench.pieces(), [(100, b"a".to_vec())]);
}

#[test]
fn bursts_lose_several_in_a_row() {
    let mut burst = sized("drop-burst", Span::exactly(5));
    burst.probability = Some(Portion::of(0.05));
    let mut bench = Bench::new(true, &[burst]);
    let lost: Vec<bool> = (0..2_000u32)
        .map(|number| {
            let before = bench.out.len();
            bench.push(&number.to_be_bytes());
            bench.out.len() == before
        })
        .collect();
    let all = lost.iter().filter(|lost| **lost).count();
    let runs = lost.windows(2).filter(|pair| pair[1] && !pair[0]).count();
    assert!((200..800).contains(&all), "{all} lost");
    assert!(all > runs * 3, "{all} lost in {runs} runs");
}

#[test]
fn only_the_chosen_connections_are_harmed() {
    let harmed = |fault: &FaultSpec, conn: u32, client: &str| {
        let context = Context { conn, client: client.parse().ok(), ..context(false) };
        let mut bench = Bench::of(context, std::slice::from_ref(fault));
        bench.push(b"x");
        bench.bytes().is_empty()
    };
    let first = FaultSpec { first: Some(2), ..spec("half-open") };
    assert_eq!([1, 2, 3].map(|conn| harmed(&first, conn, "127.0.0.1")), [true, true, false]);
    let from = FaultSpec { client: "127.0.0.2".parse().ok(), ..spec("half-open") };
    assert_eq!(["127.0.0.2", "127.0.0.1", "::ffff:127.0.0.2"].map(|ip| harmed(&from, 1, ip)), [true, false, true]);
    let half = FaultSpec { share: Some(Portion::of(0.5)), ..spec("half-open") };
    let count = (1..=1_000).filter(|conn| harmed(&half, *conn, "::1")).count();
    assert!((430..570).contains(&count), "{count}");
    let up = FaultSpec { direction: Direction::Up, ..spec("half-open") };
    assert!(!harmed(&up, 1, "::1"));
}

#[test]
fn the_gate_refuses_admits_late_and_closes() {
    let faults = [FaultSpec { nth: vec![2], ..spec("refuse") }, delayed("accept-late", ms(300))];
    let mut gate = Gate::new(7, &active(&faults));
    assert_eq!(gate.closed_by(ms(0)), None);
    assert_eq!(gate.late(ms(0), 1).0, ms(300));
    let refused: Vec<bool> = (1..=3).map(|conn| !gate.refuses(ms(0), conn, None).is_empty()).collect();
    assert_eq!(refused, [false, true, false]);

    let mut down = spec("down");
    (down.from, down.until) = (Some(Mark::Time(ms(100))), Some(Mark::Time(ms(200))));
    let gate = Gate::new(7, &active(&[down]));
    let closed = |at| (gate.closed_by(at).is_some(), gate.down_by(at).is_some());
    assert_eq!([50, 150, 250].map(|at| closed(ms(at))), [(false, false), (true, true), (false, false)]);
    assert_eq!([50, 150, 250].map(|at| gate.due(ms(at))), [Some(ms(100)), Some(ms(200)), None]);
    // Everybody is refused: by the system itself.
    let gate = Gate::new(7, &active(&[spec("refuse")]));
    assert_eq!((gate.closed_by(ms(0)).is_some(), gate.down_by(ms(0))), (true, None));
}

#[test]
fn a_fault_that_stays_goes_on_where_it_is_when_others_change() {
    let (late, cut) = (delayed("latency", ms(100)), after("cut", Mark::Bytes(5)));
    let mut bench = Bench::new(false, &[late, cut]);
    bench.push(b"abc").until(ms(50));
    let mut now_active = active(&[spec("half-open"), after("cut", Mark::Bytes(5))]);
    now_active.remove(0);
    bench.line.set_faults(ms(50), &now_active);
    bench.take();
    // What the latency has held goes through the cut, which has counted nothing so far.
    assert_eq!(bench.pieces(), [(50, b"abc".to_vec())]);
    bench.push(b"defg");
    assert_eq!(bench.bytes(), b"abcde");
}

#[test]
fn huge_delays_and_sizes_harm_nobody() {
    let mut faults = vec![delayed("latency", crate::values::duration::MAX), sized("glue", Span::exactly(16 << 20))];
    faults[0].given.jitter = Some(crate::values::duration::MAX);
    faults[0].given.normal = Some(true);
    faults.push(after("cut", Mark::Bytes(u64::MAX)));
    faults.push(FaultSpec { nth: vec![u64::MAX], ..spec("reset") });
    let mut bench = Bench::new(false, &faults);
    bench.push(b"hello").until(crate::values::duration::MAX * 5);
    assert_eq!(bench.bytes(), b"hello");
}

#[test]
fn faults_that_put_in_more_and_more_do_not_fill_the_memory() {
    let most = 16 << 20;
    let mut faults = vec![sized("slicer", Span::exactly(1))];
    faults[0].given.delay = Some(Duration::ZERO);
    faults.extend((0..3).map(|_| sized("insert", Span::exactly(most))));
    let mut bench = Bench::new(false, &faults);
    bench.push(&[0; 100]);
    let out = bench.bytes().len() + bench.line.held() as usize;
    assert!(out > 100 && out <= 100 + most as usize, "{out}");
    let (taken, accounted) = bench.balance();
    assert_eq!(taken, accounted);

    let copies: Vec<_> = (0..50).map(|_| sized("duplicate", Span::exactly(most))).collect();
    let mut bench = Bench::new(true, &copies);
    bench.push(b"hello").push(b"");
    assert!((100..=200_000).contains(&bench.out.len()), "{}", bench.out.len());
    let (taken, accounted) = bench.balance();
    assert_eq!(taken, accounted);
}

#[test]
fn megabytes_at_once_are_not_cut_into_as_many_pieces() {
    let mut bench = Bench::new(false, &[sized("slicer", Span::exactly(1))]);
    bench.push(&vec![7; 8 << 20]).until(crate::values::duration::MAX);
    assert!((60_000..=70_000).contains(&bench.out.len()), "{}", bench.out.len());
}

fn any_mark() -> impl Strategy<Value = Mark> {
    prop_oneof![
        (0u64..400).prop_map(|at| Mark::Time(ms(at))),
        (0u64..600).prop_map(Mark::Bytes),
        (0u64..20).prop_map(Mark::Calls)
    ]
}

/// Any fault with any options that its kind has.
pub(crate) fn any_fault(datagrams: bool) -> impl Strategy<Value = FaultSpec> {
    let kinds: Vec<_> = FaultKind::ALL.iter().copied().filter(|kind| kind.is_for(datagrams)).collect();
    let time = || prop::option::of((0u64..300).prop_map(ms));
    let span = prop::option::of((1u32..40, 0u32..40).prop_map(|(least, more)| Span::new(least, least + more)));
    let given =
        (time(), time(), any::<Option<bool>>(), prop::option::of(1u64..1_000_000), span, prop::option::of(any_mark()));
    let portion = || prop::option::of((0u32..=1_000_000).prop_map(Portion::millionths));
    let nth = prop::collection::vec(1u64..12, 0..3);
    let choice = (portion(), nth, portion(), prop::option::of(1u32..3), any::<bool>());
    let times = (prop::option::of(any_mark()), prop::option::of(any_mark()), 0usize..3);
    (prop::sample::select(kinds), given, choice, times).prop_map(|(kind, given, choice, times)| {
        let (delay, jitter, normal, rate, size, after) = given;
        let has = |knob| kind.knobs.contains(&knob);
        let given = Options {
            delay: delay.filter(|_| has(Knob::Delay)),
            jitter: jitter.filter(|_| has(Knob::Jitter)),
            normal: normal.filter(|_| has(Knob::Spread)),
            rate: rate.filter(|_| has(Knob::Rate)).and_then(Rate::new),
            size: size.filter(|_| has(Knob::Size)),
            after: after.filter(|_| has(Knob::After)),
        };
        let (probability, nth, share, first, named) = choice;
        let (from, until, direction) = times;
        let direction = if kind.has_direction() { Direction::ALL[direction] } else { Direction::Both };
        let name = named.then(|| "a fault".to_owned());
        let client = named.then(|| "127.0.0.1".parse().unwrap());
        FaultSpec { kind, name, on: true, direction, given, probability, nth, share, client, first, from, until }
    })
}

/// What comes and when, and when the faults change.
#[derive(Clone, Debug)]
enum Event {
    Bytes(Vec<u8>),
    Wait(u64),
    End,
    Without(usize),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        6 => prop::collection::vec(any::<u8>(), 1..200).prop_map(Event::Bytes),
        4 => (0u64..200).prop_map(Event::Wait),
        1 => Just(Event::End),
        1 => (0usize..4).prop_map(Event::Without)
    ];
    prop::collection::vec(event, 0..40)
}

fn run(is_datagram: bool, faults: &[FaultSpec], events: &[Event]) -> Bench {
    let mut bench = Bench::new(is_datagram, faults);
    let mut there = active(faults);
    let mut ended = false;
    for event in events {
        match event {
            Event::Bytes(_) | Event::End if ended => {}
            Event::Bytes(bytes) => drop(bench.push(bytes)),
            Event::Wait(time) => {
                let until = bench.now + ms(*time);
                bench.until(until);
            }
            Event::End if is_datagram => {}
            Event::End => {
                ended = true;
                bench.end();
            }
            Event::Without(index) => {
                if *index < there.len() {
                    there.remove(*index);
                }
                bench.line.set_faults(bench.now, &there);
                bench.take();
            }
        }
    }
    bench
}

proptest! {
    #[test]
    fn bytes_in_are_bytes_out_and_held_and_in_the_ledger(
        is_datagram: bool, streams in prop::collection::vec(any_fault(false), 0..5),
        datagrams in prop::collection::vec(any_fault(true), 0..5), events in events(),
    ) {
        let mut bench = run(is_datagram, if is_datagram { &datagrams } else { &streams }, &events);
        let (taken, accounted) = bench.balance();
        prop_assert_eq!(taken, accounted);
        // Also at its end, with what is then given up.
        bench.line.discard(bench.now);
        bench.take();
        let (taken, accounted) = bench.balance();
        prop_assert_eq!((taken, bench.line.held()), (accounted, 0));
    }

    #[test]
    fn the_same_seed_and_the_same_bytes_give_the_same_faults(
        is_datagram: bool, streams in prop::collection::vec(any_fault(false), 0..5),
        datagrams in prop::collection::vec(any_fault(true), 0..5), events in events(),
    ) {
        let faults = if is_datagram { &datagrams } else { &streams };
        let (one, other) = (run(is_datagram, faults, &events), run(is_datagram, faults, &events));
        prop_assert_eq!(one.out, other.out);
        prop_assert_eq!(one.ledger, other.ledger);
    }

    #[test]
    fn what_only_takes_time_changes_no_byte_and_no_order(
        names in prop::collection::vec(prop::sample::select(vec!["latency", "rate", "slicer", "glue", "loss-stall", "close-late"]), 0..5),
        pieces in prop::collection::vec((prop::collection::vec(any::<u8>(), 1..300), 0u64..50), 1..20),
    ) {
        let faults: Vec<_> = names.into_iter().map(spec).collect();
        let mut bench = Bench::new(false, &faults);
        for (bytes, wait) in &pieces {
            let until = bench.now + ms(*wait);
            bench.push(bytes).until(until);
        }
        bench.end().until(Duration::from_secs(3_600));
        prop_assert_eq!(bench.bytes(), pieces.into_iter().flat_map(|(bytes, _)| bytes).collect::<Vec<_>>());
        prop_assert!(matches!(bench.out.last(), Some((_, Item::End))));
    }

    #[test]
    fn any_fault_is_read_back_as_it_was_written(faults in prop::collection::vec(any_fault(false), 0..4)) {
        let lines: Vec<String> = faults.iter().map(|fault| crate::values::toml_text::inline(&toml::write(fault))).collect();
        let text = format!("faults = [{}]", lines.join(", "));
        let document = ::toml::de::DeTable::parse(&text).unwrap();
        let field = crate::values::tree::Field::root(document.get_ref()).any_table().unwrap().get("faults").unwrap();
        prop_assert_eq!(toml::read(&field, false).unwrap(), faults);
    }
}
