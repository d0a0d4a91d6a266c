//! What lies over a list's lower right corner: the way back to its newest row.

use eframe::egui::{self, Align, Layout, Rect, RichText, Ui, UiBuilder, vec2};
use egui_material_icons::icons::ICON_ARROW_DOWNWARD;

use crate::t;
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::view::View;

/// The room that it takes below what is shown, in points: it covers nothing.
pub const ROOM: f32 = 38.0;

/// Over a list of calls, which also says that the display is paused. True where the list is to follow the newest call
/// again.
pub fn of_calls(ui: &mut Ui, view: &mut View<'_>, area: Rect, follows: bool) -> bool {
    if view.on_paper {
        return false;
    }
    let text = match view.pause {
        Some(pause) => t!(view.lang, "traffic-paused", count = pause.news(view.session)),
        None if !follows => t!(view.lang, "latest"),
        None => return false,
    };
    let clicked = button(ui, view, area, &text);
    if clicked {
        view.command(UiCommand::FollowEnd);
    }
    clicked
}

/// The button over a list's lower right corner that goes back to its newest row.
pub fn button(ui: &mut Ui, view: &View<'_>, area: Rect, text: &str) -> bool {
    let size = vec2(220.0, 30.0);
    let room = Rect::from_min_size(area.right_bottom() - size - vec2(18.0, 6.0), size);
    let builder = UiBuilder::new().max_rect(room).layout(Layout::right_to_left(Align::Center)).id_salt("latest");
    let mut ui = ui.new_child(builder);
    let color = view.tokens.on_accent;
    let atoms = (ICON_ARROW_DOWNWARD.rich_text().color(color), RichText::new(text).color(color));
    let button = egui::Button::new(atoms).fill(view.tokens.accent).gap(4.0);
    let response = ui.add(button);
    controls::name_it(&response, true, text);
    response.clicked()
}
