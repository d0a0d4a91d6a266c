//! Giving the keyboard to a widget. egui's own `request_focus` interrupts the input method even where the widget has the
//! focus already: the composition is lost, and under X11 the input method falls back to English with each message.

use eframe::egui::SurrenderFocusOn;
use eframe::egui::{Context, Id, Response, Ui};

/// Gives the keyboard to the widget, unless it has it.
pub fn give(response: &Response) {
    give_to(&response.ctx, response.id);
}

/// The same where the widget has not been drawn yet.
#[expect(clippy::disallowed_methods, reason = "the one place that looks who has the focus first")]
pub fn give_to(ctx: &Context, id: Id) {
    ctx.memory_mut(|memory| {
        if !memory.has_focus(id) {
            memory.request_focus(id);
        }
    });
}

/// Draws a field that keeps the keyboard while the pointer presses a button that belongs to it: who goes on typing there
/// afterwards has the same composition and the same state of the input method.
pub fn kept<R>(ui: &mut Ui, button: Option<Response>, field: impl FnOnce(&mut Ui) -> R) -> R {
    if !button.is_some_and(|button| button.contains_pointer()) {
        return field(ui);
    }
    let before = ui.options(|options| options.input_options.surrender_focus_on);
    let surrender = |ui: &Ui, on| ui.ctx().options_mut(|options| options.input_options.surrender_focus_on = on);
    surrender(ui, SurrenderFocusOn::Never);
    let drawn = field(ui);
    surrender(ui, before);
    drawn
}
