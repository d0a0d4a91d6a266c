//! How a form has an option that needs no editor of its own: a switch, or a line of text.

use super::{EndpointOption, Value};
use crate::lab::{EndpointKind, EndpointSpec};
use crate::lang::Lang;
use crate::t;

/// What stands for "as it is anyway".
pub(super) const SYSTEM: Usual = Usual::Text("opt-system");

/// What an option is where nobody has set it.
#[derive(Clone, Copy)]
pub enum Usual {
    /// The key of a text.
    Text(&'static str),
    Number(fn(EndpointKind) -> u32),
    /// Of a switch.
    On(fn(EndpointKind) -> bool),
}

/// A control of a form, and the words beside it.
#[derive(Clone, Copy)]
pub struct Control {
    /// What the manual pages call it; empty where they have no name for it.
    pub c_name: &'static str,
    /// The key of its name, or of what a switch does; empty where `c_name` is enough.
    pub text: &'static str,
    /// The key of its tip.
    pub tip: &'static str,
    pub usual: Usual,
    line: Option<(Show, Take)>,
}

type Show = fn(&EndpointSpec) -> String;
type Take = fn(&str, Lang, &mut EndpointSpec) -> Result<(), String>;

impl Control {
    pub const fn line(c_name: &'static str, text: &'static str, tip: &'static str, usual: Usual) -> Self {
        Self { c_name, text, tip, usual, line: None }
    }

    pub const fn switch(c_name: &'static str, text: &'static str, tip: &'static str) -> Self {
        Self::line(c_name, text, tip, Usual::On(|_| false))
    }

    /// A switch that is on for some kinds where nobody has set it.
    pub const fn on(self, usual: fn(EndpointKind) -> bool) -> Self {
        Self { usual: Usual::On(usual), ..self }
    }

    /// How the line is written and read.
    pub(super) const fn by(self, show: Show, take: Take) -> Self {
        Self { line: Some((show, take)), ..self }
    }

    /// What it is called in a form.
    pub fn name(&self, lang: Lang) -> String {
        if self.c_name.is_empty() { lang.text(self.text, None).into_owned() } else { self.c_name.to_owned() }
    }

    /// What a line shows while it is empty.
    pub fn hint(&self, lang: Lang, kind: EndpointKind) -> String {
        match self.usual {
            Usual::Text(key) => lang.text(key, None).into_owned(),
            Usual::Number(number) => number(kind).to_string(),
            Usual::On(_) => String::new(),
        }
    }
}

impl EndpointOption {
    /// On, off or left as it is; `None` for what is no switch.
    pub fn switch_of(&self, spec: &EndpointSpec) -> Option<Option<bool>> {
        match &self.value {
            Value::Switch(place) => Some(*(place.of)(spec)),
            Value::Number { .. } | Value::Own(..) => None,
        }
    }

    pub fn set_switch(&self, spec: &mut EndpointSpec, on: Option<bool>) {
        if let Value::Switch(place) = &self.value {
            *(place.of_mut)(spec) = on;
        }
    }

    /// As a line of text; `None` for what is none.
    pub fn line_of(&self, spec: &EndpointSpec) -> Option<String> {
        match (&self.value, self.control.and_then(|control| control.line)) {
            (Value::Number { place, .. }, None) => Some(written((place.of)(spec).as_ref())),
            (_, Some((show, _))) => Some(show(spec)),
            (Value::Switch(_) | Value::Own(..), None) => None,
        }
    }

    /// Takes a line that was typed; an empty one leaves the option as it is anyway.
    ///
    /// # Errors
    /// What is wrong with it, in the user's language.
    pub fn set_line(&self, spec: &mut EndpointSpec, text: &str, lang: Lang) -> Result<(), String> {
        match (&self.value, self.control.and_then(|control| control.line)) {
            (Value::Number { least, most, place }, None) => {
                *(place.of_mut)(spec) = number(text, lang, *least, *most)?;
                Ok(())
            }
            (_, Some((_, take))) => take(text, lang, spec),
            (Value::Switch(_) | Value::Own(..), None) => Ok(()),
        }
    }
}

/// An empty line for what is not set.
pub(super) fn written(value: Option<&impl ToString>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

/// `None` for an empty line.
pub(super) fn number(text: &str, lang: Lang, least: u32, most: u32) -> Result<Option<u32>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
    let number = number.filter(|number| (least..=most).contains(number));
    let wrong = || t!(lang, "wrong-number", least = least.to_string(), most = most.to_string()).into_owned();
    number.map(Some).ok_or_else(wrong)
}
