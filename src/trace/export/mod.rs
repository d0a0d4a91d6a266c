//! The trace written out: as JSON lines, as CSV, as text, as packets, and as a trace file. Pure: nothing here opens a
//! file.

pub mod csv;
pub mod jsonl;
pub mod pcapng;
pub mod text;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use super::Call;
use super::faults::Row;
use super::file::{self, Head, Name, TraceWriter};
use super::naming::Clients;
use super::prediction::Prediction;
use super::segments::Segment;
use super::store::Totals;
use crate::lab::{EndpointId, TextEncoding};
use csv::Csv;
use jsonl::{CallLines, FaultLine, FrameLine};
use pcapng::Pcapng;

/// How calls are written into a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    Jsonl,
    Csv,
    Text,
    Pcapng,
    /// Everything; see [`mod@crate::trace::file`].
    Trace,
}

impl Format {
    /// What an export may be; a trace file is saved.
    pub const EXPORTS: [Self; 4] = [Self::Jsonl, Self::Csv, Self::Text, Self::Pcapng];

    /// How a file's name ends.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Text => "txt",
            Self::Pcapng => "pcapng",
            Self::Trace => file::ENDING,
        }
    }

    /// What a recording with this name is: a trace file, or else packets.
    pub fn of_recording(path: &Path) -> Self {
        if file::is_trace_file(path) { Self::Trace } else { Self::Pcapng }
    }
}

/// Writes calls in one of the formats.
pub struct Exporter<W: Write> {
    names: HashMap<EndpointId, (Arc<str>, TextEncoding)>,
    /// What was predicted of calls that are still to come.
    said: BTreeMap<u64, Arc<Prediction>>,
    out: Out<W>,
    calls: u64,
}

enum Out<W: Write> {
    Jsonl(W, CallLines),
    Csv(Csv<W>),
    Text(W, Clients),
    Pcapng(Pcapng<W>),
    Trace(TraceWriter<W>),
}

impl<W: Write> Exporter<W> {
    /// # Errors
    /// Those of writing.
    pub fn new(format: Format, out: W, head: &Head) -> io::Result<Self> {
        let out = match format {
            Format::Jsonl => Out::Jsonl(out, CallLines::default()),
            Format::Csv => Out::Csv(Csv::new(out)?),
            Format::Text => Out::Text(out, Clients::default()),
            Format::Pcapng => Out::Pcapng(Pcapng::new(out, head.began)?),
            Format::Trace => Out::Trace(TraceWriter::new(out, head)?),
        };
        Ok(Self { names: HashMap::new(), said: BTreeMap::new(), out, calls: 0 })
    }

    /// The lab file's text, where the format has a place for it.
    ///
    /// # Errors
    /// Those of writing.
    pub fn lab(&mut self, text: &str) -> io::Result<()> {
        match &mut self.out {
            Out::Trace(out) => out.lab(text),
            _ => Ok(()),
        }
    }

    /// How endpoints are called and their bytes are read from here on.
    ///
    /// # Errors
    /// Those of writing.
    pub fn names(&mut self, names: &[Name]) -> io::Result<()> {
        self.names.extend(names.iter().map(|known| (known.endpoint, (Arc::clone(&known.name), known.encoding))));
        match &mut self.out {
            Out::Trace(out) if !names.is_empty() => out.names(names),
            _ => Ok(()),
        }
    }

    /// What was predicted of calls: before they come. Later only a trace file has a place for it.
    ///
    /// # Errors
    /// Those of writing.
    pub fn predictions(&mut self, said: &[(u64, Arc<Prediction>)]) -> io::Result<()> {
        if let Out::Trace(out) = &mut self.out {
            return out.predictions(said.iter().map(|(seq, said)| (*seq, &**said)));
        }
        self.said.extend(said.iter().map(|(seq, said)| (*seq, Arc::clone(said))));
        Ok(())
    }

    /// # Errors
    /// Those of writing.
    pub fn call(&mut self, call: &Call) -> io::Result<()> {
        let (name, encoding) = match self.names.get(&call.endpoint) {
            Some((name, encoding)) => (&**name, *encoding),
            None => ("?", TextEncoding::default()),
        };
        self.calls += 1;
        let said = if self.said.is_empty() { None } else { self.said.remove(&call.seq) };
        let said = said.as_deref();
        match &mut self.out {
            Out::Jsonl(out, lines) => lines.write_predicted(out, call, name, said),
            Out::Csv(out) => out.call(call, name, encoding, said),
            Out::Text(out, clients) => {
                let who = clients.owner(call, name).with_number(call.conn);
                writeln!(out, "{}{}", text::call_line(call, &who, encoding), text::predicted(call, said))
            }
            Out::Pcapng(out) => out.call(call, name, said),
            Out::Trace(out) => out.call(call),
        }
    }

    /// What the faults of relays have done: trace files and JSON lines have it.
    ///
    /// # Errors
    /// Those of writing.
    pub fn faults(&mut self, rows: &[Row]) -> io::Result<()> {
        match &mut self.out {
            Out::Trace(out) if !rows.is_empty() => out.faults(rows),
            Out::Jsonl(out, _) => {
                let name = |row: &Row| self.names.get(&row.harm.endpoint).map_or("?", |(name, _)| name);
                rows.iter().try_for_each(|row| jsonl::write(out, &FaultLine::new(row, name(row))))
            }
            _ => Ok(()),
        }
    }

    /// Frames that went over a lossy link: captures have them as they were, instead of packets that are made from calls.
    ///
    /// # Errors
    /// Those of writing.
    pub fn segments<'s>(&mut self, segments: impl Iterator<Item = &'s Segment>) -> io::Result<()> {
        let mut segments = segments;
        match &mut self.out {
            Out::Pcapng(out) => segments.try_for_each(|segment| out.segment(segment)),
            Out::Jsonl(out, _) => segments.try_for_each(|segment| jsonl::write(out, &FrameLine::new(segment))),
            _ => Ok(()),
        }
    }

    /// Hands on everything that was collected: what is written by then is a sound file.
    ///
    /// # Errors
    /// Those of writing.
    pub fn flush(&mut self) -> io::Result<()> {
        match &mut self.out {
            Out::Csv(out) => out.flush(),
            Out::Trace(out) => {
                out.flush()?;
                out.get_mut().flush()
            }
            Out::Pcapng(out) => out.get_mut().flush(),
            Out::Jsonl(out, _) | Out::Text(out, _) => out.flush(),
        }
    }

    /// Ends the file; `totals` and `notes` are for a trace file.
    ///
    /// # Errors
    /// Those of writing.
    pub fn finish(self, totals: Totals, notes: &BTreeMap<u64, String>) -> io::Result<W> {
        let mut out = match self.out {
            Out::Csv(out) => out.finish()?,
            Out::Pcapng(out) => out.finish()?,
            Out::Jsonl(out, _) | Out::Text(out, _) => out,
            Out::Trace(mut out) => {
                if !notes.is_empty() {
                    out.notes(notes)?;
                }
                out.finish(totals)?
            }
        };
        out.flush()?;
        Ok(out)
    }

    /// How many calls were given.
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// How many of them a pcapng file has no packets for, because Unix sockets have no IP.
    pub fn left_out(&self) -> u64 {
        match &self.out {
            Out::Pcapng(out) => out.left_out(),
            _ => 0,
        }
    }
}
