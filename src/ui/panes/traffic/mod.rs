//! The traffic table: one row per socket call, in order of completion; the calls that still wait stand at the end.

mod columns;
mod record;

use std::ops::RangeInclusive;

use eframe::egui::{self, Align, Layout, Rect, RichText, Sense, Ui, UiBuilder, vec2};
use egui_material_icons::icons::{ICON_ARROW_DOWNWARD, ICON_DELETE_SWEEP, ICON_PAUSE, ICON_PLAY_ARROW};

use crate::session::Action;
use crate::t;
use crate::trace::export::text::call_line;
use crate::trace::{Nanos, Trace, WaitingCall};
use crate::ui::actions::Command;
use crate::ui::controls;
use crate::ui::view::View;
use crate::ui::widgets::quantity;
use crate::ui::widgets::rows::{Listing, Row, Rows};
use columns::{Columns, Places};
use record::Record;

const ROW_HEIGHT: f32 = 22.0;
const HEADING_HEIGHT: f32 = 28.0;
/// Room for the buttons at the right end of the headings.
const BUTTONS: f32 = 68.0;
/// At most so many waiting calls stand at the end; of the others it is said how many there are.
const MAX_WAITING: usize = 8;
/// At most so many rows are copied at once.
const MAX_COPIED: u64 = 100_000;

#[derive(Debug)]
pub struct TrafficPane {
    rows: Rows,
    columns: Columns,
    /// The display stands still; the recording goes on.
    paused: Option<Paused>,
    /// The other end of a marked range of rows.
    anchor: Option<u64>,
    /// The trace's generation: numbers before a clearing are not marked after it.
    generation: u64,
    /// The selected call of the last frame: one that was chosen elsewhere is scrolled to.
    seen: Option<u64>,
}

/// What the display showed when it was paused.
#[derive(Debug)]
struct Paused {
    next_seq: u64,
    now: Nanos,
    waiting: Vec<WaitingCall>,
    more_waiting: usize,
}

impl Default for TrafficPane {
    fn default() -> Self {
        Self {
            rows: Rows::following(),
            columns: Columns::default(),
            paused: None,
            anchor: None,
            generation: 0,
            seen: None,
        }
    }
}

impl TrafficPane {
    /// Does a command that is for this pane; false where it is not.
    pub fn command(&mut self, command: &Command) -> bool {
        match command {
            Command::FollowEnd => {
                self.paused = None;
                self.rows.follow(true);
                true
            }
            // What is shown is known to `ui` only, so it is held there.
            Command::PauseDisplay => {
                self.toggle_pause();
                true
            }
            _ => false,
        }
    }

    /// True while the display stands still.
    pub fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    fn toggle_pause(&mut self) {
        self.paused = match self.paused {
            Some(_) => None,
            None => Some(Paused { next_seq: 0, now: Nanos::default(), waiting: Vec::new(), more_waiting: 0 }),
        };
    }

    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let trace = view.session.trace();
        if self.generation != trace.generation() {
            self.generation = trace.generation();
            self.anchor = None;
            // What was held is gone.
            self.paused = None;
        }
        let now = view.session.now();
        if let Some(paused) = self.paused.as_mut().filter(|paused| paused.next_seq == 0) {
            paused.hold(trace, now);
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEADING_HEIGHT), Sense::hover());
        let places = self.columns.places(area.left(), area.right());
        self.columns.headings_ui(ui, view.lang, area.with_max_x(area.right() - BUTTONS), &places);
        ui.painter().hline(area.x_range(), area.bottom(), view.tokens.hairline());
        self.buttons_ui(ui, view, area);
        self.table_ui(ui, view, &places);
    }

    fn table_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, places: &Places) {
        let session = view.session;
        let trace = session.trace();
        let area = ui.available_rect_before_wrap();
        let (end, now) =
            self.paused.as_ref().map_or((trace.next_seq(), session.now()), |paused| (paused.next_seq, paused.now));
        let live: Vec<&WaitingCall>;
        let (waiting, more): (Vec<&WaitingCall>, usize) = match &self.paused {
            Some(paused) => (paused.waiting.iter().collect(), paused.more_waiting),
            None => {
                live = trace.waiting().take(MAX_WAITING).collect();
                (live, trace.waiting().len().saturating_sub(MAX_WAITING))
            }
        };
        let first = trace.first_seq().min(end);
        let tail = waiting.len() as u64 + u64::from(more > 0);
        if first == end && tail == 0 {
            let text = t!(view.lang, "traffic-empty");
            ui.painter().text(
                area.center(),
                egui::Align2::CENTER_CENTER,
                text,
                egui::FontId::proportional(13.0),
                view.tokens.muted,
            );
            return;
        }
        if self.seen != view.selection.call {
            self.seen = view.selection.call;
            if let Some(seq) = self.seen.filter(|seq| (first..end).contains(seq)) {
                self.rows.reveal(seq);
            }
        }
        let marked = self.marked(view.selection.call);
        let name = t!(view.lang, "traffic-name");
        let listing = Listing {
            salt: "traffic",
            name: &name,
            range: first..end + tail,
            row_height: ROW_HEIGHT,
            selected: view.selection.call,
        };
        let lang = view.lang;
        let mut copy = None;
        let shown = self.rows.show(ui, &listing, |ui, row| {
            let Some(record) = record_of(trace, &waiting, end, row.number) else {
                if row.number >= end {
                    let text = t!(lang, "traffic-more-waiting", count = more);
                    row.name(|| text.to_string());
                    row.paint_ground(ui);
                    record::paint_note(ui, row.rect, places, &text);
                }
                return;
            };
            let encoding =
                session.endpoint(record.endpoint()).map(|endpoint| endpoint.spec.encoding).unwrap_or_default();
            let record = record.with(trace.name(record.endpoint()), encoding, lang, now);
            row.name(|| record.name());
            ground(ui, view.tokens, &row, marked.as_ref());
            record.paint(ui, &row, places);
            if record.is_waiting() && self.paused.is_none() {
                ui.ctx().request_repaint_after(quantity::repaint_after(record.waited()));
            }
            row.response.context_menu(|ui| {
                if ui.button(t!(lang, "traffic-copy")).clicked() {
                    copy = Some(row.number);
                    ui.close();
                }
            });
        });
        if let Some(picked) = shown.picked {
            self.anchor = if shown.extend { self.anchor.or(view.selection.call) } else { None };
            select(view, &waiting, end, picked);
        }
        if copy.is_some() || shown.copy {
            let rows = self.marked(view.selection.call).or_else(|| copy.map(|row| row..=row));
            self.copy(view, rows);
        }
        self.latest_ui(ui, view, area);
    }

    /// The rows between the anchor and the selected one; none where only one is selected.
    fn marked(&self, selected: Option<u64>) -> Option<RangeInclusive<u64>> {
        let selected = selected?;
        let anchor = self.anchor.unwrap_or(selected);
        Some(anchor.min(selected)..=anchor.max(selected))
    }

    fn copy(&self, view: &mut View<'_>, rows: Option<RangeInclusive<u64>>) {
        let Some(rows) = rows else { return };
        let session = view.session;
        let trace = session.trace();
        let count = usize::try_from((rows.end() - rows.start() + 1).min(MAX_COPIED)).unwrap_or(usize::MAX);
        let mut text = String::new();
        for call in trace.from(*rows.start()).take(count).take_while(|call| call.seq <= *rows.end()) {
            let encoding = session.endpoint(call.endpoint).map(|endpoint| endpoint.spec.encoding).unwrap_or_default();
            text.push_str(&call_line(call, trace.name(call.endpoint), encoding));
            text.push('\n');
        }
        if !text.is_empty() {
            view.copy(text);
        }
    }

    fn buttons_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, area: Rect) {
        let room = area.with_min_x(area.right() - BUTTONS);
        let builder = UiBuilder::new().max_rect(room).layout(Layout::right_to_left(Align::Center)).id_salt("buttons");
        let mut ui = ui.new_child(builder);
        ui.spacing_mut().item_spacing.x = 2.0;
        if controls::icon(&mut ui, ICON_DELETE_SWEEP, &t!(view.lang, "traffic-clear")).clicked() {
            view.act(Action::ClearTrace);
        }
        let (icon, name) = match self.paused {
            Some(_) => (ICON_PLAY_ARROW, t!(view.lang, "traffic-resume")),
            None => (ICON_PAUSE, t!(view.lang, "traffic-pause")),
        };
        if controls::icon(&mut ui, icon, &name).clicked() {
            self.toggle_pause();
        }
    }

    /// What lies over the lower right corner: the way back to the newest call, and that the display is paused.
    fn latest_ui(&mut self, ui: &mut Ui, view: &View<'_>, area: Rect) {
        let text = match &self.paused {
            Some(paused) => {
                t!(view.lang, "traffic-paused", count = view.session.trace().next_seq().saturating_sub(paused.next_seq))
            }
            None if !self.rows.follows() => t!(view.lang, "latest"),
            None => return,
        };
        if latest_button(ui, view, area, &text) {
            self.paused = None;
            self.rows.follow(true);
        }
    }
}

/// The button over a list's lower right corner that goes back to its newest row.
pub fn latest_button(ui: &mut Ui, view: &View<'_>, area: Rect, text: &str) -> bool {
    let size = vec2(220.0, 30.0);
    let room = Rect::from_min_size(area.right_bottom() - size - vec2(18.0, 6.0), size);
    let builder = UiBuilder::new().max_rect(room).layout(Layout::right_to_left(Align::Center)).id_salt("latest");
    let mut ui = ui.new_child(builder);
    let color = view.tokens.on_accent;
    let atoms = (ICON_ARROW_DOWNWARD.rich_text().color(color), RichText::new(text).color(color));
    let button = egui::Button::new(atoms).fill(view.tokens.accent).gap(4.0);
    let response = ui.add(button);
    controls::name_it(&response, true, text);
    response.clicked()
}

fn ground(ui: &Ui, tokens: &crate::ui::theme::Tokens, row: &Row, marked: Option<&RangeInclusive<u64>>) {
    if !row.selected && marked.is_some_and(|marked| marked.contains(&row.number)) {
        ui.painter().rect_filled(row.rect, 0.0, tokens.highlight);
    }
    row.paint_ground(ui);
}

fn record_of<'a>(trace: &'a Trace, waiting: &[&'a WaitingCall], end: u64, row: u64) -> Option<Record<'a>> {
    if row < end {
        return trace.get(row).map(Record::Call);
    }
    let index = usize::try_from(row - end).ok()?;
    waiting.get(index).map(|call| Record::Waiting(call))
}

fn select(view: &mut View<'_>, waiting: &[&WaitingCall], end: u64, row: u64) {
    match record_of(view.session.trace(), waiting, end, row) {
        Some(Record::Call(call)) => {
            view.selection.call = Some(call.seq);
            view.selection.endpoint = Some(call.endpoint);
            view.selection.conn = call.conn;
        }
        Some(Record::Waiting(call)) => {
            view.selection.call = None;
            view.selection.endpoint = Some(call.endpoint);
            view.selection.conn = call.conn;
        }
        None => {}
    }
}

impl Paused {
    fn hold(&mut self, trace: &Trace, now: Nanos) {
        self.next_seq = trace.next_seq();
        self.now = now;
        self.waiting = trace.waiting().take(MAX_WAITING).cloned().collect();
        self.more_waiting = trace.waiting().len().saturating_sub(MAX_WAITING);
    }
}
