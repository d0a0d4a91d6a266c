//! What waits to be sent on a connection: what was asked for and what its service answers, in one queue.

use std::future::Future as _;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::time::{Instant, sleep_until};

use super::Connection;
use crate::engine::link::clock::service_time;
use crate::engine::link::completion::Completion;
use crate::engine::link::error::Error;
use crate::engine::tap::StreamSocket;
use crate::lab::Localized;
use crate::lang::Words as _;
use crate::service::{Response, framing};
use crate::trace::notice::{CallFailure, Detail, NoReply};
use crate::trace::{Errno, NoticeKind};

/// A payload, or the rest of one, that waits to be sent. Replies of a service have no part.
pub(super) struct Outgoing {
    pub(super) bytes: Bytes,
    pub(super) done: Option<Completion>,
    /// The service's rule that made it.
    pub(super) rule: Option<Arc<str>>,
    /// When a reply that is held back goes out; what was asked for after it waits too, so that the order stays.
    pub(super) due: Option<Instant>,
}

impl<S: StreamSocket> Connection<S> {
    pub(super) fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.outgoing.is_empty() {
            return Poll::Pending;
        }
        ready!(self.poll_greeted(cx));
        let Some(first) = self.outgoing.front_mut() else { return Poll::Pending };
        if let Some(due) = first.due.take() {
            self.holding = Some(Box::pin(sleep_until(due)));
        }
        if let Some(time) = &mut self.holding {
            ready!(time.as_mut().poll(cx));
            self.holding = None;
        }
        // Only the end of a delay, after which the connection is closed.
        if first.bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        self.tapped.poll_send(cx, &first.bytes, first.rule.as_ref())
    }

    pub(super) fn push(&mut self, bytes: Bytes, done: Option<Completion>) {
        self.queued += bytes.len();
        self.outgoing.push_back(Outgoing { bytes, done, rule: None, due: None });
    }

    /// Answers a message, of which `whole` is the frame that it came in.
    pub(super) fn answer(&mut self, message: &Bytes, whole: Option<&Bytes>) {
        let Some(peer) = self.peer() else { return };
        let frame = self.spec.stream.framing.preset().zip(whole.map(|whole| &**whole));
        let response = self.responder.on_framed(service_time(&self.spec), message, frame, &peer);
        self.say(response);
    }

    /// Says what the service says before anybody asks, and sets the time at which it says more.
    pub(super) fn greet(&mut self) {
        let Some(peer) = self.peer() else { return };
        for response in self.responder.on_connect(service_time(&self.spec), &peer) {
            self.say(response);
        }
        self.begin_times();
    }

    /// The service's own times begin now.
    pub(super) fn begin_times(&mut self) {
        self.began = Instant::now();
        self.wait_for_time();
    }

    fn wait_for_time(&mut self) {
        let next = self.responder.next_time();
        self.next_time = next.map(|time| Box::pin(sleep_until(self.began + time)));
    }

    /// It is the time at which the service says something by itself.
    pub(super) fn time_came(&mut self) {
        let Some(peer) = self.peer() else { return };
        // Nobody is told anything while what was said before waits, or after the end.
        let may_speak = !self.closing && self.queued < super::PAUSE_RECEIVING_AT;
        for response in self.responder.on_time(self.began.elapsed(), service_time(&self.spec), &peer) {
            if may_speak {
                self.say(response);
            }
        }
        self.wait_for_time();
    }

    fn say(&mut self, response: Response) {
        if let Some(trouble) = response.trouble {
            self.note(trouble);
        }
        let answered = response.reply.is_some();
        let mut time = Instant::now() + response.delay;
        let due = (!response.delay.is_zero()).then_some(time);
        match response.reply.map(|reply| framing::frame(&self.spec.stream.framing, self.spec.encoding, reply)) {
            Some(Ok(reply)) if !reply.is_empty() || due.is_some() => {
                self.queued += reply.len();
                self.outgoing.push_back(Outgoing { bytes: reply, done: None, rule: response.rule.clone(), due });
            }
            Some(Err(error)) => {
                let reason = Localized::said(|lang| error.words(lang));
                self.note(NoticeKind::NoReply(NoReply::NotFrameable { reason }));
            }
            None if due.is_some() && response.close => {
                self.outgoing.push_back(Outgoing { bytes: Bytes::new(), done: None, rule: None, due });
            }
            Some(Ok(_)) | None => {}
        }
        for (delay, reply) in response.then {
            match framing::frame(&self.spec.stream.framing, self.spec.encoding, reply) {
                Ok(bytes) if !bytes.is_empty() => {
                    time += delay;
                    self.queued += bytes.len();
                    let due = (time > Instant::now()).then_some(time);
                    self.outgoing.push_back(Outgoing { bytes, done: None, rule: response.rule.clone(), due });
                }
                Ok(_) => {}
                Err(error) => {
                    let reason = Localized::said(|lang| error.words(lang));
                    self.note(NoticeKind::NoReply(NoReply::NotFrameable { reason }));
                }
            }
        }
        self.closing |= response.close;
        if answered {
            self.keep_pace();
        }
    }

    fn keep_pace(&mut self) {
        let Some(pace) = &mut self.pace else { return };
        let Some(until) = pace.count(Instant::now()) else { return };
        self.resting = Some(Box::pin(sleep_until(until)));
        if pace.is_news() {
            let per_second = pace.per_second();
            self.note(NoticeKind::RepliesCapped { per_second });
        }
    }

    pub(super) fn sent(&mut self, len: usize) {
        self.stay_alive();
        let Some(first) = self.outgoing.front_mut() else { return };
        self.queued -= len.min(self.queued);
        let sent = len.min(first.bytes.len());
        first.bytes = first.bytes.slice(sent..);
        if first.bytes.is_empty()
            && let Some(Outgoing { done: Some(done), .. }) = self.outgoing.pop_front()
        {
            done.finish(Ok(()));
            // With a service, that is its reply and not what a user typed.
            self.closing |= self.spec.service.close_after_reply && self.spec.service.is_manual();
        }
    }

    /// Nothing more can go out: each payload that waited says how much of it did not.
    pub(super) fn send_failed(&mut self, errno: Errno) {
        let addr = self.peer();
        let mut told = false;
        for Outgoing { bytes, done, .. } in std::mem::take(&mut self.outgoing) {
            let unsent = bytes.len() as u64;
            let detail = Detail::Unsent(unsent);
            let error = Error::Call(CallFailure { call: "send", addr: addr.clone(), errno, detail });
            match done {
                Some(done) => done.finish(Err(error)),
                None if !told => self.tap().report(error),
                None => {}
            }
            told = true;
        }
        self.queued = 0;
    }
}
