//! What ends a message that is not counted: a line feed or a delimiter, which may come in pieces.

use memchr::memchr;

use crate::lab::TextEncoding;
use crate::lab::framing::Delimiter;

const LINE_FEED: u16 = 0x0a;
const CARRIAGE_RETURN: u16 = 0x0d;

/// Looks for a line feed and remembers what stood before it.
#[derive(Clone, Debug)]
pub(super) struct LineEnd {
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
    pub(super) fn new(encoding: TextEncoding) -> Self {
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
    pub(super) fn longest(&self) -> u64 {
        2 * self.width()
    }

    /// How many bytes there are up to the end of the line, and how many of it are its end.
    pub(super) fn find(&mut self, bytes: &[u8], position: u64) -> Option<(u64, u64)> {
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

    pub(super) fn forget(&mut self) {
        self.before = 0;
        self.half = 0xff;
    }
}

/// Looks for a delimiter that may come in pieces (Knuth, Morris and Pratt): each byte is looked at once, none is kept.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    delimiter: Box<[u8]>,
    /// For each beginning of the delimiter: how long its longest beginning is that also ends it.
    borders: Box<[usize]>,
    matched: usize,
}

impl Matcher {
    pub(super) fn new(delimiter: &Delimiter) -> Self {
        let delimiter: Box<[u8]> = delimiter.bytes().into();
        let mut borders = vec![0; delimiter.len()].into_boxed_slice();
        let mut matched = 0;
        for index in 1..delimiter.len() {
            while matched > 0 && delimiter[index] != delimiter[matched] {
                matched = borders[matched - 1];
            }
            matched += usize::from(delimiter[index] == delimiter[matched]);
            borders[index] = matched;
        }
        Self { delimiter, borders, matched: 0 }
    }

    pub(super) fn len(&self) -> u64 {
        self.delimiter.len() as u64
    }

    /// What came so far is not the beginning of a delimiter.
    pub(super) fn forget(&mut self) {
        self.matched = 0;
    }

    /// How many bytes there are up to the end of the delimiter.
    pub(super) fn find(&mut self, bytes: &[u8]) -> Option<u64> {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if self.matched == 0 {
                at += memchr(self.delimiter[0], bytes.get(at..)?)?;
                self.matched = 1;
            } else {
                while self.matched > 0 && self.delimiter[self.matched] != *byte {
                    self.matched = self.borders[self.matched - 1];
                }
                self.matched += usize::from(self.delimiter[self.matched] == *byte);
            }
            at += 1;
            if self.matched == self.delimiter.len() {
                self.matched = 0;
                return Some(at as u64);
            }
        }
        None
    }
}
