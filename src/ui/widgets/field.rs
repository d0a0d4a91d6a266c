//! Fields of one line, as every form has them: focus from the keyboard selects the text, so that typing replaces it.

use eframe::egui::text::{CCursor, CCursorRange};
use eframe::egui::text_edit::TextEditState;
use eframe::egui::{Context, Id, Response, TextEdit, Ui};

use super::focus;

/// Draws a field of one line that selects its text when it gets the keyboard, except by a click, which says where.
pub fn line(ui: &mut Ui, edit: TextEdit<'_>) -> Response {
    let response = ui.add(edit);
    select_on_focus(ui, &response);
    response
}

/// The same, greyed out where it is not `enabled`.
pub fn line_enabled(ui: &mut Ui, enabled: bool, edit: TextEdit<'_>) -> Response {
    let response = ui.add_enabled(enabled, edit);
    select_on_focus(ui, &response);
    response
}

/// Puts the keyboard into the field, with its text selected.
pub fn take_focus(response: &Response) {
    focus::give(response);
    select_all(&response.ctx, response.id);
    // What is typed into it before it is drawn again must not be selected in turn.
    response.ctx.data_mut(|data| data.insert_temp(with_the_keyboard(), Some(response.id)));
}

/// So that typing replaces what is there.
pub fn select_all(ctx: &Context, id: Id) {
    let mut state = TextEditState::load(ctx, id).unwrap_or_default();
    // egui clamps it to the text.
    let all = CCursorRange::two(CCursor::new(0), CCursor::new(usize::MAX));
    state.cursor.set_char_range(Some(all));
    state.store(ctx, id);
}

/// Where it is kept which of these fields has the keyboard.
fn with_the_keyboard() -> Id {
    Id::unique("field with the keyboard")
}

/// `gained_focus` misses a field that the keyboard came to backwards, after it was drawn.
fn select_on_focus(ui: &Ui, response: &Response) {
    let place = with_the_keyboard();
    let had: Option<Id> = ui.data(|data| data.get_temp(place)).flatten();
    let has = response.has_focus();
    if has && had != Some(response.id) {
        ui.data_mut(|data| data.insert_temp(place, Some(response.id)));
        if !response.is_pointer_button_down_on() && !response.clicked() {
            select_all(ui.ctx(), response.id);
        }
    } else if !has && had == Some(response.id) {
        ui.data_mut(|data| data.insert_temp(place, None::<Id>));
    }
}
