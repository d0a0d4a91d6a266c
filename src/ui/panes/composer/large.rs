//! A text too long for a field. Laid out, each of its characters would take a hundred bytes and more, several times
//! over; so it is shown by its beginning and its size, and sent as it is.

use eframe::egui::{
    Align, CornerRadius, Event, Id, Key, Layout, Modifiers, RichText, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder,
    WidgetInfo, vec2,
};
use egui_material_icons::icons::{ICON_CLOSE, ICON_DESCRIPTION};

use super::Composer;
use crate::session::Endpoint;
use crate::t;
use crate::trace::text::visible;
use crate::ui::controls;
use crate::ui::theme;
use crate::ui::view::View;
use crate::ui::widgets::focus;
use crate::ui::widgets::line::Line;
use crate::ui::widgets::quantity;

/// The most bytes of text that stand in a field.
pub const MAX_FIELD_BYTES: usize = 64 * 1024;
const HEIGHT: f32 = 28.0;
/// Characters of its beginning that are shown.
const SHOWN: usize = 120;

impl Composer {
    /// Takes a long text out of what is pasted before the field lays it out. True where there is one.
    pub(super) fn takes_large_text(&mut self, ui: &Ui, id: Id) -> bool {
        if ui.memory(|memory| memory.has_focus(id)) {
            let mut pasted = Vec::new();
            ui.input_mut(|input| {
                input.events.retain_mut(|event| match event {
                    Event::Paste(text) if text.len() > MAX_FIELD_BYTES => {
                        pasted.push(std::mem::take(text));
                        false
                    }
                    _ => true,
                });
            });
            for text in pasted {
                self.draft.insert(ui, id, &text);
                self.refused = false;
            }
        }
        self.draft.text.len() > MAX_FIELD_BYTES
    }

    /// The text as a chip in place of the field; true when the user pressed Enter on it.
    pub(super) fn large_ui(&mut self, ui: &mut Ui, view: &View<'_>, endpoint: &Endpoint, id: Id, width: f32) -> bool {
        let (lang, tokens) = (view.lang, view.tokens);
        let (_, rect) = ui.allocate_space(vec2(width, HEIGHT));
        let response = ui.interact(rect, id, Sense::click());
        let size = quantity::about_bytes(self.draft.text.len() as u64);
        let name = t!(lang, "composer-large-name", name = endpoint.spec.name.as_str(), size = size.as_str());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &*name));
        if std::mem::take(&mut self.focus) || response.clicked() {
            focus::give(&response);
        }
        let (mut enter, mut removed) = (false, false);
        let focused = response.has_focus();
        if focused {
            ui.input_mut(|input| {
                enter = input.consume_key(Modifiers::NONE, Key::Enter);
                removed = [Key::Delete, Key::Backspace].into_iter().any(|key| input.consume_key(Modifiers::NONE, key));
            });
        }
        let edge = Stroke::new(1.0, if focused { tokens.accent } else { tokens.line });
        ui.painter().rect(rect, CornerRadius::same(theme::ROUNDING), tokens.highlight, edge, StrokeKind::Inside);
        let builder =
            UiBuilder::new().max_rect(rect.shrink2(vec2(8.0, 0.0))).layout(Layout::left_to_right(Align::Center));
        let mut inner = ui.new_child(builder);
        inner.label(ICON_DESCRIPTION.rich_text().size(15.0).color(tokens.muted));
        inner.label(RichText::new(t!(lang, "composer-large", size = size.as_str())).color(tokens.text));
        inner.with_layout(Layout::right_to_left(Align::Center), |ui| {
            removed |= controls::icon(ui, ICON_CLOSE, &t!(lang, "composer-large-remove")).clicked();
            let beginning: String = self.draft.text.chars().take(SHOWN).collect();
            let room = ui.available_rect_before_wrap();
            Line::new().mono(&visible(&beginning), tokens.muted).paint(ui, room, Align::Min);
        });
        if removed {
            self.draft.text = String::new();
            self.draft.changed();
            self.focus = true;
        }
        enter && !removed
    }
}
