//! `glue`: what came in pieces arrives together.

use std::time::Duration;

use bytes::BytesMut;

use super::{Acts, FaultKind, FaultSpec, Hand, Item, Knob, Options, Stage};
use crate::values::Span;

pub static GLUE: FaultKind = FaultKind {
    name: "glue",
    knobs: &[Knob::Size, Knob::Delay],
    usual: Options { size: Some(Span::exactly(1_000)), delay: Some(Duration::from_millis(200)), ..Options::NONE },
    acts: Acts::Flow(|spec, _| Box::new(Glue::new(spec))),
    ..FaultKind::PLAIN
};

#[derive(Debug)]
struct Glue {
    enough: usize,
    longest: Duration,
    collected: BytesMut,
    at: u64,
    begun: Duration,
    pieces: u32,
}

impl Glue {
    fn new(spec: &FaultSpec) -> Self {
        Self {
            enough: spec.size().most as usize,
            longest: spec.delay(),
            collected: BytesMut::new(),
            at: 0,
            begun: Duration::ZERO,
            pieces: 0,
        }
    }

    fn pass_on(&mut self, hand: &mut Hand<'_>) {
        if self.collected.is_empty() {
            return;
        }
        let bytes = self.collected.split().freeze();
        if self.pieces > 1 {
            let by = hand.now.saturating_sub(self.begun);
            hand.note(self.at, bytes.len() as u64).later(by);
        }
        hand.pass_piece(bytes, self.at);
        self.pieces = 0;
    }
}

impl Stage for Glue {
    fn take(&mut self, item: Item, hit: bool, hand: &mut Hand<'_>) {
        let piece = match item {
            Item::Bytes(piece) if hit => piece,
            other => {
                self.pass_on(hand);
                return hand.pass(other);
            }
        };
        if self.collected.is_empty() {
            (self.at, self.begun) = (piece.at, hand.now);
        }
        self.pieces += 1;
        self.collected.extend_from_slice(&piece.bytes);
        if self.collected.len() >= self.enough {
            self.pass_on(hand);
        }
    }

    fn look(&mut self, hand: &mut Hand<'_>) {
        if self.due().is_some_and(|due| due <= hand.now) {
            self.pass_on(hand);
        }
    }

    fn due(&self) -> Option<Duration> {
        (!self.collected.is_empty()).then(|| self.begun.saturating_add(self.longest))
    }

    fn held(&self) -> u64 {
        self.collected.len() as u64
    }

    fn release(&mut self, hand: &mut Hand<'_>) {
        self.pass_on(hand);
    }
}
