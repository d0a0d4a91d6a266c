//! What a breakpoint can ask: before a call its arguments are known, after it its result, and never its place in the trace.

use super::Filter;
use super::evaluation::{Context, Subject, holds};
use super::field::Field;
use crate::lab::breakpoint::At;
use crate::trace::held::{HeldCall, HeldMessage};

impl Field {
    /// From when on a breakpoint knows it; `None` for what a call only has in the trace.
    fn known(self) -> Option<At> {
        match self {
            Self::Endpoint
            | Self::Op
            | Self::Conn
            | Self::Peer
            | Self::Local
            | Self::Port
            | Self::Source
            | Self::At => Some(At::Before),
            Self::Len
            | Self::Result
            | Self::Errno
            | Self::Took
            | Self::Data
            | Self::Msg
            | Self::Offset
            | Self::Lost
            | Self::Rule
            | Self::Looks
            | Self::Eof
            | Self::Truncated
            | Self::Abandoned
            | Self::Frame(_) => Some(At::After),
            Self::Seq | Self::Note | Self::Bookmark | Self::Fault => None,
        }
    }
}

/// A breakpoint that is on.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    pub filter: Filter,
    pub at: At,
}

/// Why a filter is no condition for a breakpoint: the field that is not known there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    Before(Field),
    Never(Field),
}

impl Filter {
    /// Where a breakpoint with this condition stops: at the place that was asked for, else before the call if everything
    /// is known then, else after it.
    ///
    /// # Errors
    /// It asks for what is not known there.
    pub fn stops(&self, wanted: Option<At>) -> Result<At, Unknown> {
        let mut fields = Vec::new();
        match self {
            Self::Plain(_) => {}
            Self::Expression(expr) => expr.fields(&mut fields),
        }
        if let Some(field) = fields.iter().find(|field| field.known().is_none()) {
            return Err(Unknown::Never(*field));
        }
        let late = fields.into_iter().find(|field| field.known() == Some(At::After));
        match (wanted, late) {
            (Some(at), _) if at.way().is_some() => Ok(at),
            // How many bytes are to be sent is an argument.
            (Some(At::Before), Some(field)) if field != Field::Len => Err(Unknown::Before(field)),
            (Some(at), _) => Ok(at),
            (None, Some(_)) => Ok(At::After),
            (None, None) => Ok(At::Before),
        }
    }

    /// Whether a call that is about to be made is one.
    pub fn matches_upcoming(&self, call: &HeldCall, context: &Context<'_>) -> bool {
        match self {
            Self::Plain(needle) => {
                let name = context.trace.name(call.endpoint);
                needle.is_in_line(name, call.conn, &call.op, None, call.ends.peer.as_ref())
            }
            Self::Expression(expr) => holds(expr, &Subject::upcoming(call), context),
        }
    }

    /// Whether a message that a relay passes on is one: it is asked as though one `recv` of the relay had given it.
    pub fn matches_message(&self, message: &HeldMessage, context: &Context<'_>) -> bool {
        match self {
            Self::Plain(needle) => {
                let name = context.trace.name(message.endpoint);
                needle.is_in_bytes(&message.bytes, context.encoding(message.endpoint))
                    || needle.is_in_line(name, message.conn, &message.op, None, message.ends.peer.as_ref())
            }
            Self::Expression(expr) => holds(expr, &Subject::message(message), context),
        }
    }
}
