//! Programs of the lab in the window: nothing is run that the user has not seen, and allowed.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use eframe::egui;

use super::App;
use super::run::StartedProgram;
use crate::session::Action;
use crate::session::recording::Target;
use crate::trace::program::{Ended, NotStarted};
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

    /// The window is about to close: with which status that program has ended, or will when it is ended with the lab.
    pub(super) fn note_status(&self) {
        let Some((id, status)) = &self.given else { return };
        let Some(live) = self.session.program_now(*id).map(|program| &program.live) else { return };
        let ended = live.ended.or_else(|| live.is_running().then_some(Ended::KILLED));
        let code = ended.map(Ended::status).or_else(|| live.failed.as_ref().map(NotStarted::status));
        if let Some(code) = code {
            status.store(u8::try_from(code & 0xff).unwrap_or(1), Ordering::Relaxed);
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicU8;

    use super::*;
    use crate::lab::ProgramSpec;
    use crate::lang::Lang;

    fn status_of(command: &[&str], until: impl Fn(&App) -> bool) -> u8 {
        let mut app = App::for_test(&egui::Context::default(), Lang::En, egui::Theme::Dark);
        let run: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        let status = Arc::<AtomicU8>::default();
        let spec = ProgramSpec { name: "given".to_owned(), run, ..ProgramSpec::default() };
        app.run_given(StartedProgram { spec, record: None, status: Arc::clone(&status) });
        while !until(&app) {
            app.session.wait_and_pump(
                std::time::Duration::from_millis(50),
                std::time::Duration::from_millis(5),
                &mut |_| {},
            );
        }
        app.note_status();
        status.load(Ordering::Relaxed)
    }

    #[test]
    #[cfg(unix)]
    fn the_window_of_a_given_program_ends_with_its_status() {
        let live = |app: &App| app.session.programs().first().map(|program| program.live.is_running());
        let is_over = |app: &App| live(app) == Some(false);
        assert_eq!(status_of(&["sh", "-c", "exit 7"], is_over), 7);
        assert_eq!(status_of(&["sh", "-c", "kill -TERM $$"], is_over), 128 + 15);
        assert_eq!(status_of(&["/nowhere/at/all"], is_over), 127);
        // It is ended with the window.
        assert_eq!(status_of(&["sleep", "600"], |app| live(app) == Some(true)), 128 + 9);
    }
}
