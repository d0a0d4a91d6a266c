use bytes::Bytes;

use super::*;
use crate::trace::{ConnId, Ends, Nanos, Op, Outcome};

fn recv(endpoint: u32, conn: u32, len: usize) -> Call {
    Call {
        took: 1,
        endpoint: EndpointId(endpoint),
        socket: key(endpoint, conn),
        conn: ConnId::new(conn),
        offset: Some(0),
        len: len as u64,
        data: Bytes::from(vec![7; len]),
        ..Call::sample(Op::Recv { max: 1024 }, Outcome::Ok(len as u64))
    }
}

fn trace(limit: u64) -> Trace {
    Trace::new(SystemTime::UNIX_EPOCH, limit)
}

#[test]
fn numbers_begin_at_one_and_find_their_call() {
    let mut trace = trace(DEFAULT_RETENTION);
    assert_eq!(trace.push(recv(1, 1, 3)), 1);
    assert_eq!(trace.push(recv(1, 2, 4)), 2);
    assert_eq!(trace.get(2).map(|call| call.len), Some(4));
    assert_eq!(trace.get(0), None);
    assert_eq!(trace.get(3), None);
    assert_eq!(trace.from(2).count(), 1);
}

#[test]
fn the_oldest_calls_leave_first_and_every_byte_is_accounted_for() {
    let mut trace = trace(3 * (CALL_OVERHEAD + 100 + FLOW_COST));
    for n in 0..10 {
        trace.push(recv(n % 2, 1 + n % 3, 100));
    }
    assert_eq!(trace.len(), 3);
    assert_eq!(trace.first_seq(), 8);
    assert_eq!(trace.evicted_calls(), 7);
    let kept: u64 = trace.from(0).map(|call| call.len).sum();
    assert_eq!(kept + trace.evicted_bytes(), trace.totals().received_bytes);
    let indexed: usize = [0, 1].iter().filter_map(|n| trace.of_endpoint(EndpointId(*n))).map(Seqs::len).sum();
    assert_eq!(indexed, 3);
    for seq in trace.of_endpoint(EndpointId(1)).into_iter().flatten() {
        assert_eq!(trace.get(*seq).map(|call| call.endpoint), Some(EndpointId(1)));
    }
}

#[test]
fn the_newest_call_stays_even_if_it_alone_passes_the_limit() {
    let mut trace = trace(10);
    trace.push(recv(1, 1, 1000));
    assert_eq!(trace.len(), 1);
    trace.push(recv(1, 1, 1000));
    assert_eq!((trace.len(), trace.evicted_calls()), (1, 1));
}

#[test]
fn clearing_keeps_numbers_and_totals() {
    let mut trace = trace(DEFAULT_RETENTION);
    trace.push(recv(1, 1, 3));
    trace.clear();
    assert!(trace.is_empty());
    assert_eq!(trace.push(recv(1, 1, 3)), 2);
    assert_eq!(trace.get(2).map(|call| call.seq), Some(2));
    assert_eq!(trace.totals().received_bytes, 6);
}

fn of(endpoint: u32, conn: u32, ports: (u16, u16), op: Op, start: u64, took: u64) -> Call {
    let addr = |port| Some(crate::lab::Addr::Inet(([127, 0, 0, 1], port).into()));
    let ends = Arc::new(Ends { local: addr(ports.0), peer: addr(ports.1) });
    Call { start: Nanos(start), took, op, ends, offset: None, len: 0, ..recv(endpoint, conn, 0) }
}

fn target(port: u16) -> Op {
    Op::Connect { addr: Arc::new(crate::lab::Addr::Inet(([127, 0, 0, 1], port).into())) }
}

fn key(endpoint: u32, conn: u32) -> SocketId {
    SocketId::sample(endpoint, conn)
}

#[test]
fn connections_that_come_and_go_ten_thousand_times_find_their_own_partner() {
    let mut trace = trace(u64::MAX);
    // Always the same two addresses: the client is bound to a port of its own.
    for n in 1..=10_000 {
        let at = u64::from(n) * 1_000;
        trace.push(of(2, n, (5000, 80), target(80), at, 10));
        trace.push(of(1, n, (80, 5000), Op::Accept, at - 900, 920));
        trace.push(of(2, n, (5000, 80), Op::Close, at + 100, 1));
        trace.push(of(1, n, (80, 5000), Op::Close, at + 150, 1));
    }
    for n in [1, 2, 5_000, 9_999, 10_000] {
        assert_eq!(trace.partner(key(2, n)), Some(key(1, n)), "{n}");
        assert_eq!(trace.partner(key(1, n)), Some(key(2, n)), "{n}");
    }
    // The oldest leave, and with them what was known of them.
    trace.set_limit(100 * (CALL_OVERHEAD * 4 + 2 * FLOW_COST));
    while trace.shrink(1_000) {}
    assert!(trace.flows().count() <= 202, "{}", trace.flows().count());
    assert!(trace.by_ends.values().map(SameEnds::len).sum::<usize>() <= 202);
    assert_eq!(trace.partner(key(2, 1)), None);
    assert_eq!(trace.partner(key(2, 10_000)), Some(key(1, 10_000)));
    let held = trace.held_bytes();
    let kept: u64 = trace.from(0).map(cost).sum();
    assert_eq!(held, kept + trace.flows().count() as u64 * FLOW_COST);
}

#[test]
fn an_accept_that_comes_after_the_client_has_gone_is_still_its_partner() {
    let mut trace = trace(u64::MAX);
    trace.push(of(2, 1, (5000, 80), target(80), 100, 10));
    trace.push(of(2, 1, (5000, 80), Op::Close, 200, 1));
    trace.push(of(1, 1, (80, 5000), Op::Accept, 0, 900));
    assert_eq!(trace.partner(key(2, 1)), Some(key(1, 1)));
    // A client that comes later is not that one's, and has no other end before it is accepted.
    trace.push(of(1, 1, (80, 5000), Op::Close, 950, 1));
    trace.push(of(2, 2, (5000, 80), target(80), 1_000, 10));
    assert_eq!(trace.partner(key(2, 2)), None);
    assert_eq!(trace.partner(key(1, 1)), Some(key(2, 1)));
}

#[test]
fn a_server_on_every_ipv6_address_is_the_other_end_of_an_ipv4_client() {
    let mut trace = trace(u64::MAX);
    trace.push(of(2, 1, (5000, 80), target(80), 100, 10));
    let mapped = |port: u16| {
        let ip = std::net::Ipv4Addr::LOCALHOST.to_ipv6_mapped();
        Some(crate::lab::Addr::Inet((ip, port).into()))
    };
    let ends = Arc::new(Ends { local: mapped(80), peer: mapped(5000) });
    trace.push(Call { ends, ..of(1, 1, (80, 5000), Op::Accept, 100, 20) });
    assert_eq!(trace.partner(key(2, 1)), Some(key(1, 1)));
}

#[test]
fn bytes_keep_their_order_where_times_jump_and_calls_come_out_of_order() {
    let mut trace = trace(u64::MAX);
    let at = |offset: u64, start: u64| Call { offset: Some(offset), start: Nanos(start), ..recv(1, 1, 10) };
    // The starts go back; one call of an opened trace stands after those of later bytes.
    for (offset, start) in [(0, 500), (10, 100), (30, u64::MAX), (20, 0), (40, 3)] {
        trace.push(at(offset, start));
    }
    let flow = trace.flow(key(1, 1)).unwrap();
    let offsets: Vec<_> = flow.movers(super::super::Way::In).iter().filter_map(|seq| trace.get(*seq)?.offset).collect();
    assert_eq!(offsets, [0, 10, 20, 30, 40]);
    assert_eq!(flow.total(super::super::Way::In), 50);
    let seqs: Vec<_> = flow.seqs().iter().copied().collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5], "calls stay in the order of their completion");
    assert_eq!(trace.get(3).map(Call::end), Some(Nanos(u64::MAX)));
    // They leave by their age all the same.
    trace.set_limit(1);
    while trace.shrink(1) {}
    let left: Vec<_> = trace.flow(key(1, 1)).unwrap().movers(super::super::Way::In).iter().copied().collect();
    assert_eq!((trace.first_seq(), left), (5, vec![5]));
}

#[test]
fn a_lower_limit_is_reached_bit_by_bit() {
    let mut trace = trace(u64::MAX);
    for _ in 0..1_000 {
        trace.push(recv(1, 1, 100));
    }
    trace.set_limit(10 * (CALL_OVERHEAD + 100) + FLOW_COST);
    assert_eq!(trace.len(), 1_000, "no frame waits for it");
    trace.push(recv(1, 1, 100));
    assert_eq!(trace.len(), 1_001 - EVICTED_PER_PUSH);
    assert!(trace.shrink(100));
    while trace.shrink(100) {}
    assert_eq!(trace.len(), 10);
    assert_eq!(trace.evicted_calls() + trace.len() as u64, trace.totals().calls);
    trace.push(recv(1, 1, 100));
    assert_eq!(trace.len(), 10);
}

#[test]
fn a_call_costs_at_most_200_bytes_besides_its_payload() {
    let overhead = CALL_OVERHEAD;
    assert!(overhead <= 200, "{overhead}");
}

#[test]
fn what_was_cleared_comes_back_as_if_it_had_never_gone() {
    let story = |clear: &[usize]| {
        let mut trace = trace(u64::MAX);
        let mut cleared = Vec::new();
        for n in 0..60u32 {
            if clear.contains(&(n as usize)) {
                cleared.push(trace.clear());
            }
            let (client, server) = (1 + n % 3, 80);
            let ends = if n % 2 == 0 { (5_000 + n % 3, server) } else { (server, 5_000 + n % 3) };
            let ends = (u16::try_from(ends.0).unwrap(), u16::try_from(ends.1).unwrap());
            trace.push(of(1 + n % 2, client, ends, Op::Recv { max: 1024 }, u64::from(n), 1));
        }
        while let Some(last) = cleared.pop() {
            assert!(trace.restore(last).is_ok());
        }
        // Cleared again as far as it was, and not the calls that came after.
        for until in clear {
            let until = *until as u64 + 1;
            let again = trace.clear_before(until);
            assert_eq!((trace.first_seq(), trace.next_seq()), (until, 61));
            assert!(trace.restore(again).is_ok());
        }
        trace
    };
    let (whole, back) = (story(&[]), story(&[20, 41]));
    assert_ne!(whole.generation(), back.generation());
    assert!(whole.from(0).eq(back.from(0)));
    assert_eq!((whole.held_bytes(), whole.totals()), (back.held_bytes(), back.totals()));
    for endpoint in 1..3 {
        let seqs = |trace: &Trace| {
            trace.of_endpoint(EndpointId(endpoint)).map(|seqs| seqs.iter().copied().collect::<Vec<_>>())
        };
        assert_eq!(seqs(&whole), seqs(&back));
        for conn in 1..4 {
            let of_socket = |trace: &Trace| {
                trace.of_socket(key(endpoint, conn)).map(|seqs| seqs.iter().copied().collect::<Vec<_>>())
            };
            assert_eq!(of_socket(&whole), of_socket(&back));
            assert_eq!(whole.partner(key(endpoint, conn)), back.partner(key(endpoint, conn)));
        }
    }
}

#[test]
fn what_was_cleared_does_not_come_back_after_a_gap() {
    let mut trace = trace(CALL_OVERHEAD + 100 + FLOW_COST);
    trace.push(recv(1, 1, 100));
    let cleared = trace.clear();
    trace.push(recv(1, 1, 100));
    trace.push(recv(1, 1, 100));
    let cleared = trace.restore(cleared).expect_err("the second call has left");
    assert_eq!((cleared.len(), trace.first_seq()), (1, 3));
}

#[test]
fn no_two_traces_have_one_generation() {
    let (mut one, other) = (trace(1), trace(1));
    assert_ne!(one.generation(), other.generation());
    let before = one.generation();
    one.clear();
    assert!(one.generation() != before && one.generation() != other.generation());
}
