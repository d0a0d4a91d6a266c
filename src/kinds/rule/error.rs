//! Why a rule can't be used, and which of its fields is wrong.

use super::frame_test::UnknownFieldError;
use super::reply::ReplyError;
use super::{LEAST_EVERY, MAX_DELAY, MAX_EVERY, MAX_PARTS, MAX_REPLY_LEN, MAX_WHEN_CHARS};
use crate::lang::{Lang, Words};
use crate::values::duration;
use crate::values::encoding::unencodable;
use crate::values::name::NameError;
use crate::values::template::TemplateError;
use crate::{error_in_words, t};

/// What a rule is made of that can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleField {
    Name,
    When,
    From,
    To,
    Every,
    Reply,
    ReplyHex,
    Others,
    Then,
    Delay,
}

impl RuleField {
    /// The key in lab files.
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::When => "when",
            Self::From => "from",
            Self::To => "to",
            Self::Every => "every",
            Self::Others => "replies",
            Self::Then => "then",
            Self::Reply => "reply",
            Self::ReplyHex => "reply_hex",
            Self::Delay => "delay",
        }
    }
}

/// Why a rule was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleError {
    Name(NameError),
    Empty,
    LongWhen,
    LongReply {
        field: RuleField,
    },
    Unencodable {
        field: RuleField,
        character: char,
        position: usize,
        encoding: &'static str,
    },
    Reply {
        field: RuleField,
        error: ReplyError,
    },
    State {
        field: RuleField,
        error: NameError,
    },
    ManyParts {
        field: RuleField,
    },
    /// The messages of the endpoint's framing have no such field.
    NoSuchField {
        field: RuleField,
        error: UnknownFieldError,
    },
    Every,
    /// A regular expression that is to match parts of characters, where the message is read as text first.
    BytesInText {
        position: Option<usize>,
        encoding: &'static str,
    },
    Delay,
}

impl RuleError {
    /// The rule's field that is wrong.
    pub fn field(&self) -> RuleField {
        match self {
            Self::Name(_) => RuleField::Name,
            Self::Empty | Self::LongWhen | Self::BytesInText { .. } => RuleField::When,
            Self::LongReply { field }
            | Self::Unencodable { field, .. }
            | Self::Reply { field, .. }
            | Self::State { field, .. }
            | Self::ManyParts { field }
            | Self::NoSuchField { field, .. } => *field,
            Self::Every => RuleField::Every,
            Self::Delay => RuleField::Delay,
        }
    }

    /// The same about a text of which each character stands at such a place in what was typed.
    #[must_use]
    pub fn moved(mut self, places: &[usize]) -> Self {
        let place = match &mut self {
            Self::Unencodable { position, .. }
            | Self::BytesInText { position: Some(position), .. }
            | Self::Reply {
                error:
                    ReplyError::LoneDollar { position }
                    | ReplyError::NoCapture { position, .. }
                    | ReplyError::Placeholder { position, .. }
                    | ReplyError::Template(TemplateError::Unknown { position, .. } | TemplateError::LoneBrace { position }),
                ..
            } => position,
            _ => return self,
        };
        *place = places.get(*place).copied().unwrap_or(*place);
        self
    }

    /// The place of the first character that is wrong, counted from 0, where there is one.
    pub fn position(&self) -> Option<usize> {
        match self {
            Self::Unencodable { position, .. } => Some(*position),
            Self::BytesInText { position, .. } => *position,
            Self::Reply { error, .. } => error.position(),
            Self::Name(_)
            | Self::Empty
            | Self::LongWhen
            | Self::LongReply { .. }
            | Self::State { .. }
            | Self::ManyParts { .. }
            | Self::NoSuchField { .. }
            | Self::Every
            | Self::Delay => None,
        }
    }
}

impl From<NameError> for RuleError {
    fn from(error: NameError) -> Self {
        Self::Name(error)
    }
}

impl Words for RuleError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::Name(error) | Self::State { error, .. } => return error.words(lang),
            Self::ManyParts { .. } => t!(lang, "wrong-many-parts", most = MAX_PARTS),
            Self::NoSuchField { error, .. } => return error.words(lang),
            Self::Every => return duration::wrong_time(lang, LEAST_EVERY, MAX_EVERY),
            Self::Empty => t!(lang, "wrong-pattern-empty"),
            Self::LongWhen => t!(lang, "wrong-long", most = MAX_WHEN_CHARS),
            Self::LongReply { field: RuleField::ReplyHex } => t!(lang, "wrong-hex-long", most = MAX_REPLY_LEN),
            Self::LongReply { .. } => t!(lang, "wrong-long", most = MAX_REPLY_LEN),
            Self::Unencodable { character, position, encoding, .. } => {
                return unencodable(lang, *position, *character, encoding);
            }
            Self::Reply { error, .. } => return error.words(lang),
            Self::BytesInText { position: Some(position), encoding } => {
                t!(lang, "wrong-regex-bytes-at", at = position + 1, encoding = *encoding)
            }
            Self::BytesInText { position: None, encoding } => t!(lang, "wrong-regex-bytes", encoding = *encoding),
            Self::Delay => t!(lang, "wrong-delay-long", most = MAX_DELAY.as_secs()),
        }
        .into_owned()
    }
}

error_in_words!(RuleError);
