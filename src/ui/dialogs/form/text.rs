//! Texts of one line, and what they stand for.

use std::time::Duration;

/// `30`, `1.5`: to the millisecond.
pub fn seconds(time: Duration) -> String {
    let (whole, millis) = (time.as_secs(), time.subsec_millis());
    if millis == 0 { whole.to_string() } else { format!("{whole}.{millis:03}").trim_end_matches('0').to_owned() }
}

/// What stands between commas.
pub fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', '，']).map(str::trim).filter(|part| !part.is_empty())
}

/// The way back of [`payload::unescape`], for the characters that a one-line field can't show.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            '\0' => escaped.push_str("\\0"),
            other => escaped.push(other),
        }
    }
    escaped
}
