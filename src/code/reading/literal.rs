//! What Python's literals are.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    Bytes(Vec<u8>),
}

/// `4096`, `0x10`, `65_536`.
pub(super) fn number(text: &str) -> Option<i64> {
    let digits = text.replace('_', "").to_ascii_lowercase();
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = digits.strip_prefix(prefix) {
            return i64::from_str_radix(digits, radix).ok();
        }
    }
    digits.parse().ok()
}

/// A string, or a piece of one, by how it begins (`b"`, `rf'''`) and what stands in it.
pub(super) fn string(start: &str, content: &str) -> Literal {
    let prefix = start.trim_end_matches(['"', '\'']).to_ascii_lowercase();
    let is_bytes = prefix.contains('b');
    let mut text = if prefix.contains('r') { raw(content) } else { unescaped(content, is_bytes) };
    if prefix.contains('f') {
        text = text.replace("{{", "{").replace("}}", "}");
    }
    // Of bytes each character is one: all of them are below 256.
    if is_bytes {
        Literal::Bytes(text.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect())
    } else {
        Literal::Text(text)
    }
}

/// A line ends with a line feed whatever ends it in the file.
fn raw(content: &str) -> String {
    content.replace("\r\n", "\n")
}

fn unescaped(content: &str, is_bytes: bool) -> String {
    let content = raw(content);
    let mut out = String::with_capacity(content.len());
    let mut rest = content.as_str();
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let (character, taken) = escaped(escape, is_bytes);
        out.extend(character);
        rest = escape.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// What an escape stands for, and how many bytes it takes; a backslash before anything else is one.
fn escaped(escape: &str, is_bytes: bool) -> (Option<char>, usize) {
    let simple = |character| (Some(character), 2);
    let hex = |digits: usize| {
        let number = escape.get(2..2 + digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match number {
            Some(number) => (Some(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)), 2 + digits),
            None => (Some('\\'), 1),
        }
    };
    match escape.as_bytes().get(1) {
        Some(b'\n') => (None, 2),
        Some(b'\\') => simple('\\'),
        Some(b'\'') => simple('\''),
        Some(b'"') => simple('"'),
        Some(b'a') => simple('\u{7}'),
        Some(b'b') => simple('\u{8}'),
        Some(b'f') => simple('\u{c}'),
        Some(b'n') => simple('\n'),
        Some(b'r') => simple('\r'),
        Some(b't') => simple('\t'),
        Some(b'v') => simple('\u{b}'),
        Some(b'x') => hex(2),
        Some(b'u') if !is_bytes => hex(4),
        Some(b'U') if !is_bytes => hex(8),
        Some(b'N') if !is_bytes => {
            // A character by its name, of which there are some thirty thousand.
            let end = escape.find('}').map_or(1, |end| end + 1);
            (Some(char::REPLACEMENT_CHARACTER), end)
        }
        Some(b'0'..=b'7') => {
            let digits: String = escape.chars().skip(1).take(3).take_while(|c| ('0'..='7').contains(c)).collect();
            let number = u32::from_str_radix(&digits, 8).unwrap_or(0);
            let number = if is_bytes { number & 0xff } else { number };
            (char::from_u32(number), 1 + digits.len())
        }
        _ => (Some('\\'), 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(content: &str) -> Literal {
        Literal::Text(content.to_owned())
    }

    #[test]
    fn numbers_are_read_in_every_base() {
        for (written, value) in [("0", 0), ("65_536", 65_536), ("0x1F", 31), ("0b101", 5), ("0o17", 15)] {
            assert_eq!(number(written), Some(value), "{written}");
        }
        assert_eq!(number("99999999999999999999"), None);
    }

    #[test]
    fn escapes_are_what_python_takes_them_for() {
        assert_eq!(string("\"", r#"a\n\t\\\'\"\x41\101\u4f60\q"#), text("a\n\t\\'\"AA你\\q"));
        assert_eq!(string("r'", r"a\n"), text(r"a\n"));
        assert_eq!(string("f\"", "{{}}"), text("{}"));
        assert_eq!(string("b'", r"\xff\0\777\u4f60"), Literal::Bytes(b"\xff\0\xff\\u4f60".to_vec()));
        assert_eq!(string("'''", "a\\\r\nb\r\nc"), text("ab\nc"));
        assert_eq!(string("'", "\\"), text("\\"));
        assert_eq!(string("'", "\\x4"), text("\\x4"));
    }
}
