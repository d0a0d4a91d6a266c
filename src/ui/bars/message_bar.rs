//! A message is held: a bar above the panes that says which, and what can be done with it. It is there for as long as one is.

use eframe::egui::{Align, Button, Frame, Label, Layout, Margin, RichText, Stroke, Ui};
use egui_material_icons::icons::ICON_MAIL;

use crate::engine::Verdict;
use crate::explain;
use crate::session::Action;
use crate::t;
use crate::trace::held::HeldMessage;
use crate::ui::theme::{self, PANE_ROUNDING};
use crate::ui::view::{View, ViewRequest};

pub fn ui(ui: &mut Ui, view: &mut View<'_>) {
    let Some(oldest) = view.session.held_messages().next().cloned() else { return };
    let (lang, tokens) = (view.lang, view.tokens);
    let frame = Frame::new()
        .fill(tokens.tint(tokens.held))
        .stroke(Stroke::new(1.5, tokens.held))
        .corner_radius(f32::from(PANE_ROUNDING))
        .inner_margin(Margin { left: 10, right: 6, top: 5, bottom: 5 });
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.label(ICON_MAIL.rich_text().size(17.0).color(tokens.held));
            // The buttons first, from the right, so that long words leave them their room.
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button(t!(lang, "message-bar-pass")).clicked() {
                    view.act(Action::Decide { message: oldest.id, verdict: Verdict::Pass });
                }
                if ui.button(t!(lang, "message-bar-drop")).clicked() {
                    view.act(Action::Decide { message: oldest.id, verdict: Verdict::Drop });
                }
                if ui.add(Button::new(theme::strong(t!(lang, "message-bar-edit")))).clicked() {
                    view.requests.push(ViewRequest::EditMessage(oldest.id));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.label(theme::strong(t!(lang, "message-bar-title")).color(tokens.held));
                    let said = said(view, &oldest);
                    ui.add(Label::new(RichText::new(&said).color(tokens.text)).truncate()).on_hover_text(&said);
                });
            });
        });
    });
    ui.add_space(theme::GAP - ui.spacing().item_spacing.y.min(theme::GAP));
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
