use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::engine::link::command::Verdict;
use crate::kinds::fault::{FaultKind, FaultSpec, Piece};
use crate::kinds::field::Values;
use crate::kinds::framing::{Framing, FramingKind};
use crate::lab::TextEncoding;
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
    removed: u64,
    added: u64,
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
            removed: 0,
            added: 0,
        }
    }

    /// What begins with an `h` is held.
    fn push(&mut self, item: Item) {
        let Self { catch, held, last, .. } = self;
        catch.push(self.now, item, &mut |caught| {
            caught.piece.bytes.starts_with(b"h").then(|| {
                *last += 1;
                held.push(MessageId(*last));
                MessageId(*last)
            })
        });
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
        let accounted = self.out.len() as u64 + self.catch.held() + self.line.held() + self.removed;
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
        assert_eq!((bench.removed, bench.catch.held()), (gone, left));
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

#[derive(Clone, Debug)]
enum Happens {
    Bytes(Vec<u8>),
    Decide(usize, Verdict),
    Passes(u64),
    StopLooking,
    Discard,
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
            prop_assert!(bench.is_balanced(), "{bench:?}", bench = (bench.came, bench.out.len(), bench.catch.held(), bench.line.held(), bench.removed, bench.added));
        }
    }
}
