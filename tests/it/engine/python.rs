//! Python programs at the other end.

use socket_lab::engine::{Dest, Error, Event, Peers};
use socket_lab::lab::service::Reply;
use socket_lab::trace::notice::{CallFailure, Detail};

use super::conn;
use crate::support::bench::{Bench, CLIENT, ROOM, client_of, server, udp};
use crate::support::peers::Peer;

#[test]
fn a_python_client_is_echoed() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::echo()));
    let Some(peer) = Peer::run("tcp_client.py", &[&local.port().to_string(), "你好", "hello"]) else { return };
    assert_eq!(peer.output(), "你好\nhello\n");
}

#[test]
fn a_python_server_echoes_the_client() {
    let Some(mut peer) = Peer::run("echo_server.py", &[]) else { return };
    let addr = peer.address();
    let mut bench = Bench::new();
    bench.open_client(client_of(&addr));
    bench.send(CLIENT, Peers::All, "你好".as_bytes()).unwrap();
    bench.until_received(CLIENT, "你好".as_bytes());
}

#[test]
fn a_python_server_that_resets_in_mid_send_leaves_a_count_of_what_was_not_sent() {
    let Some(mut peer) = Peer::run("resetting_server.py", &[]) else { return };
    let addr = peer.address();
    let mut bench = Bench::new();
    bench.open_client(client_of(&addr));
    const SENT: u64 = 32 * 1024 * 1024;
    let failure = bench.send(CLIENT, Peers::All, &vec![b'x'; SENT as usize]).unwrap_err();
    let Error::Call(CallFailure { call: "send", errno, detail: Detail::Unsent(unsent), .. }) = &failure else {
        panic!("{failure:?}")
    };
    assert!(matches!(errno.name(), Some("ECONNRESET" | "EPIPE")), "{errno}");
    let sent: u64 = bench.calls().filter(|call| call.op.sends()).map(|call| call.len).sum();
    assert_eq!(sent + unsent, SENT);
    // Every send that the system took is on record with its place, and none says more than it was.
    let mut next = 0;
    for call in bench.calls().filter(|call| call.op.sends() && call.errno().is_none()) {
        assert_eq!(call.offset, Some(next));
        next += call.len;
    }
}

#[test]
fn a_python_client_that_is_killed_ends_its_connection_and_not_the_server() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::echo()));
    let Some(mut peer) = Peer::run("silent_client.py", &[&local.port().to_string()]) else { return };
    bench.until(|event| matches!(event, Event::Call { call, .. } if call.op.name() == "accept").then_some(()));
    peer.kill();
    bench.until(|event| {
        matches!(event, Event::Call { call, .. } if call.op.name() == "close" && call.conn == Some(conn(1)))
            .then_some(())
    });
    bench.open_client(client_of(&local));
}

#[test]
fn a_python_udp_echo_answers() {
    let Some(mut peer) = Peer::run("udp_echo.py", &[]) else { return };
    let addr = peer.address();
    let mut bench = Bench::new();
    bench.open(ROOM, udp(Some("127.0.0.1:0")), Some(Dest::Addr(addr))).unwrap();
    bench.send(ROOM, Peers::All, b"ping").unwrap();
    bench.until_received(ROOM, b"ping");
}
