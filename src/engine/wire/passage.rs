//! What happens to the frames of one direction. Sans-IO: time and frames come in.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use rustc_hash::FxHashMap;

use crate::kinds::fault::{Active, Context, Direction, Item, Line, Piece};
use crate::trace::Nanos;
use crate::trace::segments::Frame;

/// The type of an Ethernet frame, and of those that faults are for.
const TYPE: std::ops::Range<usize> = 12..14;
const IPV4: [u8; 2] = [0x08, 0x00];
const ARP: [u8; 2] = [0x08, 0x06];
/// The most frames of which it is not known yet what becomes of them.
const MAX_UNDER_WAY: usize = 65_536;

#[derive(Debug)]
pub struct Passage {
    way: Direction,
    line: Line,
    number: u64,
    /// When each came, with its bytes, until it has gone on or was dropped.
    under_way: FxHashMap<u64, (Duration, Bytes)>,
    /// Which have gone on once, the newest last.
    gone: VecDeque<(u64, Duration)>,
    /// Without faults: neighbours are to find each other.
    plain: VecDeque<Bytes>,
    frames: Vec<Frame>,
}

impl Passage {
    pub fn new(seed: u64, way: Direction, begun: Duration) -> Self {
        let context = Context { seed, conn: 1, client: None, way, is_datagram: true, begun };
        Self {
            way,
            line: Line::new(context, &[]),
            number: 0,
            under_way: FxHashMap::default(),
            gone: VecDeque::new(),
            plain: VecDeque::new(),
            frames: Vec::new(),
        }
    }

    pub fn set_faults(&mut self, now: Duration, faults: &[Active]) {
        self.line.set_faults(now, faults);
    }

    /// A frame has come.
    pub fn push(&mut self, now: Duration, frame: &[u8]) {
        match frame.get(TYPE) {
            Some(kind) if kind == IPV4 => {}
            Some(kind) if kind == ARP => return self.plain.push_back(Bytes::copy_from_slice(frame)),
            // What IPv6 says of itself on its own is nobody's.
            _ => return,
        }
        let bytes = Bytes::copy_from_slice(frame);
        let at = self.number;
        self.number += 1;
        if self.under_way.len() < MAX_UNDER_WAY {
            self.under_way.insert(at, (now, bytes.clone()));
        }
        self.line.push(now, Item::Bytes(Piece { bytes, at }));
        self.note_dropped();
    }

    pub fn advance(&mut self, now: Duration) {
        self.line.advance(now);
        self.note_dropped();
    }

    /// The next that goes on.
    pub fn pop(&mut self, now: Duration) -> Option<Bytes> {
        if let Some(plain) = self.plain.pop_front() {
            return Some(plain);
        }
        let Some(Item::Bytes(Piece { bytes, at })) = self.line.pop() else { return None };
        let came = self.under_way.remove(&at).map(|(came, _)| came);
        let before = self.gone.iter().rev().find(|(number, _)| *number == at).map(|(_, came)| *came);
        let is_copy = came.is_none() && before.is_some();
        let came = came.or(before).unwrap_or(now);
        if !is_copy {
            self.gone.push_back((at, came));
            if self.gone.len() > 64 {
                self.gone.pop_front();
            }
        }
        let (at, left) = (nanos(came), Some(nanos(now)));
        let number = self.gone.back().map_or(0, |(number, _)| *number);
        self.frames.push(Frame { at, left, way: self.way, number, is_copy, bytes: bytes.clone() });
        Some(bytes)
    }

    /// A fault that has taken all of a frame has dropped it.
    fn note_dropped(&mut self) {
        for happened in self.line.happened() {
            let is_gone = happened.removed > 0 && happened.removed == happened.bytes;
            let dropped = if is_gone { self.under_way.get(&happened.offset).cloned() } else { None };
            // What was cut short goes on.
            if let Some((came, bytes)) = dropped.filter(|(_, bytes)| bytes.len() as u64 == happened.removed) {
                self.under_way.remove(&happened.offset);
                let (at, number) = (nanos(came), happened.offset);
                self.frames.push(Frame { at, left: None, way: self.way, number, is_copy: false, bytes });
            }
        }
    }

    /// When [`Self::advance`] is to be called again.
    pub fn due(&self, now: Duration) -> Option<Duration> {
        self.line.due(now)
    }

    /// The frames of which the outcome has been known since the last time.
    pub fn frames(&mut self) -> Vec<Frame> {
        std::mem::take(&mut self.frames)
    }
}

fn nanos(time: Duration) -> Nanos {
    Nanos(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
}
