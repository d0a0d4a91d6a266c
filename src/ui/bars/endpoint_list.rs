//! The endpoints of the lab at the left; a server's connections stand beneath it.

use std::collections::HashMap;

use eframe::egui::{
    self, Align2, Id, Key, Modifiers, Rect, Response, RichText, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo,
    pos2, vec2,
};
use egui_material_icons::icons::{ICON_EXPAND_MORE, ICON_KEYBOARD_ARROW_RIGHT};

use crate::explain::names;
use crate::lab::EndpointId;
use crate::lab::name::MAX_NAME_CHARS;
use crate::lang::Lang;
use crate::session::{Action, Endpoint};
use crate::t;
use crate::trace::ConnId;
use crate::trace::observed::Conn;
use crate::ui::controls::{self, Dot};
use crate::ui::regions;
use crate::ui::targets::{self, OnEndpoint};
use crate::ui::theme::{ROUNDING, Tokens};
use crate::ui::view::{View, ViewRequest};
use crate::ui::widgets::field;
use crate::ui::widgets::focus;
use crate::ui::widgets::row_menu;
use crate::ui::widgets::state::State;
use crate::values::endpoint_kind::Transport;

const ROW_HEIGHT: f32 = 30.0;
/// The part of a row that a long name takes at most.
const NAME_SHARE: f32 = 0.7;
/// More connections than that are folded away; unfolded, they scroll in that many rows.
const FEW: usize = 20;
const MANY_SHOWN: usize = 8;

#[derive(Default)]
pub struct EndpointList {
    /// Servers whose connections the user has folded away (true) or unfolded.
    folded: HashMap<EndpointId, bool>,
    /// The endpoint whose name is being edited, and the text so far.
    renaming: Option<(EndpointId, String)>,
    /// The name's field has still to get the keyboard.
    focus_name: bool,
    /// The endpoint that is being dragged to another place.
    dragged: Option<EndpointId>,
    /// The endpoint that a key has just moved: it keeps the keyboard.
    moved: Option<EndpointId>,
    /// Where the rows of endpoints in sight stand, with their places in the lab.
    places: Vec<(usize, Rect)>,
}

/// What stands in a row.
enum Row<'a> {
    Endpoint(&'a Endpoint),
    Conn(&'a Endpoint, ConnId, &'a Conn),
}

impl EndpointList {
    /// Begins to edit an endpoint's name.
    pub fn rename(&mut self, endpoint: &Endpoint) {
        self.renaming = Some((endpoint.id, endpoint.spec.name.clone()));
        self.focus_name = true;
    }

    /// `max_height` is what the list may take; it takes less where it has less to show.
    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, max_height: f32) {
        let session = view.session;
        let rows: usize = session.endpoints().iter().map(|endpoint| self.rows_of(endpoint)).sum();
        ui.spacing_mut().item_spacing.y = 0.0;
        self.places.clear();
        let scroll = ScrollArea::vertical().id_salt("endpoints").max_height(max_height).auto_shrink([false, true]);
        scroll.show_rows(ui, ROW_HEIGHT, rows, |ui, range| {
            let mut number = 0;
            for (place, endpoint) in session.endpoints().iter().enumerate() {
                let count = self.rows_of(endpoint);
                if number + count <= range.start {
                    number += count;
                    continue;
                }
                if number >= range.end {
                    break;
                }
                if number >= range.start {
                    let size = vec2(ui.available_width(), ROW_HEIGHT);
                    self.places.push((place, Rect::from_min_size(ui.cursor().min, size)));
                    self.row(ui, view, &Row::Endpoint(endpoint));
                }
                let skip = range.start.saturating_sub(number + 1);
                let take = (range.end - number - 1).saturating_sub(skip).min(count - 1 - skip.min(count - 1));
                if endpoint.live.observed.conns.len() <= FEW {
                    for (id, conn) in endpoint.live.observed.conns.iter().skip(skip).take(take) {
                        self.row(ui, view, &Row::Conn(endpoint, *id, conn));
                    }
                } else if take > 0 {
                    self.many_ui(ui, view, endpoint, skip, take);
                }
                number += count;
            }
            self.drop_ui(ui, view);
        });
    }

    /// Dragging begins, or Alt with an arrow moves the row that has the keyboard.
    fn move_ui(&mut self, ui: &Ui, view: &mut View<'_>, endpoint: EndpointId, response: &Response) {
        if response.drag_started() {
            self.dragged = Some(endpoint);
        }
        if self.moved == Some(endpoint) {
            // The arrow has moved the keyboard as well.
            self.moved = None;
            focus::give(response);
        }
        if !response.has_focus() {
            return;
        }
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::ALT, key));
        let place = view.session.endpoints().iter().position(|other| other.id == endpoint);
        if pressed(Key::ArrowUp)
            && let Some(to) = place.and_then(|place| place.checked_sub(1))
        {
            self.moved = Some(endpoint);
            view.act(Action::Move { endpoint, to });
        }
        if pressed(Key::ArrowDown)
            && let Some(place) = place
        {
            self.moved = Some(endpoint);
            view.act(Action::Move { endpoint, to: place + 1 });
        }
    }

    /// A line where the dragged endpoint would stand; it is put there when it is let go of.
    fn drop_ui(&mut self, ui: &Ui, view: &mut View<'_>) {
        let Some(endpoint) = self.dragged else { return };
        if ui.input(|input| input.key_pressed(Key::Escape)) {
            self.dragged = None;
            return;
        }
        let from = view.session.endpoints().iter().position(|other| other.id == endpoint);
        let pointer = ui.input(|input| input.pointer.latest_pos());
        let (Some(from), Some(pointer)) = (from, pointer) else {
            self.dragged = None;
            return;
        };
        let before = self.places.iter().find(|(_, rect)| pointer.y < rect.center().y);
        let gap = before.or(self.places.last()).map(|(place, rect)| match before {
            Some(_) => (*place, rect.top()),
            None => (place + 1, ui.min_rect().bottom()),
        });
        let Some((gap, y)) = gap else { return };
        // Taking it out moves those behind it up.
        let to = if gap > from { gap - 1 } else { gap };
        if to != from {
            let line = egui::Stroke::new(2.0, view.tokens.accent);
            ui.painter().hline(ui.max_rect().x_range(), y, line);
        }
        if !ui.input(|input| input.pointer.any_down()) {
            self.dragged = None;
            if to != from {
                view.act(Action::Move { endpoint, to });
            }
        } else {
            ui.ctx().set_cursor_icon(egui::CursorIcon::Grabbing);
        }
    }

    fn rows_of(&self, endpoint: &Endpoint) -> usize {
        let conns = endpoint.live.observed.conns.len();
        let shown = if conns > FEW { MANY_SHOWN } else { conns };
        1 + if endpoint.spec.kind.is_server() && !self.is_folded(endpoint) { shown } else { 0 }
    }

    /// As the user said; else a long list is folded away.
    fn is_folded(&self, endpoint: &Endpoint) -> bool {
        let is_long = endpoint.live.observed.conns.len() > FEW;
        self.folded.get(&endpoint.id).copied().unwrap_or(is_long)
    }

    /// Many connections scroll in a part of the list, of which rows from `skip` on are in sight, so that the endpoints
    /// after them stay near.
    fn many_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, skip: usize, take: usize) {
        let conns = &endpoint.live.observed.conns;
        let (_, seen) = ui.allocate_space(vec2(ui.available_width(), ROW_HEIGHT * take as f32));
        let top = seen.top() - ROW_HEIGHT * skip as f32;
        let size = vec2(seen.width(), ROW_HEIGHT * MANY_SHOWN as f32);
        let part = Rect::from_min_size(pos2(seen.left(), top), size);
        let mut ui = ui.new_child(UiBuilder::new().max_rect(part).id_salt(("connections", endpoint.id.0)));
        ui.spacing_mut().item_spacing.y = 0.0;
        let scroll = ScrollArea::vertical().id_salt("many").max_height(size.y).auto_shrink([false, false]);
        scroll.show_rows(&mut ui, ROW_HEIGHT, conns.len(), |ui, range| {
            for (id, conn) in conns.iter().skip(range.start).take(range.len()) {
                self.row(ui, view, &Row::Conn(endpoint, *id, conn));
            }
        });
    }

    fn row(&mut self, ui: &mut Ui, view: &mut View<'_>, row: &Row<'_>) {
        let (endpoint, conn) = match row {
            Row::Endpoint(endpoint) => (*endpoint, None),
            Row::Conn(endpoint, conn, _) => (*endpoint, Some(*conn)),
        };
        let selected = view.selection.endpoint() == Some(endpoint.id) && view.selection.conn() == conn;
        let id = Id::unique("endpoint row").with((endpoint.id, conn));
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW_HEIGHT));
        if conn.is_none() && self.renaming.as_ref().is_some_and(|(renamed, _)| *renamed == endpoint.id) {
            self.name_field(ui, view, endpoint, rect);
            return;
        }
        // Only endpoints can be put elsewhere; connections stand in the order in which they came.
        let sense = if conn.is_none() { Sense::click_and_drag() } else { Sense::click() };
        let response = ui.interact(rect, id, sense);
        if selected {
            regions::aim(ui.ctx(), id);
        }
        if conn.is_none() {
            self.move_ui(ui, view, endpoint.id, &response);
        }
        let name = spoken_name(view, row);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, &name));
        let menu_name = match row {
            Row::Endpoint(endpoint) => t!(view.lang, "endpoint-menu", name = endpoint.spec.name.as_str()),
            Row::Conn(endpoint, conn, _) => {
                t!(view.lang, "endpoint-conn-menu", name = endpoint.spec.name.as_str(), conn = conn.get().to_string())
            }
        };
        let menu = row_menu::button(ui, rect, id, &menu_name);

        let active = response.hovered() || response.has_focus() || row_menu::is_lit(&menu);
        paint_ground(ui, rect, selected || active, response.has_focus());
        let fold = self.paint_row(ui, view, row, rect, active || selected);
        if active || selected {
            row_menu::paint(ui, view.tokens, &menu);
        }
        if let Some(fold) = fold {
            self.fold_button(ui, view, endpoint, fold, id);
        }
        if response.clicked() {
            view.selection.select_conn((endpoint.id, conn));
            view.requests.push(ViewRequest::Show(endpoint.id));
        }
        if response.double_clicked() && conn.is_none() {
            self.rename(endpoint);
        }
        let mut contents = |ui: &mut Ui| match row {
            Row::Endpoint(endpoint) => self.endpoint_menu(ui, view, endpoint),
            Row::Conn(endpoint, conn, state) => targets::connection_menu(ui, view, endpoint, *conn, state),
        };
        egui::Popup::menu(&menu).show(&mut contents);
        response.context_menu(contents);
    }

    /// Gives the place of the button that folds the connections away.
    fn paint_row(&self, ui: &Ui, view: &View<'_>, row: &Row<'_>, rect: Rect, has_menu: bool) -> Option<Rect> {
        let tokens = view.tokens;
        let indent = if matches!(row, Row::Conn(..)) { 18.0 } else { 0.0 };
        controls::paint_dot(ui, pos2(rect.left() + 12.0 + indent, rect.center().y), state(row, view.lang).dot);
        let menu_room = if has_menu { row_menu::WIDTH } else { 4.0 };
        let inner = Rect::from_min_max(
            pos2(rect.left() + 24.0 + indent, rect.top()),
            pos2(rect.right() - menu_room - 4.0, rect.bottom()),
        );
        let (name, right) = match row {
            Row::Endpoint(endpoint) => (endpoint.spec.name.clone(), short_place(endpoint)),
            Row::Conn(endpoint, id, conn) => {
                (view.session.numbered_with_partner((endpoint.id, Some(*id))), conn_place(conn))
            }
        };
        let has_fold = matches!(row, Row::Endpoint(endpoint) if endpoint.spec.kind.is_server() && !endpoint.live.observed.conns.is_empty());
        let fold_room = if has_fold { 18.0 } else { 0.0 };
        // The name needs its room first: where an endpoint is stands in its pane too.
        let name_width = controls::text_width(ui, &name).min(inner.width() * NAME_SHARE);
        let side = RichText::new(right).size(11.0);
        let side_rect = inner.with_min_x(inner.left() + name_width + fold_room + 8.0);
        let width = controls::paint_text(ui, side_rect, Align2::RIGHT_CENTER, side, tokens.muted);
        let room = inner.with_max_x(inner.right() - width - 8.0 - fold_room);
        let width = controls::paint_text(ui, room, Align2::LEFT_CENTER, RichText::new(name), tokens.text);
        has_fold.then(|| Rect::from_center_size(pos2(room.left() + width + 11.0, rect.center().y), vec2(16.0, 16.0)))
    }

    fn fold_button(&mut self, ui: &Ui, view: &View<'_>, endpoint: &Endpoint, rect: Rect, row: Id) {
        let folded = self.is_folded(endpoint);
        let button = ui.interact(rect, row.with("fold"), Sense::click());
        let count = endpoint.live.observed.conns.len();
        let name = if folded {
            t!(view.lang, "endpoint-unfold", count = count)
        } else {
            t!(view.lang, "endpoint-fold", count = count)
        };
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &*name));
        let icon = if folded { ICON_KEYBOARD_ARROW_RIGHT } else { ICON_EXPAND_MORE };
        let colour = if button.hovered() || button.has_focus() { view.tokens.text } else { view.tokens.muted };
        let font = egui::FontId::new(15.0, icon.font_family());
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, icon.codepoint, font, colour);
        if button.on_hover_text(name).clicked() {
            self.folded.insert(endpoint.id, !folded);
        }
    }

    fn name_field(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, rect: Rect) {
        let Some((_, text)) = &mut self.renaming else { return };
        let edit = egui::TextEdit::singleline(text).char_limit(MAX_NAME_CHARS).id(Id::unique("endpoint name"));
        let response = ui.put(rect.shrink2(vec2(4.0, 2.0)), |ui: &mut Ui| field::line(ui, edit));
        let response = response.accessible_name(t!(view.lang, "endpoint-new-name"));
        if self.focus_name {
            field::take_focus(&response);
            self.focus_name = false;
        }
        if response.lost_focus() {
            let keep = ui.input(|input| input.key_pressed(Key::Escape));
            let name = text.trim().to_owned();
            self.renaming = None;
            if !keep && !name.is_empty() && name != endpoint.spec.name {
                view.act(Action::Rename { endpoint: endpoint.id, name });
            }
        }
    }

    fn endpoint_menu(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
        match targets::endpoint_menu(ui, view.lang, endpoint, OnEndpoint::IN_LIST, |_| false) {
            Some(OnEndpoint::Rename) => self.rename(endpoint),
            Some(command) => command.run(view, endpoint),
            None => {}
        }
    }
}

fn paint_ground(ui: &Ui, rect: Rect, lit: bool, focused: bool) {
    let tokens = Tokens::of(ui);
    let ground = rect.shrink2(vec2(0.0, 1.0));
    if lit {
        ui.painter().rect_filled(ground, f32::from(ROUNDING), tokens.highlight);
    }
    if focused {
        let line = egui::Stroke::new(1.0, tokens.accent);
        ui.painter().rect_stroke(ground, f32::from(ROUNDING), line, egui::StrokeKind::Inside);
    }
}

/// The mark of an endpoint.
pub(super) fn dot_of(endpoint: &Endpoint, lang: Lang) -> Dot {
    State::of(endpoint, lang).dot
}

/// What a screen reader says of an endpoint.
pub(super) fn spoken_name_of(view: &View<'_>, endpoint: &Endpoint) -> String {
    spoken_name(view, &Row::Endpoint(endpoint))
}

fn state(row: &Row<'_>, lang: Lang) -> State {
    match row {
        Row::Endpoint(endpoint) => State::of(endpoint, lang),
        Row::Conn(_, _, conn) => State::of_conn(conn, lang),
    }
}

/// `TCP :8002`, `TCP → :8002`, `UDP :7788`.
fn short_place(endpoint: &Endpoint) -> String {
    let port = |address: &str| address.rsplit_once(':').map(|(_, port)| format!(":{port}"));
    let address = endpoint.shown_address();
    let place = match port(&address) {
        Some(place) if place == ":0" => String::new(),
        Some(place) => place,
        None => address,
    };
    // The last component of a path tells most.
    let place = match place.rsplit_once('/') {
        Some((_, file)) if endpoint.spec.kind.is_unix() => file.to_owned(),
        _ => place,
    };
    let kind = endpoint.spec.kind;
    let transport = match kind.transport() {
        Transport::Tcp => "TCP",
        Transport::Udp => "UDP",
        Transport::UnixStream | Transport::UnixDatagram => "Unix",
    };
    if kind.is_client() { format!("{transport} → {place}") } else { format!("{transport} {place}") }
}

fn conn_place(conn: &Conn) -> String {
    conn.ends.peer.as_ref().map_or_else(String::new, |peer| match peer.inet() {
        Some(inet) if inet.ip().is_loopback() => format!(":{}", inet.port()),
        _ => peer.to_string(),
    })
}

/// What a screen reader says: name, kind, state and address.
fn spoken_name(view: &View<'_>, row: &Row<'_>) -> String {
    let lang = view.lang;
    let state = state(row, lang).word;
    match row {
        Row::Endpoint(endpoint) => {
            let (name, kind) = (endpoint.spec.name.as_str(), names::endpoint_kind(lang, endpoint.spec.kind));
            let address = endpoint.shown_address();
            t!(lang, "endpoint-spoken", name = name, kind = kind, state = state.as_ref(), address = address)
                .into_owned()
        }
        Row::Conn(endpoint, id, conn) => {
            let name = endpoint.spec.name.as_str();
            let peer = conn.ends.peer.as_ref().map_or_else(String::new, ToString::to_string);
            let peer = match view.session.partner((endpoint.id, Some(*id))) {
                Some(partner) => format!("{partner} {peer}"),
                None => peer,
            };
            t!(lang, "conn-spoken", number = id.get().to_string(), name = name, peer = peer, state = state.as_ref())
                .into_owned()
        }
    }
}
