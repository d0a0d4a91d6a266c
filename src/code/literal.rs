//! Bytes as literals of each language: readable where they are text, exact always.

use super::source::{columns, width};
use crate::lab::TextEncoding;
use crate::lang::visible::is_hidden;

/// The widest piece of a literal that is broken over lines.
const PIECE_COLUMNS: usize = 60;

/// Something in pieces, each for a line of its own: broken after line feeds and where it would be too wide.
fn pieces<T: Copy>(units: impl Iterator<Item = (T, usize, bool)>) -> Vec<Vec<T>> {
    let mut pieces: Vec<Vec<T>> = vec![Vec::new()];
    let mut room = PIECE_COLUMNS;
    for (unit, taken, ends) in units {
        if taken > room {
            pieces.push(Vec::new());
            room = PIECE_COLUMNS;
        }
        if let Some(last) = pieces.last_mut() {
            last.push(unit);
        }
        room = if ends { 0 } else { room - taken.min(room) };
    }
    pieces
}

/// The most columns that a byte takes in any of the languages.
fn byte_columns(byte: u8) -> usize {
    match byte {
        b'\n' | b'\r' | b'\t' | b'\\' | b'"' | b'\'' | b'?' => 2,
        0x20..=0x7e => 1,
        _ => 4,
    }
}

/// What a literal is of.
enum Content<'c> {
    Bytes(&'c [u8]),
    /// UTF-8, and worth reading.
    Text(&'c str),
}

impl Content<'_> {
    fn of(bytes: &[u8]) -> Content<'_> {
        readable(bytes).map_or(Content::Bytes(bytes), Content::Text)
    }

    /// The inside of one literal.
    fn whole(&self, escape: &dyn Fn(u8) -> Option<String>) -> String {
        match self {
            Self::Bytes(bytes) => escape_all(bytes.iter().map(|byte| char::from(*byte)), escape),
            Self::Text(text) => escape_all(text.chars(), escape),
        }
    }

    /// The insides of the literals of several lines, each escaped by itself.
    fn lines(&self, inside: impl Fn(&Content<'_>) -> String) -> Vec<String> {
        match self {
            Self::Bytes(bytes) => {
                let units = bytes.iter().map(|byte| (*byte, byte_columns(*byte), *byte == b'\n'));
                pieces(units).iter().map(|piece| inside(&Content::Bytes(piece))).collect()
            }
            Self::Text(text) => {
                let taken = |character: char| match u8::try_from(u32::from(character)) {
                    Ok(byte) if byte.is_ascii() => byte_columns(byte),
                    _ => columns(character),
                };
                let units = text.chars().map(|character| (character, taken(character), character == '\n'));
                let of = |piece: &Vec<char>| inside(&Content::Text(&piece.iter().collect::<String>()));
                pieces(units).iter().map(of).collect()
            }
        }
    }
}

fn escape_all(characters: impl Iterator<Item = char>, escape: &dyn Fn(u8) -> Option<String>) -> String {
    let mut out = String::new();
    for character in characters {
        match u8::try_from(u32::from(character)).ok().and_then(escape) {
            Some(escaped) => out.push_str(&escaped),
            None => out.push(character),
        }
    }
    out
}

/// The text that the bytes are, where each of its characters can be read and means the same in every compiler.
pub fn readable(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let plain = |character: char| {
        matches!(character, '\n' | '\r' | '\t')
            || character.is_ascii() && !character.is_ascii_control()
            || is_letter(character)
    };
    (!bytes.is_ascii() && text.chars().all(plain)).then_some(text)
}

/// Letters and signs whose width all formatters agree on, and which none of the compilers warns of.
fn is_letter(character: char) -> bool {
    !is_hidden(character)
        && matches!(u32::from(character),
            0xc0..=0xd6 | 0xd8..=0xf6 | 0xf8..=0x17f
            | 0x3001..=0x3002 | 0x3041..=0x3096 | 0x30a1..=0x30fa
            | 0x4e00..=0x9fff | 0xac00..=0xd7a3 | 0xff01..=0xff5e)
}

/// The Chinese characters of GB 2312, which every codec of GBK has at the same place.
pub fn readable_gbk(bytes: &[u8]) -> Option<String> {
    let mut rest = bytes;
    let mut any = false;
    while let Some((first, after)) = rest.split_first() {
        rest = match first {
            0x20..=0x7e | b'\n' | b'\r' | b'\t' => after,
            0xb0..=0xf7 if after.first().is_some_and(|trail| (0xa1..=0xfe).contains(trail)) => {
                any = true;
                after.get(1..)?
            }
            _ => return None,
        };
    }
    let (text, _, bad) = encoding_rs::GBK.decode(bytes);
    // A place of GB 2312 without a character is a private one.
    let known = text.chars().all(|character| character.is_ascii() || matches!(u32::from(character), 0x4e00..=0x9fff));
    (any && !bad && known).then(|| text.into_owned())
}

/// `\n`, `\r`, `\t`, `\\`, the quote, and the rest that is no ASCII letter or sign as that language writes it.
fn escaped(byte: u8, quote: char, number: impl Fn(u8) -> String) -> Option<String> {
    Some(match byte {
        b'\n' => "\\n".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'\t' => "\\t".to_owned(),
        b'\\' => "\\\\".to_owned(),
        _ if char::from(byte) == quote => format!("\\{quote}"),
        0x20..=0x7e => return None,
        _ => number(byte),
    })
}

/// The quotes that need fewer backslashes, as black takes them.
fn python_quoted(content: &Content<'_>) -> String {
    let (double, single) = match content {
        Content::Bytes(bytes) => (count(bytes, b'"'), count(bytes, b'\'')),
        Content::Text(text) => (count(text.as_bytes(), b'"'), count(text.as_bytes(), b'\'')),
    };
    let quote = if double > single { '\'' } else { '"' };
    let is_text = matches!(content, Content::Text(_));
    let escape = |byte: u8| match byte {
        // In a text that is a letter, see `is_letter`.
        0x80.. if is_text => None,
        _ => escaped(byte, quote, |byte| format!("\\x{byte:02x}")),
    };
    let prefix = if is_text { "" } else { "b" };
    format!("{prefix}{quote}{}{quote}", content.whole(&escape))
}

fn count(bytes: &[u8], byte: u8) -> usize {
    bytes.iter().filter(|it| **it == byte).count()
}

/// The lines of an assignment in Python: `NAME = b"…"`, broken as black breaks it where it is long.
pub fn python(name: &str, bytes: &[u8], encoding: TextEncoding) -> Vec<String> {
    let is_gbk = encoding == TextEncoding::Web(encoding_rs::GBK);
    let gbk = if is_gbk { readable_gbk(bytes) } else { None };
    let (content, end) = match &gbk {
        Some(text) => (Content::Text(text), ".encode(\"gbk\")"),
        None => match Content::of(bytes) {
            text @ Content::Text(_) => (text, ".encode()"),
            bytes @ Content::Bytes(_) => (bytes, ""),
        },
    };
    let line = format!("{name} = {}{end}", python_quoted(&content));
    if width(&line) <= 88 {
        return vec![line];
    }
    // What fits on one line within the parentheses is left on it.
    let whole = format!("    {}", python_quoted(&content));
    let pieces = match width(&whole) {
        ..=88 => vec![whole],
        _ => content.lines(python_quoted).into_iter().map(|piece| format!("    {piece}")).collect(),
    };
    [vec![format!("{name} = (")], pieces, vec![format!("){end}")]].concat()
}

/// The lines of `static const char NAME[] = "…";`. Three octal digits end an escape whatever follows.
pub fn c(name: &str, bytes: &[u8]) -> Vec<String> {
    let quoted = |content: &Content<'_>| {
        let is_text = matches!(content, Content::Text(_));
        let escape = |byte: u8| match byte {
            0x80.. if is_text => None,
            _ => escaped(byte, '"', |byte| format!("\\{byte:03o}")),
        };
        // Two question marks may begin a trigraph.
        format!("\"{}\"", content.whole(&escape).replace("??", "?\\?").replace("??", "?\\?"))
    };
    let content = Content::of(bytes);
    let start = format!("static const char {name}[] =");
    let line = format!("{start} {};", quoted(&content));
    let mut pieces = content.lines(quoted);
    if width(&line) <= 80 && pieces.len() == 1 {
        return vec![line];
    }
    if let Some(last) = pieces.last_mut() {
        last.push(';');
    }
    // clang-format aligns the pieces behind the sign where all of them fit there.
    let set_in = width(&start) + 1;
    if pieces.iter().all(|piece| set_in + width(piece) <= 80) {
        let mut lines: Vec<String> = pieces.iter().map(|piece| format!("{}{piece}", " ".repeat(set_in))).collect();
        if let (Some(first), Some(piece)) = (lines.first_mut(), pieces.first()) {
            *first = format!("{start} {piece}");
        }
        return lines;
    }
    [vec![start], pieces.iter().map(|piece| format!("    {piece}")).collect()].concat()
}

/// The lines of `const NAME: &[u8] = b"…";`. A backslash at the end of a line joins it with the next one.
pub fn rust(name: &str, bytes: &[u8]) -> Vec<String> {
    let content = Content::of(bytes);
    let is_text = matches!(content, Content::Text(_));
    let escape = |byte: u8| match byte {
        0x80.. if is_text => None,
        _ => escaped(byte, '"', |byte| format!("\\x{byte:02x}")),
    };
    let (prefix, end) = if is_text { ("", ".as_bytes()") } else { ("b", "") };
    let start = format!("const {name}: &[u8] =");
    let line = format!("{start} {prefix}\"{}\"{end};", content.whole(&escape));
    if width(&line) <= 100 {
        return vec![line];
    }
    let pieces = content.lines(|piece| piece.whole(&escape));
    let last = pieces.len().saturating_sub(1);
    let mut lines = match is_text {
        true => vec![format!("const {name}_TEXT: &str = \"\\")],
        false => vec![format!("{start} b\"\\")],
    };
    for (at, piece) in pieces.iter().enumerate() {
        // A blank there would be taken for the line's indentation.
        let piece = match piece.strip_prefix(' ') {
            Some(rest) => format!("\\x20{rest}"),
            None => piece.clone(),
        };
        lines.push(format!("{piece}{}", if at == last { "\";" } else { "\\" }));
    }
    if is_text {
        lines.push(format!("{start} {name}_TEXT.as_bytes();"));
    }
    lines
}

/// A class can hold no longer constant; a character takes up to three bytes there.
const JAVA_CHARACTERS: usize = 20_000;

/// The lines of `static final byte[] NAME = "…".getBytes(…);`. Where it is long it is a block of lines, which a backslash
/// joins with the next ones. A character up to 0xff is the byte of that number.
pub fn java(name: &str, bytes: &[u8]) -> Vec<String> {
    let content = Content::of(bytes);
    let is_text = matches!(content, Content::Text(_));
    // `??` is nothing special, and `\u` can't come to be: each backslash is written as two.
    let escape = |byte: u8| match byte {
        0x80.. if is_text => None,
        _ => escaped(byte, '"', |byte| format!("\\{byte:03o}")),
    };
    let charset = if is_text { "StandardCharsets.UTF_8" } else { "StandardCharsets.ISO_8859_1" };
    let start = format!("static final byte[] {name} =");
    let line = format!("{start} \"{}\".getBytes({charset});", content.whole(&escape));
    if width(&line) + 2 <= 100 {
        return vec![line];
    }
    let pieces = content.lines(|piece| piece.whole(&escape));
    let blocks: Vec<&[String]> = pieces.chunks(JAVA_CHARACTERS / PIECE_COLUMNS).collect();
    let (open, close) = if blocks.len() > 1 { ("String.join(\"\", ", ")") } else { ("", "") };
    let mut lines = vec![format!("{start} {open}\"\"\"")];
    for (at, block) in blocks.iter().enumerate() {
        if at > 0 {
            lines.push("    \"\"\", \"\"\"".to_owned());
        }
        lines.extend(block.iter().map(|piece| format!("    {piece}\\")));
    }
    lines.push(format!("    \"\"\"{close}.getBytes({charset});"));
    lines
}

/// A text as a literal in double quotes, for a host name, a path or a regular expression; `number` writes what can't be
/// read, and what is no ASCII.
pub fn text(text: &str, language: TextLiteral) -> String {
    let unit = |byte| {
        escaped(byte, '"', |byte| match language {
            TextLiteral::C | TextLiteral::Java => format!("\\{byte:03o}"),
            TextLiteral::Python | TextLiteral::Rust => format!("\\x{byte:02x}"),
        })
    };
    let mut out = String::from("\"");
    for character in text.chars() {
        let ascii = u8::try_from(u32::from(character)).ok().filter(u8::is_ascii);
        match (ascii, language) {
            (Some(byte), _) => out.push_str(&unit(byte).unwrap_or_else(|| character.to_string())),
            (None, _) if is_letter(character) => out.push(character),
            (None, TextLiteral::Rust) => out.push_str(&format!("\\u{{{:x}}}", u32::from(character))),
            (None, TextLiteral::Python) => out.push_str(&format!("\\U{:08x}", u32::from(character))),
            (None, TextLiteral::Java) => {
                let mut buffer = [0; 2];
                character.encode_utf16(&mut buffer).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
            }
            (None, TextLiteral::C) => {
                let mut buffer = [0; 4];
                character.encode_utf8(&mut buffer).bytes().for_each(|byte| out.push_str(&format!("\\{byte:03o}")));
            }
        }
    }
    out.push('"');
    out
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextLiteral {
    Python,
    C,
    Rust,
    Java,
}
