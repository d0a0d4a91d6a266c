//! Frames of the lossy link: what TCP really sent, when it came to the middle of the link, and when it went on.

use eframe::egui::{Align2, Color32, Pos2, Shape, Stroke, vec2};

use super::canvas::Canvas;
use super::labels::Labels;
use crate::lab::Addr;
use crate::t;
use crate::trace::ladder::What;
use crate::trace::segments::Segment;
use crate::trace::{Ends, Nanos};
use crate::ui::widgets::quantity;

/// The most that are drawn.
const MOST: usize = 400;
/// How large the head of an arrow is, and a cross.
const HEAD: f32 = 5.0;

pub fn paint(canvas: &Canvas<'_, '_>, labels: &mut Labels) {
    let segments = canvas.session.segments();
    if segments.is_empty() {
        return;
    }
    let calls = canvas.picture.marks.iter().filter_map(|mark| match mark.what {
        What::Call(call) => Some(call),
        What::Waiting(_) => None,
    });
    let (Some(first), Some(last)) = (calls.clone().map(|call| call.start).min(), calls.map(|call| call.end()).max())
    else {
        return;
    };
    for segment in segments.between(first, Nanos(last.0.max(canvas.now.0))).take(MOST) {
        one(canvas, labels, segment);
    }
}

fn one(canvas: &Canvas<'_, '_>, labels: &mut Labels, segment: &Segment) {
    let ends = Ends { local: Some(Addr::Inet(segment.from)), peer: Some(Addr::Inet(segment.to)) };
    let opposite = Ends { local: ends.peer.clone(), peer: ends.local.clone() };
    let (Some(from), Some(to)) = (column(canvas, &ends), column(canvas, &opposite)) else { return };
    if from == to {
        return;
    }
    let left = segment.frame.left;
    let came = canvas.at(from, canvas.picture.y_at(segment.frame.at));
    let gone = canvas.at(to, canvas.picture.y_at(left.unwrap_or(segment.frame.at)));
    let color = match left {
        None => canvas.tokens.error,
        Some(_) if segment.is_again => canvas.tokens.waiting,
        Some(_) => canvas.tokens.muted,
    };
    let side = (gone.x - came.x).signum();
    let (a, b) = (came + vec2(5.0 * side, 0.0), gone - vec2(6.0 * side, 0.0));
    let in_sight = |at: Pos2| canvas.body.expand(30.0).contains(at);
    if !in_sight(a) && !in_sight(b) {
        return;
    }
    let end = if left.is_some() { b } else { a + (b - a) * 0.5 };
    canvas.painter.line_segment([a, end], Stroke::new(1.0, color));
    tip(canvas, a, end, color, left.is_some());
    let text = said(canvas, segment);
    let at = a + (end - a) * 0.5 + vec2(0.0, 8.0);
    canvas.small(labels, &text, at, Align2::CENTER_CENTER, color, (end.x - a.x).abs() - 20.0);
}

/// The lifeline of the socket with these ends; of one that is not accepted yet the listener's.
fn column(canvas: &Canvas<'_, '_>, ends: &Ends) -> Option<usize> {
    let trace = canvas.session.trace();
    let lifelines = &canvas.picture.lifelines;
    let of_socket = lifelines.iter().position(|lifeline| {
        let known = lifeline.socket.and_then(|socket| trace.flow(socket)).and_then(|flow| flow.ends());
        known.is_some_and(|known| **known == *ends)
    });
    of_socket.or_else(|| lifelines.iter().position(|lifeline| lifeline.local == ends.local && lifeline.local.is_some()))
}

fn tip(canvas: &Canvas<'_, '_>, from: Pos2, to: Pos2, color: Color32, arrives: bool) {
    if arrives {
        let direction = (to - from).normalized();
        let across = vec2(-direction.y, direction.x) * (HEAD / 2.0);
        let back = to - direction * HEAD;
        canvas.painter.add(Shape::convex_polygon(vec![to, back + across, back - across], color, Stroke::NONE));
        return;
    }
    for (a, b) in [(vec2(-HEAD, -HEAD), vec2(HEAD, HEAD)), (vec2(-HEAD, HEAD), vec2(HEAD, -HEAD))] {
        canvas.painter.line_segment([to + a, to + b], Stroke::new(1.8, color));
    }
}

/// `SYN`, `1.4 KB`, `1.4 KB · again · dropped`.
fn said(canvas: &Canvas<'_, '_>, segment: &Segment) -> String {
    let lang = canvas.lang;
    let what = match &segment.tcp {
        Some(tcp) if segment.len == 0 || tcp.syn || tcp.fin || tcp.rst => tcp.flags(),
        _ => quantity::bytes(segment.len),
    };
    let again = segment.is_again.then(|| t!(lang, "ladder-segment-again"));
    let dropped = segment.frame.left.is_none().then(|| t!(lang, "ladder-segment-dropped"));
    [Some(what.into()), again, dropped].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
