//! How a fact stands in the inspector: its name, and its value beside it.

use eframe::egui::{self, Align, Color32, Frame, Label, Layout, Margin, RichText, Ui};

use crate::trace::text::visible;
use crate::ui::theme::{self, MONO, PANE_ROUNDING};
use crate::ui::view::View;

/// Width of the facts' names, in points.
const NAMES: f32 = 98.0;

pub fn mono_fact(ui: &mut Ui, view: &mut View<'_>, name: &str, value: &str) {
    let color = view.tokens.text;
    colored_fact(ui, view, name, value, color);
}

pub fn colored_fact(ui: &mut Ui, view: &mut View<'_>, name: &str, value: &str, color: Color32) {
    fact(ui, view, name, |ui, _| {
        ui.add(Label::new(RichText::new(visible(value)).monospace().size(MONO).color(color)).wrap());
    });
}

/// A name and its value beside it.
pub fn fact(ui: &mut Ui, view: &mut View<'_>, name: &str, value: impl FnOnce(&mut Ui, &mut View<'_>)) {
    ui.horizontal_top(|ui| {
        // Links are no taller than the other values.
        ui.spacing_mut().interact_size.y = 16.0;
        ui.allocate_ui_with_layout(egui::vec2(NAMES, 16.0), Layout::left_to_right(Align::Min), |ui| {
            ui.set_min_width(NAMES);
            ui.add(Label::new(RichText::new(name).size(12.0).color(view.tokens.muted)).truncate());
        });
        ui.vertical(|ui| value(ui, view));
    });
}

pub fn muted(ui: &mut Ui, view: &View<'_>, text: &str) {
    ui.add(Label::new(RichText::new(text).color(view.tokens.muted)).wrap());
}

/// A paragraph with a heading.
pub fn words_ui(ui: &mut Ui, fill: Color32, heading: &str, contents: impl FnOnce(&mut Ui)) {
    let line = ui.visuals().window_stroke;
    Frame::new()
        .fill(fill)
        .stroke(line)
        .corner_radius(f32::from(PANE_ROUNDING))
        .inner_margin(Margin::symmetric(12, 10))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.label(theme::strong(heading));
            contents(ui);
        });
}
