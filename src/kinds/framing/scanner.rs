//! Where messages begin and end in a stream, found as the bytes come by: which calls made up a message.

use std::ops::Range;
use std::time::Duration;

use thiserror::Error;

use super::{Aside, Cutter, Found, Framing, MAX_FRAME, Progress, Resumed};
use crate::values::TextEncoding;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    Message,
    /// What the framing has between messages.
    Padding,
    /// Bytes that belong to no message: what came before one began, or what was none.
    Noise,
}

/// One message's place in its stream, or that of bytes between messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub kind: FrameKind,
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
    #[error("the message that begins at byte {at} has no number where its length should be")]
    NoNumber { at: u64 },
}

impl FrameError {
    /// Where the stream's last, unusable message begins.
    pub fn at(self) -> u64 {
        match self {
            Self::TooLong { at, .. } | Self::Lying { at, .. } | Self::Missing { at } | Self::NoNumber { at } => at,
        }
    }
}

/// Follows one direction of a connection. Any splitting of the stream gives the same frames.
#[derive(Clone, Debug)]
pub struct FrameScanner {
    /// `None`: framing has ended.
    cutter: Option<Box<dyn Cutter>>,
    /// The error that ended it and was not returned yet.
    error: Option<FrameError>,
    max: u32,
    /// Where the frame that is being read begins.
    start: u64,
    /// How many bytes of it have been read.
    len: u64,
    has_gap: bool,
    /// When the last bytes came, where silence ends a message.
    last: Option<Duration>,
}

impl FrameScanner {
    /// From the first byte of a stream. The encoding matters where a line feed is not one byte (UTF-16).
    pub fn new(framing: &Framing, encoding: TextEncoding) -> Self {
        let cutter = Some((framing.kind.cutter)(&framing.values, encoding));
        Self { cutter, error: None, max: MAX_FRAME, start: 0, len: 0, has_gap: false, last: None }
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
        let begun = match self.cutter.as_mut().map(|cutter| cutter.resume_at(position)) {
            Some(Resumed::Within { len }) => len,
            Some(Resumed::Lost) => {
                self.cutter = None;
                self.error = Some(FrameError::Missing { at: position });
                0
            }
            Some(Resumed::Somewhere) => {
                self.has_gap = true;
                0
            }
            Some(Resumed::Between) | None => 0,
        };
        let has_gap = self.has_gap || begun > 0;
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
        self.cutter.is_none()
    }

    /// What was read of the frame so far is a part of a message, and not something between messages.
    pub fn is_within(&self) -> bool {
        self.len > 0 && self.aside().is_none_or(|aside| aside.len < self.len)
    }

    /// What the bytes that were read and belong to no frame yet are, where they are no message.
    pub fn aside(&self) -> Option<Aside> {
        self.cutter.as_ref().and_then(|cutter| cutter.aside(self.len)).filter(|aside| aside.len > 0)
    }

    /// Bytes come at that time: the message that the silence before them has ended. Time counts from anywhere.
    pub fn arrive(&mut self, now: Duration) -> Option<Frame> {
        let silence = self.cutter.as_ref()?.silence()?;
        let last = self.last.replace(now)?;
        if now.saturating_sub(last) < silence { None } else { self.end_in_silence() }
    }

    /// The same where no bytes come.
    pub fn pass(&mut self, now: Duration) -> Option<Frame> {
        if now < self.ends_at()? { None } else { self.end_in_silence() }
    }

    /// When silence ends the message that is being read.
    pub fn ends_at(&self) -> Option<Duration> {
        let silence = self.cutter.as_ref()?.silence()?;
        self.last.filter(|_| self.len > 0).map(|last| last.saturating_add(silence))
    }

    fn end_in_silence(&mut self) -> Option<Frame> {
        if self.len == 0 {
            return None;
        }
        self.take(0, Found::End { header: 0, trailer: 0 })?.ok()
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
        if let Some(length) = self.cutter.as_ref().and_then(|cutter| cutter.fixed_length()) {
            let whole = missing.saturating_sub(length - self.len) / length * length;
            if whole > 0 {
                missing -= whole;
                frames = whole / length;
                self.start = self.start.saturating_add(whole);
                self.has_gap = true;
            }
        }
        while let Some(Ok(frame)) = self.next_frame_in_gap(&mut missing) {
            frames += u64::from(frame.kind == FrameKind::Message);
        }
        frames
    }

    /// How many of the bytes the frame takes, and what follows from them. Without `bytes` they are a gap.
    fn advance(&mut self, bytes: Option<&[u8]>, available: u64) -> (u64, Found) {
        let at = Progress { start: self.start, len: self.len, max: self.max };
        match (&mut self.cutter, self.error.take()) {
            (Some(cutter), _) => cutter.advance(&at, bytes, available),
            (None, Some(error)) => (0, Found::Failed(error)),
            (None, None) => (available, Found::More),
        }
    }

    fn take(&mut self, used: u64, found: Found) -> Option<Result<Frame, FrameError>> {
        self.len = self.len.saturating_add(used);
        match found {
            Found::More => None,
            Found::Failed(error) => {
                self.cutter = None;
                Some(Err(error))
            }
            Found::Aside(Aside { len, is_padding }) => {
                let range = self.start..self.start.saturating_add(len);
                (self.start, self.len) = (range.end, self.len.saturating_sub(len));
                let kind = if is_padding { FrameKind::Padding } else { FrameKind::Noise };
                Some(Ok(Frame { kind, payload: range.clone(), range, has_gap: false }))
            }
            Found::End { header, trailer } => {
                let end = self.position();
                let range = self.start..end;
                let payload = self.start.saturating_add(header)..end.saturating_sub(trailer);
                let has_gap = std::mem::take(&mut self.has_gap);
                (self.start, self.len) = (end, 0);
                if let Some(cutter) = &mut self.cutter {
                    cutter.begin_frame();
                }
                Some(Ok(Frame { kind: FrameKind::Message, range, payload, has_gap }))
            }
        }
    }
}
