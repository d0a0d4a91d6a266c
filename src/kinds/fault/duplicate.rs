//! `duplicate`: a datagram arrives more than once.

use super::{Acts, FaultKind, Hand, Harms, Item, Knob, Options, Stage};
use crate::values::Span;

pub static DUPLICATE: FaultKind = FaultKind {
    name: "duplicate",
    harms: Harms::Datagrams,
    knobs: &[Knob::Size],
    usual: Options { size: Some(Span::exactly(1)), ..Options::NONE },
    acts: Acts::Flow(|spec, _| Box::new(Duplicate { copies: spec.size() })),
    ..FaultKind::PLAIN
};

/// The most copies of one datagram.
const MAX_COPIES: u32 = 100;
/// What a datagram counts at least, in bytes.
const LEAST: u64 = 256;

#[derive(Debug)]
struct Duplicate {
    copies: Span,
}

impl Stage for Duplicate {
    fn take(&mut self, item: Item, hit: bool, hand: &mut Hand<'_>) {
        let piece = match item {
            Item::Bytes(piece) if hit => piece,
            other => return hand.pass(other),
        };
        let bytes = piece.bytes.len() as u64;
        // One without bytes takes memory too.
        let cost = bytes.max(LEAST);
        let copies = u64::from(hand.dice.span(self.copies).min(MAX_COPIES));
        let copies = hand.may_add(copies * cost) / cost;
        hand.note(piece.at, bytes).added(bytes * copies);
        for _ in 0..=copies {
            hand.pass(Item::Bytes(piece.clone()));
        }
    }
}
