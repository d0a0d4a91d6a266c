//! Filters that are kept over the table: a click puts one in force, another takes it off again.

use eframe::egui::{
    Button, FontId, Frame, Key, Label, Margin, Modifiers, Rect, RichText, Role, Sense, TextWrapMode, Ui, UiBuilder,
    WidgetInfo, pos2, vec2,
};
use egui_material_icons::icons::{ICON_CLOSE, ICON_KEEP};

use crate::desktop::traffic_table::MAX_PINNED;
use crate::t;
use crate::ui::controls;
use crate::ui::filter_state::{FilterEdit, FilterState};
use crate::ui::theme::MONO;
use crate::ui::view::{View, ViewRequest};

const HEIGHT: f32 = 24.0;
/// The widest chip, in points: a long filter is cut, and whole in its tip.
const MAX_WIDTH: f32 = 320.0;
/// Room for the cross.
const CROSS: f32 = 22.0;

/// In the bar, beside a filter that can be pinned: pins it, or takes it off.
pub fn button_ui(ui: &mut Ui, view: &mut View<'_>, filtering: &FilterState) {
    let text = filtering.text().trim();
    if !filtering.is_on() || filtering.error().is_some() {
        return;
    }
    let is_pinned = view.table.pinned.iter().any(|pinned| pinned == text);
    let has_room = is_pinned || view.table.pinned.len() < MAX_PINNED;
    let name = match (is_pinned, has_room) {
        (true, _) => t!(view.lang, "filter-unpin-this"),
        (false, true) => t!(view.lang, "filter-pin"),
        (false, false) => t!(view.lang, "filter-pin-full", most = MAX_PINNED),
    };
    let color = if is_pinned { view.tokens.accent } else { view.tokens.muted };
    let button = Button::new(ICON_KEEP.rich_text().size(16.0).color(color));
    let response = ui.add_enabled(has_room, button.frame_when_inactive(false).min_size(vec2(24.0, 24.0)));
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, has_room, is_pinned, &*name));
    if response.on_hover_text(&*name).on_disabled_hover_text(&*name).clicked() {
        let mut table = view.table.clone();
        if is_pinned {
            table.unpin(text);
        } else {
            table.pin(text);
        }
        view.requests.push(ViewRequest::Table(table));
    }
}

/// The chips, in as many lines as they need; nothing where there are none.
pub fn ui(ui: &mut Ui, view: &mut View<'_>) {
    let table = view.table;
    if table.pinned.is_empty() {
        return;
    }
    let in_force = view.filtering.filter(|filtering| filtering.is_on()).map(|filtering| filtering.text().trim());
    let strip = Frame::new().inner_margin(Margin::symmetric(8, 3)).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing = vec2(6.0, 4.0);
        ui.horizontal_wrapped(|ui| {
            for pinned in &table.pinned {
                chip_ui(ui, view, pinned, in_force == Some(pinned.as_str()));
            }
        });
    });
    let area = strip.response.rect;
    ui.painter().hline(area.x_range(), area.bottom(), view.tokens.hairline());
}

fn chip_ui(ui: &mut Ui, view: &mut View<'_>, filter: &str, in_force: bool) {
    let (lang, tokens) = (view.lang, view.tokens);
    let font = FontId::monospace(MONO);
    let wide = ui.painter().layout_no_wrap(filter.to_owned(), font, tokens.text).size().x;
    let padding = 2.0 * ui.spacing().button_padding.x + 4.0;
    let width = (wide.ceil() + padding + CROSS).min(MAX_WIDTH).min(ui.available_width().max(MAX_WIDTH));
    let (rect, _) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::hover());
    let edge = rect.right() - CROSS;
    let ground = if in_force { tokens.tint(tokens.accent) } else { tokens.panel };
    ui.painter().rect(rect, 4.0, ground, tokens.hairline(), eframe::egui::StrokeKind::Inside);
    let mut part = ui.new_child(UiBuilder::new().max_rect(rect.with_max_x(edge)).id_salt(filter));
    let button = Button::new(RichText::new(filter).monospace().size(MONO)).wrap_mode(TextWrapMode::Truncate);
    let size = vec2(rect.width() - CROSS, HEIGHT);
    let response = part.add_sized(size, button.frame_when_inactive(false));
    let name = t!(lang, "filter-pinned", filter = filter);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, in_force, &*name));
    let mut unpinned = response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Delete));
    let response = response.on_hover_ui(|ui| {
        ui.add(Label::new(RichText::new(filter).monospace()).wrap());
        ui.label(t!(lang, "filter-pinned-tip"));
    });
    if response.clicked() {
        view.filter(FilterEdit::Text(filter.to_owned()));
        view.filter(FilterEdit::Used);
    }
    // Tab goes past it: Delete on the chip does the same.
    let area = Rect::from_min_max(pos2(edge, rect.top()), rect.right_bottom());
    let cross = ui.interact(area, ui.scope_id().with(("unpin", filter)), Sense::CLICK);
    let name = t!(lang, "filter-unpin", filter = filter);
    controls::name_it(&cross, true, &name);
    let color = if cross.hovered() { tokens.text } else { tokens.muted };
    controls::paint_text(ui, area, eframe::egui::Align2::CENTER_CENTER, ICON_CLOSE.rich_text().size(14.0), color);
    unpinned |= cross.on_hover_text(&*name).clicked();
    if unpinned {
        let mut table = view.table.clone();
        table.unpin(filter);
        view.requests.push(ViewRequest::Table(table));
    }
}
