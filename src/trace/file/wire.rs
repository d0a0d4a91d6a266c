//! The structures of the payloads. They stand beside the types of the trace, so that those may change: the order of
//! variants and fields here is the format, and what is new comes last.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::MAX_NAME;
use super::wire_op::{WireAddr, WireOp, as_bytes};
use crate::lab::EndpointId;
use crate::trace::prediction::{Answer, MAX_ANSWERS, MAX_BYTES, Predicted, Prediction};
use crate::trace::{Call, ConnId, Ends, Errno, MadeBy, Nanos, Op, Outcome, SocketId};

/// `HEAD`
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireHead {
    pub began_secs: u64,
    pub began_nanos: u32,
    pub first_seq: u64,
    pub evicted_calls: u64,
    pub evicted_bytes: u64,
}

/// `NAME` is a list of these.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireName<'a> {
    pub endpoint: u32,
    pub name: &'a str,
    /// A label of the WHATWG standard.
    pub encoding: &'a str,
}

/// `NOTE` is a list of these.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireNote<'a> {
    pub seq: u64,
    pub note: &'a str,
}

/// `DONE`
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireDone {
    pub calls: u64,
    pub sent_bytes: u64,
    pub received_bytes: u64,
}

/// `PROG` is a list of these.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireMaker<'a> {
    pub seq: u64,
    pid: u32,
    fd: Option<i32>,
    #[serde(borrow)]
    source: Option<&'a str>,
    /// The C name that was called, where it is not the operation's own.
    name: Option<&'a str>,
}

impl<'a> WireMaker<'a> {
    pub(super) fn of(seq: u64, made_by: &'a MadeBy) -> Self {
        let MadeBy { pid, fd, source, name } = made_by;
        Self { seq, pid: *pid, fd: *fd, source: source.as_deref().map(shortened), name: *name }
    }

    pub(super) fn made_by(self) -> MadeBy {
        MadeBy {
            pid: self.pid,
            fd: self.fd,
            source: self.source.map(shortened).map(Arc::from),
            // One that is not known here is the operation's own.
            name: self.name.and_then(Op::known_name),
        }
    }
}

/// `PRED` is a list of these.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WirePrediction<'a> {
    pub seq: u64,
    #[serde(borrow)]
    answers: Vec<WireAnswer<'a>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct WireAnswer<'a> {
    votes: u32,
    #[serde(borrow)]
    what: WirePredicted<'a>,
}

#[derive(Debug, Serialize, Deserialize)]
enum WirePredicted<'a> {
    Returns(u64),
    Fails(i32, #[serde(borrow)] Option<&'a str>),
    Blocks,
    Bytes(#[serde(borrow, serialize_with = "as_bytes")] &'a [u8]),
}

impl<'a> WirePrediction<'a> {
    pub(super) fn of(seq: u64, said: &'a Prediction) -> Self {
        let wire = |answer: &'a Answer| WireAnswer {
            votes: answer.votes,
            what: match &answer.what {
                Predicted::Returns(value) => WirePredicted::Returns(*value),
                Predicted::Fails(errno) => WirePredicted::Fails(errno.0, errno.name()),
                Predicted::Blocks => WirePredicted::Blocks,
                Predicted::Bytes(bytes) => WirePredicted::Bytes(bytes),
            },
        };
        Self { seq, answers: said.answers().iter().map(wire).collect() }
    }

    pub(super) fn prediction(self) -> Prediction {
        let mut said = Prediction::default();
        for WireAnswer { votes, what } in self.answers.into_iter().take(MAX_ANSWERS) {
            let what = match what {
                WirePredicted::Returns(value) => Predicted::Returns(value),
                // Systems have different numbers for one name.
                WirePredicted::Fails(number, name) => {
                    Predicted::Fails(name.and_then(Errno::by_name).unwrap_or(Errno(number)))
                }
                WirePredicted::Blocks => Predicted::Blocks,
                WirePredicted::Bytes(bytes) => {
                    Predicted::Bytes(Bytes::copy_from_slice(bytes.get(..MAX_BYTES).unwrap_or(bytes)))
                }
            };
            said.say(Answer { what, votes });
        }
        said
    }
}

/// A place in a program's source is not longer than a name may be.
fn shortened(source: &str) -> &str {
    source.char_indices().nth(MAX_NAME).map_or(source, |(end, _)| &source[..end])
}

/// `CALL` is a count and that many of these, each with its socket's number behind it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireCall<'a> {
    seq: u64,
    start: u64,
    took: u64,
    endpoint: u32,
    /// 0: none.
    conn: u32,
    #[serde(borrow)]
    op: WireOp<'a>,
    #[serde(borrow)]
    outcome: WireOutcome<'a>,
    #[serde(borrow)]
    local: Option<WireAddr<'a>>,
    #[serde(borrow)]
    peer: Option<WireAddr<'a>>,
    offset: Option<u64>,
    len: u64,
    #[serde(borrow, serialize_with = "as_bytes")]
    data: &'a [u8],
    lost: u32,
    #[serde(borrow)]
    rule: Option<&'a str>,
}

#[derive(Debug, Serialize, Deserialize)]
enum WireOutcome<'a> {
    Ok(u64),
    /// The number is another one on another system; the name is not.
    Err {
        number: i32,
        #[serde(borrow)]
        name: Option<&'a str>,
    },
    /// It waited and never returned.
    Abandoned,
}

impl<'a> WireCall<'a> {
    pub(super) fn of(call: &'a Call) -> Self {
        Self {
            seq: call.seq,
            start: call.start.0,
            took: call.took,
            endpoint: call.endpoint.0,
            conn: call.conn.map_or(0, ConnId::get),
            op: WireOp::of(&call.op),
            outcome: match call.outcome {
                Outcome::Ok(value) => WireOutcome::Ok(value),
                Outcome::Err(errno) => WireOutcome::Err { number: errno.0, name: errno.name() },
                Outcome::Abandoned => WireOutcome::Abandoned,
            },
            local: call.ends.local.as_ref().map(WireAddr::of),
            peer: call.ends.peer.as_ref().map(WireAddr::of),
            offset: call.offset,
            len: call.len,
            data: &call.data,
            lost: call.lost,
            rule: call.rule.as_deref(),
        }
    }

    /// The call; its bytes stay in `payload`, which they are a part of. An error says what can't be.
    pub(super) fn call(self, payload: &Bytes) -> Result<Call, &'static str> {
        if self.data.len() as u64 > self.len {
            return Err("more bytes than the call moved");
        }
        let end = |addr: Option<WireAddr<'_>>| addr.map(WireAddr::addr);
        Ok(Call {
            seq: self.seq,
            start: Nanos(self.start),
            took: self.took,
            endpoint: EndpointId(self.endpoint),
            socket: SocketId(0),
            conn: ConnId::new(self.conn),
            op: self.op.op()?,
            outcome: match self.outcome {
                WireOutcome::Ok(value) => Outcome::Ok(value),
                WireOutcome::Err { number, name } => {
                    Outcome::Err(name.and_then(Errno::by_name).unwrap_or(Errno(number)))
                }
                WireOutcome::Abandoned => Outcome::Abandoned,
            },
            ends: Arc::new(Ends { local: end(self.local), peer: end(self.peer) }),
            offset: self.offset,
            len: self.len,
            data: if self.data.is_empty() { Bytes::new() } else { payload.slice_ref(self.data) },
            lost: self.lost,
            rule: self.rule.map(Arc::from),
            made_by: None,
        })
    }
}
