//! The tap: around each socket, turns one OS call into one [`Call`](crate::trace::Call).
//!
//! [`Tap`] records; [`PendingCall`] is a call that may have to wait; [`Tapped`] is a stream whose every byte passes the tap,
//! [`TappedDatagram`] the same for datagrams. `Tapped` has single-call methods (`poll_recv`, `poll_send`, `shutdown`,
//! `close`) and is also tokio's [`AsyncRead`](tokio::io::AsyncRead) and [`AsyncWrite`](tokio::io::AsyncWrite), so that TLS,
//! HTTP or a relay can lie on it. A readiness probe that finds nothing is part of the waiting call; every other return of
//! the system is a call of its own, partial sends and errors included.

pub(in crate::engine) mod buffers;
mod datagram;
mod pending;
pub(in crate::engine) mod pending_calls;
mod stream;

use std::io;
use std::sync::Arc;

use bytes::Bytes;

pub use datagram::{DatagramSocket, TappedDatagram};
pub use pending::PendingCall;
pub use pending_calls::PendingCalls;
pub use stream::{StreamSocket, Tapped, linger};

use buffers::copied;

use super::kernel::sampler::Sampler;
use super::link::channel::EventSender;
use super::link::clock::Clock;
use crate::lab::EndpointId;
use crate::trace::{ConnId, Ends, Op};

/// The most bytes of one call that are kept unless told otherwise, as in tcpdump: 256 KiB.
pub const DEFAULT_SNAPLEN: usize = 262_144;

/// Records the calls of one socket.
#[derive(Clone)]
pub struct Tap {
    pub events: EventSender,
    pub clock: Clock,
    pub snaplen: usize,
    pub endpoint: EndpointId,
    pub conn: Option<ConnId>,
    pub ends: Arc<Ends>,
    /// The calls of all sockets that wait.
    pub pending: Arc<PendingCalls>,
    /// Where open sockets are found when the kernel is to be asked about them.
    pub sampler: Sampler,
    /// What goes wrong below the tap.
    #[cfg(test)]
    pub injection: super::injection::Plan,
}

/// What a call moved.
#[derive(Default)]
pub struct Moved {
    pub offset: Option<u64>,
    pub len: u64,
    /// Up to the snaplen of it.
    pub data: Bytes,
    pub lost: u32,
    /// The service's rule that caused it.
    pub rule: Option<Arc<str>>,
}

impl Tap {
    /// Records the calls of the sockets of that endpoint that belong to no connection.
    pub fn new(events: EventSender, clock: Clock, snaplen: usize, endpoint: EndpointId) -> Self {
        Self {
            pending: Arc::new(PendingCalls::new(events.clone())),
            events,
            clock,
            snaplen,
            endpoint,
            conn: None,
            ends: Arc::new(Ends { local: None, peer: None }),
            sampler: Sampler::default(),
            #[cfg(test)]
            injection: super::injection::Plan::default(),
        }
    }

    /// The same socket under other addresses or another connection number.
    pub fn with(&self, conn: Option<ConnId>, ends: Ends) -> Self {
        Self { conn, ends: Arc::new(ends), ..self.clone() }
    }

    /// The same endpoint's tap for a socket that has no address and no connection yet.
    pub fn of_no_connection(&self) -> Self {
        self.with(None, Ends { local: None, peer: None })
    }

    /// Makes a call that does not wait and moves no bytes, and records it. `value` gives the result to show.
    pub fn call<T>(
        &self,
        op: Op,
        make: impl FnOnce() -> io::Result<T>,
        value: impl FnOnce(&T) -> u64,
    ) -> io::Result<T> {
        let waiting = PendingCall::begin(self);
        let result = self.os(op.name(), make);
        waiting.end(self, op, result.as_ref().map(value), Moved::default());
        result
    }

    /// Makes a call of the system, by its C name. Every call that is put on record is made here, so that a test can put a
    /// fault in its place.
    pub(super) fn os<T>(&self, name: &'static str, make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.os_moving(name, 0, |_| make())
    }

    /// The same of a call that is to move `len` bytes of a stream; `make` is told how many it may.
    #[cfg_attr(not(test), expect(clippy::unused_self, reason = "its faults are there in tests only"))]
    pub(super) fn os_moving<T>(
        &self,
        name: &'static str,
        len: usize,
        make: impl FnOnce(usize) -> io::Result<T>,
    ) -> io::Result<T> {
        #[cfg(test)]
        let result = self.injection.meet(name, len, make);
        #[cfg(not(test))]
        let (result, _) = (make(len), name);
        result
    }

    /// As much of a payload as is kept. A part is copied so that it does not hold the whole in memory.
    pub(super) fn kept(&self, bytes: &Bytes, len: usize) -> Bytes {
        let len = len.min(self.snaplen);
        if len == bytes.len() { bytes.clone() } else { copied(&bytes[..len]) }
    }
}
