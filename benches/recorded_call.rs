//! One recorded call, tap to trace, beside the bare OS call: `recv` of 64 bytes over loopback TCP, `recvfrom` of 64 bytes
//! over UDP, and the memory that a call takes.
//!
//! Both rows of a pair receive the same bytes from the same kind of socket in the same run; the difference of their medians
//! is what recording costs. The budget is 1 µs, and 200 bytes besides the payload.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends where it fails"
)]

use std::future::poll_fn;
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use divan::Bencher;
use divan::counter::ItemsCount;
use socket_lab::engine::socket::datagram::Datagrams;
use socket_lab::engine::tap::{Gates, Hold, StreamSocket, Tap, Tapped, TappedDatagram, UpcomingCall};
use socket_lab::engine::{Clock, Event, EventReceiver, channel};
use socket_lab::lab::{Addr, EndpointId};
use socket_lab::trace::store::DEFAULT_RETENTION;
use socket_lab::trace::{ConnId, Ends, Op, SocketId, Trace};
use socket_lab::values::How;

const LEN: usize = 64;

/// What a call may take besides its payload, in bytes.
const BUDGET: u64 = 200;

/// What a hold that holds nothing may cost a call, in nanoseconds.
const HOLD_BUDGET: f64 = 20.0;

fn main() {
    // First, while the process holds no memory that an earlier trace has let go.
    memory();
    hold();
    divan::main();
}

/// A million calls, each with a payload of its own: what the process has grown by.
fn memory() {
    const CALLS: u64 = 1_000_000;
    let mut trace = Trace::new(std::time::SystemTime::UNIX_EPOCH, u64::MAX);
    let (mut tapped, taken) = tapped(Endless, Ends { local: None, peer: None });
    let mut cx = Context::from_waker(Waker::noop());
    let before = resident();
    for _ in 0..CALLS {
        assert!(tapped.poll_recv(&mut cx, 1024).is_ready());
        push_taken(&taken, &mut trace);
    }
    let each = resident().saturating_sub(before) / CALLS;
    let (besides, counted) = (each.saturating_sub(LEN as u64), trace.held_bytes() / CALLS);
    println!(
        "memory of a call of {LEN} bytes: {each} B resident, {besides} B besides the payload: {} {BUDGET} B (the trace counts {counted} B)",
        if besides <= BUDGET { "within the budget of" } else { "OVER THE BUDGET of" }
    );
}

/// What each call pays for the hold while nothing is held, in nanoseconds.
fn hold() {
    const ASKED: u64 = 100_000_000;
    let (events, _taken) = channel(u64::MAX, Arc::new(|| {}));
    let hold = Hold::new(events, Clock::start());
    let ends = Arc::new(Ends { local: None, peer: None });
    let op = Op::Recv { max: 1024 };
    let mut cx = Context::from_waker(Waker::noop());
    let (endpoint, socket) = (EndpointId(1), SocketId(1));
    let began = std::time::Instant::now();
    for _ in 0..ASKED {
        let call = UpcomingCall { endpoint, socket, conn: None, ends: &ends, op: &op, made_by: None };
        assert!(black_box(&hold).poll_pass(&mut cx, black_box(call), &mut None).is_ready());
    }
    let each = began.elapsed().as_nanos() as f64 / ASKED as f64;
    let began = std::time::Instant::now();
    for _ in 0..ASKED {
        let call = UpcomingCall { endpoint, socket, conn: None, ends: &ends, op: &op, made_by: None };
        assert!(no_hold(&mut cx, black_box(call)).is_ready());
    }
    let bare = began.elapsed().as_nanos() as f64 / ASKED as f64;
    println!(
        "a hold that holds nothing: {each:.1} ns a call, where there is none: {bare:.1} ns: {} {HOLD_BUDGET} ns",
        if each <= HOLD_BUDGET { "within the budget of" } else { "OVER THE BUDGET of" }
    );
}

/// As long as the way to the hold, and nothing there.
#[inline(never)]
fn no_hold(_: &mut Context<'_>, call: UpcomingCall<'_>) -> Poll<()> {
    black_box(call);
    Poll::Ready(())
}

/// Resident memory of this process, in bytes; 0 where the system doesn't say.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// A stream under the tap, and what the tap sends.
fn tapped<S: StreamSocket>(socket: S, ends: Ends) -> (Tapped<S>, EventReceiver) {
    let (tap, taken) = tap(ends);
    (Tapped::new(socket, tap), taken)
}

fn tap(ends: Ends) -> (Tap, EventReceiver) {
    let (events, taken) = channel(u64::MAX, Arc::new(|| {}));
    let tap = Tap::new(events, Clock::start(), 65_536, Gates::default(), EndpointId(1)).with(ConnId::new(1), ends);
    (tap, taken)
}

fn push_taken(taken: &EventReceiver, trace: &mut Trace) {
    while let Some(event) = taken.take() {
        if let Event::Call { call, .. } = event {
            trace.push(call);
        }
    }
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
    let mut trace = Trace::new(std::time::SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
    let ends =
        Ends { local: receiver.local_addr().ok().map(Into::into), peer: receiver.peer_addr().ok().map(Into::into) };
    let (mut tapped, taken) = tapped(Blocking(receiver), ends);
    let mut cx = Context::from_waker(Waker::noop());
    bencher.with_inputs(|| send(&sender, &watched)).bench_local_values(|()| {
        let Poll::Ready(Ok(bytes)) = tapped.poll_recv(&mut cx, 1024) else { unreachable!("the bytes are there") };
        push_taken(&taken, &mut trace);
        bytes.len()
    });
}

/// Datagrams that are queued before they are received one after the other, so that no `recv` waits.
const BATCH: usize = 64;

fn datagram_pair() -> (UdpSocket, UdpSocket) {
    let receiver = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let sender = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    sender.connect(receiver.local_addr().expect("an address")).expect("an address");
    (sender, receiver)
}

fn send_batch(sender: &UdpSocket) {
    for _ in 0..BATCH {
        sender.send(&[7; LEN]).expect("room");
    }
}

#[divan::bench(sample_size = 1, sample_count = 5_000)]
fn bare_recvfrom(bencher: Bencher<'_, '_>) {
    let (sender, receiver) = datagram_pair();
    bencher.counter(ItemsCount::new(BATCH)).with_inputs(|| send_batch(&sender)).bench_local_values(|()| {
        let mut buffer = [0; 1024];
        for _ in 0..BATCH {
            black_box(receiver.recv_from(&mut buffer).expect("a datagram"));
        }
        black_box(buffer);
    });
}

#[divan::bench(sample_size = 1, sample_count = 5_000)]
fn recorded_recvfrom(bencher: Bencher<'_, '_>) {
    let (sender, receiver) = datagram_pair();
    receiver.set_nonblocking(true).expect("an option");
    let local = Addr::from(receiver.local_addr().expect("an address"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    let _inside = runtime.enter();
    let (tap, taken) = tap(Ends { local: Some(local.clone()), peer: None });
    let socket = Datagrams::new(receiver.into(), &local).expect("a socket");
    let mut socket = TappedDatagram::new(socket, tap);
    let mut trace = Trace::new(std::time::SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
    bencher
        .counter(ItemsCount::new(BATCH))
        .with_inputs(|| {
            send_batch(&sender);
            // The runtime learns that they are there.
            runtime.block_on(tokio::task::yield_now());
        })
        .bench_local_values(|()| {
            // One task receives them all, as in the engine.
            runtime.block_on(async {
                for _ in 0..BATCH {
                    poll_fn(|cx| socket.poll_recv_from(cx, 1024)).await.expect("a datagram");
                    push_taken(&taken, &mut trace);
                }
            });
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

    fn try_recv(&self, buffer: &mut Vec<u8>, max: usize) -> io::Result<usize> {
        buffer.resize(max, 0);
        let len = (&self.0).read(buffer)?;
        buffer.truncate(len);
        Ok(len)
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

/// A socket that always has bytes.
struct Endless;

impl StreamSocket for Endless {
    fn poll_recv_ready(&self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_send_ready(&self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn try_recv(&self, buffer: &mut Vec<u8>, _: usize) -> io::Result<usize> {
        buffer.clear();
        buffer.resize(LEN, 7);
        Ok(LEN)
    }

    fn try_send(&self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
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
