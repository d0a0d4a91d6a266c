//! The traffic table: one row per socket call, in order of completion; the calls that still wait stand at the end.

mod columns;
mod field;
mod record;
mod row_menu;
mod sums;

use std::ops::RangeInclusive;

use eframe::egui::{self, Rect, Sense, Ui, UiBuilder, vec2};
use egui_material_icons::icons::ICON_DELETE_SWEEP;

use crate::lang::visible::visible;
use crate::session::Action;
use crate::t;
use crate::trace::export::text::call_line_saying;
use crate::trace::filter::Matches;
use crate::trace::{Call, Nanos, WaitingCall};
use crate::ui::actions::Command;
use crate::ui::controls;
use crate::ui::filtering::{FilterWish, Filtering};
use crate::ui::pause::{self, MAX_WAITING};
use crate::ui::view::View;
use crate::ui::widgets::latest;
use crate::ui::widgets::line::{Line, SMALL};
use crate::ui::widgets::messages::Marks;
use crate::ui::widgets::quantity;
use crate::ui::widgets::rows::{Kind, Listing, Row, Rows};
use crate::ui::widgets::standing_out::{self, StandingOut};
use columns::{Columns, Places, Widest, digit_width};
use field::{FilterField, Rest, Wish};
use record::Record;
use sums::Sums;

const ROW_HEIGHT: f32 = 22.0;
const HEADING_HEIGHT: f32 = 28.0;
const FOOT_HEIGHT: f32 = 24.0;
/// At most so many rows are copied at once.
const MAX_COPIED: usize = 100_000;

#[derive(Debug)]
pub struct TrafficPane {
    rows: Rows,
    columns: Columns,
    field: FilterField,
    marks: Marks,
    /// The other end of a marked range of rows.
    anchor: Option<u64>,
    /// The trace's generation: numbers before a clearing are not marked after it.
    generation: u64,
    /// The selected call of the last frame: one that was chosen elsewhere is scrolled to.
    seen: Option<u64>,
    /// The filter of the last frame, and whether its matches alone were shown: where that changes, the selected row
    /// stays in sight.
    filter: (String, bool),
    /// The selected row has still to be brought back into sight.
    revealing: bool,
    sums: Sums,
}

impl Default for TrafficPane {
    fn default() -> Self {
        Self {
            rows: Rows::following(),
            columns: Columns::default(),
            field: FilterField::default(),
            marks: Marks::default(),
            anchor: None,
            generation: 0,
            seen: None,
            filter: (String::new(), false),
            revealing: false,
            sums: Sums::default(),
        }
    }
}

impl TrafficPane {
    /// Does a command that is for this pane; false where it is not.
    pub fn command(&mut self, command: &Command) -> bool {
        match command {
            Command::Filter => {
                self.field.focus();
                true
            }
            Command::FollowEnd => {
                self.rows.follow(true);
                true
            }
            _ => false,
        }
    }

    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let trace = view.session.trace();
        if self.generation != trace.generation() {
            self.generation = trace.generation();
            self.anchor = None;
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        let rest = self.filter_ui(ui, view);
        let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEADING_HEIGHT), Sense::hover());
        let trace = view.session.trace();
        let now = view.pause.map_or_else(|| view.session.now(), |pause| pause.now);
        let widest = Widest { seq: trace.next_seq(), time: now, length: trace.longest() };
        self.columns.fit(widest, digit_width(ui));
        let places = self.columns.places(area.left(), area.right());
        self.columns.headings_ui(ui, view.lang, area, &places);
        ui.painter().hline(area.x_range(), area.bottom(), view.tokens.hairline());
        self.table_ui(ui, view, &places);
        if let Some(rest) = rest {
            let shown = matches_shown(view);
            let wish = self.field.rest_ui(ui, view, &shown, &rest, buttons_ui);
            self.go(view, wish);
        }
    }

    fn filter_ui(&mut self, ui: &mut Ui, view: &mut View<'_>) -> Option<Rest> {
        let calls = view.end_seq().saturating_sub(view.session.trace().first_seq());
        let (wish, rest) = self.field.ui(ui, view, &matches_shown(view), calls)?;
        self.go(view, wish);
        Some(rest)
    }

    /// Goes on to a match.
    fn go(&mut self, view: &mut View<'_>, wish: Option<Wish>) {
        let trace = view.session.trace();
        let shown = matches_shown(view);
        let (Some(wish), Some(matches)) = (wish, view.matches().filter(|_| !shown.is_empty())) else { return };
        // From the selected call on, around the end; from the newest where none is selected.
        let last = shown.end - 1;
        let place = match (wish, view.selection.call()) {
            (Wish::Next, Some(seq)) => Some(matches.place_from(seq + 1)).filter(|place| *place < shown.end),
            (Wish::Next, None) => Some(last),
            (Wish::Previous, Some(seq)) => matches.place_from(seq).checked_sub(1).filter(|place| *place >= shown.start),
            (Wish::Previous, None) => None,
        };
        let around = if wish == Wish::Next { shown.start } else { last };
        if let Some(call) = matches.seq_at(place.unwrap_or(around)).and_then(|seq| trace.get(seq)) {
            self.anchor = None;
            select(view, Record::Call(call));
        }
    }

    fn table_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, places: &Places) {
        let session = view.session;
        let trace = session.trace();
        let foot = self.sums_ui(ui, view);
        let whole = ui.available_rect_before_wrap();
        let area = whole.with_max_y((whole.bottom() - foot).max(whole.top()));
        let ui = &mut ui.new_child(UiBuilder::new().max_rect(area).id_salt("table"));
        let end = view.end_seq();
        let now = view.pause.map_or_else(|| session.now(), |pause| pause.now);
        let (waiting, more) = waiting_calls(view, now);
        let first = trace.first_seq().min(end);
        // Where all calls are shown a row's number is its call's; else it is the place of a match.
        let matches = narrowing(view);
        let calls = matches.map_or(first..end, |matches| matches.places(end));
        let tail = waiting.len() as u64 + u64::from(more > 0);
        if calls.is_empty() && tail == 0 {
            self.nothing_ui(ui, view, area);
            return;
        }
        let place_of = |seq: u64| match matches {
            Some(matches) => matches.place_of(seq),
            None => Some(seq),
        };
        let selected = view.selection.call().and_then(place_of).filter(|place| calls.contains(place));
        self.keep_in_sight(view, selected);
        self.marks.update(session, ui.ctx());
        let record_of = |row: u64| -> Option<Record<'_>> {
            if row < calls.end {
                let seq = matches.map_or(Some(row), |matches| matches.seq_at(row))?;
                return trace.get(seq).map(Record::Call);
            }
            let index = usize::try_from(row - calls.end).ok()?;
            waiting.get(index).map(|call| Record::Waiting(call))
        };
        let marked = self.marked(view.selection.call());
        let name = t!(view.lang, "traffic-name");
        let range = calls.start..calls.end + tail;
        let listing =
            Listing { salt: "traffic", name: &name, range, row_height: ROW_HEIGHT, selected, kind: Kind::Table };
        let lang = view.lang;
        let mut copy = None;
        let mut menu = Vec::new();
        let marks_matches = view.matches().is_some() && matches.is_none();
        let bookmarks = session.bookmarks();
        let expression = view.filtering.is_some_and(Filtering::is_expression);
        let (tokens, all_matches) = (view.tokens, view.matches());
        self.rows.keep_foot(view.pause.is_some());
        let (partners, digit) = (view.partners, digit_width(ui));
        let columns = &mut self.columns;
        let mut grown = false;
        let shown = self.rows.show(ui, &listing, |ui, row| {
            let Some(record) = record_of(row.number) else {
                if row.number >= calls.end {
                    let text = t!(lang, "traffic-more-waiting", count = more);
                    row.name(|| text.to_string());
                    row.paint_ground(ui);
                    record::paint_note(ui, row.rect, places, &text);
                }
                return;
            };
            let encoding =
                session.endpoint(record.endpoint()).map(|endpoint| endpoint.spec.encoding).unwrap_or_default();
            let seq = record.seq();
            let mark = seq.and_then(|seq| self.marks.of(record.endpoint(), seq));
            let note = seq.and_then(|seq| bookmarks.note(seq));
            let source = record;
            let name = trace.name(record.endpoint());
            let number = session.number_of((record.endpoint(), record.conn()));
            let record =
                record.with(name, encoding, lang, now).within(trace).numbered(number).marked(mark).bookmarked(note);
            let partner = seq.zip(partners).is_some_and(|(seq, partners)| partners.has(seq));
            let stands_out = StandingOut { partner, ..StandingOut::default() };
            row.name(|| stands_out.after(lang, record.name()));
            for (column, chars) in record.lengths() {
                grown |= columns.saw(column, chars, digit);
            }
            let is_marked = seq.zip(marked.as_ref()).is_some_and(|(seq, marked)| marked.contains(&seq));
            let is_match = marks_matches
                && seq.is_some_and(|seq| all_matches.is_some_and(|matches| matches.place_of(seq).is_some()));
            if partner {
                standing_out::partner_row(ui.painter(), tokens, row.rect);
            }
            ground(ui, tokens, &row, is_marked, is_match);
            record.paint(ui, &row, places);
            if record.is_waiting() && view.pause.is_none() {
                ui.ctx().request_repaint_after(quantity::repaint_after(record.waited()));
            }
            row.response.context_menu(|ui| {
                if ui.button(t!(lang, "traffic-copy")).clicked() {
                    copy = seq;
                    ui.close();
                }
                let about = row_menu::About { record: source, name, bookmarked: note.is_some(), expression };
                row_menu::ui(ui, lang, tokens, &about, &mut menu);
            });
        });
        if grown {
            ui.ctx().request_repaint();
        }
        view.asked.append(&mut menu);
        let picked = shown.picked.and_then(record_of);
        if let Some(record) = picked {
            self.anchor = if shown.extend { self.anchor.or(view.selection.call()) } else { None };
            select(view, record);
        }
        if copy.is_some() || shown.copy {
            let rows = self.marked(view.selection.call()).or_else(|| copy.map(|row| row..=row));
            self.copy(view, rows);
        }
        if latest::of_calls(ui, view, area, self.rows.follows()) {
            self.rows.follow(true);
        }
        if shown.escaped && view.filtering.is_some_and(Filtering::is_on) {
            ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape));
            view.filter(FilterWish::Text(String::new()));
        }
    }

    /// A call that was selected elsewhere is scrolled to, and one that was in sight stays there when the filter changes.
    fn keep_in_sight(&mut self, view: &View<'_>, selected: Option<u64>) {
        let text = view.filtering.filter(|filtering| filtering.is_on()).map_or("", Filtering::text);
        let narrowed = narrowing(view).is_some();
        if self.filter.1 != narrowed || self.filter.0 != text {
            self.filter = (text.to_owned(), narrowed);
            self.revealing = true;
        }
        if self.seen != view.selection.call() {
            self.seen = view.selection.call();
            self.revealing = false;
            if let Some(place) = selected {
                self.rows.reveal(place);
            }
        } else if std::mem::take(&mut self.revealing) {
            match selected {
                Some(place) => self.rows.reveal_amid(place),
                // It may be among those that were not looked at yet.
                None => self.revealing = view.filtering.is_some_and(Filtering::is_behind),
            }
        }
    }

    /// The sums of the marked rows, at the table's foot; gives its height.
    fn sums_ui(&mut self, ui: &Ui, view: &View<'_>) -> f32 {
        let Some(rows) = self.marked(view.selection.call()).filter(|rows| rows.start() < rows.end()) else {
            return 0.0;
        };
        self.sums.update(view, &rows, narrowing(view));
        let text = self.sums.text(view.lang);
        let area = ui.available_rect_before_wrap();
        let foot = area.with_min_y(area.bottom() - FOOT_HEIGHT);
        ui.painter().hline(foot.x_range(), foot.top(), view.tokens.hairline());
        let response = ui.interact(foot, ui.scope_id().with("sums"), Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, &text));
        Line::new().plain(&text, SMALL, view.tokens.text).paint(ui, foot.shrink2(vec2(8.0, 0.0)), egui::Align::Min);
        FOOT_HEIGHT
    }

    /// Why there is no row.
    fn nothing_ui(&self, ui: &Ui, view: &View<'_>, area: Rect) {
        let broken = view.filtering.is_some_and(|filtering| filtering.error().is_some());
        let text = match view.filtering.filter(|filtering| filtering.is_on() && filtering.only()) {
            // What is in force is an earlier text, and not the one in the field.
            Some(_) if broken => t!(view.lang, "filter-nothing-before"),
            Some(filtering) if filtering.is_behind() => return,
            Some(filtering) if filtering.is_expression() => t!(view.lang, "filter-nothing"),
            Some(filtering) => t!(view.lang, "find-nothing", text = filtering.text().trim()),
            None => t!(view.lang, "traffic-empty"),
        };
        let font = egui::FontId::proportional(13.0);
        ui.painter().text(area.center(), egui::Align2::CENTER_CENTER, text, font, view.tokens.muted);
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
        let in_range = trace.from(*rows.start()).take_while(|call| call.seq <= *rows.end());
        // What the filter hides is not copied.
        let matches = narrowing(view);
        let is_shown = |call: &&Call| matches.is_none_or(|matches| matches.place_of(call.seq).is_some());
        let mut text = String::new();
        for call in in_range.filter(is_shown).take(MAX_COPIED) {
            let encoding = session.endpoint(call.endpoint).map(|endpoint| endpoint.spec.encoding).unwrap_or_default();
            let name = trace.name(call.endpoint);
            // What is said besides has its words.
            text.push_str(call_line_saying(call, name, encoding, "").trim_end());
            let mark = self.marks.of(call.endpoint, call.seq);
            let shown = Record::Call(call).with(name, encoding, view.lang, call.end()).within(trace).marked(mark);
            if let Some(said) = shown.said_besides() {
                text.push_str("  ");
                text.push_str(&visible(&said));
            }
            text.push('\n');
        }
        if !text.is_empty() {
            view.copy(text);
        }
    }
}

/// Clear and pause, from the right.
fn buttons_ui(ui: &mut Ui, view: &mut View<'_>) {
    pause::button_ui(ui, view);
    if controls::icon(ui, ICON_DELETE_SWEEP, &t!(view.lang, "traffic-clear")).clicked() {
        view.act(Action::ClearTrace);
    }
}

/// The places of the matches.
fn matches_shown(view: &View<'_>) -> std::ops::Range<u64> {
    view.matches().map_or(0..0, |matches| matches.places(view.end_seq()))
}

/// The matches, where only they are shown.
fn narrowing<'a>(view: &View<'a>) -> Option<&'a Matches> {
    view.filtering.filter(|filtering| filtering.only()).and_then(Filtering::matches)
}

/// The waiting calls that stand at the end, and how many more there are.
fn waiting_calls<'a>(view: &View<'a>, now: Nanos) -> (Vec<&'a WaitingCall>, usize) {
    let trace = view.session.trace();
    let filtering = view.filtering.filter(|filtering| filtering.only() && filtering.is_on());
    match (view.pause, filtering) {
        (Some(pause), Some(filtering)) => (filtering.waiting(view.session, now, pause.waiting.iter()), 0),
        (Some(pause), None) => (pause.waiting.iter().collect(), pause.more_waiting),
        (None, Some(filtering)) => {
            let mut found = filtering.waiting(view.session, now, trace.waiting());
            let more = found.len().saturating_sub(MAX_WAITING);
            found.truncate(MAX_WAITING);
            (found, more)
        }
        (None, None) => {
            (trace.waiting().take(MAX_WAITING).collect(), trace.waiting().len().saturating_sub(MAX_WAITING))
        }
    }
}

fn ground(ui: &Ui, tokens: &crate::ui::theme::Tokens, row: &Row, marked: bool, is_match: bool) {
    if !row.selected && marked {
        ui.painter().rect_filled(row.rect, 0.0, tokens.highlight);
    } else if is_match {
        ui.painter().rect_filled(row.rect, 0.0, tokens.tint(tokens.accent));
    }
    row.paint_ground(ui);
    if is_match {
        standing_out::corner(ui.painter(), tokens, row.rect);
    }
}

fn select(view: &mut View<'_>, record: Record<'_>) {
    let of = (record.endpoint(), record.conn());
    match record.seq() {
        Some(seq) => view.selection.select_call(seq, of),
        None => view.selection.select_conn(of),
    }
}
