//! A plain text that a call must contain: what one types without knowing any language.

use std::fmt::Write as _;

use crate::lab::{Addr, TextEncoding};
use crate::trace::call::{Call, ConnId, Op, Outcome};
use crate::trace::said::Payload;
use crate::trace::text::{as_text, visible};

/// The longest text to search for, in characters.
pub const MAX_NEEDLE_CHARS: usize = 200;

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

    /// The same with the spaces around it, as they stand between quotes.
    pub fn quoted(text: &str) -> Option<Self> {
        let text: String = text.to_lowercase().chars().take(MAX_NEEDLE_CHARS).collect();
        (!text.is_empty()).then_some(Self { text })
    }

    /// Whether the text stands in the endpoint's name (`server #1`), in the call (`recv(1024) = 5`, `-1 EPIPE`) or in
    /// the other end's address. A call that waits has no outcome yet.
    pub fn is_in_line(
        &self,
        name: &str,
        conn: Option<ConnId>,
        op: &Op,
        outcome: Option<Outcome>,
        peer: Option<&Addr>,
    ) -> bool {
        let mut line = String::with_capacity(96);
        line.push_str(name);
        // Writing to a String does not fail. A line break keeps apart what does not belong together.
        if let Some(conn) = conn {
            let _ = write!(line, " #{}", conn.get());
        }
        let _ = write!(line, "\n{op}");
        match (outcome, op) {
            (None, _) => {}
            (Some(Outcome::Err(errno)), _) => {
                let _ = write!(line, " = -1 {errno}");
            }
            (Some(Outcome::Abandoned), _) => line.push_str(" = ?"),
            (Some(Outcome::Ok(fd)), Op::Socket { .. }) => {
                let _ = write!(line, " = fd {fd}");
            }
            (Some(Outcome::Ok(fd)), Op::Accept) => {
                let _ = match conn {
                    Some(conn) => write!(line, " = #{}", conn.get()),
                    None => write!(line, " = fd {fd}"),
                };
            }
            (Some(Outcome::Ok(value)), _) => {
                let _ = write!(line, " = {value}");
            }
        }
        if let Some(peer) = peer {
            let _ = write!(line, "\n{peer}");
        }
        self.is_in_text(&line)
    }

    /// Whether the text stands anywhere in the call or in its bytes.
    ///
    /// Each call is searched alone: a character that is split over two calls is found in neither.
    pub fn is_in(&self, call: &Call, said: Payload<'_>, name: &str, encoding: TextEncoding) -> bool {
        // The bytes first: they need not be put together.
        self.is_in_bytes(said.bytes, encoding)
            || self.is_in_line(name, call.conn, &call.op, Some(call.outcome), call.ends.peer.as_ref())
    }

    /// Whether it stands in the bytes as that encoding reads them.
    pub fn is_in_bytes(&self, bytes: &[u8], encoding: TextEncoding) -> bool {
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

    pub fn is_in_text(&self, text: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;

    use crate::trace::{Ends, Errno};

    fn recv(data: &[u8]) -> Call {
        let addr = |port| Some(Addr::Inet(([127, 0, 0, 1], port).into()));
        Call {
            took: 1,
            conn: ConnId::new(12),
            ends: Arc::new(Ends { local: addr(8000), peer: addr(51_344) }),
            offset: Some(0),
            len: data.len() as u64,
            data: Bytes::copy_from_slice(data),
            ..Call::sample(Op::Recv { max: 1024 }, Outcome::Ok(data.len() as u64))
        }
    }

    fn found(needle: &str, call: &Call, encoding: &str) -> bool {
        let said = Payload { bytes: &call.data, len: call.len, offset: call.offset };
        Needle::new(needle).unwrap().is_in(call, said, "Server", encoding.parse().unwrap())
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
