use std::sync::Arc;

use bytes::Bytes;

use super::*;
use crate::trace::{Nanos, Outcome};

const SENDER: EndpointId = EndpointId(1);
const ROOM: EndpointId = EndpointId(2);
const OTHER_ROOM: EndpointId = EndpointId(3);

fn addr(text: &str) -> Addr {
    text.parse().map_or_else(|_| Addr::Unix(text.into()), Addr::Inet)
}

/// Numbered as they come.
struct Calls {
    under_way: UnderWay,
    seq: u64,
}

impl Calls {
    fn new() -> Self {
        Self { under_way: UnderWay::default(), seq: 0 }
    }

    fn call(&mut self, endpoint: EndpointId, op: Op, local: &str, peer: Option<&str>, data: &[u8]) -> Call {
        self.seq += 1;
        Call {
            seq: self.seq,
            start: Nanos(self.seq * 10),
            took: 1,
            endpoint,
            conn: None,
            ends: Arc::new(Ends { local: Some(addr(local)), peer: peer.map(addr) }),
            len: data.len() as u64,
            data: Bytes::copy_from_slice(data),
            ..Call::sample(op, Outcome::Ok(data.len() as u64))
        }
    }

    fn send(&mut self, from: &str, to: &str, data: &[u8]) -> u64 {
        let op = Op::SendTo { len: data.len() as u64, to: Arc::new(addr(to)) };
        let call = self.call(SENDER, op, from, None, data);
        self.under_way.send(&call);
        call.seq
    }

    fn receive(&mut self, at: EndpointId, local: &str, from: &str, data: &[u8]) -> Option<u64> {
        self.receive_cut(at, local, from, data, 0)
    }

    fn receive_cut(&mut self, at: EndpointId, local: &str, from: &str, data: &[u8], lost: u32) -> Option<u64> {
        let call = Call { lost, ..self.call(at, Op::RecvFrom { max: 8 }, local, Some(from), data) };
        self.under_way.receive(&call)
    }
}

const FROM: &str = "127.0.0.1:6000";
const TO: &str = "127.0.0.1:7000";

#[test]
fn equal_ones_arrive_in_the_order_in_which_they_left_and_each_once() {
    let mut calls = Calls::new();
    let sent = [b"same", b"same"].map(|data| calls.send(FROM, TO, data));
    assert_eq!(calls.receive(ROOM, TO, FROM, b"same"), Some(sent[0]));
    assert_eq!(calls.receive(ROOM, TO, FROM, b"same"), Some(sent[1]));
    assert_eq!(calls.receive(ROOM, TO, FROM, b"same"), None, "a duplicate that nobody here sent");
}

#[test]
fn one_that_was_cut_off_is_known_by_its_length_and_its_beginning() {
    let mut calls = Calls::new();
    calls.send(FROM, TO, b"other than nine");
    let sent = calls.send(FROM, TO, b"longer than nine");
    assert_eq!(calls.receive_cut(ROOM, TO, FROM, b"lon", 13), Some(sent));
}

#[test]
fn those_that_are_lost_are_passed_over_however_many_they_are() {
    let mut calls = Calls::new();
    let sent: Vec<u64> = (0..5_000u32).map(|n| calls.send(FROM, TO, &n.to_be_bytes())).collect();
    for n in (0..5_000u32).step_by(7) {
        assert_eq!(calls.receive(ROOM, TO, FROM, &n.to_be_bytes()), Some(sent[n as usize]));
    }
}

#[test]
fn thousands_under_way_to_strangers_hide_none_that_arrives() {
    let mut calls = Calls::new();
    for n in 0..5_000u32 {
        calls.send(FROM, "127.0.0.9:7000", &n.to_be_bytes());
    }
    let sent = calls.send(FROM, TO, b"here");
    assert_eq!(calls.receive(ROOM, TO, FROM, b"here"), Some(sent));
}

#[test]
fn one_to_a_group_arrives_at_each_of_its_sockets_once() {
    for to in ["239.0.0.1:7000", "127.255.255.255:7000"] {
        let mut calls = Calls::new();
        // More of them than are remembered.
        for _ in 0..3 * REACH {
            let sent = calls.send("0.0.0.0:6000", to, b"all");
            for room in [ROOM, OTHER_ROOM] {
                assert_eq!(calls.receive(room, "0.0.0.0:7000", FROM, b"all"), Some(sent), "{to}");
                assert_eq!(calls.receive(room, "0.0.0.0:7000", FROM, b"all"), None, "{to}");
            }
        }
    }
}

#[test]
fn a_sender_may_have_no_port_or_address_of_its_own_yet() {
    let mut calls = Calls::new();
    for from in ["0.0.0.0:0", "0.0.0.0:6000", FROM] {
        let sent = calls.send(from, TO, b"first");
        assert_eq!(calls.receive(ROOM, "0.0.0.0:7000", FROM, b"first"), Some(sent), "{from}");
    }
    calls.send("127.0.0.1:6001", TO, b"first");
    assert_eq!(calls.receive(ROOM, TO, FROM, b"first"), None, "another port");
}

#[test]
fn what_comes_back_from_another_machine_is_not_what_was_sent_there() {
    let mut calls = Calls::new();
    calls.send("0.0.0.0:7000", "192.0.2.9:7000", b"ping");
    assert_eq!(calls.receive(SENDER, "0.0.0.0:7000", "192.0.2.9:7000", b"ping"), None);
}

#[test]
fn the_same_address_in_either_family_is_one_place_and_paths_are_too() {
    let mut calls = Calls::new();
    let sent = calls.send(FROM, TO, b"mapped");
    assert_eq!(calls.receive(ROOM, "[::]:7000", "[::ffff:127.0.0.1]:6000", b"mapped"), Some(sent));
    let sent = calls.send("/tmp/a", "/tmp/b", b"path");
    assert_eq!(calls.receive(ROOM, "/tmp/c", "/tmp/a", b"path"), None);
    assert_eq!(calls.receive(ROOM, "/tmp/b", "/tmp/a", b"path"), Some(sent));
}

#[test]
fn what_never_arrives_is_forgotten_in_the_end() {
    let mut calls = Calls::new();
    let first = calls.send(FROM, TO, b"0000");
    for _ in 0..MAX_UNDER_WAY {
        calls.send(FROM, "127.0.0.1:9999", b"void");
    }
    assert_eq!(calls.receive(ROOM, TO, FROM, b"0000"), None, "{first} was the oldest");
    let large = vec![7; 60_000];
    for _ in 0..1_000 {
        calls.send(FROM, TO, &large);
    }
    assert!(calls.under_way.bytes <= MAX_BYTES);
    let kept: usize = calls.under_way.sent.values().flatten().map(|sent| sent.data.len()).sum();
    assert_eq!(kept, calls.under_way.bytes, "the count is right");
}
