//! Rows of one height, scrolled by row number. egui's own `ScrollArea` counts points in `f32` and loses single rows
//! past some 900,000; here ten million rows are as exact, and cost as much, as ten.

mod keys;
mod row;
mod scrollbar;
#[cfg(test)]
mod tests;

use std::ops::Range;

use eframe::egui::{CornerRadius, Key, Rect, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2};

use super::focus;
use crate::ui::regions;
use crate::ui::theme::Tokens;
pub use keys::Steered;
pub use row::{Kind, Row};
use scrollbar::BAR;

/// The room below the rows for the way back to the newest one, in points: it covers no row.
const FOOT: f32 = 40.0;

/// Where a list of rows is scrolled to.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The row at the upper edge with the part of it that is out of sight. Exact to a millionth of a row for the
    /// first four thousand million rows.
    position: f64,
    /// Whether the newest row is kept in sight.
    follow: bool,
    /// Whether reaching the end means to follow it: a dump of bytes does not grow.
    sticky: bool,
    /// How far below the thumb's upper edge the mouse has got hold of it.
    grabbed: Option<f32>,
    /// Rows that fit in sight, of the last frame.
    page: f64,
    /// The room below the rows is kept free in this frame.
    foot: bool,
    /// It is kept free whatever is in sight.
    keeps_foot: bool,
}

/// What is shown.
pub struct Listing<'a> {
    /// Tells the lists of one `Ui` apart.
    pub salt: &'a str,
    /// The list's name for screen readers.
    pub name: &'a str,
    /// Row numbers need not begin at 0: they stay those of the calls when the oldest have left.
    pub range: Range<u64>,
    pub row_height: f32,
    pub selected: Option<u64>,
    pub kind: Kind,
}

/// What the user did.
#[derive(Debug, Default)]
pub struct Shown {
    /// The row that was clicked, or gone to by an arrow key.
    pub picked: Option<u64>,
    /// Shift was down: the rows from the selected one to this.
    pub extend: bool,
    /// The list has the keyboard and was told to copy.
    pub copy: bool,
    /// The list had the keyboard, and Escape took it away.
    pub escaped: bool,
}

impl Rows {
    /// A list that begins at its first row and stays there.
    pub fn from_start() -> Self {
        Self { position: 0.0, follow: false, sticky: false, grabbed: None, page: 0.0, foot: false, keeps_foot: false }
    }

    /// A list that keeps its newest row in sight until the user scrolls away from it.
    pub fn following() -> Self {
        Self { follow: true, sticky: true, ..Self::from_start() }
    }

    /// True where the newest row is in sight, and there is no way to go back to it.
    pub fn follows(&self) -> bool {
        self.follow || self.sticky && !self.foot
    }

    /// Whether there is something else to say below the rows: that they stand still, say.
    pub fn keep_foot(&mut self, keep: bool) {
        self.keeps_foot = keep;
    }

    /// Whether the room below the rows is to be kept free. Where it is, the end counts as in sight only with that room
    /// gone again, so that one does not chase the other.
    fn wants_foot(&self, range: &Range<u64>) -> bool {
        let end_in_sight = self.position + self.page >= range.end as f64 - 1e-6;
        self.keeps_foot || self.sticky && !self.follow && !end_in_sight
    }

    pub fn follow(&mut self, follow: bool) {
        self.follow = follow;
    }

    /// Scrolls so that the row can be seen; nothing happens where it is in sight.
    pub fn reveal(&mut self, row: u64) {
        // Before its first frame the list does not know what is in sight.
        if self.page < 1.0 {
            return;
        }
        let row = row as f64;
        if row < self.position {
            self.position = row;
            self.follow = false;
        } else if row + 1.0 > self.position + self.page {
            self.position = (row + 1.0 - self.page).ceil();
            self.follow = false;
        }
    }

    /// The same; what is not in sight comes to the middle, with what stands around it.
    pub fn reveal_amid(&mut self, row: u64) {
        let at = row as f64;
        if self.page < 1.0 || (at >= self.position && at + 1.0 <= self.position + self.page) {
            return;
        }
        self.position = (at - (self.page / 2.0).floor()).max(0.0);
        self.follow = false;
    }

    /// What stood in one row stands in another now: it is where it was on the screen.
    pub fn shift(&mut self, from: u64, to: u64) {
        if !self.follow {
            self.position = (self.position + (to as f64 - from as f64)).max(0.0);
        }
    }

    /// Whether the row was whole in sight in the last frame.
    pub fn is_in_sight(&self, row: u64) -> bool {
        let at = row as f64;
        at >= self.position && at + 1.0 <= self.position + self.page
    }

    /// The position at which the last row is in sight; at the upper edge stands a whole row.
    fn end(&self, range: &Range<u64>) -> f64 {
        (range.end as f64 - self.page).ceil().max(range.start as f64)
    }

    /// The row at the upper edge.
    pub fn first(&self) -> u64 {
        self.position.floor() as u64
    }

    fn clamp(&mut self, range: &Range<u64>) {
        let end = self.end(range);
        if self.follow || self.position > end {
            self.position = end;
        }
        self.position = self.position.max(range.start as f64);
    }

    fn scroll(&mut self, by: f64, range: &Range<u64>) {
        self.follow = false;
        self.position += by;
        self.clamp(range);
        let end = self.end(range);
        self.follow = self.sticky && self.position >= end - 1e-6;
    }

    /// Shows the rows in all the room that is left. `paint` is called for those in sight only.
    pub fn show(&mut self, ui: &mut Ui, listing: &Listing<'_>, mut paint: impl FnMut(&mut Ui, Row)) -> Shown {
        let mut shown = Shown::default();
        let id = ui.scope_id().with(listing.salt);
        let mut area = ui.available_rect_before_wrap();
        let has_room = area.height() >= FOOT + 2.0 * listing.row_height;
        self.foot = has_room && self.wants_foot(&listing.range);
        if self.foot {
            area.max.y -= FOOT;
        }
        let list = ui.interact(area, id, Sense::CLICK | Sense::FOCUSABLE);
        ui.advance_cursor_after_rect(area);
        regions::aim(ui.ctx(), id);
        let name = listing.name;
        list.widget_info(|| WidgetInfo::labeled(listing.kind.role(), true, name));
        let range = &listing.range;
        let count = range.end.saturating_sub(range.start);
        // Only the rows in sight have nodes: how many there are is said in numbers.
        ui.ctx().accesskit_node_builder(id, |node| {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            match listing.kind {
                Kind::Table => node.set_row_count(count),
                Kind::Choice | Kind::Text => node.set_size_of_set(count),
            }
        });
        self.page = f64::from((area.height() / listing.row_height).max(1.0));
        self.clamp(range);
        self.wheel(ui, area, listing);
        let overflows = count as f64 > self.page;
        if overflows {
            self.bar(ui, id, area, listing);
        }
        if list.clicked() {
            focus::give(&list);
        }
        shown.escaped = list.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape));
        self.keys(ui, &list, listing, &mut shown);

        let right = if overflows { area.right() - BAR } else { area.right() };
        let first = self.first();
        let visible = UiBuilder::new().max_rect(area).id_salt((listing.salt, "visible"));
        // The rows are in the list also for a screen reader.
        let mut rows_ui = ui.new_child(visible.accessibility_parent(id));
        rows_ui.shrink_clip_rect(area);
        let visible = self.page.ceil() as u64 + 1;
        let mut active = None;
        for number in first..range.end.min(first.saturating_add(visible)) {
            let top = area.top() + ((number as f64 - self.position) * f64::from(listing.row_height)) as f32;
            let rect = Rect::from_min_max(pos2(area.left(), top), pos2(right, top + listing.row_height));
            // Rows are reached with the arrow keys, so Tab goes past them.
            let response = rows_ui.interact(rect.intersect(area), id.with(number), Sense::CLICK);
            if response.clicked() || response.secondary_clicked() {
                shown.picked = Some(number);
                shown.extend = response.clicked() && ui.input(|input| input.modifiers.shift);
                focus::give_to(ui.ctx(), id);
            }
            let selected = listing.selected == Some(number);
            active = active.or(selected.then_some(response.id));
            let place = number.saturating_sub(range.start);
            paint(&mut rows_ui, Row { number, rect, selected, response, kind: listing.kind, place });
        }
        if has_room && self.wants_foot(range) != self.foot {
            ui.ctx().request_repaint();
        }
        // The list has the keyboard, and a screen reader follows the row that the arrows have come to.
        if let Some(active) = active {
            ui.ctx().accesskit_node_builder(id, |node| node.set_active_descendant(active.accesskit_id()));
        }
        if list.has_focus() {
            let stroke = Stroke::new(1.0, Tokens::of(ui).accent.gamma_multiply(0.5));
            ui.painter().rect_stroke(area, CornerRadius::same(3), stroke, StrokeKind::Inside);
        }
        shown
    }
}
