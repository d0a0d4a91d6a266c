//! The true answer to a question: what the calls of this very run say, else what the author of the lesson knows.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::lab::Addr;
use crate::lab::lesson::{FromTrace, Kind, Question, Value, Wanted};
use crate::trace::filter::{Context, Filter};
use crate::trace::prediction::BLOCKED;
use crate::trace::text::as_text;
use crate::trace::{Call, Nanos, Outcome, Trace};

/// The calls of a run.
pub struct Run<'a> {
    pub context: Context<'a>,
    /// The number of the first.
    pub from: u64,
    /// The number of the first that does not belong to it.
    pub to: u64,
    pub now: Nanos,
}

impl<'a> Run<'a> {
    /// The calls that match, in the order in which they returned. None where the text is not a filter, which a lab file
    /// can't hold.
    pub fn matching(&self, filter: &str) -> impl Iterator<Item = &'a Call> {
        let filter = Filter::parse(filter).ok().flatten();
        let context = self.context;
        let to = self.to;
        let calls = context.trace.from(self.from).take_while(move |call| call.seq < to);
        calls.filter(move |call| filter.as_ref().is_some_and(|filter| filter.matches(call, &context)))
    }

    /// The calls that there are by now, to find them again.
    pub fn calls(&self) -> Calls {
        let trace = self.context.trace;
        Calls { trace: began(trace), from: self.from, to: trace.next_seq().min(self.to) }
    }

    /// What is true, as far as it is known by now.
    pub fn truth(&self, question: &Question) -> Option<Value> {
        let seen = self.seen(question);
        seen.or_else(|| question.known().cloned())
    }

    /// What the calls say.
    pub fn seen(&self, question: &Question) -> Option<Value> {
        if let Kind::Choice(choices) = &question.kind {
            let happened = |filter: &Option<String>| filter.as_deref().is_some_and(|filter| self.any(filter));
            let place = choices.iter().position(|choice| happened(&choice.when))?;
            return Some(Value::Choice(u32::try_from(place + 1).ok()?));
        }
        let FromTrace { filter, field, nth } = question.from_trace.as_ref()?;
        match field {
            Wanted::Count => Some(Value::Number(i64::try_from(self.matching(filter).count()).ok()?)),
            Wanted::Sum => {
                let mut matching = self.matching(filter).peekable();
                matching.peek()?;
                Some(Value::Number(i64::try_from(matching.map(|call| call.len).sum::<u64>()).ok()?))
            }
            Wanted::Order => self.order(filter, &question.kind),
            Wanted::Blocks => self.blocks(filter, *nth),
            _ => self.of_call(self.nth(filter, *nth)?, *field),
        }
    }

    fn nth(&self, filter: &str, nth: u32) -> Option<&'a Call> {
        self.matching(filter).nth(nth.checked_sub(1)? as usize)
    }

    fn any(&self, filter: &str) -> bool {
        self.matching(filter).next().is_some()
    }

    fn of_call(&self, call: &Call, field: Wanted) -> Option<Value> {
        let number = |number: u64| i64::try_from(number).ok().map(Value::Number);
        let text = |text: String| Some(Value::Text(text));
        let port = |addr: &Option<Addr>| Some(Value::Number(addr.as_ref()?.inet()?.port().into()));
        match field {
            Wanted::Result => match call.outcome {
                Outcome::Ok(value) => number(value),
                Outcome::Err(_) => Some(Value::Number(-1)),
                Outcome::Abandoned => None,
            },
            Wanted::Len => number(call.len),
            Wanted::Offset => number(call.offset?),
            Wanted::LocalPort => port(&call.ends.local),
            Wanted::PeerPort => port(&call.ends.peer),
            Wanted::Errno => match call.outcome {
                Outcome::Err(errno) => text(errno.to_string()),
                _ => None,
            },
            Wanted::Data => {
                let said = self.context.trace.said(call);
                text(as_text(said.bytes, self.context.encoding(call.endpoint)))
            }
            Wanted::Local => text(call.ends.local.as_ref()?.to_string()),
            Wanted::Peer => text(call.ends.peer.as_ref()?.to_string()),
            Wanted::Op => text(call.name().to_owned()),
            Wanted::Call => Some(Value::Call(call.seq)),
            Wanted::Count | Wanted::Sum | Wanted::Order | Wanted::Blocks => None,
        }
    }

    /// A call that still waits has blocked too, if it has done so for long enough.
    fn blocks(&self, filter: &str, nth: u32) -> Option<Value> {
        if let Some(call) = self.nth(filter, nth) {
            return Some(Value::Blocks(call.took >= BLOCKED || call.outcome == Outcome::Abandoned));
        }
        let before = self.matching(filter).count();
        let filter = Filter::parse(filter).ok().flatten()?;
        let place = (nth as usize).checked_sub(before + 1)?;
        let matches = |call: &&_| filter.matches_waiting(call, self.now, &self.context);
        let call = self.context.trace.waiting().filter(matches).nth(place)?;
        (self.now.since(call.start) >= BLOCKED).then_some(Value::Blocks(true))
    }

    fn order(&self, filter: &str, kind: &Kind) -> Option<Value> {
        let Kind::Order(asked) = kind else { return None };
        let mut calls: Vec<&Call> = self.matching(filter).collect();
        calls.sort_by_key(|call| (call.start, call.seq));
        let mut order: Vec<String> = Vec::new();
        for call in calls {
            let name = call.name();
            if asked.iter().any(|asked| asked == name) && !order.iter().any(|known| known == name) {
                order.push(name.to_owned());
            }
        }
        (order.len() == asked.len()).then_some(Value::Order(order))
    }
}

/// Some calls of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calls {
    /// When the trace began, in nanoseconds since 1970: no two traces of a student began at once.
    pub trace: u64,
    pub from: u64,
    /// The first that does not belong to them.
    pub to: u64,
}

impl Calls {
    /// Whether all of them are in that trace: they are of it, and none of them has left it.
    pub fn are_in(self, trace: &Trace) -> bool {
        self.trace == began(trace) && self.from.max(1) >= trace.first_seq() && self.to <= trace.next_seq()
    }
}

/// When a trace began, in nanoseconds since 1970.
fn began(trace: &Trace) -> u64 {
    let since = trace.began().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// Whether an answer is the true one. Of a call, any that fits is as good as the first.
pub fn is_right(question: &Question, given: &Value, truth: &Value, run: &Run<'_>) -> bool {
    if given.is_same(truth) {
        return true;
    }
    match (given, &question.from_trace) {
        (Value::Call(seq), Some(FromTrace { filter, nth: 1, .. })) => run.matching(filter).any(|call| call.seq == *seq),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
