//! A stream socket under the tap: one method call = one OS call = one Call.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::buffers::{copied, with_scratch};
use super::{Moved, PendingCall, Tap};
use crate::engine::kernel::sampler::Sampled;
use crate::engine::link::error::failed;
use crate::engine::link::event::Event;
use crate::lab::step::How;
use crate::trace::{Notice, NoticeKind, Op, OptionValue, SocketOption};

/// A connected stream socket as the system offers it. The engine's sockets implement it, and so can a test's double.
pub trait StreamSocket {
    fn poll_recv_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    fn poll_send_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    /// One `recv`; `WouldBlock` where nothing is there. After one that gave fewer bytes than fit, it may be taken that
    /// nothing is there until the system says so.
    fn try_recv(&self, buffer: &mut [u8]) -> io::Result<usize>;
    /// One `recv`, whatever the system has said.
    fn recv_anyway(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.try_recv(buffer)
    }
    /// Whether an urgent byte (tcp(7)) comes next; what is received next comes from behind it.
    fn is_at_urgent_byte(&self) -> bool {
        false
    }
    /// One `send`; `WouldBlock` where there is no room.
    fn try_send(&self, bytes: &[u8]) -> io::Result<usize>;
    fn shutdown(&self, how: How) -> io::Result<()>;
    /// Its descriptor, by which the kernel can be asked about it; a double has none.
    fn number(&self) -> Option<u64> {
        None
    }
    /// Makes `close` discard what is unsent and reset the connection (SO_LINGER with zero seconds).
    fn set_reset_on_close(&self) -> io::Result<()>;
    fn close(self) -> io::Result<()>;
}

/// A stream socket under the tap.
pub struct Tapped<S: StreamSocket> {
    /// Before the socket, so that it is dropped first.
    sampled: Option<Sampled>,
    socket: S,
    tap: Tap,
    received: u64,
    sent: u64,
    receiving: Option<PendingCall>,
    sending: Option<PendingCall>,
    emptied: Emptied,
    /// Where the urgent byte stands that the session was told of last.
    urgent: Option<u64>,
}

/// Whether everything that has arrived is received.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Emptied {
    /// The system says when there is more.
    AsTheSystemSays,
    /// The last `recv` gave fewer bytes than fit: as a rule there are no more, and asking for them would cost a call of
    /// the system for each message. The exception are bytes after an urgent one, at which `recv` stops (tcp(7)) and of
    /// which the system says nothing: after a moment it is asked all the same.
    Supposedly,
    /// It is asked, until it says that there is nothing.
    InDoubt,
}

impl<S: StreamSocket> Tapped<S> {
    pub fn new(socket: S, tap: Tap) -> Self {
        let sampled = socket.number().map(|number| tap.sampler.add((tap.endpoint, tap.conn), &tap.ends, number));
        Self {
            sampled,
            socket,
            tap,
            received: 0,
            sent: 0,
            receiving: None,
            sending: None,
            emptied: Emptied::AsTheSystemSays,
            urgent: None,
        }
    }

    pub fn tap(&self) -> &Tap {
        &self.tap
    }

    /// Keeps no more than so many bytes of each call from here on.
    pub fn limit_snaplen(&mut self, most: usize) {
        self.tap.snaplen = self.tap.snaplen.min(most);
    }

    /// Keeps so many again.
    pub fn set_snaplen(&mut self, most: usize) {
        self.tap.snaplen = most;
    }

    pub fn socket_mut(&mut self) -> &mut S {
        &mut self.socket
    }

    pub fn socket(&self) -> &S {
        &self.socket
    }

    /// How many bytes of each direction's stream are on record.
    pub fn received(&self) -> u64 {
        self.received
    }

    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Bytes that another holder of the socket has sent and put on record.
    pub fn count_sent(&mut self, bytes: u64) {
        self.sent += bytes;
    }

    /// Gives up the calls that wait: another holder of the socket makes them from here on.
    pub fn stop_waiting(&mut self) {
        for waiting in [self.receiving.take(), self.sending.take()].into_iter().flatten() {
            waiting.hand_over();
        }
    }

    /// One `recv(max)`. The waiting belongs to it: polled again, also after other calls, it is still the same call.
    /// No bytes mean that the peer has ended its side.
    pub fn poll_recv(&mut self, cx: &mut Context<'_>, max: usize) -> Poll<io::Result<Bytes>> {
        with_scratch(max, |buffer| {
            let received = ready!(self.poll_recv_into(cx, buffer))?;
            Poll::Ready(Ok(received))
        })
    }

    fn poll_recv_into(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<Bytes>> {
        let op = Op::Recv { max: buffer.len() as u64 };
        let emptied = Cell::new(self.emptied);
        let at_urgent_byte = Cell::new(false);
        let result = poll_call(
            &self.tap,
            &mut self.receiving,
            cx,
            &op,
            buffer.len(),
            |waiting, cx| {
                if emptied.get() == Emptied::InDoubt {
                    return Poll::Ready(Ok(()));
                }
                let ready = self.socket.poll_recv_ready(cx);
                if ready.is_pending() && emptied.get() == Emptied::Supposedly && waiting.is_announced() {
                    emptied.set(Emptied::InDoubt);
                    return Poll::Ready(Ok(()));
                }
                ready
            },
            |len| {
                // Before each: the one that goes past it doesn't say so.
                at_urgent_byte.set(at_urgent_byte.get() || self.socket.is_at_urgent_byte());
                match emptied.get() {
                    Emptied::InDoubt => self.socket.recv_anyway(&mut buffer[..len]).inspect_err(|error| {
                        if error.kind() == io::ErrorKind::WouldBlock {
                            emptied.set(Emptied::AsTheSystemSays);
                        }
                    }),
                    _ => self.socket.try_recv(&mut buffer[..len]),
                }
            },
            self.emptied == Emptied::Supposedly,
        );
        self.emptied = emptied.get();
        if at_urgent_byte.get() {
            self.tell_of_urgent_byte();
        }
        let result = ready!(result);
        let Some(waiting) = self.receiving.take() else { return Poll::Ready(result.map(|_| Bytes::new())) };
        match result {
            Ok(len) => {
                if self.emptied != Emptied::InDoubt {
                    let is_short = (1..buffer.len()).contains(&len);
                    self.emptied = if is_short { Emptied::Supposedly } else { Emptied::AsTheSystemSays };
                }
                let data = copied(&buffer[..len]);
                let kept = self.tap.kept(&data, len);
                // The peer's end covers no byte of the stream.
                let offset = (len > 0).then_some(self.received);
                let moved = Moved { offset, len: len as u64, data: kept, ..Moved::default() };
                self.received += len as u64;
                waiting.end(&self.tap, op, Ok(len as u64), moved);
                Poll::Ready(Ok(data))
            }
            Err(error) => {
                waiting.end(&self.tap, op, Err(&error), Moved::default());
                Poll::Ready(Err(error))
            }
        }
    }

    fn tell_of_urgent_byte(&mut self) {
        if self.urgent.replace(self.received) == Some(self.received) {
            return;
        }
        let kind = NoticeKind::UrgentByte { at: self.received };
        let Tap { clock, endpoint, conn, .. } = &self.tap;
        self.tap.events.send(Event::Notice(Notice { at: clock.now(), endpoint: Some(*endpoint), conn: *conn, kind }));
    }

    /// One `send` of all of `bytes`; the result says how many the system took. `rule` is the service's that caused it.
    pub fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &Bytes,
        rule: Option<&Arc<str>>,
    ) -> Poll<io::Result<usize>> {
        self.poll_send_from(cx, bytes, rule, |tap, len| tap.kept(bytes, len))
    }

    fn poll_send_from(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        rule: Option<&Arc<str>>,
        keep: impl FnOnce(&Tap, usize) -> Bytes,
    ) -> Poll<io::Result<usize>> {
        let op = Op::Send { len: bytes.len() as u64 };
        let result = ready!(poll_call(
            &self.tap,
            &mut self.sending,
            cx,
            &op,
            bytes.len(),
            |_, cx| self.socket.poll_send_ready(cx),
            |len| self.socket.try_send(&bytes[..len]),
            false,
        ));
        let Some(waiting) = self.sending.take() else { return Poll::Ready(result) };
        match &result {
            Ok(len) => {
                let moved = Moved {
                    offset: Some(self.sent),
                    len: *len as u64,
                    data: keep(&self.tap, *len),
                    lost: 0,
                    rule: rule.cloned(),
                };
                self.sent += *len as u64;
                waiting.end(&self.tap, op, Ok(*len as u64), moved);
            }
            Err(error) => waiting.end(&self.tap, op, Err(error), Moved::default()),
        }
        Poll::Ready(result)
    }

    pub fn shutdown(&mut self, how: How) -> io::Result<()> {
        self.tap.call(Op::Shutdown { how }, || self.socket.shutdown(how), |()| 0)
    }

    /// Closes the socket. A call that still waits ends without a result.
    ///
    /// # Errors
    /// What setsockopt(2), which asks for a reset, or close(2) says; the socket is gone all the same.
    pub fn close(self, reset: bool) -> Result<(), NoticeKind> {
        let Self { socket, tap, sampled, receiving, sending, .. } = self;
        // What waits ends before the socket does.
        drop((receiving, sending));
        // Nobody may ask about a descriptor that is somebody else's by then.
        drop(sampled);
        let prepared =
            if reset { tap.call(linger(Some(Duration::ZERO)), || socket.set_reset_on_close(), |()| 0) } else { Ok(()) };
        let closed = tap.call(Op::Close, || socket.close(), |()| 0);
        let peer = || tap.ends.peer.clone();
        prepared
            .map_err(|error| failed("setsockopt", peer())(error))
            .and(closed.map_err(|error| failed("close", peer())(error)))
    }
}

/// `setsockopt(SO_LINGER)`; `None` is off.
pub fn linger(time: Option<Duration>) -> Op {
    let seconds = time.map(|time| u32::try_from(time.as_secs()).unwrap_or(u32::MAX));
    Op::SetSockOpt { option: SocketOption::Linger, value: OptionValue::Linger(seconds) }
}

/// Makes one call that may have to wait and is to move `len` bytes; leaves its [`Waiting`] in `waiting` for the caller to
/// end. With `look_again` it is polled again when the session is told that it waits.
#[expect(clippy::too_many_arguments, reason = "the two kinds of call differ in what is asked of the socket")]
fn poll_call(
    tap: &Tap,
    waiting: &mut Option<PendingCall>,
    cx: &mut Context<'_>,
    op: &Op,
    len: usize,
    mut poll_ready: impl FnMut(&PendingCall, &mut Context<'_>) -> Poll<io::Result<()>>,
    mut attempt: impl FnMut(usize) -> io::Result<usize>,
    look_again: bool,
) -> Poll<io::Result<usize>> {
    // While the session is behind, no call is begun; one that waits already may go on waiting.
    if tap.events.poll_ready(cx).is_pending() {
        return Poll::Pending;
    }
    let waiting = waiting.get_or_insert_with(|| PendingCall::begin(tap));
    loop {
        match poll_ready(waiting, cx) {
            Poll::Pending => {
                waiting.wait_and(tap, look_again.then(|| cx.waker()), || op.clone());
                return Poll::Pending;
            }
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Ready(Ok(())) => match tap.os_moving(op.name(), len, &mut attempt) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return Poll::Ready(result),
            },
        }
    }
}

impl<S: StreamSocket + Unpin> AsyncRead for Tapped<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let unfilled = buffer.initialize_unfilled();
        if unfilled.is_empty() {
            return Poll::Ready(Ok(()));
        }
        loop {
            match ready!(self.poll_recv_into(cx, unfilled)) {
                // A call on record; to whoever reads here it would be an end.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(received) => {
                    buffer.advance(received.len());
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }
}

impl<S: StreamSocket + Unpin> AsyncWrite for Tapped<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        let keep = |tap: &Tap, len: usize| copied(&bytes[..len.min(tap.snaplen)]);
        loop {
            match ready!(self.poll_send_from(cx, bytes, None, keep)) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return Poll::Ready(result),
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.shutdown(How::Write))
    }
}
