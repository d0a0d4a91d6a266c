//! The form for a new endpoint, and for the options of one that is there.

mod addresses;
mod checked;
mod client_options;
mod fields;
mod form_field;
mod framing;
mod options;
mod reply_draft;
mod rule_draft;
mod rule_more;
mod rules;
mod service;
mod text;
mod typed;

use std::collections::HashSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use eframe::egui::{self, Button, Id, RichText, ScrollArea, Ui, vec2};

use super::lines::{self, Footer, Obstacle, Pressed};
use crate::desktop::places;
use crate::explain::names;
use crate::kinds::Shape;
use crate::kinds::service::ServiceKind;
use crate::lab::change::{Fixed, applies};
use crate::lab::transfer::Protocol;
use crate::lab::{EndpointId, EndpointKind, EndpointSpec, Reply, TextEncoding};
use crate::lang::Lang;
use crate::session::{Action, Endpoint, Session};
use crate::t;
use crate::ui::command::UiCommand;
use crate::ui::view::View;
use crate::ui::widgets::field;
use crate::ui::widgets::modal;
use crate::values::endpoint_kind::Role;
use fields::Fields;
use form_field::{Field, Wrong};

type Lines<'a> = lines::Lines<'a, Field>;

const WIDTH: f32 = 600.0;
/// The same with a list of rules.
const WIDE: f32 = 700.0;
/// What stands above and below the fields: title, kinds and buttons.
const BELOW_FIELDS: f32 = 90.0;
/// In a window of less height, in points, the kinds stand in one row that scrolls.
const LOW: f32 = 330.0;
/// The least height of the fields, where the window is no higher than the rest of the form: one line of them.
const LEAST_FIELDS: f32 = 34.0;

/// A form that is narrower than this, in points, has little height too.
const NARROW: f32 = 400.0;

/// The form while it is open.
pub struct Form {
    /// `None`: it makes a new endpoint.
    editing: Option<EndpointId>,
    base: EndpointSpec,
    fields: Fields,
    trial: rules::Trial,
    open_at_once: bool,
    /// The fields that the user has changed or left.
    touched: HashSet<Field>,
    /// The user wanted to go on with something wrong: all of it is shown.
    tried: bool,
    /// A path that is free, as a Unix socket is offered one.
    free_path: String,
    options_open: bool,
    /// The kind has changed: what is below is reset.
    to_top: bool,
    /// Not an endpoint is wanted, but a program of the user's own.
    to_program: bool,
}

/// The outcome of the form in this frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Stays,
    Closed,
}

impl Form {
    pub fn new(session: &Session, lang: Lang, kind: EndpointKind) -> Self {
        let mut base = EndpointSpec::with_defaults(names::first_endpoint(lang, kind), kind);
        base.name = session.free_name(&base.name);
        let mut fields = Fields::of(&base);
        prefer_open_server(session, &mut fields);
        let free_path = free_path(session);
        fields.path.clone_from(&free_path);
        Self {
            editing: None,
            base,
            fields,
            trial: rules::Trial::default(),
            open_at_once: true,
            touched: HashSet::new(),
            tried: false,
            free_path,
            options_open: false,
            to_top: false,
            to_program: false,
        }
    }

    /// The same for a server at that address of the machine, or for a client to a port there.
    pub fn at(session: &Session, lang: Lang, kind: EndpointKind, ip: IpAddr) -> Self {
        let mut form = Self::new(session, lang, kind);
        if kind.is_client() {
            form.fields.remote = if ip.is_ipv6() { format!("[{ip}]:") } else { format!("{ip}:") };
        } else {
            form.fields.host = ip.to_string();
        }
        form
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
            touched: HashSet::new(),
            tried: false,
            free_path: free_path(session),
            options_open: true,
            to_top: false,
            to_program: false,
        })
    }

    pub fn ui(&mut self, ctx: &egui::Context, view: &mut View<'_>) -> Answer {
        let lang = view.lang;
        let wrong = self.check(view.session, lang).err().unwrap_or_default();
        let shown = self.shown(&wrong);
        let width = if self.has_rules() { WIDE } else { WIDTH };
        let drawn = modal::show(ctx, Id::unique("endpoint form"), width, |ui, place| {
            let top = ui.cursor().top();
            self.title(ui, view);
            let left = place.height - (ui.cursor().top() - top) - BELOW_FIELDS;
            let mut area = ScrollArea::vertical().max_height(left).auto_shrink([false, true]);
            area = area.min_scrolled_height(LEAST_FIELDS);
            if place.is_new || std::mem::take(&mut self.to_top) {
                area = area.vertical_scroll_offset(0.0);
            }
            let mut lines = Lines::new(&shown, place.entered);
            area.show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 7.0;
                self.body(ui, view, &mut lines, place.is_new);
                ui.add_space(2.0);
            });
            let Lines { entered, touched, .. } = lines;
            self.touched.extend(touched);
            ui.separator();
            let pressed = self.footer(ui, view, &wrong, &shown);
            if entered { pressed.or(Some(Pressed::Go)) } else { pressed }
        });
        if self.to_program {
            view.command(UiCommand::NewProgram);
            return Answer::Closed;
        }
        match drawn.inner {
            // With what the fields hold now that this frame's letters are in them.
            Some(Pressed::Go | Pressed::Also) => match self.check(view.session, lang) {
                Ok(spec) => {
                    self.finish(view, spec, drawn.inner == Some(Pressed::Also));
                    Answer::Closed
                }
                Err(_) => {
                    self.tried = true;
                    Answer::Stays
                }
            },
            Some(Pressed::Cancel) => Answer::Closed,
            None if drawn.escape => Answer::Closed,
            None => Answer::Stays,
        }
    }

    /// What is shown as wrong: not what the user has not come to yet.
    fn shown(&self, wrong: &[Wrong]) -> Vec<Wrong> {
        let come_to = |field: &Field| {
            self.tried || self.editing.is_some() && *field != Field::Share || self.touched.contains(field)
        };
        wrong.iter().filter(|(field, _)| come_to(field)).cloned().collect()
    }

    fn check(&self, session: &Session, lang: Lang) -> Result<EndpointSpec, Vec<Wrong>> {
        let taken = |name: &str| session.endpoint_named(name).is_some_and(|other| Some(other.id) != self.editing);
        self.fields.spec(lang, &self.base, taken)
    }

    fn finish(&self, view: &mut View<'_>, spec: EndpointSpec, open_again: bool) {
        let Some(endpoint) = self.editing else {
            view.act(Action::Add { spec: Box::new(spec), open: self.open_at_once });
            return;
        };
        // `Edit` leaves the name alone, since others may point to it.
        if spec.name != self.base.name {
            view.act(Action::Rename { endpoint, name: spec.name.clone() });
        }
        view.act(Action::Edit { endpoint, spec: Box::new(spec) });
        if open_again {
            view.act(Action::Reopen(endpoint));
        }
    }

    fn title(&mut self, ui: &mut Ui, view: &View<'_>) {
        let lang = view.lang;
        if self.editing.is_some() {
            modal::title(ui, t!(lang, "form-edit-title", name = self.base.name.as_str()));
            let open = self
                .editing
                .and_then(|id| view.session.endpoint(id))
                .is_some_and(|endpoint| !endpoint.live.is_closed());
            let text = if open { t!(lang, "form-edit-open") } else { t!(lang, "form-edit-closed") };
            ui.label(RichText::new(text).size(12.0).color(view.tokens.muted));
            ui.add_space(4.0);
            return;
        }
        modal::title(ui, t!(lang, "new-endpoint"));
        ui.add_space(2.0);
        // In a narrow form they stand in three rows.
        let height = if ui.available_width() < NARROW { 22.0 } else { 30.0 };
        if ui.ctx().content_rect().height() < LOW {
            ScrollArea::horizontal()
                .id_salt("kinds")
                .show(ui, |ui| ui.horizontal(|ui| self.kinds_ui(ui, view, height)));
        } else {
            ui.horizontal_wrapped(|ui| self.kinds_ui(ui, view, height));
        }
        ui.add_space(4.0);
    }

    fn kinds_ui(&mut self, ui: &mut Ui, view: &View<'_>, height: f32) {
        let lang = view.lang;
        // A relay's protocol is chosen below.
        for kind in self.offered().filter(|kind| !kind.is_relay() || *kind == EndpointKind::RELAY) {
            let chosen = self.fields.kind == kind || (kind.is_relay() && self.fields.kind.is_relay());
            let label = if kind.is_relay() {
                t!(lang, "kind-any-relay").into_owned()
            } else {
                names::endpoint_kind(lang, kind).into()
            };
            if ui.add(Button::selectable(chosen, label).min_size(vec2(84.0, height))).clicked() && !chosen {
                self.change_kind(view.session, lang, kind);
            }
        }
        let program = Button::selectable(false, t!(lang, "kind-program")).min_size(vec2(84.0, height));
        if ui.add(program).on_hover_text(t!(lang, "cmd-new-program-tip")).clicked() {
            self.to_program = true;
        }
    }

    /// What works here, and what a lab file of another system holds.
    fn offered(&self) -> impl Iterator<Item = EndpointKind> + use<> {
        let own = self.base.kind;
        EndpointKind::ALL.into_iter().filter(move |kind| kind.works_here() || *kind == own)
    }

    /// What was typed stays, except a name that was only proposed.
    fn change_kind(&mut self, session: &Session, lang: Lang, kind: EndpointKind) {
        let untouched = self.fields.name == self.base.name;
        let mut base = EndpointSpec::with_defaults(names::first_endpoint(lang, kind), kind);
        base.name = session.free_name(&base.name);
        if untouched {
            self.fields.name.clone_from(&base.name);
        }
        if self.fields.remote.is_empty()
            || self.base.remote.as_ref().is_some_and(|remote| remote.to_string() == self.fields.remote)
        {
            self.fields.remote = base.remote.as_ref().map(ToString::to_string).unwrap_or_default();
        }
        if !self.fields.service.is_for(kind) {
            self.fields.service = Reply::default().kind();
        }
        self.fields.kind = kind;
        prefer_open_server(session, &mut self.fields);
        self.base = base;
        self.touched.clear();
        self.tried = false;
        self.to_top = true;
    }

    fn body(&mut self, ui: &mut Ui, view: &mut View<'_>, lines: &mut Lines<'_>, is_new: bool) {
        let lang = view.lang;
        let name =
            lines.text(ui, &t!(lang, "form-name"), &t!(lang, "form-name-tip"), Field::Name, &mut self.fields.name, "");
        if is_new {
            field::take_focus(&name);
        }
        match self.fields.kind.role() {
            Role::Server => self.bind_lines(ui, lang, lines),
            Role::Client => self.remote_line(ui, view, lines),
            Role::Relay => {
                if is_new {
                    self.protocol_line(ui, view);
                }
                self.bind_lines(ui, lang, lines);
                self.remote_line(ui, view, lines);
            }
            Role::Datagram => {
                let (name, tip) = (t!(lang, "form-bound"), t!(lang, "form-bound-tip"));
                lines.check(ui, "", &name, &tip, &mut self.fields.bound);
                if self.fields.bound {
                    self.bind_lines(ui, lang, lines);
                }
                self.remote_line(ui, view, lines);
            }
        }
        if !self.fields.kind.is_client() && !self.fields.kind.is_relay() {
            self.service_lines(ui, view, lines);
        }
        self.encoding_line(ui, lang, lines);
        self.options_section(ui, lang, lines, is_new);
    }

    /// What a relay passes on.
    fn protocol_line(&mut self, ui: &mut Ui, view: &View<'_>) {
        let lang = view.lang;
        ui.horizontal_wrapped(|ui| {
            for kind in self.offered().filter(|kind| kind.is_relay()) {
                let chosen = self.fields.kind == kind;
                if ui.add(Button::selectable(chosen, names::endpoint_kind(lang, kind))).clicked() && !chosen {
                    self.change_kind(view.session, lang, kind);
                }
            }
        });
    }

    /// Whether files that are dropped have a use here: a TCP server can serve them.
    pub fn can_take_files(&self) -> bool {
        self.fields.kind.serves_files()
    }

    /// Takes files that were dropped or chosen.
    pub fn take_files(&mut self, paths: &[PathBuf]) {
        if !self.can_take_files() {
            return;
        }
        if !self.fields.service_has(Shape::Share) {
            self.fields.service = ServiceKind::serving(Protocol::Files);
        }
        self.fields.share.put(paths);
    }

    /// The system has no dialog: what was to be chosen has to be typed.
    pub fn no_dialog(&mut self) {
        self.fields.share.no_dialog = true;
    }

    fn has_rules(&self) -> bool {
        self.fields.service_has(Shape::Rules) && !self.fields.kind.is_client()
    }

    fn encoding_line(&mut self, ui: &mut Ui, lang: Lang, lines: &mut Lines<'_>) {
        let encoding = &mut self.fields.encoding;
        lines.choice(ui, &t!(lang, "form-encoding"), &t!(lang, "form-encoding-tip"), encoding.name(), |ui| {
            for offered in TextEncoding::OFFERED {
                ui.selectable_value(encoding, *offered, offered.name());
            }
        });
    }

    fn options_section(&mut self, ui: &mut Ui, lang: Lang, lines: &mut Lines<'_>, is_new: bool) {
        // What is wrong must be in sight.
        let wrong_inside = lines.wrong.iter().any(|(field, _)| field.is_option());
        let header = egui::CollapsingHeader::new(t!(lang, "form-options").as_ref()).id_salt("form options");
        let open = if wrong_inside { Some(true) } else { is_new.then_some(self.options_open) };
        header.open(open).show_unindented(ui, |ui| options::ui(ui, lang, &mut self.fields, lines));
    }

    /// What of the changes an open endpoint takes only when it is opened again.
    fn waiting(&self, view: &View<'_>) -> Vec<Fixed> {
        let open = self.editing.and_then(|id| view.session.endpoint(id)).filter(|endpoint| !endpoint.live.is_closed());
        let spec = open.and_then(|endpoint| Some((endpoint, self.check(view.session, view.lang).ok()?)));
        // Compared with what the form makes of an endpoint that nobody has changed: it writes out what is left to defaults.
        let untouched =
            |endpoint: &Endpoint| Fields::of(&endpoint.spec).spec(view.lang, &endpoint.spec, |_| false).ok();
        let waiting = spec.and_then(|(endpoint, spec)| Some(applies(&untouched(endpoint)?, &spec).waiting().to_vec()));
        waiting.unwrap_or_default()
    }

    fn footer(&mut self, ui: &mut Ui, view: &View<'_>, wrong: &[Wrong], shown: &[Wrong]) -> Option<Pressed> {
        let lang = view.lang;
        let go = match (self.editing, self.open_at_once) {
            (Some(_), _) => t!(lang, "form-apply"),
            (None, true) => t!(lang, "form-create-open"),
            (None, false) => t!(lang, "form-create"),
        };
        let kind = self.fields.kind;
        let obstacle = Obstacle::first(lang, wrong, shown, |field| field.name(lang, kind));
        let waiting = self.waiting(view);
        if !waiting.is_empty() {
            let fields: Vec<_> = waiting.iter().map(|field| fixed_name(lang, kind, *field)).collect();
            let text = t!(lang, "form-waits", fields = fields.join(&t!(lang, "form-waits-comma")));
            ui.add(egui::Label::new(RichText::new(text).size(12.0).color(view.tokens.waiting)).wrap());
        }
        let (again, tip) = (t!(lang, "form-apply-again"), t!(lang, "form-apply-again-tip"));
        let also = (!waiting.is_empty()).then_some((&*again, &*tip));
        let footer = Footer { go: &go, also, obstacle: obstacle.as_ref() };
        footer.ui(ui, lang, |ui| {
            if self.editing.is_none() {
                ui.checkbox(&mut self.open_at_once, t!(lang, "form-open-at-once"));
            }
        })
    }
}

/// What is called so in the form, or in the manual pages.
fn fixed_name(lang: Lang, kind: EndpointKind, field: Fixed) -> String {
    match field {
        Fixed::Kind => t!(lang, "fact-kind").into_owned(),
        Fixed::Local if kind.is_client() => Field::ClientLocal.name(lang, kind),
        Fixed::Local if kind.is_unix() => Field::Path.name(lang, kind),
        Fixed::Local => t!(lang, "form-waits-address").into_owned(),
        Fixed::Remote => Field::Remote.name(lang, kind),
        Fixed::Backlog => Field::Option("backlog").name(lang, kind),
        Fixed::AcceptLimit => Field::Option("accept_limit").name(lang, kind),
        Fixed::Options => t!(lang, "form-waits-options").into_owned(),
    }
}

/// A path where nothing is now and that no other endpoint of the lab means to take.
fn free_path(session: &Session) -> String {
    let taken = |path: &Path| {
        session.endpoints().iter().any(|endpoint| endpoint.spec.local.as_ref().is_some_and(|local| local.is_path(path)))
    };
    places::free_socket_path(taken).display().to_string()
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
