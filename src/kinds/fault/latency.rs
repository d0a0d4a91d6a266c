//! `latency`: everything arrives later, in the same order.

use std::time::Duration;

use super::waiting::Waiting;
use super::{Acts, FaultKind, FaultSpec, Hand, Harms, Item, Knob, Options, Stage};

pub static LATENCY: FaultKind = FaultKind {
    name: "latency",
    harms: Harms::Both,
    knobs: &[Knob::Delay, Knob::Jitter, Knob::Spread],
    usual: Options {
        delay: Some(Duration::from_millis(100)),
        jitter: Some(Duration::ZERO),
        normal: Some(false),
        ..Options::NONE
    },
    acts: Acts::Flow(|spec, _| Box::new(Latency::new(spec))),
    ..FaultKind::PLAIN
};

#[derive(Debug)]
struct Latency {
    delay: Duration,
    jitter: Duration,
    normal: bool,
    waiting: Waiting,
}

impl Latency {
    fn new(spec: &FaultSpec) -> Self {
        let options = spec.options();
        Self {
            delay: spec.delay(),
            jitter: options.jitter.unwrap_or_default(),
            normal: options.normal.unwrap_or(false),
            waiting: Waiting::default(),
        }
    }
}

impl Stage for Latency {
    fn take(&mut self, item: Item, hit: bool, hand: &mut Hand<'_>) {
        if !hit {
            return self.waiting.put_now(item, hand);
        }
        let delay = hand.dice.around(self.delay, self.jitter, self.normal);
        let harmed = if let Item::Bytes(piece) = &item { Some((piece.at, piece.bytes.len() as u64)) } else { None };
        let due = self.waiting.put(hand.now.saturating_add(delay), item);
        if let Some((at, bytes)) = harmed {
            let by = due.saturating_sub(hand.now);
            hand.note(at, bytes).later(by);
        }
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
