//! The traffic table: one row per socket call, in the order of their completion or of their start, with the calls that
//! still wait.

mod buttons;
mod columns;
mod field;
mod headings;
mod listed;
mod pins;
mod record;
mod row_menu;
mod sight;
mod sorting;
mod sums;
mod table_menu;
mod when;

use std::ops::RangeInclusive;

use eframe::egui::{self, Rect, Sense, Ui, UiBuilder, vec2};

use crate::desktop::traffic_table::{RowOrder, RowTime};
use crate::lang::visible::visible;
use crate::t;
use crate::trace::Nanos;
use crate::trace::export::text::call_line_saying;
use crate::ui::command::UiCommand;
use crate::ui::filter_state::{FilterEdit, FilterState};
use crate::ui::panes::{LabView, Pane};
use crate::ui::pause::MAX_WAITING;
use crate::ui::theme::SMALL;
use crate::ui::view::View;
use crate::ui::widgets::highlights::{self, Highlights};
use crate::ui::widgets::latest;
use crate::ui::widgets::line::Line;
use crate::ui::widgets::messages::Marks;
use crate::ui::widgets::quantity;
use crate::ui::widgets::rows::{Kind, Listing, Row, Rows};
use columns::{Columns, Places, Widest, digit_width};
use field::{FilterField, MatchStep, Rest};
use listed::Listed;
use record::Record;
use sight::{held_calls, matches_shown, narrowing, waiting_calls};
use sorting::Sorting;
use sums::Sums;
use when::When;

const ROW_HEIGHT: f32 = 22.0;
const HEADING_HEIGHT: f32 = 28.0;
const FOOT_HEIGHT: f32 = 24.0;
/// More marked calls than a program may repeat: it says that they are too many.
const MAX_MARKED: usize = 20_000;
/// The most rows that are copied at once.
const MAX_COPIED: usize = 100_000;
/// How many rows in sight are searched for a completed call: no more can be waiting.
const ROWS_LOOKED_AT: usize = MAX_WAITING + 1;

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
    sorting: Sorting,
    /// The first call in sight, with its row, and the order of the last frame.
    top: Option<(u64, u64)>,
    order: RowOrder,
    /// The user's time zone, for times of day.
    zone: jiff::tz::TimeZone,
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
            sorting: Sorting::default(),
            top: None,
            order: RowOrder::default(),
            zone: jiff::tz::TimeZone::system(),
            revealing: false,
            sums: Sums::default(),
        }
    }
}

/// The table of calls.
pub static TRAFFIC: LabView = LabView {
    name: "traffic",
    title: "tab-traffic",
    command: "cmd-show-traffic",
    command_tip: "cmd-show-traffic-tip",
    least: LabView::TWO_ROWS,
    picture: None,
    make: || Box::new(TrafficPane::default()),
};

impl Pane for TrafficPane {
    fn view(&self) -> &'static LabView {
        &TRAFFIC
    }

    fn command(&mut self, command: &UiCommand) -> bool {
        match command {
            UiCommand::Filter => {
                self.field.focus();
                true
            }
            UiCommand::FollowEnd => {
                self.rows.follow(true);
                true
            }
            _ => false,
        }
    }

    fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let trace = view.session.trace();
        if self.generation != trace.generation() {
            self.generation = trace.generation();
            self.anchor = None;
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        let end = view.end_seq();
        self.sorting.update(ui, view, narrowing(view), end);
        let rest = self.filter_ui(ui, view);
        pins::ui(ui, view);
        let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEADING_HEIGHT), Sense::hover());
        let trace = view.session.trace();
        let now = view.pause.map_or_else(|| view.session.now(), |pause| pause.now);
        let widest = Widest { seq: trace.next_seq(), time: now, length: trace.longest() };
        self.columns.follow(view.table);
        self.columns.fit(widest, digit_width(ui));
        let places = self.columns.places(area.left(), area.right());
        headings::ui(ui, view, &self.columns, area, &places);
        ui.painter().hline(area.x_range(), area.bottom(), view.tokens.hairline());
        self.table_ui(ui, view, &places);
        if let Some(rest) = rest {
            let shown = matches_shown(view);
            let percent = self.sorting.percent();
            let buttons_ui = |ui: &mut Ui, view: &mut View<'_>| buttons::ui(ui, view, percent);
            let wish = self.field.rest_ui(ui, view, &shown, &rest, buttons_ui);
            self.go(view, wish);
        }
    }
}

impl TrafficPane {
    fn filter_ui(&mut self, ui: &mut Ui, view: &mut View<'_>) -> Option<Rest> {
        let calls = view.end_seq().saturating_sub(view.session.trace().first_seq());
        let (wish, rest) = self.field.ui(ui, view, &matches_shown(view), calls)?;
        self.go(view, wish);
        Some(rest)
    }

    /// Goes on to a match.
    fn go(&mut self, view: &mut View<'_>, wish: Option<MatchStep>) {
        let trace = view.session.trace();
        let shown = matches_shown(view);
        let (Some(wish), Some(matches)) = (wish, view.matches().filter(|_| !shown.is_empty())) else { return };
        let found = self.sorting.found(trace, matches, wish, view.selection.call(), &shown);
        if let Some(call) = found.and_then(|seq| trace.get(seq)) {
            self.anchor = None;
            select(view, Record::Call(call));
        }
    }

    fn table_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, places: &Places) {
        let session = view.session;
        let trace = session.trace();
        let end = view.end_seq();
        let now = view.pause.map_or_else(|| session.now(), |pause| pause.now);
        let matches = narrowing(view);
        // Borrowed apart from the rest of the pane.
        let sorting = std::mem::take(&mut self.sorting);
        let listed = Listed::new(trace, matches, sorting.by_start(matches), end, waiting_calls(view, now));
        let listed = listed.with_held(held_calls(view));
        self.rows_ui(ui, view, places, &listed, now);
        self.sorting = sorting;
    }

    fn rows_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, places: &Places, listed: &Listed<'_>, now: Nanos) {
        let session = view.session;
        let trace = session.trace();
        let marked = self.marked(view.selection.call(), listed);
        let foot = self.sums_ui(ui, view, listed, marked.as_ref());
        let whole = ui.available_rect_before_wrap();
        let area = whole.with_max_y((whole.bottom() - foot).max(whole.top()));
        let ui = &mut ui.new_child(UiBuilder::new().max_rect(area).id_salt("table"));
        let range = listed.range();
        if range.is_empty() {
            self.nothing_ui(ui, view, area);
            return;
        }
        let matches = narrowing(view);
        let selected = view.selection.call().and_then(|seq| listed.row_of(seq));
        self.stay(view, listed);
        self.keep_in_sight(view, selected);
        self.marks.update(session, ui.ctx());
        let name = t!(view.lang, "traffic-name");
        let listing = Listing {
            salt: "traffic",
            name: &name,
            range: range.clone(),
            row_height: ROW_HEIGHT,
            selected,
            kind: Kind::Table,
        };
        let lang = view.lang;
        let mut copy = None;
        let mut menu = Vec::new();
        let marks_matches = view.matches().is_some() && matches.is_none();
        let bookmarks = session.bookmarks();
        let expression = view.filtering.is_some_and(FilterState::is_expression);
        let (tokens, all_matches) = (view.tokens, view.matches());
        self.rows.keep_foot(view.pause.is_some());
        let (digit, time) = (digit_width(ui), view.table.time);
        let columns = &mut self.columns;
        let mut grown = false;
        let shown = self.rows.show(ui, &listing, |ui, row| {
            let Some(record) = listed.record(row.number) else {
                if listed.is_more(row.number) {
                    let text = t!(lang, "traffic-more-waiting", count = listed.more);
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
            let when = match time {
                RowTime::Lab => When::Lab,
                RowTime::RowBefore => {
                    let above = row.number.checked_sub(1).filter(|above| range.contains(above));
                    When::RowBefore(above.and_then(|above| listed.record(above)).map(Record::start))
                }
                RowTime::Clock => When::Clock(trace.began(), &self.zone),
            };
            let record = record.with(name, encoding, lang, now).within(trace).timed(when);
            let record = record.numbered(number).marked(mark).bookmarked(note);
            let stands_out = seq.map(|seq| Highlights::linked(view, seq)).unwrap_or_default();
            row.name(|| stands_out.after(lang, record.name()));
            for (column, chars) in record.lengths() {
                grown |= columns.saw(column, chars, digit);
            }
            let is_marked = seq.is_some() && marked.as_ref().is_some_and(|marked| marked.contains(&row.number));
            let is_match = marks_matches
                && seq.is_some_and(|seq| all_matches.is_some_and(|matches| matches.place_of(seq).is_some()));
            stands_out.paint_ground(ui.painter(), tokens, row.rect);
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
        view.requests.append(&mut menu);
        let picked = shown.picked.and_then(|row| listed.record(row));
        if let Some(record) = picked {
            self.anchor = if shown.extend { self.anchor.or(view.selection.call()) } else { None };
            select(view, record);
            if let Some(rows) = self.anchor.and_then(|_| self.marked(view.selection.call(), listed)) {
                view.selection.mark(listed.calls_in(rows).take(MAX_MARKED).map(|call| call.seq));
            }
        }
        if copy.is_some() || shown.copy {
            let rows = self.marked(view.selection.call(), listed);
            let one = copy.and_then(|seq| listed.row_of(seq)).map(|row| row..=row);
            self.copy(view, listed, rows.or(one));
        }
        self.top = (self.rows.first()..range.end).take(ROWS_LOOKED_AT).find_map(|row| match listed.record(row) {
            Some(Record::Call(call)) => Some((row, call.seq)),
            _ => None,
        });
        if latest::of_calls(ui, view, area, self.rows.follows()) {
            self.rows.follow(true);
        }
        if shown.escaped && view.filtering.is_some_and(FilterState::is_on) {
            ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape));
            view.filter(FilterEdit::Text(String::new()));
        }
    }

    /// Where calls that waited come in further up, or the rows are put in another order, what is being read stays.
    fn stay(&mut self, view: &View<'_>, listed: &Listed<'_>) {
        let order = view.table.order;
        let is_other = std::mem::replace(&mut self.order, order) != order;
        if !is_other && order == RowOrder::Completion {
            return;
        }
        let Some((row, seq)) = self.top else { return };
        if let Some(now) = listed.row_of(seq).filter(|now| *now != row) {
            self.rows.shift(row, now);
        }
        if is_other {
            self.revealing = true;
        }
    }

    /// A call that was selected elsewhere is scrolled to, and one that was in sight stays there when the filter changes.
    fn keep_in_sight(&mut self, view: &View<'_>, selected: Option<u64>) {
        let text = view.filtering.filter(|filtering| filtering.is_on()).map_or("", FilterState::text);
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
                // It may be among those that were not checked yet.
                None => self.revealing = view.filtering.is_some_and(FilterState::is_behind),
            }
        }
    }

    /// The sums of the marked rows, at the table's foot; gives its height.
    fn sums_ui(&mut self, ui: &Ui, view: &View<'_>, listed: &Listed<'_>, marked: Option<&RangeInclusive<u64>>) -> f32 {
        let ends = view.selection.call().map(|seq| (self.anchor.unwrap_or(seq), seq));
        let Some((ends, rows)) = ends.zip(marked.filter(|rows| rows.start() < rows.end())) else { return 0.0 };
        self.sums.update(view, listed, ends, rows);
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

    /// The rows from the anchor to the selected one, or that one alone.
    fn marked(&self, selected: Option<u64>, listed: &Listed<'_>) -> Option<RangeInclusive<u64>> {
        let selected = selected?;
        listed.between(self.anchor.unwrap_or(selected), selected)
    }

    /// What the filter hides is not copied.
    fn copy(&self, view: &mut View<'_>, listed: &Listed<'_>, rows: Option<RangeInclusive<u64>>) {
        let Some(rows) = rows else { return };
        let session = view.session;
        let trace = session.trace();
        let mut text = String::new();
        for call in listed.calls_in(rows).take(MAX_COPIED) {
            let encoding = session.endpoint(call.endpoint).map(|endpoint| endpoint.spec.encoding).unwrap_or_default();
            let name = trace.name(call.endpoint);
            // What is said besides has its words.
            text.push_str(
                call_line_saying(call, &session.name_of((call.endpoint, call.conn)), encoding, "").trim_end(),
            );
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

fn ground(ui: &Ui, tokens: &crate::ui::theme::Tokens, row: &Row, marked: bool, is_match: bool) {
    if !row.selected && marked {
        ui.painter().rect_filled(row.rect, 0.0, tokens.highlight);
    } else if is_match {
        ui.painter().rect_filled(row.rect, 0.0, tokens.tint(tokens.accent));
    }
    row.paint_ground(ui);
    if is_match {
        highlights::corner(ui.painter(), tokens, row.rect);
    }
}

fn select(view: &mut View<'_>, record: Record<'_>) {
    let of = (record.endpoint(), record.conn());
    match record.seq() {
        Some(seq) => view.selection.select_call(seq, of),
        None => view.selection.select_conn(of),
    }
}
