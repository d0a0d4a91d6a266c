//! The question in the bar of held calls: what will the next one do? What is said is kept on the call.

use eframe::egui::{DragValue, Label, RichText, TextEdit, Ui};
use egui_material_icons::icons::{ICON_CANCEL, ICON_CHECK_CIRCLE};

use crate::explain::prediction::{self, Kind};
use crate::session::Action;
use crate::t;
use crate::trace::held::{HeldCall, HeldId};
use crate::trace::prediction::{Predicted, Prediction};
use crate::ui::view::View;
use crate::ui::widgets::choice::Choice;
use crate::ui::widgets::field;

const VALUE_WIDTH: f32 = 140.0;
/// The most votes of a room.
const MOST_VOTES: u32 = 10_000;

#[derive(Debug, Default)]
pub struct Predict {
    /// The call that is asked about.
    of: Option<HeldId>,
    kind: Kind,
    value: String,
    votes: u32,
}

impl Predict {
    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, call: Option<&HeldCall>, size: f32) {
        let lang = view.lang;
        if let Some(call) = call {
            if self.of != Some(call.id) {
                *self = Self { of: Some(call.id), ..Self::default() };
            }
            ui.horizontal_wrapped(|ui| match view.session.prediction_of(call.id) {
                Some(said) => {
                    let text = t!(lang, "predict-said", call = call.op.to_string(), said = said_text(lang, said));
                    ui.label(RichText::new(text).size(size).color(view.tokens.text));
                    if ui.button(t!(lang, "predict-change")).clicked() {
                        view.act(Action::Predict { call: call.id, prediction: None });
                    }
                }
                None => self.question(ui, view, call, size),
            });
        }
        let last = view.session.last_predicted().and_then(|seq| view.session.trace().get(seq));
        if let Some((call, (said, right))) = last.and_then(|call| Some((call, call.prediction()?))) {
            let (icon, colour) =
                if right { (ICON_CHECK_CIRCLE, view.tokens.ok) } else { (ICON_CANCEL, view.tokens.error) };
            let words = if right { t!(lang, "predict-right") } else { t!(lang, "predict-wrong") };
            let text = t!(
                lang,
                "predict-outcome",
                call = call.to_string(),
                said = said_text(lang, said),
                verdict = words.into_owned()
            );
            ui.horizontal(|ui| {
                ui.label(icon.rich_text().size(size + 3.0).color(colour));
                ui.add(Label::new(RichText::new(text).size(size).color(colour)).wrap());
            });
        }
    }

    fn question(&mut self, ui: &mut Ui, view: &mut View<'_>, call: &HeldCall, size: f32) {
        let lang = view.lang;
        ui.label(RichText::new(t!(lang, "predict-question", call = call.op.to_string())).size(size));
        let name = t!(lang, "predict-kind");
        Choice { name: &name, shown: &prediction::kind(lang, self.kind), prefixed: false }.show(ui, |ui| {
            for kind in Kind::ALL {
                if ui.selectable_label(self.kind == kind, prediction::kind(lang, kind)).clicked() {
                    self.kind = kind;
                    ui.close();
                }
            }
        });
        let mut entered = false;
        if self.kind != Kind::Blocks {
            let edit = TextEdit::singleline(&mut self.value).desired_width(VALUE_WIDTH).char_limit(1_000);
            let response = field::line(ui, edit).accessible_name(t!(lang, "predict-value"));
            entered = response.lost_focus() && ui.input(|input| input.key_pressed(eframe::egui::Key::Enter));
        }
        let votes =
            DragValue::new(&mut self.votes).range(0..=MOST_VOTES).prefix(format!("{} ", t!(lang, "predict-votes")));
        ui.add(votes).accessible_name(t!(lang, "predict-votes-of-room"));
        let read = prediction::read(self.kind, &self.value);
        let go = ui.add_enabled(read.is_ok(), eframe::egui::Button::new(t!(lang, "predict-go")));
        match read {
            Ok(what) if go.clicked() || entered => {
                view.act(Action::Predict { call: call.id, prediction: Some(Prediction { what, votes: self.votes }) });
            }
            Ok(_) => {}
            Err(reason) if !self.value.is_empty() => {
                ui.label(RichText::new(reason.text(lang)).size(12.0).color(view.tokens.error));
            }
            Err(_) => {}
        }
    }
}

/// `5 (12 votes)`
pub fn said_text(lang: crate::lang::Lang, said: &Prediction) -> String {
    let what = match &said.what {
        Predicted::Blocks => prediction::kind(lang, Kind::Blocks).into_owned(),
        other => crate::lang::visible::visible(&other.to_string()).into_owned(),
    };
    match said.votes {
        0 => what,
        votes => t!(lang, "predict-with-votes", what = what, votes = votes).into_owned(),
    }
}
