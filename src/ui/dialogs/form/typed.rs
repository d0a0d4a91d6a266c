//! The options of a kind while they are typed: drawn from their descriptions, and made into values by them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use eframe::egui::{ComboBox, Response, TextEdit, Ui};

use super::Lines;
use super::form_field;
use super::text::escaped;
use crate::kinds::framing::StreamPattern;
use crate::kinds::{Field, Shape, Value, Values};
use crate::lab::payload::{self, Input, LineEnding, PayloadError, Piece, format_hex};
use crate::lab::transfer::{FileShare, Shared};
use crate::lab::{Content, TextEncoding};
use crate::lang::{Lang, Words as _};
use crate::t;
use crate::ui::widgets::field;
use crate::values::duration::{self, wrong_time};

/// The width of a field for a number, and of the choices, in points.
const NUMBER_WIDTH: f32 = 110.0;
const NUMBERS_WIDTH: f32 = 120.0;
const NAMES_WIDTH: f32 = 190.0;
/// The longest number that can be typed, in characters.
const MAX_NUMBER_CHARS: usize = 12;

/// What was typed, by the keys of the options. It stays while another kind is chosen that has no such option.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Typed {
    texts: BTreeMap<&'static str, (String, bool)>,
    numbers: BTreeMap<&'static str, u32>,
    names: BTreeMap<&'static str, &'static str>,
}

impl Typed {
    pub fn of(values: &Values, encoding: TextEncoding) -> Self {
        let mut typed = Self::default();
        for (key, value) in values.iter() {
            match value {
                Value::Text(text) | Value::Content(Content::Text(text)) => typed.put(key, escaped(text), false),
                Value::Pattern(pattern) => typed.put(key, pattern.clone(), false),
                Value::Content(Content::Hex(bytes)) => typed.put(key, format_hex(bytes), true),
                Value::Bytes(bytes) | Value::Mark(bytes) => match plain_text(bytes, encoding) {
                    Some(text) => typed.put(key, escaped(text), false),
                    None => typed.put(key, format_hex(bytes), true),
                },
                Value::Number(number) => {
                    typed.put(key, number.to_string(), false);
                    typed.numbers.insert(key, *number);
                }
                Value::Time(time) => typed.put(key, duration::format(*time), false),
                Value::Count(count) => typed.put(key, count.to_string(), false),
                Value::Choice(name) => drop(typed.names.insert(key, name)),
                // They have editors of their own.
                Value::Rules(_) | Value::Share(_) => {}
            }
        }
        typed
    }

    pub fn put(&mut self, key: &'static str, text: String, is_hex: bool) {
        self.texts.insert(key, (text, is_hex));
    }

    fn text(&self, field: &Field) -> (Cow<'_, str>, bool) {
        self.texts.get(field.key).map_or((first_text(field), false), |(text, is_hex)| (Cow::Borrowed(text), *is_hex))
    }

    fn text_mut(&mut self, field: &Field) -> &mut (String, bool) {
        self.texts.entry(field.key).or_insert_with(|| (first_text(field).into_owned(), false))
    }

    fn number(&self, field: &Field) -> u32 {
        let usual = if let Shape::OneNumber { usual, .. } = field.shape { usual } else { 0 };
        self.numbers.get(field.key).copied().unwrap_or(usual)
    }

    fn name(&self, field: &Field, names: &[&'static str]) -> &'static str {
        self.names.get(field.key).copied().or(names.first().copied()).unwrap_or_default()
    }

    /// Whether there is such an option beside what else was chosen.
    pub(super) fn applies(&self, field: &Field, fields: &[Field]) -> bool {
        field.applies(|key| match fields.iter().find(|other| other.key == key) {
            Some(other @ Field { shape: Shape::Choice(names), .. }) => self.name(other, names),
            _ => "",
        })
    }

    /// What was typed as the values of a kind's options.
    ///
    /// # Errors
    /// Why the first that is wrong is none, in the user's language.
    pub fn values(&self, fields: &[Field], texts: &str, lang: Lang, encoding: TextEncoding) -> Result<Values, String> {
        let there = fields.iter().filter(|field| self.applies(field, fields));
        let value = |field: &Field| Ok((field.key, self.value(field, texts, lang, encoding)?));
        Ok(Values::new(there.map(value).collect::<Result<Vec<_>, String>>()?))
    }

    /// What was typed as the value of that option; `texts` begins the keys of the kind's texts.
    ///
    /// # Errors
    /// Why not, in the user's language.
    pub fn value(&self, field: &Field, texts: &str, lang: Lang, encoding: TextEncoding) -> Result<Value, String> {
        let (text, is_hex) = self.text(field);
        let text = text.as_ref();
        let hex = || payload::parse_hex(text).map_err(|error| error.sentence(lang));
        Ok(match field.shape {
            Shape::Text | Shape::Template => Value::Text(unescaped(text, lang, encoding)?),
            Shape::Content if is_hex => Value::Content(Content::Hex(hex()?)),
            Shape::Content => Value::Content(Content::Text(unescaped(text, lang, encoding)?)),
            Shape::Time { least, most, .. } => {
                let time = duration::parse(text.trim()).map_err(|error| error.sentence(lang))?;
                let wrong = || lang.sentence(&wrong_time(lang, least, most));
                Value::Time(field.time_of(time).ok_or_else(wrong)?)
            }
            Shape::Pattern => {
                StreamPattern::new(text).map_err(|error| error.sentence(lang))?;
                Value::Pattern(text.to_owned())
            }
            Shape::Count { least, most, .. } => {
                let count = text.trim().parse().ok().filter(|count| (least..=most).contains(count));
                let (least, most) = (least.to_string(), most.to_string());
                Value::Count(count.ok_or_else(|| t!(lang, "wrong-number", least = least, most = most))?)
            }
            Shape::Bytes { .. } | Shape::Mark { .. } => {
                let input = if is_hex { Input::Hex } else { Input::Text };
                let bytes = payload::encode(text, input, encoding, LineEnding::None);
                let bytes = bytes.map_err(|error| error.sentence(lang))?;
                let bytes = field.bytes_of(texts, bytes).map_err(|error| error.sentence(lang))?;
                if matches!(field.shape, Shape::Mark { .. }) { Value::Mark(bytes) } else { Value::Bytes(bytes) }
            }
            Shape::Number { least, most, .. } => {
                let number = text.trim().parse().ok().filter(|number| (least..=most).contains(number));
                let (least, most) = (least.to_string(), most.to_string());
                Value::Number(number.ok_or_else(|| t!(lang, "wrong-number", least = least, most = most))?)
            }
            Shape::OneNumber { .. } => Value::Number(self.number(field)),
            Shape::Choice(names) => Value::Choice(self.name(field, names)),
            // They have editors of their own.
            Shape::Rules => Value::Rules(Vec::new()),
            Shape::Share => Value::Share(FileShare::new(Shared::Files(Vec::new()))),
        })
    }

    /// The option, and those that are drawn beside it. `of` is the field of the form that it is.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        lang: Lang,
        lines: &mut Lines<'_>,
        texts: &str,
        fields: &[Field],
        of: form_field::Field,
    ) {
        let Some((field, beside)) = fields.split_first() else { return };
        let key = format!("{texts}-{}", field.key);
        let (name, tip) = (t!(lang, &key), lang.text(&format!("{key}-tip"), None));
        match field.shape {
            Shape::Text | Shape::Template | Shape::Pattern => {
                lines.text(ui, &name, &tip, of, &mut self.text_mut(field).0, "");
            }
            Shape::Time { .. } | Shape::Count { .. } => {
                let text = &mut self.text_mut(field).0;
                lines.line(ui, &name, &tip, Some(of), |ui| {
                    let edit = TextEdit::singleline(text).desired_width(NUMBER_WIDTH).char_limit(MAX_NUMBER_CHARS);
                    field::line(ui, edit)
                });
            }
            Shape::Content => {
                let (text, is_hex) = self.text_mut(field);
                lines.text(ui, &name, &tip, of, text, "");
                lines.check(ui, "", &t!(lang, "form-hex"), &t!(lang, "form-hex-tip"), is_hex);
            }
            Shape::Bytes { hint, .. } | Shape::Mark { hint, .. } => {
                let (text, is_hex) = self.text_mut(field);
                lines.text(ui, &name, &tip, of, text, hint);
                lines.check(ui, "", &lang.text(&format!("{key}-hex"), None), &t!(lang, "form-hex-tip"), is_hex);
            }
            Shape::Number { typed, .. } => {
                let text = &mut self.text_mut(field).0;
                lines.line(ui, &name, &tip, Some(of), |ui| {
                    let edit = TextEdit::singleline(text).desired_width(NUMBER_WIDTH).char_limit(MAX_NUMBER_CHARS);
                    field::line(ui, edit.hint_text(typed))
                });
            }
            Shape::OneNumber { .. } | Shape::Choice(_) => {
                lines.line(ui, &name, &tip, None, |ui| {
                    let response = self.choice_ui(ui, lang, &key, field);
                    for field in beside {
                        let idle = field.idle_where.is_some_and(|(other, number)| {
                            fields.iter().any(|field| field.key == other && self.number(field) == number)
                        });
                        let key = format!("{texts}-{}", field.key);
                        ui.add_enabled_ui(!idle, |ui| {
                            self.choice_ui(ui, lang, &key, field).accessible_name(t!(lang, &key));
                        });
                    }
                    response
                });
            }
            Shape::Rules | Shape::Share => {}
        }
    }

    fn choice_ui(&mut self, ui: &mut Ui, lang: Lang, key: &str, field: &Field) -> Response {
        match field.shape {
            Shape::OneNumber { of, .. } => {
                let value = format!("{key}-value");
                let name = |number: u32| t!(lang, &value, count = number);
                let mut chosen = self.number(field);
                let combo = ComboBox::from_id_salt(key).width(NUMBERS_WIDTH).selected_text(name(chosen));
                let response = combo.show_ui(ui, |ui| {
                    for number in of {
                        ui.selectable_value(&mut chosen, *number, name(*number).as_ref());
                    }
                });
                self.numbers.insert(field.key, chosen);
                response.response
            }
            Shape::Choice(names) => {
                let name = |name: &str| lang.text(&format!("{key}-{name}"), None);
                let mut chosen = self.name(field, names);
                let combo = ComboBox::from_id_salt(key).width(NAMES_WIDTH).selected_text(name(chosen));
                let response = combo.show_ui(ui, |ui| {
                    for known in names {
                        ui.selectable_value(&mut chosen, known, name(known).as_ref());
                    }
                });
                self.names.insert(field.key, chosen);
                response.response
            }
            // They are typed.
            Shape::Text
            | Shape::Template
            | Shape::Content
            | Shape::Bytes { .. }
            | Shape::Mark { .. }
            | Shape::Time { .. }
            | Shape::Pattern
            | Shape::Count { .. }
            | Shape::Number { .. }
            | Shape::Rules
            | Shape::Share => ui.label(""),
        }
    }
}

/// What the form begins with.
fn first_text(field: &Field) -> Cow<'static, str> {
    match field.shape {
        Shape::Bytes { typed, .. } | Shape::Mark { typed, .. } | Shape::Number { typed, .. } => Cow::Borrowed(typed),
        Shape::Time { usual, .. } => Cow::Owned(duration::format(usual)),
        Shape::Count { usual, .. } => Cow::Owned(usual.to_string()),
        Shape::Pattern => Cow::Borrowed(
            r"
",
        ),
        Shape::Text
        | Shape::Template
        | Shape::Content
        | Shape::OneNumber { .. }
        | Shape::Choice(_)
        | Shape::Rules
        | Shape::Share => Cow::Borrowed(""),
    }
}

/// Bytes that are easier to read as a text, with the escapes of the form.
fn plain_text(bytes: &[u8], encoding: TextEncoding) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\r' | b'\n' | b'\t' | 0));
    (is_plain && encoding.encode(text).as_deref() == Ok(bytes)).then_some(text)
}

/// The text without its escapes, which the encoding has bytes for.
pub(super) fn unescaped(typed: &str, lang: Lang, encoding: TextEncoding) -> Result<String, String> {
    let mut text = String::new();
    let mut places = Vec::new();
    for (place, piece) in payload::unescape(typed).map_err(|error| error.sentence(lang))? {
        places.push(place);
        match piece {
            Piece::Char(character) => text.push(character),
            Piece::Byte(byte) if byte.is_ascii() => text.push(char::from(byte)),
            Piece::Byte(_) => return Err(t!(lang, "wrong-byte-in-text").into_owned()),
        }
    }
    if let Err(error) = encoding.encode(&text) {
        let position = places.get(error.position).copied().unwrap_or(error.position);
        let error = PayloadError::Unencodable { position, character: error.character, encoding: encoding.name() };
        return Err(error.sentence(lang));
    }
    Ok(text)
}
