//! The head of an endpoint's pane: its name, address and state, and what can be done with it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use eframe::egui::containers::menu::MenuButton;
use eframe::egui::{Button, Frame, Key, Label, Response, RichText, Sense, TextEdit, Ui, vec2};
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons::{
    ICON_ADD_LINK, ICON_ARROW_FORWARD, ICON_CONTENT_COPY, ICON_GROUPS, ICON_KEYBOARD_TAB, ICON_LAN, ICON_LANGUAGE,
    ICON_MORE_VERT, ICON_PLAY_ARROW, ICON_POWER_SETTINGS_NEW, ICON_REPLAY,
};

use crate::engine::SocketState;
use crate::lab::step::How;
use crate::lab::transfer::Protocol;
use crate::lab::{Addr, Serving};
use crate::session::remedy::{can_connect_again, connect_again};
use crate::session::{Action, Endpoint};
use crate::t;
use crate::trace::follow::Shape;
use crate::trace::observed::Conn;
use crate::ui::controls;
use crate::ui::targets::{self, OnEndpoint};
use crate::ui::theme;
use crate::ui::view::View;
use crate::ui::widgets::ends;
use crate::ui::widgets::field;
use crate::ui::widgets::part::Part;
use crate::ui::widgets::state::State;

/// From this width on (in points) the buttons have words; below they are icons.
const ROOM_FOR_WORDS: f32 = 400.0;

#[derive(Debug, Default)]
pub struct Header {
    /// The new name while it is being typed.
    renaming: Option<String>,
    /// The field has just come: give it the keyboard.
    fresh: bool,
}

impl Header {
    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, shape: Shape) {
        let width = ui.available_width();
        ui.horizontal(|ui| {
            ui.set_height(theme::HEADER_HEIGHT - 8.0);
            ui.spacing_mut().item_spacing.x = 6.0;
            ui.spacing_mut().button_padding.x = 8.0;
            let (id, room) = (ui.scope_id().with("header buttons"), ui.available_rect_before_wrap());
            self.name_ui(&mut ends::beside(ui, id, room), view, endpoint);
            ends::draw(ui, id, room, |ui| {
                let words = width >= ROOM_FOR_WORDS;
                kind_ui(ui, view, endpoint, words);
                open_ui(ui, view, endpoint, words);
                self.menu_ui(ui, view, endpoint, shape);
            });
            ui.advance_cursor_after_rect(room);
        });
        url_ui(ui, view, endpoint);
        lan_ui(ui, view, endpoint);
        queue_ui(ui, view, endpoint);
    }

    fn name_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
        let lang = view.lang;
        let state = State::of(endpoint, lang);
        let (rect, dot) = ui.allocate_exact_size(vec2(9.0, 14.0), Sense::hover());
        controls::paint_dot(ui, rect.center(), state.dot);
        dot.on_hover_text(state.word.clone());
        if let Some(name) = &mut self.renaming {
            let field = field::line(ui, TextEdit::singleline(name).desired_width(140.0))
                .accessible_name(t!(lang, "header-rename-field"));
            if std::mem::take(&mut self.fresh) {
                field::take_focus(&field);
            }
            if field.lost_focus() {
                let name = std::mem::take(name);
                self.renaming = None;
                if !ui.input(|input| input.key_pressed(Key::Escape)) {
                    view.act(Action::Rename { endpoint: endpoint.id, name });
                }
            }
            return;
        }
        let selected = view.selection.endpoint() == Some(endpoint.id);
        let color = if selected { view.tokens.accent } else { view.tokens.text };
        let title = Button::new(theme::strong(&endpoint.spec.name).color(color)).truncate().frame(false);
        let title = ui.add(title).on_hover_text(t!(lang, "header-name-tip"));
        if title.double_clicked() {
            self.rename(endpoint);
        } else if title.clicked() {
            view.selection.select_endpoint(endpoint.id);
        }
        address_ui(ui, view, endpoint);
        if ui.available_width() > 40.0 {
            ui.add(Label::new(RichText::new(state.word.clone()).size(12.0).color(state.color(view.tokens))).truncate());
        }
    }

    /// Begins to edit the name.
    pub fn rename(&mut self, endpoint: &Endpoint) {
        self.renaming = Some(endpoint.spec.name.clone());
        self.fresh = true;
    }

    fn menu_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, shape: Shape) {
        let lang = view.lang;
        let picture = ICON_MORE_VERT.rich_text().size(16.0).color(view.tokens.muted);
        let button = Button::new(picture).frame_when_inactive(false).min_size(vec2(22.0, 24.0));
        let name = t!(lang, "header-more", name = endpoint.spec.name.clone());
        let shown = match shape {
            Shape::Hex => OnEndpoint::AsHex,
            Shape::Text => OnEndpoint::AsText,
        };
        let (response, menu) = MenuButton::from_button(button)
            .ui(ui, |ui| targets::endpoint_menu(ui, lang, endpoint, OnEndpoint::IN_HEADER, |command| command == shown));
        match menu.and_then(|menu| menu.inner) {
            Some(OnEndpoint::Rename) => self.rename(endpoint),
            Some(command) => command.run(view, endpoint),
            None => {}
        }
        controls::name_it(&response, true, &name);
        response.on_hover_text(t!(lang, "header-more-tip"));
    }
}

/// A button with a word where there is room, else with an icon.
fn button(ui: &mut Ui, words: bool, icon: MaterialIcon, name: &str) -> Response {
    if words { ui.button(name) } else { controls::icon(ui, icon, name) }
}

/// Open, or close.
fn open_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, words: bool) {
    if endpoint.live.is_closed() {
        let name = t!(view.lang, "header-open");
        let response = if words { controls::primary(ui, name) } else { controls::icon(ui, ICON_PLAY_ARROW, &name) };
        if response.clicked() {
            view.act(Action::Open(endpoint.id));
        }
        return;
    }
    let response = button(ui, words, ICON_POWER_SETTINGS_NEW, &t!(view.lang, "header-close"));
    if response.on_hover_text(t!(view.lang, "header-close-tip")).clicked() {
        view.act(Action::Close(endpoint.id));
    }
}

/// What only this kind of endpoint can do.
fn kind_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, words: bool) {
    let part = Part::of(endpoint.spec.kind);
    if part == Part::Server && endpoint.live.is_open() {
        if button(ui, words, ICON_ADD_LINK, &t!(view.lang, "header-connect-client")).clicked() {
            OnEndpoint::ConnectClient.run(view, endpoint);
        }
    } else if endpoint.live.is_open() && can_connect_again(endpoint) {
        let button = button(ui, words, ICON_REPLAY, &t!(view.lang, "remedy-connect-again"));
        if button.on_hover_text(t!(view.lang, "remedy-connect-again-tip")).clicked() {
            view.act(connect_again(endpoint));
        }
    }
    if part == Part::Client && endpoint.live.observed.conns.values().any(Conn::can_half_close) {
        let button = button(ui, words, ICON_KEYBOARD_TAB, &t!(view.lang, "header-half-close"));
        if button.on_hover_text(t!(view.lang, "header-half-close-tip")).clicked() {
            view.act(Action::Shutdown { endpoint: endpoint.id, conn: None, how: How::Write });
        }
    }
}

fn address_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
    let address = endpoint.shown_address();
    if address.is_empty() || ui.available_width() < 60.0 {
        return;
    }
    // It is the other end's address then.
    if !endpoint.spec.kind.is_server() && endpoint.spec.remote.is_some() {
        ui.label(ICON_ARROW_FORWARD.rich_text().size(12.0).color(view.tokens.muted));
    }
    let text = RichText::new(&address).monospace().color(view.tokens.muted);
    let response = ui.add(Button::new(text).truncate().frame(false));
    let name = t!(view.lang, "header-copy-address", address = address.clone());
    controls::name_it(&response, true, &name);
    if response.on_hover_text(name).clicked() {
        view.copy(address);
    }
}

/// What to open in a browser.
fn url_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
    if !matches!(endpoint.spec.service.share(), Some((Protocol::Http, _))) {
        return;
    }
    let Some(Addr::Inet(local)) = endpoint.live.local() else { return };
    // Every address is none that a browser could go to.
    let host: IpAddr = match local.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let url = format!("http://{}/", SocketAddr::new(host, local.port()));
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 20.0;
        ui.label(ICON_LANGUAGE.rich_text().size(14.0).color(view.tokens.accent));
        ui.hyperlink_to(RichText::new(&url).monospace(), &url).on_hover_text(t!(view.lang, "header-url-tip"));
        let name = t!(view.lang, "header-copy-address", address = url.as_str());
        if controls::icon(ui, ICON_CONTENT_COPY, &name).clicked() {
            view.copy(url);
        }
    });
}

/// The address to give to others, where they can reach it.
fn lan_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
    if !endpoint.spec.reachable_from_lan() || Part::of(endpoint.spec.kind) == Part::Client {
        return;
    }
    let Some(Addr::Inet(local)) = endpoint.live.local() else { return };
    Frame::new().show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.label(ICON_LAN.rich_text().size(14.0).color(view.tokens.accent));
            if local.ip().is_unspecified() {
                ui.label(
                    RichText::new(t!(view.lang, "header-lan-any", port = local.port().to_string()))
                        .color(view.tokens.muted),
                );
                return;
            }
            let address = local.to_string();
            ui.label(RichText::new(t!(view.lang, "header-lan")).color(view.tokens.muted));
            ui.label(RichText::new(&address).monospace());
            let name = t!(view.lang, "header-copy-address", address = address.clone());
            if controls::icon(ui, ICON_CONTENT_COPY, &name).clicked() {
                view.copy(address);
            }
        });
    });
}

/// How many clients wait until it is their turn, as the kernel reports it.
fn queue_ui(ui: &mut Ui, view: &View<'_>, endpoint: &Endpoint) {
    let listens = matches!(endpoint.live.socket, SocketState::Open { .. }) && endpoint.spec.kind.is_server();
    if !listens || endpoint.spec.serving != Serving::OneAtATime {
        return;
    }
    let (lang, tokens) = (view.lang, view.tokens);
    let (text, tip, colour) = match endpoint.live.accept_queue {
        Some((waiting, limit)) => {
            let colour = if waiting > 0 { tokens.waiting } else { tokens.muted };
            (t!(lang, "header-queue", waiting = waiting, limit = limit), t!(lang, "header-queue-tip"), colour)
        }
        None => (t!(lang, "header-queue-unknown"), t!(lang, "header-queue-unknown-tip"), tokens.muted),
    };
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.spacing_mut().interact_size.y = 16.0;
    ui.horizontal(|ui| {
        ui.label(ICON_GROUPS.rich_text().size(14.0).color(colour));
        ui.label(RichText::new(text).size(12.0).color(colour)).on_hover_text(tip);
    });
}
