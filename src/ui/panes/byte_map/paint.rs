//! How blocks, bands and the ruler look.

use eframe::egui::{
    Align2, Color32, CornerRadius, FontFamily, FontId, Pos2, Rect, Shape, Stroke, StrokeKind, Ui, pos2, vec2,
};

use super::viewport::Viewport;
use crate::trace::byte_map::{Band, Block, What};
use crate::ui::theme::{SMALL, Tokens};
use crate::ui::widgets::highlights::{self, Highlights};
use crate::ui::widgets::line::Line;
use crate::ui::widgets::quantity::{about_bytes, count};

/// Between two blocks, in points.
const GAP: f32 = 1.5;
const ROUNDING: u8 = 4;
/// The least room between two numbers of the ruler.
const TICK_ROOM: f64 = 52.0;

/// Where the blocks of one lane lie.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The picture, without the names at its left.
    pub area: Rect,
    pub top: f32,
    pub height: f32,
}

impl Place {
    pub fn rect(&self, port: &Viewport, begin: u64, end: u64) -> Rect {
        let (left, right) = (port.x(begin), port.x(end));
        let gap = if right - left > 5.0 { GAP } else { 0.0 };
        let left = self.area.left() + left + gap;
        let right = (self.area.left() + right - gap).max(left + 1.0);
        Rect::from_min_max(pos2(left, self.top), pos2(right, self.top + self.height))
    }
}

/// What a block says: the first line, and the one below it.
pub struct Label<'a> {
    pub text: &'a str,
    pub about: &'a str,
    /// For where there is little room.
    pub short: &'a str,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Marks<'a> {
    pub stands_out: Highlights<'a>,
    pub selected: bool,
    pub hovered: bool,
    pub related: bool,
}

pub fn block(ui: &Ui, tokens: &Tokens, rect: Rect, what: What, color: Color32, label: &Label<'_>, marks: Marks<'_>) {
    let rounding = CornerRadius::same(if rect.width() > 8.0 { ROUNDING } else { 0 });
    let painter = ui.painter();
    let lit = marks.selected || marks.hovered || marks.related;
    match what {
        What::Call { .. } | What::Many { .. } => {
            let strength = if lit { 0.42 } else { 0.2 };
            painter.rect_filled(rect, rounding, tokens.pane.lerp_to_gamma(color, strength));
            if matches!(what, What::Many { .. }) {
                painter.rect_filled(rect.shrink2(vec2(0.0, rect.height() * 0.2)), 0.0, color.gamma_multiply(0.55));
            } else if rect.width() > 3.0 {
                let stroke = Stroke::new(if marks.selected { 2.0 } else { 1.0 }, color);
                painter.rect_stroke(rect, rounding, stroke, StrokeKind::Inside);
            }
        }
        What::InFlight | What::NeverReceived => dashed(ui, rect, tokens.muted),
        What::Lost { .. } => dashed(ui, rect, tokens.error),
        What::CutOff { .. } => {
            painter.rect_filled(rect, rounding, tokens.pane.lerp_to_gamma(tokens.error, 0.12));
            hatch(ui, rect, tokens.error.gamma_multiply(0.6));
        }
        What::Gone => hatch(ui, rect, tokens.line),
    }
    if marks.selected {
        painter.rect_stroke(rect.expand(2.0), rounding, Stroke::new(2.0, tokens.accent), StrokeKind::Outside);
    }
    let room = signs(ui, tokens, rect, marks.stands_out).shrink2(vec2(4.0, 2.0));
    if room.width() < 18.0 {
        return;
    }
    let text_color = match what {
        What::Lost { .. } | What::CutOff { .. } => tokens.error,
        What::Call { .. } | What::Many { .. } => tokens.text,
        What::Gone | What::InFlight | What::NeverReceived => tokens.muted,
    };
    let about = if room.width() < 64.0 { label.short } else { label.about };
    let two_lines = rect.height() >= 34.0 && !label.text.is_empty() && room.width() >= 26.0;
    let (upper, lower) = room.split_top_bottom_at_fraction(if two_lines { 0.54 } else { 1.0 });
    if two_lines {
        text(ui, upper, label.text, 12.0, text_color, matches!(what, What::Call { .. }));
        text(ui, lower, about, 10.5, tokens.muted, false);
    } else if label.text.is_empty() || room.width() < 40.0 {
        text(ui, upper, about, 10.5, tokens.muted, false);
    } else {
        let one = format!("{} {}", label.text, label.short);
        text(ui, upper, if room.width() < 90.0 { label.text } else { &one }, 11.0, text_color, false);
    }
}

/// At the block's upper corners: at the left that it matches the filter, at the right its bookmark. Gives the room that is left.
fn signs(ui: &Ui, tokens: &Tokens, rect: Rect, stands_out: Highlights<'_>) -> Rect {
    let room = rect.intersect(ui.clip_rect());
    if stands_out.matches {
        highlights::corner(ui.painter(), tokens, room);
    }
    if stands_out.note.is_none() {
        return room;
    }
    // Over the block where that is too narrow.
    let at = pos2(room.right() - (room.width() / 2.0).min(8.0), room.top() + 7.0);
    highlights::bookmark(ui.painter(), tokens, at);
    room.with_max_x(room.right() - 12.0)
}

fn text(ui: &Ui, rect: Rect, text: &str, size: f32, color: Color32, mono: bool) {
    // A number that is cut off says something else than it is.
    if !mono && rect.width() < text.chars().count() as f32 * size * 0.42 {
        return;
    }
    let line = if mono { Line::new().mono_sized(text, size, color) } else { Line::new().plain(text, size, color) };
    line.paint(ui, rect, eframe::egui::Align::Center);
}

/// Where a message ends: long dashes between the lanes and notches outside their edges, clear of what the blocks say.
pub fn boundary(ui: &Ui, tokens: &Tokens, x: f32, upper: Place, lower: Place) {
    const NOTCH: f32 = 7.0;
    const INTO: f32 = 1.5;
    let stroke = Stroke::new(1.4, tokens.waiting);
    let (top, bottom) = (upper.top + upper.height, lower.top + lower.height);
    ui.painter().extend(Shape::dashed_line(&[pos2(x, top - INTO), pos2(x, lower.top + INTO)], stroke, 7.0, 3.0));
    ui.painter().vline(x, upper.top - NOTCH..=upper.top + INTO, stroke);
    ui.painter().vline(x, bottom - INTO..=bottom + NOTCH, stroke);
}

fn dashed(ui: &Ui, rect: Rect, color: Color32) {
    // Only the part in sight: a gigabyte in flight would be a great many dashes.
    let rect = rect.intersect(ui.clip_rect().expand(8.0)).shrink(0.5);
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    ui.painter().extend(Shape::dashed_line(&corners, Stroke::new(1.0, color), 4.0, 3.0));
}

fn hatch(ui: &Ui, rect: Rect, color: Color32) {
    let rect = rect.intersect(ui.clip_rect());
    if !rect.is_positive() {
        return;
    }
    let painter = ui.painter().with_clip_rect(rect);
    let mut x = rect.left() - rect.height();
    while x < rect.right() {
        painter.line_segment([pos2(x, rect.bottom()), pos2(x + rect.height(), rect.top())], Stroke::new(1.0, color));
        x += 7.0;
    }
}

/// The same bytes above and below.
pub fn band(ui: &Ui, tokens: &Tokens, upper: Rect, lower: Rect, lit: bool) {
    let corners = vec![
        pos2(upper.left(), upper.bottom()),
        pos2(upper.right(), upper.bottom()),
        pos2(lower.right(), lower.top()),
        pos2(lower.left(), lower.top()),
    ];
    let color = tokens.received;
    let edge = Stroke::new(1.0, color.gamma_multiply(if lit { 0.9 } else { 0.4 }));
    let sides: [[Pos2; 2]; 2] = [[corners[0], corners[3]], [corners[1], corners[2]]];
    let fill = tokens.pane.lerp_to_gamma(color, if lit { 0.3 } else { 0.13 });
    ui.painter().add(Shape::convex_polygon(corners, fill, Stroke::NONE));
    if upper.width() > 4.0 || lower.width() > 4.0 {
        for side in sides {
            ui.painter().line_segment(side, edge);
        }
    }
}

/// A band's edges follow those of its two blocks.
pub fn band_rects(port: &Viewport, band: Band, upper: (Place, Block), lower: (Place, Block)) -> (Rect, Rect) {
    let of = |(place, block): (Place, Block)| {
        let whole = place.rect(port, block.begin, block.end);
        let x = |byte| place.area.left() + port.x(byte);
        let left = if band.begin == block.begin { whole.left() } else { x(band.begin) };
        let right = if band.end == block.end { whole.right() } else { x(band.end) };
        Rect::from_min_max(pos2(left, whole.top()), pos2(right.max(left), whole.bottom()))
    };
    (of(upper), of(lower))
}

/// Numbers over the blocks: where calls begin, or round numbers where they are too many.
pub fn ruler(ui: &Ui, tokens: &Tokens, area: Rect, bottom: f32, port: &Viewport, blocks: &[Block], numbered: bool) {
    let mut bytes: Vec<u64> = blocks.iter().flat_map(|block| [block.begin, block.end]).collect();
    bytes.dedup();
    let first = port.begin();
    let last = first + port.span();
    bytes.retain(|byte| (first..=last).contains(&(*byte as f64)));
    let crowded = bytes.len() as f64 * TICK_ROOM > f64::from(area.width()) * 1.6;
    if crowded {
        bytes.clear();
        let step = nice((TICK_ROOM * 1.6) / port.scale());
        let mut at = (first / step).ceil() * step;
        while at <= last {
            bytes.push(at as u64);
            at += step;
        }
    }
    let font = FontId::new(SMALL - 0.5, FontFamily::Proportional);
    let mut free = f32::NEG_INFINITY;
    for byte in bytes {
        let x = area.left() + port.x(byte);
        ui.painter().vline(x, (bottom - 6.0)..=bottom, Stroke::new(1.0, tokens.muted.gamma_multiply(0.7)));
        if !numbered {
            continue;
        }
        let text = if byte >= 10_000_000 { about_bytes(byte) } else { count(byte) };
        let galley = ui.painter().layout_no_wrap(text, font.clone(), tokens.muted);
        let left = (x - galley.size().x / 2.0).clamp(area.left(), (area.right() - galley.size().x).max(area.left()));
        if left < free {
            continue;
        }
        free = left + galley.size().x + 8.0;
        ui.painter().galley(pos2(left, bottom - 8.0 - galley.size().y), galley, tokens.muted);
    }
}

/// 1, 2 or 5 times a power of ten, not less than that.
fn nice(least: f64) -> f64 {
    let power = 10f64.powf(least.max(1.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= least).unwrap_or(power * 10.0)
}

/// Whose lane it is, at its left.
pub fn side(
    ui: &Ui,
    tokens: &Tokens,
    rect: Rect,
    name: &str,
    call: &str,
    arrow: crate::ui::widgets::direction::Direction,
) {
    let (upper, lower) = rect.split_top_bottom_at_fraction(0.5);
    let strong = FontId::new(12.5, FontFamily::Name(crate::desktop::fonts::STRONG.into()));
    let mut job = eframe::egui::text::LayoutJob::simple_singleline(name.to_owned(), strong, tokens.text);
    job.wrap = eframe::egui::text::TextWrapping::truncate_at_width(rect.width());
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(pos2(upper.left(), upper.bottom() - galley.size().y), galley, tokens.text);
    let center = pos2(lower.left() + 6.0, lower.center().y);
    arrow.paint(ui, center, 12.0);
    let font = FontId::new(11.0, FontFamily::Monospace);
    let at = pos2(lower.left() + 16.0, lower.center().y);
    ui.painter().text(at, Align2::LEFT_CENTER, call, font, arrow.color(tokens));
}
