//! The button that pauses all views of what happens, and the one that looks back.

use eframe::egui::Ui;
use egui_material_icons::icons::{ICON_HISTORY, ICON_PAUSE, ICON_PLAY_ARROW};

use crate::t;
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::view::View;

/// Pauses all of them, or lets them go on.
pub fn button_ui(ui: &mut Ui, view: &mut View<'_>) {
    let (icon, name) = match view.pause {
        Some(_) => (ICON_PLAY_ARROW, t!(view.lang, "views-resume")),
        None => (ICON_PAUSE, t!(view.lang, "views-pause")),
    };
    if controls::icon(ui, icon, &name).clicked() {
        view.command(UiCommand::PauseDisplay);
    }
    if controls::icon(ui, ICON_HISTORY, &t!(view.lang, "cmd-look-back")).clicked() {
        view.command(UiCommand::LookBack);
    }
}
