//! The ladder as a picture: all lifelines beside each other, and where that is asked for all calls below each other.

use eframe::egui::{Ui, Vec2, vec2};

use super::canvas::{Columns, GUTTER};
use super::heads::HEADS;
use super::scroll::BAR;
use super::{FOOT, LadderPane};
use crate::trace::ladder::{Chosen, Looking, Picture};
use crate::ui::picture::{LARGEST, Look, SMALLEST};
use crate::ui::view::View;

impl LadderPane {
    /// What is drawn on paper, and its size in points; `None` where there is nothing to see.
    pub fn paper(&self, view: &View<'_>, look: Look) -> Option<(Self, Vec2)> {
        let trace = view.session.trace();
        let scope = self.scope(view);
        let end_seq = view.end_seq();
        let chosen = Chosen::new(trace, scope, end_seq);
        if chosen.range().is_empty() && trace.waiting().len() == 0 {
            return None;
        }
        let mut paper = self.clone();
        let now = self.now(view, &chosen);
        let around = HEADS + FOOT;
        let room = if self.height > 0.0 { self.height } else { f64::from(SMALLEST.y) };
        let height = paper.scroll.lay_out(&chosen, look.all_rows, (room, f64::from(LARGEST.y - around)), now);
        let sight = paper.scroll.sight();
        let looking = Looking { scope, sight, height, segments: self.segments, end_seq, now };
        let columns = Picture::of(trace, &looking).lifelines.len();
        let width = self.width.max(SMALLEST.x);
        paper.scroll.x = 0.0;
        paper.anchor = None;
        paper.seen = view.selection.call();
        Some((paper, vec2(Columns::wide_enough(columns, width - GUTTER - BAR) + GUTTER + BAR, height as f32 + around)))
    }

    pub fn paper_ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let scope = self.scope(view);
        let chosen = Chosen::new(view.session.trace(), scope, view.end_seq());
        let area = ui.available_rect_before_wrap();
        self.height = f64::from(area.height() - HEADS - FOOT);
        self.picture_ui(ui, view, area, scope, &chosen);
    }
}
