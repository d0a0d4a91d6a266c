//! One readable line per call, for a terminal: nothing that a peer sent can steer it.

use std::fmt::Write as _;

use crate::lab::{Addr, TextEncoding};
use crate::trace::prediction::Prediction;
use crate::trace::text::{preview, visible};
use crate::trace::{Call, Nanos, Op};

/// The most characters of a payload that a line shows.
pub const MAX_PREVIEW_CHARS: usize = 60;

/// `     7      4.113 020  server #1       recv(1024) = 6                      2.707 s  ← 你好`
///
/// `who` is the endpoint or its connection, as [`naming`](crate::trace::naming) has it.
pub fn call_line(call: &Call, who: &str, encoding: TextEncoding) -> String {
    call_line_saying(call, who, encoding, "abandoned")
}

/// The same with the words for a call that waited and never returned.
pub fn call_line_saying(call: &Call, who: &str, encoding: TextEncoding, abandoned: &str) -> String {
    let who = visible(who);
    let mut line = format!(
        "{:>6}  {:>13}  {who:<16}  {:<32}  {:>9}",
        call.seq,
        time(call.start),
        visible(&call.to_string()),
        span(call.took)
    );
    // Writing to a String does not fail.
    if call.is_abandoned() {
        let _ = write!(line, "  {abandoned}");
    } else if let Some(direction) = direction(&call.op) {
        let peer = match &call.op {
            // Only they may come from anyone; where a datagram goes is among the arguments.
            Op::RecvFrom { .. } | Op::Accept => call.ends.peer.as_ref().filter(|_| call.succeeded()),
            _ => None,
        };
        let payload = preview(&call.data, encoding, MAX_PREVIEW_CHARS);
        let more = if call.is_truncated() && !payload.ends_with('…') { "…" } else { "" };
        let peer = peer.map(Addr::to_string);
        if peer.is_some() || !payload.is_empty() {
            let parts: Vec<&str> = [direction]
                .into_iter()
                .chain(peer.as_deref())
                .chain([payload.as_str()])
                .filter(|part| !part.is_empty())
                .collect();
            let _ = write!(line, "  {}{more}", parts.join(" "));
        }
        if let Some(rule) = &call.rule {
            let _ = write!(line, " [{}]", visible(rule));
        }
        if call.lost > 0 && call.op.receives() {
            let _ = write!(line, " (-{})", call.lost);
        }
    }
    line
}

/// What stands behind the line of a call of which something was said: ` (predicted 5: right)`
pub fn predicted(call: &Call, said: Option<&Prediction>) -> String {
    let Some((what, said)) = said.and_then(|said| Some((said.main()?, said))) else { return String::new() };
    let verdict = if said.was_right(call) { "right" } else { "wrong" };
    format!(" (predicted {}: {verdict})", visible(&what.to_string()))
}

fn direction(op: &Op) -> Option<&'static str> {
    match op {
        _ if op.sends() => Some("→"),
        Op::Accept => Some("←"),
        _ if op.receives() => Some("←"),
        _ => None,
    }
}

/// Seconds to the microsecond, in threes: `4.113 020`.
pub fn time(at: Nanos) -> String {
    let micros = at.0 / 1_000;
    format!("{}.{:03} {:03}", micros / 1_000_000, micros / 1_000 % 1_000, micros % 1_000)
}

/// A duration in nanoseconds with the unit that suits it: `2.707 s`, `13.4 µs`.
pub fn span(nanos: u64) -> String {
    let value = nanos as f64;
    // The limits are where rounding would give four digits.
    match nanos {
        0..1_000 => format!("{nanos} ns"),
        1_000..999_950 => format!("{:.1} µs", value / 1e3),
        999_950..999_950_000 => format!("{:.1} ms", value / 1e6),
        _ => format!("{:.3} s", value / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;

    use super::*;

    use crate::trace::naming::Owner;
    use crate::trace::{Ends, Errno, Outcome};

    fn addr(port: u16) -> Addr {
        Addr::Inet(([127, 0, 0, 1], port).into())
    }

    fn call(op: Op, outcome: Outcome, data: &'static [u8]) -> Call {
        Call {
            seq: 7,
            start: Nanos(4_113_020_999),
            took: 2_706_800_000,
            ends: Arc::new(Ends { local: Some(addr(80)), peer: Some(addr(4242)) }),
            len: data.len() as u64,
            data: Bytes::from_static(data),
            ..Call::sample(op, outcome)
        }
    }

    fn line(call: &Call) -> String {
        let who = Owner { name: "server", is_client: false }.with_number(call.conn);
        call_line(call, &who, TextEncoding::UTF_8)
    }

    #[test]
    fn a_line_has_number_time_place_call_duration_and_bytes() {
        assert_eq!(
            line(&call(Op::Recv { max: 1024 }, Outcome::Ok(6), "你好".as_bytes())),
            "     7      4.113 020  server #1         recv(1024) = 6                      2.707 s  ← 你好"
        );
        assert_eq!(
            line(&Call {
                took: 850,
                conn: None,
                ..call(Op::SendTo { len: 2, to: Arc::new(addr(9)) }, Outcome::Ok(2), b"a\n")
            }),
            "     7      4.113 020  server            sendto(2, 127.0.0.1:9) = 2           850 ns  → a\\n"
        );
        assert_eq!(
            line(&Call { took: 13_440, ..call(Op::Recv { max: 1024 }, Outcome::Ok(0), b"") }),
            "     7      4.113 020  server #1         recv(1024) = 0                      13.4 µs"
        );
        assert_eq!(
            line(&call(Op::Accept, Outcome::Ok(5), b"")),
            "     7      4.113 020  server #1         accept() = #1                       2.707 s  ← 127.0.0.1:4242"
        );
        let refused = Errno::by_name("ECONNREFUSED").unwrap();
        assert_eq!(
            line(&call(Op::Connect { addr: Arc::new(addr(1)) }, Outcome::Err(refused), b"")),
            "     7      4.113 020  server #1         connect(127.0.0.1:1) = -1 ECONNREFUSED    2.707 s"
        );
    }

    #[test]
    fn an_abandoned_call_has_no_result_and_says_what_became_of_it() {
        let abandoned = call(Op::Accept, Outcome::Abandoned, b"");
        assert_eq!(
            line(&abandoned),
            "     7      4.113 020  server #1         accept() = ?                        2.707 s  abandoned"
        );
        assert!(call_line_saying(&abandoned, "s", TextEncoding::UTF_8, "gave up").ends_with("2.707 s  gave up"));
    }

    #[test]
    fn a_datagram_names_its_sender_and_what_was_lost() {
        let datagram = Call { lost: 9, conn: None, ..call(Op::RecvFrom { max: 2 }, Outcome::Ok(2), b"hi") };
        assert!(line(&datagram).ends_with("  ← 127.0.0.1:4242 hi (-9)"));
    }

    #[test]
    fn what_a_peer_sent_cannot_steer_the_terminal() {
        let evil = call(Op::Recv { max: 99 }, Outcome::Ok(9), b"\x1b[2J\xff\xe2\x80\xae");
        let line = call_line(&evil, "se\x1brver", TextEncoding::UTF_8);
        assert!(line.ends_with("← \\x1b[2J\\xff\\u{202e}"), "{line}");
        assert!(!line.contains(['\x1b', '\u{202e}']));
    }

    #[test]
    fn long_and_truncated_payloads_end_with_an_ellipsis() {
        let long = call(Op::Recv { max: 99 }, Outcome::Ok(80), &[b'a'; 80]);
        assert!(line(&long).ends_with(&format!("← {}…", "a".repeat(MAX_PREVIEW_CHARS))));
        let truncated = Call { len: 99, ..call(Op::Recv { max: 99 }, Outcome::Ok(99), b"abc") };
        assert!(line(&truncated).ends_with("← abc…"));
    }

    #[test]
    fn durations_have_a_unit_that_suits_them() {
        for (nanos, text) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_000, "1.0 µs"),
            (999_960, "1.0 ms"),
            (3_450_000, "3.5 ms"),
            (999_960_000, "1.000 s"),
        ] {
            assert_eq!(span(nanos), text);
        }
    }
}
