//! Answers of a lesson in words.

use crate::lab::lesson::{Kind, Question, Value};
use crate::lang::Lang;
use crate::lang::visible::visible;
use crate::t;
use crate::trace::Trace;

/// An answer, given or true, on one line.
pub fn value(lang: Lang, question: &Question, value: &Value, trace: &Trace) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Text(text) => visible(text).into_owned(),
        Value::Blocks(true) => t!(lang, "lesson-blocks").into_owned(),
        Value::Blocks(false) => t!(lang, "lesson-returns").into_owned(),
        Value::Choice(place) => match &question.kind {
            Kind::Choice(choices) => {
                let choice = choices.get((*place as usize).wrapping_sub(1));
                choice.map(|choice| choice.text.shown(lang).into_owned()).unwrap_or_default()
            }
            _ => place.to_string(),
        },
        Value::Order(calls) => calls.join(" → "),
        Value::Call(seq) => match trace.get(*seq) {
            Some(call) => format!("#{seq} {call}"),
            None => format!("#{seq}"),
        },
    }
}
