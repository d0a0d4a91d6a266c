//! The answer to a question, while it is being made up.

use eframe::egui::{Button, Key, RichText, TextEdit, Ui};
use egui_material_icons::icons::ICON_CLOSE;

use crate::lab::lesson::{Kind, MAX_ANSWER_CHARS, Question, Value};
use crate::t;
use crate::ui::controls;
use crate::ui::theme;
use crate::ui::view::View;
use crate::ui::widgets::field;

/// What has been typed or chosen so far.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    text: String,
    chosen: Option<Value>,
    order: Vec<String>,
    /// What was typed is no number.
    wrong: bool,
}

/// Draws the ways to answer; gives the answer once it is given.
pub fn ui(ui: &mut Ui, view: &View<'_>, question: &Question, draft: &mut Draft, go: &str, size: f32) -> Option<Value> {
    match &question.kind {
        Kind::Number | Kind::Text => typed(ui, view, question, draft, go, size),
        Kind::Blocks => {
            let choices = [(Value::Blocks(true), "lesson-blocks"), (Value::Blocks(false), "lesson-returns")];
            let choices = choices.map(|(value, key)| (value, view.lang.text(key, None).into_owned()));
            chosen(ui, &choices, draft, go, size)
        }
        Kind::Choice(choices) => {
            let choices: Vec<(Value, String)> = (1..)
                .zip(choices)
                .map(|(place, choice)| (Value::Choice(place), choice.text.shown(view.lang).into_owned()))
                .collect();
            chosen(ui, &choices, draft, go, size)
        }
        Kind::Order(calls) => ordered(ui, view, calls, draft, go, size),
        Kind::Call => picked(ui, view, go, size),
    }
}

fn typed(ui: &mut Ui, view: &View<'_>, question: &Question, draft: &mut Draft, go: &str, size: f32) -> Option<Value> {
    let is_number = question.kind == Kind::Number;
    let mut given = false;
    ui.horizontal_wrapped(|ui| {
        let font = eframe::egui::FontId::monospace(size);
        let width = if is_number { size * 7.0 } else { size * 12.0 };
        let edit = TextEdit::singleline(&mut draft.text).desired_width(width).char_limit(MAX_ANSWER_CHARS).font(font);
        let field = field::line(ui, edit).accessible_name(t!(view.lang, "lesson-answer"));
        if field.changed() {
            draft.wrong = false;
        }
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        given = controls::primary_enabled(ui, !draft.text.trim().is_empty(), go).clicked() || entered;
    });
    if draft.wrong {
        let text = RichText::new(t!(view.lang, "lesson-no-number")).size(size).color(view.tokens.error);
        let label = ui.label(text);
        controls::announce(&label, eframe::egui::accesskit::Live::Polite);
    }
    let text = draft.text.trim();
    if !given || text.is_empty() {
        return None;
    }
    if !is_number {
        return Some(Value::Text(text.to_owned()));
    }
    let number = text.parse().ok().map(Value::Number);
    draft.wrong = number.is_none();
    number
}

fn chosen(ui: &mut Ui, choices: &[(Value, String)], draft: &mut Draft, go: &str, size: f32) -> Option<Value> {
    for (value, text) in choices {
        let on = draft.chosen.as_ref() == Some(value);
        if ui.radio(on, RichText::new(text).size(size)).clicked() {
            draft.chosen = Some(value.clone());
        }
    }
    let given = controls::primary_enabled(ui, draft.chosen.is_some(), go).clicked();
    if given { draft.chosen.clone() } else { None }
}

/// The calls are pressed one after the other.
fn ordered(ui: &mut Ui, view: &View<'_>, calls: &[String], draft: &mut Draft, go: &str, size: f32) -> Option<Value> {
    ui.horizontal_wrapped(|ui| {
        for call in calls.iter().filter(|call| !draft.order.contains(call)).cloned().collect::<Vec<_>>() {
            let name = t!(view.lang, "lesson-next-call", call = call.as_str());
            let button = ui.add(Button::new(RichText::new(&call).monospace().size(size)));
            if button.accessible_name(name).clicked() {
                draft.order.push(call);
            }
        }
    });
    if !draft.order.is_empty() {
        ui.horizontal_wrapped(|ui| {
            ui.label(theme::mono_strong(draft.order.join(" → ")).size(size));
            if controls::icon(ui, ICON_CLOSE, &t!(view.lang, "lesson-order-anew")).clicked() {
                draft.order.clear();
            }
        });
    }
    let whole = draft.order.len() == calls.len();
    let given = controls::primary_enabled(ui, whole, go).clicked();
    if given && whole { Some(Value::Order(draft.order.clone())) } else { None }
}

/// The selected call is the answer.
fn picked(ui: &mut Ui, view: &View<'_>, go: &str, size: f32) -> Option<Value> {
    let trace = view.session.trace();
    let call = view.selection.call().and_then(|seq| trace.get(seq));
    let words = match call {
        Some(call) => t!(view.lang, "lesson-selected", call = format!("#{} {call}", call.seq)),
        None => t!(view.lang, "lesson-select-call"),
    };
    ui.label(RichText::new(words).size(size).color(view.tokens.muted));
    let given = controls::primary_enabled(ui, call.is_some(), go).clicked();
    call.filter(|_| given).map(|call| Value::Call(call.seq))
}
