//! The ladder: time downwards, a lifeline for each end, an arrow from the call that sent to the call that received.

mod canvas;
mod labels;
mod scroll;
mod toolbar;
mod words;

use std::collections::HashMap;
use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{
    Align2, CornerRadius, EventFilter, FontFamily, FontId, Id, Key, Modifiers, Rect, Response, Sense, Stroke,
    StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use crate::desktop::fonts::STRONG;
use crate::engine::probe;
use crate::session::Session;
use crate::t;
use crate::trace::kernel::{KernelSample, TcpState};
use crate::trace::ladder::{Chosen, Lifeline, Looking, MAX_LIFELINES, Mark, Picture, Scope, What};
use crate::trace::{Call, Nanos, Op, StreamKey};
use crate::ui::actions::Command;
use crate::ui::panes::traffic::latest_button;
use crate::ui::theme::Tokens;
use crate::ui::view::View;
use crate::ui::widgets::line::SMALL;
use crate::ui::widgets::quantity;
use canvas::{Canvas, Columns, GUTTER};
use labels::{Label, Labels};
use scroll::{BAR, Extent, Scroll};

/// The lifelines' names and states.
const HEADS: f32 = 38.0;
/// How often the kernel is asked for the TCP state of the connections in sight.
const STATE_EVERY: Duration = Duration::from_millis(250);
/// At most so many connections are watched.
const MAX_WATCHED: usize = 24;

/// Which calls are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Choice {
    #[default]
    All,
    SelectedEndpoint,
    SelectedConn,
}

#[derive(Debug)]
pub struct LadderPane {
    scroll: Scroll,
    choice: Choice,
    segments: bool,
    /// The display stands still; the recording goes on.
    paused: Option<Paused>,
    generation: u64,
    /// The selected call of the last frame: one that was chosen elsewhere is scrolled to.
    seen: Option<u64>,
    /// The call at the upper edge in the last frame, and what was shown then.
    anchor: Option<(Scope, u64)>,
    /// The height of the last frame.
    height: f64,
}

/// What the display showed when it was paused.
#[derive(Clone, Copy, Debug)]
struct Paused {
    end_seq: u64,
    now: Nanos,
}

impl Default for LadderPane {
    fn default() -> Self {
        Self {
            scroll: Scroll::default(),
            choice: Choice::All,
            segments: true,
            paused: None,
            generation: 0,
            seen: None,
            anchor: None,
            height: 0.0,
        }
    }
}

impl LadderPane {
    /// Does a command that is for this pane; false where it is not.
    pub fn command(&mut self, command: &Command) -> bool {
        match command {
            Command::FollowEnd => {
                self.paused = None;
                self.scroll.follow(true);
                true
            }
            Command::PauseDisplay => {
                self.toggle_pause();
                true
            }
            _ => false,
        }
    }

    fn toggle_pause(&mut self) {
        self.paused = match self.paused {
            Some(_) => None,
            // What is shown is known to `ui` only, so it is held there.
            None => Some(Paused { end_seq: 0, now: Nanos::default() }),
        };
    }

    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let session = view.session;
        let trace = session.trace();
        if self.generation != trace.generation() {
            self.generation = trace.generation();
            self.paused = None;
            self.anchor = None;
        }
        if let Some(paused) = self.paused.as_mut().filter(|paused| paused.end_seq == 0) {
            *paused = Paused { end_seq: trace.next_seq(), now: session.now() };
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        let end_seq = self.paused.map_or(trace.next_seq(), |paused| paused.end_seq);
        let scope = self.scope(view);
        let chosen = Chosen::new(trace, scope, end_seq);
        self.toolbar_ui(ui, view, &chosen);
        let area = ui.available_rect_before_wrap();
        self.height = f64::from((area.height() - HEADS - BAR).max(20.0));
        if chosen.range().is_empty() && trace.waiting().len() == 0 {
            self.nothing_ui(ui, view, area, scope);
            return;
        }
        self.picture_ui(ui, view, area, scope, &chosen);
    }

    /// What is chosen at the top follows the selection.
    fn scope(&self, view: &View<'_>) -> Scope {
        let selection = &view.selection;
        match (self.choice, selection.endpoint, selection.conn) {
            (Choice::SelectedEndpoint, Some(endpoint), _) => Scope::Endpoint(endpoint),
            (Choice::SelectedConn, Some(endpoint), Some(conn)) => Scope::Conn((endpoint, Some(conn))),
            _ => Scope::All,
        }
    }

    fn nothing_ui(&self, ui: &mut Ui, view: &View<'_>, area: Rect, scope: Scope) {
        let text =
            if scope == Scope::All { t!(view.lang, "ladder-empty") } else { t!(view.lang, "ladder-empty-scope") };
        let room = Rect::from_center_size(area.center(), vec2((area.width() - 40.0).min(460.0), 60.0));
        let mut ui = ui.new_child(UiBuilder::new().max_rect(room));
        ui.vertical_centered(|ui| ui.label(eframe::egui::RichText::new(text).color(view.tokens.muted)));
    }

    /// The time that is shown: where nothing waits, the end of the last call, so that an idle picture stands still.
    fn now(&self, session: &Session, chosen: &Chosen<'_>) -> Nanos {
        if let Some(paused) = self.paused {
            return paused.now;
        }
        if session.trace().waiting().len() > 0 {
            return session.now();
        }
        let range = chosen.range();
        chosen.slice(range.end.saturating_sub(1)..range.end).last().map_or_else(|| session.now(), |call| call.end())
    }

    fn picture_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, area: Rect, scope: Scope, chosen: &Chosen<'_>) {
        let session = view.session;
        let trace = session.trace();
        let now = self.now(session, chosen);
        let body = Rect::from_min_max(area.min + vec2(GUTTER, HEADS), area.max - vec2(BAR, BAR));
        let id = ui.scope_id().with("ladder");
        let list = ui.interact(body, id, Sense::click_and_drag());
        ui.advance_cursor_after_rect(area);
        let name = t!(view.lang, "ladder-name");
        list.widget_info(|| WidgetInfo::labeled(Role::List, true, &*name));
        let extent = self.scroll.extent(chosen, self.height, now);
        match self.anchor {
            // The oldest calls may have left meanwhile, and positions with them.
            Some((before, seq)) if before == scope && !self.scroll.follows() => self.scroll.return_to(seq, chosen),
            Some((before, _)) if before != scope => self.scroll.follow(true),
            _ => {}
        }
        self.scroll.clamp(&extent);
        self.pan(ui, &list, body, &extent);
        self.keys(ui, view, &list, chosen, &extent);
        if self.seen != view.selection.call {
            self.seen = view.selection.call;
            if let Some(seq) = self.seen.filter(|seq| chosen.contains(*seq)) {
                self.scroll.reveal(trace, chosen, seq, self.height);
            }
        }
        self.anchor = self.scroll.anchor(chosen).map(|seq| (scope, seq));

        let end_seq = self.paused.map_or(trace.next_seq(), |paused| paused.end_seq);
        let sight = self.scroll.sight();
        let looking = Looking { scope, sight, height: self.height, segments: self.segments, end_seq, now };
        let picture = Picture::of(trace, &looking);
        let columns =
            Columns::new(Rect::from_min_max(pos2(body.left(), area.top()), body.max), picture.lifelines.len());
        let below = Rect::from_min_max(pos2(body.left(), body.bottom()), pos2(body.right(), area.bottom()));
        self.scroll.bar_x(ui, below, columns.whole());
        let canvas = Canvas {
            painter: ui.painter().with_clip_rect(body.intersect(ui.clip_rect())),
            session,
            lang: view.lang,
            tokens: view.tokens,
            picture: &picture,
            columns: columns.scrolled(self.scroll.x),
            body,
            now,
        };
        let mut labels = Labels::default();
        self.highlight(&canvas, view.selection.call);
        canvas.lifelines();
        canvas.bars();
        canvas.folds();
        canvas.arrows();
        canvas.bands(&mut labels);
        let picked = self.marks_ui(ui, view, &canvas, id, &mut labels);
        canvas.arrow_labels(&mut labels);
        states(&canvas, &mut labels);
        let gutter = Rect::from_min_max(pos2(area.left(), body.top()), body.left_bottom());
        let gutter_canvas = Canvas { painter: ui.painter().clone(), ..canvas };
        gutter_canvas.gutter(gutter, self.scroll.mode);
        heads(ui, view, &gutter_canvas, area);
        if let Some(what) = picked {
            select(view, &what);
            self.seen = view.selection.call;
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        self.scroll.bar(ui, Rect::from_min_max(pos2(body.right(), body.top()), area.max), &extent);
        if list.has_focus() {
            let stroke = Stroke::new(1.0, view.tokens.accent.gamma_multiply(0.5));
            ui.painter().rect_stroke(body, CornerRadius::same(3), stroke, StrokeKind::Inside);
        }
        self.legend(ui, view, body, &picture);
        self.wait_for_news(ui, &picture, now);
        self.latest_ui(ui, view, body);
    }

    fn pan(&mut self, ui: &Ui, list: &Response, body: Rect, extent: &Extent) {
        if list.clicked() {
            list.request_focus();
        }
        if list.dragged() {
            let moved = list.drag_delta();
            self.scroll.by_points(-moved.y, extent);
            self.scroll.x -= moved.x;
        }
        if !ui.rect_contains_pointer(body) {
            return;
        }
        let (delta, zoom, pointer) =
            ui.input(|input| (input.smooth_scroll_delta(), input.zoom_delta(), input.pointer.hover_pos()));
        if zoom != 1.0 {
            let anchor = pointer.map_or(0.0, |at| f64::from(at.y - body.top()));
            self.scroll.zoom(f64::from(zoom), anchor, extent);
            self.scroll.clamp(extent);
        } else if delta.y != 0.0 {
            self.scroll.by_points(-delta.y, extent);
            ui.input_mut(|input| input.smooth_scroll_delta.y = 0.0);
        }
        if delta.x != 0.0 {
            self.scroll.x -= delta.x;
            ui.input_mut(|input| input.smooth_scroll_delta.x = 0.0);
        }
    }

    /// Up and down go from call to call, as in the traffic table.
    fn keys(&mut self, ui: &Ui, view: &mut View<'_>, list: &Response, chosen: &Chosen<'_>, extent: &Extent) {
        let range = chosen.range();
        if !list.has_focus() || range.is_empty() {
            return;
        }
        let filter = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(list.id, filter));
        let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let page = ((self.height / 28.0) as u64).max(1);
        let from = view.selection.call.filter(|seq| chosen.contains(*seq)).map(|seq| chosen.position_of(seq));
        let last = range.end - 1;
        let target = if pressed(Key::ArrowUp) {
            Some(from.map_or(last, |from| from.saturating_sub(1)))
        } else if pressed(Key::ArrowDown) {
            Some(from.map_or(last, |from| from + 1))
        } else if pressed(Key::PageUp) {
            Some(from.unwrap_or(last).saturating_sub(page))
        } else if pressed(Key::PageDown) {
            Some(from.map_or(last, |from| from + page))
        } else if pressed(Key::Home) {
            Some(range.start)
        } else if pressed(Key::End) {
            Some(last)
        } else {
            None
        };
        for (key, by) in [(Key::ArrowLeft, -60.0), (Key::ArrowRight, 60.0)] {
            if pressed(key) {
                self.scroll.x += by;
            }
        }
        let Some(target) = target.map(|target| target.clamp(range.start, last)) else { return };
        if let Some(call) = chosen.slice(target..target + 1).first() {
            select(view, &What::Call(call));
            if target == last {
                self.scroll.follow(true);
                self.scroll.clamp(extent);
            }
        }
    }

    /// The ground behind the selected call.
    fn highlight(&self, canvas: &Canvas<'_, '_>, selected: Option<u64>) {
        let Some(selected) = selected else { return };
        let Some(mark) = canvas.picture.marks.iter().find(|mark| mark.what.seq() == Some(selected)) else { return };
        let y = canvas.at(mark.column, mark.y).y;
        let row = Rect::from_x_y_ranges(canvas.body.x_range(), y - 11.0..=y + 11.0);
        canvas.painter.rect_filled(row, 0.0, canvas.tokens.highlight);
        canvas.painter.rect_filled(row.with_max_x(row.left() + 2.0), 0.0, canvas.tokens.accent);
    }

    /// The calls: a dot on the lifeline and a label beside it, which can be clicked. Gives the one that was.
    fn marks_ui<'t>(
        &self,
        ui: &mut Ui,
        view: &View<'_>,
        canvas: &Canvas<'_, 't>,
        id: Id,
        labels: &mut Labels,
    ) -> Option<What<'t>> {
        let lefts = sides(canvas);
        let mut picked = None;
        for mark in &canvas.picture.marks {
            let dot = canvas.at(mark.column, mark.y);
            let selected = mark.what.seq().is_some() && mark.what.seq() == view.selection.call;
            let told = lefts.get(&key_of(&mark.what)).copied().or_else(|| side_of_silent(canvas, mark));
            let left = told.unwrap_or_else(|| outer_side(canvas, mark.column));
            let in_sight = canvas.body.y_range().contains(dot.y);
            let mut touch = Rect::from_center_size(dot, vec2(16.0, 12.0));
            if in_sight {
                if let What::Call(call) = mark.what {
                    paint_dot(canvas, dot, call, selected);
                    let (at, width) = beside(canvas, mark.column, dot, left);
                    let color = if call.errno().is_some() { canvas.tokens.error } else { canvas.tokens.text };
                    if let Some(rect) = canvas.call(labels, &words::label(call), at, left, color, width) {
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
                let name = words::name(session, lang, &mark.what, now);
                WidgetInfo::selected(Role::ListBoxOption, true, selected, name)
            });
            if response.clicked() || response.secondary_clicked() {
                picked = Some(mark.what);
            }
            response.on_hover_ui(|ui| tip(ui, view, &mark.what, now));
        }
        for mark in canvas.picture.marks.iter().filter(|mark| mark.bar.is_some()) {
            blocked_label(view, canvas, mark, lefts.get(&key_of(&mark.what)).copied(), labels);
        }
        picked
    }

    fn legend(&self, ui: &Ui, view: &View<'_>, body: Rect, picture: &Picture<'_>) {
        let text = if picture.lifelines.len() >= MAX_LIFELINES {
            t!(view.lang, "ladder-more", count = MAX_LIFELINES)
        } else if !picture.bands.is_empty() {
            t!(view.lang, "ladder-too-many")
        } else if picture.arrows.iter().any(|arrow| arrow.inferred) {
            t!(view.lang, "ladder-inferred")
        } else {
            return;
        };
        let font = FontId::proportional(SMALL);
        let galley = ui.painter().layout_no_wrap(text.into_owned(), font, view.tokens.muted);
        let at = pos2(body.left() - GUTTER + 12.0, body.bottom() - galley.size().y - 2.0);
        let ground = Rect::from_min_size(at, galley.size()).expand(3.0);
        ui.painter().rect_filled(ground, 3.0, view.tokens.pane);
        ui.painter().galley(at, galley, view.tokens.muted);
    }

    /// A wait that goes on grows; nothing else moves by itself.
    fn wait_for_news(&self, ui: &Ui, picture: &Picture<'_>, now: Nanos) {
        if self.paused.is_some() {
            return;
        }
        for mark in &picture.marks {
            if let What::Waiting(call) = mark.what {
                ui.ctx().request_repaint_after(quantity::repaint_after(now.since(call.start)));
            }
        }
    }

    /// What lies over the lower right corner: the way back to the newest call, and that the display is paused.
    fn latest_ui(&mut self, ui: &mut Ui, view: &View<'_>, area: Rect) {
        let text = match &self.paused {
            Some(paused) => {
                t!(view.lang, "traffic-paused", count = view.session.trace().next_seq().saturating_sub(paused.end_seq))
            }
            None if !self.scroll.follows() => t!(view.lang, "latest"),
            None => return,
        };
        if latest_button(ui, view, area, &text) {
            self.paused = None;
            self.scroll.follow(true);
        }
    }
}

fn select(view: &mut View<'_>, what: &What<'_>) {
    let (endpoint, conn) = what.key();
    view.selection.call = what.seq();
    view.selection.endpoint = Some(endpoint);
    view.selection.conn = conn;
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
        let crate::trace::ladder::Kind::Data { send, recv, .. } = arrow.kind else { continue };
        for (seq, own, other) in [(send, arrow.from, arrow.to), (recv, arrow.to, arrow.from)] {
            if let Some(seq) = seq.filter(|_| inner(own.column)) {
                lefts.insert((true, seq), other.column > own.column);
            }
        }
    }
    lefts
}

/// Of the calls that no byte goes with: away from the segments at their height.
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

/// Without an arrow: on the outer side.
fn outer_side(canvas: &Canvas<'_, '_>, column: usize) -> bool {
    canvas.columns.is_first(column) && !canvas.columns.is_last(column)
}

/// Where a label beside a lifeline begins, and how wide it may be.
fn beside(canvas: &Canvas<'_, '_>, column: usize, dot: eframe::egui::Pos2, left: bool) -> (eframe::egui::Pos2, f32) {
    let offset = if left { -14.0 } else { 16.0 };
    (dot + vec2(offset, 0.0), canvas.columns.label_width(column, left))
}

fn paint_dot(canvas: &Canvas<'_, '_>, at: eframe::egui::Pos2, call: &Call, selected: bool) {
    let tokens = canvas.tokens;
    let painter = &canvas.painter;
    if call.errno().is_some() {
        let stroke = Stroke::new(2.0, tokens.error);
        painter.line_segment([at + vec2(-4.0, -4.0), at + vec2(4.0, 4.0)], stroke);
        painter.line_segment([at + vec2(-4.0, 4.0), at + vec2(4.0, -4.0)], stroke);
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
fn tip(ui: &mut Ui, view: &View<'_>, what: &What<'_>, now: Nanos) {
    let muted = view.tokens.muted;
    ui.label(words::name(view.session, view.lang, what, now));
    let small = |text: String| eframe::egui::RichText::new(text).size(SMALL).color(muted);
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
}

/// The lifelines' names, and the TCP state that the kernel reports now. They stay while the calls scroll.
fn heads(ui: &mut Ui, view: &mut View<'_>, canvas: &Canvas<'_, '_>, area: Rect) {
    let band = Rect::from_min_max(area.min, pos2(area.right(), area.top() + HEADS));
    ui.painter().rect_filled(band, 0.0, view.tokens.pane);
    ui.painter().hline(band.x_range(), band.bottom(), view.tokens.hairline());
    let painter = ui.painter().with_clip_rect(band.with_min_x(canvas.body.left() - GUTTER));
    let mut labels = Labels::default();
    let mut watched = 0;
    for (column, lifeline) in canvas.picture.lifelines.iter().enumerate() {
        let x = canvas.columns.x(column);
        let seen = x > area.left() - 200.0 && x < area.right() + 200.0;
        if let Some(key) = tcp_key(view.session, lifeline).filter(|_| seen && watched < MAX_WATCHED) {
            view.watch(key, STATE_EVERY);
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
    let name = words::who(view.session.trace(), &lifeline.who);
    match lifeline.local.as_ref().filter(|_| !lifeline.who.is_outside()) {
        Some(addr) if addr.inet().is_some_and(|addr| addr.port() != 0) => format!("{name} :{}", addr.port()),
        _ => name,
    }
}

/// The connection or listener that the kernel can be asked about: TCP, of an endpoint that is still there.
fn tcp_key(session: &Session, lifeline: &Lifeline) -> Option<StreamKey> {
    let key = lifeline.key?;
    let is_tcp = session.endpoint(key.0)?.spec.kind.is_stream() && lifeline.local.as_ref()?.inet().is_some();
    (is_tcp && probe::IS_SUPPORTED).then_some(key)
}

/// The state with its colour, and where it was read.
fn state_of(
    view: &View<'_>,
    lifeline: &Lifeline,
) -> Option<(String, eframe::egui::Color32, Option<std::borrow::Cow<'static, str>>)> {
    let lang = view.lang;
    if lifeline.who.is_outside() {
        return Some((t!(lang, "ladder-not-observed").into_owned(), view.tokens.muted, None));
    }
    let sample = view.session.kernel().latest(lifeline.key?)?;
    if sample.is_gone() {
        return Some((t!(lang, "ladder-gone").into_owned(), view.tokens.muted, Some(t!(lang, "ladder-state-gone"))));
    }
    let tip = match sample.source {
        crate::trace::kernel::Source::Socket => t!(lang, "ladder-state-open"),
        crate::trace::kernel::Source::Proc => t!(lang, "ladder-state-closed"),
    };
    let state = sample.state?;
    Some((state.name().to_owned(), state_color(view.tokens, state), Some(tip)))
}

fn state_color(tokens: &Tokens, state: TcpState) -> eframe::egui::Color32 {
    match state {
        TcpState::Established | TcpState::Listen => tokens.ok,
        TcpState::Close => tokens.muted,
        _ => tokens.waiting,
    }
}

/// Beside the lifelines, where the kernel's word for the connection changed.
fn states(canvas: &Canvas<'_, '_>, labels: &mut Labels) {
    let height = f64::from(canvas.body.height());
    for (column, lifeline) in canvas.picture.lifelines.iter().enumerate() {
        let Some(key) = lifeline.key else { continue };
        let mut newer: Option<&KernelSample> = None;
        let left = outer_side(canvas, column);
        for sample in canvas.session.kernel().of(key).rev() {
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
