//! `delimiter`: these bytes end a message, wherever they stand.

use super::matcher::Matcher;
use super::{Cutter, Found, Framing, FramingKind, Progress, Resumed, joined, within};
use crate::kinds::field::{Field, Value, Values};
use crate::lang::visible::visible;
use crate::t;
use crate::values::payload::format_hex;

/// The longest delimiter, in bytes.
pub const MAX_DELIMITER: usize = 64;
/// How much of it a chip shows, in characters.
const MAX_SHOWN: usize = 12;

pub static DELIMITER: FramingKind = FramingKind {
    name: "delimiter",
    fields: &[BYTES],
    example: "{ kind = \"delimiter\", text = \";\" }",
    cutter: |values, _| Box::new(Matcher::new(bytes(values))),
    frame: |values, _, payload| Ok(joined(&[], &payload, bytes(values))),
    short: |lang, values| {
        let shown = match std::str::from_utf8(bytes(values)) {
            Ok(text) if !text.contains(' ') => visible(text).into_owned(),
            _ => format_hex(bytes(values)),
        };
        let cut: String = shown.chars().take(MAX_SHOWN).collect();
        Some(t!(lang, "framing-short-delimiter", delimiter = cut).into_owned())
    },
    ..FramingKind::PLAIN
};

const BYTES: Field = Field::bytes(MAX_DELIMITER, r"\n", r"\r\n");

/// Never empty.
fn bytes(values: &Values) -> &[u8] {
    match values.bytes(BYTES.key) {
        [] => b"\n",
        bytes => bytes,
    }
}

impl Cutter for Matcher {
    fn advance(&mut self, at: &Progress, bytes: Option<&[u8]>, available: u64) -> (u64, Found) {
        let trailer = self.len();
        let room = (u64::from(at.max) + trailer).saturating_sub(at.len);
        match bytes.map(|bytes| self.find(within(bytes, room))) {
            Some(Some(used)) => (used, Found::End { header: 0, trailer }),
            Some(None) if available < room => (available, Found::More),
            None if available < room => {
                self.forget();
                (available, Found::More)
            }
            _ => (0, at.too_long()),
        }
    }

    fn resume_at(&mut self, _: u64) -> Resumed {
        Resumed::Somewhere
    }
}

impl Framing {
    /// `None` for no byte and for more than [`MAX_DELIMITER`].
    pub fn delimiter(bytes: &[u8]) -> Option<Self> {
        let fits = (1..=MAX_DELIMITER).contains(&bytes.len());
        fits.then(|| Self::new(&DELIMITER, Values::one(BYTES.key, Value::Bytes(bytes.to_vec()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delimiter_has_a_byte_and_a_cap() {
        assert_eq!(Framing::delimiter(b""), None);
        let longest = Framing::delimiter(&[0; MAX_DELIMITER]).unwrap();
        assert_eq!(bytes(longest.values()).len(), MAX_DELIMITER);
        assert_eq!(Framing::delimiter(&[0; MAX_DELIMITER + 1]), None);
    }
}
