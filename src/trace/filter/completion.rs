//! What could stand where the cursor is: fields, the operators that fit a field, and values that the trace has.

use std::collections::BTreeSet;
use std::ops::Range;

use super::field::{Field, Kind, Relation};
use super::lexer::{Lexeme, Lexer, Token, as_value, is_word};
use crate::kinds::fault::FaultKind;
use crate::trace::call::OP_NAMES;
use crate::trace::foreign::OTHER_NAMES;
use crate::trace::store::Trace;

/// The most completions that are offered.
pub const MAX_CANDIDATES: usize = 40;
/// How many of the newest calls are searched for values.
const LOOKED_AT: u64 = 4_096;
/// How many values of each kind are kept.
const MAX_VALUES: usize = 64;

/// The values that calls have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    pub endpoints: BTreeSet<String>,
    pub errnos: BTreeSet<String>,
    pub peers: BTreeSet<String>,
    pub locals: BTreeSet<String>,
    pub rules: BTreeSet<String>,
    /// The fields of messages that the framings of endpoints name.
    pub frames: BTreeSet<&'static str>,
}

/// What could stand at the cursor, and the bytes of the text that it would take the place of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    pub range: Range<usize>,
    pub candidates: Vec<Candidate>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub text: String,
    pub kind: CandidateKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CandidateKind {
    Field(Field),
    Relation(Relation),
    Value,
    /// `and`, `or`, `not`
    Word,
}

impl Known {
    /// The endpoints of those names, and what the newest calls of the trace have.
    pub fn of<'a>(trace: &Trace, endpoints: impl Iterator<Item = &'a str>) -> Self {
        let mut known = Self { endpoints: endpoints.map(str::to_owned).collect(), ..Self::default() };
        // Most calls have the addresses of the call before.
        let (mut last, mut errno_seen) = (None, None);
        for call in trace.from(trace.next_seq().saturating_sub(LOOKED_AT)) {
            if last != Some(std::sync::Arc::as_ptr(&call.ends)) {
                last = Some(std::sync::Arc::as_ptr(&call.ends));
                if let Some(peer) = &call.ends.peer {
                    keep(&mut known.peers, peer.to_string());
                }
                if let Some(local) = &call.ends.local {
                    keep(&mut known.locals, local.to_string());
                }
            }
            if let Some(errno) = call.errno().filter(|errno| errno_seen != Some(*errno)) {
                errno_seen = Some(errno);
                keep(&mut known.errnos, errno.name().map_or_else(|| errno.0.to_string(), str::to_owned));
            }
            if let Some(rule) = &call.rule
                && !known.rules.contains(rule.as_ref())
            {
                keep(&mut known.rules, rule.to_string());
            }
        }
        known
    }
}

fn keep(values: &mut BTreeSet<String>, value: String) {
    if values.len() < MAX_VALUES {
        values.insert(value);
    }
}

/// What is put in for a candidate of which so much stands there already: a space goes on to what follows.
pub fn as_completed(candidate: &Candidate, typed: &str) -> String {
    let rest = candidate.text.get(typed.len()..).unwrap_or_default();
    let opens = matches!(candidate.text.as_str(), "{" | "/");
    if opens { rest.to_owned() } else { format!("{rest} ") }
}

/// Where in an expression the cursor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Operand,
    AfterField(Field),
    Value(Field, Relation),
    InSet(Field),
    AfterOperand,
    /// In a sentence, or past a mistake.
    Nowhere,
}

/// What could stand at the cursor, a place in bytes.
pub fn complete(text: &str, cursor: usize, known: &Known) -> Completion {
    let Some(before) = text.get(..cursor) else { return Completion::default() };
    let Some((place, lexemes)) = walk(before) else { return Completion::default() };
    let (place, range) = match lexemes {
        // The word that is being typed is to be replaced, to its end.
        Some((last, place_before)) if last.span.end == cursor && is_unfinished(&last.token, place_before) => {
            let rest = text.get(cursor..).unwrap_or_default();
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            (place_before, last.span.start..cursor + end)
        }
        _ => (place, cursor..cursor),
    };
    let prefix = before.get(range.start..).unwrap_or_default();
    // Nothing is offered for nothing: the field is not there to be in the way.
    if before.trim().is_empty() {
        return Completion::default();
    }
    let mut candidates = Vec::new();
    let mut offer = |candidate: String, kind: CandidateKind| {
        let bare = candidate.trim_start_matches('"');
        let fits = bare.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
        if fits && candidate.len() > prefix.len() && candidates.len() < MAX_CANDIDATES {
            candidates.push(Candidate { text: candidate, kind });
        }
    };
    match place {
        Place::Operand => {
            let is_known = |field: &Field| field.of_message().is_none_or(|name| known.frames.contains(name));
            for field in Field::all().filter(is_known) {
                offer(field.name().to_owned(), CandidateKind::Field(field));
            }
            offer("not".to_owned(), CandidateKind::Word);
        }
        Place::AfterField(field) => {
            for relation in field.kind().relations() {
                offer(relation.symbol().to_owned(), CandidateKind::Relation(*relation));
            }
            if field.kind() == Kind::Flag || !field.is_always_there() {
                offer("and".to_owned(), CandidateKind::Word);
                offer("or".to_owned(), CandidateKind::Word);
            }
        }
        Place::Value(_, Relation::In) => offer("{".to_owned(), CandidateKind::Word),
        Place::Value(_, Relation::Matches) => offer("/".to_owned(), CandidateKind::Word),
        Place::Value(field, _) | Place::InSet(field) => {
            for value in values(field, known) {
                offer(value, CandidateKind::Value);
            }
        }
        Place::AfterOperand => {
            offer("and".to_owned(), CandidateKind::Word);
            offer("or".to_owned(), CandidateKind::Word);
        }
        Place::Nowhere => {}
    }
    Completion { range, candidates }
}

fn values(field: Field, known: &Known) -> Vec<String> {
    let of = |values: &BTreeSet<String>| values.iter().map(|value| as_value(value)).collect();
    let fixed = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    match field {
        Field::Endpoint => of(&known.endpoints),
        Field::Op => fixed(&[&OP_NAMES[..], &OTHER_NAMES[..]].concat()),
        Field::Errno => of(&known.errnos),
        Field::Peer => of(&known.peers),
        Field::Local => of(&known.locals),
        Field::Rule => of(&known.rules),
        Field::Fault => FaultKind::ALL.iter().map(|kind| as_value(kind.name)).collect(),
        Field::Took | Field::At => fixed(&["1ms", "10ms", "100ms", "1s", "10s"]),
        _ => Vec::new(),
    }
}

fn is_unfinished(token: &Token, place: Place) -> bool {
    match token {
        Token::Word(_) | Token::And | Token::Or => true,
        Token::Equals | Token::Not => matches!(place, Place::AfterField(_)),
        _ => false,
    }
}

/// Where the text ends, and its last word with the place that it stands at. `None` inside of a string.
fn walk(text: &str) -> Option<(Place, Option<(Lexeme, Place)>)> {
    let mut lexer = Lexer::new(text);
    let mut place = Place::Operand;
    let mut last = None;
    loop {
        if let Place::Value(_, Relation::Matches) = place {
            match lexer.regex() {
                Ok(Some(_)) => {
                    (place, last) = (Place::AfterOperand, None);
                    continue;
                }
                Ok(None) => {}
                Err(_) => return None,
            }
        }
        let lexeme = lexer.next().ok()?;
        if lexeme.token == Token::End {
            return Some((place, last));
        }
        let before = place;
        place = next(place, &lexeme.token);
        last = Some((lexeme, before));
    }
}

fn next(place: Place, token: &Token) -> Place {
    match (place, token) {
        (Place::Nowhere, _) => Place::Nowhere,
        (Place::Operand, Token::Open | Token::Not) => Place::Operand,
        (Place::Operand, Token::Word(word)) => Field::by_name(word).map_or(Place::Nowhere, Place::AfterField),
        (Place::Operand, Token::Text(_)) => Place::AfterOperand,
        (Place::AfterField(field), Token::Relation(relation)) => Place::Value(field, *relation),
        (Place::AfterField(field), Token::Word(word)) => {
            Relation::by_word(word).map_or(Place::Nowhere, |relation| Place::Value(field, relation))
        }
        (Place::Value(field, Relation::In), Token::OpenSet) => Place::InSet(field),
        (Place::Value(_, relation), Token::Word(_) | Token::Text(_) | Token::Hex(_)) if relation != Relation::In => {
            Place::AfterOperand
        }
        (Place::InSet(field), Token::Word(_) | Token::Text(_) | Token::Comma) => Place::InSet(field),
        (Place::InSet(_), Token::CloseSet) => Place::AfterOperand,
        (Place::AfterOperand | Place::AfterField(_), Token::And | Token::Or) => Place::Operand,
        (Place::AfterOperand | Place::AfterField(_), Token::Close) => Place::AfterOperand,
        _ => Place::Nowhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(text: &str) -> Vec<String> {
        let known = Known {
            endpoints: ["client".to_owned(), "udp room".to_owned()].into(),
            errnos: ["EPIPE".to_owned()].into(),
            peers: ["127.0.0.1:8000".to_owned()].into(),
            frames: ["id", "function"].into(),
            ..Known::default()
        };
        let cursor = text.find('|').unwrap_or(text.len());
        let text = text.replacen('|', "", 1);
        complete(&text, cursor, &known).candidates.into_iter().map(|candidate| candidate.text).collect()
    }

    #[test]
    fn fields_operators_and_values_are_offered_where_they_belong() {
        assert_eq!(offered("en"), ["endpoint"]);
        assert_eq!(offered("endpoint "), ["==", "!=", "contains", "~", "in"]);
        assert_eq!(offered("len "), ["==", "!=", ">", "<", ">=", "<=", "in", "and", "or"]);
        assert_eq!(offered("endpoint == "), ["client", "\"udp room\""]);
        assert_eq!(offered("endpoint == u"), ["\"udp room\""]);
        assert_eq!(offered("endpoint == client "), ["and", "or"]);
        assert_eq!(offered("endpoint == client a"), ["and"]);
        assert_eq!(offered("not er"), ["errno"]);
        assert_eq!(offered("(errno == "), ["EPIPE"]);
        assert_eq!(offered("errno in "), ["{"]);
        assert_eq!(offered("errno in {"), ["EPIPE"]);
        assert_eq!(offered("peer == 127"), ["127.0.0.1:8000"]);
        let own = ["socket", "setsockopt", "send", "sendto", "sendfile", "shutdown"];
        let of_programs = ["socketpair", "sendmsg", "sendmmsg", "splice", "select"];
        assert_eq!(offered("op == s"), [&own[..], &of_programs].concat());
        assert_eq!(offered("fr"), ["frame.function", "frame.id"]);
        assert_eq!(offered("frame.i"), ["frame.id"]);
        assert_eq!(offered("op ="), ["=="]);
        assert_eq!(offered("op !"), ["!="]);
        assert!(offered("errno and ").contains(&"endpoint".to_owned()));
    }

    #[test]
    fn nothing_is_offered_in_sentences_strings_and_for_nothing() {
        for text in ["", "  ", "hello wor", "data contains \"en", "msg ~ /en", "endpoint", "zz == "] {
            assert_eq!(offered(text), [] as [&str; 0], "{text}");
        }
    }

    #[test]
    fn the_word_at_the_cursor_is_replaced_as_a_whole() {
        let completion = complete("op == re and len > 1", 8, &Known::default());
        assert_eq!(completion.range, 6..8);
        let completion = complete("op == recv and len > 1", 8, &Known::default());
        assert_eq!(completion.range, 6..10);
        assert_eq!(completion.candidates[0].text, "recv");
    }
}
