//! From calls of a trace to the program that repeats them, also where the trace lacks some of them.

use std::sync::Arc;

use bytes::Bytes;
use socket_lab::code::{self, CodeError, Language, Stretch};
use socket_lab::lab::{Addr, EndpointId, TextEncoding};
use socket_lab::lang::Lang;
use socket_lab::trace::{Call, ConnId, Ends, Nanos, Op, Outcome, SocketId};

/// The calls of a client, one millisecond after the other.
#[derive(Default)]
struct Calls(Vec<Call>);

impl Calls {
    fn add(&mut self, op: Op, outcome: Outcome, offset: Option<u64>, data: &[u8], len: u64) -> &mut Self {
        let addr = |port| Some(Addr::Inet(([127, 0, 0, 1], port).into()));
        let seq = self.0.len() as u64 + 1;
        self.0.push(Call {
            seq,
            start: Nanos(seq * 20_000_000),
            took: 1_000,
            endpoint: EndpointId(1),
            socket: SocketId(1),
            conn: ConnId::new(1),
            op,
            outcome,
            ends: Arc::new(Ends { local: addr(5_000), peer: addr(8_000) }),
            offset,
            len,
            data: Bytes::copy_from_slice(data),
            lost: 0,
            rule: None,
            made_by: None,
        });
        self
    }

    fn connect(&mut self) -> &mut Self {
        let addr = Arc::new(Addr::Inet(([127, 0, 0, 1], 8_000).into()));
        self.add(Op::Connect { addr }, Outcome::Ok(0), None, b"", 0)
    }

    fn send(&mut self, offset: u64, data: &[u8]) -> &mut Self {
        let len = data.len() as u64;
        self.add(Op::Send { len }, Outcome::Ok(len), Some(offset), data, len)
    }

    fn recv(&mut self, offset: u64, data: &[u8]) -> &mut Self {
        let len = data.len() as u64;
        self.add(Op::Recv { max: 1_024 }, Outcome::Ok(len), Some(offset), data, len)
    }

    fn programs(&self, times: bool, only: Option<&dyn Fn(u64) -> bool>) -> Result<Vec<String>, CodeError> {
        let calls: Vec<&Call> = self.0.iter().collect();
        let stretch = Stretch { name: "client", encoding: TextEncoding::UTF_8, conn: ConnId::new(1), times, only };
        let plan = code::of_stretch(stretch, &calls, Lang::En)?;
        Language::ALL.into_iter().map(|language| Ok(language.write(&plan, Lang::En)?.text)).collect()
    }

    /// Each program says it in its first lines.
    #[track_caller]
    fn says(&self, only: Option<&dyn Fn(u64) -> bool>, sentence: &str) {
        for program in self.programs(false, only).unwrap() {
            let head: String = program.lines().take(12).collect::<Vec<_>>().join("\n");
            assert!(head.contains(sentence), "{head}");
        }
    }
}

#[test]
fn a_trace_whose_beginning_has_left_says_how_many_bytes_are_missing_in_both_directions() {
    Calls::default().send(70, b"more").recv(30, b"answer").says(None, "The first 100 bytes of the connection");
    Calls::default().recv(0, b"hello").send(5, b"more").says(None, "The first 5 bytes of the connection");
    let whole = Calls::default().connect().send(0, b"a").recv(0, b"b").programs(false, None).unwrap();
    assert!(whole.iter().all(|program| !program.contains("Left out")), "{whole:#?}");
}

#[test]
fn what_was_not_chosen_is_said_and_the_connection_is_made_all_the_same() {
    let mut calls = Calls::default();
    calls.connect().send(0, b"one").recv(0, b"1").send(3, b"two");
    let only = |seq: u64| seq == 4;
    calls.says(Some(&only), "2 calls that were not chosen");
    for program in calls.programs(false, Some(&only)).unwrap() {
        assert!(program.contains("\"two\"") && !program.contains("\"one\""), "{program}");
        assert!(program.contains("connect"), "{program}");
    }
}

#[test]
fn bytes_that_the_trace_does_not_have_are_not_made_up() {
    let mut calls = Calls::default();
    calls.connect().add(Op::Send { len: 500 }, Outcome::Ok(500), Some(0), b"only these", 500);
    assert_eq!(calls.programs(false, None), Err(CodeError::NotKept { seq: 2, kept: 10, len: 500 }));
    let mut calls = Calls::default();
    calls.connect().add(Op::SendFile { count: 500 }, Outcome::Ok(500), Some(0), b"only these", 500);
    assert_eq!(calls.programs(false, None), Err(CodeError::File { seq: 2 }));
    // What came is only looked at as far as it is known.
    let mut calls = Calls::default();
    calls.connect().add(Op::Recv { max: 9_000 }, Outcome::Ok(9_000), Some(0), b"the beginning", 9_000);
    for program in calls.programs(false, None).unwrap() {
        assert!(program.contains("9000") && !program.contains("the beginning"), "{program}");
    }
}

/// A client that is closed while it waits.
#[test]
fn a_call_that_never_returned_has_not_failed() {
    let mut calls = Calls::default();
    calls.connect().send(0, b"one").add(Op::Recv { max: 1_024 }, Outcome::Abandoned, None, b"", 0);
    for program in calls.programs(false, None).unwrap() {
        assert!(!program.contains("Left out"), "{program}");
    }
}

#[test]
fn recorded_times_are_waited_for_only_where_that_is_wanted() {
    let mut calls = Calls::default();
    calls.connect().send(0, b"one").send(3, b"two");
    let (without, with) = (calls.programs(false, None).unwrap(), calls.programs(true, None).unwrap());
    for (without, with) in without.iter().zip(&with) {
        assert!(!without.contains("sleep"), "{without}");
        assert!(with.contains("sleep"), "{with}");
    }
}

#[test]
fn nobody_is_given_a_program_of_ten_thousand_calls() {
    let mut calls = Calls::default();
    calls.connect();
    for at in 0..12_000 {
        calls.send(at, b"x");
    }
    assert!(matches!(calls.programs(false, None), Err(CodeError::TooLong { .. })));
    assert_eq!(Calls::default().programs(false, None), Err(CodeError::NoCalls));
}
