//! The byte map: the sends and recvs of one connection as blocks along its stream.

use eframe::egui::Ui;

use crate::ui::actions::Command;
use crate::ui::view::View;

#[derive(Debug, Default)]
pub struct ByteMapPane {}

impl ByteMapPane {
    /// Does a command that is for this pane; false where it is not.
    pub fn command(&mut self, _command: &Command) -> bool {
        false
    }

    pub fn ui(&mut self, ui: &mut Ui, _view: &mut View<'_>) {
        ui.label("…");
    }
}
