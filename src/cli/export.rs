//! `socket-lab export`: a saved trace in another format, call by call, however long it is.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::ValueEnum;

use super::{WRONG, complain};
use crate::explain;
use crate::lang::Lang;
use crate::t;
use crate::trace::NoticeKind;
use crate::trace::export::{Exporter, Format};
use crate::trace::faults::Row;
use crate::trace::file::{Chunk, Head, Stopped, TraceReader, read_predictions};
use crate::trace::prediction::{Prediction, Predictions};
use crate::trace::store::Totals;
use crate::trace::{Errno, FileNotice, Nanos, Notice};

/// Room for what is read and written at once: 1 MiB.
const BUFFER: usize = 1 << 20;

#[derive(Debug, clap::Args)]
pub(super) struct ExportArguments {
    trace: PathBuf,
    #[arg(long, value_enum)]
    format: ExportFormat,
    #[arg(long)]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportFormat {
    Jsonl,
    Csv,
    Text,
    Pcapng,
}

impl From<ExportFormat> for Format {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Jsonl => Self::Jsonl,
            ExportFormat::Csv => Self::Csv,
            ExportFormat::Text => Self::Text,
            ExportFormat::Pcapng => Self::Pcapng,
        }
    }
}

pub(super) fn export(lang: Lang, arguments: &ExportArguments) -> ExitCode {
    let say = |news| {
        let kind = NoticeKind::File(news);
        complain(explain::one_line(lang, &Notice { at: Nanos(0), endpoint: None, conn: None, kind }, None));
    };
    let path = || arguments.trace.clone();
    let opened = File::open(&arguments.trace).and_then(|file| {
        let mut input = BufReader::with_capacity(BUFFER, file);
        // What comes through a pipe has no place to go back to.
        let is_file = input.get_ref().metadata().is_ok_and(|about| about.is_file());
        let predictions = if is_file { read_predictions(&mut input)? } else { Vec::new() };
        Ok((input, predictions))
    });
    let (input, predictions) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            say(FileNotice::TraceNotOpened { path: path(), errno: Some(Errno::from(&error)) });
            return ExitCode::from(WRONG);
        }
    };
    let (reader, head) = match TraceReader::new(input) {
        Ok(begun) => begun,
        Err(Stopped { offset, chunk, kind }) => {
            say(FileNotice::TraceStopped { path: path(), calls: 0, offset, chunk, kind });
            return ExitCode::from(WRONG);
        }
    };
    let out: Box<dyn Write> = match &arguments.output {
        None => Box::new(io::stdout().lock()),
        Some(output) => match OpenOptions::new().write(true).create_new(true).open(output) {
            Ok(file) => Box::new(file),
            Err(error) => {
                say(FileNotice::ExportFailed { path: output.clone(), errno: Errno::from(&error) });
                return ExitCode::from(WRONG);
            }
        },
    };
    let out = BufWriter::with_capacity(BUFFER, out);
    match write(reader, &head, predictions, arguments.format.into(), out) {
        Ok((_, None)) => ExitCode::SUCCESS,
        Ok((calls, Some(Stopped { offset, chunk, kind }))) => {
            say(FileNotice::TraceStopped { path: path(), calls, offset, chunk, kind });
            ExitCode::FAILURE
        }
        // The reader of our output has had enough, as in `socket-lab export … | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            match &arguments.output {
                Some(output) => say(FileNotice::ExportFailed { path: output.clone(), errno: Errno::from(&error) }),
                None => complain(t!(lang, "run-cant-write", reason = lang.system_reason(&error))),
            }
            ExitCode::FAILURE
        }
    }
}

/// How many calls were written, and where the trace file was no longer sound.
fn write<R: io::Read, W: Write>(
    mut reader: TraceReader<R>,
    head: &Head,
    predictions: Vec<(u64, Prediction)>,
    format: Format,
    out: W,
) -> io::Result<(u64, Option<Stopped>)> {
    let mut out = Exporter::new(format, out, head)?;
    let mut said = Predictions::default();
    predictions.into_iter().for_each(|(seq, prediction)| said.set(seq, prediction));
    out.predictions(&said.from(0).map(|(seq, said)| (seq, Arc::clone(said))).collect::<Vec<_>>())?;
    let stopped = loop {
        match reader.next_chunk() {
            Ok(Some(Chunk::Calls(calls))) => {
                for call in &calls {
                    out.call(call)?;
                }
            }
            Ok(Some(Chunk::Names(names))) => out.names(&names)?,
            Ok(Some(Chunk::Faults(faults))) => {
                out.faults(&faults.into_iter().map(|(harm, felt)| Row::restored(harm, felt)).collect::<Vec<_>>())?;
            }
            Ok(Some(Chunk::Lab(_) | Chunk::Predictions(_) | Chunk::Notes(_) | Chunk::Done(_))) => {}
            Ok(None) => break None,
            Err(stopped) => break Some(stopped),
        }
    };
    let calls = out.calls();
    out.finish(Totals::default(), &BTreeMap::new())?;
    Ok((calls, stopped))
}
