//! A text encoding by its WHATWG label, with the two things the Encoding Standard lacks for a program that sends:
//! encoders for UTF-16, and a true ISO-8859-1 and ASCII (the Standard's "latin1" and "ascii" are windows-1252).

use std::fmt;
use std::str::FromStr;

use crate::lang::{Lang, Words};
use crate::{error_in_words, t};
use encoding_rs::Encoding;

/// How text becomes bytes and bytes become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextEncoding {
    /// Any encoding of the Encoding Standard that is not listed below.
    Web(&'static Encoding),
    /// U+0000 to U+007F only.
    Ascii,
    /// U+0000 to U+00FF, each one byte (ISO 8859-1).
    Latin1,
    Utf16Le,
    Utf16Be,
}

/// A label that names no encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEncoding(pub String);

impl Words for UnknownEncoding {
    fn words(&self, lang: Lang) -> String {
        t!(lang, "wrong-encoding", text = self.0.as_str()).into_owned()
    }
}

error_in_words!(UnknownEncoding);

/// A character that the encoding has no bytes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unencodable {
    pub character: char,
    /// Its place in the text, counted in characters from 0.
    pub position: usize,
}

/// That an encoding, the endpoint's, has no bytes for the character at a place counted from 0.
pub fn unencodable(lang: Lang, position: usize, character: char, encoding: &str) -> String {
    t!(lang, "wrong-unencodable", at = position + 1, character = character.to_string(), encoding = encoding)
        .into_owned()
}

impl TextEncoding {
    pub const UTF_8: Self = Self::Web(encoding_rs::UTF_8);

    /// The encodings that the window offers, the most used first. Lab files take every WHATWG label.
    pub const OFFERED: &[Self] = &[
        Self::UTF_8,
        Self::Web(encoding_rs::GBK),
        Self::Web(encoding_rs::GB18030),
        Self::Web(encoding_rs::BIG5),
        Self::Web(encoding_rs::SHIFT_JIS),
        Self::Web(encoding_rs::EUC_JP),
        Self::Web(encoding_rs::EUC_KR),
        Self::Utf16Le,
        Self::Utf16Be,
        Self::Latin1,
        Self::Web(encoding_rs::WINDOWS_1252),
        Self::Web(encoding_rs::WINDOWS_1251),
        Self::Web(encoding_rs::KOI8_R),
        Self::Ascii,
    ];

    /// The name, as users know it: `UTF-8`, `GBK`, `ASCII` …
    pub fn name(self) -> &'static str {
        match self {
            Self::Web(encoding) => encoding.name(),
            Self::Ascii => "ASCII",
            Self::Latin1 => "ISO-8859-1",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
        }
    }

    /// True where bytes below 0x80 are the characters that they are in ASCII, wherever they stand.
    pub fn keeps_ascii(self) -> bool {
        match self {
            Self::Web(encoding) => encoding.is_ascii_compatible(),
            Self::Ascii | Self::Latin1 => true,
            Self::Utf16Le | Self::Utf16Be => false,
        }
    }

    /// The encoding of the Standard that decodes these bytes; `None` for the two that are decoded byte by byte.
    pub(crate) fn decoding(self) -> Option<&'static Encoding> {
        match self {
            Self::Web(encoding) => Some(encoding),
            Self::Utf16Le => Some(encoding_rs::UTF_16LE),
            Self::Utf16Be => Some(encoding_rs::UTF_16BE),
            Self::Ascii | Self::Latin1 => None,
        }
    }

    /// The bytes of `text`.
    ///
    /// # Errors
    /// The first character that this encoding has no bytes for; nothing is ever replaced.
    pub fn encode(self, text: &str) -> Result<Vec<u8>, Unencodable> {
        let narrow = |last: char| {
            text.chars()
                .enumerate()
                .map(|(position, character)| match u8::try_from(u32::from(character)) {
                    Ok(byte) if character <= last => Ok(byte),
                    _ => Err(Unencodable { character, position }),
                })
                .collect()
        };
        match self {
            Self::Ascii => narrow('\u{7f}'),
            Self::Latin1 => narrow('\u{ff}'),
            Self::Utf16Le => Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            Self::Utf16Be => Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
            Self::Web(encoding) => encode_web(encoding, text),
        }
    }
}

fn encode_web(encoding: &'static Encoding, text: &str) -> Result<Vec<u8>, Unencodable> {
    if encoding == encoding_rs::UTF_8 {
        return Ok(text.as_bytes().to_vec());
    }
    let mut encoder = encoding.new_encoder();
    let capacity = encoder.max_buffer_length_from_utf8_without_replacement(text.len()).unwrap_or(text.len() * 4 + 16);
    let mut bytes = Vec::with_capacity(capacity);
    let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(text, &mut bytes, true);
    match result {
        encoding_rs::EncoderResult::InputEmpty => Ok(bytes),
        encoding_rs::EncoderResult::Unmappable(character) => {
            let position = text[..read].chars().count().saturating_sub(1);
            Err(Unencodable { character, position })
        }
        // The buffer holds the longest possible output, so this does not come up; a refusal is the safe answer.
        encoding_rs::EncoderResult::OutputFull => {
            Err(Unencodable { character: '\u{fffd}', position: text[..read].chars().count() })
        }
    }
}

impl Default for TextEncoding {
    fn default() -> Self {
        Self::UTF_8
    }
}

impl fmt::Display for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for TextEncoding {
    type Err = UnknownEncoding;

    fn from_str(label: &str) -> Result<Self, UnknownEncoding> {
        match label.trim().to_ascii_lowercase().as_str() {
            "ascii" | "us-ascii" => Ok(Self::Ascii),
            "latin-1" | "latin1" | "l1" | "iso-8859-1" | "iso8859-1" => Ok(Self::Latin1),
            _ => match Encoding::for_label_no_replacement(label.as_bytes()) {
                Some(encoding) if encoding == encoding_rs::UTF_16LE => Ok(Self::Utf16Le),
                Some(encoding) if encoding == encoding_rs::UTF_16BE => Ok(Self::Utf16Be),
                Some(encoding) => Ok(Self::Web(encoding)),
                None => Err(UnknownEncoding(label.to_owned())),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding(label: &str) -> TextEncoding {
        label.parse().unwrap()
    }

    #[test]
    fn text_becomes_the_bytes_that_python_sends() {
        // Each expected value is what Python's str.encode gives.
        let cases: &[(&str, &str, &[u8])] = &[
            ("utf-8", "你好", b"\xe4\xbd\xa0\xe5\xa5\xbd"),
            ("gbk", "你好", b"\xc4\xe3\xba\xc3"),
            ("gb18030", "𠀀", b"\x95\x32\x82\x36"),
            ("big5", "你好", b"\xa7\x41\xa6\x6e"),
            ("shift_jis", "日本", b"\x93\xfa\x96\x7b"),
            ("utf-16le", "a你", b"a\x00\x60\x4f"),
            ("utf-16be", "a你", b"\x00a\x4f\x60"),
            ("latin-1", "é", b"\xe9"),
            ("ascii", "hello", b"hello"),
        ];
        for (label, text, bytes) in cases {
            assert_eq!(encoding(label).encode(text).as_deref(), Ok(*bytes), "{label}");
        }
    }

    #[test]
    fn what_cannot_be_encoded_is_refused_with_its_position() {
        for (label, text, character, position) in [
            ("ascii", "abc你", '你', 3),
            ("latin-1", "é你", '你', 1),
            ("gbk", "你好😀", '😀', 2),
            ("big5", "a\u{1F600}b", '😀', 1),
        ] {
            assert_eq!(encoding(label).encode(text), Err(Unencodable { character, position }), "{label}");
        }
    }

    #[test]
    fn a_label_that_names_nothing_is_refused() {
        assert!("klingon".parse::<TextEncoding>().is_err());
        assert!("".parse::<TextEncoding>().is_err());
    }

    #[test]
    fn every_offered_encoding_is_found_by_its_own_name() {
        for offered in TextEncoding::OFFERED {
            assert_eq!(offered.name().parse::<TextEncoding>(), Ok(*offered));
        }
    }
}
