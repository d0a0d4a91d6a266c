//! A server's connections, or a UDP socket's peers, as a strip that folds away. Only rows in sight are laid out, so nine
//! thousand of them cost no more than nine.

use eframe::egui::{Align, Frame, Id, Key, Layout, Margin, Panel, Rect, RichText, TextEdit, Ui, pos2, vec2};
use egui_material_icons::icons::{ICON_CANCEL, ICON_CLOSE, ICON_EDIT, ICON_KEYBOARD_TAB, ICON_REPLY};

use crate::lab::{Addr, peer};
use crate::session::{Action, Endpoint};
use crate::t;
use crate::trace::ConnId;
use crate::trace::observed::Conn;
use crate::ui::controls;
use crate::ui::targets;
use crate::ui::theme::SMALL;
use crate::ui::view::View;
use crate::ui::widgets::ends;
use crate::ui::widgets::field;
use crate::ui::widgets::focus;
use crate::ui::widgets::line::Line;
use crate::ui::widgets::quantity;
use crate::ui::widgets::rows::{Kind, Listing, Row, Rows};
use crate::ui::widgets::state::State;
use crate::values::How;
use crate::values::endpoint_kind::Role;

const ROW_HEIGHT: f32 = 26.0;
/// Connections in sight; the strip scrolls.
const MAX_SHOWN: usize = 5;
/// The fewest in sight, unless the pane is low.
const LEAST_SHOWN: usize = 2;
/// The part of the pane's height that the strip takes at most.
const SHARE: f32 = 0.22;
/// Below this height of the pane, in points, the strip is folded until it is unfolded: the conversation needs the room.
const LOW: f32 = 150.0;
/// Below this width a row has no room for its byte counts.
const ROOM_FOR_COUNTS: f32 = 340.0;

/// Whom the composer is to send to.
pub enum ConnAction {
    Conn(ConnId),
    Peer(Addr),
}

#[derive(Debug)]
pub struct Connections {
    /// As the user said; else as there is room.
    folded: Option<bool>,
    /// The peer that is being given a name, and the name so far.
    naming: Option<(Addr, String)>,
    rows: Rows,
}

impl Default for Connections {
    fn default() -> Self {
        Self { folded: None, naming: None, rows: Rows::from_start() }
    }
}

impl Connections {
    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) -> Option<ConnAction> {
        let count = match endpoint.spec.kind.role() {
            Role::Server | Role::Relay => endpoint.live.observed.conns.len(),
            Role::Datagram => endpoint.live.observed.peers.len(),
            Role::Client => 0,
        };
        if count == 0 {
            return None;
        }
        let frame = Frame::new().inner_margin(Margin { left: 6, right: 6, top: 2, bottom: 2 });
        // In a short pane the conversation needs the room more.
        let least = if ui.available_height() < LOW { 1 } else { LEAST_SHOWN };
        let shown = ((ui.available_height() * SHARE / ROW_HEIGHT) as usize).clamp(least, MAX_SHOWN);
        let folded = self.folded.unwrap_or(ui.available_height() < LOW);
        let mut chosen = None;
        Panel::top(Id::unique(("connections", endpoint.id.0))).frame(frame).resizable(false).show(ui, |ui| {
            self.fold_ui(ui, view, endpoint, count, folded);
            if folded {
                return;
            }
            let height = ROW_HEIGHT * count.min(shown) as f32;
            ui.allocate_ui_with_layout(vec2(ui.available_width(), height), Layout::top_down(Align::Min), |ui| {
                ui.set_min_height(height);
                chosen = if endpoint.spec.kind.role() == Role::Datagram {
                    self.peers_ui(ui, view, endpoint)
                } else {
                    self.conns_ui(ui, view, endpoint)
                };
            });
            self.naming_ui(ui, view, endpoint);
        });
        chosen
    }

    fn fold_ui(&mut self, ui: &mut Ui, view: &View<'_>, endpoint: &Endpoint, count: usize, folded: bool) {
        let text = match endpoint.spec.kind.role() {
            Role::Datagram => t!(view.lang, "strip-peers", count = count),
            _ => t!(view.lang, "strip-connections", count = count),
        };
        if controls::fold(ui, &text, folded).clicked() {
            self.folded = Some(!folded);
        }
    }

    fn conns_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) -> Option<ConnAction> {
        let conns = &endpoint.live.observed.conns;
        let here = view.selection.endpoint() == Some(endpoint.id);
        let selected =
            view.selection.conn().filter(|_| here).and_then(|conn| conns.keys().position(|key| *key == conn));
        let name = t!(view.lang, "strip-connections", count = conns.len());
        let listing = listing(&name, conns.len(), selected);
        let mut chosen = None;
        // One walk through the map for all rows in sight.
        let mut walk = conns.iter().skip(self.rows.first() as usize).zip(self.rows.first()..).peekable();
        let shown = self.rows.show(ui, &listing, |ui, row| {
            while walk.next_if(|(_, number)| *number < row.number).is_some() {}
            let Some(((id, conn), _)) = walk.next_if(|(_, number)| *number == row.number) else { return };
            chosen = conn_ui(ui, view, endpoint, *id, conn, &row).or(chosen.take());
        });
        if let Some((conn, _)) = shown.picked.and_then(|row| conns.iter().nth(row as usize)) {
            view.selection.select_conn((endpoint.id, Some(*conn)));
        }
        chosen
    }

    fn peers_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) -> Option<ConnAction> {
        let peers = &endpoint.live.observed.peers;
        let name = t!(view.lang, "strip-peers", count = peers.len());
        let listing = listing(&name, peers.len(), None);
        let mut chosen = None;
        let mut begin_naming = None;
        let mut walk = peers.iter().skip(self.rows.first() as usize).zip(self.rows.first()..).peekable();
        self.rows.show(ui, &listing, |ui, row| {
            while walk.next_if(|(_, number)| *number < row.number).is_some() {}
            let Some(((addr, peer), _)) = walk.next_if(|(_, number)| *number == row.number) else { return };
            row.paint_ground(ui);
            let address = addr.to_string();
            let called = view.session.peer_name(endpoint, addr);
            let called = called.as_deref();
            let text = called.map_or_else(|| address.clone(), |name| format!("{name} {address}"));
            row.name(|| text.clone());
            let buttons = buttons(ui, &row, |ui| {
                let name = t!(view.lang, "strip-send-to", name = text.clone());
                if controls::icon(ui, ICON_REPLY, &name).clicked() {
                    chosen = Some(ConnAction::Peer(addr.clone()));
                }
                if *addr != Addr::Unnamed {
                    let name = t!(view.lang, "strip-name-peer", peer = address.clone());
                    if controls::icon(ui, ICON_EDIT, &name).clicked() {
                        begin_naming = Some((
                            addr.clone(),
                            peer::name_of(&endpoint.spec.datagram.peers, addr).unwrap_or_default().to_owned(),
                        ));
                    }
                }
            });
            let left =
                Rect::from_min_max(row.rect.left_top() + vec2(20.0, 0.0), pos2(buttons - 4.0, row.rect.bottom()));
            let line = match called {
                Some(name) => {
                    Line::new().mono_strong(name, view.tokens.text).mono(&format!("  {address}"), view.tokens.muted)
                }
                None => Line::new().mono(&address, view.tokens.text),
            };
            let counts = t!(view.lang, "strip-datagrams", sent = peer.sent, received = peer.received);
            line.plain(&format!("   {counts}"), SMALL, view.tokens.muted).paint(ui, left, Align::Min);
        });
        if begin_naming.is_some() {
            self.naming = begin_naming;
        }
        chosen
    }

    /// The field for a peer's name, under the list; Enter keeps it, an empty one takes the name away.
    fn naming_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
        let Some((addr, name)) = &mut self.naming else { return };
        let renamed = peer::renamed(&endpoint.spec.datagram.peers, addr, name);
        let mut over = false;
        ui.horizontal(|ui| {
            let label = ui.label(t!(view.lang, "strip-name-for", peer = addr.to_string()));
            let color = renamed.is_none().then_some(view.tokens.error);
            let edit = TextEdit::singleline(name).desired_width(140.0).text_color_opt(color);
            let field = field::line(ui, edit);
            let field = field.labelled_by(label.id);
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            over = field.lost_focus() && !entered;
            if entered {
                match &renamed {
                    Some(peers) => {
                        let mut spec = Box::new(endpoint.spec.clone());
                        spec.datagram.peers.clone_from(peers);
                        view.act(Action::Edit { endpoint: endpoint.id, spec });
                        over = true;
                    }
                    None => focus::give(&field),
                }
            } else if !field.has_focus() && !over {
                field::take_focus(&field);
            }
            if renamed.is_none() {
                ui.label(RichText::new(t!(view.lang, "strip-name-taken")).size(SMALL).color(view.tokens.error));
            }
        });
        if over {
            self.naming = None;
        }
    }
}

fn listing(name: &str, count: usize, selected: Option<usize>) -> Listing<'_> {
    Listing {
        salt: "connections",
        name,
        range: 0..count as u64,
        row_height: ROW_HEIGHT,
        selected: selected.map(|at| at as u64),
        kind: Kind::Choice,
    }
}

/// Buttons at the right end of a row; gives where they begin.
fn buttons(ui: &mut Ui, row: &Row, contents: impl FnOnce(&mut Ui)) -> f32 {
    let id = ui.scope_id().with(("row buttons", row.number));
    ends::draw(ui, id, row.rect, |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.spacing_mut().button_padding = vec2(5.0, 1.0);
        ui.spacing_mut().interact_size.y = ROW_HEIGHT - 2.0;
        contents(ui);
    })
}

fn conn_ui(
    ui: &mut Ui,
    view: &mut View<'_>,
    endpoint: &Endpoint,
    id: ConnId,
    conn: &Conn,
    row: &Row,
) -> Option<ConnAction> {
    let lang = view.lang;
    let number = id.get();
    let state = State::of_conn(conn, lang);
    let peer = conn.ends.peer.as_ref().map(ToString::to_string).unwrap_or_default();
    row.paint_ground(ui);
    let partner = view.session.partner((endpoint.id, Some(id)));
    let who = partner.as_ref().map_or_else(|| format!("#{number}"), |partner| format!("#{number} · {partner}"));
    row.name(|| format!("{who} {peer} {}", state.word));
    let mut chosen = None;
    let left = buttons(ui, row, |ui| {
        if controls::icon(ui, ICON_REPLY, &t!(lang, "strip-send-to", name = format!("#{number}"))).clicked() {
            chosen = Some(ConnAction::Conn(id));
        }
        ui.add_enabled_ui(conn.can_half_close(), |ui| {
            if controls::icon(ui, ICON_KEYBOARD_TAB, &t!(lang, "strip-half-close", conn = number)).clicked() {
                view.act(Action::Shutdown { endpoint: endpoint.id, conn: Some(id), how: How::Write });
            }
        });
        if controls::icon(ui, ICON_CLOSE, &t!(lang, "strip-close", conn = number)).clicked() {
            view.act(Action::CloseConn { endpoint: endpoint.id, conn: Some(id), reset: false });
        }
        if controls::icon(ui, ICON_CANCEL, &t!(lang, "strip-reset", conn = number)).clicked() {
            view.act(Action::CloseConn { endpoint: endpoint.id, conn: Some(id), reset: true });
        }
    });
    row.response.context_menu(|ui| targets::connection_menu(ui, view, endpoint, id, conn));
    let tokens = view.tokens;
    controls::paint_dot(ui, pos2(row.rect.left() + 10.0, row.rect.center().y), state.dot);
    let room = Rect::from_min_max(pos2(row.rect.left() + 20.0, row.rect.top()), pos2(left - 4.0, row.rect.bottom()));
    let mut line = Line::new().mono_strong(&who, tokens.text).mono(&format!("  {peer}"), tokens.muted);
    if row.rect.width() >= ROOM_FOR_COUNTS {
        let counts = t!(
            lang,
            "strip-bytes",
            sent = quantity::about_bytes(conn.sent),
            received = quantity::about_bytes(conn.received)
        );
        line = line.plain(&format!("   {counts}"), SMALL, tokens.muted);
    }
    if conn.peer_ended || conn.half_closed || conn.broken.is_some() {
        line = line.plain(&format!("   {}", state.word), SMALL, state.color(tokens));
    }
    line.paint(ui, room, Align::Min);
    chosen
}
