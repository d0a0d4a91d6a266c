//! What is chosen above the message: encoding, line ending, and the framing in force.

use std::borrow::Cow;

use eframe::egui::{Button, FontId, RichText, Stroke, Ui};

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

/// The size of the framing's chip.
const CHIP: f32 = 11.0;

/// The framing in force; `None` where there is none.
fn framing_text(lang: Lang, spec: &EndpointSpec) -> Option<String> {
    (spec.stream.framing.is_some() && spec.kind.is_stream()).then(|| spec.stream.framing.short(lang))
}

/// The same as a chip, in so much room. False where it has too little, and is to stand in the menu instead.
pub(super) fn framing_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, room: f32) -> bool {
    let Some(text) = framing_text(view.lang, &endpoint.spec) else { return true };
    let width = ui.painter().layout_no_wrap(text.clone(), FontId::proportional(CHIP), view.tokens.accent).size().x;
    if width + 2.0 * ui.spacing().button_padding.x > room {
        return false;
    }
    let text = RichText::new(text).size(CHIP).color(view.tokens.accent);
    let chip = Button::new(text).fill(view.tokens.tint(view.tokens.accent)).stroke(Stroke::NONE);
    if ui.add(chip).on_hover_text(t!(view.lang, "composer-framing-tip")).clicked() {
        view.requests.push(ViewRequest::EditOptions(endpoint.id));
    }
    true
}

/// The same in a menu.
pub(super) fn framing_in_menu(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
    let Some(text) = framing_text(view.lang, &endpoint.spec) else { return };
    ui.separator();
    let name = t!(view.lang, "composer-framing-in-menu", framing = text);
    if ui.button(name).on_hover_text(t!(view.lang, "composer-framing-tip")).clicked() {
        view.requests.push(ViewRequest::EditOptions(endpoint.id));
        ui.close();
    }
}

pub(super) fn edit(endpoint: &Endpoint, change: impl FnOnce(&mut EndpointSpec)) -> Action {
    let mut spec = endpoint.spec.clone();
    change(&mut spec);
    Action::Edit { endpoint: endpoint.id, spec: Box::new(spec) }
}
