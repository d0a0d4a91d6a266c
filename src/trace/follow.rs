//! One connection followed: what both sides sent, in order, as rows of text or of hex.
//!
//! It follows the trace a little at a time and keeps no bytes of its own but for texts that had to be decoded: a row is
//! made when it is looked at, from a mark near it. So a conversation of 100 MB scrolls as one of 100 bytes does.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::ops::Range;

use bytes::Bytes;

use super::call::{Call, ConnId};
use super::flow::Seqs;
use super::store::Trace;
use super::text::{StreamDecoder, visible};
use crate::lab::{EndpointId, TextEncoding};

/// How wide a row of text is, in columns: a Chinese character takes two.
pub const TEXT_COLUMNS: usize = 96;
/// No row of text has more bytes: each character has a column and at most four bytes.
const ENOUGH: usize = 4 * TEXT_COLUMNS + 8;
/// How many bytes a row of hex has.
pub const HEX_BYTES: usize = 16;
/// The most bytes of decoded text that are kept; the oldest leave.
const MAX_DECODED: usize = 128 * 1024 * 1024;
/// The most places that are counted when something is looked for.
pub const MAX_FOUND: usize = 100_000;
/// Every so many rows their place is kept.
const MARK_EVERY: u64 = 32;
/// So many rows are made between two looks at the clock.
const ROWS_PER_LOOK: u32 = 64;

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    Sent,
    Received,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    #[default]
    Text,
    Hex,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub side: Side,
    /// The call that its first byte belongs to.
    pub seq: u64,
    pub kind: RowKind,
    /// It is the first of what this side said.
    pub first: bool,
    /// It goes on in the next row without a line's end.
    continues: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowKind {
    Text(String),
    /// `offset` is the first byte's place in its direction's stream.
    Bytes {
        offset: u64,
        bytes: Vec<u8>,
    },
    /// So many bytes were not kept.
    Missing(u64),
}

/// The bytes of one call.
#[derive(Debug)]
struct Chunk {
    seq: u64,
    side: Side,
    offset: u64,
    /// `None` where the call's bytes are valid UTF-8 and mean just that.
    text: Option<String>,
    /// So many bytes before it are missing.
    gap: u64,
}

/// Where a row begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    /// The chunk's number, counted from the beginning of the connection.
    chunk: u64,
    /// Bytes of its text, or of its data.
    at: usize,
    /// The row that says what is missing before the chunk is behind.
    past_gap: bool,
}

#[derive(Debug)]
struct Direction {
    decoder: StreamDecoder,
    /// The decoder may hold a part of a character.
    inside: bool,
    next: Option<u64>,
    /// So many bytes at the beginning are not kept.
    gone: u64,
}

#[derive(Debug)]
pub struct Follow {
    endpoint: EndpointId,
    conn: ConnId,
    encoding: TextEncoding,
    shape: Shape,
    only: Option<Side>,
    chunks: VecDeque<Chunk>,
    /// How many chunks have left.
    left: u64,
    directions: [Direction; 2],
    decoded: usize,
    next_seq: u64,
    generation: u64,
    marks: VecDeque<(u64, Place)>,
    /// The first row that may still grow, and its place.
    open: (u64, Place),
    /// Whether there is something in that row.
    has_open: bool,
    find: Find,
}

/// What is looked for.
#[derive(Debug, Default)]
struct Find {
    needle: Vec<u8>,
    /// The rows, one for each time that it was found.
    rows: Vec<u64>,
    /// The next row to be looked at, and its place.
    next: Option<(u64, Place)>,
    /// The end of the rows before in the same line.
    tail: Vec<u8>,
}

impl Follow {
    /// Empty until the first [`Self::update`].
    pub fn new(endpoint: EndpointId, conn: ConnId, encoding: TextEncoding) -> Self {
        let direction = || Direction { decoder: StreamDecoder::new(encoding), inside: false, next: None, gone: 0 };
        Self {
            endpoint,
            conn,
            encoding,
            shape: Shape::Text,
            only: None,
            chunks: VecDeque::new(),
            left: 0,
            directions: [direction(), direction()],
            decoded: 0,
            next_seq: 0,
            generation: 0,
            marks: VecDeque::new(),
            open: (0, Place::default()),
            has_open: false,
            find: Find::default(),
        }
    }

    pub fn endpoint(&self) -> EndpointId {
        self.endpoint
    }

    pub fn conn(&self) -> ConnId {
        self.conn
    }

    pub fn encoding(&self) -> TextEncoding {
        self.encoding
    }

    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The side that is shown alone.
    pub fn only(&self) -> Option<Side> {
        self.only
    }

    /// What is shown and how; the next update reads the kept calls again where it is something else.
    pub fn set(&mut self, encoding: TextEncoding, shape: Shape, only: Option<Side>) {
        if (encoding, shape, only) != (self.encoding, self.shape, self.only) {
            *self = Self { shape, only, ..Self::new(self.endpoint, self.conn, encoding) };
        }
    }

    /// Takes in what has happened, until all is seen or `goes_on` says no. True where all is seen.
    pub fn update(&mut self, trace: &Trace, mut goes_on: impl FnMut() -> bool) -> bool {
        if self.generation != trace.generation() || trace.next_seq() < self.next_seq {
            let find = std::mem::take(&mut self.find.needle);
            *self = Self {
                shape: self.shape,
                only: self.only,
                generation: trace.generation(),
                ..Self::new(self.endpoint, self.conn, self.encoding)
            };
            self.look_for_bytes(find);
        }
        self.drop_old(trace.first_seq());
        let mut done = true;
        if let Some(seqs) = trace.of_stream((self.endpoint, Some(self.conn))) {
            let begin = seqs.partition_point(|seq| *seq < self.next_seq);
            for (taken, call) in seqs.range(begin..).filter_map(|seq| trace.get(*seq)).enumerate() {
                if taken % 16 == 15 && !goes_on() {
                    done = false;
                    break;
                }
                self.take(call);
                self.next_seq = call.seq + 1;
            }
        }
        done && self.index(trace, &mut goes_on) && self.search(trace, &mut goes_on)
    }

    /// How much of the connection's kept calls is taken in, in per cent.
    pub fn percent(&self, trace: &Trace) -> u64 {
        let seqs = trace.of_stream((self.endpoint, Some(self.conn)));
        let all = seqs.map_or(0, Seqs::len);
        let seen = seqs.map_or(0, |seqs| seqs.partition_point(|seq| *seq < self.next_seq));
        (seen * 100).checked_div(all).unwrap_or(100) as u64
    }

    fn drop_old(&mut self, first: u64) {
        let before = self.left;
        while let Some(chunk) = self.chunks.front()
            && (chunk.seq < first || self.decoded > MAX_DECODED)
        {
            let gone = &mut self.directions[chunk.side as usize].gone;
            *gone = (*gone).max(chunk.offset);
            self.decoded -= chunk.text.as_ref().map_or(0, String::len);
            self.left += 1;
            self.chunks.pop_front();
            let next = self.chunks.front().map(|chunk| (chunk.side as usize, chunk.offset));
            if let Some((side, offset)) = next {
                self.directions[side].gone = self.directions[side].gone.max(offset);
            }
        }
        if before == self.left {
            return;
        }
        let left = self.left;
        while self.marks.front().is_some_and(|(_, place)| place.chunk < left) {
            self.marks.pop_front();
        }
        let begin = Place { chunk: left, at: 0, past_gap: true };
        if self.open.1.chunk < left {
            self.open = (self.open.0 + 1, begin);
            self.has_open = false;
        }
        if self.find.next.is_some_and(|(_, place)| place.chunk < left) {
            self.find.next = Some(self.marks.front().copied().unwrap_or(self.open));
            self.find.tail.clear();
        }
        let start = self.range().start;
        let gone = self.find.rows.partition_point(|row| *row < start);
        self.find.rows.drain(..gone);
    }

    fn take(&mut self, call: &Call) {
        let side = match () {
            () if call.op.sends() => Side::Sent,
            () if call.op.receives() => Side::Received,
            () => return,
        };
        if call.len == 0 || self.only.is_some_and(|only| only != side) {
            return;
        }
        let direction = &mut self.directions[side as usize];
        let offset = call.offset.unwrap_or(direction.next.unwrap_or(0));
        let gap = direction.next.map_or(0, |next| offset.saturating_sub(next));
        if direction.next.is_none() {
            direction.gone = offset;
        }
        // Where a part of a character was left over, its bytes stand before what comes now.
        let mut text = String::new();
        if gap > 0 && direction.inside {
            direction.decoder.finish(&mut text);
            direction.inside = false;
        }
        direction.next = Some(offset + call.data.len() as u64);
        let text = self.text(side, &call.data, text);
        self.decoded += text.as_ref().map_or(0, String::len);
        self.chunks.push_back(Chunk { seq: call.seq, side, offset, text, gap });
        let cut = call.len - call.data.len() as u64;
        if cut > 0 {
            self.directions[side as usize].next = Some(offset + call.len);
            let offset = offset + call.len;
            self.chunks.push_back(Chunk { seq: call.seq, side, offset, text: Some(String::new()), gap: cut });
        }
    }

    fn text(&mut self, side: Side, data: &[u8], mut before: String) -> Option<String> {
        if self.shape == Shape::Hex {
            return None;
        }
        let is_utf8 = self.encoding == TextEncoding::UTF_8;
        let direction = &mut self.directions[side as usize];
        let is_plain =
            (is_utf8 && std::str::from_utf8(data).is_ok()) || (self.encoding.keeps_ascii() && data.is_ascii());
        if is_plain && !direction.inside && before.is_empty() {
            return None;
        }
        direction.decoder.push(data, &mut before);
        // Four bytes of ASCII end whatever character was begun.
        let ends_plain = data.len() >= 4 && data.get(data.len() - 4..).is_some_and(<[u8]>::is_ascii);
        let ends_whole = is_utf8 && !ends_inside_a_character(data);
        direction.inside = !(ends_whole || (self.encoding.keeps_ascii() && ends_plain));
        if !direction.inside {
            direction.decoder.finish(&mut before);
        }
        Some(before)
    }

    fn chunk(&self, number: u64) -> Option<&Chunk> {
        self.chunks.get(usize::try_from(number.checked_sub(self.left)?).ok()?)
    }

    /// Makes the rows that are complete by now.
    fn index(&mut self, trace: &Trace, goes_on: &mut impl FnMut() -> bool) -> bool {
        let mut made = 0u32;
        loop {
            made += 1;
            if made.is_multiple_of(ROWS_PER_LOOK) && !goes_on() {
                return false;
            }
            let (number, place) = self.open;
            let Some((_, next)) = self.row_at(trace, place) else {
                self.has_open = false;
                return true;
            };
            let wanted = number.is_multiple_of(MARK_EVERY) || self.marks.is_empty();
            if wanted && self.marks.back().is_none_or(|(last, _)| *last < number) {
                self.marks.push_back((number, place));
            }
            match next {
                Some(next) => self.open = (number + 1, next),
                None => {
                    self.has_open = true;
                    return true;
                }
            }
        }
    }

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
    fn row_at(&self, trace: &Trace, mut place: Place) -> Option<(Row, Option<Place>)> {
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

    fn text_row(&self, trace: &Trace, mut place: Place, side: Side) -> (String, bool, Option<Place>) {
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

    fn hex_row(&self, trace: &Trace, mut place: Place, side: Side) -> (Vec<u8>, bool, Option<Place>) {
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

    fn len(&self, trace: &Trace, chunk: &Chunk) -> usize {
        match &chunk.text {
            Some(text) if self.shape == Shape::Text => text.len(),
            _ => chunk_data(trace, chunk).len(),
        }
    }

    // ---- finding ----

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

    fn look_for_bytes(&mut self, needle: Vec<u8>) {
        self.find = Find { needle, ..Find::default() };
    }

    /// The rows in which it was found, one for each time.
    pub fn found(&self) -> &[u64] {
        &self.find.rows
    }

    fn search(&mut self, trace: &Trace, goes_on: &mut impl FnMut() -> bool) -> bool {
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
            // The last row may grow; it is looked at when it is complete.
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

    // ---- saving ----

    /// The bytes in order, to be written elsewhere: of one side, or of both. Nothing is copied.
    pub fn pieces(&self, trace: &Trace, only: Option<Side>) -> Vec<Piece> {
        let mut next: [Option<u64>; 2] = [None; 2];
        let seqs = trace.of_stream((self.endpoint, Some(self.conn)));
        let calls = seqs.into_iter().flatten().filter_map(|seq| trace.get(*seq));
        let mut pieces = Vec::new();
        for call in calls.filter(|call| call.len > 0) {
            let side = if call.op.sends() { Side::Sent } else { Side::Received };
            if !(call.op.sends() || call.op.receives()) || only.is_some_and(|only| only != side) {
                continue;
            }
            let next = &mut next[side as usize];
            let offset = call.offset.unwrap_or(next.unwrap_or(0));
            let missing = offset.saturating_sub(next.unwrap_or(0));
            *next = Some(offset + call.data.len() as u64);
            pieces.push(Piece { side, missing, bytes: call.data.clone() });
        }
        pieces
    }

    /// So many bytes at the beginning are no longer kept: sent and received.
    pub fn gone(&self) -> (u64, u64) {
        (self.directions[0].gone, self.directions[1].gone)
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

/// The bytes of one call, for saving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub side: Side,
    /// So many bytes before it were not kept.
    pub missing: u64,
    pub bytes: Bytes,
}

/// Writes the bytes as they are.
///
/// # Errors
/// What the writer says.
pub fn write_bytes(pieces: &[Piece], out: &mut dyn Write) -> io::Result<()> {
    pieces.iter().try_for_each(|piece| out.write_all(&piece.bytes))
}

/// Writes both sides as text, each turn under a line that says whose it is. `name` gives those words, and those for
/// bytes that are missing.
///
/// # Errors
/// What the writer says.
pub fn write_text(
    pieces: &[Piece],
    encoding: TextEncoding,
    names: &[String; 2],
    missing: &dyn Fn(u64) -> String,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut decoders = [StreamDecoder::new(encoding), StreamDecoder::new(encoding)];
    let mut last = None;
    let mut text = String::new();
    let mut ends_line = true;
    for piece in pieces {
        text.clear();
        if piece.missing > 0 || last != Some(piece.side) {
            if !ends_line {
                out.write_all(b"\n")?;
            }
            if piece.missing > 0 {
                decoders[piece.side as usize].finish(&mut text);
                writeln!(out, "{text}[{}]", missing(piece.missing))?;
                text.clear();
            }
            let arrow = if piece.side == Side::Sent { '→' } else { '←' };
            writeln!(out, "{arrow} {}", names[piece.side as usize])?;
            last = Some(piece.side);
        }
        decoders[piece.side as usize].push(&piece.bytes, &mut text);
        out.write_all(text.as_bytes())?;
        ends_line = text.ends_with('\n');
    }
    for decoder in &mut decoders {
        text.clear();
        decoder.finish(&mut text);
        out.write_all(text.as_bytes())?;
    }
    if ends_line { Ok(()) } else { out.write_all(b"\n") }
}

fn chunk_data<'a>(trace: &'a Trace, chunk: &Chunk) -> &'a [u8] {
    // What only says how much is missing stands behind its call's bytes.
    let call = trace.get(chunk.seq).filter(|call| call.offset.is_none_or(|offset| offset == chunk.offset));
    call.map_or(&[], |call| &call.data)
}

/// A chunk's text from there on, at least as much as a row takes.
fn text_from<'a>(trace: &'a Trace, chunk: &'a Chunk, at: usize) -> &'a str {
    if let Some(text) = &chunk.text {
        return text.get(at..).unwrap_or_default();
    }
    // That it is UTF-8 was seen when it was taken in; here only what is wanted is looked at, so that a row of a large
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

fn ends_inside_a_character(data: &[u8]) -> bool {
    let tail = data.get(data.len().saturating_sub(3)..).unwrap_or_default();
    tail.iter().enumerate().any(|(at, byte)| {
        let needed = match byte {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => return false,
        };
        tail.len() - at < needed && tail[at + 1..].iter().all(|byte| (0x80..0xc0).contains(byte))
    })
    // Shorter pieces may only carry on what was begun before them.
    || (data.len() < 3 && data.iter().all(|byte| (0x80..0xc0).contains(byte)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use proptest::prelude::*;

    use super::*;
    use crate::trace::store::DEFAULT_RETENTION;
    use crate::trace::{Ends, Nanos, Op, Outcome};

    const END: EndpointId = EndpointId(1);

    struct Lab {
        trace: Trace,
        next: [u64; 2],
    }

    impl Lab {
        fn new(limit: u64) -> Self {
            Self { trace: Trace::new(SystemTime::UNIX_EPOCH, limit), next: [0, 0] }
        }

        fn push(&mut self, side: Side, data: &[u8], cut: u64) {
            let len = data.len() as u64 + cut;
            let op = if side == Side::Sent { Op::Send { len } } else { Op::Recv { max: 1024 } };
            self.trace.push(Call {
                seq: 0,
                start: Nanos(0),
                took: 1,
                endpoint: END,
                conn: ConnId::new(1),
                op,
                outcome: Outcome::Ok(len),
                ends: Arc::new(Ends { local: None, peer: None }),
                offset: Some(self.next[side as usize]),
                len,
                data: Bytes::copy_from_slice(data),
                lost: 0,
                rule: None,
            });
            self.next[side as usize] += len;
        }
    }

    fn lab(calls: &[(Side, &[u8])]) -> Lab {
        let mut lab = Lab::new(DEFAULT_RETENTION);
        for (side, data) in calls {
            lab.push(*side, data, 0);
        }
        lab
    }

    fn follow(label: &str) -> Follow {
        Follow::new(END, ConnId::new(1).unwrap(), label.parse().unwrap())
    }

    fn rows(follow: &mut Follow, trace: &Trace) -> Vec<String> {
        assert!(follow.update(trace, || true));
        follow
            .rows(trace, follow.range())
            .into_iter()
            .map(|row| {
                let arrow = if row.side == Side::Sent { '>' } else { '<' };
                match row.kind {
                    RowKind::Text(text) => format!("{arrow}{text}"),
                    RowKind::Bytes { offset, bytes } => format!("{arrow}{offset}:{bytes:02x?}"),
                    RowKind::Missing(count) => format!("{arrow}-{count}"),
                }
            })
            .collect()
    }

    #[test]
    fn lines_go_on_over_calls_and_end_with_the_turn() {
        let lab = lab(&[
            (Side::Sent, b"GET / HT"),
            (Side::Sent, b"TP/1.1\r\n\r\n"),
            (Side::Received, b"200 OK\nhel"),
            (Side::Received, b"lo"),
            (Side::Sent, b"bye"),
        ]);
        let mut follow = follow("utf-8");
        assert_eq!(rows(&mut follow, &lab.trace), [">GET / HTTP/1.1", ">", "<200 OK", "<hello", ">bye"]);
        let firsts: Vec<bool> = follow.rows(&lab.trace, follow.range()).iter().map(|row| row.first).collect();
        assert_eq!(firsts, [true, false, true, false, true]);
        follow.set(TextEncoding::UTF_8, Shape::Text, Some(Side::Received));
        assert_eq!(rows(&mut follow, &lab.trace), ["<200 OK", "<hello"]);
    }

    #[test]
    fn a_character_that_is_split_over_two_calls_is_joined() {
        let mut lab = lab(&[(Side::Sent, b"\xc4"), (Side::Received, b"ok"), (Side::Sent, b"\xe3\xba\xc3")]);
        let mut gbk = follow("gbk");
        assert_eq!(rows(&mut gbk, &lab.trace), ["<ok", ">你好"]);
        lab.push(Side::Sent, b"!", 0);
        assert_eq!(rows(&mut gbk, &lab.trace), ["<ok", ">你好!"]);
        let lab = self::lab(&[(Side::Sent, b"a\xe4"), (Side::Sent, b"\xbd"), (Side::Sent, b"\xa0b")]);
        assert_eq!(rows(&mut follow("utf-8"), &lab.trace), [">a你b"]);
    }

    #[test]
    fn long_lines_are_broken_and_what_stands_over_the_break_is_found() {
        let text = format!("{}needle{}", "x".repeat(TEXT_COLUMNS - 3), "y".repeat(200));
        let mut lab =
            lab(&[(Side::Sent, text.as_bytes()), (Side::Received, b"A needle here\n"), (Side::Sent, b"Needle")]);
        let mut follow = follow("utf-8");
        follow.look_for("needle");
        assert_eq!(rows(&mut follow, &lab.trace).len(), 6);
        assert_eq!((follow.found(), follow.found_in_open(&lab.trace)), (&[0, 4][..], 1));
        lab.push(Side::Received, b"x", 0);
        assert!(follow.update(&lab.trace, || true));
        assert_eq!((follow.found(), follow.found_in_open(&lab.trace)), (&[0, 4, 5][..], 0));
    }

    #[test]
    fn hex_has_sixteen_bytes_a_row_and_finds_bytes() {
        let lab = lab(&[(Side::Sent, &[1; 10]), (Side::Sent, &[2; 10]), (Side::Received, b"\xff")]);
        let mut follow = follow("utf-8");
        follow.set(TextEncoding::UTF_8, Shape::Hex, None);
        follow.look_for("01 02");
        let found = rows(&mut follow, &lab.trace);
        assert_eq!(found.len(), 3);
        assert_eq!(found[1], ">16:[02, 02, 02, 02]");
        assert_eq!(follow.found(), [0]);
    }

    #[test]
    fn what_is_missing_is_said_where_it_is_missing() {
        let mut lab = Lab::new(DEFAULT_RETENTION);
        lab.push(Side::Sent, b"abc", 7);
        lab.push(Side::Sent, b"def", 0);
        let mut follow = follow("utf-8");
        assert_eq!(rows(&mut follow, &lab.trace), [">abc", ">-7", ">def"]);
        let mut text = Vec::new();
        let names = ["sent".to_owned(), "received".to_owned()];
        let pieces = follow.pieces(&lab.trace, None);
        write_text(&pieces, TextEncoding::UTF_8, &names, &|count| format!("{count} missing"), &mut text).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "→ sent\nabc\n[7 missing]\n→ sent\ndef\n");
        let mut bytes = Vec::new();
        write_bytes(&pieces, &mut bytes).unwrap();
        assert_eq!(bytes, b"abcdef");
    }

    #[test]
    fn rows_leave_with_their_calls_and_it_is_said_how_much_is_gone() {
        let mut lab = Lab::new(60_000);
        let mut follow = follow("utf-8");
        for n in 0..2_000 {
            lab.push(Side::Sent, format!("line {n}\n").as_bytes(), 0);
            if n % 7 == 0 {
                assert!(follow.update(&lab.trace, || true));
            }
        }
        let shown = rows(&mut follow, &lab.trace);
        assert!(shown.len() > 100 && shown.len() <= lab.trace.len());
        assert_eq!(shown.last().map(String::as_str), Some(">line 1999"));
        assert!(follow.gone().0 > 10_000);
        assert!(follow.range().start > 0);
    }

    #[test]
    fn a_large_conversation_is_taken_in_a_little_at_a_time() {
        let mut lab = Lab::new(DEFAULT_RETENTION);
        for _ in 0..2_000 {
            lab.push(Side::Received, &b"a line of some length\n".repeat(10), 0);
        }
        let mut follow = follow("utf-8");
        let mut rounds = 0;
        while !follow.update(&lab.trace, || false) {
            rounds += 1;
        }
        assert!(rounds > 100, "{rounds}");
        assert_eq!(follow.range(), 0..20_000);
        assert_eq!(follow.rows(&lab.trace, 19_990..20_000).len(), 10);
    }

    proptest! {
        #[test]
        fn no_byte_is_lost_or_doubled_however_it_is_cut(
            calls in proptest::collection::vec((any::<bool>(), proptest::collection::vec(any::<u8>(), 1..40)), 0..12),
            label in prop_oneof![Just("utf-8"), Just("gbk"), Just("latin-1"), Just("utf-16le")],
        ) {
            let mut lab = Lab::new(DEFAULT_RETENTION);
            let mut hex = follow(label);
            hex.set(label.parse().unwrap(), Shape::Hex, None);
            let mut text = follow(label);
            for (sent, data) in &calls {
                lab.push(if *sent { Side::Sent } else { Side::Received }, data, 0);
                prop_assert!(hex.update(&lab.trace, || true));
                prop_assert!(text.update(&lab.trace, || true));
            }
            let all: Vec<u8> = calls.iter().flat_map(|(_, data)| data.clone()).collect();
            let shown: Vec<u8> = hex
                .rows(&lab.trace, hex.range())
                .into_iter()
                .flat_map(|row| match row.kind {
                    RowKind::Bytes { bytes, .. } => bytes,
                    _ => Vec::new(),
                })
                .collect();
            prop_assert_eq!(shown, all);
            // What came piece by piece is what is read at once.
            let mut again = follow(label);
            prop_assert!(again.update(&lab.trace, || true));
            prop_assert_eq!(text.rows(&lab.trace, text.range()), again.rows(&lab.trace, again.range()));
            prop_assert_eq!(text.range().end as usize, again.rows(&lab.trace, again.range()).len());
        }
    }
}
