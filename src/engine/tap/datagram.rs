//! A datagram socket under the tap: one method call = one OS call = one Call, as [`Tapped`](super::Tapped) is for streams.

use std::io;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;

use super::{Moved, PendingCall, Tap};
use crate::engine::kernel::Datagram;
use crate::engine::kernel::sampler::Sampled;
use crate::lab::Addr;
use crate::trace::{Ends, Op};

/// A datagram socket as the system offers it.
pub trait DatagramSocket {
    fn poll_recv_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    fn poll_send_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    /// One `recvfrom(max)`; `WouldBlock` where nothing is there.
    fn try_recv_from(&self, max: usize) -> io::Result<(Bytes, Datagram)>;
    /// One `sendto()`; `WouldBlock` where there is no room.
    fn try_send_to(&self, bytes: &[u8], to: &Addr) -> io::Result<usize>;
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
    receiving: Option<PendingCall>,
    sending: Option<PendingCall>,
}

impl<S: DatagramSocket> TappedDatagram<S> {
    pub fn new(socket: S, tap: Tap) -> Self {
        let sampled = Some(tap.sampler.add((tap.endpoint, tap.conn), &tap.ends, socket.number()));
        Self { sampled, socket, tap, receiving: None, sending: None }
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
        ready!(self.tap.events.poll_ready(cx));
        let op = Op::RecvFrom { max: max as u64 };
        let waiting = self.receiving.get_or_insert_with(|| PendingCall::begin(&self.tap));
        let received = loop {
            match self.socket.poll_recv_ready(cx) {
                Poll::Pending => {
                    waiting.wait(&self.tap, || op);
                    return Poll::Pending;
                }
                Poll::Ready(Err(error)) => break Err(error),
                Poll::Ready(Ok(())) => match self.tap.os("recvfrom", || self.socket.try_recv_from(max)) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    received => break received,
                },
            }
        };
        let Some(waiting) = self.receiving.take() else { return Poll::Pending };
        match received {
            Ok((data, datagram)) => {
                if self.tap.ends.peer.as_ref() != Some(&datagram.from) {
                    // Kept for the next datagram, which mostly comes from the same peer.
                    let peer = Some(datagram.from.clone());
                    self.tap = self.tap.with(None, Ends { local: self.local().cloned(), peer });
                }
                let lost = u32::try_from(datagram.lost).unwrap_or(u32::MAX);
                let kept = self.tap.kept(&data, data.len());
                let moved = Moved { len: data.len() as u64, data: kept, lost, ..Moved::default() };
                waiting.end(&self.tap, op, Ok(data.len() as u64), moved);
                Poll::Ready(Ok((data, datagram)))
            }
            Err(error) => {
                waiting.end(&self.tap(), op, Err(&error), Moved::default());
                Poll::Ready(Err(error))
            }
        }
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
        ready!(self.tap.events.poll_ready(cx));
        let op = Op::SendTo { len: bytes.len() as u64, to: Arc::new(to.clone()) };
        let tap = match &self.tap.ends.peer {
            Some(peer) if peer == to => self.tap.clone(),
            _ => self.tap.with(None, Ends { local: self.local().cloned(), peer: Some(to.clone()) }),
        };
        let nobody_wakes = self.must_be_asked_again();
        let waiting = self.sending.get_or_insert_with(|| PendingCall::begin(&tap));
        let result = loop {
            match self.socket.poll_send_ready(cx) {
                Poll::Pending => {
                    waiting.wait(&tap, || op);
                    return Poll::Pending;
                }
                Poll::Ready(Err(error)) => break Err(error),
                Poll::Ready(Ok(())) => match tap.os("sendto", || self.socket.try_send_to(bytes, to)) {
                    Err(error) if error.kind() != io::ErrorKind::WouldBlock => break Err(error),
                    Ok(len) => break Ok(len),
                    // It is the peer's queue that is full, of which this socket's readiness says nothing.
                    Err(_) if nobody_wakes => {
                        waiting.wait(&tap, || op);
                        return Poll::Pending;
                    }
                    Err(_) => {}
                },
            }
        };
        let Some(waiting) = self.sending.take() else { return Poll::Pending };
        match &result {
            Ok(len) => {
                let data = tap.kept(bytes, *len);
                let moved = Moved { len: *len as u64, data, rule: rule.cloned(), ..Moved::default() };
                waiting.end(&tap, op, Ok(*len as u64), moved);
            }
            Err(error) => waiting.end(&tap, op, Err(error), Moved::default()),
        }
        Poll::Ready(result)
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
    pub fn close(self) -> io::Result<()> {
        let tap = self.tap();
        let Self { sampled, socket, receiving, sending, .. } = self;
        drop((receiving, sending));
        // Nobody may ask about a descriptor that is somebody else's by then.
        drop(sampled);
        tap.call(Op::Close, || socket.close(), |()| 0)
    }
}
