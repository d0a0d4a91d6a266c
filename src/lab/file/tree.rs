//! The file's tables, values and their places: each value knows its path (`endpoints[0].backlog`) and where it stands.

use std::ops::RangeInclusive;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// What is wrong at a byte of the text.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub at: usize,
    pub field: Option<String>,
    pub message: String,
}

pub(super) type Read<T> = Result<T, Fault>;

/// The most characters of a value that a message quotes.
const MAX_QUOTED: usize = 60;

/// A value of the file, or the whole file.
#[derive(Clone, Debug)]
pub(super) struct Field<'t> {
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
pub(super) struct Table<'t> {
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

    /// An error about this value.
    pub fn fault(&self, message: impl Into<String>) -> Fault {
        let field = if self.path.is_empty() { None } else { Some(self.path.clone()) };
        Fault { at: self.at, field, message: message.into() }
    }

    fn unexpected(&self, expected: &str) -> Fault {
        self.fault(format!("expected {expected}, found {}", self.found()))
    }

    /// The value as a message quotes it.
    fn found(&self) -> String {
        let Value::Inner(value) = self.value else { return "a table".to_owned() };
        match value.get_ref() {
            DeValue::String(text) => quoted(text),
            DeValue::Integer(number) => cut(&number.to_string()),
            DeValue::Float(number) => cut(&number.to_string()),
            DeValue::Boolean(value) => value.to_string(),
            DeValue::Datetime(_) => "a date or time".to_owned(),
            DeValue::Array(_) => "an array".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
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
            _ => Err(self.unexpected("a string")),
        }
    }

    pub fn boolean(&self) -> Read<bool> {
        match self.value() {
            Some(DeValue::Boolean(value)) => Ok(*value),
            _ => Err(self.unexpected("true or false")),
        }
    }

    pub fn integer(&self, range: RangeInclusive<u64>) -> Read<u64> {
        let number = match self.value() {
            Some(DeValue::Integer(number)) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        match number {
            Some(number) if range.contains(&number) => Ok(number),
            _ => Err(self.unexpected(&match (*range.start(), *range.end()) {
                (start, u64::MAX) => format!("a whole number from {start}"),
                (start, end) => format!("a whole number from {start} to {end}"),
            })),
        }
    }

    pub fn integer_u32(&self, range: RangeInclusive<u32>) -> Read<u32> {
        let number = self.integer(u64::from(*range.start())..=u64::from(*range.end()))?;
        u32::try_from(number).map_err(|_| self.unexpected("a smaller number"))
    }

    /// A string that `parse` knows; `known` is what it could have been.
    pub fn one_of<T>(&self, known: &str, parse: impl FnOnce(&str) -> Option<T>) -> Read<T> {
        parse(self.text()?).ok_or_else(|| self.unexpected(&format!("one of {known}")))
    }

    pub fn array(&self, expected: &str) -> Read<Vec<Field<'t>>> {
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
            _ => return Err(self.unexpected("a table")),
        };
        Ok(Table { path: self.path.clone(), at: self.at, entries })
    }

    /// The table, if it has no other keys than these.
    pub fn table(&self, known: &[&str]) -> Read<Table<'t>> {
        let table = self.any_table()?;
        table.allow(known)?;
        Ok(table)
    }

    /// The value as a type that has its own serde form.
    pub fn deserialize<T: DeserializeOwned>(&self) -> Read<T> {
        let Value::Inner(value) = self.value else { return Err(self.unexpected("a value")) };
        T::deserialize(ValueDeserializer::from(value.clone())).map_err(|error| {
            let at = error.span().map_or(self.at, |span| span.start);
            Fault { at, ..self.fault(error.message()) }
        })
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
                    message: format!("unknown key: expected one of {}", known.join(", ")),
                })
            }
        }
    }

    fn path_of(&self, key: &str) -> String {
        let is_bare = !key.is_empty()
            && key.len() <= MAX_QUOTED
            && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        let key = if is_bare { key.to_owned() } else { quoted(key) };
        if self.path.is_empty() { key } else { format!("{}.{key}", self.path) }
    }

    pub fn get(&self, key: &str) -> Option<Field<'t>> {
        self.entries.get(key).map(|value| Field::inner(self.path_of(key), value))
    }

    /// The value that must be there; `what` says what it would be.
    pub fn require(&self, key: &str, what: &str) -> Read<Field<'t>> {
        self.get(key).ok_or_else(|| Fault {
            at: self.at,
            field: Some(self.path_of(key)),
            message: format!("is missing: expected {what}"),
        })
    }

    /// Which of these keys are there.
    pub fn present(&self, keys: &[&'static str]) -> Vec<&'static str> {
        keys.iter().copied().filter(|key| self.entries.contains_key(*key)).collect()
    }

    /// An error about the table as a whole.
    pub fn fault(&self, message: impl Into<String>) -> Fault {
        let field = if self.path.is_empty() { None } else { Some(self.path.clone()) };
        Fault { at: self.at, field, message: message.into() }
    }
}

/// The text in quotes, its beginning where it is long, with escapes for what can't be seen.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", cut(text).escape_debug())
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
