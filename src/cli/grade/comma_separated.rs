//! The marks as CSV, for spreadsheets and scripts: its own words do not change with the language.

use std::io;

use super::report::{Cell, Report, line, time};
use crate::lesson::Mark;

const HEAD: [&str; 15] = [
    "number",
    "name",
    "part",
    "title",
    "mark",
    "answer",
    "truth",
    "tries",
    "answered",
    "predicted",
    "saved",
    "version",
    "programs",
    "remark",
    "file",
];

/// A row for each answer of each student, and one for each file that was not graded.
pub(super) fn csv(report: &Report<'_>) -> io::Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(HEAD)?;
    for student in &report.students {
        for ((number, title, _), cell) in report.questions.iter().zip(&student.cells) {
            let Cell { mark, given, truth, tries, at, predicted, doubt } = cell;
            let doubt = Some(doubt).filter(|doubt| !doubt.is_empty());
            let remarks: Vec<&str> = doubt.into_iter().chain(&student.remarks).map(String::as_str).collect();
            csv.write_record([
                harmless(&student.number),
                harmless(&student.name),
                number.to_string(),
                harmless(title),
                name(*mark).to_owned(),
                harmless(given),
                harmless(truth),
                tries.to_string(),
                at.map(time).unwrap_or_default(),
                predicted.to_string(),
                time(student.saved_at),
                harmless(&student.version),
                harmless(&student.programs.join(", ")),
                harmless(&remarks.join("; ")),
                harmless(&student.file),
            ])?;
        }
    }
    for (file, why) in &report.troubles {
        let mut row = vec![String::new(); HEAD.len()];
        for (column, text) in [("mark", "not graded"), ("remark", why), ("file", file)] {
            if let Some(place) = HEAD.iter().position(|name| *name == column) {
                row[place] = harmless(text);
            }
        }
        csv.write_record(row)?;
    }
    csv.into_inner().map_err(csv::IntoInnerError::into_error)
}

fn name(mark: Mark) -> &'static str {
    match mark {
        Mark::Right => "right",
        Mark::Wrong => "wrong",
        Mark::NotShown => "not shown",
        Mark::NotRun => "not run",
        Mark::Missing => "no answer",
    }
}

/// A spreadsheet takes what begins so for a formula.
fn harmless(text: &str) -> String {
    let text = line(text);
    let is_number = text.parse::<f64>().is_ok();
    if text.starts_with(['=', '+', '-', '@', '\t']) && !is_number { format!("'{text}") } else { text }
}
