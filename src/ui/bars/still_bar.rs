//! The look of the bars that are there while something is held: what it is, in words, with the buttons at the right.

use eframe::egui::{Align, Frame, Label, Layout, Margin, RichText, Stroke, Ui};
use egui_material_icons::MaterialIcon;

use crate::ui::theme::{self, PANE_ROUNDING, Tokens};

/// The buttons are added from the right, so that long words leave them their room.
pub fn ui(ui: &mut Ui, tokens: &Tokens, icon: MaterialIcon, title: &str, said: &str, buttons: impl FnOnce(&mut Ui)) {
    let frame = Frame::new()
        .fill(tokens.tint(tokens.held))
        .stroke(Stroke::new(1.5, tokens.held))
        .corner_radius(f32::from(PANE_ROUNDING))
        .inner_margin(Margin { left: 10, right: 6, top: 5, bottom: 5 });
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.label(icon.rich_text().size(17.0).color(tokens.held));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                buttons(ui);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.label(theme::strong(title).color(tokens.held));
                    ui.add(Label::new(RichText::new(said).color(tokens.text)).truncate()).on_hover_text(said);
                });
            });
        });
    });
    ui.add_space(theme::GAP - ui.spacing().item_spacing.y.min(theme::GAP));
}
