use std::time::SystemTime;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::engine::SocketState;
use crate::lab::Addr;
use crate::trace::store::DEFAULT_RETENTION;
use crate::trace::{ConnId, Domain, Ends, Nanos, Op, Outcome, SocketId, SocketType};

fn addr(port: u16) -> Addr {
    Addr::Inet(([127, 0, 0, 1], port).into())
}

fn call(endpoint: u32, conn: u32, op: Op, outcome: Outcome) -> Call {
    let ends = Ends { local: Some(addr(80)), peer: (conn > 0).then(|| addr(5_000)) };
    Call {
        took: 5,
        endpoint: EndpointId(endpoint),
        socket: SocketId::sample(endpoint, conn),
        conn: ConnId::new(conn),
        ends: Arc::new(ends),
        ..Call::sample(op, outcome)
    }
}

/// Whatever calls there may be, whether they make sense or not.
fn any_call() -> impl Strategy<Value = Call> {
    let op = prop_oneof![
        Just(Op::Socket { domain: Domain::Inet, kind: SocketType::Stream }),
        Just(Op::Socket { domain: Domain::Inet, kind: SocketType::Datagram }),
        Just(Op::Bind { addr: Arc::new(addr(80)) }),
        Just(Op::Listen { backlog: 5 }),
        Just(Op::Accept),
        Just(Op::Connect { addr: Arc::new(addr(80)) }),
        (0u64..9).prop_map(|len| Op::Send { len }),
        (0u64..9).prop_map(|max| Op::Recv { max }),
        Just(Op::SendTo { len: 3, to: Arc::new(addr(9)) }),
        Just(Op::Shutdown { how: crate::values::How::Write }),
        Just(Op::Close),
    ];
    let outcome = prop_oneof![4 => (0u64..5).prop_map(Outcome::Ok), 1 => Just(Outcome::Err(crate::trace::Errno(104)))];
    (1u32..4, 0u32..4, op, outcome).prop_map(|(endpoint, conn, op, outcome)| Call {
        len: if let Outcome::Ok(len) = outcome { len } else { 0 },
        data: Bytes::new(),
        ..call(endpoint, conn, op, outcome)
    })
}

fn trace(calls: &[Call]) -> Trace {
    let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
    for (n, call) in calls.iter().enumerate() {
        trace.push(Call { start: Nanos(n as u64 * 10), ..call.clone() });
    }
    trace
}

/// What a state says, in an order of its own.
fn told(state: &State) -> Vec<String> {
    let mut told: Vec<String> = state.endpoints.iter().map(|(id, state)| format!("{id:?} {state:?}")).collect();
    told.sort();
    told
}

/// The state before a call, from the first call on.
fn replayed(trace: &Trace, end: u64) -> Vec<String> {
    let mut state = State::default();
    trace.from(0).take_while(|call| call.seq < end).for_each(|call| state.see(call));
    told(&state)
}

proptest! {
    #[test]
    fn the_state_at_any_call_by_jumping_is_the_one_by_replaying_from_the_first(
        calls in prop::collection::vec(any_call(), 1..120),
        jumps in prop::collection::vec(0u64..130, 1..12),
        interval in 1u64..20,
        most in prop_oneof![Just(0usize), Just(4_000), Just(usize::MAX)],
        followed in 0usize..120,
    ) {
        let mut past = Past::with(interval, most);
        // It is followed while it grows.
        let early = trace(&calls[..followed.min(calls.len())]);
        prop_assert!(past.follow(&early, || true));
        let mut whole = early;
        for call in &calls[followed.min(calls.len())..] {
            let n = whole.next_seq() - 1;
            whole.push(Call { start: Nanos(n * 10), ..call.clone() });
        }
        prop_assert!(past.follow(&whole, || true));
        prop_assert_eq!(past.range(&whole), 1..=whole.next_seq());
        for jump in jumps {
            let end = jump.clamp(1, whole.next_seq());
            prop_assert_eq!(told(past.before(&whole, jump)), replayed(&whole, end), "{}", jump);
        }
    }

    #[test]
    fn what_has_left_the_trace_cannot_be_gone_back_to_and_the_rest_stays_exact(
        calls in prop::collection::vec(any_call(), 40..120),
        jumps in prop::collection::vec(0u64..130, 1..8),
        boundary in 1u64..40,
    ) {
        let whole = trace(&calls);
        let mut past = Past::with(4, usize::MAX);
        let mut some = trace(&calls);
        prop_assert!(past.follow(&some, || true));
        let _ = some.clear_before(boundary);
        prop_assert!(past.follow(&some, || true));
        let range = past.range(&some);
        prop_assert!(*range.start() >= boundary && *range.start() < boundary + 4);
        for jump in jumps {
            let end = jump.clamp(*range.start(), *range.end());
            prop_assert_eq!(told(past.before(&some, jump)), replayed(&whole, end), "{}", jump);
        }
    }
}

#[test]
fn the_state_of_a_socket_follows_from_its_calls() {
    let ok = |endpoint, conn, op| call(endpoint, conn, op, Outcome::Ok(0));
    let socket = Op::Socket { domain: Domain::Inet, kind: SocketType::Stream };
    let connect = Op::Connect { addr: Arc::new(addr(80)) };
    let calls = [
        ok(1, 0, socket.clone()),
        ok(1, 0, Op::Listen { backlog: 5 }),
        ok(2, 0, socket),
        ok(2, 1, connect),
        ok(1, 1, Op::Accept),
        ok(1, 0, Op::Close),
        ok(1, 1, Op::Close),
        ok(2, 1, Op::Close),
    ];
    let trace = trace(&calls);
    let mut past = Past::default();
    past.follow(&trace, || true);
    let mut at = |end: u64, endpoint: u32| {
        let state = past.before(&trace, end).endpoint(EndpointId(endpoint))?;
        Some((state.socket.clone(), state.observed.conns.len()))
    };
    let (local, peer) = (Some(addr(80)), Some(addr(5_000)));
    assert_eq!(at(1, 1), None, "nothing had happened");
    assert_eq!(at(2, 1), Some((SocketState::Opening, 0)));
    let listens = SocketState::Open { local: local.clone(), peer: None };
    assert_eq!(at(3, 1), Some((listens.clone(), 0)));
    assert_eq!(at(5, 2), Some((SocketState::Open { local: local.clone(), peer }, 1)));
    assert_eq!(at(6, 1), Some((listens, 1)));
    assert_eq!(at(7, 1), Some((SocketState::Serving { local }, 1)), "it listens no more and has a client");
    assert_eq!(at(8, 1), Some((SocketState::Closed, 0)));
    assert_eq!(at(9, 2), Some((SocketState::Closed, 0)));
}

#[test]
fn few_states_are_kept_however_long_the_trace_is() {
    let calls: Vec<Call> = (0..2_000).map(|n| call(1, n + 1, Op::Accept, Outcome::Ok(0))).collect();
    let trace = trace(&calls);
    let mut past = Past::with(1, 2_000_000);
    past.follow(&trace, || true);
    assert!(past.kept_bytes <= 2_000_000 + past.newest.size_beside(None), "{}", past.kept_bytes);
    assert!(past.interval > 1);
    assert_eq!(past.before(&trace, 1_001).endpoint(EndpointId(1)).map(|state| state.observed.conns.len()), Some(1_000));
}
