//! A rule, ready to be asked: what it compares with, and the pieces of its replies in the endpoint's encoding.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use bytes::Bytes;
use regex::bytes::Regex;

use super::subject::{Subject, encoded, needle};
use super::{MAX_REGEX_MESSAGE, MAX_REPLY};
use crate::kinds::rule::frame_test::FrameTest;
use crate::kinds::rule::placeholder::Placeholder as Worked;
use crate::kinds::rule::reply::{self, RuleReply, Segment};
use crate::kinds::rule::when::{Comparison, Sought};
use crate::kinds::rule::{Delay, On, Pick, Rule, RuleError, RuleField, When};
use crate::kinds::service::filling::Filling;
use crate::kinds::service::{Message, ReplyTrouble};
use crate::values::TextEncoding;
use crate::values::template::Segment as Placeholder;

/// A rule of which all is worked out that does not need the message.
pub struct Compiled {
    pub name: Arc<str>,
    pub on: On,
    pub test: Test,
    /// `None`: it is there in any.
    pub from: Option<Arc<str>>,
    pub to: Option<Arc<str>>,
    /// One of them is given.
    pub replies: Vec<Vec<Piece>>,
    pub pick: Pick,
    /// How many have been given.
    pub given: AtomicUsize,
    pub then: Vec<(Delay, Vec<Piece>)>,
    pub delay: Delay,
    pub close: bool,
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiled").field("name", &self.name).field("replies", &self.replies).finish_non_exhaustive()
    }
}

/// What [`Sought`] says, ready to be compared.
pub enum Test {
    /// With the message as [`Subject::plain`] gives it.
    Text(Comparison),
    Regex(Regex),
    Bytes(Regex),
    Frame(FrameTest),
    Nothing,
}

#[derive(Clone, Debug)]
pub enum Piece {
    /// Encoded already.
    Fixed(Bytes),
    Filled(Placeholder),
    Worked(Worked),
    Capture(usize),
}

impl Compiled {
    pub fn new(rule: &Rule, encoding: TextEncoding) -> Result<Self, RuleError> {
        rule.check(encoding)?;
        let test = match rule.when.sought() {
            Sought::Text(kind, text) => Test::Text((kind.comparison)(needle(text, encoding)?)),
            Sought::Regexp(regexp) => Test::Regex(regexp.compiled().clone()),
            Sought::Bytes(pattern) => Test::Bytes(pattern.compiled().clone()),
            Sought::Frame(test) => Test::Frame(test.clone()),
            Sought::Nothing => Test::Nothing,
        };
        let pieces = |field, reply| pieces(field, reply, &rule.when, encoding);
        let replies = rule.reply.iter().chain(&rule.others).map(|reply| pieces(RuleField::Reply, reply));
        let then = rule.then.iter().map(|part| pieces(RuleField::Then, &part.reply).map(|pieces| (part.delay, pieces)));
        let state = |name: &str| (!name.is_empty()).then(|| Arc::from(name));
        Ok(Self {
            name: Arc::from(rule.name.as_str()),
            on: rule.on,
            test,
            from: state(&rule.from),
            to: state(&rule.to),
            replies: replies.collect::<Result<_, _>>()?,
            pick: rule.pick,
            given: AtomicUsize::new(0),
            then: then.collect::<Result<_, _>>()?,
            delay: rule.delay,
            close: rule.close,
        })
    }

    pub fn is_in(&self, state: &str) -> bool {
        self.from.as_deref().is_none_or(|from| from == state)
    }

    pub fn filled(&self, pieces: &[Piece], subject: &Subject<'_>, about: &Message<'_>) -> Result<Bytes, ReplyTrouble> {
        // The same for every message: not a byte is copied.
        if let [Piece::Fixed(bytes)] = pieces {
            return Ok(bytes.clone());
        }
        let is_counted = pieces.iter().any(|piece| matches!(piece, Piece::Filled(_)));
        let filling = Filling {
            message: subject.message,
            peer: about.peer,
            counter: if is_counted { about.counter.next() } else { 0 },
            at: about.at,
        };
        let captures = match &self.test {
            Test::Regex(regex) => regex.captures(subject.regex_haystack()),
            Test::Bytes(regex) => regex.captures(subject.message),
            Test::Text(_) | Test::Frame(_) | Test::Nothing => None,
        };
        let is_of_bytes = matches!(self.test, Test::Bytes(_));
        let mut reply = Vec::new();
        let mut later = Vec::new();
        for piece in pieces {
            let bytes = match piece {
                Piece::Fixed(bytes) => Cow::Borrowed(bytes.as_ref()),
                Piece::Filled(placeholder) => filling.value(placeholder, subject.encoding)?,
                Piece::Capture(number) if is_of_bytes => {
                    let found = captures.as_ref().and_then(|captures| captures.get(*number));
                    Cow::Borrowed(found.map_or(&[][..], |found| found.as_bytes()))
                }
                Piece::Capture(number) => subject.captured(captures.as_ref(), *number)?,
                Piece::Worked(Worked::Frame(name)) => {
                    let field = subject.fields().iter().find(|field| field.name == name.as_str());
                    let field = field.ok_or_else(|| ReplyTrouble::NoField { name: Arc::from(name.as_str()) })?;
                    Cow::Borrowed(field.bytes.as_slice())
                }
                // Its room; what it is follows from the whole reply.
                Piece::Worked(worked @ Worked::Length(length)) => {
                    later.push((reply.len(), worked));
                    Cow::Owned(vec![0; length.width])
                }
                Piece::Worked(worked @ Worked::Check(check)) => {
                    later.push((reply.len(), worked));
                    Cow::Owned(vec![0; check.len()])
                }
            };
            if reply.len() + bytes.len() > MAX_REPLY {
                return Err(ReplyTrouble::TooLong);
            }
            reply.extend_from_slice(&bytes);
        }
        work_out(&mut reply, &later);
        Ok(Bytes::from(reply))
    }
}

/// Fills in the lengths, and then the checksums, which may count those.
fn work_out(reply: &mut [u8], later: &[(usize, &Worked)]) {
    let put = |reply: &mut [u8], at: usize, bytes: &[u8]| {
        if let Some(place) = reply.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    };
    for (at, worked) in later {
        if let Worked::Length(length) = worked {
            let bytes = length.bytes(reply.len(), at + length.width);
            put(reply, *at, &bytes);
        }
    }
    for (at, worked) in later {
        if let Worked::Check(check) = worked {
            let bytes = check.of(reply.get(..*at).unwrap_or_default());
            put(reply, *at, &bytes);
        }
    }
}

fn pieces(field: RuleField, reply: &RuleReply, when: &When, encoding: TextEncoding) -> Result<Vec<Piece>, RuleError> {
    let segments = match reply {
        RuleReply::Text(text) => reply::parse(text, when),
        RuleReply::Hex(reply) => reply::parse_hex(reply, when),
    };
    let piece = |part| match part {
        Segment::Text(text) => encoded(field, &text, encoding).map(|bytes| Piece::Fixed(Bytes::from(bytes))),
        Segment::Bytes(bytes) => Ok(Piece::Fixed(Bytes::from(bytes))),
        Segment::Filled(placeholder) => Ok(Piece::Filled(placeholder)),
        Segment::Worked(worked) => Ok(Piece::Worked(worked)),
        Segment::Capture(number) => Ok(Piece::Capture(number)),
    };
    let mut pieces = segments
        .map_err(|error| RuleError::Reply { field, error })?
        .into_iter()
        .map(piece)
        .collect::<Result<Vec<_>, _>>()?;
    if pieces.is_empty() {
        // The empty reply is a datagram all the same.
        pieces.push(Piece::Fixed(Bytes::new()));
    }
    Ok(pieces)
}

impl Test {
    pub fn is_met_by(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Text(is_met_by) => is_met_by(subject.plain()),
            Self::Regex(regex) => {
                subject.message.len() <= MAX_REGEX_MESSAGE && regex.is_match(subject.regex_haystack())
            }
            Self::Bytes(pattern) => pattern.is_match(subject.message),
            Self::Frame(test) => test.holds(subject.fields()),
            Self::Nothing => true,
        }
    }
}
