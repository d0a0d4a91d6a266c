//! The `upper` service: text in upper case, in the endpoint's encoding, whatever the pieces in which it comes.

use bytes::Bytes;
use encoding_rs::Encoding;

use super::characters::{First, first};
use super::{Answer, Message, Reply, ReplyTrouble, Service, ServiceKind};
use crate::kinds::Values;
use crate::values::TextEncoding;

pub static UPPER: ServiceKind =
    ServiceKind { name: "upper", make: |_, encoding| Ok(Box::new(Upper::new(encoding))), ..ServiceKind::PLAIN };

/// Upper-cases a stream of messages. Each character is looked at by itself, so that bytes which are no text, or which
/// have no upper case, pass exactly as they came.
#[derive(Clone, Debug)]
struct Upper {
    encoding: TextEncoding,
    /// The beginning of a character whose end has not come yet.
    rest: Vec<u8>,
}

impl Upper {
    fn new(encoding: TextEncoding) -> Self {
        Self { encoding, rest: Vec::new() }
    }

    /// The text so far in upper case; the beginning of a character is kept for the next message.
    fn upper(&mut self, message: &[u8]) -> Result<Vec<u8>, ReplyTrouble> {
        let Some(decoding) = self.encoding.decoding() else {
            return message
                .iter()
                .map(|byte| self.upper_byte(*byte))
                .collect::<Result<Vec<_>, _>>()
                .map(|all| all.concat());
        };
        if decoding.is_ascii_compatible() && self.rest.is_empty() && message.is_ascii() {
            return Ok(message.to_ascii_uppercase());
        }
        if decoding == encoding_rs::ISO_2022_JP {
            return self.whole(decoding, message);
        }
        let joined;
        let bytes = if self.rest.is_empty() {
            message
        } else {
            joined = [self.rest.as_slice(), message].concat();
            self.rest.clear();
            &joined
        };
        self.by_character(decoding, bytes)
    }

    /// What was kept for a next message that will not come.
    fn take_rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.rest)
    }

    fn by_character(&mut self, decoding: &'static Encoding, bytes: &[u8]) -> Result<Vec<u8>, ReplyTrouble> {
        let mut out = Vec::with_capacity(bytes.len());
        let mut buffer = [0u8; 32];
        let mut at = 0;
        while at < bytes.len() {
            let here = &bytes[at..];
            match first(decoding, here, &mut buffer) {
                First::Text(text, len) => {
                    let upper = text.to_uppercase();
                    if upper == text {
                        out.extend_from_slice(&here[..len]);
                    } else {
                        out.extend(self.encoding.encode(&upper).map_err(ReplyTrouble::unencodable(self.encoding))?);
                    }
                    at += len;
                }
                First::Invalid(len) => {
                    out.extend_from_slice(&here[..len]);
                    at += len;
                }
                First::Unfinished => {
                    self.rest = here.to_vec();
                    break;
                }
            }
        }
        Ok(out)
    }

    /// ASCII and Latin-1: a byte is a character.
    fn upper_byte(&self, byte: u8) -> Result<Vec<u8>, ReplyTrouble> {
        let character = char::from(byte);
        if self.encoding == TextEncoding::Ascii || character.is_ascii() {
            return Ok(vec![byte.to_ascii_uppercase()]);
        }
        let upper: String = character.to_uppercase().collect();
        self.encoding.encode(&upper).map_err(ReplyTrouble::unencodable(self.encoding))
    }

    /// ISO-2022-JP switches between character sets by escape sequences, so a character has no bytes of its own: each
    /// message is taken as a text of its own, and as it is where it is none.
    fn whole(&self, decoding: &'static Encoding, message: &[u8]) -> Result<Vec<u8>, ReplyTrouble> {
        match decoding.decode_without_bom_handling_and_without_replacement(message) {
            Some(text) => self.encoding.encode(&text.to_uppercase()).map_err(ReplyTrouble::unencodable(self.encoding)),
            None => Ok(message.to_vec()),
        }
    }
}

impl Service for Upper {
    fn on_message(&mut self, message: &Message<'_>) -> Answer {
        match self.upper(message.bytes) {
            Ok(bytes) if message.is_datagram => Answer::bytes([bytes, self.take_rest()].concat()),
            // Only the beginning of a character has come: there is nothing to say yet.
            Ok(bytes) if bytes.is_empty() => Answer::default(),
            upper => upper.into(),
        }
    }

    fn on_end(&mut self) -> Option<Bytes> {
        Some(Bytes::from(self.take_rest())).filter(|rest| !rest.is_empty())
    }
}

impl Reply {
    pub fn upper() -> Self {
        Self::new(&UPPER, Values::default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{reply, service};
    use super::*;

    fn upper(encoding: &str) -> Upper {
        Upper::new(encoding.parse().unwrap())
    }

    /// The answers to all pieces, one after the other, with what was held back at the end.
    fn in_pieces(encoding: &str, pieces: &[&[u8]]) -> Vec<u8> {
        let mut upper = upper(encoding);
        let mut out = Vec::new();
        for piece in pieces {
            out.extend(upper.upper(piece).unwrap());
        }
        out.extend(upper.take_rest());
        out
    }

    #[test]
    fn upper_works_in_the_encoding_of_the_endpoint() {
        assert_eq!(reply(&mut service(&Reply::upper(), "utf-8"), "aé你".as_bytes()), "AÉ你".as_bytes());
        // 「ａ」 is A3 E1 in GBK and its capital A3 C1; byte by byte upper-casing would leave it.
        assert_eq!(reply(&mut service(&Reply::upper(), "gbk"), b"a\xa3\xe1\xc4\xe3"), b"A\xa3\xc1\xc4\xe3");
    }

    #[test]
    fn a_character_split_over_two_messages_is_joined() {
        let mut utf8 = upper("utf-8");
        assert_eq!(utf8.upper(b"a\xc3").unwrap(), b"A");
        assert_eq!(utf8.upper(b"\xa9b").unwrap(), "ÉB".as_bytes());
        assert_eq!(in_pieces("gbk", &[b"\xa3", b"\xe1"]), b"\xa3\xc1");
        assert_eq!(in_pieces("utf-16le", &[b"a", b"\0b", b"\0"]), b"A\0B\0");
        // U+10428 is a letter outside the first plane: four bytes in both encodings.
        assert_eq!(in_pieces("utf-8", &[b"\xf0\x90", b"\x90", b"\xa8"]), "\u{10400}".as_bytes());
        assert_eq!(in_pieces("utf-16be", &[b"\xd8\x01\xdc", b"\x28"]), b"\xd8\x01\xdc\x00");
    }

    #[test]
    fn bytes_that_are_no_text_pass_unchanged() {
        assert_eq!(in_pieces("utf-8", &[b"a\xffb\xc3"]), b"A\xffB\xc3");
        assert_eq!(in_pieces("utf-8", &[b"\xe4\xbdz"]), b"\xe4\xbdZ");
        assert_eq!(in_pieces("gbk", &[b"a\xff\xc4\xe3b"]), b"A\xff\xc4\xe3B");
        assert_eq!(in_pieces("ascii", &[b"a\xe9"]), b"A\xe9");
    }

    #[test]
    fn the_only_encoding_with_states_is_done_message_by_message() {
        let kanji = b"\x1b$B4A\x1b(Ba";
        assert_eq!(in_pieces("iso-2022-jp", &[kanji]), b"\x1b$B4A\x1b(BA");
    }

    proptest! {
        #[test]
        fn any_splitting_gives_the_same_text(
            text in "[a-zA-Z0-9 \n\u{4e00}-\u{9fa5}]{0,40}",
            cuts in prop::collection::vec(0usize..120, 0..6),
            encoding in prop::sample::select(vec!["utf-8", "gbk", "gb18030", "utf-16le"]),
        ) {
            let target: TextEncoding = encoding.parse().unwrap();
            let bytes = target.encode(&text).unwrap();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect();
            prop_assert_eq!(in_pieces(encoding, &pieces), target.encode(&text.to_uppercase()).unwrap());
        }

        #[test]
        fn arbitrary_bytes_may_be_split_anywhere(
            bytes in prop::collection::vec(any::<u8>(), 0..64),
            cut in 0usize..64,
            encoding in prop::sample::select(vec!["utf-8", "gbk", "gb18030", "big5", "shift_jis", "euc-kr", "utf-16be"]),
        ) {
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            let mut whole = upper(encoding);
            let mut split = upper(encoding);
            // What can't be encoded ends an answer; the two ways are compared where neither meets any.
            let all = whole.upper(&bytes);
            if let (Ok(all), Ok(one), Ok(two)) = (all, split.upper(head), split.upper(tail)) {
                prop_assert_eq!([all, whole.take_rest()].concat(), [one, two, split.take_rest()].concat());
            }
        }
    }
}
