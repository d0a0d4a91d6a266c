//! Blocks cover what is kept, bands join the same bytes, and putting narrow calls together loses none.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use proptest::prelude::*;

use super::datagrams::{Datagrams, routes};
use super::*;
use crate::lab::{Addr, EndpointId};
use crate::trace::store::DEFAULT_RETENTION;
use crate::trace::{Call, ConnId, Ends, Nanos, Op, Outcome};

const SERVER: EndpointId = EndpointId(1);
const CLIENT: EndpointId = EndpointId(2);

fn addr(port: u16) -> Addr {
    Addr::Inet(([127, 0, 0, 1], port).into())
}

fn call(endpoint: EndpointId, conn: u32, op: Op, ports: (u16, u16)) -> Call {
    Call {
        took: 1,
        endpoint,
        socket: SocketId::sample(endpoint.0, conn),
        conn: ConnId::new(conn),
        ends: Arc::new(Ends { local: Some(addr(ports.0)), peer: Some(addr(ports.1)) }),
        ..Call::sample(op, Outcome::Ok(0))
    }
}

fn send(offset: u64, len: u64) -> Call {
    Call { offset: Some(offset), len, ..call(CLIENT, 1, Op::Send { len }, (5000, 80)) }
}

fn recv(offset: u64, len: u64, max: u64) -> Call {
    Call { offset: Some(offset), len, ..call(SERVER, 1, Op::Recv { max }, (80, 5000)) }
}

fn trace(calls: impl IntoIterator<Item = Call>) -> Trace {
    let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
    for call in calls {
        trace.push(call);
    }
    trace
}

fn direction(trace: &Trace) -> Direction {
    Direction::of(trace, SocketId::sample(CLIENT.0, 1), Way::Out)
}

fn window(begin: u64, end: u64, least: u64) -> Window {
    Window { begin, end, least }
}

fn whats(blocks: &[Block]) -> Vec<What> {
    blocks.iter().map(|block| block.what).collect()
}

fn seqs(blocks: &[Block]) -> Vec<u64> {
    blocks.iter().filter_map(|block| if let What::Call { seq } = block.what { Some(seq) } else { None }).collect()
}

#[test]
fn two_sends_that_arrived_as_one_recv_are_joined_by_two_bands() {
    let trace = trace([send(0, 6), recv(0, 6, 1024), send(6, 5), send(11, 5), recv(6, 10, 1024)]);
    let picture = direction(&trace).picture(&trace, window(0, 16, 1));
    assert_eq!((seqs(&picture.sent), seqs(&picture.received)), (vec![1, 3, 4], vec![2, 5]));
    let joined: Vec<_> = picture.bands.iter().map(|band| (band.begin, band.end, band.upper, band.lower)).collect();
    assert_eq!(joined, [(0, 6, 0, 0), (6, 11, 1, 1), (11, 16, 2, 1)]);
    let told = story(&trace, trace.get(5).unwrap());
    assert_eq!(told, Some(Story::Joined { sends: vec![3, 4], recv: 5, begins_inside: false, ends_inside: false }));
    assert_eq!(story(&trace, trace.get(3).unwrap()), told, "the same is told of each of the sends");
}

#[test]
fn one_send_cut_into_recvs_says_why_and_what_has_not_come_yet() {
    let trace = trace([send(0, 20), recv(0, 8, 8), recv(8, 8, 8)]);
    let picture = direction(&trace).picture(&trace, window(0, 20, 1));
    assert_eq!(picture.received.last(), Some(&Block { begin: 16, end: 20, what: What::InFlight }));
    assert_eq!(picture.bands.len(), 2, "what is in flight is joined to nothing");
    let told = story(&trace, trace.get(1).unwrap());
    assert_eq!(told, Some(Story::Cut { send: 1, recvs: vec![2, 3], filled: Some(8), outstanding: 4 }));
    assert_eq!(story(&trace, trace.get(2).unwrap()), Some(Story::Part { send: 1, recv: 2, filled: true }));
}

#[test]
fn what_a_closed_receiver_did_not_take_is_not_in_flight() {
    let close = Call { start: Nanos(5), ..call(SERVER, 1, Op::Close, (80, 5000)) };
    let trace = trace([send(0, 20), recv(0, 8, 8), close]);
    let picture = direction(&trace).picture(&trace, window(0, 20, 1));
    assert_eq!(whats(&picture.received), [What::Call { seq: 2 }, What::NeverReceived]);
}

#[test]
fn with_one_end_outside_only_the_lane_that_was_observed_has_blocks() {
    let trace = trace([send(0, 6), send(6, 6)]);
    let direction = direction(&trace);
    assert_eq!(direction.receiver, None);
    let picture = direction.picture(&trace, window(0, 12, 1));
    assert_eq!((picture.sent.len(), picture.received.len(), picture.bands.len()), (2, 0, 0));
    assert_eq!(direction.outstanding(&trace), 0..0, "nothing is known of what arrived");
    assert_eq!(story(&trace, trace.get(1).unwrap()), None);
}

#[test]
fn calls_that_have_left_are_shown_as_no_longer_kept() {
    let mut trace = Trace::new(SystemTime::UNIX_EPOCH, 3_000);
    for n in 0..100 {
        trace.push(send(n * 10, 10));
    }
    let kept = trace.len() as u64;
    assert!((3..50).contains(&kept), "{kept}");
    let picture = direction(&trace).picture(&trace, window(0, 1_000, 1));
    let gone = 1_000 - kept * 10;
    assert_eq!(picture.sent.first(), Some(&Block { begin: 0, end: gone, what: What::Gone }));
    assert_eq!(picture.sent.len() as u64, 1 + kept);
}

#[test]
fn what_was_sent_after_the_list_was_cleared_is_in_flight_and_nothing_else() {
    let mut trace = trace([send(0, 100), recv(0, 100, 1024)]);
    trace.clear();
    trace.push(call(SERVER, 1, Op::Send { len: 0 }, (80, 5000)));
    trace.push(send(100, 5));
    assert_eq!(direction(&trace).outstanding(&trace), 100..105);
}

proptest! {
    #[test]
    fn every_kept_byte_is_in_one_block_and_bands_join_equal_bytes(
        sends in proptest::collection::vec(1..400u64, 1..200),
        recvs in proptest::collection::vec(1..400u64, 1..200),
        least in 1..2_000u64,
        cut in 0..40_000u64,
        limit in 2_000..100_000u64,
    ) {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, limit);
        let (mut sent, mut got) = (0, 0);
        let total: u64 = sends.iter().sum();
        let mut recvs = recvs.into_iter();
        for len in sends {
            trace.push(send(sent, len));
            sent += len;
            for len in recvs.by_ref() {
                let len = len.min(sent - got);
                if len == 0 {
                    break;
                }
                trace.push(recv(got, len, 400));
                got += len;
            }
        }
        let direction = direction(&trace);
        let picture = direction.picture(&trace, window(0, total, least));
        for (blocks, end) in [(&picture.sent, total), (&picture.received, total)] {
            let Some(first) = blocks.first() else { continue };
            prop_assert_eq!(first.begin, 0);
            prop_assert!(blocks.windows(2).all(|two| two[0].end == two[1].begin), "{:?}", blocks);
            prop_assert_eq!(blocks.last().map(|block| block.end), Some(end));
        }
        let calls = |blocks: &[Block]| -> u64 {
            blocks.iter().map(|block| match block.what {
                What::Call { .. } => 1,
                What::Many { calls, .. } => calls,
                _ => 0,
            }).sum()
        };
        let (kept_sends, kept_recvs) = direction.calls(&trace);
        prop_assert_eq!(calls(&picture.sent), kept_sends as u64);
        prop_assert_eq!(calls(&picture.received), kept_recvs as u64);
        // Not more blocks than there is room for.
        prop_assert!(picture.sent.len() as u64 <= 2 * (total / least + 2) + 1);
        for band in &picture.bands {
            for block in [&picture.sent[band.upper], &picture.received[band.lower]] {
                prop_assert!(block.begin <= band.begin && band.begin < band.end && band.end <= block.end);
                prop_assert!(block.what.moves());
            }
        }
        prop_assert!(picture.bands.windows(2).all(|two| two[0].end <= two[1].begin));
        // A part of it has the same blocks as the whole.
        let (begin, end) = (cut.min(total), (cut + 500).min(total));
        let part = direction.picture(&trace, window(begin, end, least));
        for block in part.sent.iter().filter(|block| matches!(block.what, What::Call { .. })) {
            prop_assert!(block.end > begin && block.begin < end);
        }
    }
}

// ---- datagrams ----

const ROOM: EndpointId = EndpointId(3);
const SENSOR: EndpointId = EndpointId(4);

fn sendto(data: &[u8]) -> Call {
    let len = data.len() as u64;
    let op = Op::SendTo { len, to: Arc::new(addr(7)) };
    Call { len, data: Bytes::copy_from_slice(data), ..call(SENSOR, 0, op, (9, 7)) }
}

fn recvfrom(data: &[u8], lost: u32) -> Call {
    let op = Op::RecvFrom { max: 8 };
    Call { len: data.len() as u64, data: Bytes::copy_from_slice(data), lost, ..call(ROOM, 0, op, (7, 9)) }
}

fn datagrams(trace: &Trace) -> Datagrams {
    let [there, _] = routes(SENSOR, &addr(9), &addr(7), &[(SENSOR, addr(9)), (ROOM, addr(7))]);
    let mut datagrams = Datagrams::new(there);
    assert!(!datagrams.update(trace));
    datagrams
}

#[test]
fn a_datagram_that_a_later_one_overtook_for_good_is_a_gap_and_a_truncated_one_has_a_cut() {
    let trace = trace([
        sendto(b"one"),
        sendto(b"two"),
        sendto(b"longer than eight"),
        recvfrom(b"one", 0),
        recvfrom(b"longer t", 9),
        sendto(b"last"),
    ]);
    let datagrams = datagrams(&trace);
    let picture = datagrams.picture(&trace, window(0, datagrams.total(), 1));
    assert_eq!(seqs(&picture.sent), [1, 2, 3, 6]);
    let expected =
        [What::Call { seq: 4 }, What::Lost { seq: 2 }, What::Call { seq: 5 }, What::CutOff { seq: 5 }, What::InFlight];
    assert_eq!(whats(&picture.received), expected);
    let cut = picture.received[3];
    assert_eq!(cut.bytes(), 9);
    assert!(datagrams.is_lost(2) && !datagrams.is_lost(6));
    let counts = datagrams.counts(100);
    assert_eq!((counts.sent, counts.received, counts.lost, counts.cut), (4, 2, 1, 1));
    assert_eq!(datagrams.neighbour(1, true), Some(2));
    assert_eq!(datagrams.neighbour(5, false), Some(4));
}

#[test]
fn datagrams_that_changed_places_are_paired_by_what_they_hold() {
    let trace = trace([
        sendto(b"aaa"),
        sendto(b"bbb"),
        recvfrom(b"bbb", 0),
        recvfrom(b"aaa", 0),
        sendto(b""),
        recvfrom(b"", 0),
    ]);
    let datagrams = datagrams(&trace);
    let of = |seq| datagrams.of_call(seq).and_then(|pair| pair.received);
    assert_eq!([of(1), of(2), of(5)], [Some(4), Some(3), Some(6)]);
    let picture = datagrams.picture(&trace, window(0, datagrams.total(), 1));
    assert_eq!(picture.bands.len(), 3, "an empty datagram is a block too");
}

#[test]
fn datagrams_to_and_from_strangers_are_another_line() {
    let other = Call { op: Op::SendTo { len: 1, to: Arc::new(addr(8)) }, ..sendto(b"x") };
    let stranger = Call { ends: Arc::new(Ends { local: Some(addr(7)), peer: Some(addr(55)) }), ..recvfrom(b"y", 0) };
    let trace = trace([other, stranger, sendto(b"z")]);
    let datagrams = datagrams(&trace);
    assert_eq!(datagrams.len(), 1);
}

#[test]
fn updates_in_parts_give_what_one_update_gives() {
    let mut trace = trace([]);
    let [there, _] = routes(SENSOR, &addr(9), &addr(7), &[(ROOM, addr(7))]);
    let mut follower = Datagrams::new(there);
    for n in 0..300u32 {
        trace.push(sendto(&n.to_be_bytes()));
        if n % 3 != 0 {
            trace.push(recvfrom(&n.to_be_bytes(), 0));
        }
        follower.update(&trace);
    }
    let whole = datagrams(&trace);
    let all = window(0, whole.total(), 1);
    assert_eq!(follower.picture(&trace, all), whole.picture(&trace, all));
    assert_eq!(follower.counts(1_000).lost, 100);
}

#[test]
fn messages_end_where_the_framing_says_whatever_the_calls_were() {
    use super::boundaries::{BYTES_PER_UPDATE, Boundaries};
    use crate::lab::TextEncoding;
    use crate::lab::framing::Framing;
    let socket = SocketId::sample(SERVER.0, 1);
    let with =
        |offset: u64, data: &[u8]| Call { data: Bytes::copy_from_slice(data), ..recv(offset, data.len() as u64, 1024) };
    let mut traced = trace([with(0, b"one\ntw"), with(6, b"o\nthree"), with(13, b"\n")]);
    let mut lines = Boundaries::new(socket, Way::In, &Framing::line(), TextEncoding::UTF_8);
    assert!(!lines.update(&traced));
    assert_eq!((lines.within(0, 100, 10), lines.within(5, 9, 10)), (vec![4, 8, 14], vec![8]));
    assert_eq!(lines.within(0, 100, 2), [] as [u64; 0], "too many to be told apart");
    traced.push(with(14, b"x\n"));
    assert!(!lines.update(&traced));
    assert_eq!(lines.within(9, 100, 10), [14, 16]);
    // What is not kept counts too; and much of it is taken in piece by piece.
    let long = trace([recv(0, BYTES_PER_UPDATE, 1), recv(BYTES_PER_UPDATE, 10, 10)]);
    let fixed = Framing::fixed(1024);
    let mut messages = Boundaries::new(socket, Way::In, &fixed, TextEncoding::UTF_8);
    assert!(messages.update(&long));
    assert!(!messages.update(&long));
    assert_eq!(messages.len() as u64, BYTES_PER_UPDATE / 1024);
    assert!(
        messages.is_of(socket, Way::In, &fixed, TextEncoding::UTF_8)
            && !messages.is_of(socket, Way::Out, &fixed, TextEncoding::UTF_8)
    );
}
