//! What the calls of a run say.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;

use super::*;
use crate::lab::EndpointId;
use crate::lab::lesson::{Choice, Fixed, System};
use crate::trace::bookmarks::Bookmarks;
use crate::trace::store::{DEFAULT_RETENTION, Trace};
use crate::trace::{Ends, Errno, Op};

fn call(op: Op, outcome: Outcome, data: &'static [u8], took: u64) -> Call {
    let ends = Ends { local: Some(Addr::Inet("127.0.0.1:8000".parse().unwrap())), peer: None };
    Call {
        endpoint: EndpointId(1),
        len: data.len() as u64,
        data: Bytes::from_static(data),
        ends: Arc::new(ends),
        took,
        ..Call::sample(op, outcome)
    }
}

/// `recv` that brings 5 and 3 bytes, then the end; one that fails.
fn trace() -> Trace {
    let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
    trace.set_name(EndpointId(1), "server");
    trace.push(call(Op::Listen { backlog: 5 }, Outcome::Ok(0), b"", 0));
    trace.push(call(Op::Recv { max: 8 }, Outcome::Ok(5), b"hello", 2 * BLOCKED));
    trace.push(call(Op::Recv { max: 8 }, Outcome::Ok(3), b"you", 0));
    trace.push(call(Op::Recv { max: 8 }, Outcome::Ok(0), b"", 0));
    trace.push(call(Op::Send { len: 2 }, Outcome::Err(Errno::by_name("EPIPE").unwrap()), b"", 0));
    trace
}

fn asking<R>(from: u64, ask: impl FnOnce(&Run<'_>) -> R) -> R {
    let (trace, encodings, bookmarks) = (trace(), HashMap::new(), Bookmarks::default());
    let context = Context { trace: &trace, encodings: &encodings, bookmarks: &bookmarks, faults: None, frames: &[] };
    ask(&Run { context, from, to: u64::MAX, now: Nanos(0) })
}

fn question(kind: Kind, filter: &str, field: Wanted, nth: u32) -> Question {
    let from_trace = Some(FromTrace { filter: filter.to_owned(), field, nth });
    Question { kind, fixed: None, from_trace, when_wrong: Vec::new() }
}

fn seen(kind: Kind, filter: &str, field: Wanted, nth: u32) -> Option<Value> {
    asking(0, |run| run.seen(&question(kind, filter, field, nth)))
}

#[test]
fn each_field_says_what_the_nth_call_that_matches_did() {
    let number = |filter, field, nth| seen(Kind::Number, filter, field, nth);
    assert_eq!(number("op == recv", Wanted::Result, 1), Some(Value::Number(5)));
    assert_eq!(number("op == recv", Wanted::Len, 2), Some(Value::Number(3)));
    assert_eq!(number("op == recv", Wanted::Result, 4), None);
    assert_eq!(number("op == recv and not eof", Wanted::Count, 1), Some(Value::Number(2)));
    assert_eq!(number("op == accept", Wanted::Count, 1), Some(Value::Number(0)));
    assert_eq!(number("op == recv", Wanted::Sum, 1), Some(Value::Number(8)));
    assert_eq!(number("op == accept", Wanted::Sum, 1), None);
    assert_eq!(number("op == send", Wanted::Result, 1), Some(Value::Number(-1)));
    assert_eq!(number("op == recv", Wanted::LocalPort, 1), Some(Value::Number(8000)));
    let text = |filter, field| seen(Kind::Text, filter, field, 1);
    assert_eq!(text("op == send", Wanted::Errno), Some(Value::Text("EPIPE".to_owned())));
    assert_eq!(text("op == recv", Wanted::Errno), None);
    assert_eq!(text("op == recv", Wanted::Data), Some(Value::Text("hello".to_owned())));
    assert_eq!(text("len == 3", Wanted::Op), Some(Value::Text("recv".to_owned())));
    assert_eq!(seen(Kind::Blocks, "op == recv", Wanted::Blocks, 1), Some(Value::Blocks(true)));
    assert_eq!(seen(Kind::Blocks, "op == recv", Wanted::Blocks, 2), Some(Value::Blocks(false)));
}

#[test]
fn only_the_calls_of_the_run_are_asked() {
    let count = question(Kind::Number, "op == recv", Wanted::Count, 1);
    let first = trace().from(0).nth(2).unwrap().seq;
    assert_eq!(asking(first, |run| run.seen(&count)), Some(Value::Number(2)));
}

#[test]
fn the_first_choice_that_happened_is_the_truth() {
    let choice = |when: Option<&str>| Choice { text: "x".into(), when: when.map(str::to_owned) };
    let kind = Kind::Choice(vec![choice(Some("op == accept")), choice(None), choice(Some("errno == EPIPE"))]);
    let question = Question { kind, fixed: None, from_trace: None, when_wrong: Vec::new() };
    assert_eq!(asking(0, |run| run.truth(&question)), Some(Value::Choice(3)));
}

#[test]
fn calls_are_in_the_order_in_which_they_were_made() {
    let kind = |names: &[&str]| Kind::Order(names.iter().map(|name| (*name).to_owned()).collect());
    let order = seen(kind(&["send", "recv", "listen"]), "endpoint == server", Wanted::Order, 1);
    let names = ["listen", "recv", "send"].map(str::to_owned).to_vec();
    assert_eq!(order, Some(Value::Order(names)));
    assert_eq!(seen(kind(&["send", "accept"]), "endpoint == server", Wanted::Order, 1), None, "one was never made");
}

#[test]
fn any_call_that_fits_is_right_and_a_fixed_answer_holds_where_it_says() {
    let question = question(Kind::Call, "op == recv", Wanted::Call, 1);
    let seqs: Vec<u64> = trace().from(0).map(|call| call.seq).collect();
    asking(0, |run| {
        let truth = run.truth(&question).unwrap();
        assert_eq!(truth, Value::Call(seqs[1]));
        assert!(is_right(&question, &Value::Call(seqs[2]), &truth, run));
        assert!(!is_right(&question, &Value::Call(seqs[0]), &truth, run));
    });
    let fixed = |on| Question {
        kind: Kind::Number,
        fixed: Some(Fixed { value: Value::Number(1), on }),
        from_trace: None,
        when_wrong: Vec::new(),
    };
    let elsewhere = System::ALL.into_iter().find(|system| !system.is_here());
    assert_eq!(asking(0, |run| run.truth(&fixed(None))), Some(Value::Number(1)));
    assert_eq!(asking(0, |run| run.truth(&fixed(elsewhere))), None);
}
