//! The `rules` service: the first rule that matches a message answers it.
//!
//! Texts are compared in the endpoint's encoding. Where a character's bytes can also be parts of others (GBK, UTF-16 …),
//! the message is read as text first, so that `a` is not found within a Chinese character. Captures are the very bytes
//! that came.
//!
//! In UTF-8 a regular expression looks at the bytes themselves: `.` is a character and no invalid byte, `(?-u:.)` is any
//! byte. In the other encodings a byte that is no text is U+FFFD, and `.` takes it; `(?-u)` is refused there where it
//! would find parts of characters.

mod subject;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use jiff::civil::DateTime;
use regex::bytes::Regex;

use super::filling::Filling;
use super::{Answer, Counter, Message, Reply, ReplyTrouble, Service, ServiceError, ServiceKind};
use crate::kinds::framing::{MAX_FRAME, Preset};
use crate::kinds::rule::frame_test::FrameTest;
use crate::kinds::rule::placeholder::Placeholder as Worked;
use crate::kinds::rule::reply::{self, RuleReply, Segment};
use crate::kinds::rule::when::{Comparison, Sought};
use crate::kinds::rule::{Delay, MAX_RULES, On, Pick, Rule, RuleError, RuleField, When};
use crate::kinds::{Field, Value, Values};
use crate::lang::{Lang, Words};
use crate::values::template::Segment as Placeholder;
use crate::values::{Addr, TextEncoding};
use crate::{error_in_words, t};
use subject::{Subject, needle};

/// A longer message matches no regular expression: 64 KiB, which every datagram keeps to. Linear time is still time (the
/// worst expressions of the largest size take some 20 µs a byte), and the peer chooses the length.
pub const MAX_REGEX_MESSAGE: usize = 64 * 1024;
/// A longer reply is not sent: 16 MiB. The peer's message may be in it many times over.
pub const MAX_REPLY: usize = MAX_FRAME as usize;

pub static RULES: ServiceKind = ServiceKind {
    name: "rules",
    fields: &[Field::rules("rules"), SEED],
    shows_time: true,
    make: |values, encoding| match Rules::new(values.rules(), encoding) {
        Ok(rules) => Ok(Box::new(rules.seeded(values.count(SEED.key)))),
        Err(error) => Err(ServiceError::new("rules", |lang| error.words(lang))),
    },
    ..ServiceKind::PLAIN
};

/// What is chosen at random is chosen the same with every opening.
const SEED: Field = Field::count("seed", 0, i32::MAX, 0).quiet();

/// The rules of one endpoint, compiled once; copies share them.
#[derive(Clone, Debug)]
pub struct Rules {
    rules: Arc<[Compiled]>,
    encoding: TextEncoding,
    random: Arc<Random>,
    /// Of this connection; that of a datagram socket is its own.
    state: Arc<str>,
    /// When the rules that act by themselves do so next, from the connection's beginning.
    times: Vec<(usize, Duration)>,
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
    /// What follows it, each after such a time.
    pub then: Vec<(Duration, Bytes)>,
    /// Before the reply and the close.
    pub delay: Duration,
    /// The connection is to be closed once the reply has gone out.
    pub close: bool,
    /// Why there is no reply although the rule has one.
    pub trouble: Option<ReplyTrouble>,
}

struct Compiled {
    name: Arc<str>,
    on: On,
    test: Test,
    /// `None`: it is there in any.
    from: Option<Arc<str>>,
    to: Option<Arc<str>>,
    /// One of them is given.
    replies: Vec<Vec<Piece>>,
    pick: Pick,
    /// How many have been given.
    given: AtomicUsize,
    then: Vec<(Delay, Vec<Piece>)>,
    delay: Delay,
    close: bool,
}

/// Numbers that follow from a seed (splitmix64).
#[derive(Debug, Default)]
struct Random(AtomicU64);

impl Random {
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut number = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ number >> 31
    }
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiled").field("name", &self.name).field("replies", &self.replies).finish_non_exhaustive()
    }
}

/// What [`Sought`] says, ready to be compared.
enum Test {
    /// With the message as [`Subject::plain`] gives it.
    Text(Comparison),
    Regex(Regex),
    Bytes(Regex),
    Frame(FrameTest),
    Nothing,
}

#[derive(Clone, Debug)]
enum Piece {
    /// Encoded already.
    Fixed(Bytes),
    Filled(Placeholder),
    Worked(Worked),
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
            random: Arc::default(),
            state: Arc::from(rules.iter().map(|rule| rule.from.as_str()).find(|from| !from.is_empty()).unwrap_or("")),
            times: rules.iter().enumerate().filter_map(|(index, rule)| Some((index, every(rule)?))).collect(),
            unmet_is_told: Arc::default(),
        })
    }

    fn seeded(self, seed: i32) -> Self {
        Self { random: Arc::new(Random(AtomicU64::new(u64::from(seed.unsigned_abs())))), ..self }
    }

    /// What the first rule that matches says; `None` where none does.
    pub fn answer(&mut self, about: &Message<'_>) -> Option<Matched> {
        let subject = Subject::new(about, self.encoding);
        let is_met = |(_, rule): &(usize, &Compiled)| {
            rule.on == On::Message && rule.is_in(&self.state) && rule.test.is_met_by(&subject)
        };
        let (index, _) = self.rules.iter().enumerate().find(is_met)?;
        self.act(index, &subject, about)
    }

    /// What the rule of that index says.
    fn act(&mut self, index: usize, subject: &Subject<'_>, about: &Message<'_>) -> Option<Matched> {
        let rules = Arc::clone(&self.rules);
        let rule = rules.get(index)?;
        about.counter.rule_is_met(index);
        if let Some(to) = &rule.to {
            self.state = Arc::clone(to);
        }
        let mut matched = Matched {
            index,
            name: Arc::clone(&rule.name),
            reply: None,
            then: Vec::new(),
            delay: rule.delay.at(self.random_for(rule.delay)),
            close: rule.close,
            trouble: None,
        };
        match self.replies(rule, subject, about) {
            Ok((reply, then)) => (matched.reply, matched.then) = (reply, then),
            Err(trouble) => matched.trouble = Some(trouble),
        }
        Some(matched)
    }

    /// A number for a delay that is any of several.
    fn random_for(&self, delay: Delay) -> u64 {
        if delay.least == delay.most { 0 } else { self.random.next() }
    }

    fn replies(&self, rule: &Compiled, subject: &Subject<'_>, about: &Message<'_>) -> Result<Replies, ReplyTrouble> {
        let reply = match (rule.replies.len(), rule.pick) {
            (0, _) => None,
            (1, _) => rule.replies.first(),
            (count, Pick::Random) => rule.replies.get((self.random.next() % count as u64) as usize),
            (count, pick) => {
                let given = rule.given.fetch_add(1, Ordering::Relaxed);
                rule.replies.get(if pick == Pick::Round { given % count } else { given.min(count - 1) })
            }
        };
        let reply = reply.map(|pieces| rule.filled(pieces, subject, about)).transpose()?;
        let then = rule
            .then
            .iter()
            .map(|(delay, pieces)| Ok((delay.at(self.random_for(*delay)), rule.filled(pieces, subject, about)?)));
        Ok((reply, then.collect::<Result<_, _>>()?))
    }

    fn named(matched: Matched, about: &Message<'_>) -> Answer {
        let Matched { index, name, reply, then, delay, close, trouble } = matched;
        Answer {
            // An empty reply is a datagram. On a stream the rule has said nothing.
            reply: reply.filter(|reply| about.is_datagram || !reply.is_empty()),
            then,
            delay,
            rule: Some(if name.is_empty() { Rule::known_as(index, &name).into() } else { name }),
            close,
            trouble,
        }
    }

    /// What those of the rules say that are there in the state that the connection is in.
    fn act_all(&mut self, rules: Vec<usize>, about: &Message<'_>) -> Vec<Answer> {
        let mut answers = Vec::new();
        for index in rules {
            let subject = Subject::new(about, self.encoding);
            let is_there = self.rules.get(index).is_some_and(|rule| rule.is_in(&self.state));
            if let Some(matched) = is_there.then(|| self.act(index, &subject, about)).flatten() {
                answers.push(Self::named(matched, about));
            }
        }
        answers
    }
}

/// The reply, and what follows it.
type Replies = (Option<Bytes>, Vec<(Duration, Bytes)>);

fn every(rule: &Rule) -> Option<Duration> {
    if let On::Every(time) = rule.on { Some(time) } else { None }
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
    try_rules_on(rules, encoding, None, message, at)
}

/// The same for a message of that protocol, of which it is the whole frame.
///
/// # Errors
/// As [`Rules::new`].
pub fn try_rules_on(
    rules: &[Rule],
    encoding: TextEncoding,
    preset: Option<&'static Preset>,
    message: &[u8],
    at: DateTime,
) -> Result<Option<Matched>, RulesError> {
    let peer = Addr::Inet(([127, 0, 0, 1], 50_000).into());
    let counter = Counter::default();
    let bytes = &Bytes::copy_from_slice(message);
    let frame = preset.map(|preset| (preset, message));
    let about = Message { bytes, peer: &peer, at, counter: &counter, is_datagram: false, frame };
    Ok(Rules::new(rules, encoding)?.answer(&about))
}

impl Compiled {
    fn new(rule: &Rule, encoding: TextEncoding) -> Result<Self, RuleError> {
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

    fn is_in(&self, state: &str) -> bool {
        self.from.as_deref().is_none_or(|from| from == state)
    }

    fn filled(&self, pieces: &[Piece], subject: &Subject<'_>, about: &Message<'_>) -> Result<Bytes, ReplyTrouble> {
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

fn encoded(field: RuleField, text: &str, encoding: TextEncoding) -> Result<Vec<u8>, RuleError> {
    encoding.encode(text).map_err(|error| RuleError::Unencodable {
        field,
        character: error.character,
        position: error.position,
        encoding: encoding.name(),
    })
}

impl Test {
    fn is_met_by(&self, subject: &Subject<'_>) -> bool {
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

impl Service for Rules {
    fn on_message(&mut self, message: &Message<'_>) -> Answer {
        match self.answer(message) {
            Some(matched) => Self::named(matched, message),
            None => {
                let is_news = !self.unmet_is_told.swap(true, Ordering::Relaxed);
                Answer { trouble: is_news.then_some(ReplyTrouble::NoRule), ..Answer::default() }
            }
        }
    }

    fn on_connect(&mut self, about: &Message<'_>) -> Vec<Answer> {
        let greets = |(index, rule): (usize, &Compiled)| (rule.on == On::Connect).then_some(index);
        let greeting = self.rules.iter().enumerate().filter_map(greets).collect();
        self.act_all(greeting, about)
    }

    fn next_time(&self) -> Option<Duration> {
        self.times.iter().map(|(_, time)| *time).min()
    }

    fn on_time(&mut self, now: Duration, about: &Message<'_>) -> Vec<Answer> {
        let mut due = Vec::new();
        for (index, time) in &mut self.times {
            if let (true, Some(On::Every(every))) = (*time <= now, self.rules.get(*index).map(|rule| rule.on)) {
                due.push(*index);
                // Where it could not act in time it does not make up for it.
                *time = (*time + every).max(now);
            }
        }
        self.act_all(due, about)
    }
}

impl Reply {
    pub fn of_rules(rules: Vec<Rule>) -> Self {
        Self::new(&RULES, Values::new([("rules", Value::Rules(rules)), (SEED.key, Value::Count(0))]))
    }
}

#[cfg(test)]
mod tests;
