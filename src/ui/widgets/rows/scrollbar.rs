//! Scrolling with the wheel and with the bar.

use eframe::egui::{CornerRadius, Id, Rect, Sense, Ui, pos2, vec2};

use super::{Listing, Rows};
use crate::ui::theme::Tokens;

/// Width of the scrollbar's lane in points.
pub(super) const BAR: f32 = 10.0;
/// The shortest thumb that a mouse still catches.
const MIN_THUMB: f32 = 24.0;

impl Rows {
    pub(super) fn wheel(&mut self, ui: &Ui, area: Rect, listing: &Listing<'_>) {
        if !ui.rect_contains_pointer(area) {
            return;
        }
        let delta = ui.input(|input| input.smooth_scroll_delta().y);
        if delta == 0.0 {
            return;
        }
        let before = self.position;
        self.scroll(-f64::from(delta / listing.row_height), &listing.range);
        // What this list could not use is left to the area around it.
        if (self.position - before).abs() > f64::EPSILON {
            ui.input_mut(|input| input.smooth_scroll_delta.y = 0.0);
        }
    }

    pub(super) fn bar(&mut self, ui: &Ui, id: Id, area: Rect, listing: &Listing<'_>) {
        let tokens = Tokens::of(ui);
        let lane = Rect::from_min_max(pos2(area.right() - BAR, area.top()), area.right_bottom());
        let count = (listing.range.end - listing.range.start) as f64;
        let length = ((self.page / count) as f32 * lane.height()).clamp(MIN_THUMB.min(lane.height()), lane.height());
        let travel = lane.height() - length;
        let hidden = self.end(&listing.range) - listing.range.start as f64;
        let response = ui.interact(lane, id.with("bar"), Sense::CLICK | Sense::DRAG);
        let thumb_top = |position: f64| lane.top() + ((position - listing.range.start as f64) / hidden) as f32 * travel;
        if let Some(pointer) = response.interact_pointer_pos() {
            let top = thumb_top(self.position);
            let held = *self.grabbed.get_or_insert_with(|| {
                let inside = pointer.y - top;
                if (0.0..=length).contains(&inside) { inside } else { length / 2.0 }
            });
            let part = if travel > 0.0 { f64::from((pointer.y - held - lane.top()) / travel) } else { 0.0 };
            let target = listing.range.start as f64 + part.clamp(0.0, 1.0) * hidden;
            self.scroll(target - self.position, &listing.range);
        } else {
            self.grabbed = None;
        }
        let active = response.hovered() || self.grabbed.is_some();
        let width = if active { BAR - 2.0 } else { BAR - 5.0 };
        let min = pos2(lane.right() - width - 1.0, thumb_top(self.position));
        let color = if active { tokens.muted } else { tokens.line };
        ui.painter().rect_filled(Rect::from_min_size(min, vec2(width, length)), CornerRadius::same(4), color);
    }
}
