//! Where the messages of an endpoint's framing end along the bytes of one direction: a program's own boundaries, which
//! are neither those of the sends nor those of the recvs.

use std::time::Duration;

use super::super::flow::Way;
use super::super::projection::{self, AsOf, Budget, Follower, Projection, Source};
use super::{Line as _, Movers};
use crate::kinds::framing::FrameScanner;
use crate::lab::TextEncoding;
use crate::lab::framing::Framing;
use crate::trace::chunks::Chunks;
use crate::trace::{Call, Payload, SocketId, Trace};

/// The most calls that one update takes in; the next one takes the rest.
pub const CALLS_PER_UPDATE: usize = 2_000;
/// The same in bytes.
pub const BYTES_PER_UPDATE: u64 = 512 * 1024;
/// The most boundaries that are kept; the oldest leave.
pub const MAX_BOUNDARIES: usize = 1_000_000;

/// The ends of the messages that one end of a connection sent or received.
#[derive(Debug)]
pub struct Boundaries {
    socket: SocketId,
    way: Way,
    framing: Framing,
    encoding: TextEncoding,
    scanner: Option<FrameScanner>,
    ends: Chunks<u64>,
    follower: Follower,
}

impl Boundaries {
    /// Empty until the first [`Self::update`].
    pub fn new(socket: SocketId, way: Way, framing: &Framing, encoding: TextEncoding) -> Self {
        let framing = framing.clone();
        Self { socket, way, framing, encoding, scanner: None, ends: Chunks::new(), follower: Follower::default() }
    }

    /// Whether these are still the boundaries that are asked for.
    pub fn is_of(&self, socket: SocketId, way: Way, framing: &Framing, encoding: TextEncoding) -> bool {
        self.socket == socket && self.way == way && self.framing == *framing && self.encoding == encoding
    }

    /// Takes in what has happened since the last update. True where there is more to take in than one update does.
    pub fn update<'t>(&mut self, of: impl Into<AsOf<'t>>) -> bool {
        const BUDGET: Budget = Budget::UNLIMITED.calls(CALLS_PER_UPDATE).bytes(BYTES_PER_UPDATE);
        let of = of.into();
        let calls = Source::of(of.trace.flow(self.socket).map(|flow| flow.movers(self.way)));
        !projection::follow(self, of, calls, BUDGET, || true)
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

impl Projection for Boundaries {
    /// Bytes that were not kept have boundaries too.
    fn weight(said: Payload<'_>) -> u64 {
        said.len
    }

    fn follower(&mut self) -> &mut Follower {
        &mut self.follower
    }

    fn see(&mut self, call: &Call, said: Payload<'_>) {
        let Some(offset) = said.offset else { return };
        let scanner =
            self.scanner.get_or_insert_with(|| FrameScanner::new(&self.framing, self.encoding).starting_at(offset));
        if let Some(frame) = scanner.arrive(Duration::from_nanos(call.start.0.saturating_add(call.took))) {
            self.ends.push_back(frame.range.end);
        }
        let mut missing = offset.saturating_sub(scanner.position());
        while let Some(Ok(frame)) = scanner.next_frame_in_gap(&mut missing) {
            self.ends.push_back(frame.range.end);
        }
        let mut rest: &[u8] = said.bytes;
        while let Some(Ok(frame)) = scanner.next_frame(&mut rest) {
            self.ends.push_back(frame.range.end);
        }
        let mut missing = said.missing();
        while let Some(Ok(frame)) = scanner.next_frame_in_gap(&mut missing) {
            self.ends.push_back(frame.range.end);
        }
        while self.ends.len() > MAX_BOUNDARIES {
            self.ends.pop_front();
        }
    }

    fn evict(&mut self, trace: &Trace) {
        let first = trace.flow(self.socket).and_then(|flow| Movers::new(trace, flow, self.way).span(0));
        let kept = first.map_or(0, |span| span.begin);
        while self.ends.front().is_some_and(|end| *end < kept) {
            self.ends.pop_front();
        }
    }

    fn reset(&mut self) {
        *self = Self::new(self.socket, self.way, &self.framing, self.encoding);
    }
}
