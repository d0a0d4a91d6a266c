//! The marks as a page for a browser, which needs nothing else.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::report::{Report, mark_in_words, time};
use crate::lang::Lang;
use crate::lang::visible::visible_html;
use crate::lesson::Mark;
use crate::t;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2em;color:#1d222b}table{border-collapse:collapse;\
margin:0 0 2em}th,td{border:1px solid #d8dce4;padding:.3em .6em;text-align:left;vertical-align:top}th{background:#f5f6f8}\
.right{color:#117a55}.wrong{color:#c2312e}.other{color:#657084}.bar{display:inline-block;height:.8em;background:#117a55}\
.bar.wrong{background:#b26a00}.bar.other{background:#657084}.class{font-size:22px}.class td{border:0}";

pub(super) fn html(report: &Report<'_>) -> Vec<u8> {
    let mut page = String::new();
    // Writing to a String does not fail.
    let _ = write(&mut page, report);
    page.into_bytes()
}

fn write(page: &mut String, report: &Report<'_>) -> std::fmt::Result {
    let lang = report.lang;
    let tag = match lang {
        Lang::En => "en",
        Lang::ZhCn => "zh-CN",
    };
    let title = escaped(&report.title);
    write!(page, "<!DOCTYPE html>\n<html lang=\"{tag}\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n")?;
    writeln!(page, "<style>{STYLE}</style>\n<h1>{title}</h1>")?;
    summary(page, report)?;
    class_view(page, report)?;
    all(page, report)?;
    failed(page, report)?;
    if !report.troubles.is_empty() {
        writeln!(page, "<h2>{}</h2>\n<table>", t!(lang, "grade-not-graded"))?;
        for (file, why) in &report.troubles {
            writeln!(page, "<tr><td>{}</td><td>{}</td></tr>", escaped(file), escaped(why))?;
        }
        writeln!(page, "</table>")?;
    }
    writeln!(page, "</html>")
}

fn summary(page: &mut String, report: &Report<'_>) -> std::fmt::Result {
    let lang = report.lang;
    let all = report.students.len();
    writeln!(page, "<h2>{}</h2>\n<table>", escaped(&t!(lang, "grade-summary", count = all)))?;
    for (place, (number, title, _)) in report.questions.iter().enumerate() {
        let right = report.count(place, Mark::Right);
        let share = (right * 100).checked_div(all).unwrap_or(0);
        let bar = format!("<span class=\"bar\" style=\"width:{share}px\"></span> {right}/{all}");
        writeln!(page, "<tr><td>{number}</td><td>{}</td><td>{bar}</td></tr>", escaped(title))?;
    }
    writeln!(page, "</table>")
}

/// What the class has said to each question, as bars large enough for a projector: the most frequent answer first.
fn class_view(page: &mut String, report: &Report<'_>) -> std::fmt::Result {
    let lang = report.lang;
    if report.students.is_empty() {
        return Ok(());
    }
    writeln!(page, "<h2>{}</h2>", t!(lang, "grade-class"))?;
    for (place, (number, title, _)) in report.questions.iter().enumerate() {
        writeln!(page, "<section class=\"class\">\n<h3>{number}. {}</h3>\n<table>", escaped(title))?;
        for (given, count, mark) in answers(report, place) {
            let (width, class) = (count * 600 / report.students.len(), class(mark));
            let bar = format!("<span class=\"bar {class}\" style=\"width:{width}px\"></span> {count}");
            let said = if mark == Mark::Right { format!("✓ {}", escaped(&given)) } else { escaped(&given) };
            writeln!(page, "<tr><td>{said}</td><td>{bar}</td></tr>")?;
        }
        writeln!(page, "</table>\n</section>")?;
    }
    Ok(())
}

/// Each answer that was given, how often, and how it is judged: right where it was right for anybody.
fn answers(report: &Report<'_>, place: usize) -> Vec<(String, usize, Mark)> {
    let mut answers: BTreeMap<&str, (usize, Mark)> = BTreeMap::new();
    let cells = report.students.iter().filter_map(|student| student.cells.get(place));
    for cell in cells.filter(|cell| cell.mark != Mark::Missing) {
        let known = answers.entry(cell.given.as_str()).or_insert((0, cell.mark));
        known.0 += 1;
        if known.1 != Mark::Right && matches!(cell.mark, Mark::Right | Mark::Wrong) {
            known.1 = cell.mark;
        }
    }
    let mut answers: Vec<_> =
        answers.into_iter().map(|(given, (count, mark))| (given.to_owned(), count, mark)).collect();
    answers.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
    answers
}

fn all(page: &mut String, report: &Report<'_>) -> std::fmt::Result {
    let lang = report.lang;
    let of = report.questions.len();
    writeln!(page, "<h2>{}</h2>\n<table>", t!(lang, "grade-all"))?;
    let [number, name] = [t!(lang, "handin-number"), t!(lang, "handin-name")];
    write!(page, "<tr><th>{number}</th><th>{name}</th><th>{}</th>", t!(lang, "grade-right"))?;
    for (number, title, _) in &report.questions {
        write!(page, "<th title=\"{}\">{number}</th>", escaped(title))?;
    }
    writeln!(page, "</tr>")?;
    for student in &report.students {
        let (number, name) = (escaped(&student.number), escaped(&student.name));
        let (right, saved) = (student.right, time(student.saved_at));
        write!(page, "<tr><td>{number}</td><td title=\"{saved}\">{name}</td><td>{right}/{of}</td>")?;
        for cell in &student.cells {
            let class = class(cell.mark);
            let (mark, at) = (mark_in_words(lang, cell.mark), cell.at.map(time).unwrap_or_default());
            let tip = escaped(&format!("{mark} · {} · {at} · {}", cell.tries, cell.doubt));
            let (given, odd) = (escaped(&cell.given), if cell.doubt.is_empty() { "" } else { " !" });
            write!(page, "<td class=\"{class}\" title=\"{tip}\">{given}{odd}</td>")?;
        }
        let doubts = student.cells.iter().map(|cell| &cell.doubt).filter(|doubt| !doubt.is_empty());
        let remarks: Vec<&str> = doubts.chain(&student.remarks).map(String::as_str).collect();
        writeln!(page, "<td class=\"other\">{}</td></tr>", escaped(&remarks.join("; ")))?;
    }
    writeln!(page, "</table>")
}

fn failed(page: &mut String, report: &Report<'_>) -> std::fmt::Result {
    let lang = report.lang;
    writeln!(page, "<h2>{}</h2>\n<table>", t!(lang, "grade-failed"))?;
    let [number, name] = [t!(lang, "handin-number"), t!(lang, "handin-name")];
    write!(page, "<tr><th>{number}</th><th>{name}</th><th colspan=\"2\">{}</th>", t!(lang, "grade-column-question"))?;
    write!(page, "<th>{}</th><th>{}</th>", t!(lang, "grade-column-mark"), t!(lang, "grade-column-answer"))?;
    writeln!(page, "<th>{}</th></tr>", t!(lang, "grade-column-truth"))?;
    for student in &report.students {
        for ((number, title, _), cell) in report.questions.iter().zip(&student.cells) {
            if cell.mark == Mark::Right {
                continue;
            }
            let class = class(cell.mark);
            let (name, title, given) = (escaped(&student.name), escaped(title), escaped(&cell.given));
            let mark = mark_in_words(lang, cell.mark);
            let (student, truth) = (escaped(&student.number), escaped(&cell.truth));
            write!(page, "<tr><td>{student}</td><td>{name}</td><td>{number}</td><td>{title}</td>")?;
            writeln!(page, "<td class=\"{class}\">{mark}</td><td>{given}</td><td>{truth}</td></tr>")?;
        }
    }
    writeln!(page, "</table>")
}

fn class(mark: Mark) -> &'static str {
    match mark {
        Mark::Right => "right",
        Mark::Wrong => "wrong",
        Mark::NotShown | Mark::NotRun | Mark::Missing => "other",
    }
}

/// What a student has typed is text, and never part of the page.
fn escaped(text: &str) -> String {
    visible_html(text.trim())
}
