//! Where messages begin and end in a stream, found as the bytes come by: which calls made up a message.
//!
//! A [`FrameScanner`] keeps nothing of what it reads, so a view can follow any stream with it. What a server needs, the
//! messages themselves, [`crate::service::framing`] cuts with it.

mod terminator;

use std::ops::Range;

use thiserror::Error;

use crate::lab::TextEncoding;
use crate::lab::framing::{Framing, MAX_FRAME, PrefixWidth};
use terminator::{LineEnd, Matcher};

/// One message's place in its stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// With its delimiter or length prefix.
    pub range: Range<u64>,
    /// Without them.
    pub payload: Range<u64>,
    /// Bytes between were not there to be looked at, or its beginning was not: it may be several messages.
    pub has_gap: bool,
}

/// Why framing ended: from the byte `at` on, where the message began, the stream has no messages any more. Guessing where
/// the next one begins would invent messages.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum FrameError {
    #[error("the message that begins at byte {at} does not end within {max} bytes")]
    TooLong { at: u64, max: u32 },
    #[error("the length prefix at byte {at} announces {announced} bytes, and a message has at most {max}")]
    Lying { at: u64, announced: u64, max: u32 },
    #[error("the length prefix at byte {at} was not kept")]
    Missing { at: u64 },
}

impl FrameError {
    /// Where the stream's last, unusable message begins.
    pub fn at(self) -> u64 {
        match self {
            Self::TooLong { at, .. } | Self::Lying { at, .. } | Self::Missing { at } => at,
        }
    }
}

/// Follows one direction of a connection. Any splitting of the stream gives the same frames.
#[derive(Clone, Debug)]
pub struct FrameScanner {
    cutter: Cutter,
    max: u32,
    /// Where the frame that is being read begins.
    start: u64,
    /// How many bytes of it have been read.
    len: u64,
    has_gap: bool,
}

#[derive(Clone, Debug)]
enum Cutter {
    /// What comes at once is one frame.
    Whole,
    Line(LineEnd),
    Delimiter(Matcher),
    Fixed(u64),
    Prefix(Prefix),
    /// With the error that was not told yet.
    Ended(Option<FrameError>),
}

/// What some bytes meant for the frame.
enum Found {
    More,
    /// Its payload stands between so many bytes at its beginning and at its end.
    End {
        header: u64,
        trailer: u64,
    },
    Failed(FrameError),
}

impl FrameScanner {
    /// From the first byte of a stream. The encoding matters where a line feed is not one byte (UTF-16).
    pub fn new(framing: &Framing, encoding: TextEncoding) -> Self {
        let cutter = match framing {
            Framing::None => Cutter::Whole,
            Framing::Line => Cutter::Line(LineEnd::new(encoding)),
            Framing::Delimiter(delimiter) => Cutter::Delimiter(Matcher::new(delimiter)),
            Framing::Fixed(length) => Cutter::Fixed(u64::from(length.get())),
            Framing::LengthPrefix { width, big_endian } => {
                Cutter::Prefix(Prefix { width: *width, big_endian: *big_endian, digits: [0; 8], body: None })
            }
        };
        Self { cutter, max: MAX_FRAME, start: 0, len: 0, has_gap: false }
    }

    /// With another cap than [`MAX_FRAME`] on the payload of a message. A fixed length keeps its own.
    pub fn with_max(self, max: u32) -> Self {
        Self { max, ..self }
    }

    /// From a byte later in the stream, at which a message begins.
    pub fn beginning_at(self, position: u64) -> Self {
        Self { start: position, ..self }
    }

    /// From a byte later in the stream, because those before it are no longer kept.
    pub fn starting_at(mut self, position: u64) -> Self {
        if position == 0 {
            return self;
        }
        let mut begun = 0;
        match &mut self.cutter {
            Cutter::Fixed(length) => begun = position % *length,
            Cutter::Prefix(_) => self.cutter = Cutter::Ended(Some(FrameError::Missing { at: position })),
            Cutter::Whole | Cutter::Line(_) | Cutter::Delimiter(_) | Cutter::Ended(_) => {}
        }
        let has_gap = begun > 0 || matches!(self.cutter, Cutter::Line(_) | Cutter::Delimiter(_));
        Self { start: position - begun, len: begun, has_gap, ..self }
    }

    /// The place of the next byte.
    pub fn position(&self) -> u64 {
        self.start.saturating_add(self.len)
    }

    /// Where the frame that is being read, or what has no frames any more, begins.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// True after a [`FrameError`].
    pub fn has_ended(&self) -> bool {
        matches!(self.cutter, Cutter::Ended(_))
    }

    /// Reads the next bytes of the stream up to the end of a frame and takes them off `bytes`; `None` where they are
    /// all read. An error comes once and takes nothing off.
    pub fn next_frame(&mut self, bytes: &mut &[u8]) -> Option<Result<Frame, FrameError>> {
        while !bytes.is_empty() {
            let (used, found) = self.advance(Some(bytes), bytes.len() as u64);
            let failed = matches!(found, Found::Failed(_));
            let next = self.take(used, found);
            if !failed {
                *bytes = usize::try_from(used).ok().and_then(|used| bytes.get(used..)).unwrap_or_default();
            }
            if next.is_some() {
                return next;
            }
        }
        None
    }

    /// As [`Self::next_frame`], for bytes that the stream had but that were not kept.
    pub fn next_frame_in_gap(&mut self, missing: &mut u64) -> Option<Result<Frame, FrameError>> {
        while *missing > 0 {
            let (used, found) = self.advance(None, *missing);
            self.has_gap = true;
            let failed = matches!(found, Found::Failed(_));
            let next = self.take(used, found);
            if !failed {
                *missing -= used.min(*missing);
            }
            if next.is_some() {
                return next;
            }
        }
        None
    }

    /// Passes over bytes that were not kept and says how many frames end in them, however many those are. Where framing
    /// ends in them, they are not all passed.
    pub fn skip(&mut self, mut missing: u64) -> u64 {
        let mut frames = 0;
        if let Cutter::Fixed(length) = self.cutter {
            let whole = missing.saturating_sub(length - self.len) / length * length;
            if whole > 0 {
                missing -= whole;
                frames = whole / length;
                self.start = self.start.saturating_add(whole);
                self.has_gap = true;
            }
        }
        while let Some(Ok(_)) = self.next_frame_in_gap(&mut missing) {
            frames += 1;
        }
        frames
    }

    /// How many of the bytes the frame takes, and what follows from them. Without `bytes` they are a gap.
    fn advance(&mut self, bytes: Option<&[u8]>, available: u64) -> (u64, Found) {
        let (start, len, max) = (self.start, self.len, self.max);
        let too_long = Found::Failed(FrameError::TooLong { at: start, max });
        let end = |header, trailer| Found::End { header, trailer };
        match &mut self.cutter {
            Cutter::Whole => (available, end(0, 0)),
            Cutter::Line(line) => {
                let room = (u64::from(max) + line.longest()).saturating_sub(len);
                let position = start.saturating_add(len);
                match bytes.map(|bytes| line.find(within(bytes, room), position)) {
                    Some(Some((used, trailer))) if len + used - trailer <= u64::from(max) => (used, end(0, trailer)),
                    Some(None) if available < room => (available, Found::More),
                    None if available < room => {
                        line.forget();
                        (available, Found::More)
                    }
                    _ => (0, too_long),
                }
            }
            Cutter::Delimiter(matcher) => {
                let trailer = matcher.len();
                let room = (u64::from(max) + trailer).saturating_sub(len);
                match bytes.map(|bytes| matcher.find(within(bytes, room))) {
                    Some(Some(used)) => (used, end(0, trailer)),
                    Some(None) if available < room => (available, Found::More),
                    None if available < room => {
                        matcher.forget();
                        (available, Found::More)
                    }
                    _ => (0, too_long),
                }
            }
            Cutter::Fixed(length) => counted(length.saturating_sub(len), available, end(0, 0)),
            Cutter::Prefix(prefix) => {
                let width = prefix.width.bytes() as u64;
                if let Some(body) = prefix.body {
                    return counted((width + body).saturating_sub(len), available, end(width, 0));
                }
                let Some(bytes) = bytes else {
                    return (0, Found::Failed(FrameError::Missing { at: start }));
                };
                let digits = within(bytes, width.saturating_sub(len));
                prefix.read(digits, len);
                let used = digits.len() as u64;
                if len + used < width {
                    return (used, Found::More);
                }
                match prefix.number() {
                    announced if announced > u64::from(max) => {
                        (0, Found::Failed(FrameError::Lying { at: start, announced, max }))
                    }
                    0 => (used, end(width, 0)),
                    body => {
                        prefix.body = Some(body);
                        (used, Found::More)
                    }
                }
            }
            Cutter::Ended(untold) => match untold.take() {
                Some(error) => (0, Found::Failed(error)),
                None => (available, Found::More),
            },
        }
    }

    fn take(&mut self, used: u64, found: Found) -> Option<Result<Frame, FrameError>> {
        self.len = self.len.saturating_add(used);
        match found {
            Found::More => None,
            Found::Failed(error) => {
                self.cutter = Cutter::Ended(None);
                Some(Err(error))
            }
            Found::End { header, trailer } => {
                let end = self.position();
                let range = self.start..end;
                let payload = self.start.saturating_add(header)..end.saturating_sub(trailer);
                let has_gap = std::mem::take(&mut self.has_gap);
                (self.start, self.len) = (end, 0);
                match &mut self.cutter {
                    Cutter::Line(line) => line.forget(),
                    Cutter::Prefix(prefix) => prefix.body = None,
                    Cutter::Whole | Cutter::Delimiter(_) | Cutter::Fixed(_) | Cutter::Ended(_) => {}
                }
                Some(Ok(Frame { range, payload, has_gap }))
            }
        }
    }
}

/// A frame that ends after so many more bytes.
fn counted(rest: u64, available: u64, end: Found) -> (u64, Found) {
    if rest <= available { (rest, end) } else { (available, Found::More) }
}

/// At most so many of the bytes.
fn within(bytes: &[u8], most: u64) -> &[u8] {
    usize::try_from(most).ok().and_then(|most| bytes.get(..most)).unwrap_or(bytes)
}

#[derive(Clone, Debug)]
struct Prefix {
    width: PrefixWidth,
    big_endian: bool,
    digits: [u8; 8],
    /// The number, once it is read.
    body: Option<u64>,
}

impl Prefix {
    fn read(&mut self, digits: &[u8], at: u64) {
        let places = self.digits.iter_mut().skip(usize::try_from(at).unwrap_or(usize::MAX));
        for (place, digit) in places.zip(digits) {
            *place = *digit;
        }
    }

    fn number(&self) -> u64 {
        let digits = self.digits.iter().take(self.width.bytes());
        let join = |number: u64, digit: &u8| number << 8 | u64::from(*digit);
        if self.big_endian { digits.fold(0, join) } else { digits.rev().fold(0, join) }
    }
}

#[cfg(test)]
mod tests;
