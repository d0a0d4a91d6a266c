//! Rules and framing on real loopback sockets: whole messages in, the first matching rule's reply out.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::support::bench::{Bench, CLIENT, ROOM, SERVER, client_of, server, udp};
use socket_lab::engine::{Dest, Event, Job, Peers};
use socket_lab::lab::Content;
use socket_lab::lab::framing::Framing;
use socket_lab::lab::rule::{Rule, When};
use socket_lab::lab::service::Reply;
use socket_lab::lab::{Addr, EndpointSpec};
use socket_lab::trace::NoticeKind;
use socket_lab::trace::notice::{FramingLoss, NoReply};

fn rule(when: When, reply: &str) -> Rule {
    Rule::new(when, Some(Content::Text(reply.to_owned())))
}

fn contains(text: &str, reply: &str) -> Rule {
    rule(When::contains(text.to_owned()), reply)
}

fn framed(framing: Framing, reply: Reply) -> EndpointSpec {
    let mut spec = server(reply);
    spec.stream.framing = framing;
    spec
}

fn connect(local: &Addr) -> TcpStream {
    let stream = TcpStream::connect(local.inet().unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn answer(stream: &mut TcpStream, len: usize) -> String {
    let mut buffer = vec![0; len];
    stream.read_exact(&mut buffer).unwrap();
    String::from_utf8(buffer).unwrap()
}

fn notice(bench: &mut Bench) -> NoticeKind {
    bench.until(|event| match event {
        Event::Notice(notice) => Some(notice.kind.clone()),
        _ => None,
    })
}

#[test]
fn the_first_matching_rule_answers_and_is_named_on_its_send() {
    let mut greeting = contains("hi", "hello");
    greeting.name = "greeting".to_owned();
    let rules = Reply::of_rules(vec![greeting, contains("hi there", "never"), rule(When::any(), "what?")]);
    let mut bench = Bench::new();
    let local = bench.open_server(server(rules));
    let mut stream = connect(&local);
    stream.write_all(b"hi there").unwrap();
    assert_eq!(answer(&mut stream, 5), "hello");
    stream.write_all(b"bye").unwrap();
    assert_eq!(answer(&mut stream, 5), "what?");
    bench.until(|event| matches!(event, Event::Call { call, .. } if &call.data[..] == b"what?").then_some(()));
    let named: Vec<_> =
        bench.calls().filter(|call| call.op.sends()).map(|call| call.rule.as_deref().unwrap()).collect();
    assert_eq!(named[0], "greeting");
    assert!(bench.calls().filter(|call| call.op.receives()).all(|call| call.rule.is_none()));
}

#[test]
fn a_message_that_met_no_rule_is_told_once() {
    let mut bench = Bench::new();
    let local = bench.open_server(framed(Framing::line(), Reply::of_rules(vec![contains("hi", "hello")])));
    for _ in 0..2 {
        let mut stream = connect(&local);
        stream.write_all(b"what\nis\nthis\nhi\n").unwrap();
        assert_eq!(answer(&mut stream, 6), "hello\n");
    }
    // The reply to what came after them is on record, so all that was to be said of them has been.
    let mut told = 0;
    for _ in 0..2 {
        bench.until(|event| match event {
            Event::Call { call, .. } => call.op.sends().then_some(()),
            Event::Notice(notice) => {
                told += u32::from(notice.kind == NoticeKind::NoReply(NoReply::NoRule));
                None
            }
            _ => None,
        });
    }
    assert_eq!(told, 1);
}

#[test]
fn a_rule_may_wait_and_then_close_and_replies_stay_in_order() {
    let mut slow = contains("slow", "first");
    slow.delay = Duration::from_millis(80).into();
    let mut last = contains("bye", "last");
    last.close = true;
    let mut bench = Bench::new();
    let spec = framed(Framing::line(), Reply::of_rules(vec![slow, last]));
    let local = bench.open_server(spec);
    let mut stream = connect(&local);
    let began = Instant::now();
    stream.write_all(b"slow\nbye\nslow\n").unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    assert_eq!(all, "first\nlast\n");
    assert!(began.elapsed() >= Duration::from_millis(80));
}

#[test]
fn messages_are_whole_however_they_arrive() {
    let lines = (Framing::line(), "one\ntwo\r\nthree\n", "ONE\nTWO\nTHREE\n");
    let ends = (Framing::delimiter(b"|;").unwrap(), "a|b|;c|;", "A|B|;C|;");
    let fixed = (Framing::fixed(3), "abcdef", "ABCDEF");
    let prefixed = (Framing::length_prefix(2, true).unwrap(), "\0\u{3}abc\0\u{1}d", "\0\u{3}ABC\0\u{1}D");
    for (framing, sent, expected) in [lines, ends, fixed, prefixed] {
        let mut bench = Bench::new();
        let mut spec = framed(framing.clone(), Reply::upper());
        // Each `recv` gives at most two bytes, so no message comes in one piece.
        spec.recv_size = Some(2);
        let local = bench.open_server(spec);
        let mut stream = connect(&local);
        stream.write_all(sent.as_bytes()).unwrap();
        assert_eq!(answer(&mut stream, expected.len()), expected, "{framing:?}");
    }
}

#[test]
fn a_length_prefix_that_lies_is_reported_and_the_server_goes_on() {
    let framing = Framing::length_prefix(4, true).unwrap();
    let mut bench = Bench::new();
    let local = bench.open_server(framed(framing, Reply::echo()));
    let mut stream = connect(&local);
    stream.write_all(b"\xff\xff\xff\xffhello").unwrap();
    let NoticeKind::FramingLost { reason, at: 0 } = notice(&mut bench) else { panic!("another notice came first") };
    assert!(matches!(reason, FramingLoss::Lying { announced: 0xffff_ffff, .. }));
    // Nothing that came is lost to the trace, and the next client is served.
    bench.until_received(SERVER, b"\xff\xff\xff\xffhello");
    let mut other = connect(&local);
    other.write_all(b"\0\0\0\x02ok").unwrap();
    assert_eq!(answer(&mut other, 6), "\0\0\0\u{2}ok");
}

#[test]
fn a_message_longer_than_its_cap_is_reported_and_not_kept() {
    let mut bench = Bench::new();
    let mut spec = framed(Framing::line(), Reply::echo());
    spec.recv_size = Some(1024 * 1024);
    let local = bench.open_server(spec);
    let writer = std::thread::Builder::new().spawn(move || {
        let mut stream = connect(&local);
        let block = vec![b'x'; 1024 * 1024];
        for _ in 0..18 {
            stream.write_all(&block).unwrap();
        }
        stream
    });
    assert!(matches!(notice(&mut bench), NoticeKind::FramingLost { reason: FramingLoss::TooLong { .. }, at: 0 }));
    drop(writer.unwrap().join().unwrap());
}

#[test]
fn a_peer_that_ends_in_the_middle_of_a_message_is_reported() {
    let mut bench = Bench::new();
    let local = bench.open_server(framed(Framing::line(), Reply::echo()));
    let mut stream = connect(&local);
    stream.write_all(b"whole\nhalf").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    assert_eq!(all, "whole\n");
    assert_eq!(notice(&mut bench), NoticeKind::MessageCutOff { bytes: 4 });
}

#[test]
fn two_ends_that_answer_each_other_are_capped_visibly_and_stop_when_told() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::echo()));
    let mut spec = client_of(&local);
    spec.service.reply = Reply::echo();
    bench.open_client(spec);
    bench.send(CLIENT, Peers::All, b"ping").unwrap();
    assert!(matches!(notice(&mut bench), NoticeKind::RepliesCapped { per_second: 1_000 }));
    bench.command(|job| socket_lab::engine::Command::new(job, CLIENT, Job::Close)).unwrap();
}

#[test]
fn two_rooms_that_answer_each_other_are_capped_too() {
    // So few that a slow machine makes as many.
    let mut bench = Bench::with(|config| config.datagram_replies = 50);
    let mut spec = udp(Some("127.0.0.1:0"));
    spec.service.reply = Reply::echo();
    let one = bench.open(ROOM, spec.clone(), None).unwrap().unwrap();
    bench.open(CLIENT, spec, Some(Dest::Addr(one))).unwrap();
    bench.send(CLIENT, Peers::All, b"ping").unwrap();
    assert!(matches!(notice(&mut bench), NoticeKind::RepliesCapped { per_second: 50 }));
    bench.command(|job| socket_lab::engine::Command::new(job, ROOM, Job::Close)).unwrap();
}

#[test]
fn an_expression_that_would_blow_up_elsewhere_answers_at_once() {
    let when = When::regex(socket_lab::lab::rule::Regexp::new("^(a+)+$").unwrap());
    let mut bench = Bench::new();
    let local: SocketAddr =
        bench.open_server(server(Reply::of_rules(vec![rule(when, "yes"), rule(When::any(), "no")]))).inet().unwrap();
    let mut stream = connect(&local.into());
    let began = Instant::now();
    stream.write_all(format!("{}!", "a".repeat(1_000)).as_bytes()).unwrap();
    assert_eq!(answer(&mut stream, 2), "no");
    // A backtracking engine would take longer than the universe is old; this bound only tells the two apart.
    assert!(began.elapsed() < Duration::from_secs(15));
}
