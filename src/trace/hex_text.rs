//! The text beside a dump of bytes, in an encoding: each character stands in the row of its first byte, however the
//! rows cut its bytes.

use std::fmt::Write as _;

use super::text::HexRow;
use crate::lab::TextEncoding;
use crate::lang::visible::visible;

/// The most bytes that are decoded; what follows is shown as ASCII.
pub const MAX_DECODED: usize = 16 * 1024;

/// The characters of some bytes with their places.
#[derive(Clone, Debug, Default)]
pub struct HexText {
    /// In the order of their places.
    characters: Vec<Character>,
    /// Behind it, nothing was decoded.
    decoded: usize,
}

#[derive(Clone, Copy, Debug)]
struct Character {
    begin: usize,
    len: usize,
    character: char,
}

impl HexText {
    pub fn of(bytes: &[u8], encoding: TextEncoding) -> Self {
        let bytes = bytes.get(..MAX_DECODED).unwrap_or(bytes);
        let Some(mut decoder) = encoding.decoding().map(encoding_rs::Encoding::new_decoder_without_bom_handling) else {
            return Self::default();
        };
        let mut characters: Vec<Character> = Vec::with_capacity(bytes.len());
        let mut text = String::with_capacity(64);
        for (index, byte) in bytes.iter().enumerate() {
            text.clear();
            // One byte never gives more than fits.
            let _ = decoder.decode_to_string(&[*byte], &mut text, false);
            for character in text.chars().filter(|character| *character != char::REPLACEMENT_CHARACTER) {
                let mut buffer = [0; 4];
                let len = encoding.encode(character.encode_utf8(&mut buffer)).map_or(1, |bytes| bytes.len().max(1));
                let free = characters.last().map_or(0, |last| last.begin + last.len);
                let begin = (index + 1).saturating_sub(len).max(free);
                if begin <= index {
                    characters.push(Character { begin, len: index + 1 - begin, character });
                }
            }
        }
        Self { characters, decoded: bytes.len() }
    }

    /// The text of a row that shows these bytes from `offset` on: one cell for each byte.
    fn row(&self, offset: usize, bytes: &[u8]) -> String {
        let end = offset + bytes.len();
        let mut text = String::with_capacity(bytes.len() * 2);
        let mut at = offset;
        let first = self.characters.partition_point(|character| character.begin + character.len <= offset);
        for Character { begin, len, character } in self.characters.iter().skip(first).copied() {
            if begin >= end {
                break;
            }
            if begin < offset {
                // It stands in the row before.
                at = (begin + len).min(end);
                text.extend(std::iter::repeat_n(' ', at - offset));
                continue;
            }
            text.extend(std::iter::repeat_n('.', begin - at));
            let mut buffer = [0; 4];
            let shown: &str = character.encode_utf8(&mut buffer);
            let is_plain = !character.is_control() && visible(shown) == shown;
            text.push(if is_plain { character } else { '.' });
            at = (begin + len).min(end);
            let cells = if is_plain && is_wide(character) { 2 } else { 1 };
            text.extend(std::iter::repeat_n(' ', (at - begin).saturating_sub(cells)));
        }
        let rest = bytes.get(at - offset..).unwrap_or_default();
        for (index, byte) in rest.iter().enumerate() {
            let is_ascii = at + index >= self.decoded && matches!(byte, 0x20..=0x7e);
            text.push(if is_ascii { char::from(*byte) } else { '.' });
        }
        text
    }

    /// The row of that number, as [`super::text::hex_row`] gives it; `None` past the end.
    pub fn hex_row(&self, bytes: &[u8], row: usize, width: usize) -> Option<HexRow> {
        let width = width.max(1);
        let offset = row.checked_mul(width)?;
        let rest = bytes.get(offset..).filter(|rest| !rest.is_empty())?;
        let part = rest.get(..width).unwrap_or(rest);
        let mut hex = String::with_capacity(width * 3 + width / 8);
        for (index, byte) in part.iter().enumerate() {
            match index {
                0 => {}
                _ if index % 8 == 0 => hex.push_str("  "),
                _ => hex.push(' '),
            }
            // Writing to a String does not fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Some(HexRow { offset, hex, text: self.row(offset, part) })
    }
}

/// Takes two cells of monospace text.
fn is_wide(character: char) -> bool {
    matches!(u32::from(character),
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60
        | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8], encoding: TextEncoding, width: usize) -> Vec<String> {
        let text = HexText::of(bytes, encoding);
        (0..bytes.len().div_ceil(width)).map(|row| text.hex_row(bytes, row, width).unwrap().text).collect()
    }

    #[test]
    fn ascii_is_as_in_a_plain_dump() {
        let bytes: Vec<u8> = (0x18..0x2a).collect();
        let plain = crate::trace::text::hex_row(&bytes, 0, 16).unwrap();
        assert_eq!(HexText::of(&bytes, TextEncoding::default()).hex_row(&bytes, 0, 16), Some(plain.clone()));
        assert_eq!(HexText::default().hex_row(&bytes, 0, 16), Some(plain), "without an encoding");
    }

    #[test]
    fn chinese_text_is_readable_in_its_encoding() {
        assert_eq!(texts("a你好b".as_bytes(), TextEncoding::default(), 16), ["a你 好 b"]);
        let gbk = TextEncoding::Web(encoding_rs::GBK);
        assert_eq!(texts(&gbk.encode("你好ok").unwrap(), gbk, 16), ["你好ok"]);
    }

    #[test]
    fn a_character_that_a_row_cuts_stands_where_it_begins() {
        assert_eq!(texts("abc你d".as_bytes(), TextEncoding::default(), 4), ["abc你", "  d"]);
    }

    #[test]
    fn bytes_that_are_no_character_are_dots() {
        assert_eq!(texts(b"a\xff\xe4b\n", TextEncoding::default(), 8), ["a..b."]);
        assert_eq!(texts(&[0xff, 0xe4, 0xbd, 0xa0], TextEncoding::default(), 8), [".你 "]);
    }
}
