use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use proptest::prelude::*;

use super::expression::{Address, Part, Pattern, Value};
use super::*;
use crate::lab::{Addr, EndpointId, TextEncoding};
use crate::trace::bookmarks::Bookmarks;
use crate::trace::call::OP_NAMES;
use crate::trace::store::{DEFAULT_RETENTION, Trace};
use crate::trace::{ConnId, Ends, Errno, Op, Outcome, WaitToken};

struct World {
    trace: Trace,
    encodings: HashMap<EndpointId, TextEncoding>,
    bookmarks: Bookmarks,
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
        Self { trace, encodings, bookmarks }
    }

    fn context(&self) -> Context<'_> {
        Context { trace: &self.trace, encodings: &self.encodings, bookmarks: &self.bookmarks }
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
        endpoint: EndpointId(1),
        conn: ConnId::new(3),
        op: Op::Recv { max: 1024 },
        outcome: Outcome::Ok(data.len() as u64),
        ends: Arc::new(Ends { local: Some(addr(8000)), peer: Some(addr(51_344)) }),
        offset: Some(10),
        len: data.len() as u64,
        data: Bytes::copy_from_slice(data),
        lost: 0,
        rule: Some("greet".into()),
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
    let Call { start, endpoint, conn, op, ends, .. } = recv(b"");
    let call = WaitingCall { token: WaitToken(1), start, endpoint, conn, op, ends };
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

// ---- properties ----

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z:/ ]{1,6}",
        "\\PC{1,4}",
        Just("你好\r\n\"\\".to_owned()),
        Just("and".to_owned()),
        Just("0d:0a".to_owned())
    ]
}

fn any_field() -> impl Strategy<Value = Field> {
    proptest::sample::select(Field::ALL.to_vec())
}

fn value(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Text => {
            prop_oneof![Just("server".to_owned()), Just("udp room".to_owned()), text()].prop_map(Value::Text).boxed()
        }
        Kind::Number => prop_oneof![-2..20i64, any::<i64>(), Just(8000)].prop_map(Value::Number).boxed(),
        Kind::Time => prop_oneof![any::<u64>(), Just(1_500_000_000)].prop_map(Value::Nanos).boxed(),
        Kind::Op => proptest::sample::select(OP_NAMES.to_vec()).prop_map(Value::Op).boxed(),
        Kind::Errno => proptest::sample::select(vec!["EPIPE", "ECONNREFUSED"])
            .prop_map(|name| Value::Errno(Errno::by_name(name).unwrap()))
            .boxed(),
        Kind::Address => prop_oneof![
            Just("127.0.0.1:8000".to_owned()),
            Just("[::1]:80".to_owned()),
            Just("127.0.0.1".to_owned()),
            Just(":51344".to_owned()),
            text()
        ]
        .prop_map(|text| Value::Address(Address::read(&text)))
        .boxed(),
        Kind::Bytes | Kind::Flag => prop_oneof![
            text().prop_map(Value::Text),
            proptest::collection::vec(any::<u8>(), 1..4).prop_map(Value::Bytes)
        ]
        .boxed(),
    }
}

fn leaf() -> impl Strategy<Value = Expr> {
    let compared = any_field()
        .prop_filter("has operators", |field| field.kind() != Kind::Flag)
        .prop_flat_map(|field| {
            let relations: Vec<Relation> = field.kind().relations().to_vec();
            (
                Just(field),
                proptest::sample::select(relations),
                proptest::collection::vec(value(field.kind()), 1..3),
                text(),
            )
        })
        .prop_map(|(field, relation, mut values, text)| match relation {
            Relation::Contains => Expr::Contains { field, part: Part::text(&text).unwrap() },
            Relation::Matches => Expr::Matches { field, pattern: Pattern::new(&regex::escape(&text)).unwrap() },
            Relation::In => Expr::In { field, values },
            _ => Expr::Compare { field, relation, value: values.remove(0) },
        });
    let bytes = proptest::collection::vec(any::<u8>(), 1..3)
        .prop_map(|bytes| Expr::Contains { field: Field::Data, part: Part::bytes(&bytes).unwrap() });
    prop_oneof![
        any_field().prop_map(Expr::Has),
        text().prop_map(|text| Expr::Text(Part::text(&text).unwrap())),
        compared,
        bytes,
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expr::All),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expr::Any),
            inner.prop_map(|inner| Expr::Not(Box::new(inner))),
        ]
    })
}

fn call() -> impl Strategy<Value = Call> {
    let data = prop_oneof![proptest::collection::vec(any::<u8>(), 0..6), text().prop_map(String::into_bytes),];
    (data, 1..3u32, 0..4u32, any::<bool>(), 0..9u64, any::<bool>()).prop_map(
        |(data, endpoint, conn, fails, seq, sends)| {
            let mut call = recv(&data);
            call.endpoint = EndpointId(endpoint);
            call.conn = ConnId::new(conn);
            call.seq = seq;
            if sends {
                call.op = Op::SendTo { len: 3, to: Arc::new(addr(8000)) };
                call.rule = None;
                call.offset = None;
            }
            if fails {
                call.outcome = Outcome::Err(Errno::by_name("EPIPE").unwrap());
                (call.len, call.data) = (0, Bytes::new());
            }
            call
        },
    )
}

/// The same said slowly: each field as a list of texts or numbers, without any of the short cuts.
fn naive(expr: &Expr, call: &Call, world: &World) -> bool {
    let encoding = world.context().encoding(call.endpoint);
    let peer = match &call.op {
        Op::SendTo { to, .. } => Some(Addr::clone(to)),
        _ => call.ends.peer.clone(),
    };
    let note = world.bookmarks.note(call.seq).filter(|note| !note.is_empty()).map(str::to_owned);
    let msg = (!call.data.is_empty()).then(|| crate::trace::text::as_text(&call.data, encoding));
    let texts = |field: Field| -> Option<String> {
        match field {
            Field::Endpoint => Some(world.trace.name(call.endpoint).to_owned()),
            Field::Op => Some(call.op.name().to_owned()),
            Field::Errno => call.errno().map(|errno| errno.to_string()),
            Field::Peer => peer.as_ref().map(ToString::to_string),
            Field::Local => call.ends.local.as_ref().map(ToString::to_string),
            Field::Msg => msg.clone(),
            Field::Rule => call.rule.as_deref().map(str::to_owned),
            Field::Note => note.clone(),
            _ => None,
        }
    };
    let numbers = |field: Field| -> Vec<i128> {
        match field {
            Field::Conn => call.conn.iter().map(|conn| conn.get().into()).collect(),
            Field::Len => vec![call.len.into()],
            Field::Result => vec![if call.errno().is_some() { -1 } else { call.len.into() }],
            Field::Port => [&peer, &call.ends.local].into_iter().flatten().map(|addr| addr.port().into()).collect(),
            Field::Offset => call.offset.iter().map(|offset| (*offset).into()).collect(),
            Field::Seq => vec![call.seq.into()],
            Field::Lost => vec![call.lost.into()],
            Field::Took => vec![call.took.into()],
            Field::At => vec![call.start.0.into()],
            _ => Vec::new(),
        }
    };
    let bytes = |text: &str| encoding.encode(text).ok();
    let equal = |field: Field, value: &Value| match value {
        Value::Number(number) => numbers(field).contains(&(*number).into()),
        Value::Nanos(nanos) => numbers(field).contains(&(*nanos).into()),
        Value::Op(name) => texts(field).as_deref() == Some(name),
        Value::Errno(errno) => texts(field) == Some(errno.to_string()),
        Value::Address(address) => texts(field).is_some_and(|text| match address {
            Address::Inet(addr) => text == addr.to_string(),
            Address::Ip(ip) => text.rsplit_once(':').is_some_and(|(host, _)| host == ip.to_string()),
            Address::Port(port) => text.ends_with(&format!(":{port}")),
            Address::Path(_) => false,
        }),
        Value::Bytes(bytes) => call.data == *bytes,
        Value::Text(text) if field == Field::Data => bytes(text).is_some_and(|bytes| call.data == bytes),
        Value::Text(text) => texts(field).as_ref() == Some(text),
    };
    let there = |field: Field| match field.kind() {
        Kind::Number | Kind::Time => !numbers(field).is_empty(),
        Kind::Bytes => !call.data.is_empty(),
        _ => texts(field).is_some(),
    };
    match expr {
        Expr::All(parts) => parts.iter().all(|part| naive(part, call, world)),
        Expr::Any(parts) => parts.iter().any(|part| naive(part, call, world)),
        Expr::Not(part) => !naive(part, call, world),
        Expr::Has(field) => match field {
            Field::Len | Field::Lost | Field::Took => numbers(*field).iter().any(|number| *number > 0),
            Field::Result => call.errno().is_none(),
            Field::Bookmark => world.bookmarks.has(call.seq),
            Field::Eof => call.is_eof(),
            Field::Truncated => call.is_truncated(),
            field => there(*field),
        },
        Expr::Text(part) => {
            let needle = Needle::quoted(part.as_text().unwrap()).unwrap();
            let line = |text: &str| needle.is_in_text(text);
            let who = world.trace.name(call.endpoint);
            let who = call.conn.map_or_else(|| who.to_owned(), |conn| format!("{who} #{}", conn.get()));
            line(&format!("{who}\n{call}\n{}", peer.as_ref().map(ToString::to_string).unwrap_or_default()))
                || needle.is_in_bytes(&call.data, encoding)
        }
        Expr::Compare { field, relation: Relation::Equal, value } => equal(*field, value),
        Expr::Compare { field, relation: Relation::Unequal, value } => there(*field) && !equal(*field, value),
        Expr::Compare { field, relation, value } => {
            let wanted: i128 = match value {
                Value::Number(number) => (*number).into(),
                Value::Nanos(nanos) => (*nanos).into(),
                other => panic!("{other:?} has no order"),
            };
            numbers(*field).into_iter().any(|number| match relation {
                Relation::Less => number < wanted,
                Relation::AtMost => number <= wanted,
                Relation::More => number > wanted,
                _ => number >= wanted,
            })
        }
        Expr::Contains { field: Field::Data, part } => {
            let wanted = match part.as_text() {
                Some(text) => bytes(text),
                None => Some(part.finder().needle().to_vec()),
            };
            wanted.is_some_and(|wanted| call.data.windows(wanted.len()).any(|window| window == wanted))
        }
        Expr::Contains { field, part } => {
            let text = part.as_text().unwrap().to_lowercase();
            texts(*field).is_some_and(|hay| {
                hay.to_lowercase().contains(&text)
                    || (*field == Field::Msg
                        && text.contains('\\')
                        && crate::trace::text::visible(&hay).to_lowercase().contains(&text))
            })
        }
        Expr::Matches { field: Field::Data, pattern } => !call.data.is_empty() && pattern.is_match(&call.data),
        Expr::Matches { field, pattern } => texts(*field).is_some_and(|text| pattern.is_match(text.as_bytes())),
        Expr::In { field, values } => values.iter().any(|value| equal(*field, value)),
    }
}

proptest! {
    #[test]
    fn no_text_panics(text: String, cursor in 0..40usize) {
        let _ = Filter::parse(&text);
        let _ = parser::parse(&text);
        let _ = complete(&text, cursor, &Known::default());
    }

    #[test]
    fn nothing_like_a_filter_panics(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "endpoint", "op", "len", "data", "msg", "errno", "==", "!=", "~", "contains", "in", "{", "}", "(", ")",
                "not", "and", "or", "\"", "/", "a", "0d:0a", "1s", "hex\"", "=", ",", "!", "é", " ",
            ]),
            0..12,
        ),
    ) {
        let text = parts.concat();
        if let Err(error) = parser::parse(&text) {
            prop_assert!(text.get(error.span).is_some(), "the mark lies in the text");
        }
        let spaced = parts.join(" ");
        for cursor in 0..=spaced.len() {
            let completion = complete(&spaced, cursor, &Known::default());
            prop_assert!(spaced.get(completion.range).is_some());
        }
        let _ = Filter::parse(&spaced);
    }

    #[test]
    fn an_expression_that_is_printed_is_read_as_the_same(expr in expr()) {
        let text = expr.to_string();
        if text.chars().count() <= MAX_FILTER_CHARS {
            prop_assert_eq!(parser::parse(&text), Ok(expr), "{}", text);
        }
    }

    #[test]
    fn matching_is_what_the_slow_way_says(expr in expr(), call in call()) {
        let world = World::new();
        let filter = Filter::Expression(Box::new(expr.clone()));
        prop_assert_eq!(filter.matches(&call, &world.context()), naive(&expr, &call, &world), "{}", expr);
    }
}
