//! Untrusted text made safe to show: what can't be seen is written out.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

/// The text with an escape for every character that can't be seen, that changes how others look, or that would steer
/// a terminal: `\n`, `\x1b`, `\u{202e}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    let Some((first, _)) = text.char_indices().find(|(_, character)| is_hidden(*character)) else {
        return Cow::Borrowed(text);
    };
    let (plain, rest) = text.split_at(first);
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(plain);
    for character in rest.chars() {
        push_visible(character, &mut out);
    }
    Cow::Owned(out)
}

/// The same with line ends (`\n`, `\r\n`) and tabs left as they are: for text of several lines, also in a clipboard.
pub fn visible_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\n' | '\t' => out.push(character),
            '\r' if characters.peek() == Some(&'\n') => out.push(character),
            _ => push_visible(character, &mut out),
        }
    }
    out
}

/// The same for HTML: for text, and for attributes in quotes.
pub fn visible_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A path to be read.
pub fn visible_path(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

/// Its last part, or nothing.
pub fn visible_file_name(path: &Path) -> String {
    path.file_name().map(|name| visible(&name.to_string_lossy()).into_owned()).unwrap_or_default()
}

pub(crate) fn push_visible(character: char, out: &mut String) {
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\0' => out.push_str("\\0"),
        _ if character.is_ascii_control() => {
            let _ = write!(out, "\\x{:02x}", u32::from(character));
        }
        _ if is_hidden(character) => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
        }
        _ => out.push(character),
    }
}

/// True for what [`visible`] writes as an escape.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            // Soft hyphen, Arabic letter mark, fillers, Mongolian vowel separator.
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            // Zero-width characters, marks of direction, separators of lines and paragraphs, invisible operators.
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            // Hangul filler, byte order mark, halfwidth filler, annotations, tags.
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_seen_becomes_visible() {
        let text = "a\n\r\t\0\x1b[2J\x7f\u{85}\u{202e}\u{2066}\u{200b}\u{feff}你";
        assert_eq!(visible(text), "a\\n\\r\\t\\0\\x1b[2J\\x7f\\u{85}\\u{202e}\\u{2066}\\u{200b}\\u{feff}你");
        assert!(matches!(visible("plain 你好 😀"), Cow::Borrowed(_)));
    }

    #[test]
    fn lines_stay_lines_and_nothing_else_is_hidden_in_them() {
        assert_eq!(visible_lines("a\tb\r\nc\nd\re\u{1b}[m\u{202e}"), "a\tb\r\nc\nd\\re\\x1b[m\\u{202e}");
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left_and_a_second_time_changes_nothing(text: String) {
            let shown = visible(&text);
            prop_assert!(!shown.chars().any(is_hidden));
            prop_assert_eq!(visible(&shown), shown.as_ref());
        }
    }
}
