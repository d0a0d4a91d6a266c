//! Traces in the window: open, save, export, record.

use std::path::PathBuf;

use eframe::egui;

use super::App;
use crate::desktop::dialogs::Purpose;
use crate::session::export_job::Scope;
use crate::session::recording::Target;
use crate::t;
use crate::trace::export::Format;
use crate::trace::file::{self, is_trace_file};
use crate::ui::command::UiCommand;
use crate::ui::dialogs::export_window::{Answer, ExportWindow};

/// What a file that was asked for is written for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Writing {
    Export(Format, Scope),
    Record,
}

#[derive(Default)]
pub(super) struct Traces {
    export: Option<ExportWindow>,
    /// What the file that is being asked for is for.
    writing: Option<Writing>,
    /// A trace that is being opened, and how many of its endpoints the panes know.
    opening: Option<PathBuf>,
    known: usize,
}

impl App {
    pub(super) fn trace_command(&mut self, command: &UiCommand) {
        match command {
            UiCommand::SaveTrace => self.ask_where(Writing::Export(Format::Trace, Scope::Everything)),
            UiCommand::ExportTrace => {
                let window = ExportWindow::new(self.selection.endpoint(), self.selection.conn());
                self.traces.export = Some(window.with_filter(self.filtering.scope(&self.session)));
            }
            UiCommand::ToggleRecording if self.session.recording().is_some() => self.session.stop_recording(),
            UiCommand::ToggleRecording if self.session.viewed().is_none() => self.ask_where(Writing::Record),
            _ => {}
        }
    }

    fn ask_where(&mut self, writing: Writing) {
        let (title, ending) = match &writing {
            Writing::Export(Format::Trace, _) => (t!(self.lang, "export-save-title"), file::ENDING),
            Writing::Export(format, _) => (t!(self.lang, "export-title"), format.ending()),
            Writing::Record => (t!(self.lang, "export-record-title"), Format::Pcapng.ending()),
        };
        let title = title.into_owned();
        self.traces.writing = Some(writing);
        let suggested = self.suggested_beside(ending);
        self.ask_dialog(Purpose::WriteTrace { suggested }, title);
    }

    /// `echo.lab.toml` → `echo.pcapng`
    pub(super) fn suggested_beside(&self, ending: &str) -> PathBuf {
        let lab = self.suggested();
        let name = lab.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let stem = name.split_once(".lab").map_or(name.as_str(), |(stem, _)| stem);
        lab.with_file_name(format!("{stem}.{ending}"))
    }

    /// The user has said where to write. `asked`: the user has agreed to replace a file that is there.
    pub(super) fn write_trace(&mut self, path: PathBuf, asked: bool) {
        let Some(writing) = self.traces.writing.take() else { return };
        match writing {
            Writing::Export(format, scope) => self.session.export(with(path, format.ending()), format, scope),
            Writing::Record => {
                let path = if is_trace_file(&path) { path } else { with(path, Format::Pcapng.ending()) };
                self.session.start_recording(Target { path, overwrite: asked });
            }
        }
    }

    pub(super) fn no_trace_written(&mut self) {
        self.traces.writing = None;
    }

    pub(super) fn show_trace(&mut self, path: PathBuf) {
        self.remember_layout();
        self.sync_layout();
        if let Err(error) = self.session.open_trace(path.clone()) {
            tracing::warn!(%error, "no thread to open a trace");
        }
        self.selection = crate::ui::view::Selection::default();
        self.traces.opening = Some(path);
    }

    /// A trace that has begun to be shown has endpoints that the panes don't know yet.
    pub(super) fn follow_trace(&mut self) {
        let Some(path) = &self.traces.opening else { return };
        match self.session.viewed() {
            Some(viewed) if viewed.path() == path.as_path() => {
                let known = self.session.endpoints().len();
                if self.traces.known != known {
                    self.traces.known = known;
                    self.panes = crate::ui::layout::Panes::of_lab(&self.session, self.session.layout());
                }
                if viewed.progress().is_none() {
                    self.traces.opening = None;
                    self.traces.known = 0;
                }
            }
            _ => {}
        }
    }

    pub(super) fn draw_traces(&mut self, ctx: &egui::Context) {
        let Some(window) = &mut self.traces.export else { return };
        match window.ui(ctx, self.lang, &self.session) {
            None => {}
            Some(Answer::Cancelled) => self.traces.export = None,
            Some(Answer::Export(format, scope)) => {
                self.traces.export = None;
                self.ask_where(Writing::Export(format, scope));
            }
        }
    }

    pub(super) fn is_asking_about_traces(&self) -> bool {
        self.traces.export.is_some()
    }
}

/// The file's ending is put on where the user left it out.
fn with(path: PathBuf, ending: &str) -> PathBuf {
    match path.extension() {
        Some(_) => path,
        None => path.with_extension(ending),
    }
}
