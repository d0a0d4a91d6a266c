//! The datagrams that the kernel has dropped of a socket whose receive buffer was full.

use super::context::EndpointContext;
use crate::engine::link::event::Event;
use crate::trace::NoticeKind;

/// How many were dropped when they were last counted.
#[derive(Debug, Default)]
pub struct Drops(u64);

impl Drops {
    /// Tells those that are new, by the kernel's count.
    pub fn count(&mut self, total: Option<u64>, context: &EndpointContext) {
        let Some(total) = total else { return };
        // The kernel counts in 32 bits.
        let dropped = u64::from((total as u32).wrapping_sub(self.0 as u32));
        if dropped > 0 {
            self.0 += dropped;
            let tap = &context.tap;
            tap.events.send(Event::KernelDrops { endpoint: tap.endpoint, total: self.0 });
            context.note(NoticeKind::KernelDrops { dropped });
        }
    }
}
