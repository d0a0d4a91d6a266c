//! The marks as a text for the terminal: a summary, all students, who has failed what, and what was not graded.

use super::report::{Report, Student, mark_in_words, time};
use crate::lesson::Mark;
use crate::t;

pub(super) fn text(report: &Report<'_>) -> String {
    let mut text = String::new();
    let mut say = |words: &str| {
        text.push_str(words);
        text.push('\n');
    };
    say(&report.title);
    say("");
    summary(report, &mut say);
    say("");
    say(&t!(report.lang, "grade-all"));
    report.students.iter().for_each(|student| all(report, student, &mut say));
    say("");
    failed(report, &mut say);
    if !report.troubles.is_empty() {
        say("");
        say(&t!(report.lang, "grade-not-graded"));
        report.troubles.iter().for_each(|(file, why)| say(&format!("  {file}: {why}")));
    }
    text
}

fn summary(report: &Report<'_>, say: &mut dyn FnMut(&str)) {
    let lang = report.lang;
    say(&t!(lang, "grade-summary", count = report.students.len()));
    for (place, (number, title, _)) in report.questions.iter().enumerate() {
        let [right, wrong] = [Mark::Right, Mark::Wrong].map(|mark| report.count(place, mark));
        let rest = (report.students.len() - right - wrong).to_string();
        let (number, title) = (number.to_string(), title.as_str());
        let (right, wrong) = (right.to_string(), wrong.to_string());
        let words =
            t!(lang, "grade-question", number = number, title = title, right = right, wrong = wrong, rest = rest);
        say(&format!("  {words}"));
    }
    if !report.troubles.is_empty() {
        say(&format!("  {}", t!(lang, "grade-not-graded-count", count = report.troubles.len())));
    }
    if report.passed_over > 0 {
        say(&format!("  {}", t!(lang, "grade-passed-over", count = report.passed_over)));
    }
}

/// A student with each answer.
fn all(report: &Report<'_>, student: &Student, say: &mut dyn FnMut(&str)) {
    let lang = report.lang;
    let Student { number, name, saved_at, programs, cells, remarks, .. } = student;
    let (right, of) = (student.right.to_string(), report.questions.len().to_string());
    let tries = cells.iter().map(|cell| u64::from(cell.tries)).sum::<u64>().to_string();
    let (number, name, saved) = (number.as_str(), name.as_str(), time(*saved_at));
    let words =
        t!(lang, "grade-student", number = number, name = name, right = right, of = of, tries = tries, saved = saved);
    say(&format!("  {}", words.trim_start()));
    for ((part, title, _), cell) in report.questions.iter().zip(cells) {
        let (part, title, mark) = (part.to_string(), title.as_str(), mark_in_words(lang, cell.mark));
        let words = match cell.at {
            Some(at) => {
                let (given, tries, at) = (cell.given.as_str(), cell.tries.to_string(), time(at));
                t!(lang, "grade-answer", part = part, title = title, mark = mark, given = given, tries = tries, at = at)
            }
            None => t!(lang, "grade-no-answer", part = part, title = title, mark = mark),
        };
        say(&format!("    {words}"));
        if !cell.doubt.is_empty() {
            say(&format!("      ! {}", cell.doubt));
        }
    }
    if !programs.is_empty() {
        say(&format!("    {}", t!(lang, "grade-programs", programs = programs.join(", "))));
    }
    remarks.iter().for_each(|remark| say(&format!("    ! {remark}")));
}

fn failed(report: &Report<'_>, say: &mut dyn FnMut(&str)) {
    let lang = report.lang;
    say(&t!(lang, "grade-failed"));
    let mut nobody = true;
    for student in &report.students {
        for ((part, title, _), cell) in report.questions.iter().zip(&student.cells) {
            if cell.mark == Mark::Right {
                continue;
            }
            nobody = false;
            let (number, name) = (student.number.as_str(), student.name.as_str());
            let (part, title, mark) = (part.to_string(), title.as_str(), mark_in_words(lang, cell.mark));
            let given = cell.given.as_str();
            let words = t!(
                lang,
                "grade-failure",
                number = number,
                name = name,
                part = part,
                title = title,
                mark = mark,
                given = given
            );
            let truth = match cell.truth.as_str() {
                "" => String::new(),
                truth => format!(" {}", t!(lang, "grade-truth", truth = truth)),
            };
            say(&format!("  {}{truth}", words.trim()));
        }
    }
    if nobody && !report.students.is_empty() {
        say(&format!("  {}", t!(lang, "grade-nobody-failed")));
    }
}
