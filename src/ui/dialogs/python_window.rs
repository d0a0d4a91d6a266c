//! A Python program that was dropped or is pasted: the endpoints that do what it does, what they do not do, and the way to
//! run it as it is.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::{self, Id, Label, Margin, RichText, ScrollArea, TextEdit, Ui};

use crate::background::{Background, Progress, Wake};
use crate::code::reading::{self, MAX_PROGRAM, Reading, ReadingError};
use crate::explain;
use crate::lab::EndpointSpec;
use crate::lang::visible::visible;
use crate::lang::{Lang, Words as _};
use crate::session::Action;
use crate::t;
use crate::ui::controls;
use crate::ui::theme::{self, SMALL};
use crate::ui::view::{View, ViewRequest};
use crate::ui::widgets::modal;

const WIDTH: f32 = 640.0;
/// Rows of the field that a program is pasted into.
const ROWS: usize = 9;
/// How high the list of what is not done may become.
const REMARKS_HEIGHT: f32 = 180.0;

/// Of an answer, this much is shown.
const SHOWN: usize = 80;

/// The dialog while it is open.
pub struct PythonWindow {
    /// `None`: it is pasted.
    path: Option<PathBuf>,
    text: String,
    /// What was read, and from which text.
    read: Option<Read>,
    /// A long text takes longer to read than a frame may.
    reading: Option<Background<Read>>,
    fresh: bool,
}

type Read = (String, Result<Reading, ReadingError>);

enum Pressed {
    Make,
    Run,
    Cancel,
}

impl PythonWindow {
    /// For a program that is to be pasted, or was.
    pub fn pasted(text: String) -> Self {
        Self { path: None, text, read: None, reading: None, fresh: true }
    }

    /// For a file. What can't be read of it is said.
    pub fn of_file(path: &Path) -> Self {
        let (text, read) = match crate::desktop::code_files::text(path, MAX_PROGRAM) {
            Ok(text) => (text, None),
            Err(error) => (String::new(), Some((String::new(), Err(error)))),
        };
        Self { path: Some(path.to_owned()), text, read, reading: None, fresh: true }
    }

    /// Whether this text looks like a program that has to do with sockets.
    pub fn is_for(text: &str) -> bool {
        let begins = |line: &str| line.starts_with("import ") || line.starts_with("from ");
        text.len() <= MAX_PROGRAM && text.lines().any(|line| begins(line.trim_start()) && line.contains("socket"))
    }

    /// True where it is done with.
    pub fn ui(&mut self, ctx: &egui::Context, view: &mut View<'_>) -> bool {
        let lang = view.lang;
        let drawn = modal::show(ctx, Id::unique("python window"), WIDTH, |ui, place| {
            match &self.path {
                Some(path) => {
                    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    modal::title(ui, t!(lang, "python-window-file", name = name))
                }
                None => modal::title(ui, t!(lang, "python-window")),
            };
            ui.add_space(6.0);
            ui.spacing_mut().item_spacing.y = 7.0;
            if self.path.is_none() {
                self.field_ui(ui, lang);
            }
            self.read(ctx);
            self.reading_ui(ui, view);
            ui.separator();
            let ready = !self.specs().is_empty();
            modal::buttons(ui, |ui| {
                let count = self.specs().len().max(1);
                let go = controls::primary_enabled(ui, ready, t!(lang, "python-window-make", count = count));
                let run = self.path.is_some()
                    && ui
                        .button(t!(lang, "python-window-run"))
                        .on_hover_text(t!(lang, "python-window-run-tip"))
                        .clicked();
                let cancel = ui.button(t!(lang, "cancel")).clicked();
                if go.clicked() || ready && place.entered {
                    Some(Pressed::Make)
                } else if run {
                    Some(Pressed::Run)
                } else {
                    cancel.then_some(Pressed::Cancel)
                }
            })
        });
        match drawn.inner {
            Some(Pressed::Make) => {
                let specs = self.specs().to_vec();
                let is_done = !specs.is_empty();
                for spec in specs {
                    // Whom a client is to reach is best seen before it is opened.
                    let open = !spec.kind.is_client();
                    view.act(Action::Add { spec: Box::new(spec), open });
                }
                is_done
            }
            Some(Pressed::Run) => {
                if let Some(path) = &self.path {
                    view.requests.push(ViewRequest::NewProgram(path.clone()));
                }
                true
            }
            Some(Pressed::Cancel) => true,
            None => drawn.escape,
        }
    }

    fn field_ui(&mut self, ui: &mut Ui, lang: Lang) {
        let field = |text| {
            TextEdit::multiline(text)
                .code_editor()
                .desired_rows(ROWS)
                .desired_width(f32::INFINITY)
                .char_limit(MAX_PROGRAM)
                .margin(Margin::symmetric(8, 5))
                .hint_text(t!(lang, "python-window-hint"))
        };
        let height = ROWS as f32 * 18.0;
        let response = ScrollArea::vertical()
            .id_salt("pasted program")
            .max_height(height)
            .show(ui, |ui| ui.add(field(&mut self.text)).accessible_name(t!(lang, "python-window-hint")))
            .inner;
        if std::mem::take(&mut self.fresh) {
            crate::ui::widgets::field::take_focus(&response);
        }
    }

    /// Reads it where it is another text than before, one text at a time.
    fn read(&mut self, ctx: &egui::Context) {
        match self.reading.as_ref().map(Background::poll) {
            Some(Progress::Ready(read)) => (self.read, self.reading) = (Some(read), None),
            Some(Progress::Pending) => return,
            Some(Progress::Ended) | None => self.reading = None,
        }
        let is_known = self.is_read();
        if is_known || self.text.trim().is_empty() {
            if !is_known && self.path.is_none() {
                self.read = None;
            }
            return;
        }
        let stem = self.path.as_ref().and_then(|path| path.file_stem()).map(|stem| stem.to_string_lossy().into_owned());
        let folder = self.path.as_ref().and_then(|path| path.parent()).map(Path::to_owned);
        let name = stem.map_or_else(|| "program".to_owned(), |stem| visible(&stem).into_owned());
        let (text, waking) = (self.text.clone(), ctx.clone());
        let wake: Wake = Arc::new(move || waking.request_repaint());
        let work = move || {
            let read = reading::read(&text, &name, folder.as_deref());
            (text, read)
        };
        match Background::run("socket-lab-reading", &wake, work) {
            Ok(reading) => self.reading = Some(reading),
            Err(_) => self.read = Some((self.text.clone(), Err(ReadingError::NoMemory))),
        }
    }

    /// What is shown was read from this very text.
    fn is_read(&self) -> bool {
        self.read.as_ref().is_some_and(|(text, _)| *text == self.text)
    }

    fn specs(&self) -> &[EndpointSpec] {
        match &self.read {
            Some((_, Ok(reading))) if self.is_read() => &reading.endpoints,
            _ => &[],
        }
    }

    fn reading_ui(&self, ui: &mut Ui, view: &View<'_>) {
        let (lang, tokens) = (view.lang, view.tokens);
        let muted = |text: &str| RichText::new(text.to_owned()).color(tokens.muted);
        match &self.read {
            None => {
                ui.add(Label::new(muted(&t!(lang, "python-window-tip"))).wrap());
            }
            Some((_, Err(error))) => {
                ui.add(Label::new(RichText::new(error.sentence(lang)).color(tokens.error)).wrap());
            }
            Some((_, Ok(reading))) => {
                for spec in &reading.endpoints {
                    endpoint_ui(ui, lang, spec);
                }
                if reading.remarks.is_empty() {
                    ui.label(muted(&t!(lang, "python-window-all")));
                    return;
                }
                ui.label(theme::strong(t!(lang, "python-window-not")));
                let area = ScrollArea::vertical().id_salt("remarks").max_height(REMARKS_HEIGHT);
                area.show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 3.0;
                    for remark in &reading.remarks {
                        let text = t!(lang, "python-window-line", line = remark.line, text = remark.text(lang));
                        ui.add(Label::new(RichText::new(text).size(SMALL + 1.0)).wrap());
                    }
                });
            }
        }
    }
}

/// What the endpoint is, in one line and its service below it.
fn endpoint_ui(ui: &mut Ui, lang: Lang, spec: &EndpointSpec) {
    controls::card(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 3.0;
        ui.horizontal_wrapped(|ui| {
            ui.label(theme::strong(spec.name.clone()));
            ui.label(explain::names::endpoint_kind(lang, spec.kind));
        });
        let tokens = theme::Tokens::of(ui);
        for fact in facts(lang, spec) {
            ui.add(Label::new(RichText::new(fact).monospace().color(tokens.muted)).wrap());
        }
    });
}

/// `bind 127.0.0.1:8000`, `listen(5)`, `recv(1024)` …
fn facts(lang: Lang, spec: &EndpointSpec) -> Vec<String> {
    let mut calls = Vec::new();
    calls.extend(spec.local.as_ref().map(|local| format!("bind {local}")));
    if spec.kind.is_server() {
        calls.push(format!("listen({})", spec.server.backlog));
    }
    calls.extend(spec.remote.as_ref().map(|remote| format!("→ {remote}")));
    let call = if spec.kind.is_stream() { "recv" } else { "recvfrom" };
    calls.push(format!("{call}({})", spec.recv_size()));
    calls.push(spec.encoding.name().to_owned());
    vec![calls.join("  ·  "), service(lang, spec)]
}

/// What it answers.
fn service(lang: Lang, spec: &EndpointSpec) -> String {
    let reply = &spec.service.reply;
    let mut text = lang.text(&format!("service-{}", reply.kind().name), None).into_owned();
    let shown = reply.values().text("text");
    if !shown.is_empty() {
        let start: String = shown.chars().take(SHOWN).collect();
        text.push_str(&format!(" {:?}", visible(&start)));
    }
    if !reply.rules().is_empty() {
        text.push_str(&format!(" ({})", reply.rules().len()));
    }
    let quit: Vec<String> = spec.service.quit.iter().map(|word| format!("{word:?}")).collect();
    if !quit.is_empty() {
        text.push_str(&t!(lang, "python-window-quit", words = quit.join(", ")));
    }
    if spec.service.close_after_reply {
        text.push_str(&t!(lang, "python-window-closes"));
    }
    t!(lang, "python-window-service", service = text).into_owned()
}
