use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::kinds::fault::{Direction, FaultKind};
use crate::lab::{Addr, Group, Interface};
use crate::trace::faults::Row;
use crate::trace::prediction::{Answer, Predicted};
use crate::trace::{
    ConnId, Domain, Ends, Errno, MadeBy, Nanos, Op, OptionValue, Outcome, SocketId, SocketOption, SocketType,
};
use crate::values::How;

fn head(first_seq: u64) -> Head {
    let began = UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789);
    Head { began, first_seq, evicted_calls: first_seq - 1, evicted_bytes: 7 }
}

fn addr() -> impl Strategy<Value = Addr> {
    prop_oneof![
        any::<(IpAddr, u16)>().prop_map(|(ip, port)| Addr::Inet((ip, port).into())),
        any::<([u16; 8], u32)>()
            .prop_map(|(ip, scope)| Addr::Inet(std::net::SocketAddrV6::new(ip.into(), 9, 0, scope).into())),
        "[a-z/@ ]{1,20}".prop_map(|path| Addr::Unix(path.into())),
        Just(Addr::Unnamed),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let group = |ip: IpAddr| OptionValue::Group(Arc::new(Group { addr: ip, interface: Some(Interface::Index(3)) }));
    let value = prop_oneof![
        any::<i32>().prop_map(OptionValue::Int),
        any::<(i32, u32)>().prop_map(|(asked, granted)| OptionValue::Size { asked, granted }),
        any::<Option<u32>>().prop_map(OptionValue::Linger),
        any::<IpAddr>().prop_map(group),
        Just(OptionValue::Interface(Arc::new(Interface::Name("lo".to_owned())))),
    ];
    let how = prop_oneof![Just(How::Read), Just(How::Write), Just(How::Both)];
    prop_oneof![
        Just(Op::Socket { domain: Domain::Inet6, kind: SocketType::Datagram }),
        value.prop_map(|value| Op::SetSockOpt { option: SocketOption::V6MulticastHops, value }),
        addr().prop_map(|addr| Op::Bind { addr: Arc::new(addr) }),
        addr().prop_map(|addr| Op::Connect { addr: Arc::new(addr) }),
        any::<u32>().prop_map(|backlog| Op::Listen { backlog }),
        Just(Op::Accept),
        any::<u64>().prop_map(|len| Op::Send { len }),
        (any::<u64>(), addr()).prop_map(|(len, to)| Op::SendTo { len, to: Arc::new(to) }),
        any::<u64>().prop_map(|count| Op::SendFile { count }),
        any::<u64>().prop_map(|max| Op::Recv { max }),
        any::<u64>().prop_map(|max| Op::RecvFrom { max }),
        how.prop_map(|how| Op::Shutdown { how }),
        Just(Op::Close),
    ]
}

prop_compose! {
    fn call()(
        op in op(),
        outcome in prop_oneof![
            any::<u64>().prop_map(Outcome::Ok),
            Just(Outcome::Err(Errno::by_name("ECONNRESET").unwrap())),
            Just(Outcome::Err(Errno(99_999))),
            Just(Outcome::Abandoned),
        ],
        // In any order: it is kept as it is.
        times in (0..1u64 << 62, 0..1u64 << 62),
        whose in (0u32..4, 0u32..4, any::<u32>()),
        ends in (proptest::option::of(addr()), proptest::option::of(addr())),
        offset in proptest::option::of(0..1u64 << 62),
        data in proptest::collection::vec(any::<u8>(), 0..64),
        more in 0u64..5,
        lost in any::<u32>(),
        rule in proptest::option::of("[a-z]{0,9}"),
        made_by in proptest::option::of((any::<u32>(), any::<Option<i32>>(), proptest::option::of("[a-z]{1,9}"))),
    ) -> Call {
        // Every field is named: a new one must come back from a file too.
        Call {
            seq: 0,
            start: Nanos(times.0),
            took: times.1,
            endpoint: EndpointId(whose.0),
            socket: SocketId(whose.2),
            conn: ConnId::new(whose.1),
            op,
            outcome,
            ends: Arc::new(Ends { local: ends.0, peer: ends.1 }),
            offset,
            len: data.len() as u64 + more,
            data: Bytes::from(data),
            lost,
            rule: rule.map(Arc::from),
            made_by: made_by.map(|(pid, fd, source)| Arc::new(MadeBy { pid, fd, source: source.map(Arc::from), name: pid.is_multiple_of(2).then_some("read") })),
        }
    }
}

fn faults() -> Vec<Row> {
    let row = |number: u64, kind: &'static str, felt| {
        let harm = Harm {
            at: Nanos(number),
            endpoint: EndpointId(3),
            conn: ConnId::new(number as u32),
            way: if number.is_multiple_of(2) { Direction::Up } else { Direction::Down },
            kind: FaultKind::of_ledger(kind).unwrap(),
            name: (number > 1).then(|| "慢".into()),
            offset: number * 2,
            bytes: number * 3,
            removed: number * 4,
            added: number * 5,
            by: number * 6,
            ends: Arc::new(Ends { local: Some(Addr::UNBOUND), peer: None }),
        };
        Row::restored(harm, felt)
    };
    vec![row(0, "reset", Felt::By(9)), row(1, "latency", Felt::Nobody), row(2, "held", Felt::By(1))]
}

#[test]
fn what_faults_did_and_who_felt_it_comes_back() {
    let bytes = written(&some_calls(3), 1, 2);
    let (mut reader, _) = TraceReader::new(&bytes[..]).unwrap();
    let mut found = Vec::new();
    while let Some(chunk) = reader.next_chunk().unwrap() {
        if let Chunk::Faults(faults) = chunk {
            found.extend(faults);
        }
    }
    assert_eq!(found, faults().into_iter().map(|row| (row.harm, row.felt)).collect::<Vec<_>>());
}

fn numbered(mut calls: Vec<Call>, first: u64) -> Vec<Call> {
    for (call, seq) in calls.iter_mut().zip(first..) {
        call.seq = seq;
    }
    calls
}

/// Every `chunk` calls become a chunk.
fn written(calls: &[Call], first: u64, chunk: usize) -> Vec<u8> {
    written_by(VERSION, calls, first, chunk)
}

fn written_by(version: u16, calls: &[Call], first: u64, chunk: usize) -> Vec<u8> {
    let mut out = TraceWriter::of_version(version, Vec::new(), &head(first)).unwrap();
    out.lab("title = \"x\"").unwrap();
    out.names(&[Name { endpoint: EndpointId(1), name: "客户".into(), encoding: "gbk".parse().unwrap() }]).unwrap();
    for some in calls.chunks(chunk.max(1)) {
        for call in some {
            out.call(call).unwrap();
        }
        out.flush().unwrap();
    }
    if version > OLDEST {
        out.faults(&faults()).unwrap();
    }
    out.notes(&BTreeMap::from([(first, "look".to_owned())])).unwrap();
    out.finish(Totals { calls: 9, sent_bytes: 8, received_bytes: 7 }).unwrap()
}

fn calls_of(bytes: &[u8]) -> (Vec<Call>, Option<Stopped>) {
    let mut calls = Vec::new();
    let (mut reader, _) = match TraceReader::new(bytes) {
        Ok(begun) => begun,
        Err(stopped) => return (calls, Some(stopped)),
    };
    loop {
        match reader.next_chunk() {
            Ok(Some(Chunk::Calls(some))) => calls.extend(some),
            Ok(Some(_)) => {}
            Ok(None) => return (calls, None),
            Err(stopped) => return (calls, Some(stopped)),
        }
    }
}

fn some_calls(count: u64) -> Vec<Call> {
    let call = |n: u64| Call {
        start: Nanos(1_000 - n),
        took: 1,
        ends: Arc::new(Ends { local: Some(Addr::UNBOUND), peer: Some(Addr::Unnamed) }),
        offset: Some(3 * n),
        len: 3,
        data: Bytes::from_static(b"abc"),
        ..Call::sample(Op::Recv { max: 10 }, Outcome::Ok(3))
    };
    numbered((0..count).map(call).collect(), 1)
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        calls in proptest::collection::vec(call(), 0..30),
        first in 1u64..1 << 40,
        chunk in 1usize..10,
    ) {
        let calls = numbered(calls, first);
        let (read, stopped) = calls_of(&written(&calls, first, chunk));
        prop_assert_eq!(stopped.map(|it| it.to_string()), None);
        prop_assert_eq!(read, calls);
    }

    #[test]
    fn a_damaged_file_gives_only_what_was_written(
        calls in proptest::collection::vec(call(), 1..20),
        at in any::<proptest::sample::Index>(),
        bits in 1u8..,
    ) {
        let calls = numbered(calls, 1);
        let mut bytes = written(&calls, 1, 3);
        let at = at.index(bytes.len());
        bytes[at] ^= bits;
        let (read, stopped) = calls_of(&bytes);
        prop_assert!(calls.starts_with(&read));
        let stopped = stopped.expect("every byte is under a checksum, or a part of the magic, version or a checksum");
        prop_assert!(stopped.offset <= at as u64, "{} at {at}", stopped);
    }

    #[test]
    fn a_file_that_is_cut_off_is_read_as_far_as_it_goes(at in any::<proptest::sample::Index>()) {
        let calls = some_calls(20);
        let bytes = written(&calls, 1, 4);
        let cut = &bytes[..at.index(bytes.len())];
        let (read, stopped) = calls_of(cut);
        prop_assert!(calls.starts_with(&read));
        prop_assert!(matches!(stopped.expect("no end").kind, StoppedKind::CutOff | StoppedKind::Foreign));
    }

    #[test]
    fn a_foreign_file_is_no_trace(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (read, stopped) = calls_of(&bytes);
        prop_assert!(read.is_empty());
        prop_assert!(stopped.unwrap().kind.is_foreign());
    }
}

#[test]
fn everything_besides_the_calls_comes_back_too() {
    let bytes = written(&some_calls(2), 1, 1);
    let (mut reader, begun) = TraceReader::new(bytes.as_slice()).unwrap();
    assert_eq!(begun, head(1));
    let mut parts = Vec::new();
    while let Some(part) = reader.next_chunk().unwrap() {
        parts.push(part);
    }
    assert_eq!(parts[0], Chunk::Lab("title = \"x\"".to_owned()));
    let Chunk::Names(names) = &parts[1] else { panic!("{parts:?}") };
    assert_eq!((&*names[0].name, names[0].encoding.name()), ("客户", "GBK"));
    assert!(matches!(parts[4], Chunk::Faults(_)));
    assert_eq!(parts[5], Chunk::Notes(BTreeMap::from([(1, "look".to_owned())])));
    assert_eq!(parts[6], Chunk::Done(Totals { calls: 9, sent_bytes: 8, received_bytes: 7 }));
    assert_eq!(reader.offset(), bytes.len() as u64);
}

fn said(answers: impl IntoIterator<Item = (Predicted, u32)>) -> Prediction {
    let mut said = Prediction::default();
    for (what, votes) in answers {
        said.say(Answer { what, votes });
    }
    said
}

/// A file with what was predicted of its second call, which comes behind it, and of its third, which comes before it.
fn predicted() -> (Vec<u8>, [Prediction; 2]) {
    let reset = Predicted::Fails(Errno::by_name("ECONNRESET").unwrap());
    let behind = said([(Predicted::Bytes(Bytes::from_static(b"\xff\0")), 0), (Predicted::Returns(u64::MAX), 7)]);
    let before = said([(Predicted::Blocks, 12), (reset, u32::MAX)]);
    let calls = some_calls(3);
    let mut out = TraceWriter::new(Vec::new(), &head(1)).unwrap();
    out.predictions([(3, &before)].into_iter()).unwrap();
    for call in &calls {
        out.call(call).unwrap();
    }
    out.predictions([(2, &behind)].into_iter()).unwrap();
    (out.finish(Totals::default()).unwrap(), [behind, before])
}

#[test]
fn what_was_predicted_comes_back_wherever_it_stands_in_the_file() {
    let (bytes, [behind, before]) = predicted();
    let (mut reader, _) = TraceReader::new(bytes.as_slice()).unwrap();
    let mut found = Vec::new();
    while let Some(part) = reader.next_chunk().unwrap() {
        if let Chunk::Predictions(said) = part {
            found.extend(said);
        }
    }
    assert_eq!(found, [(3, before), (2, behind)]);
    let mut input = std::io::Cursor::new(&bytes);
    assert_eq!(read_predictions(&mut input).unwrap(), found);
    assert_eq!(input.position(), 0, "and the file is at its beginning again");
}

#[test]
fn predictions_of_a_damaged_file_are_read_as_far_as_it_is_sound() {
    let (bytes, [_, before]) = predicted();
    let last = bytes.windows(4).rposition(|tag| tag == b"PRED").unwrap();
    let found = |bytes: &[u8]| read_predictions(std::io::Cursor::new(bytes)).unwrap();
    let mut damaged = bytes.clone();
    damaged[last + 9] ^= 1;
    for bytes in [&damaged[..], &bytes[..last + 10], &bytes[..last - 1]] {
        assert_eq!(found(bytes), [(3, before.clone())]);
    }
    assert!(found(b"").is_empty() && found(&bytes[..20]).is_empty());
}

#[test]
fn calls_of_a_connection_share_their_addresses() {
    let (calls, _) = calls_of(&written(&some_calls(2), 1, 1));
    assert!(Arc::ptr_eq(&calls[0].ends, &calls[1].ends));
}

#[test]
fn a_message_says_where_it_stopped() {
    let bytes = written(&some_calls(3), 1, 1);
    let (_, stopped) = calls_of(&bytes[..bytes.len() - 1]);
    let stopped = stopped.unwrap();
    // HEAD, LAB_, NAME, three times CALL, FAUL, NOTE, DONE.
    assert_eq!((stopped.chunk, &stopped.kind), (9, &StoppedKind::CutOff));
    assert_eq!(&bytes[stopped.offset as usize..][..4], b"DONE");
}

#[test]
fn a_length_that_lies_costs_no_memory() {
    let mut bytes = written(&[], 1, 1);
    let lie = |bytes: &mut Vec<u8>, len: u32| bytes[14..18].copy_from_slice(&len.to_le_bytes());
    lie(&mut bytes, u32::MAX);
    assert_eq!(calls_of(&bytes).1.unwrap().kind, StoppedKind::TooLong(u32::MAX.into()));
    lie(&mut bytes, MAX_CHUNK as u32);
    assert_eq!(calls_of(&bytes).1.unwrap().kind, StoppedKind::CutOff);
}

#[test]
fn numbers_that_would_overflow_what_goes_on_from_them_are_refused() {
    let refused = |head: &Head, calls: &[Call], totals: Totals| {
        let mut out = TraceWriter::new(Vec::new(), head).unwrap();
        for call in calls {
            out.call(call).unwrap();
        }
        calls_of(&out.finish(totals).unwrap()).1.map(|stopped| stopped.kind)
    };
    let kind = Some(StoppedKind::Malformed("a number that can't be"));
    let none = Totals::default();
    assert_eq!(refused(&head(1), &some_calls(2), none), None);
    assert_eq!(refused(&Head { first_seq: u64::MAX, ..head(1) }, &[], none), kind);
    assert_eq!(refused(&Head { evicted_bytes: u64::MAX, ..head(1) }, &[], none), kind);
    assert_eq!(refused(&head(1), &[], Totals { sent_bytes: u64::MAX, ..none }), kind);
    let some = |change: fn(&mut Call)| {
        let mut calls = some_calls(3);
        calls.iter_mut().for_each(change);
        calls
    };
    assert_eq!(refused(&head(1), &some(|call| call.len = u64::MAX), none), kind);
    assert_eq!(refused(&head(1), &some(|call| call.start = Nanos(u64::MAX)), none), kind);
    assert_eq!(refused(&head(1), &some(|call| call.offset = Some(u64::MAX)), none), kind);
    // Each could be, and together they can't.
    assert_eq!(refused(&head(1), &some(|call| call.len = 1 << 61), none), kind);
}

#[test]
fn a_newer_version_is_named() {
    let mut bytes = written(&[], 1, 1);
    bytes[8] = 3;
    assert_eq!(calls_of(&bytes).1.unwrap().kind, StoppedKind::Version(3));
}

#[test]
fn a_file_of_the_version_before_is_read() {
    let calls = some_calls(3);
    let bytes = written_by(1, &calls, 1, 2);
    assert_eq!((bytes[8], written(&calls, 1, 2)[8]), (1, 2));
    // They are all of one connection, and so of one socket.
    assert_eq!(calls_of(&bytes), (calls, None));
}

#[test]
fn unknown_chunks_are_passed_over() {
    let calls = some_calls(1);
    let mut bytes = written(&calls, 1, 1);
    let at = bytes.windows(4).position(|tag| tag == b"CALL").unwrap();
    let mut chunk = b"NEW!\x03\0\0\0abc".to_vec();
    chunk.extend(CRC.checksum(&chunk).to_le_bytes());
    bytes.splice(at..at, chunk);
    let (read, stopped) = calls_of(&bytes);
    assert_eq!((read, stopped), (calls, None));
}

#[test]
fn only_its_ending_makes_a_trace() {
    assert!(is_trace_file(Path::new("/a/b.lab-trace")));
    assert!(is_trace_file(Path::new("B.LAB-TRACE")));
    assert!(!is_trace_file(Path::new("b.lab.toml")));
    assert!(!is_trace_file(Path::new("lab-trace")));
}
