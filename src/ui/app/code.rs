//! Programs that the lab has written: saved, and run in the lab.

use std::path::{Path, PathBuf};

use super::App;
use super::files::Asker;
use crate::code::Language;
use crate::desktop::code_files;
use crate::desktop::dialogs::Purpose;
use crate::lab::{Localized, ProgramSpec};
use crate::session::Action;
use crate::t;
use crate::ui::bars::notices::WindowNotice;

impl App {
    pub(super) fn ask_where_to_save_code(&mut self, suggested: PathBuf, text: String) {
        self.files.followed = Some(Box::new(move |out| out.write_all(text.as_bytes())));
        self.files.asker = Asker::Code;
        let title = t!(self.lang, "code-save-title").into_owned();
        self.ask_dialog(Purpose::SaveFollowed { suggested }, title);
    }

    /// Runs it as a program of the lab: its calls join the trace.
    pub(super) fn run_code(&mut self, language: &'static Language, file: &Path, text: &str, arguments: &[String]) {
        match code_files::keep(file, text) {
            Ok(path) => {
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let run = language.command(&path.to_string_lossy(), arguments);
                let spec = Box::new(ProgramSpec { name, run, ..ProgramSpec::default() });
                self.act(Action::AddProgram { spec, start: true });
            }
            Err((file, error)) => {
                let reason = Localized::said(|lang| lang.system_reason(&error));
                self.notices.push(WindowNotice::CodeNotSaved { file, reason });
            }
        }
    }
}
