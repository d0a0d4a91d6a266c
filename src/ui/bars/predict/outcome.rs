//! What a call did, beside what was said that it would do.

use eframe::egui::{Color32, RichText, Ui};
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons::{ICON_CANCEL, ICON_CHECK_CIRCLE, ICON_HOURGLASS_TOP};

use crate::t;
use crate::trace::Call;
use crate::trace::prediction::{Answer, Predicted, Prediction};
use crate::ui::theme;
use crate::ui::view::View;
use crate::ui::widgets::held;
use crate::ui::widgets::predicted::{self, Verdict};

/// One call that was predicted.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What it did: `server #1: recv(1024) = 5`
    truth: String,
    answers: Vec<(Answer, Verdict)>,
}

/// Those that are to be shown: of a held lab the calls that block and the last one that has returned; in the past the call that
/// is shown as the last.
pub fn all(view: &View<'_>) -> Vec<Outcome> {
    let session = view.session;
    if let Some(end) = session.looking_back() {
        let last =
            end.checked_sub(1).and_then(|seq| Some((session.trace().get(seq)?, session.trace().prediction(seq)?)));
        return last.map(|(call, said)| returned(view, call, said)).into_iter().collect();
    }
    let blocked = session.predicted_and_blocked().map(|(call, said)| Outcome {
        truth: t!(
            view.lang,
            "predict-blocked",
            call = format!("{}: {}", held::who(session, call), call.with_arguments())
        )
        .into_owned(),
        answers: said.answers().iter().map(|answer| (answer.clone(), while_blocked(&answer.what))).collect(),
    });
    blocked.chain(session.last_predicted().map(|(call, said)| returned(view, call, said))).collect()
}

fn returned(view: &View<'_>, call: &Call, said: &Prediction) -> Outcome {
    let judged = |answer: &Answer| (answer.clone(), Verdict::of(answer, call));
    Outcome {
        truth: format!("{}: {call}", view.session.name_of(call.key())),
        answers: said.answers().iter().map(judged).collect(),
    }
}

fn while_blocked(what: &Predicted) -> Verdict {
    if *what == Predicted::Blocks { Verdict::Right } else { Verdict::Open }
}

impl Outcome {
    pub fn ui(&self, ui: &mut Ui, view: &View<'_>, size: f32) {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(t!(view.lang, "predict-truth")).size(size).color(view.tokens.muted));
            ui.label(theme::mono_strong(crate::trace::text::visible(&self.truth)).size(size));
            ui.label(RichText::new(t!(view.lang, "predict-said")).size(size).color(view.tokens.muted));
            for (answer, verdict) in &self.answers {
                let (icon, colour) = look(view, *verdict);
                ui.label(icon.rich_text().size(size + 2.0).color(colour));
                let text = predicted::judged(view.lang, answer, *verdict);
                ui.label(theme::strong(text).size(size).color(colour));
            }
        });
    }
}

fn look(view: &View<'_>, verdict: Verdict) -> (MaterialIcon, Color32) {
    match verdict {
        Verdict::Right => (ICON_CHECK_CIRCLE, view.tokens.ok),
        Verdict::Wrong => (ICON_CANCEL, view.tokens.error),
        Verdict::Open => (ICON_HOURGLASS_TOP, view.tokens.waiting),
    }
}
