//! Durations as people write them: `2s`, `100ms`, `1m 30s`.

use std::time::Duration;

use crate::lang::{Lang, Words};
use crate::{error_in_words, t};
use jiff::SignedDuration;

/// The longest duration that a lab file or an option may name: a day.
pub const MAX: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DurationError {
    Unknown(String),
    Negative(String),
    TooLong(String),
}

impl Words for DurationError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::Unknown(text) => t!(lang, "wrong-duration", text = text.as_str()),
            Self::Negative(text) => t!(lang, "wrong-duration-negative", text = text.as_str()),
            Self::TooLong(text) => t!(lang, "wrong-duration-long", text = text.as_str()),
        }
        .into_owned()
    }
}

error_in_words!(DurationError);

/// # Errors
/// [`DurationError`] with the text that was refused.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let signed: SignedDuration = text.trim().parse().map_err(|_| DurationError::Unknown(text.to_owned()))?;
    if signed.is_negative() {
        return Err(DurationError::Negative(text.to_owned()));
    }
    match Duration::try_from(signed) {
        Ok(duration) if duration <= MAX => Ok(duration),
        _ => Err(DurationError::TooLong(text.to_owned())),
    }
}

/// In the largest unit that gives a whole number; [`parse`] reads it back equal.
pub fn format(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    match () {
        () if nanos.is_multiple_of(1_000_000_000) => format!("{}s", nanos / 1_000_000_000),
        () if nanos.is_multiple_of(1_000_000) => format!("{}ms", nanos / 1_000_000),
        () if nanos.is_multiple_of(1_000) => format!("{}us", nanos / 1_000),
        () => format!("{nanos}ns"),
    }
}

/// Between which times it must be.
pub fn wrong_time(lang: Lang, least: Duration, most: Duration) -> String {
    t!(lang, "wrong-time", least = format(least), most = format(most)).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, millis) in [
            ("2s", 2000),
            ("100ms", 100),
            ("1m 30s", 90_000),
            ("1.5s", 1500),
            ("0s", 0),
            ("24h", 86_400_000),
            (" 2 s ", 2000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", "5", "fast", "5 apples", "2s 2", "99999999999999999999s"] {
            assert!(matches!(parse(text), Err(DurationError::Unknown(_))), "{text}: {:?}", parse(text));
        }
        assert!(matches!(parse("-1s"), Err(DurationError::Negative(_))));
        assert!(matches!(parse("24h 1ns"), Err(DurationError::TooLong(_))));
        assert!(parse("9000000000000h").is_err());
    }

    proptest! {
        #[test]
        fn a_duration_that_was_written_is_read_back(nanos in 0..=86_400_000_000_000u64, unit in 0u32..4) {
            let unit = 1000u64.pow(unit);
            let duration = Duration::from_nanos(nanos / unit * unit);
            prop_assert_eq!(parse(&format(duration)), Ok(duration));
        }

        #[test]
        fn no_text_panics(text: String) {
            let _ = parse(&text);
        }
    }
}
