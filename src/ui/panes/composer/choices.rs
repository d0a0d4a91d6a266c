//! What is chosen above the message: encoding, line ending, and the framing in force.

use std::borrow::Cow;

use eframe::egui::{Button, RichText, Stroke, Ui};

use crate::lab::payload::LineEnding;
use crate::lab::{EndpointSpec, TextEncoding};
use crate::lang::Lang;
use crate::session::{Action, Endpoint};
use crate::t;
use crate::ui::view::{View, ViewRequest};
use crate::ui::widgets::choice::Choice;

/// True where another one was chosen.
pub(super) fn encoding_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) -> bool {
    let present = endpoint.spec.encoding;
    let mut chosen = None;
    let choice = Choice { name: &t!(view.lang, "composer-encoding"), shown: present.name(), prefixed: false };
    choice.show(ui, |ui| {
        for encoding in TextEncoding::OFFERED {
            if ui.selectable_label(present == *encoding, encoding.name()).clicked() {
                chosen = Some(*encoding);
                ui.close();
            }
        }
    });
    if let Some(encoding) = chosen {
        view.act(edit(endpoint, |spec| spec.encoding = encoding));
    }
    chosen.is_some()
}

pub(super) fn ending_name(lang: Lang, ending: LineEnding) -> Cow<'static, str> {
    match ending {
        LineEnding::None => t!(lang, "composer-ending-none"),
        LineEnding::Lf => Cow::Borrowed("LF \\n"),
        LineEnding::Crlf => Cow::Borrowed("CRLF \\r\\n"),
        LineEnding::Cr => Cow::Borrowed("CR \\r"),
        LineEnding::Nul => Cow::Borrowed("NUL \\0"),
    }
}

pub(super) fn line_ending_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) -> bool {
    let present = endpoint.spec.line_ending;
    let name = |ending| ending_name(view.lang, ending);
    let mut chosen = None;
    let choice = Choice { name: &t!(view.lang, "composer-ending"), shown: &name(present), prefixed: true };
    choice.show(ui, |ui| {
        chosen = endings_ui(ui, view.lang, present);
    });
    if let Some(ending) = chosen {
        view.act(edit(endpoint, |spec| spec.line_ending = ending));
    }
    chosen.is_some()
}

/// The list of line endings; gives the one that was chosen.
pub(super) fn endings_ui(ui: &mut Ui, lang: Lang, present: LineEnding) -> Option<LineEnding> {
    let mut chosen = None;
    for ending in LineEnding::ALL {
        if ui.selectable_label(present == ending, ending_name(lang, ending)).clicked() {
            chosen = Some(ending);
            ui.close();
        }
    }
    chosen
}

/// The framing in force.
pub(super) fn framing_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
    let spec = &endpoint.spec;
    if spec.framing.is_some() && spec.kind.is_stream() {
        let text = spec.framing.short(view.lang);
        let text = RichText::new(text).size(11.0).color(view.tokens.accent);
        let chip = Button::new(text).fill(view.tokens.tint(view.tokens.accent)).stroke(Stroke::NONE);
        if ui.add(chip).on_hover_text(t!(view.lang, "composer-framing-tip")).clicked() {
            view.requests.push(ViewRequest::EditOptions(endpoint.id));
        }
    }
}

pub(super) fn edit(endpoint: &Endpoint, change: impl FnOnce(&mut EndpointSpec)) -> Action {
    let mut spec = endpoint.spec.clone();
    change(&mut spec);
    Action::Edit { endpoint: endpoint.id, spec: Box::new(spec) }
}
