//! `between`: a message stands between a mark that begins it and one that ends it, as STX and ETX. What comes before the
//! first mark belongs to no message. Where there is an escape byte, the byte behind it is only itself.

use bytes::Bytes;

use super::matcher::Matcher;
use super::{Aside, Cutter, Found, FramingKind, MAX_DELIMITER, Progress, Resumed, UnframeableError, joined, within};
use crate::kinds::field::{Field, Values};
use crate::t;
use crate::values::payload::format_hex;

pub static BETWEEN: FramingKind = FramingKind {
    name: "between",
    fields: &[START, END, ESCAPE],
    example: "{ kind = \"between\", start_hex = \"0b\", end_hex = \"1c 0d\" }",
    cutter: |values, _| Box::new(Between::new(Marks::of(values))),
    frame: |values, _, payload| frame(&Marks::of(values), payload),
    decode: Some(|values, payload| {
        let escape = Marks::of(values).escape?;
        Some(unescaped(payload, escape))
    }),
    short: |lang, values| {
        let [start, end] = [START, END].map(|field| format_hex(values.bytes(field.key)));
        Some(t!(lang, "framing-short-between", start = start, end = end).into_owned())
    },
    ..FramingKind::PLAIN
};

const START: Field = Field::mark("start", 1, MAX_DELIMITER, r"\x02", r"\x02");
const END: Field = Field::mark("end", 1, MAX_DELIMITER, r"\x03", r"\x03");
const ESCAPE: Field = Field::mark("escape", 0, 1, "", r"\x10");

/// The marks around a message.
#[derive(Clone, Debug)]
pub(super) struct Marks {
    pub start: Box<[u8]>,
    pub end: Box<[u8]>,
    pub escape: Option<u8>,
}

impl Marks {
    pub const fn len(marks: &[u8]) -> u64 {
        marks.len() as u64
    }

    pub fn new(start: &[u8], end: &[u8]) -> Self {
        Self { start: start.into(), end: end.into(), escape: None }
    }

    fn of(values: &Values) -> Self {
        let mark = |field: Field, usual: &'static [u8]| match values.bytes(field.key) {
            [] => usual.into(),
            bytes => bytes.into(),
        };
        let escape = values.bytes(ESCAPE.key).first().copied();
        Self { start: mark(START, b"\x02"), end: mark(END, b"\x03"), escape }
    }

    /// Whether the byte means something in a message.
    fn is_special(&self, byte: u8) -> bool {
        self.escape == Some(byte) || self.start.first() == Some(&byte) || self.end.first() == Some(&byte)
    }
}

pub(super) fn frame(marks: &Marks, payload: Bytes) -> Result<Bytes, UnframeableError> {
    let Some(escape) = marks.escape else { return Ok(joined(&marks.start, &payload, &marks.end)) };
    let mut framed = Vec::with_capacity(payload.len() + marks.start.len() + marks.end.len());
    framed.extend_from_slice(&marks.start);
    for byte in payload {
        if marks.is_special(byte) {
            framed.push(escape);
        }
        framed.push(byte);
    }
    framed.extend_from_slice(&marks.end);
    Ok(framed.into())
}

fn unescaped(payload: &[u8], escape: u8) -> Vec<u8> {
    let mut plain = Vec::with_capacity(payload.len());
    let mut bytes = payload.iter();
    while let Some(byte) = bytes.next() {
        plain.push(if *byte == escape { *bytes.next().unwrap_or(byte) } else { *byte });
    }
    plain
}

/// Looks for the one mark and then for the other.
#[derive(Clone, Debug)]
pub(super) struct Between {
    marks: Marks,
    start: Matcher,
    end: Matcher,
    is_inside: bool,
    /// The byte before was the escape byte.
    is_escaped: bool,
}

impl Between {
    pub fn new(marks: Marks) -> Self {
        let (start, end) = (Matcher::new(&marks.start), Matcher::new(&marks.end));
        Self { marks, start, end, is_inside: false, is_escaped: false }
    }

    fn outside(&mut self, at: &Progress, bytes: &[u8]) -> (u64, Found) {
        // Noise is reported in pieces of this length, wherever the stream is cut.
        let most = u64::from(at.max) + self.start.len();
        let bytes = within(bytes, most.saturating_sub(at.len));
        if let Some(used) = self.start.find(bytes) {
            self.is_inside = true;
            let noise = (at.len + used).saturating_sub(self.start.len());
            let found = if noise == 0 { Found::More } else { Found::Aside(Aside { len: noise, is_padding: false }) };
            return (used, found);
        }
        let used = bytes.len() as u64;
        if at.len + used < most {
            return (used, Found::More);
        }
        (used, Found::Aside(Aside { len: most - self.start.matched(), is_padding: false }))
    }

    /// How many bytes there are up to the end of the end mark.
    fn find_end(&mut self, bytes: &[u8]) -> Option<u64> {
        let Some(escape) = self.marks.escape else { return self.end.find(bytes) };
        for (index, byte) in bytes.iter().enumerate() {
            let was_escaped = std::mem::take(&mut self.is_escaped);
            // A mark that begins with the escape byte, as DLE ETX, is one all the same.
            let continues_mark = was_escaped && self.end.matched() > 0 && self.marks.end.first() == Some(&escape);
            if was_escaped && !continues_mark {
                self.end.forget();
                continue;
            }
            if self.end.find(std::slice::from_ref(byte)).is_some() {
                return Some(index as u64 + 1);
            }
            if continues_mark && self.end.matched() <= 1 {
                // No mark after all: the byte was escaped.
                self.end.forget();
                continue;
            }
            self.is_escaped = *byte == escape;
        }
        None
    }
}

impl Cutter for Between {
    fn advance(&mut self, at: &Progress, bytes: Option<&[u8]>, available: u64) -> (u64, Found) {
        let Some(bytes) = bytes else {
            (self.is_escaped, self.is_inside) = (false, self.is_inside && at.len > 0);
            self.start.forget();
            self.end.forget();
            return (available, Found::More);
        };
        if !self.is_inside {
            return self.outside(at, bytes);
        }
        let (header, trailer) = (Marks::len(&self.marks.start), Marks::len(&self.marks.end));
        let room = (u64::from(at.max) + header + trailer).saturating_sub(at.len);
        match self.find_end(within(bytes, room)) {
            Some(used) => (used, Found::End { header, trailer }),
            None if available < room => (available, Found::More),
            None => (0, at.too_long()),
        }
    }

    fn begin_frame(&mut self) {
        (self.is_inside, self.is_escaped) = (false, false);
        self.start.forget();
        self.end.forget();
    }

    fn resume_at(&mut self, _: u64) -> Resumed {
        Resumed::Between
    }

    fn aside(&self, len: u64) -> Option<Aside> {
        let len = len.saturating_sub(self.start.matched());
        (!self.is_inside).then_some(Aside { len, is_padding: false })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_special_is_escaped_and_found_again() {
        let marks = Marks { escape: Some(0x10), ..Marks::new(b"\x02", b"\x03") };
        let framed = frame(&marks, Bytes::from_static(b"a\x03\x10b\x02")).unwrap();
        assert_eq!(framed, b"\x02a\x10\x03\x10\x10b\x10\x02\x03".as_slice());
        assert_eq!(unescaped(&framed[1..framed.len() - 1], 0x10), b"a\x03\x10b\x02");
    }

    proptest! {
        #[test]
        fn a_mark_that_begins_with_the_escape_byte_is_one(
            payload in prop::collection::vec(prop::sample::select(b"\x10\x02\x03a".to_vec()), 0..12),
        ) {
            // DLE STX … DLE ETX, where a DLE within is doubled.
            let marks = Marks { escape: Some(0x10), ..Marks::new(b"\x10\x02", b"\x10\x03") };
            let framed = frame(&marks, Bytes::from(payload.clone())).unwrap();
            let mut between = Between::new(marks);
            let mut at = Progress { start: 0, len: 0, max: 100 };
            let mut end = None;
            for (index, byte) in framed.iter().enumerate() {
                let (used, found) = between.advance(&at, Some(&[*byte]), 1);
                at.len += used;
                if matches!(found, Found::End { .. }) {
                    end.get_or_insert(index + 1);
                    break;
                }
            }
            prop_assert_eq!(end, Some(framed.len()));
            prop_assert_eq!(unescaped(&framed[2..framed.len() - 2], 0x10), payload);
        }
    }
}
