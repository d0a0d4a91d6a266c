//! Which messages a rule answers: one line for each kind of pattern in [`WhenKind::ALL`].
//!
//! The lab file, the form and the `rules` service go by what a pattern [looks for](Sought) and know none by its name.

use std::borrow::Cow;
use std::fmt;

use memchr::memmem;

use super::frame_test::{FrameTest, FrameTestError};
use super::hex_pattern::{HexPattern, HexPatternError};
use super::pattern::{Regexp, RegexpError};
use crate::lang::{Lang, Words};
use crate::{error_in_words, t};

/// What there is to know of a kind of pattern. Its text is `when-NAME`.
pub struct WhenKind {
    /// The key in lab files.
    pub name: &'static str,
    pub takes: Takes,
}

/// What a pattern is written as, and how it is compared with a message.
#[derive(Clone, Copy, Debug)]
pub enum Takes {
    /// A text, compared in the endpoint's encoding.
    Text(TextKind),
    /// A regular expression that matches the text of the message somewhere.
    Regexp,
    /// All bytes of the message, some of which may be any.
    Bytes,
    /// Fields of the message, by the protocol that the framing names.
    Frame,
    /// Nothing: it matches every message.
    Nothing,
}

/// How a text is compared with a message.
#[derive(Clone, Copy, Debug)]
pub struct TextKind {
    /// False where an empty text would match every message by mistake.
    pub may_be_empty: bool,
    pub comparison: fn(Vec<u8>) -> Comparison,
}

/// Whether a message is what a text looks for; both are given in the same encoding.
pub type Comparison = Box<dyn Fn(&[u8]) -> bool + Send + Sync>;

/// A pattern: its kind and what it looks for.
#[derive(Clone)]
pub struct When {
    kind: &'static WhenKind,
    sought: Sought,
}

/// What a pattern looks for; each is what [`Takes`] of the same name takes.
#[derive(Clone, Debug)]
pub enum Sought {
    Text(TextKind, String),
    Regexp(Regexp),
    Bytes(HexPattern),
    Frame(FrameTest),
    Nothing,
}

/// Why what was written is no pattern of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhenError {
    Regexp(RegexpError),
    Bytes(HexPatternError),
    Frame(FrameTestError),
}

impl Words for WhenError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::Regexp(error) => error.words(lang),
            Self::Bytes(error) => error.words(lang),
            Self::Frame(error) => error.words(lang),
        }
    }
}

error_in_words!(WhenError);

const EXACT_TEXT: TextKind =
    TextKind { may_be_empty: true, comparison: |text| Box::new(move |message| message == text) };
const CONTAINED: TextKind = TextKind {
    may_be_empty: false,
    comparison: |text| {
        let finder = memmem::Finder::new(&text).into_owned();
        Box::new(move |message| finder.find(message).is_some())
    },
};
const BEGINNING: TextKind =
    TextKind { may_be_empty: false, comparison: |text| Box::new(move |message| message.starts_with(&text)) };
const END: TextKind =
    TextKind { may_be_empty: false, comparison: |text| Box::new(move |message| message.ends_with(&text)) };

static EXACT: WhenKind = WhenKind { name: "exact", takes: Takes::Text(EXACT_TEXT) };
static CONTAINS: WhenKind = WhenKind { name: "contains", takes: Takes::Text(CONTAINED) };
static STARTS: WhenKind = WhenKind { name: "starts", takes: Takes::Text(BEGINNING) };
static ENDS: WhenKind = WhenKind { name: "ends", takes: Takes::Text(END) };
static REGEX: WhenKind = WhenKind { name: "regex", takes: Takes::Regexp };
static HEX: WhenKind = WhenKind { name: "hex", takes: Takes::Bytes };
static FRAME: WhenKind = WhenKind { name: "frame", takes: Takes::Frame };
static ANY: WhenKind = WhenKind { name: "any", takes: Takes::Nothing };

impl WhenKind {
    /// Every kind, in the order in which the window offers them.
    pub const ALL: [&Self; 8] = [&EXACT, &CONTAINS, &STARTS, &ENDS, &REGEX, &HEX, &FRAME, &ANY];
    /// What a lab file means by a text without a kind.
    pub const PLAIN: &Self = &EXACT;
    /// What a new rule begins with.
    pub const FIRST: &Self = &CONTAINS;

    /// The names, which are the keys in lab files.
    pub fn names() -> [&'static str; Self::ALL.len()] {
        Self::ALL.map(|kind| kind.name)
    }

    /// The pattern that looks for what was written; where it takes nothing, whatever was written.
    ///
    /// # Errors
    /// [`WhenError`] for what is no pattern of this kind.
    pub fn of(&'static self, written: &str) -> Result<When, WhenError> {
        let sought = match self.takes {
            Takes::Text(kind) => Sought::Text(kind, written.to_owned()),
            Takes::Regexp => Sought::Regexp(Regexp::new(written).map_err(WhenError::Regexp)?),
            Takes::Bytes => Sought::Bytes(written.parse().map_err(WhenError::Bytes)?),
            Takes::Frame => Sought::Frame(written.parse().map_err(WhenError::Frame)?),
            Takes::Nothing => Sought::Nothing,
        };
        Ok(When { kind: self, sought })
    }

    /// The key of its text.
    pub fn text_key(&self) -> String {
        format!("when-{}", self.name)
    }

    /// What the window calls it.
    pub fn label(&self, lang: Lang) -> String {
        lang.text(&self.text_key(), None).into_owned()
    }

    /// How it is written.
    pub fn tip(&self, lang: Lang) -> Cow<'static, str> {
        match self.takes {
            Takes::Text(_) => t!(lang, "form-text-tip"),
            Takes::Regexp => t!(lang, "rules-regex-tip"),
            Takes::Bytes => t!(lang, "rules-bytes-tip"),
            Takes::Frame => t!(lang, "rules-frame-tip"),
            Takes::Nothing => t!(lang, "rules-any-tip"),
        }
    }
}

identified_by_name!(WhenKind);

impl When {
    /// The message is this text, which may be empty.
    pub fn exact(text: impl Into<String>) -> Self {
        Self { kind: &EXACT, sought: Sought::Text(EXACT_TEXT, text.into()) }
    }

    pub fn contains(text: impl Into<String>) -> Self {
        Self { kind: &CONTAINS, sought: Sought::Text(CONTAINED, text.into()) }
    }

    pub fn starts(text: impl Into<String>) -> Self {
        Self { kind: &STARTS, sought: Sought::Text(BEGINNING, text.into()) }
    }

    pub fn ends(text: impl Into<String>) -> Self {
        Self { kind: &ENDS, sought: Sought::Text(END, text.into()) }
    }

    /// The text of the message matches somewhere.
    pub fn regex(regexp: Regexp) -> Self {
        Self { kind: &REGEX, sought: Sought::Regexp(regexp) }
    }

    /// The message is these bytes.
    pub fn hex(pattern: HexPattern) -> Self {
        Self { kind: &HEX, sought: Sought::Bytes(pattern) }
    }

    /// Every message.
    pub fn any() -> Self {
        Self { kind: &ANY, sought: Sought::Nothing }
    }

    pub fn kind(&self) -> &'static WhenKind {
        self.kind
    }

    pub fn sought(&self) -> &Sought {
        &self.sought
    }

    /// What is looked for, as [`WhenKind::of`] takes it.
    pub fn text(&self) -> Cow<'_, str> {
        match &self.sought {
            Sought::Text(_, text) => Cow::Borrowed(text),
            Sought::Regexp(regexp) => Cow::Borrowed(regexp.source()),
            Sought::Bytes(pattern) => Cow::Owned(pattern.to_string()),
            Sought::Frame(test) => Cow::Owned(test.to_string()),
            Sought::Nothing => Cow::Borrowed(""),
        }
    }

    /// How many captures it has, with number 0, the whole match; `None` where a dollar in a reply is only a dollar.
    pub(super) fn captures(&self) -> Option<usize> {
        match &self.sought {
            Sought::Regexp(regexp) => Some(regexp.captures()),
            Sought::Bytes(pattern) => Some(pattern.captures()).filter(|captures| *captures > 1),
            Sought::Text(..) | Sought::Frame(_) | Sought::Nothing => None,
        }
    }

    /// The number of the capture of that name.
    pub(super) fn capture_named(&self, name: &str) -> Option<usize> {
        if let Sought::Regexp(regexp) = &self.sought { regexp.capture_named(name) } else { None }
    }
}

impl PartialEq for When {
    /// The text is all that a pattern is made of, beside its kind.
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.text() == other.text()
    }
}

impl Eq for When {}

impl fmt::Debug for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.kind.name, self.text())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A pattern of each kind.
    pub(crate) fn one_of_each() -> Vec<When> {
        let pattern = |kind: &'static WhenKind| {
            let written = match kind.takes {
                Takes::Text(_) => " a\r\n\\b你",
                Takes::Regexp => r"^(\w+)\n$",
                Takes::Bytes => "01 (??) 0a/0f *",
                Takes::Frame => "function == 3 and id != 0",
                Takes::Nothing => "",
            };
            kind.of(written).unwrap()
        };
        WhenKind::ALL.into_iter().map(pattern).collect()
    }

    #[test]
    fn every_pattern_is_made_again_of_its_kind_and_its_text() {
        for when in one_of_each() {
            let kind = WhenKind::named(when.kind().name).unwrap();
            assert_eq!(kind.of(&when.text()).as_ref(), Ok(&when));
        }
    }
}
