//! `length-prefix`: a number before each message says how many bytes follow it.

use super::{
    Cutter, Found, FrameError, Framing, FramingKind, Progress, Resumed, UnframeableError, counted, joined, within,
};
use crate::kinds::field::{Field, Value, Values};
use crate::t;

/// How many bytes the number may have.
pub const PREFIX_WIDTHS: &[u32] = &[1, 2, 4, 8];

pub static LENGTH_PREFIX: FramingKind = FramingKind {
    name: "length-prefix",
    fields: &[BYTES, ENDIAN],
    example: "{ kind = \"length-prefix\", bytes = 2, endian = \"big\" }",
    cutter: |values, _| Box::new(Prefix::new(values)),
    frame: |values, _, payload| {
        let Prefix { width, big_endian, .. } = Prefix::new(values);
        let len = payload.len();
        if len as u64 > largest(width) {
            return Err(UnframeableError::PrefixTooNarrow { len, width, most: largest(width) });
        }
        let (big, little) = ((len as u64).to_be_bytes(), (len as u64).to_le_bytes());
        Ok(joined(if big_endian { &big[big.len() - width..] } else { &little[..width] }, &payload, &[]))
    },
    short: |lang, values| {
        let Prefix { width, big_endian, .. } = Prefix::new(values);
        let order = match (width, big_endian) {
            (1, _) => "",
            (_, true) => " BE",
            (_, false) => " LE",
        };
        Some(t!(lang, "framing-short-prefix", bytes = format!("{width}{order}")).into_owned())
    },
    ..FramingKind::PLAIN
};

const BYTES: Field = Field::one_number("bytes", PREFIX_WIDTHS, 2);
// The order of the network is the usual one. A single byte has no order.
const ENDIAN: Field = Field::choice("endian", &["big", "little"]).beside().idle_where("bytes", 1);

/// The largest number of that many bytes.
fn largest(width: usize) -> u64 {
    u64::MAX >> (64 - 8 * width)
}

#[derive(Clone, Debug)]
struct Prefix {
    width: usize,
    big_endian: bool,
    digits: [u8; 8],
    /// The number, once it is read.
    body: Option<u64>,
}

impl Prefix {
    fn new(values: &Values) -> Self {
        let bytes = values.number(BYTES.key);
        let width = if PREFIX_WIDTHS.contains(&bytes) { bytes as usize } else { 2 };
        Self { width, big_endian: values.choice(ENDIAN.key) != "little", digits: [0; 8], body: None }
    }

    fn read(&mut self, digits: &[u8], at: u64) {
        let places = self.digits.iter_mut().skip(usize::try_from(at).unwrap_or(usize::MAX));
        for (place, digit) in places.zip(digits) {
            *place = *digit;
        }
    }

    fn number(&self) -> u64 {
        let digits = self.digits.iter().take(self.width);
        let join = |number: u64, digit: &u8| number << 8 | u64::from(*digit);
        if self.big_endian { digits.fold(0, join) } else { digits.rev().fold(0, join) }
    }
}

impl Cutter for Prefix {
    fn advance(&mut self, at: &Progress, bytes: Option<&[u8]>, available: u64) -> (u64, Found) {
        let width = self.width as u64;
        let end = Found::End { header: width, trailer: 0 };
        if let Some(body) = self.body {
            return counted((width + body).saturating_sub(at.len), available, end);
        }
        let Some(bytes) = bytes else {
            return (0, Found::Failed(FrameError::Missing { at: at.start }));
        };
        let digits = within(bytes, width.saturating_sub(at.len));
        self.read(digits, at.len);
        let used = digits.len() as u64;
        if at.len + used < width {
            return (used, Found::More);
        }
        match self.number() {
            announced if announced > u64::from(at.max) => {
                (0, Found::Failed(FrameError::Lying { at: at.start, announced, max: at.max }))
            }
            0 => (used, end),
            body => {
                self.body = Some(body);
                (used, Found::More)
            }
        }
    }

    fn begin_frame(&mut self) {
        self.body = None;
    }

    fn resume_at(&mut self, _: u64) -> Resumed {
        Resumed::Lost
    }
}

impl Framing {
    /// A number of 1, 2, 4 or 8 bytes; `None` for another width.
    pub fn length_prefix(width: u32, big_endian: bool) -> Option<Self> {
        let order = if big_endian { "big" } else { "little" };
        let values = [(BYTES.key, Value::Number(width)), (ENDIAN.key, Value::Choice(order))];
        PREFIX_WIDTHS.contains(&width).then(|| Self::new(&LENGTH_PREFIX, Values::new(values)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_knows_its_largest_number() {
        for width in PREFIX_WIDTHS {
            assert_eq!(largest(*width as usize).leading_zeros(), 64 - 8 * width);
            assert!(Framing::length_prefix(*width, true).is_some());
        }
        assert_eq!([0, 3, 5, 16].map(|width| Framing::length_prefix(width, true)), [const { None }; 4]);
    }
}
