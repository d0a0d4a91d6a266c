//! The ladder: time downwards, a lifeline for each end, an arrow from the call that sent to the call that received.

use eframe::egui::Ui;

use crate::ui::actions::Command;
use crate::ui::view::View;

#[derive(Debug, Default)]
pub struct LadderPane {}

impl LadderPane {
    /// Does a command that is for this pane; false where it is not.
    pub fn command(&mut self, _command: &Command) -> bool {
        false
    }

    pub fn ui(&mut self, ui: &mut Ui, _view: &mut View<'_>) {
        ui.label("…");
    }
}
