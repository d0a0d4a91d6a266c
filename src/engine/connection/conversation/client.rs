//! What only a client's connection does: it waits for a greeting, and keeps itself alive.

use std::task::{Context, Poll};

use std::future::Future as _;

use tokio::time::sleep;

use super::Connection;
use crate::engine::tap::StreamSocket;
use crate::lab::{Content, Localized};
use crate::lang::Words as _;
use crate::service::framing;
use crate::trace::NoticeKind;
use crate::trace::notice::NoReply;

impl<S: StreamSocket> Connection<S> {
    /// Its own times begin with the connection.
    pub(super) fn begin_as_client(&mut self) {
        if self.spec.kind.is_client() {
            self.greeting = self.spec.client.greeting.map(|within| Box::pin(sleep(within)));
            self.stay_alive();
        }
    }

    /// The next keep-alive message is due so long after what was sent last.
    pub(super) fn stay_alive(&mut self) {
        let every = self.spec.client.keep_alive.as_ref().map(|alive| alive.every);
        self.alive = every.filter(|_| self.spec.kind.is_client()).map(|every| Box::pin(sleep(every)));
    }

    /// Ready where nothing has to come before the next is sent.
    pub(super) fn poll_greeted(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(time) = &mut self.greeting else { return Poll::Ready(()) };
        if time.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.greeting = None;
        let within = self.spec.client.greeting.unwrap_or_default();
        self.note(NoticeKind::NoGreeting { within });
        Poll::Ready(())
    }

    pub(super) fn keep_alive(&mut self) {
        let Some(alive) = &self.spec.client.keep_alive else { return };
        let bytes = match &alive.content {
            Content::Hex(bytes) => bytes.clone(),
            // The lab file and the form have seen that it can be.
            Content::Text(text) => self.spec.encoding.encode(text).unwrap_or_default(),
        };
        // Before the greeting, and while something else waits, it would only wait too.
        if self.outgoing.is_empty() && self.greeting.is_none() && !self.closing && !self.peer_ended {
            match framing::frame(&self.spec.stream.framing, self.spec.encoding, bytes.into()) {
                Ok(bytes) => self.push(bytes, None),
                Err(error) => {
                    let reason = Localized::said(|lang| error.words(lang));
                    self.note(NoticeKind::NoReply(NoReply::NotFrameable { reason }));
                }
            }
        }
        self.stay_alive();
    }
}
