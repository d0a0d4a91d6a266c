//! Labs on disk: new, open, save; what is unsaved is asked about before it would be lost.

use std::path::{Path, PathBuf};

use eframe::egui::{self, ViewportCommand};

use super::App;
use crate::desktop::dialogs::{Answer, Dialogs, Purpose, with_ending, with_hand_in_ending};
use crate::desktop::saving::{Saving, Writing};
use crate::desktop::{example_files, places};
use crate::lab::file::{self, LabFileError};
use crate::lab::{Lab, Localized, examples};
use crate::lang::visible::visible_file_name;
use crate::t;
use crate::trace::file::is_trace_file;
use crate::ui::bars::notices::WindowNotice;
use crate::ui::command::UiCommand;
use crate::ui::dialogs::questions::{self, TypedPath, Unsaved};
use crate::ui::layout::Panes;
use crate::ui::view::Selection;
use crate::ui::windows::follow::Save;

/// What waits until the unsaved changes are dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    New,
    AskWhichToOpen,
    AskWhichTrace,
    Open(PathBuf),
    Example(u8),
    Quit,
}

/// Who has text to be saved that is no lab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Asker {
    #[default]
    Follow,
    Code,
    HandIn,
}

pub(super) struct Files {
    pub(super) dialogs: Dialogs,
    /// ViewRequest: "there are unsaved changes".
    unsaved: Option<Next>,
    /// Goes on when the lab was saved.
    after_save: Option<Next>,
    typed: Option<TypedPath>,
    /// The typed path is a trace's and not a lab's.
    typed_trace: bool,
    load_error: Option<LabFileError>,
    /// What was said on a connection waits until it is known where to.
    pub(super) followed: Option<Writing>,
    /// Who wanted that.
    pub(super) asker: Asker,
    /// What is said of the hand-in once it is saved.
    pub(super) handed_in: Option<WindowNotice>,
    saving: Saving,
    /// The user has said that the window may close.
    may_close: bool,
}

impl Files {
    pub(super) fn new(dialogs: Dialogs, saving: Saving) -> Self {
        Self {
            dialogs,
            unsaved: None,
            after_save: None,
            typed: None,
            load_error: None,
            followed: None,
            asker: Asker::default(),
            handed_in: None,
            saving,
            typed_trace: false,
            may_close: false,
        }
    }

    pub(super) fn save(&mut self, path: PathBuf, writing: Writing) {
        self.saving.start(path, writing);
    }

    pub(super) fn is_test(&self) -> bool {
        self.dialogs.are_never_shown()
    }
}

impl App {
    /// True while a window over the others must be answered first: shortcuts are left to it.
    pub(super) fn is_asking(&self) -> bool {
        self.is_asking_about_labs()
            || self.form.is_some()
            || self.program_form.is_some()
            || self.consent.is_some()
            || self.python.is_some()
            || self.serve.is_some()
            || self.download.is_some()
            || self.message.is_some()
            || self.hand_in.is_some()
            || self.is_asking_about_traces()
            || self.pictures.is_asking()
            || self.palette.is_open()
    }

    pub(super) fn is_asking_about_labs(&self) -> bool {
        self.files.unsaved.is_some() || self.files.typed.is_some() || self.files.load_error.is_some()
    }

    pub(super) fn file_command(&mut self, ctx: &egui::Context, command: UiCommand) {
        match command {
            UiCommand::NewLab => self.unless_unsaved(ctx, Next::New),
            UiCommand::OpenLab => self.unless_unsaved(ctx, Next::AskWhichToOpen),
            UiCommand::OpenTrace => self.unless_unsaved(ctx, Next::AskWhichTrace),
            UiCommand::OpenRecent(path) => self.unless_unsaved(ctx, Next::Open(path)),
            UiCommand::OpenExample(number) => self.unless_unsaved(ctx, Next::Example(number)),
            UiCommand::SaveLab => self.save(ctx),
            UiCommand::SaveLabAs => self.ask_where_to_save(),
            UiCommand::ReloadLab => {
                if let Some(path) = self.session.path().map(Path::to_owned) {
                    self.unless_unsaved(ctx, Next::Open(path));
                }
            }
            UiCommand::Quit => self.unless_unsaved(ctx, Next::Quit),
            _ => {}
        }
    }

    /// An empty lab has nothing to lose, whatever became of it before.
    fn has_unsaved(&self) -> bool {
        let nothing = self.session.is_empty() && self.session.path().is_none();
        self.session.is_edited() && !nothing
    }

    pub(super) fn unless_unsaved(&mut self, ctx: &egui::Context, next: Next) {
        if self.has_unsaved() {
            self.files.unsaved = Some(next);
        } else {
            self.go_on(ctx, next);
        }
    }

    fn go_on(&mut self, ctx: &egui::Context, next: Next) {
        match next {
            Next::New => self.show_lab(Lab::default(), None),
            Next::AskWhichToOpen => {
                let title = t!(self.lang, "path-open-title").into_owned();
                let folder = self.folder();
                self.files.dialogs.ask(Purpose::Open, title, folder.as_deref());
                ctx.request_repaint();
            }
            Next::AskWhichTrace => {
                let title = t!(self.lang, "export-open-title").into_owned();
                self.ask_dialog(Purpose::OpenTrace, title);
            }
            Next::Open(path) if is_trace_file(&path) => self.show_trace(path),
            Next::Open(path) => self.open_file(path),
            Next::Example(number) => self.open_example(number),
            Next::Quit => {
                self.files.may_close = true;
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }

    /// Where dialogs begin: beside the lab, else beside the one used last.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        let recent = self.store.settings.recent.first().map(PathBuf::as_path);
        self.session.path().or(recent).and_then(Path::parent).map(Path::to_owned)
    }

    pub(super) fn open_file(&mut self, path: PathBuf) {
        self.remember_layout();
        match file::load_checking(&path, crate::explain::breakpoint::check) {
            Ok(lab) => {
                // Relative paths would mean another file after a change of folder.
                let path = std::path::absolute(&path).unwrap_or(path);
                self.store.settings.used(&path);
                self.show_lab(lab, Some(path));
            }
            Err(error) => {
                // A file that is gone is not offered again.
                if !path.exists() {
                    self.store.settings.recent.retain(|known| *known != path);
                }
                self.files.load_error = Some(error);
            }
        }
    }

    /// A copy without a lab file: saving asks where. Files that its servers share get a new folder.
    fn open_example(&mut self, number: u8) {
        let Some(example) = examples::find(number) else { return };
        let lab = match example.files {
            [] => example.lab.clone(),
            _ => match example_files::unpack(example) {
                Ok(folder) => example.in_folder(&folder),
                Err((path, error)) => {
                    self.files.load_error = Some(LabFileError::unwritable(path, &error));
                    return;
                }
            },
        };
        self.remember_layout();
        self.show_lab(lab, None);
    }

    pub(super) fn show_lab(&mut self, lab: Lab, path: Option<PathBuf>) {
        self.sync_layout();
        self.session.load(lab, path);
        self.show_open_lab();
    }

    /// The lab that is open is another one than before.
    pub(super) fn show_open_lab(&mut self) {
        self.recovery.touch();
        self.selection = Selection::default();
        self.note.on_lab(!self.session.note().is_empty());
        self.panes = match self.session.layout() {
            Some(layout) => Panes::of_lab(&self.session, Some(layout)),
            None => Panes::like_another_lab(&self.session, self.store.settings.layout.as_ref()),
        };
    }

    fn save(&mut self, ctx: &egui::Context) {
        match self.session.path().map(Path::to_owned) {
            Some(path) => self.write(ctx, path),
            None => self.ask_where_to_save(),
        }
    }

    fn ask_where_to_save(&mut self) {
        let suggested = self.suggested();
        let title = t!(self.lang, "path-save-title").into_owned();
        let folder = self.folder();
        self.files.dialogs.ask(Purpose::Save { suggested }, title, folder.as_deref());
    }

    pub(super) fn ask_where_to_save_followed(&mut self, save: Save) {
        self.files.followed = Some(save.writing);
        self.files.asker = Asker::Follow;
        let title = t!(self.lang, "follow-save-title").into_owned();
        let folder = self.folder();
        self.files.dialogs.ask(Purpose::SaveFollowed { suggested: save.suggested }, title, folder.as_deref());
    }

    fn write_followed(&mut self, path: PathBuf) {
        if let Some(writing) = self.files.followed.take() {
            let path = if self.files.asker == Asker::HandIn { with_hand_in_ending(path) } else { path };
            self.files.saving.start(path, writing);
        }
    }

    pub(super) fn ask_dialog(&mut self, purpose: Purpose, title: String) {
        let folder = self.folder();
        self.files.dialogs.ask(purpose, title, folder.as_deref());
    }

    pub(super) fn suggested(&self) -> PathBuf {
        if let Some(path) = self.session.path() {
            return path.to_owned();
        }
        let title = self.session.title().text(self.lang).trim().to_lowercase();
        let safe: String = title.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        let name = if safe.is_empty() { "lab" } else { safe.trim_matches('-') };
        PathBuf::from(format!("{name}.lab.toml"))
    }

    fn write(&mut self, ctx: &egui::Context, path: PathBuf) {
        self.sync_layout();
        match file::save(&self.session.document(), &path) {
            Ok(()) => {
                let path = std::path::absolute(&path).unwrap_or(path);
                self.store.settings.used(&path);
                self.session.saved_as(path);
                self.notices.end(|notice| matches!(notice, WindowNotice::NotSaved { .. }));
                self.recovery.touch();
                if let Some(next) = self.files.after_save.take() {
                    self.go_on(ctx, next);
                }
            }
            Err(error) => {
                self.files.after_save = None;
                self.notices.push(WindowNotice::NotSaved {
                    file: path,
                    reason: Localized::said(|lang| lang.system_reason(&error)),
                });
            }
        }
    }

    pub(super) fn take_dialog_answers(&mut self, ctx: &egui::Context) {
        if let Some(saved) = self.files.saving.take()
            && let Some(saved) = self.pictures.saved(saved)
        {
            match saved {
                // The window that it was saved from says how that went; a program has none.
                saved if self.files.asker == Asker::Follow => self.follow.saved(saved),
                saved if self.files.asker == Asker::HandIn => self.handed_in(saved),
                (file, Err(reason)) => self.notices.push(WindowNotice::CodeNotSaved { file, reason }),
                (_, Ok(())) => {}
            }
        }
        let Some((purpose, answer)) = self.files.dialogs.answer() else { return };
        match (purpose, answer) {
            (Purpose::Open, Answer::Chosen(path)) => self.open_file(path),
            (Purpose::Save { .. }, Answer::Chosen(path)) => self.write(ctx, with_ending(path)),
            (Purpose::Folder | Purpose::Files, Answer::Chosen(path)) => self.take_files(vec![path]),
            (_, Answer::ChosenFiles(paths)) => self.take_files(paths),
            (Purpose::SaveAs { .. }, Answer::Chosen(path)) => {
                if let Some(download) = &mut self.download {
                    download.put(&path);
                }
            }
            (Purpose::Folder | Purpose::Files | Purpose::SaveAs { .. }, Answer::NoDialog) => self.no_dialog(),
            (Purpose::Folder | Purpose::Files | Purpose::SaveAs { .. }, Answer::Cancelled) => {}
            (Purpose::SaveFollowed { .. }, Answer::Chosen(path)) => self.write_followed(path),
            (Purpose::SaveFollowed { .. }, Answer::Cancelled) => self.files.followed = None,
            (Purpose::SavePicture { .. }, Answer::Chosen(path)) => self.write_picture(&path),
            (Purpose::SavePicture { .. }, Answer::Cancelled) => self.pictures.not_saved(),
            (Purpose::OpenTrace, Answer::Chosen(path)) => self.show_trace(path),
            (Purpose::WriteTrace { .. }, Answer::Chosen(path)) => self.write_trace(path, true),
            (Purpose::WriteTrace { .. }, Answer::Cancelled) => self.no_trace_written(),
            (Purpose::OpenTrace, Answer::NoDialog) => {
                self.files.typed = Some(TypedPath::new(self.typed_start(None), false));
                self.files.typed_trace = true;
            }
            (Purpose::WriteTrace { suggested }, Answer::NoDialog) => {
                self.files.typed = Some(TypedPath::new(self.typed_start(Some(&suggested)), true));
                self.files.typed_trace = true;
            }
            (_, Answer::Cancelled) => self.files.after_save = None,
            (Purpose::Open, Answer::NoDialog) => self.files.typed = Some(TypedPath::new(self.typed_start(None), false)),
            (
                Purpose::Save { suggested } | Purpose::SaveFollowed { suggested } | Purpose::SavePicture { suggested },
                Answer::NoDialog,
            ) => {
                let mut typed = TypedPath::new(self.typed_start(Some(&suggested)), true);
                typed.title = self.files.followed.is_some().then(|| match self.files.asker {
                    Asker::Follow => t!(self.lang, "follow-save-title").into_owned(),
                    Asker::Code => t!(self.lang, "code-save-title").into_owned(),
                    Asker::HandIn => t!(self.lang, "handin-title").into_owned(),
                });
                self.files.typed = Some(typed);
            }
        }
    }

    /// What the field for a typed path begins with.
    fn typed_start(&self, name: Option<&Path>) -> String {
        let folder = self.folder().or_else(|| std::env::current_dir().ok()).unwrap_or_default();
        match name {
            Some(name) => folder.join(name).display().to_string(),
            None => folder.join("").display().to_string(),
        }
    }

    pub(super) fn draw_dialogs(&mut self, ctx: &egui::Context) {
        if let Some(error) = &self.files.load_error {
            if questions::load_error(ctx, self.lang, error) {
                self.files.load_error = None;
            }
            return;
        }
        if let Some(mut typed) = self.files.typed.take() {
            match questions::typed_path(ctx, self.lang, &mut typed) {
                None => self.files.typed = Some(typed),
                Some(false) => {
                    self.files.after_save = None;
                    self.files.followed = None;
                    self.pictures.not_saved();
                    self.files.typed_trace = false;
                    self.no_trace_written();
                }
                Some(true) => self.take_typed(ctx, typed),
            }
            return;
        }
        if let Some(next) = self.files.unsaved.clone() {
            let title = self.session.title().shown(self.lang);
            let name = match self.session.path() {
                Some(path) => visible_file_name(path),
                None if !title.is_empty() => title.into_owned(),
                None => t!(self.lang, "untitled").into_owned(),
            };
            let Some(answer) = questions::unsaved(ctx, self.lang, &name) else { return };
            self.files.unsaved = None;
            match answer {
                Unsaved::Save => {
                    self.files.after_save = Some(next);
                    self.save(ctx);
                }
                Unsaved::Discard => self.go_on(ctx, next),
                Unsaved::Cancel => {}
            }
        }
    }

    fn take_typed(&mut self, ctx: &egui::Context, mut typed: TypedPath) {
        let path = places::home(typed.text.trim());
        if std::mem::take(&mut self.files.typed_trace) {
            if typed.saving {
                self.write_trace(path, false);
            } else {
                self.show_trace(path);
            }
            return;
        }
        if typed.saving {
            let is_lab = self.files.followed.is_none() && !self.pictures.is_choosing();
            let path = if is_lab { with_ending(path) } else { path };
            if path.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
                typed.error = Some(t!(self.lang, "path-no-folder").into_owned());
                self.files.typed = Some(typed);
            } else if self.files.followed.is_some() {
                self.write_followed(path);
            } else if self.pictures.is_choosing() {
                self.write_picture(&path);
            } else {
                self.write(ctx, path);
            }
        } else if path.is_file() {
            self.open_file(path);
        } else {
            typed.error = Some(t!(self.lang, "path-no-file").into_owned());
            self.files.typed = Some(typed);
        }
    }

    /// The window's own close button asks about unsaved changes too.
    pub(super) fn guard_closing(&mut self, ctx: &egui::Context) {
        let closing = ctx.input(|input| input.viewport().close_requested());
        if closing && !self.files.may_close && self.has_unsaved() {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.files.unsaved = Some(Next::Quit);
            ctx.request_repaint();
        }
    }
}
