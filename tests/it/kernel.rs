//! What the kernel says of real loopback sockets while they are watched.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use crate::support::bench::{Bench, CLIENT, ROOM, SERVER, client_of, server, udp};
use socket_lab::engine::{Command, Dest, Event, Job, Peers};
use socket_lab::lab::service::Reply;
use socket_lab::lab::{Addr, EndpointId, EndpointKind, EndpointSpec, Serving};
use socket_lab::trace::kernel::{KernelSample, Source, TcpState};
use socket_lab::trace::{ConnId, Ends, Op, Outcome, SocketId};
use socket_lab::values::How;

const OFTEN: Duration = Duration::from_millis(50);

fn first() -> Option<ConnId> {
    ConnId::new(1)
}

/// The newest socket of a connection, or the newest that has none.
fn socket(bench: &Bench, endpoint: EndpointId, conn: Option<ConnId>) -> SocketId {
    let calls = bench.calls().filter(|call| call.endpoint == endpoint && call.conn == conn);
    calls.map(|call| call.socket).max().unwrap()
}

fn watch(bench: &mut Bench, endpoint: EndpointId, conn: Option<ConnId>) {
    let socket = socket(bench, endpoint, conn);
    bench.engine.command(Command::Watch { endpoint, socket, ends: None, every: Some(OFTEN) });
}

/// Waits for a sample, also one that came before.
fn sample(bench: &mut Bench, wanted: impl Fn(&KernelSample) -> bool) -> KernelSample {
    let found = |event: &Event| match event {
        Event::Kernel(sample) if wanted(sample) => Some(*sample),
        _ => None,
    };
    let seen = bench.seen().find_map(found);
    seen.unwrap_or_else(|| bench.until(found))
}

fn state(bench: &mut Bench, endpoint: EndpointId, state: TcpState) -> KernelSample {
    sample(bench, |sample| sample.endpoint == endpoint && sample.state == Some(state))
}

fn connected() -> Bench {
    let mut bench = Bench::new();
    let mut spec = server(Reply::manual());
    spec.stream.close_on_eof = Some(false);
    let addr = bench.open_server(spec);
    bench.open_client(client_of(&addr));
    // The server may have accepted before the client heard that it is connected.
    while !bench.calls().any(|call| call.op == Op::Accept && matches!(call.outcome, Outcome::Ok(_))) {
        bench.next();
    }
    bench
}

#[test]
fn an_open_connection_says_established_and_its_numbers() {
    let mut bench = connected();
    watch(&mut bench, CLIENT, first());
    let sample = state(&mut bench, CLIENT, TcpState::Established);
    assert_eq!((sample.source, sample.socket), (Source::Socket, socket(&bench, CLIENT, first())));
    let tcp = sample.tcp.unwrap();
    assert!(tcp.cwnd > 0 && tcp.send_mss > 0, "{tcp:?}");
    assert_eq!((tcp.retransmits, tcp.lost), (0, Some(0)));
    assert_eq!((sample.recv_queue, sample.send_queue), (Some(0), Some(0)));
}

#[test]
fn what_is_not_watched_or_no_longer_is_not_asked() {
    let mut bench = connected();
    watch(&mut bench, CLIENT, first());
    watch(&mut bench, SERVER, None);
    state(&mut bench, CLIENT, TcpState::Established);
    state(&mut bench, SERVER, TcpState::Listen);
    let socket = socket(&bench, CLIENT, first());
    bench.engine.command(Command::Watch { endpoint: CLIENT, socket, ends: None, every: None });
    let none = |bench: &mut Bench| {
        bench.drain().filter(|event| matches!(event, Event::Kernel(sample) if sample.endpoint == CLIENT)).count()
    };
    let before = none(&mut bench);
    bench.send(CLIENT, Peers::All, b"hello").unwrap();
    bench.command(|job| Command::new(job, CLIENT, Job::Shutdown(How::Write))).unwrap();
    // The server's end is watched from here on, so its news come after any that the client's could have given.
    watch(&mut bench, SERVER, first());
    state(&mut bench, SERVER, TcpState::CloseWait);
    assert_eq!(none(&mut bench), before);
}

#[test]
fn a_half_close_is_fin_wait2_here_and_close_wait_there() {
    let mut bench = connected();
    watch(&mut bench, CLIENT, first());
    watch(&mut bench, SERVER, first());
    state(&mut bench, CLIENT, TcpState::Established);
    bench.command(|job| Command::new(job, CLIENT, Job::Shutdown(How::Write))).unwrap();
    state(&mut bench, CLIENT, TcpState::FinWait2);
    state(&mut bench, SERVER, TcpState::CloseWait);
}

#[test]
fn a_closed_connection_is_found_in_time_wait_and_its_other_end_is_gone() {
    let mut bench = connected();
    watch(&mut bench, CLIENT, first());
    watch(&mut bench, SERVER, first());
    bench.command(|job| Command::new(job, CLIENT, Job::Close)).unwrap();
    bench.command(|job| Command::new(job, (SERVER, first()), Job::CloseConn { reset: false })).unwrap();
    assert_eq!(state(&mut bench, CLIENT, TcpState::TimeWait).source, Source::Proc);
    sample(&mut bench, |sample| sample.endpoint == SERVER && sample.is_gone());
}

#[test]
fn time_wait_is_found_also_where_the_watching_begins_after_the_close() {
    let mut bench = connected();
    let ends: Arc<Ends> = bench.calls().find(|call| call.op == Op::Accept).unwrap().ends.clone();
    let (local, peer) = (ends.peer.clone(), ends.local.clone());
    bench.command(|job| Command::new(job, CLIENT, Job::Close)).unwrap();
    bench.command(|job| Command::new(job, (SERVER, first()), Job::CloseConn { reset: false })).unwrap();
    let ends = Some(Arc::new(Ends { local, peer }));
    let socket = socket(&bench, CLIENT, first());
    bench.engine.command(Command::Watch { endpoint: CLIENT, socket, ends, every: Some(OFTEN) });
    state(&mut bench, CLIENT, TcpState::TimeWait);
}

#[test]
fn a_reset_leaves_nothing() {
    let mut bench = connected();
    watch(&mut bench, CLIENT, first());
    state(&mut bench, CLIENT, TcpState::Established);
    bench.command(|job| Command::new(job, CLIENT, Job::CloseConn { reset: true })).unwrap();
    sample(&mut bench, KernelSample::is_gone);
}

#[test]
fn who_waits_in_a_listeners_queue_is_counted() {
    let mut bench = Bench::new();
    let mut spec = server(Reply::manual());
    spec.server.serving = Serving::OneAtATime;
    spec.server.backlog = 5;
    let addr = bench.open_server(spec).inet().unwrap();
    watch(&mut bench, SERVER, None);
    let _clients: Vec<_> = (0..3).map(|_| std::net::TcpStream::connect(addr).unwrap()).collect();
    let sample = sample(&mut bench, |sample| sample.accept_queue == Some((2, 6)));
    assert_eq!((sample.state, sample.tcp, sample.recv_queue), (Some(TcpState::Listen), None, None));
}

#[test]
fn bytes_that_the_peer_does_not_take_stand_in_the_send_queue() {
    let mut bench = Bench::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    bench.open_client(client_of(&Addr::Inet(listener.local_addr().unwrap())));
    let (_silent, _) = listener.accept().unwrap();
    watch(&mut bench, CLIENT, first());
    let bytes = bytes::Bytes::from(vec![7; 32 * 1024 * 1024]);
    bench.begin(|job| Command::new(job, CLIENT, Job::Send(bytes)));
    let sample = sample(&mut bench, |sample| sample.send_queue > Some(100_000));
    assert!(sample.tcp.unwrap().recv_window > Some(0));
}

#[test]
fn a_udp_socket_has_queues_and_no_state() {
    let mut bench = Bench::new();
    bench.open(ROOM, udp(Some("127.0.0.1:0")), None).unwrap();
    watch(&mut bench, ROOM, None);
    let sample = sample(&mut bench, |sample| sample.endpoint == ROOM);
    assert_eq!((sample.state, sample.tcp, sample.recv_queue), (None, None, Some(0)));
    assert!(!sample.is_silent());
}

#[test]
fn time_wait_is_found_also_while_the_socket_is_still_open() {
    let mut bench = connected();
    watch(&mut bench, CLIENT, first());
    bench.command(|job| Command::new(job, CLIENT, Job::Shutdown(How::Write))).unwrap();
    bench.command(|job| Command::new(job, (SERVER, first()), Job::CloseConn { reset: false })).unwrap();
    let sample = state(&mut bench, CLIENT, TcpState::TimeWait);
    assert_eq!(sample.source, Source::Proc);
    assert!(!bench.calls().any(|call| call.endpoint == CLIENT && call.op == Op::Close));
}

#[test]
fn each_of_a_relays_two_sockets_is_asked_about_by_itself() {
    let mut bench = Bench::new();
    let to = bench.open_server(server(Reply::manual()));
    let relay = EndpointSpec::new("relay", EndpointKind::RELAY);
    let addr = bench.open(ROOM, relay, Some(Dest::Addr(to))).unwrap().unwrap();
    bench.open_client(client_of(&addr));
    let sockets = |bench: &Bench| -> BTreeSet<SocketId> {
        let calls = bench.calls().filter(|call| call.endpoint == ROOM && call.conn.is_some());
        calls.filter(|call| matches!(call.op, Op::Accept | Op::Connect { .. })).map(|call| call.socket).collect()
    };
    while sockets(&bench).len() < 2 {
        bench.next();
    }
    let both = sockets(&bench);
    for socket in both.iter().copied() {
        bench.engine.command(Command::Watch { endpoint: ROOM, socket, ends: None, every: Some(OFTEN) });
    }
    for socket in both {
        let sample = sample(&mut bench, |sample| sample.socket == socket);
        assert_eq!((sample.endpoint, sample.state), (ROOM, Some(TcpState::Established)));
    }
}
