//! One recorded call, tap to trace, beside the bare OS call: `recv` of 64 bytes over loopback TCP.
//!
//! Both rows receive the same bytes from the same kind of socket in the same run; the difference of their medians is
//! what recording costs. The budget is 1 µs (and 200 bytes besides the payload, which a unit test of the trace checks).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

use std::hint::black_box;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use divan::Bencher;
use socket_lab::engine::probe::Probe;
use socket_lab::engine::tap::{StreamSocket, Tap, Tapped};
use socket_lab::engine::{Clock, Event, channel};
use socket_lab::lab::EndpointId;
use socket_lab::lab::step::How;
use socket_lab::trace::{ConnId, Ends, Trace};

const LEN: usize = 64;

fn main() {
    divan::main();
}

fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let sender = TcpStream::connect(listener.local_addr().expect("an address")).expect("a connection");
    let (receiver, _) = listener.accept().expect("a connection");
    sender.set_nodelay(true).expect("an option");
    (sender, receiver)
}

/// Puts one message into the receiver's queue, outside of what is measured.
fn send(mut sender: &TcpStream, receiver: &TcpStream) {
    sender.write_all(&[7; LEN]).expect("room");
    let mut buffer = [0; 1];
    receiver.peek(&mut buffer).expect("bytes");
}

#[divan::bench(sample_size = 1, sample_count = 20_000)]
fn bare_recv(bencher: Bencher<'_, '_>) {
    let (sender, receiver) = pair();
    bencher.with_inputs(|| send(&sender, &receiver)).bench_local_values(|()| {
        let mut buffer = [0; 1024];
        let len = (&receiver).read(&mut buffer).expect("bytes");
        black_box(buffer);
        len
    });
}

#[divan::bench(sample_size = 1, sample_count = 20_000)]
fn recorded_recv(bencher: Bencher<'_, '_>) {
    let (sender, receiver) = pair();
    let watched = receiver.try_clone().expect("a descriptor");
    let clock = Clock::start();
    let (events, taken) = channel(u64::MAX, Arc::new(|| {}));
    let mut trace = Trace::new(clock.began(), socket_lab::trace::store::DEFAULT_RETENTION);
    let ends =
        Ends { local: receiver.local_addr().ok().map(Into::into), peer: receiver.peer_addr().ok().map(Into::into) };
    let tap = Tap {
        events,
        clock,
        snaplen: 65_536,
        endpoint: EndpointId(1),
        conn: ConnId::new(1),
        ends: Arc::new(ends),
        probe: Probe::default(),
    };
    let mut tapped = Tapped::new(Blocking(receiver), tap);
    let mut cx = Context::from_waker(Waker::noop());
    bencher.with_inputs(|| send(&sender, &watched)).bench_local_values(|()| {
        let Poll::Ready(Ok(bytes)) = tapped.poll_recv(&mut cx, 1024) else { unreachable!("the bytes are there") };
        while let Some(event) = taken.take() {
            if let Event::Call { call, .. } = event {
                trace.push(call);
            }
        }
        bytes.len()
    });
}

/// A socket that is only asked when there are bytes.
struct Blocking(TcpStream);

impl StreamSocket for Blocking {
    fn poll_recv_ready(&self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_send_ready(&self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn try_recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        (&self.0).read(buffer)
    }

    fn try_send(&self, bytes: &[u8]) -> io::Result<usize> {
        (&self.0).write(bytes)
    }

    fn shutdown(&self, _: How) -> io::Result<()> {
        Ok(())
    }

    fn set_reset_on_close(&self) -> io::Result<()> {
        Ok(())
    }

    fn close(self) -> io::Result<()> {
        Ok(())
    }
}
