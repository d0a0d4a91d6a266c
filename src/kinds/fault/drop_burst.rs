//! `drop-burst`: datagrams are lost several at a time, as on a radio link (the model of Gilbert and Elliott with two
//! states: in the good one all arrive, in the bad one none).

use super::{Acts, FaultKind, FaultSpec, Hand, Harms, Item, Knob, Options, Stage};
use crate::values::{Portion, Span};

pub static DROP_BURST: FaultKind = FaultKind {
    name: "drop-burst",
    harms: Harms::Datagrams,
    knobs: &[Knob::Size],
    usual: Options { size: Some(Span::exactly(4)), ..Options::NONE },
    own_chance: true,
    acts: Acts::Flow(|spec, _| Box::new(Burst::new(spec))),
};

/// How often a burst begins where the fault does not say.
const USUAL: Portion = Portion::millionths(20_000);

#[derive(Debug)]
struct Burst {
    begins: Portion,
    length: Span,
    /// One that has no range ends with that chance after each datagram: its length is the mean.
    ends: Option<Portion>,
    left: u32,
    is_bad: bool,
    by_number: bool,
}

impl Burst {
    fn new(spec: &FaultSpec) -> Self {
        let length = spec.size();
        let by_number = !spec.nth.is_empty();
        let usual = if by_number { Portion::ALL } else { USUAL };
        let mean = || Portion::of(1.0 / f64::from(length.least));
        let ends = (length.least == length.most).then(mean);
        Self { begins: spec.probability.unwrap_or(usual), length, ends, left: 0, is_bad: false, by_number }
    }

    fn is_lost(&mut self, hit: bool, hand: &mut Hand<'_>) -> bool {
        if !self.is_bad {
            self.is_bad = hit && hand.dice.chance(self.begins);
            self.left = hand.dice.span(self.length);
        }
        // A burst that was chosen by its number goes on behind it.
        let lost = self.is_bad && (hit || self.by_number);
        if self.is_bad {
            self.left = self.left.saturating_sub(1);
            self.is_bad = match self.ends {
                Some(ends) => !hand.dice.chance(ends),
                None => self.left > 0,
            };
        }
        lost
    }
}

impl Stage for Burst {
    fn take(&mut self, item: Item, hit: bool, hand: &mut Hand<'_>) {
        let Item::Bytes(piece) = item else { return hand.pass(item) };
        if self.is_lost(hit, hand) {
            let bytes = piece.bytes.len() as u64;
            hand.note(piece.at, bytes).removed(bytes);
        } else {
            hand.pass(Item::Bytes(piece));
        }
    }
}
