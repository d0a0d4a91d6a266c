//! What counts is the trace, and not what the file says.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::lab::lesson::{Fixed, Kind, Part, System};
use crate::lab::{EndpointId, Localized, TextEncoding};
use crate::lesson::Calls;
use crate::lesson::handin::{Given, LeftOut, LessonId, MAX_CALLS, Student};
use crate::trace::file::{Head, Name, TraceWriter};
use crate::trace::store::Totals;
use crate::trace::{Call, Op, Outcome};

const BEGAN: u64 = 1_700_000_000_123_456_789;
/// The whole run.
const RUN: Calls = Calls { trace: BEGAN, from: 1, to: 4 };

/// A trace file of `recv` calls that bring these numbers of bytes.
fn trace(first_seq: u64, results: impl IntoIterator<Item = u64>) -> Vec<u8> {
    let began = UNIX_EPOCH + Duration::from_nanos(BEGAN);
    let head = Head { began, first_seq, evicted_calls: first_seq - 1, evicted_bytes: 0 };
    let mut file = TraceWriter::new(Vec::new(), &head).unwrap();
    let encoding = TextEncoding::default();
    file.names(&[Name { endpoint: EndpointId(1), name: Arc::from("server"), encoding }]).unwrap();
    for (seq, result) in (first_seq..).zip(results) {
        let call = Call::sample(Op::Recv { max: 8 }, Outcome::Ok(result));
        file.call(&Call { seq, endpoint: EndpointId(1), len: result, ..call }).unwrap();
    }
    file.finish(Totals::default()).unwrap()
}

fn question(kind: Kind, from_trace: Option<(&str, Wanted)>, fixed: Option<Fixed>) -> Question {
    let from_trace = from_trace.map(|(filter, field)| FromTrace { filter: filter.to_owned(), field, nth: 1 });
    Question { kind, fixed, from_trace, when_wrong: Vec::new() }
}

/// How many bytes the first `recv` brings.
fn first_result() -> Question {
    question(Kind::Number, Some(("endpoint == server and op == recv", Wanted::Result)), None)
}

fn answered(given: Value, truth: Option<Value>, right: Option<bool>, seen_in: Option<Calls>) -> Answered {
    Answered { given, tries: 1, at: 1, predicted: true, truth, right, seen_in }
}

fn graded(question: Question, answer: Answered, file: Option<Vec<u8>>) -> (Mark, Option<Value>, Option<Doubt>) {
    let lesson = Lesson { parts: vec![Part { ask: Some(question), ..Part::default() }], ..Lesson::default() };
    let hand_in = HandIn {
        student: Student::default(),
        lesson: LessonId::new(&Localized::default(), &Arc::new(lesson.clone())),
        version: String::new(),
        system: "linux".to_owned(),
        saved_at: 1,
        answers: vec![Given { part: 1, answer }],
        done: Vec::new(),
        left_out: LeftOut::default(),
        files: file.map(|file| (TRACE.to_owned(), file)).into_iter().collect(),
    };
    let judged = mark(&lesson, &hand_in).remove(0);
    (judged.mark, judged.truth, judged.doubt)
}

fn number(number: i64) -> Value {
    Value::Number(number)
}

#[test]
fn the_truth_is_what_the_calls_say() {
    let right = answered(number(5), Some(number(5)), Some(true), Some(RUN));
    assert_eq!(graded(first_result(), right, Some(trace(1, [5, 3, 0]))), (Mark::Right, Some(number(5)), None));
    let wrong = answered(number(8), Some(number(5)), Some(false), Some(RUN));
    assert_eq!(graded(first_result(), wrong, Some(trace(1, [5, 3, 0]))), (Mark::Wrong, Some(number(5)), None));
}

#[test]
fn what_the_file_says_was_true_or_right_does_not_count_and_is_said() {
    let forged = answered(number(8), Some(number(8)), Some(true), Some(RUN));
    let doubt = Some(Doubt::Recorded(number(8)));
    assert_eq!(graded(first_result(), forged, Some(trace(1, [5, 3, 0]))), (Mark::Wrong, Some(number(5)), doubt));
    let forged = answered(number(8), Some(number(5)), Some(true), Some(RUN));
    let doubt = Some(Doubt::RecordedMark { right: true });
    assert_eq!(graded(first_result(), forged, Some(trace(1, [5, 3, 0]))), (Mark::Wrong, Some(number(5)), doubt));
}

#[test]
fn what_the_trace_does_not_show_is_not_right() {
    let claimed = |seen_in| answered(number(5), Some(number(5)), Some(true), seen_in);
    for (file, seen_in, doubt) in [
        (None, Some(RUN), Doubt::NoTrace),
        (Some(b"no trace".to_vec()), Some(RUN), Doubt::BadTrace),
        (Some(trace(1, (0..=MAX_CALLS).map(|_| 5))), Some(RUN), Doubt::BadTrace),
        (Some(trace(1, [5, 3, 0])), None, Doubt::OtherCalls),
        (Some(trace(1, [5, 3, 0])), Some(Calls { trace: BEGAN + 1, ..RUN }), Doubt::OtherCalls),
        (Some(trace(2, [3, 0])), Some(RUN), Doubt::OtherCalls),
        (Some(trace(1, [5])), Some(RUN), Doubt::OtherCalls),
        (Some(trace(1, [])), Some(Calls { to: 1, ..RUN }), Doubt::NoCall),
    ] {
        assert_eq!(graded(first_result(), claimed(seen_in), file), (Mark::NotShown, None, Some(doubt)));
    }
    let not_run = answered(number(5), None, None, None);
    assert_eq!(graded(first_result(), not_run, Some(trace(1, [5]))), (Mark::NotRun, None, None));
}

#[test]
fn calls_after_the_answer_was_judged_do_not_change_it() {
    let count = question(Kind::Number, Some(("op == recv", Wanted::Count)), None);
    let right = answered(number(2), Some(number(2)), Some(true), Some(Calls { to: 3, ..RUN }));
    assert_eq!(graded(count, right, Some(trace(1, [5, 3, 0]))), (Mark::Right, Some(number(2)), None));
}

#[test]
fn a_call_that_had_not_returned_has_blocked() {
    let blocks = || question(Kind::Blocks, Some(("op == accept", Wanted::Blocks)), None);
    let said = |given, truth| answered(Value::Blocks(given), Some(Value::Blocks(truth)), None, Some(RUN));
    let file = || Some(trace(1, [5, 3, 0]));
    let truth = Some(Value::Blocks(true));
    assert_eq!(graded(blocks(), said(true, true), file()), (Mark::Right, truth.clone(), None));
    assert_eq!(graded(blocks(), said(false, true), file()), (Mark::Wrong, truth, None));
    assert_eq!(graded(blocks(), said(false, false), file()), (Mark::NotShown, None, Some(Doubt::NoCall)));
}

#[test]
fn what_the_author_knows_counts_on_the_students_system() {
    let known = |on| question(Kind::Number, None, Some(Fixed { value: number(5), on }));
    let forged = || answered(number(7), Some(number(7)), Some(true), None);
    let doubt = Some(Doubt::Recorded(number(7)));
    for on in [None, Some(System::Linux), Some(System::Unix)] {
        assert_eq!(graded(known(on), forged(), None), (Mark::Wrong, Some(number(5)), doubt.clone()));
    }
    assert_eq!(graded(known(Some(System::Windows)), forged(), None), (Mark::NotShown, None, Some(Doubt::NoTrace)));
}

#[test]
fn any_call_that_fits_is_right_and_an_answer_of_another_kind_is_none() {
    let call = || question(Kind::Call, Some(("result >= 3", Wanted::Call)), None);
    for (seq, mark) in [(1, Mark::Right), (2, Mark::Right), (3, Mark::Wrong), (9, Mark::Wrong)] {
        let answer = answered(Value::Call(seq), Some(Value::Call(1)), Some(mark == Mark::Right), Some(RUN));
        assert_eq!(graded(call(), answer, Some(trace(1, [5, 3, 0]))), (mark, Some(Value::Call(1)), None), "{seq}");
    }
    let other = answered(Value::Text("x".to_owned()), None, None, None);
    assert_eq!(graded(call(), other, None), (Mark::Missing, None, Some(Doubt::OtherKind)));
}
