//! What hyper does not tell: when an answer has gone out to its last byte, how much of it has so far, and why it went no
//! further. [`Watched`] lies between hyper and the tap and counts what passes.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::time::Instant;

use crate::engine::tap::{StreamSocket, Tapped};
use crate::engine::transfer::progress::ProgressReporter;
use crate::engine::transfer::registry::Cancelled;
use crate::trace::Errno;
use crate::trace::transfer::End;

/// So much of what came before the first request is remembered, to show what it was if it is no request.
const MAX_FIRST: usize = 256;

/// One connection's state, shared by its task, its service, its bodies and its socket.
#[derive(Default)]
pub struct Watch {
    state: Mutex<State>,
    /// Told when the connection's task has something new to wait for.
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// A whole request has come.
    asked: bool,
    /// The peer has ended its side.
    peer_ended: bool,
    first: Vec<u8>,
    received_at: Option<Instant>,
    /// The socket call that failed.
    trouble: Option<(&'static str, Errno)>,
    answer: Option<Answer>,
    /// Requests that have come and are not answered to the last byte.
    unanswered: u32,
    /// How the task hears that the user cancels the transfer that was asked for last.
    cancelled: Option<Cancelled>,
    /// A request that waits for the answer before it to be gone.
    next: Option<Waker>,
}

/// An answer on its way out.
struct Answer {
    sending: Option<Sending>,
    /// Bytes of its head that have still to go out; unknown until the first of them do.
    head: Option<usize>,
    body_is_over: bool,
    moved_at: Instant,
    /// Why there will be no more of its body.
    failed: Option<End>,
}

/// A file that goes out with an answer.
pub struct Sending {
    pub progress: ProgressReporter,
    pub permit: OwnedSemaphorePermit,
    /// Called when every byte is with the system.
    pub sent: Box<dyn FnOnce(ProgressReporter) + Send>,
}

/// The outcome of the last answer when its connection ended before it had gone out.
pub struct Unfinished {
    pub sending: Option<Sending>,
    pub failed: Option<End>,
}

impl Watch {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A whole request has come. Ready once the answer before it is gone, so that bytes that go out belong to one answer.
    pub async fn request(&self) {
        {
            let mut state = self.state();
            state.asked = true;
            state.unanswered += 1;
            state.first = Vec::new();
        }
        poll_fn(|cx| {
            let mut state = self.state();
            if state.answer.is_none() {
                return Poll::Ready(());
            }
            state.next = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// From now on what goes out is this answer.
    pub fn answer(&self, sending: Option<Sending>) {
        self.state().answer =
            Some(Answer { sending, head: None, body_is_over: false, moved_at: Instant::now(), failed: None });
        self.changed.notify_one();
    }

    /// There will be no more of the body: hyper has all of it, or can't have it.
    pub fn body_over(&self) {
        if let Some(answer) = &mut self.state().answer {
            answer.body_is_over = true;
        }
    }

    pub fn body_failed(&self, end: End) {
        if let Some(answer) = &mut self.state().answer {
            answer.failed.get_or_insert(end);
        }
    }

    /// When the answer on its way last moved; `None` while there is none.
    pub fn moved_at(&self) -> Option<Instant> {
        self.state().answer.as_ref().map(|answer| answer.moved_at)
    }

    /// When the last bytes came.
    pub fn received_at(&self) -> Option<Instant> {
        self.state().received_at
    }

    /// Since when nothing more came after a beginning that no request has: neither a blank nor the end of a line.
    pub fn odd_since(&self) -> Option<Instant> {
        let state = self.state();
        let is_odd = !state.asked && !state.first.is_empty() && !state.first.iter().any(u8::is_ascii_whitespace);
        state.received_at.filter(|_| is_odd)
    }

    pub fn may_be_cancelled(&self, cancelled: Cancelled) {
        self.state().cancelled = Some(cancelled);
        self.changed.notify_one();
    }

    pub fn take_cancelled(&self) -> Option<Cancelled> {
        self.state().cancelled.take()
    }

    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    pub fn has_asked(&self) -> bool {
        self.state().asked
    }

    /// True between two requests.
    pub fn is_idle(&self) -> bool {
        self.state().unanswered == 0
    }

    pub fn peer_ended(&self) -> bool {
        self.state().peer_ended
    }

    /// The beginning of what came, where that was no request so far.
    pub fn first(&self) -> Vec<u8> {
        self.state().first.clone()
    }

    pub fn trouble(&self) -> Option<(&'static str, Errno)> {
        self.state().trouble
    }

    /// Takes the answer that did not go out.
    pub fn unfinished(&self) -> Option<Unfinished> {
        let answer = self.state().answer.take()?;
        Some(Unfinished { sending: answer.sending, failed: answer.failed })
    }

    fn received(&self, bytes: &[u8]) {
        let mut state = self.state();
        if bytes.is_empty() {
            state.peer_ended = true;
        } else if !state.asked {
            let more = bytes.len().min(MAX_FIRST - state.first.len());
            state.first.extend_from_slice(&bytes[..more]);
            state.received_at = Some(Instant::now());
            self.changed.notify_one();
        }
    }

    /// The system took the first `len` of `bytes`, which is all that hyper has.
    fn sent(&self, bytes: &[u8], len: usize) {
        let mut state = self.state();
        let Some(answer) = &mut state.answer else { return };
        answer.moved_at = Instant::now();
        // hyper begins an answer with its whole head in one piece.
        let head = *answer.head.get_or_insert_with(|| {
            memchr::memmem::find(bytes, b"\r\n\r\n").map_or(bytes.len(), |at| at + b"\r\n\r\n".len())
        });
        answer.head = Some(head.saturating_sub(len));
        if let Some(sending) = &mut answer.sending {
            sending.progress.moved(len.saturating_sub(head) as u64);
        }
    }

    /// Everything that hyper had is with the system.
    fn flushed(&self) {
        let mut state = self.state();
        let is_over = state
            .answer
            .as_ref()
            .is_some_and(|answer| answer.body_is_over && answer.head.is_some() && answer.failed.is_none());
        if !is_over {
            return;
        }
        let answer = state.answer.take();
        state.unanswered = state.unanswered.saturating_sub(1);
        let next = state.next.take();
        drop(state);
        if let Some(Sending { progress, permit, sent }) = answer.and_then(|answer| answer.sending) {
            sent(progress);
            drop(permit);
        }
        if let Some(next) = next {
            next.wake();
        }
        self.changed.notify_one();
    }

    fn failed(&self, op: &'static str, error: &io::Error) {
        self.state().trouble.get_or_insert((op, Errno::from(error)));
    }
}

/// The stream that hyper gets.
pub struct Watched<S: StreamSocket> {
    pub tapped: Tapped<S>,
    pub watch: Arc<Watch>,
    /// Came before the connection was to carry HTTP.
    pub begun: Bytes,
}

impl<S: StreamSocket + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if !self.begun.is_empty() {
            let len = self.begun.len().min(buffer.remaining());
            buffer.put_slice(&self.begun.split_to(len));
            self.watch.received(&buffer.filled()[before..]);
            return Poll::Ready(Ok(()));
        }
        let result = ready!(Pin::new(&mut self.tapped).poll_read(cx, buffer));
        match &result {
            Ok(()) => self.watch.received(&buffer.filled()[before..]),
            Err(error) => self.watch.failed("recv", error),
        }
        Poll::Ready(result)
    }
}

impl<S: StreamSocket + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = ready!(Pin::new(&mut self.tapped).poll_write(cx, bytes));
        match &result {
            Ok(len) => self.watch.sent(bytes, *len),
            Err(error) => self.watch.failed("send", error),
        }
        Poll::Ready(result)
    }

    /// hyper asks for this once its own buffer is empty.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.watch.flushed();
        Poll::Ready(Ok(()))
    }

    /// To a peer that has ended already, the closing that follows says the same.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.watch.flushed();
        if self.watch.peer_ended() { Poll::Ready(Ok(())) } else { Pin::new(&mut self.tapped).poll_shutdown(cx) }
    }
}
