//! `insert`: bytes stand in the stream that nobody has sent.

use bytes::Bytes;

use super::corrupt::Place;
use super::{Acts, FaultKind, Hand, Item, Knob, Options, Stage};
use crate::values::Span;

pub static INSERT: FaultKind = FaultKind {
    name: "insert",
    knobs: &[Knob::Size, Knob::After],
    usual: Options { size: Some(Span::exactly(1)), ..Options::NONE },
    acts: Acts::Flow(|spec, start| Box::new(Insert { size: spec.size(), place: Place::new(spec, start) })),
    ..FaultKind::PLAIN
};

#[derive(Debug)]
struct Insert {
    size: Span,
    place: Place,
}

impl Stage for Insert {
    fn take(&mut self, item: Item, hit: bool, hand: &mut Hand<'_>) {
        let Item::Bytes(piece) = item else { return hand.pass(item) };
        let Some(place) = self.place.of(&piece, hit, hand) else { return hand.pass(Item::Bytes(piece)) };
        let count = u64::from(hand.dice.span(self.size));
        let count = hand.may_add(count);
        let new: Bytes = (0..count).map(|_| hand.dice.below(256) as u8).collect();
        let at = piece.at + place as u64;
        hand.note(at, 0).added(count);
        let mut whole = piece.bytes.slice(..place).to_vec();
        whole.extend_from_slice(&new);
        whole.extend_from_slice(&piece.bytes[place..]);
        hand.pass_piece(whole.into(), piece.at);
    }
}
