//! `socket-lab check`: is the file a lab? A lesson is run as well, and each of its answers compared with what the system
//! really did.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{complain, load};
use crate::explain;
use crate::lab::lesson::{Kind, Lesson, Question};
use crate::lab::{Lab, Localized};
use crate::lang::Lang;
use crate::lang::visible::visible;
use crate::session::{Pumped, Session};
use crate::t;
use crate::trace::store::DEFAULT_RETENTION;

/// A lesson whose steps are not over after this long fails.
const LONGEST: Duration = Duration::from_secs(60);
/// How long each wait for an event is.
const LOOK: Duration = Duration::from_millis(100);
/// After the last step the run goes on until nothing has happened for this long, as `run` does …
const QUIET: Duration = Duration::from_millis(50);
/// … but not longer than this.
const SETTLE: Duration = Duration::from_millis(500);
/// How long the endpoints are given to close.
const CLOSING: Duration = Duration::from_secs(3);

pub(super) fn check(lang: Lang, path: &Path) -> ExitCode {
    let lab = match load(lang, path) {
        Ok(lab) => lab,
        Err(status) => return status,
    };
    let file = path.display().to_string();
    let (endpoints, steps, programs) = (lab.endpoints.len(), lab.steps.len(), lab.programs.len());
    say(&t!(lang, "check-ok", file = file.as_str(), endpoints = endpoints, steps = steps, programs = programs));
    let Some(lesson) = lab.lesson.clone() else { return ExitCode::SUCCESS };
    if !lab.programs.is_empty() {
        say(&t!(lang, "check-lesson-programs", file = file));
        return ExitCode::SUCCESS;
    }
    if lab.steps.is_empty() {
        return ExitCode::SUCCESS;
    }
    match run(lang, lab, path) {
        Ok(mut session) => {
            let ok = answers(lang, &file, &lesson, &session);
            close(&mut session);
            if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(why) => {
            complain(t!(lang, "check-lesson-failed", file = file, why = why));
            ExitCode::FAILURE
        }
    }
}

fn say(words: &str) {
    // The reader has closed our output.
    let _ = writeln!(io::stdout(), "{}", visible(words));
}

/// Runs the steps; gives the session as they left it.
fn run(lang: Lang, lab: Lab, path: &Path) -> Result<Session, String> {
    let cant_start = |error: &io::Error| t!(lang, "run-cant-start", reason = lang.system_reason(error)).into_owned();
    let mut session = Session::new(Arc::new(|| {}), DEFAULT_RETENTION).map_err(|error| cant_start(&error))?;
    session.load(lab, Some(path.to_owned()));
    session.run_steps(&mut |_| {});
    let began = Instant::now();
    while session.run_state().is_some_and(|state| !state.finished) {
        if began.elapsed() > LONGEST {
            let seconds = LONGEST.as_secs();
            return Err(t!(lang, "check-lesson-long", seconds = seconds).into_owned());
        }
        pump(&mut session, LOOK);
    }
    let over = Instant::now();
    while over.elapsed() < SETTLE && pump(&mut session, QUIET) != Pumped::Idle {}
    if let Some(state) = session.run_state() {
        if let Some(failed) = state.failed {
            let detail = failed.text(lang);
            return Err(t!(lang, "check-lesson-step", step = failed.step.to_string(), detail = detail).into_owned());
        }
        if state.not_opened.is_some() {
            let notices = session.notices();
            let told = notices.iter().last().map(|logged| explain::one_line(lang, &logged.notice, None));
            return Err(told.unwrap_or_default());
        }
    }
    Ok(session)
}

/// So that the files of Unix sockets are gone.
fn close(session: &mut Session) {
    session.close_for_good();
    let began = Instant::now();
    while session.is_closing() && began.elapsed() < CLOSING {
        pump(session, LOOK);
    }
}

fn pump(session: &mut Session, longest: Duration) -> Pumped {
    let now = session.now();
    let deadline = session.next_deadline().map(|deadline| Duration::from_nanos(deadline.since(now)));
    let wait = deadline.map_or(longest, |deadline| deadline.min(longest));
    session.wait_and_pump(wait, LOOK, &mut |_| {})
}

/// Says each answer; false where one is not what the system did.
fn answers(lang: Lang, file: &str, lesson: &Lesson, session: &Session) -> bool {
    let mut ok = true;
    for (number, part) in (1..).zip(&lesson.parts) {
        let Some(question) = &part.ask else { continue };
        if let Err(why) = answer(lang, file, number, &part.title, question, session) {
            complain(format_args!("{file}: {why}"));
            ok = false;
        }
    }
    ok
}

fn answer(
    lang: Lang,
    file: &str,
    number: usize,
    title: &Localized,
    question: &Question,
    session: &Session,
) -> Result<(), String> {
    let (part, title) = (number.to_string(), title.shown(lang));
    let words = |value: &_| explain::lesson::value(lang, question, value, session.trace());
    let seen = session.asking(0, |run| run.seen(question));
    let by_run = question.from_trace.is_some()
        || matches!(&question.kind, Kind::Choice(choices) if choices.iter().any(|choice| choice.when.is_some()));
    match (seen, question.known()) {
        (None, _) if by_run => Err(t!(lang, "check-lesson-no-answer", part = part, title = title).into_owned()),
        (Some(seen), Some(known)) if !seen.is_same(known) => {
            let (seen, known) = (words(&seen), words(known));
            Err(t!(lang, "check-lesson-differs", part = part, title = title, known = known, seen = seen).into_owned())
        }
        (seen, known) => {
            if let Some(answer) = seen.as_ref().or(known) {
                say(&t!(lang, "check-lesson-answer", file = file, part = part, title = title, answer = words(answer)));
            }
            Ok(())
        }
    }
}
