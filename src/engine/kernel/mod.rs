//! What only the operating system can say of a socket. The one room where `unsafe` is allowed.

pub mod addr;
#[cfg(target_os = "linux")]
mod error_queue;
#[cfg(target_os = "linux")]
mod holder;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(target_os = "linux")]
mod netlink;
#[cfg(target_os = "linux")]
pub mod netns;
#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(target_os = "linux")]
mod procfs;
pub mod sampler;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub use error_queue::{has_error, recv_error, set_recverr};
#[cfg(target_os = "linux")]
pub use holder::{holder, receiver};
#[cfg(target_os = "linux")]
pub use linux::*;
#[cfg(target_os = "macos")]
pub use macos::{queues, tcp_info, unsent};
#[cfg(not(target_os = "linux"))]
pub use other::*;
#[cfg(windows)]
pub use windows::{leave_own_console, poll, queues, set_multicast_interface, tcp_info, unread, unsent};

use std::io;
use std::net::{IpAddr, SocketAddr};

use socket2::SockRef;

use crate::lab::Addr;
use crate::trace::kernel::{TcpNumbers, TcpState};

/// A datagram that was received.
#[derive(Clone, Debug)]
pub struct Datagram {
    /// How many bytes are in the buffer.
    pub len: usize,
    /// How many more it had.
    pub lost: usize,
    pub from: Addr,
}

/// A datagram that came back: what the error queue of its socket says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undelivered {
    /// Where it was sent to.
    pub to: Option<SocketAddr>,
    /// How many bytes of it came back.
    pub quoted: usize,
    pub errno: i32,
    /// Who has said so.
    pub by: Option<IpAddr>,
}

/// TCP_INFO of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpInfo {
    pub state: TcpState,
    /// Connections only.
    pub numbers: Option<TcpNumbers>,
    /// Listeners only: the length of the accept queue, and its limit.
    pub accept_queue: Option<(u32, u32)>,
}

/// How many bytes wait on either side of a socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queues {
    pub recv: Option<u64>,
    pub send: Option<u64>,
}

/// One `recv` of at most that many bytes, in the place of what `buffer` had. The room for them is not filled before.
#[expect(unsafe_code, reason = "no library receives into a part of the room that a vector has")]
pub fn recv(socket: &SockRef<'_>, buffer: &mut Vec<u8>, max: usize) -> io::Result<usize> {
    buffer.clear();
    buffer.reserve_exact(max);
    let room = buffer.spare_capacity_mut();
    let most = max.min(room.len());
    let len = socket.recv(&mut room[..most])?;
    // SAFETY: `recv` has filled `len` bytes of the room from its beginning.
    unsafe { buffer.set_len(len) };
    Ok(len)
}

/// What has come for a connection whose own side will not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    Nothing,
    Bytes,
    /// The peer has ended its side, or the system can't say.
    End,
}

/// Whether a `recv` would find something.
pub fn arrival(number: u64) -> Arrival {
    if queues(number).recv.is_some_and(|bytes| bytes > 0) {
        return Arrival::Bytes;
    }
    match tcp_info(number).map(|info| info.state) {
        Some(TcpState::Established | TcpState::FinWait1 | TcpState::FinWait2) => Arrival::Nothing,
        _ => Arrival::End,
    }
}

/// A connection whose socket is closed, by its two addresses.
pub type Pair = (SocketAddr, SocketAddr);

/// What the kernel still has of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leftover {
    pub state: TcpState,
    pub queues: Queues,
}

/// How many segments of that size these bytes take, a begun one counted.
#[cfg(any(windows, target_os = "macos"))]
fn segments(bytes: u64, segment: u32) -> u32 {
    u32::try_from(bytes.div_ceil(u64::from(segment.max(1)))).unwrap_or(u32::MAX)
}
