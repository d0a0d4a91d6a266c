//! Which way bytes went: always an arrow, a word and a colour together.

use std::borrow::Cow;

use eframe::egui::{Align2, Color32, FontId, Pos2, Ui};
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons::{ICON_ARROW_BACK, ICON_ARROW_FORWARD};

use crate::lang::Lang;
use crate::t;
pub use crate::trace::Direction;
use crate::ui::theme::Tokens;

impl Direction {
    pub fn icon(self) -> MaterialIcon {
        match self {
            Self::Sent => ICON_ARROW_FORWARD,
            Self::Received => ICON_ARROW_BACK,
        }
    }

    pub fn color(self, tokens: &Tokens) -> Color32 {
        match self {
            Self::Sent => tokens.sent,
            Self::Received => tokens.received,
        }
    }

    pub fn word(self, lang: Lang) -> Cow<'static, str> {
        match self {
            Self::Sent => t!(lang, "direction-sent"),
            Self::Received => t!(lang, "direction-received"),
        }
    }

    /// The arrow in the middle of a row.
    pub fn paint(self, ui: &Ui, center: Pos2, size: f32) {
        let icon = self.icon();
        let font = FontId::new(size, icon.font_family());
        ui.painter().text(center, Align2::CENTER_CENTER, icon.codepoint, font, self.color(Tokens::of(ui)));
    }
}
