//! What only the operating system can say of a socket. The one room where `unsafe` is allowed.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;

#[cfg(target_os = "linux")]
pub use linux::*;
#[cfg(not(target_os = "linux"))]
pub use other::*;

use crate::lab::Addr;

/// A datagram that was received.
#[derive(Clone, Debug)]
pub struct Datagram {
    /// How many bytes are in the buffer.
    pub len: usize,
    /// How many more it had.
    pub lost: usize,
    pub from: Addr,
}
