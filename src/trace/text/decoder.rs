//! A stream's bytes as text, call by call, so that each call shows exactly the bytes that it moved.

use encoding_rs::{Decoder, DecoderResult};

use super::push_raw_byte;
use crate::lab::TextEncoding;

/// The longest malformed sequence (4 bytes) with what a decoder may have read after it (3 bytes).
const HISTORY: usize = 8;

/// Begins a designation of ISO-2022-JP, which gives no character of its own.
const ESC: u8 = 0x1b;
/// The designations of ISO-2022-JP in the Encoding Standard, without ESC.
const DESIGNATIONS: [[u8; 2]; 5] = [*b"(B", *b"(J", *b"(I", *b"$@", *b"$B"];

/// Decodes a stream as it arrives. Bytes that are invalid in the encoding appear as `\xNN`, a byte order mark is a
/// character like any other.
///
/// Bytes that begin a character at the end of a push are held. A following push joins them to the character, unless
/// [`Self::show_held`] has shown them as escapes by then: the rest of the character then appears as escapes too, with
/// the character in brackets, `\xa0(你)`. Either way each byte is shown once.
pub struct StreamDecoder {
    encoding: TextEncoding,
    /// `None` for the encodings that are decoded byte by byte.
    decoder: Option<Decoder>,
    /// ISO-2022-JP: the part of a designation that has arrived, and the last whole one.
    designation: Vec<u8>,
    mode: Option<[u8; 2]>,
    /// The last bytes that were pushed.
    history: Vec<u8>,
    /// Places in the stream, in bytes: how far it was pushed, how far it became text, how far it was shown.
    pushed: u64,
    settled: u64,
    shown: u64,
    /// Where the text ends for a character that was shown in part before, within what the last push appended to.
    joined: Option<usize>,
}

impl StreamDecoder {
    pub fn new(encoding: TextEncoding) -> Self {
        Self {
            encoding,
            decoder: new_decoder(encoding),
            designation: Vec::new(),
            mode: None,
            history: Vec::with_capacity(2 * HISTORY),
            pushed: 0,
            settled: 0,
            shown: 0,
            joined: None,
        }
    }

    pub fn encoding(&self) -> TextEncoding {
        self.encoding
    }

    /// Appends what these bytes say. Returns how much of it, in bytes of text, stands for a character whose beginning
    /// was shown before.
    pub fn push(&mut self, bytes: &[u8], out: &mut String) -> usize {
        self.joined = None;
        let begin = out.len();
        let mut rest = bytes;
        // Until the character is complete that was begun before.
        while self.settled < self.shown
            && let Some((byte, after)) = rest.split_first()
        {
            self.take(std::slice::from_ref(byte), out);
            rest = after;
        }
        // How many bytes are held at the end is only known where they are taken singly.
        let (bulk, end) = rest.split_at(rest.len().saturating_sub(HISTORY));
        if !bulk.is_empty() {
            self.take(bulk, out);
        }
        for byte in end {
            self.take(std::slice::from_ref(byte), out);
        }
        self.joined.map_or(0, |end| end - begin)
    }

    /// Whether a character was begun that is not complete, shown or not.
    pub fn is_inside(&self) -> bool {
        self.settled < self.pushed
    }

    /// How many bytes are part of a character that is not complete and are not shown yet.
    pub fn held(&self) -> usize {
        usize::try_from(self.pushed - self.settled.max(self.shown)).unwrap_or(usize::MAX)
    }

    /// Appends the bytes that are held, as `\xNN`; the character may still be completed.
    pub fn show_held(&mut self, out: &mut String) {
        for byte in self.history.iter().skip(self.history.len().saturating_sub(self.held())) {
            push_raw_byte(*byte, out);
        }
        self.shown = self.pushed;
    }

    /// The stream has ended: bytes of a character that never was completed appear as `\xNN`. What is pushed afterwards
    /// begins a new stream.
    pub fn finish(&mut self, out: &mut String) {
        self.end_characters(out);
        self.raw_designation(out);
        let encoding = self.encoding;
        *self = Self { history: std::mem::take(&mut self.history), ..Self::new(encoding) };
        self.history.clear();
    }

    /// All of a stream at once.
    pub(super) fn whole(mut self, bytes: &[u8], out: &mut String) {
        self.take(bytes, out);
        self.end_characters(out);
        self.raw_designation(out);
    }

    fn take(&mut self, bytes: &[u8], out: &mut String) {
        if self.decoder.is_none() {
            decode_single_bytes(self.encoding, bytes, out);
            self.pushed += bytes.len() as u64;
            self.settled = self.pushed;
            return;
        }
        if self.encoding.decoding() != Some(encoding_rs::ISO_2022_JP) {
            self.characters(bytes, out);
            return;
        }
        for byte in bytes {
            self.take_iso_2022_jp(*byte, out);
        }
    }

    /// The decoder swallows designations, so they are kept from it but for the mode that they set.
    fn take_iso_2022_jp(&mut self, byte: u8, out: &mut String) {
        if self.designation.is_empty() && byte != ESC {
            self.characters(&[byte], out);
            return;
        }
        if byte == ESC {
            self.end_characters(out);
            self.raw_designation(out);
            self.set_mode(self.mode);
        }
        self.designation.push(byte);
        self.remember(&[byte]);
        let so_far = self.designation.get(1..).unwrap_or_default();
        if let Some(mode) = DESIGNATIONS.iter().find(|known| known.as_slice() == so_far) {
            self.set_mode(Some(*mode));
            self.raw_designation(out);
        } else if !DESIGNATIONS.iter().any(|known| known.starts_with(so_far)) {
            // None after all: ESC stands for itself, and what follows it is text.
            let again = so_far.to_vec();
            self.designation.truncate(1);
            self.pushed -= again.len() as u64;
            self.history.truncate(self.history.len().saturating_sub(again.len()));
            self.raw_designation(out);
            for byte in again {
                self.take_iso_2022_jp(byte, out);
            }
        }
    }

    fn raw_designation(&mut self, out: &mut String) {
        let bytes = std::mem::take(&mut self.designation);
        for (byte, place) in bytes.iter().zip(self.pushed - bytes.len() as u64..) {
            match byte {
                _ if place < self.shown => {}
                &ESC => push_raw_byte(ESC, out),
                byte => out.push(char::from(*byte)),
            }
        }
        if !bytes.is_empty() {
            self.settled = self.pushed;
        }
    }

    fn set_mode(&mut self, mode: Option<[u8; 2]>) {
        self.mode = mode;
        self.decoder = new_decoder(self.encoding);
        if let (Some(decoder), Some([first, second])) = (&mut self.decoder, mode) {
            let mut nothing = String::with_capacity(16);
            let _ = decoder.decode_to_string_without_replacement(&[ESC, first, second], &mut nothing, false);
        }
    }

    fn characters(&mut self, bytes: &[u8], out: &mut String) {
        self.decode(bytes, false, out);
        self.remember(bytes);
    }

    fn remember(&mut self, bytes: &[u8]) {
        self.pushed += bytes.len() as u64;
        if let Some(last) = bytes.len().checked_sub(HISTORY) {
            self.history.clear();
            self.history.extend_from_slice(bytes.get(last..).unwrap_or_default());
        } else {
            let kept = self.history.len() + bytes.len();
            self.history.drain(..kept.saturating_sub(HISTORY));
            self.history.extend_from_slice(bytes);
        }
    }

    /// What the decoder still holds becomes `\xNN`. It can't be used afterwards.
    fn end_characters(&mut self, out: &mut String) {
        if self.designation.is_empty() {
            self.decode(&[], true, out);
        }
    }

    fn decode(&mut self, bytes: &[u8], last: bool, out: &mut String) {
        let Some(decoder) = &mut self.decoder else { return };
        let mut read = 0;
        loop {
            let rest = bytes.get(read..).unwrap_or_default();
            out.reserve(decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(rest.len()));
            let before = out.len();
            let (result, taken) = decoder.decode_to_string_without_replacement(rest, out, last);
            read += taken;
            let grown = out.len() > before;
            let here = self.pushed + read as u64;
            let byte_at = |place: u64| {
                let index = (place + self.history.len() as u64).saturating_sub(self.pushed) as usize;
                let byte = self.history.get(index).or_else(|| bytes.get(index - self.history.len()));
                byte.copied().unwrap_or_default()
            };
            let (good_end, bad_end) = match result {
                DecoderResult::InputEmpty | DecoderResult::OutputFull => (here, here),
                DecoderResult::Malformed(bad, after) => {
                    // Counted back from here; the sequence may reach into earlier pushes.
                    let end = here.saturating_sub(u64::from(after));
                    (end.saturating_sub(u64::from(bad)), end)
                }
            };
            if grown {
                if self.settled < self.shown {
                    let character = out.split_off(before);
                    for place in self.shown..good_end {
                        push_raw_byte(byte_at(place), out);
                    }
                    out.push('(');
                    out.push_str(&character);
                    out.push(')');
                    self.joined = Some(out.len());
                }
                self.settled = good_end;
            }
            if let DecoderResult::Malformed(..) = result {
                for place in good_end.max(self.shown)..bad_end {
                    push_raw_byte(byte_at(place), out);
                }
                self.settled = bad_end;
            }
            match result {
                DecoderResult::InputEmpty => return,
                // The next round reserves what is needed for the rest.
                DecoderResult::OutputFull => out.reserve(16),
                DecoderResult::Malformed(..) => {}
            }
        }
    }
}

impl std::fmt::Debug for StreamDecoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamDecoder").field("encoding", &self.encoding).finish_non_exhaustive()
    }
}

fn new_decoder(encoding: TextEncoding) -> Option<Decoder> {
    encoding.decoding().map(encoding_rs::Encoding::new_decoder_without_bom_handling)
}

fn decode_single_bytes(encoding: TextEncoding, bytes: &[u8], out: &mut String) {
    out.reserve(bytes.len());
    for byte in bytes {
        if byte.is_ascii() || encoding == TextEncoding::Latin1 {
            out.push(char::from(*byte));
        } else {
            push_raw_byte(*byte, out);
        }
    }
}
