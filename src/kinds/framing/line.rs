//! `line`: a line feed ends a message; a carriage return right before it belongs to the end.

use memchr::memchr;

use super::{Cutter, Found, Framing, FramingKind, Progress, Resumed, joined, within};
use crate::kinds::field::Values;
use crate::values::TextEncoding;

pub static LINE: FramingKind = FramingKind {
    name: "line",
    ends_lines: true,
    cutter: |_, encoding| Box::new(LineEnd::new(encoding)),
    frame: |_, encoding, payload| Ok(joined(&[], &payload, line_feed(encoding))),
    ..FramingKind::PLAIN
};

fn line_feed(encoding: TextEncoding) -> &'static [u8] {
    match encoding {
        TextEncoding::Utf16Le => b"\n\0",
        TextEncoding::Utf16Be => b"\0\n",
        TextEncoding::Web(_) | TextEncoding::Ascii | TextEncoding::Latin1 => b"\n",
    }
}

const LINE_FEED: u16 = 0x0a;
const CARRIAGE_RETURN: u16 = 0x0d;

/// Looks for a line feed and remembers what stood before it.
#[derive(Clone, Debug)]
struct LineEnd {
    unit: Unit,
    /// The byte, or the 16 bits, before the next one; 0 at the beginning of a line.
    before: u16,
    /// The first byte of 16 bits whose second has not come yet.
    half: u8,
}

/// What a line feed is made of. In UTF-16 the byte 0A is part of many characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Byte,
    Utf16Le,
    Utf16Be,
}

impl LineEnd {
    fn new(encoding: TextEncoding) -> Self {
        let unit = match encoding {
            TextEncoding::Utf16Le => Unit::Utf16Le,
            TextEncoding::Utf16Be => Unit::Utf16Be,
            TextEncoding::Web(_) | TextEncoding::Ascii | TextEncoding::Latin1 => Unit::Byte,
        };
        Self { unit, before: 0, half: 0xff }
    }

    fn width(&self) -> u64 {
        if self.unit == Unit::Byte { 1 } else { 2 }
    }

    /// The length of the longest end of a line: CR LF.
    fn longest(&self) -> u64 {
        2 * self.width()
    }

    /// How many bytes there are up to the end of the line, and how many of it are its end.
    fn find(&mut self, bytes: &[u8], position: u64) -> Option<(u64, u64)> {
        if self.unit == Unit::Byte { self.find_byte(bytes) } else { self.find_utf16(bytes, position) }
    }

    fn find_byte(&mut self, bytes: &[u8]) -> Option<(u64, u64)> {
        let found = memchr(b'\n', bytes);
        let last = bytes.get(..found.unwrap_or(bytes.len())).unwrap_or_default().last();
        if let Some(last) = last {
            self.before = u16::from(*last);
        }
        found.map(|at| (at as u64 + 1, self.end_len()))
    }

    fn find_utf16(&mut self, bytes: &[u8], position: u64) -> Option<(u64, u64)> {
        let is_odd = !position.is_multiple_of(2);
        for (index, byte) in bytes.iter().enumerate() {
            if index.is_multiple_of(2) != is_odd {
                self.half = *byte;
                continue;
            }
            let pair = [self.half, *byte];
            let unit = if self.unit == Unit::Utf16Le { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) };
            if unit == LINE_FEED {
                return Some((index as u64 + 1, self.end_len()));
            }
            self.before = unit;
        }
        None
    }

    fn end_len(&self) -> u64 {
        if self.before == CARRIAGE_RETURN { 2 * self.width() } else { self.width() }
    }

    fn forget(&mut self) {
        self.before = 0;
        self.half = 0xff;
    }
}

impl Cutter for LineEnd {
    fn advance(&mut self, at: &Progress, bytes: Option<&[u8]>, available: u64) -> (u64, Found) {
        let max = u64::from(at.max);
        let room = (max + self.longest()).saturating_sub(at.len);
        match bytes.map(|bytes| self.find(within(bytes, room), at.position())) {
            Some(Some((used, trailer))) if at.len + used - trailer <= max => (used, Found::End { header: 0, trailer }),
            Some(None) if available < room => (available, Found::More),
            None if available < room => {
                self.forget();
                (available, Found::More)
            }
            _ => (0, at.too_long()),
        }
    }

    fn begin_frame(&mut self) {
        self.forget();
    }

    fn resume_at(&mut self, _: u64) -> Resumed {
        Resumed::Somewhere
    }
}

impl Framing {
    pub fn line() -> Self {
        Self::new(&LINE, Values::default())
    }
}
