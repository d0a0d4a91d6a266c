//! The trace file (`*.lab-trace`): everything that a trace holds, bytes included, in one file.
//!
//! ```text
//! magic      8 bytes   89 53 4c 54 0d 0a 1a 0a: not text, and broken by a change of line endings
//! version    u16       2; 1 is read too: it has no abandoned calls,
//!                      no granted sizes and no numbers of sockets
//! chunks, each:
//!   tag      4 bytes   HEAD, LAB_, NAME, PROG, PRED, CALL, FAUL, NOTE or DONE; unknown tags are skipped
//!   length   u32       of the payload, at most 64 MiB
//!   payload            postcard (<https://postcard.jamesmunns.com/wire-format>), the structures in `wire.rs`
//!   crc      u32       CRC-32C over tag, length and payload
//! ```
//!
//! Numbers outside of the payloads are little-endian. The first chunk is `HEAD`: when the lab began, the number of the
//! first call, and how much had left the trace by then. `LAB_` is the lab file's text. `NAME` gives endpoints their
//! names and encodings; one that comes again replaces what was said before. `CALL` is a count and that many calls with
//! rising numbers, in the order of the trace, whatever their times are. `PROG` comes before a `CALL` in which are calls of
//! programs: it says of each by which process and from which line it was made. `PRED` is what was predicted of calls, before
//! or after them; what comes again for a call replaces what was said before. `FAUL` is what the faults of relays have done,
//! each row once, behind the call that felt it. `NOTE` is the user's words on calls. `DONE` ends
//! the file with the sums over all calls there ever were: a file without it was cut off, or is being written.
//!
//! A chunk is complete or it is not read: what a reader gives was written. It gives calls chunk by chunk, so the first
//! ones are there at once however long the file is.

mod read;
#[cfg(test)]
mod tests;
mod wire;
mod wire_fault;
mod wire_op;
mod write;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use thiserror::Error;

use super::call::Call;
use super::errno::Errno;
use super::faults::{Felt, Harm};
use super::prediction::Prediction;
use super::store::Totals;
use crate::lab::{EndpointId, TextEncoding};

pub use read::{TraceReader, read_predictions};
pub use write::TraceWriter;

/// What a trace file's name ends in.
pub const ENDING: &str = "lab-trace";

const MAGIC: [u8; 8] = *b"\x89SLT\r\n\x1a\n";
const VERSION: u16 = 2;

/// The oldest version that is read: it is the same without abandoned calls, granted sizes and numbers of sockets.
const OLDEST: u16 = 1;

/// The longest payload of a chunk: room for the longest call (`recv` of 16 MiB) several times.
pub const MAX_CHUNK: usize = 64 * 1024 * 1024;

/// The most characters of a name.
pub const MAX_NAME: usize = 1_000;

const CRC: crc::Crc<u32, crc::Table<16>> = crc::Crc::<u32, crc::Table<16>>::new(&crc::CRC_32_ISCSI);

/// True for a file that is named like a trace.
pub fn is_trace_file(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(ENDING))
}

/// What stands before the calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The wall-clock time at which the calls' clock was 0.
    pub began: SystemTime,
    /// The number of the first call in the file.
    pub first_seq: u64,
    /// How many calls had left the trace before.
    pub evicted_calls: u64,
    pub evicted_bytes: u64,
}

/// An endpoint as its calls are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub endpoint: EndpointId,
    pub name: Arc<str>,
    pub encoding: TextEncoding,
}

/// What a reader gives, chunk by chunk.
#[derive(Clone, Debug, PartialEq)]
pub enum Chunk {
    /// The lab file's text.
    Lab(String),
    Names(Vec<Name>),
    Calls(Vec<Call>),
    /// What was predicted of calls, by their numbers; nothing said takes it back.
    Predictions(Vec<(u64, Prediction)>),
    /// What the faults of relays have done, and who felt it.
    Faults(Vec<(Harm, Felt)>),
    /// The user's words on calls, by their numbers.
    Notes(BTreeMap<u64, String>),
    /// The end of a file that is complete.
    Done(Totals),
}

/// Why a trace file can't be read on. Everything before `offset` was sound.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{kind} (chunk {chunk}, byte {offset})")]
pub struct Stopped {
    /// Where the chunk begins that can't be read.
    pub offset: u64,
    /// Its number, from 1; 0 for what stands before the chunks.
    pub chunk: u64,
    pub kind: StoppedKind,
}

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum StoppedKind {
    #[error("this is not a trace file of Socket Lab")]
    Foreign,
    #[error("the file has format version {0}; this program reads up to version {VERSION}")]
    Version(u16),
    #[error("the file is cut off")]
    CutOff,
    #[error("the checksum is wrong: the file is damaged")]
    Checksum,
    #[error("a chunk says that it has {0} bytes; at most {MAX_CHUNK} are possible")]
    TooLong(u64),
    #[error("the chunk is not what its tag says: {0}")]
    Malformed(&'static str),
    #[error("reading failed: {0}")]
    Io(Errno),
}

impl StoppedKind {
    /// True where nothing of the file could be used because it is something else.
    pub fn is_foreign(&self) -> bool {
        matches!(self, Self::Foreign | Self::Version(_))
    }
}
