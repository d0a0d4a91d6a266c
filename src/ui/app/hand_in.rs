//! Saving what a student hands in.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::App;
use super::files::Asker;
use crate::desktop::dialogs::Purpose;
use crate::desktop::program_files;
use crate::desktop::saving::Saved;
use crate::lab::Localized;
use crate::lesson::handin::{self, ENDING, HandIn, Student, plain};
use crate::t;
use crate::ui::bars::notices::WindowNotice;
use crate::ui::dialogs::hand_in::HandInWindow;

impl App {
    pub(super) fn open_hand_in(&mut self) {
        if let Some(work) = self.lesson.work(&self.session) {
            let student = self.lessons.student().clone();
            self.hand_in = Some(HandInWindow::new(student, work.answers.len(), work.of, work.has_run));
        }
    }

    /// The work on the lesson as it is now, with the trace of the run.
    pub(super) fn ask_where_to_hand_in(&mut self, student: Student) {
        let Some(work) = self.lesson.work(&self.session) else { return };
        self.lessons.set_student(&student);
        let name = plain(&[student.number.as_str(), student.name.as_str()].join(" ").trim().replace(' ', "-"));
        let suggested = PathBuf::from(format!("{name}.{ENDING}"));
        let trace = match self.session.trace_to_hand_in() {
            Ok(trace) => trace,
            Err(error) => {
                let reason = Localized::said(|lang| lang.system_reason(&error));
                self.notices.push(WindowNotice::HandInNotSaved { file: suggested, reason });
                return;
            }
        };
        let programs = &self.session.document().programs;
        let programs = program_files::of(programs, self.session.path().and_then(Path::parent));
        let mut files = vec![(handin::TRACE.to_owned(), trace.file)];
        files.extend(programs.files);
        let hand_in = HandIn {
            student,
            lesson: work.lesson,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            system: std::env::consts::OS.to_owned(),
            saved_at: SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            answers: work.answers,
            done: work.done,
            left_out: handin::LeftOut { calls: trace.left_out, programs: programs.left_out },
            files,
        };
        let (answers, programs) = (hand_in.answers.len(), hand_in.programs().count());
        let left_out = hand_in.left_out.clone();
        self.files.handed_in = Some(WindowNotice::HandedIn { file: PathBuf::new(), answers, programs, left_out });
        self.files.followed = Some(Box::new(move |out| handin::write(out, &hand_in)));
        self.files.asker = Asker::HandIn;
        let title = t!(self.lang, "handin-title").into_owned();
        self.ask_dialog(Purpose::SaveFollowed { suggested }, title);
    }

    /// Says how it went.
    pub(super) fn handed_in(&mut self, (saved, result): Saved) {
        let notice = match (result, self.files.handed_in.take()) {
            (Ok(()), Some(WindowNotice::HandedIn { answers, programs, left_out, .. })) => {
                WindowNotice::HandedIn { file: saved, answers, programs, left_out }
            }
            (Ok(()), _) => return,
            (Err(reason), _) => WindowNotice::HandInNotSaved { file: saved, reason },
        };
        self.notices.end(|old| matches!(old, WindowNotice::HandedIn { .. } | WindowNotice::HandInNotSaved { .. }));
        self.notices.push(notice);
    }
}
