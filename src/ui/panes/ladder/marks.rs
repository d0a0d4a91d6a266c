//! The calls of the ladder: a dot on the lifeline and a label beside it, and what stands out of them.

use std::collections::HashMap;

use eframe::egui::accesskit::Role;
use eframe::egui::{Align2, Id, Pos2, Rect, RichText, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::LADDER;
use super::canvas::Canvas;
use super::labels::Labels;
use super::words;
use crate::t;
use crate::trace::ladder::{Chosen, Kind, Mark, What};
use crate::trace::{Call, Nanos, Op};
use crate::ui::panes::picture_menu;
use crate::ui::theme::SMALL;
use crate::ui::view::View;
use crate::ui::widgets::highlights::{self, Highlights};
use crate::ui::widgets::quantity;

/// How far a sign stands from the end of a band.
const SIGN_ROOM: f32 = 18.0;

/// The calls: a dot on the lifeline and a label beside it, which can be clicked. Gives the one that was.
pub fn ui<'t>(
    ui: &mut Ui,
    view: &mut View<'_>,
    canvas: &Canvas<'_, 't>,
    id: Id,
    labels: &mut Labels,
) -> Option<What<'t>> {
    let lefts = sides(canvas);
    let mut picked = None;
    for mark in &canvas.picture.marks {
        let dot = canvas.at(mark.column, mark.y);
        let selected = mark.what.seq().is_some() && mark.what.seq() == view.selection.call();
        let told = lefts.get(&key_of(&mark.what)).copied().or_else(|| side_of_silent(canvas, mark));
        let left = told.unwrap_or_else(|| outer_side(canvas, mark.column));
        let stands_out = mark.what.seq().map(|seq| Highlights::of(view, seq)).unwrap_or_default();
        let in_sight = canvas.body.y_range().contains(dot.y);
        let mut touch = Rect::from_center_size(dot, vec2(16.0, 12.0));
        if in_sight {
            if let What::Call(call) = mark.what {
                let row = Rect::from_x_y_ranges(canvas.body.x_range(), dot.y - 11.0..=dot.y + 11.0);
                if stands_out.partner {
                    canvas.painter.rect_filled(row, 0.0, canvas.tokens.partner.gamma_multiply(0.12));
                }
                if stands_out.pointed {
                    canvas.painter.rect_filled(row, 0.0, canvas.tokens.accent.gamma_multiply(0.16));
                }
                paint_dot(canvas, dot, call, selected);
                paint_signs(canvas, dot, left, stands_out);
                let (at, width) = beside(canvas, mark.column, dot, left);
                let color = if call.errno().is_some() { canvas.tokens.error } else { canvas.tokens.text };
                if let Some(rect) = canvas.call(labels, &label_within(canvas, call, width), at, left, color, width) {
                    touch = touch.union(rect);
                }
            }
        } else if let Some(top) = mark.bar {
            // Its bar is in sight, its end is not.
            let bar = Rect::from_two_pos(canvas.at(mark.column, top) - vec2(6.0, 0.0), dot + vec2(6.0, 0.0));
            touch = bar.intersect(canvas.body);
        }
        let touch = touch.intersect(canvas.body);
        if touch.is_negative() {
            continue;
        }
        // Calls are reached with the arrow keys, so Tab goes past them.
        let response = ui.interact(touch, id.with(key_of(&mark.what)), Sense::CLICK);
        let (session, lang, now) = (view.session, view.lang, canvas.now);
        response.widget_info(|| {
            let name = stands_out.after(lang, words::name(session, lang, &mark.what, now));
            WidgetInfo::labeled(Role::ListBoxOption, true, name)
        });
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_selected(selected));
        if selected {
            // The picture has the keyboard, and a screen reader follows the call that the arrows have come to.
            ui.ctx().accesskit_node_builder(id, |node| node.set_active_descendant(response.id.accesskit_id()));
        }
        if response.clicked() || response.secondary_clicked() {
            picked = Some(mark.what);
        }
        picture_menu::on_click(&response, view, &LADDER);
        response.on_hover_ui(|ui| tip(ui, view, &mark.what, stands_out, now));
    }
    for mark in canvas.picture.marks.iter().filter(|mark| mark.bar.is_some()) {
        blocked_label(view, canvas, mark, lefts.get(&key_of(&mark.what)).copied(), labels);
    }
    picked
}

/// Tells the marks of a picture apart.
fn key_of(what: &What<'_>) -> (bool, u64) {
    match what {
        What::Call(call) => (true, call.seq),
        What::Waiting(call) => (false, call.token.0),
    }
}

/// On which side of its lifeline a call's label stands: away from its arrow, so that they don't cross.
fn sides(canvas: &Canvas<'_, '_>) -> HashMap<(bool, u64), bool> {
    let mut lefts = HashMap::new();
    let inner = |column: usize| !canvas.columns.is_first(column) && !canvas.columns.is_last(column);
    for arrow in &canvas.picture.arrows {
        let Kind::Data { send, recv, .. } = arrow.kind else { continue };
        for (seq, own, other) in [(send, arrow.from, arrow.to), (recv, arrow.to, arrow.from)] {
            if let Some(seq) = seq.filter(|_| inner(own.column)) {
                lefts.insert((true, seq), other.column > own.column);
            }
        }
    }
    lefts
}

/// Calls without bytes: away from the segments at their height.
fn side_of_silent(canvas: &Canvas<'_, '_>, mark: &Mark<'_>) -> Option<bool> {
    let (column, y) = (mark.column, mark.y);
    let moves = |what: &What<'_>| matches!(what, What::Call(call) if call.len > 0);
    if canvas.columns.is_first(column) || canvas.columns.is_last(column) || moves(&mark.what) {
        return None;
    }
    let is_near = |at: f64| (at - y).abs() < 12.0;
    canvas.picture.arrows.iter().find_map(|arrow| {
        let from_here = arrow.from.column == column && is_near(arrow.from.y);
        let to_here = arrow.to.column == column && is_near(arrow.to.y);
        (from_here || to_here).then(|| arrow.from.column.max(arrow.to.column) > column)
    })
}

/// What stands beside a call, as long as there is room.
fn label_within(canvas: &Canvas<'_, '_>, call: &Call, width: f32) -> String {
    let label = words::label(call);
    if canvas.call_width(&label) <= width { label } else { words::short_label(call) }
}

/// Without an arrow: on the outer side.
pub fn outer_side(canvas: &Canvas<'_, '_>, column: usize) -> bool {
    canvas.columns.is_first(column) && !canvas.columns.is_last(column)
}

/// Where a label beside a lifeline begins, and how wide it may be.
pub fn beside(canvas: &Canvas<'_, '_>, column: usize, dot: Pos2, left: bool) -> (Pos2, f32) {
    let offset = if left { -14.0 } else { 16.0 };
    (dot + vec2(offset, 0.0), canvas.columns.label_width(column, left))
}

fn paint_dot(canvas: &Canvas<'_, '_>, at: Pos2, call: &Call, selected: bool) {
    let tokens = canvas.tokens;
    let painter = &canvas.painter;
    if call.errno().is_some() {
        let stroke = Stroke::new(2.0, tokens.error);
        painter.line_segment([at + vec2(-4.0, -4.0), at + vec2(4.0, 4.0)], stroke);
        painter.line_segment([at + vec2(-4.0, 4.0), at + vec2(4.0, -4.0)], stroke);
    } else if call.is_abandoned() {
        // Hollow: there was no result.
        painter.circle_stroke(at, 3.0, Stroke::new(1.5, tokens.muted));
    } else {
        match call.op {
            Op::Connect { .. } | Op::Accept | Op::Listen { .. } => painter.circle_filled(at, 4.0, tokens.ok),
            Op::Close => {
                // The end of a socket.
                painter.hline(at.x - 7.0..=at.x + 7.0, at.y, Stroke::new(2.5, tokens.text))
            }
            Op::Shutdown { .. } => painter.hline(at.x - 7.0..=at.x + 7.0, at.y, Stroke::new(1.2, tokens.text)),
            _ => painter.circle_filled(at, 2.5, tokens.text),
        };
    }
    // A ring says that the call stands out.
    if selected {
        painter.circle_stroke(at, 7.0, Stroke::new(1.5, tokens.accent));
    }
}

/// A diamond around the dot of a call that matches the filter; the sign of a bookmark on the side without a label.
fn paint_signs(canvas: &Canvas<'_, '_>, dot: Pos2, left: bool, stands_out: Highlights<'_>) {
    if stands_out.matches {
        highlights::diamond(&canvas.painter, canvas.tokens, dot, 8.0);
    }
    if stands_out.partner {
        let side = if left { 15.0 } else { -15.0 };
        highlights::partner(&canvas.painter, canvas.tokens, dot + vec2(side, 9.0));
    }
    if stands_out.note.is_some() {
        // Above the arrow that begins or ends there.
        let side = if left { 15.0 } else { -15.0 };
        highlights::bookmark(&canvas.painter, canvas.tokens, dot + vec2(side, -9.0));
    }
}

/// The same at the right end of bands: some of their calls stand out.
pub fn signs_of_bands(view: &View<'_>, canvas: &Canvas<'_, '_>, chosen: &Chosen<'_>) {
    if view.matches().is_none() && view.session.bookmarks().is_empty() {
        return;
    }
    for band in &canvas.picture.bands {
        let stands_out = Highlights::among(view, band.first, band.last, |seq| chosen.contains(seq));
        let y = canvas.body.top() + (band.y.start + band.y.end) as f32 / 2.0;
        let at = pos2(canvas.body.right() - SIGN_ROOM, y);
        if stands_out.matches {
            highlights::diamond(&canvas.painter, canvas.tokens, at, 4.5);
        }
        if stands_out.note.is_some() {
            highlights::bookmark(&canvas.painter, canvas.tokens, at - vec2(SIGN_ROOM, 0.0));
        }
    }
}

/// How long it was blocked, in the middle of its bar.
fn blocked_label(view: &View<'_>, canvas: &Canvas<'_, '_>, mark: &Mark<'_>, left: Option<bool>, labels: &mut Labels) {
    let Some(top) = mark.bar else { return };
    let height = f64::from(canvas.body.height());
    let (top, bottom) = (top.max(0.0), mark.y.min(height));
    if bottom - top < 6.0 {
        return;
    }
    let left = left.unwrap_or_else(|| outer_side(canvas, mark.column));
    let mut text = words::blocked(view.lang, &mark.what, canvas.now);
    // About what a small letter takes.
    if text.chars().count() as f32 * SMALL * 0.52 > canvas.columns.label_width(mark.column, left) {
        text = words::waited(&mark.what, canvas.now);
    }
    // In the middle, else nearer to one of its ends.
    for part in [0.5, 0.3, 0.7, 0.15, 0.85] {
        let at = canvas.at(mark.column, top + (bottom - top) * part);
        let (at, width) = beside(canvas, mark.column, at, left);
        let align = if left { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER };
        if canvas.small(labels, &text, at, align, canvas.tokens.waiting, width) {
            return;
        }
    }
}

/// What pointing at a call shows.
fn tip(ui: &mut Ui, view: &View<'_>, what: &What<'_>, stands_out: Highlights<'_>, now: Nanos) {
    let muted = view.tokens.muted;
    ui.label(words::name(view.session, view.lang, what, now));
    let small = |text: String| RichText::new(text).size(SMALL).color(muted);
    match what {
        What::Call(call) => {
            ui.label(small(t!(view.lang, "ladder-started", time = quantity::time(call.start)).into_owned()));
            ui.label(small(t!(view.lang, "ladder-took", time = quantity::span(call.took)).into_owned()));
        }
        What::Waiting(call) => {
            let time = quantity::running(now.since(call.start));
            ui.label(small(t!(view.lang, "ladder-waits", time = time).into_owned()));
        }
    }
    for word in stands_out.words(view.lang) {
        ui.label(small(word.into_owned()));
    }
}
