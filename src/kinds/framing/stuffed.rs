//! What SLIP and COBS have in common: one byte ends a message and stands nowhere in it. Between messages there may be any
//! number of them.

use std::fmt::Debug;

use super::{Aside, Cutter, Found, Progress, Resumed, within};

/// Ends with nothing between them are reported in pieces of this length.
const MOST_PADDING: u64 = 1024;

/// How a message is written without the byte that ends it; what is known of the one that is being read.
pub(super) trait Stuffing: Clone + Debug + Default + Send + Sync + 'static {
    /// The byte that ends a message.
    const END: u8;

    /// How long a payload of that length can become.
    fn longest(payload: u64) -> u64;

    /// A byte of the message.
    fn take(&mut self, byte: u8);

    /// Bytes of it are missing.
    fn miss(&mut self);

    /// The message is one if it ends here.
    fn may_end(&self) -> bool;
}

#[derive(Clone, Debug, Default)]
pub(super) struct Stuffed<S> {
    /// How many ends came and nothing after them.
    ends: u64,
    has_body: bool,
    body: S,
}

impl<S: Stuffing> Cutter for Stuffed<S> {
    fn advance(&mut self, at: &Progress, bytes: Option<&[u8]>, available: u64) -> (u64, Found) {
        let Some(bytes) = bytes else {
            self.has_body = true;
            self.body.miss();
            return (available, Found::More);
        };
        let room = S::longest(u64::from(at.max)).saturating_sub(at.len);
        for (index, byte) in within(bytes, room).iter().enumerate() {
            let used = index as u64 + 1;
            if *byte != S::END {
                self.body.take(*byte);
                self.has_body = true;
                let len = std::mem::take(&mut self.ends);
                if len > 0 {
                    return (used, Found::Aside(Aside { len, is_padding: true }));
                }
            } else if !self.has_body {
                self.ends += 1;
                if self.ends == MOST_PADDING.min(u64::from(at.max)) {
                    let len = std::mem::take(&mut self.ends);
                    return (used, Found::Aside(Aside { len, is_padding: true }));
                }
            } else if self.body.may_end() {
                return (used, Found::End { header: 0, trailer: 1 });
            } else {
                *self = Self::default();
                return (used, Found::Aside(Aside { len: at.len + used, is_padding: false }));
            }
        }
        if available < room { (available, Found::More) } else { (0, at.too_long()) }
    }

    fn begin_frame(&mut self) {
        *self = Self::default();
    }

    fn resume_at(&mut self, _: u64) -> Resumed {
        Resumed::Somewhere
    }

    fn aside(&self, len: u64) -> Option<Aside> {
        (!self.has_body).then_some(Aside { len, is_padding: true })
    }
}
