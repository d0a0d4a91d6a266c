//! What happens to a connection next, and what is done then.

use std::future::Future as _;
use std::io;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::{Connection, PAUSE_RECEIVING_AT};
use crate::engine::connection::request::ConnRequest;
use crate::engine::kernel::{self, Arrival};
use crate::engine::link::error::failed;
use crate::engine::tap::StreamSocket;
use crate::trace::{Errno, NoticeKind};

/// A socket that will not read is looked at so often: nothing else says that bytes have come.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// What happens to a connection next; no request means that nobody can give one any more.
pub(super) enum Next {
    Request(Option<ConnRequest>),
    Turn(Turn),
}

/// One step of the conversation.
pub(super) enum Turn {
    Received(io::Result<Bytes>),
    Sent(io::Result<usize>),
    /// The kernel says that the peer has ended its side.
    Ended,
    /// It did so a while ago.
    HeldOpen,
    /// Nothing has come for so long that a message ends.
    Silence,
    /// The service says something by itself.
    Time,
    /// Nothing has been sent for a while.
    KeepAlive,
}

impl<S: StreamSocket> Connection<S> {
    /// A request goes before a turn. There rarely is one, so that it is only waited for where there is no turn either.
    pub(super) fn poll_next(&mut self, requests: &mut mpsc::Receiver<ConnRequest>, cx: &mut Context<'_>) -> Poll<Next> {
        let is_quiet = requests.is_empty() && !requests.is_closed();
        if is_quiet && let Poll::Ready(turn) = self.poll_turn(cx) {
            return Poll::Ready(Next::Turn(turn));
        }
        if let Poll::Ready(request) = requests.poll_recv(cx) {
            return Poll::Ready(Next::Request(request));
        }
        if is_quiet { Poll::Pending } else { self.poll_turn(cx).map(Next::Turn) }
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<Turn> {
        self.send_first = !self.send_first;
        if self.send_first
            && let Poll::Ready(sent) = self.poll_send(cx)
        {
            return Poll::Ready(Turn::Sent(sent));
        }
        if let Some(time) = &mut self.resting
            && time.as_mut().poll(cx).is_ready()
        {
            self.resting = None;
        }
        if let Some(time) = &mut self.held_open
            && time.as_mut().poll(cx).is_ready()
        {
            self.held_open = None;
            return Poll::Ready(Turn::HeldOpen);
        }
        if let Some(time) = &mut self.silence
            && time.as_mut().poll(cx).is_ready()
        {
            self.silence = None;
            return Poll::Ready(Turn::Silence);
        }
        if let Some(time) = &mut self.next_time
            && time.as_mut().poll(cx).is_ready()
        {
            self.next_time = None;
            return Poll::Ready(Turn::Time);
        }
        if let Some(time) = &mut self.alive
            && time.as_mut().poll(cx).is_ready()
        {
            self.alive = None;
            return Poll::Ready(Turn::KeepAlive);
        }
        if let Poll::Ready(turn) = self.poll_look(cx) {
            return Poll::Ready(turn);
        }
        let may_receive = self.looking.is_none()
            && self.resting.is_none()
            && self.receiving
            && !self.closing
            && self.passing.is_none()
            && (self.spec.service.is_manual() || self.queued < PAUSE_RECEIVING_AT);
        if may_receive {
            if let Poll::Ready(received) = self.tapped.poll_recv(cx, self.spec.recv_size() as usize) {
                return Poll::Ready(Turn::Received(received));
            }
        } else {
            self.tapped.will_not_recv_next();
        }
        self.poll_send(cx).map(Turn::Sent)
    }

    /// After its own shutdown of reading a socket is always readable: whether bytes have come (Linux keeps them for a later
    /// `recv`, tcp(7)), or the peer's end, only the kernel says. Until then there is nothing to receive.
    fn poll_look(&mut self, cx: &mut Context<'_>) -> Poll<Turn> {
        while let Some(time) = &mut self.looking {
            ready!(time.as_mut().poll(cx));
            match self.tapped.socket().number().map(kernel::arrival) {
                Some(Arrival::Nothing) => self.looking = Some(Box::pin(sleep(LOOK_AGAIN))),
                Some(Arrival::Bytes) => self.looking = None,
                Some(Arrival::End) | None => {
                    self.looking = None;
                    return Poll::Ready(Turn::Ended);
                }
            }
        }
        Poll::Pending
    }

    /// True while the conversation goes on.
    pub(super) fn after(&mut self, turn: Turn) -> bool {
        match turn {
            Turn::Received(Ok(bytes)) if bytes.is_empty() && self.will_not_read => {
                self.looking = Some(Box::pin(sleep(Duration::ZERO)));
                true
            }
            Turn::Received(Ok(bytes)) if bytes.is_empty() => self.peer_ended(),
            Turn::Ended => self.peer_ended(),
            Turn::HeldOpen => {
                if self.may_hold_open() && !self.held_open_told.swap(true, Ordering::Relaxed) {
                    self.note(NoticeKind::HeldOpen { peer: self.peer() });
                }
                true
            }
            Turn::Silence => {
                let message = self.deframer.pass(self.tapped.tap().clock.elapsed());
                self.take(message.into_iter().map(Ok).collect());
                self.listen_for_silence();
                true
            }
            Turn::Time => {
                self.time_came();
                true
            }
            Turn::KeepAlive => {
                self.keep_alive();
                true
            }
            Turn::Received(Ok(bytes)) => {
                self.received(bytes);
                true
            }
            Turn::Received(Err(error)) if error.kind() == io::ErrorKind::Interrupted => true,
            Turn::Received(Err(error)) => {
                self.receiving = false;
                self.tap().report(failed("recv", self.peer())(error));
                self.keeps_open
            }
            Turn::Sent(Ok(len)) => {
                self.sent(len);
                true
            }
            Turn::Sent(Err(error)) if error.kind() == io::ErrorKind::Interrupted => true,
            Turn::Sent(Err(error)) => {
                self.send_failed(Errno::from(&error));
                self.keeps_open
            }
        }
    }
}
