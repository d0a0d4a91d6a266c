//! What the options of a kind were given.

use std::path::Path;
use std::time::Duration;

use crate::kinds::rule::{self, Rule};
use crate::values::payload::format_hex;
use crate::values::toml_text::{content, pair, quoted};
use crate::values::{Content, FileShare, TextEncoding, duration, share};

/// What a field was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Content(Content),
    Rules(Vec<Rule>),
    Share(FileShare),
    Bytes(Vec<u8>),
    /// Bytes under keys of its own.
    Mark(Vec<u8>),
    /// A regular expression.
    Pattern(String),
    Time(Duration),
    Number(u32),
    Count(i32),
    Choice(&'static str),
}

/// What the fields of a kind were given, in the order of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(Vec<(&'static str, Value)>);

impl Value {
    /// As the table of its kind has it; paths are as seen from that folder.
    pub(crate) fn write(&self, key: &str, encoding: TextEncoding, folder: Option<&Path>) -> Vec<String> {
        match self {
            Self::Text(text) | Self::Pattern(text) => vec![pair(key, &quoted(text))],
            Self::Content(value) => vec![content(value)],
            Self::Rules(rules) => vec![pair(key, &rule::toml::write(rules))],
            Self::Share(share) => share::write(share, folder),
            Self::Bytes(bytes) => match plain_text(bytes, encoding) {
                Some(text) => vec![pair("text", &quoted(text))],
                None => vec![pair("hex", &quoted(&format_hex(bytes)))],
            },
            Self::Mark(bytes) => match plain_text(bytes, encoding) {
                Some(text) => vec![pair(key, &quoted(text))],
                None => vec![pair(&format!("{key}_hex"), &quoted(&format_hex(bytes)))],
            },
            Self::Time(time) => vec![pair(key, &quoted(&duration::format(*time)))],
            Self::Count(count) => vec![pair(key, &count.to_string())],
            Self::Number(number) => vec![pair(key, &number.to_string())],
            Self::Choice(name) => vec![pair(key, &quoted(name))],
        }
    }
}

impl Values {
    pub fn new(values: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        Self(values.into_iter().collect())
    }

    pub fn one(key: &'static str, value: Value) -> Self {
        Self(vec![(key, value)])
    }

    pub fn push(&mut self, key: &'static str, value: Value) {
        self.0.push((key, value));
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(key, value)| (*key, value))
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// The text under that key; empty where it has none.
    pub fn text(&self, key: &str) -> &str {
        match self.get(key) {
            Some(Value::Text(text) | Value::Pattern(text) | Value::Content(Content::Text(text))) => text,
            Some(_) | None => "",
        }
    }

    /// The bytes under that key; empty where there are none.
    pub fn bytes(&self, key: &str) -> &[u8] {
        if let Some(Value::Bytes(bytes) | Value::Mark(bytes)) = self.get(key) { bytes } else { &[] }
    }

    /// The number under that key; 0 where there is none.
    pub fn number(&self, key: &str) -> u32 {
        if let Some(Value::Number(number)) = self.get(key) { *number } else { 0 }
    }

    /// The same for one that may be left out; it may be negative.
    pub fn count(&self, key: &str) -> i32 {
        if let Some(Value::Count(count)) = self.get(key) { *count } else { 0 }
    }

    /// The time under that key; none where there is none.
    pub fn time(&self, key: &str) -> Duration {
        if let Some(Value::Time(time)) = self.get(key) { *time } else { Duration::ZERO }
    }

    /// The name that was chosen under that key; empty where there is none.
    pub fn choice(&self, key: &str) -> &'static str {
        if let Some(Value::Choice(name)) = self.get(key) { name } else { "" }
    }

    /// The first rules.
    pub fn rules(&self) -> &[Rule] {
        let rules =
            self.0.iter().find_map(|(_, value)| if let Value::Rules(rules) = value { Some(rules) } else { None });
        rules.map_or(&[], Vec::as_slice)
    }

    /// The first share.
    pub fn share(&self) -> Option<&FileShare> {
        self.0.iter().find_map(|(_, value)| if let Value::Share(share) = value { Some(share) } else { None })
    }
}

/// Bytes that are easier to read as a text.
fn plain_text(bytes: &[u8], encoding: TextEncoding) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\r' | b'\n' | b'\t'));
    (is_plain && encoding.encode(text).as_deref() == Ok(bytes)).then_some(text)
}
