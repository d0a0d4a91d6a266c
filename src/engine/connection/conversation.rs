//! One connection's conversation: receives, answers by its service, sends what it is asked to. Each is a task of its own.

mod client;
mod incoming;
mod outgoing;
mod turns;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::Poll;

use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep};

pub(super) use incoming::loss;
use outgoing::Outgoing;
use turns::{Next, Turn};

use super::closing::close;
use super::reply_cap::ReplyCap;
use super::request::ConnRequest;
use super::terms::{Handover, Terms};
use crate::engine::link::command::Job;
use crate::engine::link::completion::Completion;
use crate::engine::link::error::{Error, failed};
use crate::engine::link::request::Request;
use crate::engine::tap::{StreamSocket, Tap, Tapped};
use crate::lab::{Addr, EndpointSpec};
use crate::service::Responder;
use crate::service::framing::Deframer;
use crate::trace::NoticeKind;
use crate::trace::notice::Refused;
use crate::values::How;

/// While more bytes than this wait to be sent, a connection with a service receives nothing: a peer that sends and never
/// reads is slowed instead of filling the memory.
const PAUSE_RECEIVING_AT: usize = 256 * 1024;

/// More bytes than this may not wait to be sent on one connection: 64 MiB.
const MAX_QUEUED: usize = 64 * 1024 * 1024;

/// The most replies in one second of a client that has a service. A server's clients set their own pace; a client and a
/// server that answer each other would never end.
const REPLIES_PER_SECOND: u32 = 1_000;

/// What has arrived before a download began is taken with at most this many calls.
const MAX_BEFORE_DOWNLOAD: u32 = 64;

/// An open connection that somebody else goes on with.
#[expect(clippy::large_enum_variant, reason = "made once for a connection and moved on at once")]
pub enum Passed<S: StreamSocket> {
    /// It has made way for a download; with the spec that it went by.
    Free { tapped: Tapped<S>, spec: Arc<EndpointSpec> },
    /// It is to be served in a way that is not a conversation.
    Changed(Box<Handover<S>>),
}

/// Everything that a connection needs to go on by itself.
pub struct Connection<S: StreamSocket> {
    tapped: Tapped<S>,
    /// It has just been made: the service may greet.
    is_new: bool,
    spec: Arc<EndpointSpec>,
    responder: Responder,
    deframer: Deframer,
    /// Clients only: the service rests when it has answered too often.
    pace: Option<ReplyCap>,
    resting: Option<Pin<Box<Sleep>>>,
    /// Until silence ends the message whose beginning has come.
    silence: Option<Pin<Box<Sleep>>>,
    /// Since when the service's own times are counted, and until the next of them.
    began: Instant,
    next_time: Option<Pin<Box<Sleep>>>,
    /// Clients only: nothing is sent before something has come, or until then.
    greeting: Option<Pin<Box<Sleep>>>,
    /// Clients only: until the next keep-alive message.
    alive: Option<Pin<Box<Sleep>>>,
    /// Until the next reply is due.
    holding: Option<Pin<Box<Sleep>>>,
    /// A client's socket stays open after an error or the peer's end, until the user closes it: what `send` and `recv`
    /// then say is worth seeing.
    keeps_open: bool,
    outgoing: VecDeque<Outgoing>,
    queued: usize,
    receiving: bool,
    peer_ended: bool,
    /// This side has shut down reading: `recv` gives 0 where nothing is there, which says nothing of the peer.
    will_not_read: bool,
    will_not_write: bool,
    /// Until the user is told that the peer has ended and this side goes on.
    held_open: Option<Pin<Box<Sleep>>>,
    held_open_told: Arc<AtomicBool>,
    /// When to look whether something has come all the same.
    looking: Option<Pin<Box<Sleep>>>,
    /// The service's or the limit's wish: close when everything has gone out.
    closing: bool,
    /// Whose turn it is when both directions could go on.
    send_first: bool,
    /// It is to make way when everything before that has gone out.
    makes_way: Option<Completion>,
    /// It is passed on when everything before that has gone out.
    passing: Option<Box<Terms>>,
}

impl<S: StreamSocket> Connection<S> {
    pub fn new(tapped: Tapped<S>, spec: Arc<EndpointSpec>, responder: Responder) -> Self {
        let is_server = spec.kind.is_server();
        Self {
            tapped,
            is_new: true,
            responder,
            deframer: Deframer::new(&spec.stream.framing, spec.encoding),
            pace: (!is_server).then(|| ReplyCap::new(REPLIES_PER_SECOND)),
            resting: None,
            silence: None,
            began: Instant::now(),
            next_time: None,
            greeting: None,
            alive: None,
            holding: None,
            keeps_open: !is_server && !spec.close_on_eof(),
            spec,
            outgoing: VecDeque::new(),
            queued: 0,
            receiving: true,
            peer_ended: false,
            will_not_read: false,
            will_not_write: false,
            held_open: None,
            held_open_told: Arc::default(),
            looking: None,
            closing: false,
            send_first: false,
            makes_way: None,
            passing: None,
        }
    }

    /// Takes up a connection that was served in another way.
    ///
    /// Boxed, as what runs it is: the task of a connection would else hold several copies' worth of room.
    pub fn go_on(changed: Handover<S>) -> Box<Self> {
        let Handover { tapped, terms, begun } = changed;
        let mut connection = Box::new(Self::new(tapped, terms.spec, terms.responder));
        connection.held_open_told = terms.held_open_told;
        connection.is_new = false;
        let position = connection.tapped.received() - begun.len() as u64;
        connection.deframer =
            Deframer::new(&connection.spec.stream.framing, connection.spec.encoding).beginning_at(position);
        if !begun.is_empty() {
            connection.received(begun);
        }
        connection
    }

    /// Whether it has only just been made, so that its service may greet.
    pub fn greeting(mut self: Box<Self>, is_new: bool) -> Box<Self> {
        self.is_new = is_new;
        self
    }

    /// Goes on until one of the two ends it. When `requests` has no sender any more, the connection is closed. Where
    /// somebody else is to go on with it, it is given back open.
    pub async fn run(mut self: Box<Self>, requests: &mut mpsc::Receiver<ConnRequest>) -> Option<Passed<S>> {
        let mut closed_by = None;
        let mut reset = false;
        if std::mem::take(&mut self.is_new) {
            self.begin_as_client();
            self.greet();
        } else {
            self.begin_times();
        }
        while !(self.closing && self.outgoing.is_empty()) {
            if self.outgoing.is_empty()
                && let Some(done) = self.makes_way.take()
            {
                match self.make_way().await {
                    true if self.receiving && !self.closing => {
                        done.finish(Ok(()));
                        let Self { tapped, spec, .. } = *self;
                        return Some(Passed::Free { tapped, spec });
                    }
                    go_on => {
                        done.finish(Err(Refused::Busy.into()));
                        if !go_on {
                            break;
                        }
                        continue;
                    }
                }
            }
            if self.outgoing.is_empty()
                && self.receiving
                && let Some(terms) = self.passing.take()
            {
                let begun = self.deframer.take_waiting();
                return Some(Passed::Changed(Box::new(Handover { tapped: self.tapped, terms: *terms, begun })));
            }
            let go_on = match poll_fn(|cx| self.poll_next(requests, cx)).await {
                Next::Request(Some(request)) => match request.closes() {
                    Ok((with_reset, done)) => {
                        reset = with_reset;
                        closed_by = Some(done);
                        false
                    }
                    Err(request) => {
                        self.handle(request).await;
                        true
                    }
                },
                Next::Request(None) => false,
                Next::Turn(turn) => self.after(turn),
            };
            if !go_on {
                break;
            }
        }
        self.end(reset, closed_by).await;
        None
    }

    /// Takes what has arrived by now: it came before the download and is no part of it. True while the conversation goes
    /// on.
    async fn make_way(&mut self) -> bool {
        let size = self.spec.recv_size() as usize;
        for _ in 0..MAX_BEFORE_DOWNLOAD {
            let received = poll_fn(|cx| match self.tapped.poll_recv(cx, size) {
                Poll::Ready(received) => Poll::Ready(Some(received)),
                Poll::Pending => Poll::Ready(None),
            });
            let Some(received) = received.await else { break };
            if !self.after(Turn::Received(received)) {
                return false;
            }
            if !self.receiving {
                break;
            }
        }
        true
    }

    async fn handle(&mut self, request: ConnRequest) {
        match request {
            ConnRequest::Do(Request { job, done, .. }) => self.perform(job, done).await,
            ConnRequest::MakeWay { done } if self.receiving && !self.closing && self.makes_way.is_none() => {
                self.makes_way = Some(done);
            }
            ConnRequest::MakeWay { done } => done.finish(Err(Refused::Busy.into())),
            ConnRequest::Apply { terms, done } => {
                self.change(terms);
                done.finish(Ok(()));
            }
        }
    }

    async fn perform(&mut self, job: Job, done: Completion) {
        match job {
            Job::Send(bytes) if bytes.is_empty() => done.finish(Ok(())),
            Job::Send(bytes) if self.queued + bytes.len() > MAX_QUEUED => {
                done.finish(Err(Refused::QueueFull { peer: self.peer(), queued: self.queued as u64 }.into()));
            }
            Job::Send(bytes) => self.push(bytes, Some(done)),
            Job::Shutdown(how) => {
                let result = self.tapped.shutdown(how).await;
                self.will_not_read |= result.is_ok() && how != How::Write;
                self.will_not_write |= result.is_ok() && how != How::Read;
                let peer = self.peer();
                done.finish(result.map_err(failed("shutdown", peer)));
            }
            // `run` has closed it, or it is for the endpoint itself.
            Job::CloseConn { .. }
            | Job::Close
            | Job::Open(_)
            | Job::Apply { .. }
            | Job::Download { .. }
            | Job::RemoveStale(_)
            | Job::Fault(_)
            | Job::Membership { .. } => done.finish(Ok(())),
        }
    }

    /// Goes on by other terms: what has been answered stays so, and of what came and was not answered nothing is lost.
    fn change(&mut self, terms: Box<Terms>) {
        let answers_the_same = terms.answers_as(&self.spec);
        let cuts_the_same =
            self.spec.stream.framing == terms.spec.stream.framing && self.spec.encoding == terms.spec.encoding;
        self.spec = Arc::clone(&terms.spec);
        if !answers_the_same {
            // The beginning of a character that the service before has kept, as when the stream ends.
            if let Some(rest) = self.responder.on_end() {
                self.push(rest, None);
            }
            self.responder = terms.responder.clone();
            self.begin_times();
        }
        self.keeps_open = !self.spec.kind.is_server() && !self.spec.close_on_eof();
        self.closing |= self.peer_ended && self.spec.close_on_eof();
        self.passing = terms.protocol().is_some().then_some(terms);
        if !cuts_the_same && self.passing.is_none() {
            let received = self.tapped.received();
            let messages: Vec<_> =
                self.deframer.change(&self.spec.stream.framing, self.spec.encoding, received).collect();
            self.take(messages);
        }
    }

    async fn end(mut self: Box<Self>, reset: bool, closed_by: Option<Completion>) {
        let peer = self.peer();
        let unsent: u64 = self.outgoing.iter().map(|outgoing| outgoing.bytes.len() as u64).sum();
        let mut unasked = 0;
        for Outgoing { bytes, done, .. } in std::mem::take(&mut self.outgoing) {
            match done {
                Some(done) => done.finish(Err(Error::Unsent { peer: peer.clone(), bytes: bytes.len() as u64 })),
                None => unasked += bytes.len() as u64,
            }
        }
        if unasked > 0 && unsent == unasked {
            self.tap().report(Error::Unsent { peer, bytes: unasked });
        }
        let closed = close(self.tapped, &self.spec, reset).await;
        if let Some(done) = closed_by {
            done.finish(closed);
        }
    }

    fn peer(&self) -> Option<Addr> {
        self.tapped.tap().ends.peer.clone()
    }

    fn tap(&self) -> &Tap {
        self.tapped.tap()
    }

    fn note(&self, kind: NoticeKind) {
        self.tap().note(kind);
    }
}
