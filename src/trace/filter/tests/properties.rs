//! What holds for every text and every expression.

use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;

use super::naive::naive;
use super::{World, addr, recv};
use crate::lab::EndpointId;
use crate::trace::call::OP_NAMES;
use crate::trace::filter::expression::{Address, Pattern, Substring, Value};
use crate::trace::filter::*;
use crate::trace::{ConnId, Errno, Op, Outcome};

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
    proptest::sample::select(Field::all().collect::<Vec<_>>())
}

fn value(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Text => {
            prop_oneof![Just("server".to_owned()), Just("udp room".to_owned()), text()].prop_map(Value::Text).boxed()
        }
        Kind::Number => prop_oneof![-2..20i64, any::<i64>(), Just(8000)].prop_map(Value::Number).boxed(),
        Kind::Time => prop_oneof![any::<u64>(), Just(1_500_000_000)].prop_map(Value::Nanos).boxed(),
        Kind::Op => proptest::sample::select(OP_NAMES.to_vec()).prop_map(Value::Op).boxed(),
        Kind::Errno => prop_oneof![
            proptest::sample::select(vec!["EPIPE", "ECONNREFUSED"]).prop_map(Value::ErrnoName),
            Just(Value::Errno(Errno::by_name("EPIPE").unwrap())),
        ]
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
        Kind::NumberOrText => prop_oneof![
            prop_oneof![Just(258), Just(131), any::<i64>()].prop_map(Value::Number),
            prop_oneof![Just("GGA".to_owned()), Just("258".to_owned()), text()].prop_map(Value::Text),
        ]
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
            Relation::Contains => Expr::Contains { field, part: Substring::text(&text).unwrap() },
            Relation::Matches => Expr::Matches { field, pattern: Pattern::new(&regex::escape(&text)).unwrap() },
            Relation::In => Expr::In { field, values },
            _ => Expr::Compare { field, relation, value: values.remove(0) },
        });
    let bytes = proptest::collection::vec(any::<u8>(), 1..3)
        .prop_map(|bytes| Expr::Contains { field: Field::Data, part: Substring::bytes(&bytes).unwrap() });
    prop_oneof![
        any_field().prop_map(Expr::Has),
        text().prop_map(|text| Expr::Text(Substring::text(&text).unwrap())),
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
                "endpoint", "op", "len", "data", "msg", "errno", "frame.id", "==", "!=", "~", "contains", "in", "{", "}", "(", ")",
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
