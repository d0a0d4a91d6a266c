//! Whether a call is what an expression asks for. Numbers, operations and endpoints are compared where they stand,
//! without making a text of them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

use super::expression::{Expr, Substring, Value};
use super::field::{Field, Kind, Relation};
use crate::kinds::framing::FrameValue;
use crate::lab::{Addr, EndpointId, TextEncoding};
use crate::trace::bookmarks::Bookmarks;
use crate::trace::call::{Call, ConnId, Ends, MadeBy, Nanos, Op, Outcome, WaitingCall, only_looks};
use crate::trace::faults::{Ledger, Row};
use crate::trace::held::{HeldCall, HeldMessage};
use crate::trace::said::Payload;
use crate::trace::store::Trace;
use crate::trace::text::as_text;

/// What a call itself does not know.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// For the endpoints' names.
    pub trace: &'a Trace,
    /// Endpoints that are not in it are read as UTF-8.
    pub encodings: &'a HashMap<EndpointId, TextEncoding>,
    pub bookmarks: &'a Bookmarks,
    /// What the faults of relays have done; `None`: nobody asks.
    pub faults: Option<&'a Ledger>,
    /// The fields of the messages that have bytes in the call, where the filter [asks for them](super::Filter::reads_frames).
    pub frames: &'a [FrameValue],
}

impl Context<'_> {
    pub fn encoding(&self, endpoint: EndpointId) -> TextEncoding {
        self.encodings.get(&endpoint).copied().unwrap_or_default()
    }

    /// That field of each message that has it.
    fn of_messages(&self, field: Field) -> impl Iterator<Item = &FrameValue> {
        self.frames.iter().filter(move |value| field.of_message() == Some(value.name))
    }
}

/// A call, or what is known of one that still waits.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    seq: Option<u64>,
    start: Nanos,
    took: u64,
    endpoint: EndpointId,
    conn: Option<ConnId>,
    op: &'a Op,
    name: &'static str,
    outcome: Option<Outcome>,
    ends: &'a Ends,
    offset: Option<u64>,
    len: u64,
    /// As the system had them, and what they said.
    data: &'a [u8],
    said: &'a [u8],
    lost: u32,
    rule: Option<&'a str>,
    made_by: Option<&'a MadeBy>,
    /// It is about to be made: how many bytes it is to send is known.
    is_upcoming: bool,
    /// It is no call, but a row of a ledger.
    row: Option<&'a Row>,
}

impl<'a> Subject<'a> {
    pub fn call(call: &'a Call, said: Payload<'a>) -> Self {
        Self {
            seq: Some(call.seq),
            start: call.start,
            took: call.took,
            endpoint: call.endpoint,
            conn: call.conn,
            op: &call.op,
            name: call.name(),
            outcome: Some(call.outcome),
            ends: &call.ends,
            offset: call.offset,
            len: call.len,
            data: &call.data,
            said: said.bytes,
            lost: call.lost,
            rule: call.rule.as_deref(),
            made_by: call.made_by.as_deref(),
            is_upcoming: false,
            row: None,
        }
    }

    pub fn waiting(call: &'a WaitingCall, now: Nanos) -> Self {
        Self {
            seq: None,
            start: call.start,
            took: now.since(call.start),
            endpoint: call.endpoint,
            conn: call.conn,
            op: &call.op,
            name: call.name(),
            outcome: None,
            ends: &call.ends,
            offset: None,
            len: 0,
            data: &[],
            said: &[],
            lost: 0,
            rule: None,
            made_by: call.made_by.as_deref(),
            is_upcoming: false,
            row: None,
        }
    }

    pub fn upcoming(call: &'a HeldCall) -> Self {
        Self {
            seq: None,
            start: call.at,
            took: 0,
            endpoint: call.endpoint,
            conn: call.conn,
            op: &call.op,
            name: call.name(),
            outcome: None,
            ends: &call.ends,
            offset: None,
            len: 0,
            data: &[],
            said: &[],
            lost: 0,
            rule: None,
            made_by: call.made_by.as_deref(),
            is_upcoming: true,
            row: None,
        }
    }

    pub fn message(message: &'a HeldMessage) -> Self {
        let len = message.bytes.len() as u64;
        Self {
            seq: None,
            start: message.at,
            took: 0,
            endpoint: message.endpoint,
            conn: message.conn,
            op: &message.op,
            name: message.op.name(),
            outcome: Some(Outcome::Ok(len)),
            ends: &message.ends,
            offset: Some(message.offset),
            len,
            data: &message.bytes,
            said: &message.bytes,
            lost: 0,
            rule: None,
            made_by: None,
            is_upcoming: false,
            row: None,
        }
    }

    /// A fault that has happened, as though it were a call of its relay.
    pub fn fault(row: &'a Row) -> Self {
        let harm = &row.harm;
        Self {
            seq: None,
            start: harm.at,
            took: harm.by,
            endpoint: harm.endpoint,
            conn: harm.conn,
            op: &Op::Accept,
            name: harm.kind.name,
            outcome: Some(Outcome::Ok(harm.bytes)),
            ends: &harm.ends,
            offset: Some(harm.offset),
            len: harm.bytes,
            data: &[],
            said: &[],
            lost: 0,
            rule: None,
            made_by: None,
            is_upcoming: false,
            row: Some(row),
        }
    }

    /// The faults that it is, or that it has felt.
    fn faults<'c>(&self, context: &Context<'c>) -> impl Iterator<Item = &'c Row>
    where
        'a: 'c,
    {
        let felt = self.seq.zip(context.faults).map(|(seq, faults)| faults.felt_by(seq));
        self.row.into_iter().chain(felt.into_iter().flatten())
    }

    /// The bytes that an upcoming call is to send.
    fn sends(&self) -> Option<u64> {
        match self.op {
            Op::Send { len } | Op::SendTo { len, .. } | Op::SendFile { count: len } if self.is_upcoming => Some(*len),
            _ => None,
        }
    }

    /// The other end, as the table shows it.
    fn peer(&self) -> Option<&'a Addr> {
        match self.op {
            Op::SendTo { to, .. } => Some(to),
            Op::Connect { addr } => Some(addr),
            _ => self.ends.peer.as_ref(),
        }
    }

    fn address(&self, field: Field) -> Option<&'a Addr> {
        match field {
            Field::Peer => self.peer(),
            Field::Local => self.ends.local.as_ref(),
            _ => None,
        }
    }

    fn errno(&self) -> Option<crate::trace::Errno> {
        match self.outcome {
            Some(Outcome::Err(errno)) => Some(errno),
            _ => None,
        }
    }

    fn source(&self) -> Option<&'a str> {
        self.made_by?.source.as_deref()
    }

    fn looks(&self) -> bool {
        only_looks(self.made_by, self.op, self.errno())
    }

    fn is_eof(&self) -> bool {
        matches!((self.op, self.outcome), (Op::Recv { max }, Some(Outcome::Ok(0))) if *max > 0)
    }

    /// One number, but for the ports, which are two.
    fn numbers(&self, field: Field) -> [Option<i64>; 2] {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let done = self.outcome.is_some();
        let one = match field {
            Field::Conn => self.conn.map(|conn| i64::from(conn.get())),
            Field::Len => done.then_some(self.len).or(self.sends()).map(number),
            Field::Result => match self.outcome {
                Some(Outcome::Ok(value)) => Some(number(value)),
                Some(Outcome::Err(_)) => Some(-1),
                Some(Outcome::Abandoned) | None => None,
            },
            Field::Offset => self.offset.map(number),
            Field::Seq => self.seq.map(number),
            Field::Lost => done.then_some(i64::from(self.lost)),
            Field::Port => {
                let port = |addr: Option<&Addr>| addr?.inet().map(|addr| i64::from(addr.port()));
                return [port(self.peer()), port(self.ends.local.as_ref())];
            }
            _ => None,
        };
        [one, None]
    }

    /// `None` where there is none; what an endpoint reads as text is decoded.
    fn text<'c>(&self, field: Field, context: &Context<'c>) -> Option<Cow<'c, str>>
    where
        'a: 'c,
    {
        match field {
            Field::Endpoint => Some(context.trace.name(self.endpoint).into()),
            Field::Op => Some(self.name.into()),
            Field::Rule => self.rule.map(Cow::Borrowed),
            Field::Note => self.note(context).map(Cow::Borrowed),
            Field::Source => self.source().map(Cow::Borrowed),
            Field::Fault => {
                let words: Vec<&str> = self.faults(context).flat_map(names).collect();
                (!words.is_empty()).then(|| words.join(" ").into())
            }
            Field::Errno => {
                self.errno().map(|errno| errno.name().map_or_else(|| errno.to_string().into(), Cow::Borrowed))
            }
            Field::Peer | Field::Local => self.address(field).map(|addr| addr.to_string().into()),
            Field::Msg => decoded(self.said, context.encoding(self.endpoint)),
            _ => None,
        }
    }

    fn note<'c>(&self, context: &Context<'c>) -> Option<&'c str> {
        self.seq.and_then(|seq| context.bookmarks.note(seq)).filter(|note| !note.is_empty())
    }

    fn has(&self, field: Field, context: &Context<'_>) -> bool {
        match field {
            Field::Endpoint | Field::Op | Field::At => true,
            Field::Len | Field::Lost => self.numbers(field)[0].is_some_and(|number| number > 0),
            Field::Conn | Field::Offset | Field::Seq | Field::Port => {
                self.numbers(field).into_iter().any(|n| n.is_some())
            }
            Field::Result => matches!(self.outcome, Some(Outcome::Ok(_))),
            Field::Errno => self.errno().is_some(),
            Field::Took => self.took > 0,
            Field::Peer | Field::Local => self.address(field).is_some(),
            Field::Data => !self.data.is_empty(),
            Field::Msg => !self.said.is_empty(),
            Field::Rule => self.rule.is_some(),
            Field::Fault => self.faults(context).next().is_some(),
            Field::Note => self.note(context).is_some(),
            Field::Source => self.source().is_some(),
            Field::Bookmark => self.seq.is_some_and(|seq| context.bookmarks.has(seq)),
            Field::Eof => self.is_eof(),
            Field::Truncated => (self.data.len() as u64) < self.len,
            Field::Abandoned => self.outcome == Some(Outcome::Abandoned),
            Field::Looks => self.looks(),
            Field::Frame(_) => context.of_messages(field).next().is_some(),
        }
    }

    fn equals(&self, field: Field, value: &Value, context: &Context<'_>) -> bool {
        match (field.kind(), value) {
            (Kind::Number, Value::Number(wanted)) => self.numbers(field).contains(&Some(*wanted)),
            (Kind::Time, Value::Nanos(wanted)) => self.nanos(field) == *wanted,
            (Kind::Op, Value::Op(name)) => self.name == *name,
            (Kind::Errno, Value::ErrnoName(name)) => self.errno().is_some_and(|errno| errno.is(name)),
            (Kind::Errno, Value::Errno(errno)) => self.errno() == Some(*errno),
            (Kind::Address, Value::Address(wanted)) => self.address(field).is_some_and(|addr| wanted.is(addr)),
            (Kind::Bytes, Value::Bytes(bytes)) => self.data == bytes.as_slice(),
            (Kind::Bytes, Value::Text(text)) => {
                let encoding = context.encoding(self.endpoint);
                if is_plain(text, encoding) {
                    self.data == text.as_bytes()
                } else {
                    encoding.encode(text).is_ok_and(|bytes| self.data == bytes.as_slice())
                }
            }
            (Kind::Text, Value::Text(wanted)) if field == Field::Fault => {
                self.faults(context).flat_map(names).any(|name| name == wanted)
            }
            (Kind::Text, Value::Text(wanted)) => self.text(field, context).is_some_and(|text| text == *wanted),
            (Kind::NumberOrText, value) => {
                context.of_messages(field).any(|found| order(found, value) == Some(Ordering::Equal))
            }
            _ => false,
        }
    }

    fn nanos(&self, field: Field) -> u64 {
        if field == Field::At { self.start.0 } else { self.took }
    }

    fn compares(&self, field: Field, relation: Relation, value: &Value, context: &Context<'_>) -> bool {
        let holds = |order: Ordering| match relation {
            Relation::Less => order.is_lt(),
            Relation::AtMost => order.is_le(),
            Relation::More => order.is_gt(),
            Relation::AtLeast => order.is_ge(),
            _ => false,
        };
        match (relation, value) {
            (Relation::Equal, _) => self.equals(field, value, context),
            // As in Wireshark: what is not there is not unequal.
            (Relation::Unequal, _) => self.is_there(field, context) && !self.equals(field, value, context),
            _ if field.kind() == Kind::NumberOrText => {
                context.of_messages(field).filter_map(|found| order(found, value)).any(holds)
            }
            (_, Value::Number(wanted)) => self.numbers(field).into_iter().flatten().any(|n| holds(n.cmp(wanted))),
            (_, Value::Nanos(wanted)) => holds(self.nanos(field).cmp(wanted)),
            _ => false,
        }
    }

    /// Whether the field has a value at all, be it 0.
    fn is_there(&self, field: Field, context: &Context<'_>) -> bool {
        match field.kind() {
            Kind::Number => self.numbers(field).into_iter().any(|number| number.is_some()),
            Kind::Errno => self.errno().is_some(),
            Kind::Address => self.address(field).is_some(),
            Kind::Bytes => !self.data.is_empty(),
            Kind::Text => match field {
                Field::Msg => !self.said.is_empty(),
                Field::Rule => self.rule.is_some(),
                Field::Fault => self.faults(context).next().is_some(),
                Field::Note => self.note(context).is_some(),
                Field::Source => self.source().is_some(),
                _ => true,
            },
            Kind::NumberOrText => context.of_messages(field).next().is_some(),
            Kind::Time | Kind::Op | Kind::Flag => true,
        }
    }

    fn contains(&self, field: Field, part: &Substring, context: &Context<'_>) -> bool {
        let encoding = context.encoding(self.endpoint);
        match (field, part.as_text(), part.needle()) {
            (Field::Data, Some(text), _) if !is_plain(text, encoding) => {
                encoding.encode(text).is_ok_and(|bytes| memchr::memmem::find(self.data, &bytes).is_some())
            }
            (Field::Data, ..) => part.finder().find(self.data).is_some(),
            (Field::Msg, _, Some(needle)) => needle.is_in_bytes(self.said, encoding),
            (Field::Frame(_), _, Some(needle)) => {
                context.of_messages(field).any(|found| needle.is_in_text(&found.text))
            }
            (_, _, Some(needle)) => self.text(field, context).is_some_and(|text| needle.is_in_text(&text)),
            _ => false,
        }
    }
}

/// The kind of a fault, and its name where it has one.
fn names(row: &Row) -> impl Iterator<Item = &str> {
    [Some(row.harm.kind.name), row.harm.name.as_deref()].into_iter().flatten()
}

/// How a field of a message stands to a value; `None` for a text and a number. A text in digits is a number too.
fn order(found: &FrameValue, value: &Value) -> Option<Ordering> {
    match value {
        Value::Number(wanted) => {
            let number = found.number.map(i128::from).or_else(|| found.text.parse().ok())?;
            Some(number.cmp(&i128::from(*wanted)))
        }
        Value::Text(wanted) => Some(found.text.as_str().cmp(wanted)),
        _ => None,
    }
}

/// Whether the text's bytes in that encoding are those that it has here.
fn is_plain(text: &str, encoding: TextEncoding) -> bool {
    encoding == TextEncoding::UTF_8 || (encoding.keeps_ascii() && text.is_ascii())
}

fn decoded(data: &[u8], encoding: TextEncoding) -> Option<Cow<'_, str>> {
    if data.is_empty() {
        return None;
    }
    let is_plain = encoding == TextEncoding::UTF_8 || (encoding.keeps_ascii() && data.is_ascii());
    match std::str::from_utf8(data) {
        Ok(text) if is_plain => Some(Cow::Borrowed(text)),
        _ => Some(Cow::Owned(as_text(data, encoding))),
    }
}

pub(super) fn holds(expr: &Expr, subject: &Subject<'_>, context: &Context<'_>) -> bool {
    match expr {
        Expr::All(parts) => parts.iter().all(|part| holds(part, subject, context)),
        Expr::Any(parts) => parts.iter().any(|part| holds(part, subject, context)),
        Expr::Not(part) => !holds(part, subject, context),
        Expr::Has(field) => subject.has(*field, context),
        Expr::Text(part) => part.needle().is_some_and(|needle| {
            needle.is_in_bytes(subject.said, context.encoding(subject.endpoint))
                || needle.is_in_line(
                    context.trace.name(subject.endpoint),
                    subject.conn,
                    subject.op,
                    subject.outcome,
                    subject.peer(),
                )
        }),
        Expr::Compare { field, relation, value } => subject.compares(*field, *relation, value, context),
        Expr::Contains { field, part } => subject.contains(*field, part, context),
        Expr::Matches { field: Field::Data, pattern } => !subject.data.is_empty() && pattern.is_match(subject.data),
        Expr::Matches { field: field @ Field::Frame(_), pattern } => {
            context.of_messages(*field).any(|found| pattern.is_match(found.text.as_bytes()))
        }
        Expr::Matches { field, pattern } => {
            subject.text(*field, context).is_some_and(|text| pattern.is_match(text.as_bytes()))
        }
        Expr::In { field, values } => values.iter().any(|value| subject.equals(*field, value, context)),
    }
}
