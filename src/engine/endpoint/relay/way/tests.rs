use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use proptest::prelude::*;

use super::super::catch::MAX_HELD_MESSAGES;
use super::*;
use crate::engine::link::channel::channel;
use crate::engine::link::clock::Clock;
use crate::engine::link::command::{Stops, Verdict};
use crate::engine::tap::{Gates, Judged, MAX_MESSAGES, Messages};
use crate::kinds::fault::{FaultKind, FaultSpec, Piece};
use crate::kinds::field::Values;
use crate::kinds::framing::{Framing, FramingKind};
use crate::lab::breakpoint::At;
use crate::lab::{EndpointKind, TextEncoding};
use crate::trace::filter::{Filter, Stop};
use crate::values::Portion;

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn lines() -> Framing {
    Framing::new(FramingKind::named("line").unwrap(), Values::default())
}

/// What holds messages, and the faults behind it, with a clock of their own.
struct Bench {
    catch: Catch,
    line: Line,
    now: Duration,
    came: u64,
    out: Vec<u8>,
    held: Vec<MessageId>,
    last: u64,
    /// How many more may be held.
    room: usize,
    removed: u64,
    added: u64,
}

/// What begins with an `h`, or is an empty datagram, is held.
fn judge(bytes: &[u8], (room, last, held): (&mut usize, &mut u64, &mut Vec<MessageId>)) -> Judged {
    if !(bytes.is_empty() || bytes.starts_with(b"h")) {
        return Judged::Free;
    }
    if *room == 0 {
        return Judged::Full;
    }
    *room -= 1;
    *last += 1;
    held.push(MessageId(*last));
    Judged::Held(MessageId(*last))
}

impl Bench {
    fn new(framing: &Framing, faults: &[Active]) -> Self {
        let context = fault::Context {
            seed: 7,
            conn: 1,
            client: None,
            way: Direction::Up,
            is_datagram: false,
            begun: Duration::ZERO,
        };
        Self {
            catch: Catch::of_stream(framing, TextEncoding::UTF_8),
            line: Line::new(context, faults),
            now: Duration::ZERO,
            came: 0,
            out: Vec::new(),
            held: Vec::new(),
            last: 0,
            room: usize::MAX,
            removed: 0,
            added: 0,
        }
    }

    fn push(&mut self, item: Item) {
        let Self { catch, held, last, room, .. } = self;
        catch.push(self.now, item, &mut |_, caught| judge(&caught.piece.bytes, (room, last, held)));
        self.go_on();
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let piece = Piece { bytes: Bytes::copy_from_slice(bytes), at: self.came };
        self.came += bytes.len() as u64;
        self.push(Item::Bytes(piece));
    }

    fn decide(&mut self, index: usize, verdict: Verdict) {
        let Some(id) = self.held.get(index).copied() else { return };
        if self.catch.decide(self.now, id, verdict).is_some() {
            self.held.remove(index);
        }
        self.go_on();
    }

    fn go_on(&mut self) {
        let Self { catch, held, last, room, .. } = self;
        catch.advance(self.now, &mut |_, caught| judge(&caught.piece.bytes, (room, last, held)));
        while let Some(item) = self.catch.pop() {
            self.line.push(self.now, item);
        }
        self.line.advance(self.now);
        while let Some(item) = self.line.pop() {
            if let Item::Bytes(piece) = item {
                self.out.extend_from_slice(&piece.bytes);
            }
        }
        for happened in self.catch.happened().into_iter().chain(self.line.happened()) {
            self.removed += happened.removed;
            self.added += happened.added;
        }
    }

    fn is_balanced(&self) -> bool {
        let accounted = self.out.len() as u64 + self.catch.bytes() + self.line.held() + self.removed;
        self.came + self.added == accounted
    }
}

#[test]
fn a_held_message_is_one_of_the_framing_and_nothing_overtakes_it() {
    let mut bench = Bench::new(&lines(), &[]);
    bench.bytes(b"a\nhel");
    assert_eq!(bench.out, b"a\n", "the beginning of a message waits for its end");
    bench.bytes(b"lo\nb\nhi\n");
    assert_eq!((&bench.out[..], bench.held.len()), (&b"a\n"[..], 2));
    bench.decide(1, Verdict::Drop);
    assert_eq!(bench.out, b"a\n");
    bench.decide(0, Verdict::Edited(Bytes::from_static(b"HELLO!\n")));
    assert_eq!((&bench.out[..], bench.removed, bench.added), (&b"a\nHELLO!\nb\n"[..], 9, 7));
    assert!(bench.is_balanced());
}

#[test]
fn a_message_whose_beginning_has_gone_on_is_not_held() {
    let mut bench = Bench::new(&lines(), &[]);
    // Nobody looked then.
    let piece = Piece { bytes: Bytes::from_static(b"he"), at: 0 };
    bench.catch.see(Duration::ZERO, &Item::Bytes(piece));
    bench.came = 2;
    bench.out.extend_from_slice(b"he");
    bench.bytes(b"ha");
    bench.bytes(b"\nhi\n");
    assert_eq!((&bench.out[..], bench.held.len()), (&b"heha\n"[..], 1));
}

#[test]
fn a_reset_takes_what_is_held_with_it_and_an_end_waits() {
    for (end, gone, left) in [(Item::Reset, 6, 0), (Item::End, 0, 6)] {
        let mut bench = Bench::new(&lines(), &[]);
        bench.bytes(b"hello\n");
        bench.push(end);
        assert_eq!((bench.removed, bench.catch.bytes()), (gone, left));
        assert!(bench.is_balanced());
    }
}

#[test]
fn the_rest_of_a_message_that_never_ended_is_a_message_at_the_end() {
    let mut bench = Bench::new(&lines(), &[]);
    bench.bytes(b"hel");
    bench.push(Item::End);
    assert_eq!(bench.held.len(), 1);
}

#[test]
fn no_more_messages_are_held_than_may_be_and_the_others_wait_uncut() {
    let mut bench = Bench::new(&lines(), &[]);
    let text: Vec<u8> = (0..3 * MAX_HELD_MESSAGES).flat_map(|number| format!("h{number}\n").into_bytes()).collect();
    bench.bytes(&text);
    bench.push(Item::End);
    assert_eq!((bench.held.len(), bench.catch.is_full()), (MAX_HELD_MESSAGES, true));
    assert!(bench.is_balanced());
    while !bench.held.is_empty() {
        assert!(bench.held.len() <= MAX_HELD_MESSAGES);
        bench.decide(0, Verdict::Pass);
    }
    assert_eq!(bench.out, text);
    assert_eq!(bench.last, 3 * MAX_HELD_MESSAGES as u64, "each was held");
}

#[test]
fn datagrams_without_bytes_are_not_held_without_end() {
    let mut bench = Bench::new(&Framing::default(), &[]);
    bench.catch = Catch::of_datagrams();
    for _ in 0..3 * MAX_HELD_MESSAGES {
        bench.bytes(b"");
    }
    assert_eq!((bench.held.len(), bench.catch.is_full()), (MAX_HELD_MESSAGES, true));
}

#[test]
fn a_message_for_which_there_is_no_room_waits_and_all_behind_it() {
    let mut bench = Bench::new(&lines(), &[]);
    bench.room = 1;
    bench.bytes(b"h1\nh2\na\n");
    bench.decide(0, Verdict::Drop);
    assert_eq!((&bench.out[..], bench.held.len()), (&b""[..], 0));
    bench.room = 1;
    bench.go_on();
    assert_eq!((&bench.out[..], bench.held.len()), (&b""[..], 1), "it is held now");
    bench.decide(0, Verdict::Pass);
    assert_eq!(bench.out, b"h2\na\n");
    assert!(bench.is_balanced());
}

#[test]
fn a_stream_whose_messages_have_ended_has_what_comes_at_once_for_messages() {
    let mut bench = Bench::new(&framing_of(r#"{ kind = "length-prefix", bytes = 8 }"#), &[]);
    // Nobody looked while its framing ended: a length that no message has is announced.
    bench.catch.see(Duration::ZERO, &Item::Bytes(Piece { bytes: Bytes::from_static(&[0xff; 8]), at: 0 }));
    (bench.came, bench.out) = (8, vec![0xff; 8]);
    bench.bytes(b"hello");
    assert_eq!(bench.held.len(), 1);
}

fn framing_of(text: &str) -> Framing {
    let lab =
        format!("[[endpoints]]\nname = \"a\"\nkind = \"tcp-client\"\nremote = \"127.0.0.1:1\"\nframing = {text}\n");
    crate::lab::file::parse(&lab, None).unwrap().endpoints[0].stream.framing.clone()
}

/// A direction whose messages the engine holds where `when` says so, and the wakes of its task.
struct Held {
    way: Way,
    messages: Messages,
    wakes: Arc<Wakes>,
}

#[derive(Default)]
struct Wakes(AtomicUsize);

impl std::task::Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Held {
    fn new(framing: &Framing) -> Self {
        let (events, _) = channel(1 << 30, Arc::new(|| {}));
        let tap = Tap::new(events, Clock::start(), 1 << 20, Gates::default(), EndpointId(1));
        let context = fault::Context {
            seed: 7,
            conn: 1,
            client: None,
            way: Direction::Up,
            is_datagram: false,
            begun: Duration::ZERO,
        };
        let mut spec = EndpointSpec::new("wire", EndpointKind::RELAY);
        spec.stream.framing = framing.clone();
        let messages = tap.messages().clone();
        Self { way: Way::new(context, &spec, &[], &tap), messages, wakes: Arc::default() }
    }

    fn stop(&self, way: Option<Direction>) {
        let filter = || Filter::parse("len > 0").unwrap().unwrap();
        let stops = way.map(|way| Stop { filter: filter(), at: At::of_messages(way) }).into_iter().collect();
        self.messages.set_stops(&Stops { stops, ..Stops::default() });
    }

    fn bytes(&mut self, bytes: &'static [u8]) {
        self.way.push(Duration::ZERO, Item::Bytes(Piece { bytes: Bytes::from_static(bytes), at: 0 }));
        self.advance();
    }

    fn advance(&mut self) {
        self.way.advance(Duration::ZERO, &Arc::clone(&self.wakes).into());
    }

    fn out(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        while let Some(Item::Bytes(piece)) = self.way.pop() {
            out.extend_from_slice(&piece.bytes);
        }
        out
    }
}

#[test]
fn the_beginning_of_a_message_goes_on_when_nobody_looks_any_more() {
    let mut held = Held::new(&lines());
    held.stop(Some(Direction::Up));
    held.bytes(b"hel");
    assert_eq!((held.out(), held.wakes.0.load(Ordering::Relaxed)), (Vec::new(), 0));
    held.stop(None);
    assert_eq!(held.wakes.0.load(Ordering::Relaxed), 1, "its task is woken");
    held.advance();
    assert_eq!(held.out(), b"hel");
}

#[test]
fn who_looks_at_one_way_does_not_hold_up_the_beginning_of_a_message_of_the_other() {
    let mut held = Held::new(&lines());
    held.stop(Some(Direction::Down));
    held.bytes(b"hel");
    assert_eq!(held.out(), b"hel");
}

#[test]
fn a_relay_asks_of_all_that_it_holds_at_once_and_is_woken_by_what_is_said() {
    let mut held = Held::new(&lines());
    held.stop(Some(Direction::Up));
    held.bytes(b"one\ntwo\n");
    held.messages.decide(MessageId(2), Verdict::Drop);
    held.messages.decide(MessageId(1), Verdict::Pass);
    assert!(held.wakes.0.load(Ordering::Relaxed) > 0);
    held.advance();
    assert_eq!(held.out(), b"one\n");
    assert!(held.way.is_empty());
}

#[test]
fn all_relays_together_hold_no_more_messages_than_may_be() {
    let mut first = Held::new(&lines());
    first.stop(Some(Direction::Up));
    let mut reader = first.messages.reader(Direction::Up);
    let message = |at: u64| HeldMessage { offset: at, ..some_message() };
    for at in 0..MAX_MESSAGES as u64 {
        assert!(matches!(reader.holds(message(at)), Judged::Held(_)));
    }
    first.bytes(b"hello\n");
    assert_eq!(first.out(), b"");
    assert!(!first.way.has_room());
    // As soon as there is room, its task is woken, and its message is held.
    drop(reader);
    assert_eq!(first.wakes.0.load(Ordering::Relaxed), 1);
    first.advance();
    first.messages.pass_all(EndpointId(1));
    first.advance();
    assert_eq!(first.out(), b"hello\n");
}

fn some_message() -> HeldMessage {
    let piece = Piece { bytes: Bytes::from_static(b"x"), at: 0 };
    let from = Source { endpoint: EndpointId(2), conn: None, ends: Arc::new(Ends { local: None, peer: None }) };
    from.message(Direction::Up, Duration::ZERO, &Caught { piece, payload: 0..1 })
}

#[derive(Clone, Debug)]
enum Happens {
    Bytes(Vec<u8>),
    Decide(usize, Verdict),
    Passes(u64),
    StopLooking,
    Discard,
    Room(usize),
}

fn happens() -> impl Strategy<Value = Happens> {
    let text = prop::collection::vec(prop::sample::select(b"hx\n".to_vec()), 0..12);
    let verdict = prop_oneof![
        Just(Verdict::Pass),
        Just(Verdict::Drop),
        text.clone().prop_map(|bytes| Verdict::Edited(bytes.into())),
        text.clone().prop_map(|bytes| Verdict::Also(bytes.into())),
    ];
    prop_oneof![
        4 => text.prop_map(Happens::Bytes),
        3 => (0usize..4, verdict).prop_map(|(index, verdict)| Happens::Decide(index, verdict)),
        2 => (0u64..300).prop_map(Happens::Passes),
        1 => Just(Happens::StopLooking),
        1 => Just(Happens::Discard),
        1 => (0usize..3).prop_map(Happens::Room),
    ]
}

proptest! {
    #[test]
    fn bytes_in_are_bytes_out_and_held_by_user_or_fault_and_in_the_ledger(
        framed in any::<bool>(),
        kinds in prop::collection::vec(prop::sample::select(FaultKind::ALL.to_vec()), 0..3),
        happening in prop::collection::vec(happens(), 0..40),
    ) {
        let fault = |(id, kind): (usize, &&'static FaultKind)| {
            let probability = Some(Portion::millionths(500_000));
            Active { id: id as u32, since: Duration::ZERO, spec: FaultSpec { probability, ..FaultSpec::new(kind) } }
        };
        let faults: Vec<Active> = kinds.iter().enumerate().map(fault).collect();
        let mut bench = Bench::new(&if framed { lines() } else { Framing::default() }, &faults);
        for happens in happening {
            match happens {
                Happens::Bytes(bytes) if bytes.is_empty() => {}
                Happens::Bytes(bytes) => bench.bytes(&bytes),
                Happens::Decide(index, verdict) => bench.decide(index, verdict),
                Happens::Passes(time) => {
                    bench.now += ms(time);
                    bench.go_on();
                }
                Happens::Room(room) => {
                    bench.room = room;
                    bench.go_on();
                }
                Happens::StopLooking => {
                    bench.catch.stop_looking();
                    bench.go_on();
                }
                Happens::Discard => {
                    bench.catch.discard(bench.now);
                    bench.held.clear();
                    bench.line.discard(bench.now);
                    bench.go_on();
                }
            }
            prop_assert!(bench.is_balanced(), "{bench:?}", bench = (bench.came, bench.out.len(), bench.catch.bytes(), bench.line.held(), bench.removed, bench.added));
        }
    }
}
