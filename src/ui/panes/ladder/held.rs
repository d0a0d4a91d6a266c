//! The open ends of lifelines while time stands still: the call that is about to be made.

use eframe::egui::{Pos2, Stroke, pos2};

use super::canvas::Canvas;
use super::labels::Labels;
use super::marks::{beside, outer_side};
use crate::t;
use crate::trace::held::HeldCall;
use crate::trace::ladder::{ServerSocket, Who};

/// Above the foot of the picture, in points.
const ABOVE: f32 = 12.0;
/// Between several next calls of one lifeline.
const BETWEEN: f32 = 16.0;
/// The most of one lifeline.
const MOST: usize = 2;

pub fn ends(canvas: &Canvas<'_, '_>, labels: &mut Labels) {
    let mut calls: Vec<&HeldCall> = canvas.session.held_calls().collect();
    if calls.is_empty() {
        return;
    }
    calls.sort_by_key(|call| call.turn());
    for (column, lifeline) in canvas.picture.lifelines.iter().enumerate() {
        let here = calls.iter().filter(|call| is_on(&lifeline.who, call)).take(MOST);
        for (index, call) in here.enumerate() {
            let y = canvas.body.bottom() - ABOVE - BETWEEN * index as f32;
            let end = pos2(canvas.columns.x(column), y);
            paint_end(canvas, end);
            let left = outer_side(canvas, column);
            let (at, width) = beside(canvas, column, end, left);
            let text = t!(canvas.lang, "held-next-call", call = call.with_arguments());
            canvas.call(labels, &text, at, left, canvas.tokens.held, width);
        }
    }
}

fn is_on(who: &Who, call: &HeldCall) -> bool {
    match who {
        Who::Client(endpoint) | Who::Socket(endpoint) => *endpoint == call.endpoint,
        Who::Server(endpoint, ServerSocket::Conn(conn)) => *endpoint == call.endpoint && call.conn == Some(*conn),
        Who::Server(endpoint, ServerSocket::Listener) => *endpoint == call.endpoint && call.conn.is_none(),
        Who::Caller(_) | Who::Callee(_) => false,
    }
}

/// Two upright bars in a ring, as on a recorder that is paused.
fn paint_end(canvas: &Canvas<'_, '_>, at: Pos2) {
    let (painter, held) = (&canvas.painter, canvas.tokens.held);
    painter.circle_filled(at, 7.0, canvas.tokens.pane);
    painter.circle_stroke(at, 7.0, Stroke::new(1.8, held));
    for x in [-2.2, 2.2] {
        painter.vline(at.x + x, at.y - 3.0..=at.y + 3.0, Stroke::new(1.8, held));
    }
}
