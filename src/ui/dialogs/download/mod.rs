//! The window "Download a file": from which server, what, and where it is saved. The name of the saved file is made of
//! what the user asked for; a peer has no say in it.

pub mod source;

use std::path::{Path, PathBuf};

use eframe::egui::{self, Button, Id, Popup, ScrollArea, TextEdit, Ui};
use egui_material_icons::icons::ICON_ARROW_DROP_DOWN;

use super::lines::{Footer, Lines, Obstacle, Pressed};
use crate::desktop::dialogs::Purpose;
use crate::desktop::places::{self, PathKind};
use crate::engine::DownloadRequest;
use crate::explain::names;
use crate::lab::transfer::{Protocol, Sha256, Shared};
use crate::lab::{EndpointId, Remote};
use crate::lang::Lang;
use crate::lang::Words as _;
use crate::lang::visible::visible;
use crate::session::{Action, Endpoint, Session};
use crate::t;
use crate::trace::transfer::MAX_NAME;
use crate::ui::command::UiCommand;
use crate::ui::panes::transfers::TRANSFERS;
use crate::ui::view::{View, ViewRequest};
use crate::ui::widgets::field;
use crate::ui::widgets::modal;
use source::Source;

const WIDTH: f32 = 600.0;

/// The window while it is open.
pub struct DownloadWindow {
    /// Over this client of the user's own; else a client is found or made.
    over: Option<EndpointId>,
    from: String,
    /// `None`: as the server of this lab serves; a URL is HTTP, the rest the tutorials' protocol.
    protocol: Option<Protocol>,
    name: String,
    folder: String,
    /// What the user wants it to be called; else it is called as it was asked for.
    save_as: Option<String>,
    sha256: String,
    no_dialog: bool,
    /// The keyboard has still to be put into the first field that is empty.
    fresh: bool,
    /// The user wanted to go on with something wrong: all of it is shown.
    tried: bool,
    target: Target,
    /// The files of a share of this lab, as they were when the list was opened.
    offered: Vec<String>,
}

/// Where it would be saved, and what stands there now.
#[derive(Clone, Debug, PartialEq)]
struct Target {
    /// What it was found out for: the folder, and the wanted name.
    of: (PathBuf, String),
    folder: PathKind,
    stands: PathKind,
    /// A name that is free.
    free: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Field {
    From,
    Name,
    Folder,
    SaveAs,
    Sha256,
}

impl Field {
    /// What it is called in the window.
    fn name(self, lang: Lang) -> String {
        match self {
            Self::From => t!(lang, "download-from"),
            Self::Name => t!(lang, "download-name"),
            Self::Folder => t!(lang, "download-folder"),
            Self::SaveAs => t!(lang, "download-save-as"),
            Self::Sha256 => t!(lang, "download-sha256"),
        }
        .into_owned()
    }
}

type Wrong = Vec<(Field, String)>;

/// All that a download needs.
struct Order {
    remote: Remote,
    fetch: DownloadRequest,
}

impl DownloadWindow {
    /// `of` is the client to download over, or the server to download from.
    pub fn new(session: &Session, of: Option<EndpointId>) -> Self {
        let of = of.and_then(|id| session.endpoint(id));
        let over = of.filter(|endpoint| endpoint.spec.kind.downloads());
        let server = of.filter(|endpoint| endpoint.spec.kind.is_server()).or_else(|| shares(session).next_back());
        let from = match (over, server) {
            (Some(client), _) => client.spec.remote.as_ref().map(ToString::to_string).unwrap_or_default(),
            (None, Some(server)) => format!("@{}", server.spec.name),
            (None, None) => String::new(),
        };
        Self {
            over: over.map(|client| client.id),
            from,
            protocol: None,
            name: String::new(),
            folder: places::downloads().display().to_string(),
            save_as: None,
            sha256: String::new(),
            no_dialog: false,
            fresh: true,
            tried: false,
            offered: Vec::new(),
            target: Target {
                of: (PathBuf::new(), String::new()),
                folder: PathKind::Folder,
                stands: PathKind::Nothing,
                free: String::new(),
            },
        }
    }

    /// Takes the place that was chosen in the system's dialog.
    pub fn put(&mut self, path: &Path) {
        self.folder = path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
        self.save_as = path.file_name().map(|name| name.to_string_lossy().into_owned());
    }

    pub fn no_dialog(&mut self) {
        self.no_dialog = true;
    }

    /// True where it is done with.
    pub fn ui(&mut self, ctx: &egui::Context, view: &mut View<'_>) -> bool {
        let lang = view.lang;
        let (source, name) = self.asked_for();
        let wrong = self.check(view.session, lang, &name).err().unwrap_or_default();
        let shown: Wrong = wrong.iter().filter(|(field, _)| self.tried || !self.is_empty(*field)).cloned().collect();
        let drawn = modal::show(ctx, Id::unique("download"), WIDTH, |ui, place| {
            let title = match self.over.and_then(|over| view.session.endpoint(over)) {
                Some(client) => t!(lang, "download-title-over", name = client.spec.name.as_str()),
                None => t!(lang, "download-title"),
            };
            modal::title(ui, title);
            ui.add_space(6.0);
            ui.spacing_mut().item_spacing.y = 7.0;
            let mut lines = Lines::new(&shown, place.entered);
            self.body(ui, view, &mut lines, source.as_ref(), name);
            ui.separator();
            let obstacle = Obstacle::first(lang, &wrong, &shown, |field| field.name(lang));
            let footer = Footer { go: &t!(lang, "download-go"), also: None, obstacle: obstacle.as_ref() };
            let pressed = footer.ui(ui, lang, |_| {});
            if lines.entered { pressed.or(Some(Pressed::Go)) } else { pressed }
        });
        match drawn.inner {
            Some(Pressed::Go | Pressed::Also) => {
                // With what the fields hold now that this frame's letters are in them.
                let (_, name) = self.asked_for();
                match self.check(view.session, lang, &name) {
                    Ok(order) => {
                        self.begin(view, order);
                        true
                    }
                    Err(_) => {
                        self.tried = true;
                        false
                    }
                }
            }
            Some(Pressed::Cancel) => true,
            None => drawn.escape,
        }
    }

    /// The server and the name of the file, as typed, after a look at the disk where something has changed.
    fn asked_for(&mut self) -> (Option<Source>, String) {
        let source = Source::parse(&self.from).ok();
        let of_url = source.as_ref().and_then(|source| source.name.clone());
        let is_url = of_url.is_some();
        let name = of_url.unwrap_or_else(|| self.name.clone());
        self.look(&name, is_url);
        (source, name)
    }

    /// A field that the user has not come to yet is not shown as wrong; the button says it.
    fn is_empty(&self, field: Field) -> bool {
        match field {
            Field::From => self.from.trim().is_empty(),
            Field::Name => self.name.is_empty(),
            Field::SaveAs => self.save_name().trim().is_empty(),
            Field::Folder => self.folder.trim().is_empty(),
            Field::Sha256 => false,
        }
    }

    fn body(
        &mut self,
        ui: &mut Ui,
        view: &mut View<'_>,
        lines: &mut Lines<'_, Field>,
        source: Option<&Source>,
        name: String,
    ) {
        let lang = view.lang;
        let fresh = std::mem::take(&mut self.fresh);
        let from = self.source_line(ui, view, lines);
        self.server_hint(ui, view, lines, source);
        self.protocol_line(ui, view, lines, source);
        let (label, tip) = (t!(lang, "download-name"), t!(lang, "download-name-tip"));
        let of_url = source.and_then(|source| source.name.as_ref()).is_some();
        let share = source.filter(|_| !of_url).and_then(|source| view.session.share_at(&source.remote));
        let mut shown = name;
        let field = lines.line(ui, &label, &tip, Some(Field::Name), |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let width = if share.is_some() { ui.available_width() - 34.0 } else { f32::INFINITY };
            let text = TextEdit::singleline(&mut shown).desired_width(width).char_limit(MAX_NAME);
            let field = field::line_enabled(ui, !of_url, text.hint_text("a.bin"));
            if let Some(share) = share
                && let Some(chosen) = self.pick_ui(ui, lang, &share.what)
            {
                self.name = chosen;
            }
            field
        });
        if field.changed() {
            self.name = shown;
        }
        if of_url {
            lines.hint(ui, &t!(lang, "download-name-of-url"));
        }
        if fresh {
            field::take_focus(if self.from.is_empty() { &from } else { &field });
        }
        self.target_lines(ui, view, lines);
        let (label, tip) = (t!(lang, "download-sha256"), t!(lang, "download-sha256-tip"));
        lines.text(ui, &label, &tip, Field::Sha256, &mut self.sha256, &t!(lang, "download-sha256-hint"));
    }

    /// The files of a server of this lab, to choose from.
    fn pick_ui(&mut self, ui: &mut Ui, lang: Lang, share: &Shared) -> Option<String> {
        let button = ui.add(Button::new(ICON_ARROW_DROP_DOWN.rich_text().size(16.0)));
        let button = button.accessible_name(t!(lang, "download-pick-file"));
        if button.clicked() {
            self.offered = places::offered_names(share);
        }
        let mut chosen = None;
        Popup::menu(&button.on_hover_text(t!(lang, "download-pick-file"))).show(|ui| {
            if self.offered.is_empty() {
                ui.label(t!(lang, "download-no-files"));
            }
            ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                for name in &self.offered {
                    if ui.add(Button::new(visible(name).as_ref())).clicked() {
                        chosen = Some(name.clone());
                    }
                }
            });
        });
        chosen
    }

    fn source_line(&mut self, ui: &mut Ui, view: &View<'_>, lines: &mut Lines<'_, Field>) -> egui::Response {
        let lang = view.lang;
        let (label, tip) = (t!(lang, "download-from"), t!(lang, "download-from-tip"));
        let offered: Vec<(String, String)> =
            shares(view.session).map(|server| (server.spec.name.clone(), server.shown_address())).collect();
        let from = &mut self.from;
        let over = self.over.is_some();
        lines.line(ui, &label, &tip, Some(Field::From), |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let pick = !offered.is_empty() && !over;
            let width = if pick { ui.available_width() - 34.0 } else { f32::INFINITY };
            let text = TextEdit::singleline(from).desired_width(width).char_limit(4096);
            let field = field::line_enabled(ui, !over, text.hint_text("127.0.0.1:8000"));
            if pick {
                let button = ui.add(Button::new(ICON_ARROW_DROP_DOWN.rich_text().size(16.0)));
                let button = button.accessible_name(t!(lang, "download-pick"));
                Popup::menu(&button.on_hover_text(t!(lang, "download-pick"))).show(|ui| {
                    for (name, address) in &offered {
                        if ui.add(Button::new(format!("@{name}")).shortcut_text(address.as_str())).clicked() {
                            *from = format!("@{name}");
                        }
                    }
                });
            }
            field
        })
    }

    fn server_hint(&self, ui: &mut Ui, view: &View<'_>, lines: &mut Lines<'_, Field>, source: Option<&Source>) {
        let Some(Source { remote: Remote::Endpoint(name), .. }) = source else { return };
        match view.session.endpoint_named(name) {
            Some(server) => {
                let address = server.shown_address();
                lines.hint(ui, &t!(view.lang, "form-server-now", name = name.as_str(), address = address));
            }
            None => lines.hint(ui, &t!(view.lang, "form-server-none", name = name.as_str())),
        }
    }

    fn protocol_line(&mut self, ui: &mut Ui, view: &View<'_>, lines: &mut Lines<'_, Field>, source: Option<&Source>) {
        let lang = view.lang;
        let automatic = automatic(view.session, source);
        let word = |protocol: Option<Protocol>| match protocol {
            None => t!(lang, "download-protocol-auto", protocol = names::protocol(lang, automatic)),
            Some(protocol) => names::protocol(lang, protocol),
        };
        let (label, tip) = (t!(lang, "download-protocol"), t!(lang, "download-protocol-tip"));
        let protocol = &mut self.protocol;
        lines.choice(ui, &label, &tip, &word(*protocol), |ui| {
            for choice in [None, Some(Protocol::Files), Some(Protocol::Http)] {
                ui.selectable_value(protocol, choice, word(choice));
            }
        });
    }

    fn target_lines(&mut self, ui: &mut Ui, view: &mut View<'_>, lines: &mut Lines<'_, Field>) {
        let lang = view.lang;
        let mut choose = false;
        let label = t!(lang, "download-folder");
        lines.line(ui, &label, "", Some(Field::Folder), |ui| {
            let word = t!(lang, "download-choose");
            let font = egui::TextStyle::Button.resolve(ui.style());
            let text = ui.painter().layout_no_wrap(word.to_string(), font, egui::Color32::PLACEHOLDER);
            let button = text.size().x + 2.0 * ui.spacing().button_padding.x + 2.0;
            let width = ui.available_width() - button - ui.spacing().item_spacing.x;
            let edit = TextEdit::singleline(&mut self.folder).desired_width(width).char_limit(4096);
            let field = field::line(ui, edit);
            choose = ui.button(word).clicked();
            field
        });
        if self.no_dialog {
            lines.hint(ui, &t!(lang, "share-no-dialog"));
        }
        if self.target.folder == PathKind::Nothing && !self.folder.trim().is_empty() {
            lines.hint(ui, &t!(lang, "download-folder-made"));
        }
        let (label, tip) = (t!(lang, "download-save-as"), t!(lang, "download-save-as-tip"));
        let mut shown = self.save_name();
        let field = lines.text(ui, &label, &tip, Field::SaveAs, &mut shown, "");
        if field.changed() {
            self.save_as = Some(shown.clone());
        }
        let wanted = &self.target.of.1;
        if self.target.stands != PathKind::Nothing && !self.target.free.is_empty() {
            if self.save_as.is_none() {
                let text = t!(lang, "download-renamed", name = wanted.as_str(), free = self.target.free.as_str());
                lines.hint(ui, &text);
            } else {
                let free = self.target.free.clone();
                lines.named(ui, "", "", None, |ui| {
                    let button = ui.button(t!(lang, "download-use-name", name = free.as_str()));
                    if button.clicked() {
                        self.save_as = Some(free.clone());
                    }
                    button
                });
            }
        }
        if choose {
            let suggested = places::home(self.folder.trim()).join(shown);
            view.requests.push(ViewRequest::Choose(Purpose::SaveAs { suggested }));
        }
    }

    /// The name that it will be saved under: a name that is taken is only changed where the user has not typed it.
    fn save_name(&self) -> String {
        let proposed = || if self.target.of.1.is_empty() { String::new() } else { self.target.free.clone() };
        self.save_as.clone().unwrap_or_else(proposed)
    }

    /// Asks the disk where something has changed.
    fn look(&mut self, name: &str, url: bool) {
        let folder = places::home(self.folder.trim());
        // Nothing is proposed before something was asked for; a URL may ask for nothing but its folder.
        let proposed = || if name.is_empty() && !url { String::new() } else { places::safe_name(name) };
        let wanted = self.save_as.as_ref().map_or_else(proposed, |typed| typed.trim().to_owned());
        let of = (folder, wanted);
        if of == self.target.of {
            return;
        }
        let (folder, wanted) = &of;
        // Only a plain name is searched: a path could lead anywhere.
        let plain = places::safe_name(wanted);
        let stands = if plain == *wanted { PathKind::at(&folder.join(wanted)) } else { PathKind::Nothing };
        self.target =
            Target { folder: PathKind::at(folder), stands, free: places::free_name(folder, &plain), of: of.clone() };
    }

    fn check(&self, session: &Session, lang: Lang, name: &str) -> Result<Order, Wrong> {
        let mut wrong = Wrong::new();
        let mut refuse = |field: Field, why: String| wrong.push((field, why));
        let missing = self.from.trim().is_empty().then(|| t!(lang, "download-wrong-no-from").into_owned());
        let why = |error: source::WrongSource| missing.clone().unwrap_or_else(|| error.text(lang));
        let source = Source::parse(&self.from).map_err(|error| refuse(Field::From, why(error))).ok();
        let protocol = self.protocol.unwrap_or_else(|| automatic(session, source.as_ref()));
        let is_url = source.as_ref().is_some_and(|source| source.name.is_some());
        if name.is_empty() && !is_url {
            refuse(Field::Name, t!(lang, "download-wrong-no-name").into_owned());
        } else if name.len() > MAX_NAME {
            refuse(Field::Name, t!(lang, "download-wrong-long", most = MAX_NAME).into_owned());
        } else if name.contains('\0') {
            refuse(Field::Name, t!(lang, "share-wrong-nul").into_owned());
        }
        let folder = places::home(self.folder.trim());
        if self.folder.trim().is_empty() || self.folder.contains('\0') {
            refuse(Field::Folder, t!(lang, "share-wrong-no-folder").into_owned());
        } else if !matches!(self.target.folder, PathKind::Folder | PathKind::Nothing) {
            let path = folder.display().to_string();
            refuse(Field::Folder, t!(lang, "share-wrong-not-a-folder", path = path).into_owned());
        }
        let save_as = self.save_name();
        let save_as = save_as.trim();
        if save_as.is_empty() {
            refuse(Field::SaveAs, t!(lang, "download-wrong-no-save-name").into_owned());
        } else if places::safe_name(save_as) != save_as {
            let possible = places::safe_name(save_as);
            refuse(Field::SaveAs, t!(lang, "download-wrong-save-name", name = possible).into_owned());
        } else if self.save_as.is_some() && self.target.stands != PathKind::Nothing {
            refuse(Field::SaveAs, t!(lang, "download-wrong-exists", name = save_as).into_owned());
        }
        let expected = match self.sha256.trim() {
            "" => None,
            digits => digits.parse::<Sha256>().map_err(|error| refuse(Field::Sha256, error.sentence(lang))).ok(),
        };
        let save_to = std::path::absolute(folder.join(save_as)).unwrap_or_else(|_| folder.join(save_as));
        match source {
            Some(Source { remote, .. }) if wrong.is_empty() => Ok(Order {
                remote,
                fetch: DownloadRequest {
                    protocol,
                    name: name.to_owned(),
                    save_to,
                    expected,
                    part: None,
                    replaces_empty: false,
                },
            }),
            _ => Err(wrong),
        }
    }

    fn begin(&self, view: &mut View<'_>, order: Order) {
        let Order { remote, fetch } = order;
        let fetch = Box::new(fetch);
        let base = t!(view.lang, "download-client");
        let ours = |endpoint: &&Endpoint| {
            endpoint.spec.kind.downloads()
                && endpoint.spec.remote.as_ref() == Some(&remote)
                && endpoint.spec.name.starts_with(base.as_ref())
        };
        // One client for each server is enough: each download has a connection of its own.
        let over = self.over.or_else(|| view.session.endpoints().iter().find(ours).map(|client| client.id));
        view.act(match over {
            Some(endpoint) => Action::Download { endpoint, fetch },
            None => Action::DownloadFrom { remote, name: base.into_owned(), fetch },
        });
        view.command(UiCommand::ShowView(&TRANSFERS));
    }
}

/// The open servers of files in this lab.
fn shares(session: &Session) -> impl DoubleEndedIterator<Item = &Endpoint> {
    session.endpoints().iter().filter(|endpoint| endpoint.live.is_open() && endpoint.spec.service.share().is_some())
}

/// A URL is asked for over HTTP, a server of this lab as it serves, any other as in the tutorials.
fn automatic(session: &Session, source: Option<&Source>) -> Protocol {
    match source {
        Some(Source { name: Some(_), .. }) => Protocol::Http,
        Some(Source { remote, .. }) => session.protocol_of(remote),
        None => Protocol::default(),
    }
}
