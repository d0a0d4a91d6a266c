//! `regex`: a message ends where a regular expression has found its first match, whose bytes belong to it.
//!
//! The stream comes in pieces, so the expression is followed byte by byte by an automaton. It can't look ahead: `$` and
//! `\b` ask for what comes after, and are refused.

use std::fmt;
use std::sync::Arc;

use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::{start, syntax};
use regex_syntax::hir::Look;

use super::{Cutter, Found, FrameError, FramingKind, Progress, Resumed, within};
use crate::kinds::field::Field;
use crate::lang::{Lang, Words, library_errors};
use crate::{error_in_words, t};

/// The most memory that the automaton may take.
const MAX_COMPILED: usize = 4 * 1024 * 1024;
/// The longest expression, in characters.
pub const MAX_PATTERN_CHARS: usize = 4_096;

pub static REGEX: FramingKind = FramingKind {
    name: "regex",
    fields: &[END],
    example: "{ kind = \"regex\", end = '\\x0110=\\d{3}\\x01' }",
    cutter: |values, _| match StreamPattern::new(values.text(END.key)) {
        Ok(pattern) => Box::new(Follower::new(pattern)),
        // It was read once; what can't be compiled has no end.
        Err(_) => Box::new(super::none::Whole),
    },
    short: |lang, values| {
        let shown: String = values.text(END.key).chars().take(MAX_SHOWN).collect();
        Some(t!(lang, "framing-short-regex", regex = shown).into_owned())
    },
    ..FramingKind::PLAIN
};

const END: Field = Field::pattern("end");
/// How much of it a chip shows, in characters.
const MAX_SHOWN: usize = 16;

/// An expression that is looked for as the bytes come.
#[derive(Clone)]
pub struct StreamPattern {
    dfa: Arc<DFA>,
    /// Where each message begins.
    cache: Cache,
    first: LazyStateID,
}

/// Why an expression can't be looked for in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamPatternError {
    Empty,
    Long,
    /// In the words of the `regex` crate.
    Syntax(String),
    /// It has a match that is no byte.
    MatchesNothing,
    LooksAhead,
    TooBig,
}

impl Words for StreamPatternError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::Empty => t!(lang, "wrong-stream-pattern-empty"),
            Self::Long => t!(lang, "wrong-long", most = MAX_PATTERN_CHARS),
            Self::Syntax(reason) => {
                t!(lang, "wrong-regex", reason = library_errors::sentence(lang, reason).into_owned())
            }
            Self::MatchesNothing => t!(lang, "wrong-stream-pattern-nothing"),
            Self::LooksAhead => t!(lang, "wrong-stream-pattern-ahead"),
            Self::TooBig => t!(lang, "wrong-regex-big", most = MAX_COMPILED / (1024 * 1024)),
        }
        .into_owned()
    }
}

error_in_words!(StreamPatternError);

impl StreamPattern {
    /// # Errors
    /// [`StreamPatternError`] for what is no expression, or none that a stream can be followed with.
    pub fn new(source: &str) -> Result<Self, StreamPatternError> {
        if source.is_empty() {
            return Err(StreamPatternError::Empty);
        }
        if source.chars().nth(MAX_PATTERN_CHARS).is_some() {
            return Err(StreamPatternError::Long);
        }
        let parsed = regex_syntax::ParserBuilder::new().utf8(false).build().parse(source);
        let hir = parsed.map_err(|error| {
            let drawn = error.to_string();
            let last = drawn.lines().last().unwrap_or_default().trim().trim_start_matches("error: ");
            StreamPatternError::Syntax(last.to_owned())
        })?;
        if hir.properties().minimum_len() == Some(0) {
            return Err(StreamPatternError::MatchesNothing);
        }
        if hir.properties().look_set().iter().any(|look| look != Look::Start) {
            return Err(StreamPatternError::LooksAhead);
        }
        let dfa = DFA::builder()
            .configure(DFA::config().cache_capacity(MAX_COMPILED).skip_cache_capacity_check(true))
            .syntax(syntax::Config::new().utf8(false))
            .thompson(thompson::Config::new().utf8(false).nfa_size_limit(Some(MAX_COMPILED)))
            .build(source)
            .map_err(|_| StreamPatternError::TooBig)?;
        let mut cache = dfa.create_cache();
        let first = dfa.start_state(&mut cache, &start::Config::new()).map_err(|_| StreamPatternError::TooBig)?;
        Ok(Self { dfa: Arc::new(dfa), cache, first })
    }
}

impl fmt::Debug for StreamPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StreamPattern")
    }
}

/// Follows a stream with the automaton.
#[derive(Clone, Debug)]
pub(super) struct Follower {
    pattern: StreamPattern,
    state: LazyStateID,
}

impl Follower {
    pub fn new(pattern: StreamPattern) -> Self {
        let state = pattern.first;
        Self { pattern, state }
    }

    fn restart(&mut self) {
        let StreamPattern { dfa, cache, first } = &mut self.pattern;
        // The cache may have been emptied since.
        self.state = dfa.start_state(cache, &start::Config::new()).unwrap_or(*first);
    }

    /// How many bytes there are up to the end of the match; the inner `None` where the automaton has no room.
    fn find(&mut self, bytes: &[u8]) -> Option<Option<u64>> {
        let StreamPattern { dfa, cache, .. } = &mut self.pattern;
        for (index, byte) in bytes.iter().enumerate() {
            let Ok(next) = dfa.next_state(cache, self.state, *byte) else { return Some(None) };
            self.state = next;
            // The automaton says a byte later that it has matched; asked for the end of the input it says so at once.
            match dfa.next_eoi_state(cache, next) {
                Ok(end) if end.is_match() => return Some(Some(index as u64 + 1)),
                Ok(_) => {}
                Err(_) => return Some(None),
            }
        }
        None
    }
}

impl Cutter for Follower {
    fn advance(&mut self, at: &Progress, bytes: Option<&[u8]>, available: u64) -> (u64, Found) {
        let room = u64::from(at.max).saturating_sub(at.len);
        let Some(bytes) = bytes else {
            self.restart();
            return (available, Found::More);
        };
        match self.find(within(bytes, room)) {
            Some(Some(used)) => (used, Found::End { header: 0, trailer: 0 }),
            Some(None) => (0, Found::Failed(FrameError::TooLong { at: at.start, max: at.max })),
            None if available <= room => (available, Found::More),
            None => (0, at.too_long()),
        }
    }

    fn begin_frame(&mut self) {
        self.restart();
    }

    fn resume_at(&mut self, _: u64) -> Resumed {
        Resumed::Somewhere
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_followed_byte_by_byte_is_refused() {
        let refused = |source: &str| StreamPattern::new(source).unwrap_err();
        assert_eq!(refused(""), StreamPatternError::Empty);
        assert!(matches!(refused("("), StreamPatternError::Syntax(_)));
        for nothing in ["a*", "", "(a|)"].into_iter().filter(|source| !source.is_empty()) {
            assert_eq!(refused(nothing), StreamPatternError::MatchesNothing, "{nothing}");
        }
        for ahead in ["a$", r"a\b", r"(?m)^a", r"a\z"] {
            assert_eq!(refused(ahead), StreamPatternError::LooksAhead, "{ahead}");
        }
        assert_eq!(refused(r"\pL{1000}"), StreamPatternError::TooBig);
        for good in [r"\x0110=\d{3}\x01", "a+", r"(?s-u)\xff.", "^ab"] {
            assert!(StreamPattern::new(good).is_ok(), "{good}");
        }
    }
}
