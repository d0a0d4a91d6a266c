//! One connection followed: what both sides sent, in order, as rows of text or of hex.
//!
//! It follows the trace a little at a time and keeps no bytes of its own but for texts that had to be decoded: a row is
//! made when it is shown, from a mark near it. So a conversation of 100 MB scrolls as one of 100 bytes does.

mod find;
mod rows;
mod save;

use std::collections::VecDeque;

use super::call::{Call, Nanos, Op, SocketId};
use super::conversation::HOLD;
use super::direction::Direction;
use super::flow::Seqs;
use super::projection::{self, AsOf, Budget, Follower, Projection, Source};
use super::said::Payload;
use super::store::Trace;
use super::text::StreamDecoder;
use crate::lab::TextEncoding;
use find::Find;
pub use save::{Piece, write_bytes, write_text};

/// How wide a row of text is, in columns: a Chinese character takes two.
pub const TEXT_COLUMNS: usize = 96;
/// No row of text has more bytes: each character has a column and at most four bytes.
const ENOUGH: usize = 4 * TEXT_COLUMNS + 8;
/// How many bytes a row of hex has.
pub const HEX_BYTES: usize = 16;
/// The most bytes of decoded text that are kept; the oldest leave.
const MAX_DECODED: usize = 128 * 1024 * 1024;
/// The most matches that a search counts.
pub const MAX_FOUND: usize = 100_000;
/// The place of every 32nd row is kept.
const MARK_EVERY: u64 = 32;
/// How many rows are made before the clock is read again.
const ROWS_PER_LOOK: u32 = 64;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    #[default]
    Text,
    Hex,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub side: Direction,
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
    /// This many bytes were not kept.
    Missing(u64),
}

/// The bytes of one call.
#[derive(Debug)]
struct Chunk {
    seq: u64,
    side: Direction,
    offset: u64,
    /// `None` where the call's bytes are valid UTF-8 and mean just that.
    text: Option<String>,
    /// How many bytes before it are missing.
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
struct OneWay {
    decoder: StreamDecoder,
    /// When the part of a character came that the decoder holds.
    held_since: Option<Nanos>,
    next: Option<u64>,
    /// How many bytes at the beginning are not kept.
    gone: u64,
}

#[derive(Debug)]
pub struct Follow {
    socket: SocketId,
    encoding: TextEncoding,
    shape: Shape,
    only: Option<Direction>,
    chunks: VecDeque<Chunk>,
    /// How many chunks have left.
    left: u64,
    directions: [OneWay; 2],
    decoded: usize,
    follower: Follower,
    marks: VecDeque<(u64, Place)>,
    /// The first row that may still grow, and its place.
    open: (u64, Place),
    /// Whether there is something in that row.
    has_open: bool,
    find: Find,
}

impl Follow {
    /// Empty until the first [`Self::update`].
    pub fn new(socket: SocketId, encoding: TextEncoding) -> Self {
        let direction = || OneWay { decoder: StreamDecoder::new(encoding), held_since: None, next: None, gone: 0 };
        Self {
            socket,
            encoding,
            shape: Shape::Text,
            only: None,
            chunks: VecDeque::new(),
            left: 0,
            directions: [direction(), direction()],
            decoded: 0,
            follower: Follower::default(),
            marks: VecDeque::new(),
            open: (0, Place::default()),
            has_open: false,
            find: Find::default(),
        }
    }

    pub fn socket(&self) -> SocketId {
        self.socket
    }

    pub fn encoding(&self) -> TextEncoding {
        self.encoding
    }

    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The side that is shown alone.
    pub fn only(&self) -> Option<Direction> {
        self.only
    }

    /// What is shown and how; the next update reads the kept calls again where it is something else.
    pub fn set(&mut self, encoding: TextEncoding, shape: Shape, only: Option<Direction>) {
        if (encoding, shape, only) != (self.encoding, self.shape, self.only) {
            let follower = self.follower;
            *self = Self { shape, only, follower, ..Self::new(self.socket, encoding) };
            self.follower.restart();
        }
    }

    /// Takes in what has happened, until all is seen or `goes_on` says no. True where all is seen.
    pub fn update<'t>(&mut self, of: impl Into<AsOf<'t>>, mut goes_on: impl FnMut() -> bool) -> bool {
        let of = of.into();
        let calls = Source::of(of.trace.of_socket(self.socket));
        projection::follow(self, of, calls, Budget::UNLIMITED, &mut goes_on)
            && self.index(of.trace, &mut goes_on)
            && self.search(of.trace, &mut goes_on)
    }

    /// How much of the connection's kept calls is taken in, in per cent.
    pub fn percent(&self, trace: &Trace) -> u64 {
        let seqs = trace.of_socket(self.socket);
        let all = seqs.map_or(0, Seqs::len);
        let seen = seqs.map_or(0, |seqs| seqs.partition_point(|seq| *seq < self.follower.next_seq()));
        (seen * 100).checked_div(all).unwrap_or(100) as u64
    }

    /// Shows the beginnings of characters that nothing has completed for [`HOLD`] by now. Returns when the next is due.
    pub fn show_held(&mut self, now: Nanos) -> Option<Nanos> {
        let mut next: Option<Nanos> = None;
        for side in [Direction::Sent, Direction::Received] {
            let Some(since) = self.directions[side as usize].held_since else { continue };
            let due = Nanos(since.0.saturating_add(HOLD.0));
            if due <= now {
                self.release(side);
            } else {
                next = Some(next.map_or(due, |next| next.min(due)));
            }
        }
        next
    }

    /// What the side's decoder holds is shown in the chunk that brought it, which is the last one.
    fn release(&mut self, side: Direction) {
        let direction = &mut self.directions[side as usize];
        if direction.held_since.take().is_none() {
            return;
        }
        let mut text = String::new();
        direction.decoder.show_held(&mut text);
        if let Some(chunk) = self.chunks.back_mut().filter(|chunk| chunk.side == side) {
            self.decoded += text.len();
            chunk.text.get_or_insert_default().push_str(&text);
        }
    }

    fn text(&mut self, side: Direction, data: &[u8], is_cut: bool) -> Option<String> {
        if self.shape == Shape::Hex {
            return None;
        }
        let is_utf8 = self.encoding == TextEncoding::UTF_8;
        let decoder = &mut self.directions[side as usize].decoder;
        let is_plain =
            (is_utf8 && std::str::from_utf8(data).is_ok()) || (self.encoding.keeps_ascii() && data.is_ascii());
        if is_plain && !decoder.is_inside() {
            return None;
        }
        let mut text = String::new();
        decoder.push(data, &mut text);
        if is_cut {
            decoder.finish(&mut text);
        }
        Some(text)
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

    /// How many bytes at the beginning are no longer kept: sent and received.
    pub fn gone(&self) -> (u64, u64) {
        (self.directions[0].gone, self.directions[1].gone)
    }
}

impl Projection for Follow {
    fn follower(&mut self) -> &mut Follower {
        &mut self.follower
    }

    fn see(&mut self, call: &Call, said: Payload<'_>) {
        let side = match () {
            () if call.op.sends() => Direction::Sent,
            () if call.op.receives() => Direction::Received,
            () => {
                if matches!(call.op, Op::Close) {
                    self.release(Direction::Sent);
                    self.release(Direction::Received);
                }
                return;
            }
        };
        if said.len == 0 {
            // The end, or an error: nothing completes a character any more.
            self.release(side);
            return;
        }
        if self.only.is_some_and(|only| only != side) {
            return;
        }
        self.release(if side == Direction::Sent { Direction::Received } else { Direction::Sent });
        let _ = self.show_held(call.end());
        let direction = &mut self.directions[side as usize];
        let offset = said.offset.unwrap_or(direction.next.unwrap_or(0));
        let gap = direction.next.map_or(0, |next| offset.saturating_sub(next));
        if direction.next.is_none() {
            direction.gone = offset;
        }
        if gap > 0 {
            self.release(side);
            self.directions[side as usize].decoder = StreamDecoder::new(self.encoding);
        }
        let cut = said.missing();
        let text = self.text(side, said.bytes, cut > 0);
        let direction = &mut self.directions[side as usize];
        direction.next = Some(offset + said.len);
        direction.held_since = (direction.decoder.held() > 0).then(|| call.end());
        self.decoded += text.as_ref().map_or(0, String::len);
        self.chunks.push_back(Chunk { seq: call.seq, side, offset, text, gap });
        if cut > 0 {
            let offset = offset + said.len;
            self.chunks.push_back(Chunk { seq: call.seq, side, offset, text: Some(String::new()), gap: cut });
        }
    }

    fn evict(&mut self, trace: &Trace) {
        let first = trace.first_seq();
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

    fn reset(&mut self) {
        let find = std::mem::take(&mut self.find.needle);
        *self = Self { shape: self.shape, only: self.only, ..Self::new(self.socket, self.encoding) };
        self.look_for_bytes(find);
    }
}

#[cfg(test)]
mod tests;
