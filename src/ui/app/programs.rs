//! Programs of the lab in the window: nothing is run that the user has not seen, and allowed.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use eframe::egui;

use super::App;
use super::run::StartedProgram;
use crate::session::Action;
use crate::session::recording::Target;
use crate::ui::dialogs::consent;
use crate::ui::dialogs::program_form::{ProgramForm, is_program};

impl App {
    /// The action, where it runs nothing that the user has not allowed; else the user is asked first.
    pub(super) fn with_consent(&mut self, action: Action) -> Option<Action> {
        if self.session.allows_programs() {
            return Some(action);
        }
        match action {
            Action::StartProgram(_) | Action::RunSteps | Action::OpenAll => {
                self.consent = Some(action);
                None
            }
            // It is added, and started when the user has agreed to all that this lab runs.
            Action::AddProgram { spec, start: true } => {
                let added = self.session.act(Action::AddProgram { spec, start: false });
                if let Some(added) = added {
                    self.selection.select_endpoint(added);
                    self.consent = Some(Action::StartProgram(added));
                }
                None
            }
            other => Some(other),
        }
    }

    /// The question before anything is run.
    pub(super) fn consent_ui(&mut self, ctx: &egui::Context) {
        if self.consent.is_none() {
            return;
        }
        match consent::ask(ctx, self.lang, &self.session) {
            Some(true) => {
                self.session.act(Action::AllowPrograms);
                if let Some(action) = self.consent.take() {
                    self.act(action);
                }
            }
            Some(false) => self.consent = None,
            None => {}
        }
    }

    /// Runs what the command line gave.
    pub(super) fn run_given(&mut self, program: StartedProgram) {
        if let Some(path) = program.record {
            self.session.start_recording(Target { path, overwrite: false });
        }
        self.session.allow_programs();
        self.act(Action::AddProgram { spec: Box::new(program.spec), start: true });
        self.given = self.session.programs().last().map(|added| (added.id, program.status));
    }

    /// The window is about to close: with which status that program has ended.
    pub(super) fn note_status(&self) {
        let Some((id, status)) = &self.given else { return };
        if let Some(ended) = self.session.program(*id).and_then(|program| program.live.ended) {
            status.store(u8::try_from(ended.status() & 0xff).unwrap_or(1), Ordering::Relaxed);
        }
    }

    pub(super) fn new_program(&mut self) {
        self.program_form = Some(ProgramForm::new(&self.session, self.lang));
    }

    pub(super) fn program_from(&mut self, file: &Path) {
        self.palette.close();
        self.program_form = Some(ProgramForm::of_file(&self.session, self.lang, file));
    }

    /// One file that is a program, where no window is open that has another use for it.
    pub(super) fn means_program(&self, paths: &[Option<&Path>]) -> bool {
        match paths {
            [Some(path)] => self.program_form.is_some() || (!self.is_asking() && is_program(path)),
            _ => false,
        }
    }

    /// For the form that is open, else for a new one.
    pub(super) fn take_program(&mut self, paths: &[PathBuf]) {
        let Some(path) = paths.first() else { return };
        match &mut self.program_form {
            Some(form) => form.take(path),
            None => self.program_from(path),
        }
    }
}
