//! The head of an endpoint's pane: its name, address and state, and what can be done with it.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use eframe::egui::containers::menu::MenuButton;
use eframe::egui::{
    Button, Color32, FontFamily, FontId, Frame, Key, Label, RichText, Sense, TextEdit, TextStyle, Ui, vec2,
};
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons::{
    ICON_ADD_LINK, ICON_ARROW_FORWARD, ICON_CONTENT_COPY, ICON_GROUPS, ICON_KEYBOARD_TAB, ICON_LAN, ICON_LANGUAGE,
    ICON_MORE_VERT, ICON_PLAY_ARROW, ICON_POWER_SETTINGS_NEW, ICON_REPLAY,
};

use crate::desktop::fonts::STRONG;
use crate::engine::SocketState;
use crate::lab::transfer::Protocol;
use crate::lab::{Addr, Serving};
use crate::lang::Lang;
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
use crate::ui::widgets::state::State;
use crate::values::How;
use crate::values::endpoint_kind::Role;

/// Between the parts of the line, in points.
const GAP: f32 = 6.0;
/// Beside the word of a button, on each side.
const BUTTON_PADDING: f32 = 8.0;
/// The width of a button that is an icon, and of the one with the menu.
const ICON_BUTTON: f32 = 34.0;
const MENU_BUTTON: f32 = 40.0;
const DOT: f32 = 9.0;
/// The arrow before the other end's address.
const ARROW: f32 = 12.0;
/// The size of the state's word.
const STATE: f32 = 12.0;

#[derive(Debug, Default)]
pub struct Header {
    /// The new name while it is being typed.
    renaming: Option<String>,
    /// The field has just come: give it the keyboard.
    fresh: bool,
}

impl Header {
    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, shape: Shape) {
        ui.horizontal(|ui| {
            ui.set_height(theme::HEADER_HEIGHT - 8.0);
            ui.spacing_mut().item_spacing.x = GAP;
            ui.spacing_mut().button_padding.x = BUTTON_PADDING;
            let offers = Offer::of(endpoint);
            let fit = Fit::of(ui, view.lang, endpoint, &offers);
            let (id, room) = (ui.scope_id().with("header buttons"), ui.available_rect_before_wrap());
            self.name_ui(&mut ends::beside(ui, id, room), view, endpoint, &fit);
            ends::draw(ui, id, room, |ui| {
                for offer in &offers {
                    offer.ui(ui, view, endpoint, fit.words);
                }
                self.menu_ui(ui, view, endpoint, shape);
            });
            ui.advance_cursor_after_rect(room);
        });
        url_ui(ui, view, endpoint);
        lan_ui(ui, view, endpoint);
        queue_ui(ui, view, endpoint);
    }

    fn name_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, fit: &Fit) {
        let lang = view.lang;
        let state = State::of(endpoint, lang);
        let (rect, dot) = ui.allocate_exact_size(vec2(DOT, 14.0), Sense::hover());
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
        // A long one leaves room for what stands behind it.
        let widest = if fit.whole { f32::INFINITY } else { ui.available_width() / 2.0 };
        let title = ui.scope(|ui| {
            ui.set_max_width(ui.available_width().min(widest));
            ui.add(title)
        });
        let title = title.inner.on_hover_text(t!(lang, "header-name-tip"));
        if title.double_clicked() {
            self.rename(endpoint);
        } else if title.clicked() {
            view.selection.select_endpoint(endpoint.id);
        }
        address_ui(ui, view, endpoint, fit);
        if ui.available_width() > 40.0 {
            let word = RichText::new(state.word.clone()).size(STATE).color(state.color(view.tokens));
            ui.add(Label::new(word).truncate());
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

/// What the buttons at the right end do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offer {
    ConnectClient,
    ConnectAgain,
    HalfClose,
    Open,
    Close,
}

impl Offer {
    /// What can be done with it now.
    fn of(endpoint: &Endpoint) -> Vec<Self> {
        let (role, live) = (endpoint.spec.kind.role(), &endpoint.live);
        let mut offers = Vec::new();
        if endpoint.spec.kind.client().is_some() && live.is_open() {
            offers.push(Self::ConnectClient);
        } else if live.is_open() && can_connect_again(endpoint) {
            offers.push(Self::ConnectAgain);
        }
        if role == Role::Client && live.observed.conns.values().any(Conn::can_half_close) {
            offers.push(Self::HalfClose);
        }
        offers.push(if live.is_closed() { Self::Open } else { Self::Close });
        offers
    }

    fn name(self, lang: Lang) -> Cow<'static, str> {
        match self {
            Self::ConnectClient => t!(lang, "header-connect-client"),
            Self::ConnectAgain => t!(lang, "remedy-connect-again"),
            Self::HalfClose => t!(lang, "header-half-close"),
            Self::Open => t!(lang, "header-open"),
            Self::Close => t!(lang, "header-close"),
        }
    }

    fn tip(self, lang: Lang) -> Option<Cow<'static, str>> {
        match self {
            Self::ConnectClient | Self::Open => None,
            Self::ConnectAgain => Some(t!(lang, "remedy-connect-again-tip")),
            Self::HalfClose => Some(t!(lang, "header-half-close-tip")),
            Self::Close => Some(t!(lang, "header-close-tip")),
        }
    }

    fn icon(self) -> MaterialIcon {
        match self {
            Self::ConnectClient => ICON_ADD_LINK,
            Self::ConnectAgain => ICON_REPLAY,
            Self::HalfClose => ICON_KEYBOARD_TAB,
            Self::Open => ICON_PLAY_ARROW,
            Self::Close => ICON_POWER_SETTINGS_NEW,
        }
    }

    fn ui(self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, words: bool) {
        let name = self.name(view.lang);
        let mut response = match (words, self) {
            (true, Self::Open) => controls::primary(ui, name),
            (true, _) => ui.button(name),
            (false, _) => controls::icon(ui, self.icon(), &name),
        };
        if let Some(tip) = self.tip(view.lang) {
            response = response.on_hover_text(tip);
        }
        if !response.clicked() {
            return;
        }
        match self {
            Self::ConnectClient => OnEndpoint::ConnectClient.run(view, endpoint),
            Self::ConnectAgain => view.act(connect_again(endpoint)),
            Self::HalfClose => view.act(Action::Shutdown { endpoint: endpoint.id, conn: None, how: How::Write }),
            Self::Open => view.act(Action::Open(endpoint.id)),
            Self::Close => view.act(Action::Close(endpoint.id)),
        }
    }
}

/// How much of the address is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Address {
    Whole,
    Short,
    None,
}

/// What the line has room for. The state is the last to go, since nothing else says it in words: first an address of
/// this machine is shortened to its port, then the buttons become icons, then the address goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fit {
    words: bool,
    address: Address,
    /// All of the rest stands there.
    whole: bool,
}

impl Fit {
    fn of(ui: &Ui, lang: Lang, endpoint: &Endpoint, offers: &[Offer]) -> Self {
        let width = |text: &str, size: f32, family: FontFamily| {
            ui.painter().layout_no_wrap(text.to_owned(), FontId::new(size, family), Color32::PLACEHOLDER).size().x
        };
        let button_size = TextStyle::Button.resolve(ui.style()).size;
        let strong = FontFamily::Name(STRONG.into());
        let word = |offer: &Offer| {
            // The primary one is in bold letters.
            width(&offer.name(lang), button_size, strong.clone()) + 2.0 * BUTTON_PADDING + 2.0 + GAP
        };
        let words = offers.iter().map(word).sum::<f32>() + MENU_BUTTON;
        let icons = offers.len() as f32 * (ICON_BUTTON + GAP) + MENU_BUTTON;
        let mono = TextStyle::Monospace.resolve(ui.style()).size;
        let arrow = if has_arrow(endpoint) { ARROW + GAP } else { 0.0 };
        let address = |address: &str| width(address, mono, FontFamily::Monospace) + arrow + GAP;
        let (whole, short) = (address(&endpoint.shown_address()), address(&short_address(endpoint)));
        let name = width(&endpoint.spec.name, button_size, strong.clone());
        let state = width(&State::of(endpoint, lang).word, STATE, FontFamily::Proportional);
        let rest = DOT + GAP + name + GAP + state + 2.0 * GAP;
        let ways = [
            (true, Address::Whole),
            (true, Address::Short),
            (false, Address::Whole),
            (false, Address::Short),
            (false, Address::None),
        ];
        let fits = ways.into_iter().find(|(with_words, address)| {
            let buttons = if *with_words { words } else { icons };
            let address = match address {
                Address::Whole => whole,
                Address::Short => short,
                Address::None => 0.0,
            };
            rest + buttons + address <= ui.available_width()
        });
        let (words, address) = fits.unwrap_or((false, Address::None));
        Self { words, address, whole: fits.is_some() }
    }
}

/// The address is the other end's then.
fn has_arrow(endpoint: &Endpoint) -> bool {
    !endpoint.spec.kind.is_server() && endpoint.spec.remote.is_some()
}

/// Of an address of this machine the port, of a path the file's name; any other address is needed whole.
fn short_address(endpoint: &Endpoint) -> String {
    let address = endpoint.shown_address();
    if endpoint.spec.kind.is_unix() {
        return address.rsplit_once('/').map_or(address.clone(), |(_, file)| file.to_owned());
    }
    match address.parse::<SocketAddr>() {
        Ok(inet) if inet.ip().is_loopback() || inet.ip().is_unspecified() => format!(":{}", inet.port()),
        _ => address,
    }
}

fn address_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, fit: &Fit) {
    let address = endpoint.shown_address();
    let shown = match fit.address {
        Address::Whole => address.clone(),
        Address::Short => short_address(endpoint),
        Address::None => return,
    };
    if address.is_empty() || ui.available_width() < 60.0 {
        return;
    }
    if has_arrow(endpoint) {
        ui.label(ICON_ARROW_FORWARD.rich_text().size(ARROW).color(view.tokens.muted));
    }
    let text = RichText::new(shown).monospace().color(view.tokens.muted);
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
    if !endpoint.spec.reachable_from_lan() || endpoint.spec.kind.role() == Role::Client {
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
    if !listens || endpoint.spec.server.serving != Serving::OneAtATime {
        return;
    }
    let (lang, tokens) = (view.lang, view.tokens);
    // Nobody had asked the kernel by then.
    if view.session.looking_back().is_some() && endpoint.live.accept_queue.is_none() {
        return;
    }
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
