//! Predict, then see: what will the next call do? The answers of a room are written down before the call is let through;
//! afterwards they stand beside what it did, here and on the call for good.

mod draft;
mod outcome;
#[cfg(test)]
mod tests;

use eframe::egui::accesskit::Live;
use eframe::egui::{Align, Button, Frame, Key, Label, Layout, Margin, RichText, Stroke, TextEdit, Ui};
use egui_material_icons::icons::{ICON_CLOSE, ICON_QUIZ};

use crate::lab::TextEncoding;
use crate::session::{Action, Predictable, Session};
use crate::t;
use crate::trace::Op;
use crate::trace::held::HeldCall;
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::theme::{self, PANE_ROUNDING};
use crate::ui::view::View;
use crate::ui::widgets::choice::Choice;
use crate::ui::widgets::{field, held, predicted};
use draft::{Draft, Kind, Wrong};

/// The size of the words, in points; the larger one for a projector.
const USUAL: f32 = 13.0;
const LARGE: f32 = 19.0;
/// The longest answer that can be typed, in characters.
const MAX_CHARS: usize = 8_192;

/// The bar while it is wanted, and what is being typed there.
#[derive(Debug, Default)]
pub struct Predict {
    shown: bool,
    /// The answer gets the keyboard with the next frame.
    focus: bool,
    draft: Draft,
    /// Of the call that is asked about.
    asked: Option<Predictable>,
    wrong: Option<Wrong>,
}

impl Predict {
    /// Shows the bar with the keyboard in it, or puts it away.
    pub fn toggle(&mut self) {
        self.shown = !self.shown;
        self.focus = self.shown;
    }

    /// `large`: for a projector.
    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, large: bool) {
        if !self.shown {
            return;
        }
        let asked = held::to_predict(view.session, view.selection.endpoint());
        if asked != self.asked {
            self.asked = asked;
            self.draft = Draft::default();
            self.wrong = None;
        }
        if asked.is_none() {
            // Nor later, when the keyboard is somewhere else.
            self.focus = false;
        }
        let outcomes = outcome::all(view);
        if asked.is_none() && outcomes.is_empty() {
            return;
        }
        let size = if large { LARGE } else { USUAL };
        let tokens = view.tokens;
        let frame = Frame::new()
            .fill(tokens.pane)
            .stroke(Stroke::new(1.0, tokens.accent))
            .corner_radius(f32::from(PANE_ROUNDING))
            .inner_margin(Margin { left: 10, right: 6, top: 5, bottom: 6 });
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 4.0;
            if let Some(asked) = asked {
                self.question_ui(ui, view, asked, size);
            }
            for outcome in &outcomes {
                outcome.ui(ui, view, size);
            }
            if asked.is_none() {
                ui.horizontal(|ui| close_ui(ui, view));
            }
        });
        ui.add_space(theme::GAP - ui.spacing().item_spacing.y.min(theme::GAP));
    }

    fn question_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, asked: Predictable, size: f32) {
        let lang = view.lang;
        let Some((who, op)) = who_and_op(view.session, asked) else { return };
        ui.horizontal(|ui| {
            ui.label(ICON_QUIZ.rich_text().size(size + 4.0).color(view.tokens.accent));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                close_ui(ui, view);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let call = format!("{who}: {op}");
                    let question = t!(lang, "predict-question", call = call);
                    ui.add(Label::new(theme::strong(question).size(size)).wrap());
                });
            });
        });
        if view.session.may_predict(asked) {
            self.draft_ui(ui, view, asked, &op, size);
        }
        self.answers_ui(ui, view, asked, size);
    }

    /// `[it returns ▾] [5] votes [12] [Predict]`
    fn draft_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, asked: Predictable, op: &Op, size: f32) {
        let lang = view.lang;
        let moves = op.sends() || op.receives();
        if !moves && self.draft.kind == Kind::Bytes {
            self.draft.kind = Kind::Returns;
        }
        let (mut go, mut first) = (false, None);
        ui.horizontal_wrapped(|ui| {
            ui.add_space(size + 10.0);
            let Draft { kind, value, votes } = &mut self.draft;
            let before = *kind;
            let name = t!(lang, "predict-kind");
            Choice { name: &name, shown: &kind.text(lang), prefixed: false }.show(ui, |ui| {
                for other in Kind::ALL.into_iter().filter(|other| moves || *other != Kind::Bytes) {
                    if ui.selectable_label(*kind == other, other.text(lang)).clicked() {
                        *kind = other;
                        ui.close();
                    }
                }
            });
            if *kind != before {
                self.wrong = None;
                self.focus = true;
            }
            let font = eframe::egui::FontId::monospace(size);
            let mut fields = Vec::new();
            if *kind != Kind::Blocks {
                let edit = TextEdit::singleline(value).desired_width(size * 13.0).char_limit(MAX_CHARS);
                let edit = edit.font(font.clone()).hint_text(kind.hint(lang));
                fields.push(field::line(ui, edit).accessible_name(t!(lang, "predict-value")));
            }
            ui.label(RichText::new(t!(lang, "predict-votes")).size(size).color(view.tokens.muted));
            let edit = TextEdit::singleline(votes).desired_width(size * 3.4).char_limit(7).font(font);
            fields.push(field::line(ui, edit).accessible_name(t!(lang, "predict-votes-of-room")));
            let entered = ui.input(|input| input.key_pressed(Key::Enter));
            go = fields.iter().any(|field| field.lost_focus() && entered);
            if fields.iter().any(eframe::egui::Response::changed) {
                self.wrong = None;
            }
            go |= ui.button(RichText::new(t!(lang, "predict-go")).size(size)).clicked();
            first = fields.into_iter().next();
        });
        if go {
            self.answer(view, asked, op);
        }
        // At once: what is typed next may come with the next frame.
        if std::mem::take(&mut self.focus)
            && let Some(first) = first
        {
            field::take_focus(&first);
        }
        if let Some(wrong) = &self.wrong {
            let text = RichText::new(wrong.text(lang)).size(size).color(view.tokens.error);
            let label = ui.horizontal_wrapped(|ui| {
                ui.add_space(size + 10.0);
                ui.add(Label::new(text).wrap())
            });
            controls::announce(&label.inner, Live::Polite);
        }
    }

    fn answer(&mut self, view: &mut View<'_>, asked: Predictable, op: &Op) {
        let mut prediction = view.session.prediction_of(asked).cloned().unwrap_or_default();
        let read = self.draft.read(op, encoding_of(view.session, asked));
        match read.and_then(|answer| if prediction.say(answer) { Ok(()) } else { Err(Wrong::Full) }) {
            Ok(()) => {
                view.act(Action::Predict { of: asked, prediction });
                // The next answer is as a rule of the same kind.
                self.draft = Draft { kind: self.draft.kind, ..Draft::default() };
                self.wrong = None;
                self.focus = true;
            }
            Err(wrong) => {
                self.wrong = Some(wrong);
                self.focus = true;
            }
        }
    }

    /// What was said, each with the way to take it back.
    fn answers_ui(&self, ui: &mut Ui, view: &mut View<'_>, asked: Predictable, size: f32) {
        let lang = view.lang;
        let Some(prediction) = view.session.prediction_of(asked).filter(|said| !said.is_empty()).cloned() else {
            return;
        };
        let may_change = view.session.may_predict(asked);
        ui.horizontal_wrapped(|ui| {
            ui.add_space(size + 10.0);
            ui.label(RichText::new(t!(lang, "predict-said")).size(size).color(view.tokens.muted));
            for (place, answer) in prediction.answers().iter().enumerate() {
                let text = predicted::answer(lang, answer);
                ui.label(theme::strong(&text).size(size).color(view.tokens.accent));
                let name = t!(lang, "predict-take-back", answer = text);
                let icon = ICON_CLOSE.rich_text().size(size);
                let button = Button::new(icon).frame_when_inactive(false).small();
                if may_change && ui.add(button).accessible_name(name.as_ref()).on_hover_text(name).clicked() {
                    let mut prediction = prediction.clone();
                    prediction.take_back(place);
                    view.act(Action::Predict { of: asked, prediction });
                }
            }
        });
    }
}

fn close_ui(ui: &mut Ui, view: &mut View<'_>) {
    if controls::icon(ui, ICON_CLOSE, &t!(view.lang, "predict-close")).clicked() {
        view.command(UiCommand::Predict);
    }
}

fn who_and_op(session: &Session, asked: Predictable) -> Option<(String, Op)> {
    let op = session.op_of(asked)?.clone();
    let who = match asked {
        Predictable::Held(id) => held::who(session, session.held_call(id)?),
        Predictable::Recorded(seq) => session.name_of(session.trace().get(seq)?.key()),
    };
    Some((who, op))
}

fn encoding_of(session: &Session, asked: Predictable) -> TextEncoding {
    let endpoint = match asked {
        Predictable::Held(id) => session.held_call(id).map(|call: &HeldCall| call.endpoint),
        Predictable::Recorded(seq) => session.trace().get(seq).map(|call| call.endpoint),
    };
    endpoint.and_then(|id| session.endpoint(id)).map(|endpoint| endpoint.spec.encoding).unwrap_or_default()
}
