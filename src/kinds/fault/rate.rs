//! `rate`: no more than a number of bytes gets through in a second.

use std::time::Duration;

use super::waiting::Waiting;
use super::{Acts, FaultKind, FaultSpec, Hand, Harms, Item, Knob, Options, Piece, Stage};
use crate::values::Rate;

pub static RATE: FaultKind = FaultKind {
    name: "rate",
    harms: Harms::Both,
    knobs: &[Knob::Rate],
    usual: Options { rate: Some(USUAL), ..Options::NONE },
    acts: Acts::Flow(|spec, _| Box::new(Limit::new(spec))),
    ..FaultKind::PLAIN
};

const USUAL: Rate = Rate::kilobytes(64);

/// Of a stream, what leaves in that time leaves together.
const GRAIN: Duration = Duration::from_millis(10);

/// The most datagrams' bytes that wait: what comes then is dropped, as by a router.
const MAX_QUEUE: u64 = 256 * 1024;

#[derive(Debug)]
struct Limit {
    rate: Rate,
    /// Bytes that leave together.
    grain: usize,
    free_at: Duration,
    waiting: Waiting,
}

impl Limit {
    fn new(spec: &FaultSpec) -> Self {
        let rate = spec.options().rate.unwrap_or(USUAL);
        let grain = u128::from(rate.bytes()) * GRAIN.as_millis() / 1_000;
        let grain = usize::try_from(grain).unwrap_or(usize::MAX).max(1);
        Self { rate, grain, free_at: Duration::ZERO, waiting: Waiting::default() }
    }
}

impl Stage for Limit {
    fn take(&mut self, item: Item, hit: bool, hand: &mut Hand<'_>) {
        let piece = match item {
            Item::Bytes(piece) if hit => piece,
            other => return self.waiting.put_now(other, hand),
        };
        let (first, whole) = (piece.at, piece.bytes.len() as u64);
        if hand.is_datagram && self.waiting.bytes().saturating_add(whole) > MAX_QUEUE {
            hand.note(first, whole).removed(whole);
            return;
        }
        self.free_at = self.free_at.max(hand.now);
        let grain = if hand.is_datagram { usize::MAX } else { self.grain };
        let begun = self.free_at;
        let (mut rest, mut passed) = (piece.bytes, 0);
        loop {
            let part = rest.split_to(rest.len().min(grain));
            let at = first + passed;
            passed += part.len() as u64;
            // From the beginning, so that nothing is lost in rounding.
            self.free_at = begun.saturating_add(self.rate.time_of(passed));
            self.waiting.put(self.free_at, Item::Bytes(Piece { bytes: part, at }));
            if rest.is_empty() {
                break;
            }
        }
        let by = self.free_at.saturating_sub(hand.now);
        hand.note(first, whole).later(by);
    }

    fn look(&mut self, hand: &mut Hand<'_>) {
        self.waiting.let_out(hand);
    }

    fn due(&self) -> Option<Duration> {
        self.waiting.due()
    }

    fn held(&self) -> u64 {
        self.waiting.bytes()
    }

    fn pieces(&self) -> usize {
        self.waiting.len()
    }

    fn release(&mut self, hand: &mut Hand<'_>) {
        self.waiting.release(hand);
    }
}
