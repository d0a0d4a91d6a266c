//! Bytes as people read them: decoded piece by piece, made visible, as hex, and as source code.

mod decoder;

use std::fmt::Write as _;

use crate::lab::TextEncoding;
pub use crate::lab::payload::format_hex as as_hex;
use crate::lang::visible::push_visible;
pub use crate::lang::visible::{is_hidden, visible, visible_lines};
pub use decoder::StreamDecoder;

/// How many bytes a row of a hex dump has unless the view says otherwise.
pub const HEX_ROW_WIDTH: usize = 16;

fn push_raw_byte(byte: u8, out: &mut String) {
    // Writing to a String does not fail.
    let _ = write!(out, "\\x{byte:02x}");
}

/// All the bytes as text; invalid ones as `\xNN`.
pub fn as_text(bytes: &[u8], encoding: TextEncoding) -> String {
    let mut text = String::new();
    StreamDecoder::new(encoding).whole(bytes, &mut text);
    text
}

/// The beginning of the bytes as one visible line of at most `max_chars` characters, then `…` where there is more.
pub fn preview(bytes: &[u8], encoding: TextEncoding, max_chars: usize) -> String {
    // No encoding needs more bytes for a character, escape sequences included.
    let enough = max_chars.saturating_mul(8).saturating_add(16).min(bytes.len());
    let mut text = String::new();
    let mut decoder = StreamDecoder::new(encoding);
    decoder.push(bytes.get(..enough).unwrap_or(bytes), &mut text);
    let mut is_cut = enough < bytes.len();
    if !is_cut {
        decoder.finish(&mut text);
    }
    let mut line = String::with_capacity(text.len().min(max_chars.saturating_mul(4)));
    let mut chars = 0;
    let mut mark = String::new();
    for character in text.chars() {
        mark.clear();
        push_visible(character, &mut mark);
        chars += mark.chars().count();
        if chars > max_chars {
            is_cut = true;
            break;
        }
        line.push_str(&mark);
    }
    if is_cut {
        line.push('…');
    }
    line
}

/// A row of a hex dump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HexRow {
    /// The place of its first byte.
    pub offset: usize,
    /// `68 65 6c`, with a wider gap after every eighth byte.
    pub hex: String,
    /// Printable ASCII; a dot for each other byte.
    pub text: String,
}

/// How many rows of `width` bytes there are.
pub fn hex_row_count(len: usize, width: usize) -> usize {
    len.div_ceil(width.max(1))
}

/// The row of that number, from 0; `None` past the end.
pub fn hex_row(bytes: &[u8], row: usize, width: usize) -> Option<HexRow> {
    let width = width.max(1);
    let offset = row.checked_mul(width)?;
    let rest = bytes.get(offset..).filter(|rest| !rest.is_empty())?;
    let part = rest.get(..width).unwrap_or(rest);
    let mut hex = String::with_capacity(width * 3 + width / 8);
    let mut text = String::with_capacity(width);
    for (index, byte) in part.iter().enumerate() {
        match index {
            0 => {}
            _ if index % 8 == 0 => hex.push_str("  "),
            _ => hex.push(' '),
        }
        let _ = write!(hex, "{byte:02x}");
        text.push(if matches!(byte, 0x20..=0x7e) { char::from(*byte) } else { '.' });
    }
    Some(HexRow { offset, hex, text })
}

/// All rows, made one after the other.
pub fn hex_rows(bytes: &[u8], width: usize) -> impl Iterator<Item = HexRow> + '_ {
    (0..hex_row_count(bytes.len(), width)).filter_map(move |row| hex_row(bytes, row, width))
}

/// A C array of these bytes, twelve in a line as `xxd -i` writes them.
pub fn as_c_array(bytes: &[u8]) -> String {
    let mut text = format!("unsigned char data[{}] = {{", bytes.len());
    for (index, byte) in bytes.iter().enumerate() {
        text.push_str(match index {
            0 => "\n    ",
            _ if index % 12 == 0 => ",\n    ",
            _ => ", ",
        });
        let _ = write!(text, "0x{byte:02x}");
    }
    text.push_str("\n};\n");
    text
}

/// Exactly what Python's `repr` gives for these bytes: `b'hello\n'`.
pub fn as_python_bytes(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut text = String::with_capacity(bytes.len() + 3);
    text.push('b');
    text.push(quote);
    for byte in bytes {
        match byte {
            b'\t' => text.push_str("\\t"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\\' => text.push_str("\\\\"),
            0x20..=0x7e => {
                if char::from(*byte) == quote {
                    text.push('\\');
                }
                text.push(char::from(*byte));
            }
            _ => push_raw_byte(*byte, &mut text),
        }
    }
    text.push(quote);
    text
}

/// The encodings that tests go through.
#[cfg(test)]
pub(super) const LABELS: &[&str] = &[
    "utf-8",
    "gbk",
    "gb18030",
    "big5",
    "shift_jis",
    "euc-jp",
    "euc-kr",
    "iso-2022-jp",
    "utf-16le",
    "utf-16be",
    "latin1",
    "ascii",
    "windows-1252",
    "windows-1251",
    "koi8-r",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoding(label: &str) -> TextEncoding {
        label.parse().unwrap()
    }

    fn decoded(encoding: TextEncoding, pushes: &[&[u8]]) -> Vec<String> {
        let mut decoder = StreamDecoder::new(encoding);
        let mut texts = Vec::new();
        for bytes in pushes {
            let mut text = String::new();
            decoder.push(bytes, &mut text);
            texts.push(text);
        }
        let mut text = String::new();
        decoder.finish(&mut text);
        texts.push(text);
        texts
    }

    #[test]
    fn split_utf8_character_is_joined_across_two_pushes() {
        assert_eq!(decoded(TextEncoding::UTF_8, &[b"a\xe4\xbd", b"\xa0b"]), ["a", "你b", ""]);
        assert_eq!(decoded(encoding("utf-16le"), &[b"\x3d", b"\xd8\x00", b"\xde"]), ["", "", "😀", ""]);
        assert_eq!(decoded(encoding("gb18030"), &[b"\x95", b"\x32", b"\x82", b"\x36"]), ["", "", "", "𠀀", ""]);
    }

    #[test]
    fn invalid_bytes_are_shown_as_they_are() {
        assert_eq!(as_text(b"a\xffb\xe4\xbdc", TextEncoding::UTF_8), "a\\xffb\\xe4\\xbdc");
        assert_eq!(decoded(TextEncoding::UTF_8, &[b"\xe4", b"\xbd", b"c"]), ["", "", "\\xe4\\xbdc", ""]);
        assert_eq!(decoded(TextEncoding::UTF_8, &[b"\xe4", b"\xbd"]), ["", "", "\\xe4\\xbd"]);
        assert_eq!(as_text(b"a\x80", encoding("ascii")), "a\\x80");
        assert_eq!(as_text(b"a\xe9", encoding("latin1")), "aé");
        assert_eq!(as_text(b"a\0\x00", encoding("utf-16le")), "a\\x00");
        assert_eq!(as_text(b"\x3d\xd8a\0", encoding("utf-16le")), "\\x3d\\xd8a");
    }

    #[test]
    fn a_byte_order_mark_is_not_taken_away_and_does_not_change_the_encoding() {
        assert_eq!(as_text(b"\xef\xbb\xbfa", TextEncoding::UTF_8), "\u{feff}a");
        assert_eq!(as_text(b"\xff\xfea\0", encoding("utf-16le")), "\u{feff}a");
        assert_eq!(as_text(b"\xff\xfea", TextEncoding::UTF_8), "\\xff\\xfea");
    }

    #[test]
    fn a_decoder_begins_anew_after_the_end() {
        let mut decoder = StreamDecoder::new(TextEncoding::UTF_8);
        let mut text = String::new();
        decoder.push(b"\xe4\xbd", &mut text);
        decoder.finish(&mut text);
        decoder.push(b"\xa0a", &mut text);
        assert_eq!(text, "\\xe4\\xbd\\xa0a");
    }

    #[test]
    fn a_preview_is_one_line_and_says_when_it_is_cut() {
        let preview = |bytes: &[u8], max| preview(bytes, TextEncoding::UTF_8, max);
        assert_eq!(preview("你好\n".as_bytes(), 10), "你好\\n");
        assert_eq!(preview(b"hello", 5), "hello");
        assert_eq!(preview(b"hello", 4), "hell…");
        assert_eq!(preview(b"abc\n", 4), "abc…");
        assert_eq!(preview(&[b'a'; 100_000], 3), "aaa…");
        assert_eq!(preview(b"", 3), "");
        assert_eq!(preview(b"a", 0), "…");
    }

    #[test]
    fn hex_rows_are_found_by_number() {
        let bytes: Vec<u8> = (0x18..0x2a).collect();
        let rows: Vec<HexRow> = hex_rows(&bytes, HEX_ROW_WIDTH).collect();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].hex, "18 19 1a 1b 1c 1d 1e 1f  20 21 22 23 24 25 26 27");
        assert_eq!(rows[0].text, "........ !\"#$%&'");
        assert_eq!(rows[1], HexRow { offset: 16, hex: "28 29".to_owned(), text: "()".to_owned() });
        assert_eq!(hex_row(&bytes, 1, 16).as_ref(), rows.get(1));
        assert_eq!(hex_row(&bytes, 2, 16), None);
        assert_eq!(hex_row(&bytes, usize::MAX, 16), None);
        assert_eq!(hex_rows(b"", 16).count(), 0);
        assert_eq!(hex_rows(b"ab", 0).count(), 2);
    }

    #[test]
    fn python_s_repr_is_matched() {
        // What python3 prints for each.
        let cases: &[(&[u8], &str)] = &[
            (b"", "b''"),
            (b"hello", "b'hello'"),
            (b"it's", "b\"it's\""),
            (b"\"", "b'\"'"),
            (b"'\"", "b'\\'\"'"),
            (b"\x00\x1f\x7f\x80\xff~ ", "b'\\x00\\x1f\\x7f\\x80\\xff~ '"),
            (b"a\\b\n\r\t", "b'a\\\\b\\n\\r\\t'"),
        ];
        for (bytes, repr) in cases {
            assert_eq!(as_python_bytes(bytes), *repr);
        }
    }

    #[test]
    fn a_c_array_has_its_length() {
        assert_eq!(as_c_array(b"hi"), "unsigned char data[2] = {\n    0x68, 0x69\n};\n");
        assert_eq!(as_c_array(&[0; 13]).lines().count(), 4);
    }

    /// Random bytes, and bytes that begin and end characters in the encodings of East Asia.
    fn tricky_bytes() -> impl Strategy<Value = Vec<u8>> {
        let of_characters = proptest::sample::select(
            b"\x1b$(BJ@\x30\x32\x39\x7e\x80\x81\x82\x84\x8e\x8f\x95\xa4\xbd\xc3\xd8\xdc\xe4\xf0\xfe\xffa\0".to_vec(),
        );
        prop_oneof![any::<Vec<u8>>(), proptest::collection::vec(of_characters, 0..40)]
    }

    proptest! {
        #[test]
        fn any_split_gives_the_text_of_the_whole(bytes in tricky_bytes(), cuts in proptest::collection::vec(0..64usize, 0..8)) {
            for label in LABELS {
                let encoding = encoding(label);
                let mut cuts: Vec<usize> = cuts.iter().map(|cut| *cut.min(&bytes.len())).collect();
                cuts.sort_unstable();
                cuts.push(bytes.len());
                let mut begin = 0;
                let mut pushes = Vec::new();
                for cut in cuts {
                    pushes.push(&bytes[begin..cut]);
                    begin = cut;
                }
                prop_assert_eq!(decoded(encoding, &pushes).concat(), as_text(&bytes, encoding), "{}", label);
                let single: Vec<&[u8]> = bytes.chunks(1).collect();
                prop_assert_eq!(decoded(encoding, &single).concat(), as_text(&bytes, encoding), "{}", label);
            }
        }

        #[test]
        fn what_was_encoded_is_decoded(text: String, short in "[a-z你好é日本]{0,20}") {
            for label in LABELS {
                let encoding = encoding(label);
                for text in [&text, &short] {
                    // Encodings on the web map some characters one way only; those of plain text here go both ways.
                    let goes_both_ways = text == &short || matches!(*label, "utf-8" | "utf-16le" | "utf-16be" | "latin1" | "ascii");
                    if let (Ok(bytes), true) = (encoding.encode(text), goes_both_ways) {
                        // ISO-2022-JP says with bytes of their own which characters follow.
                        let decoded = as_text(&bytes, encoding).replace(r"\x1b$B", "").replace(r"\x1b(B", "");
                        prop_assert_eq!(&decoded, text, "{}", label);
                    }
                }
            }
        }

        #[test]
        fn no_escape_leaves_a_visible_text(text: String) {
            let bytes = text.as_bytes();
            let line = preview(bytes, TextEncoding::UTF_8, 10);
            prop_assert!(line.chars().count() <= 11 && !line.chars().any(is_hidden));
        }
    }
}
