//! What `cut`, `reset` and `half-open` have in common: from one point on nothing of a direction goes on.

use std::time::Duration;

use super::{FaultSpec, Hand, Item, Mark, Piece, Stage, Start};

#[derive(Debug)]
pub struct Breaking {
    /// What is sent instead; `None`: nothing, so that the receiver learns nothing.
    says: Option<Item>,
    after: Option<Mark>,
    start: Duration,
    /// A piece has to be chosen.
    chooses: bool,
    /// An end is passed on as ever before it breaks.
    broken: bool,
    ended: bool,
    bytes: u64,
    calls: u64,
}

impl Breaking {
    pub fn new(says: Option<Item>, spec: &FaultSpec, Start(start): Start) -> Self {
        let (after, chooses) = (spec.options().after, spec.chooses());
        Self { says, after, start, chooses, broken: false, ended: false, bytes: 0, calls: 0 }
    }

    /// `bytes` from there on are the first that do not go on.
    fn break_now(&mut self, at: u64, bytes: u64, hand: &mut Hand<'_>) {
        self.broken = true;
        hand.note(at, bytes).removed(bytes);
        if let Some(item) = self.says.clone().filter(|_| !self.ended) {
            hand.pass(item);
        }
    }

    fn swallow(&self, piece: &Piece, hand: &mut Hand<'_>) {
        let bytes = piece.bytes.len() as u64;
        hand.note(piece.at, bytes).removed(bytes);
    }
}

impl Stage for Breaking {
    fn take(&mut self, item: Item, hit: bool, hand: &mut Hand<'_>) {
        let mut piece = match item {
            Item::Bytes(piece) => piece,
            // A direction that is dead says nothing of an end either.
            _ if self.broken => return,
            end => {
                self.ended = true;
                return hand.pass(end);
            }
        };
        let before = self.bytes;
        self.bytes += piece.bytes.len() as u64;
        self.calls += 1;
        if self.broken {
            return self.swallow(&piece, hand);
        }
        let is_there = match self.after {
            None => true,
            Some(Mark::Time(time)) => hand.now >= self.start.saturating_add(time),
            Some(Mark::Bytes(bytes)) => self.bytes > bytes,
            Some(Mark::Calls(calls)) => self.calls > calls,
        };
        if !hit || !is_there {
            return hand.pass(Item::Bytes(piece));
        }
        if let (Some(Mark::Bytes(bytes)), false, false) = (self.after, hand.is_datagram, self.chooses) {
            let still = usize::try_from(bytes.saturating_sub(before)).unwrap_or(usize::MAX).min(piece.bytes.len());
            let first = piece.bytes.split_to(still);
            hand.pass_piece(first, piece.at);
            piece.at += still as u64;
        }
        self.break_now(piece.at, piece.bytes.len() as u64, hand);
    }

    fn look(&mut self, hand: &mut Hand<'_>) {
        if self.due().is_some_and(|due| due <= hand.now) {
            self.break_now(self.bytes, 0, hand);
        }
    }

    fn due(&self) -> Option<Duration> {
        if self.broken || self.chooses {
            return None;
        }
        match self.after {
            None => Some(self.start),
            Some(Mark::Time(time)) => Some(self.start.saturating_add(time)),
            Some(Mark::Bytes(bytes)) => (bytes <= self.bytes).then_some(self.start),
            Some(Mark::Calls(calls)) => (calls <= self.calls).then_some(self.start),
        }
    }
}
