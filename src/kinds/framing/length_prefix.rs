//! `length-prefix`: a number says how many bytes a message has.
//!
//! Where the number stands first, the message is what follows it. Where something stands before it, as a transaction's id
//! in Modbus TCP, that belongs to the message, which then is the whole frame; in what goes out the number is put right.

use super::length::{Length, LengthCutter, Number};
use super::{Framing, FramingKind};
use crate::kinds::field::{Field, Value, Values};
use crate::t;

/// How many bytes the number may have.
pub const PREFIX_WIDTHS: &[u32] = &[1, 2, 3, 4, 5, 6, 7, 8];

pub static LENGTH_PREFIX: FramingKind = FramingKind {
    name: "length-prefix",
    fields: &[NUMBER, BYTES, ENDIAN, END, DIGITS, OFFSET, INCLUDES, ADJUST],
    example: "{ kind = \"length-prefix\", bytes = 2, endian = \"big\" }",
    cutter: |values, _| Box::new(LengthCutter::new(length(values))),
    frame: |values, _, payload| length(values).frame(&payload),
    short: |lang, values| {
        let order = match (values.choice(NUMBER.key), values.number(BYTES.key), values.choice(ENDIAN.key)) {
            (VARINT, ..) => "varint".to_owned(),
            (number @ (DECIMAL | HEX), ..) => number.to_owned(),
            (_, 1, _) => "1".to_owned(),
            (_, width, "little") => format!("{width} LE"),
            (_, width, _) => format!("{width} BE"),
        };
        Some(t!(lang, "framing-short-prefix", bytes = order).into_owned())
    },
    ..FramingKind::PLAIN
};

const BINARY: &str = "binary";
const VARINT: &str = "varint";
const DECIMAL: &str = "decimal";
const HEX: &str = "hex";
/// The longest mark behind a number of digits.
const MAX_END: usize = 8;

const NUMBER: Field = Field::choice("number", &[BINARY, VARINT, DECIMAL, HEX]).quiet();
const BYTES: Field = Field::one_number("bytes", PREFIX_WIDTHS, 2).only_where(NUMBER.key, &[BINARY]);
// The order of the network is the usual one. A single byte has no order.
const ENDIAN: Field =
    Field::choice("endian", &["big", "little"]).beside().idle_where("bytes", 1).only_where(NUMBER.key, &[BINARY]);
const DIGITS: Field = Field::count("digits", 0, 19, 0).quiet().only_where(NUMBER.key, &[DECIMAL, HEX]);
const END: Field = Field::mark("end", 0, MAX_END, " ", "").quiet().only_where(NUMBER.key, &[DECIMAL, HEX]);
const OFFSET: Field = Field::count("offset", 0, 1_024, 0).quiet();
const INCLUDES: Field = Field::choice("includes", &["rest", "all"]).quiet();
const ADJUST: Field = Field::count("adjust", -65_536, 65_536, 0).quiet();

fn length(values: &Values) -> Length {
    let digits = |radix| {
        let count = usize::try_from(values.count(DIGITS.key)).unwrap_or(0);
        let end: &[u8] = match values.bytes(END.key) {
            _ if count > 0 => b"",
            b"" => b" ",
            end => end,
        };
        Number::Digits { radix, count, end: end.into() }
    };
    let number = match values.choice(NUMBER.key) {
        VARINT => Number::Varint,
        DECIMAL => digits(10),
        HEX => digits(16),
        _ => {
            let bytes = values.number(BYTES.key);
            let width = if PREFIX_WIDTHS.contains(&bytes) { bytes as usize } else { 2 };
            Number::Binary { width, is_big: values.choice(ENDIAN.key) != "little" }
        }
    };
    let offset = usize::try_from(values.count(OFFSET.key)).unwrap_or(0);
    Length {
        offset,
        number,
        adjust: values.count(ADJUST.key).into(),
        counts_all: values.choice(INCLUDES.key) == "all",
        keeps: offset > 0,
        trailer: b"",
    }
}

impl Framing {
    /// A number of 1 to 8 bytes; `None` for another width.
    pub fn length_prefix(width: u32, big_endian: bool) -> Option<Self> {
        let order = if big_endian { "big" } else { "little" };
        let values = [
            (NUMBER.key, Value::Choice(BINARY)),
            (BYTES.key, Value::Number(width)),
            (ENDIAN.key, Value::Choice(order)),
            (OFFSET.key, Value::Count(0)),
            (INCLUDES.key, Value::Choice("rest")),
            (ADJUST.key, Value::Count(0)),
        ];
        PREFIX_WIDTHS.contains(&width).then(|| Self::new(&LENGTH_PREFIX, Values::new(values)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_has_one_to_eight_bytes() {
        for width in PREFIX_WIDTHS {
            assert!(Framing::length_prefix(*width, true).is_some());
        }
        assert_eq!([0, 9, 16].map(|width| Framing::length_prefix(width, true)), [const { None }; 3]);
    }
}
