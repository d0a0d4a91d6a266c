//! One row of a conversation.

use std::borrow::Cow;

use eframe::egui::{Align, Color32, FontId, Rect, Ui, pos2};
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons::{ICON_ERROR, ICON_HOURGLASS_BOTTOM, ICON_KEYBOARD_TAB, ICON_LINK, ICON_LINK_OFF};

use crate::explain;
use crate::lang::Lang;
use crate::session::{Endpoint, Session};
use crate::t;
use crate::trace::Nanos;
use crate::trace::asked::asked_instead;
use crate::trace::conversation::{Row, RowKind, Said};
use crate::trace::messages::Mark;
use crate::trace::text::{hex_row, visible};
use crate::ui::theme::{MONO, SMALL, Tokens};
use crate::ui::widgets::direction::Direction;
use crate::ui::widgets::ending;
use crate::ui::widgets::line::Line;
use crate::ui::widgets::messages;
use crate::ui::widgets::quantity;
use crate::ui::widgets::rows::Row as Place;
use crate::values::endpoint_kind::Role;

/// In points from the left edge: the time, the least place of the arrow.
/// Clear of the sign at a row's left edge.
const TIME_AT: f32 = 19.0;
const ARROW_AT: f32 = 80.0;
const ARROW: f32 = 14.0;
/// Room between the time and the arrow.
const TIME_GAP: f32 = 6.0;
/// A narrow pane leaves out the time.
const NARROW: f32 = 300.0;
const NARROW_ARROW_AT: f32 = 24.0;
const NARROW_TEXT_AT: f32 = 38.0;
/// Between a message and what stands at the right end of its row, which has this part of the room at least.
const GAP: f32 = 10.0;
const LEAST_MARGIN: f32 = 0.25;
/// Characters of a rule's name that are shown beside its reply.
const MAX_RULE_CHARS: usize = 24;

/// A rule's name as far as a row has room for it.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(MAX_RULE_CHARS) {
        Some((cut, _)) => format!("{}…", name.get(..cut).unwrap_or(name)),
        None => name.to_owned(),
    }
}

/// Where the arrow stands and the text begins, in points from the left edge.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    /// A narrow pane has no room for the time.
    time: bool,
    pub arrow: f32,
    pub text: f32,
}

impl Columns {
    /// As wide as the newest time, which is the longest.
    pub fn of(ui: &Ui, width: f32, newest: Nanos) -> Self {
        if width < NARROW {
            return Self { time: false, arrow: NARROW_ARROW_AT, text: NARROW_TEXT_AT };
        }
        let time = Line::new().mono(&quantity::short(newest), Color32::PLACEHOLDER).width(ui);
        let arrow = ARROW_AT.max(TIME_AT + time + TIME_GAP + ARROW / 2.0);
        Self { time: true, arrow, text: arrow + ARROW / 2.0 + 11.0 }
    }
}

/// How many bytes a line of hex has in that room, in points: 16, or less where they would be cut off.
pub fn hex_width(ui: &Ui, room: f32) -> usize {
    let digit = Line::new().mono("00000000", Color32::PLACEHOLDER).width(ui) / 8.0;
    // Two digits, a gap and a character for each byte, and the gaps of the groups.
    let fits = |bytes: f32| (4.0 * bytes + bytes / 8.0 + 2.0) * digit <= room;
    [16, 8].into_iter().find(|bytes| fits(*bytes as f32)).unwrap_or(4)
}

/// A row with what it takes to show it.
pub struct Shown<'a> {
    pub row: &'a Row,
    pub role: Role,
    pub lang: Lang,
    /// The messages of the endpoint's framing that it is part of.
    pub mark: Option<Mark>,
    pub session: &'a Session,
    pub endpoint: &'a Endpoint,
    pub columns: Columns,
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
            RowKind::Failed { .. } | RowKind::CameBack { .. } => ICON_ERROR,
            RowKind::Abandoned { .. } => ICON_HOURGLASS_BOTTOM,
            _ => ICON_LINK_OFF,
        }
    }

    /// At most `max_chars` characters of what was said, or what happened: the rest of a character that an earlier call
    /// began, the text, and the beginning of a character.
    fn pieces(&self, max_chars: usize) -> [Cow<'_, str>; 3] {
        let Some(said) = self.row.kind.said() else { return ["".into(), self.event(), "".into()] };
        let mut left = max_chars;
        said.pieces().map(|piece| {
            let cut = piece.char_indices().nth(left).map_or(piece.len(), |(at, _)| at);
            let piece = piece.get(..cut).unwrap_or(piece);
            left -= piece.chars().count();
            visible(piece)
        })
    }

    fn text(&self, max_chars: usize) -> Cow<'_, str> {
        match self.pieces(max_chars) {
            [joined, text, begun] if joined.is_empty() && begun.is_empty() && !text.is_empty() => text,
            [joined, text, begun] => {
                let text = [joined, text, begun].concat();
                if text.is_empty() { self.event() } else { text.into() }
            }
        }
    }

    /// What happened where nothing can be read.
    fn event(&self) -> Cow<'_, str> {
        let lang = self.lang;
        match &self.row.kind {
            RowKind::Sent { len: 0, .. } | RowKind::Received { len: 0, .. } => t!(lang, "conversation-nothing"),
            RowKind::Sent { .. } | RowKind::Received { .. } => t!(lang, "conversation-part"),
            RowKind::Opened => {
                let peer = self.row.peer.as_ref().map(ToString::to_string).unwrap_or_default();
                if self.role == Role::Server {
                    t!(lang, "conversation-accepted", peer = peer)
                } else {
                    t!(lang, "conversation-opened", peer = peer)
                }
            }
            RowKind::NothingRead => t!(lang, "conversation-nothing-read"),
            RowKind::PeerEnded => t!(lang, "conversation-peer-ended"),
            RowKind::HalfClosed { how } => t!(lang, "conversation-half-closed", how = how.c_name()),
            RowKind::Closed { ending: Some(ending), .. } => {
                t!(lang, "conversation-conn-ended", ending = ending::text(lang, ending).into_owned())
            }
            RowKind::Closed { connected: true, .. } => t!(lang, "conversation-conn-closed"),
            RowKind::Closed { .. } => t!(lang, "conversation-socket-closed"),
            RowKind::Failed { op, errno } => {
                let meaning = explain::errno(lang, *errno, op).meaning;
                Cow::Owned(format!("{op} = -1 {errno} · {meaning}"))
            }
            RowKind::CameBack { errno } => {
                let short = explain::errno(lang, *errno, "sendto").short;
                t!(lang, "conversation-came-back", short = short, errno = errno.to_string())
            }
            RowKind::Abandoned { op, took } => explain::abandoned(lang, op, *took).into(),
        }
    }

    /// What stands at the right end: whose, and how much.
    fn margin(&self) -> String {
        let mut parts = Vec::new();
        if self.role == Role::Server && self.row.conn.is_some() {
            parts.push(self.session.numbered_with_partner((self.endpoint.id, self.row.conn)));
        }
        if let Some(rule) = &self.row.rule {
            parts.push(t!(self.lang, "rule-of-send", name = shortened(rule)).into_owned());
        }
        if let Some(peer) = self.row.peer.as_ref().filter(|_| self.role == Role::Datagram) {
            parts.push(self.session.peer_name(self.endpoint, peer).unwrap_or_else(|| peer.to_string()));
        }
        let trace = self.session.trace();
        if matches!(self.row.kind, RowKind::Received { .. })
            && trace.get(self.row.seq).is_some_and(|call| asked_instead(trace, call).is_some())
        {
            parts.push(t!(self.lang, "row-not-asked").into_owned());
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
        if let Some([joined, _, begun]) = self.row.kind.said().map(Said::pieces) {
            if !joined.is_empty() {
                parts.push(t!(self.lang, "conversation-joined").into_owned());
            }
            if !begun.is_empty() {
                parts.push(t!(self.lang, "conversation-begun").into_owned());
            }
        }
        if let Some(mark) = self.mark {
            parts.push(messages::text(self.lang, mark));
        }
        parts.join(" · ")
    }

    pub fn name(&self) -> String {
        let way = self.direction().map(|direction| direction.word(self.lang)).unwrap_or_default();
        let margin = self.margin();
        let parts = [&*way, &*self.text(200), &*margin];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    fn color(&self, tokens: &Tokens) -> Color32 {
        match &self.row.kind {
            kind if kind.said().is_some_and(|said| !said.text().is_empty()) => tokens.text,
            RowKind::Failed { .. } | RowKind::CameBack { .. } => tokens.error,
            _ => tokens.muted,
        }
    }

    pub fn paint(&self, ui: &Ui, place: &Place) {
        let tokens = Tokens::of(ui);
        let color = self.color(tokens);
        self.paint_head(ui, place, color);
        let right = self.room(place.rect);
        let margin = self.margin();
        let max_chars = (right.width().max(0.0) / (MONO * 0.3)) as usize + 2;
        let line = || match self.row.kind.said() {
            Some(said) if !said.text().is_empty() => {
                let [joined, text, begun] = self.pieces(max_chars);
                let part = tokens.waiting;
                Line::new().mono(&joined, part).mono(&text, color).mono(&begun, part)
            }
            _ => Line::new().plain(&self.event(), 12.0, color),
        };
        // What was said comes first; length and author have lower priority.
        let left = right.width() - line().width(ui) - GAP;
        let margin_room = right.with_min_x(right.right() - left.max(right.width() * LEAST_MARGIN));
        let taken = Line::new().plain(&margin, SMALL, tokens.muted).paint(ui, margin_room, Align::Max);
        line().paint(ui, right.with_max_x(right.right() - taken - GAP), Align::Min);
    }

    /// Where the text and what belongs to it stand.
    fn room(&self, rect: Rect) -> Rect {
        Rect::from_min_max(pos2(rect.left() + self.columns.text, rect.top()), pos2(rect.right() - 10.0, rect.bottom()))
    }

    /// When it was, and which way it went.
    fn paint_head(&self, ui: &Ui, place: &Place, color: Color32) {
        let tokens = Tokens::of(ui);
        let rect = place.rect;
        let center = pos2(rect.left() + self.columns.arrow, rect.center().y);
        if self.columns.time {
            let end = center.x - ARROW / 2.0;
            let time = Rect::from_min_max(pos2(rect.left() + TIME_AT, rect.top()), pos2(end, rect.bottom()));
            Line::new().mono(&quantity::short(self.row.at), tokens.muted).paint(ui, time, Align::Min);
        }
        match self.direction() {
            Some(direction) => {
                direction.paint(ui, center, ARROW);
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
    }

    /// One line of the row in hex: of its bytes, or of what else happened.
    pub fn hex(&self, data: &[u8], line: usize, width: usize) -> Option<String> {
        self.row.kind.said()?;
        if let Some(row) = hex_row(data, line, width) {
            // Two digits and a gap for each byte, one more after every eighth.
            let wide = width * 3 + (width - 1) / 8 - 1;
            return Some(format!("{:<wide$}  {}", row.hex, row.text));
        }
        let missing = self.len().saturating_sub(data.len() as u64);
        (missing > 0).then(|| t!(self.lang, "follow-missing", count = quantity::count(missing)).into_owned())
    }

    fn len(&self) -> u64 {
        match self.row.kind {
            RowKind::Sent { len, .. } | RowKind::Received { len, .. } => len,
            _ => 0,
        }
    }

    pub fn hex_name(&self, text: &str, line: usize) -> String {
        let way = self.direction().map(|direction| direction.word(self.lang)).unwrap_or_default();
        let margin = if line == 0 { self.margin() } else { String::new() };
        [&*way, text.trim_end(), &*margin].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    pub fn paint_hex(&self, ui: &Ui, place: &Place, text: &str, line: usize) {
        let tokens = Tokens::of(ui);
        if line == 0 {
            self.paint_head(ui, place, tokens.text);
        }
        let right = self.room(place.rect);
        let bytes = Line::new().mono(text, tokens.text);
        let taken = bytes.paint(ui, right, Align::Min);
        if line == 0 {
            let room = right.with_min_x(right.left() + taken + GAP);
            Line::new().plain(&self.margin(), SMALL, tokens.muted).paint(ui, room, Align::Max);
        }
    }
}
