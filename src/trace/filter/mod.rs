//! Finding calls. A text without operators is searched as it stands; else it is a small language that reads like
//! Wireshark's display filters:
//!
//! ```text
//! endpoint == client and op == recv and len > 100 and data contains "SB"
//! errno                         every call that failed
//! fault == reset                what felt a relay's fault, by its kind or name
//! took > 1s and not (peer == :8000 or errno in {EPIPE, ECONNRESET})
//! data contains 0d:0a           bytes in hex; or hex"0d 0a"
//! msg ~ /^GET .* HTTP/          the bytes as the endpoint's encoding reads them
//! ```
//!
//! `contains` compares bytes in `data` exactly, and texts without upper and lower case. `==` is exact. A field that
//! a call does not have is neither equal nor unequal to anything.

mod completion;
mod error;
mod evaluation;
mod expression;
mod field;
mod lexer;
mod matches;
mod needle;
mod parser;
mod stop;
#[cfg(test)]
mod tests;

pub use completion::{Candidate, CandidateKind, Completion, Known, as_completed, complete};
pub use error::{FilterError, FilterErrorKind};
pub use evaluation::Context;
pub use expression::{Expr, duration};
pub use field::{Field, Kind, Relation};
pub use lexer::{as_value, is_word, quoted};
pub use matches::Matches;
pub use needle::{MAX_NEEDLE_CHARS, Needle};
pub use stop::{Stop, Unknown};

use crate::trace::call::{Call, Nanos, WaitingCall};
use crate::trace::faults::{Harm, Row};
use evaluation::{Subject, holds};

/// The longest filter, in characters.
pub const MAX_FILTER_CHARS: usize = 2_000;
/// How deep parentheses and `not`s may stand in one another.
pub const MAX_DEPTH: usize = 64;
/// The most memory that a regular expression may take once it is compiled, and again while it is looking: 1 MiB each.
pub const MAX_COMPILED: usize = 1024 * 1024;

/// What calls are asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// A text that stands anywhere in the call.
    Plain(Needle),
    Expression(Box<Expr>),
}

impl Filter {
    /// `None` for an empty text.
    ///
    /// # Errors
    /// [`FilterError`] for a text that means to be an expression and is none.
    pub fn parse(text: &str) -> Result<Option<Self>, FilterError> {
        if parser::is_expression(text) {
            return parser::parse(text).map(|expr| Some(Self::Expression(Box::new(expr))));
        }
        Ok(Needle::new(text).map(Self::Plain))
    }

    pub fn matches(&self, call: &Call, context: &Context<'_>) -> bool {
        match self {
            Self::Plain(needle) => needle.is_in(
                call,
                context.trace.said(call),
                context.trace.name(call.endpoint),
                context.encoding(call.endpoint),
            ),
            Self::Expression(expr) => holds(expr, &Subject::call(call, context.trace.said(call)), context),
        }
    }

    /// The same for a call that has not returned: it has no result and no bytes yet, and has taken until now.
    pub fn matches_waiting(&self, call: &WaitingCall, now: Nanos, context: &Context<'_>) -> bool {
        match self {
            Self::Plain(needle) => {
                let name = context.trace.name(call.endpoint);
                needle.is_in_line(name, call.conn, &call.op, None, call.ends.peer.as_ref())
            }
            Self::Expression(expr) => holds(expr, &Subject::waiting(call, now), context),
        }
    }

    /// Whether it asks for fields of messages: then the [context](Context::frames) has to have them.
    pub fn reads_frames(&self) -> bool {
        matches!(self, Self::Expression(expr) if expr.reads_frames())
    }

    /// Whether it asks for bookmarks or notes: then a changed one means to look again.
    pub fn reads_bookmarks(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::Expression(expr) => expr.reads_bookmarks(),
        }
    }

    /// Whether it asks for faults: then one that was felt only now means to look again.
    pub fn reads_faults(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::Expression(expr) => expr.reads_faults(),
        }
    }

    /// Whether a row of a ledger is one.
    pub fn matches_fault(&self, row: &Row, context: &Context<'_>) -> bool {
        match self {
            Self::Plain(needle) => {
                let Harm { endpoint, kind, name, .. } = &row.harm;
                let names = [Some(kind.name), name.as_deref(), Some(context.trace.name(*endpoint))];
                names.into_iter().flatten().any(|name| needle.is_in_text(name))
            }
            Self::Expression(expr) => holds(expr, &Subject::fault(row), context),
        }
    }
}
