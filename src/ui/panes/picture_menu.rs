//! What a view offers: its picture, by a button in its bar and by a right click on it.

use eframe::egui::containers::menu::MenuButton;
use eframe::egui::{Button, Response, Ui};
use egui_material_icons::icons::ICON_PHOTO_CAMERA;

use super::LabView;
use crate::t;
use crate::ui::command::PictureRequest;
use crate::ui::controls;
use crate::ui::view::{View, ViewRequest};

/// The button in a view's bar.
pub fn button_ui(ui: &mut Ui, view: &mut View<'_>, of: &'static LabView) {
    let name = t!(view.lang, "picture-button");
    let icon = ICON_PHOTO_CAMERA.rich_text().size(16.0).color(view.tokens.muted);
    let button = Button::new(icon).frame_when_inactive(false).min_size(eframe::egui::Vec2::splat(24.0));
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| items_ui(ui, view, of));
    controls::name_it(&response, true, &name);
    response.on_hover_text(name);
}

/// The same by a right click.
pub fn on_click(response: &Response, view: &mut View<'_>, of: &'static LabView) {
    response.context_menu(|ui| items_ui(ui, view, of));
}

fn items_ui(ui: &mut Ui, view: &mut View<'_>, of: &'static LabView) {
    for (name, wish) in [("cmd-copy-picture", PictureRequest::Copy(of)), ("cmd-save-picture", PictureRequest::Save(of))]
    {
        if ui.button(view.lang.text(name, None)).clicked() {
            view.requests.push(ViewRequest::Picture(wish));
            ui.close();
        }
    }
}
