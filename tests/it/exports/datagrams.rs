//! Datagrams, sockets that have no packets, and the order of times.

use super::*;

fn datagram(talk: &mut Talk, end: End, sends: bool, data: &[u8]) {
    let len = data.len() as u64;
    let other = Addr::Inet(if end == Client { talk.server } else { talk.client });
    let op = if sends { Op::SendTo { len, to: Arc::new(other) } } else { Op::RecvFrom { max: 2048 } };
    let call = talk.call(end, op, Outcome::Ok(len));
    (call.conn, call.len, call.data) = (None, len, Bytes::copy_from_slice(data));
}

#[test]
fn a_datagram_stands_in_the_file_once() {
    if !has_tshark() {
        return;
    }
    for (client, server) in
        [("127.0.0.1:40005", "127.0.0.1:40006"), ("[::1]:40005", "[::1]:40006"), ("127.0.0.1:40005", "127.0.0.1:40005")]
    {
        let mut talk = Talk::new(client, server);
        for _ in 0..2 {
            datagram(&mut talk, Client, true, b"same");
            datagram(&mut talk, Server, false, b"same");
        }
        // Nobody in the lab sent this one, nor this one more often than twice.
        datagram(&mut talk, Server, false, b"foreign");
        datagram(&mut talk, Server, false, b"same");
        let capture = talk.capture();
        let data: Vec<String> = capture.is_sound().fields(&["data.data"]).into_iter().flatten().collect();
        assert_eq!(data, ["73616d65", "73616d65", "666f726569676e", "73616d65"], "{client}");
    }
}

#[test]
fn a_socket_on_all_addresses_is_matched_with_its_datagrams() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::new("127.0.0.1:40005", "127.0.0.1:40006");
    datagram(&mut talk, Client, true, b"x");
    datagram(&mut talk, Server, false, b"x");
    let everywhere = |port| Some(Addr::Inet(([0, 0, 0, 0], port).into()));
    let peer = talk.calls[1].ends.peer.clone();
    talk.calls[0].ends = Arc::new(Ends { local: everywhere(40005), peer: None });
    talk.calls[1].ends = Arc::new(Ends { local: everywhere(40006), peer });
    let rows = talk.capture().is_sound().fields(&["ip.src", "ip.dst"]);
    assert_eq!(rows, [["127.0.0.1", "127.0.0.1"]]);
}

#[test]
fn unix_sockets_are_counted_and_left_out() {
    let mut talk = Talk::tcp();
    talk.send(Client, "x");
    for call in &mut talk.calls {
        call.ends = Arc::new(Ends { local: Some(Addr::Unix("/tmp/a".into())), peer: Some(Addr::Unnamed) });
    }
    let mut bytes = Vec::new();
    exported(Format::Pcapng, &talk.calls, &mut bytes);
    let said = String::from_utf8_lossy(&bytes);
    assert!(said.contains("1 calls are left out: Unix sockets have no IP addresses"), "{said}");
    assert!(said.contains("Synthetic packets. Socket Lab observed socket calls"));
}

#[test]
fn ten_thousand_connections_between_the_same_addresses_are_told_apart() {
    if !has_tshark() {
        return;
    }
    let mut calls = Vec::new();
    for _ in 0..10_000 {
        let mut talk = Talk::tcp();
        talk.send(Client, "x");
        talk.recv(Server, "x");
        talk.close(Client);
        talk.end(Server);
        talk.close(Server);
        calls.append(&mut talk.calls);
    }
    for (place, call) in calls.iter_mut().enumerate() {
        call.start = Nanos(place as u64 * 1_000);
    }
    let capture = Capture::of(&calls);
    assert_eq!(capture.lines(&["-Y", "tcp.len == 1"]).len(), 10_000);
    let bad = "_ws.malformed || tcp.analysis.retransmission || tcp.analysis.out_of_order";
    assert_eq!(capture.lines(&["-Y", bad]).len(), 0);
}

#[test]
fn times_never_go_back() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.send(Client, "a");
    talk.send(Client, "b");
    talk.calls[3].start = Nanos(0);
    let times: Vec<String> = talk.capture().is_sound().fields(&["frame.time_epoch"]).into_iter().flatten().collect();
    assert!(times.is_sorted(), "{times:?}");
}
