//! `reorder`: a datagram is overtaken by others.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Acts, FaultKind, Hand, Harms, Item, Knob, Options, Piece, Stage};
use crate::values::Span;

pub static REORDER: FaultKind = FaultKind {
    name: "reorder",
    harms: Harms::Datagrams,
    knobs: &[Knob::Size, Knob::Delay],
    usual: Options { size: Some(Span::exactly(1)), delay: Some(Duration::from_millis(100)), ..Options::NONE },
    acts: Acts::Flow(|spec, _| {
        let overtaking = VecDeque::new();
        Box::new(Reorder { by: spec.size(), longest: spec.delay(), overtaken: overtaking })
    }),
    ..FaultKind::PLAIN
};

/// The most datagrams that are held back at once; a further one goes on in its order.
const MAX_HELD: usize = 1_000;

#[derive(Debug)]
struct Reorder {
    by: Span,
    /// One that nobody overtakes goes on then.
    longest: Duration,
    overtaken: VecDeque<Overtaken>,
}

#[derive(Debug)]
struct Overtaken {
    piece: Piece,
    begun: Duration,
    /// How many have still to go first.
    left: u32,
}

impl Reorder {
    fn let_go(&mut self, hand: &mut Hand<'_>, is_free: impl Fn(&Overtaken) -> bool) {
        let all = std::mem::take(&mut self.overtaken);
        for held in all {
            if is_free(&held) {
                let by = hand.now.saturating_sub(held.begun);
                hand.note(held.piece.at, held.piece.bytes.len() as u64).later(by);
                hand.pass(Item::Bytes(held.piece));
            } else {
                self.overtaken.push_back(held);
            }
        }
    }
}

impl Stage for Reorder {
    fn take(&mut self, item: Item, hit: bool, hand: &mut Hand<'_>) {
        match item {
            Item::Bytes(piece) if hit && self.overtaken.len() < MAX_HELD => {
                let left = hand.dice.span(self.by);
                self.overtaken.push_back(Overtaken { piece, begun: hand.now, left });
            }
            other => {
                hand.pass(other);
                for held in &mut self.overtaken {
                    held.left = held.left.saturating_sub(1);
                }
                self.let_go(hand, |held| held.left == 0);
            }
        }
    }

    fn look(&mut self, hand: &mut Hand<'_>) {
        let (now, longest) = (hand.now, self.longest);
        self.let_go(hand, |held| held.begun.saturating_add(longest) <= now);
    }

    fn due(&self) -> Option<Duration> {
        self.overtaken.iter().map(|held| held.begun.saturating_add(self.longest)).min()
    }

    fn held(&self) -> u64 {
        self.overtaken.iter().map(|held| held.piece.bytes.len() as u64).sum()
    }

    fn pieces(&self) -> usize {
        self.overtaken.len()
    }

    fn release(&mut self, hand: &mut Hand<'_>) {
        self.let_go(hand, |_| true);
    }
}
