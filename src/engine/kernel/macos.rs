//! macOS: socket options that neither std nor socket2 has.

use std::os::fd::AsRawFd;

use libc::{c_int, socklen_t, tcp_connection_info};

use super::{Queues, TcpInfo};
use crate::trace::kernel::{TcpNumbers, TcpState};

/// The threshold before any loss: the largest window that TCP can scale to (TCP_MAXWIN << TCP_MAX_WINSHIFT).
const NO_SSTHRESH: u32 = 65_535 << 14;

/// How many bytes were handed to a stream socket that the peer has not taken yet (SO_NWRITE); `None` where it doesn't say.
pub fn unsent(socket: &impl AsRawFd) -> Option<u64> {
    bytes(socket.as_raw_fd(), libc::SO_NWRITE)
}

/// SO_NREAD and SO_NWRITE (getsockopt(2)).
pub fn queues(number: u64) -> Queues {
    let Ok(fd) = c_int::try_from(number) else { return Queues::default() };
    Queues { recv: bytes(fd, libc::SO_NREAD), send: bytes(fd, libc::SO_NWRITE) }
}

fn bytes(fd: c_int, option: c_int) -> Option<u64> {
    let mut bytes: c_int = 0;
    get(fd, libc::SOL_SOCKET, option, &mut bytes)?;
    u64::try_from(bytes).ok()
}

/// TCP_CONNECTION_INFO (netinet/tcp.h) of the socket with that descriptor; `None` for other sockets.
pub fn tcp_info(number: u64) -> Option<TcpInfo> {
    let fd = c_int::try_from(number).ok()?;
    // SAFETY: the structure is plain numbers, for which zero is a value.
    #[expect(unsafe_code, reason = "the structure has no constructor")]
    let mut info: tcp_connection_info = unsafe { std::mem::zeroed() };
    get(fd, libc::IPPROTO_TCP, libc::TCP_CONNECTION_INFO, &mut info)?;
    let state = TcpState::from_bsd_number(info.tcpi_state)?;
    if state == TcpState::Listen {
        return Some(TcpInfo { state, numbers: None, accept_queue: None });
    }
    let mss = info.tcpi_maxseg;
    let numbers = TcpNumbers {
        // The system counts milliseconds.
        rtt: info.tcpi_srtt.saturating_mul(1_000),
        rtt_var: Some(info.tcpi_rttvar.saturating_mul(1_000)),
        cwnd: super::segments(info.tcpi_snd_cwnd.into(), mss),
        ssthresh: Some(info.tcpi_snd_ssthresh)
            .filter(|threshold| *threshold < NO_SSTHRESH)
            .map(|threshold| super::segments(threshold.into(), mss)),
        send_mss: mss,
        unacked: None,
        lost: None,
        retransmits: super::segments(info.tcpi_txretransmitbytes, mss),
        recv_window: Some(info.tcpi_rcv_wnd),
        send_window: Some(info.tcpi_snd_wnd),
        pacing_rate: None,
        delivery_rate: None,
    };
    Some(TcpInfo { state, numbers: Some(numbers), accept_queue: None })
}

#[expect(unsafe_code, reason = "no library has these options")]
fn get<T>(fd: c_int, level: c_int, option: c_int, value: &mut T) -> Option<()> {
    let mut len = socklen_t::try_from(size_of::<T>()).ok()?;
    // SAFETY: `value` and `len` are valid for writing, `len` is the size of `value`, and each value is plain numbers.
    let result = unsafe { libc::getsockopt(fd, level, option, std::ptr::from_mut(value).cast(), &raw mut len) };
    (result == 0).then_some(())
}
