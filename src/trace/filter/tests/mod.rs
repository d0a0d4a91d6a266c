//! What an expression finds, and what is none. What holds for all of them is in `properties`.

mod faults;
mod naive;
mod properties;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;

use super::*;
use crate::kinds::framing::{FrameValue, Framing};
use crate::lab::{Addr, EndpointId, TextEncoding};
use crate::trace::bookmarks::Bookmarks;
use crate::trace::store::{DEFAULT_RETENTION, Trace};
use crate::trace::{ConnId, Ends, Errno, Op, Outcome, WaitToken};

struct World {
    trace: Trace,
    encodings: HashMap<EndpointId, TextEncoding>,
    bookmarks: Bookmarks,
    /// Of two messages, whatever the call is.
    frames: Vec<FrameValue>,
}

impl World {
    fn new() -> Self {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
        trace.set_name(EndpointId(1), "server");
        trace.set_name(EndpointId(2), "udp room");
        let mut bookmarks = Bookmarks::default();
        bookmarks.set(7, Some("look Here"));
        bookmarks.set(8, Some(""));
        let encodings = HashMap::from([(EndpointId(2), "gbk".parse().unwrap())]);
        let frames = [("modbus-tcp", b"\x01\x02\0\0\0\x02\x01\x83".as_slice()), ("nmea", b"$GPGGA,1*47\r\n")];
        let fields = |(preset, whole)| Framing::of_preset(preset).unwrap().fields(whole);
        Self { trace, encodings, bookmarks, frames: frames.into_iter().flat_map(fields).collect() }
    }

    fn context(&self) -> Context<'_> {
        Context {
            trace: &self.trace,
            encodings: &self.encodings,
            bookmarks: &self.bookmarks,
            faults: None,
            frames: &self.frames,
        }
    }

    fn matches(&self, filter: &str, call: &Call) -> bool {
        let filter = Filter::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error:?}")).unwrap();
        assert!(matches!(filter, Filter::Expression(_)));
        filter.matches(call, &self.context())
    }
}

fn addr(port: u16) -> Addr {
    Addr::Inet(([127, 0, 0, 1], port).into())
}

fn recv(data: &[u8]) -> Call {
    Call {
        seq: 7,
        start: Nanos(2_000_000_000),
        took: 1_500_000_000,
        conn: ConnId::new(3),
        ends: Arc::new(Ends { local: Some(addr(8000)), peer: Some(addr(51_344)) }),
        offset: Some(10),
        len: data.len() as u64,
        data: Bytes::copy_from_slice(data),
        rule: Some("greet".into()),
        ..Call::sample(Op::Recv { max: 1024 }, Outcome::Ok(data.len() as u64))
    }
}

fn refused() -> Call {
    Call {
        seq: 1,
        took: 20_000,
        conn: None,
        op: Op::Connect { addr: Arc::new(addr(9)) },
        outcome: Outcome::Err(Errno::by_name("ECONNREFUSED").unwrap()),
        offset: None,
        rule: None,
        ..recv(b"")
    }
}

fn error(text: &str) -> FilterError {
    match Filter::parse(text) {
        Err(error) => error,
        Ok(filter) => panic!("{text}: {filter:?}"),
    }
}

#[test]
fn the_example_of_the_manual_is_read() {
    let world = World::new();
    let call = recv(format!("{} SB", "x".repeat(120)).as_bytes());
    assert!(world.matches("endpoint == server and op == recv and len > 100 and data contains \"SB\"", &call));
    assert!(!world.matches("endpoint == server and op == send and len > 100 and data contains \"SB\"", &call));
}

#[test]
fn an_abandoned_call_is_found_by_that_word_and_has_no_result() {
    let world = World::new();
    let abandoned = Call { outcome: Outcome::Abandoned, ..recv(b"") };
    for filter in ["abandoned", "abandoned and op == recv and took > 1s", "not errno and not eof and not result == 0"] {
        assert!(world.matches(filter, &abandoned), "{filter}");
    }
    for filter in ["result == 0", "result != 0", "errno", "not abandoned"] {
        assert!(!world.matches(filter, &abandoned), "{filter}");
    }
    assert!(!world.matches("abandoned", &recv(b"")) && !world.matches("abandoned", &refused()));
}

#[test]
fn each_field_is_asked_in_its_own_way() {
    let world = World::new();
    let call = recv(b"Hello, World\r\n");
    for filter in [
        "endpoint == server",
        "endpoint contains \"ERV\"",
        "conn == 3",
        "conn in {1, 2, 3}",
        "op == RECV",
        "op contains rec",
        "op in {send recv}",
        "len >= 14 && len <= 14",
        "result == 14",
        "result > -1",
        "took > 1s",
        "took == 1500ms",
        "took == 1.5",
        "took < 1min",
        "at == 2s",
        "peer == 127.0.0.1:51344",
        "peer == 127.0.0.1",
        "peer == :51344",
        "peer ~ /^127\\./",
        "local == 127.0.0.1:8000",
        "port == 8000 and port == 51344",
        "data contains \"Hello\"",
        "data contains 0d:0a",
        "data contains hex\"0d0a\"",
        "data contains \"\\r\\n\"",
        "data ~ /World\\r/",
        "data != \"x\"",
        "msg contains \"hello\"",
        "msg matches /^H.*d/",
        "msg == \"Hello, World\\r\\n\"",
        "offset == 10",
        "seq == 7",
        "seq == 0x7",
        "rule == greet",
        "note contains \"here\"",
        "note",
        "bookmark",
        "not errno",
        "! errno or conn ne 3",
        "\"hello\" and \"server #3\"",
        "(data)",
        "not lost and not truncated and not eof",
    ] {
        assert!(world.matches(filter, &call), "{filter}");
    }
    for filter in [
        "endpoint == Server",
        "conn != 3",
        "op == send",
        "data contains \"hello\"",
        "data == \"Hello\"",
        "msg ~ /hello/",
        "port != 8000",
        "len < 14",
        "errno != EPIPE",
        "peer == :8000",
        "note == \"look here\"",
    ] {
        assert!(!world.matches(filter, &call), "{filter}");
    }
}

#[test]
fn the_fields_of_messages_are_asked_as_numbers_and_as_texts() {
    let world = World::new();
    let call = recv(b"x");
    for filter in [
        "frame.function == 0x83",
        "frame.function >= 128 and frame.function in {1, 131}",
        "FRAME.id == 258",
        "frame.type == GGA",
        "frame.type == \"GGA\" and frame.type contains gg and frame.type ~ /^G/",
        "frame.type > FFF",
        "frame.id != 7",
        "frame.id",
    ] {
        assert!(world.matches(filter, &call), "{filter}");
    }
    for filter in ["frame.function == 3", "frame.id != 258", "frame.topic", "frame.topic != a", "frame.type == 5"] {
        assert!(!world.matches(filter, &call), "{filter}");
    }
    assert!(matches!(error("frame.colour == 1").kind, FilterErrorKind::UnknownField { .. }));
}

#[test]
fn a_failed_call_is_found_by_its_errno() {
    let world = World::new();
    let call = refused();
    for filter in [
        "errno",
        "errno == ECONNREFUSED",
        "errno == econnrefused",
        "errno in {EPIPE, ECONNREFUSED}",
        "errno ~ /REFUSED$/",
        "errno != EPIPE",
        "result == -1",
        "not (conn or data or len)",
        "peer == :9",
    ] {
        assert!(world.matches(filter, &call), "{filter}");
    }
    assert!(!world.matches("conn != 3", &call), "what is not there is not unequal");
    assert!(world.matches("not result", &call));
}

#[test]
fn texts_are_read_in_the_endpoints_encoding() {
    let world = World::new();
    let call = Call { endpoint: EndpointId(2), ..recv(b"\xc4\xe3\xba\xc3") };
    assert!(world.matches("endpoint == \"udp room\" and msg contains \"你好\"", &call));
    assert!(world.matches("data contains \"好\"", &call));
    assert!(world.matches("data == \"你好\"", &call));
    assert!(world.matches("msg ~ /^你.$/", &call));
    let call = Call { endpoint: EndpointId(1), ..call };
    assert!(!world.matches("msg contains \"你好\" or data contains \"好\"", &call));
}

#[test]
fn a_waiting_call_has_no_result_and_has_taken_until_now() {
    let world = World::new();
    let Call { start, endpoint, socket, conn, op, ends, made_by, .. } = recv(b"");
    let call = WaitingCall { token: WaitToken(1), start, endpoint, socket, conn, op, ends, made_by };
    let now = Nanos(5_000_000_000);
    let waits = |text: &str| Filter::parse(text).unwrap().unwrap().matches_waiting(&call, now, &world.context());
    assert!(waits("op == recv and took == 3s and conn == 3"));
    assert!(!waits("len == 0") && !waits("errno") && !waits("result") && !waits("seq"));
    assert!(waits("recv(") && waits("server #3") && !waits("send"));
}

#[test]
fn sentences_and_calls_are_no_expressions() {
    for text in [
        "hello world",
        "not found",
        "salt and pepper",
        "setsockopt(SO_REUSE",
        "server #1",
        "recv(1) = 1",
        "= 14",
        "\"name\": 5",
        "\"open",
        "data in the buffer",
        "endpoint",
        "127.0.0.1:8000",
        "(a)",
        "\\r\\n",
        "/",
        "!",
        "a & b",
    ] {
        assert!(matches!(Filter::parse(text), Ok(Some(Filter::Plain(_)))), "{text}");
    }
    assert_eq!(Filter::parse("  "), Ok(None));
}

#[test]
fn a_mistake_is_marked_and_what_was_expected_is_said() {
    use FilterErrorKind as Kind_;
    let cases: Vec<(&str, &str, Kind_)> = vec![
        ("endpiont == x", "endpiont", Kind_::UnknownField { name: "endpiont".to_owned(), like: Some(Field::Endpoint) }),
        ("len = 3", "=", Kind_::SingleEquals),
        ("len contains 3", "contains", Kind_::UnfitRelation { field: Field::Len, relation: Relation::Contains }),
        ("len > ", "", Kind_::ExpectedValue(Kind::Number)),
        ("len > abc", "abc", Kind_::BadValue { kind: Kind::Number, text: "abc".to_owned() }),
        ("took > 3x", "3x", Kind_::BadValue { kind: Kind::Time, text: "3x".to_owned() }),
        ("op == rcv", "rcv", Kind_::UnknownOp("rcv".to_owned())),
        ("errno == EWHAT", "EWHAT", Kind_::UnknownErrno("EWHAT".to_owned())),
        ("errno and", "", Kind_::ExpectedOperand),
        ("(errno", "(", Kind_::OpenParenthesis),
        ("errno == EPIPE conn", "conn", Kind_::ExpectedConnective),
        ("len > 3)", ")", Kind_::ExpectedConnective),
        ("data contains \"SB", "\"SB", Kind_::OpenString),
        ("data contains \"\\q\"", "\\q", Kind_::BadEscape('q')),
        ("data contains \"\\xff\"", "\\x", Kind_::BadEscape('x')),
        ("data contains hex\"0\"", "0", Kind_::BadHex),
        ("data contains \"\"", "\"\"", Kind_::EmptyText),
        ("msg ~ x", "x", Kind_::ExpectedRegex),
        ("msg ~ /x", "/x", Kind_::OpenRegex),
        ("errno and conn in 3", "3", Kind_::ExpectedSet),
        ("conn in {3", "{", Kind_::OpenSet),
        ("bookmark == 1", "==", Kind_::UnfitRelation { field: Field::Bookmark, relation: Relation::Equal }),
    ];
    for (text, part, kind) in cases {
        let error = error(text);
        assert_eq!((&text[error.span.clone()], &error.kind), (part, &kind), "{text}");
    }
    let bad = error("msg ~ /(/");
    assert_eq!(bad.span, 7..8);
    assert!(matches!(bad.kind, Kind_::BadRegex(reason) if reason.contains("unclosed group")));
}

#[test]
fn length_depth_and_expressions_are_capped() {
    let long = format!("len == 1{}", " or len == 1".repeat(MAX_FILTER_CHARS / 12 + 1));
    assert_eq!(error(&long).kind, FilterErrorKind::TooLong);
    let deep = format!("{}errno == EPIPE", "not ".repeat(MAX_DEPTH + 1));
    assert_eq!(error(&deep).kind, FilterErrorKind::TooDeep);
    assert_eq!(error("msg ~ /(\\w{100}){100}/").kind, FilterErrorKind::RegexTooBig);
}
