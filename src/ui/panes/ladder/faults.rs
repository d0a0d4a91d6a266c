//! Relays on the ladder: the way of bytes through one, and what its faults did to them.

use std::collections::HashMap;

use eframe::egui::accesskit::Role;
use eframe::egui::{Align2, Color32, Id, Pos2, Rect, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::canvas::Canvas;
use super::labels::Labels;
use super::marks::outer_side;
use crate::explain;
use crate::kinds::fault::Direction;
use crate::lang::visible::visible;
use crate::trace::faults::Row;
use crate::trace::ladder::{ServerSocket, What, Who};
use crate::trace::{Nanos, datagrams, datagrams_through, through};
use crate::ui::view::View;

/// How wide the way through is drawn, and how far from the lifeline.
const WAY: f32 = 4.0;
const ASIDE: f32 = 4.0;
/// Half of a fault's sign.
const SIGN: f32 = 5.0;
/// The most signs in a picture.
const MOST: usize = 200;
/// How far before the calls in sight the ways of datagrams are followed, and through how many calls.
const REACH: u64 = 256;
const MOST_CALLS: u64 = 4_096;

/// On a relay's lifeline, from each `recv` to the sends that passed its bytes on.
pub fn ways(canvas: &Canvas<'_, '_>) {
    let trace = canvas.session.trace();
    let places: HashMap<u64, (usize, f64)> =
        canvas.picture.marks.iter().filter_map(|mark| Some((mark.what.seq()?, (mark.column, mark.y)))).collect();
    for mark in &canvas.picture.marks {
        let What::Call(call) = mark.what else { continue };
        if !call.op.receives() || call.len == 0 {
            continue;
        }
        let Some(direction) = through::direction(trace, call) else { continue };
        for send in through::passed(trace, canvas.session.ledger(), call) {
            if let Some(to) = places.get(&send.seq) {
                way(canvas, (mark.column, mark.y), *to, direction);
            }
        }
    }
    for passed in datagrams_in_sight(canvas) {
        if let (Some(from), Some(to)) = (places.get(&passed.recv), places.get(&passed.send)) {
            way(canvas, *from, *to, passed.way);
        }
    }
}

/// The ways of the datagrams that are in sight through relays.
fn datagrams_in_sight(canvas: &Canvas<'_, '_>) -> Vec<datagrams_through::Passed> {
    let calls = canvas.picture.marks.iter().filter_map(|mark| match mark.what {
        What::Call(call) if datagrams::is_datagram(call) => Some(call.seq),
        What::Call(_) | What::Waiting(_) => None,
    });
    let (Some(first), Some(last)) = (calls.clone().min(), calls.max()) else { return Vec::new() };
    let first = first.saturating_sub(REACH);
    if last - first > MOST_CALLS {
        return Vec::new();
    }
    datagrams_through::passed(canvas.session.trace(), canvas.session.ledger(), first, last)
}

/// From one place to another on a lifeline.
fn way(canvas: &Canvas<'_, '_>, (from_column, from): (usize, f64), (to_column, to): (usize, f64), way: Direction) {
    let (color, side) = match way {
        Direction::Down => (canvas.tokens.received, -ASIDE),
        Direction::Up | Direction::Both => (canvas.tokens.sent, ASIDE),
    };
    let (from, to) = (canvas.at(from_column, from), canvas.at(to_column, to));
    let top = from.y.max(canvas.body.top() - 30.0);
    let bottom = to.y.min(canvas.body.bottom() + 30.0);
    if top < bottom {
        let rect = Rect::from_x_y_ranges(from.x + side - WAY / 2.0..=from.x + side + WAY / 2.0, top..=bottom);
        canvas.painter.rect_filled(rect, 2.0, color.gamma_multiply(0.55));
    }
}

/// What the faults of relays did, where and when they did it.
pub fn signs(ui: &mut Ui, view: &mut View<'_>, canvas: &Canvas<'_, '_>, id: Id, labels: &mut Labels) {
    let Some((first, last)) = times(canvas) else { return };
    let ledger = canvas.session.ledger();
    let rows: Vec<&Row> = ledger.between(first, last).take(MOST).collect();
    for (index, row) in rows.into_iter().enumerate() {
        let Some(column) = canvas.picture.lifelines.iter().position(|lifeline| is_on(&lifeline.who, row)) else {
            continue;
        };
        let at = canvas.at(column, canvas.picture.y_at(row.harm.at));
        if !canvas.body.y_range().contains(at.y) {
            continue;
        }
        let color = color(canvas, row);
        sign(canvas, at, color);
        let lang = canvas.lang;
        let what =
            row.harm.name.as_deref().map_or_else(|| row.harm.kind.label(lang), |name| visible(name).into_owned());
        let text = format!("{what}: {}", explain::fault::effect(lang, &row.harm));
        let left = outer_side(canvas, column);
        let width = canvas.columns.label_width(column, left);
        // Beside the sign where that is free, else a little below it, or above.
        for (dx, dy) in [(12.0, 0.0), (-12.0, 0.0), (12.0, 13.0), (-12.0, 13.0), (12.0, -13.0), (-12.0, -13.0)] {
            let align = if dx > 0.0 { Align2::LEFT_CENTER } else { Align2::RIGHT_CENTER };
            if canvas.small(labels, &text, at + vec2(dx, dy), align, color, width) {
                break;
            }
        }
        let touch = Rect::from_center_size(at, vec2(2.0 * SIGN + 4.0, 2.0 * SIGN + 4.0)).intersect(canvas.body);
        let response = ui.interact(touch, id.with(("fault", index, row.harm.at.0)), Sense::CLICK);
        let said = explain::fault::row(lang, row, canvas.session.trace().name(row.harm.endpoint));
        response.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, true, &said));
        let felt = row.felt.seq().and_then(|seq| canvas.session.trace().get(seq));
        if response.clicked()
            && let Some(call) = felt
        {
            view.selection.select_call(call.seq, call.key());
        }
        response.on_hover_text(said);
    }
}

/// When the calls in sight ended, from the first to the last.
fn times(canvas: &Canvas<'_, '_>) -> Option<(Nanos, Nanos)> {
    let ends = canvas.picture.marks.iter().map(|mark| match mark.what {
        What::Call(call) => call.end(),
        What::Waiting(call) => call.start,
    });
    let starts = canvas.picture.marks.iter().map(|mark| match mark.what {
        What::Call(call) => call.start,
        What::Waiting(call) => call.start,
    });
    Some((starts.min()?, ends.max()?.max(canvas.now)))
}

fn is_on(who: &Who, row: &Row) -> bool {
    let harm = &row.harm;
    match who {
        Who::Server(endpoint, ServerSocket::Conn(conn)) => *endpoint == harm.endpoint && harm.conn == Some(*conn),
        Who::Server(endpoint, ServerSocket::Listener) => *endpoint == harm.endpoint && harm.conn.is_none(),
        Who::Socket(endpoint) => *endpoint == harm.endpoint,
        Who::Client(_) | Who::Caller(_) | Who::Callee(_) => false,
    }
}

/// What only came later is a wait; everything else does harm.
fn color(canvas: &Canvas<'_, '_>, row: &Row) -> Color32 {
    let harm = &row.harm;
    let is_late = harm.by > 0 && harm.removed == 0 && harm.added == 0;
    if is_late { canvas.tokens.waiting } else { canvas.tokens.error }
}

/// A lozenge on the lifeline.
fn sign(canvas: &Canvas<'_, '_>, at: Pos2, color: Color32) {
    let points = [(0.0, -SIGN), (SIGN, 0.0), (0.0, SIGN), (-SIGN, 0.0)].map(|(x, y)| pos2(at.x + x, at.y + y));
    canvas.painter.add(Shape::convex_polygon(points.to_vec(), canvas.tokens.pane, Stroke::new(1.8, color)));
    canvas.painter.circle_filled(at, 1.6, color);
}
