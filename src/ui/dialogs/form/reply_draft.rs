//! A rule's reply and its delay while they are typed.

use std::time::Duration;

use super::text::escaped;
use crate::lab::payload::{self, Piece};
use crate::lab::rule::{Delay, HexReplyError, MAX_DELAY, RuleReply};
use crate::lang::Lang;
use crate::lang::Words as _;
use crate::t;

/// How the reply is written, or that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyKind {
    Text,
    Hex,
    Nothing,
}

impl ReplyKind {
    pub const ALL: [Self; 3] = [Self::Text, Self::Hex, Self::Nothing];
}

/// A reply while it is typed.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplyDraft {
    pub is_hex: bool,
    pub text: String,
}

impl ReplyDraft {
    pub fn new() -> Self {
        Self { is_hex: false, text: String::new() }
    }

    pub fn of(reply: &RuleReply) -> Self {
        match reply {
            RuleReply::Text(text) => Self { is_hex: false, text: escaped(text) },
            RuleReply::Hex(reply) => Self { is_hex: true, text: reply.to_string() },
        }
    }

    /// # Errors
    /// Why it is no reply, in the user's language.
    pub fn reply(&self, lang: Lang, places: &mut Vec<usize>) -> Result<RuleReply, String> {
        if self.is_hex {
            let reply = self.text.parse().map_err(|error: HexReplyError| error.sentence(lang))?;
            return Ok(RuleReply::Hex(reply));
        }
        plain_text(lang, &self.text, places).map(RuleReply::Text)
    }
}

/// A delay in milliseconds, or any between two: `100`, `10..50`.
#[derive(Clone, Debug, PartialEq)]
pub struct DelayDraft {
    pub typed: String,
    /// As it was; one in microseconds stays until another one is typed.
    known: Delay,
}

impl DelayDraft {
    pub fn of(delay: Delay) -> Self {
        Self { typed: Self::written(delay), known: delay }
    }

    fn written(delay: Delay) -> String {
        let least = delay.least.as_millis();
        if delay.least == delay.most { least.to_string() } else { format!("{least}..{}", delay.most.as_millis()) }
    }

    /// # Errors
    /// Why it is no delay, in the user's language.
    pub fn delay(&self, lang: Lang) -> Result<Delay, String> {
        let typed = self.typed.trim();
        if typed == Self::written(self.known) {
            return Ok(self.known);
        }
        let most = MAX_DELAY.as_millis() as u64;
        let number = |text: &str| {
            let text = text.trim();
            let number = if text.is_empty() { Some(0) } else { text.parse::<u64>().ok() };
            number.filter(|number| *number <= most).map(Duration::from_millis)
        };
        let range = match typed.split_once("..") {
            Some((least, most)) => {
                number(least).zip(number(most)).map(|(one, two)| Delay { least: one.min(two), most: one.max(two) })
            }
            None => number(typed).map(Delay::from),
        };
        range.ok_or_else(|| t!(lang, "wrong-number", least = "0", most = most.to_string()).into_owned())
    }
}

/// The text without its escapes, and where each of its characters was typed. A byte that is no character can't be in it.
///
/// # Errors
/// Why it can't be read, in the user's language.
pub fn plain_text(lang: Lang, typed: &str, places: &mut Vec<usize>) -> Result<String, String> {
    let pieces = payload::unescape(typed).map_err(|error| error.sentence(lang))?;
    let mut text = String::with_capacity(typed.len());
    for (place, piece) in pieces {
        places.push(place);
        match piece {
            Piece::Char(character) => text.push(character),
            Piece::Byte(byte) if byte.is_ascii() => text.push(char::from(byte)),
            Piece::Byte(_) => return Err(t!(lang, "wrong-byte-in-rule").into_owned()),
        }
    }
    Ok(text)
}
