//! The tap: around each socket, turns one OS call into one [`Call`](crate::trace::Call).
//!
//! [`Tap`] records, and its [`door`] is the only way to the system: what may hold a call up is a [`gate`] there.
//! [`PendingCall`] is a call that may have to wait; [`Tapped`] is a stream whose every byte passes the tap,
//! [`TappedDatagram`] the same for datagrams. `Tapped` has single-call methods (`poll_recv`, `poll_send`, `shutdown`,
//! `close`) and is also tokio's [`AsyncRead`](tokio::io::AsyncRead) and [`AsyncWrite`](tokio::io::AsyncWrite), so that TLS,
//! HTTP or a relay can lie on it. A readiness probe that finds nothing is part of the waiting call; every other return of
//! the system is a call of its own, partial sends and errors included.

pub(in crate::engine) mod buffers;
mod datagram;
mod door;
mod gate;
mod hold;
mod messages;
mod pending;
pub(in crate::engine) mod pending_calls;
mod recorder;
mod stream;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;

pub use datagram::{DatagramSocket, TappedDatagram};
pub use door::{Returned, Stopping, Waits};
pub use gate::{Gate, Gates, UpcomingCall};
pub use hold::{Hold, Place};
#[cfg(test)]
pub use messages::MAX_MESSAGES;
pub use messages::{Judged, Messages, Reader};
pub use pending::{PendingCall, Turn};
pub use pending_calls::PendingCalls;
pub use recorder::Recorder;
pub use stream::{StreamSocket, Tapped, linger};

use buffers::copied;

use super::kernel::sampler::{Sampled, Sampler};
use super::link::channel::EventSender;
use super::link::clock::Clock;
use super::link::error::Error;
use super::link::event::Event;
use super::wire::Wires;
use crate::lab::EndpointId;
use crate::trace::{ConnId, Ends, Notice, NoticeKind, SocketId};

/// The most bytes of one call that are kept unless told otherwise, as in tcpdump: 256 KiB.
pub const DEFAULT_SNAPLEN: usize = 262_144;

/// Makes and records the calls of one socket.
#[derive(Clone)]
pub struct Tap {
    pub events: EventSender,
    pub clock: Clock,
    pub snaplen: usize,
    pub endpoint: EndpointId,
    /// 0 while there is none.
    pub socket: SocketId,
    pub conn: Option<ConnId>,
    pub ends: Arc<Ends>,
    pub(super) shared: Arc<Shared>,
    /// What goes wrong below the tap.
    #[cfg(test)]
    pub injection: super::injection::Plan,
}

/// What the taps of all sockets of an engine have in common.
pub struct Shared {
    /// The calls that wait.
    pub pending: PendingCalls,
    /// Where open sockets are found when the kernel is to be asked about them.
    pub sampler: Sampler,
    gates: Gates,
    /// Where calls wait while time stands still.
    pub hold: Hold,
    /// The messages that relays hold.
    pub messages: Messages,
    /// Where sockets are made at the ends of a lossy link.
    pub wire: Wires,
    /// The number that the last socket got.
    last_socket: AtomicU32,
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
    /// News of this socket, for the user.
    pub fn note(&self, kind: NoticeKind) {
        let notice = Notice { at: self.clock.now(), endpoint: Some(self.endpoint), conn: self.conn, kind };
        self.events.send(Event::Notice(notice));
    }

    /// Something that nobody has asked for has failed.
    pub fn report(&self, error: Error) {
        let at = self.clock.now();
        self.events.send(Event::Trouble { at, endpoint: self.endpoint, conn: self.conn, error });
    }

    /// Records the calls of the sockets of that endpoint that belong to no connection.
    pub fn new(events: EventSender, clock: Clock, snaplen: usize, gates: Gates, endpoint: EndpointId) -> Self {
        let pending = PendingCalls::new(events.clone(), clock);
        let hold = Hold::new(events.clone(), clock);
        let messages = Messages::new(events.clone());
        let (sampler, last_socket) = (Sampler::default(), AtomicU32::new(0));
        let shared = Shared { pending, sampler, gates, hold, messages, wire: Wires::default(), last_socket };
        Self {
            shared: Arc::new(shared),
            events,
            clock,
            snaplen,
            endpoint,
            socket: SocketId(0),
            conn: None,
            ends: Arc::new(Ends { local: None, peer: None }),
            #[cfg(test)]
            injection: super::injection::Plan::default(),
        }
    }

    /// The same socket under other addresses or another connection number.
    pub fn with(&self, conn: Option<ConnId>, ends: Ends) -> Self {
        Self { conn, ends: Arc::new(ends), ..self.clone() }
    }

    /// Enters an open socket with that descriptor where the kernel sampler finds it.
    pub fn sampled(&self, number: u64) -> Sampled {
        self.shared.sampler.add(self.socket, &self.ends, number)
    }

    pub fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    pub fn hold(&self) -> &Hold {
        &self.shared.hold
    }

    pub fn wire(&self) -> &Wires {
        &self.shared.wire
    }

    pub fn messages(&self) -> &Messages {
        &self.shared.messages
    }

    pub fn sampler(&self) -> &Sampler {
        &self.shared.sampler
    }

    /// The same endpoint's tap for another socket, with a number of its own.
    pub fn of_new_socket(&self, conn: Option<ConnId>, ends: Ends) -> Self {
        let socket = SocketId(self.shared.last_socket.fetch_add(1, Ordering::Relaxed).wrapping_add(1));
        Self { socket, conn, ends: Arc::new(ends), ..self.clone() }
    }

    /// As much of a payload as is kept. A part is copied so that it does not hold the whole in memory.
    pub(super) fn kept(&self, bytes: &Bytes, len: usize) -> Bytes {
        let len = len.min(self.snaplen);
        if len == bytes.len() { bytes.clone() } else { copied(&bytes[..len]) }
    }
}
