//! What a user types becomes bytes: text with escapes, an encoding and a line ending, or hex. Nothing is ever replaced
//! or padded; what can't be meant literally is refused with its place.

use std::fmt::Write as _;
use std::str::FromStr;

use super::encoding::{TextEncoding, unencodable};
use super::hex::{self, HexError};
use crate::lang::visible::is_hidden;
use crate::lang::{Lang, Words};
use crate::{error_in_words, t};

/// What is appended to a text before it is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LineEnding {
    #[default]
    None,
    Lf,
    Crlf,
    Cr,
    Nul,
}

impl LineEnding {
    /// In the order in which the window offers them.
    pub const ALL: [Self; 5] = [Self::None, Self::Lf, Self::Crlf, Self::Cr, Self::Nul];

    /// The name in lab files.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Lf => "lf",
            Self::Crlf => "crlf",
            Self::Cr => "cr",
            Self::Nul => "nul",
        }
    }

    /// Its characters; they become bytes through the text's encoding.
    pub fn text(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Lf => "\n",
            Self::Crlf => "\r\n",
            Self::Cr => "\r",
            Self::Nul => "\0",
        }
    }
}

impl FromStr for LineEnding {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|ending| ending.name() == text).ok_or(())
    }
}

/// How the user typed it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Input {
    /// Text with the escapes of [`unescape`].
    #[default]
    Text,
    /// Hex as [`parse_hex`] takes it.
    Hex,
}

/// Why what was typed can't be sent. Each `position` counts the typed characters from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayloadError {
    UnknownEscape { position: usize, character: char },
    UnfinishedEscape { position: usize },
    BadHexEscape { position: usize },
    Unencodable { position: usize, character: char, encoding: &'static str },
    NotHex { position: usize, character: char },
    HalfByte { position: usize },
}

impl PayloadError {
    /// The place of the first character that is wrong, counted from 0.
    pub fn position(&self) -> usize {
        match self {
            Self::UnknownEscape { position, .. }
            | Self::UnfinishedEscape { position }
            | Self::BadHexEscape { position }
            | Self::Unencodable { position, .. }
            | Self::NotHex { position, .. }
            | Self::HalfByte { position } => *position,
        }
    }
}

impl Words for PayloadError {
    fn words(&self, lang: Lang) -> String {
        let at = self.position() + 1;
        match self {
            Self::UnknownEscape { character, .. } => {
                t!(lang, "wrong-escape", at = at, character = character.to_string())
            }
            Self::UnfinishedEscape { .. } => t!(lang, "wrong-escape-end", at = at),
            Self::BadHexEscape { .. } => t!(lang, "wrong-escape-hex", at = at),
            Self::Unencodable { position, character, encoding } => {
                return unencodable(lang, *position, *character, encoding);
            }
            Self::NotHex { character, .. } => t!(lang, "wrong-hex", at = at, character = character.to_string()),
            Self::HalfByte { .. } => t!(lang, "wrong-half-byte", at = at),
        }
        .into_owned()
    }
}

error_in_words!(PayloadError);

/// The bytes that would go out. The line ending belongs to texts only.
///
/// # Errors
/// [`PayloadError`] with the place of what can't be sent.
pub fn encode(
    input: &str,
    mode: Input,
    encoding: TextEncoding,
    line_ending: LineEnding,
) -> Result<Vec<u8>, PayloadError> {
    match mode {
        Input::Text => encode_text(input, encoding, line_ending),
        Input::Hex => parse_hex(input),
    }
}

/// One unit of a text whose escapes are resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A character, still to be encoded.
    Char(char),
    /// `\xNN`: this byte, whatever the encoding.
    Byte(u8),
}

/// Resolves `\n \r \t \0 \\ \xNN`; each piece comes with the place of its first typed character.
///
/// # Errors
/// [`PayloadError`] with the place of the backslash.
pub fn unescape(text: &str) -> Result<Vec<(usize, Piece)>, PayloadError> {
    unescaped(text).collect()
}

/// The same one by one: all pieces of a large text take sixteen times its memory.
fn unescaped(text: &str) -> impl Iterator<Item = Result<(usize, Piece), PayloadError>> {
    let mut chars = text.chars().enumerate();
    std::iter::from_fn(move || {
        let (position, character) = chars.next()?;
        if character != '\\' {
            return Some(Ok((position, Piece::Char(character))));
        }
        let piece = match chars.next() {
            None => return Some(Err(PayloadError::UnfinishedEscape { position })),
            Some((_, 'n')) => Piece::Char('\n'),
            Some((_, 'r')) => Piece::Char('\r'),
            Some((_, 't')) => Piece::Char('\t'),
            Some((_, '0')) => Piece::Char('\0'),
            Some((_, '\\')) => Piece::Char('\\'),
            Some((_, 'x')) => {
                let mut digit = || chars.next().and_then(|(_, character)| hex::digit(character));
                match (digit(), digit()) {
                    (Some(high), Some(low)) => Piece::Byte(high << 4 | low),
                    _ => return Some(Err(PayloadError::BadHexEscape { position })),
                }
            }
            Some((_, character)) => return Some(Err(PayloadError::UnknownEscape { position, character })),
        };
        Some(Ok((position, piece)))
    })
}

fn encode_text(text: &str, encoding: TextEncoding, line_ending: LineEnding) -> Result<Vec<u8>, PayloadError> {
    let mut bytes = Vec::with_capacity(text.len());
    // Characters beside each other are encoded together: some encodings (ISO-2022-JP) have states.
    let mut run = String::new();
    let mut begins = 0;
    let mut count = 0;
    for piece in unescaped(text) {
        match piece?.1 {
            Piece::Char(character) => {
                if run.is_empty() {
                    begins = count;
                }
                run.push(character);
            }
            Piece::Byte(byte) => {
                encode_run(&run, text, begins, encoding, &mut bytes)?;
                run.clear();
                bytes.push(byte);
            }
        }
        count += 1;
    }
    if run.is_empty() {
        begins = count;
    }
    run.push_str(line_ending.text());
    encode_run(&run, text, begins, encoding, &mut bytes)?;
    Ok(bytes)
}

/// `run` begins with the piece of that number of `text`.
fn encode_run(
    run: &str,
    text: &str,
    begins: usize,
    encoding: TextEncoding,
    bytes: &mut Vec<u8>,
) -> Result<(), PayloadError> {
    if run.is_empty() {
        return Ok(());
    }
    let encoded = encoding.encode(run).map_err(|error| {
        // What is not resolved comes first, wherever it stands.
        match unescaped(text).find_map(Result::err) {
            Some(unresolved) => unresolved,
            None => PayloadError::Unencodable {
                position: place_of(text, begins + error.position),
                character: error.character,
                encoding: encoding.name(),
            },
        }
    })?;
    bytes.extend_from_slice(&encoded);
    Ok(())
}

/// Where the piece of that number was typed; the line ending stands behind all of them.
fn place_of(text: &str, number: usize) -> usize {
    match unescaped(text).nth(number) {
        Some(Ok((position, _))) => position,
        _ => text.chars().count(),
    }
}

/// Hex as people write and paste it: `68 65`, `6865`, `0x68,0x65`, `68:65`, `68-65`, over several lines.
///
/// # Errors
/// [`PayloadError::NotHex`]; [`PayloadError::HalfByte`] for a group with an odd number of digits, which is never padded.
pub fn parse_hex(text: &str) -> Result<Vec<u8>, PayloadError> {
    hex::scan(text, |byte| byte, None).map_err(|error| match error {
        HexError::NotHex { position, character } => PayloadError::NotHex { position, character },
        HexError::HalfByte { position } => PayloadError::HalfByte { position },
    })
}

/// The text that [`encode`] makes these bytes of; `None` where there is none in that encoding. Line ends, control characters
/// and what hides are written as escapes.
pub fn as_typed(bytes: &[u8], encoding: TextEncoding) -> Option<String> {
    let mut typed = String::new();
    if encoding == TextEncoding::UTF_8 {
        for chunk in bytes.utf8_chunks() {
            chunk.valid().chars().for_each(|character| push_typed(&mut typed, character));
            chunk.invalid().iter().for_each(|byte| push_escaped(&mut typed, *byte));
        }
    } else {
        let text = match encoding.decoding() {
            Some(decoding) => decoding.decode_without_bom_handling_and_without_replacement(bytes)?.into_owned(),
            None => bytes.iter().copied().map(char::from).collect(),
        };
        text.chars().for_each(|character| push_typed(&mut typed, character));
    }
    let back = encode(&typed, Input::Text, encoding, LineEnding::None);
    back.is_ok_and(|back| back == bytes).then_some(typed)
}

fn push_escaped(typed: &mut String, byte: u8) {
    // Writing to a string does not fail.
    let _ = write!(typed, "\\x{byte:02x}");
}

fn push_typed(typed: &mut String, character: char) {
    match character {
        '\n' => typed.push_str("\\n"),
        '\r' => typed.push_str("\\r"),
        '\t' => typed.push_str("\\t"),
        '\0' => typed.push_str("\\0"),
        '\\' => typed.push_str("\\\\"),
        hidden if is_hidden(hidden) => {
            let mut utf8 = [0; 4];
            hidden.encode_utf8(&mut utf8).bytes().for_each(|byte| push_escaped(typed, byte));
        }
        shown => typed.push(shown),
    }
}

/// `68 65 6c`: what [`parse_hex`] reads back.
pub fn format_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            text.push(' ');
        }
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(text: &str, encoding: &str, line_ending: LineEnding) -> Result<Vec<u8>, PayloadError> {
        encode(text, Input::Text, encoding.parse().unwrap(), line_ending)
    }

    #[test]
    fn any_bytes_can_be_typed_as_utf_8_again() {
        for bytes in [&b"hello\r\n\t\0\\x41"[..], "你好\u{202e}".as_bytes(), b"\xff\xfe caf\xc3\xa9 \xc3", b""] {
            let typed = as_typed(bytes, TextEncoding::UTF_8).unwrap();
            assert!(!typed.chars().any(is_hidden), "{typed:?}");
            assert_eq!(encode(&typed, Input::Text, TextEncoding::UTF_8, LineEnding::None).unwrap(), bytes);
        }
        let gbk: TextEncoding = "gbk".parse().unwrap();
        assert_eq!(as_typed(b"\xc4\xe3\n", gbk).as_deref(), Some("你\\n"));
        assert_eq!(as_typed(b"\xff", gbk), None);
    }

    #[test]
    fn escapes_become_characters_and_raw_bytes() {
        let cases: &[(&str, &str, &[u8])] = &[
            (r"a\n\r\t\0\\b", "utf-8", b"a\n\r\t\0\\b"),
            (r"\x41\xff\xC3", "utf-8", b"\x41\xff\xc3"),
            (r"é\xe9", "utf-8", b"\xc3\xa9\xe9"),
            (r"a\x41\n", "utf-16le", b"a\0A\n\0"),
            (r"你\x00好", "gbk", b"\xc4\xe3\0\xba\xc3"),
            ("two\nlines", "utf-8", b"two\nlines"),
        ];
        for (text, encoding, bytes) in cases {
            assert_eq!(encoded(text, encoding, LineEnding::None).as_deref(), Ok(*bytes), "{text}");
        }
    }

    #[test]
    fn the_line_ending_goes_through_the_encoding() {
        let bytes = |encoding, ending| encoded("a", encoding, ending).unwrap();
        assert_eq!(bytes("utf-8", LineEnding::Crlf), b"a\r\n");
        assert_eq!(bytes("utf-16le", LineEnding::Crlf), b"a\0\r\0\n\0");
        assert_eq!(bytes("utf-16be", LineEnding::Lf), b"\0a\0\n");
        assert_eq!(bytes("gbk", LineEnding::Nul), b"a\0");
        assert_eq!(bytes("ascii", LineEnding::Cr), b"a\r");
        assert_eq!(encode("61", Input::Hex, TextEncoding::UTF_8, LineEnding::Crlf).unwrap(), b"a");
        // Back to ASCII before the line ends, as ISO-2022-JP asks for.
        assert_eq!(bytes_of("あ", "iso-2022-jp"), b"\x1b$B$\"\x1b(B\n");
    }

    fn bytes_of(text: &str, encoding: &str) -> Vec<u8> {
        encoded(text, encoding, LineEnding::Lf).unwrap()
    }

    #[test]
    fn bad_escapes_are_refused_with_the_place_of_the_backslash() {
        for (text, error) in [
            (r"ab\q", PayloadError::UnknownEscape { position: 2, character: 'q' }),
            ("你\\", PayloadError::UnfinishedEscape { position: 1 }),
            (r"\x4", PayloadError::BadHexEscape { position: 0 }),
            (r"\\\x4g", PayloadError::BadHexEscape { position: 2 }),
            (r"\x", PayloadError::BadHexEscape { position: 0 }),
            (r"\x+1", PayloadError::BadHexEscape { position: 0 }),
        ] {
            assert_eq!(encoded(text, "utf-8", LineEnding::None), Err(error), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_encoded_is_named_at_its_place_in_the_typed_text() {
        let error = encoded(r"\n\x41é你", "latin-1", LineEnding::None).unwrap_err();
        assert_eq!(error, PayloadError::Unencodable { position: 7, character: '你', encoding: "ISO-8859-1" });
        assert_eq!(error.to_string(), "'你' at character 8 can't be written in ISO-8859-1, the endpoint's encoding");
        let error = encoded(r"你\n😀", "gbk", LineEnding::Lf).unwrap_err();
        assert_eq!(error.position(), 3);
    }

    #[test]
    fn hex_is_read_as_people_write_it() {
        for text in [
            "68 65 6C",
            "68656c",
            "0x68,0x65,0x6c",
            "0X68, 0x65,\n0x6C,",
            "68:65:6c",
            "68-65-6C",
            " 6865\t6c\r\n",
            "0x68656c",
        ] {
            assert_eq!(parse_hex(text).as_deref(), Ok(&b"hel"[..]), "{text:?}");
        }
        assert_eq!(parse_hex(" \n").as_deref(), Ok(&b""[..]));
        assert_eq!(parse_hex("00 0x00 0f").as_deref(), Ok(&b"\0\0\x0f"[..]));
    }

    #[test]
    fn bad_hex_is_refused_with_its_place_and_never_padded() {
        for (text, error) in [
            ("6", PayloadError::HalfByte { position: 0 }),
            ("686", PayloadError::HalfByte { position: 2 }),
            ("68 6 65", PayloadError::HalfByte { position: 3 }),
            ("0x6", PayloadError::HalfByte { position: 2 }),
            ("680x65", PayloadError::HalfByte { position: 2 }),
            ("0x", PayloadError::NotHex { position: 1, character: 'x' }),
            ("0xg1", PayloadError::NotHex { position: 2, character: 'g' }),
            ("68 zz", PayloadError::NotHex { position: 3, character: 'z' }),
            ("68 65 6g 1", PayloadError::NotHex { position: 7, character: 'g' }),
            ("0x6g", PayloadError::NotHex { position: 3, character: 'g' }),
            ("6?", PayloadError::NotHex { position: 1, character: '?' }),
            ("68,,65", PayloadError::NotHex { position: 3, character: ',' }),
            ("-68", PayloadError::NotHex { position: 0, character: '-' }),
            ("６８", PayloadError::NotHex { position: 0, character: '６' }),
        ] {
            assert_eq!(parse_hex(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn every_line_ending_is_found_by_its_name() {
        for ending in LineEnding::ALL {
            assert_eq!(ending.name().parse(), Ok(ending));
        }
        assert_eq!("LF".parse::<LineEnding>(), Err(()));
    }

    proptest! {
        #[test]
        fn hex_that_was_written_is_read_back(bytes: Vec<u8>) {
            prop_assert_eq!(parse_hex(&format_hex(&bytes)), Ok(bytes));
        }

        #[test]
        fn no_typed_text_panics(text: String, hex in r"[0-9a-fxX ,:\\-]{0,40}", escapes in r"(\\|[nrt0x4f]|你){0,40}") {
            for input in [&text, &hex, &escapes] {
                for encoding in TextEncoding::OFFERED {
                    for ending in LineEnding::ALL {
                        let _ = encode(input, Input::Text, *encoding, ending);
                    }
                }
                if let Err(error) = parse_hex(input) {
                    prop_assert!(error.position() < input.chars().count());
                }
            }
        }
    }
}
