//! The options of a kind. A [`Field`] is described once; the lab file reads and writes it and the form draws it from this
//! description.
//!
//! Its texts have their keys by convention: of the option `text` of the service `suffix`, `service-suffix-text` is the
//! label, `service-suffix-text-tip` its tip, and `service-suffix-text-needed` names what is missing where it is left out.

use std::path::Path;

use super::rule::{self, Rule};
use crate::t;
use crate::values::template::{self, Segment};
use crate::values::toml_text::{content, pair, quoted};
use crate::values::tree::{self, Read, Table};
use crate::values::{Content, FileShare, TextEncoding, share};

/// An option of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The key in lab files.
    pub key: &'static str,
    pub shape: Shape,
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
}

/// What a field was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Content(Content),
    Rules(Vec<Rule>),
    Share(FileShare),
}

/// What the fields of a kind were given, in the order of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(Vec<(&'static str, Value)>);

impl Field {
    pub const fn text(key: &'static str) -> Self {
        Self { key, shape: Shape::Text }
    }

    pub const fn template(key: &'static str) -> Self {
        Self { key, shape: Shape::Template }
    }

    pub const fn content() -> Self {
        Self { key: "text", shape: Shape::Content }
    }

    pub const fn rules(key: &'static str) -> Self {
        Self { key, shape: Shape::Rules }
    }

    pub const fn share() -> Self {
        Self { key: "share", shape: Shape::Share }
    }

    /// The keys under which it may stand in a lab file.
    pub fn keys(&self) -> Vec<&'static str> {
        match self.shape {
            Shape::Text | Shape::Template | Shape::Rules => vec![self.key],
            Shape::Content => vec![self.key, "hex"],
            Shape::Share => share::KEYS.to_vec(),
        }
    }

    /// The keys of its texts; `kind` is `service-suffix`, `framing-fixed` ….
    pub fn text_keys(&self, kind: &str) -> Vec<String> {
        let Self { key, shape } = self;
        let of_key = |ending: &str| format!("{kind}-{key}{ending}");
        match shape {
            Shape::Text | Shape::Template => ["", "-tip", "-needed"].map(of_key).to_vec(),
            Shape::Content => ["", "-tip"].map(of_key).to_vec(),
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
        })
    }
}

impl Value {
    /// As the table of its kind has it; paths are as seen from that folder.
    pub(crate) fn write(&self, key: &str, folder: Option<&Path>) -> Vec<String> {
        match self {
            Self::Text(text) => vec![pair(key, &quoted(text))],
            Self::Content(value) => vec![content(value)],
            Self::Rules(rules) => vec![pair(key, &rule::toml::write(rules))],
            Self::Share(share) => share::write(share, folder),
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
            Some(Value::Content(Content::Hex(_)) | Value::Rules(_) | Value::Share(_)) | None => "",
        }
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
