//! Pairing and placing, without a window.

use std::time::SystemTime;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::lab::{Addr, EndpointId};
use crate::trace::store::DEFAULT_RETENTION;
use crate::trace::{ConnId, Ends, Errno, Op, Outcome};
use std::sync::Arc;

const SERVER: u32 = 1;
const CLIENT: u32 = 2;

fn addr(port: u16) -> Option<Addr> {
    Some(Addr::Inet(([127, 0, 0, 1], port).into()))
}

fn call(endpoint: u32, conn: u32, start: u64, end: u64, op: Op, ends: (u16, u16)) -> Call {
    let peer = if ends.1 == 0 { None } else { addr(ends.1) };
    Call {
        start: Nanos(start),
        took: end - start,
        endpoint: EndpointId(endpoint),
        socket: SocketId::sample(endpoint, conn),
        conn: ConnId::new(conn),
        ends: Arc::new(Ends { local: addr(ends.0), peer }),
        ..Call::sample(op, Outcome::Ok(0))
    }
}

fn moving(mut call: Call, offset: u64, len: u64) -> Call {
    (call.offset, call.len, call.outcome) = (Some(offset), len, Outcome::Ok(len));
    call
}

fn send(start: u64, offset: u64, len: u64) -> Call {
    moving(call(CLIENT, 1, start, start + 5, Op::Send { len }, (5000, 8000)), offset, len)
}

fn recv(start: u64, end: u64, offset: u64, len: u64) -> Call {
    moving(call(SERVER, 1, start, end, Op::Recv { max: 1024 }, (8000, 5000)), offset, len)
}

fn connection() -> Vec<Call> {
    let to = Arc::new(addr(8000).unwrap());
    vec![
        call(SERVER, 0, 1, 2, Op::Listen { backlog: 5 }, (8000, 0)),
        call(CLIENT, 1, 10, 20, Op::Connect { addr: to }, (5000, 8000)),
        call(SERVER, 1, 3, 30, Op::Accept, (8000, 5000)),
    ]
}

fn trace(calls: impl IntoIterator<Item = Call>) -> Trace {
    let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
    for call in calls {
        trace.push(call);
    }
    trace
}

fn steps(trace: &Trace) -> Looking {
    Looking {
        scope: Scope::All,
        sight: Sight::Steps { top: trace.first_seq() as f64, step: 20.0 },
        height: 2_000.0,
        segments: true,
        end_seq: trace.next_seq(),
        now: Nanos(10_000_000_000),
    }
}

/// The calls that are joined by arrows: who sent, who received, how many bytes.
fn pairs(picture: &Picture<'_>) -> Vec<(u64, u64, u64)> {
    let mut pairs: Vec<_> = picture
        .arrows
        .iter()
        .filter_map(|arrow| match arrow.kind {
            Kind::Data { send: Some(send), recv: Some(recv), bytes } => Some((send, recv, bytes)),
            _ => None,
        })
        .collect();
    pairs.sort_unstable();
    pairs
}

fn segments(picture: &Picture<'_>) -> Vec<Segment> {
    picture
        .arrows
        .iter()
        .filter_map(|arrow| match arrow.kind {
            Kind::Segment(segment) => Some(segment),
            _ => None,
        })
        .collect()
}

#[test]
fn three_sends_that_arrived_as_one_recv_are_three_arrows_to_it() {
    let calls = connection().into_iter().chain([send(40, 0, 6), send(50, 6, 5), send(60, 11, 5), recv(70, 80, 0, 16)]);
    let trace = trace(calls);
    let picture = Picture::of(&trace, &steps(&trace));
    assert_eq!(pairs(&picture), [(4, 7, 6), (5, 7, 5), (6, 7, 5)]);
    let tips: Vec<f64> =
        picture.arrows.iter().filter(|arrow| !arrow.inferred && arrow.to.y > 100.0).map(|a| a.to.y).collect();
    assert!(tips.windows(2).all(|pair| pair[0] == pair[1]), "{tips:?}");
}

#[test]
fn one_send_in_two_recvs_is_two_arrows_with_their_bytes() {
    let calls = connection().into_iter().chain([send(40, 0, 10), recv(50, 60, 0, 6), recv(70, 80, 6, 4)]);
    let trace = trace(calls);
    let picture = Picture::of(&trace, &steps(&trace));
    assert_eq!(pairs(&picture), [(4, 5, 6), (4, 6, 4)]);
}

#[test]
fn the_lifelines_are_the_client_the_connection_and_the_listener() {
    let trace = trace(connection());
    let picture = Picture::of(&trace, &steps(&trace));
    let who: Vec<Who> = picture.lifelines.iter().map(|lifeline| lifeline.who.clone()).collect();
    let server = EndpointId(SERVER);
    let conn = Who::Server(server, ServerSocket::Conn(ConnId::new(1).unwrap()));
    assert_eq!(who, [Who::Client(EndpointId(CLIENT)), conn, Who::Server(server, ServerSocket::Listener)]);
    // `accept` makes the connection's socket.
    let accepted = picture.arrows.iter().find(|arrow| arrow.kind == Kind::Accepted).unwrap();
    assert_eq!((accepted.from.column, accepted.to.column), (2, 1));
    // With its connection alone, all is on its lifeline.
    let looking = Looking {
        scope: Scope::Conn((server, ConnId::new(1))),
        sight: Sight::Steps { top: 0.0, step: 20.0 },
        ..steps(&trace)
    };
    let picture = Picture::of(&trace, &looking);
    assert_eq!((picture.lifelines.len(), picture.marks.len()), (2, 2));
}

#[test]
fn segments_are_inferred_and_can_be_left_out() {
    let mut end = call(SERVER, 1, 35, 60, Op::Recv { max: 1024 }, (8000, 5000));
    end.outcome = Outcome::Ok(0);
    let calls = connection().into_iter().chain([call(CLIENT, 1, 50, 51, Op::Close, (5000, 8000)), end]);
    let trace = trace(calls);
    let picture = Picture::of(&trace, &steps(&trace));
    assert_eq!(segments(&picture), [Segment::Syn, Segment::SynAck, Segment::Ack, Segment::Fin]);
    assert!(picture.arrows.iter().all(|arrow| arrow.inferred == matches!(arrow.kind, Kind::Segment(_))));
    let without = Picture::of(&trace, &Looking { segments: false, ..steps(&trace) });
    assert_eq!(segments(&without), []);
}

#[test]
fn a_refused_connection_is_answered_with_a_reset() {
    let to = Arc::new(addr(9).unwrap());
    let mut refused = call(CLIENT, 1, 10, 20, Op::Connect { addr: to }, (5000, 9));
    refused.outcome = Outcome::Err(Errno::by_name("ECONNREFUSED").unwrap());
    let trace = trace([refused, call(CLIENT, 1, 21, 22, Op::Close, (5000, 9))]);
    let picture = Picture::of(&trace, &steps(&trace));
    assert_eq!(segments(&picture), [Segment::Syn, Segment::Rst]);
    assert_eq!(picture.lifelines.last().map(|lifeline| &lifeline.who), Some(&Who::Callee(addr(9).unwrap())));
}

#[test]
fn with_the_other_end_outside_arrows_end_at_its_address_and_are_inferred() {
    let trace = trace(connection().into_iter().skip(2).chain([recv(40, 50, 0, 5)]));
    let picture = Picture::of(&trace, &steps(&trace));
    assert_eq!(picture.lifelines.first().map(|lifeline| &lifeline.who), Some(&Who::Caller(addr(5000).unwrap())));
    let arrow = picture.arrows.iter().find(|arrow| matches!(arrow.kind, Kind::Data { .. })).unwrap();
    assert!(arrow.inferred && arrow.kind == Kind::Data { send: None, recv: Some(2), bytes: 5 });
}

#[test]
fn a_call_that_waited_is_a_bar_from_its_beginning_also_where_others_completed_first() {
    let waited = recv(1_000_000, 900_000_000, 0, 5);
    let other = |at| call(3, 0, at, at + 5, Op::Close, (7000, 0));
    let trace = trace([other(100), other(2_000_000), other(400_000_000), waited]);
    let picture = Picture::of(&trace, &steps(&trace));
    let bar = picture.marks.iter().find(|mark| mark.bar.is_some()).unwrap();
    let y = |seq: u64| picture.marks.iter().find(|mark| mark.what.seq() == Some(seq)).unwrap().y;
    let top = bar.bar.unwrap();
    assert!(y(1) < top && top < y(2), "begun between the first and the second");
    assert!(y(2) < y(3) && y(3) < bar.y);
}

#[test]
fn a_wait_that_ends_far_below_is_a_bar_through_the_window() {
    let quick = (0..2_000u64).map(|n| call(3, 0, 10_000_000 * n + 5, 10_000_000 * n + 9, Op::Close, (7000, 0)));
    let calls = quick.chain([recv(50, 30_000_000_000, 0, 5)]);
    let trace = trace(calls);
    for sight in [Sight::Steps { top: 500.0, step: 20.0 }, Sight::Time { top: 5e9, nanos_per_point: 1e6 }] {
        let picture = Picture::of(&trace, &Looking { sight, height: 400.0, ..steps(&trace) });
        let bar = picture.marks.iter().find(|mark| mark.bar.is_some()).unwrap();
        assert_eq!(bar.what.seq(), Some(2_001));
        assert!(bar.bar.unwrap() < 0.0 && bar.y > 400.0, "{sight:?}: {bar:?}");
    }
}

#[test]
fn idle_time_is_folded_and_said() {
    let close = |at| call(3, 0, at, at + 5, Op::Close, (7000, 0));
    let trace = trace([close(0), close(10_000_000), close(3_000_000_000)]);
    let picture = Picture::of(&trace, &steps(&trace));
    assert_eq!(picture.folds.len(), 1);
    assert_eq!(picture.folds[0].nanos, 2_990_000_000);
    assert!(picture.folds[0].y > picture.marks[1].y && picture.folds[0].y < picture.marks[2].y);
}

#[test]
fn calls_that_were_recorded_late_stand_where_they_belong() {
    let close = |at| call(3, 0, at, at + 5, Op::Close, (7000, 0));
    let trace = trace([close(10), close(300), close(100), close(400)]);
    let picture = Picture::of(&trace, &steps(&trace));
    let order: Vec<u64> = picture.marks.iter().filter_map(|mark| mark.what.seq()).collect();
    assert_eq!(order, [1, 3, 2, 4]);
}

fn datagram(endpoint: u32, at: u64, op: Op, ends: (u16, u16), data: &'static [u8]) -> Call {
    let mut call = call(endpoint, 0, at, at + 1, op, ends);
    (call.len, call.data) = (data.len() as u64, Bytes::from_static(data));
    call.outcome = Outcome::Ok(call.len);
    call
}

fn sendto(at: u64, data: &'static [u8]) -> Call {
    let to = Arc::new(addr(7000).unwrap());
    datagram(1, at, Op::SendTo { len: data.len() as u64, to }, (6000, 7000), data)
}

fn recvfrom(at: u64, data: &'static [u8]) -> Call {
    datagram(2, at, Op::RecvFrom { max: 65_535 }, (7000, 6000), data)
}

#[test]
fn datagrams_are_paired_in_order_and_a_gap_is_a_loss() {
    let trace =
        trace([sendto(10, b"one"), sendto(20, b"two"), sendto(30, b"one"), recvfrom(40, b"one"), recvfrom(50, b"one")]);
    let picture = Picture::of(&trace, &steps(&trace));
    assert_eq!(pairs(&picture), [(1, 4, 3), (3, 5, 3)]);
    let lost: Vec<_> = picture.arrows.iter().filter(|arrow| arrow.fate == Fate::Lost).collect();
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].kind, Kind::Data { send: Some(2), recv: None, bytes: 3 });
    assert!(picture.arrows.iter().all(|arrow| arrow.inferred), "which is which is deduced");
}

#[test]
fn a_datagram_that_was_not_received_yet_is_under_way() {
    let trace = trace([sendto(10, b"one"), recvfrom(20, b"one"), sendto(30, b"two")]);
    let picture = Picture::of(&trace, &steps(&trace));
    let open: Vec<Fate> = picture.arrows.iter().map(|arrow| arrow.fate).collect();
    assert_eq!(open, [Fate::Arrived, Fate::UnderWay]);
}

#[test]
fn what_lies_far_apart_in_a_long_trace_is_found_by_its_place_in_the_stream() {
    let mut calls = connection();
    calls.extend((0..50_000).map(|n| send(100 + n * 10, n * 100, 100)));
    calls.extend((0..50_000).map(|n| recv(600_000 + n * 10, 600_005 + n * 10, n * 100, 100)));
    let trace = trace(calls);
    let looking = Looking { sight: Sight::Steps { top: 80_000.0, step: 20.0 }, height: 100.0, ..steps(&trace) };
    let picture = Picture::of(&trace, &looking);
    assert!(pairs(&picture).contains(&(30_001, 80_001, 100)), "{:?}", pairs(&picture));
}

#[test]
fn too_many_calls_to_scale_become_bands_that_count_them_all() {
    let trace = trace((0..5_000u64).map(|n| call(3, 0, n * 1_000, n * 1_000 + 5, Op::Close, (7000, 0))));
    let looking =
        Looking { sight: Sight::Time { top: 0.0, nanos_per_point: 20_000.0 }, height: 400.0, ..steps(&trace) };
    let picture = Picture::of(&trace, &looking);
    assert!(picture.marks.is_empty());
    assert_eq!(picture.bands.iter().map(|band| band.calls).sum::<u64>(), 5_000);
}

#[test]
fn a_connections_calls_are_found_at_any_position() {
    let mut calls = connection();
    for n in 0..300 {
        calls.extend([send(100 + n * 30, n, 1), recv(110 + n * 30, 115 + n * 30, n, 1)]);
        calls.push(call(3, 0, 120 + n * 30, 121 + n * 30, Op::Close, (7000, 0)));
    }
    let trace = trace(calls);
    let chosen = Chosen::new(&trace, Scope::Conn((EndpointId(CLIENT), ConnId::new(1))), trace.next_seq());
    assert_eq!(chosen.range(), 0..602);
    let all: Vec<u64> = chosen.slice(0..602).iter().map(|call| call.seq).collect();
    assert!(all.is_sorted() && all.len() == 602);
    for at in [0u64, 1, 17, 300, 601] {
        assert_eq!(chosen.slice(at..at + 1)[0].seq, all[at as usize]);
        assert_eq!(chosen.position_of(all[at as usize]), at);
    }
}

/// A conversation in which waits, splits, losses and late records happen at random.
fn conversation() -> impl Strategy<Value = Vec<Call>> {
    let part = (1u64..2_000, 0u64..3, 1u64..400, any::<bool>());
    proptest::collection::vec(part, 1..60).prop_map(|parts| {
        let mut calls = connection();
        let (mut now, mut sent, mut received) = (1_000u64, 0u64, 0u64);
        for (pause, kind, len, long) in parts {
            now += pause;
            match kind {
                0 => {
                    calls.push(send(now, sent, len));
                    sent += len;
                }
                1 if sent > received => {
                    let len = len.min(sent - received);
                    let begun = if long { now.saturating_sub(900) } else { now };
                    calls.push(recv(begun, now + 5, received, len));
                    received += len;
                }
                1 => calls.push(sendto(now, b"datagram")),
                _ => calls.push(recvfrom(now, b"datagram")),
            }
            now += 10;
        }
        calls
    })
}

proptest! {
    #[test]
    fn every_call_in_sight_is_placed_once_and_no_arrow_points_back_in_time(
        calls in conversation(),
        top in 0f64..40.0,
        scaled in any::<bool>(),
        swap in any::<prop::sample::Index>(),
    ) {
        let mut calls = calls;
        let at = swap.index(calls.len().max(4) - 3) + 2;
        if at + 1 < calls.len() {
            calls.swap(at, at + 1);
        }
        let trace = trace(calls);
        let sight = if scaled {
            Sight::Time { top: top * 100.0, nanos_per_point: 50.0 }
        } else {
            Sight::Steps { top, step: 20.0 }
        };
        let looking = Looking { sight, height: 600.0, ..steps(&trace) };
        let picture = Picture::of(&trace, &looking);
        let mut placed: Vec<u64> = picture.marks.iter().filter_map(|mark| mark.what.seq()).collect();
        placed.sort_unstable();
        let count = placed.len();
        placed.dedup();
        prop_assert_eq!(placed.len(), count, "placed twice");
        for mark in &picture.marks {
            prop_assert!(mark.column < picture.lifelines.len());
            prop_assert!(mark.bar.is_none_or(|top| top <= mark.y));
        }
        if let Sight::Time { top, nanos_per_point } = sight {
            for call in trace.from(0) {
                let y = (call.end().0 as f64 - top) / nanos_per_point;
                let seen = (0.0..=600.0).contains(&y);
                prop_assert!(!seen || placed.contains(&call.seq), "call {} at {y} is missing", call.seq);
            }
        } else {
            let first = top.ceil() as u64;
            let seen = trace.next_seq().saturating_sub(first).min(29);
            prop_assert!(placed.len() as u64 >= seen, "{placed:?} of {seen} from {first}");
        }
        for arrow in &picture.arrows {
            prop_assert!(arrow.to.y >= arrow.from.y, "{arrow:?}");
            prop_assert!(arrow.from.column < picture.lifelines.len() && arrow.to.column < picture.lifelines.len());
        }
        for pair in [0u64, 500, 900, 5_000, 50_000].windows(2) {
            prop_assert!(picture.y_at(Nanos(pair[0])) <= picture.y_at(Nanos(pair[1])));
        }
    }
}
