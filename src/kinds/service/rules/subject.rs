//! A message as rules look at it.

use std::borrow::Cow;
use std::cell::OnceCell;

use regex::bytes::Captures;

use super::super::characters::Decoded;
use super::super::{Message, ReplyTrouble};
use crate::kinds::framing::{FrameValue, Preset};
use crate::kinds::rule::{RuleError, RuleField};
use crate::values::TextEncoding;

/// What is looked for, as [`Subject::plain`] gives a message.
pub(super) fn needle(text: &str, encoding: TextEncoding) -> Result<Vec<u8>, RuleError> {
    let bytes = encoded(RuleField::When, text, encoding)?;
    // There and back again, because a few characters become others (the yen sign in Shift_JIS).
    Ok(if is_compared_as_bytes(encoding) { bytes } else { decoded(&bytes, encoding).into_owned().into_bytes() })
}

/// True where no character's bytes are found within those of others.
fn is_compared_as_bytes(encoding: TextEncoding) -> bool {
    encoding.decoding().is_none_or(|decoding| decoding == encoding_rs::UTF_8 || decoding.is_single_byte())
}

fn decoded(bytes: &[u8], encoding: TextEncoding) -> Cow<'_, str> {
    match encoding.decoding() {
        Some(decoding) => decoding.decode_without_bom_handling(bytes).0,
        None => String::from_utf8_lossy(bytes),
    }
}

/// A message and its readings, each made when a rule first asks for it.
pub(super) struct Subject<'m> {
    pub message: &'m [u8],
    frame: Option<(&'static Preset, &'m [u8])>,
    fields: OnceCell<Vec<FrameValue>>,
    pub encoding: TextEncoding,
    text: OnceCell<Cow<'m, str>>,
    decoded: OnceCell<Option<Decoded>>,
}

impl<'m> Subject<'m> {
    pub fn new(about: &Message<'m>, encoding: TextEncoding) -> Self {
        let (message, frame) = (about.bytes, about.frame);
        let (text, decoded) = (OnceCell::new(), OnceCell::new());
        Self { message, frame, fields: OnceCell::new(), encoding, text, decoded }
    }

    /// The fields of its frame.
    pub fn fields(&self) -> &[FrameValue] {
        let values = |(preset, whole): (&Preset, &[u8])| preset.values(whole);
        self.fields.get_or_init(|| self.frame.map(values).unwrap_or_default())
    }

    /// What texts are compared with: the message, or its text in UTF-8.
    pub fn plain(&self) -> &[u8] {
        if is_compared_as_bytes(self.encoding) { self.message } else { self.text().as_bytes() }
    }

    fn text(&self) -> &str {
        self.text.get_or_init(|| decoded(self.message, self.encoding))
    }

    /// True where the message is its own text, in UTF-8, wherever it is text.
    fn is_utf8(&self) -> bool {
        match self.encoding.decoding() {
            Some(decoding) if decoding == encoding_rs::UTF_8 => true,
            Some(decoding) => decoding.is_ascii_compatible() && self.message.is_ascii(),
            None => self.message.is_ascii(),
        }
    }

    /// The text with the place of each character; `None` in the encoding with states.
    fn decoded(&self) -> Option<&Decoded> {
        self.decoded.get_or_init(|| Decoded::new(self.message, self.encoding)).as_ref()
    }

    /// UTF-8 wherever it is text, so that `.` is a character.
    pub fn regex_haystack(&self) -> &[u8] {
        if self.is_utf8() {
            return self.message;
        }
        self.decoded().map_or_else(|| self.text(), |decoded| &decoded.text).as_bytes()
    }

    /// The bytes of the message that are the capture of that number.
    pub fn captured<'c>(
        &'c self,
        captures: Option<&Captures<'c>>,
        number: usize,
    ) -> Result<Cow<'c, [u8]>, ReplyTrouble> {
        let Some(found) = captures.and_then(|captures| captures.get(number)) else { return Ok(Cow::Borrowed(&[])) };
        if self.is_utf8() {
            return Ok(Cow::Borrowed(found.as_bytes()));
        }
        match self.decoded() {
            Some(decoded) => {
                let range = decoded.place(found.start())..decoded.place(found.end());
                Ok(Cow::Borrowed(self.message.get(range).unwrap_or_default()))
            }
            // In the encoding with states the bytes mean nothing without those before them.
            None => {
                let text = String::from_utf8_lossy(found.as_bytes());
                self.encoding.encode(&text).map(Cow::Owned).map_err(ReplyTrouble::unencodable(self.encoding))
            }
        }
    }
}

/// A text in the endpoint's encoding.
pub fn encoded(field: RuleField, text: &str, encoding: TextEncoding) -> Result<Vec<u8>, RuleError> {
    encoding.encode(text).map_err(|error| RuleError::Unencodable {
        field,
        character: error.character,
        position: error.position,
        encoding: encoding.name(),
    })
}
