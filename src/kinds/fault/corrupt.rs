//! `corrupt`: a bit is turned, or whole bytes are others.

use std::time::Duration;

use super::{Acts, FaultKind, FaultSpec, Hand, Harms, Item, Knob, Mark, Piece, Stage, Start};
use crate::values::Span;

pub static CORRUPT: FaultKind = FaultKind {
    name: "corrupt",
    harms: Harms::Both,
    knobs: &[Knob::Size, Knob::After],
    acts: Acts::Flow(|spec, start| Box::new(Corrupt { size: spec.options().size, place: Place::new(spec, start) })),
    ..FaultKind::PLAIN
};

#[derive(Debug)]
struct Corrupt {
    /// `None`: one bit.
    size: Option<Span>,
    place: Place,
}

/// Where a fault changes a piece.
#[derive(Debug)]
pub(super) struct Place {
    after: Option<Mark>,
    start: Duration,
    bytes: u64,
    calls: u64,
    done: bool,
}

impl Place {
    pub fn new(spec: &FaultSpec, Start(start): Start) -> Self {
        Self { after: spec.options().after, start, bytes: 0, calls: 0, done: false }
    }

    /// Where in this piece: at the very place that `after` names, once, else anywhere.
    pub fn of(&mut self, piece: &Piece, hit: bool, hand: &mut Hand<'_>) -> Option<usize> {
        let before = self.bytes;
        let len = piece.bytes.len() as u64;
        self.bytes += len;
        self.calls += 1;
        let place = match self.after {
            _ if !hit || len == 0 => None,
            None => Some(hand.dice.below(len)),
            Some(_) if self.done => None,
            Some(Mark::Bytes(bytes)) => bytes.checked_sub(before).filter(|place| *place < len),
            Some(Mark::Calls(calls)) => (self.calls > calls).then(|| hand.dice.below(len)),
            Some(Mark::Time(time)) => (hand.now >= self.start.saturating_add(time)).then(|| hand.dice.below(len)),
        }?;
        self.done = true;
        usize::try_from(place).ok()
    }
}

impl Stage for Corrupt {
    fn take(&mut self, item: Item, hit: bool, hand: &mut Hand<'_>) {
        let Item::Bytes(piece) = item else { return hand.pass(item) };
        let Some(place) = self.place.of(&piece, hit, hand) else { return hand.pass(Item::Bytes(piece)) };
        let mut bytes = piece.bytes.to_vec();
        let count = self.size.map_or(1, |size| hand.dice.span(size)) as usize;
        let mut changed = 0;
        for byte in bytes.iter_mut().skip(place).take(count) {
            // Never the same byte again.
            let turned = match self.size {
                None => 1 << hand.dice.below(8),
                Some(_) => 1 + hand.dice.below(255) as u8,
            };
            *byte ^= turned;
            changed += 1;
        }
        let at = if hand.is_datagram { piece.at } else { piece.at + place as u64 };
        hand.note(at, changed);
        hand.pass_piece(bytes.into(), piece.at);
    }
}
