//! The plots as a picture: also those that are out of sight.

use eframe::egui::{Ui, Vec2, vec2};

use super::subject::Subject;
use super::{PlotsPane, SHORTEST, charts_ui};
use crate::ui::picture::SMALLEST;
use crate::ui::view::View;

impl PlotsPane {
    /// Their size on paper, in points; `None` where there is nothing to see.
    pub fn size_on_paper(&self, view: &View<'_>) -> Option<Vec2> {
        let subject = Subject::of(self.choice, view);
        let (charts, _) = self.charts(view, &subject, self.window(view.session, &subject));
        let size = vec2(self.room.x.max(SMALLEST.x), self.room.y.max(SHORTEST));
        (!self.has_nothing(&charts)).then_some(size)
    }

    pub fn paper_ui(&self, ui: &mut Ui, view: &mut View<'_>) {
        let subject = Subject::of(self.choice, view);
        let window = self.window(view.session, &subject);
        let (charts, notes) = self.charts(view, &subject, window);
        charts_ui(ui, view, &charts, &notes, window);
    }
}
