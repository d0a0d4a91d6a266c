//! A lossy link between the two sides of a lab: its clients are at one end, its servers at the other, and the frames between
//! them pass through here, where faults drop, delay, duplicate, reorder and corrupt them. What TCP then does is the kernel's
//! own doing. Linux only: elsewhere there is no such link.

#[cfg(target_os = "linux")]
mod cable;
#[cfg(target_os = "linux")]
mod passage;

use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use socket2::{Domain, Socket, Type};

#[cfg(target_os = "linux")]
use cable::Wire;
#[cfg(target_os = "linux")]
pub use cable::keep;

#[cfg(target_os = "linux")]
pub use crate::engine::kernel::netns::Place;

use crate::engine::link::channel::EventSender;
use crate::engine::link::clock::Clock;
use crate::kinds::fault::FaultSpec;
use crate::lab::EndpointSpec;

/// The argument with which this program is started as the one that keeps the namespaces.
pub const KEEPER: &str = "__keep-link";

/// On which side of the link a socket is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Clients,
    Servers,
}

impl End {
    /// Where an endpoint's sockets are: who listens, and who only answers, is a server.
    pub fn of(spec: &EndpointSpec) -> Self {
        let answers = !spec.kind.is_stream() && spec.remote.is_none();
        if spec.kind.is_server() || spec.kind.is_relay() || answers { Self::Servers } else { Self::Clients }
    }

    #[cfg(target_os = "linux")]
    fn side(self) -> usize {
        match self {
            Self::Clients => 0,
            Self::Servers => 1,
        }
    }
}

#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
enum Wire {}

/// There is none.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
pub enum Place {}

#[cfg(not(target_os = "linux"))]
impl Place {
    pub fn enter(self: &Arc<Self>, _command: &mut std::process::Command) {
        match **self {}
    }
}

/// The link, where there is one now.
#[derive(Debug, Default)]
pub struct Wires(RwLock<Option<Wire>>);

impl Wires {
    /// # Errors
    /// The system does not let users make network namespaces, or has none.
    pub fn plug(&self, seed: u64, faults: &[FaultSpec], events: EventSender, clock: Clock) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        {
            let wire = Wire::plug(seed, faults, events, clock)?;
            *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(wire);
            Ok(())
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = (seed, faults, events, clock);
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    pub fn unplug(&self) {
        let before = self.0.write().unwrap_or_else(PoisonError::into_inner).take();
        drop(before);
    }

    pub fn is_there(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Where a process is put so that it is at that end of the link; `None` where there is no link.
    pub fn place(&self, end: End) -> Option<Arc<Place>> {
        #[cfg(target_os = "linux")]
        if let Some(wire) = self.0.read().unwrap_or_else(PoisonError::into_inner).as_ref() {
            return Some(wire.place(end));
        }
        let _ = end;
        None
    }

    /// Other faults for the link that is there; false where there is none.
    pub fn set_faults(&self, faults: &[FaultSpec]) -> bool {
        #[cfg(target_os = "linux")]
        if let Some(wire) = self.0.read().unwrap_or_else(PoisonError::into_inner).as_ref() {
            wire.set_faults(faults);
            return true;
        }
        let _ = faults;
        false
    }

    /// socket(2), at that end of the link where there is one.
    ///
    /// # Errors
    /// Those of socket(2).
    pub fn socket(&self, end: End, domain: Domain, kind: Type) -> io::Result<Socket> {
        #[cfg(target_os = "linux")]
        if domain == Domain::IPV4
            && let Some(wire) = self.0.read().unwrap_or_else(PoisonError::into_inner).as_ref()
        {
            return wire.socket(end, domain, kind);
        }
        let _ = end;
        Socket::new(domain, kind, None)
    }
}
