//! What somebody said that a call would do, before it was made. It stands beside the trace and leaves with its call.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::call::{Call, Outcome};
use super::errno::Errno;
use super::text::as_hex;

/// The most answers of a room to one question.
pub const MAX_ANSWERS: usize = 8;
/// The most bytes that are predicted.
pub const MAX_BYTES: usize = 4_096;
/// The most calls of which something is said: the oldest are forgotten first.
pub const MAX_PREDICTIONS: usize = 10_000;

/// A call that took this long, in nanoseconds, has blocked: after as much time it is shown as waiting.
pub const BLOCKED: u64 = 5_000_000;

/// What is said that a call will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicted {
    /// It returns this number.
    Returns(u64),
    Fails(Errno),
    /// It has to wait, whatever it then returns.
    Blocks,
    /// It moves exactly these bytes.
    Bytes(Bytes),
}

impl Predicted {
    /// Whether the call did so.
    pub fn is_right(&self, call: &Call) -> bool {
        match self {
            Self::Returns(value) => call.outcome == Outcome::Ok(*value),
            Self::Fails(errno) => call.outcome == Outcome::Err(*errno),
            Self::Blocks => call.took >= BLOCKED || call.is_abandoned(),
            Self::Bytes(bytes) => call.succeeded() && call.len == bytes.len() as u64 && call.data == *bytes,
        }
    }
}

/// `5`, `ECONNRESET`, `blocks`, `"hello"` or `hex FF 00`
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

/// One answer to what a call will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub what: Predicted,
    /// How many of a room are for it; 0 where nobody was asked.
    pub votes: u32,
}

/// What was said of one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prediction {
    answers: Vec<Answer>,
}

impl Prediction {
    /// Adds an answer, or counts the votes of one that is there anew. False where there are [`MAX_ANSWERS`] already.
    pub fn say(&mut self, answer: Answer) -> bool {
        if let Some(known) = self.answers.iter_mut().find(|known| known.what == answer.what) {
            known.votes = answer.votes;
            return true;
        }
        let has_room = self.answers.len() < MAX_ANSWERS;
        if has_room {
            self.answers.push(answer);
        }
        has_room
    }

    /// Takes an answer back.
    pub fn take_back(&mut self, place: usize) {
        if place < self.answers.len() {
            self.answers.remove(place);
        }
    }

    pub fn answers(&self) -> &[Answer] {
        &self.answers
    }

    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    /// What the room says: the answer with the most votes, and of equals the first.
    pub fn main(&self) -> Option<&Predicted> {
        let most = self.answers.iter().map(|answer| answer.votes).max()?;
        self.answers.iter().find(|answer| answer.votes == most).map(|answer| &answer.what)
    }

    /// Whether the call did what the room says.
    pub fn was_right(&self, call: &Call) -> bool {
        self.main().is_some_and(|what| what.is_right(call))
    }

    /// Whether the answers have to be told one by one.
    pub fn is_vote(&self) -> bool {
        self.answers.len() > 1 || self.answers.iter().any(|answer| answer.votes > 0)
    }
}

/// What was said, by the numbers of the calls.
#[derive(Clone, Debug, Default)]
pub struct Predictions {
    by_call: BTreeMap<u64, Arc<Prediction>>,
}

impl Predictions {
    /// Says it of that call; nothing said takes it back.
    pub fn set(&mut self, seq: u64, prediction: Prediction) {
        if prediction.is_empty() {
            self.by_call.remove(&seq);
            return;
        }
        self.by_call.insert(seq, Arc::new(prediction));
        if self.by_call.len() > MAX_PREDICTIONS {
            self.by_call.pop_first();
        }
    }

    pub fn get(&self, seq: u64) -> Option<&Arc<Prediction>> {
        self.by_call.get(&seq)
    }

    /// From that call on, oldest first.
    pub fn from(&self, seq: u64) -> impl Iterator<Item = (u64, &Arc<Prediction>)> {
        self.by_call.range(seq..).map(|(seq, said)| (*seq, said))
    }

    /// The calls before that number have left the trace.
    pub fn leave_before(&mut self, first: u64) {
        while self.by_call.first_key_value().is_some_and(|(seq, _)| *seq < first) {
            self.by_call.pop_first();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Op;

    fn said(answers: &[(Predicted, u32)]) -> Prediction {
        let mut prediction = Prediction::default();
        for (what, votes) in answers {
            prediction.say(Answer { what: what.clone(), votes: *votes });
        }
        prediction
    }

    #[test]
    fn a_prediction_is_right_where_the_call_did_what_was_said() {
        let reset = Errno::by_name("ECONNRESET").unwrap();
        let sample = |outcome, took, data: &'static [u8]| Call {
            took,
            len: data.len() as u64,
            data: Bytes::from_static(data),
            ..Call::sample(Op::Recv { max: 1024 }, outcome)
        };
        let calls = [
            sample(Outcome::Ok(5), 9, b"hello"),
            sample(Outcome::Err(reset), 9, b""),
            sample(Outcome::Ok(5), BLOCKED, b"hello"),
            sample(Outcome::Abandoned, 9, b""),
        ];
        for (what, right) in [
            (Predicted::Returns(5), [true, false, true, false]),
            (Predicted::Returns(1024), [false; 4]),
            (Predicted::Fails(reset), [false, true, false, false]),
            (Predicted::Blocks, [false, false, true, true]),
            (Predicted::Bytes(Bytes::from_static(b"hello")), [true, false, true, false]),
            (Predicted::Bytes(Bytes::from_static(b"hell")), [false; 4]),
            (Predicted::Bytes(Bytes::new()), [false; 4]),
        ] {
            let found = calls.each_ref().map(|call| what.is_right(call));
            assert_eq!(found, right, "{what}");
        }
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
        assert_eq!(written[..4], ["5", "EPIPE", "blocks", "\"你\\n\""]);
        assert!(written[4].eq_ignore_ascii_case("hex ff 00"), "{}", written[4]);
    }

    #[test]
    fn the_room_says_what_most_of_it_say() {
        let (five, blocks) = (Predicted::Returns(5), Predicted::Blocks);
        assert_eq!(said(&[(five.clone(), 3), (blocks.clone(), 9)]).main(), Some(&blocks));
        assert_eq!(said(&[(five.clone(), 0), (blocks.clone(), 0)]).main(), Some(&five), "of equals the first");
        let mut anew = said(&[(five.clone(), 3), (blocks, 9), (five.clone(), 12)]);
        assert_eq!((anew.answers().len(), anew.main()), (2, Some(&five)), "votes are counted anew");
        anew.take_back(0);
        anew.take_back(0);
        assert!(anew.is_empty() && anew.main().is_none());
    }

    #[test]
    fn answers_and_predictions_are_capped() {
        let mut prediction = Prediction::default();
        let answers = (0..20).map(|value| Answer { what: Predicted::Returns(value), votes: 0 });
        assert_eq!(answers.filter(|answer| prediction.say(answer.clone())).count(), MAX_ANSWERS);
        let mut predictions = Predictions::default();
        for seq in 0..=MAX_PREDICTIONS as u64 {
            predictions.set(seq, prediction.clone());
        }
        assert!(predictions.get(0).is_none() && predictions.get(1).is_some());
        predictions.leave_before(10_000);
        assert_eq!(predictions.from(0).map(|(seq, _)| seq).collect::<Vec<_>>(), [10_000]);
        predictions.set(10_000, Prediction::default());
        assert!(predictions.get(10_000).is_none());
    }
}
