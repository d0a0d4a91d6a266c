//! What has come: cut into messages and answered, and the peer's end.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::sleep;

use super::Connection;
use crate::engine::tap::StreamSocket;
use crate::kinds::framing::FrameError;
use crate::service::framing::{Message, MessageKind};
use crate::trace::NoticeKind;
use crate::trace::notice::FramingLoss;

/// A server's connection that is open for this long after its peer's end is one that the peer may be waiting for.
const HELD_OPEN_AFTER: Duration = Duration::from_secs(2);

impl<S: StreamSocket> Connection<S> {
    /// Cuts what came into messages and answers each.
    pub(super) fn received(&mut self, bytes: Bytes) {
        self.greeting = None;
        if !self.spec.stream.framing.is_some() {
            return self.answer(&bytes, None);
        }
        let ended = self.deframer.arrive(self.tapped.tap().clock.elapsed()).map(Ok);
        let messages = ended.into_iter().chain(self.deframer.push(bytes)).collect();
        self.take(messages);
        self.listen_for_silence();
    }

    /// Sets the time at which silence ends the message whose beginning has come.
    pub(super) fn listen_for_silence(&mut self) {
        let Some(at) = self.deframer.ends_at() else { return };
        let left = at.saturating_sub(self.tapped.tap().clock.elapsed());
        self.silence = Some(Box::pin(sleep(left)));
    }

    pub(super) fn take(&mut self, messages: Vec<Result<Message, FrameError>>) {
        for message in messages {
            match message {
                Ok(message) if message.kind == MessageKind::Whole && !self.closing => {
                    self.answer(&message.payload, Some(&message.whole));
                }
                // What follows a lost frame, or the service's own good-bye, is not answered.
                Ok(_) => {}
                Err(error) => self.note(NoticeKind::FramingLost { reason: loss(&error), at: error.at() }),
            }
        }
    }

    pub(super) fn peer_ended(&mut self) -> bool {
        self.receiving = false;
        self.peer_ended = true;
        match self.deframer.finish() {
            Some(rest) if rest.kind == MessageKind::Incomplete => {
                self.note(NoticeKind::MessageCutOff { bytes: rest.range.end - rest.range.start });
            }
            // What silence would have ended.
            Some(rest) => self.take(vec![Ok(rest)]),
            None => {}
        }
        if let Some(rest) = self.responder.on_end() {
            self.push(rest, None);
        }
        self.closing |= self.spec.close_on_eof();
        if self.may_hold_open() {
            self.held_open = Some(Box::pin(sleep(HELD_OPEN_AFTER)));
        }
        true
    }

    /// A server that stays open after its peer's end, and nobody has said that it should.
    pub(super) fn may_hold_open(&self) -> bool {
        let unsaid = self.spec.stream.close_on_eof.is_none() && !self.spec.close_on_eof();
        unsaid && self.spec.kind.is_server() && !self.will_not_write
    }
}

pub fn loss(error: &FrameError) -> FramingLoss {
    match error {
        FrameError::TooLong { max, .. } => FramingLoss::TooLong { limit: u64::from(*max) },
        FrameError::Lying { announced, max, .. } => {
            FramingLoss::Lying { announced: *announced, limit: u64::from(*max) }
        }
        FrameError::Missing { .. } => FramingLoss::Missing,
        FrameError::NoNumber { .. } => FramingLoss::NoNumber,
    }
}
