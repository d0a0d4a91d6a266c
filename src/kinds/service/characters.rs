//! A message character by character, with the bytes that each of them is: for services that look at text and must give
//! back exactly the bytes that came.

use encoding_rs::{DecoderResult, Encoding};

use crate::values::TextEncoding;

/// The longest sequence of bytes that is one character in any encoding without states (GB18030 and UTF-8 have four).
const MAX_CHARACTER_BYTES: usize = 4;

/// What the bytes begin with.
pub(super) enum First<'a> {
    /// A character (in Big5 sometimes two) of this length in bytes.
    Text(&'a str, usize),
    /// This many bytes that are no text.
    Invalid(usize),
    /// The beginning of a character.
    Unfinished,
}

/// Decodes the first character, giving the decoder one byte more until something comes out.
pub(super) fn first<'a>(decoding: &'static Encoding, bytes: &[u8], buffer: &'a mut [u8; 32]) -> First<'a> {
    for len in 1..=MAX_CHARACTER_BYTES {
        let Some(some) = bytes.get(..len) else { return First::Unfinished };
        let mut decoder = decoding.new_decoder_without_bom_handling();
        let (result, _, written) = decoder.decode_to_utf8_without_replacement(some, buffer, false);
        match result {
            DecoderResult::InputEmpty if written == 0 => {}
            DecoderResult::InputEmpty => {
                return match std::str::from_utf8(&buffer[..written]) {
                    Ok(text) => First::Text(text, len),
                    Err(_) => First::Invalid(len),
                };
            }
            // The bytes after the bad ones are decoded again.
            DecoderResult::Malformed(bad, _) => return First::Invalid(usize::from(bad).clamp(1, len)),
            // The buffer has room for far more than one character.
            DecoderResult::OutputFull => return First::Invalid(len),
        }
    }
    First::Invalid(1)
}

/// A message as text. Bytes that are no text in the encoding stand in it as U+FFFD.
#[derive(Debug)]
pub(super) struct Decoded {
    pub text: String,
    /// Where each character begins, in the text and in the message, and at last both ends.
    places: Vec<(usize, usize)>,
}

impl Decoded {
    /// `None` for the only encoding with states, in which a character has no bytes of its own.
    pub(super) fn new(message: &[u8], encoding: TextEncoding) -> Option<Self> {
        let mut decoded =
            Self { text: String::with_capacity(message.len()), places: Vec::with_capacity(message.len()) };
        match encoding.decoding() {
            Some(decoding) if decoding == encoding_rs::ISO_2022_JP => return None,
            Some(decoding) => decoded.read(message, decoding),
            None => {
                for (at, byte) in message.iter().enumerate() {
                    let known = byte.is_ascii() || encoding == TextEncoding::Latin1;
                    decoded.push(at, if known { char::from(*byte) } else { char::REPLACEMENT_CHARACTER });
                }
            }
        }
        decoded.places.push((decoded.text.len(), message.len()));
        Some(decoded)
    }

    fn read(&mut self, message: &[u8], decoding: &'static Encoding) {
        let mut buffer = [0; 32];
        let mut at = 0;
        while let Some(here) = message.get(at..).filter(|here| !here.is_empty()) {
            match first(decoding, here, &mut buffer) {
                First::Text(text, len) => {
                    self.places.push((self.text.len(), at));
                    self.text.push_str(text);
                    at += len;
                }
                First::Invalid(len) => {
                    self.push(at, char::REPLACEMENT_CHARACTER);
                    at += len;
                }
                First::Unfinished => {
                    self.push(at, char::REPLACEMENT_CHARACTER);
                    break;
                }
            }
        }
    }

    fn push(&mut self, at: usize, character: char) {
        self.places.push((self.text.len(), at));
        self.text.push(character);
    }

    /// Where in the message the character at that place of the text begins.
    pub(super) fn place(&self, in_text: usize) -> usize {
        let after = self.places.partition_point(|(text, _)| *text <= in_text);
        after.checked_sub(1).and_then(|index| self.places.get(index)).map_or(0, |(_, message)| *message)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(label: &str, message: &[u8]) -> Decoded {
        Decoded::new(message, label.parse().unwrap()).unwrap()
    }

    #[test]
    fn each_character_knows_its_bytes() {
        let gbk = decoded("gbk", b"a\xc4\xe3\xff\xba\xc3\xc4");
        assert_eq!(gbk.text, "a你\u{fffd}好\u{fffd}");
        let places: Vec<usize> = gbk.text.char_indices().map(|(at, _)| gbk.place(at)).collect();
        assert_eq!(places, [0, 1, 3, 4, 6]);
        assert_eq!(gbk.place(gbk.text.len()), 7);
        assert_eq!(decoded("latin-1", b"\xe9a").text, "éa");
        assert_eq!(decoded("ascii", b"\xe9a").text, "\u{fffd}a");
        assert_eq!(decoded("utf-16le", b"a\0\x3d\xd8\x00\xde\0").text, "a😀\u{fffd}");
        assert!(Decoded::new(b"a", "iso-2022-jp".parse().unwrap()).is_none());
    }

    proptest! {
        #[test]
        fn the_places_go_up_to_both_ends(
            message in prop::collection::vec(any::<u8>(), 0..40),
            label in prop::sample::select(vec!["utf-8", "gbk", "gb18030", "big5", "shift_jis", "euc-jp", "utf-16be", "latin-1"]),
        ) {
            let decoded = decoded(label, &message);
            prop_assert!(decoded.places.is_sorted());
            prop_assert_eq!(decoded.place(0), 0);
            prop_assert_eq!(decoded.place(decoded.text.len()), message.len());
            prop_assert_eq!(decoded.place(usize::MAX), message.len());
        }

        #[test]
        fn what_was_encoded_is_decoded(text in "[a-z你好é日本]{0,20}", label in prop::sample::select(vec!["utf-8", "gb18030", "utf-16le"])) {
            let encoding: TextEncoding = label.parse().unwrap();
            let message = encoding.encode(&text).unwrap();
            let decoded = decoded(label, &message);
            prop_assert_eq!(&decoded.text, &text);
            for (at, character) in text.char_indices() {
                let range = decoded.place(at)..decoded.place(at + character.len_utf8());
                prop_assert_eq!(&message[range], encoding.encode(&character.to_string()).unwrap());
            }
        }
    }
}
