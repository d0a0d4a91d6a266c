//! What was said at an endpoint: one row per call, with its text as it arrived. Rows of one height, scrolled by number.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use eframe::egui::accesskit::Live;
use eframe::egui::{Align, Color32, FontId, Rect, RichText, Ui, pos2};
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons::{ICON_ERROR, ICON_KEYBOARD_TAB, ICON_LINK, ICON_LINK_OFF};

use crate::explain;
use crate::lab::peer::{self, NamedPeer};
use crate::lab::{EndpointId, TextEncoding};
use crate::lang::Lang;
use crate::session::Endpoint;
use crate::t;
use crate::trace::conversation::{Conversation, Row, RowKind};
use crate::trace::export::text::call_line;
use crate::trace::messages::Mark;
use crate::trace::text::{as_text, visible, visible_lines};
use crate::trace::{Op, WaitingCall};
use crate::ui::controls;
use crate::ui::theme::Tokens;
use crate::ui::view::View;
use crate::ui::widgets::direction::Direction;
use crate::ui::widgets::ending;
use crate::ui::widgets::latest;
use crate::ui::widgets::line::{Line, MONO, SMALL};
use crate::ui::widgets::messages::{self, Marks};
use crate::ui::widgets::part::Part;
use crate::ui::widgets::quantity;
use crate::ui::widgets::rows::{Listing, Row as Place, Rows};
use crate::ui::widgets::standing_out::{self, StandingOut};

/// How long one frame may take calls in.
const BUDGET: Duration = Duration::from_millis(3);

const ROW_HEIGHT: f32 = 25.0;
/// Where the arrow stands and the text begins, in points from the left edge.
const ARROW_AT: f32 = 80.0;
const TEXT_AT: f32 = 98.0;
/// The same in a narrow pane, which leaves out the time.
const NARROW: f32 = 300.0;
const NARROW_ARROW_AT: f32 = 16.0;
const NARROW_TEXT_AT: f32 = 32.0;
/// So many characters of a rule's name are shown beside what it sent.
const MAX_RULE_CHARS: usize = 24;
/// With more calls waiting than that, none is looked for: the table shows them.
const MAX_WAITING: usize = 64;

/// Among so many of the last rows the one is looked for that a screen reader announces.
const NEWEST: usize = 16;

#[derive(Debug)]
pub struct ConversationView {
    conversation: Conversation,
    marks: Marks,
    rows: Rows,
    /// The selected call of the last frame: one that was chosen elsewhere is scrolled to.
    seen: Option<u64>,
}

impl ConversationView {
    pub fn new(endpoint: EndpointId) -> Self {
        Self {
            conversation: Conversation::new(endpoint, TextEncoding::default()),
            marks: Marks::default(),
            rows: Rows::following(),
            seen: None,
        }
    }

    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
        let session = view.session;
        let trace = session.trace();
        self.conversation.set_encoding(endpoint.spec.encoding);
        let began = Instant::now();
        self.conversation.update_while(trace, || began.elapsed() < BUDGET);
        if self.conversation.is_behind() {
            ui.ctx().request_repaint();
        }
        self.marks.update_one(session, endpoint, ui.ctx());
        let area = ui.available_rect_before_wrap();
        let waiting = waiting(view, endpoint);
        let rows = self.conversation.rows();
        let first = self.conversation.dropped();
        let end = first + rows.len() as u64;
        if rows.is_empty() && waiting.is_none() {
            empty_ui(ui, view, endpoint, area);
            return;
        }
        let selected = view.selection.call().and_then(|seq| {
            let at = rows.partition_point(|row| row.seq < seq);
            rows.get(at).filter(|row| row.seq == seq).map(|_| first + at as u64)
        });
        if self.seen != view.selection.call() {
            self.seen = view.selection.call();
            if let Some(row) = selected {
                self.rows.reveal(row);
            }
        }
        let name = t!(view.lang, "conversation-name", name = endpoint.spec.name.clone());
        let range = first..end + u64::from(waiting.is_some());
        let listing = Listing { salt: "conversation", name: &name, range, row_height: ROW_HEIGHT, selected };
        let lang = view.lang;
        let row_of =
            |number: u64| number.checked_sub(first).and_then(|at| usize::try_from(at).ok()).and_then(|at| rows.get(at));
        let received = |row: &&Row| matches!(row.kind, RowKind::Received { .. } | RowKind::Failed { .. });
        let newest = rows.iter().rev().take(NEWEST).find(received).map(|row| row.seq);
        let mut copied = None;
        let (partners, tokens) = (view.partners, view.tokens);
        let shown = self.rows.show(ui, &listing, |ui, place| {
            let Some(row) = row_of(place.number) else {
                if let Some(call) = waiting {
                    waiting_ui(ui, lang, &place, call, session.now().since(call.start));
                }
                return;
            };
            let mark = self.marks.of(endpoint.id, row.seq);
            let part = Part::of(endpoint.spec.kind);
            let shown = Shown { row, part, lang, mark, peers: &endpoint.spec.peers };
            let partner = partners.is_some_and(|partners| partners.has(row.seq));
            let stands_out = StandingOut { partner, ..StandingOut::default() };
            place.name(|| stands_out.after(lang, shown.name()));
            if newest == Some(row.seq) {
                controls::announce(&place.response, Live::Polite);
            }
            if partner {
                standing_out::partner_row(ui.painter(), tokens, place.rect);
            }
            place.paint_ground(ui);
            shown.paint(ui, &place);
            place.response.context_menu(|ui| {
                for (text, what) in [
                    (t!(lang, "conversation-copy-text"), Copied::Text),
                    (t!(lang, "conversation-copy-call"), Copied::Call),
                ] {
                    if ui.button(text).clicked() {
                        copied = Some((row.seq, what));
                        ui.close();
                    }
                }
            });
        });
        if let Some(row) = shown.picked.and_then(row_of) {
            view.selection.select_call(row.seq, (endpoint.id, row.conn));
        }
        if shown.copy {
            copied = view.selection.call().map(|seq| (seq, Copied::Text));
        }
        if let Some((seq, what)) = copied {
            copy(view, endpoint, seq, what);
        }
        if !self.rows.follows() && latest::button(ui, view, area, &t!(view.lang, "latest")) {
            self.rows.follow(true);
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Copied {
    Text,
    Call,
}

fn copy(view: &mut View<'_>, endpoint: &Endpoint, seq: u64, what: Copied) {
    let encoding = endpoint.spec.encoding;
    let Some(call) = view.session.trace().get(seq) else { return };
    let text = match what {
        Copied::Text => visible_lines(&as_text(&call.data, encoding)),
        Copied::Call => call_line(call, &endpoint.spec.name, encoding),
    };
    view.copy(text);
}

/// The call in which a stream endpoint waits for bytes now.
fn waiting<'a>(view: &View<'a>, endpoint: &Endpoint) -> Option<&'a WaitingCall> {
    let waiting = view.session.trace().waiting();
    if waiting.len() > MAX_WAITING {
        return None;
    }
    let mut here = waiting.filter(|call| call.endpoint == endpoint.id);
    match Part::of(endpoint.spec.kind) {
        Part::Server => here.find(|call| matches!(call.op, Op::Accept)),
        Part::Client | Part::Datagram => here.next(),
    }
}

fn waiting_ui(ui: &Ui, lang: Lang, place: &Place, call: &WaitingCall, waited: u64) {
    if !quantity::is_long(waited) {
        return ui.ctx().request_repaint_after(Duration::from_nanos(1_000_000_000 - waited));
    }
    let tokens = Tokens::of(ui);
    let text = t!(lang, "conversation-waiting", call = call.op.to_string(), time = quantity::running(waited));
    place.name(|| text.to_string());
    let (_, text_at) = places(place.rect);
    let room = Rect::from_min_max(pos2(place.rect.left() + text_at, place.rect.top()), place.rect.right_bottom());
    Line::new().plain(&text, SMALL, tokens.waiting).paint(ui, room, Align::Min);
    ui.ctx().request_repaint_after(quantity::repaint_after(waited));
}

fn empty_ui(ui: &mut Ui, view: &View<'_>, endpoint: &Endpoint, area: Rect) {
    let lang = view.lang;
    let text = if endpoint.live.is_closed() {
        t!(lang, "conversation-closed")
    } else if Part::of(endpoint.spec.kind) == Part::Server && endpoint.live.conns.is_empty() {
        t!(lang, "conversation-no-client")
    } else {
        t!(lang, "conversation-empty")
    };
    ui.scope_builder(eframe::egui::UiBuilder::new().max_rect(area.shrink(16.0)), |ui| {
        ui.vertical_centered(|ui| {
            ui.add_space((ui.available_height() / 2.0 - 16.0).max(0.0));
            ui.label(RichText::new(text).color(view.tokens.muted));
        });
    });
}

/// A rule's name as far as a row has room for it.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(MAX_RULE_CHARS) {
        Some((cut, _)) => format!("{}…", name.get(..cut).unwrap_or(name)),
        None => name.to_owned(),
    }
}

fn places(rect: Rect) -> (f32, f32) {
    if rect.width() < NARROW { (NARROW_ARROW_AT, NARROW_TEXT_AT) } else { (ARROW_AT, TEXT_AT) }
}

/// A row with what it takes to show it.
struct Shown<'a> {
    row: &'a Row,
    part: Part,
    lang: Lang,
    /// The messages of the endpoint's framing that it is part of.
    mark: Option<Mark>,
    /// The names that the user has given to peers.
    peers: &'a [NamedPeer],
}

impl Shown<'_> {
    fn direction(&self) -> Option<Direction> {
        match self.row.kind {
            RowKind::Sent { .. } => Some(Direction::Sent),
            RowKind::Received { .. } => Some(Direction::Received),
            _ => None,
        }
    }

    /// The icon of a turning point.
    fn icon(&self) -> MaterialIcon {
        match self.row.kind {
            RowKind::Opened => ICON_LINK,
            RowKind::PeerEnded | RowKind::NothingRead | RowKind::HalfClosed { .. } => ICON_KEYBOARD_TAB,
            RowKind::Failed { .. } => ICON_ERROR,
            _ => ICON_LINK_OFF,
        }
    }

    /// At most `max_chars` characters of what was said, or what happened.
    fn text(&self, max_chars: usize) -> Cow<'_, str> {
        let lang = self.lang;
        match &self.row.kind {
            RowKind::Sent { text, len } | RowKind::Received { text, len, .. } if text.is_empty() => {
                if *len == 0 {
                    t!(lang, "conversation-nothing")
                } else {
                    t!(lang, "conversation-part")
                }
            }
            RowKind::Sent { text, .. } | RowKind::Received { text, .. } => {
                let cut = text.char_indices().nth(max_chars).map_or(text.len(), |(at, _)| at);
                visible(text.get(..cut).unwrap_or(text))
            }
            RowKind::Opened => {
                let peer = self.row.peer.as_ref().map(ToString::to_string).unwrap_or_default();
                if self.part == Part::Server {
                    t!(lang, "conversation-accepted", peer = peer)
                } else {
                    t!(lang, "conversation-opened", peer = peer)
                }
            }
            RowKind::NothingRead => t!(lang, "conversation-nothing-read"),
            RowKind::PeerEnded => t!(lang, "conversation-peer-ended"),
            RowKind::HalfClosed { how } => t!(lang, "conversation-half-closed", how = how.c_name()),
            RowKind::Closed { ending: Some(ending) } => {
                t!(lang, "conversation-conn-ended", ending = ending::text(lang, ending).into_owned())
            }
            RowKind::Closed { .. } if self.row.conn.is_some() => t!(lang, "conversation-conn-closed"),
            RowKind::Closed { .. } => t!(lang, "conversation-socket-closed"),
            RowKind::Failed { op, errno } => {
                let meaning = explain::errno(lang, *errno, op).meaning;
                Cow::Owned(format!("{op} = -1 {errno} · {meaning}"))
            }
        }
    }

    /// What stands at the right end: whose, and how much.
    fn margin(&self) -> String {
        let mut parts = Vec::new();
        if let Some(conn) = self.row.conn.filter(|_| self.part == Part::Server) {
            parts.push(format!("#{}", conn.get()));
        }
        if let Some(rule) = &self.row.rule {
            parts.push(t!(self.lang, "rule-of-send", name = shortened(rule)).into_owned());
        }
        if let Some(peer) = self.row.peer.as_ref().filter(|_| self.part == Part::Datagram) {
            parts.push(peer::name_of(self.peers, peer).map_or_else(|| peer.to_string(), str::to_owned));
        }
        match self.row.kind {
            RowKind::Sent { len, .. } => parts.push(quantity::bytes(len)),
            RowKind::Received { len, lost: 0, .. } => parts.push(quantity::bytes(len)),
            RowKind::Received { len, lost, .. } => {
                parts.push(quantity::bytes(len));
                parts.push(t!(self.lang, "traffic-lost", count = lost).into_owned());
            }
            _ => {}
        }
        if let Some(mark) = self.mark {
            parts.push(messages::text(self.lang, mark));
        }
        parts.join(" · ")
    }

    fn name(&self) -> String {
        let way = self.direction().map(|direction| direction.word(self.lang)).unwrap_or_default();
        let margin = self.margin();
        let parts = [&*way, &*self.text(200), &*margin];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    fn color(&self, tokens: &Tokens) -> Color32 {
        match &self.row.kind {
            RowKind::Sent { text, .. } | RowKind::Received { text, .. } if !text.is_empty() => tokens.text,
            RowKind::Failed { .. } => tokens.error,
            _ => tokens.muted,
        }
    }

    fn paint(&self, ui: &Ui, place: &Place) {
        let tokens = Tokens::of(ui);
        let rect = place.rect;
        let (arrow_at, text_at) = places(rect);
        let center = pos2(rect.left() + arrow_at, rect.center().y);
        if rect.width() >= NARROW {
            let time = Rect::from_min_max(pos2(rect.left() + 12.0, rect.top()), pos2(center.x - 10.0, rect.bottom()));
            Line::new().mono(&quantity::short(self.row.at), tokens.muted).paint(ui, time, Align::Min);
        }
        let color = self.color(tokens);
        match self.direction() {
            Some(direction) => {
                direction.paint(ui, center, 14.0);
                if place.response.hover_pos().is_some_and(|at| (at.x - center.x).abs() < 10.0) {
                    place.response.show_tooltip_text(direction.word(self.lang));
                }
            }
            None => {
                let icon = self.icon();
                let font = FontId::new(14.0, icon.font_family());
                ui.painter().text(center, eframe::egui::Align2::CENTER_CENTER, icon.codepoint, font, color);
            }
        }
        let right =
            Rect::from_min_max(pos2(rect.left() + text_at, rect.top()), pos2(rect.right() - 10.0, rect.bottom()));
        let margin = self.margin();
        let taken = Line::new().plain(&margin, SMALL, tokens.muted).paint(ui, right, Align::Max);
        let room = right.with_max_x(right.right() - taken - 10.0);
        let text = self.text((room.width().max(0.0) / (MONO * 0.3)) as usize + 2);
        let line = match self.row.kind {
            RowKind::Sent { .. } | RowKind::Received { .. } => Line::new().mono(&text, color),
            _ => Line::new().plain(&text, 12.0, color),
        };
        line.paint(ui, room, Align::Min);
    }
}
