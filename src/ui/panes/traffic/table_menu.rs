//! The menu of the traffic table: in which order the rows stand, what their times are counted from, which columns there
//! are and where. All of it can be done with the keyboard.

use eframe::egui::containers::menu::{MenuButton, MenuConfig};
use eframe::egui::{Button, PopupCloseBehavior, RichText, ScrollArea, Ui, vec2};
use egui_material_icons::icons::{ICON_CHEVRON_LEFT, ICON_CHEVRON_RIGHT, ICON_VIEW_COLUMN};

use super::columns::{in_order, is_shown, put, show};
use crate::desktop::traffic_table::{RowOrder, RowTime, TrafficTable};
use crate::lang::Lang;
use crate::t;
use crate::ui::controls;
use crate::ui::theme::Tokens;
use crate::ui::view::{View, ViewRequest};

const WIDTH: f32 = 230.0;
/// A choice's height: all of them have room in a window of 720 points.
const ROW: f32 = 24.0;
/// What the menu leaves of the window's height, for its own frame and the edges.
const MARGIN: f32 = 40.0;

/// The button in the bar.
pub fn button_ui(ui: &mut Ui, view: &mut View<'_>) {
    let name = t!(view.lang, "table-menu");
    let icon = ICON_VIEW_COLUMN.rich_text().size(16.0).color(view.tokens.muted);
    let button = Button::new(icon).frame_when_inactive(false).min_size(vec2(24.0, 24.0));
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let (response, shown) =
        MenuButton::from_button(button).config(config).ui(ui, |ui| self::ui(ui, view.lang, view.table));
    if let Some(table) = shown.and_then(|shown| shown.inner) {
        view.requests.push(ViewRequest::Table(table));
    }
    controls::name_it(&response, true, &name);
    response.on_hover_text(name);
}

/// What is in the menu; gives the table as it is to be. Where the window is low it scrolls.
pub fn ui(ui: &mut Ui, lang: Lang, table: &TrafficTable) -> Option<TrafficTable> {
    ui.set_width(WIDTH);
    let height = ui.content_rect().height() - MARGIN;
    // A menu is given little height by itself, and would hide half of its columns in a large window.
    ui.set_max_height(height);
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.spacing_mut().interact_size.y = ROW;
    ScrollArea::vertical().max_height(height).show(ui, |ui| choices_ui(ui, lang, table)).inner
}

fn choices_ui(ui: &mut Ui, lang: Lang, table: &TrafficTable) -> Option<TrafficTable> {
    // A menu's controls have no frame, but what can be ticked needs its box.
    ui.visuals_mut().widgets.inactive.bg_stroke = Tokens::of(ui).hairline();
    let mut wanted = table.clone();
    controls::section(ui, &t!(lang, "table-order"));
    ui.radio_value(&mut wanted.order, RowOrder::Completion, t!(lang, "table-by-completion"));
    ui.radio_value(&mut wanted.order, RowOrder::Start, t!(lang, "table-by-start"));
    ui.separator();
    controls::section(ui, &t!(lang, "table-times"));
    ui.radio_value(&mut wanted.time, RowTime::Lab, t!(lang, "table-time-lab"));
    ui.radio_value(&mut wanted.time, RowTime::RowBefore, t!(lang, "table-time-row"));
    ui.radio_value(&mut wanted.time, RowTime::Clock, t!(lang, "table-time-clock"));
    ui.separator();
    let mut folds = !table.unfolded;
    ui.checkbox(&mut folds, t!(lang, "table-fold")).on_hover_text(t!(lang, "table-fold-tip"));
    wanted.unfolded = !folds;
    ui.separator();
    controls::section(ui, &t!(lang, "table-columns"));
    columns_ui(ui, lang, table, &mut wanted);
    ui.separator();
    if controls::ghost(ui, t!(lang, "table-reset")).clicked() {
        wanted.reset_columns();
    }
    (wanted != *table).then_some(wanted)
}

fn columns_ui(ui: &mut Ui, lang: Lang, table: &TrafficTable, wanted: &mut TrafficTable) {
    let order = in_order(table);
    for (index, column) in order.iter().copied().enumerate() {
        let title = column.title(lang);
        ui.horizontal(|ui| {
            let mut shown = is_shown(table, column);
            if ui.checkbox(&mut shown, RichText::new(&*title)).changed() {
                show(wanted, column, shown);
            }
            let room = (ui.available_width() - 52.0).max(0.0);
            ui.add_space(room);
            let (left, right) =
                (t!(lang, "table-move-left", column = &*title), t!(lang, "table-move-right", column = &*title));
            ui.spacing_mut().item_spacing.x = 2.0;
            ui.add_enabled_ui(index > 0, |ui| {
                if controls::icon(ui, ICON_CHEVRON_LEFT, &left).clicked() {
                    put(wanted, column, index.saturating_sub(1));
                }
            });
            ui.add_enabled_ui(index + 1 < order.len(), |ui| {
                if controls::icon(ui, ICON_CHEVRON_RIGHT, &right).clicked() {
                    put(wanted, column, index + 1);
                }
            });
        });
    }
}
