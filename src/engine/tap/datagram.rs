//! A datagram socket under the tap: one method call = one OS call = one Call, as [`Tapped`](super::Tapped) is for streams.

use std::future::{pending, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;

use super::{Moved, Tap, Turn, Waits};
use crate::engine::kernel::sampler::Sampled;
use crate::engine::kernel::{Datagram, Undelivered};
use crate::lab::Addr;
use crate::trace::foreign::{CameBack, OtherCall};
use crate::trace::{Ends, Errno, Op};

/// A datagram socket as the system offers it.
pub trait DatagramSocket {
    fn poll_recv_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    fn poll_send_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    /// One `recvfrom(max)`; `WouldBlock` where nothing is there.
    fn try_recv_from(&self, max: usize) -> io::Result<(Bytes, Datagram)>;
    /// One `sendto()`; `WouldBlock` where there is no room.
    fn try_send_to(&self, bytes: &[u8], to: &Addr) -> io::Result<usize>;
    /// Whether something waits in the error queue.
    fn has_error(&self) -> bool;
    /// Until something has come into it; at once where that has not been asked for by `has_error` since.
    fn error_ready(&self) -> impl Future<Output = ()> + Send;
    /// One `recvmsg()` of the error queue; `WouldBlock` where nothing is there.
    fn try_recv_error(&self) -> io::Result<Undelivered>;
    /// True where `sendto` waits for room in the peer's queue, of which this socket's readiness says nothing.
    fn waits_for_its_peer(&self) -> bool;
    /// Its descriptor.
    fn number(&self) -> u64;
    fn local(&self) -> Option<Addr>;
    fn close(self) -> io::Result<()>;
}

pub struct TappedDatagram<S> {
    /// Before the socket, so that it is dropped first.
    sampled: Option<Sampled>,
    socket: S,
    /// With the socket's own address, once it has one; its peer is the one last heard from.
    tap: Tap,
    receiving: Turn,
    sending: Turn,
    /// Of the call that reads the error queue.
    asking: Turn,
}

impl<S: DatagramSocket> TappedDatagram<S> {
    pub fn new(socket: S, tap: Tap) -> Self {
        let sampled = Some(tap.sampled(socket.number()));
        Self { sampled, socket, tap, receiving: Turn::default(), sending: Turn::default(), asking: Turn::default() }
    }

    pub fn socket(&self) -> &S {
        &self.socket
    }

    /// For calls that concern no peer.
    pub fn tap(&self) -> Tap {
        self.tap.with(None, Ends { local: self.local().cloned(), peer: None })
    }

    /// The socket's own address, once it has one.
    pub fn local(&self) -> Option<&Addr> {
        self.tap.ends.local.as_ref()
    }

    /// One `recvfrom(max)`. The waiting belongs to it: polled again, also after other calls, it is still the same call.
    pub fn poll_recv_from(&mut self, cx: &mut Context<'_>, max: usize) -> Poll<io::Result<(Bytes, Datagram)>> {
        let op = Op::RecvFrom { max: max as u64 };
        let returned = ready!(self.tap.poll_call(
            cx,
            &mut self.receiving,
            &Waits::new(&op, 0),
            |_, cx| self.socket.poll_recv_ready(cx),
            |_, _| Poll::Ready(self.socket.try_recv_from(max)),
        ));
        match &returned.result {
            Ok((_, datagram)) if self.tap.ends.peer.as_ref() != Some(&datagram.from) => {
                // Kept for the next datagram, which mostly comes from the same peer.
                let peer = Some(datagram.from.clone());
                self.tap = self.tap.with(None, Ends { local: self.local().cloned(), peer });
            }
            Ok(_) => {}
            Err(_) => return Poll::Ready(returned.record(&self.tap(), op, |_| (0, Moved::default()))),
        }
        Poll::Ready(returned.record(&self.tap, op, |(data, datagram)| {
            let lost = u32::try_from(datagram.lost).unwrap_or(u32::MAX);
            let (len, data) = (data.len() as u64, self.tap.kept(data, data.len()));
            (len, Moved { len, data, lost, ..Moved::default() })
        }))
    }

    /// One `sendto()`; `rule` is the service's that caused it. Where [`Self::must_be_asked_again`], a pending call wakes
    /// nobody.
    pub fn poll_send_to(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &Bytes,
        to: &Addr,
        rule: Option<&Arc<str>>,
    ) -> Poll<io::Result<usize>> {
        let op = Op::SendTo { len: bytes.len() as u64, to: Arc::new(to.clone()) };
        let to_another;
        let tap = match &self.tap.ends.peer {
            Some(peer) if peer == to => &self.tap,
            _ => {
                to_another = self.tap.with(None, Ends { local: self.local().cloned(), peer: Some(to.clone()) });
                &to_another
            }
        };
        let returned = ready!(tap.poll_call(
            cx,
            &mut self.sending,
            &Waits { unsignalled: self.socket.waits_for_its_peer(), ..Waits::new(&op, 0) },
            |_, cx| self.socket.poll_send_ready(cx),
            |_, _| Poll::Ready(self.socket.try_send_to(bytes, to)),
        ));
        Poll::Ready(returned.record(tap, op, |&len| {
            let data = tap.kept(bytes, len);
            (len as u64, Moved { len: len as u64, data, rule: rule.cloned(), ..Moved::default() })
        }))
    }

    /// One `recvmsg()` of the error queue, where something is in it; ready without anything where nothing is, which is no
    /// call. Pending at a gate only.
    pub fn poll_recv_error(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Undelivered>>> {
        if !self.socket.has_error() {
            self.asking.step_back();
            return Poll::Ready(None);
        }
        let asked = Op::Other(Arc::new(OtherCall::error_queue(None)));
        let returned = ready!(self.tap.poll_call(
            cx,
            &mut self.asking,
            &Waits::new(&asked, 0),
            |_, _| Poll::Ready(Ok(())),
            |_, _| Poll::Ready(match self.socket.try_recv_error() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
                read => read.map(Some),
            }),
        ));
        let (op, to) = match &returned.result {
            Ok(None) => return Poll::Ready(None),
            Ok(Some(back)) => {
                let (errno, by) = (Errno(back.errno).to_string(), back.by.map(|by| by.to_string()));
                let came_back = CameBack { errno: &errno, by: by.as_deref() };
                (Op::Other(Arc::new(OtherCall::error_queue(Some(came_back)))), back.to.map(Addr::Inet))
            }
            Err(_) => (asked, None),
        };
        let tap = self.tap.with(None, Ends { local: self.local().cloned(), peer: to });
        let quoted = |back: &Option<Undelivered>| back.map_or(0, |back| back.quoted as u64);
        Poll::Ready(returned.record(&tap, op, |back| (quoted(back), Moved::default())).transpose())
    }

    /// Until the task is woken by what was polled before in it, or by what has come into the error queue: that wakes neither
    /// who waits to receive nor who waits to send.
    pub async fn woken(&self, by_errors: bool) {
        // What waits at a gate is known.
        let watches = by_errors && !self.socket.has_error();
        let mut error = pin!(async {
            match watches {
                true => self.socket.error_ready().await,
                false => pending().await,
            }
        });
        let mut is_asleep = false;
        let polled = |cx: &mut Context<'_>| match error.as_mut().poll(cx) {
            Poll::Pending if !std::mem::replace(&mut is_asleep, true) => Poll::Pending,
            _ => Poll::Ready(()),
        };
        poll_fn(polled).await;
    }

    /// True where a pending [`Self::poll_send_to`] wakes nobody: it is the peer's queue that is full, and this socket
    /// has nothing to say about that.
    pub fn must_be_asked_again(&self) -> bool {
        self.socket.waits_for_its_peer()
    }

    /// A socket that was not bound has an address once it has sent: true where that is news.
    pub fn learns_address(&mut self) -> bool {
        if self.local().is_some() {
            return false;
        }
        let local = self.socket.local().filter(|local| local.port() != 0);
        let learnt = local.is_some();
        if learnt {
            self.tap = self.tap.with(None, Ends { local, peer: None });
        }
        learnt
    }

    /// Closes the socket. A call that still waits ends without a result.
    ///
    /// # Errors
    /// What close(2) says; the socket is gone all the same.
    pub async fn close(mut self) -> io::Result<()> {
        let tap = self.tap();
        self.receiving.step_back();
        self.sending.step_back();
        self.asking.step_back();
        tap.pass(&Op::Close).await;
        let Self { sampled, socket, receiving, sending, asking, .. } = self;
        // What waits ends before the socket does, and nobody may ask about a descriptor that is somebody else's by then.
        drop((receiving, sending, asking, sampled));
        tap.call_let_through(Op::Close, || socket.close())
    }
}
