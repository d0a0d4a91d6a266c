//! The `rules` service: the first rule that matches a message answers it.
//!
//! Texts are compared in the endpoint's encoding. Where a character's bytes can also be parts of others (GBK, UTF-16 …),
//! the message is read as text first, so that `a` is not found within a Chinese character. Captures are the very bytes
//! that came.
//!
//! In UTF-8 a regular expression looks at the bytes themselves: `.` is a character and no invalid byte, `(?-u:.)` is any
//! byte. In the other encodings a byte that is no text is U+FFFD, and `.` takes it; `(?-u)` is refused there where it
//! would find parts of characters.

mod compiled;
mod subject;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use jiff::civil::DateTime;

use super::{Answer, Counter, Message, Reply, ReplyTrouble, Service, ServiceError, ServiceKind};
use crate::kinds::framing::{MAX_FRAME, Preset};
use crate::kinds::rule::{Delay, MAX_RULES, On, Pick, Rule, RuleError};
use crate::kinds::{Field, Value, Values};
use crate::lang::{Lang, Words};
use crate::values::{Addr, TextEncoding};
use crate::{error_in_words, t};
use compiled::Compiled;
use subject::Subject;

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
