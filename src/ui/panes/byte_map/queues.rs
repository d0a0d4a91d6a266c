//! Where bytes in flight are, as far as the kernel says: in the sender's send queue or in the receiver's receive queue.

use std::time::Duration;

use super::line::Line;
use crate::engine::sampler;
use crate::lang::Lang;
use crate::t;
use crate::trace::SocketId;
use crate::trace::byte_map::{Picture, What};
use crate::trace::kernel::KernelSample;
use crate::ui::view::View;
use crate::ui::widgets::quantity::bytes;

/// How often the kernel is asked while bytes in flight are in sight.
const EVERY: Duration = Duration::from_millis(250);

/// What the kernel said last; nothing where it was not asked or says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queues {
    /// Sent and not yet acknowledged by the peer's TCP.
    sender: Option<u64>,
    /// Arrived and not yet received.
    receiver: Option<u64>,
}

impl Queues {
    /// Asks while there is something in flight in the picture, and of a connection whose other end is not in this lab:
    /// what that end has not received is known to the kernel only.
    pub fn of(view: &mut View<'_>, line: &Line<'_>, picture: &Picture) -> Self {
        let in_flight = picture.received.iter().any(|block| block.what == What::InFlight);
        let Line::Stream(direction) = line else { return Self::default() };
        let one_sided = direction.sender.is_some() != direction.receiver.is_some();
        if !(in_flight || one_sided) || !sampler::IS_SUPPORTED {
            return Self::default();
        }
        let sender = latest(view, direction.sender).and_then(|sample| sample.send_queue);
        let receiver = latest(view, direction.receiver).and_then(|sample| sample.recv_queue);
        Self { sender, receiver }
    }

    pub fn are_empty(&self) -> bool {
        self.sender.unwrap_or(0) == 0 && self.receiver.unwrap_or(0) == 0
    }

    /// In a sentence, as observed.
    pub fn words(&self, lang: Lang) -> Option<String> {
        let said = match (self.sender, self.receiver) {
            (Some(sender), Some(receiver)) => {
                t!(lang, "byte-map-queues", sender = bytes(sender), receiver = bytes(receiver))
            }
            (Some(sender), None) => t!(lang, "byte-map-queue-sender", bytes = bytes(sender)),
            (None, Some(receiver)) => t!(lang, "byte-map-queue-receiver", bytes = bytes(receiver)),
            (None, None) => return None,
        };
        Some(said.into_owned())
    }
}

fn latest(view: &mut View<'_>, socket: Option<SocketId>) -> Option<KernelSample> {
    view.watch(socket?, EVERY);
    view.session.kernel_sample(socket?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_says_is_told_and_nothing_where_it_says_nothing() {
        let words = |sender, receiver| Queues { sender, receiver }.words(Lang::En);
        let both = words(Some(0), Some(13)).unwrap();
        assert!(both.contains("0 B in the sender's queue, 13 B in the receiver's"), "{both}");
        assert!(words(Some(7), None).unwrap().ends_with("7 B in the sender's queue"));
        assert!(words(None, Some(7)).unwrap().ends_with("7 B in the receiver's queue"));
        assert_eq!(words(None, None), None);
        assert!(Queues::default().are_empty() && !Queues { sender: Some(1), receiver: None }.are_empty());
    }
}
