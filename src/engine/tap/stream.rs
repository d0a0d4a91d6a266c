//! A stream socket under the tap: one method call = one OS call = one Call.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::buffers::{copied, kept, with_room};
use super::{Moved, Place, Tap, Turn, Waits};
use crate::engine::kernel::sampler::Sampled;
use crate::engine::link::error::{Error, failed};
use crate::trace::{NoticeKind, Op, OptionValue, SocketOption};
use crate::values::How;

/// A connected stream socket as the system offers it. The engine's sockets implement it, and so can a test's double.
pub trait StreamSocket: Send + 'static {
    fn poll_recv_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    fn poll_send_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    /// One `recv(max)`, in the place of what `buffer` had; `WouldBlock` where nothing is there. After one that gave fewer
    /// bytes than fit, it may be taken that nothing is there until the system says so.
    fn try_recv(&self, buffer: &mut Vec<u8>, max: usize) -> io::Result<usize>;
    /// One `recv(max)`, whatever the system has said.
    fn recv_anyway(&self, buffer: &mut Vec<u8>, max: usize) -> io::Result<usize> {
        self.try_recv(buffer, max)
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
    /// How many bytes have come that nobody has read.
    fn unread(&self) -> u64 {
        0
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
    receiving: Turn,
    sending: Turn,
    /// Of a `shutdown` that is polled.
    shutting: Option<Place>,
    emptied: Emptied,
    /// Place of the urgent byte that was last reported to the session.
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
        let sampled = socket.number().map(|number| tap.sampled(number));
        Self {
            sampled,
            socket,
            tap,
            received: 0,
            sent: 0,
            receiving: Turn::default(),
            sending: Turn::default(),
            shutting: None,
            emptied: Emptied::AsTheSystemSays,
            urgent: None,
        }
    }

    pub fn tap(&self) -> &Tap {
        &self.tap
    }

    /// Limits the bytes kept of each call from here on.
    pub fn limit_snaplen(&mut self, most: usize) {
        self.tap.snaplen = self.tap.snaplen.min(most);
    }

    /// Restores that limit.
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

    /// No `recv` comes next, unless one has begun.
    pub fn will_not_recv_next(&mut self) {
        self.receiving.step_back();
    }

    /// One `recv(max)`. The waiting belongs to it: polled again, also after other calls, it is still the same call.
    /// No bytes mean that the peer has ended its side.
    pub fn poll_recv(&mut self, cx: &mut Context<'_>, max: usize) -> Poll<io::Result<Bytes>> {
        with_room(|room| self.poll_recv_in(cx, room, max))
    }

    fn poll_recv_in(&mut self, cx: &mut Context<'_>, room: &mut Vec<u8>, max: usize) -> Poll<io::Result<Bytes>> {
        let op = Op::Recv { max: max as u64 };
        let emptied = Cell::new(self.emptied);
        let at_urgent_byte = Cell::new(false);
        let look_again = self.emptied == Emptied::Supposedly;
        let returned = self.tap.poll_call(
            cx,
            &mut self.receiving,
            &Waits { look_again, ..Waits::new(&op, max) },
            |call, cx| {
                if emptied.get() == Emptied::InDoubt {
                    return Poll::Ready(Ok(()));
                }
                let ready = self.socket.poll_recv_ready(cx);
                if ready.is_pending() && emptied.get() == Emptied::Supposedly && call.is_announced() {
                    emptied.set(Emptied::InDoubt);
                    return Poll::Ready(Ok(()));
                }
                ready
            },
            |_, len| {
                // Before each: the one that goes past it doesn't say so.
                at_urgent_byte.set(at_urgent_byte.get() || self.socket.is_at_urgent_byte());
                Poll::Ready(match emptied.get() {
                    Emptied::InDoubt => self.socket.recv_anyway(room, len).inspect_err(|error| {
                        if error.kind() == io::ErrorKind::WouldBlock {
                            emptied.set(Emptied::AsTheSystemSays);
                        }
                    }),
                    _ => self.socket.try_recv(room, len),
                })
            },
        );
        self.emptied = emptied.get();
        if at_urgent_byte.get() {
            self.note_urgent_byte();
        }
        let returned = ready!(returned);
        let (offset, mut data) = (self.received, Bytes::new());
        if let Ok(len) = returned.result {
            if self.emptied != Emptied::InDoubt {
                let is_short = (1..max).contains(&len);
                self.emptied = if is_short { Emptied::Supposedly } else { Emptied::AsTheSystemSays };
            }
            data = kept(room);
            self.received += len as u64;
        }
        let recorded = returned.record(&self.tap, op, |&len| {
            // The peer's end covers no byte of the stream.
            let offset = (len > 0).then_some(offset);
            (len as u64, Moved { offset, len: len as u64, data: self.tap.kept(&data, len), ..Moved::default() })
        });
        Poll::Ready(recorded.map(|_| data))
    }

    fn note_urgent_byte(&mut self) {
        if self.urgent.replace(self.received) == Some(self.received) {
            return;
        }
        self.tap.note(NoticeKind::UrgentByte { at: self.received });
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
        let returned = ready!(self.tap.poll_call(
            cx,
            &mut self.sending,
            &Waits::new(&op, bytes.len()),
            |_, cx| self.socket.poll_send_ready(cx),
            |_, len| Poll::Ready(self.socket.try_send(&bytes[..len])),
        ));
        let offset = self.sent;
        if let Ok(len) = returned.result {
            self.sent += len as u64;
        }
        Poll::Ready(returned.record(&self.tap, op, |&len| {
            let data = keep(&self.tap, len);
            (len as u64, Moved { offset: Some(offset), len: len as u64, data, lost: 0, rule: rule.cloned() })
        }))
    }

    pub async fn shutdown(&mut self, how: How) -> io::Result<()> {
        poll_fn(|cx| self.poll_shutdown_of(cx, how)).await
    }

    fn poll_shutdown_of(&mut self, cx: &mut Context<'_>, how: How) -> Poll<io::Result<()>> {
        let op = Op::Shutdown { how };
        ready!(self.tap.poll_gates(cx, &op, &mut self.shutting));
        Poll::Ready(self.tap.call_let_through(op, || self.socket.shutdown(how)))
    }

    /// Closes the socket. A call that still waits ends without a result. With SO_LINGER, Linux waits in `close` even where
    /// the socket doesn't block: `may_block` says that it may, and a thread for what blocks closes it.
    ///
    /// # Errors
    /// What setsockopt(2), which asks for a reset, or close(2) says; the socket is gone all the same.
    pub async fn close(mut self, reset: bool, may_block: bool) -> Result<(), Error> {
        let peer = self.tap.ends.peer.clone();
        let mut prepared = Ok(());
        // Nothing else comes next on this socket.
        self.receiving.step_back();
        self.sending.step_back();
        self.shutting = None;
        if reset {
            let op = linger(Some(Duration::ZERO));
            self.tap.pass(&op).await;
            // What waits ends before the socket does.
            self.abandon();
            prepared = self.tap.call_let_through(op, || self.socket.set_reset_on_close());
        }
        self.tap.pass(&Op::Close).await;
        self.abandon();
        let Self { socket, tap, sampled, .. } = self;
        // Nobody may ask about a descriptor that is somebody else's by then.
        drop(sampled);
        // For these the peer gets a reset.
        let moved = Moved { lost: u32::try_from(socket.unread()).unwrap_or(u32::MAX), ..Moved::default() };
        let close = move || tap.let_through(Op::Close, moved, || socket.close());
        let closed = match may_block {
            // Only a runtime that is ending does not get to it; the socket is closed by its drop then.
            true => tokio::task::spawn_blocking(close).await.unwrap_or(Ok(())),
            false => close(),
        };
        prepared.map_err(failed("setsockopt", peer.clone())).and(closed.map_err(failed("close", peer)))
    }

    fn abandon(&mut self) {
        drop((self.receiving.take(), self.sending.take()));
    }
}

/// `setsockopt(SO_LINGER)`; `None` is off.
pub fn linger(time: Option<Duration>) -> Op {
    let seconds = time.map(|time| u32::try_from(time.as_secs()).unwrap_or(u32::MAX));
    Op::SetSockOpt { option: SocketOption::Linger, value: OptionValue::Linger(seconds) }
}

impl<S: StreamSocket + Unpin> AsyncRead for Tapped<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let max = buffer.remaining();
        if max == 0 {
            return Poll::Ready(Ok(()));
        }
        loop {
            match ready!(self.poll_recv(cx, max)) {
                // A call on record; a reader here would take it for an end.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(received) => {
                    buffer.put_slice(&received);
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

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_shutdown_of(cx, How::Write)
    }
}
