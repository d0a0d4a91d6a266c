//! What somebody said a call would do before it was made, kept with what it did.

use std::fmt;

use bytes::Bytes;

use super::call::{Call, Outcome};
use super::errno::Errno;
use super::text::as_hex;

/// The most bytes that are predicted.
pub const MAX_BYTES: usize = 4_096;

/// A call that took at least so long, in nanoseconds, has blocked: as long as one waits until it is shown as waiting.
pub const BLOCKED: u64 = 5_000_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prediction {
    pub what: Predicted,
    /// How many of those who were asked said so; 0 where they were not counted.
    pub votes: u32,
}

/// What a call was said to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicted {
    Returns(u64),
    Fails(Errno),
    /// It does not return at once.
    Blocks,
    /// It moves exactly these.
    Bytes(Bytes),
}

impl Prediction {
    /// Whether the call did what was said.
    pub fn was_right(&self, call: &Call) -> bool {
        match &self.what {
            Predicted::Returns(value) => call.outcome == Outcome::Ok(*value),
            Predicted::Fails(errno) => call.outcome == Outcome::Err(*errno),
            Predicted::Blocks => call.took >= BLOCKED || call.is_abandoned(),
            Predicted::Bytes(bytes) => call.len == bytes.len() as u64 && call.data == *bytes,
        }
    }
}

/// `5`, `ECONNRESET`, `blocks`, `"hello"` or `hex 00 ff`
impl fmt::Display for Predicted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Returns(value) => value.fmt(f),
            Self::Fails(errno) => errno.fmt(f),
            Self::Blocks => f.write_str("blocks"),
            Self::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => write!(f, "\"{}\"", text.escape_debug()),
                Err(_) => write!(f, "hex {}", as_hex(bytes)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Op;

    fn right(what: Predicted, call: &Call) -> bool {
        Prediction { what, votes: 0 }.was_right(call)
    }

    #[test]
    fn a_prediction_is_right_where_the_call_did_what_was_said() {
        let reset = Errno::by_name("ECONNRESET").unwrap();
        let hello = Call {
            len: 5,
            data: Bytes::from_static(b"hello"),
            ..Call::sample(Op::Recv { max: 1024 }, Outcome::Ok(5))
        };
        let failed = Call::sample(Op::Recv { max: 1024 }, Outcome::Err(reset));
        let waited = Call { took: BLOCKED, ..hello.clone() };
        for (what, is) in [
            (Predicted::Returns(5), [true, false, true]),
            (Predicted::Returns(1024), [false, false, false]),
            (Predicted::Fails(reset), [false, true, false]),
            (Predicted::Blocks, [false, false, true]),
            (Predicted::Bytes(Bytes::from_static(b"hello")), [true, false, true]),
            (Predicted::Bytes(Bytes::from_static(b"hell")), [false, false, false]),
        ] {
            let found = [&hello, &failed, &waited].map(|call| right(what.clone(), call));
            assert_eq!(found, is, "{what}");
        }
        assert!(right(Predicted::Blocks, &Call::sample(Op::Accept, Outcome::Abandoned)));
    }

    #[test]
    fn what_was_said_is_written_so_that_it_is_read_at_a_glance() {
        let written = [
            Predicted::Returns(5),
            Predicted::Fails(Errno::by_name("EPIPE").unwrap()),
            Predicted::Blocks,
            Predicted::Bytes(Bytes::from_static("你\n".as_bytes())),
            Predicted::Bytes(Bytes::from_static(b"\xff\0")),
        ]
        .map(|what| what.to_string());
        assert_eq!(written, ["5", "EPIPE", "blocks", "\"你\\n\"", "hex FF 00"]);
    }
}
