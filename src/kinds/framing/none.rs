//! `none`: what one `recv` gives is one message.

use super::{Cutter, Found, Framing, FramingKind, Progress, Resumed};

pub static NONE: FramingKind = FramingKind { name: "none", ..FramingKind::PLAIN };

/// What comes at once is one frame.
#[derive(Clone, Debug)]
pub(super) struct Whole;

impl Cutter for Whole {
    fn advance(&mut self, _: &Progress, _: Option<&[u8]>, available: u64) -> (u64, Found) {
        (available, Found::End { header: 0, trailer: 0 })
    }

    fn resume_at(&mut self, _: u64) -> Resumed {
        Resumed::Between
    }
}

impl Framing {
    pub fn none() -> Self {
        Self::default()
    }
}
