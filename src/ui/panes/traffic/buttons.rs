//! The buttons beside the filter, and what they say.

use eframe::egui::{Button, RichText, Ui};
use egui_material_icons::icons::ICON_DELETE_SWEEP;

use super::table_menu;
use crate::desktop::traffic_table::TrafficTable;
use crate::session::Action;
use crate::t;
use crate::ui::controls;
use crate::ui::theme::SMALL;
use crate::ui::view::{View, ViewRequest};
use crate::ui::widgets::{pause_button, quantity};

/// How far the rows are put in order, while they are; the table's menu, pause and clear.
pub fn ui(ui: &mut Ui, view: &mut View<'_>, percent: Option<u64>) {
    if let Some(percent) = percent {
        ui.label(RichText::new(t!(view.lang, "table-sorting", percent = percent)).size(SMALL));
    }
    folded_ui(ui, view);
    table_menu::button_ui(ui, view);
    pause_button::button_ui(ui, view);
    if controls::icon(ui, ICON_DELETE_SWEEP, &t!(view.lang, "traffic-clear")).clicked() {
        view.act(Action::ClearTrace);
    }
}

/// How many calls are folded: a click shows them.
fn folded_ui(ui: &mut Ui, view: &mut View<'_>) {
    let folded = view.filtering.map_or(0, |filtering| filtering.folded(view.session, view.end_seq()));
    if folded == 0 {
        return;
    }
    let text = t!(view.lang, "traffic-folded", shown = quantity::count(folded));
    let text = RichText::new(text).size(SMALL).color(view.tokens.muted);
    let button = ui.add(Button::new(text).frame_when_inactive(false).small());
    if button.on_hover_text(t!(view.lang, "table-fold-tip")).clicked() {
        let table = TrafficTable { unfolded: true, ..view.table.clone() };
        view.requests.push(ViewRequest::Table(table));
    }
}
