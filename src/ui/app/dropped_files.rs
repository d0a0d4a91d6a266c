//! Files that come from outside the window: dropped on it, or chosen in the system's dialog; and back to the system.

use std::path::{Path, PathBuf};

use eframe::egui;

use super::App;
use super::files::Next;
use crate::desktop::dialogs::Purpose;
use crate::desktop::places;
use crate::t;
use crate::trace::file::is_trace_file;
use crate::ui::bars::notices::WindowNotice;
use crate::ui::dialogs::program_form::is_python;
use crate::ui::dialogs::python_window::PythonWindow;
use crate::ui::dialogs::serve::ServeWindow;

/// What a drop will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Open,
    /// A Python program: to be read, or run.
    Python,
    Serve,
    /// The form for a program, with that one.
    Program,
    /// A window is open that has no use for files.
    Nothing,
}

impl App {
    /// A lab or a trace is opened, a program is run; anything else is to be served.
    fn meaning(&self, paths: &[Option<&Path>]) -> Meaning {
        let is_ours = |path: &Path| {
            is_trace_file(path)
                || path.file_name().is_some_and(|name| name.to_string_lossy().to_lowercase().ends_with(".lab.toml"))
        };
        let form_serves = self.form.as_ref().is_none_or(|form| form.can_take_files());
        let is_free = self.form.is_none() && self.serve.is_none() && self.download.is_none();
        match paths {
            [Some(path)] if is_python(path) && (self.python.is_some() || is_free && !self.is_asking()) => {
                Meaning::Python
            }
            _ if self.python.is_some() || self.message.is_some() => Meaning::Nothing,
            [Some(path)] if is_ours(path) && is_free => Meaning::Open,
            _ if self.means_program(paths) => Meaning::Program,
            _ if self.serve.is_some() => Meaning::Serve,
            _ if self.program_form.is_some() || self.consent.is_some() => Meaning::Nothing,
            _ if self.download.is_some() || !form_serves || self.is_asking_about_labs() => Meaning::Nothing,
            _ => Meaning::Serve,
        }
    }

    pub(super) fn take_dropped_files(&mut self, ctx: &egui::Context) {
        let paths: Vec<PathBuf> =
            ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
        if paths.is_empty() {
            return;
        }
        let known: Vec<Option<&Path>> = paths.iter().map(|path| Some(path.as_path())).collect();
        match self.meaning(&known) {
            Meaning::Open => self.unless_unsaved(ctx, Next::Open(paths.into_iter().next().unwrap_or_default())),
            Meaning::Program => self.take_program(&paths),
            Meaning::Python => {
                self.palette.close();
                self.python = paths.first().map(|path| PythonWindow::of_file(path));
            }
            Meaning::Serve => match &mut self.serve {
                Some(serve) => serve.drop(&paths),
                None => self.take_files(paths),
            },
            Meaning::Nothing => {}
        }
    }

    /// A program that is pasted where no field takes it.
    pub(super) fn take_pasted_program(&mut self, ctx: &egui::Context) {
        let is_free = ctx.memory(|memory| memory.focused().is_none()) && !self.is_asking();
        if !is_free {
            return;
        }
        let pasted = ctx.input(|input| {
            input.events.iter().find_map(|event| match event {
                egui::Event::Paste(text) if PythonWindow::is_for(text) => Some(text.clone()),
                _ => None,
            })
        });
        if let Some(text) = pasted {
            self.python = Some(PythonWindow::pasted(text));
        }
    }

    /// What is said while files are held over the window.
    pub(super) fn drop_text(&self, held: &[Option<PathBuf>]) -> String {
        let known: Vec<Option<&Path>> = held.iter().map(Option::as_deref).collect();
        match self.meaning(&known) {
            Meaning::Open => t!(self.lang, "drop-here"),
            Meaning::Program => t!(self.lang, "drop-program"),
            Meaning::Python => t!(self.lang, "drop-python"),
            Meaning::Serve => t!(self.lang, "drop-serve", count = held.len()),
            Meaning::Nothing => t!(self.lang, "drop-nothing"),
        }
        .into_owned()
    }

    /// Files to be served: for the window that is open, else for a new one.
    pub(super) fn take_files(&mut self, paths: Vec<PathBuf>) {
        if self.program_form.is_some() {
            self.take_program(&paths);
        } else if let Some(form) = &mut self.form {
            form.take_files(&paths);
        } else if let Some(serve) = &mut self.serve {
            serve.put(&paths);
        } else {
            self.palette.close();
            self.serve = Some(ServeWindow::new(&paths));
        }
    }

    pub(super) fn choose(&mut self, ctx: &egui::Context, purpose: Purpose) {
        let (title, folder) = match &purpose {
            Purpose::Folder => (t!(self.lang, "choose-folder-title"), self.folder()),
            Purpose::Files => (t!(self.lang, "choose-files-title"), self.folder()),
            Purpose::SaveAs { suggested } => {
                (t!(self.lang, "choose-save-title"), suggested.parent().map(Path::to_owned))
            }
            // The others are asked for by commands.
            _ => return,
        };
        let title = title.into_owned();
        self.files.dialogs.ask(purpose, title, folder.as_deref());
        ctx.request_repaint();
    }

    /// The system has no dialog: the window that asked takes a typed path.
    pub(super) fn no_dialog(&mut self) {
        if let Some(form) = &mut self.form {
            form.no_dialog();
        } else if let Some(serve) = &mut self.serve {
            serve.no_dialog();
        } else if let Some(download) = &mut self.download {
            download.no_dialog();
        } else if let Some(form) = &mut self.program_form {
            form.no_dialog();
        }
    }

    pub(super) fn show_in_folder(&mut self, ctx: &egui::Context, path: &Path) {
        // A test must not open windows.
        if self.files.is_test() {
            return;
        }
        let (failures, waking, shown) = (self.failures.0.clone(), ctx.clone(), path.to_owned());
        places::show_in_folder(path, move |reason| {
            // Where many fail at once, the first ones are reported.
            let _ = failures.try_send(WindowNotice::NotShown { path: shown, reason });
            waking.request_repaint();
        });
    }

    pub(super) fn take_failures(&mut self) {
        self.notices.extend(self.failures.1.try_iter());
    }
}
