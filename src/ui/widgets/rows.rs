//! Rows of one height, scrolled by row number. egui's own `ScrollArea` counts points in `f32` and loses single rows
//! past some 900,000; here ten million rows are as exact, and cost as much, as ten.

use std::ops::Range;

use eframe::egui::accesskit::Role;
use eframe::egui::{
    Align2, CornerRadius, EventFilter, Id, Key, Modifiers, Rect, Response, Sense, Stroke, StrokeKind, TextStyle, Ui,
    UiBuilder, WidgetInfo, pos2, vec2,
};

use super::focus;
use crate::ui::regions;
use crate::ui::theme::Tokens;

/// Width of the scrollbar's lane in points.
const BAR: f32 = 10.0;
/// The room below the rows for the way back to the newest one, in points: it covers no row.
const FOOT: f32 = 40.0;
/// The shortest thumb that a mouse still catches.
const MIN_THUMB: f32 = 24.0;

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

/// What a screen reader says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Rows of columns under headings.
    Table,
    /// One of its entries can be chosen.
    Choice,
    /// Lines that are only read.
    Text,
}

impl Kind {
    fn role(self) -> Role {
        match self {
            Self::Table => Role::Grid,
            Self::Choice => Role::ListBox,
            Self::Text => Role::List,
        }
    }

    fn role_of_row(self) -> Role {
        match self {
            Self::Table => Role::Row,
            Self::Choice => Role::ListBoxOption,
            Self::Text => Role::ListItem,
        }
    }
}

/// From where the keys lead to another row.
pub struct Steered {
    /// The selected row; without one the keys begin at the edges of what is in sight.
    pub from: Option<u64>,
    pub top: u64,
    pub bottom: u64,
    /// How many rows a page has.
    pub page: u64,
}

impl Steered {
    /// The row to which the pressed key leads, of those in the range, which is not empty; `None` where none was pressed.
    pub fn by_keys(&self, range: &Range<u64>, mut pressed: impl FnMut(Key) -> bool) -> Option<u64> {
        let last = range.end.saturating_sub(1);
        let target = if pressed(Key::ArrowUp) {
            self.from.map_or(self.bottom, |from| from.saturating_sub(1))
        } else if pressed(Key::ArrowDown) {
            self.from.map_or(self.top, |from| from.saturating_add(1))
        } else if pressed(Key::PageUp) {
            self.from.unwrap_or(self.top).saturating_sub(self.page)
        } else if pressed(Key::PageDown) {
            self.from.unwrap_or(self.bottom).saturating_add(self.page)
        } else if pressed(Key::Home) {
            range.start
        } else if pressed(Key::End) {
            last
        } else {
            return None;
        };
        Some(target.max(range.start).min(last))
    }
}

/// One row, to be painted.
pub struct Row {
    pub number: u64,
    pub rect: Rect,
    pub selected: bool,
    /// Clicks and hovering; the painter gives it its name.
    pub response: Response,
    kind: Kind,
    /// How many rows stand before it.
    place: u64,
}

impl Row {
    /// The ground of the row: marked, pointed at, or nothing.
    pub fn paint_ground(&self, ui: &Ui) {
        let tokens = Tokens::of(ui);
        if self.selected {
            ui.painter().rect_filled(self.rect, CornerRadius::ZERO, tokens.highlight);
            let edge = Rect::from_min_size(self.rect.min, vec2(2.0, self.rect.height()));
            ui.painter().rect_filled(edge, CornerRadius::ZERO, tokens.accent);
        } else if self.response.hovered() {
            ui.painter().rect_filled(self.rect, CornerRadius::ZERO, tokens.highlight.gamma_multiply(0.6));
        }
    }

    /// A row that is one line of text.
    pub fn paint_text(&self, ui: &Ui, text: &str) {
        self.paint_ground(ui);
        let font = TextStyle::Monospace.resolve(ui.style());
        let at = pos2(self.rect.left() + 6.0, self.rect.center().y);
        ui.painter().with_clip_rect(self.rect).text(at, Align2::LEFT_CENTER, text, font, Tokens::of(ui).text);
    }

    /// Gives the row its name for screen readers and tests; it is only made where someone asks for it.
    pub fn name(&self, name: impl Fn() -> String) {
        let role = self.kind.role_of_row();
        self.response.widget_info(|| WidgetInfo::labeled(role, true, name()));
        self.response.ctx.accesskit_node_builder(self.response.id, |node| {
            let place = usize::try_from(self.place).unwrap_or(usize::MAX);
            match self.kind {
                Kind::Table => node.set_row_index(place),
                Kind::Choice | Kind::Text => node.set_position_in_set(place),
            }
            if self.kind != Kind::Text {
                node.set_selected(self.selected);
            }
        });
    }
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

    fn wheel(&mut self, ui: &Ui, area: Rect, listing: &Listing<'_>) {
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

    fn bar(&mut self, ui: &Ui, id: Id, area: Rect, listing: &Listing<'_>) {
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

    fn keys(&mut self, ui: &Ui, list: &Response, listing: &Listing<'_>, shown: &mut Shown) {
        if !list.has_focus() || listing.range.is_empty() {
            return;
        }
        let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(list.id, filter));
        let range = &listing.range;
        let last = range.end - 1;
        let pressed = |key: Key| {
            ui.input_mut(|input| input.consume_key(Modifiers::NONE, key) || input.consume_key(Modifiers::SHIFT, key))
        };
        let shift = ui.input(|input| input.modifiers.shift);
        let page = (self.page.floor() as u64).max(1);
        let from = listing.selected.filter(|selected| range.contains(selected));
        let bottom = last.min(self.first().saturating_add(page.saturating_sub(1)));
        let steered = Steered { from, top: self.first(), bottom, page };
        if let Some(target) = steered.by_keys(range, pressed) {
            self.reveal(target);
            self.scroll(0.0, range);
            shown.picked = Some(target);
            shown.extend = shift;
        }
        shown.copy = ui.input(|input| input.events.iter().any(|event| matches!(event, eframe::egui::Event::Copy)));
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use eframe::egui::{self, Event};
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    const ROW: f32 = 20.0;

    #[derive(Default)]
    struct Seen {
        painted: Vec<u64>,
        selected: Option<u64>,
    }

    fn harness(count: u64, rows: Rows) -> (Harness<'static>, Rc<RefCell<Seen>>, Rc<RefCell<Rows>>) {
        let seen = Rc::new(RefCell::new(Seen::default()));
        let rows = Rc::new(RefCell::new(rows));
        let (told, list) = (Rc::clone(&seen), Rc::clone(&rows));
        let harness = Harness::builder().with_size(vec2(200.0, 200.0)).build_ui(move |ui| {
            let mut seen = told.borrow_mut();
            seen.painted.clear();
            let selected = seen.selected;
            let listing =
                Listing { salt: "rows", name: "calls", range: 0..count, row_height: ROW, selected, kind: Kind::Choice };
            let shown = list.borrow_mut().show(ui, &listing, |_, row| {
                seen.painted.push(row.number);
                row.name(|| format!("row {}", row.number));
            });
            if shown.picked.is_some() {
                seen.selected = shown.picked;
            }
        });
        (harness, seen, rows)
    }

    #[test]
    fn the_last_of_ten_million_rows_can_be_reached_and_clicked() {
        let (mut harness, seen, _) = harness(10_000_000, Rows::following());
        harness.run();
        assert_eq!(seen.borrow().painted.last(), Some(&9_999_999));
        assert!(seen.borrow().painted.len() < 15, "only what is in sight is painted");
        harness.get_by_label("row 9999998").click();
        harness.run();
        assert_eq!(seen.borrow().selected, Some(9_999_998));
    }

    #[test]
    fn the_keys_go_row_by_row_at_any_place() {
        let (mut harness, seen, rows) = harness(10_000_000, Rows::from_start());
        harness.run();
        harness.get_by_label("row 0").click();
        harness.run();
        for (key, row) in [(Key::End, 9_999_999), (Key::ArrowUp, 9_999_998), (Key::Home, 0), (Key::ArrowDown, 1)] {
            harness.key_press(key);
            harness.run();
            assert_eq!(seen.borrow().selected, Some(row), "{key:?}");
            assert!(seen.borrow().painted.contains(&row), "{key:?} shows it");
        }
        harness.key_press(Key::PageDown);
        harness.run();
        let selected = seen.borrow().selected;
        assert!(selected > Some(5) && seen.borrow().painted.contains(&selected.unwrap_or_default()));
        assert!(!rows.borrow().follows());
    }

    #[test]
    fn the_wheel_ends_the_following_and_the_way_back_begins_it_again() {
        let (mut harness, _, rows) = harness(1_000, Rows::following());
        harness.run();
        let wheel = |harness: &mut Harness<'static>, by: f32| {
            harness.hover_at(pos2(50.0, 50.0));
            harness.event(Event::MouseWheel {
                unit: egui::MouseWheelUnit::Point,
                source: egui::MouseWheelSource::Wheel,
                delta: vec2(0.0, by),
                phase: egui::TouchPhase::Move,
                modifiers: Modifiers::NONE,
            });
            harness.run_steps(30);
        };
        wheel(&mut harness, 100.0);
        assert!(!rows.borrow().follows());
        let first = rows.borrow().first();
        assert!(first < 990);
        wheel(&mut harness, -400.0);
        assert!(rows.borrow().follows());
    }

    #[test]
    fn the_way_back_covers_no_row_and_is_not_there_with_the_end_in_sight() {
        let (mut harness, seen, rows) = harness(1_000, Rows::following());
        harness.run();
        let (last, page) = (999, rows.borrow().page);
        assert!(rows.borrow().follows() && !rows.borrow().foot);
        rows.borrow_mut().reveal(0);
        harness.run();
        assert!(rows.borrow().foot && !rows.borrow().follows(), "there is a way back, below the rows");
        assert!((page - rows.borrow().page - f64::from(FOOT / ROW)).abs() < 0.01);
        rows.borrow_mut().reveal(last);
        harness.run();
        assert!(seen.borrow().painted.contains(&last));
        assert!(rows.borrow().follows() && !rows.borrow().foot, "the end is in sight: nothing to go back to");
    }

    #[test]
    fn whoever_follows_the_end_sees_whole_rows_and_the_last_one_among_them() {
        let mut rows = Rows::following();
        rows.page = 9.4;
        rows.clamp(&(0..100));
        assert_eq!(rows.position, 91.0);
        assert!(rows.is_in_sight(99) && rows.is_in_sight(91));
        rows.scroll(-20.0, &(0..100));
        assert!(!rows.follow);
        rows.scroll(20.0, &(0..100));
        assert!(rows.follow, "at the end it is followed again");
    }

    #[test]
    fn what_is_far_away_is_revealed_amid_its_neighbours() {
        let mut rows = Rows::from_start();
        rows.page = 10.0;
        rows.reveal_amid(5);
        assert_eq!(rows.first(), 0, "it was in sight");
        rows.reveal_amid(500);
        assert_eq!(rows.first(), 495);
    }

    #[test]
    fn a_row_that_gets_another_number_stays_where_it_is_on_the_screen() {
        let mut rows = Rows::from_start();
        rows.page = 10.0;
        rows.position = 41.5;
        rows.shift(42, 45);
        assert_eq!((rows.position, rows.first()), (44.5, 44));
        rows.follow(true);
        rows.shift(45, 99);
        assert_eq!(rows.position, 44.5, "the end is followed, whatever stands there");
    }

    #[test]
    fn rows_that_have_left_are_scrolled_past() {
        let mut rows = Rows::from_start();
        rows.page = 10.0;
        rows.position = 3.0;
        rows.clamp(&(500..1_000));
        assert_eq!(rows.first(), 500);
        rows.clamp(&(500..505));
        assert_eq!(rows.first(), 500);
    }
}
