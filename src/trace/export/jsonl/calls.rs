//! The lines of calls. Nearly all lines are such, and a run prints one for each call that it makes: so they are put
//! together without serde, into one buffer, and addresses are written once for all calls that share them.

use std::io;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::{Args, Shown, Visible};
use crate::lab::Addr;
use crate::trace::prediction::{Answer, Predicted, Prediction};
use crate::trace::{Call, ConnId, Ends, Op, Outcome};

/// More than this the buffer keeps of a long line only until the next one: 64 KiB.
const KEPT: usize = 64 * 1024;

/// Writes calls, each as an object in a line of its own.
#[derive(Debug, Default)]
pub struct CallLines {
    line: Vec<u8>,
    /// The addresses of the call before, as they are written.
    ends: Option<(Arc<Ends>, Vec<u8>)>,
    /// Where the last datagram went.
    to: Option<(Arc<Addr>, Vec<u8>)>,
}

impl CallLines {
    /// Writes a call under its endpoint's name.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write(&mut self, out: &mut impl io::Write, call: &Call, name: &str) -> io::Result<()> {
        self.write_predicted(out, call, name, None)
    }

    /// The same with what was predicted of the call.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write_predicted(
        &mut self,
        out: &mut impl io::Write,
        call: &Call,
        name: &str,
        said: Option<&Prediction>,
    ) -> io::Result<()> {
        self.line.clear();
        self.line.shrink_to(KEPT);
        self.put(call, name)?;
        if let Some(said) = said {
            predicted(&mut self.line, call, said)?;
        }
        self.line.extend_from_slice(b"}\n");
        out.write_all(&self.line)
    }

    fn put(&mut self, call: &Call, name: &str) -> io::Result<()> {
        let line = &mut self.line;
        line.extend_from_slice(b"{\"type\":\"call\",\"seq\":");
        number(line, call.seq);
        line.extend_from_slice(b",\"at\":");
        value(line, &call.start.as_secs_f64())?;
        line.extend_from_slice(b",\"took\":");
        value(line, &(call.took as f64 / 1e9))?;
        line.extend_from_slice(b",\"endpoint\":");
        text(line, name)?;
        line.extend_from_slice(b",\"conn\":");
        number_or_null(line, call.conn.map(|conn| u64::from(ConnId::get(conn))));
        line.extend_from_slice(b",\"op\":");
        text(line, call.name())?;
        line.extend_from_slice(b",\"args\":");
        match &call.op {
            Op::Recv { max } | Op::RecvFrom { max } => argument(line, b"max", *max),
            Op::Send { len } => argument(line, b"len", *len),
            Op::SendTo { len, to } => {
                line.extend_from_slice(b"{\"len\":");
                number(line, *len);
                line.extend_from_slice(b",\"to\":");
                let written = match &self.to {
                    Some((known, written)) if known == to => written,
                    _ => &self.to.insert((Arc::clone(to), written(&Shown(to))?)).1,
                };
                line.extend_from_slice(written);
                line.push(b'}');
            }
            other => value(line, &Args(other))?,
        }
        line.extend_from_slice(b",\"result\":");
        match call.outcome {
            Outcome::Ok(result) => number(line, result),
            Outcome::Err(_) | Outcome::Abandoned => line.extend_from_slice(b"null"),
        }
        line.extend_from_slice(b",\"errno\":");
        value(line, &call.errno().map(Shown))?;
        // Only of a call that waited and never returned.
        if call.is_abandoned() {
            line.extend_from_slice(b",\"abandoned\":true");
        }
        let ends = match &self.ends {
            Some((known, written)) if Arc::ptr_eq(known, &call.ends) || *known == call.ends => written,
            _ => &self.ends.insert((Arc::clone(&call.ends), both_ends(&call.ends)?)).1,
        };
        line.extend_from_slice(ends);
        line.extend_from_slice(b",\"offset\":");
        number_or_null(line, call.offset);
        line.extend_from_slice(b",\"len\":");
        number(line, call.len);
        line.extend_from_slice(b",\"data\":\"");
        bytes(line, &call.data)?;
        line.extend_from_slice(if call.is_truncated() { b"\",\"truncated\":true" } else { b"\",\"truncated\":false" });
        if matches!(call.op, Op::RecvFrom { .. }) {
            line.extend_from_slice(b",\"lost\":");
            number(line, u64::from(call.lost));
        }
        // The name of the service's rule that caused a send.
        if let Some(rule) = call.rule.as_deref() {
            line.extend_from_slice(b",\"rule\":");
            text(line, rule)?;
        }
        // The process of a program, the descriptor and the line of its source.
        if let Some(made_by) = call.made_by.as_deref() {
            line.extend_from_slice(b",\"pid\":");
            number(line, u64::from(made_by.pid));
            line.extend_from_slice(b",\"fd\":");
            value(line, &made_by.fd)?;
            line.extend_from_slice(b",\"source\":");
            value(line, &made_by.source.as_deref())?;
        }
        Ok(())
    }
}

/// What was said before that the call would do: what most of a room said, and all answers where it has voted.
fn predicted(line: &mut Vec<u8>, call: &Call, said: &Prediction) -> io::Result<()> {
    let Some(main) = said.main() else { return Ok(()) };
    line.extend_from_slice(b",\"prediction\":");
    value(line, &Shown(main))?;
    line.extend_from_slice(b",\"was_right\":");
    value(line, &said.was_right(call))?;
    if said.is_vote() {
        let vote = |answer| Vote::of(answer, call);
        line.extend_from_slice(b",\"votes\":");
        value(line, &said.answers().iter().map(vote).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// One answer of a room.
#[derive(Serialize)]
struct Vote<'c> {
    prediction: Shown<&'c Predicted>,
    votes: u32,
    was_right: bool,
}

impl<'c> Vote<'c> {
    fn of(answer: &'c Answer, call: &Call) -> Self {
        Self { prediction: Shown(&answer.what), votes: answer.votes, was_right: answer.what.is_right(call) }
    }
}

/// Whatever there is no shorter way for.
fn value(line: &mut Vec<u8>, value: &impl Serialize) -> io::Result<()> {
    Ok(value.serialize(&mut serde_json::Serializer::with_formatter(line, Visible))?)
}

fn written(of: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut written = Vec::new();
    value(&mut written, of)?;
    Ok(written)
}

fn both_ends(ends: &Ends) -> io::Result<Vec<u8>> {
    let mut line = b",\"local\":".to_vec();
    value(&mut line, &ends.local.as_ref().map(Shown))?;
    line.extend_from_slice(b",\"peer\":");
    value(&mut line, &ends.peer.as_ref().map(Shown))?;
    Ok(line)
}

fn number(line: &mut Vec<u8>, number: u64) {
    line.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

fn number_or_null(line: &mut Vec<u8>, of: Option<u64>) {
    match of {
        Some(of) => number(line, of),
        None => line.extend_from_slice(b"null"),
    }
}

fn argument(line: &mut Vec<u8>, name: &[u8], of: u64) {
    line.extend_from_slice(b"{\"");
    line.extend_from_slice(name);
    line.extend_from_slice(b"\":");
    number(line, of);
    line.push(b'}');
}

fn text(line: &mut Vec<u8>, text: &str) -> io::Result<()> {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if !text.bytes().all(is_plain) {
        return value(line, &text);
    }
    line.push(b'"');
    line.extend_from_slice(text.as_bytes());
    line.push(b'"');
    Ok(())
}

/// In base64.
fn bytes(line: &mut Vec<u8>, bytes: &[u8]) -> io::Result<()> {
    let begin = line.len();
    line.resize(begin + bytes.len().div_ceil(3) * 4, 0);
    let room = line.get_mut(begin..).unwrap_or_default();
    STANDARD.encode_slice(bytes, room).map(drop).map_err(io::Error::other)
}
