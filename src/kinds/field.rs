//! The options of a kind. A [`Field`] is described once; the lab file reads and writes it and the form draws it from this
//! description.
//!
//! Its texts have their keys by convention: of the option `text` of the service `suffix`, `service-suffix-text` is the
//! label, `service-suffix-text-tip` its tip, and `service-suffix-text-needed` names what is missing where it is left out.

use std::path::Path;

use super::rule::{self, Rule};
use crate::lang::{Lang, Words};
use crate::values::payload::format_hex;
use crate::values::template::{self, Segment};
use crate::values::toml_text::{content, pair, quoted};
use crate::values::tree::{self, Read, Table};
use crate::values::{Content, FileShare, Localized, TextEncoding, share};
use crate::{error_in_words, t};

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

/// What a field was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Content(Content),
    Rules(Vec<Rule>),
    Share(FileShare),
    Bytes(Vec<u8>),
    Number(u32),
    Choice(&'static str),
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

/// What the fields of a kind were given, in the order of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(Vec<(&'static str, Value)>);

impl Field {
    const fn new(key: &'static str, shape: Shape) -> Self {
        Self { key, shape, is_beside: false, idle_where: None }
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

    /// The keys under which it may stand in a lab file.
    pub fn keys(&self) -> Vec<&'static str> {
        match self.shape {
            Shape::Text
            | Shape::Template
            | Shape::Rules
            | Shape::Number { .. }
            | Shape::OneNumber { .. }
            | Shape::Choice(_) => vec![self.key],
            Shape::Content | Shape::Bytes { .. } => vec![self.key, "hex"],
            Shape::Share => share::KEYS.to_vec(),
        }
    }

    /// The keys of its texts; `kind` is `service-suffix`, `framing-fixed` ….
    pub fn text_keys(&self, kind: &str) -> Vec<String> {
        let Self { key, shape, .. } = self;
        let of_key = |ending: &str| format!("{kind}-{key}{ending}");
        match shape {
            Shape::Text | Shape::Template => ["", "-tip", "-needed"].map(of_key).to_vec(),
            Shape::Content => ["", "-tip"].map(of_key).to_vec(),
            Shape::Bytes { .. } => ["", "-tip", "-hex", "-needed", "-empty", "-long"].map(of_key).to_vec(),
            Shape::Number { .. } => ["", "-tip", "-needed"].map(of_key).to_vec(),
            Shape::OneNumber { .. } => ["", "-tip", "-value", "-unknown"].map(of_key).to_vec(),
            Shape::Choice(names) => {
                let names = names.iter().map(|name| of_key(&format!("-{name}")));
                std::iter::once(of_key("")).chain(names).collect()
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
            Shape::Bytes { .. } => self.read_bytes(table, texts, encoding)?,
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

    fn read_bytes(&self, table: &Table<'_>, texts: &str, encoding: TextEncoding) -> Read<Value> {
        let (field, bytes) = match (table.get("text"), table.get("hex")) {
            (Some(text), None) => {
                let plain = text.encodable(encoding)?;
                // `encodable` has seen that it can be.
                (text, encoding.encode(&plain).unwrap_or_default())
            }
            (None, Some(hex)) => {
                let bytes = hex.hex_bytes()?;
                (hex, bytes)
            }
            (None, None) => return Err(table.fault(|lang| lang.text(&format!("{texts}-{}-needed", self.key), None))),
            (Some(_), Some(_)) => return Err(table.exclude(&["text", "hex"])),
        };
        self.bytes_of(texts, bytes).map(Value::Bytes).map_err(|error| field.refused(&error))
    }

    /// The bytes, where there are as many as there may be.
    ///
    /// # Errors
    /// [`ValueError`] for no byte, and for too many.
    pub fn bytes_of(&self, texts: &str, bytes: Vec<u8>) -> Result<Vec<u8>, ValueError> {
        let most = if let Shape::Bytes { most, .. } = self.shape { most } else { usize::MAX };
        let [empty, long] = ["empty", "long"].map(|ending| format!("{texts}-{}-{ending}", self.key));
        match bytes.len() {
            0 => Err(ValueError(Localized::said(|lang| lang.text(&empty, None)))),
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

impl Value {
    /// As the table of its kind has it; paths are as seen from that folder.
    pub(crate) fn write(&self, key: &str, encoding: TextEncoding, folder: Option<&Path>) -> Vec<String> {
        match self {
            Self::Text(text) => vec![pair(key, &quoted(text))],
            Self::Content(value) => vec![content(value)],
            Self::Rules(rules) => vec![pair(key, &rule::toml::write(rules))],
            Self::Share(share) => share::write(share, folder),
            Self::Bytes(bytes) => match plain_text(bytes, encoding) {
                Some(text) => vec![pair("text", &quoted(text))],
                None => vec![pair("hex", &quoted(&format_hex(bytes)))],
            },
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

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(key, value)| (*key, value))
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// The text under that key; empty where it has none.
    pub fn text(&self, key: &str) -> &str {
        match self.get(key) {
            Some(Value::Text(text) | Value::Content(Content::Text(text))) => text,
            Some(_) | None => "",
        }
    }

    /// The bytes under that key; empty where there are none.
    pub fn bytes(&self, key: &str) -> &[u8] {
        if let Some(Value::Bytes(bytes)) = self.get(key) { bytes } else { &[] }
    }

    /// The number under that key; 0 where there is none.
    pub fn number(&self, key: &str) -> u32 {
        if let Some(Value::Number(number)) = self.get(key) { *number } else { 0 }
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
