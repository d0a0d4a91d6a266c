use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;

use super::*;
use crate::trace::projection::CALLS_PER_LOOK;
use crate::trace::store::DEFAULT_RETENTION;
use crate::trace::{Domain, Ends, SocketType};

const SERVER: EndpointId = EndpointId(1);

fn addr(port: u16) -> Addr {
    Addr::Inet(([127, 0, 0, 1], port).into())
}

fn call(conn: u32, op: Op, outcome: Outcome) -> Call {
    Call {
        start: Nanos(5),
        took: 2,
        endpoint: SERVER,
        socket: SocketId::sample(SERVER.0, conn),
        conn: ConnId::new(conn),
        ends: Arc::new(Ends { local: Some(addr(80)), peer: Some(addr(4242)) }),
        ..Call::sample(op, outcome)
    }
}

fn recv(conn: u32, offset: u64, data: &[u8]) -> Call {
    let len = data.len() as u64;
    let op = Op::Recv { max: 1024 };
    Call { offset: Some(offset), len, data: Bytes::copy_from_slice(data), ..call(conn, op, Outcome::Ok(len)) }
}

fn send(conn: u32, offset: u64, data: &[u8]) -> Call {
    Call { op: Op::Send { len: data.len() as u64 }, ..recv(conn, offset, data) }
}

fn trace(calls: impl IntoIterator<Item = Call>) -> Trace {
    let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
    for call in calls {
        trace.push(call);
    }
    trace
}

fn conversation(trace: &Trace) -> Conversation {
    let mut conversation = Conversation::new(SERVER, TextEncoding::UTF_8);
    conversation.update(trace);
    while conversation.is_behind() {
        conversation.update(trace);
    }
    conversation
}

fn whole(text: &str) -> Said {
    Said { text: text.to_owned(), ..Said::default() }
}

fn received(text: &str, len: u64) -> RowKind {
    RowKind::Received { said: whole(text), len, lost: 0 }
}

/// The three pieces of each row that moved bytes.
fn pieces(conversation: &Conversation) -> Vec<[String; 3]> {
    let said = conversation.rows().iter().filter_map(|row| row.kind.said());
    said.map(|said| said.pieces().map(str::to_owned)).collect()
}

fn kinds(conversation: &Conversation) -> Vec<RowKind> {
    conversation.rows().iter().map(|row| row.kind.clone()).collect()
}

#[test]
fn split_utf8_character_is_joined_across_two_recvs_and_each_row_shows_its_own_bytes() {
    let trace = trace([recv(1, 0, b"a\xe4\xbd"), recv(2, 0, b"x"), send(1, 0, b"y"), recv(1, 3, b"\xa0!")]);
    let conversation = conversation(&trace);
    assert_eq!(pieces(&conversation), [["", "a", r"\xe4\xbd"], ["", "x", ""], ["", "y", ""], [r"\xa0(你)", "!", ""]]);
}

#[test]
fn the_beginning_of_a_character_is_kept_back_until_the_connection_goes_on() {
    let mut conversation = Conversation::new(SERVER, TextEncoding::UTF_8);
    let mut trace = trace([recv(1, 0, b"a\xc5"), recv(2, 0, b"x")]);
    conversation.update(&trace);
    assert_eq!(conversation.rows()[0].kind.said().map(Said::text), Some("a"));
    trace.push(send(1, 0, b"y"));
    conversation.update(&trace);
    assert_eq!(conversation.rows()[0].kind.said().map(Said::text), Some(r"a\xc5"));
}

#[test]
fn the_beginning_of_a_character_is_shown_when_the_stream_ends() {
    for end in [recv(1, 1, b""), call(1, Op::Close, Outcome::Ok(0))] {
        let conversation = conversation(&trace([recv(1, 0, b"\xc5"), end]));
        assert_eq!(pieces(&conversation), [["", "", r"\xc5"]]);
    }
}

#[test]
fn the_beginning_of_a_character_is_shown_after_a_while() {
    let mut conversation = Conversation::new(SERVER, TextEncoding::UTF_8);
    conversation.update(&trace([recv(1, 0, b"a\xc5"), recv(2, 0, b"\xe4")]));
    let came = recv(1, 0, b"").end();
    let due = Nanos(came.0 + HOLD.0);
    assert_eq!(conversation.show_held(Nanos(due.0 - 1)), Some(due));
    assert_eq!(pieces(&conversation), [["", "a", ""], ["", "", ""]]);
    assert_eq!(conversation.show_held(due), None);
    assert_eq!(pieces(&conversation), [["", "a", r"\xc5"], ["", "", r"\xe4"]]);
}

#[test]
fn a_conversation_over_many_calls_is_filled_bit_by_bit_with_the_newest() {
    let count = MAX_ROWS + 3 * CALLS_PER_UPDATE;
    let trace = trace((0..count as u64).map(|n| recv(1, n, b"x")));
    let mut conversation = Conversation::new(SERVER, TextEncoding::UTF_8);
    conversation.update(&trace);
    assert!(conversation.is_behind());
    assert_eq!(conversation.rows().len(), CALLS_PER_UPDATE);
    while conversation.is_behind() {
        conversation.update(&trace);
    }
    assert_eq!(conversation.rows().len(), MAX_ROWS);
    assert_eq!(conversation.rows().back().map(|row| row.seq), Some(count as u64));
    assert!(!conversation.update(&trace));
}

#[test]
fn an_update_that_is_out_of_time_stops_and_the_next_ones_go_on() {
    let trace = trace((0..1_000).map(|n| recv(1, n, b"x")));
    let mut conversation = Conversation::new(SERVER, TextEncoding::UTF_8);
    let mut updates = 0;
    while updates == 0 || conversation.is_behind() {
        assert!(conversation.update_while(&trace, || false));
        updates += 1;
        assert!(conversation.rows().len() <= updates * CALLS_PER_LOOK);
    }
    assert_eq!((conversation.rows().len(), updates), (1_000, 1_000_usize.div_ceil(CALLS_PER_LOOK)));
}

#[test]
fn the_life_of_a_connection_is_told() {
    let refused = Errno::by_name("ECONNRESET").unwrap();
    let trace = trace([
        call(0, Op::Socket { domain: Domain::Inet, kind: SocketType::Stream }, Outcome::Ok(3)),
        call(0, Op::Bind { addr: Arc::new(addr(80)) }, Outcome::Ok(0)),
        call(0, Op::Listen { backlog: 5 }, Outcome::Ok(0)),
        call(1, Op::Accept, Outcome::Ok(4)),
        recv(1, 0, b"hi"),
        recv(1, 2, b""),
        call(1, Op::Shutdown { how: How::Write }, Outcome::Ok(0)),
        call(1, Op::Send { len: 3 }, Outcome::Err(refused)),
        call(1, Op::Close, Outcome::Ok(0)),
    ]);
    let conversation = conversation(&trace);
    assert_eq!(
        kinds(&conversation),
        [
            RowKind::Opened,
            received("hi", 2),
            RowKind::PeerEnded,
            RowKind::HalfClosed { how: How::Write },
            RowKind::Failed { op: "send", errno: refused },
            RowKind::Closed { connected: true, ending: Some(Ending::Peer { seq: 6 }) }
        ]
    );
    let opened = &conversation.rows()[0];
    assert_eq!((opened.seq, opened.at, opened.peer.clone()), (4, Nanos(7), Some(addr(4242))));
}

#[test]
fn a_call_that_was_given_up_is_told_and_a_listeners_accept_is_not() {
    let abandoned = |conn, op| Call { took: 9, ..call(conn, op, Outcome::Abandoned) };
    let trace = trace([
        call(1, Op::Accept, Outcome::Ok(4)),
        abandoned(1, Op::Recv { max: 9 }),
        call(1, Op::Close, Outcome::Ok(0)),
        abandoned(0, Op::Accept),
    ]);
    let kinds = kinds(&conversation(&trace));
    assert_eq!(kinds[1], RowKind::Abandoned { op: "recv", took: 9 });
    assert_eq!(kinds.len(), 3);
}

#[test]
fn a_client_that_was_refused_had_no_connection_to_close() {
    let refused = Errno::by_name("ECONNREFUSED").unwrap();
    let connect = Op::Connect { addr: Arc::new(addr(80)) };
    let trace = trace([call(1, connect, Outcome::Err(refused)), call(1, Op::Close, Outcome::Ok(0)), recv(2, 0, b"x")]);
    let kinds = kinds(&conversation(&trace));
    assert_eq!(kinds[1], RowKind::Closed { connected: false, ending: None });
}

#[test]
fn datagrams_are_decoded_one_by_one_and_name_their_peer() {
    let datagram =
        |data: &[u8], lost| Call { op: Op::RecvFrom { max: 65_535 }, offset: None, lost, ..recv(0, 0, data) };
    let to = Call { op: Op::SendTo { len: 1, to: Arc::new(addr(9)) }, offset: None, ..send(0, 0, b"a") };
    let trace = trace([datagram(b"\xe4\xbd", 7), datagram(b"\xa0", 0), datagram(b"", 0), to]);
    let conversation = conversation(&trace);
    let rows = conversation.rows();
    assert_eq!(rows[0].kind, RowKind::Received { said: whole("\\xe4\\xbd"), len: 2, lost: 7 });
    assert_eq!(rows[1].kind, received("\\xa0", 1));
    assert_eq!(rows[2].kind, received("", 0));
    assert_eq!((rows[0].peer.clone(), rows[3].peer.clone()), (Some(addr(4242)), Some(addr(9))));
}

#[test]
fn one_connection_can_be_looked_at_alone() {
    let trace = trace([call(1, Op::Accept, Outcome::Ok(4)), recv(1, 0, b"a"), recv(2, 0, b"b"), recv(1, 1, b"c")]);
    let mut conversation = Conversation::of_connection(SERVER, ConnId::new(2).unwrap(), TextEncoding::UTF_8);
    assert!(conversation.update(&trace));
    assert_eq!(kinds(&conversation), [received("b", 1)]);
    conversation.set_conn(ConnId::new(1));
    conversation.update(&trace);
    assert_eq!(kinds(&conversation), [RowKind::Opened, received("a", 1), received("c", 1)]);
    assert!(!conversation.update(&trace));
}

#[test]
fn updates_take_only_what_is_new() {
    let mut trace = trace([recv(1, 0, b"\xe4")]);
    let mut conversation = conversation(&trace);
    trace.push(Call { endpoint: EndpointId(2), ..recv(1, 0, b"other") });
    assert!(!conversation.update(&trace));
    trace.push(recv(1, 1, b"\xbd\xa0"));
    assert!(conversation.update(&trace));
    assert_eq!(pieces(&conversation), [["", "", r"\xe4"], [r"\xbd\xa0(你)", "", ""]]);
}

#[test]
fn another_encoding_reads_the_kept_calls_again() {
    let trace = trace([recv(1, 0, b"\xc4\xe3\xba"), recv(1, 3, b"\xc3")]);
    let mut conversation = conversation(&trace);
    conversation.set_encoding("gbk".parse().unwrap());
    conversation.update(&trace);
    assert_eq!(pieces(&conversation), [["", "你", r"\xba"], [r"\xc3(好)", "", ""]]);
}

#[test]
fn rows_leave_with_their_calls() {
    let mut trace = Trace::new(SystemTime::UNIX_EPOCH, 2_000);
    let mut conversation = Conversation::new(SERVER, TextEncoding::UTF_8);
    for n in 0..100 {
        trace.push(recv(1, n, b"a"));
        conversation.update(&trace);
        assert_eq!(conversation.rows().len(), trace.len());
    }
    assert_eq!(conversation.dropped() + conversation.rows().len() as u64, 100);
    assert_eq!(conversation.rows()[0].seq, trace.first_seq());
    trace.clear();
    assert!(conversation.update(&trace));
    assert!(conversation.rows().is_empty());
    trace.push(recv(1, 100, b"b"));
    conversation.update(&trace);
    assert_eq!(kinds(&conversation), [received("b", 1)]);
}

#[test]
fn a_gap_and_a_cut_call_do_not_mix_up_characters() {
    // A first half whose second half is gone, then a call of which only the beginning was kept.
    let cut = Call { len: 1_000, ..recv(1, 500, b"a\xe4") };
    let trace = trace([recv(1, 0, b"\xe4\xbd"), cut, recv(1, 1_500, b"\xa0b")]);
    let conversation = conversation(&trace);
    assert_eq!(pieces(&conversation), [["", "", r"\xe4\xbd"], ["", r"a\xe4…", ""], ["", r"\xa0b", ""]]);
}

#[test]
fn rows_and_their_texts_have_a_limit() {
    let long = vec![b'a'; MAX_ROW_CHARS + 1];
    let conversation = conversation(&trace([recv(1, 0, &long)]));
    let text = conversation.rows()[0].kind.said().map(Said::text).unwrap_or_default();
    assert_eq!(text.chars().count(), MAX_ROW_CHARS + 1);
    assert!(text.ends_with('…'));

    let mut many = trace((0..MAX_ROWS as u64 + 10).map(|n| recv(1, n, b"a")));
    let mut conversation = Conversation::new(SERVER, TextEncoding::UTF_8);
    while conversation.update(&many) {}
    assert_eq!(conversation.rows().len(), MAX_ROWS);
    many.push(recv(1, MAX_ROWS as u64 + 10, b"b"));
    conversation.update(&many);
    assert_eq!(
        (conversation.rows().len(), conversation.rows()[MAX_ROWS - 1].kind.clone()),
        (MAX_ROWS, received("b", 1))
    );
}

#[test]
fn another_trace_is_read_from_its_beginning() {
    let mut conversation = conversation(&trace([recv(1, 0, b"a"), recv(1, 1, b"b")]));
    conversation.update(&trace([recv(1, 0, b"c")]));
    assert_eq!(kinds(&conversation), [received("c", 1)]);
}

#[test]
fn a_longer_trace_in_its_place_is_read_from_its_beginning_too() {
    let mut conversation = conversation(&trace([recv(1, 0, b"a")]));
    conversation.update(&trace([recv(1, 0, b"c"), recv(1, 1, b"d")]));
    assert_eq!(kinds(&conversation), [received("c", 1), received("d", 1)]);
}

#[test]
fn what_was_cleared_is_read_again_when_it_comes_back() {
    let mut trace = trace([recv(1, 0, b"a"), recv(1, 1, b"b")]);
    let mut conversation = conversation(&trace);
    let cleared = trace.clear();
    conversation.update(&trace);
    assert!(conversation.rows().is_empty());
    trace.push(recv(1, 2, b"c"));
    conversation.update(&trace);
    trace.restore(cleared).unwrap();
    conversation.update(&trace);
    assert_eq!(kinds(&conversation), [received("a", 1), received("b", 1), received("c", 1)]);
    assert_eq!(conversation.dropped(), 3, "no row has the number of one that is gone");
}
