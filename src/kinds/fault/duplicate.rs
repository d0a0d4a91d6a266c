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
        let copies = hand.dice.span(self.copies).min(MAX_COPIES);
        let bytes = piece.bytes.len() as u64;
        hand.note(piece.at, bytes).added(bytes * u64::from(copies));
        for _ in 0..=copies {
            hand.pass(Item::Bytes(piece.clone()));
        }
    }
}
