//! Something at the right end of a line. It is drawn from left to right, so that Tab goes as the eye does: a layout from
//! right to left would have Tab go backwards.

use eframe::egui::{Align, Id, Layout, Rect, ScrollArea, Sense, Ui, UiBuilder, vec2};

/// What a bar keeps free at its left and right, in points.
const MARGIN: f32 = 8.0;

/// Takes a bar of its own over a view; gives the name of its right end, and its room.
pub fn bar(ui: &mut Ui, height: f32) -> (Id, Rect) {
    let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    (ui.scope_id().with("end of the bar"), area.shrink2(vec2(MARGIN, 0.0)))
}

/// Takes what is left of a line; gives the name of its right end, and its room.
pub fn line(ui: &mut Ui) -> (Id, Rect) {
    let room = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(room);
    (ui.scope_id().with("end of the line"), room)
}

/// How wide it was when it was last drawn.
fn width(ui: &Ui, id: Id) -> f32 {
    ui.data(|data| data.get_temp(id)).unwrap_or(0.0)
}

/// Draws it into the right end of `room`; gives where it begins.
pub fn draw(ui: &mut Ui, id: Id, room: Rect, contents: impl FnOnce(&mut Ui)) -> f32 {
    let known = width(ui, id);
    let place = room.with_min_x((room.right() - known).max(room.left()));
    let builder = UiBuilder::new().max_rect(place).id_salt(id).layout(Layout::left_to_right(Align::Center));
    let mut inner = ui.new_child(builder);
    contents(&mut inner);
    let drawn = inner.min_rect().width();
    if (drawn - known).abs() > 0.5 {
        ui.data_mut(|data| data.insert_temp(id, drawn));
        // It is in its place before anybody sees it.
        ui.ctx().request_discard("the right end of a line has another width");
    }
    place.left()
}

/// What is left of `room` for what stands before it.
pub fn beside(ui: &mut Ui, id: Id, room: Rect) -> Ui {
    let end = room.right() - width(ui, id) - ui.spacing().item_spacing.x;
    let place = room.with_max_x(end.max(room.left()));
    ui.new_child(UiBuilder::new().max_rect(place).id_salt((id, "beside")).layout(Layout::left_to_right(Align::Center)))
}

/// The same for what may need more room than there is: it scrolls sideways then, and lies on nothing.
pub fn scrolled_beside<R>(ui: &mut Ui, id: Id, room: Rect, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let mut ui = beside(ui, id, room);
    let area = ScrollArea::horizontal().id_salt((id, "scrolled"));
    area.show(&mut ui, |ui| ui.horizontal_centered(contents).inner).inner
}
