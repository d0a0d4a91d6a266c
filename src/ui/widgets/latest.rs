//! What lies over a list's lower right corner: the way back to its newest row.

use std::borrow::Cow;

use eframe::egui::{self, Align, Layout, Rect, Response, RichText, Ui, UiBuilder, vec2};
use egui_material_icons::icons::ICON_ARROW_DOWNWARD;

use crate::t;
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::theme::SMALL;
use crate::ui::view::View;

/// The size of its text over a list.
const TEXT: f32 = 13.0;

/// Over a list of calls, which also says that the display is paused. True where the list is to follow the newest call
/// again.
pub fn of_calls(ui: &mut Ui, view: &mut View<'_>, area: Rect, follows: bool) -> bool {
    let Some(text) = text(view, follows) else { return false };
    let clicked = button(ui, view, area, &text);
    follow(view, clicked)
}

/// The same at the right end of a low strip below a picture. Gives where it begins, too.
pub fn in_strip(ui: &mut Ui, view: &mut View<'_>, strip: Rect, follows: bool) -> (bool, f32) {
    let Some(text) = text(view, follows) else { return (false, strip.right()) };
    let response = draw(ui, view, strip, &text, SMALL);
    (follow(view, response.clicked()), response.rect.left())
}

fn text(view: &View<'_>, follows: bool) -> Option<Cow<'static, str>> {
    match view.pause {
        _ if view.on_paper => None,
        Some(pause) if view.session.looking_back().is_some() => {
            Some(t!(view.lang, "playhead-later", count = pause.news(view.session)))
        }
        Some(pause) => Some(t!(view.lang, "traffic-paused", count = pause.news(view.session))),
        None if !follows => Some(t!(view.lang, "latest")),
        None => None,
    }
}

fn follow(view: &mut View<'_>, clicked: bool) -> bool {
    if clicked {
        view.command(UiCommand::FollowEnd);
    }
    clicked
}

/// The button over a list's lower right corner that goes back to its newest row.
pub fn button(ui: &mut Ui, view: &View<'_>, area: Rect, text: &str) -> bool {
    let size = vec2(220.0, 30.0);
    let room = Rect::from_min_size(area.right_bottom() - size - vec2(18.0, 6.0), size);
    draw(ui, view, room, text, TEXT).clicked()
}

fn draw(ui: &mut Ui, view: &View<'_>, room: Rect, text: &str, size: f32) -> Response {
    let builder = UiBuilder::new().max_rect(room).layout(Layout::right_to_left(Align::Center)).id_salt("latest");
    let mut ui = ui.new_child(builder);
    let color = view.tokens.on_accent;
    let atoms = (ICON_ARROW_DOWNWARD.rich_text().size(size).color(color), RichText::new(text).size(size).color(color));
    let button = egui::Button::new(atoms).fill(view.tokens.accent).gap(4.0);
    let response = ui.add(if size == SMALL { button.small() } else { button });
    controls::name_it(&response, true, text);
    response
}
