//! A regular expression that a rule looks for.

use std::fmt;

use regex::bytes::{Regex, RegexBuilder};

use super::MAX_WHEN_CHARS;
use crate::lang::{Lang, Words, library_errors};
use crate::{error_in_words, t};

/// The most memory that one regular expression may take once it is compiled, and again while it is looking: 4 MiB each,
/// enough for `\w{1,20}`. Looking takes time linear in the message, whatever the expression is.
const MAX_COMPILED: usize = 4 * 1024 * 1024;

/// A regular expression in the syntax of the `regex` crate. Copies share what was compiled.
#[derive(Clone)]
pub struct Regexp {
    compiled: Regex,
}

/// Why a regular expression was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegexpError {
    Empty,
    Long,
    /// The reason in the words of the `regex` crate; `position` counts the characters before the place, where it is known.
    Syntax {
        reason: String,
        position: Option<usize>,
    },
    TooBig,
}

impl Words for RegexpError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::Empty => t!(lang, "wrong-pattern-empty"),
            Self::Long => t!(lang, "wrong-long", most = MAX_WHEN_CHARS),
            Self::Syntax { reason, position } => {
                let reason = library_errors::sentence(lang, reason).into_owned();
                match position {
                    Some(position) => t!(lang, "wrong-regex-at", reason = reason, at = position + 1),
                    None => t!(lang, "wrong-regex", reason = reason),
                }
            }
            Self::TooBig => t!(lang, "wrong-regex-big", most = MAX_COMPILED / (1024 * 1024)),
        }
        .into_owned()
    }
}

error_in_words!(RegexpError);

impl Regexp {
    /// # Errors
    /// [`RegexpError`] for what is no regular expression or would take too much memory.
    pub fn new(source: &str) -> Result<Self, RegexpError> {
        if source.is_empty() {
            return Err(RegexpError::Empty);
        }
        if source.chars().nth(MAX_WHEN_CHARS).is_some() {
            return Err(RegexpError::Long);
        }
        let built = RegexBuilder::new(source).size_limit(MAX_COMPILED).dfa_size_limit(MAX_COMPILED).build();
        match built {
            Ok(compiled) => Ok(Self { compiled }),
            Err(regex::Error::CompiledTooBig(_)) => Err(RegexpError::TooBig),
            Err(error) => Err(syntax_error(&error.to_string())),
        }
    }

    pub fn source(&self) -> &str {
        self.compiled.as_str()
    }

    /// For bytes, so that a message need not be valid UTF-8.
    pub fn compiled(&self) -> &Regex {
        &self.compiled
    }

    /// Where the expression can match what is no whole character, as `(?-u:.)` does; the inner `None` where the place is
    /// not known. Such bytes can be found only in a message that is looked at as it came.
    pub(super) fn matches_bytes(&self) -> Option<Option<usize>> {
        // The crate refuses the same for texts.
        let source = self.source();
        let text = regex::RegexBuilder::new(source).size_limit(MAX_COMPILED).dfa_size_limit(MAX_COMPILED).build();
        match text {
            Err(regex::Error::Syntax(drawn)) => match syntax_error(&drawn) {
                RegexpError::Syntax { position, .. } => Some(position),
                _ => Some(None),
            },
            _ => None,
        }
    }

    /// The number of the capture of that name.
    pub(super) fn capture_named(&self, name: &str) -> Option<usize> {
        self.compiled.capture_names().position(|found| found == Some(name))
    }

    /// How many captures there are, with number 0, the whole match.
    pub(super) fn captures(&self) -> usize {
        self.compiled.captures_len()
    }
}

/// The crate draws the expression with a mark under the place, and the reason in the last line.
fn syntax_error(drawn: &str) -> RegexpError {
    let lines: Vec<&str> = drawn.lines().collect();
    let reason = lines.last().map_or(drawn, |last| last.trim().trim_start_matches("error: ")).to_owned();
    let position = match lines[..] {
        // An expression of one line is set in by four characters.
        [_, _, mark, _] if mark.trim_matches([' ', '^']).is_empty() => mark.find('^').and_then(|at| at.checked_sub(4)),
        _ => None,
    };
    RegexpError::Syntax { reason, position }
}

impl PartialEq for Regexp {
    fn eq(&self, other: &Self) -> bool {
        self.source() == other.source()
    }
}

impl Eq for Regexp {}

impl fmt::Debug for Regexp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Regexp").field(&self.source()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_bad_regular_expression_is_refused_with_reason_and_place() {
        let error = Regexp::new("你(b").unwrap_err();
        assert_eq!(error, RegexpError::Syntax { reason: "unclosed group".to_owned(), position: Some(1) });
        assert_eq!(error.to_string(), "not a regular expression: unclosed group, at character 2");
        for source in ["*", "a{2,1}", "[z-a]", "\\", "(?P<a>.)(?P<a>.)", "(?=a)", "a\n(", "\\1"] {
            let error = Regexp::new(source).unwrap_err();
            assert!(!error.to_string().contains('\n'), "{source}: {error}");
        }
        assert_eq!(Regexp::new("").unwrap_err(), RegexpError::Empty);
        assert_eq!(Regexp::new(&"a".repeat(MAX_WHEN_CHARS + 1)).unwrap_err(), RegexpError::Long);
    }

    #[test]
    fn an_expression_that_would_blow_up_is_refused() {
        for source in ["((a{100}){100}){100}", r"(\w{50}){50}", r"\pL{1000}"] {
            assert_eq!(Regexp::new(source).unwrap_err(), RegexpError::TooBig, "{source}");
        }
        assert!(Regexp::new(&"(".repeat(2_000)).is_err());
        assert!(Regexp::new(r"^\w{1,20}@\w+\.com$").is_ok());
    }

    proptest! {
        #[test]
        fn no_text_panics(text: String, source in r"[a(){}\[\]\\|*+?^$.:<>P0-9,你\n-]{0,12}") {
            for text in [&text, &source] {
                if let Err(RegexpError::Syntax { position: Some(position), .. }) = Regexp::new(text) {
                    prop_assert!(position <= text.chars().count());
                }
            }
        }
    }
}
