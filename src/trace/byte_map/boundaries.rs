//! Where the messages of an endpoint's framing end along the bytes of one direction: a program's own boundaries, which
//! are neither those of the sends nor those of the recvs.

use super::super::flow::Way;
use super::super::framing::FrameScanner;
use super::super::store::{StreamKey, Trace};
use super::{Line as _, Movers};
use crate::lab::TextEncoding;
use crate::lab::framing::Framing;
use crate::trace::Call;
use crate::trace::chunks::Chunks;

/// So many calls are looked at in one update; the rest comes with the next one.
pub const CALLS_PER_UPDATE: usize = 2_000;
/// The same in bytes.
pub const BYTES_PER_UPDATE: u64 = 512 * 1024;
/// So many boundaries are kept; the oldest leave.
pub const MAX_BOUNDARIES: usize = 1_000_000;

/// The ends of the messages that one end of a connection sent or received.
#[derive(Debug)]
pub struct Boundaries {
    key: StreamKey,
    way: Way,
    framing: Framing,
    encoding: TextEncoding,
    scanner: Option<FrameScanner>,
    ends: Chunks<u64>,
    /// The first call that is not looked at yet.
    next_seq: u64,
    generation: u64,
}

impl Boundaries {
    /// Empty until the first [`Self::update`].
    pub fn new(key: StreamKey, way: Way, framing: &Framing, encoding: TextEncoding) -> Self {
        let framing = framing.clone();
        Self { key, way, framing, encoding, scanner: None, ends: Chunks::new(), next_seq: 0, generation: 0 }
    }

    /// Whether these are still the boundaries that are asked for.
    pub fn is_of(&self, key: StreamKey, way: Way, framing: &Framing, encoding: TextEncoding) -> bool {
        self.key == key && self.way == way && self.framing == *framing && self.encoding == encoding
    }

    /// Takes in what has happened since the last update. True where there is more to take in than one update does.
    pub fn update(&mut self, trace: &Trace) -> bool {
        if trace.next_seq() < self.next_seq || trace.generation() != self.generation {
            *self =
                Self { generation: trace.generation(), ..Self::new(self.key, self.way, &self.framing, self.encoding) };
        }
        let Some(flow) = trace.flow(self.key) else { return false };
        let seqs = flow.movers(self.way);
        let kept = Movers::new(trace, flow, self.way).span(0).map_or(0, |span| span.begin);
        while self.ends.front().is_some_and(|end| *end < kept) {
            self.ends.pop_front();
        }
        let unseen = seqs.partition_point(|seq| *seq < self.next_seq);
        let end = seqs.len().min(unseen.saturating_add(CALLS_PER_UPDATE));
        let (mut taken, mut bytes) = (unseen, 0);
        for seq in seqs.range(unseen..end) {
            taken += 1;
            self.next_seq = seq + 1;
            let Some(call) = trace.get(*seq) else { continue };
            self.take(call);
            bytes += call.len;
            if bytes >= BYTES_PER_UPDATE {
                break;
            }
        }
        taken < seqs.len()
    }

    fn take(&mut self, call: &Call) {
        let Some(offset) = call.offset else { return };
        let scanner =
            self.scanner.get_or_insert_with(|| FrameScanner::new(&self.framing, self.encoding).starting_at(offset));
        let mut missing = offset.saturating_sub(scanner.position());
        while let Some(Ok(frame)) = scanner.next_frame_in_gap(&mut missing) {
            self.ends.push_back(frame.range.end);
        }
        let mut rest: &[u8] = &call.data;
        while let Some(Ok(frame)) = scanner.next_frame(&mut rest) {
            self.ends.push_back(frame.range.end);
        }
        let mut missing = call.len.saturating_sub(call.data.len() as u64);
        while let Some(Ok(frame)) = scanner.next_frame_in_gap(&mut missing) {
            self.ends.push_back(frame.range.end);
        }
        while self.ends.len() > MAX_BOUNDARIES {
            self.ends.pop_front();
        }
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Those between two bytes; nothing where there are more than `most`: they could not be told apart.
    pub fn within(&self, begin: u64, end: u64, most: usize) -> Vec<u64> {
        let first = self.ends.partition_point(|at| *at < begin);
        let after = self.ends.partition_point(|at| *at <= end);
        if after - first > most { Vec::new() } else { self.ends.range(first..after).copied().collect() }
    }
}
