//! A quiet drop-down: the present value with a small arrow, no frame until it is pointed at.

use eframe::egui::accesskit::Role;
use eframe::egui::containers::menu::{MenuButton, MenuConfig};
use eframe::egui::{Button, PopupCloseBehavior, RichText, Ui};
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons::ICON_EXPAND_MORE;

use crate::ui::theme::Tokens;

pub struct Choice<'a> {
    /// What is chosen here: its accessible name, and with `prefixed` shown before the value.
    pub name: &'a str,
    pub shown: &'a str,
    pub prefixed: bool,
}

impl Choice<'_> {
    /// Shows it; `contents` are what the opened list holds.
    pub fn show(self, ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
        self.show_with(ui, None, contents);
    }

    /// The same with a picture before the value.
    pub fn show_with(self, ui: &mut Ui, icon: Option<MaterialIcon>, contents: impl FnOnce(&mut Ui)) {
        let tokens = Tokens::of(ui);
        let arrow = ICON_EXPAND_MORE.rich_text().size(13.0).color(tokens.muted);
        let value = RichText::new(self.shown).color(tokens.text);
        let button = if let Some(icon) = icon {
            let icon = icon.rich_text().size(14.0).color(tokens.muted);
            if self.shown.is_empty() { Button::new((icon, arrow)) } else { Button::new((icon, value, arrow)) }
        } else if self.prefixed {
            Button::new((RichText::new(self.name).color(tokens.muted), value, arrow))
        } else if self.shown.is_empty() {
            Button::new(arrow)
        } else {
            Button::new((value, arrow))
        };
        let button = button.frame_when_inactive(false).gap(4.0);
        // The list stays while numbers are typed in it.
        let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        let (response, _) = MenuButton::from_button(button).config(config).ui(ui, contents);
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(Role::ComboBox);
            node.set_label(self.name);
            node.set_value(self.shown);
        });
        response.on_hover_text(self.name);
    }
}
