//! A server that answers once, and a client that sends once.

use std::io;
use std::net::TcpStream;

use serde_json::Value;

use super::labs::{address, client, lab, port, run_file};
use crate::support::peers::Peer;

#[test]
fn the_one_shot_server_accepts_once_and_closes_its_connection_and_its_listener() {
    let ran = run_file("01");
    let server = ran.shown("server");
    for call in ["listen(1)=0", "accept", "recv(1024)=5", "send(4)=4"] {
        assert_eq!(server.iter().filter(|shown| *shown == call).count(), 1, "{call} in {server:?}");
    }
    let closed: Vec<_> = ran.calls("server").filter(|call| call["op"] == "close").map(|call| &call["conn"]).collect();
    assert_eq!(closed.len(), 2);
    assert!(closed.contains(&&Value::Null) && closed.contains(&&1.into()), "{closed:?}");
    assert_eq!(ran.shown_of("client", "recv"), ["recv(1024)=4", "recv(1024)=0"]);
}

const ONE_SHOT: &str = "name = \"server\", kind = \"tcp-server\", backlog = 1, accept_limit = 1, recv_size = 1024, \
    service = { kind = \"constant\", text = \"stop\", close_after_reply = true }";

#[test]
fn a_python_client_is_told_stop_and_after_it_nobody_listens() {
    let mut run = lab(&[ONE_SHOT], &[]).start();
    let server = run.address("server");
    let Some(peer) = Peer::run("one_shot_client.py", &[&server.port().to_string(), "hello"]) else { return };
    assert_eq!(peer.output(), "answered: stop\nclosed: True\n");
    let closed = |line: &Value, conn: Value| line["op"] == "close" && line["conn"] == conn;
    run.until(|line| closed(line, 1.into()));
    run.until(|line| closed(line, Value::Null));
    let refused = TcpStream::connect(server).map(|_| ()).map_err(|error| error.kind());
    assert_eq!(refused, Err(io::ErrorKind::ConnectionRefused));
    let ran = run.stop().went_well();
    assert_eq!(ran.shown_of("server", "accept").len(), 1);
}

#[test]
fn a_python_one_shot_server_tells_the_lab_stop() {
    let Some(mut peer) = Peer::run("one_shot_server.py", &[]) else { return };
    let client = client("client", &address(&mut peer), "");
    let steps =
        ["send = { from = \"client\", text = \"hello\" }", "expect = { at = \"client\", text = \"stop\", eof = true }"];
    let ran = lab(&[&client], &steps).start().finish().went_well();
    assert_eq!(ran.received("client", 1), "stop");
    assert_eq!(peer.output(), "asked: hello\n");
}

#[test]
fn the_shortest_client_makes_four_calls_and_loses_nothing() {
    let ran = run_file("06");
    assert_eq!(ran.shown("client"), ["socket", "connect=0", "send(12)=12", "close=0"]);
    assert_eq!(ran.shown_of("server", "recv"), ["recv(1024)=12", "recv(1024)=0"]);
    assert_eq!(ran.received("server", 1), "一次就好");
}

#[test]
fn a_python_client_of_one_shot_is_heard_to_the_end() {
    let steps = ["expect = { at = \"server\", text = \"一次就好\", eof = true, within = \"20s\" }"];
    let mut run = lab(&["name = \"server\", kind = \"tcp-server\""], &steps).start();
    let Some(peer) = Peer::run("send_once_client.py", &[&port(&mut run, "server"), "一次就好"]) else { return };
    assert_eq!(peer.output(), "sent 12\n");
    run.finish().went_well();
}

#[test]
fn a_python_server_hears_the_one_shot_of_the_lab() {
    let Some(mut peer) = Peer::run("listening_server.py", &[]) else { return };
    let client = client("client", &address(&mut peer), "");
    let steps = ["open = \"client\"", "send = { from = \"client\", text = \"一次就好\" }", "close = \"client\""];
    let ran = lab(&[&client], &steps).start().finish().went_well();
    assert_eq!(ran.shown("client"), ["socket", "connect=0", "send(12)=12", "close=0"]);
    assert_eq!(peer.output(), "12 bytes: 一次就好\nthe client has left\n");
}
