//! `slicer`: bytes that came together arrive in small pieces.

use std::time::Duration;

use super::waiting::Waiting;
use super::{Acts, FaultKind, FaultSpec, Hand, Item, Knob, Options, Piece, Stage};
use crate::values::Span;

pub static SLICER: FaultKind = FaultKind {
    name: "slicer",
    knobs: &[Knob::Size, Knob::Delay],
    usual: Options { size: Some(Span::new(1, 10)), delay: Some(Duration::from_millis(10)), ..Options::NONE },
    acts: Acts::Flow(|spec, _| Box::new(Slicer::new(spec))),
    ..FaultKind::PLAIN
};

/// The most pieces of what comes at once.
const MAX_PIECES: usize = 65_536;

#[derive(Debug)]
struct Slicer {
    size: Span,
    gap: Duration,
    free_at: Duration,
    waiting: Waiting,
}

impl Slicer {
    fn new(spec: &FaultSpec) -> Self {
        Self { size: spec.size(), gap: spec.delay(), free_at: Duration::ZERO, waiting: Waiting::default() }
    }
}

impl Stage for Slicer {
    fn take(&mut self, item: Item, hit: bool, hand: &mut Hand<'_>) {
        let piece = match item {
            Item::Bytes(piece) if hit => piece,
            other => return self.waiting.put_now(other, hand),
        };
        let (first, whole) = (piece.at, piece.bytes.len() as u64);
        let (mut rest, mut at) = (piece.bytes, piece.at);
        // A `recv` of megabytes is not cut into as many pieces as it has bytes.
        let least = rest.len().div_ceil(MAX_PIECES);
        while !rest.is_empty() {
            let len = (hand.dice.span(self.size) as usize).max(least).min(rest.len());
            let bytes = rest.split_to(len);
            let due = self.free_at.max(hand.now);
            self.waiting.put(due, Item::Bytes(Piece { bytes, at }));
            at += len as u64;
            self.free_at = due.saturating_add(self.gap);
        }
        let by = self.free_at.saturating_sub(self.gap).saturating_sub(hand.now);
        hand.note(first, whole).later(by);
        self.waiting.let_out(hand);
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
