//! What waits for its time, in order.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Hand, Item};

#[derive(Debug, Default)]
pub struct Waiting {
    items: VecDeque<(Duration, Item)>,
    bytes: u64,
    /// When the last one goes on.
    last: Duration,
}

impl Waiting {
    /// It goes on then, and never before what came before it. Gives when.
    pub fn put(&mut self, due: Duration, item: Item) -> Duration {
        let due = if self.items.is_empty() { due } else { due.max(self.last) };
        self.bytes += item.bytes();
        self.items.push_back((due, item));
        self.last = due;
        due
    }

    /// It goes on now, or after what waits.
    pub fn put_now(&mut self, item: Item, hand: &mut Hand<'_>) {
        if self.items.is_empty() {
            hand.pass(item);
        } else {
            self.put(hand.now, item);
        }
    }

    pub fn let_out(&mut self, hand: &mut Hand<'_>) {
        while self.items.front().is_some_and(|(due, _)| *due <= hand.now) {
            let Some((_, item)) = self.items.pop_front() else { return };
            self.bytes -= item.bytes();
            hand.pass(item);
        }
    }

    pub fn release(&mut self, hand: &mut Hand<'_>) {
        self.bytes = 0;
        for (_, item) in self.items.drain(..) {
            hand.pass(item);
        }
    }

    pub fn due(&self) -> Option<Duration> {
        self.items.front().map(|(due, _)| *due)
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }
}
