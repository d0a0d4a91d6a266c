//! What the kernel says of a socket at one moment: TCP's own state and numbers, the queues. All of it is observed.

use super::call::{Nanos, SocketId};
use crate::lab::EndpointId;

/// TCP's state of a socket (`tcpi_state`; the numbers are those of include/net/tcp_states.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TcpState {
    Established,
    SynSent,
    SynRecv,
    FinWait1,
    FinWait2,
    TimeWait,
    Close,
    CloseWait,
    LastAck,
    Listen,
    Closing,
}

impl TcpState {
    /// `None` for a number that Linux does not use.
    pub fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Established,
            2 => Self::SynSent,
            // TCP_NEW_SYN_RECV is what the same looks like in /proc.
            3 | 12 => Self::SynRecv,
            4 => Self::FinWait1,
            5 => Self::FinWait2,
            6 => Self::TimeWait,
            7 => Self::Close,
            8 => Self::CloseWait,
            9 => Self::LastAck,
            10 => Self::Listen,
            11 => Self::Closing,
            _ => return None,
        })
    }

    /// The numbers of `netinet/tcp_fsm.h`, which macOS and the BSDs use.
    #[cfg(any(target_os = "macos", test))]
    pub fn from_bsd_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Close,
            1 => Self::Listen,
            2 => Self::SynSent,
            3 => Self::SynRecv,
            4 => Self::Established,
            5 => Self::CloseWait,
            6 => Self::FinWait1,
            7 => Self::Closing,
            8 => Self::LastAck,
            9 => Self::FinWait2,
            10 => Self::TimeWait,
            _ => return None,
        })
    }

    /// The numbers of Windows' `TCPSTATE` (mstcpip.h).
    #[cfg(any(windows, test))]
    pub fn from_windows_number(number: i32) -> Option<Self> {
        Some(match number {
            0 => Self::Close,
            1 => Self::Listen,
            2 => Self::SynSent,
            3 => Self::SynRecv,
            4 => Self::Established,
            5 => Self::FinWait1,
            6 => Self::FinWait2,
            7 => Self::CloseWait,
            8 => Self::Closing,
            9 => Self::LastAck,
            10 => Self::TimeWait,
            _ => return None,
        })
    }

    /// As RFC 9293 and `netstat` write it, and nobody translates it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Established => "ESTABLISHED",
            Self::SynSent => "SYN_SENT",
            Self::SynRecv => "SYN_RECV",
            Self::FinWait1 => "FIN_WAIT1",
            Self::FinWait2 => "FIN_WAIT2",
            Self::TimeWait => "TIME_WAIT",
            Self::Close => "CLOSED",
            Self::CloseWait => "CLOSE_WAIT",
            Self::LastAck => "LAST_ACK",
            Self::Listen => "LISTEN",
            Self::Closing => "CLOSING",
        }
    }
}

/// What the system says of a connection: the numbers of Linux's `struct tcp_info` (tcp(7), linux/tcp.h), of Windows'
/// SIO_TCP_INFO and of macOS' TCP_CONNECTION_INFO. `None` where this system has no such number, or is too old for it.
/// Segments are counted from bytes where the system counts those.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpNumbers {
    /// Smoothed round-trip time and its variation in microseconds.
    pub rtt: u32,
    pub rtt_var: Option<u32>,
    /// Congestion window and slow-start threshold, in segments; no threshold was met yet where it is `None`.
    pub cwnd: u32,
    pub ssthresh: Option<u32>,
    /// The largest segment that is sent, in bytes.
    pub send_mss: u32,
    /// Segments sent and not acknowledged, and of them those that are held lost.
    pub unacked: Option<u32>,
    pub lost: Option<u32>,
    /// Segments sent again, over the connection's life.
    pub retransmits: u32,
    /// The window that is offered to the peer (Linux 6.2), and the one that the peer offers (5.4), in bytes.
    pub recv_window: Option<u32>,
    pub send_window: Option<u32>,
    /// Bytes per second; `None` where nothing paces it.
    pub pacing_rate: Option<u64>,
    /// Bytes per second that were delivered lately (4.9).
    pub delivery_rate: Option<u64>,
}

/// Where a sample was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The open socket itself: `getsockopt(TCP_INFO)`, `ioctl(SIOCINQ, SIOCOUTQ)`, or what the system has in their place.
    Socket,
    /// `/proc/net/tcp`, `/proc/net/tcp6`: the socket is closed, or both sides have ended, and its connection is not yet
    /// over for the kernel.
    Proc,
}

/// One look at a socket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KernelSample {
    pub at: Nanos,
    pub endpoint: EndpointId,
    pub socket: SocketId,
    pub source: Source,
    /// `None` where the system does not say (not TCP, not Linux), and with [`Source::Proc`] where the kernel has
    /// nothing left of the connection.
    pub state: Option<TcpState>,
    /// Only of a connection, and only while its socket is open.
    pub tcp: Option<TcpNumbers>,
    /// Bytes that arrived and were not yet received (SIOCINQ); of a UDP socket the first datagram's.
    pub recv_queue: Option<u64>,
    /// Bytes sent and not yet acknowledged by the peer (SIOCOUTQ); of a UDP socket not yet handed to the device.
    pub send_queue: Option<u64>,
    /// TCP listeners only: the length of the accept queue, and its limit.
    pub accept_queue: Option<(u32, u32)>,
}

impl KernelSample {
    /// True where the system says nothing of such a socket.
    pub fn is_silent(&self) -> bool {
        self.source == Source::Socket
            && self.state.is_none()
            && self.tcp.is_none()
            && self.recv_queue.is_none()
            && self.send_queue.is_none()
            && self.accept_queue.is_none()
    }

    /// True where the kernel has nothing left of a closed connection: no further sample comes.
    pub fn is_gone(&self) -> bool {
        self.source == Source::Proc && self.state.is_none()
    }

    /// The same but for its time.
    pub fn says_the_same(&self, other: &Self) -> bool {
        Self { at: other.at, ..*self } == *other
    }
}

#[cfg(test)]
mod tests {
    use super::TcpState;

    #[test]
    fn each_system_s_numbers_name_all_eleven_states_once() {
        let linux: Vec<_> = (1..=11).filter_map(TcpState::from_number).collect();
        let bsd: Vec<_> = (0..=u8::MAX).filter_map(TcpState::from_bsd_number).collect();
        let windows: Vec<_> = (-1..=100).filter_map(TcpState::from_windows_number).collect();
        for numbers in [bsd, windows] {
            assert_eq!(numbers.len(), linux.len());
            assert!(linux.iter().all(|state| numbers.contains(state)));
        }
    }
}
