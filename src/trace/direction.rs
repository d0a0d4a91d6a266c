//! Which way bytes went, seen from the end whose calls they are.

use super::call::Op;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    Sent,
    Received,
}

impl Direction {
    /// `None` for calls that move no bytes.
    pub fn of(op: &Op) -> Option<Self> {
        if op.sends() {
            Some(Self::Sent)
        } else if op.receives() {
            Some(Self::Received)
        } else {
            None
        }
    }
}
