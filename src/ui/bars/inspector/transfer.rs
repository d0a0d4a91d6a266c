//! The inspector of a transfer: its outcome and its facts. The Transfers pane has its rate over time and what
//! can be done with it.

use eframe::egui::Ui;

use super::facts::muted;
use crate::t;
use crate::trace::transfer::TransferId;
use crate::ui::controls;
use crate::ui::panes::transfers;
use crate::ui::view::View;

pub fn ui(ui: &mut Ui, view: &mut View<'_>, id: TransferId) {
    controls::section(ui, &t!(view.lang, "inspector-transfer"));
    match view.session.transfers().get(id) {
        Some(transfer) => transfers::facts_ui(ui, view, transfer),
        None => muted(ui, view, &t!(view.lang, "inspector-transfer-gone")),
    }
}
