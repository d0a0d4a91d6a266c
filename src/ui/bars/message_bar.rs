//! A message is held: a bar above the panes that says which, and what can be done with it. It is there for as long as one is.

use eframe::egui::{Button, Ui};
use egui_material_icons::icons::ICON_MAIL;

use super::still_bar;
use crate::engine::Verdict;
use crate::explain;
use crate::session::Action;
use crate::t;
use crate::trace::held::HeldMessage;
use crate::ui::theme;
use crate::ui::view::{View, ViewRequest};

pub fn ui(ui: &mut Ui, view: &mut View<'_>) {
    let Some(oldest) = view.session.held_messages().next().cloned() else { return };
    let (lang, tokens) = (view.lang, view.tokens);
    let said = said(view, &oldest);
    still_bar::ui(ui, tokens, ICON_MAIL, &t!(lang, "message-bar-title"), &said, |ui| {
        if ui.button(t!(lang, "message-bar-pass")).clicked() {
            view.act(Action::Decide { message: oldest.id, verdict: Verdict::Pass });
        }
        if ui.button(t!(lang, "message-bar-drop")).clicked() {
            view.act(Action::Decide { message: oldest.id, verdict: Verdict::Drop });
        }
        if ui.add(Button::new(theme::strong(t!(lang, "message-bar-edit")))).clicked() {
            view.requests.push(ViewRequest::EditMessage(oldest.id));
        }
    });
}

/// The oldest one, and how many wait besides.
fn said(view: &View<'_>, oldest: &HeldMessage) -> String {
    let spec = view.session.endpoint(oldest.endpoint).map(|endpoint| &endpoint.spec);
    let encoding = spec.map(|spec| spec.encoding).unwrap_or_default();
    let name = view.session.trace().name(oldest.endpoint);
    let message = explain::fault::held_message(view.lang, oldest, name, encoding);
    match view.session.held_messages().len() {
        0 | 1 => message,
        count => t!(view.lang, "message-bar-more", message = message, count = count - 1).into_owned(),
    }
}
