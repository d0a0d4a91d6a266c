//! Servers with many clients, one at a time, and a limit.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use socket_lab::engine::{Event, Peers, SocketState};
use socket_lab::lab::Content;
use socket_lab::lab::Serving;
use socket_lab::lab::service::Reply;

use crate::support::bench::{Bench, SERVER, client_of, server};

#[test]
fn one_at_a_time_leaves_the_next_client_in_the_queue() {
    let mut bench = Bench::new();
    let mut spec = server(Reply::echo());
    spec.server.serving = Serving::OneAtATime;
    let local = bench.open_server(spec).inet().unwrap();
    let mut first = TcpStream::connect(local).unwrap();
    let mut second = TcpStream::connect(local).unwrap();
    second.write_all(b"second").unwrap();
    first.write_all(b"first").unwrap();
    let mut buffer = [0; 5];
    first.read_exact(&mut buffer).unwrap();
    assert_eq!(
        bench.drain().filter(|event| matches!(event, Event::Call { call, .. } if call.op.name() == "accept")).count(),
        1
    );
    if cfg!(target_os = "linux") {
        bench.until(|event| matches!(event, Event::AcceptQueue { queue: Some((1, 129)), .. }).then_some(()));
    }
    drop(first);
    let mut buffer = [0; 6];
    second.read_exact(&mut buffer).unwrap();
    assert_eq!(&buffer, b"second");
}

#[test]
fn a_thousand_clients_of_a_one_at_a_time_server_are_served_or_wait() {
    const CLIENTS: usize = 1_000;
    let mut bench = Bench::new();
    let mut spec = server(Reply::echo());
    spec.server.serving = Serving::OneAtATime;
    spec.server.backlog = 2_000;
    let local = bench.open_server(spec).inet().unwrap();
    let streams: Vec<_> = (0..CLIENTS).map(|_| TcpStream::connect(local).unwrap()).collect();
    for mut stream in streams {
        stream.write_all(b"me").unwrap();
        let mut buffer = [0; 2];
        stream.read_exact(&mut buffer).unwrap();
        assert_eq!(&buffer, b"me");
    }
    let accepts = bench.drain().filter(|event| matches!(event, Event::Call { call, .. } if call.op.name() == "accept"));
    assert_eq!(accepts.count(), CLIENTS);
}

#[test]
fn a_server_stops_listening_at_its_limit_and_closes_with_its_last_client() {
    let mut bench = Bench::new();
    let mut spec = server(Reply::constant(Content::Text("stop".to_owned())));
    spec.server.accept_limit = Some(1);
    spec.service.close_after_reply = true;
    let local = bench.open_server(spec).inet().unwrap();
    let mut stream = TcpStream::connect(local).unwrap();
    stream.write_all(b"hi").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "stop");
    bench
        .until(|event| matches!(event, Event::Endpoint { endpoint: SERVER, state: SocketState::Closed }).then_some(()));
    assert!(TcpStream::connect(local).is_err());
}

#[test]
fn a_server_sends_to_a_client_that_has_just_connected() {
    for _ in 0..50 {
        let mut bench = Bench::new();
        let local = bench.open_server(server(Reply::manual()));
        bench.open_client(client_of(&local));
        bench.send(SERVER, Peers::All, b"welcome").unwrap();
    }
}

#[test]
fn a_session_that_does_not_pump_slows_the_peer_and_loses_nothing() {
    const BUDGET: u64 = 256 * 1024;
    const SENT: usize = 32 * 1024 * 1024;
    let mut bench = Bench::with_budget(BUDGET);
    let mut spec = server(Reply::manual());
    spec.recv_size = Some(65_536);
    let local = bench.open_server(spec).inet().unwrap();
    let writer = std::thread::Builder::new().spawn(move || {
        let mut stream = TcpStream::connect(local).unwrap();
        let block: Vec<u8> = (0..=255).cycle().take(65_536).collect();
        for _ in 0..SENT / block.len() {
            stream.write_all(&block).unwrap();
        }
    });
    let writer = writer.unwrap();
    // Long enough to send everything several times over, were it read.
    std::thread::sleep(Duration::from_millis(500));
    assert!(!writer.is_finished(), "the peer was not slowed");
    let mut received = 0;
    let mut next = 0;
    while received < SENT {
        let call = bench.until(|event| match event {
            Event::Call { call, .. } if call.op.receives() => Some(call.clone()),
            _ => None,
        });
        assert_eq!(call.offset, Some(next));
        next += call.len;
        received += call.data.len();
        bench.forget_seen();
    }
    writer.join().unwrap();
    assert_eq!(received, SENT);
}
