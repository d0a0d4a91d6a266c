//! Finding calls: a plain text that a call must contain, and the numbers of the calls that match, kept up to date with
//! the trace a little at a time.
//!
//! [`Matches`] does not know what it looks for: what is asked of a call is handed to it, so another kind of question
//! can take [`Needle`]'s place.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::ops::Range;

use super::call::{Call, ConnId, Ends, Op, WaitingCall};
use super::store::Trace;
use super::text::{as_text, visible};
use crate::lab::TextEncoding;

/// The longest text that is looked for, in characters.
pub const MAX_NEEDLE_CHARS: usize = 200;

/// So much work is done between two looks at the clock: about the bytes that are read.
const WORK_PER_LOOK: u64 = 32 * 1024;
/// What a call costs besides its bytes, in the same measure.
const WORK_PER_CALL: u64 = 256;

/// A text to look for. Upper and lower case are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    /// In lower case.
    text: String,
}

impl Needle {
    /// `None` where there is nothing to look for.
    pub fn new(text: &str) -> Option<Self> {
        let text: String = text.trim().to_lowercase().chars().take(MAX_NEEDLE_CHARS).collect();
        (!text.is_empty()).then_some(Self { text })
    }

    /// Whether the text stands in the endpoint's name (`server #1`), in the call (`recv(1024) = 5`, `-1 EPIPE`), in
    /// the other end's address or in the bytes as the endpoint's encoding reads them.
    ///
    /// Each call is looked at alone: a character that is split over two calls is found in neither.
    pub fn is_in(&self, call: &Call, name: &str, encoding: TextEncoding) -> bool {
        let mut line = who(name, call.conn);
        // Writing to a String does not fail. A line break keeps apart what does not belong together.
        let _ = write!(line, "\n{call}");
        if let Some(peer) = &call.ends.peer {
            let _ = write!(line, "\n{peer}");
        }
        self.is_in_text(&line) || self.is_in_bytes(&call.data, encoding)
    }

    /// The same for a call that has not returned: it has no result and no bytes yet.
    pub fn is_in_waiting(&self, call: &WaitingCall, name: &str) -> bool {
        self.is_in_parts(name, call.conn, &call.op, &call.ends)
    }

    fn is_in_parts(&self, name: &str, conn: Option<ConnId>, op: &Op, ends: &Ends) -> bool {
        let peer = ends.peer.as_ref().map(ToString::to_string).unwrap_or_default();
        self.is_in_text(&format!("{}\n{op}\n{peer}", who(name, conn)))
    }

    fn is_in_bytes(&self, bytes: &[u8], encoding: TextEncoding) -> bool {
        if bytes.is_empty() {
            return false;
        }
        // Most of what is sent is ASCII, which needs no decoding.
        if keeps_ascii(encoding) && bytes.is_ascii() {
            return (self.text.is_ascii() && contains_ascii(bytes, self.text.as_bytes()))
                || (self.has_escape() && self.is_in_escaped(&String::from_utf8_lossy(bytes)));
        }
        let text = as_text(bytes, encoding);
        self.is_in_text(&text) || (self.has_escape() && self.is_in_escaped(&text))
    }

    /// `\n` finds line ends, as they are shown.
    fn has_escape(&self) -> bool {
        self.text.contains('\\')
    }

    fn is_in_escaped(&self, text: &str) -> bool {
        self.is_in_text(&visible(text))
    }

    fn is_in_text(&self, text: &str) -> bool {
        if text.is_ascii() {
            return self.text.is_ascii() && contains_ascii(text.as_bytes(), self.text.as_bytes());
        }
        text.to_lowercase().contains(&self.text)
    }
}

/// Whether ASCII bytes are the same characters in that encoding.
fn keeps_ascii(encoding: TextEncoding) -> bool {
    encoding.decoding().is_none_or(encoding_rs::Encoding::is_ascii_compatible)
}

fn who(name: &str, conn: Option<ConnId>) -> String {
    let mut who = String::with_capacity(160);
    who.push_str(name);
    if let Some(conn) = conn {
        let _ = write!(who, " #{}", conn.get());
    }
    who
}

/// `needle` is in lower case and not empty.
fn contains_ascii(hay: &[u8], needle: &[u8]) -> bool {
    let Some((first, rest)) = needle.split_first() else { return true };
    let upper = first.to_ascii_uppercase();
    let last = (hay.len() + 1).saturating_sub(needle.len());
    hay.get(..last).unwrap_or_default().iter().enumerate().any(|(at, byte)| {
        (byte == first || *byte == upper)
            && hay.get(at + 1..at + needle.len()).is_some_and(|part| part.eq_ignore_ascii_case(rest))
    })
}

/// The numbers of the calls that match, oldest first. A match keeps its place also when older ones have left.
#[derive(Debug, Default)]
pub struct Matches {
    seqs: VecDeque<u64>,
    /// How many matches have left with their calls.
    left: u64,
    /// The next call to be looked at.
    next: u64,
    generation: u64,
}

impl Matches {
    /// Begins anew: what is looked for has changed.
    pub fn clear(&mut self) {
        let generation = self.generation;
        *self = Self { generation, ..Self::default() };
    }

    /// Looks at calls that it has not seen, until all are seen or `goes_on` says no. True where all are seen.
    pub fn update(
        &mut self,
        trace: &Trace,
        mut goes_on: impl FnMut() -> bool,
        matches: impl Fn(&Call) -> bool,
    ) -> bool {
        if self.generation != trace.generation() {
            self.clear();
            self.generation = trace.generation();
        }
        let first = trace.first_seq();
        while self.seqs.front().is_some_and(|seq| *seq < first) {
            self.seqs.pop_front();
            self.left += 1;
        }
        self.next = self.next.max(first);
        let mut work = 0;
        for call in trace.from(self.next) {
            if work >= WORK_PER_LOOK {
                work = 0;
                if !goes_on() {
                    break;
                }
            }
            work += WORK_PER_CALL + call.data.len() as u64;
            if matches(call) {
                self.seqs.push_back(call.seq);
            }
            self.next = call.seq + 1;
        }
        self.next >= trace.next_seq()
    }

    /// How much of the trace was looked at, in per cent; 100 only where all of it was.
    pub fn percent(&self, trace: &Trace) -> u64 {
        let all = trace.next_seq() - trace.first_seq();
        let seen = self.next.clamp(trace.first_seq(), trace.next_seq()) - trace.first_seq();
        if seen >= all { 100 } else { (seen * 100 / all).min(99) }
    }

    /// The places of the matches before the call `end`. Places stay, so they need not begin at 0.
    pub fn places(&self, end: u64) -> Range<u64> {
        let count = self.seqs.partition_point(|seq| *seq < end) as u64;
        self.left..self.left + count
    }

    /// The call at a place.
    pub fn seq_at(&self, place: u64) -> Option<u64> {
        let index = place.checked_sub(self.left)?;
        self.seqs.get(usize::try_from(index).ok()?).copied()
    }

    /// The place of a call; `None` where it does not match.
    pub fn place_of(&self, seq: u64) -> Option<u64> {
        self.seqs.binary_search(&seq).ok().map(|index| self.left + index as u64)
    }

    /// The first place at or after a call.
    pub fn place_from(&self, seq: u64) -> u64 {
        self.left + self.seqs.partition_point(|found| *found < seq) as u64
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;
    use crate::lab::{Addr, EndpointId};
    use crate::trace::store::DEFAULT_RETENTION;
    use crate::trace::{ConnId, Errno, Nanos, Outcome, WaitToken};

    fn recv(data: &[u8]) -> Call {
        let addr = |port| Some(Addr::Inet(([127, 0, 0, 1], port).into()));
        Call {
            seq: 0,
            start: Nanos(0),
            took: 1,
            endpoint: EndpointId(1),
            conn: ConnId::new(12),
            op: Op::Recv { max: 1024 },
            outcome: Outcome::Ok(data.len() as u64),
            ends: Arc::new(Ends { local: addr(8000), peer: addr(51_344) }),
            offset: Some(0),
            len: data.len() as u64,
            data: Bytes::copy_from_slice(data),
            lost: 0,
            rule: None,
        }
    }

    fn found(needle: &str, call: &Call, encoding: &str) -> bool {
        Needle::new(needle).unwrap().is_in(call, "Server", encoding.parse().unwrap())
    }

    #[test]
    fn endpoint_call_errno_peer_and_data_are_looked_at_without_case() {
        let call = recv(b"Hello, World\r\n");
        for needle in ["server", "#12", "RECV(1024)", "= 14", ":51344", "hello, w", "world", "\\r\\n"] {
            assert!(found(needle, &call, "utf-8"), "{needle}");
        }
        for needle in ["send", "8000", "hello world", "#13", "recv(1024)127"] {
            assert!(!found(needle, &call, "utf-8"), "{needle}");
        }
        let refused = Call { outcome: Outcome::Err(Errno::by_name("ECONNRESET").unwrap()), ..recv(b"") };
        assert!(found("econnreset", &refused, "utf-8"));
    }

    #[test]
    fn data_is_read_in_the_endpoints_encoding() {
        assert!(found("你好", &recv("a 你好".as_bytes()), "utf-8"));
        assert!(found("你好", &recv(b"\xc4\xe3\xba\xc3"), "gbk"));
        assert!(!found("你好", &recv(b"\xc4\xe3\xba\xc3"), "utf-8"));
        assert!(found("ÉTÉ", &recv(b"l'\xe9t\xe9"), "latin-1"));
        assert!(found("hi", &recv(b"H\0i\0"), "utf-16le"));
        assert!(!found("hi", &recv(b"H\0i\0"), "utf-8"));
        // The second byte of a GBK character may be that of an ASCII letter.
        assert!(!found("a", &recv(b"\x81a"), "gbk"));
        // What is not text is found as it is shown.
        assert!(found("\\xFF", &recv(b"a\xff"), "utf-8"));
    }

    #[test]
    fn a_hidden_character_is_not_found_by_the_letter_of_its_escape() {
        let call = recv(b"\n");
        assert!(found("\\n", &call, "utf-8"));
        assert!(!Needle::new("n").unwrap().is_in_bytes(&call.data, TextEncoding::UTF_8));
    }

    #[test]
    fn nothing_is_no_needle() {
        assert_eq!(Needle::new(""), None);
        assert_eq!(Needle::new("  "), None);
    }

    #[test]
    fn a_waiting_call_is_found_by_what_is_known_of_it() {
        let Call { start, endpoint, conn, op, ends, .. } = recv(b"");
        let call = WaitingCall { token: WaitToken(1), start, endpoint, conn, op, ends };
        assert!(Needle::new("recv(").unwrap().is_in_waiting(&call, "server"));
        assert!(Needle::new("server #12").unwrap().is_in_waiting(&call, "server"));
        assert!(!Needle::new("send").unwrap().is_in_waiting(&call, "server"));
    }

    fn trace(limit: u64, count: u64) -> Trace {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, limit);
        for _ in 0..count {
            trace.push(recv(b"abc"));
        }
        trace
    }

    fn every_third(call: &Call) -> bool {
        call.seq.is_multiple_of(3)
    }

    #[test]
    fn the_search_stops_when_its_time_is_up_and_goes_on_from_there() {
        let trace = trace(DEFAULT_RETENTION, 10_000);
        let mut matches = Matches::default();
        assert!(!matches.update(&trace, || false, every_third));
        let first = matches.percent(&trace);
        assert!((1..50).contains(&first), "{first} %");
        let mut rounds = 1;
        while !matches.update(&trace, || false, every_third) {
            rounds += 1;
        }
        assert!(rounds > 10, "{rounds}");
        assert_eq!(matches.percent(&trace), 100);
        assert_eq!(matches.places(u64::MAX), 0..3_333);
        assert_eq!((matches.seq_at(0), matches.seq_at(3_332), matches.seq_at(3_333)), (Some(3), Some(9_999), None));
        assert_eq!((matches.place_of(9), matches.place_of(10), matches.place_from(10)), (Some(2), None, 3));
        assert_eq!(matches.places(10), 0..3);
    }

    #[test]
    fn matches_leave_with_their_calls_and_the_others_keep_their_places() {
        let mut trace = trace(2_000, 0);
        let mut matches = Matches::default();
        for _ in 0..100 {
            trace.push(recv(b"abc"));
            assert!(matches.update(&trace, || true, every_third));
        }
        let places = matches.places(u64::MAX);
        assert!(places.start > 20, "{places:?}");
        assert_eq!(places.end, 33);
        assert_eq!(matches.seq_at(32), Some(99));
        assert!(matches.seq_at(places.start) >= Some(trace.first_seq()));
        trace.clear();
        trace.push(recv(b"abc"));
        trace.push(recv(b"abc"));
        assert!(matches.update(&trace, || true, every_third));
        assert_eq!(matches.places(u64::MAX), 0..1);
        assert_eq!(matches.seq_at(0), Some(102));
    }

    proptest! {
        #[test]
        fn the_fast_way_finds_what_the_slow_way_finds(
            bytes in proptest::collection::vec(any::<u8>(), 0..40),
            needle in "[a-cA-C\\\\n ]{1,3}",
            label in prop_oneof![Just("utf-8"), Just("gbk"), Just("shift_jis"), Just("utf-16be"), Just("latin-1")],
        ) {
            let encoding: TextEncoding = label.parse().unwrap();
            if let Some(needle) = Needle::new(&needle) {
                let text = as_text(&bytes, encoding);
                let slow = text.to_lowercase().contains(&needle.text)
                    || (needle.has_escape() && visible(&text).to_lowercase().contains(&needle.text));
                prop_assert_eq!(needle.is_in_bytes(&bytes, encoding), slow);
            }
        }
    }
}
