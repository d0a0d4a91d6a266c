//! Where the user is in the lesson that is open, and what the run has shown.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use super::ask::Draft;
use crate::desktop::progress::LessonStore;
use crate::lab::Lab;
use crate::lab::lesson::{Lesson, Value};
use crate::lang::Lang;
use crate::lesson::handin::LessonId;
use crate::lesson::{Progress, is_right};
use crate::session::Session;

/// The lesson of the open lab.
#[derive(Debug, Default)]
pub struct State {
    /// The lab that it belongs to, by the session's number.
    lab: Option<u64>,
    pub(super) lesson: Option<Arc<Lesson>>,
    /// As it was opened, whatever is done to the lab since.
    pub(super) id: Option<LessonId>,
    pub(super) key: String,
    pub progress: Progress,
    /// The part that is unfolded.
    pub(super) at: Option<usize>,
    /// It was moved to in the last frame.
    pub(super) moved: bool,
    /// The first call of the run, by its number; `None` before it.
    from: Option<u64>,
    /// The run is over and its answers were looked for.
    is_known: bool,
    /// The lesson was opened before this call.
    begun: u64,
    /// Up to here calls were looked at for the task that waits.
    looked: u64,
    pub(super) drafts: HashMap<usize, Draft>,
    /// The answers that are shown although they were not found.
    pub(super) given_up: Vec<usize>,
}

/// Under which name the progress in a lesson is kept: its file, or the title of one that comes with the program.
pub fn key(title: &str, path: Option<&Path>) -> String {
    path.map_or_else(|| format!("title: {title}"), |path| path.display().to_string())
}

/// The same for a lab that comes with the program.
pub fn key_of(lab: &Lab) -> String {
    key(lab.title.text(Lang::En), None)
}

impl State {
    /// Takes in what has happened since the last frame.
    pub fn follow(&mut self, session: &Session, store: &LessonStore) {
        if self.lab != Some(session.lab()) || self.lesson.as_ref() != session.lesson() {
            self.begin(session, store);
        }
        let Some(lesson) = self.lesson.clone() else { return };
        self.watch_task(session, &lesson);
        let is_over = session.run_state().is_some_and(|state| state.finished && state.ok() && state.of > 0);
        if let (Some(from), true, false) = (self.from, is_over, self.is_known) {
            self.is_known = true;
            for (part, _) in lesson.parts.iter().enumerate().filter(|(_, part)| part.run) {
                self.progress.set_done(part);
            }
            self.look(session, &lesson, from);
            if self.at.and_then(|at| lesson.parts.get(at)).is_some_and(|part| part.run) {
                self.go_on();
            }
        } else if let (Some(from), true) = (self.from, is_over) {
            // What comes after the last step: a call that was on its way.
            self.look_for_missing(session, &lesson, from);
        }
    }

    fn begin(&mut self, session: &Session, store: &LessonStore) {
        let lesson = session.lesson().cloned();
        let key = key(session.title().text(Lang::En), session.path());
        let mut progress = store.get(&key).cloned().unwrap_or_default();
        // The file may have changed since.
        let has = |part: &u32| lesson.as_ref().is_some_and(|lesson| (*part as usize) < lesson.parts.len());
        progress.answers.retain(|part, answer| {
            let question = lesson.as_ref().and_then(|lesson| lesson.parts.get(*part as usize)?.ask.as_ref());
            question.is_some_and(|question| question.fits(&answer.given))
        });
        progress.done.retain(has);
        let at = lesson.as_ref().map(|lesson| first_open(lesson, &progress));
        let id = lesson.as_ref().map(|lesson| LessonId::new(session.title(), lesson));
        *self = Self { lab: Some(session.lab()), lesson, id, key, progress, at, ..Self::default() };
        self.begun = session.trace().next_seq();
        self.looked = self.begun;
    }

    /// Whether there is a lesson whose questions must be answered before its steps may run.
    pub fn keeps_from_running(&self) -> bool {
        self.lesson.as_ref().is_some_and(|lesson| !self.progress.has_predicted(lesson))
    }

    pub fn has_lesson(&self) -> bool {
        self.lesson.is_some()
    }

    /// The steps are run: what is asked about are the calls from here on.
    pub fn run_begins(&mut self, next: u64) {
        if self.lesson.is_some() {
            (self.from, self.is_known) = (Some(next), false);
        }
    }

    /// The first question that keeps the steps from running comes into sight.
    pub fn show_missing(&mut self) {
        let Some(lesson) = &self.lesson else { return };
        let missing = lesson.predictions().find(|part| self.progress.answer(*part).is_none());
        if missing.is_some() {
            (self.at, self.moved) = (missing, true);
        }
    }

    /// Whether a part can be unfolded: what lies ahead is not shown before its time.
    pub(super) fn is_reached(&self, part: usize) -> bool {
        (0..part).all(|before| self.progress.is_done(before))
    }

    /// What is to be done there may have been done already.
    pub(super) fn unfold(&mut self, part: Option<usize>) {
        (self.at, self.moved, self.looked) = (part, true, self.begun);
    }

    pub(super) fn go_on(&mut self) {
        let Some(lesson) = &self.lesson else { return };
        let next = self.at.map_or(0, |at| at + 1);
        self.unfold((next < lesson.parts.len()).then_some(next));
    }

    /// An answer is given to the question of that part.
    pub(super) fn give(&mut self, session: &Session, part: usize, given: Value) {
        let Some(lesson) = self.lesson.clone() else { return };
        let predicted = lesson.predictions().any(|known| known == part);
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        self.progress.give(part, given, now, predicted);
        if predicted {
            self.progress.set_done(part);
            self.go_on();
        } else {
            self.judge(session, &lesson, part, self.from.unwrap_or(0));
        }
    }

    /// Starts over: what was said before is forgotten.
    pub(super) fn start_over(&mut self) {
        let Self { lab, lesson, id, key, begun, .. } = std::mem::take(self);
        let at = lesson.as_ref().map(|_| 0);
        *self = Self { lab, lesson, id, key, begun, looked: begun, at, moved: true, ..Self::default() };
    }

    fn look(&mut self, session: &Session, lesson: &Lesson, from: u64) {
        for part in lesson.predictions() {
            self.judge(session, lesson, part, from);
        }
    }

    fn look_for_missing(&mut self, session: &Session, lesson: &Lesson, from: u64) {
        let missing = |part: &usize| self.progress.answer(*part).is_some_and(|answer| answer.truth.is_none());
        let missing: Vec<usize> = lesson.predictions().filter(missing).collect();
        for part in missing {
            self.judge(session, lesson, part, from);
        }
    }

    fn judge(&mut self, session: &Session, lesson: &Lesson, part: usize, from: u64) {
        let Some(question) = lesson.parts.get(part).and_then(|part| part.ask.as_ref()) else { return };
        let Some(given) = self.progress.answer(part).map(|answer| answer.given.clone()) else { return };
        let judged = session.asking(from, |run| {
            let truth = run.truth(question)?;
            let right = is_right(question, &given, &truth, run);
            Some((truth, right, run.calls()))
        });
        if let Some((truth, right, seen_in)) = judged {
            self.progress.judge(part, truth, right, seen_in);
        }
    }

    /// The task of the part that is unfolded is done once a call matches.
    fn watch_task(&mut self, session: &Session, lesson: &Lesson) {
        let end = session.trace().next_seq();
        let waiting = self.at.filter(|at| !self.progress.is_done(*at));
        let ready = waiting.and_then(|at| Some((at, lesson.parts.get(at)?.ready.as_deref()?)));
        let Some((at, ready)) = ready else { return };
        // A trace that was cleared begins again behind what was seen.
        let from = self.looked.min(end).max(session.trace().first_seq());
        if from == end {
            return;
        }
        let found = session.asking(from, |run| run.matching(ready).next().map(|call| call.seq));
        self.looked = end;
        if found.is_some() {
            self.progress.set_done(at);
        }
    }
}

fn first_open(lesson: &Lesson, progress: &Progress) -> usize {
    (0..lesson.parts.len()).find(|part| !progress.is_done(*part)).unwrap_or(0)
}
