//! Why a snippet can't be sent or saved, in the user's language.

use crate::lab::snippet::{MAX_FILLED_LEN, MAX_RANDOM_DIGITS, MAX_SNIPPET_CHARS, SnippetError};
use crate::lang::Lang;
use crate::t;
use crate::ui::panels::form::reasons;

/// Places are counted from 1.
pub fn snippet(lang: Lang, error: &SnippetError) -> String {
    let at = error.position().map(|position| (position + 1).to_string()).unwrap_or_default();
    match error {
        SnippetError::Name(error) => return reasons::name(lang, *error),
        SnippetError::Payload(error) => return reasons::payload(lang, error),
        SnippetError::Long => t!(lang, "wrong-long", most = MAX_SNIPPET_CHARS),
        SnippetError::LongWhenFilled => t!(lang, "snippet-long-filled", most = MAX_FILLED_LEN / 1024),
        SnippetError::UnknownMacro { name, .. } => t!(lang, "snippet-unknown-macro", at = at, name = name.as_str()),
        SnippetError::RandomDigits { .. } => t!(lang, "snippet-random-digits", at = at, most = MAX_RANDOM_DIGITS),
        SnippetError::LoneBrace { .. } => t!(lang, "wrong-brace", at = at),
    }
    .into_owned()
}
