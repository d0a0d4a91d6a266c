//! Finding in a followed connection, also over the break between two rows.

use super::{Follow, MAX_FOUND, Place, ROWS_PER_LOOK, Row, RowKind, Shape};
use crate::trace::Trace;

/// The text to find.
#[derive(Debug, Default)]
pub(super) struct Find {
    pub(super) needle: Vec<u8>,
    /// The rows, one for each time that it was found.
    pub(super) rows: Vec<u64>,
    /// The next row to search, and its place.
    pub(super) next: Option<(u64, Place)>,
    /// The end of the rows before in the same line.
    pub(super) tail: Vec<u8>,
}

impl Follow {
    /// What to look for: a text without case; in hex, bytes written in hex or else the text's bytes.
    pub fn look_for(&mut self, text: &str) {
        let needle = match self.shape {
            Shape::Text => text.to_lowercase().into_bytes(),
            Shape::Hex => match crate::lab::payload::parse_hex(text) {
                Ok(bytes) if !bytes.is_empty() => bytes,
                _ => self.encoding.encode(text).unwrap_or_default(),
            },
        };
        self.look_for_bytes(needle);
    }

    pub(super) fn look_for_bytes(&mut self, needle: Vec<u8>) {
        self.find = Find { needle, ..Find::default() };
    }

    /// The rows in which it was found, one for each time.
    pub fn found(&self) -> &[u64] {
        &self.find.rows
    }

    pub(super) fn search(&mut self, trace: &Trace, goes_on: &mut impl FnMut() -> bool) -> bool {
        if self.find.needle.is_empty() {
            return true;
        }
        let mut find = std::mem::take(&mut self.find);
        let (mut number, mut place) = find.next.unwrap_or_else(|| self.marks.front().copied().unwrap_or(self.open));
        let mut seen = 0u32;
        let mut done = true;
        while find.rows.len() < MAX_FOUND {
            seen += 1;
            if seen.is_multiple_of(ROWS_PER_LOOK) && !goes_on() {
                done = false;
                break;
            }
            // The last row may grow; it is searched when it is complete.
            let Some((row, next)) = self.row_at(trace, place) else { break };
            let is_open = next.is_none();
            if is_open {
                break;
            }
            find.look_at(&row, number);
            number += 1;
            place = next.unwrap_or(place);
        }
        find.next = Some((number, place));
        self.find = find;
        done
    }

    /// Times that it stands in the last row, which may still grow and is not among [`Self::found`].
    pub fn found_in_open(&self, trace: &Trace) -> usize {
        let Some((_, place)) = self.find.next.filter(|_| self.has_open && !self.find.needle.is_empty()) else {
            return 0;
        };
        let Some((row, None)) = self.row_at(trace, place) else { return 0 };
        let mut hay = self.find.tail.clone();
        hay.extend_from_slice(&searched(&row));
        memchr::memmem::find_iter(&hay, &self.find.needle).count()
    }
}

impl Find {
    fn look_at(&mut self, row: &Row, number: u64) {
        let before = self.tail.len();
        let mut hay = std::mem::take(&mut self.tail);
        hay.extend_from_slice(&searched(row));
        let mut after = 0;
        for at in memchr::memmem::find_iter(&hay, &self.needle) {
            // It begins in the row before where it is split over two.
            self.rows.push(if at < before { number.saturating_sub(1) } else { number });
            after = at + self.needle.len();
        }
        if row.continues {
            let kept = (self.needle.len() - 1).min(hay.len() - after);
            hay.drain(..hay.len() - kept);
            self.tail = hay;
        }
    }
}

/// What of a row is looked through.
fn searched(row: &Row) -> Vec<u8> {
    match &row.kind {
        RowKind::Text(text) => text.to_lowercase().into_bytes(),
        RowKind::Bytes { bytes, .. } => bytes.clone(),
        RowKind::Missing(_) => Vec::new(),
    }
}
