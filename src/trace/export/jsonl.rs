//! One JSON object per line, as the design fixes them: `call`, `expect`, `fault`, `held`, `notice` and `summary`.

mod calls;

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
pub use calls::CallLines;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::ser::Formatter;

use crate::lang::visible::is_hidden;
use crate::trace::faults::Row;
use crate::trace::held::{HeldCall, HeldMessage};
use crate::trace::program::{Ended, signal_name};
use crate::trace::segments::{Segment, Tcp};
use crate::trace::{ConnId, Op, OptionValue};

/// Writes one object and ends its line.
///
/// # Errors
/// Those of writing.
pub fn write(out: &mut impl io::Write, line: &impl Serialize) -> io::Result<()> {
    line.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Visible))?;
    out.write_all(b"\n")
}

/// Writes characters that can't be seen as escapes. JSON requires that only for some; a reader of the lines in a terminal or
/// an editor wants it for all, and a parser gets the same text.
struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        // Nearly all of a line is the base64 of its bytes.
        if fragment.is_ascii() && !fragment.contains('\x7f') {
            return out.write_all(fragment.as_bytes());
        }
        let mut plain = 0;
        for (at, character) in fragment.char_indices().filter(|(_, character)| is_hidden(*character)) {
            out.write_all(&fragment.as_bytes()[plain..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            plain = at + character.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[plain..])
    }
}

/// What a fault of a relay has done.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename = "fault")]
pub struct FaultLine<'r> {
    endpoint: &'r str,
    kind: &'static str,
    name: Option<&'r str>,
    /// The client's connection.
    conn: Option<u32>,
    /// `up` or `down`.
    direction: &'static str,
    /// Seconds since the lab began.
    at: f64,
    bytes: u64,
    /// The `seq` of the call that felt it first.
    felt: Option<u64>,
    /// The first harmed byte in the stream, or the number of the datagram from 0.
    offset: u64,
    removed: u64,
    added: u64,
    /// Seconds that the bytes go on later.
    later: f64,
}

impl<'r> FaultLine<'r> {
    pub fn new(row: &'r Row, endpoint: &'r str) -> Self {
        let Row { harm, felt, .. } = row;
        Self {
            endpoint,
            kind: harm.kind.name,
            name: harm.name.as_deref(),
            conn: harm.conn.map(ConnId::get),
            direction: harm.way.name(),
            at: harm.at.as_secs_f64(),
            bytes: harm.bytes,
            felt: felt.seq(),
            offset: harm.offset,
            removed: harm.removed,
            added: harm.added,
            later: harm.by as f64 / 1e9,
        }
    }
}

/// A frame of the lossy link.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename = "frame")]
pub struct FrameLine {
    /// Seconds since the lab began.
    at: f64,
    /// `up` or `down`.
    direction: &'static str,
    /// `passed`, `dropped` or `duplicate`.
    fate: &'static str,
    /// Seconds that it took to go on.
    later: Option<f64>,
    from: String,
    to: String,
    /// `TCP` or `UDP`.
    protocol: &'static str,
    flags: Option<String>,
    seq: Option<u32>,
    ack: Option<u32>,
    len: u64,
    /// A retransmission.
    again: bool,
}

impl FrameLine {
    pub fn new(segment: &Segment) -> Self {
        let Segment { frame, from, to, tcp, len, is_again } = segment;
        let fate = match frame.left {
            None => "dropped",
            Some(_) if frame.is_copy => "duplicate",
            Some(_) => "passed",
        };
        Self {
            at: frame.at.as_secs_f64(),
            direction: frame.way.name(),
            fate,
            later: frame.left.map(|left| left.since(frame.at) as f64 / 1e9),
            from: from.to_string(),
            to: to.to_string(),
            protocol: if tcp.is_some() { "TCP" } else { "UDP" },
            flags: tcp.as_ref().map(Tcp::flags),
            seq: tcp.map(|tcp| tcp.seq),
            ack: tcp.map(|tcp| tcp.ack),
            len: *len,
            again: *is_again,
        }
    }
}

/// What an `expect` step found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename = "expect")]
pub struct ExpectLine<'t> {
    /// From 1.
    pub step: usize,
    pub ok: bool,
    pub detail: &'t str,
}

/// A call that is about to be made and is held.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "held")]
pub struct HeldLine<'c> {
    endpoint: &'c str,
    op: &'static str,
    args: Args<'c>,
}

impl<'c> HeldLine<'c> {
    pub fn new(call: &'c HeldCall, name: &'c str) -> Self {
        Self { endpoint: name, op: call.op.name(), args: Args(&call.op) }
    }
}

/// A message that a relay holds.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "held")]
pub struct HeldMessageLine<'m> {
    endpoint: &'m str,
    /// `message`
    op: &'static str,
    args: MessageArgs,
    data: String,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct MessageArgs {
    /// `up` or `down`.
    direction: &'static str,
    /// The connection on which it came.
    conn: Option<u32>,
    offset: u64,
    len: usize,
}

impl<'m> HeldMessageLine<'m> {
    pub fn new(message: &'m HeldMessage, name: &'m str) -> Self {
        let HeldMessage { way, conn, offset, bytes, .. } = message;
        let args =
            MessageArgs { direction: way.name(), conn: conn.map(ConnId::get), offset: *offset, len: bytes.len() };
        Self { endpoint: name, op: "message", args, data: STANDARD.encode(bytes) }
    }
}

/// News besides the calls.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename = "notice")]
pub struct NoticeLine<'t> {
    pub level: &'t str,
    pub endpoint: Option<&'t str>,
    pub text: &'t str,
}

/// What a program has printed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename = "output")]
pub struct OutputLine<'t> {
    pub program: &'t str,
    /// `stdout` or `stderr`.
    pub stream: &'t str,
    pub text: &'t str,
}

/// How a program has ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename = "exit")]
pub struct ExitLine<'t> {
    pub program: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<i32>,
    /// The signal that ended it: `SIGTERM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signal: Option<String>,
}

impl<'t> ExitLine<'t> {
    pub fn new(program: &'t str, how: Ended) -> Self {
        match how {
            Ended::Status(status) => Self { program, status: Some(status), signal: None },
            Ended::Signal(signal) => Self { program, status: None, signal: Some(signal_name(signal)) },
        }
    }
}

/// The last line of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "summary")]
pub struct SummaryLine {
    pub calls: u64,
    pub sent_bytes: u64,
    pub received_bytes: u64,
    pub evicted_calls: u64,
    pub evicted_bytes: u64,
    pub kernel_drops: u64,
    pub failed_steps: u64,
}

/// Written as the text that it shows.
#[derive(Clone, Debug)]
struct Shown<T>(T);

impl<T: std::fmt::Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A call's arguments by their names.
#[derive(Clone, Debug)]
pub(super) struct Args<'c>(pub(super) &'c Op);

impl Serialize for Args<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self.0 {
            Op::Socket { domain, kind } => {
                map.serialize_entry("domain", domain.c_name())?;
                map.serialize_entry("type", kind.c_name())?;
            }
            Op::SetSockOpt { option, value } => {
                let (level, name) = option.c_names();
                map.serialize_entry("level", level)?;
                map.serialize_entry("name", name)?;
                match value {
                    OptionValue::Int(value) | OptionValue::Size { asked: value, .. } => {
                        map.serialize_entry("value", value)?;
                    }
                    OptionValue::Linger(seconds) => map.serialize_entry("value", seconds)?,
                    OptionValue::Group(_) | OptionValue::Interface(_) => map.serialize_entry("value", &Shown(value))?,
                }
            }
            Op::Bind { addr } | Op::Connect { addr } => map.serialize_entry("addr", &Shown(addr))?,
            Op::Listen { backlog } => map.serialize_entry("backlog", backlog)?,
            Op::Send { len } => map.serialize_entry("len", len)?,
            Op::SendTo { len, to } => {
                map.serialize_entry("len", len)?;
                map.serialize_entry("to", &Shown(to))?;
            }
            Op::SendFile { count } => map.serialize_entry("count", count)?,
            Op::Recv { max } | Op::RecvFrom { max } => map.serialize_entry("max", max)?,
            Op::Shutdown { how } => map.serialize_entry("how", how.c_name())?,
            Op::Accept | Op::Close => {}
            Op::Other(call) => {
                for (name, value) in &call.args {
                    match value.parse::<i64>() {
                        Ok(number) => map.serialize_entry(name, &number)?,
                        Err(_) => map.serialize_entry(name, value)?,
                    }
                }
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests;
