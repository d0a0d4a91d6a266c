//! A mark in a stream that comes in pieces.

use memchr::memchr;

/// Looks for a delimiter that may come in pieces (Knuth, Morris and Pratt): each byte is looked at once, none is kept.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    delimiter: Box<[u8]>,
    /// For each beginning of the delimiter: how long its longest beginning is that also ends it.
    borders: Box<[usize]>,
    matched: usize,
}

impl Matcher {
    pub fn new(delimiter: &[u8]) -> Self {
        let delimiter: Box<[u8]> = delimiter.into();
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

    pub fn len(&self) -> u64 {
        self.delimiter.len() as u64
    }

    /// How many of the bytes that came last are the beginning of a delimiter.
    pub fn matched(&self) -> u64 {
        self.matched as u64
    }

    /// What came so far is not the beginning of a delimiter.
    pub fn forget(&mut self) {
        self.matched = 0;
    }

    /// How many bytes there are up to the end of the delimiter.
    pub fn find(&mut self, bytes: &[u8]) -> Option<u64> {
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
