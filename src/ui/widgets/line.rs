//! One line of a row, put together from pieces and cut off with `…` where the room ends.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat, TextWrapping};
use eframe::egui::{Align, Color32, FontFamily, FontId, Galley, Rect, Ui, pos2};

use crate::desktop::fonts::MONO_STRONG;
use crate::ui::theme::MONO;

#[derive(Default)]
pub struct Line {
    job: LayoutJob,
}

impl Line {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn mono(self, text: &str, color: Color32) -> Self {
        self.piece(text, FontId::new(MONO, FontFamily::Monospace), color)
    }

    pub fn mono_sized(self, text: &str, size: f32, color: Color32) -> Self {
        self.piece(text, FontId::new(size, FontFamily::Monospace), color)
    }

    pub fn mono_strong(self, text: &str, color: Color32) -> Self {
        self.piece(text, FontId::new(MONO, FontFamily::Name(MONO_STRONG.into())), color)
    }

    pub fn plain(self, text: &str, size: f32, color: Color32) -> Self {
        self.piece(text, FontId::new(size, FontFamily::Proportional), color)
    }

    fn piece(mut self, text: &str, font: FontId, color: Color32) -> Self {
        let format = TextFormat { valign: Align::Center, ..TextFormat::simple(font, color) };
        self.job.append(text, 0.0, format);
        self
    }

    /// Paints it in the middle of the rectangle's height; gives how wide it became.
    pub fn paint(self, ui: &Ui, rect: Rect, align: Align) -> f32 {
        if rect.width() < 4.0 || self.job.text.is_empty() {
            return 0.0;
        }
        let galley = self.layout(ui, rect.width());
        let size = galley.size();
        let x = match align {
            Align::Min => rect.left(),
            Align::Center => rect.center().x - size.x / 2.0,
            Align::Max => rect.right() - size.x,
        };
        ui.painter().galley(pos2(x, rect.center().y - size.y / 2.0), galley, Color32::PLACEHOLDER);
        size.x
    }

    /// How wide it is where nothing is cut off.
    pub fn width(self, ui: &Ui) -> f32 {
        self.layout(ui, f32::INFINITY).size().x
    }

    fn layout(mut self, ui: &Ui, width: f32) -> Arc<Galley> {
        // A row is one line, whatever its text holds.
        self.job.break_on_newline = false;
        self.job.wrap = TextWrapping::truncate_at_width(width);
        ui.painter().layout_job(self.job)
    }
}
