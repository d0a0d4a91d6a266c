//! `socket-lab grade`: the marks of a class, from what its students have handed in. What can't be read or was altered is
//! listed, and never passed over.

mod comma_separated;
mod files;
mod html;
mod report;
mod text;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{WRONG, complain, load};
use crate::lang::Lang;
use crate::t;
use files::Wrong;
use report::Report;

#[derive(Debug, clap::Args)]
pub(super) struct GradeArguments {
    lesson: PathBuf,
    #[arg(required = true)]
    hand_ins: Vec<PathBuf>,
    #[arg(long)]
    csv: Option<PathBuf>,
    #[arg(long)]
    html: Option<PathBuf>,
}

pub(super) fn grade(lang: Lang, arguments: &GradeArguments) -> ExitCode {
    let lab = match load(lang, &arguments.lesson) {
        Ok(lab) => lab,
        Err(status) => return status,
    };
    let Some(lesson) = &lab.lesson else {
        return refused(t!(lang, "grade-no-lesson", file = shown(&arguments.lesson)));
    };
    let found = match files::find(&arguments.hand_ins) {
        Ok(found) if found.files.is_empty() => return refused(t!(lang, "grade-no-files")),
        Ok(found) => found,
        Err(Wrong::Folder(path, error)) => {
            let reason = lang.system_reason(&error);
            return refused(t!(lang, "grade-cant-look", file = shown(&path), reason = reason));
        }
        Err(Wrong::TooMany) => return refused(t!(lang, "grade-many-files", most = files::MAX_FILES)),
    };
    let outputs = [&arguments.csv, &arguments.html].map(Option::as_deref);
    if let [Some(csv), Some(html)] = outputs
        && files::is_same(csv, html)
    {
        return refused(t!(lang, "grade-same-output", file = shown(csv)));
    }
    if let Some(taken) = outputs.into_iter().flatten().find(|path| found.would_overwrite(path, &arguments.lesson)) {
        return refused(t!(lang, "grade-would-overwrite", file = shown(taken)));
    }
    let mut report = Report::new(lang, &lab.title, lesson, found.passed_over);
    for path in &found.files {
        report.add(path);
    }
    finish(arguments, &report)
}

fn finish(arguments: &GradeArguments, report: &Report<'_>) -> ExitCode {
    let lang = report.lang;
    let mut status = ExitCode::SUCCESS;
    // The reader may have closed our output.
    let _ = io::stdout().write_all(text::text(report).as_bytes());
    if !report.troubles.is_empty() {
        complain(t!(lang, "grade-not-graded-count", count = report.troubles.len()));
        status = ExitCode::FAILURE;
    }
    let write = |path: &Path, page: io::Result<Vec<u8>>| page.and_then(|page| files::write(path, &page));
    let csv = arguments.csv.as_deref().map(|path| (path, write(path, comma_separated::csv(report))));
    let html = arguments.html.as_deref().map(|path| (path, write(path, Ok(html::html(report)))));
    for (path, written) in csv.into_iter().chain(html) {
        if let Err(error) = written {
            let reason = lang.system_reason(&error);
            complain(t!(lang, "grade-cant-write", file = shown(path), reason = reason));
            status = ExitCode::FAILURE;
        }
    }
    status
}

fn refused(why: impl std::fmt::Display) -> ExitCode {
    complain(why);
    ExitCode::from(WRONG)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
