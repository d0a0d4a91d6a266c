//! `delete`: bytes of the stream are missing. No network does that to TCP: a broken program does.

use super::corrupt::Place;
use super::{Acts, FaultKind, Hand, Item, Knob, Options, Stage};
use crate::values::Span;

pub static DELETE: FaultKind = FaultKind {
    name: "delete",
    knobs: &[Knob::Size, Knob::After],
    usual: Options { size: Some(Span::exactly(1)), ..Options::NONE },
    acts: Acts::Flow(|spec, start| Box::new(Delete { size: spec.size(), place: Place::new(spec, start) })),
    ..FaultKind::PLAIN
};

#[derive(Debug)]
struct Delete {
    size: Span,
    place: Place,
}

impl Stage for Delete {
    fn take(&mut self, item: Item, hit: bool, hand: &mut Hand<'_>) {
        let Item::Bytes(piece) = item else { return hand.pass(item) };
        let Some(place) = self.place.of(&piece, hit, hand) else { return hand.pass(Item::Bytes(piece)) };
        let mut before = piece.bytes;
        let mut gone = before.split_off(place);
        let rest = gone.split_off((hand.dice.span(self.size) as usize).min(gone.len()));
        let (from, len) = (piece.at + place as u64, gone.len() as u64);
        hand.note(from, len).removed(len);
        hand.pass_piece(before, piece.at);
        hand.pass_piece(rest, from + len);
    }
}
