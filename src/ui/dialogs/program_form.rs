//! The form for a program: what is run, where, with which environment, and how its calls are seen.

use std::collections::BTreeMap;
use std::path::Path;

use eframe::egui::{self, Button, Id, RichText, TextEdit};

use super::lines::{Footer, Lines, Obstacle, Pressed};
use crate::desktop::dialogs::Purpose;
use crate::desktop::places::{self, PathKind};
use crate::lab::name::MAX_NAME_CHARS;
use crate::lab::program::{MAX_ARGUMENTS, MAX_ENVIRONMENT, ProgramSpec, Watch, words};
use crate::lab::{EndpointId, name};
use crate::lang::{Lang, Words as _};
use crate::session::{Action, Session};
use crate::t;
use crate::ui::view::{View, ViewRequest};
use crate::ui::widgets::field;
use crate::ui::widgets::modal;

const WIDTH: f32 = 600.0;
/// The longest text of a field, in bytes.
const MOST: usize = 64 * 1024;

/// The form while it is open.
pub struct ProgramForm {
    editing: Option<EndpointId>,
    base: ProgramSpec,
    name: String,
    command: String,
    folder: String,
    environment: String,
    watch: Watch,
    start: bool,
    /// The user has come to the command, or wanted to go on: what is wrong is shown.
    tried: bool,
    no_dialog: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Field {
    Command,
    Name,
    Folder,
    Environment,
}

impl Field {
    fn name(self, lang: Lang) -> String {
        match self {
            Self::Command => t!(lang, "program-command"),
            Self::Name => t!(lang, "form-name"),
            Self::Folder => t!(lang, "program-folder"),
            Self::Environment => t!(lang, "program-environment"),
        }
        .into_owned()
    }
}

impl ProgramForm {
    pub fn new(session: &Session, lang: Lang) -> Self {
        let name = session.free_name(&t!(lang, "program-first-name"));
        Self::of(None, ProgramSpec { name, ..ProgramSpec::default() })
    }

    /// For a file that was dropped on the window: a Python program, or one that the system runs.
    pub fn of_file(session: &Session, lang: Lang, file: &Path) -> Self {
        let mut form = Self::new(session, lang);
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if name::check(&stem).is_ok() {
            form.name = session.free_name(&stem);
        }
        form.take(file);
        form
    }

    /// For a program that is there.
    pub fn edit(session: &Session, program: EndpointId) -> Option<Self> {
        Some(Self::of(Some(program), session.program(program)?.spec.clone()))
    }

    fn of(editing: Option<EndpointId>, base: ProgramSpec) -> Self {
        let lines: Vec<String> = base.env.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Self {
            editing,
            name: base.name.clone(),
            command: if base.run.is_empty() { String::new() } else { base.command_line() },
            folder: base.dir.as_ref().map(|dir| dir.to_string_lossy().into_owned()).unwrap_or_default(),
            environment: lines.join("\n"),
            watch: base.watch,
            base,
            start: editing.is_none(),
            tried: false,
            no_dialog: false,
        }
    }

    /// Takes a file that was dropped or chosen as the program, or a folder as the one in which it runs.
    pub fn take(&mut self, path: &Path) {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        if PathKind::at(path) == PathKind::Folder {
            self.folder = text(path);
            return;
        }
        let run = match path.file_name().filter(|_| is_python(path)) {
            Some(name) => vec![crate::code::PYTHON_INTERPRETER.to_owned(), name.to_string_lossy().into_owned()],
            None => vec![text(path)],
        };
        self.command = ProgramSpec { run, ..ProgramSpec::default() }.command_line();
        self.folder = path.parent().map(text).unwrap_or_default();
    }

    pub fn no_dialog(&mut self) {
        self.no_dialog = true;
    }

    /// True where it is done with.
    pub fn ui(&mut self, ctx: &egui::Context, view: &mut View<'_>) -> bool {
        let lang = view.lang;
        let wrong = self.check(view.session, lang).err().unwrap_or_default();
        let untouched = !self.tried && self.command.trim().is_empty();
        let shown: Vec<_> =
            wrong.iter().filter(|(field, _)| !(untouched && *field == Field::Command)).cloned().collect();
        let drawn = modal::show(ctx, Id::unique("program form"), WIDTH, |ui, place| {
            let title = match self.editing {
                Some(_) => t!(lang, "form-edit-title", name = self.base.name.as_str()),
                None => t!(lang, "program-form-new"),
            };
            modal::title(ui, title);
            let what = RichText::new(t!(lang, "program-form-what")).size(12.0).color(view.tokens.muted);
            ui.add(egui::Label::new(what).wrap());
            ui.add_space(6.0);
            ui.spacing_mut().item_spacing.y = 7.0;
            let mut lines = Lines::new(&shown, place.entered);
            self.body(ui, view, &mut lines, place.is_new);
            ui.separator();
            let go = match (self.editing, self.start) {
                (Some(_), _) => t!(lang, "form-apply"),
                (None, true) => t!(lang, "program-add"),
                (None, false) => t!(lang, "form-create"),
            };
            let obstacle = Obstacle::first(lang, &wrong, &shown, |field| field.name(lang));
            let footer = Footer { go: &go, also: None, obstacle: obstacle.as_ref() };
            let pressed = footer.ui(ui, lang, |ui| {
                if self.editing.is_none() {
                    ui.checkbox(&mut self.start, t!(lang, "program-start-at-once"));
                }
            });
            if lines.entered { pressed.or(Some(Pressed::Go)) } else { pressed }
        });
        match drawn.inner {
            // With what the fields hold now that this frame's letters are in them.
            Some(Pressed::Go | Pressed::Also) => match self.check(view.session, lang) {
                Ok(spec) => {
                    let spec = Box::new(spec);
                    view.act(match self.editing {
                        Some(program) => Action::EditProgram { program, spec },
                        None => Action::AddProgram { spec, start: self.start },
                    });
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

    fn body(&mut self, ui: &mut egui::Ui, view: &mut View<'_>, lines: &mut Lines<'_, Field>, is_new: bool) {
        let lang = view.lang;
        let mut wanted = None;
        let (name, tip) = (t!(lang, "program-command"), t!(lang, "program-command-tip"));
        let command = lines.line(ui, &name, &tip, Some(Field::Command), |ui| {
            chosen_field(ui, &t!(lang, "program-choose"), &mut wanted, Purpose::Files, |ui, width| {
                let edit = TextEdit::singleline(&mut self.command).desired_width(width).char_limit(MOST);
                field::line(ui, edit.hint_text("python3 server.py 8000").font(egui::TextStyle::Monospace))
            })
        });
        if is_new {
            field::take_focus(&command);
        }
        let (name, tip) = (t!(lang, "program-folder"), t!(lang, "program-folder-tip"));
        lines.line(ui, &name, &tip, Some(Field::Folder), |ui| {
            chosen_field(ui, &t!(lang, "share-choose-folder"), &mut wanted, Purpose::Folder, |ui, width| {
                let hint = t!(lang, "program-folder-hint");
                field::line(ui, TextEdit::singleline(&mut self.folder).desired_width(width).hint_text(hint))
            })
        });
        if self.no_dialog {
            lines.hint(ui, &t!(lang, "share-no-dialog"));
        }
        let (name, tip) = (t!(lang, "program-environment"), t!(lang, "program-environment-tip"));
        lines.line(ui, &name, &tip, Some(Field::Environment), |ui| {
            let rows = self.environment.lines().count().clamp(2, 4);
            let edit = TextEdit::multiline(&mut self.environment).desired_rows(rows).desired_width(f32::INFINITY);
            ui.add(edit.char_limit(MOST).font(egui::TextStyle::Monospace).hint_text("LANG=C.UTF-8"))
        });
        lines.line(ui, &t!(lang, "form-name"), &t!(lang, "form-name-tip"), Some(Field::Name), |ui| {
            let edit = TextEdit::singleline(&mut self.name).desired_width(f32::INFINITY);
            field::line(ui, edit.char_limit(MAX_NAME_CHARS))
        });
        let (name, tip) = (t!(lang, "program-watch"), t!(lang, "program-watch-tip"));
        lines.choice(ui, &name, &tip, &watch_name(lang, self.watch), |ui| {
            for watch in Watch::ALL {
                ui.selectable_value(&mut self.watch, watch, watch_name(lang, watch));
            }
        });
        let (text, tip) = (t!(lang, "endpoint-hold"), t!(lang, "endpoint-hold-tip"));
        lines.check(ui, "", &text, &tip, &mut self.base.hold);
        if let Some(purpose) = wanted {
            view.requests.push(ViewRequest::Choose(purpose));
        }
    }

    /// The program, or all that is wrong.
    fn check(&self, session: &Session, lang: Lang) -> Result<ProgramSpec, Vec<(Field, String)>> {
        let mut wrong = Vec::new();
        let run = words(&self.command).filter(|run| run.first().is_some_and(|program| !program.is_empty()));
        let run = run.unwrap_or_else(|| {
            wrong.push((Field::Command, t!(lang, "program-command-wrong").into_owned()));
            Vec::new()
        });
        if self.command.contains('\0') {
            wrong.push((Field::Command, t!(lang, "lab-nul-in-argument").into_owned()));
        }
        if run.len() > MAX_ARGUMENTS {
            wrong.push((Field::Command, t!(lang, "lab-many-arguments", most = MAX_ARGUMENTS).into_owned()));
        }
        let folder = self.folder.trim();
        if folder.contains('\0') {
            wrong.push((Field::Folder, t!(lang, "lab-nul-in-argument").into_owned()));
        }
        let env = self.variables(lang).unwrap_or_else(|why| {
            wrong.push((Field::Environment, why));
            BTreeMap::new()
        });
        let name = self.name.trim();
        let is_other = |id: EndpointId| Some(id) != self.editing;
        let taken = session.endpoint_named(name).is_some_and(|it| is_other(it.id))
            || session.program_named(name).is_some_and(|it| is_other(it.id));
        if let Err(error) = name::check(name) {
            wrong.push((Field::Name, error.sentence(lang)));
        } else if taken {
            wrong.push((Field::Name, t!(lang, "wrong-endpoint-twice", name = name).into_owned()));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let dir = (!folder.is_empty()).then(|| places::home(folder));
        Ok(ProgramSpec { name: name.to_owned(), run, dir, env, watch: self.watch, hold: self.base.hold })
    }

    /// One a line, `NAME=value`.
    fn variables(&self, lang: Lang) -> Result<BTreeMap<String, String>, String> {
        let lines: Vec<&str> = self.environment.lines().filter(|line| !line.trim().is_empty()).collect();
        if lines.len() > MAX_ENVIRONMENT {
            return Err(t!(lang, "lab-many-variables", most = MAX_ENVIRONMENT).into_owned());
        }
        let variable = |line: &&str| match line.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() && !line.contains('\0') => {
                Ok((name.trim().to_owned(), value.to_owned()))
            }
            _ => Err(t!(lang, "program-environment-wrong", line = *line).into_owned()),
        };
        lines.iter().map(variable).collect()
    }
}

/// A field with a button beside it that opens the system's dialog.
fn chosen_field(
    ui: &mut egui::Ui,
    choose: &str,
    wanted: &mut Option<Purpose>,
    purpose: Purpose,
    contents: impl FnOnce(&mut egui::Ui, f32) -> egui::Response,
) -> egui::Response {
    ui.spacing_mut().item_spacing.x = 6.0;
    let font = egui::TextStyle::Button.resolve(ui.style());
    let text = ui.painter().layout_no_wrap(choose.to_owned(), font, egui::Color32::PLACEHOLDER);
    let button = text.size().x + 2.0 * ui.spacing().button_padding.x + 2.0;
    let width = ui.available_width() - button - 6.0;
    let response = contents(ui, width);
    if ui.add(Button::new(choose)).clicked() {
        *wanted = Some(purpose);
    }
    response
}

/// Whether a file's name says that it is a Python program.
pub fn is_python(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("py"))
}

/// A Python program, or a file that the system runs.
pub fn is_program(file: &Path) -> bool {
    is_python(file) || places::is_executable(file)
}

fn watch_name(lang: Lang, watch: Watch) -> String {
    match watch {
        Watch::Auto => t!(lang, "program-watch-auto"),
        Watch::Ptrace => t!(lang, "program-watch-ptrace"),
        Watch::Python => t!(lang, "program-watch-python"),
        Watch::None => t!(lang, "program-watch-none"),
    }
    .into_owned()
}
