//! Lines of the ladder: lifelines, bars of waiting calls, arrows, folds, the scale at the left.

use eframe::egui::{Align2, Color32, FontFamily, FontId, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, pos2, vec2};

use super::labels::{Label, Labels};
use super::scroll::Mode;
use super::words;
use crate::lang::Lang;
use crate::session::Session;
use crate::t;
use crate::trace::Nanos;
use crate::trace::ladder::{Arrow, Fate, Kind, Mark, Picture, Segment, What};
use crate::ui::theme::{MONO, SMALL, Tokens};
use crate::ui::widgets::quantity;

/// Room for times at the left.
pub const GUTTER: f32 = 72.0;
/// Between two lifelines: the room that is wanted, and the least.
const GAP: f32 = 150.0;
const MIN_GAP: f32 = 132.0;
/// The same on paper, which is as wide as it needs to be: labels are whole there.
const PAPER_GAP: f32 = 210.0;
/// The least room beside the outer ones.
const MIN_OUTER: f32 = 104.0;
/// What a lifeline and its bars take on either side.
const CLEAR: f32 = 16.0;
const BAR_WIDTH: f32 = 10.0;
const HEAD_LENGTH: f32 = 9.0;
/// An arrow is not drawn further outside than this.
const BEYOND: f32 = 30.0;
/// The least distance between ticks of the scale, in points.
const TICK: f64 = 56.0;

/// Where the lifelines stand.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    first: f32,
    gap: f32,
    outer: f32,
    count: usize,
}

impl Columns {
    pub fn new(area: Rect, count: usize) -> Self {
        let width = area.width();
        let wanted = (width * if count > 3 { 0.15 } else { 0.27 }).clamp(120.0, 240.0);
        if count < 2 {
            return Self { first: area.center().x, gap: 0.0, outer: width / 2.0, count };
        }
        let gaps = (count - 1) as f32;
        // Labels become shorter before anything goes out of sight.
        let outer = wanted.min(((width - gaps * GAP) / 2.0).max(MIN_OUTER));
        let gap = ((width - 2.0 * outer) / gaps).max(MIN_GAP);
        Self { first: area.left() + outer, gap, outer, count }
    }

    /// The width on paper at which that many lifelines have whole labels; at least the window's.
    pub fn wide_enough(count: usize, room: f32) -> f32 {
        let room = room.max(PAPER_GAP * count as f32);
        let area = Rect::from_min_size(Pos2::ZERO, vec2(room, 1.0));
        Self::new(area, count).whole().max(room)
    }

    /// How wide all of them are.
    pub fn whole(&self) -> f32 {
        2.0 * self.outer + self.gap * self.count.saturating_sub(1) as f32
    }

    pub fn scrolled(self, x: f32) -> Self {
        Self { first: self.first - x, ..self }
    }

    pub fn x(&self, column: usize) -> f32 {
        self.first + self.gap * column as f32
    }

    pub fn is_first(&self, column: usize) -> bool {
        column == 0
    }

    pub fn is_last(&self, column: usize) -> bool {
        column + 1 >= self.count
    }

    /// How wide a label beside a lifeline may be.
    pub fn label_width(&self, column: usize, left: bool) -> f32 {
        let outside = if left { self.is_first(column) } else { self.is_last(column) };
        if outside { self.outer - CLEAR } else { self.gap - 2.0 * CLEAR }
    }

    /// How wide the head of a lifeline may be.
    pub fn head_width(&self) -> f32 {
        if self.count < 2 { 2.0 * self.outer } else { self.gap.min(2.0 * self.outer) - 10.0 }
    }
}

/// What is painted on.
pub struct Canvas<'a, 't> {
    pub painter: Painter,
    pub session: &'a Session,
    pub lang: Lang,
    pub tokens: &'static Tokens,
    pub picture: &'a Picture<'t>,
    pub columns: Columns,
    /// Below the heads, right of the gutter.
    pub body: Rect,
    pub now: Nanos,
}

impl Canvas<'_, '_> {
    /// A place in the picture on the screen.
    pub fn at(&self, column: usize, y: f64) -> Pos2 {
        // Far outside it makes no difference where; `f32` and the tessellator do not like numbers without end.
        let y = y.clamp(-20_000.0, 20_000.0) as f32;
        pos2(self.columns.x(column), self.body.top() + y)
    }

    pub fn lifelines(&self) {
        for (column, lifeline) in self.picture.lifelines.iter().enumerate() {
            let x = self.columns.x(column);
            let (top, bottom) = (pos2(x, self.body.top()), pos2(x, self.body.bottom()));
            let stroke = Stroke::new(1.5, self.tokens.muted.gamma_multiply(0.55));
            if lifeline.who.is_outside() {
                self.painter.extend(Shape::dashed_line(&[top, bottom], stroke, 5.0, 5.0));
            } else {
                self.painter.line_segment([top, bottom], stroke);
            }
        }
    }

    /// A jagged mark on each lifeline where idle time is left out.
    pub fn folds(&self) {
        for fold in &self.picture.folds {
            for column in 0..self.picture.lifelines.len() {
                let at = self.at(column, fold.y);
                self.painter.rect_filled(Rect::from_center_size(at, vec2(4.0, 6.0)), 0.0, self.tokens.pane);
                let stroke = Stroke::new(1.2, self.tokens.muted);
                for dy in [-3.0, 3.0] {
                    let (from, to) = (at + vec2(-5.0, dy + 2.0), at + vec2(5.0, dy - 2.0));
                    self.painter.line_segment([from, to], stroke);
                }
            }
        }
    }

    /// The times at the left: of the calls, or a scale; and how long what is folded lasted.
    pub fn gutter(&self, gutter: Rect, mode: Mode) {
        let painter = self.painter.with_clip_rect(gutter);
        let mut labels = Labels::default();
        let mut write = |y: f64, text: &str, color: Color32| {
            let at = pos2(gutter.right() - 10.0, self.at(0, y).y);
            let font = FontId::new(SMALL, FontFamily::Monospace);
            let ground = self.tokens.pane;
            let width = GUTTER - 12.0;
            labels.place(&painter, &Label { text, font, color, at, align: Align2::RIGHT_CENTER, width, ground });
        };
        for fold in &self.picture.folds {
            write(fold.y, &format!("+{}", short_span(fold.nanos)), self.tokens.waiting);
        }
        if mode == Mode::ToScale {
            let (from, per_point) = self.picture.scale();
            let tick = nice(TICK * per_point);
            let mut time = (from / tick).ceil() * tick;
            while time < from + f64::from(self.body.height()) * per_point {
                if time >= 0.0 {
                    let y = (time - from) / per_point;
                    write(y, &scale_text(time, tick), self.tokens.muted);
                    let at = self.at(0, y).y;
                    painter.hline(gutter.right() - 6.0..=gutter.right(), at, Stroke::new(1.0, self.tokens.line));
                }
                time += tick;
            }
            return;
        }
        for mark in &self.picture.marks {
            if let What::Call(call) = mark.what {
                write(mark.y, &quantity::short(call.end()), self.tokens.muted);
            }
        }
    }

    /// Calls that waited, as bars as long as their wait; beside each other where two wait at once.
    pub fn bars(&self) {
        let mut lanes: Vec<(usize, f64, f32)> = Vec::new();
        let mut bars: Vec<(&Mark<'_>, f64)> =
            self.picture.marks.iter().filter_map(|mark| mark.bar.map(|top| (mark, top))).collect();
        bars.sort_by(|a, b| (a.0.column, a.1).partial_cmp(&(b.0.column, b.1)).unwrap_or(std::cmp::Ordering::Equal));
        for (mark, top) in bars {
            lanes.retain(|(column, bottom, _)| *column == mark.column && *bottom > top + 0.5);
            let shift =
                (0..4).map(|lane| lane as f32 * 7.0).find(|shift| !lanes.iter().any(|(.., used)| used == shift));
            let shift = shift.unwrap_or(0.0);
            lanes.push((mark.column, mark.y, shift));
            let (from, to) = (self.at(mark.column, top), self.at(mark.column, mark.y));
            let still = matches!(mark.what, What::Waiting(_));
            let bottom = if still { to.y.max(from.y + 12.0) } else { to.y.max(from.y + 3.0) };
            let top = from.y.max(self.body.top() - BEYOND);
            let bottom = bottom.min(self.body.bottom() + BEYOND);
            let left = from.x - BAR_WIDTH / 2.0 + shift;
            let rect = Rect::from_min_max(pos2(left, top), pos2(left + BAR_WIDTH, bottom));
            self.painter.rect_filled(rect, 3.0, self.tokens.pane.lerp_to_gamma(self.tokens.waiting, 0.34));
            self.painter.rect_stroke(rect, 3.0, Stroke::new(1.0, self.tokens.waiting), StrokeKind::Inside);
            if still {
                // It goes on: the lower end is open.
                let end = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 3.0), rect.max + vec2(0.0, 1.0));
                self.painter.rect_filled(end, 0.0, self.tokens.pane);
                for dx in [2.0, 5.0, 8.0] {
                    self.painter.circle_filled(pos2(rect.left() + dx, rect.bottom()), 0.9, self.tokens.waiting);
                }
            }
        }
    }

    pub fn bands(&self, labels: &mut Labels) {
        let most = self.picture.bands.iter().map(|band| band.calls).max().unwrap_or(1).max(1);
        for band in &self.picture.bands {
            let (top, bottom) = (self.body.top() + band.y.start as f32, self.body.top() + band.y.end as f32);
            // Few calls must be seen beside many.
            let part = ((band.calls as f32).ln_1p() / (most as f32).ln_1p()).clamp(0.05, 1.0);
            let right = self.body.left() + part * self.body.width() * 0.6;
            let rect = Rect::from_min_max(pos2(self.body.left(), top + 1.0), pos2(right, bottom));
            self.painter.rect_filled(rect, 2.0, self.tokens.pane.lerp_to_gamma(self.tokens.accent, 0.45));
            let text = t!(self.lang, "ladder-many", count = quantity::count(band.calls));
            let at = pos2(right + 8.0, rect.center().y);
            self.small(labels, &text, at, Align2::LEFT_CENTER, self.tokens.muted, 200.0);
        }
    }

    pub fn arrows(&self) {
        for arrow in &self.picture.arrows {
            self.arrow(arrow);
        }
    }

    fn color(&self, arrow: &Arrow) -> Color32 {
        match arrow.kind {
            Kind::Segment(_) => self.tokens.muted,
            Kind::Accepted => self.tokens.ok,
            _ if arrow.fate == Fate::Lost => self.tokens.error,
            // As the arrows beside messages point.
            Kind::Data { .. } if arrow.from.column < arrow.to.column => self.tokens.sent,
            Kind::Data { .. } => self.tokens.received,
        }
    }

    /// Both ends of an arrow, a little off the lifelines.
    fn ends(&self, arrow: &Arrow) -> (Pos2, Pos2) {
        let (from, to) = (self.at(arrow.from.column, arrow.from.y), self.at(arrow.to.column, arrow.to.y));
        let side = (to.x - from.x).signum();
        let (from, to) = (from + vec2(4.0 * side, 0.0), to - vec2(6.0 * side, 0.0));
        match arrow.fate {
            Fate::Arrived => (from, to),
            Fate::UnderWay | Fate::Lost => (from, from + (to - from) * 0.55),
        }
    }

    fn arrow(&self, arrow: &Arrow) {
        let (from, to) = self.ends(arrow);
        let color = self.color(arrow);
        let thin = matches!(arrow.kind, Kind::Segment(_) | Kind::Accepted);
        let stroke = Stroke::new(if thin { 1.0 } else { 1.6 }, color);
        let direction = (to - from).normalized();
        let arrives = arrow.fate == Fate::Arrived;
        let neck = if arrives { to - direction * (HEAD_LENGTH - 1.0) } else { to };
        if let Some((a, b)) = self.clipped(from, neck) {
            if arrow.inferred {
                self.painter.extend(Shape::dashed_line(&[a, b], stroke, 5.0, 4.0));
            } else {
                self.painter.line_segment([a, b], stroke);
            }
        }
        if !self.body.expand(BEYOND).contains(to) {
            return;
        }
        let across = vec2(-direction.y, direction.x);
        match arrow.fate {
            Fate::Arrived => {
                let half = if thin { 3.2 } else { 4.6 };
                let back = to - direction * HEAD_LENGTH;
                let points = vec![to, back + across * half, back - across * half];
                self.painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
            }
            Fate::UnderWay => {
                self.painter.circle(to, 3.0, self.tokens.pane, Stroke::new(1.4, color));
            }
            Fate::Lost => {
                for (a, b) in [(vec2(-4.0, -4.0), vec2(4.0, 4.0)), (vec2(-4.0, 4.0), vec2(4.0, -4.0))] {
                    self.painter.line_segment([to + a, to + b], Stroke::new(1.8, color));
                }
            }
        }
    }

    /// The part of a line that is in sight.
    fn clipped(&self, from: Pos2, to: Pos2) -> Option<(Pos2, Pos2)> {
        let (top, bottom) = (self.body.top() - BEYOND, self.body.bottom() + BEYOND);
        let height = to.y - from.y;
        let part = |y: f32| if height.abs() < 0.01 { 0.0 } else { ((y - from.y) / height).clamp(0.0, 1.0) };
        if from.y.max(to.y) < top || from.y.min(to.y) > bottom {
            return None;
        }
        let inside = |y: f32| (top..=bottom).contains(&y);
        let a = if inside(from.y) { 0.0 } else { part(if from.y < top { top } else { bottom }) };
        let b = if inside(to.y) { 1.0 } else { part(if to.y < top { top } else { bottom }) };
        Some((from + (to - from) * a, from + (to - from) * b))
    }

    /// What went, above the middle of its arrow, where there is room.
    pub fn arrow_labels(&self, labels: &mut Labels) {
        let trace = self.session.trace();
        let mut told = None;
        for arrow in &self.picture.arrows {
            let (from, to) = self.ends(arrow);
            let length = (to.x - from.x).abs();
            if length < 60.0 {
                continue;
            }
            let (text, color) = match arrow.kind {
                Kind::Accepted => continue,
                Kind::Segment(segment) => (segment.name().to_owned(), self.tokens.muted),
                Kind::Data { send, recv, bytes } => {
                    // Once for a send that arrived in several parts.
                    if send.is_some() && told == send {
                        continue;
                    }
                    told = send;
                    let Some(call) = send.or(recv).and_then(|seq| trace.get(seq)) else { continue };
                    let payload = words::payload(self.session, call);
                    let note = match arrow.fate {
                        Fate::Arrived => String::new(),
                        Fate::UnderWay => format!(" · {}", t!(self.lang, "ladder-under-way")),
                        Fate::Lost => format!(" · {}", t!(self.lang, "ladder-lost")),
                    };
                    let bytes = if arrow.fate == Fate::Arrived { bytes } else { call.len };
                    (format!("{payload} · {}{note}", quantity::bytes(bytes)), self.tokens.text)
                }
            };
            let part = match arrow.kind {
                Kind::Segment(Segment::SynAck) => 0.5,
                Kind::Segment(Segment::Syn) => 0.3,
                Kind::Segment(Segment::Ack) => 0.7,
                _ => 0.5,
            };
            // Above the line also where that is steep.
            let above = 2.0 + (to.y - from.y).abs() / length * 26.0;
            for (x, width) in self.clear_places(from.x, to.x, part) {
                let part = (x - from.x) / (to.x - from.x);
                let at = from + (to - from) * part - vec2(0.0, above.min(14.0));
                if self.small(labels, &text, at, Align2::CENTER_BOTTOM, color, width) {
                    break;
                }
            }
        }
    }

    /// Where a label can stand over an arrow without lying on a lifeline: its middle and the room that it has, the place
    /// nearest to the wanted part of the arrow first.
    fn clear_places(&self, from: f32, to: f32, part: f32) -> Vec<(f32, f32)> {
        let (left, right) = (from.min(to), from.max(to));
        let between = (0..self.picture.lifelines.len()).map(|column| self.columns.x(column));
        let between = between.filter(|x| (left + CLEAR..right - CLEAR).contains(x));
        let edges: Vec<f32> = std::iter::once(left).chain(between).chain([right]).collect();
        let wanted = from + (to - from) * part;
        let mut places = Vec::new();
        for pair in edges.windows(2) {
            let (left, right) = (pair[0] + CLEAR, pair[1] - CLEAR);
            for part in [0.5, 0.36, 0.64] {
                let x = left + (right - left) * part;
                places.push((x, 2.0 * (x - left).min(right - x)));
            }
        }
        places.sort_by(|a, b| (a.0 - wanted).abs().total_cmp(&(b.0 - wanted).abs()));
        places
    }

    /// A small label; false where it has no room.
    pub fn small(&self, labels: &mut Labels, text: &str, at: Pos2, align: Align2, color: Color32, width: f32) -> bool {
        if !self.body.expand(4.0).contains(at) {
            return false;
        }
        let font = FontId::proportional(SMALL);
        let ground = self.tokens.pane.gamma_multiply(0.92);
        labels.place(&self.painter, &Label { text, font, color, at, align, width, ground }).is_some()
    }

    /// How wide [`Self::call`] would be.
    pub fn call_width(&self, text: &str) -> f32 {
        let font = FontId::new(MONO, FontFamily::Monospace);
        // All letters are as wide as this one.
        self.painter.fonts_mut(|fonts| fonts.glyph_width(&font, '0')) * text.chars().count() as f32
    }

    /// The label of a call; gives its place.
    pub fn call(
        &self,
        labels: &mut Labels,
        text: &str,
        at: Pos2,
        left: bool,
        color: Color32,
        width: f32,
    ) -> Option<Rect> {
        let font = FontId::new(MONO, FontFamily::Monospace);
        let ground = self.tokens.pane.gamma_multiply(0.92);
        let align = if left { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER };
        labels.place(&self.painter, &Label { text, font, color, at, align, width, ground })
    }
}

/// `278 ms`, `2.6 s`, `12 min`: how much is folded need not be exact.
fn short_span(nanos: u64) -> String {
    match nanos {
        0..1_000_000_000 => format!("{} ms", nanos / 1_000_000),
        1_000_000_000..100_000_000_000 => format!("{:.1} s", nanos as f64 / 1e9),
        _ => quantity::running(nanos),
    }
}

/// 1, 2 or 5 times a power of ten, not less.
fn nice(least: f64) -> f64 {
    let power = 10f64.powf(least.max(1.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * power).find(|tick| *tick >= least).unwrap_or(10.0 * power)
}

/// As fine as the ticks are.
fn scale_text(time: f64, tick: f64) -> String {
    if tick >= 1e6 { quantity::short(Nanos(time as u64)) } else { quantity::time(Nanos(time as u64)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers() {
        let ticks = [0.3, 1.0, 1.1, 3.0, 7.0, 12.0, 480.0].map(nice);
        assert_eq!(ticks, [1.0, 1.0, 2.0, 5.0, 10.0, 20.0, 500.0]);
    }

    #[test]
    fn two_lifelines_leave_room_for_labels_on_the_outer_sides_and_many_go_on_to_the_right() {
        let area = Rect::from_min_size(pos2(0.0, 0.0), vec2(600.0, 400.0));
        let two = Columns::new(area, 2);
        assert!(two.whole() <= 600.0 && two.label_width(0, true) > 100.0 && two.label_width(1, false) > 100.0);
        let many = Columns::new(area, 9);
        assert!(many.whole() > 1_000.0);
        assert!(many.x(8) - many.x(7) >= MIN_GAP);
        // Three fit into the smallest window's pane.
        assert!(Columns::new(Rect::from_min_size(pos2(0.0, 0.0), vec2(480.0, 400.0)), 3).whole() <= 480.5);
        let one = Columns::new(area, 1);
        assert!((one.x(0) - 300.0).abs() < 1.0);
    }
}
