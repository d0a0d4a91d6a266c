//! The rows of a followed connection, made when they are shown.

use std::ops::Range;

use super::{Chunk, Direction, ENOUGH, Follow, HEX_BYTES, Place, Row, RowKind, Shape, TEXT_COLUMNS};
use crate::trace::Trace;
use crate::trace::text::visible;

impl Follow {
    /// The numbers of the rows. They stay when older ones leave.
    pub fn range(&self) -> Range<u64> {
        let start = self.marks.front().map_or(self.open.0, |(number, _)| *number);
        start..self.open.0 + u64::from(self.has_open)
    }

    /// Those rows, for as many of them as there are.
    pub fn rows(&self, trace: &Trace, wanted: Range<u64>) -> Vec<Row> {
        let mark = self.marks.partition_point(|(number, _)| *number <= wanted.start);
        let Some((mut number, mut place)) = mark.checked_sub(1).and_then(|mark| self.marks.get(mark).copied()) else {
            return Vec::new();
        };
        let mut rows = Vec::new();
        while number < wanted.end {
            let Some((row, next)) = self.row_at(trace, place) else { break };
            if number >= wanted.start {
                rows.push(row);
            }
            number += 1;
            match next {
                Some(next) => place = next,
                None => break,
            }
        }
        rows
    }

    /// The row that begins there and where the next one does; no next where it may still grow.
    pub(super) fn row_at(&self, trace: &Trace, mut place: Place) -> Option<(Row, Option<Place>)> {
        // To the first chunk that has something from there on.
        let mut chunk = self.chunk(place.chunk)?;
        loop {
            if chunk.gap > 0 && !place.past_gap {
                let kind = RowKind::Missing(chunk.gap);
                let row = Row { side: chunk.side, seq: chunk.seq, kind, first: true, continues: false };
                return Some((row, Some(Place { past_gap: true, ..place })));
            }
            if place.at < self.len(trace, chunk) {
                break;
            }
            place = Place { chunk: place.chunk + 1, ..Place::default() };
            chunk = self.chunk(place.chunk)?;
        }
        let (side, seq) = (chunk.side, chunk.seq);
        let before = place.chunk.checked_sub(1).and_then(|before| self.chunk(before));
        let first = place.at == 0 && (chunk.gap > 0 || before.is_none_or(|before| before.side != side));
        let made = |kind, continues| Row { side, seq, kind, first, continues };
        match self.shape {
            Shape::Text => {
                let (text, continues, next) = self.text_row(trace, place, side);
                Some((made(RowKind::Text(text), continues), next))
            }
            Shape::Hex => {
                let offset = chunk.offset + place.at as u64;
                let (bytes, continues, next) = self.hex_row(trace, place, side);
                Some((made(RowKind::Bytes { offset, bytes }, continues), next))
            }
        }
    }

    fn text_row(&self, trace: &Trace, mut place: Place, side: Direction) -> (String, bool, Option<Place>) {
        let (mut row, mut columns) = (String::new(), 0);
        while let Some(chunk) = self.chunk(place.chunk) {
            if chunk.side != side || (chunk.gap > 0 && !place.past_gap) {
                return (row, false, Some(place));
            }
            for (at, character) in text_from(trace, chunk, place.at).char_indices() {
                if character == '\n' {
                    if row.ends_with('\r') {
                        row.pop();
                    }
                    return (shown(row), false, Some(Place { at: place.at + at + 1, ..place }));
                }
                let width = width(character);
                if columns + width > TEXT_COLUMNS {
                    return (shown(row), true, Some(Place { at: place.at + at, ..place }));
                }
                columns += width;
                row.push(character);
            }
            place = Place { chunk: place.chunk + 1, ..Place::default() };
        }
        (shown(row), false, None)
    }

    fn hex_row(&self, trace: &Trace, mut place: Place, side: Direction) -> (Vec<u8>, bool, Option<Place>) {
        let mut row = Vec::with_capacity(HEX_BYTES);
        while let Some(chunk) = self.chunk(place.chunk) {
            if chunk.side != side || (chunk.gap > 0 && !place.past_gap) {
                return (row, false, Some(place));
            }
            let data = chunk_data(trace, chunk);
            let rest = data.get(place.at..).unwrap_or_default();
            let part = rest.get(..HEX_BYTES - row.len()).unwrap_or(rest);
            row.extend_from_slice(part);
            if row.len() == HEX_BYTES {
                return (row, true, Some(Place { at: place.at + part.len(), past_gap: true, ..place }));
            }
            place = Place { chunk: place.chunk + 1, ..Place::default() };
        }
        (row, false, None)
    }

    pub(super) fn len(&self, trace: &Trace, chunk: &Chunk) -> usize {
        match &chunk.text {
            Some(text) if self.shape == Shape::Text => text.len(),
            _ => chunk_data(trace, chunk).len(),
        }
    }
}

fn chunk_data<'a>(trace: &'a Trace, chunk: &Chunk) -> &'a [u8] {
    // What only says how much is missing stands behind its call's bytes.
    let said = trace.get(chunk.seq).map(|call| trace.said(call));
    let said = said.filter(|said| said.offset.is_none_or(|offset| offset == chunk.offset));
    said.map_or(&[], |said| said.bytes)
}

/// A chunk's text from there on, at least as much as a row takes.
fn text_from<'a>(trace: &'a Trace, chunk: &'a Chunk, at: usize) -> &'a str {
    if let Some(text) = &chunk.text {
        return text.get(at..).unwrap_or_default();
    }
    // That it is UTF-8 was seen when it was taken in; here only the wanted part is read, so that a row of a large
    // call costs no more than one of a small call.
    let rest = chunk_data(trace, chunk).get(at..).unwrap_or_default();
    let enough = rest.get(..ENOUGH).unwrap_or(rest);
    match std::str::from_utf8(enough) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&enough[..error.valid_up_to()]).unwrap_or_default(),
    }
}

/// Tabs are four columns; what cannot be seen becomes visible.
fn shown(row: String) -> String {
    let row = if row.contains('\t') { row.replace('\t', "    ") } else { row };
    match visible(&row) {
        std::borrow::Cow::Borrowed(_) => row,
        std::borrow::Cow::Owned(visible) => visible,
    }
}

/// How many columns a character takes, near enough for breaking lines.
fn width(character: char) -> usize {
    match character {
        '\t' => 4,
        _ if character.is_control() => 4,
        '\u{1100}'.. => 2,
        _ => 1,
    }
}
