//! The lifelines' heads, and the TCP states that the kernel reports.

use std::borrow::Cow;
use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{Align2, Color32, FontFamily, FontId, Rect, Sense, Ui, WidgetInfo, pos2, vec2};

use super::canvas::{Canvas, GUTTER};
use super::labels::{Label, Labels};
use super::marks::{beside, outer_side};
use super::words;
use crate::desktop::fonts::STRONG;
use crate::engine::sampler;
use crate::session::Session;
use crate::t;
use crate::trace::SocketId;
use crate::trace::kernel::{KernelSample, Source, TcpState};
use crate::trace::ladder::Lifeline;
use crate::ui::theme::{SMALL, Tokens};
use crate::ui::view::View;

/// The lifelines' names and states.
pub const HEADS: f32 = 38.0;
/// How often the kernel is asked for the TCP state of the connections in sight.
const STATE_EVERY: Duration = Duration::from_millis(250);
/// The most connections that are sampled.
const MAX_WATCHED: usize = 24;

/// The lifelines' names, and the TCP state that the kernel reports now. They stay while the calls scroll.
pub fn ui(ui: &mut Ui, view: &mut View<'_>, canvas: &Canvas<'_, '_>, area: Rect) {
    let band = Rect::from_min_max(area.min, pos2(area.right(), area.top() + HEADS));
    ui.painter().rect_filled(band, 0.0, view.tokens.pane);
    ui.painter().hline(band.x_range(), band.bottom(), view.tokens.hairline());
    let painter = ui.painter().with_clip_rect(band.with_min_x(canvas.body.left() - GUTTER));
    let mut labels = Labels::default();
    let mut watched = 0;
    for (column, lifeline) in canvas.picture.lifelines.iter().enumerate() {
        let x = canvas.columns.x(column);
        let seen = x > area.left() - 200.0 && x < area.right() + 200.0;
        if let Some(socket) = tcp_socket(view.session, lifeline).filter(|_| seen && watched < MAX_WATCHED) {
            view.watch(socket, STATE_EVERY);
            watched += 1;
        }
        if !seen {
            continue;
        }
        let width = canvas.columns.head_width();
        let name = head_name(view, lifeline);
        let font = FontId::new(13.0, FontFamily::Name(STRONG.into()));
        let at = pos2(x, band.top() + 4.0);
        let (color, align) = (view.tokens.text, Align2::CENTER_TOP);
        let ground = view.tokens.pane;
        labels.place(&painter, &Label { text: &name, font, color, at, align, width, ground });
        let state = state_of(view, lifeline);
        let room = Rect::from_center_size(pos2(x, band.center().y), vec2(width, HEADS - 2.0)).intersect(band);
        let response = ui.interact(room, ui.scope_id().with(("head", column)), Sense::hover());
        let said = state.as_ref().map_or_else(|| name.clone(), |(text, ..)| format!("{name} {text}"));
        response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, &said));
        if let Some((text, color, tip)) = state {
            let at = pos2(x, band.top() + 21.0);
            let font = FontId::proportional(SMALL);
            labels.place(&painter, &Label { text: &text, font, color, at, align, width, ground });
            if let Some(tip) = tip {
                response.on_hover_text(tip);
            }
        }
    }
}

/// `client :51344`
fn head_name(view: &View<'_>, lifeline: &Lifeline) -> String {
    let name = words::who(view.session, &lifeline.who);
    match lifeline.local.as_ref().filter(|_| !lifeline.who.is_outside()) {
        Some(addr) if addr.inet().is_some_and(|addr| addr.port() != 0) => format!("{name} :{}", addr.port()),
        _ => name,
    }
}

/// The connection or listener that the kernel can be asked about: TCP, of an endpoint that is still there.
fn tcp_socket(session: &Session, lifeline: &Lifeline) -> Option<SocketId> {
    let (endpoint, _) = session.trace().key_of(lifeline.socket?)?;
    let is_tcp = session.endpoint(endpoint)?.spec.kind.is_stream() && lifeline.local.as_ref()?.inet().is_some();
    lifeline.socket.filter(|_| is_tcp && sampler::IS_SUPPORTED)
}

/// The state with its colour, and where it was read.
fn state_of(view: &View<'_>, lifeline: &Lifeline) -> Option<(String, Color32, Option<Cow<'static, str>>)> {
    let lang = view.lang;
    if lifeline.who.is_outside() {
        return Some((t!(lang, "ladder-not-observed").into_owned(), view.tokens.muted, None));
    }
    let sample = view.session.kernel_sample(lifeline.socket?)?;
    if sample.is_gone() {
        return Some((t!(lang, "ladder-gone").into_owned(), view.tokens.muted, Some(t!(lang, "ladder-state-gone"))));
    }
    let tip = match sample.source {
        Source::Socket => t!(lang, "ladder-state-open", call = sampler::ASKED_WITH),
        Source::Proc => t!(lang, "ladder-state-closed"),
    };
    let state = sample.state?;
    Some((state.name().to_owned(), state_color(view.tokens, state), Some(tip)))
}

fn state_color(tokens: &Tokens, state: TcpState) -> Color32 {
    match state {
        TcpState::Established | TcpState::Listen => tokens.ok,
        TcpState::Close => tokens.muted,
        _ => tokens.waiting,
    }
}

/// Beside the lifelines, where the kernel's word for the connection changed.
pub fn states(canvas: &Canvas<'_, '_>, labels: &mut Labels) {
    let height = f64::from(canvas.body.height());
    for (column, lifeline) in canvas.picture.lifelines.iter().enumerate() {
        let Some(socket) = lifeline.socket else { continue };
        let mut newer: Option<&KernelSample> = None;
        let left = outer_side(canvas, column);
        let shown = canvas.session.shown_time();
        for sample in canvas.session.kernel().of(socket).rev().filter(|sample| sample.at <= shown) {
            if let Some(newer) = newer.filter(|newer| newer.state != sample.state) {
                state_label(canvas, labels, column, newer, left, height);
            }
            newer = Some(sample);
            if canvas.picture.y_at(sample.at) < -40.0 {
                break;
            }
        }
        if let Some(first) = newer {
            state_label(canvas, labels, column, first, left, height);
        }
    }
}

fn state_label(
    canvas: &Canvas<'_, '_>,
    labels: &mut Labels,
    column: usize,
    sample: &KernelSample,
    left: bool,
    height: f64,
) {
    let Some(state) = sample.state else { return };
    let y = canvas.picture.y_at(sample.at);
    if !(0.0..=height).contains(&y) {
        return;
    }
    let align = if left { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER };
    let color = state_color(canvas.tokens, state);
    for below in [0.0, 9.0, 15.0] {
        let (at, width) = beside(canvas, column, canvas.at(column, y + below), left);
        if canvas.small(labels, state.name(), at, align, color, width) {
            return;
        }
    }
}
