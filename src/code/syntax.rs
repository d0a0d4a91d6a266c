//! Which parts of a program's line are words of the language, texts, numbers and comments, for its colours. Only programs
//! that were written here are shown, so a line stands for itself: none of them has a text over several lines but in Rust,
//! where its pieces look like text anyhow.

use std::ops::Range;

use super::Language;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Word,
    Text,
    Number,
    Comment,
}

/// The parts of a line, one after the other, which together are all of it.
pub fn parts(language: &Language, line: &str) -> Vec<(Range<usize>, Kind)> {
    let mut parts: Vec<(Range<usize>, Kind)> = Vec::new();
    let mut at = 0;
    while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
        let (len, kind) = first(language, rest);
        match parts.last_mut() {
            Some((range, before)) if *before == kind => range.end += len,
            _ => parts.push((at..at + len, kind)),
        }
        at += len;
    }
    parts
}

fn first(language: &Language, rest: &str) -> (usize, Kind) {
    let Some(character) = rest.chars().next() else { return (0, Kind::Plain) };
    if rest.starts_with(language.comment) {
        return (rest.len(), Kind::Comment);
    }
    if character == '#' && language.name == "c" {
        return (rest.len(), Kind::Word);
    }
    if character == '"' || character == '\'' {
        return (text_len(rest, character), Kind::Text);
    }
    if character.is_ascii_digit() {
        let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_').unwrap_or(rest.len());
        return (len, Kind::Number);
    }
    if character.is_alphabetic() || character == '_' {
        let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let is_word = rest.get(..len).is_some_and(|word| language.keywords.contains(&word));
        return (len, if is_word { Kind::Word } else { Kind::Plain });
    }
    (character.len_utf8(), Kind::Plain)
}

/// Up to the quote that ends it, or the end of the line.
fn text_len(rest: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if character == quote => return at + character.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(language: &str, line: &str) -> Vec<(String, Kind)> {
        let parts = parts(Language::named(language).unwrap(), line);
        parts.into_iter().map(|(range, kind)| (line[range].to_owned(), kind)).collect()
    }

    #[test]
    fn words_texts_numbers_and_comments_are_told_apart() {
        let of = |text: &str, kind| (text.to_owned(), kind);
        assert_eq!(
            shown("python", "return b\"a\\\"# b\" + x1  # 你好"),
            [
                of("return", Kind::Word),
                of(" b", Kind::Plain),
                of("\"a\\\"# b\"", Kind::Text),
                of(" + x1  ", Kind::Plain),
                of("# 你好", Kind::Comment)
            ]
        );
        assert_eq!(shown("c", "#include <stdio.h>"), [of("#include <stdio.h>", Kind::Word)]);
        assert_eq!(
            shown("rust", "x = 65_536;"),
            [of("x = ", Kind::Plain), of("65_536", Kind::Number), of(";", Kind::Plain)]
        );
    }

    #[test]
    fn the_parts_are_all_of_the_line() {
        for line in ["", "'", "\"\\", "é\"你\\", "0x", "b'\\''", "\\\"", "#", "//"] {
            for language in Language::ALL {
                let whole: String = shown(language.name, line).into_iter().map(|(text, _)| text).collect();
                assert_eq!(whole, line);
            }
        }
    }
}
