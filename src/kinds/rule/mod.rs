//! Rules: to which message a server answers what, as the user wrote them. Which rule matches is worked out in
//! [`crate::kinds::service`].

pub mod delay;
mod error;
pub mod frame_test;
mod hex_pattern;
pub mod hex_reply;
mod pattern;
pub mod placeholder;
pub mod reply;
pub(crate) mod toml;
pub mod when;

use std::time::Duration;

pub use delay::Delay;
pub use error::{RuleError, RuleField};
pub use hex_pattern::{HexPattern, HexPatternError};
pub use hex_reply::{HexReply, HexReplyError};
pub use pattern::{Regexp, RegexpError};
pub use reply::{ReplyError, RuleReply};
pub use when::{When, WhenError, WhenKind};

use self::frame_test::UnknownFieldError;
use self::when::Sought;
use super::framing::Preset;
use crate::values::content::Content;
use crate::values::encoding::TextEncoding;
use crate::values::name;

/// The most rules of one service.
pub const MAX_RULES: usize = 100;
/// The longest text or regular expression that a rule looks for, in characters.
pub const MAX_WHEN_CHARS: usize = 4_096;
/// The longest pattern of bytes that a rule compares with.
pub const MAX_PATTERN_BYTES: usize = 4_096;
/// The longest reply as it is written, in characters, or in bytes of hex.
pub const MAX_REPLY_LEN: usize = 64 * 1024;
/// The longest time that a reply waits.
pub const MAX_DELAY: Duration = Duration::from_secs(60);
/// The shortest and the longest time after which a rule acts again by itself.
pub const LEAST_EVERY: Duration = Duration::from_millis(10);
pub const MAX_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// The most further parts of a reply, and the most replies that one rule chooses from.
pub const MAX_PARTS: usize = 100;

/// What a rule answers to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum On {
    /// A message that [`Rule::when`] matches.
    #[default]
    Message,
    /// The connection has been made.
    Connect,
    /// Such a time has passed, and again and again.
    Every(Duration),
}

/// Which of a rule's replies is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pick {
    /// The n-th request gets the n-th reply, and the last one stays.
    #[default]
    Next,
    /// The same, and after the last one the first comes again.
    Round,
    /// Any, by the service's seed.
    Random,
}

impl Pick {
    /// The key of its name for users.
    pub fn text_key(self) -> &'static str {
        match self {
            Self::Next => "rules-pick-next",
            Self::Round => "rules-pick-round",
            Self::Random => "rules-pick-random",
        }
    }

    pub const ALL: [Self; 3] = [Self::Next, Self::Round, Self::Random];

    /// The name in lab files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Round => "round",
            Self::Random => "random",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pick| pick.name() == name)
    }
}

/// What follows a reply, a message of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub reply: RuleReply,
    /// After the one before.
    pub delay: Delay,
}

/// To such a message, this answer. The first rule that matches is the one that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// May be empty; the rule's number names it then.
    pub name: String,
    pub on: On,
    /// Of a rule that answers messages.
    pub when: When,
    /// The rule is there only while the connection is in this state; empty: in any. A connection begins in that of the
    /// first rule that has one.
    pub from: String,
    /// The state that the connection is in afterwards; empty: the same.
    pub to: String,
    /// `None`: the message is not answered. It has placeholders, see [`reply`].
    pub reply: Option<RuleReply>,
    /// Further replies of which one is given in its place.
    pub others: Vec<RuleReply>,
    pub pick: Pick,
    /// What follows the reply.
    pub then: Vec<Part>,
    /// Between the message and its reply, or the close; at most [`MAX_DELAY`].
    pub delay: Delay,
    /// The connection is closed once the reply has gone out; a datagram socket stays open.
    pub close: bool,
}

impl Rule {
    /// How calls and views name the rule of that index: without a name by its number, from 1.
    pub fn known_as(index: usize, name: &str) -> String {
        if name.is_empty() { format!("#{}", index + 1) } else { name.to_owned() }
    }
}

impl Rule {
    pub fn new(when: When, reply: Option<Content>) -> Self {
        Self {
            name: String::new(),
            on: On::Message,
            when,
            from: String::new(),
            to: String::new(),
            reply: reply.map(RuleReply::from),
            others: Vec::new(),
            pick: Pick::default(),
            then: Vec::new(),
            delay: Delay::default(),
            close: false,
        }
    }

    /// Every reply that it may give, with the field that it is in.
    pub fn replies(&self) -> impl Iterator<Item = (RuleField, &RuleReply)> {
        let first = self.reply.iter().map(|reply| match reply {
            RuleReply::Text(_) => (RuleField::Reply, reply),
            RuleReply::Hex(_) => (RuleField::ReplyHex, reply),
        });
        let others = self.others.iter().map(|reply| (RuleField::Others, reply));
        first.chain(others).chain(self.then.iter().map(|part| (RuleField::Then, &part.reply)))
    }

    /// The fields of a message's frame that it asks for or copies, each with the rule's field that does.
    pub fn frame_fields(&self) -> Vec<(RuleField, String)> {
        let asked = match self.when.sought() {
            Sought::Frame(test) => test.fields().map(|name| (RuleField::When, name.to_owned())).collect(),
            _ => Vec::new(),
        };
        let copied = self
            .replies()
            .flat_map(|(field, reply)| reply.frame_fields(&self.when).into_iter().map(move |name| (field, name)));
        asked.into_iter().chain(copied).collect()
    }

    /// Whether each field of a frame that it asks for or copies is one of the protocol's; `None` is no protocol.
    ///
    /// # Errors
    /// [`RuleError::NoSuchField`] with the first that is not.
    pub fn check_frame_fields(&self, preset: Option<&'static Preset>) -> Result<(), RuleError> {
        let is_known = |name: &str| preset.is_some_and(|preset| preset.field_names().any(|known| known == name));
        let unknown = self.frame_fields().into_iter().find(|(_, name)| !is_known(name));
        unknown.map_or(Ok(()), |(field, name)| {
            Err(RuleError::NoSuchField { field, error: UnknownFieldError { name, preset } })
        })
    }

    /// Whether the rule can be used in that encoding.
    ///
    /// # Errors
    /// [`RuleError`] with the field, and the place in it.
    pub fn check(&self, encoding: TextEncoding) -> Result<(), RuleError> {
        if !self.name.is_empty() {
            name::check(&self.name)?;
        }
        for (field, state) in [(RuleField::From, &self.from), (RuleField::To, &self.to)] {
            if !state.is_empty() {
                name::check(state).map_err(|error| RuleError::State { field, error })?;
            }
        }
        match self.on {
            On::Message => check_when(&self.when, encoding)?,
            On::Connect => {}
            On::Every(time) if (LEAST_EVERY..=MAX_EVERY).contains(&time) => {}
            On::Every(_) => return Err(RuleError::Every),
        }
        for (field, len) in [(RuleField::Others, self.others.len()), (RuleField::Then, self.then.len())] {
            if len > MAX_PARTS {
                return Err(RuleError::ManyParts { field });
            }
        }
        for (field, reply) in self.replies() {
            check_reply(field, reply, &self.when, encoding)?;
        }
        let is_too_long = self.delay.is_too_long() || self.then.iter().any(|part| part.delay.is_too_long());
        if is_too_long { Err(RuleError::Delay) } else { Ok(()) }
    }
}

fn check_when(when: &When, encoding: TextEncoding) -> Result<(), RuleError> {
    match when.sought() {
        Sought::Text(kind, text) if text.is_empty() && !kind.may_be_empty => Err(RuleError::Empty),
        Sought::Text(_, text) if text.chars().nth(MAX_WHEN_CHARS).is_some() => Err(RuleError::LongWhen),
        Sought::Text(_, text) => encodable(RuleField::When, text, encoding),
        // In UTF-8 it looks at the bytes themselves; elsewhere at a text, where half a character would be found.
        Sought::Regexp(regexp) if encoding != TextEncoding::UTF_8 => match regexp.matches_bytes() {
            Some(position) => Err(RuleError::BytesInText { position, encoding: encoding.name() }),
            None => Ok(()),
        },
        // They were checked when they were made.
        Sought::Regexp(_) | Sought::Bytes(_) | Sought::Frame(_) | Sought::Nothing => Ok(()),
    }
}

fn check_reply(field: RuleField, reply: &RuleReply, when: &When, encoding: TextEncoding) -> Result<(), RuleError> {
    let text = match reply {
        RuleReply::Text(text) => text,
        RuleReply::Hex(reply) if reply.len() > MAX_REPLY_LEN => return Err(RuleError::LongReply { field }),
        RuleReply::Hex(reply) => {
            return reply::parse_hex(reply, when).map(drop).map_err(|error| RuleError::Reply { field, error });
        }
    };
    if text.chars().nth(MAX_REPLY_LEN).is_some() {
        return Err(RuleError::LongReply { field });
    }
    let parts = reply::parse(text, when).map_err(|error| RuleError::Reply { field, error })?;
    // Whole first: the place in the text is then the place in what the user wrote. The parts alone decide, though: a
    // stateful encoding could take the whole and not a part, or the other way round.
    encodable(field, text, encoding)?;
    for part in &parts {
        if let reply::Segment::Text(plain) = part {
            encodable(field, plain, encoding)?;
        }
    }
    Ok(())
}

fn encodable(field: RuleField, text: &str, encoding: TextEncoding) -> Result<(), RuleError> {
    encoding.encode(text).map(drop).map_err(|error| RuleError::Unencodable {
        field,
        character: error.character,
        position: error.position,
        encoding: encoding.name(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Lang, Words as _};
    use crate::values::name::NameError;

    fn rule(when: When, reply: &str) -> Rule {
        Rule::new(when, Some(Content::Text(reply.to_owned())))
    }

    fn checked(rule: &Rule, encoding: &str) -> Result<(), RuleError> {
        rule.check(encoding.parse().unwrap())
    }

    #[test]
    fn a_rule_that_can_work_is_taken() {
        assert_eq!(checked(&rule(When::exact(""), "你好 {msg}"), "gbk"), Ok(()));
        assert_eq!(checked(&Rule::new(When::any(), None), "ascii"), Ok(()));
        assert_eq!(checked(&rule(When::regex(Regexp::new("(.)你").unwrap()), "$1"), "ascii"), Ok(()));
        // Only a regex has captures: elsewhere a dollar is a dollar.
        assert_eq!(checked(&rule(When::contains("hi"), "hello $1"), "utf-8"), Ok(()));
    }

    #[test]
    fn what_the_encoding_lacks_is_refused_with_field_and_place() {
        let error = checked(&rule(When::starts("a你"), ""), "latin-1").unwrap_err();
        assert_eq!((error.field(), error.position()), (RuleField::When, Some(1)));
        let error = checked(&rule(When::any(), "{{你"), "latin-1").unwrap_err();
        assert_eq!((error.field(), error.position()), (RuleField::Reply, Some(2)));
        assert_eq!(error.to_string(), "'你' at character 3 can't be written in ISO-8859-1, the endpoint's encoding");
    }

    #[test]
    fn an_expression_for_bytes_is_refused_where_the_message_is_read_as_text() {
        let regex = |source: &str| rule(When::regex(Regexp::new(source).unwrap()), "");
        // What matches whole characters only is the same with and without.
        for harmless in [r"(?-u:\d+)", r"(?-u)^a\b", r"(?u)x-u", r"(?s)^(.)\xff", "[^a]-u"] {
            assert_eq!(checked(&regex(harmless), "latin1"), Ok(()), "{harmless}");
        }
        for (source, position) in [(r"(?s-u)^(.)(.)", Some(8)), (r"é(?-u:\xff)", Some(6)), ("(?-u)a\n.", None)] {
            assert_eq!(checked(&regex(source), "utf-8"), Ok(()), "{source}");
            for encoding in ["latin1", "iso-8859-15", "x-user-defined", "ascii", "gbk", "utf-16le"] {
                let error = checked(&regex(source), encoding).unwrap_err();
                assert_eq!((error.field(), error.position()), (RuleField::When, position), "{source} in {encoding}");
            }
        }
        let error = checked(&regex("(?s-u)^(.)"), "latin1").unwrap_err();
        let expected = "character 9 of the expression stands for a single byte because of (?-u), and messages are read \
                        as text in ISO-8859-1: leave out the (?-u), and . is a character";
        assert_eq!(error.to_string(), expected);
        assert!(error.words(Lang::ZhCn).starts_with("由于 (?-u)，表达式第 9 个字符处"), "{}", error.words(Lang::ZhCn));
    }

    #[test]
    fn what_would_match_everything_by_mistake_is_refused() {
        for when in [When::contains(""), When::starts(""), When::ends("")] {
            assert_eq!(checked(&rule(when, ""), "utf-8"), Err(RuleError::Empty));
        }
    }

    #[test]
    fn every_length_has_its_cap() {
        let long = |when: &str| checked(&rule(When::exact(when), ""), "utf-8");
        assert_eq!(long(&"你".repeat(MAX_WHEN_CHARS)), Ok(()));
        assert_eq!(long(&"a".repeat(MAX_WHEN_CHARS + 1)), Err(RuleError::LongWhen));
        assert_eq!(checked(&rule(When::any(), &"a".repeat(MAX_REPLY_LEN)), "utf-8"), Ok(()));
        let error = checked(&rule(When::any(), &"a".repeat(MAX_REPLY_LEN + 1)), "utf-8").unwrap_err();
        assert_eq!(error, RuleError::LongReply { field: RuleField::Reply });
        let hex = Rule::new(When::any(), Some(Content::Hex(vec![0; MAX_REPLY_LEN + 1])));
        assert_eq!(checked(&hex, "utf-8").unwrap_err().field(), RuleField::ReplyHex);
        let late = |delay| checked(&Rule { delay: Delay::from(delay), ..rule(When::any(), "") }, "utf-8");
        assert_eq!(late(MAX_DELAY), Ok(()));
        assert_eq!(late(MAX_DELAY + Duration::from_nanos(1)).unwrap_err().to_string(), "a delay is at most 60 s");
        let named = Rule { name: "a".repeat(65), ..rule(When::any(), "") };
        assert_eq!(checked(&named, "utf-8"), Err(RuleError::Name(NameError::TooLong)));
    }
}
