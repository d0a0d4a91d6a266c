//! Windows: Winsock's calls that neither std nor socket2 has.

use std::io;
use std::net::Ipv4Addr;
use std::os::windows::io::AsRawSocket;
use std::time::Duration;

use socket2::Socket;
use windows_sys::Win32::Networking::WinSock::{
    FIONREAD, POLLRDNORM, POLLWRNORM, SIO_TCP_INFO, SOCKET, SOCKET_ERROR, TCP_INFO_v0, WSAIoctl, WSAPOLLFD, WSAPoll,
    ioctlsocket,
};
use windows_sys::Win32::System::Console::{FreeConsole, GetConsoleProcessList};

use super::{Queues, TcpInfo};
use crate::trace::kernel::{TcpNumbers, TcpState};

/// How many bytes have arrived that nobody has received (FIONREAD); 0 where it doesn't say.
pub fn unread(socket: &impl AsRawSocket) -> u64 {
    fionread(raw(socket)).unwrap_or(0).into()
}

#[expect(unsafe_code, reason = "no library has ioctlsocket")]
fn fionread(socket: SOCKET) -> Option<u32> {
    let mut bytes = 0;
    // SAFETY: FIONREAD writes one u32, for which `bytes` is valid.
    let result = unsafe { ioctlsocket(socket, FIONREAD, &raw mut bytes) };
    (result == 0).then_some(bytes)
}

/// A number that changes with each byte that the peer takes: bytes sent less those in flight (SIO_TCP_INFO, Windows 10
/// 1703); `None` where it doesn't say.
pub fn unsent(socket: &impl AsRawSocket) -> Option<u64> {
    sio_tcp_info(raw(socket)).map(|info| info.BytesOut.saturating_sub(info.BytesInFlight.into()))
}

/// SIO_TCP_INFO (mstcpip.h) of the socket with that handle; `None` for other sockets, and of a listener.
pub fn tcp_info(number: u64) -> Option<TcpInfo> {
    let info = sio_tcp_info(number as SOCKET)?;
    let state = TcpState::from_windows_number(info.State)?;
    if state == TcpState::Listen {
        return Some(TcpInfo { state, numbers: None, accept_queue: None });
    }
    let numbers = TcpNumbers {
        rtt: info.RttUs,
        rtt_var: None,
        cwnd: super::segments(info.Cwnd.into(), info.Mss),
        ssthresh: None,
        send_mss: info.Mss,
        unacked: Some(super::segments(info.BytesInFlight.into(), info.Mss)),
        lost: None,
        retransmits: super::segments(info.BytesRetrans.into(), info.Mss),
        recv_window: Some(info.RcvWnd),
        send_window: Some(info.SndWnd),
        pacing_rate: None,
        delivery_rate: None,
    };
    Some(TcpInfo { state, numbers: Some(numbers), accept_queue: None })
}

/// FIONREAD; how much waits to be sent Windows does not say.
pub fn queues(number: u64) -> Queues {
    Queues { recv: fionread(number as SOCKET).map(u64::from), send: None }
}

#[expect(unsafe_code, reason = "no library has SIO_TCP_INFO")]
fn sio_tcp_info(socket: SOCKET) -> Option<TCP_INFO_v0> {
    let version = 0u32;
    let mut info = TCP_INFO_v0::default();
    let mut written = 0;
    // SAFETY: SIO_TCP_INFO reads a u32 and writes a TCP_INFO_v0; both sizes are what the pointers lead to, and the call is
    // not an overlapped one.
    let result = unsafe {
        WSAIoctl(
            socket,
            SIO_TCP_INFO,
            (&raw const version).cast(),
            size_of_val(&version) as u32,
            (&raw mut info).cast(),
            size_of_val(&info) as u32,
            &raw mut written,
            std::ptr::null_mut(),
            None,
        )
    };
    (result == 0 && written as usize >= size_of_val(&info)).then_some(info)
}

/// Waits until one may receive or send, or the time is over; true where one may, also where the call will fail.
///
/// # Errors
/// What WSAPoll says.
#[expect(unsafe_code, reason = "no library has WSAPoll")]
pub fn poll(socket: &Socket, writable: bool, at_most: Duration) -> io::Result<bool> {
    let mut waiting = WSAPOLLFD { fd: raw(socket), events: if writable { POLLWRNORM } else { POLLRDNORM }, revents: 0 };
    // Rounded up: a wait of no time at all would turn in a circle.
    let millis = at_most.as_micros().div_ceil(1000);
    // SAFETY: the array has one entry, which is valid for writing.
    let ready = unsafe { WSAPoll(&raw mut waiting, 1, i32::try_from(millis).unwrap_or(i32::MAX)) };
    if ready == SOCKET_ERROR { Err(io::Error::last_os_error()) } else { Ok(ready > 0) }
}

/// IP_MULTICAST_IF, which takes the number of an interface as an address of the network 0.
///
/// # Errors
/// What the system says.
pub fn set_multicast_interface(socket: &Socket, index: u32) -> io::Result<()> {
    socket.set_multicast_if_v4(&Ipv4Addr::from(index))
}

/// Lets go of a console that the system opened for this program alone, as for one that is started by a double click; one
/// from which it was started stays.
#[expect(unsafe_code, reason = "no library has the console's calls")]
pub fn leave_own_console() {
    let mut processes = [0; 2];
    // SAFETY: the length is the array's; FreeConsole takes nothing.
    unsafe {
        if GetConsoleProcessList(processes.as_mut_ptr(), 2) == 1 {
            FreeConsole();
        }
    }
}

fn raw(socket: &impl AsRawSocket) -> SOCKET {
    socket.as_raw_socket() as SOCKET
}
