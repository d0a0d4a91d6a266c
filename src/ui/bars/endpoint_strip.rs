//! Where there is no room for the list of endpoints: a strip with a mark and the first letters of each, whose names are
//! in their tooltips.

use eframe::egui::{Align2, Id, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::endpoint_list::{dot_of, spoken_name_of};
use crate::ui::controls;
use crate::ui::theme::ROUNDING;
use crate::ui::view::{View, ViewRequest};

const ROW_HEIGHT: f32 = 34.0;
/// Characters of a name that have room.
const LETTERS: usize = 3;

pub fn ui(ui: &mut Ui, view: &mut View<'_>) {
    let session = view.session;
    ui.spacing_mut().item_spacing.y = 0.0;
    let count = session.endpoints().len();
    let scroll = ScrollArea::vertical().id_salt("endpoint strip").auto_shrink([false, true]);
    scroll.show_rows(ui, ROW_HEIGHT, count, |ui, range| {
        for endpoint in session.endpoints().iter().skip(range.start).take(range.len()) {
            let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW_HEIGHT));
            let response = ui.interact(rect, Id::unique("endpoint strip row").with(endpoint.id), Sense::click());
            let selected = view.selection.endpoint() == Some(endpoint.id);
            let name = spoken_name_of(view, endpoint);
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, &name));
            if selected || response.hovered() || response.has_focus() {
                ui.painter().rect_filled(rect.shrink(1.0), f32::from(ROUNDING), view.tokens.highlight);
            }
            controls::paint_dot(ui, pos2(rect.center().x, rect.top() + 10.0), dot_of(endpoint, view.lang));
            let letters: String = endpoint.spec.name.chars().take(LETTERS).collect();
            let below = Rect::from_min_max(pos2(rect.left(), rect.top() + 16.0), rect.max);
            let text = RichText::new(letters).size(11.0);
            controls::paint_text(ui, below, Align2::CENTER_CENTER, text, view.tokens.text);
            if response.on_hover_text(name).clicked() {
                view.selection.select_endpoint(endpoint.id);
                view.requests.push(ViewRequest::Show(endpoint.id));
            }
        }
    });
}
