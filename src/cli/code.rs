//! `socket-lab code`: the program that does what an endpoint does, or that repeats a connection of a saved trace.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{WRONG, complain, load};
use crate::code::plan::Plan;
use crate::code::{self, Language, Stretch, Style};
use crate::explain;
use crate::lab::{EndpointId, TextEncoding};
use crate::lang::{Lang, Words as _};
use crate::t;
use crate::trace::file::{Chunk, Stopped, StoppedKind, TraceReader};
use crate::trace::{Call, ConnId, Errno, FileNotice, Nanos, Notice, NoticeKind};

#[derive(Debug, clap::Args)]
pub(super) struct CodeArguments {
    source: PathBuf,
    #[arg(long)]
    endpoint: String,
    #[arg(long = "lang", value_parser = language_parser())]
    language: &'static Language,
    #[arg(long, value_enum)]
    style: Option<CodeStyle>,
    #[arg(long)]
    conn: Option<u32>,
    #[arg(long)]
    times: bool,
    #[arg(long, short)]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CodeStyle {
    Plain,
    Threads,
    Select,
}

fn language_parser() -> impl TypedValueParser<Value = &'static Language> {
    PossibleValuesParser::new(Language::ALL.map(|language| language.name))
        .map(|name| Language::named(&name).unwrap_or(Language::ALL[0]))
}

impl From<CodeStyle> for Style {
    fn from(style: CodeStyle) -> Self {
        match style {
            CodeStyle::Plain => Self::Plain,
            CodeStyle::Threads => Self::Threads,
            CodeStyle::Select => Self::Select,
        }
    }
}

pub(super) fn code(lang: Lang, arguments: &CodeArguments) -> ExitCode {
    let text = match written(lang, arguments) {
        Ok(text) => text,
        Err(status) => return status,
    };
    let result = match &arguments.output {
        None => io::stdout().lock().write_all(text.as_bytes()),
        Some(path) => {
            let file = OpenOptions::new().write(true).create_new(true).open(path);
            file.and_then(|mut file: File| file.write_all(text.as_bytes()))
        }
    };
    match (result, &arguments.output) {
        (Ok(()), _) => ExitCode::SUCCESS,
        // The reader of our output has had enough.
        (Err(error), None) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        (Err(error), Some(path)) => {
            complain(said(lang, FileNotice::ExportFailed { path: path.clone(), errno: Errno::from(&error) }));
            ExitCode::from(WRONG)
        }
        (Err(error), None) => {
            complain(t!(lang, "run-cant-write", reason = lang.system_reason(&error)));
            ExitCode::FAILURE
        }
    }
}

fn written(lang: Lang, arguments: &CodeArguments) -> Result<String, ExitCode> {
    let wrong = |words: String| {
        complain(words);
        ExitCode::from(WRONG)
    };
    let language = arguments.language;
    let style = arguments.style.map(Style::from);
    if let Some(style) = style.filter(|style| !language.styles.contains(style)) {
        let styles = lang.list(language.styles.iter().map(|style| style.name()));
        let (language, style) = (language.own_name, style.name());
        return Err(wrong(t!(lang, "code-no-style", language = language, style = style, styles = styles).into_owned()));
    }
    let path: &Path = &arguments.source;
    let plan = match TraceReader::new(opened(lang, path)?) {
        Ok((reader, _)) => of_trace(lang, arguments, reader)?,
        // It is no trace: a lab file, or an older or damaged trace, of which the lab file's reader says that it is no text.
        Err(Stopped { kind: StoppedKind::Foreign, .. }) => of_lab(lang, arguments, style)?,
        Err(Stopped { offset, chunk, kind }) => {
            let news = FileNotice::TraceStopped { path: path.to_owned(), calls: 0, offset, chunk, kind };
            return Err(wrong(said(lang, news)));
        }
    };
    let code = language.write(&plan, lang).map_err(|error| wrong(error.sentence(lang)))?;
    Ok(code.text)
}

fn said(lang: Lang, news: FileNotice) -> String {
    let notice = Notice { at: Nanos(0), endpoint: None, conn: None, kind: NoticeKind::File(news) };
    explain::one_line(lang, &notice, None)
}

fn opened(lang: Lang, path: &Path) -> Result<BufReader<File>, ExitCode> {
    File::open(path).map(BufReader::new).map_err(|error| {
        let errno = Some(Errno::from(&error));
        complain(said(lang, FileNotice::TraceNotOpened { path: path.to_owned(), errno }));
        ExitCode::from(WRONG)
    })
}

fn unknown<'n>(lang: Lang, arguments: &CodeArguments, names: impl Iterator<Item = &'n str>) -> ExitCode {
    let names = lang.list(names);
    complain(t!(lang, "code-no-endpoint", name = arguments.endpoint.as_str(), names = names));
    ExitCode::from(WRONG)
}

fn of_lab(lang: Lang, arguments: &CodeArguments, style: Option<Style>) -> Result<Plan, ExitCode> {
    let lab = load(lang, &arguments.source)?;
    let Some(spec) = lab.endpoint(&arguments.endpoint) else {
        return Err(unknown(lang, arguments, lab.endpoints.iter().map(|endpoint| endpoint.name.as_str())));
    };
    code::of_endpoint(spec, &lab, style, lang).map_err(|error| {
        complain(error.sentence(lang));
        ExitCode::from(WRONG)
    })
}

/// Only the calls of the endpoint are kept, however long the file is.
fn of_trace(lang: Lang, arguments: &CodeArguments, mut reader: TraceReader<impl Read>) -> Result<Plan, ExitCode> {
    let mut names: BTreeMap<EndpointId, (Arc<str>, TextEncoding)> = BTreeMap::new();
    let mut calls: Vec<Call> = Vec::new();
    loop {
        match reader.next_chunk() {
            Ok(Some(Chunk::Names(found))) => {
                names.extend(found.into_iter().map(|name| (name.endpoint, (name.name, name.encoding))));
            }
            Ok(Some(Chunk::Calls(found))) => {
                let is_wanted = |call: &Call| match names.get(&call.endpoint) {
                    Some((name, _)) => **name == *arguments.endpoint,
                    // Its name may come later.
                    None => true,
                };
                calls.extend(found.into_iter().filter(is_wanted));
            }
            Ok(Some(Chunk::Lab(_) | Chunk::Faults(_) | Chunk::Predictions(_) | Chunk::Notes(_) | Chunk::Done(_))) => {}
            Ok(None) => break,
            Err(Stopped { offset, chunk, kind }) => {
                let (path, calls) = (arguments.source.clone(), calls.len() as u64);
                complain(said(lang, FileNotice::TraceStopped { path, calls, offset, chunk, kind }));
                break;
            }
        }
    }
    let of_name = names.iter().find(|(_, (name, _))| **name == *arguments.endpoint);
    let Some((endpoint, (name, encoding))) = of_name else {
        return Err(unknown(lang, arguments, names.values().map(|(name, _)| &**name)));
    };
    let calls: Vec<&Call> = calls.iter().filter(|call| call.endpoint == *endpoint).collect();
    let conn = arguments.conn.and_then(ConnId::new);
    let stretch = Stretch { name, encoding: *encoding, conn, times: arguments.times, only: None };
    code::of_stretch(stretch, &calls, lang).map_err(|error| {
        complain(error.sentence(lang));
        ExitCode::from(WRONG)
    })
}
