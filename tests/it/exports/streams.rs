//! Connections from SYN to FIN or RST.

use super::*;

#[test]
fn an_echo_is_a_whole_conversation() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.send(Client, "hello");
    talk.recv(Server, "hello");
    talk.send(Server, "hello SB");
    talk.recv(Client, "hello SB");
    talk.close(Client);
    talk.end(Server);
    talk.close(Server);
    let capture = talk.capture();
    assert_eq!(capture.is_sound().followed(), [b"hello".to_vec(), b"hello SB".to_vec()]);
    let flags: Vec<String> = capture.fields(&["tcp.flags.str"]).into_iter().flatten().collect();
    let shown: Vec<&str> = flags.iter().map(|flags| flags.trim_matches('·')).collect();
    assert_eq!(shown, ["S", "A··S", "A", "AP", "AP", "A···F", "A", "A···F", "A"]);
    // The times are the calls', on the lab's wall clock: the fourth packet is of the third call.
    assert_eq!(capture.fields(&["frame.time_epoch"])[3], ["1700000000.003000500"]);
    let comments: Vec<String> = capture.fields(&["frame.comment"]).into_iter().flatten().collect();
    assert_eq!(comments[3], "call 3, client: send(5) = 5");
    assert!(comments[0].starts_with("inferred from call 1, client: connect(127.0.0.1:8000)"), "{comments:?}");
    // 31: conversation completeness with everything but a reset.
    assert_eq!(capture.fields(&["tcp.completeness"]).last().unwrap(), &["31"]);
}

#[test]
fn accept_may_come_before_connect() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.calls.swap(0, 1);
    talk.send(Client, "a");
    talk.recv(Server, "a");
    assert_eq!(talk.capture().is_sound().followed(), [b"a".to_vec(), vec![]]);
}

#[test]
fn three_sends_in_one_recv_stand_in_the_file_once() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    for part in ["one", "two", "three"] {
        talk.send(Client, part);
    }
    talk.recv(Server, "onetwothree");
    let capture = talk.capture();
    assert_eq!(capture.is_sound().followed()[0], b"onetwothree");
    let lens: Vec<String> = capture.fields(&["tcp.len"]).into_iter().flatten().collect();
    assert_eq!(lens, ["0", "0", "0", "3", "3", "5"]);
}

#[test]
fn where_the_sender_is_elsewhere_the_receiver_gives_the_bytes() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.send(Client, "one");
    talk.send(Client, "two");
    talk.recv(Server, "onetwo");
    talk.send(Server, "ok");
    talk.recv(Client, "ok");
    talk.close(Client);
    talk.end(Server);
    talk.close(Server);
    let capture = talk.only(SERVER).capture();
    assert_eq!(capture.is_sound().followed(), [b"onetwo".to_vec(), b"ok".to_vec()]);
}

#[test]
fn a_send_of_a_mebibyte_becomes_segments() {
    if !has_tshark() {
        return;
    }
    let data: Vec<u8> = (0..1u32 << 20).map(|n| (n * 7 / 3) as u8).collect();
    let mut talk = Talk::tcp();
    talk.send(Client, data.clone());
    for part in data.chunks(100_000) {
        talk.recv(Server, part);
    }
    talk.close(Client);
    talk.end(Server);
    talk.close(Server);
    assert!(talk.capture().is_sound().followed()[0] == data);
}

#[test]
fn an_ipv6_conversation_is_sound() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::new("[::1]:40000", "[::1]:8000");
    talk.open();
    talk.send(Client, vec![0xa5; 100_001]);
    talk.recv(Server, vec![0xa5; 100_001]);
    talk.send(Server, "ok");
    talk.close(Server);
    talk.close(Client);
    let capture = talk.capture();
    assert_eq!(capture.is_sound().followed(), [vec![0xa5; 100_001], b"ok".to_vec()]);
    assert_eq!(capture.fields(&["ipv6.src"])[0], ["::1"]);
}

#[test]
fn a_dual_stack_server_and_its_ipv4_client_are_one_conversation() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.send(Client, "x");
    talk.recv(Server, "x");
    for call in talk.calls.iter_mut().filter(|call| call.endpoint == SERVER) {
        let mapped = |port| Some(Addr::Inet(format!("[::ffff:127.0.0.1]:{port}").parse().unwrap()));
        call.ends = Arc::new(Ends { local: mapped(8000), peer: mapped(40000) });
    }
    let capture = talk.capture();
    assert_eq!(capture.is_sound().fields(&["tcp.len"]).len(), 4);
}

#[test]
fn a_reset_is_a_reset() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.send(Client, "x");
    let linger = Op::SetSockOpt { option: SocketOption::Linger, value: OptionValue::Linger(Some(0)) };
    talk.call(Server, linger, Outcome::Ok(0));
    talk.close(Server);
    talk.call(Client, Op::Recv { max: 10 }, Outcome::Err(Errno::by_name("ECONNRESET").unwrap()));
    talk.close(Client);
    let capture = talk.capture();
    let resets =
        capture.lines(&["-Y", "tcp.flags.reset == 1", "-T", "fields", "-e", "tcp.srcport", "-e", "frame.comment"]);
    assert_eq!(resets.len(), 1, "{resets:?}");
    assert!(resets[0].starts_with("8000\tinferred from call"), "{resets:?}");
    // A reset is a remark of its own; the rest has none.
    assert_eq!(capture.lines(&["-Y", "tcp.analysis.flags || tcp.checksum.status == 0 || _ws.malformed"]), [""; 0]);
    assert_eq!(capture.fields(&["tcp.flags.reset"]).len(), 5);
}

/// Which segments end the connection, and from which port: `8000 RST`.
fn endings(capture: &Capture) -> Vec<String> {
    let fields = ["-T", "fields", "-e", "tcp.srcport", "-e", "tcp.flags.fin", "-e", "tcp.flags.reset"];
    let lines = capture.lines(&[&["-Y", "tcp.flags.fin == 1 || tcp.flags.reset == 1"][..], &fields].concat());
    let is_set = |field: Option<&str>| field.is_some_and(|field| field == "1" || field == "True");
    let named = |line: &String| {
        let mut parts = line.split('\t');
        let port = parts.next().unwrap_or_default().to_owned();
        let flags = [(is_set(parts.next()), " FIN"), (is_set(parts.next()), " RST")];
        flags.into_iter().filter(|(set, _)| *set).fold(port, |name, (_, flag)| name + flag)
    };
    lines.iter().map(named).collect()
}

/// Seen with tcpdump on the loopback interface of Linux 6.18: only RST is on the wire.
#[test]
fn lingering_for_no_time_that_was_set_before_connect_resets_without_a_fin() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::new("127.0.0.1:40000", "127.0.0.1:8000");
    let linger = Op::SetSockOpt { option: SocketOption::Linger, value: OptionValue::Linger(Some(0)) };
    let option = talk.call(Client, linger, Outcome::Ok(0));
    (option.conn, option.ends) = (None, Arc::new(Ends { local: None, peer: None }));
    talk.open();
    talk.send(Client, "x");
    talk.recv(Server, "x");
    talk.close(Client);
    talk.close(Server);
    assert_eq!(endings(&talk.capture()), ["40000 RST"]);
    // The next opening is another socket.
    talk.call(Client, Op::Socket { domain: Domain::Inet, kind: SocketType::Stream }, Outcome::Ok(3)).conn = None;
    talk.client.set_port(40_001);
    talk.open();
    talk.close(Client);
    talk.end(Server);
    talk.close(Server);
    assert_eq!(endings(&talk.capture()), ["40000 RST", "40001 FIN", "8000 FIN"]);
}

/// Seen with tcpdump on the loopback interface of Linux 6.18: only RST is on the wire.
#[test]
fn a_close_with_bytes_unread_resets_without_a_fin() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.send(Client, "twenty bytes of text");
    talk.recv(Server, "twent");
    talk.call(Server, Op::Close, Outcome::Ok(0)).lost = 15;
    talk.call(Client, Op::Recv { max: 9 }, Outcome::Err(Errno::by_name("ECONNRESET").unwrap()));
    talk.close(Client);
    assert_eq!(endings(&talk.capture()), ["8000 RST"]);
}

/// `wire.rs` sees it on the loopback interface.
#[test]
fn what_is_sent_to_an_end_that_has_closed_is_answered_by_a_reset() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.send(Server, "reply");
    talk.close(Server);
    talk.recv(Client, "reply");
    talk.end(Client);
    talk.send(Client, "late");
    talk.close(Client);
    assert_eq!(endings(&talk.capture()), ["8000 FIN", "8000 RST"]);
    // Half of a connection takes what comes.
    let mut talk = Talk::tcp();
    talk.call(Server, Op::Shutdown { how: How::Both }, Outcome::Ok(0));
    talk.end(Client);
    talk.send(Client, "late");
    talk.recv(Server, "late");
    talk.close(Client);
    talk.close(Server);
    assert_eq!(endings(&talk.capture()), ["8000 FIN", "40000 FIN"]);
}

#[test]
fn a_refused_connect_is_answered_by_a_reset() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::new("127.0.0.1:40000", "127.0.0.1:1");
    let addr = Arc::new(Addr::Inet(talk.server));
    talk.call(Client, Op::Connect { addr }, Outcome::Err(Errno::by_name("ECONNREFUSED").unwrap()));
    assert_eq!(flags_of(&talk), ["S", "A·R"]);
}

#[test]
fn a_connect_that_was_given_up_is_a_syn_without_an_answer() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::new("127.0.0.1:40000", "127.0.0.1:1");
    let addr = Arc::new(Addr::Inet(talk.server));
    talk.call(Client, Op::Connect { addr }, Outcome::Abandoned);
    talk.call(Server, Op::Recv { max: 9 }, Outcome::Abandoned);
    assert_eq!(flags_of(&talk), ["S"]);
}

fn flags_of(talk: &Talk) -> Vec<String> {
    let flags = talk.capture().fields(&["tcp.flags.str"]).into_iter().flatten();
    flags.map(|flags| flags.trim_matches('·').to_owned()).collect()
}

#[test]
fn after_a_half_close_the_other_side_goes_on() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.send(Client, "all");
    talk.call(Client, Op::Shutdown { how: How::Write }, Outcome::Ok(0));
    talk.recv(Server, "all");
    talk.end(Server);
    talk.send(Server, "the answer");
    talk.recv(Client, "the answer");
    talk.close(Server);
    talk.end(Client);
    talk.close(Client);
    let capture = talk.capture();
    assert_eq!(capture.is_sound().followed(), [b"all".to_vec(), b"the answer".to_vec()]);
    assert_eq!(capture.lines(&["-Y", "tcp.flags.fin == 1"]).len(), 2);
}
