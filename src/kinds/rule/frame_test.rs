//! A pattern that asks for fields of the message by the protocol that the framing names: `function == 3 and unit != 0`.

use std::fmt;
use std::str::FromStr;

use crate::kinds::framing::{FrameValue, Preset};
use crate::lang::{Lang, Words};
use crate::{error_in_words, t};

/// The most fields that one pattern asks for.
const MAX_TERMS: usize = 16;

/// What is asked of fields; all of it must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameTest(Vec<Term>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    field: String,
    relation: Relation,
    value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equal,
    Unequal,
    AtLeast,
    AtMost,
    More,
    Less,
}

const RELATIONS: [(&str, Relation); 6] = [
    ("==", Relation::Equal),
    ("!=", Relation::Unequal),
    (">=", Relation::AtLeast),
    ("<=", Relation::AtMost),
    (">", Relation::More),
    ("<", Relation::Less),
];

/// A text that asks for no field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameTestError {
    part: String,
}

impl Words for FrameTestError {
    fn words(&self, lang: Lang) -> String {
        t!(lang, "wrong-frame-test", part = self.part.as_str()).into_owned()
    }
}

error_in_words!(FrameTestError);

/// A field that messages of the protocol don't have; `None` is no protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFieldError {
    pub name: String,
    pub preset: Option<&'static Preset>,
}

impl Words for UnknownFieldError {
    fn words(&self, lang: Lang) -> String {
        let name = self.name.as_str();
        match self.preset {
            None => t!(lang, "wrong-frame-no-preset", name = name),
            Some(preset) => {
                let known = lang.list(preset.field_names());
                t!(lang, "wrong-frame-unknown", name = name, preset = preset.name, known = known)
            }
        }
        .into_owned()
    }
}

error_in_words!(UnknownFieldError);

impl FrameTest {
    /// Whether messages of that protocol have each field that is asked for; `None` is no protocol.
    ///
    /// # Errors
    /// The first that they don't have.
    pub fn check(&self, preset: Option<&'static Preset>) -> Result<(), UnknownFieldError> {
        let is_known = |name: &str| preset.is_some_and(|preset| preset.field_names().any(|known| known == name));
        match self.fields().find(|name| !is_known(name)) {
            Some(name) => Err(UnknownFieldError { name: name.to_owned(), preset }),
            None => Ok(()),
        }
    }

    /// Whether a message with these fields is what is asked for. A field that it does not have is neither equal nor
    /// unequal to anything.
    pub fn holds(&self, fields: &[FrameValue]) -> bool {
        self.0.iter().all(|term| fields.iter().any(|field| field.name == term.field && term.holds(field)))
    }

    /// The fields that are asked for.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|term| term.field.as_str())
    }
}

impl Term {
    fn holds(&self, field: &FrameValue) -> bool {
        let order = match (field.number, number(&self.value)) {
            (Some(number), Some(value)) => number.cmp(&value),
            // A text in digits, as a length of syslog, is compared as a number with one.
            (None, Some(value)) if number(&field.text).is_some() => number(&field.text).unwrap_or(0).cmp(&value),
            _ => field.text.as_str().cmp(&self.value),
        };
        match self.relation {
            Relation::Equal => order.is_eq(),
            Relation::Unequal => order.is_ne(),
            Relation::AtLeast => order.is_ge(),
            Relation::AtMost => order.is_le(),
            Relation::More => order.is_gt(),
            Relation::Less => order.is_lt(),
        }
    }
}

fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

impl FromStr for FrameTest {
    type Err = FrameTestError;

    fn from_str(text: &str) -> Result<Self, FrameTestError> {
        let parts: Vec<&str> = text.split(" and ").collect();
        let wrong = |part: &str| FrameTestError { part: part.chars().take(80).collect() };
        if parts.len() > MAX_TERMS {
            return Err(wrong(text));
        }
        let term = |part: &&str| {
            let split = |(symbol, relation)| part.split_once(symbol).map(|(field, value)| (field, relation, value));
            let (field, relation, value) = RELATIONS.into_iter().find_map(split).ok_or_else(|| wrong(part))?;
            let field = field.trim();
            let field = field.strip_prefix("frame.").unwrap_or(field);
            let value = value.trim();
            let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
            let is_known = Preset::ALL.iter().any(|preset| preset.field_names().any(|name| name == field));
            if !is_known || value.is_empty() || value.contains('"') {
                return Err(wrong(part));
            }
            Ok(Term { field: field.to_owned(), relation, value: value.to_owned() })
        };
        parts.iter().map(term).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for FrameTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Term { field, relation, value }) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" and ")?;
            }
            let symbol = RELATIONS.iter().find(|(_, known)| known == relation).map_or("==", |(symbol, _)| symbol);
            // Quoted where it would be read otherwise.
            let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.?*".contains(&byte));
            if is_plain { write!(f, "{field} {symbol} {value}")? } else { write!(f, "{field} {symbol} \"{value}\"")? }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::framing::Framing;

    fn test(text: &str) -> FrameTest {
        text.parse().unwrap()
    }

    #[test]
    fn fields_are_compared_as_numbers_and_as_texts() {
        let modbus = Framing::of_preset("modbus-tcp").unwrap().fields(b"\x01\x02\0\0\0\x02\x01\x83");
        for (text, holds) in [
            ("function == 0x83", true),
            ("frame.function == 131 and unit == 1", true),
            ("function >= 128", true),
            ("function != 131", false),
            ("id == 258 and unit == 2", false),
            ("topic == a", false),
            ("topic != a", false),
        ] {
            assert_eq!(test(text).holds(&modbus), holds, "{text}");
        }
        let nmea = Framing::of_preset("nmea").unwrap().fields(b"$GPGGA,1*47\r\n");
        assert!(test("type == GGA").holds(&nmea) && !test("type == \"RMC\"").holds(&nmea));
    }

    #[test]
    fn what_asks_for_nothing_is_refused_and_what_asks_is_written_again() {
        for wrong in ["", "function", "colour == 1", "function ==", "function == \"a", "function = 3"] {
            assert!(wrong.parse::<FrameTest>().is_err(), "{wrong}");
        }
        for text in ["function == 3 and unit != 0x0a", "type == \"ADT^A01\""] {
            assert_eq!(test(text).to_string(), text);
        }
    }
}
