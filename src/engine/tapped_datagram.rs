//! A datagram socket under the tap: one method call = one OS call = one Call, as [`super::tap::Tapped`] is for streams.

use std::io;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use socket2::{SockRef, Socket};

use super::datagram_socket::DatagramSocket;
use super::kernel::Datagram;
use super::probe::Probed;
use super::tap::{Moved, Tap, Waiting};
use crate::lab::Addr;
use crate::trace::{Ends, Op};

pub struct TappedDatagram {
    /// Before the socket, so that it is dropped first.
    probed: Option<Probed>,
    socket: DatagramSocket,
    /// With the socket's own address, once it has one; its peer is the one last heard from.
    tap: Tap,
    receiving: Option<Waiting>,
    sending: Option<Waiting>,
}

impl TappedDatagram {
    /// A socket that does not block; `family` is an address of its family.
    ///
    /// # Errors
    /// It can't be put into the runtime's event queue (epoll_ctl(2)).
    pub fn new(socket: Socket, family: &Addr, tap: Tap) -> io::Result<Self> {
        let socket = DatagramSocket::new(socket, family)?;
        let probed = Some(tap.probe.add(&tap, socket.number()));
        Ok(Self { probed, socket, tap, receiving: None, sending: None })
    }

    /// For calls that concern no peer.
    pub fn tap(&self) -> Tap {
        self.tap.with(None, Ends { local: self.local().cloned(), peer: None })
    }

    /// The socket's own address, once it has one.
    pub fn local(&self) -> Option<&Addr> {
        self.tap.ends.local.as_ref()
    }

    /// `None` for a Unix socket.
    pub fn udp(&self) -> Option<SockRef<'_>> {
        self.socket.udp()
    }

    /// How many datagrams the kernel has thrown away; `None` where it doesn't say.
    pub fn drops(&self) -> Option<u64> {
        self.socket.drops()
    }

    /// One `recvfrom(max)`. The waiting belongs to it: polled again, also after other calls, it is still the same call.
    pub fn poll_recv_from(&mut self, cx: &mut Context<'_>, max: usize) -> Poll<io::Result<(Bytes, Datagram)>> {
        ready!(self.tap.events.poll_ready(cx));
        let op = Op::RecvFrom { max: max as u64 };
        let waiting = self.receiving.get_or_insert_with(|| Waiting::begin(&self.tap));
        let received = loop {
            match self.socket.poll_recv_ready(cx) {
                Poll::Pending => {
                    waiting.announce(&self.tap, || op);
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
        let waiting = self.sending.get_or_insert_with(|| Waiting::begin(&tap));
        let result = loop {
            match self.socket.poll_send_ready(cx) {
                Poll::Pending => {
                    waiting.announce(&tap, || op);
                    return Poll::Pending;
                }
                Poll::Ready(Err(error)) => break Err(error),
                Poll::Ready(Ok(())) => match tap.os("sendto", || self.socket.try_send_to(bytes, to)) {
                    Err(error) if error.kind() != io::ErrorKind::WouldBlock => break Err(error),
                    Ok(len) => break Ok(len),
                    // It is the peer's queue that is full, of which this socket's readiness says nothing.
                    Err(_) if nobody_wakes => {
                        waiting.announce(&tap, || op);
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
        self.socket.udp().is_none()
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
        let Self { probed, socket, receiving, sending, .. } = self;
        drop((receiving, sending));
        // Nobody may ask about a descriptor that is somebody else's by then.
        drop(probed);
        tap.call(Op::Close, || socket.close(), |()| 0)
    }
}
