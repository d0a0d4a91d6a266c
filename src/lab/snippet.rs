//! Snippets: payloads saved under a name, to be sent by a click.

use std::time::Duration;

use jiff::civil::DateTime;

use super::checksum::Check;
use super::encoding::TextEncoding;
use super::payload::{self, Input, LineEnding, PayloadError};
use crate::lang::{Lang, Words};
use crate::values::name::{self, NameError};
use crate::{error_in_words, t};

/// The most snippets of one lab.
pub const MAX_SNIPPETS: usize = 1_000;
/// The longest payload as it was typed, in characters.
pub const MAX_SNIPPET_CHARS: usize = 64 * 1024;
/// The most digits that one `{random:N}` stands for.
pub const MAX_RANDOM_DIGITS: usize = 256;
/// The longest payload once its macros are filled in, in bytes of UTF-8.
pub const MAX_FILLED_LEN: usize = 1024 * 1024;

const DEFAULT_RANDOM_DIGITS: usize = 8;

/// A payload under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    pub name: String,
    pub input: Input,
    /// As it was typed: hex, or a text with escapes and macros. `{counter}`, `{time}`, `{random}` (eight hex digits) and
    /// `{random:N}` are filled in when it is sent; `{{` and `}}` stand for braces.
    pub payload: String,
    /// What follows a text; `None`: what the endpoint appends to every text.
    pub line_ending: Option<LineEnding>,
    /// Worked out over the payload and put behind it, before the line ending.
    pub checksum: Option<Check>,
    /// How long the next snippet waits when several are sent.
    pub delay_after: Duration,
}

/// What goes into the macros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MacroValues {
    /// The number of this sending, from 1.
    pub counter: u64,
    /// The local wall-clock time.
    pub at: DateTime,
    /// A number that is new for every sending; all random digits are drawn from it.
    pub random: u64,
}

/// Why a snippet can't be sent; each `position` counts the typed characters from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnippetError {
    Name(NameError),
    Long,
    LongWhenFilled,
    UnknownMacro { position: usize, name: String },
    RandomDigits { position: usize },
    LoneBrace { position: usize },
    Payload(PayloadError),
}

impl SnippetError {
    /// The place in the payload of the first character that is wrong.
    pub fn position(&self) -> Option<usize> {
        match self {
            Self::UnknownMacro { position, .. } | Self::RandomDigits { position } | Self::LoneBrace { position } => {
                Some(*position)
            }
            Self::Payload(error) => Some(error.position()),
            Self::Name(_) | Self::Long | Self::LongWhenFilled => None,
        }
    }
}

impl From<NameError> for SnippetError {
    fn from(error: NameError) -> Self {
        Self::Name(error)
    }
}

impl From<PayloadError> for SnippetError {
    fn from(error: PayloadError) -> Self {
        Self::Payload(error)
    }
}

impl Words for SnippetError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::Name(error) => return error.words(lang),
            Self::Payload(error) => return error.words(lang),
            Self::Long => t!(lang, "wrong-long", most = MAX_SNIPPET_CHARS),
            Self::LongWhenFilled => t!(lang, "snippet-long-filled", most = MAX_FILLED_LEN / 1024),
            Self::UnknownMacro { position, name } => {
                t!(lang, "snippet-unknown-macro", at = position + 1, name = name.as_str())
            }
            Self::RandomDigits { position } => {
                t!(lang, "snippet-random-digits", at = position + 1, most = MAX_RANDOM_DIGITS)
            }
            Self::LoneBrace { position } => t!(lang, "wrong-brace", at = position + 1),
        }
        .into_owned()
    }
}

error_in_words!(SnippetError);

impl Snippet {
    pub fn new(name: impl Into<String>, input: Input, payload: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            input,
            payload: payload.into(),
            line_ending: None,
            checksum: None,
            delay_after: Duration::ZERO,
        }
    }

    /// The bytes that go out through an endpoint with that encoding and line ending.
    ///
    /// # Errors
    /// [`SnippetError`] with the place of what can't be sent.
    pub fn bytes(
        &self,
        encoding: TextEncoding,
        line_ending: LineEnding,
        values: &MacroValues,
    ) -> Result<Vec<u8>, SnippetError> {
        let mut bytes = match self.input {
            Input::Hex => {
                self.check_length()?;
                payload::parse_hex(&self.payload)?
            }
            Input::Text => {
                let filled = self.fill(values)?;
                payload::encode(&filled.text, Input::Text, encoding, LineEnding::None)
                    .map_err(|error| moved(error, &filled.places))?
            }
        };
        if let Some(checksum) = self.checksum {
            bytes.extend(checksum.of(&bytes));
        }
        if self.input == Input::Text {
            let ending = self.line_ending.unwrap_or(line_ending);
            // The encodings that there are have bytes for them; a refusal would be the safe answer.
            bytes.extend(payload::encode("", Input::Text, encoding, ending)?);
        }
        Ok(bytes)
    }

    /// Whether the snippet can be sent at all. Only an endpoint knows whether its encoding has every character.
    ///
    /// # Errors
    /// [`SnippetError`] with the place of what can't be sent.
    pub fn check(&self) -> Result<(), SnippetError> {
        name::check(&self.name)?;
        let values = MacroValues { counter: u64::MAX, at: DateTime::default(), random: 0 };
        self.bytes(TextEncoding::UTF_8, LineEnding::None, &values).map(drop)
    }

    fn check_length(&self) -> Result<(), SnippetError> {
        if self.payload.chars().nth(MAX_SNIPPET_CHARS).is_some() { Err(SnippetError::Long) } else { Ok(()) }
    }

    fn fill(&self, values: &MacroValues) -> Result<Filled, SnippetError> {
        self.check_length()?;
        let mut filled = Filled::default();
        let mut digits = HexDigits::new(values.random);
        let mut chars = self.payload.chars().enumerate().peekable();
        while let Some((position, character)) = chars.next() {
            match character {
                '{' | '}' if chars.next_if(|(_, next)| *next == character).is_some() => {
                    filled.push(position, character);
                }
                '{' => {
                    let mut name = String::new();
                    loop {
                        match chars.next() {
                            Some((_, '}')) => break,
                            Some((_, '{')) | None => return Err(SnippetError::LoneBrace { position }),
                            Some((_, other)) => name.push(other),
                        }
                    }
                    let value = value_of(&name, position, values, &mut digits)?;
                    value.chars().for_each(|character| filled.push(position, character));
                }
                '}' => return Err(SnippetError::LoneBrace { position }),
                _ => filled.push(position, character),
            }
            if filled.text.len() > MAX_FILLED_LEN {
                return Err(SnippetError::LongWhenFilled);
            }
        }
        Ok(filled)
    }
}

fn value_of(name: &str, position: usize, values: &MacroValues, digits: &mut HexDigits) -> Result<String, SnippetError> {
    Ok(match name {
        "counter" => values.counter.to_string(),
        "time" => values.at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        "random" => digits.take(DEFAULT_RANDOM_DIGITS).collect(),
        _ => match name.strip_prefix("random:") {
            Some(count) => match count.parse::<usize>() {
                Ok(count) if (1..=MAX_RANDOM_DIGITS).contains(&count) => digits.take(count).collect(),
                _ => return Err(SnippetError::RandomDigits { position }),
            },
            None => return Err(SnippetError::UnknownMacro { position, name: name.to_owned() }),
        },
    })
}

/// A text for which each character's place in the typed one is known.
#[derive(Default)]
struct Filled {
    text: String,
    places: Vec<usize>,
}

impl Filled {
    fn push(&mut self, place: usize, character: char) {
        self.text.push(character);
        self.places.push(place);
    }
}

/// The error with its place in the typed text.
fn moved(error: PayloadError, places: &[usize]) -> PayloadError {
    let place = |position: usize| places.get(position).or(places.last()).copied().unwrap_or(0);
    match error {
        PayloadError::UnknownEscape { position, character } => {
            PayloadError::UnknownEscape { position: place(position), character }
        }
        PayloadError::UnfinishedEscape { position } => PayloadError::UnfinishedEscape { position: place(position) },
        PayloadError::BadHexEscape { position } => PayloadError::BadHexEscape { position: place(position) },
        PayloadError::Unencodable { position, character, encoding } => {
            PayloadError::Unencodable { position: place(position), character, encoding }
        }
        PayloadError::NotHex { position, character } => PayloadError::NotHex { position: place(position), character },
        PayloadError::HalfByte { position } => PayloadError::HalfByte { position: place(position) },
    }
}

/// Hex digits without end, drawn from one random number (SplitMix64).
struct HexDigits {
    state: u64,
    word: u64,
    left: u32,
}

impl HexDigits {
    fn new(seed: u64) -> Self {
        Self { state: seed, word: 0, left: 0 }
    }
}

impl Iterator for &mut HexDigits {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        if self.left == 0 {
            self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = self.state;
            word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            self.word = word ^ word >> 31;
            self.left = u64::BITS / 4;
        }
        self.left -= 1;
        let digit = u32::try_from(self.word & 0xf).unwrap_or_default();
        self.word >>= 4;
        char::from_digit(digit, 16)
    }
}

/// A text without macros as a snippet's payload: its braces are doubled.
pub fn without_macros(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lab::checksum::Checksum;

    fn values() -> MacroValues {
        MacroValues { counter: 7, at: jiff::civil::date(2026, 11, 20).at(19, 49, 6, 0), random: 1 }
    }

    fn text(payload: &str) -> Snippet {
        Snippet::new("s", Input::Text, payload)
    }

    fn sent(snippet: &Snippet) -> Result<Vec<u8>, SnippetError> {
        snippet.bytes(TextEncoding::UTF_8, LineEnding::None, &values())
    }

    fn string(payload: &str) -> String {
        String::from_utf8(sent(&text(payload)).unwrap()).unwrap()
    }

    #[test]
    fn macros_are_filled_in() {
        assert_eq!(string("{counter}: {time} {{x}}"), "7: 2026-11-20 19:49:06 {x}");
        let [first, second] = [string("{random}"), string("{random}{random:8}")];
        assert!(first.len() == 8 && first.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
        assert!(second.starts_with(&first) && &second[8..] != first.as_str());
        assert_eq!(string("{random:1}").len(), 1);
        assert_eq!(string("{random:256}").len(), 256);
        let other = MacroValues { random: 2, ..values() };
        let other = text("{random}").bytes(TextEncoding::UTF_8, LineEnding::None, &other).unwrap();
        assert_ne!(other, first.into_bytes());
    }

    #[test]
    fn bad_macros_are_refused_with_their_place() {
        for (payload, error) in [
            ("你{name}", SnippetError::UnknownMacro { position: 1, name: "name".to_owned() }),
            ("{}", SnippetError::UnknownMacro { position: 0, name: String::new() }),
            ("a{random:0}", SnippetError::RandomDigits { position: 1 }),
            ("{random:257}", SnippetError::RandomDigits { position: 0 }),
            ("{random:-1}", SnippetError::RandomDigits { position: 0 }),
            ("{random:}", SnippetError::RandomDigits { position: 0 }),
            ("a {time", SnippetError::LoneBrace { position: 2 }),
            ("a }", SnippetError::LoneBrace { position: 2 }),
        ] {
            assert_eq!(sent(&text(payload)), Err(error), "{payload}");
        }
        let shown = sent(&text("{x}")).unwrap_err().to_string();
        assert!(shown.starts_with("\"{x}\" at character 1 is not a macro: expected {counter}, {time}, "), "{shown}");
    }

    #[test]
    fn what_cannot_be_sent_is_named_at_its_place_in_the_typed_text() {
        let error = sent(&text(r"{counter}{time}\q")).unwrap_err();
        assert_eq!(error, SnippetError::Payload(PayloadError::UnknownEscape { position: 15, character: 'q' }));
        let error = text("{time}{{你").bytes(TextEncoding::Latin1, LineEnding::None, &values()).unwrap_err();
        assert_eq!(error.position(), Some(8));
        assert_eq!(sent(&Snippet::new("s", Input::Hex, "6")).unwrap_err().position(), Some(0));
    }

    #[test]
    fn a_checksum_stands_between_the_payload_and_the_line_ending() {
        let mut snippet = Snippet { checksum: Some(Check::usual(Checksum::XOR_8)), ..text("ab") };
        assert_eq!(sent(&snippet).unwrap(), b"ab\x03");
        let with_default = snippet.bytes(TextEncoding::UTF_8, LineEnding::Crlf, &values());
        assert_eq!(with_default.unwrap(), b"ab\x03\r\n");
        snippet.line_ending = Some(LineEnding::Nul);
        assert_eq!(snippet.bytes(TextEncoding::UTF_8, LineEnding::Crlf, &values()).unwrap(), b"ab\x03\0");
        assert_eq!(snippet.bytes(TextEncoding::Utf16Be, LineEnding::Crlf, &values()).unwrap(), b"\0a\0b\x03\0\0");
        // Hex has no line ending and no macros.
        let modbus = Snippet::new("read", Input::Hex, "01 03 00 00 00 0a");
        let modbus = Snippet { checksum: Some(Check::usual(Checksum::CRC_16_MODBUS)), ..modbus };
        let bytes = modbus.bytes(TextEncoding::UTF_8, LineEnding::Crlf, &values()).unwrap();
        assert_eq!(bytes, b"\x01\x03\0\0\0\x0a\xc5\xcd");
    }

    #[test]
    fn a_snippet_is_checked_before_it_is_kept() {
        assert_eq!(text(r"你 {time}\x00").check(), Ok(()));
        assert_eq!(Snippet::new("", Input::Text, "a").check(), Err(SnippetError::Name(NameError::Empty)));
        assert_eq!(text(&"a".repeat(MAX_SNIPPET_CHARS)).check(), Ok(()));
        assert_eq!(text(&"a".repeat(MAX_SNIPPET_CHARS + 1)).check(), Err(SnippetError::Long));
        let hex = Snippet::new("s", Input::Hex, "0".repeat(MAX_SNIPPET_CHARS + 2));
        assert_eq!(hex.check(), Err(SnippetError::Long));
        assert_eq!(text(&"{random:256}".repeat(5_000)).check(), Err(SnippetError::LongWhenFilled));
    }

    proptest! {
        #[test]
        fn a_text_without_macros_is_sent_as_it_is(text in r"[a-z{}你: ]{0,20}") {
            prop_assert_eq!(string(&without_macros(&text)), text);
        }

        #[test]
        fn no_typed_text_panics_and_every_place_is_in_it(
            payload in r"([{}\\]|random|time|counter|:|[0-9]|x|你){0,12}",
            input in prop::sample::select(vec![Input::Text, Input::Hex]),
        ) {
            for encoding in TextEncoding::OFFERED {
                let snippet = Snippet::new("s", input, payload.clone());
                if let Err(error) = snippet.bytes(*encoding, LineEnding::Crlf, &values()) {
                    prop_assert!(error.position().is_some_and(|position| position < payload.chars().count()));
                }
            }
        }
    }
}
