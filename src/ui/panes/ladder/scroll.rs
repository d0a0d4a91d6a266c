//! Where the ladder is scrolled and zoomed to. Positions are calls or nanoseconds in `f64`, never points.

use eframe::egui::{CornerRadius, Rect, Response, Sense, Ui, pos2, vec2};

use crate::trace::ladder::{Chosen, Sight};
use crate::trace::{Nanos, Trace};
use crate::ui::theme::Tokens;

/// Width of a scrollbar's lane in points.
pub const BAR: f32 = 10.0;
/// The shortest thumb that a mouse still catches.
const MIN_THUMB: f32 = 24.0;
/// The height of a call's step: the least, the usual and the greatest.
const STEPS: (f64, f64, f64) = (6.0, 28.0, 96.0);
/// Nanoseconds in a point: from a tenth of a microsecond to a day.
const SCALES: (f64, f64) = (100.0, 86_400e9);
/// By how much a button zooms.
pub const ZOOM: f64 = 1.5;
/// Room below the last call, in points: what still waits goes on there.
const TAIL: f64 = 64.0;
const HEAD: f64 = 10.0;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Compressed,
    ToScale,
}

#[derive(Clone, Debug)]
pub struct Scroll {
    pub mode: Mode,
    top: f64,
    follow: bool,
    /// A call that stays at the upper edge until the user goes elsewhere: a run began with it.
    story: Option<u64>,
    step: f64,
    nanos_per_point: f64,
    /// How far to the right, in points.
    pub x: f32,
    grabbed: Option<f32>,
    grabbed_x: Option<f32>,
}

impl Default for Scroll {
    fn default() -> Self {
        Self {
            mode: Mode::Compressed,
            top: 0.0,
            follow: true,
            story: None,
            step: STEPS.1,
            nanos_per_point: 10e6,
            x: 0.0,
            grabbed: None,
            grabbed_x: None,
        }
    }
}

/// What there is to scroll through, in the units of the mode.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    start: f64,
    end: f64,
    page: f64,
}

impl Scroll {
    pub fn sight(&self) -> Sight {
        match self.mode {
            Mode::Compressed => Sight::Steps { top: self.top, step: self.step },
            Mode::ToScale => Sight::Time { top: self.top, nanos_per_point: self.nanos_per_point },
        }
    }

    pub fn follows(&self) -> bool {
        self.follow
    }

    pub fn follow(&mut self, follow: bool) {
        self.story = None;
        self.follow = follow;
    }

    /// A run that begins with this call is shown from its beginning.
    pub fn tell_from(&mut self, seq: u64) {
        self.story = Some(seq);
    }

    /// Scrolls to the beginning of the run, once its first call is there.
    pub fn stand(&mut self, chosen: &Chosen<'_>) {
        let Some(seq) = self.story else { return };
        let place = chosen.position_of(seq);
        let Some(first) = chosen.slice(place..place + 1).first().copied() else { return };
        self.follow = false;
        self.top = match self.mode {
            Mode::Compressed => place as f64,
            Mode::ToScale => first.start.0 as f64,
        } - HEAD * self.unit();
    }

    /// Whether the newest call is in sight.
    pub fn is_at_end(&self, extent: &Extent) -> bool {
        self.follow || self.top >= extent.end - extent.page - 1e-6 * extent.page.max(1.0)
    }

    /// How much a point is.
    fn unit(&self) -> f64 {
        match self.mode {
            Mode::Compressed => 1.0 / self.step,
            Mode::ToScale => self.nanos_per_point,
        }
    }

    pub fn extent(&self, chosen: &Chosen<'_>, height: f64, now: Nanos) -> Extent {
        let unit = self.unit();
        let range = chosen.range();
        let (start, end) = match self.mode {
            Mode::Compressed => (range.start as f64, range.end as f64),
            Mode::ToScale => {
                let first = chosen.slice(range.start..range.start + 1).first().map_or(0, |call| call.start.0);
                (first as f64, now.0 as f64)
            }
        };
        Extent { start: start - HEAD * unit, end: end + TAIL * unit, page: height * unit }
    }

    pub fn clamp(&mut self, extent: &Extent) {
        let last = (extent.end - extent.page).max(extent.start);
        if self.follow || self.top > last {
            self.top = last;
        }
        self.top = self.top.max(extent.start);
    }

    fn by(&mut self, units: f64, extent: &Extent) {
        self.story = None;
        self.follow = false;
        self.top += units;
        self.clamp(extent);
        self.follow = self.is_at_end(extent);
    }

    pub fn by_points(&mut self, points: f32, extent: &Extent) {
        self.by(f64::from(points) * self.unit(), extent);
    }

    /// Keeps the place that is `anchor` points below the upper edge where it is.
    pub fn zoom(&mut self, factor: f64, anchor: f64, extent: &Extent) {
        self.story = None;
        let place = self.top + anchor * self.unit();
        match self.mode {
            Mode::Compressed => self.step = (self.step * factor).clamp(STEPS.0, STEPS.2),
            Mode::ToScale => {
                // The whole trace in a third of the window is far enough.
                let most = ((extent.end - extent.start) / extent.page * self.nanos_per_point * 3.0).max(SCALES.0 * 2.0);
                self.nanos_per_point = (self.nanos_per_point / factor).clamp(SCALES.0, SCALES.1.min(most));
            }
        }
        if !self.follow {
            self.top = place - anchor * self.unit();
        }
    }

    /// The other way of placing, with about the same calls in sight.
    pub fn set_mode(&mut self, mode: Mode, chosen: &Chosen<'_>, height: f64, now: Nanos) {
        if self.mode == mode {
            return;
        }
        let range = chosen.range();
        match mode {
            Mode::ToScale => {
                let first = (self.top.max(0.0) as u64).clamp(range.start, range.end.saturating_sub(1).max(range.start));
                let calls = chosen.slice(first..first + (height / self.step) as u64 + 1);
                if let (Some(first), Some(last)) = (calls.first(), calls.last()) {
                    let span = last.end().since(first.start).max(1_000) as f64;
                    self.nanos_per_point = (span / (height - HEAD - TAIL).max(80.0)).clamp(SCALES.0, SCALES.1);
                    self.top = first.start.0 as f64 - HEAD * self.nanos_per_point;
                    // Following would show the idle time since then instead.
                    self.follow &= now.since(last.end()) < last.end().since(first.start) / 4;
                }
            }
            Mode::Compressed => self.top = chosen.position_at(Nanos(self.top.max(0.0) as u64)) as f64,
        }
        self.mode = mode;
    }

    /// Scrolls so that a call can be seen; nothing happens where it is in sight.
    pub fn reveal(&mut self, trace: &Trace, chosen: &Chosen<'_>, seq: u64, height: f64) {
        let place = match self.mode {
            Mode::Compressed => chosen.position_of(seq) as f64,
            Mode::ToScale => match trace.get(seq) {
                Some(call) => call.end().0 as f64,
                None => return,
            },
        };
        let (unit, page) = (self.unit(), height * self.unit());
        let room = 1.2 * STEPS.1 * unit;
        if place < self.top {
            self.top = place - room;
            self.follow = false;
            self.story = None;
        } else if place + room > self.top + page {
            self.top = place + room - page;
            self.follow = false;
            self.story = None;
        }
    }

    /// Puts calls on a sheet from the first or, where there are more than it holds, up to what is in sight now; gives the
    /// height that they take, of at most `most` points.
    pub fn lay_out(&mut self, chosen: &Chosen<'_>, all: bool, (height, most): (f64, f64), now: Nanos) -> f64 {
        self.follow = false;
        self.story = None;
        let extent = self.extent(chosen, height, now);
        if !all {
            self.clamp(&extent);
            return ((extent.end - self.top.max(extent.start)) / self.unit()).clamp(0.0, height);
        }
        let whole = (extent.end - extent.start) / self.unit();
        if whole <= most {
            self.top = extent.start;
            return whole;
        }
        let seen = self.top + height * self.unit();
        self.top = (seen - most * self.unit()).max(extent.start);
        most
    }

    /// The place at the upper edge as the number of a call, which stays when older calls leave.
    pub fn anchor(&self, chosen: &Chosen<'_>) -> Option<u64> {
        if self.mode == Mode::ToScale {
            return None;
        }
        let first = self.top.max(0.0) as u64;
        chosen.slice(first..first + 1).first().map(|call| call.seq)
    }

    /// Goes on from that call.
    pub fn return_to(&mut self, anchor: u64, chosen: &Chosen<'_>) {
        if self.mode == Mode::Compressed {
            self.top = chosen.position_of(anchor) as f64 + self.top.fract();
        }
    }

    /// The bar at the right.
    pub fn bar(&mut self, ui: &Ui, lane: Rect, extent: &Extent) {
        let count = extent.end - extent.start;
        if count <= extent.page {
            return;
        }
        let length = ((extent.page / count) as f32 * lane.height()).clamp(MIN_THUMB.min(lane.height()), lane.height());
        let travel = lane.height() - length;
        let hidden = count - extent.page;
        let response = ui.interact(lane, ui.scope_id().with("ladder bar"), Sense::CLICK | Sense::DRAG);
        let thumb = |top: f64| lane.top() + ((top - extent.start) / hidden) as f32 * travel;
        if let Some(pointer) = response.interact_pointer_pos() {
            let inside = pointer.y - thumb(self.top);
            let held =
                *self.grabbed.get_or_insert(if (0.0..=length).contains(&inside) { inside } else { length / 2.0 });
            let part = if travel > 0.0 { f64::from((pointer.y - held - lane.top()) / travel) } else { 0.0 };
            let target = extent.start + part.clamp(0.0, 1.0) * hidden;
            self.by(target - self.top, extent);
        } else {
            self.grabbed = None;
        }
        let rect = Rect::from_min_size(pos2(lane.left(), thumb(self.top)), vec2(lane.width(), length));
        paint_thumb(ui, &response, self.grabbed.is_some(), rect, true);
    }

    /// The bar at the bottom, for many lifelines.
    pub fn bar_x(&mut self, ui: &Ui, lane: Rect, seen: f32, whole: f32) {
        let most = (whole - seen).max(0.0);
        self.x = self.x.clamp(0.0, most);
        if most < 1.0 {
            return;
        }
        let length = (seen / whole * lane.width()).clamp(MIN_THUMB.min(lane.width()), lane.width());
        let travel = (lane.width() - length).max(1.0);
        let response = ui.interact(lane, ui.scope_id().with("ladder bar below"), Sense::CLICK | Sense::DRAG);
        if let Some(pointer) = response.interact_pointer_pos() {
            let inside = pointer.x - lane.left() - self.x / most * travel;
            let held =
                *self.grabbed_x.get_or_insert(if (0.0..=length).contains(&inside) { inside } else { length / 2.0 });
            self.x = ((pointer.x - held - lane.left()) / travel).clamp(0.0, 1.0) * most;
        } else {
            self.grabbed_x = None;
        }
        let min = pos2(lane.left() + self.x / most * travel, lane.top());
        let rect = Rect::from_min_size(min, vec2(length, lane.height()));
        paint_thumb(ui, &response, self.grabbed_x.is_some(), rect, false);
    }
}

fn paint_thumb(ui: &Ui, response: &Response, grabbed: bool, rect: Rect, upright: bool) {
    let tokens = Tokens::of(ui);
    let active = response.hovered() || grabbed;
    let inset = if active { 1.0 } else { 4.0 };
    let thin = if upright { rect.with_min_x(rect.left() + inset) } else { rect.with_min_y(rect.top() + inset) };
    let color = if active { tokens.muted } else { tokens.line };
    ui.painter().rect_filled(thin.shrink(1.0), CornerRadius::same(4), color);
}
