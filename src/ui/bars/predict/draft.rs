//! An answer as it is typed, and what it can't mean.

use bytes::Bytes;

use crate::lab::TextEncoding;
use crate::lang::{Lang, Words as _};
use crate::t;
use crate::trace::prediction::{Answer, MAX_ANSWERS, MAX_BYTES, Predicted};
use crate::trace::{Errno, Op};
use crate::values::payload::{Input, LineEnding, PayloadError, encode};

/// What is predicted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Returns,
    Fails,
    Blocks,
    Bytes,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Returns, Self::Fails, Self::Blocks, Self::Bytes];

    pub fn text(self, lang: Lang) -> String {
        match self {
            Self::Returns => t!(lang, "predict-returns"),
            Self::Fails => t!(lang, "predict-fails"),
            Self::Blocks => t!(lang, "predict-blocks"),
            Self::Bytes => t!(lang, "predict-bytes"),
        }
        .into_owned()
    }

    /// What such an answer looks like.
    pub fn hint(self, lang: Lang) -> String {
        match self {
            Self::Returns => t!(lang, "predict-hint-number").into_owned(),
            Self::Fails => t!(lang, "predict-hint-error").into_owned(),
            Self::Bytes => t!(lang, "predict-hint-bytes").into_owned(),
            Self::Blocks => String::new(),
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub kind: Kind,
    pub value: String,
    pub votes: String,
}

/// Why it is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    NoNumber(&'static str),
    /// An error's name, or a negative number.
    IsError(String),
    NoError,
    IsNumber(String),
    Bytes(PayloadError),
    TooLong,
    NoVotes,
    Full,
}

impl Wrong {
    pub fn text(&self, lang: Lang) -> String {
        let text = match self {
            Self::NoNumber(name) => t!(lang, "predict-no-number", name = *name),
            Self::IsError(typed) => t!(lang, "predict-is-error", typed = typed.clone()),
            Self::NoError => t!(lang, "predict-no-error"),
            Self::IsNumber(typed) => t!(lang, "predict-is-number", typed = typed.clone()),
            Self::Bytes(error) => return lang.sentence(&error.words(lang)),
            Self::TooLong => t!(lang, "predict-too-long", most = MAX_BYTES),
            Self::NoVotes => t!(lang, "predict-no-votes"),
            Self::Full => t!(lang, "predict-full", most = MAX_ANSWERS),
        };
        text.into_owned()
    }
}

impl Draft {
    /// The answer to what that call will do; bytes are typed as they are in a composer.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self, op: &Op, encoding: TextEncoding) -> Result<Answer, Wrong> {
        let typed = self.value.trim();
        let what = match self.kind {
            Kind::Returns => match typed.parse() {
                Ok(number) => Predicted::Returns(number),
                Err(_) if typed.parse::<i64>().is_ok() || error(typed).is_some() => {
                    return Err(Wrong::IsError(typed.to_owned()));
                }
                Err(_) => return Err(Wrong::NoNumber(op.name())),
            },
            Kind::Fails => match error(typed) {
                Some(errno) => Predicted::Fails(errno),
                None if typed.parse::<i64>().is_ok() => return Err(Wrong::IsNumber(typed.to_owned())),
                None => return Err(Wrong::NoError),
            },
            Kind::Blocks => Predicted::Blocks,
            Kind::Bytes => {
                let bytes = encode(&self.value, Input::Text, encoding, LineEnding::None).map_err(Wrong::Bytes)?;
                if bytes.len() > MAX_BYTES {
                    return Err(Wrong::TooLong);
                }
                Predicted::Bytes(Bytes::from(bytes))
            }
        };
        let votes = match self.votes.trim() {
            "" => 0,
            votes => votes.parse().map_err(|_| Wrong::NoVotes)?,
        };
        Ok(Answer { what, votes })
    }
}

fn error(typed: &str) -> Option<Errno> {
    Errno::by_name(&typed.to_ascii_uppercase())
}
