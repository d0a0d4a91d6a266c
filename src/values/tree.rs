//! The file's tables, values and their places: each value knows its path (`endpoints[0].backlog`) and where it stands.

use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::content::Content;
use super::duration;
use super::encoding::{TextEncoding, Unencodable, unencodable};
use super::localized::Localized;
use super::payload;
use crate::lang::{Lang, Words};
use crate::t;

/// What is wrong at a byte of the text.
#[derive(Clone, Debug)]
pub struct Fault {
    pub at: usize,
    pub field: Option<String>,
    pub message: Localized,
}

pub type Read<T> = Result<T, Fault>;

/// The most characters of a value that a message quotes.
const MAX_QUOTED: usize = 60;

/// A value of the file, or the whole file.
#[derive(Clone, Debug)]
pub struct Field<'t> {
    path: String,
    at: usize,
    value: Value<'t>,
}

#[derive(Clone, Copy, Debug)]
enum Value<'t> {
    Root(&'t DeTable<'t>),
    Inner(&'t Spanned<DeValue<'t>>),
}

fn is_deeper_than(value: &DeValue<'_>, depth: usize) -> bool {
    let Some(left) = depth.checked_sub(1) else { return true };
    match value {
        DeValue::Array(values) => values.iter().any(|value| is_deeper_than(value.get_ref(), left)),
        DeValue::Table(entries) => entries.values().any(|value| is_deeper_than(value.get_ref(), left)),
        _ => false,
    }
}

/// A table whose keys are all known.
#[derive(Clone, Debug)]
pub struct Table<'t> {
    path: String,
    at: usize,
    entries: &'t DeTable<'t>,
}

impl<'t> Field<'t> {
    pub fn root(table: &'t DeTable<'t>) -> Self {
        Self { path: String::new(), at: 0, value: Value::Root(table) }
    }

    fn inner(path: String, value: &'t Spanned<DeValue<'t>>) -> Self {
        Self { path, at: value.span().start, value: Value::Inner(value) }
    }

    /// An error about this value, said in each language.
    pub fn fault<S: Into<String>>(&self, say: impl Fn(Lang) -> S) -> Fault {
        let field = if self.path.is_empty() { None } else { Some(self.path.clone()) };
        Fault { at: self.at, field, message: Localized::said(say) }
    }

    /// What a parser of its own says of this value.
    pub fn refused(&self, error: &impl Words) -> Fault {
        self.fault(|lang| error.words(lang))
    }

    /// The value is not what it should be.
    pub fn unexpected<S: Into<String>>(&self, expected: impl Fn(Lang) -> S) -> Fault {
        self.fault(|lang| {
            let what: String = expected(lang).into();
            t!(lang, "lab-expected", what = what, found = self.found(lang))
        })
    }

    /// The value as a message quotes it.
    fn found(&self, lang: Lang) -> Cow<'static, str> {
        let plain = |value: String| t!(lang, "lab-found-value", value = cut(&value));
        match self.value() {
            None | Some(DeValue::Table(_)) => t!(lang, "lab-found-table"),
            Some(DeValue::Array(_)) => t!(lang, "lab-found-array"),
            Some(DeValue::Datetime(_)) => t!(lang, "lab-found-date"),
            Some(DeValue::String(text)) => t!(lang, "lab-found-text", text = shown(text)),
            Some(DeValue::Integer(number)) => plain(number.to_string()),
            Some(DeValue::Float(number)) => plain(number.to_string()),
            Some(DeValue::Boolean(value)) => plain(value.to_string()),
        }
    }

    fn value(&self) -> Option<&'t DeValue<'t>> {
        match self.value {
            Value::Inner(value) => Some(value.get_ref()),
            Value::Root(_) => None,
        }
    }

    /// True where arrays and tables lie in each other deeper than that.
    pub fn is_deeper_than(&self, depth: usize) -> bool {
        self.value().is_some_and(|value| is_deeper_than(value, depth))
    }

    pub fn is_table(&self) -> bool {
        matches!(self.value(), None | Some(DeValue::Table(_)))
    }

    pub fn is_integer(&self) -> bool {
        matches!(self.value(), Some(DeValue::Integer(_)))
    }

    pub fn text(&self) -> Read<&'t str> {
        match self.value() {
            Some(DeValue::String(text)) => Ok(text),
            _ => Err(self.unexpected(|lang| t!(lang, "lab-what-text"))),
        }
    }

    /// A duration as [`duration::parse`] reads it.
    pub fn duration(&self) -> Read<Duration> {
        let Some(DeValue::String(text)) = self.value() else {
            return Err(self.unexpected(|lang| t!(lang, "lab-what-duration")));
        };
        duration::parse(text).map_err(|error| self.refused(&error))
    }

    pub fn boolean(&self) -> Read<bool> {
        match self.value() {
            Some(DeValue::Boolean(value)) => Ok(*value),
            _ => Err(self.unexpected(|lang| t!(lang, "lab-what-boolean"))),
        }
    }

    pub fn integer(&self, range: RangeInclusive<u64>) -> Read<u64> {
        let number = match self.value() {
            Some(DeValue::Integer(number)) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        match number {
            Some(number) if range.contains(&number) => Ok(number),
            _ => Err(self.unexpected(|lang| match (*range.start(), *range.end()) {
                (least, u64::MAX) => t!(lang, "lab-what-from", least = least.to_string()),
                (least, most) => t!(lang, "lab-what-range", least = least.to_string(), most = most.to_string()),
            })),
        }
    }

    pub fn integer_u32(&self, range: RangeInclusive<u32>) -> Read<u32> {
        let number = self.integer(u64::from(*range.start())..=u64::from(*range.end()))?;
        u32::try_from(number).map_err(|_| self.unexpected(|lang| t!(lang, "lab-what-number")))
    }

    /// A whole number that may be negative.
    pub fn integer_i32(&self, range: RangeInclusive<i32>) -> Read<i32> {
        let number = match self.value() {
            Some(DeValue::Integer(number)) => i32::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        number.filter(|number| range.contains(number)).ok_or_else(|| {
            let (least, most) = (range.start().to_string(), range.end().to_string());
            self.unexpected(|lang| t!(lang, "lab-what-range", least = least.as_str(), most = most.as_str()))
        })
    }

    /// A number that a layout can share its room by.
    pub fn float(&self) -> Read<f32> {
        let number = match self.value() {
            Some(DeValue::Float(number)) => number.as_str().parse().ok(),
            Some(DeValue::Integer(number)) => number.as_str().parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| self.unexpected(|lang| t!(lang, "lab-what-number")))
    }

    /// A string that `parse` knows; `known` is what it could have been.
    pub fn one_of<T>(&self, known: &[&str], parse: impl FnOnce(&str) -> Option<T>) -> Read<T> {
        parse(self.text()?).ok_or_else(|| self.unexpected(|lang| one_of(lang, known)))
    }

    /// A text that an endpoint with this encoding can send and receive.
    pub fn encodable(&self, encoding: TextEncoding) -> Read<String> {
        let text = self.text()?;
        self.check_encodable(text, encoding)?;
        Ok(text.to_owned())
    }

    /// Refuses a text that the encoding has no bytes for.
    pub fn check_encodable(&self, text: &str, encoding: TextEncoding) -> Read<()> {
        encoding.encode(text).map(drop).map_err(|Unencodable { position, character }| {
            self.fault(|lang| unencodable(lang, position, character, encoding.name()))
        })
    }

    /// Bytes as [`payload::parse_hex`] reads them.
    pub fn hex_bytes(&self) -> Read<Vec<u8>> {
        payload::parse_hex(self.text()?).map_err(|error| self.refused(&error))
    }

    /// A path, whatever it leads to; relative paths count from `folder`. An empty text is refused with the text `missing`.
    pub fn path(&self, folder: Option<&Path>, missing: &str) -> Read<PathBuf> {
        match self.text()? {
            "" => Err(self.fault(|lang| t!(lang, missing))),
            text if text.contains('\0') => Err(self.fault(|lang| t!(lang, "lab-nul-in-path"))),
            text => Ok(folder.map_or_else(|| PathBuf::from(text), |folder| folder.join(text))),
        }
    }

    pub fn array<S: Into<String>>(&self, expected: impl Fn(Lang) -> S) -> Read<Vec<Field<'t>>> {
        match self.value() {
            Some(DeValue::Array(array)) => {
                let item = |(index, value)| Self::inner(format!("{}[{index}]", self.path), value);
                Ok(array.iter().enumerate().map(item).collect())
            }
            _ => Err(self.unexpected(expected)),
        }
    }

    /// The table, whatever its keys are.
    pub fn any_table(&self) -> Read<Table<'t>> {
        let entries = match (self.value, self.value()) {
            (Value::Root(table), _) => table,
            (_, Some(DeValue::Table(table))) => table,
            _ => return Err(self.unexpected(|lang| t!(lang, "lab-what-table"))),
        };
        Ok(Table { path: self.path.clone(), at: self.at, entries })
    }

    /// The table, if it has no other keys than these.
    pub fn table(&self, known: &[&str]) -> Read<Table<'t>> {
        let table = self.any_table()?;
        table.allow(known)?;
        Ok(table)
    }
}

impl<'t> Table<'t> {
    /// Refuses keys that are not among these, the first in the file.
    pub fn allow(&self, known: &[&str]) -> Read<()> {
        let unknown = self.entries.keys().filter(|key| !known.contains(&key.get_ref().as_ref()));
        match unknown.min_by_key(|key| key.span().start) {
            None => Ok(()),
            Some(key) => {
                let field = self.path_of(key.get_ref());
                Err(Fault {
                    at: key.span().start,
                    field: Some(field),
                    message: Localized::said(|lang| {
                        t!(lang, "lab-unknown-key", known = lang.list(known.iter().copied()))
                    }),
                })
            }
        }
    }

    fn path_of(&self, key: &str) -> String {
        let is_bare = !key.is_empty()
            && key.len() <= MAX_QUOTED
            && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        let key = if is_bare { key.to_owned() } else { format!("\"{}\"", shown(key)) };
        if self.path.is_empty() { key } else { format!("{}.{key}", self.path) }
    }

    pub fn get(&self, key: &str) -> Option<Field<'t>> {
        self.entries.get(key).map(|value| Field::inner(self.path_of(key), value))
    }

    /// All keys with their values, in the order of their names.
    pub fn entries(&self) -> Vec<(String, Field<'t>)> {
        let entry = |(key, value): (&'t Spanned<DeString<'t>>, &'t Spanned<DeValue<'t>>)| {
            let key = key.get_ref().as_ref();
            (key.to_owned(), Field::inner(self.path_of(key), value))
        };
        self.entries.iter().map(entry).collect()
    }

    /// The value that must be there; `what` says what it would be.
    pub fn require<S: Into<String>>(&self, key: &str, what: impl Fn(Lang) -> S) -> Read<Field<'t>> {
        self.get(key).ok_or_else(|| Fault {
            at: self.at,
            field: Some(self.path_of(key)),
            message: Localized::said(|lang| {
                let what: String = what(lang).into();
                t!(lang, "lab-missing", what = what)
            }),
        })
    }

    /// Which of these keys are there.
    pub fn present(&self, keys: &[&'static str]) -> Vec<&'static str> {
        keys.iter().copied().filter(|key| self.entries.contains_key(*key)).collect()
    }

    /// The table's `text` or `hex`, exactly one of them; `what` needs it.
    pub fn content(&self, what: &str, encoding: TextEncoding) -> Read<Content> {
        match (self.get("text"), self.get("hex")) {
            (Some(text), None) => Ok(Content::Text(text.encodable(encoding)?)),
            (None, Some(hex)) => Ok(Content::Hex(hex.hex_bytes()?)),
            (None, None) => Err(self.fault(|lang| t!(lang, "lab-needs-content", what = what))),
            (Some(_), Some(hex)) => Err(hex.fault(|lang| t!(lang, "lab-exclude", keys = lang.all_of(["text", "hex"])))),
        }
    }

    /// An error about the table as a whole.
    pub fn fault<S: Into<String>>(&self, say: impl Fn(Lang) -> S) -> Fault {
        let field = if self.path.is_empty() { None } else { Some(self.path.clone()) };
        Fault { at: self.at, field, message: Localized::said(say) }
    }

    /// Keys stand in the table of which only one may.
    pub fn exclude(&self, keys: &[&str]) -> Fault {
        self.fault(|lang| t!(lang, "lab-exclude", keys = lang.all_of(keys.iter().copied())))
    }
}

/// What a value could be: `one of a, b`.
pub fn one_of(lang: Lang, known: &[&str]) -> Cow<'static, str> {
    t!(lang, "lab-what-one-of", known = lang.list(known.iter().copied()))
}

/// The text as messages quote it: its beginning where it is long, with escapes for what can't be seen.
pub fn shown(text: &str) -> String {
    cut(text).escape_debug().to_string()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
