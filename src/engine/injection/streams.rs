//! A connected stream over a double that fails, stutters, moves as little as it likes and lies about its readiness as a
//! script says.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use tokio::sync::mpsc;

use super::error;
use crate::engine::connection::conversation::Connection;
use crate::engine::connection::request::ConnRequest;
use crate::engine::link::channel::{EventReceiver, channel};
use crate::engine::link::clock::Clock;
use crate::engine::link::command::Job;
use crate::engine::link::completion::Completion;
use crate::engine::link::event::Event;
use crate::engine::link::request::Request;
use crate::engine::tap::{Gates, StreamSocket, Tap, Tapped};
use crate::lab::service::Reply;
use crate::lab::{Addr, EndpointId, EndpointKind, EndpointSpec, ServiceSpec};
use crate::service::{Counter, Responder};
use crate::trace::{Call, ConnId, Ends, Errno, Op, Outcome};
use crate::values::How;

/// What recv(2) and send(2) can give for a connected stream, besides EAGAIN, which only makes a call wait.
const RECV_ERRNOS: [&str; 8] =
    ["EBADF", "ECONNREFUSED", "ECONNRESET", "EFAULT", "EINVAL", "ENOMEM", "ENOTCONN", "ETIMEDOUT"];
const SEND_ERRNOS: [&str; 12] = [
    "EACCES",
    "EALREADY",
    "EBADF",
    "ECONNRESET",
    "EDESTADDRREQ",
    "EFAULT",
    "EHOSTUNREACH",
    "ENETDOWN",
    "ENOBUFS",
    "ENOMEM",
    "ENOTCONN",
    "EPIPE",
];

/// What the socket does when it is next asked to move bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Does {
    /// Moves at most this many.
    Moves(usize),
    /// Is not ready yet; wakes at once.
    PendingCalls,
    /// Says that it is ready and then isn't.
    Lies,
    /// EINTR.
    Interrupted,
    Fails(&'static str),
}

/// The world on the other side of the socket.
#[derive(Debug, Default)]
struct World {
    recv: VecDeque<Does>,
    send: VecDeque<Does>,
    given: Vec<u8>,
    taken: Vec<u8>,
    failed: Vec<(&'static str, &'static str)>,
    fails_to_shut_down: Option<&'static str>,
    fails_to_reset: Option<&'static str>,
    fails_to_close: Option<&'static str>,
    closed: usize,
}

#[derive(Clone)]
struct Faulty(Arc<Mutex<World>>);

/// The byte at that place of the stream that the world sends.
fn byte(at: usize) -> u8 {
    (at % 251) as u8
}

fn ready(queue: &mut VecDeque<Does>, cx: &Context<'_>) -> Poll<io::Result<()>> {
    if queue.front() == Some(&Does::PendingCalls) {
        queue.pop_front();
        cx.waker().wake_by_ref();
        return Poll::Pending;
    }
    Poll::Ready(Ok(()))
}

impl StreamSocket for Faulty {
    fn poll_recv_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready(&mut self.0.lock().unwrap().recv, cx)
    }

    fn poll_send_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready(&mut self.0.lock().unwrap().send, cx)
    }

    fn try_recv(&self, buffer: &mut Vec<u8>, max: usize) -> io::Result<usize> {
        let mut world = self.0.lock().unwrap();
        buffer.clear();
        match world.recv.pop_front() {
            Some(Does::Moves(most)) => {
                let from = world.given.len();
                let len = most.min(max);
                buffer.extend((from..from + len).map(byte));
                world.given.extend_from_slice(buffer);
                Ok(len)
            }
            Some(Does::PendingCalls | Does::Lies) => Err(io::ErrorKind::WouldBlock.into()),
            Some(Does::Interrupted) => Err(error("EINTR")),
            Some(Does::Fails(name)) => {
                world.failed.push(("recv", name));
                Err(error(name))
            }
            // The end of the stream.
            None => Ok(0),
        }
    }

    fn try_send(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut world = self.0.lock().unwrap();
        match world.send.pop_front() {
            Some(Does::PendingCalls | Does::Lies) => Err(io::ErrorKind::WouldBlock.into()),
            Some(Does::Interrupted) => Err(error("EINTR")),
            Some(Does::Fails(name)) => {
                world.failed.push(("send", name));
                Err(error(name))
            }
            moves => {
                let most = if let Some(Does::Moves(most)) = moves { most } else { usize::MAX };
                let len = most.min(bytes.len());
                world.taken.extend_from_slice(&bytes[..len]);
                Ok(len)
            }
        }
    }

    fn shutdown(&self, _: How) -> io::Result<()> {
        self.0.lock().unwrap().fails_to_shut_down.map_or(Ok(()), |name| Err(error(name)))
    }

    fn set_reset_on_close(&self) -> io::Result<()> {
        self.0.lock().unwrap().fails_to_reset.map_or(Ok(()), |name| Err(error(name)))
    }

    fn close(self) -> io::Result<()> {
        let mut world = self.0.lock().unwrap();
        world.closed += 1;
        world.fails_to_close.map_or(Ok(()), |name| Err(error(name)))
    }
}

/// What was on record when the connection had ended, and the world as it was then.
struct Ran {
    world: World,
    calls: Vec<Call>,
    done: Vec<Option<String>>,
}

/// A connection with that service over a scripted socket. `sends` are requested by the user beforehand.
fn run(kind: EndpointKind, reply: Reply, world: World, sends: &[Vec<u8>], then: &[Job]) -> Ran {
    let (events, receiver) = channel(1 << 30, Arc::new(|| {}));
    let mut spec = EndpointSpec::new("e", kind);
    spec.service = ServiceSpec::new(reply);
    spec.recv_size = Some(64);
    let responder = Responder::new(&spec.service, spec.encoding, Arc::new(Counter::default())).unwrap();
    let at = |port| Some(Addr::Inet(([127, 0, 0, 1], port).into()));
    let tap = Tap::new(events, Clock::start(), 1 << 20, Gates::default(), EndpointId(1));
    let tap = tap.with(ConnId::new(1), Ends { local: at(1), peer: at(2) });
    let shared = Arc::new(Mutex::new(world));
    let connection =
        Box::new(Connection::new(Tapped::new(Faulty(Arc::clone(&shared)), tap), Arc::new(spec), responder));
    let (requests, mut inbox) = mpsc::channel(64);
    let mut waits = Vec::new();
    let sends = sends.iter().map(|bytes| Job::Send(Bytes::copy_from_slice(bytes)));
    for job in sends.chain(then.iter().cloned()) {
        let (done, wait) = Completion::of_task();
        let request = Request { target: EndpointId(1).into(), job, done };
        requests.try_send(ConnRequest::Do(request)).ok().unwrap();
        waits.push(wait);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let done = runtime.block_on(async {
        let running = tokio::spawn(async move { connection.run(&mut inbox).await.is_none() });
        // A client stays open after its peer's end until it is closed.
        let mut done = Vec::new();
        for wait in waits {
            done.push(wait.await.unwrap().err().map(|kind| kind.errno_name().unwrap_or_default()));
        }
        for _ in 0..10_000 {
            if running.is_finished() || (shared.lock().unwrap().recv.is_empty() && kind.is_client()) {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(requests);
        assert!(
            tokio::time::timeout(Duration::from_secs(20), running).await.unwrap().unwrap(),
            "it has closed its socket"
        );
        done
    });
    let world = std::mem::take(&mut *shared.lock().unwrap());
    Ran { world, calls: calls(&receiver), done }
}

fn calls(receiver: &EventReceiver) -> Vec<Call> {
    std::iter::from_fn(|| receiver.take())
        .filter_map(|event| if let Event::Call { call, .. } = event { Some(call) } else { None })
        .collect()
}

/// Offsets without overlap or gap, bytes as they really went, in order; a send never more than it was.
fn assert_faithful(ran: &Ran) {
    for (receives, real) in [(true, &ran.world.given), (false, &ran.world.taken)] {
        let mut at = 0;
        for call in ran.calls.iter().filter(|call| if receives { call.op.receives() } else { call.op.sends() }) {
            match call.outcome {
                Outcome::Ok(0) => assert_eq!(call.offset, None, "the end covers no byte"),
                Outcome::Ok(len) => {
                    assert_eq!((call.offset, call.len), (Some(at), len));
                    let asked = match call.op {
                        Op::Send { len } | Op::Recv { max: len } => len,
                        _ => unreachable!(),
                    };
                    assert!(len <= asked, "{call}");
                    let range = at as usize..(at + len) as usize;
                    assert_eq!(call.data.as_ref(), real.get(range).unwrap());
                    at += len;
                }
                Outcome::Err(_) | Outcome::Abandoned => assert_eq!((call.offset, call.len), (None, 0)),
            }
        }
        assert_eq!(at, real.len() as u64, "every byte is on record");
    }
    let failed: Vec<_> =
        ran.calls.iter().filter_map(|call| Some((call.op.name(), call.errno()?.to_string()))).collect();
    let failed: Vec<_> = failed.iter().map(|(op, errno)| (*op, errno.as_str())).filter(|it| it.1 != "EINTR").collect();
    let meant: Vec<_> = ran.world.failed.clone();
    assert_eq!(failed, meant, "each failure once, as the system gave it");
    assert_eq!(ran.world.closed, 1, "closed once");
    assert!(matches!(ran.calls.last().unwrap().op, Op::Close), "and nothing after it");
}

#[test]
fn every_errno_of_recv_is_on_record_and_a_server_then_closes() {
    for name in RECV_ERRNOS {
        let recv = VecDeque::from([Does::Moves(5), Does::Fails(name)]);
        let ran = run(EndpointKind::TCP_SERVER, Reply::echo(), World { recv, ..World::default() }, &[], &[]);
        assert_faithful(&ran);
        assert_eq!(ran.world.given.len(), 5, "{name}");
    }
}

#[test]
fn every_errno_of_send_is_on_record_and_told_to_whoever_sent() {
    for name in SEND_ERRNOS {
        for kind in [EndpointKind::TCP_SERVER, EndpointKind::TCP_CLIENT] {
            let send = VecDeque::from([Does::Moves(2), Does::Fails(name)]);
            let recv = VecDeque::from([Does::PendingCalls; 50]);
            let world = World { recv, send, ..World::default() };
            let ran = run(kind, Reply::manual(), world, &[b"hello".to_vec()], &[]);
            assert_faithful(&ran);
            assert_eq!(ran.world.taken, b"he");
            assert_eq!(ran.done, [Some(name.to_owned())], "{kind}");
        }
    }
}

#[test]
fn a_failing_shutdown_or_close_is_told_and_the_socket_is_gone_all_the_same() {
    let world = World { fails_to_shut_down: Some("ENOTCONN"), fails_to_close: Some("EIO"), ..World::default() };
    let then = [Job::Shutdown(How::Write), Job::CloseConn { reset: false }];
    let ran = run(EndpointKind::TCP_CLIENT, Reply::manual(), world, &[], &then);
    assert_eq!(ran.done, [Some("ENOTCONN".to_owned()), Some("EIO".to_owned())]);
    assert_eq!(ran.world.closed, 1);
}

#[test]
fn a_reset_that_cannot_be_asked_for_is_told_and_the_socket_is_closed_on_record() {
    for name in ["EBADF", "EFAULT", "EINVAL", "ENOPROTOOPT", "ENOTSOCK"] {
        let world =
            World { recv: VecDeque::from([Does::PendingCalls; 50]), fails_to_reset: Some(name), ..World::default() };
        let ran = run(EndpointKind::TCP_CLIENT, Reply::manual(), world, &[], &[Job::CloseConn { reset: true }]);
        assert_eq!(ran.done, [Some(name.to_owned())]);
        assert_eq!(ran.world.closed, 1);
        let calls: Vec<_> = ran.calls.iter().map(|call| (call.op.name(), call.errno().and_then(Errno::name))).collect();
        assert_eq!(calls, [("setsockopt", Some(name)), ("close", None)]);
    }
}

#[test]
fn interruptions_and_false_readiness_are_no_end() {
    let stutter = [Does::Interrupted, Does::Lies, Does::PendingCalls, Does::Interrupted, Does::Lies];
    let recv = stutter.into_iter().chain([Does::Moves(40)]).collect();
    let send = stutter.into_iter().chain([Does::Moves(1), Does::Lies, Does::Interrupted, Does::Moves(3)]).collect();
    let ran = run(EndpointKind::TCP_SERVER, Reply::echo(), World { recv, send, ..World::default() }, &[], &[]);
    assert_faithful(&ran);
    assert_eq!(ran.world.taken, ran.world.given);
    let interrupted = ran.calls.iter().filter(|call| call.errno().is_some()).count();
    assert_eq!(interrupted, 5, "each EINTR is a call that has returned");
}

fn does(errnos: &'static [&'static str]) -> impl Strategy<Value = Does> {
    prop_oneof![
        8 => (1usize..200).prop_map(Does::Moves),
        2 => Just(Does::PendingCalls),
        2 => Just(Does::Lies),
        1 => Just(Does::Interrupted),
        1 => prop::sample::select(errnos).prop_map(Does::Fails),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_the_socket_does_the_trace_is_what_it_did(
        recv in prop::collection::vec(does(&RECV_ERRNOS), 0..40),
        send in prop::collection::vec(does(&SEND_ERRNOS), 0..40),
        sends in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..300), 0..6),
        server in any::<bool>(),
        echo in any::<bool>(),
    ) {
        let kind = if server { EndpointKind::TCP_SERVER } else { EndpointKind::TCP_CLIENT };
        let reply = if echo { Reply::echo() } else { Reply::manual() };
        let world = World { recv: recv.into(), send: send.into(), ..World::default() };
        let ran = run(kind, reply, world, &sends, &[]);
        assert_faithful(&ran);
        if echo && sends.is_empty() {
            prop_assert!(ran.world.given.starts_with(&ran.world.taken), "an echo is what came, or its beginning");
        }
    }
}
