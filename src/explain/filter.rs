//! The filter language in words: what its fields and operators are, and what is wrong with a text.

use crate::lang::Lang;
use crate::t;
use crate::trace::filter::{Field, FilterError, FilterErrorKind, Kind, Relation};

/// What a field is.
pub fn field(lang: Lang, field: Field) -> String {
    match field {
        Field::Endpoint => t!(lang, "filter-field-endpoint"),
        Field::Conn => t!(lang, "filter-field-conn"),
        Field::Op => t!(lang, "filter-field-op"),
        Field::Len => t!(lang, "filter-field-len"),
        Field::Result => t!(lang, "filter-field-result"),
        Field::Errno => t!(lang, "filter-field-errno"),
        Field::Took => t!(lang, "filter-field-took"),
        Field::At => t!(lang, "filter-field-at"),
        Field::Peer => t!(lang, "filter-field-peer"),
        Field::Local => t!(lang, "filter-field-local"),
        Field::Port => t!(lang, "filter-field-port"),
        Field::Data => t!(lang, "filter-field-data"),
        Field::Msg => t!(lang, "filter-field-msg"),
        Field::Offset => t!(lang, "filter-field-offset"),
        Field::Seq => t!(lang, "filter-field-seq"),
        Field::Lost => t!(lang, "filter-field-lost"),
        Field::Rule => t!(lang, "filter-field-rule"),
        Field::Fault => t!(lang, "filter-field-fault"),
        Field::Note => t!(lang, "filter-field-note"),
        Field::Source => t!(lang, "filter-field-source"),
        Field::Bookmark => t!(lang, "filter-field-bookmark"),
        Field::Eof => t!(lang, "filter-field-eof"),
        Field::Truncated => t!(lang, "filter-field-truncated"),
        Field::Abandoned => t!(lang, "filter-field-abandoned"),
        Field::Looks => t!(lang, "filter-field-looks"),
        Field::Frame(_) => t!(lang, "filter-field-frame"),
    }
    .into_owned()
}

/// What an operator asks.
pub fn relation(lang: Lang, relation: Relation) -> String {
    match relation {
        Relation::Equal => t!(lang, "filter-op-equal"),
        Relation::Unequal => t!(lang, "filter-op-unequal"),
        Relation::Less => t!(lang, "filter-op-less"),
        Relation::AtMost => t!(lang, "filter-op-at-most"),
        Relation::More => t!(lang, "filter-op-more"),
        Relation::AtLeast => t!(lang, "filter-op-at-least"),
        Relation::Contains => t!(lang, "filter-op-contains"),
        Relation::Matches => t!(lang, "filter-op-matches"),
        Relation::In => t!(lang, "filter-op-in"),
    }
    .into_owned()
}

/// What values a kind of field has, with an example.
fn values(lang: Lang, kind: Kind) -> String {
    match kind {
        Kind::Text => t!(lang, "filter-kind-text"),
        Kind::Number => t!(lang, "filter-kind-number"),
        Kind::Time => t!(lang, "filter-kind-time"),
        Kind::Op => t!(lang, "filter-kind-op"),
        Kind::Errno => t!(lang, "filter-kind-errno"),
        Kind::Address => t!(lang, "filter-kind-address"),
        Kind::Bytes => t!(lang, "filter-kind-bytes"),
        Kind::NumberOrText => t!(lang, "filter-kind-number-or-text"),
        Kind::Flag => t!(lang, "filter-kind-flag"),
    }
    .into_owned()
}

/// What is wrong, and what was expected.
pub fn error(lang: Lang, error: &FilterError) -> String {
    match &error.kind {
        FilterErrorKind::TooLong => {
            t!(lang, "filter-too-long", most = crate::trace::filter::MAX_FILTER_CHARS)
        }
        FilterErrorKind::TooDeep => t!(lang, "filter-too-deep", most = crate::trace::filter::MAX_DEPTH),
        FilterErrorKind::ExpectedOperand => t!(lang, "filter-expected-operand"),
        FilterErrorKind::UnknownField { name, like: Some(like) } => {
            t!(lang, "filter-unknown-field-like", name = name.as_str(), like = like.name())
        }
        FilterErrorKind::UnknownField { name, like: None } => t!(lang, "filter-unknown-field", name = name.as_str()),
        FilterErrorKind::ExpectedRelation(field) => {
            t!(lang, "filter-expected-operator", field = field.name(), operators = operators(*field))
        }
        FilterErrorKind::SingleEquals => t!(lang, "filter-single-equals"),
        FilterErrorKind::UnfitRelation { field, .. } if field.kind() == Kind::Flag => {
            t!(lang, "filter-flag-stands-alone", field = field.name())
        }
        FilterErrorKind::UnfitRelation { field, relation } => t!(
            lang,
            "filter-unfit-operator",
            field = field.name(),
            operator = relation.symbol(),
            operators = operators(*field)
        ),
        FilterErrorKind::ExpectedValue(kind) => t!(lang, "filter-expected-value", values = values(lang, *kind)),
        FilterErrorKind::ExpectedRegex => t!(lang, "filter-expected-regex"),
        FilterErrorKind::ExpectedSet => t!(lang, "filter-expected-set"),
        FilterErrorKind::BadValue { kind, text } => {
            t!(lang, "filter-bad-value", text = text.as_str(), values = values(lang, *kind))
        }
        FilterErrorKind::UnknownOp(name) => t!(lang, "filter-unknown-op", name = name.as_str()),
        FilterErrorKind::UnknownErrno(name) => t!(lang, "filter-unknown-errno", name = name.as_str()),
        FilterErrorKind::BadHex => t!(lang, "filter-bad-hex"),
        FilterErrorKind::EmptyText => t!(lang, "filter-empty-text"),
        FilterErrorKind::BadEscape(escape) => t!(lang, "filter-bad-escape", escape = escape.to_string()),
        FilterErrorKind::OpenString => t!(lang, "filter-open-string"),
        FilterErrorKind::OpenRegex => t!(lang, "filter-open-regex"),
        FilterErrorKind::OpenSet => t!(lang, "filter-open-set"),
        FilterErrorKind::OpenParenthesis => t!(lang, "filter-open-parenthesis"),
        FilterErrorKind::BadRegex(reason) => t!(lang, "filter-bad-regex", reason = reason.as_str()),
        FilterErrorKind::RegexTooBig => t!(lang, "filter-regex-too-big"),
        FilterErrorKind::ExpectedConnective => t!(lang, "filter-expected-connective"),
    }
    .into_owned()
}

fn operators(field: Field) -> String {
    field.kind().relations().iter().map(|relation| relation.symbol()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::filter::Filter;

    #[test]
    fn a_mistake_is_explained_in_both_languages() {
        for (text, part) in [
            ("endpiont == x", "endpoint"),
            ("len contains 3", ">="),
            ("took > 3x", "100ms"),
            ("op == rcv", "recv"),
            ("len =", "=="),
            ("msg ~ /(/", "unclosed group"),
            ("frame.fuction == 3", "frame.function"),
        ] {
            let Err(wrong) = Filter::parse(text) else { panic!("{text} is a filter") };
            for lang in Lang::ALL {
                let words = error(lang, &wrong);
                assert!(words.contains(part), "{text}: {words}");
            }
        }
    }
}
