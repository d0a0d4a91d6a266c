//! What is written in every form: the questions, a row for each student, and what could not be read.

use std::path::Path;
use std::time::UNIX_EPOCH;

use super::files;
use crate::explain;
use crate::lab::lesson::{Question, Value};
use crate::lab::{Lesson, Localized};
use crate::lang::visible::visible;
use crate::lang::{Lang, Words as _};
use crate::lesson::handin::{self, HandIn, LessonId};
use crate::lesson::{Doubt, Judged, Mark, mark, questions};
use crate::t;
use crate::trace::Trace;
use crate::trace::store::DEFAULT_RETENTION;

pub(super) struct Report<'l> {
    pub lang: Lang,
    pub title: String,
    /// The number, the title and the question of each part that asks.
    pub questions: Vec<(u32, String, &'l Question)>,
    pub students: Vec<Student>,
    /// A file and what is wrong with it.
    pub troubles: Vec<(String, String)>,
    /// How many files of the folders have another ending.
    pub passed_over: usize,
    lesson: &'l Lesson,
    id: LessonId,
}

/// A student's row.
pub(super) struct Student {
    pub file: String,
    pub name: String,
    pub number: String,
    pub saved_at: u64,
    /// The version of the program.
    pub version: String,
    pub programs: Vec<String>,
    pub right: usize,
    pub cells: Vec<Cell>,
    /// What is odd about the file.
    pub remarks: Vec<String>,
}

/// An answer of a student.
pub(super) struct Cell {
    pub mark: Mark,
    pub given: String,
    /// Empty where it is not known.
    pub truth: String,
    pub tries: u32,
    pub at: Option<u64>,
    pub predicted: bool,
    /// What is odd about it; may be empty.
    pub doubt: String,
}

impl<'l> Report<'l> {
    pub fn new(lang: Lang, title: &Localized, lesson: &'l std::sync::Arc<Lesson>, passed_over: usize) -> Self {
        let title_of = |number: u32| {
            let part = (number as usize).checked_sub(1).and_then(|place| lesson.parts.get(place));
            part.map(|part| part.title.shown(lang).into_owned()).unwrap_or_default()
        };
        let asked = questions(lesson).into_iter();
        Self {
            lang,
            title: title.shown(lang).into_owned(),
            questions: asked.map(|(number, question)| (number, title_of(number), question)).collect(),
            students: Vec::new(),
            troubles: Vec::new(),
            passed_over,
            lesson,
            id: LessonId::new(title, lesson),
        }
    }

    /// Grades a file.
    pub fn add(&mut self, path: &Path) {
        let lang = self.lang;
        let file = line(&path.display().to_string());
        match files::read(path).and_then(|bytes| handin::read(&bytes)) {
            Ok(hand_in) if !hand_in.lesson.is_like(&self.id) => {
                let other = hand_in.lesson.title.shown(lang);
                self.troubles.push((file, t!(lang, "grade-other-lesson", lesson = other).into_owned()));
            }
            Ok(hand_in) => self.add_student(file, &hand_in),
            Err(error) => self.troubles.push((file, error.words(lang))),
        }
    }

    fn add_student(&mut self, file: String, hand_in: &HandIn) {
        let lang = self.lang;
        let judged = mark(self.lesson, hand_in);
        let cells: Vec<Cell> =
            judged.iter().zip(&self.questions).map(|(judged, (_, _, question))| cell(lang, question, judged)).collect();
        let (name, number) = (line(&hand_in.student.name), line(&hand_in.student.number));
        let mut remarks = self.remarks(hand_in);
        let again = self.students.iter_mut().find(|known| !number.is_empty() && known.number == number);
        if let Some(again) = again {
            remarks.push(t!(lang, "grade-remark-again", file = again.file.as_str()).into_owned());
            again.remarks.push(t!(lang, "grade-remark-again", file = file.as_str()).into_owned());
        }
        self.students.push(Student {
            file,
            name,
            number,
            saved_at: hand_in.saved_at,
            version: line(&hand_in.version),
            programs: hand_in.programs().map(line).collect(),
            right: cells.iter().filter(|cell| cell.mark == Mark::Right).count(),
            cells,
            remarks,
        });
    }

    fn remarks(&self, hand_in: &HandIn) -> Vec<String> {
        let lang = self.lang;
        let mut remarks = Vec::new();
        if hand_in.lesson.digest != self.id.digest {
            remarks.push(t!(lang, "grade-remark-version").into_owned());
        }
        if hand_in.left_out.calls > 0 {
            remarks.push(t!(lang, "grade-remark-calls", calls = hand_in.left_out.calls).into_owned());
        }
        if !hand_in.left_out.programs.is_empty() {
            let programs = hand_in.left_out.programs.join(", ");
            remarks.push(t!(lang, "grade-remark-programs", programs = programs).into_owned());
        }
        remarks
    }

    /// How many answers to the question at that place are judged so.
    pub fn count(&self, place: usize, wanted: Mark) -> usize {
        let cells = self.students.iter().filter_map(|student| student.cells.get(place));
        cells.filter(|cell| cell.mark == wanted).count()
    }
}

fn cell(lang: Lang, question: &Question, judged: &Judged<'_>) -> Cell {
    let words = |value: &Value| value_in_words(lang, question, value);
    Cell {
        mark: judged.mark,
        given: judged.answer.map(|answer| words(&answer.given)).unwrap_or_default(),
        truth: judged.truth.as_ref().map(words).unwrap_or_default(),
        tries: judged.answer.map_or(0, |answer| answer.tries),
        at: judged.answer.map(|answer| answer.at),
        predicted: judged.answer.is_some_and(|answer| answer.predicted),
        doubt: judged.doubt.as_ref().map(|doubt| doubted(lang, question, doubt)).unwrap_or_default(),
    }
}

/// An answer in words. A call is only its number: the trace is the student's.
fn value_in_words(lang: Lang, question: &Question, value: &Value) -> String {
    line(&explain::lesson::value(lang, question, value, &Trace::new(UNIX_EPOCH, DEFAULT_RETENTION)))
}

fn doubted(lang: Lang, question: &Question, doubt: &Doubt) -> String {
    let words = match doubt {
        Doubt::Recorded(recorded) => {
            t!(lang, "grade-doubt-recorded", recorded = value_in_words(lang, question, recorded))
        }
        Doubt::RecordedMark { right: true } => t!(lang, "grade-doubt-right"),
        Doubt::RecordedMark { right: false } => t!(lang, "grade-doubt-wrong"),
        Doubt::NoTrace => t!(lang, "grade-doubt-no-trace"),
        Doubt::BadTrace => t!(lang, "grade-doubt-bad-trace"),
        Doubt::OtherCalls => t!(lang, "grade-doubt-other-calls"),
        Doubt::NoCall => t!(lang, "grade-doubt-no-call"),
        Doubt::OtherKind => t!(lang, "grade-doubt-other-kind"),
    };
    words.into_owned()
}

pub(super) fn mark_in_words(lang: Lang, mark: Mark) -> String {
    let key = match mark {
        Mark::Right => "grade-right",
        Mark::Wrong => "grade-wrong",
        Mark::NotShown => "grade-not-shown",
        Mark::NotRun => "grade-not-run",
        Mark::Missing => "grade-missing",
    };
    lang.text(key, None).into_owned()
}

/// Seconds since 1970 as a date and a time of day, as the clock on this machine shows it.
pub(super) fn time(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    let here = time.map(|time| time.to_zoned(jiff::tz::TimeZone::system()));
    here.map(|time| time.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

/// What anybody has typed, on one line.
pub(super) fn line(text: &str) -> String {
    visible(text.trim()).into_owned()
}
