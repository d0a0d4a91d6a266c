//! tokio's TCP stream as the tap's [`StreamSocket`].

use std::io;
use std::net::Shutdown;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::net::TcpStream;

use super::kernel;
use super::tap::StreamSocket;
use crate::lab::step::How;

impl StreamSocket for TcpStream {
    fn poll_recv_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_read_ready(cx)
    }

    fn poll_send_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_write_ready(cx)
    }

    fn try_recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.try_read(buffer)
    }

    fn try_send(&self, bytes: &[u8]) -> io::Result<usize> {
        self.try_write(bytes)
    }

    fn shutdown(&self, how: How) -> io::Result<()> {
        SockRef::from(self).shutdown(match how {
            How::Read => Shutdown::Read,
            How::Write => Shutdown::Write,
            How::Both => Shutdown::Both,
        })
    }

    fn set_reset_on_close(&self) -> io::Result<()> {
        SockRef::from(self).set_linger(Some(Duration::ZERO))
    }

    fn close(self) -> io::Result<()> {
        // Taken out of the event queue first; then it is an ordinary socket.
        kernel::close(self.into_std()?)
    }
}
