//! `truncate`: of a datagram only the beginning arrives.

use super::{Acts, FaultKind, Hand, Harms, Item, Knob, Options, Stage};
use crate::values::Span;

pub static TRUNCATE: FaultKind = FaultKind {
    name: "truncate",
    harms: Harms::Datagrams,
    knobs: &[Knob::Size],
    usual: Options { size: Some(Span::exactly(16)), ..Options::NONE },
    acts: Acts::Flow(|spec, _| Box::new(Truncate { size: spec.size() })),
    ..FaultKind::PLAIN
};

#[derive(Debug)]
struct Truncate {
    size: Span,
}

impl Stage for Truncate {
    fn take(&mut self, item: Item, hit: bool, hand: &mut Hand<'_>) {
        let piece = match item {
            Item::Bytes(piece) if hit => piece,
            other => return hand.pass(other),
        };
        let mut bytes = piece.bytes;
        let gone = bytes.len().saturating_sub(hand.dice.span(self.size) as usize);
        if gone > 0 {
            bytes.truncate(bytes.len() - gone);
            hand.note(piece.at, gone as u64).removed(gone as u64);
        }
        hand.pass_piece(bytes, piece.at);
    }
}
