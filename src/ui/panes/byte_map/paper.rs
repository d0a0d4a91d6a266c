//! The byte map as a picture.

use eframe::egui::{Ui, Vec2, vec2};

use super::{ByteMapPane, ROOM_FOR_TRACK, TALLEST_TRACK, legs};
use crate::ui::picture::SMALLEST;
use crate::ui::view::View;

impl ByteMapPane {
    /// Its size on paper, in points; `None` where there is nothing to see.
    pub fn size_on_paper(&self, view: &View<'_>) -> Option<Vec2> {
        let subject = self.subject.as_ref()?;
        if self.is_empty(view.session.shown_trace(), subject) {
            return None;
        }
        let height = self.room.y.max(ROOM_FOR_TRACK);
        let tracks = self.ways(height).iter().map(|way| legs(view, subject, *way).len()).sum::<usize>() as f32;
        Some(vec2(self.room.x.max(SMALLEST.x), height.min(tracks * TALLEST_TRACK)))
    }

    /// Draws the same on paper; the pane stays as it was.
    pub fn paper_ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let Some(subject) = self.subject.clone() else { return };
        let before = (self.ports, self.hovered.take(), self.seen.clone());
        let room = ui.available_rect_before_wrap();
        self.tracks_ui(ui, view, &subject, room);
        (self.ports, self.hovered, self.seen) = before;
    }
}
