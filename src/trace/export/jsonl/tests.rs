use std::sync::Arc;

use bytes::Bytes;

use super::*;

use crate::lab::Addr;
use crate::trace::prediction::{Answer, Predicted, Prediction};
use crate::trace::{Call, Domain, Ends, Errno, Nanos, Outcome, SocketOption, SocketType};
use crate::values::How;

fn addr(port: u16) -> Addr {
    Addr::Inet(([127, 0, 0, 1], port).into())
}

fn call(op: Op, outcome: Outcome) -> Call {
    Call { seq: 7, start: Nanos(1_500_000_000), took: 250_000, conn: None, ..Call::sample(op, outcome) }
}

fn line(call: &Call) -> String {
    let mut out = Vec::new();
    CallLines::default().write(&mut out, call, "server").unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_recv_is_written_with_its_bytes() {
    let recv = Call {
        conn: ConnId::new(1),
        ends: Arc::new(Ends { local: Some(addr(80)), peer: Some(addr(4242)) }),
        offset: Some(3),
        len: 5,
        data: Bytes::from_static(b"hel"),
        ..call(Op::Recv { max: 1024 }, Outcome::Ok(5))
    };
    assert_eq!(
        line(&recv),
        r#"{"type":"call","seq":7,"at":1.5,"took":0.00025,"endpoint":"server","conn":1,"op":"recv","args":{"max":1024},"result":5,"errno":null,"local":"127.0.0.1:80","peer":"127.0.0.1:4242","offset":3,"len":5,"data":"aGVs","truncated":true}
"#
    );
}

#[test]
fn addresses_that_calls_share_are_those_of_each_call() {
    let ends = |port| Arc::new(Ends { local: Some(addr(80)), peer: Some(addr(port)) });
    let send = |to, ends| Call { ends, ..call(Op::SendTo { len: 1, to: Arc::new(addr(to)) }, Outcome::Ok(1)) };
    let shared = ends(1);
    let calls = [
        send(5, Arc::clone(&shared)),
        send(5, shared),
        send(6, ends(1)),
        send(6, ends(2)),
        call(Op::Close, Outcome::Ok(0)),
        send(5, ends(1)),
    ];
    let (mut lines, mut out) = (CallLines::default(), Vec::new());
    calls.iter().for_each(|call| lines.write(&mut out, call, "a\"b").unwrap());
    let each: Vec<u8> = calls
        .iter()
        .flat_map(|call| {
            let mut out = Vec::new();
            CallLines::default().write(&mut out, call, "a\"b").unwrap();
            out
        })
        .collect();
    let out = String::from_utf8(out).unwrap();
    assert_eq!(out, String::from_utf8(each).unwrap());
    let peers: Vec<_> =
        out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["peer"].clone()).collect();
    assert_eq!(
        peers,
        ["127.0.0.1:1", "127.0.0.1:1", "127.0.0.1:1", "127.0.0.1:2", "", "127.0.0.1:1"].map(|peer| match peer {
            "" => serde_json::Value::Null,
            peer => peer.into(),
        })
    );
}

#[test]
fn a_call_that_was_predicted_says_what_was_said_and_whether_it_was_right() {
    let recv = call(Op::Recv { max: 9 }, Outcome::Ok(5));
    let with = |answers: &[(Predicted, u32)]| {
        let mut said = Prediction::default();
        for (what, votes) in answers {
            said.say(Answer { what: what.clone(), votes: *votes });
        }
        let mut out = Vec::new();
        CallLines::default().write_predicted(&mut out, &recv, "server", Some(&said)).unwrap();
        String::from_utf8(out).unwrap()
    };
    let one = with(&[(Predicted::Returns(5), 0)]);
    assert!(one.ends_with(",\"prediction\":\"5\",\"was_right\":true}\n"), "{one}");
    let room = with(&[(Predicted::Returns(5), 7), (Predicted::Blocks, 12)]);
    assert!(
        room.ends_with(
            ",\"prediction\":\"blocks\",\"was_right\":false,\"votes\":[\
                {\"prediction\":\"5\",\"votes\":7,\"was_right\":true},\
                {\"prediction\":\"blocks\",\"votes\":12,\"was_right\":false}]}\n"
        ),
        "{room}"
    );
    assert!(!line(&recv).contains("prediction"));
}

#[test]
fn only_an_abandoned_call_says_that_it_is_and_has_neither_result_nor_errno() {
    let abandoned = line(&call(Op::RecvFrom { max: 9 }, Outcome::Abandoned));
    assert!(abandoned.contains(r#""took":0.00025,"#), "{abandoned}");
    assert!(abandoned.contains(r#""result":null,"errno":null,"abandoned":true,"#), "{abandoned}");
    assert!(!line(&call(Op::RecvFrom { max: 9 }, Outcome::Ok(0))).contains("abandoned"));
}

#[test]
fn only_a_programs_call_says_which_process_made_it_on_what_and_where() {
    let recv = call(Op::Recv { max: 9 }, Outcome::Ok(0));
    assert!(!line(&recv).contains("pid"));
    let made = |fd, source: Option<&str>| {
        let made_by = crate::trace::MadeBy { pid: 7, fd, source: source.map(Arc::from), name: None };
        line(&Call { made_by: Some(Arc::new(made_by)), ..recv.clone() })
    };
    assert!(made(Some(4), Some("server.py:14")).ends_with(",\"pid\":7,\"fd\":4,\"source\":\"server.py:14\"}\n"));
    assert!(made(None, None).ends_with(",\"pid\":7,\"fd\":null,\"source\":null}\n"));
}

#[test]
fn a_datagram_says_what_was_lost_and_a_failure_what_failed() {
    let datagram =
        Call { len: 2, lost: 9, data: Bytes::from_static(b"hi"), ..call(Op::RecvFrom { max: 2 }, Outcome::Ok(2)) };
    assert!(line(&datagram).ends_with("\"truncated\":false,\"lost\":9}\n"));
    let refused = call(Op::Connect { addr: Arc::new(addr(1)) }, Outcome::Err(Errno::by_name("ECONNREFUSED").unwrap()));
    assert!(line(&refused).contains(r#""args":{"addr":"127.0.0.1:1"},"result":null,"errno":"ECONNREFUSED""#));
    assert!(line(&call(Op::Close, Outcome::Err(Errno(9999)))).contains(r#""errno":"errno 9999""#));
}

#[test]
fn what_cannot_be_seen_is_escaped_and_parsed_it_is_the_same() {
    let text = "a\u{202e}\"b\u{7f}\u{e0001}\u{1b}\u{9b}你";
    let mut out = Vec::new();
    write(&mut out, &NoticeLine { level: "info", endpoint: None, text }).unwrap();
    let line = String::from_utf8(out).unwrap();
    let escaped = r#""text":"a\u202e\"b\u007f\udb40\udc01\u001b\u009b你"}"#;
    assert!(line.trim_end().ends_with(escaped), "{line}");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap()["text"], text);
}

#[test]
fn arguments_have_their_names() {
    let option = |option, value| Op::SetSockOpt { option, value };
    for (op, args) in [
        (
            Op::Socket { domain: Domain::Inet6, kind: SocketType::Datagram },
            r#"{"domain":"AF_INET6","type":"SOCK_DGRAM"}"#,
        ),
        (
            option(SocketOption::ReuseAddr, OptionValue::Int(1)),
            r#"{"level":"SOL_SOCKET","name":"SO_REUSEADDR","value":1}"#,
        ),
        (
            option(SocketOption::Linger, OptionValue::Linger(None)),
            r#"{"level":"SOL_SOCKET","name":"SO_LINGER","value":null}"#,
        ),
        (
            option(SocketOption::Linger, OptionValue::Linger(Some(5))),
            r#"{"level":"SOL_SOCKET","name":"SO_LINGER","value":5}"#,
        ),
        (
            option(SocketOption::AddMembership, OptionValue::Group(Arc::new("239.1.2.3%127.0.0.1".parse().unwrap()))),
            r#"{"level":"IPPROTO_IP","name":"IP_ADD_MEMBERSHIP","value":"239.1.2.3 on 127.0.0.1"}"#,
        ),
        (
            option(SocketOption::V6LeaveGroup, OptionValue::Group(Arc::new("ff02::1".parse().unwrap()))),
            r#"{"level":"IPPROTO_IPV6","name":"IPV6_LEAVE_GROUP","value":"ff02::1"}"#,
        ),
        (
            option(SocketOption::MulticastInterface, OptionValue::Interface(Arc::new("lo".parse().unwrap()))),
            r#"{"level":"IPPROTO_IP","name":"IP_MULTICAST_IF","value":"lo"}"#,
        ),
        (Op::Bind { addr: Arc::new(addr(0)) }, r#"{"addr":"127.0.0.1:0"}"#),
        (Op::Listen { backlog: 5 }, r#"{"backlog":5}"#),
        (Op::Accept, "{}"),
        (Op::Send { len: 5 }, r#"{"len":5}"#),
        (Op::SendTo { len: 5, to: Arc::new(addr(9)) }, r#"{"len":5,"to":"127.0.0.1:9"}"#),
        (Op::SendFile { count: 5 }, r#"{"count":5}"#),
        (Op::Shutdown { how: How::Write }, r#"{"how":"SHUT_WR"}"#),
        (Op::Close, "{}"),
    ] {
        assert_eq!(serde_json::to_string(&Args(&op)).unwrap(), args);
    }
}

#[test]
fn the_other_lines_have_their_types() {
    let text = |line: &dyn Fn(&mut Vec<u8>) -> io::Result<()>| {
        let mut out = Vec::new();
        line(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_eq!(
        text(&|out| write(out, &ExpectLine { step: 3, ok: true, detail: "5 bytes" })),
        "{\"type\":\"expect\",\"step\":3,\"ok\":true,\"detail\":\"5 bytes\"}\n"
    );
    assert_eq!(
        text(&|out| write(out, &NoticeLine { level: "error", endpoint: None, text: "a\nb" })),
        "{\"type\":\"notice\",\"level\":\"error\",\"endpoint\":null,\"text\":\"a\\nb\"}\n"
    );
    assert_eq!(
        text(&|out| write(out, &SummaryLine { calls: 2, ..SummaryLine::default() })),
        "{\"type\":\"summary\",\"calls\":2,\"sent_bytes\":0,\"received_bytes\":0,\"evicted_calls\":0,\
             \"evicted_bytes\":0,\"kernel_drops\":0,\"failed_steps\":0}\n"
    );
}
