//! `stall`: from one point on nothing goes on for a time, or until it is switched off. Nothing is lost.

use std::time::Duration;

use super::waiting::Waiting;
use super::{Acts, FaultKind, FaultSpec, Hand, Harms, Item, Knob, Mark, Options, Stage, Start};

pub static STALL: FaultKind = FaultKind {
    name: "stall",
    harms: Harms::Both,
    knobs: &[Knob::After, Knob::Delay],
    usual: Options { ..Options::NONE },
    acts: Acts::Flow(|spec, start| Box::new(Stall::new(spec, start))),
    ..FaultKind::PLAIN
};

/// As good as for ever.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

#[derive(Debug)]
struct Stall {
    after: Option<Mark>,
    start: Duration,
    /// `None`: until it is switched off.
    lasts: Option<Duration>,
    /// Each piece that is chosen stalls, else only the first.
    again: bool,
    stalled: bool,
    bytes: u64,
    calls: u64,
    waiting: Waiting,
}

impl Stall {
    fn new(spec: &FaultSpec, Start(start): Start) -> Self {
        let options = spec.options();
        let (again, waiting) = (spec.chooses(), Waiting::default());
        let Options { after, delay: lasts, .. } = options;
        Self { after, start, lasts, again, stalled: false, bytes: 0, calls: 0, waiting }
    }

    fn is_there(&self, now: Duration) -> bool {
        match self.after {
            None => true,
            Some(Mark::Time(time)) => now >= self.start.saturating_add(time),
            Some(Mark::Bytes(bytes)) => self.bytes > bytes,
            Some(Mark::Calls(calls)) => self.calls > calls,
        }
    }

    fn due_at(&self, now: Duration) -> Duration {
        now.saturating_add(self.lasts.unwrap_or(FOR_EVER))
    }
}

impl Stage for Stall {
    fn take(&mut self, item: Item, hit: bool, hand: &mut Hand<'_>) {
        let Item::Bytes(mut piece) = item else { return self.waiting.put_now(item, hand) };
        let before = self.bytes;
        self.bytes += piece.bytes.len() as u64;
        self.calls += 1;
        let stalls = hit && (self.again || !self.stalled) && self.is_there(hand.now);
        if !stalls {
            return self.waiting.put_now(Item::Bytes(piece), hand);
        }
        if let (Some(Mark::Bytes(bytes)), false) = (self.after, hand.is_datagram)
            && let Some(still) = bytes.checked_sub(before).and_then(|still| usize::try_from(still).ok())
            && still > 0
        {
            let first = piece.bytes.split_to(still.min(piece.bytes.len()));
            self.waiting.put_now(Item::Bytes(super::Piece { bytes: first, at: piece.at }), hand);
            piece.at += still as u64;
        }
        self.stalled = true;
        let by = self.lasts.unwrap_or_default();
        hand.note(piece.at, piece.bytes.len() as u64).later(by);
        self.waiting.put(self.due_at(hand.now), Item::Bytes(piece));
    }

    fn look(&mut self, hand: &mut Hand<'_>) {
        self.waiting.let_out(hand);
    }

    fn due(&self) -> Option<Duration> {
        self.waiting.due().filter(|due| *due < FOR_EVER)
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
