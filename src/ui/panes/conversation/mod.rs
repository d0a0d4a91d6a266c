//! What was said at an endpoint: one row per call, with its text as it arrived. Rows of one height, scrolled by number.

mod empty;
mod find;
mod lines;
mod menu;
mod picked;
mod row;

use std::time::{Duration, Instant};

use eframe::egui::accesskit::Live;
use eframe::egui::{Align, Rect, Role, Sense, Ui, Vec2, WidgetInfo, pos2};

use crate::lab::{EndpointId, TextEncoding};
use crate::lang::Lang;
use crate::session::Endpoint;
use crate::t;
use crate::trace::conversation::{Conversation, Row, RowKind};
use crate::trace::follow::Shape;
use crate::trace::{Nanos, Op, WaitingCall};
use crate::ui::controls;
use crate::ui::on_call::{self, Copied};
use crate::ui::theme::{SMALL, Tokens};
use crate::ui::view::View;
use crate::ui::widgets::highlights::Highlights;
use crate::ui::widgets::latest;
use crate::ui::widgets::line::Line;
use crate::ui::widgets::messages::Marks;
use crate::ui::widgets::quantity;
use crate::ui::widgets::rows::{Kind, Listing, Row as Place, Rows};
use find::Find;
use lines::Lines;
pub use menu::RowCommand;
use picked::{How, Picked};
use row::{Columns, Shown};

/// How long one frame may take calls in.
const BUDGET: Duration = Duration::from_millis(3);

const ROW_HEIGHT: f32 = 25.0;
const HEX_HEIGHT: f32 = 18.0;
/// With more calls waiting than that, none is shown here: the table has them.
const MAX_WAITING: usize = 64;
/// How many of the last rows are searched for the one that a screen reader announces.
const NEWEST: usize = 16;

#[derive(Debug)]
pub struct ConversationView {
    conversation: Conversation,
    marks: Marks,
    rows: Rows,
    /// The selected call of the last frame: one that was chosen elsewhere is scrolled to.
    seen: Option<u64>,
    picked: Picked,
    shape: Shape,
    lines: Lines,
    /// In hex: the line that the keyboard stands on, and its call.
    line: Option<(u64, u64)>,
    find: Find,
}

impl ConversationView {
    pub fn new(endpoint: EndpointId) -> Self {
        Self {
            conversation: Conversation::new(endpoint, TextEncoding::default()),
            marks: Marks::default(),
            rows: Rows::following(),
            seen: None,
            picked: Picked::default(),
            shape: Shape::Text,
            lines: Lines::default(),
            line: None,
            find: Find::default(),
        }
    }

    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// How it is shown, or finding in it.
    pub fn show_as(&mut self, wish: RowCommand) {
        match wish {
            RowCommand::Show(shape) => {
                self.shape = shape;
                self.line = None;
                self.rows.follow(true);
            }
            RowCommand::Find => self.find.open(),
            _ => {}
        }
    }

    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
        let session = view.session;
        let trace = session.trace();
        self.conversation.set_encoding(endpoint.spec.encoding);
        let began = Instant::now();
        self.conversation.update_while(session.shown_trace(), || began.elapsed() < BUDGET);
        if self.conversation.is_behind() {
            ui.ctx().request_repaint();
        }
        // In a trace that was opened nothing more comes.
        let looking_back = session.looking_back().is_some();
        let ended = session.viewed().is_some() && !looking_back;
        let now = if ended { Nanos(u64::MAX) } else { session.shown_time() };
        if let Some(due) = self.conversation.show_held(now).filter(|_| !looking_back) {
            ui.ctx().request_repaint_after(Duration::from_nanos(due.since(now)));
        }
        self.marks.update_one(session, endpoint, ui.ctx());
        let found = self.find.ui(ui, view, &self.conversation, self.shape);
        let area = ui.available_rect_before_wrap();
        let waiting = waiting(view, endpoint);
        let rows = self.conversation.rows();
        if rows.is_empty() && waiting.is_none_or(|call| matches!(call.op, Op::Accept | Op::RecvFrom { .. })) {
            empty::ui(ui, view, endpoint, area, waiting.map(|call| waiting_text(view, call)));
            return;
        }
        let columns = Columns::of(ui, area.width(), rows.back().map_or(Nanos(0), |row| row.at));
        let width = row::hex_width(ui, area.width() - columns.text);
        let (first, lines) = (self.conversation.dropped(), &mut self.lines);
        let range = match self.shape {
            Shape::Text => first..first + rows.len() as u64,
            Shape::Hex => {
                lines.update(&self.conversation, trace, width);
                lines.range()
            }
        };
        let (shape, lines, end) = (self.shape, &self.lines, range.end);
        // The row's place and which of its lines it is, and back.
        let row_of = |number: u64| match shape {
            Shape::Hex => lines.row_of(number),
            Shape::Text => Some((usize::try_from(number.checked_sub(first)?).ok()?, 0)),
        };
        let line_of = |at: usize| match shape {
            Shape::Hex => lines.first_line(at),
            Shape::Text => Some(first + at as u64),
        };
        let place_of = |seq: u64| {
            let at = rows.partition_point(|row| row.seq < seq);
            rows.get(at).filter(|row| row.seq == seq).map(|_| at)
        };
        let selected = view.selection.call().and_then(place_of).and_then(line_of);
        if self.seen != view.selection.call() {
            self.seen = view.selection.call();
            self.picked.follow(self.seen);
            if let Some(row) = selected {
                self.rows.reveal(row);
            }
        }
        if let Some(at) = found.and_then(|row| usize::try_from(row.checked_sub(first)?).ok()) {
            self.rows.reveal(line_of(at).unwrap_or(end));
            if let Some(row) = rows.get(at) {
                view.selection.select_call(row.seq, (endpoint.id, row.conn));
            }
        }
        let line = self.line.filter(|(line, seq)| view.selection.call() == Some(*seq) && row_of(*line).is_some());
        let selected = line.map(|(line, _)| line).or(selected);
        let name = t!(view.lang, "conversation-name", name = endpoint.spec.name.clone());
        let range = range.start..end + u64::from(waiting.is_some());
        let height = if shape == Shape::Hex { HEX_HEIGHT } else { ROW_HEIGHT };
        let listing =
            Listing { salt: "conversation", name: &name, range, row_height: height, selected, kind: Kind::Choice };
        let lang = view.lang;
        let (picked, find, marks) = (&self.picked, &self.find, &self.marks);
        let mut wish = None;
        let received = |row: &&Row| matches!(row.kind, RowKind::Received { .. } | RowKind::Failed { .. });
        let newest = rows.iter().rev().take(NEWEST).find(received).map(|row| row.seq);
        let mut said = newest.is_none();
        let shown = self.rows.show(ui, &listing, |ui, mut place| {
            let Some((at, line)) = row_of(place.number).filter(|(at, _)| *at < rows.len()) else {
                if let Some(call) = waiting {
                    waiting_ui(ui, columns, lang, &place, call, session.shown_time().since(call.start), looking_back);
                }
                return;
            };
            let Some(row) = rows.get(at) else { return };
            let mark = marks.of(endpoint.id, row.seq);
            let role = endpoint.spec.kind.role();
            let shown = Shown { row, role, lang, mark, session, endpoint, columns };
            place.selected = picked.contains(row.seq);
            place.paint_ground(ui);
            if find.has(first + at as u64) {
                ui.painter().rect_filled(place.rect, 0.0, view.tokens.tint(view.tokens.accent));
            }
            let hex = (shape == Shape::Hex).then(|| {
                let data: &[u8] = trace.get(row.seq).map_or(&[], |call| trace.said(call).bytes);
                shown.hex(data, line, width)
            });
            let stands_out = Highlights::linked(view, row.seq);
            stands_out.paint_ground(ui.painter(), view.tokens, place.rect);
            if newest == Some(row.seq) && line == 0 {
                controls::announce(&place.response, Live::Polite);
                said = true;
            }
            match hex.flatten() {
                Some(text) => {
                    place.name(|| stands_out.after(lang, shown.hex_name(&text, line)));
                    shown.paint_hex(ui, &place, &text, line);
                }
                None => {
                    place.name(|| stands_out.after(lang, shown.name()));
                    shown.paint(ui, &place);
                }
            }
            place.response.context_menu(|ui| {
                if let Some(chosen) = menu::row_ui(ui, view, endpoint, row, shape) {
                    wish = Some((at, chosen));
                }
            });
        });
        let newest = newest.filter(|_| !said).and_then(place_of).and_then(|at| rows.get(at));
        if let Some(row) = newest {
            let mark = marks.of(endpoint.id, row.seq);
            let shown = Shown { row, role: endpoint.spec.kind.role(), lang, mark, session, endpoint, columns };
            say_unseen(ui, area, &shown);
        }
        let keys = ui.input(|input| (input.modifiers.command, input.pointer.secondary_clicked()));
        if let Some((number, row)) = shown.picked.and_then(|number| Some((number, rows.get(row_of(number)?.0)?))) {
            let how = match keys {
                (_, true) => How::Menu,
                _ if shown.extend => How::UpTo,
                (true, _) => How::Besides,
                _ => How::Alone,
            };
            self.picked.pick(row.seq, how, rows);
            self.line = Some((number, row.seq));
            // Ctrl on the selected one leaves the newest of the others.
            let shown = if self.picked.contains(row.seq) { Some(row.seq) } else { self.picked.newest() };
            let shown = shown.and_then(place_of).and_then(|at| rows.get(at));
            if let Some(row) = shown {
                view.selection.select_call(row.seq, (endpoint.id, row.conn));
            }
            self.seen = view.selection.call();
        }
        let mut copied = shown.copy.then_some(if shape == Shape::Hex { Copied::Hex } else { Copied::Text });
        match wish {
            Some((_, RowCommand::Copy(what))) => copied = Some(what),
            Some((at, wish)) => {
                if let Some(row) = rows.get(at) {
                    menu::act(view, endpoint, row, wish);
                }
                self.show_as(wish);
            }
            None => {}
        }
        if let Some(what) = copied {
            let calls = self.picked.seqs().filter_map(|seq| trace.get(seq));
            view.copy(on_call::copied(view.session, calls, endpoint, what));
        }
        if !self.rows.follows() && latest::button(ui, view, area, &t!(view.lang, "latest")) {
            self.rows.follow(true);
        }
    }
}

/// The newest message is said also where the conversation is scrolled away from it. Each has a node of its own: a
/// screen reader says nothing of a node whose text stays the same.
fn say_unseen(ui: &Ui, area: Rect, shown: &Shown<'_>) {
    // A node without a size is in no tree.
    let nowhere = Rect::from_min_size(area.left_bottom() - Vec2::Y, Vec2::splat(1.0));
    let response = ui.interact(nowhere, ui.scope_id().with(("newest", shown.row.seq)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, shown.name()));
    controls::announce(&response, Live::Polite);
}

/// The call in which a stream endpoint waits for bytes now.
fn waiting<'a>(view: &View<'a>, endpoint: &Endpoint) -> Option<&'a WaitingCall> {
    if view.session.waiting().nth(MAX_WAITING).is_some() {
        return None;
    }
    let mut here = view.session.waiting().filter(|call| call.endpoint == endpoint.id);
    if endpoint.spec.kind.is_server() { here.find(|call| matches!(call.op, Op::Accept)) } else { here.next() }
}

fn waiting_text(view: &View<'_>, call: &WaitingCall) -> String {
    let waited = view.session.shown_time().since(call.start);
    t!(view.lang, "conversation-waiting", call = call.op.to_string(), time = quantity::running(waited)).into_owned()
}

fn waiting_ui(
    ui: &Ui,
    columns: Columns,
    lang: Lang,
    place: &Place,
    call: &WaitingCall,
    waited: u64,
    stands_still: bool,
) {
    if !quantity::is_long(waited) {
        if !stands_still {
            ui.ctx().request_repaint_after(Duration::from_nanos(1_000_000_000 - waited));
        }
        return;
    }
    let tokens = Tokens::of(ui);
    let text = t!(lang, "conversation-waiting", call = call.op.to_string(), time = quantity::running(waited));
    place.name(|| text.to_string());
    let room = Rect::from_min_max(pos2(place.rect.left() + columns.text, place.rect.top()), place.rect.right_bottom());
    Line::new().plain(&text, SMALL, tokens.waiting).paint(ui, room, Align::Min);
    if !stands_still {
        ui.ctx().request_repaint_after(quantity::repaint_after(waited));
    }
}
