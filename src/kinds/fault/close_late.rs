//! `close-late`: the end of a side (FIN) is passed on later.

use std::time::Duration;

use super::waiting::Waiting;
use super::{Acts, FaultKind, Hand, Item, Knob, Options, Stage};

pub static CLOSE_LATE: FaultKind = FaultKind {
    name: "close-late",
    knobs: &[Knob::Delay],
    usual: Options { delay: Some(Duration::from_secs(2)), ..Options::NONE },
    acts: Acts::Flow(|spec, _| Box::new(CloseLate { delay: spec.delay(), passed: 0, waiting: Waiting::default() })),
    ..FaultKind::PLAIN
};

#[derive(Debug)]
struct CloseLate {
    delay: Duration,
    passed: u64,
    waiting: Waiting,
}

impl Stage for CloseLate {
    fn take(&mut self, item: Item, hit: bool, hand: &mut Hand<'_>) {
        match item {
            Item::End if hit => {
                hand.note(self.passed, 0).later(self.delay);
                self.waiting.put(hand.now.saturating_add(self.delay), item);
            }
            other => {
                self.passed += other.bytes();
                self.waiting.put_now(other, hand);
            }
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
