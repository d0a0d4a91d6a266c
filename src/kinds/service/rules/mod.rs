//! The `rules` service: the first rule that matches a message answers it.
//!
//! Texts are compared in the endpoint's encoding. Where a character's bytes can also be parts of others (GBK, UTF-16 …),
//! the message is read as text first, so that `a` is not found within a Chinese character. Captures are the very bytes
//! that came.
//!
//! In UTF-8 a regular expression looks at the bytes themselves: `.` is a character and no invalid byte, `(?-u:.)` is any
//! byte. In the other encodings a byte that is no text is U+FFFD, and `.` takes it; `(?-u)` is refused there where it
//! would find parts of characters.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use jiff::civil::DateTime;
use regex::bytes::{Captures, Regex};

use super::characters::Decoded;
use super::filling::Filling;
use super::{Answer, Counter, Message, Reply, ReplyTrouble, Service, ServiceError, ServiceKind};
use crate::kinds::framing::MAX_FRAME;
use crate::kinds::rule::reply::{self, Segment};
use crate::kinds::rule::when::{Comparison, Sought};
use crate::kinds::rule::{HexPattern, MAX_RULES, ReplyError, Rule, RuleError, RuleField, When};
use crate::kinds::{Field, Value};
use crate::lang::{Lang, Words};
use crate::values::template::Segment as Placeholder;
use crate::values::{Addr, Content, TextEncoding};
use crate::{error_in_words, t};

/// A longer message matches no regular expression: 64 KiB, which every datagram keeps to. Linear time is still time (the
/// worst expressions of the largest size take some 20 µs a byte), and the peer chooses the length.
pub const MAX_REGEX_MESSAGE: usize = 64 * 1024;
/// A longer reply is not sent: 16 MiB. The peer's message may be in it many times over.
pub const MAX_REPLY: usize = MAX_FRAME as usize;

pub static RULES: ServiceKind = ServiceKind {
    name: "rules",
    fields: &[Field::rules("rules")],
    shows_time: true,
    make: |values, encoding| match Rules::new(values.rules(), encoding) {
        Ok(rules) => Ok(Box::new(rules)),
        Err(error) => Err(ServiceError::new("rules", |lang| error.words(lang))),
    },
    ..ServiceKind::PLAIN
};

/// The rules of one endpoint, compiled once; copies share them.
#[derive(Clone, Debug)]
pub struct Rules {
    rules: Arc<[Compiled]>,
    encoding: TextEncoding,
    /// That a message met no rule has been said, of whichever connection.
    unmet_is_told: Arc<AtomicBool>,
}

/// Why rules can't be used as they were described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RulesError {
    TooMany {
        count: usize,
    },
    /// `index` counts the rules before it.
    Rule {
        index: usize,
        error: RuleError,
    },
}

impl Words for RulesError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::TooMany { .. } => t!(lang, "wrong-many-rules", most = MAX_RULES).into_owned(),
            Self::Rule { index, error } => format!("rules[{index}].{}: {}", error.field().key(), error.words(lang)),
        }
    }
}

error_in_words!(RulesError);

/// The rule that a message has met, and what it asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Matched {
    /// How many rules stand before it.
    pub index: usize,
    /// Empty where the rule has no name.
    pub name: Arc<str>,
    /// `None` where the rule says nothing, or could not.
    pub reply: Option<Bytes>,
    /// Before the reply and the close.
    pub delay: Duration,
    /// The connection is to be closed once the reply has gone out.
    pub close: bool,
    /// Why there is no reply although the rule has one.
    pub trouble: Option<ReplyTrouble>,
}

struct Compiled {
    name: Arc<str>,
    test: Test,
    reply: Option<Vec<Piece>>,
    delay: Duration,
    close: bool,
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiled").field("name", &self.name).field("reply", &self.reply).finish_non_exhaustive()
    }
}

/// What [`Sought`] says, ready to be compared.
enum Test {
    /// With the message as [`Subject::plain`] gives it.
    Text(Comparison),
    Regex(Regex),
    Bytes(HexPattern),
    Nothing,
}

#[derive(Clone, Debug)]
enum Piece {
    /// Encoded already.
    Fixed(Bytes),
    Filled(Placeholder),
    Capture(usize),
}

impl Rules {
    /// # Errors
    /// [`RulesError`] with the first rule that can't be used in that encoding.
    pub fn new(rules: &[Rule], encoding: TextEncoding) -> Result<Self, RulesError> {
        if rules.len() > MAX_RULES {
            return Err(RulesError::TooMany { count: rules.len() });
        }
        let compile = |(index, rule)| Compiled::new(rule, encoding).map_err(|error| RulesError::Rule { index, error });
        Ok(Self {
            rules: rules.iter().enumerate().map(compile).collect::<Result<_, _>>()?,
            encoding,
            unmet_is_told: Arc::default(),
        })
    }

    /// What the first rule that matches says; `None` where none does.
    pub fn answer(&self, about: &Message<'_>) -> Option<Matched> {
        let subject = Subject::new(about.bytes, self.encoding);
        let (index, rule) = self.rules.iter().enumerate().find(|(_, rule)| rule.test.is_met_by(&subject))?;
        let mut matched = Matched {
            index,
            name: Arc::clone(&rule.name),
            reply: None,
            delay: rule.delay,
            close: rule.close,
            trouble: None,
        };
        match rule.reply(&subject, about) {
            Ok(reply) => matched.reply = reply,
            Err(trouble) => matched.trouble = Some(trouble),
        }
        Some(matched)
    }
}

/// What the rules would answer to a message, for trying them before they are switched on. The peer is an example.
///
/// # Errors
/// As [`Rules::new`].
pub fn try_rules(
    rules: &[Rule],
    encoding: TextEncoding,
    message: &[u8],
    at: DateTime,
) -> Result<Option<Matched>, RulesError> {
    let peer = Addr::Inet(([127, 0, 0, 1], 50_000).into());
    let counter = Counter::default();
    let bytes = &Bytes::copy_from_slice(message);
    Ok(Rules::new(rules, encoding)?.answer(&Message { bytes, peer: &peer, at, counter: &counter, is_datagram: false }))
}

impl Compiled {
    fn new(rule: &Rule, encoding: TextEncoding) -> Result<Self, RuleError> {
        rule.check(encoding)?;
        let test = match rule.when.sought() {
            Sought::Text(kind, text) => Test::Text((kind.comparison)(needle(text, encoding)?)),
            Sought::Regexp(regexp) => Test::Regex(regexp.compiled().clone()),
            Sought::Bytes(pattern) => Test::Bytes(pattern.clone()),
            Sought::Nothing => Test::Nothing,
        };
        let reply = rule.reply.as_ref().map(|reply| pieces(reply, &rule.when, encoding)).transpose()?;
        Ok(Self { name: Arc::from(rule.name.as_str()), test, reply, delay: rule.delay, close: rule.close })
    }

    fn reply(&self, subject: &Subject<'_>, about: &Message<'_>) -> Result<Option<Bytes>, ReplyTrouble> {
        let pieces = match self.reply.as_deref() {
            None => return Ok(None),
            // The same for every message: not a byte is copied.
            Some([Piece::Fixed(bytes)]) => return Ok(Some(bytes.clone())),
            Some(pieces) => pieces,
        };
        let is_counted = pieces.iter().any(|piece| matches!(piece, Piece::Filled(_)));
        let filling = Filling {
            message: subject.message,
            peer: about.peer,
            counter: if is_counted { about.counter.next() } else { 0 },
            at: about.at,
        };
        let captures = match &self.test {
            Test::Regex(regex) => regex.captures(subject.regex_haystack()),
            Test::Text(_) | Test::Bytes(_) | Test::Nothing => None,
        };
        let mut reply = Vec::new();
        for piece in pieces {
            let bytes = match piece {
                Piece::Fixed(bytes) => Cow::Borrowed(bytes.as_ref()),
                Piece::Filled(placeholder) => filling.value(placeholder, subject.encoding)?,
                Piece::Capture(number) => subject.captured(captures.as_ref(), *number)?,
            };
            if reply.len() + bytes.len() > MAX_REPLY {
                return Err(ReplyTrouble::TooLong);
            }
            reply.extend_from_slice(&bytes);
        }
        Ok(Some(Bytes::from(reply)))
    }
}

fn pieces(reply: &Content, when: &When, encoding: TextEncoding) -> Result<Vec<Piece>, RuleError> {
    let text = match reply {
        Content::Hex(bytes) => return Ok(vec![Piece::Fixed(Bytes::copy_from_slice(bytes))]),
        Content::Text(text) => text,
    };
    let piece = |part| match part {
        Segment::Text(text) => encoded(RuleField::Reply, &text, encoding).map(|bytes| Piece::Fixed(Bytes::from(bytes))),
        Segment::Filled(placeholder) => Ok(Piece::Filled(placeholder)),
        Segment::Capture(number) => Ok(Piece::Capture(number)),
    };
    let mut pieces = reply::parse(text, when)
        .map_err(|error: ReplyError| RuleError::Reply(error))?
        .into_iter()
        .map(piece)
        .collect::<Result<Vec<_>, _>>()?;
    if pieces.is_empty() {
        // The empty reply is a datagram all the same.
        pieces.push(Piece::Fixed(Bytes::new()));
    }
    Ok(pieces)
}

fn encoded(field: RuleField, text: &str, encoding: TextEncoding) -> Result<Vec<u8>, RuleError> {
    encoding.encode(text).map_err(|error| RuleError::Unencodable {
        field,
        character: error.character,
        position: error.position,
        encoding: encoding.name(),
    })
}

/// What is looked for, as [`Subject::plain`] gives a message.
fn needle(text: &str, encoding: TextEncoding) -> Result<Vec<u8>, RuleError> {
    let bytes = encoded(RuleField::When, text, encoding)?;
    // There and back again, because a few characters become others (the yen sign in Shift_JIS).
    Ok(if is_compared_as_bytes(encoding) { bytes } else { decoded(&bytes, encoding).into_owned().into_bytes() })
}

/// True where no character's bytes are found within those of others.
fn is_compared_as_bytes(encoding: TextEncoding) -> bool {
    encoding.decoding().is_none_or(|decoding| decoding == encoding_rs::UTF_8 || decoding.is_single_byte())
}

fn decoded(bytes: &[u8], encoding: TextEncoding) -> Cow<'_, str> {
    match encoding.decoding() {
        Some(decoding) => decoding.decode_without_bom_handling(bytes).0,
        None => String::from_utf8_lossy(bytes),
    }
}

impl Test {
    fn is_met_by(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Text(is_met_by) => is_met_by(subject.plain()),
            Self::Regex(regex) => {
                subject.message.len() <= MAX_REGEX_MESSAGE && regex.is_match(subject.regex_haystack())
            }
            Self::Bytes(pattern) => pattern.matches(subject.message),
            Self::Nothing => true,
        }
    }
}

/// A message and its readings, each made when a rule first asks for it.
struct Subject<'m> {
    message: &'m [u8],
    encoding: TextEncoding,
    text: OnceCell<Cow<'m, str>>,
    decoded: OnceCell<Option<Decoded>>,
}

impl<'m> Subject<'m> {
    fn new(message: &'m [u8], encoding: TextEncoding) -> Self {
        Self { message, encoding, text: OnceCell::new(), decoded: OnceCell::new() }
    }

    /// What texts are compared with: the message, or its text in UTF-8.
    fn plain(&self) -> &[u8] {
        if is_compared_as_bytes(self.encoding) { self.message } else { self.text().as_bytes() }
    }

    fn text(&self) -> &str {
        self.text.get_or_init(|| decoded(self.message, self.encoding))
    }

    /// True where the message is its own text, in UTF-8, wherever it is text.
    fn is_utf8(&self) -> bool {
        match self.encoding.decoding() {
            Some(decoding) if decoding == encoding_rs::UTF_8 => true,
            Some(decoding) => decoding.is_ascii_compatible() && self.message.is_ascii(),
            None => self.message.is_ascii(),
        }
    }

    /// The text with the place of each character; `None` in the encoding with states.
    fn decoded(&self) -> Option<&Decoded> {
        self.decoded.get_or_init(|| Decoded::new(self.message, self.encoding)).as_ref()
    }

    /// UTF-8 wherever it is text, so that `.` is a character.
    fn regex_haystack(&self) -> &[u8] {
        if self.is_utf8() {
            return self.message;
        }
        self.decoded().map_or_else(|| self.text(), |decoded| &decoded.text).as_bytes()
    }

    /// The bytes of the message that are the capture of that number.
    fn captured<'c>(&'c self, captures: Option<&Captures<'c>>, number: usize) -> Result<Cow<'c, [u8]>, ReplyTrouble> {
        let Some(found) = captures.and_then(|captures| captures.get(number)) else { return Ok(Cow::Borrowed(&[])) };
        if self.is_utf8() {
            return Ok(Cow::Borrowed(found.as_bytes()));
        }
        match self.decoded() {
            Some(decoded) => {
                let range = decoded.place(found.start())..decoded.place(found.end());
                Ok(Cow::Borrowed(self.message.get(range).unwrap_or_default()))
            }
            // In the encoding with states the bytes mean nothing without those before them.
            None => {
                let text = String::from_utf8_lossy(found.as_bytes());
                self.encoding.encode(&text).map(Cow::Owned).map_err(ReplyTrouble::unencodable(self.encoding))
            }
        }
    }
}

impl Service for Rules {
    fn on_message(&mut self, message: &Message<'_>) -> Answer {
        let Some(Matched { index, name, reply, delay, close, trouble }) = self.answer(message) else {
            let is_news = !self.unmet_is_told.swap(true, Ordering::Relaxed);
            return Answer { trouble: is_news.then_some(ReplyTrouble::NoRule), ..Answer::default() };
        };
        Answer {
            // An empty reply is a datagram. On a stream the rule has said nothing.
            reply: reply.filter(|reply| message.is_datagram || !reply.is_empty()),
            delay,
            // Without a name it is its number, as the window counts them.
            rule: Some(if name.is_empty() { Arc::from(format!("#{}", index + 1)) } else { name }),
            close,
            trouble,
        }
    }
}

impl Reply {
    pub fn of_rules(rules: Vec<Rule>) -> Self {
        Self::with(&RULES, Value::Rules(rules))
    }
}

#[cfg(test)]
mod tests;
