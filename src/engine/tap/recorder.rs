//! For calls that others make than the engine's own sockets: programs that the lab has started. They come into the same
//! trace by the same way, under the same budget.

use std::task::{Context, Poll};

use super::{Place, Tap, UpcomingCall};
#[cfg(target_os = "linux")]
use crate::engine::kernel::sampler::{Foreign, Sampled};
use crate::engine::link::event::Event;
use crate::lab::EndpointId;
use crate::trace::{Call, Ends, Nanos, SocketId, WaitToken, WaitingCall};

/// Records the calls of a program.
#[derive(Clone)]
pub struct Recorder(Tap);

impl Recorder {
    pub(in crate::engine) fn new(tap: Tap) -> Self {
        Self(tap)
    }

    pub fn endpoint(&self) -> EndpointId {
        self.0.endpoint
    }

    /// The most bytes of a call that are kept.
    pub fn snaplen(&self) -> usize {
        self.0.snaplen
    }

    pub fn now(&self) -> Nanos {
        self.0.clock.now()
    }

    /// A number that no other socket of the trace has.
    pub fn new_socket(&self) -> SocketId {
        self.0.of_new_socket(None, Ends { local: None, peer: None }).socket
    }

    /// Enters an open socket of a program where the kernel sampler finds it.
    #[cfg(target_os = "linux")]
    pub fn sampled(&self, socket: SocketId, ends: &std::sync::Arc<Ends>, of: Foreign) -> Sampled {
        self.0.shared.sampler.add_foreign(socket, ends, of)
    }

    /// False while the session has not caught up: who makes further calls waits until it has.
    pub fn is_ready(&self) -> bool {
        self.0.events.is_ready()
    }

    /// Ready where a call may be made now: it is not held. While it is, its place is kept in `place`; the waker is woken when
    /// it is worth asking again.
    pub fn poll_pass(&self, cx: &mut Context<'_>, call: UpcomingCall<'_>, place: &mut Option<Place>) -> Poll<()> {
        self.0.shared.hold.poll_pass(cx, call, place)
    }

    /// A call has begun that may wait. It ends with [`Self::record`] or [`Self::abandon`].
    pub fn begin(&self, call: impl FnOnce(WaitToken) -> WaitingCall) -> WaitToken {
        self.0.shared.pending.begin(None, call)
    }

    /// Records a call that has returned.
    pub fn record(&self, call: Call, begun: Option<WaitToken>) {
        let waited = begun.filter(|token| self.0.shared.pending.end(*token));
        let (endpoint, stop) = (call.endpoint, self.0.shared.hold.returned(&call));
        self.0.events.send(Event::Call { call, waited });
        if let Some(stop) = stop {
            self.0.events.send(Event::Stopped { endpoint, stop });
        }
    }

    /// The call will never return: who made it is gone.
    pub fn abandon(&self, begun: WaitToken) {
        if self.0.shared.pending.end(begun) {
            self.0.shared.pending.abandoned(begun);
        }
    }

    pub fn report(&self, event: Event) {
        self.0.events.send(event);
    }

    /// The bytes, to be kept in the trace.
    pub fn kept(&self, bytes: &[u8]) -> bytes::Bytes {
        super::buffers::copied(&bytes[..bytes.len().min(self.0.snaplen)])
    }
}
