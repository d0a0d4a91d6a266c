//! The form for a new endpoint, and for the options of one that is there.

mod checked;
mod fields;
mod framing;
pub mod lines;
pub mod not_heard;
mod options;
mod rule_draft;
mod rules;

use std::path::PathBuf;

use eframe::egui::{self, Align, Button, Id, Key, Layout, Modal, RichText, ScrollArea, TextEdit, Ui, vec2};
use egui_material_icons::icons::{ICON_ARROW_DROP_DOWN, ICON_ERROR};

use super::endpoint_list::kind_name;
use super::welcome::first_spec;
use crate::lab::transfer::Protocol;
use crate::lab::{EndpointId, EndpointKind, EndpointSpec, Reply, TextEncoding};
use crate::lang::Lang;
use crate::session::{Action, Session};
use crate::t;
use crate::ui::controls;
use crate::ui::theme::{self, Tokens};
use crate::ui::view::{Asked, View};
use crate::ui::widgets::focus;
use fields::{Field, Fields, Wrong};
use lines::Lines;
pub use rules::when_name;

const WIDTH: f32 = 600.0;
/// The same with a list of rules.
const WIDE: f32 = 700.0;

/// The form while it is open.
pub struct Form {
    /// `None`: it makes a new endpoint.
    editing: Option<EndpointId>,
    base: EndpointSpec,
    fields: Fields,
    trial: rules::Trial,
    open_at_once: bool,
    /// The keyboard has still to be put into the first field.
    fresh: bool,
    options_open: bool,
}

/// What became of the form in this frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Stays,
    Closed,
}

impl Form {
    pub fn new(session: &Session, lang: Lang, kind: EndpointKind) -> Self {
        let mut base = first_spec(lang, kind);
        base.name = session.free_name(&base.name);
        let mut fields = Fields::of(&base);
        prefer_open_server(session, &mut fields);
        Self {
            editing: None,
            base,
            fields,
            trial: rules::Trial::default(),
            open_at_once: true,
            fresh: true,
            options_open: false,
        }
    }

    /// The same form for an endpoint that is there; `None` where it is gone.
    pub fn edit(session: &Session, endpoint: EndpointId) -> Option<Self> {
        let base = session.endpoint(endpoint)?.spec.clone();
        let fields = Fields::of(&base);
        Some(Self {
            editing: Some(endpoint),
            base,
            fields,
            trial: rules::Trial::default(),
            open_at_once: false,
            fresh: true,
            options_open: true,
        })
    }

    pub fn ui(&mut self, ctx: &egui::Context, view: &mut View<'_>) -> Answer {
        let checked = self.check(view.session, view.lang);
        let wrong: &[Wrong] = checked.as_ref().err().map_or(&[], Vec::as_slice);
        let frame = egui::Frame::window(&ctx.global_style());
        let mut entered = false;
        let room = ctx.content_rect().size();
        let modal = Modal::new(Id::unique("endpoint form")).frame(frame).backdrop_color(view.tokens.backdrop());
        let popup_open = egui::Popup::is_any_open(ctx);
        let response = modal.show(ctx, |ui| {
            let width = if self.has_rules() { WIDE } else { WIDTH };
            ui.set_width(width.min(room.x - 60.0));
            // egui gives a new window 400 points.
            ui.set_max_height((room.y - 80.0).max(240.0));
            self.title(ui, view);
            let max_height = (room.y - 220.0).max(160.0);
            ScrollArea::vertical().max_height(max_height).auto_shrink([false, true]).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 7.0;
                entered = self.body(ui, view, wrong);
                ui.add_space(2.0);
            });
            ui.separator();
            self.footer(ui, view.lang, wrong)
        });
        let (go, cancel) = response.inner;
        let escape = !popup_open && ctx.input(|input| input.key_pressed(Key::Escape));
        if let Ok(spec) = checked
            && (go || entered)
        {
            self.finish(view, spec);
            return Answer::Closed;
        }
        if cancel || escape { Answer::Closed } else { Answer::Stays }
    }

    fn check(&self, session: &Session, lang: Lang) -> Result<EndpointSpec, Vec<Wrong>> {
        let taken = |name: &str| session.endpoint_named(name).is_some_and(|other| Some(other.id) != self.editing);
        self.fields.spec(lang, &self.base, taken)
    }

    fn finish(&self, view: &mut View<'_>, spec: EndpointSpec) {
        let Some(endpoint) = self.editing else {
            view.act(Action::Add { spec: Box::new(spec), open: self.open_at_once });
            return;
        };
        // `Edit` leaves the name alone, since others may point to it.
        if spec.name != self.base.name {
            view.act(Action::Rename { endpoint, name: spec.name.clone() });
        }
        view.act(Action::Edit { endpoint, spec: Box::new(spec) });
    }

    fn title(&mut self, ui: &mut Ui, view: &View<'_>) {
        let lang = view.lang;
        if self.editing.is_some() {
            ui.label(theme::strong(t!(lang, "form-edit-title", name = self.base.name.as_str())).size(17.0));
            let open = self
                .editing
                .and_then(|id| view.session.endpoint(id))
                .is_some_and(|endpoint| !endpoint.live.is_closed());
            let text = if open { t!(lang, "form-edit-open") } else { t!(lang, "form-edit-closed") };
            ui.label(RichText::new(text).size(12.0).color(view.tokens.muted));
            ui.add_space(4.0);
            return;
        }
        ui.label(theme::strong(t!(lang, "new-endpoint")).size(17.0));
        ui.add_space(2.0);
        ui.horizontal_wrapped(|ui| {
            for kind in EndpointKind::ALL {
                let chosen = self.fields.kind == kind;
                if ui.add(Button::selectable(chosen, kind_name(lang, kind)).min_size(vec2(84.0, 30.0))).clicked()
                    && !chosen
                {
                    self.change_kind(view.session, lang, kind);
                }
            }
        });
        ui.add_space(4.0);
    }

    /// What was typed stays, except a name that was only proposed.
    fn change_kind(&mut self, session: &Session, lang: Lang, kind: EndpointKind) {
        let untouched = self.fields.name == self.base.name;
        let mut base = first_spec(lang, kind);
        base.name = session.free_name(&base.name);
        if untouched {
            self.fields.name.clone_from(&base.name);
        }
        if self.fields.remote.is_empty()
            || self.base.remote.as_ref().is_some_and(|remote| remote.to_string() == self.fields.remote)
        {
            self.fields.remote = base.remote.as_ref().map(ToString::to_string).unwrap_or_default();
        }
        if !Fields::can_serve(kind, self.fields.service) {
            self.fields.service = Reply::default().kind();
        }
        self.fields.kind = kind;
        prefer_open_server(session, &mut self.fields);
        self.base = base;
    }

    /// True where Enter was pressed in a field.
    fn body(&mut self, ui: &mut Ui, view: &mut View<'_>, wrong: &[Wrong]) -> bool {
        let lang = view.lang;
        let mut lines = Lines { wrong, entered: false };
        let name =
            lines.text(ui, &t!(lang, "form-name"), &t!(lang, "form-name-tip"), Field::Name, &mut self.fields.name, "");
        if self.fresh {
            focus::give(&name);
            self.fresh = false;
        }
        match self.fields.kind {
            EndpointKind::TcpServer | EndpointKind::UnixServer => self.bind_lines(ui, lang, &mut lines),
            EndpointKind::TcpClient | EndpointKind::UnixClient => self.remote_line(ui, view, &mut lines),
            EndpointKind::Udp | EndpointKind::UnixDatagram => {
                let (name, tip) = (t!(lang, "form-bound"), t!(lang, "form-bound-tip"));
                lines.check(ui, "", &name, &tip, &mut self.fields.bound);
                if self.fields.bound {
                    self.bind_lines(ui, lang, &mut lines);
                }
                self.remote_line(ui, view, &mut lines);
            }
        }
        if !self.fields.kind.is_client() {
            self.service_lines(ui, view, &mut lines);
        }
        self.encoding_line(ui, lang, &mut lines);
        self.options_section(ui, lang, &mut lines);
        lines.entered
    }

    fn bind_lines(&mut self, ui: &mut Ui, lang: Lang, lines: &mut Lines<'_>) {
        let fields = &mut self.fields;
        if fields.kind.is_unix() {
            let (name, tip) = (t!(lang, "form-path"), t!(lang, "form-path-tip"));
            lines.text(ui, &name, &tip, Field::Path, &mut fields.path, "/tmp/chat.sock");
            return;
        }
        lines.text(
            ui,
            &t!(lang, "form-address"),
            &t!(lang, "form-address-tip"),
            Field::Host,
            &mut fields.host,
            "127.0.0.1",
        );
        let (name, tip) = (t!(lang, "form-lan"), t!(lang, "form-lan-tip"));
        let mut lan = fields.reaches_lan();
        if lines.check(ui, "", &name, &tip, &mut lan) {
            fields.set_reaches_lan(lan);
        }
        lines.text(ui, &t!(lang, "form-port"), &t!(lang, "form-port-tip"), Field::Port, &mut fields.port, "0");
        if fields.port.trim() == "0" {
            lines.hint(ui, &t!(lang, "form-port-any"));
        }
    }

    fn remote_line(&mut self, ui: &mut Ui, view: &View<'_>, lines: &mut Lines<'_>) {
        let lang = view.lang;
        let kind = self.fields.kind;
        let udp = !kind.is_stream();
        let (name, tip) = if udp {
            (t!(lang, "form-destination"), t!(lang, "form-destination-tip"))
        } else {
            (t!(lang, "form-server"), t!(lang, "form-server-tip"))
        };
        let wanted = kind.server().unwrap_or(kind);
        let hint = if kind.is_unix() { "/tmp/chat.sock" } else { "127.0.0.1:8000" };
        let offered: Vec<_> = view
            .session
            .endpoints()
            .iter()
            .filter(|endpoint| endpoint.spec.kind == wanted && Some(endpoint.id) != self.editing)
            .map(|endpoint| (endpoint.spec.name.clone(), endpoint.shown_address()))
            .collect();
        let remote = &mut self.fields.remote;
        lines.line(ui, &name, &tip, Some(Field::Remote), |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let width = if offered.is_empty() { f32::INFINITY } else { ui.available_width() - 34.0 };
            let field = ui.add(TextEdit::singleline(remote).desired_width(width).hint_text(hint));
            if !offered.is_empty() {
                let pick = ui
                    .add(Button::new(ICON_ARROW_DROP_DOWN.rich_text().size(16.0)))
                    .accessible_name(t!(lang, "form-pick"));
                egui::Popup::menu(&pick.on_hover_text(t!(lang, "form-pick"))).show(|ui| {
                    for (name, address) in &offered {
                        let button = Button::new(format!("@{name}")).shortcut_text(address.as_str());
                        if ui.add(button).clicked() {
                            *remote = format!("@{name}");
                        }
                    }
                });
            }
            field
        });
        let named = self.fields.remote.trim().strip_prefix('@').map(str::to_owned);
        if let Some(name) = named {
            match offered.iter().find(|(offered, _)| *offered == name) {
                Some((_, address)) => {
                    lines.hint(ui, &t!(lang, "form-server-now", name = name, address = address.as_str()));
                }
                None => lines.hint(ui, &t!(lang, "form-server-none", name = name)),
            }
        }
    }

    fn service_lines(&mut self, ui: &mut Ui, view: &mut View<'_>, lines: &mut Lines<'_>) {
        let lang = view.lang;
        let fields = &mut self.fields;
        lines.choice(
            ui,
            &t!(lang, "form-service"),
            &t!(lang, "form-service-tip"),
            &service_name(lang, fields.service),
            |ui| {
                for kind in Reply::KINDS.into_iter().filter(|kind| Fields::can_serve(fields.kind, kind)) {
                    ui.selectable_value(&mut fields.service, kind, service_name(lang, kind))
                        .on_hover_text(service_tip(lang, kind));
                }
            },
        );
        if fields.service == "rules" {
            // A rules service without a rule answers nothing.
            if fields.rules.list.is_empty() && !fields.rules.was_begun {
                fields.rules.add();
            }
            let mut editor = rules::Editor {
                lang,
                kind: fields.kind,
                encoding: fields.encoding,
                rules: &mut fields.rules,
                trial: &mut self.trial,
            };
            editor.ui(ui, lines);
            return;
        }
        if fields.serves_files() {
            self.share_lines(ui, view, lines);
            return;
        }
        if !fields.has_service_text() {
            return;
        }
        let (name, tip) = match fields.service {
            "suffix" => (t!(lang, "form-suffix"), t!(lang, "form-text-tip")),
            "template" => (t!(lang, "form-template"), t!(lang, "form-template-tip")),
            _ => (t!(lang, "form-constant"), t!(lang, "form-text-tip")),
        };
        lines.text(ui, &name, &tip, Field::ServiceText, &mut fields.service_text, "");
        if fields.service == "constant" {
            lines.check(ui, "", &t!(lang, "form-hex"), &t!(lang, "form-hex-tip"), &mut fields.service_hex);
        }
    }

    fn share_lines(&mut self, ui: &mut Ui, view: &mut View<'_>, lines: &mut Lines<'_>) {
        let lang = view.lang;
        let fields = &mut self.fields;
        if let Some(purpose) = fields.share.ui(ui, lang, lines, Field::Share) {
            view.asked.push(Asked::Choose(purpose));
        }
        // A lab may be written for a folder that is on another machine.
        if let Some(not_there) = fields.share.not_there() {
            lines.hint(ui, &not_there.text(lang));
        }
        let (name, tip) = (t!(lang, "share-most"), t!(lang, "share-most-tip"));
        lines.text(ui, &name, &tip, Field::MaxTransfers, &mut fields.max_transfers, "32");
        let (name, tip) = (t!(lang, "share-ask-within"), t!(lang, "share-ask-within-tip"));
        lines.text(ui, &name, &tip, Field::AskWithin, &mut fields.ask_within, "30");
        let (name, tip) = (t!(lang, "share-stalled-after"), t!(lang, "share-stalled-after-tip"));
        lines.text(ui, &name, &tip, Field::StalledAfter, &mut fields.stalled_after, "30");
    }

    /// Whether files that are dropped have a use here: a TCP server can serve them.
    pub fn can_take_files(&self) -> bool {
        self.fields.kind == EndpointKind::TcpServer
    }

    /// Takes files that were dropped or chosen.
    pub fn take_files(&mut self, paths: &[PathBuf]) {
        if !self.can_take_files() {
            return;
        }
        if !self.fields.serves_files() {
            self.fields.service = Protocol::Files.name();
        }
        self.fields.share.put(paths);
    }

    /// The system has no dialog: what was to be chosen has to be typed.
    pub fn no_dialog(&mut self) {
        self.fields.share.no_dialog = true;
    }

    fn has_rules(&self) -> bool {
        self.fields.service == "rules" && !self.fields.kind.is_client()
    }

    fn encoding_line(&mut self, ui: &mut Ui, lang: Lang, lines: &mut Lines<'_>) {
        let encoding = &mut self.fields.encoding;
        lines.choice(ui, &t!(lang, "form-encoding"), &t!(lang, "form-encoding-tip"), encoding.name(), |ui| {
            for offered in TextEncoding::OFFERED {
                ui.selectable_value(encoding, *offered, offered.name());
            }
        });
    }

    fn options_section(&mut self, ui: &mut Ui, lang: Lang, lines: &mut Lines<'_>) {
        // What is wrong must be in sight.
        let wrong_inside = lines.wrong.iter().any(|(field, _)| field.is_option());
        let header = egui::CollapsingHeader::new(t!(lang, "form-options").as_ref()).id_salt("form options");
        let header = header.default_open(self.options_open).open(wrong_inside.then_some(true));
        header.show_unindented(ui, |ui| options::ui(ui, lang, &mut self.fields, lines));
    }

    /// Whether to go on and whether to give up.
    fn footer(&mut self, ui: &mut Ui, lang: Lang, wrong: &[Wrong]) -> (bool, bool) {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let word = match (self.editing, self.open_at_once) {
                    (Some(_), _) => t!(lang, "form-apply"),
                    (None, true) => t!(lang, "form-create-open"),
                    (None, false) => t!(lang, "form-create"),
                };
                let reason = wrong.first().map(|(_, why)| why.clone());
                let go = controls::primary_enabled(ui, wrong.is_empty(), word);
                let go = go.on_disabled_hover_text(reason.clone().unwrap_or_default());
                let cancel = ui.button(t!(lang, "cancel"));
                if let Some(reason) = reason {
                    let colour = Tokens::of(ui).error;
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.label(ICON_ERROR.rich_text().size(15.0).color(colour));
                        ui.add(egui::Label::new(RichText::new(reason).size(12.0).color(colour)).truncate());
                    });
                } else if self.editing.is_none() {
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.checkbox(&mut self.open_at_once, t!(lang, "form-open-at-once"));
                    });
                }
                (go.clicked(), cancel.clicked())
            })
            .inner
        })
        .inner
    }
}

/// A client of a lab that has an open server wants that one.
fn prefer_open_server(session: &Session, fields: &mut Fields) {
    let Some(wanted) = fields.kind.server() else { return };
    let mut servers =
        session.endpoints().iter().filter(|endpoint| endpoint.spec.kind == wanted && endpoint.live.is_open());
    if let Some(server) = servers.next_back() {
        fields.remote = format!("@{}", server.spec.name);
    }
}

fn service_name(lang: Lang, kind: &str) -> String {
    match kind {
        "echo" => t!(lang, "service-echo"),
        "suffix" => t!(lang, "service-suffix"),
        "upper" => t!(lang, "service-upper"),
        "constant" => t!(lang, "service-constant"),
        "template" => t!(lang, "service-template"),
        "rules" => t!(lang, "service-rules"),
        "files" => t!(lang, "service-files"),
        "http" => t!(lang, "service-http"),
        _ => t!(lang, "service-manual"),
    }
    .into_owned()
}

fn service_tip(lang: Lang, kind: &str) -> String {
    match kind {
        "echo" => t!(lang, "service-echo-tip"),
        "suffix" => t!(lang, "service-suffix-tip"),
        "upper" => t!(lang, "service-upper-tip"),
        "constant" => t!(lang, "service-constant-tip"),
        "template" => t!(lang, "service-template-tip"),
        "rules" => t!(lang, "service-rules-tip"),
        "files" => t!(lang, "service-files-tip"),
        "http" => t!(lang, "service-http-tip"),
        _ => t!(lang, "service-manual-tip"),
    }
    .into_owned()
}
