//! To whom a composer sends: all clients of a server or one, a UDP destination, or simply the peer of a client.

use std::borrow::Cow;

use eframe::egui::{self, RichText, TextEdit, Ui};

use crate::engine::{Dest, Peers};
use crate::lab::{Addr, Remote, peer};
use crate::lang::Lang;
use crate::session::{Endpoint, Session};
use crate::t;
use crate::trace::ConnId;
use crate::ui::view::View;
use crate::ui::widgets::choice::Choice;
use crate::ui::widgets::field;
use crate::ui::widgets::rows::{Kind, Listing, Rows};
use crate::values::endpoint_kind::Role;

/// The most peers and endpoints that are offered as destinations.
const MAX_OFFERED: usize = 30;
/// The least and the most characters that the field of a destination has room for: `127.0.0.1:50000` and
/// `[2001:db8:1234:5678:9abc:def0:1234:5678]:65535`.
const MIN_CHARS: usize = 17;
const MAX_CHARS: usize = 47;
/// The width, in points, of what stands behind that field in its line: the known peers, the repeating, the snippets, the lines to copy.
const BEHIND: f32 = 230.0;
/// The same where all of it is in menus.
const BEHIND_FEW: f32 = 104.0;
/// Height of one offered connection in points.
const OFFER_HEIGHT: f32 = 22.0;

#[derive(Debug)]
pub struct Target {
    /// The connection of a server; `None`: all.
    pub conn: Option<ConnId>,
    /// What the user typed as a UDP destination; empty: the usual one.
    pub destination: String,
    /// The width of the line that it stands in, in points.
    pub line: f32,
    offers: Rows,
}

impl Default for Target {
    fn default() -> Self {
        Self { conn: None, destination: String::new(), line: f32::INFINITY, offers: Rows::from_start() }
    }
}

impl Target {
    /// The peers that are meant, or why there are none.
    pub fn peers(&self, session: &Session, endpoint: &Endpoint, lang: Lang) -> Result<Peers, Cow<'static, str>> {
        match endpoint.spec.kind.role() {
            Role::Client if endpoint.live.observed.conns.is_empty() => Err(t!(lang, "composer-not-connected")),
            Role::Client => Ok(Peers::All),
            Role::Server => match self.conn {
                None if endpoint.live.observed.conns.is_empty() => Err(t!(lang, "composer-no-clients")),
                None => Ok(Peers::All),
                Some(conn) if endpoint.live.observed.conns.contains_key(&conn) => Ok(Peers::Conn(conn)),
                Some(conn) => Err(t!(lang, "composer-conn-gone", conn = conn.get())),
            },
            Role::Datagram => self.destination(session, endpoint, lang),
            Role::Relay => Err(t!(lang, "composer-relay")),
        }
    }

    fn destination(&self, session: &Session, endpoint: &Endpoint, lang: Lang) -> Result<Peers, Cow<'static, str>> {
        let typed = self.destination.trim();
        if typed.is_empty() {
            return match (&endpoint.spec.remote, last_sender(endpoint)) {
                (Some(_), _) => Ok(Peers::All),
                (None, Some(addr)) => Ok(Peers::Dest(Dest::Addr(addr.clone()))),
                (None, None) => Err(t!(lang, "composer-no-destination")),
            };
        }
        if let Some(peer) = endpoint.spec.datagram.peers.iter().find(|peer| peer.name == typed) {
            return match session.destination(&peer.addr) {
                Some(dest) => Ok(Peers::Dest(dest)),
                None => Err(t!(lang, "composer-bad-destination", text = typed.to_owned())),
            };
        }
        let unix = endpoint.spec.kind.is_unix();
        match if unix { Remote::parse_unix(typed) } else { Remote::parse_inet(typed) } {
            Err(_) if unix => Err(t!(lang, "composer-bad-path", text = typed.to_owned())),
            Err(_) => Err(t!(lang, "composer-bad-destination", text = typed.to_owned())),
            Ok(Remote::Inet(target)) => Ok(Peers::Dest(Dest::Host(target))),
            Ok(Remote::Path(path)) => Ok(Peers::Dest(Dest::Addr(Addr::Unix(path)))),
            Ok(remote @ Remote::Endpoint(_)) => session.destination(&remote).map(Peers::Dest).ok_or_else(|| {
                let name = typed.trim_start_matches('@').to_owned();
                match session.endpoint_named(&name) {
                    Some(_) => t!(lang, "composer-peer-closed", name = name),
                    None => t!(lang, "composer-peer-unknown", name = name),
                }
            }),
        }
    }

    /// The field or list that chooses; nothing for a client. With `few` there is little room.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, endpoint: &Endpoint, few: bool) {
        match endpoint.spec.kind.role() {
            Role::Client | Role::Relay => {}
            Role::Server => self.connections_ui(ui, view, endpoint, few),
            Role::Datagram => self.destination_ui(ui, view, endpoint, few),
        }
    }

    fn connections_ui(&mut self, ui: &mut Ui, view: &View<'_>, endpoint: &Endpoint, few: bool) {
        let lang = view.lang;
        let shown = match self.conn {
            None => t!(lang, "composer-to-all", count = endpoint.live.observed.conns.len()),
            Some(conn) => Cow::Owned(format!("#{}", conn.get())),
        };
        let choice = Choice { name: &t!(lang, "composer-to"), shown: &shown, prefixed: !few };
        choice.show(ui, |ui| {
            let all = t!(lang, "composer-to-all", count = endpoint.live.observed.conns.len());
            if ui.selectable_label(self.conn.is_none(), all).clicked() {
                self.conn = None;
                ui.close();
            }
            let conns = &endpoint.live.observed.conns;
            if conns.is_empty() {
                return;
            }
            let height = OFFER_HEIGHT * conns.len().min(12) as f32;
            let offers = &mut self.offers;
            let selected =
                self.conn.and_then(|chosen| conns.keys().position(|conn| *conn == chosen)).map(|at| at as u64);
            let mut chosen = None;
            ui.allocate_ui(egui::vec2(220.0, height), |ui| {
                let name = t!(lang, "composer-to");
                let listing = Listing {
                    salt: "offers",
                    name: &name,
                    range: 0..conns.len() as u64,
                    row_height: OFFER_HEIGHT,
                    selected,
                    kind: Kind::Choice,
                };
                chosen = offers
                    .show(ui, &listing, |ui, row| {
                        let Some((id, conn)) = conns.iter().nth(row.number as usize) else { return };
                        let peer = conn.ends.peer.as_ref().map(ToString::to_string).unwrap_or_default();
                        let text = format!("{}  {peer}", view.session.numbered_with_partner((endpoint.id, Some(*id))));
                        row.paint_text(ui, &text);
                        row.name(|| text.clone());
                    })
                    .picked;
            });
            if let Some((conn, _)) = chosen.and_then(|row| conns.iter().nth(row as usize)) {
                self.conn = Some(*conn);
                ui.close();
            }
        });
    }

    fn destination_ui(&mut self, ui: &mut Ui, view: &View<'_>, endpoint: &Endpoint, few: bool) {
        let lang = view.lang;
        let label = ui.label(RichText::new(t!(lang, "composer-to")).color(view.tokens.muted));
        let hint = match (&endpoint.spec.remote, last_sender(endpoint)) {
            (Some(remote), _) => remote.to_string(),
            (None, Some(addr)) => t!(lang, "composer-last-sender", peer = addr.to_string()).into_owned(),
            (None, None) => t!(lang, "composer-destination-hint").into_owned(),
        };
        let behind = if few { BEHIND_FEW } else { BEHIND };
        let room = self.line - ui.min_rect().width() - behind;
        let width = width_for(ui, if self.destination.is_empty() { &hint } else { &self.destination }, room);
        let bad = !self.destination.trim().is_empty() && self.destination(view.session, endpoint, lang).is_err();
        let field = TextEdit::singleline(&mut self.destination)
            .hint_text(hint)
            .desired_width(width)
            .align(egui::Align2::LEFT_CENTER)
            .font(egui::TextStyle::Monospace)
            .text_color_opt(bad.then_some(view.tokens.error));
        field::line(ui, field).labelled_by(label.id);
        let choice = Choice { name: &t!(lang, "composer-known-peers"), shown: "", prefixed: false };
        choice.show(ui, |ui| {
            for offer in offers(view.session, endpoint) {
                if ui.button(RichText::new(&offer).monospace()).clicked() {
                    self.destination = offer;
                    ui.close();
                }
            }
        });
    }
}

/// The sender of the newest datagram: an answer without a destination goes there.
fn last_sender(endpoint: &Endpoint) -> Option<&Addr> {
    let newest = endpoint.live.observed.peers.iter().max_by_key(|(_, peer)| peer.last_received)?;
    newest.1.last_received.map(|_| newest.0)
}

/// As wide as the address is, up to an IPv6 address with a port, as far as there is room.
fn width_for(ui: &Ui, text: &str, room: f32) -> f32 {
    let digit = ui.fonts_mut(|fonts| fonts.glyph_width(&egui::TextStyle::Monospace.resolve(ui.style()), '0'));
    let chars = text.chars().count().clamp(MIN_CHARS, MAX_CHARS);
    (digit * (chars + 1) as f32 + 2.0 * ui.spacing().button_padding.x).min(room.max(60.0))
}

/// Destinations that are likely: the usual one, the lab's other UDP sockets, and who was heard of.
fn offers(session: &Session, endpoint: &Endpoint) -> Vec<String> {
    let usual = endpoint.spec.remote.iter().map(ToString::to_string);
    let others = session
        .endpoints()
        .iter()
        .filter(|other| other.id != endpoint.id && other.spec.kind.role() == Role::Datagram)
        .map(|other| format!("@{}", other.spec.name));
    let named = endpoint.spec.datagram.peers.iter().map(|peer| peer.name.clone());
    let unnamed =
        endpoint.live.observed.peers.keys().filter(|addr| peer::name_of(&endpoint.spec.datagram.peers, addr).is_none());
    let heard = unnamed.map(ToString::to_string);
    usual.chain(named).chain(others).chain(heard).take(MAX_OFFERED).collect()
}
