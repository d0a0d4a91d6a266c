//! The three dots at the end of a row of a list, which open its menu.

use eframe::egui::{Align2, FontId, Id, Rect, Response, Sense, Ui, pos2};
use egui_material_icons::icons::ICON_MORE_VERT;

use crate::ui::controls;
use crate::ui::theme::Tokens;

/// How wide they are.
pub const WIDTH: f32 = 20.0;

/// Their place in the row, which can be clicked. They are drawn by [`paint`], over the row.
pub fn button(ui: &Ui, row: Rect, id: Id, name: &str) -> Response {
    let rect = Rect::from_min_max(pos2(row.right() - WIDTH - 2.0, row.top()), row.max);
    let button = ui.interact(rect, id.with("menu"), Sense::click());
    controls::name_it(&button, true, name);
    button
}

/// Whether the pointer or the keyboard is on them.
pub fn is_lit(button: &Response) -> bool {
    button.hovered() || button.has_focus()
}

pub fn paint(ui: &Ui, tokens: &Tokens, button: &Response) {
    let color = if is_lit(button) { tokens.text } else { tokens.muted };
    let font = FontId::new(16.0, ICON_MORE_VERT.font_family());
    ui.painter().text(button.rect.center(), Align2::CENTER_CENTER, ICON_MORE_VERT.codepoint, font, color);
}
