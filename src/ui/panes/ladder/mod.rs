//! The ladder: time downwards, a lifeline for each end, an arrow from the call that sent to the call that received.

mod canvas;
mod faults;
mod heads;
mod held;
mod labels;
mod marks;
mod paper;
mod scroll;
mod segments;
mod toolbar;
mod words;

use eframe::egui::accesskit::Role;
use eframe::egui::{
    CornerRadius, EventFilter, FontId, Key, Modifiers, Rect, Response, Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2,
    WidgetInfo, pos2, vec2,
};

use crate::t;
use crate::trace::Nanos;
use crate::trace::ladder::{Chosen, Looking, MAX_LIFELINES, Picture, Scope, What};
use crate::ui::command::UiCommand;
use crate::ui::panes::picture_menu;
use crate::ui::panes::{LabView, Pane, Paper, PictureTexts};
use crate::ui::picture::Look;
use crate::ui::theme::SMALL;
use crate::ui::view::View;
use crate::ui::widgets::focus;
use crate::ui::widgets::latest;
use crate::ui::widgets::quantity;
use crate::ui::widgets::rows::Steered;
use canvas::{Canvas, Columns, GUTTER};
use heads::HEADS;
use labels::Labels;
use scroll::{BAR, Extent, Scroll};

/// Below the calls: what dashed lines mean, and the bar for many lifelines.
pub const FOOT: f32 = 20.0;

/// Which calls are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Choice {
    #[default]
    All,
    SelectedEndpoint,
    SelectedConn,
}

#[derive(Clone, Debug)]
pub struct LadderPane {
    scroll: Scroll,
    choice: Choice,
    segments: bool,
    generation: u64,
    /// The selected call of the last frame: one that was chosen elsewhere is scrolled to.
    seen: Option<u64>,
    /// The call at the upper edge in the last frame, and what was shown then.
    anchor: Option<(Scope, u64)>,
    /// The height of the last frame.
    height: f64,
    width: f32,
}

impl Default for LadderPane {
    fn default() -> Self {
        Self {
            scroll: Scroll::default(),
            choice: Choice::All,
            segments: true,
            generation: 0,
            seen: None,
            anchor: None,
            height: 0.0,
            width: 0.0,
        }
    }
}

/// Time downwards, a lifeline for each end.
pub static LADDER: LabView = LabView {
    name: "ladder",
    title: "tab-ladder",
    command: "cmd-show-ladder",
    command_tip: "cmd-show-ladder-tip",
    least: LabView::TWO_ROWS,
    picture: Some(PictureTexts { title: "picture-of-ladder", copied: "picture-copied-ladder", has_rows: true }),
    make: || Box::new(LadderPane::default()),
};

impl Pane for LadderPane {
    fn view(&self) -> &'static LabView {
        &LADDER
    }

    fn command(&mut self, command: &UiCommand) -> bool {
        match command {
            UiCommand::FollowEnd => {
                self.scroll.follow(true);
                true
            }
            _ => false,
        }
    }

    /// It is shown from its beginning.
    fn tell_from(&mut self, seq: u64) {
        self.scroll.tell_from(seq);
    }

    fn on_paper<'p>(&'p mut self, view: &View<'_>, look: Look) -> Option<(Vec2, Paper<'p>)> {
        let (mut paper, size) = self.paper(view, look)?;
        Some((size, Box::new(move |ui, view| paper.paper_ui(ui, view))))
    }

    fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let session = view.session;
        let trace = session.trace();
        if self.generation != trace.generation() {
            self.generation = trace.generation();
            self.anchor = None;
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        let end_seq = view.end_seq();
        let scope = self.scope(view);
        let chosen = Chosen::new(trace, scope, end_seq);
        self.toolbar_ui(ui, view, &chosen);
        let area = ui.available_rect_before_wrap();
        self.height = f64::from((area.height() - HEADS - FOOT).max(20.0));
        self.width = area.width();
        if chosen.range().is_empty() && session.waiting().next().is_none() {
            self.nothing_ui(ui, view, area, scope);
            return;
        }
        self.picture_ui(ui, view, area, scope, &chosen);
    }
}

impl LadderPane {
    /// What is chosen at the top follows the selection.
    fn scope(&self, view: &View<'_>) -> Scope {
        let selection = &view.selection;
        match (self.choice, selection.endpoint(), selection.conn()) {
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
    fn now(&self, view: &View<'_>, chosen: &Chosen<'_>) -> Nanos {
        let session = view.session;
        if let Some(pause) = view.pause {
            return pause.now;
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
        let now = self.now(view, chosen);
        let body = Rect::from_min_max(area.min + vec2(GUTTER, HEADS), area.max - vec2(BAR, FOOT));
        let id = ui.scope_id().with("ladder");
        let list = ui.interact(body, id, Sense::click_and_drag());
        ui.advance_cursor_after_rect(area);
        let name = t!(view.lang, "ladder-name");
        list.widget_info(|| WidgetInfo::labeled(Role::ListBox, true, &*name));
        picture_menu::on_click(&list, view, &LADDER);
        let extent = self.scroll.extent(chosen, self.height, now);
        match self.anchor {
            // The oldest calls may have left meanwhile, and positions with them.
            Some((before, seq)) if before == scope && !self.scroll.follows() => self.scroll.return_to(seq, chosen),
            Some((before, _)) if before != scope => self.scroll.follow(true),
            _ => {}
        }
        self.scroll.stand(chosen);
        self.scroll.clamp(&extent);
        self.pan(ui, &list, body, &extent);
        self.keys(ui, view, &list, chosen, &extent);
        if self.seen != view.selection.call() {
            self.seen = view.selection.call();
            if let Some(seq) = self.seen.filter(|seq| chosen.contains(*seq)) {
                self.scroll.reveal(trace, chosen, seq, self.height);
            }
        }
        self.anchor = self.scroll.anchor(chosen).map(|seq| (scope, seq));

        let end_seq = view.end_seq();
        let sight = self.scroll.sight();
        let looking = Looking { scope, sight, height: self.height, segments: self.segments, end_seq, now };
        let picture = Picture::with_waiting(trace, session.waiting(), &looking);
        let columns =
            Columns::new(Rect::from_min_max(pos2(body.left(), area.top()), body.max), picture.lifelines.len());
        let foot = Rect::from_min_max(pos2(area.left(), body.bottom()), pos2(body.right(), area.bottom()));
        let told = self.legend(ui, view, foot, &picture);
        let (newest, ends) = latest::in_strip(ui, view, foot, self.scroll.is_at_end(&extent));
        let below = Rect::from_center_size(foot.center(), vec2(foot.width(), BAR));
        let below = below.with_min_x(body.left().max(told + 12.0)).with_max_x(ends - 8.0);
        if !view.on_paper {
            self.scroll.bar_x(ui, below, body.width(), columns.whole());
        }
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
        self.highlight(&canvas, view.selection.call());
        canvas.lifelines();
        faults::ways(&canvas);
        canvas.bars();
        canvas.folds();
        canvas.arrows();
        canvas.bands(&mut labels);
        marks::signs_of_bands(view, &canvas, chosen);
        let picked = marks::ui(ui, view, &canvas, id, &mut labels);
        faults::signs(ui, view, &canvas, id, &mut labels);
        if self.segments {
            segments::paint(&canvas, &mut labels);
        }
        canvas.arrow_labels(&mut labels);
        if view.pause.is_none() && !view.on_paper && self.scroll.is_at_end(&extent) {
            held::ends(&canvas, &mut labels);
        }
        heads::states(&canvas, &mut labels);
        let gutter = Rect::from_min_max(pos2(area.left(), body.top()), body.left_bottom());
        let gutter_canvas = Canvas { painter: ui.painter().clone(), ..canvas };
        gutter_canvas.gutter(gutter, self.scroll.mode);
        heads::ui(ui, view, &gutter_canvas, area);
        if let Some(what) = picked {
            select(view, &what);
            self.seen = view.selection.call();
            focus::give_to(ui.ctx(), id);
        }
        if !view.on_paper {
            self.scroll.bar(ui, Rect::from_min_max(pos2(body.right(), body.top()), area.max), &extent);
        }
        if list.has_focus() {
            let stroke = Stroke::new(1.0, view.tokens.accent.gamma_multiply(0.5));
            ui.painter().rect_stroke(body, CornerRadius::same(3), stroke, StrokeKind::Inside);
        }
        self.wait_for_news(ui, view, &picture, now);
        if newest {
            self.scroll.follow(true);
        }
    }

    fn pan(&mut self, ui: &Ui, list: &Response, body: Rect, extent: &Extent) {
        if list.clicked() {
            focus::give(list);
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
        let from = view.selection.call().filter(|seq| chosen.contains(*seq)).map(|seq| chosen.position_of(seq));
        let last = range.end - 1;
        let target = Steered { from, top: last, bottom: last, page }.by_keys(&range, pressed);
        for (key, by) in [(Key::ArrowLeft, -60.0), (Key::ArrowRight, 60.0)] {
            if pressed(key) {
                self.scroll.x += by;
            }
        }
        let Some(target) = target else { return };
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

    /// Below the calls, so that it lies on none of them; gives where it ends.
    fn legend(&self, ui: &Ui, view: &View<'_>, foot: Rect, picture: &Picture<'_>) -> f32 {
        let text = if picture.lifelines.len() >= MAX_LIFELINES {
            t!(view.lang, "ladder-more", count = MAX_LIFELINES)
        } else if !picture.bands.is_empty() {
            t!(view.lang, "ladder-too-many")
        } else if picture.arrows.iter().any(|arrow| arrow.inferred) {
            t!(view.lang, "ladder-inferred")
        } else {
            return foot.left();
        };
        let font = FontId::proportional(SMALL);
        let galley = ui.painter().layout_no_wrap(text.into_owned(), font, view.tokens.muted);
        let at = pos2(foot.left() + 12.0, foot.center().y - galley.size().y / 2.0);
        let end = at.x + galley.size().x;
        ui.painter().galley(at, galley, view.tokens.muted);
        end
    }

    /// A wait that goes on grows; nothing else moves by itself.
    fn wait_for_news(&self, ui: &Ui, view: &View<'_>, picture: &Picture<'_>, now: Nanos) {
        if view.pause.is_some() {
            return;
        }
        for mark in &picture.marks {
            if let What::Waiting(call) = mark.what {
                ui.ctx().request_repaint_after(quantity::repaint_after(now.since(call.start)));
            }
        }
    }
}

fn select(view: &mut View<'_>, what: &What<'_>) {
    match what.seq() {
        Some(seq) => view.selection.select_call(seq, what.key()),
        None => view.selection.select_conn(what.key()),
    }
}
