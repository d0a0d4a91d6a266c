//! Writing a trace file, chunk by chunk.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use serde::Serialize;

use super::wire::{WireCall, WireDone, WireHead, WireMaker, WireName, WireNote, WirePrediction};
use super::wire_fault::WireFault;
use super::{CRC, Head, MAGIC, MAX_CHUNK, MAX_NAME, Name, OLDEST, VERSION};
use crate::trace::faults::Row;
use crate::trace::prediction::Prediction;
use crate::trace::store::Totals;
use crate::trace::{Call, MadeBy};

/// A chunk of calls is written when it reaches this size: 256 KiB.
const CHUNK: usize = 256 * 1024;

/// The most faults of a chunk.
const FAULTS: usize = 1_024;

/// Room for the count of calls before them: a varint padded to this length.
const COUNT: usize = 5;

pub struct TraceWriter<W: Write> {
    out: W,
    chunk: Vec<u8>,
    calls: u32,
    /// Who made which of those calls, where it was a program.
    makers: Vec<(u64, Arc<MadeBy>)>,
    version: u16,
}

impl<W: Write> TraceWriter<W> {
    /// Begins the file.
    ///
    /// # Errors
    /// Those of writing.
    pub fn new(out: W, head: &Head) -> io::Result<Self> {
        Self::of_version(VERSION, out, head)
    }

    /// The same as an earlier version of the program has written it.
    ///
    /// # Errors
    /// Those of writing.
    pub(super) fn of_version(version: u16, out: W, head: &Head) -> io::Result<Self> {
        let began = head.began.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut writer = Self { out, chunk: Vec::new(), calls: 0, makers: Vec::new(), version };
        writer.out.write_all(&MAGIC)?;
        writer.out.write_all(&version.to_le_bytes())?;
        writer.chunk_of(
            *b"HEAD",
            &WireHead {
                began_secs: began.as_secs(),
                began_nanos: began.subsec_nanos(),
                first_seq: head.first_seq,
                evicted_calls: head.evicted_calls,
                evicted_bytes: head.evicted_bytes,
            },
        )?;
        Ok(writer)
    }

    /// The lab file's text.
    ///
    /// # Errors
    /// Those of writing; [`io::ErrorKind::InvalidInput`] for one that is longer than a chunk may be.
    pub fn lab(&mut self, text: &str) -> io::Result<()> {
        self.flush()?;
        self.chunk_of(*b"LAB_", &text)
    }

    /// Endpoints' names; those of calls come before the calls.
    ///
    /// # Errors
    /// Those of writing.
    pub fn names(&mut self, names: &[Name]) -> io::Result<()> {
        self.flush()?;
        let shortened: Vec<String> = names.iter().map(|name| name.name.chars().take(MAX_NAME).collect()).collect();
        let names: Vec<WireName<'_>> = names
            .iter()
            .zip(&shortened)
            .map(|(known, name)| WireName { endpoint: known.endpoint.0, name, encoding: known.encoding.name() })
            .collect();
        self.chunk_of(*b"NAME", &names)
    }

    /// What the faults of relays have done. An earlier version of the program skips it.
    ///
    /// # Errors
    /// Those of writing.
    pub fn faults(&mut self, rows: &[Row]) -> io::Result<()> {
        self.flush()?;
        // Far fewer than a chunk may hold.
        for rows in rows.chunks(FAULTS) {
            let wire: Vec<WireFault<'_>> = rows.iter().map(|row| WireFault::of(&row.harm, row.felt)).collect();
            self.chunk_of(*b"FAUL", &wire)?;
        }
        Ok(())
    }

    /// # Errors
    /// Those of writing.
    pub fn notes(&mut self, notes: &BTreeMap<u64, String>) -> io::Result<()> {
        self.flush()?;
        let notes: Vec<WireNote<'_>> = notes.iter().map(|(seq, note)| WireNote { seq: *seq, note }).collect();
        self.chunk_of(*b"NOTE", &notes)
    }

    /// What was predicted of calls that stand before or come later; what comes again replaces what was said before.
    ///
    /// # Errors
    /// Those of writing.
    pub fn predictions<'p>(&mut self, said: impl Iterator<Item = (u64, &'p Prediction)>) -> io::Result<()> {
        let said: Vec<WirePrediction<'_>> = said.map(|(seq, said)| WirePrediction::of(seq, said)).collect();
        if said.is_empty() {
            return Ok(());
        }
        self.flush()?;
        self.chunk_of(*b"PRED", &said)
    }

    /// The next call. It goes out with its chunk.
    ///
    /// # Errors
    /// Those of writing.
    pub fn call(&mut self, call: &Call) -> io::Result<()> {
        if self.calls == 0 {
            self.chunk.clear();
            self.chunk.resize(COUNT, 0);
        }
        let mut chunk = std::mem::take(&mut self.chunk);
        chunk = postcard::to_extend(&WireCall::of(call), chunk).map_err(other)?;
        if self.version > OLDEST {
            chunk = postcard::to_extend(&call.socket.0, chunk).map_err(other)?;
        }
        self.chunk = chunk;
        self.calls += 1;
        if let Some(made_by) = &call.made_by {
            self.makers.push((call.seq, Arc::clone(made_by)));
        }
        if self.chunk.len() >= CHUNK { self.flush() } else { Ok(()) }
    }

    /// Writes the calls that wait for their chunk to be full.
    ///
    /// # Errors
    /// Those of writing.
    pub fn flush(&mut self) -> io::Result<()> {
        if self.calls > 0 {
            let mut count = self.calls;
            for (place, byte) in self.chunk.iter_mut().take(COUNT).enumerate() {
                // All bytes but the last say that another one follows, also where it adds nothing.
                *byte = (count & 0x7f) as u8 | if place + 1 < COUNT { 0x80 } else { 0 };
                count >>= 7;
            }
            self.calls = 0;
            if !self.makers.is_empty() {
                let makers = std::mem::take(&mut self.makers);
                let wire: Vec<WireMaker<'_>> =
                    makers.iter().map(|(seq, made_by)| WireMaker::of(*seq, made_by)).collect();
                self.chunk_of(*b"PROG", &wire)?;
            }
            let chunk = std::mem::take(&mut self.chunk);
            let written = self.chunk_bytes(*b"CALL", &chunk);
            self.chunk = chunk;
            written?;
        }
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// Those of writing.
    pub fn finish(mut self, totals: Totals) -> io::Result<W> {
        self.flush()?;
        let Totals { calls, sent_bytes, received_bytes } = totals;
        self.chunk_of(*b"DONE", &WireDone { calls, sent_bytes, received_bytes })?;
        self.out.flush()?;
        Ok(self.out)
    }

    pub fn get_mut(&mut self) -> &mut W {
        &mut self.out
    }

    fn chunk_of(&mut self, tag: [u8; 4], payload: &impl Serialize) -> io::Result<()> {
        let payload = postcard::to_stdvec(payload).map_err(other)?;
        self.chunk_bytes(tag, &payload)
    }

    fn chunk_bytes(&mut self, tag: [u8; 4], payload: &[u8]) -> io::Result<()> {
        let len = u32::try_from(payload.len()).ok().filter(|_| payload.len() <= MAX_CHUNK);
        let len = len.ok_or(io::ErrorKind::InvalidInput)?.to_le_bytes();
        let mut crc = CRC.digest();
        crc.update(&tag);
        crc.update(&len);
        crc.update(payload);
        self.out.write_all(&tag)?;
        self.out.write_all(&len)?;
        self.out.write_all(payload)?;
        self.out.write_all(&crc.finalize().to_le_bytes())
    }
}

fn other(error: postcard::Error) -> io::Error {
    io::Error::other(error)
}
