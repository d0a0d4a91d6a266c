//! The window "Serve files": a folder or files, offered to the tutorials' clients, to browsers, or to both at once.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use eframe::egui::{self, Align, Id, Key, Layout, RichText, TextEdit, Ui};

use super::lines::{Footer, Lines, Obstacle, Pressed};
use super::share::ShareDraft;
use crate::lab::address::{Host, parse_port};
use crate::lab::transfer::{FileShare, Protocol, Shared};
use crate::lab::{EndpointKind, EndpointSpec, HostPort, Local, Reply, ServiceSpec};
use crate::lang::Lang;
use crate::lang::Words as _;
use crate::session::Action;
use crate::t;
use crate::ui::command::UiCommand;
use crate::ui::panes::transfers::TRANSFERS;
use crate::ui::view::{View, ViewRequest};
use crate::ui::widgets::field;
use crate::ui::widgets::modal;

const WIDTH: f32 = 600.0;

/// The window while it is open.
pub struct ServeWindow {
    share: ShareDraft,
    /// Per protocol: whether it is wanted, and on which port.
    offers: [Offer; Protocol::ALL.len()],
    lan: bool,
    /// The keyboard has still to be put into the first field.
    fresh: bool,
    /// The user wanted to go on with something wrong: all of it is shown.
    tried: bool,
}

struct Offer {
    protocol: Protocol,
    on: bool,
    port: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Field {
    Share,
    Port(Protocol),
    Offers,
}

impl Field {
    /// What it is called in the window.
    fn name(self, lang: Lang) -> String {
        match self {
            Self::Share => t!(lang, "share-what"),
            Self::Port(Protocol::Files) => t!(lang, "serve-port-files"),
            Self::Port(Protocol::Http) => t!(lang, "serve-port-http"),
            Self::Offers => t!(lang, "serve-to"),
        }
        .into_owned()
    }
}

impl ServeWindow {
    /// With what was dropped, or nothing yet.
    pub fn new(paths: &[PathBuf]) -> Self {
        let mut share = ShareDraft::default();
        share.put(paths);
        let offers = Protocol::ALL.map(|protocol| Offer { protocol, on: true, port: "0".to_owned() });
        Self { share, offers, lan: false, fresh: true, tried: false }
    }

    /// Takes paths that were dropped.
    pub fn drop(&mut self, paths: &[PathBuf]) {
        self.share.drop(paths);
    }

    /// Takes paths that were chosen.
    pub fn put(&mut self, paths: &[PathBuf]) {
        self.share.put(paths);
    }

    pub fn no_dialog(&mut self) {
        self.share.no_dialog = true;
        self.fresh = true;
    }

    /// True where it is done with.
    pub fn ui(&mut self, ctx: &egui::Context, view: &mut View<'_>) -> bool {
        let lang = view.lang;
        let wrong = self.specs(lang).err().unwrap_or_default();
        let shown: Vec<_> = complaints(&wrong, self.share.is_untouched() && !self.tried).to_vec();
        let drawn = modal::show(ctx, Id::unique("serve files"), WIDTH, |ui, place| {
            modal::title(ui, t!(lang, "serve-title"));
            ui.add(egui::Label::new(RichText::new(t!(lang, "serve-what")).color(view.tokens.muted)).wrap());
            ui.add_space(6.0);
            ui.spacing_mut().item_spacing.y = 7.0;
            self.fresh |= place.is_new;
            let mut lines = Lines::new(&shown, place.entered);
            self.body(ui, view, &mut lines);
            ui.separator();
            let obstacle = Obstacle::first(lang, &wrong, &shown, |field| field.name(lang));
            let footer = Footer { go: &t!(lang, "serve-go"), also: None, obstacle: obstacle.as_ref() };
            let pressed = footer.ui(ui, lang, |_| {});
            if lines.entered { pressed.or(Some(Pressed::Go)) } else { pressed }
        });
        match drawn.inner {
            // With what the fields hold now that this frame's letters are in them.
            Some(Pressed::Go | Pressed::Also) => match self.specs(lang) {
                Ok(specs) => {
                    for spec in specs {
                        view.act(Action::Add { spec: Box::new(spec), open: true });
                    }
                    // The requests are seen there.
                    view.command(UiCommand::ShowView(&TRANSFERS));
                    true
                }
                Err(_) => {
                    self.tried = true;
                    false
                }
            },
            Some(Pressed::Cancel) => true,
            None => drawn.escape,
        }
    }

    fn body(&mut self, ui: &mut Ui, view: &mut View<'_>, lines: &mut Lines<'_, Field>) {
        let lang = view.lang;
        if std::mem::take(&mut self.fresh) {
            self.share.take_focus();
        }
        if let Some(purpose) = self.share.ui(ui, lang, lines, Field::Share) {
            view.requests.push(ViewRequest::Choose(purpose));
        }
        for (number, offer) in self.offers.iter_mut().enumerate() {
            let (text, tip) = match offer.protocol {
                Protocol::Files => (t!(lang, "serve-by-files"), t!(lang, "serve-by-files-tip")),
                Protocol::Http => (t!(lang, "serve-by-http"), t!(lang, "serve-by-http-tip")),
            };
            let label = if number == 0 { t!(lang, "serve-to") } else { "".into() };
            let port = match offer.protocol {
                Protocol::Files => t!(lang, "serve-port-files"),
                Protocol::Http => t!(lang, "serve-port-http"),
            };
            let mut entered = false;
            lines.named(ui, &label, "", Some(Field::Port(offer.protocol)), |ui| {
                let check = ui.checkbox(&mut offer.on, text.as_ref()).on_hover_text(tip);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let edit = TextEdit::singleline(&mut offer.port).desired_width(64.0).char_limit(8);
                    let field = field::line_enabled(ui, offer.on, edit).accessible_name(port);
                    entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
                    field.on_hover_text(t!(lang, "form-port-any"));
                    ui.label(RichText::new(t!(lang, "form-port")).color(view.tokens.muted));
                });
                check
            });
            lines.entered |= entered;
        }
        let (text, tip) = (t!(lang, "form-lan"), t!(lang, "form-lan-tip"));
        lines.check(ui, "", &text, &tip, &mut self.lan);
        if self.lan {
            lines.hint(ui, &t!(lang, "serve-lan-warning"));
        }
    }

    /// The endpoints, or all that is wrong.
    fn specs(&mut self, lang: Lang) -> Result<Vec<EndpointSpec>, Vec<(Field, String)>> {
        let mut wrong = Vec::new();
        let what = match self.share.what() {
            Err(why) => {
                wrong.push((Field::Share, why.text(lang)));
                Shared::Files(Vec::new())
            }
            Ok(what) => {
                wrong.extend(self.share.not_there().map(|why| (Field::Share, why.text(lang))));
                what
            }
        };
        let mut specs = Vec::new();
        for offer in self.offers.iter().filter(|offer| offer.on) {
            let port = parse_port(offer.port.trim()).unwrap_or_else(|error| {
                wrong.push((Field::Port(offer.protocol), error.sentence(lang)));
                0
            });
            specs.push(spec(lang, offer.protocol, what.clone(), self.lan, port));
        }
        if let [one, other] = &self.offers
            && one.on
            && other.on
            && one.port.trim() == other.port.trim()
            && one.port.trim() != "0"
        {
            wrong.push((Field::Port(other.protocol), t!(lang, "serve-wrong-same-port").into_owned()));
        }
        if specs.is_empty() {
            wrong.push((Field::Offers, t!(lang, "serve-wrong-no-offer").into_owned()));
        }
        if wrong.is_empty() { Ok(specs) } else { Err(wrong) }
    }
}

/// What was not begun yet is not shown as wrong; the button says it.
fn complaints(wrong: &[(Field, String)], untouched: bool) -> &[(Field, String)] {
    match wrong {
        [(Field::Share, _), rest @ ..] if untouched => rest,
        all => all,
    }
}

fn spec(lang: Lang, protocol: Protocol, what: Shared, lan: bool, port: u16) -> EndpointSpec {
    let share = FileShare::new(what);
    let (name, reply) = match protocol {
        Protocol::Files => (t!(lang, "serve-name-files"), Reply::files(share)),
        Protocol::Http => (t!(lang, "serve-name-http"), Reply::http(share)),
    };
    let ip = if lan { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
    let mut spec = EndpointSpec::new(name, EndpointKind::TCP_SERVER);
    spec.local = Some(Local::Inet(HostPort::new(Host::Ip(IpAddr::V4(ip)), port)));
    spec.service = ServiceSpec::new(reply);
    spec
}
