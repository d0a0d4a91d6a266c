//! Each byte of each call can be read in each view: the views' texts are read back.

use std::time::SystemTime;

use bytes::Bytes;
use proptest::prelude::*;

use super::conversation::{Conversation, HOLD};
use super::export::text::call_line;
use super::follow::{Follow, RowKind, Shape};
use super::store::DEFAULT_RETENTION;
use super::text::{LABELS, as_text, hex_rows, preview, visible};
use super::{Call, ConnId, Direction, Nanos, Op, Outcome, SocketId, Trace};
use crate::lab::{EndpointId, TextEncoding};

const END: EndpointId = EndpointId(1);

/// The bytes that a text of UTF-8 with escapes stands for.
fn read_back(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let mut used = character.len_utf8();
        if character == '\\' {
            let escape = rest.as_bytes()[1];
            match escape {
                b'n' => bytes.push(b'\n'),
                b'r' => bytes.push(b'\r'),
                b't' => bytes.push(b'\t'),
                b'0' => bytes.push(0),
                b'x' => bytes.push(u8::from_str_radix(&rest[2..4], 16).unwrap()),
                b'u' => {
                    let end = rest.find('}').unwrap();
                    let hidden = char::from_u32(u32::from_str_radix(&rest[3..end], 16).unwrap()).unwrap();
                    bytes.extend_from_slice(hidden.encode_utf8(&mut [0; 4]).as_bytes());
                    used = end + 1;
                }
                _ => panic!("no escape: {rest}"),
            }
            used = match escape {
                b'x' => 4,
                b'u' => used,
                _ => 2,
            };
        } else {
            bytes.extend_from_slice(&rest.as_bytes()[..used]);
        }
        rest = &rest[used..];
    }
    bytes
}

/// The same without the characters that stand in brackets behind their last bytes.
fn without_joined(text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for character in text.chars() {
        match character {
            '(' => inside = true,
            ')' => inside = false,
            _ if !inside => out.push(character),
            _ => {}
        }
    }
    out
}

/// Bytes that begin, go on with and end characters; no backslash and no bracket, which the views write as they are.
fn tricky() -> impl Strategy<Value = Vec<u8>> {
    let of_characters = proptest::sample::select(
        b"\x1b$BJ@\x00\x30\x32\x39\x7e\x80\x81\x82\x8e\x8f\x95\xa0\xa4\xae\xbd\xc3\xd8\xdc\xe2\xe4\xf0\xfe\xff\xe4\xbd\xa0ab".to_vec(),
    );
    let any = any::<u8>().prop_filter("written as it is", |byte| !b"\\()".contains(byte));
    proptest::collection::vec(prop_oneof![4 => of_characters, 1 => any], 0..24)
}

fn calls() -> impl Strategy<Value = Vec<(Direction, Vec<u8>, bool)>> {
    let side = prop_oneof![2 => Just(Direction::Received), 1 => Just(Direction::Sent)];
    proptest::collection::vec((side, tricky(), any::<bool>()), 1..12)
}

/// One connection's calls; some come after a long pause.
fn trace(calls: &[(Direction, Vec<u8>, bool)]) -> Trace {
    let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
    let (mut next, mut now) = ([0, 0], 0);
    for (side, data, late) in calls.iter().filter(|(_, data, _)| !data.is_empty()) {
        let len = data.len() as u64;
        now += if *late { 2 * HOLD.0 } else { 10 };
        let op = if *side == Direction::Sent { Op::Send { len } } else { Op::Recv { max: 1024 } };
        trace.push(Call {
            start: Nanos(now),
            endpoint: END,
            conn: ConnId::new(1),
            offset: Some(next[*side as usize]),
            len,
            data: Bytes::copy_from_slice(data),
            ..Call::sample(op, Outcome::Ok(len))
        });
        next[*side as usize] += len;
    }
    trace
}

proptest! {
    #[test]
    fn every_byte_of_every_call_stands_in_its_row_of_the_conversation(calls in calls()) {
        for label in LABELS {
            let encoding: TextEncoding = label.parse().unwrap();
            let trace = trace(&calls);
            let mut conversation = Conversation::new(END, encoding);
            conversation.update(&trace);
            conversation.show_held(Nanos(u64::MAX));
            let mut unfinished = [false; 2];
            for row in conversation.rows() {
                let way = usize::from(matches!(row.kind, super::conversation::RowKind::Sent { .. }));
                let data = &trace.get(row.seq).unwrap().data;
                let [joined, text, begun] = row.kind.said().unwrap().pieces();
                prop_assert_eq!([joined, text, begun].concat(), row.kind.said().unwrap().text());
                let (head, tail) = (read_back(&without_joined(joined)), read_back(begun));
                prop_assert!(data.starts_with(&head) && data.ends_with(&tail), "{}: {:02x?} {:02x?} {:02x?}", label, data, head, tail);
                prop_assert!(head.len() + tail.len() <= data.len());
                let middle = &data[head.len()..data.len() - tail.len()];
                // Which characters these are in ISO-2022-JP was said in earlier calls. Elsewhere the beginning of a
                // character that came to nothing may have taken the first of these bytes with it.
                let shifted = *label != "utf-8" && unfinished[way] && joined.is_empty();
                unfinished[way] = !begun.is_empty();
                if *label != "iso-2022-jp" && !shifted {
                    prop_assert_eq!(text, as_text(middle, encoding), "{} {:02x?} of {:02x?}", label, middle, data);
                }
                if *label == "utf-8" {
                    prop_assert_eq!(&read_back(&visible(text)), middle);
                }
            }
        }
    }

    #[test]
    fn every_byte_of_a_connection_stands_in_its_followed_rows(calls in calls()) {
        let calls: Vec<_> = calls
            .into_iter()
            // Line ends and tabs are shown as such there.
            .map(|(side, data, late)| (side, data.into_iter().filter(|byte| !b"\r\n\t".contains(byte)).collect(), late))
            .collect();
        let trace = trace(&calls);
        let sent_and_received = |shape| {
            let mut follow = Follow::new(SocketId(1), TextEncoding::UTF_8);
            follow.set(TextEncoding::UTF_8, shape, None);
            follow.update(&trace, || true);
            follow.show_held(Nanos(u64::MAX));
            follow.update(&trace, || true);
            let mut shown = [Vec::new(), Vec::new()];
            for row in follow.rows(&trace, follow.range()) {
                shown[row.side as usize].extend(match row.kind {
                    RowKind::Text(text) => text.into_bytes(),
                    RowKind::Bytes { bytes, .. } => bytes,
                    RowKind::Missing(_) => panic!("nothing is missing"),
                });
            }
            shown
        };
        let mut real = [Vec::new(), Vec::new()];
        for (side, data, _) in &calls {
            real[*side as usize].extend_from_slice(data);
        }
        prop_assert_eq!(&sent_and_received(Shape::Hex), &real);
        let text = sent_and_received(Shape::Text)
            .map(|text| read_back(&without_joined(&String::from_utf8(text).unwrap())));
        prop_assert_eq!(&text, &real);
    }

    #[test]
    fn every_byte_of_a_call_stands_in_its_preview_its_line_and_its_hex(data in tricky()) {
        prop_assert_eq!(&read_back(&preview(&data, TextEncoding::UTF_8, usize::MAX)), &data);
        let hex = hex_rows(&data, 16).map(|row| row.hex).collect::<Vec<_>>().join(" ");
        let hex: Vec<u8> = hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
        prop_assert_eq!(&hex, &data);
        let few = &data[..data.len().min(6)];
        let trace = trace(&[(Direction::Received, few.to_vec(), false)]);
        if let Some(call) = trace.get(1) {
            let line = call_line(call, "a", TextEncoding::UTF_8);
            let (_, shown) = line.split_once("← ").unwrap();
            prop_assert_eq!(&read_back(shown), few);
        }
    }

    /// Each byte is a character, a part of one, or an escape: designations, too, which give no character.
    #[test]
    fn every_byte_of_iso_2022_jp_is_shown(data in tricky()) {
        let text = as_text(&data, "iso-2022-jp".parse().unwrap());
        let (mut count, mut wide, mut rest) = (0, false, text.as_str());
        while let Some(character) = rest.chars().next() {
            let mut used = character.len_utf8();
            if rest.starts_with(r"\x1b") && ["(B", "(J", "(I", "$@", "$B"].iter().any(|mode| rest[4..].starts_with(mode)) {
                wide = rest[4..].starts_with('$');
                (count, used) = (count + 3, 6);
            } else if rest.starts_with(r"\x") {
                (count, used) = (count + 1, 4);
            } else {
                count += if wide { 2 } else { 1 };
            }
            rest = &rest[used..];
        }
        prop_assert_eq!(count, data.len(), "{}", text);
    }
}
