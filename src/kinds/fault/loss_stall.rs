//! `loss-stall`: a lost segment as a stream feels it. Nothing is missing; the segment comes once TCP has waited for its
//! retransmission timeout, and all that came behind it waits with it.

use std::time::Duration;

use super::waiting::Waiting;
use super::{Acts, FaultKind, FaultSpec, Hand, Item, Knob, Options, Stage};
use crate::values::Portion;

pub static LOSS_STALL: FaultKind = FaultKind {
    name: "loss-stall",
    knobs: &[Knob::Delay],
    // Linux's shortest retransmission timeout (tcp(7), RFC 6298 would wait a second).
    usual: Options { delay: Some(Duration::from_millis(200)), ..Options::NONE },
    own_chance: true,
    acts: Acts::Flow(|spec, _| Box::new(LossStall::new(spec))),
    ..FaultKind::PLAIN
};

/// The bytes of a full segment on Ethernet.
const SEGMENT: usize = 1_460;
/// A segment that is lost again waits twice as long, up to this (RFC 6298).
const LONGEST: Duration = Duration::from_secs(60);
/// The loss of a fault that does not say: one segment in fifty.
const USUAL: Portion = Portion::millionths(20_000);

#[derive(Debug)]
struct LossStall {
    timeout: Duration,
    loss: Portion,
    waiting: Waiting,
}

impl LossStall {
    fn new(spec: &FaultSpec) -> Self {
        // What is chosen by its number is lost for certain.
        let usual = if spec.nth.is_empty() { USUAL } else { Portion::ALL };
        Self { timeout: spec.delay(), loss: spec.probability.unwrap_or(usual), waiting: Waiting::default() }
    }

    /// How long the segments of that many bytes are held up together.
    fn held_up(&self, bytes: usize, hand: &mut Hand<'_>) -> Duration {
        let mut whole = Duration::ZERO;
        for _ in 0..bytes.div_ceil(SEGMENT) {
            if !hand.dice.chance(self.loss) {
                continue;
            }
            let (mut one, mut timeout) = (self.timeout, self.timeout);
            // A loss that is certain is not lost for ever.
            while self.loss < Portion::ALL && timeout < LONGEST && hand.dice.chance(self.loss) {
                timeout = timeout.saturating_mul(2).min(LONGEST);
                one = one.saturating_add(timeout);
            }
            whole = whole.max(one);
        }
        whole
    }
}

impl Stage for LossStall {
    fn take(&mut self, item: Item, hit: bool, hand: &mut Hand<'_>) {
        let piece = match item {
            Item::Bytes(piece) if hit => piece,
            other => return self.waiting.put_now(other, hand),
        };
        let by = self.held_up(piece.bytes.len(), hand);
        if by.is_zero() {
            return self.waiting.put_now(Item::Bytes(piece), hand);
        }
        let (at, bytes) = (piece.at, piece.bytes.len() as u64);
        let due = self.waiting.put(hand.now.saturating_add(by), Item::Bytes(piece));
        let by = due.saturating_sub(hand.now);
        hand.note(at, bytes).later(by);
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
