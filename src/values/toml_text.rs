//! Values as TOML text, on one line each.

use std::fmt::Write as _;
use std::path::Path;

use super::content::Content;
use super::payload::format_hex;
use crate::lang::visible::is_hidden;

pub fn line(text: &mut String, key: &str, value: &str) {
    // Writing to a String does not fail.
    let _ = writeln!(text, "{key} = {value}");
}

/// `key = value`.
pub fn pair(key: &str, value: &str) -> String {
    format!("{key} = {value}")
}

/// An inline table.
pub fn inline(parts: &[String]) -> String {
    format!("{{ {} }}", parts.join(", "))
}

/// `text = …` or `hex = …`.
pub fn content(content: &Content) -> String {
    match content {
        Content::Text(text) => pair("text", &quoted(text)),
        Content::Hex(bytes) => pair("hex", &quoted(&format_hex(bytes))),
    }
}

/// A path below the folder is written relative to it, so that the folder can be moved; any other in full.
pub fn seen_from(folder: Option<&Path>, path: &Path) -> String {
    let Some(folder) = folder else { return path.to_string_lossy().into_owned() };
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match absolute.strip_prefix(folder) {
        // The folder itself.
        Ok(below) if below.as_os_str().is_empty() => ".".to_owned(),
        Ok(below) => below.to_string_lossy().into_owned(),
        Err(_) => absolute.to_string_lossy().into_owned(),
    }
}

/// A TOML basic string on one line; what can't be seen is escaped.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ if is_hidden(character) => escape(&mut quoted, character),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// The same, over several lines where the text has several.
pub fn quoted_lines(text: &str) -> String {
    if !text.contains('\n') {
        return quoted(text);
    }
    let mut quoted = String::with_capacity(text.len() + 8);
    // The first line break belongs to the quotes.
    quoted.push_str("\"\"\"\n");
    for character in text.chars() {
        match character {
            '\n' => quoted.push('\n'),
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ if is_hidden(character) => escape(&mut quoted, character),
            _ => quoted.push(character),
        }
    }
    quoted.push_str("\"\"\"");
    quoted
}

fn escape(text: &mut String, character: char) {
    // Writing to a String does not fail.
    let _ = match u32::from(character) {
        number @ 0..=0xffff => write!(text, "\\u{number:04X}"),
        number => write!(text, "\\U{number:08X}"),
    };
}
