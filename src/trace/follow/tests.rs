use std::time::SystemTime;

use proptest::prelude::*;

use bytes::Bytes;

use super::*;
use crate::lab::EndpointId;
use crate::trace::store::DEFAULT_RETENTION;
use crate::trace::{Op, Outcome};

const END: EndpointId = EndpointId(1);

struct Lab {
    trace: Trace,
    next: [u64; 2],
}

impl Lab {
    fn new(limit: u64) -> Self {
        Self { trace: Trace::new(SystemTime::UNIX_EPOCH, limit), next: [0, 0] }
    }

    fn push(&mut self, side: Direction, data: &[u8], cut: u64) {
        let len = data.len() as u64 + cut;
        let op = if side == Direction::Sent { Op::Send { len } } else { Op::Recv { max: 1024 } };
        self.trace.push(Call {
            took: 1,
            endpoint: END,
            offset: Some(self.next[side as usize]),
            len,
            data: Bytes::copy_from_slice(data),
            ..Call::sample(op, Outcome::Ok(len))
        });
        self.next[side as usize] += len;
    }
}

fn lab(calls: &[(Direction, &[u8])]) -> Lab {
    let mut lab = Lab::new(DEFAULT_RETENTION);
    for (side, data) in calls {
        lab.push(*side, data, 0);
    }
    lab
}

fn follow(label: &str) -> Follow {
    Follow::new(SocketId(1), label.parse().unwrap())
}

fn rows(follow: &mut Follow, trace: &Trace) -> Vec<String> {
    assert!(follow.update(trace, || true));
    follow
        .rows(trace, follow.range())
        .into_iter()
        .map(|row| {
            let arrow = if row.side == Direction::Sent { '>' } else { '<' };
            match row.kind {
                RowKind::Text(text) => format!("{arrow}{text}"),
                RowKind::Bytes { offset, bytes } => format!("{arrow}{offset}:{bytes:02x?}"),
                RowKind::Missing(count) => format!("{arrow}-{count}"),
            }
        })
        .collect()
}

#[test]
fn lines_go_on_over_calls_and_end_with_the_turn() {
    let lab = lab(&[
        (Direction::Sent, b"GET / HT"),
        (Direction::Sent, b"TP/1.1\r\n\r\n"),
        (Direction::Received, b"200 OK\nhel"),
        (Direction::Received, b"lo"),
        (Direction::Sent, b"bye"),
    ]);
    let mut follow = follow("utf-8");
    assert_eq!(rows(&mut follow, &lab.trace), [">GET / HTTP/1.1", ">", "<200 OK", "<hello", ">bye"]);
    let firsts: Vec<bool> = follow.rows(&lab.trace, follow.range()).iter().map(|row| row.first).collect();
    assert_eq!(firsts, [true, false, true, false, true]);
    follow.set(TextEncoding::UTF_8, Shape::Text, Some(Direction::Received));
    assert_eq!(rows(&mut follow, &lab.trace), ["<200 OK", "<hello"]);
}

#[test]
fn a_character_that_is_split_over_two_calls_is_joined_and_over_a_turn_it_shows_its_bytes() {
    let mut lab = lab(&[(Direction::Sent, b"\xc4"), (Direction::Received, b"ok"), (Direction::Sent, b"\xe3\xba\xc3")]);
    let mut gbk = follow("gbk");
    assert_eq!(rows(&mut gbk, &lab.trace), [r">\xc4", "<ok", r">\xe3(你)好"]);
    lab.push(Direction::Sent, b"!", 0);
    assert_eq!(rows(&mut gbk, &lab.trace), [r">\xc4", "<ok", r">\xe3(你)好!"]);
    let lab = self::lab(&[(Direction::Sent, b"a\xe4"), (Direction::Sent, b"\xbd"), (Direction::Sent, b"\xa0b")]);
    assert_eq!(rows(&mut follow("utf-8"), &lab.trace), [">a你b"]);
}

#[test]
fn long_lines_are_broken_and_what_stands_over_the_break_is_found() {
    let text = format!("{}needle{}", "x".repeat(TEXT_COLUMNS - 3), "y".repeat(200));
    let mut lab = lab(&[
        (Direction::Sent, text.as_bytes()),
        (Direction::Received, b"A needle here\n"),
        (Direction::Sent, b"Needle"),
    ]);
    let mut follow = follow("utf-8");
    follow.look_for("needle");
    assert_eq!(rows(&mut follow, &lab.trace).len(), 6);
    assert_eq!((follow.found(), follow.found_in_open(&lab.trace)), (&[0, 4][..], 1));
    lab.push(Direction::Received, b"x", 0);
    assert!(follow.update(&lab.trace, || true));
    assert_eq!((follow.found(), follow.found_in_open(&lab.trace)), (&[0, 4, 5][..], 0));
}

#[test]
fn hex_has_sixteen_bytes_a_row_and_finds_bytes() {
    let lab = lab(&[(Direction::Sent, &[1; 10]), (Direction::Sent, &[2; 10]), (Direction::Received, b"\xff")]);
    let mut follow = follow("utf-8");
    follow.set(TextEncoding::UTF_8, Shape::Hex, None);
    follow.look_for("01 02");
    let found = rows(&mut follow, &lab.trace);
    assert_eq!(found.len(), 3);
    assert_eq!(found[1], ">16:[02, 02, 02, 02]");
    assert_eq!(follow.found(), [0]);
}

#[test]
fn what_is_missing_is_said_where_it_is_missing() {
    let mut lab = Lab::new(DEFAULT_RETENTION);
    lab.push(Direction::Sent, b"abc", 7);
    lab.push(Direction::Sent, b"def", 0);
    let mut follow = follow("utf-8");
    assert_eq!(rows(&mut follow, &lab.trace), [">abc", ">-7", ">def"]);
    let mut text = Vec::new();
    let names = ["sent".to_owned(), "received".to_owned()];
    let pieces = follow.pieces(&lab.trace, None);
    write_text(&pieces, TextEncoding::UTF_8, &names, &|count| format!("{count} missing"), &mut text).unwrap();
    assert_eq!(String::from_utf8(text).unwrap(), "→ sent\nabc\n[7 missing]\n→ sent\ndef\n");
    let mut bytes = Vec::new();
    write_bytes(&pieces, &mut bytes).unwrap();
    assert_eq!(bytes, b"abcdef");
}

#[test]
fn rows_leave_with_their_calls_and_it_is_said_how_much_is_gone() {
    let mut lab = Lab::new(60_000);
    let mut follow = follow("utf-8");
    for n in 0..2_000 {
        lab.push(Direction::Sent, format!("line {n}\n").as_bytes(), 0);
        if n % 7 == 0 {
            assert!(follow.update(&lab.trace, || true));
        }
    }
    let shown = rows(&mut follow, &lab.trace);
    assert!(shown.len() > 100 && shown.len() <= lab.trace.len());
    assert_eq!(shown.last().map(String::as_str), Some(">line 1999"));
    assert!(follow.gone().0 > 10_000);
    assert!(follow.range().start > 0);
}

#[test]
fn a_large_conversation_is_taken_in_a_little_at_a_time() {
    let mut lab = Lab::new(DEFAULT_RETENTION);
    for _ in 0..2_000 {
        lab.push(Direction::Received, &b"a line of some length\n".repeat(10), 0);
    }
    let mut follow = follow("utf-8");
    let mut rounds = 0;
    while !follow.update(&lab.trace, || false) {
        rounds += 1;
    }
    assert!(rounds > 100, "{rounds}");
    assert_eq!(follow.range(), 0..20_000);
    assert_eq!(follow.rows(&lab.trace, 19_990..20_000).len(), 10);
}

proptest! {
    #[test]
    fn no_byte_is_lost_or_doubled_however_it_is_cut(
        calls in proptest::collection::vec((any::<bool>(), proptest::collection::vec(any::<u8>(), 1..40)), 0..12),
        label in prop_oneof![Just("utf-8"), Just("gbk"), Just("latin-1"), Just("utf-16le")],
    ) {
        let mut lab = Lab::new(DEFAULT_RETENTION);
        let mut hex = follow(label);
        hex.set(label.parse().unwrap(), Shape::Hex, None);
        let mut text = follow(label);
        for (sent, data) in &calls {
            lab.push(if *sent { Direction::Sent } else { Direction::Received }, data, 0);
            prop_assert!(hex.update(&lab.trace, || true));
            prop_assert!(text.update(&lab.trace, || true));
        }
        let all: Vec<u8> = calls.iter().flat_map(|(_, data)| data.clone()).collect();
        let shown: Vec<u8> = hex
            .rows(&lab.trace, hex.range())
            .into_iter()
            .flat_map(|row| match row.kind {
                RowKind::Bytes { bytes, .. } => bytes,
                _ => Vec::new(),
            })
            .collect();
        prop_assert_eq!(shown, all);
        // What came piece by piece is what is read at once.
        let mut again = follow(label);
        prop_assert!(again.update(&lab.trace, || true));
        prop_assert_eq!(text.rows(&lab.trace, text.range()), again.rows(&lab.trace, again.range()));
        prop_assert_eq!(text.range().end as usize, again.rows(&lab.trace, again.range()).len());
    }
}
