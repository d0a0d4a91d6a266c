//! What is held for the user: one direction of a connection, cut into messages, of which some wait until it is said what
//! becomes of them. Sans-IO, as the faults are; those come behind it.
//!
//! Where nobody looks at messages, what comes goes on at once, and nothing is copied. While somebody does, the beginning of
//! a message waits for its end; what comes behind a held message waits with it, so that the order stays. Where too many
//! are held, what comes behind them is not cut into messages before there are fewer.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use crate::engine::link::command::Verdict;
use crate::engine::tap::Judged;
use crate::kinds::fault::{BY_HAND, Happened, Item, Piece};
use crate::kinds::framing::{FrameKind, FrameScanner, Framing};
use crate::lab::TextEncoding;
use crate::trace::held::{MessageId, Passed};

/// A message that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    pub piece: Piece,
    /// Where in it its payload is.
    pub payload: Range<usize>,
}

/// Says whether a message that came then is to be held.
pub type Judge<'j> = &'j mut dyn FnMut(Duration, &Caught) -> Judged;

/// The most messages of one direction that are held: the user is asked about one at a time.
pub const MAX_HELD_MESSAGES: usize = 1_000;

#[derive(Debug)]
enum Entry {
    Free(Item),
    Held { id: MessageId, since: Duration, piece: Piece },
}

impl Entry {
    fn bytes(&self) -> u64 {
        match self {
            Self::Free(item) => item.bytes(),
            Self::Held { piece, .. } => piece.bytes.len() as u64,
        }
    }
}

/// One direction of one connection before its faults.
#[derive(Debug)]
pub struct Catch {
    is_datagram: bool,
    /// `None`: what comes at once is a message.
    scanner: Option<FrameScanner>,
    /// What has come of a message that is not whole. Its beginning may have gone on before anybody looked.
    begun: BytesMut,
    begun_at: u64,
    queue: VecDeque<Entry>,
    /// How many of the queue are held.
    held: usize,
    /// A whole message that is to be held when there is room.
    undecided: Option<(Duration, Caught)>,
    /// What came while there was none, and when: it is not cut into messages yet.
    backlog: VecDeque<(Duration, Item)>,
    /// The bytes of these three.
    queued: u64,
    out: VecDeque<Item>,
    happened: Vec<Happened>,
}

impl Catch {
    pub fn of_stream(framing: &Framing, encoding: TextEncoding) -> Self {
        Self::new(false, framing.is_some().then(|| FrameScanner::new(framing, encoding)))
    }

    pub fn of_datagrams() -> Self {
        Self::new(true, None)
    }

    fn new(is_datagram: bool, scanner: Option<FrameScanner>) -> Self {
        Self {
            is_datagram,
            scanner,
            begun: BytesMut::new(),
            begun_at: 0,
            queue: VecDeque::new(),
            held: 0,
            undecided: None,
            backlog: VecDeque::new(),
            queued: 0,
            out: VecDeque::new(),
            happened: Vec::new(),
        }
    }

    /// Nothing waits here, and nobody has to be asked: what comes may pass it by, once it has been [seen](Self::see).
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.begun.is_empty() && self.out.is_empty() && !self.is_behind()
    }

    /// There is something that waits to be cut into messages, or to be held.
    fn is_behind(&self) -> bool {
        self.undecided.is_some() || !self.backlog.is_empty()
    }

    /// No further message can be held now.
    pub fn is_full(&self) -> bool {
        self.undecided.is_some() || self.held >= MAX_HELD_MESSAGES
    }

    /// What passes by without being looked at: where its messages end is followed all the same.
    pub fn see(&mut self, now: Duration, item: &Item) {
        let (Some(scanner), Item::Bytes(piece)) = (&mut self.scanner, item) else { return };
        scanner.arrive(now);
        let mut rest: &[u8] = &piece.bytes;
        while let Some(found) = scanner.next_frame(&mut rest) {
            // What comes at once is taken for a message from here on.
            if found.is_err() {
                self.scanner = None;
                return;
            }
        }
    }

    /// Something has come.
    pub fn push(&mut self, now: Duration, item: Item, judge: Judge<'_>) {
        match item {
            // Nobody is left to whom what is held could be from.
            Item::Reset => {
                self.discard(now);
                self.enqueue(Entry::Free(Item::Reset));
            }
            item if self.is_behind() || self.is_full() => {
                self.queued += item.bytes();
                self.backlog.push_back((now, item));
            }
            item => self.receive(now, item, judge),
        }
        self.let_out();
    }

    fn receive(&mut self, came: Duration, item: Item, judge: Judge<'_>) {
        match item {
            Item::Bytes(piece) => self.take(came, piece, judge),
            Item::End => {
                // The rest of a message that was never completed.
                self.end_message(came, self.begun.len(), 0, 0, judge);
                if self.undecided.is_some() {
                    self.backlog.push_front((came, Item::End));
                } else {
                    self.enqueue(Entry::Free(Item::End));
                }
            }
            Item::Reset => self.enqueue(Entry::Free(Item::Reset)),
        }
    }

    /// There may be room again: what waited for that is cut into messages.
    fn catch_up(&mut self, judge: Judge<'_>) {
        if let Some((came, caught)) = self.undecided.take() {
            self.queued -= caught.piece.bytes.len() as u64;
            self.judged(came, caught, judge);
        }
        while !self.is_full() {
            let Some((came, item)) = self.backlog.pop_front() else { return };
            self.queued -= item.bytes();
            self.receive(came, item, judge);
        }
    }

    /// What is left of a piece waits until a further message may be held.
    fn put_back(&mut self, came: Duration, rest: Bytes, at: u64) {
        self.begun.truncate(self.begun.len().saturating_sub(rest.len()));
        if !rest.is_empty() {
            self.queued += rest.len() as u64;
            self.backlog.push_front((came, Item::Bytes(Piece { bytes: rest, at })));
        }
    }

    fn take(&mut self, now: Duration, piece: Piece, judge: Judge<'_>) {
        let Some(scanner) = &mut self.scanner else {
            let payload = 0..piece.bytes.len();
            return self.judged(now, Caught { piece, payload }, judge);
        };
        let silent = scanner.arrive(now);
        if let Some(frame) = silent {
            self.end_frame(now, frame.range, frame.payload, frame.kind, judge);
            if self.is_full() {
                self.queued += piece.bytes.len() as u64;
                return self.backlog.push_front((now, Item::Bytes(piece)));
            }
        }
        if self.begun.is_empty() {
            self.begun_at = piece.at;
        }
        self.begun.extend_from_slice(&piece.bytes);
        let mut rest: &[u8] = &piece.bytes;
        loop {
            let Some(scanner) = &mut self.scanner else { return };
            match scanner.next_frame(&mut rest) {
                Some(Ok(frame)) => {
                    self.end_frame(now, frame.range, frame.payload, frame.kind, judge);
                    if self.is_full() {
                        let read = piece.bytes.len() - rest.len();
                        return self.put_back(now, piece.bytes.slice(read..), piece.at + read as u64);
                    }
                }
                // From here on the stream has no messages: what comes at once is taken for one.
                Some(Err(_)) => {
                    self.scanner = None;
                    return self.end_message(now, self.begun.len(), 0, 0, judge);
                }
                None => break,
            }
        }
        // A message whose beginning has gone on already is not held.
        if self.scanner.as_ref().is_some_and(|scanner| scanner.start() < self.begun_at) {
            self.release_begun();
        }
    }

    fn end_frame(&mut self, now: Duration, range: Range<u64>, payload: Range<u64>, kind: FrameKind, judge: Judge<'_>) {
        let len = usize::try_from(range.end.saturating_sub(self.begun_at)).unwrap_or(usize::MAX).min(self.begun.len());
        if kind != FrameKind::Message || range.start < self.begun_at {
            return self.pass_begun(len);
        }
        let inside = |place: u64| usize::try_from(place.saturating_sub(range.start)).unwrap_or(usize::MAX).min(len);
        let (header, trailer) = (inside(payload.start), len - inside(payload.end));
        self.end_message(now, len, header, trailer, judge);
    }

    /// The first bytes of what has come are a message.
    fn end_message(&mut self, now: Duration, len: usize, header: usize, trailer: usize, judge: Judge<'_>) {
        if len > 0 {
            let piece = self.split_begun(len);
            self.judged(now, Caught { payload: header..len.saturating_sub(trailer).max(header), piece }, judge);
        }
    }

    fn split_begun(&mut self, len: usize) -> Piece {
        let piece = Piece { bytes: self.begun.split_to(len).freeze(), at: self.begun_at };
        self.begun_at += len as u64;
        piece
    }

    fn pass_begun(&mut self, len: usize) {
        if len > 0 {
            let piece = self.split_begun(len);
            self.enqueue(Entry::Free(Item::Bytes(piece)));
        }
    }

    fn release_begun(&mut self) {
        self.pass_begun(self.begun.len());
    }

    fn judged(&mut self, came: Duration, caught: Caught, judge: Judge<'_>) {
        match judge(came, &caught) {
            Judged::Held(id) => {
                self.held += 1;
                self.enqueue(Entry::Held { id, since: came, piece: caught.piece });
            }
            Judged::Free => self.enqueue(Entry::Free(Item::Bytes(caught.piece))),
            Judged::Full => {
                self.queued += caught.piece.bytes.len() as u64;
                self.undecided = Some((came, caught));
            }
        }
    }

    fn enqueue(&mut self, entry: Entry) {
        self.queued += entry.bytes();
        self.queue.push_back(entry);
    }

    fn let_out(&mut self) {
        while let Some(Entry::Free(_)) = self.queue.front() {
            let Some(Entry::Free(item)) = self.queue.pop_front() else { return };
            self.queued -= item.bytes();
            self.out.push_back(item);
        }
    }

    /// Time has passed, or fewer are held: silence may have ended a message, and others may be held.
    pub fn advance(&mut self, now: Duration, judge: Judge<'_>) {
        if self.is_behind() {
            self.catch_up(judge);
            self.let_out();
        }
        if self.begun.is_empty() || self.is_behind() {
            return;
        }
        if let Some(frame) = self.scanner.as_mut().and_then(|scanner| scanner.pass(now)) {
            self.end_frame(now, frame.range, frame.payload, frame.kind, judge);
            self.let_out();
        }
    }

    /// When [`Self::advance`] is to be called again.
    pub fn due(&self) -> Option<Duration> {
        self.scanner.as_ref().filter(|_| !self.begun.is_empty() && !self.is_behind())?.ends_at()
    }

    /// Nobody looks at messages any more: what waits for the rest of its own does not wait longer.
    pub fn stop_looking(&mut self) {
        if let Some((_, caught)) = self.undecided.take() {
            self.queued -= caught.piece.bytes.len() as u64;
            self.enqueue(Entry::Free(Item::Bytes(caught.piece)));
        }
        self.release_begun();
        for (came, item) in std::mem::take(&mut self.backlog) {
            self.see(came, &item);
            self.queued -= item.bytes();
            self.enqueue(Entry::Free(item));
        }
        self.let_out();
    }

    /// It was said what becomes of a held message; gives what has become of it, `None` while it is still held.
    pub fn decide(&mut self, now: Duration, id: MessageId, verdict: Verdict) -> Option<Passed> {
        let is_it = |entry: &Entry| matches!(entry, Entry::Held { id: held, .. } if *held == id);
        let index = self.queue.iter().position(is_it)?;
        let Some(Entry::Held { since, piece, .. }) = self.queue.get(index) else { return None };
        let (at, len, by) = (piece.at, piece.bytes.len() as u64, now.saturating_sub(*since));
        let mut happened = Happened { offset: at, bytes: len, by, ..nothing(now) };
        // A stream has no message without bytes.
        let is_nothing = |bytes: &Bytes| bytes.is_empty() && !self.is_datagram;
        let (passed, entry) = match verdict {
            Verdict::Also(bytes) if is_nothing(&bytes) => return None,
            Verdict::Also(bytes) => {
                happened.added = bytes.len() as u64;
                self.happened.push(Happened { bytes: 0, by: Duration::ZERO, ..happened });
                self.queued += bytes.len() as u64;
                self.queue.insert(index, Entry::Free(Item::Bytes(Piece { bytes, at })));
                self.let_out();
                return None;
            }
            Verdict::Edited(bytes) if is_nothing(&bytes) => {
                happened.removed = len;
                (Passed::On, None)
            }
            Verdict::Drop => {
                (happened.removed, happened.by) = (len, Duration::ZERO);
                (Passed::Dropped, None)
            }
            Verdict::Edited(bytes) if bytes != piece.bytes => {
                (happened.removed, happened.added) = (len, bytes.len() as u64);
                (Passed::On, Some(Piece { bytes, at }))
            }
            Verdict::Pass | Verdict::Edited(_) => (Passed::On, Some(piece.clone())),
        };
        self.happened.push(happened);
        self.held -= 1;
        self.queued -= len;
        match (entry, self.queue.get_mut(index)) {
            (Some(piece), Some(held)) => {
                self.queued += piece.bytes.len() as u64;
                *held = Entry::Free(Item::Bytes(piece));
            }
            _ => drop(self.queue.remove(index)),
        }
        self.let_out();
        Some(passed)
    }

    /// The connection ends: what waits here is on the user's account.
    pub fn discard(&mut self, now: Duration) {
        let undecided = self.undecided.take().map(|(_, caught)| Item::Bytes(caught.piece));
        undecided.into_iter().for_each(|item| self.queue.push_back(Entry::Free(item)));
        self.release_begun();
        self.queue.extend(self.backlog.drain(..).map(|(_, item)| Entry::Free(item)));
        for entry in self.queue.drain(..) {
            let (at, len) = match &entry {
                Entry::Free(Item::Bytes(piece)) | Entry::Held { piece, .. } => (piece.at, piece.bytes.len() as u64),
                Entry::Free(Item::End | Item::Reset) => continue,
            };
            self.happened.push(Happened { offset: at, bytes: len, removed: len, ..nothing(now) });
        }
        (self.queued, self.held) = (0, 0);
    }

    /// The next that goes on.
    pub fn pop(&mut self) -> Option<Item> {
        self.out.pop_front()
    }

    /// How many bytes have come and not gone on.
    #[cfg(test)]
    pub fn bytes(&self) -> u64 {
        self.queued + self.begun.len() as u64 + self.out.iter().map(Item::bytes).sum::<u64>()
    }

    /// How many of them a message that is to be completed does not need.
    pub fn queued(&self) -> u64 {
        self.queued
    }

    pub fn has_happened(&self) -> bool {
        !self.happened.is_empty()
    }

    /// What the user has done since the last time.
    pub fn happened(&mut self) -> Vec<Happened> {
        std::mem::take(&mut self.happened)
    }
}

fn nothing(now: Duration) -> Happened {
    Happened { fault: BY_HAND, at: now, offset: 0, bytes: 0, removed: 0, added: 0, by: Duration::ZERO }
}
