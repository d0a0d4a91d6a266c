//! Why a text is no filter: where in it, and what was expected there.

use std::ops::Range;

use super::field::{Field, Kind, Relation};

/// What is wrong with a filter. Its words are made in `explain`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// The bytes of the text that are meant; empty at the end where something is missing.
    pub span: Range<usize>,
    pub kind: FilterErrorKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterErrorKind {
    TooLong,
    /// Too many parentheses or `not`s in one another.
    TooDeep,
    /// A field, a text in quotes, `not` or `(` was expected.
    ExpectedOperand,
    UnknownField {
        name: String,
        /// What was probably meant.
        like: Option<Field>,
    },
    ExpectedRelation(Field),
    /// One `=`, which is no operator.
    SingleEquals,
    UnfitRelation {
        field: Field,
        relation: Relation,
    },
    ExpectedValue(Kind),
    ExpectedRegex,
    ExpectedSet,
    /// The value is not of the field's kind.
    BadValue {
        kind: Kind,
        text: String,
    },
    UnknownOp(String),
    UnknownErrno(String),
    /// An error in hex digits.
    BadHex,
    /// Nothing to look for.
    EmptyText,
    BadEscape(char),
    OpenString,
    OpenRegex,
    OpenSet,
    OpenParenthesis,
    BadRegex(String),
    RegexTooBig,
    /// `and` or `or` was expected.
    ExpectedConnective,
}

impl FilterError {
    pub(super) fn new(span: Range<usize>, kind: FilterErrorKind) -> Self {
        Self { span, kind }
    }
}
