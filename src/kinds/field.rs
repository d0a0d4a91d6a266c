//! The options of a kind. A [`Field`] is described once; the lab file reads and writes it and the form draws it from this
//! description.
//!
//! Its texts have their keys by convention: of the option `text` of the service `suffix`, `service-suffix-text` is the
//! label, `service-suffix-text-tip` its tip, and `service-suffix-text-needed` names what is missing where it is left out.

mod value;

use std::path::Path;
use std::time::Duration;

use super::framing::StreamPattern;
use super::rule;
use crate::lang::{Lang, Words};
use crate::values::template::{self, Segment};
use crate::values::tree::{self, Read, Table};
use crate::values::{Localized, TextEncoding, duration, share};
use crate::{error_in_words, t};

pub use value::{Value, Values};

/// An option of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The key in lab files.
    pub key: &'static str,
    pub shape: Shape,
    /// The form draws it beside the option before.
    pub is_beside: bool,
    /// It means nothing where the option of that key is this number.
    pub idle_where: Option<(&'static str, u32)>,
    /// There is no such option but where the choice of that key, which stands before it, is one of these names.
    pub only_where: Option<(&'static str, &'static [&'static str])>,
    /// Where it is as it would be if it were left out, it is not written.
    pub is_quiet: bool,
}

/// What a field holds: how it is written in a lab file, and with which controls it is edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A text that the endpoint's encoding has bytes for.
    Text,
    /// The same with the placeholders of [`template`].
    Template,
    /// A text under `text`, or bytes under `hex`.
    Content,
    /// Rules in their order.
    Rules,
    /// A folder or files, and the limits of their transfers; under several keys of its own.
    Share,
    /// 1 to `most` bytes, as `text` in the endpoint's encoding or as `hex`.
    Bytes {
        most: usize,
        /// What the form begins with, and what it shows in an empty field.
        typed: &'static str,
        hint: &'static str,
    },
    /// Bytes as a text under its key, or as hex under its key with `_hex`; where `least` is 0 it may be left out.
    Mark { least: usize, most: usize, typed: &'static str, hint: &'static str },
    /// A time; `usual` where it is left out.
    Time { least: Duration, most: Duration, usual: Duration },
    /// A regular expression that is looked for in a stream.
    Pattern,
    /// A whole number that may be left out.
    Count { least: i32, most: i32, usual: i32 },
    /// A whole number.
    Number {
        least: u32,
        most: u32,
        /// What the form begins with.
        typed: &'static str,
    },
    /// One of these numbers; the form begins with `usual`.
    OneNumber { of: &'static [u32], usual: u32 },
    /// One of these names; the first where it is left out.
    Choice(&'static [&'static str]),
}

/// Why a value was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueError(Localized);

impl Words for ValueError {
    fn words(&self, lang: Lang) -> String {
        self.0.text(lang).to_owned()
    }
}

error_in_words!(ValueError);

impl Field {
    const fn new(key: &'static str, shape: Shape) -> Self {
        Self { key, shape, is_beside: false, idle_where: None, only_where: None, is_quiet: false }
    }

    pub const fn text(key: &'static str) -> Self {
        Self::new(key, Shape::Text)
    }

    pub const fn template(key: &'static str) -> Self {
        Self::new(key, Shape::Template)
    }

    pub const fn content() -> Self {
        Self::new("text", Shape::Content)
    }

    pub const fn rules(key: &'static str) -> Self {
        Self::new(key, Shape::Rules)
    }

    pub const fn share() -> Self {
        Self::new("share", Shape::Share)
    }

    pub const fn bytes(most: usize, typed: &'static str, hint: &'static str) -> Self {
        Self::new("text", Shape::Bytes { most, typed, hint })
    }

    /// Between `least` and `most` bytes under that key.
    pub const fn mark(key: &'static str, least: usize, most: usize, typed: &'static str, hint: &'static str) -> Self {
        Self::new(key, Shape::Mark { least, most, typed, hint })
    }

    pub const fn time(key: &'static str, least: Duration, most: Duration, usual: Duration) -> Self {
        Self::new(key, Shape::Time { least, most, usual })
    }

    pub const fn pattern(key: &'static str) -> Self {
        Self::new(key, Shape::Pattern)
    }

    pub const fn count(key: &'static str, least: i32, most: i32, usual: i32) -> Self {
        Self::new(key, Shape::Count { least, most, usual })
    }

    pub const fn number(key: &'static str, least: u32, most: u32, typed: &'static str) -> Self {
        Self::new(key, Shape::Number { least, most, typed })
    }

    pub const fn one_number(key: &'static str, of: &'static [u32], usual: u32) -> Self {
        Self::new(key, Shape::OneNumber { of, usual })
    }

    pub const fn choice(key: &'static str, names: &'static [&'static str]) -> Self {
        Self::new(key, Shape::Choice(names))
    }

    /// Drawn beside the option before.
    pub const fn beside(self) -> Self {
        Self { is_beside: true, ..self }
    }

    /// It means nothing where the option of that key is this number.
    pub const fn idle_where(self, key: &'static str, number: u32) -> Self {
        Self { idle_where: Some((key, number)), ..self }
    }

    /// There only where the choice of that key, which stands before it, is one of these names.
    pub const fn only_where(self, key: &'static str, names: &'static [&'static str]) -> Self {
        Self { only_where: Some((key, names)), ..self }
    }

    /// Not written where it is as if it were left out.
    pub const fn quiet(self) -> Self {
        Self { is_quiet: true, ..self }
    }

    /// Whether there is such an option; `choice` gives the name that was chosen under a key.
    pub fn applies<'n>(&self, choice: impl Fn(&str) -> &'n str) -> bool {
        self.only_where.is_none_or(|(key, names)| names.contains(&choice(key)))
    }

    /// The same value as if it were left out.
    fn is_usual(&self, value: &Value) -> bool {
        match (self.shape, value) {
            (Shape::Mark { .. }, Value::Mark(bytes)) => bytes.is_empty(),
            (Shape::Time { usual, .. }, Value::Time(time)) => usual == *time,
            (Shape::Count { usual, .. }, Value::Count(count)) => usual == *count,
            (Shape::Choice(names), Value::Choice(name)) => names.first() == Some(name),
            _ => false,
        }
    }

    /// The keys under which it may stand in a lab file.
    pub fn keys(&self) -> Vec<String> {
        let own = || self.key.to_owned();
        match self.shape {
            Shape::Text
            | Shape::Template
            | Shape::Rules
            | Shape::Number { .. }
            | Shape::OneNumber { .. }
            | Shape::Time { .. }
            | Shape::Pattern
            | Shape::Count { .. }
            | Shape::Choice(_) => vec![own()],
            Shape::Content | Shape::Bytes { .. } => vec![own(), "hex".to_owned()],
            Shape::Mark { .. } => vec![own(), self.hex_key()],
            Shape::Share => share::KEYS.iter().map(|key| (*key).to_owned()).collect(),
        }
    }

    fn hex_key(&self) -> String {
        format!("{}_hex", self.key)
    }

    /// The keys of its texts; `kind` is `service-suffix`, `framing-fixed` ….
    pub fn text_keys(&self, kind: &str) -> Vec<String> {
        let Self { key, shape, .. } = self;
        let of_key = |ending: &str| format!("{kind}-{key}{ending}");
        match shape {
            Shape::Text | Shape::Template => ["", "-tip", "-needed"].map(of_key).to_vec(),
            Shape::Content => ["", "-tip"].map(of_key).to_vec(),
            Shape::Bytes { .. } => ["", "-tip", "-hex", "-needed", "-empty", "-long"].map(of_key).to_vec(),
            Shape::Mark { least: 0, .. } => ["", "-tip", "-hex", "-long"].map(of_key).to_vec(),
            Shape::Mark { .. } => ["", "-tip", "-hex", "-needed", "-empty", "-long"].map(of_key).to_vec(),
            Shape::Number { .. } | Shape::Pattern => ["", "-tip", "-needed"].map(of_key).to_vec(),
            Shape::Time { .. } | Shape::Count { .. } => ["", "-tip"].map(of_key).to_vec(),
            Shape::OneNumber { .. } => ["", "-tip", "-value", "-unknown"].map(of_key).to_vec(),
            Shape::Choice(names) => {
                let names = names.iter().map(|name| of_key(&format!("-{name}")));
                // Beside another it has the tip of that.
                let tip = (!self.is_beside).then(|| of_key("-tip"));
                std::iter::once(of_key("")).chain(tip).chain(names).collect()
            }
            // They are edited by an editor of their own.
            Shape::Rules | Shape::Share => Vec::new(),
        }
    }

    /// Reads it from the table of its kind, whose name that is; `texts` is as in [`Self::text_keys`].
    pub(crate) fn read(
        &self,
        table: &Table<'_>,
        kind: &str,
        texts: &str,
        encoding: TextEncoding,
        folder: Option<&Path>,
    ) -> Read<Value> {
        let needed = || table.require(self.key, |lang| lang.text(&format!("{texts}-{}-needed", self.key), None));
        Ok(match self.shape {
            Shape::Text => Value::Text(needed()?.encodable(encoding)?),
            Shape::Template => Value::Text(template_text(&needed()?, encoding)?),
            Shape::Content => Value::Content(table.content(kind, encoding)?),
            Shape::Rules => {
                let list = table.require(self.key, |lang| t!(lang, "lab-what-rules"))?;
                Value::Rules(rule::toml::read(&list, encoding)?)
            }
            Shape::Share => Value::Share(share::read(table, folder)?),
            Shape::Bytes { .. } => {
                Value::Bytes(self.read_bytes(table, texts, encoding, "text", "hex")?.unwrap_or_default())
            }
            Shape::Mark { .. } => {
                Value::Mark(self.read_bytes(table, texts, encoding, self.key, &self.hex_key())?.unwrap_or_default())
            }
            Shape::Time { least, most, usual } => {
                let Some(field) = table.get(self.key) else { return Ok(Value::Time(usual)) };
                let time = field.duration()?;
                Value::Time(
                    self.time_of(time).ok_or_else(|| field.fault(|lang| duration::wrong_time(lang, least, most)))?,
                )
            }
            Shape::Pattern => {
                let field = needed()?;
                let source = field.text()?;
                StreamPattern::new(source).map_err(|error| field.refused(&error))?;
                Value::Pattern(source.to_owned())
            }
            Shape::Count { least, most, usual } => match table.get(self.key) {
                Some(field) => Value::Count(field.integer_i32(least..=most)?),
                None => Value::Count(usual),
            },
            Shape::Number { least, most, .. } => Value::Number(needed()?.integer_u32(least..=most)?),
            Shape::OneNumber { of, .. } => {
                let known: Vec<String> = of.iter().map(ToString::to_string).collect();
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                let field = table.require(self.key, |lang| tree::one_of(lang, &known))?;
                let number = self.one_number_of(texts, field.integer(0..=u64::MAX)?);
                Value::Number(number.map_err(|error| field.refused(&error))?)
            }
            Shape::Choice(names) => {
                let named = |name: &str| names.iter().find(|known| **known == name).copied();
                let chosen = table.get(self.key).map(|field| field.one_of(names, named)).transpose()?;
                Value::Choice(chosen.or(names.first().copied()).unwrap_or_default())
            }
        })
    }

    /// `None` where they are left out and may be.
    fn read_bytes(
        &self,
        table: &Table<'_>,
        texts: &str,
        encoding: TextEncoding,
        text_key: &str,
        hex_key: &str,
    ) -> Read<Option<Vec<u8>>> {
        let (field, bytes) = match (table.get(text_key), table.get(hex_key)) {
            (Some(text), None) => {
                let plain = text.encodable(encoding)?;
                // `encodable` has seen that it can be.
                (text, encoding.encode(&plain).unwrap_or_default())
            }
            (None, Some(hex)) => {
                let bytes = hex.hex_bytes()?;
                (hex, bytes)
            }
            (None, None) if matches!(self.shape, Shape::Mark { least: 0, .. }) => return Ok(None),
            (None, None) => return Err(table.fault(|lang| lang.text(&format!("{texts}-{}-needed", self.key), None))),
            (Some(_), Some(_)) => return Err(table.exclude(&[text_key, hex_key])),
        };
        self.bytes_of(texts, bytes).map(Some).map_err(|error| field.refused(&error))
    }

    /// The time, where it is within its limits.
    pub fn time_of(&self, time: Duration) -> Option<Duration> {
        match self.shape {
            Shape::Time { least, most, .. } => (least..=most).contains(&time).then_some(time),
            _ => Some(time),
        }
    }

    /// The bytes, where there are as many as there may be.
    ///
    /// # Errors
    /// [`ValueError`] for no byte, and for too many.
    pub fn bytes_of(&self, texts: &str, bytes: Vec<u8>) -> Result<Vec<u8>, ValueError> {
        let (least, most) = match self.shape {
            Shape::Bytes { most, .. } => (1, most),
            Shape::Mark { least, most, .. } => (least, most),
            _ => (0, usize::MAX),
        };
        let [empty, long] = ["empty", "long"].map(|ending| format!("{texts}-{}-{ending}", self.key));
        match bytes.len() {
            0 if least > 0 => Err(ValueError(Localized::said(|lang| lang.text(&empty, None)))),
            length if length > most => {
                Err(ValueError(Localized::said(|lang| t!(lang, &long, most = most, length = length))))
            }
            _ => Ok(bytes),
        }
    }

    fn one_number_of(&self, texts: &str, number: u64) -> Result<u32, ValueError> {
        let of: &[u32] = if let Shape::OneNumber { of, .. } = self.shape { of } else { &[] };
        let found = of.iter().copied().find(|known| u64::from(*known) == number);
        let key = format!("{texts}-{}-unknown", self.key);
        let unknown = |lang: Lang| t!(lang, &key, number = number.to_string());
        found.ok_or_else(|| ValueError(Localized::said(unknown)))
    }
}

/// Reads the fields of a kind in their order.
pub(crate) fn read_all(
    fields: &[Field],
    table: &Table<'_>,
    kind: &str,
    texts: &str,
    encoding: TextEncoding,
    folder: Option<&Path>,
) -> Read<Values> {
    let mut values = Values::default();
    for field in fields {
        if field.applies(|key| values.choice(key)) {
            let value = field.read(table, kind, texts, encoding, folder)?;
            values.push(field.key, value);
        } else if let Some(idle) = field.keys().iter().find_map(|key| table.get(key)) {
            let (choice, names) = field.only_where.unwrap_or_default();
            let names = |lang: Lang| lang.list(names.iter().copied());
            return Err(idle.fault(|lang| t!(lang, "lab-option-idle", choice = choice, names = names(lang))));
        }
    }
    Ok(values)
}

/// The values as TOML; paths are as seen from that folder.
pub(crate) fn write_all(
    fields: &[Field],
    values: &Values,
    encoding: TextEncoding,
    folder: Option<&Path>,
) -> Vec<String> {
    let is_written = |key: &str, value: &Value| {
        fields.iter().find(|field| field.key == key).is_none_or(|field| !(field.is_quiet && field.is_usual(value)))
    };
    let written = values.iter().filter(|(key, value)| is_written(key, value));
    written.flat_map(|(key, value)| value.write(key, encoding, folder)).collect()
}

fn template_text(field: &tree::Field<'_>, encoding: TextEncoding) -> Read<String> {
    let text = field.text()?;
    let segments = template::parse(text).map_err(|error| field.refused(&error))?;
    // Whole first: the place in the text is then the place in the file. The segments alone decide, though: a stateful
    // encoding could take the whole and not a segment, or the other way round.
    field.check_encodable(text, encoding)?;
    for segment in &segments {
        if let Segment::Text(plain) = segment {
            field.check_encodable(plain, encoding)?;
        }
    }
    Ok(text.to_owned())
}
