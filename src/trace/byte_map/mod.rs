//! The byte map: what one end of a connection sent and what the other received, as blocks along the bytes of the stream,
//! so that it can be seen which sends became which recvs.
//!
//! Only the part in sight is computed, and calls that are too narrow to be told apart become one block: the cost is that
//! of the picture's width, not of the trace's length.

pub mod boundaries;
pub mod datagrams;
mod story;

use std::ops::Range;

use super::call::SocketId;
use super::flow::{Flow, Seqs, Way};
use super::projection::AsOf;
use super::store::Trace;

pub use story::{Story, story};

/// A call's place on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub begin: u64,
    pub end: u64,
    pub seq: u64,
}

/// Calls along a line of bytes, in the order of their beginnings.
pub trait Line {
    fn len(&self) -> usize;

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `None` where nothing is kept of it.
    fn span(&self, index: usize) -> Option<Span>;
}

/// What a block stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Call {
        seq: u64,
    },
    /// Neighbours that are too narrow to be told apart, from one call to another.
    Many {
        calls: u64,
        first: u64,
        last: u64,
    },
    /// Calls that are no longer kept moved these bytes.
    Gone,
    /// Sent, and not received yet.
    InFlight,
    /// Sent, and the receiver was closed before it took them.
    NeverReceived,
    /// A datagram that was sent and did not arrive; the number is that of the `sendto`.
    Lost {
        seq: u64,
    },
    /// The end of a datagram for which the receiver's buffer had no room.
    CutOff {
        seq: u64,
    },
}

impl What {
    /// Whether bytes were really moved by it.
    pub fn moves(self) -> bool {
        matches!(self, Self::Call { .. } | Self::Many { .. })
    }

    /// Whether that call is part of it.
    pub fn holds(self, call: u64) -> bool {
        match self {
            Self::Call { seq } | Self::Lost { seq } | Self::CutOff { seq } => seq == call,
            Self::Many { first, last, .. } => (first..=last).contains(&call),
            Self::Gone | Self::InFlight | Self::NeverReceived => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    pub begin: u64,
    pub end: u64,
    pub what: What,
}

impl Block {
    pub fn bytes(&self) -> u64 {
        self.end - self.begin
    }
}

/// The same bytes in a block above and in one below, by their places in the two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    pub begin: u64,
    pub end: u64,
    pub upper: usize,
    pub lower: usize,
}

/// The part of the line that is in sight, and how fine it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub begin: u64,
    pub end: u64,
    /// Calls of fewer bytes than this are put together with their neighbours.
    pub least: u64,
}

/// One direction of a connection, as far as it is in sight.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// What was sent; empty where the sender is not in this lab.
    pub sent: Vec<Block>,
    pub received: Vec<Block>,
    pub bands: Vec<Band>,
}

/// The calls of one connection that moved bytes one way.
#[derive(Clone, Copy, Debug)]
pub struct Movers<'t> {
    trace: &'t Trace,
    seqs: &'t Seqs,
    len: usize,
}

impl<'t> Movers<'t> {
    pub fn new(of: impl Into<AsOf<'t>>, flow: &'t Flow, way: Way) -> Self {
        let (AsOf { trace, end }, seqs) = (of.into(), flow.movers(way));
        let len = if end < trace.next_seq() { seqs.partition_point(|seq| *seq < end) } else { seqs.len() };
        Self { trace, seqs, len }
    }

    /// How many bytes there were by then, also of calls that are no longer kept.
    fn total(&self, flow: &Flow, way: Way) -> u64 {
        if self.len == self.seqs.len() {
            return flow.total(way);
        }
        let last = self.len.checked_sub(1).and_then(|last| self.span(last)).map(|span| span.end);
        // What was before the first call that is kept had been moved.
        last.or_else(|| self.trace.get(*self.seqs.front()?)?.offset).unwrap_or(0)
    }
}

impl Line for Movers<'_> {
    fn len(&self) -> usize {
        self.len
    }

    fn span(&self, index: usize) -> Option<Span> {
        if index >= self.len {
            return None;
        }
        let call = self.trace.get(*self.seqs.get(index)?)?;
        let begin = call.offset?;
        Some(Span { begin, end: begin.saturating_add(call.len), seq: call.seq })
    }
}

/// A direction of a connection: who sends and who receives, as far as they are in this lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Direction {
    pub sender: Option<SocketId>,
    pub receiver: Option<SocketId>,
    /// The calls from this number on are left out.
    end: u64,
}

impl Direction {
    /// The direction in which that socket sends (or receives).
    pub fn of<'t>(of: impl Into<AsOf<'t>>, socket: SocketId, way: Way) -> Self {
        let AsOf { trace, end } = of.into();
        let other = trace.partner(socket);
        match way {
            Way::Out => Self { sender: Some(socket), receiver: other, end },
            Way::In => Self { sender: other, receiver: Some(socket), end },
        }
    }

    fn flows<'t>(&self, trace: &'t Trace) -> (Option<&'t Flow>, Option<&'t Flow>) {
        let flow = |socket: Option<SocketId>| socket.and_then(|socket| trace.flow(socket));
        (flow(self.sender), flow(self.receiver))
    }

    fn movers<'t>(&self, trace: &'t Trace, flow: &'t Flow, way: Way) -> Movers<'t> {
        Movers::new(trace.as_of(self.end), flow, way)
    }

    fn moved(&self, trace: &Trace, flow: Option<&Flow>, way: Way) -> u64 {
        flow.map_or(0, |flow| self.movers(trace, flow, way).total(flow, way))
    }

    /// The trace as far as it is shown.
    pub fn shown<'t>(&self, trace: &'t Trace) -> AsOf<'t> {
        trace.as_of(self.end)
    }

    /// How many bytes the line has.
    pub fn total(&self, trace: &Trace) -> u64 {
        let (sender, receiver) = self.flows(trace);
        self.moved(trace, sender, Way::Out).max(self.moved(trace, receiver, Way::In))
    }

    /// Where the first byte stands of which a call is kept.
    pub fn first_kept(&self, trace: &Trace) -> u64 {
        let (sender, receiver) = self.flows(trace);
        let first = |flow: Option<&Flow>, way| self.movers(trace, flow?, way).span(0).map(|span| span.begin);
        let firsts = [first(sender, Way::Out), first(receiver, Way::In)];
        firsts.into_iter().flatten().min().unwrap_or_else(|| self.total(trace))
    }

    /// Where the newest calls of the sender (else of the receiver) begin; `None` where there are no older ones.
    pub fn newest(&self, trace: &Trace, count: usize) -> Option<u64> {
        let (sender, receiver) = self.flows(trace);
        let of = |flow: Option<&Flow>, way| {
            let movers = self.movers(trace, flow?, way);
            let index = movers.len().checked_sub(count).filter(|index| *index > 0)?;
            movers.span(index).map(|span| span.begin)
        };
        let begins = [of(sender, Way::Out), of(receiver, Way::In)];
        begins.into_iter().flatten().max()
    }

    /// How many sends and recvs are kept.
    pub fn calls(&self, trace: &Trace) -> (usize, usize) {
        let (sender, receiver) = self.flows(trace);
        let count = |flow: Option<&Flow>, way| flow.map_or(0, |flow| self.movers(trace, flow, way).len());
        (count(sender, Way::Out), count(receiver, Way::In))
    }

    /// The bytes that were sent and not received, from the counts of the two ends: in flight, or in the kernel's buffers
    /// of either. Empty where one end is not in this lab.
    pub fn outstanding(&self, trace: &Trace) -> Range<u64> {
        let (Some(sender), Some(receiver)) = self.flows(trace) else { return 0..0 };
        let end = self.moved(trace, Some(sender), Way::Out);
        let mut begin = self.moved(trace, Some(receiver), Way::In);
        if begin == 0 {
            // Nothing is known of what was received before the trace was cleared.
            begin = self.movers(trace, sender, Way::Out).span(0).map_or(end, |span| span.begin);
        }
        begin.min(end)..end
    }

    /// The number of a call of the line, counted from 0 among those that are kept; for walking along it.
    pub fn neighbour(&self, trace: &Trace, seq: u64, forward: bool) -> Option<u64> {
        let call = trace.get(seq)?;
        let way = Way::of(&call.op)?;
        let movers = trace.flow(call.socket)?.movers(way);
        let offset = call.offset?;
        let of = |seq: &u64| trace.get(*seq).and_then(|call| call.offset).unwrap_or(0);
        let at = movers.partition_point(|seq| of(seq) < offset);
        let next = if forward { at.checked_add(1)? } else { at.checked_sub(1)? };
        movers.get(next).copied().filter(|seq| *seq < self.end)
    }

    /// The blocks in sight.
    pub fn picture(&self, trace: &Trace, window: Window) -> Picture {
        let (sender, receiver) = self.flows(trace);
        let blocks = |flow: Option<&Flow>, way| {
            flow.map(|flow| {
                let movers = self.movers(trace, flow, way);
                lane(&movers, movers.total(flow, way), window)
            })
            .unwrap_or_default()
        };
        let sent = blocks(sender, Way::Out);
        let mut received = blocks(receiver, Way::In);
        let outstanding = self.outstanding(trace);
        let (begin, end) = (outstanding.start.max(window.begin), outstanding.end.min(window.end));
        if begin < end {
            let closed = receiver.is_some_and(|flow| flow.is_closed_before(self.end));
            let what = if closed { What::NeverReceived } else { What::InFlight };
            received.push(Block { begin, end, what });
        }
        let bands = bands(&sent, &received);
        Picture { sent, received, bands }
    }
}

/// The blocks of a line that are in sight. Calls keep their whole width, so that one that is partly in sight is not cut.
pub fn lane(line: &impl Line, total: u64, window: Window) -> Vec<Block> {
    let least = window.least.max(1);
    let mut blocks = Vec::new();
    let mut index = first_index(line, 0, |span| span.end <= window.begin);
    // What was before the first call that is kept.
    let mut reached = match index.checked_sub(1) {
        Some(before) => line.span(before).map_or(0, |span| span.end),
        None => 0,
    };
    while let Some(span) = line.span(index).filter(|span| span.begin < window.end) {
        gone(&mut blocks, reached, span.begin, window);
        if span.end.saturating_sub(span.begin) >= least {
            blocks.push(Block { begin: span.begin, end: span.end, what: What::Call { seq: span.seq } });
            reached = span.end;
            index += 1;
            continue;
        }
        // Cells of a fixed grid, so that the picture does not dance while it is scrolled.
        let cell_end = (span.begin / least + 1).saturating_mul(least);
        let mut next = first_index(line, index + 1, |other| other.begin < cell_end);
        let mut last = line.span(next - 1).unwrap_or(span);
        if next - 1 > index && last.end.saturating_sub(last.begin) >= least {
            // The last one is wide: it stands for itself.
            next -= 1;
            last = line.span(next - 1).unwrap_or(span);
        }
        let calls = (next - index) as u64;
        let what = match calls {
            1 => What::Call { seq: span.seq },
            _ => What::Many { calls, first: span.seq, last: last.seq },
        };
        reached = last.end.max(span.begin);
        blocks.push(Block { begin: span.begin, end: reached, what });
        index = next;
    }
    if line.span(index).is_none() {
        gone(&mut blocks, reached, total, window);
    }
    blocks
}

fn gone(blocks: &mut Vec<Block>, begin: u64, end: u64, window: Window) {
    let (begin, end) = (begin.max(window.begin), end.min(window.end));
    if begin < end {
        blocks.push(Block { begin, end, what: What::Gone });
    }
}

/// The first place from `from` on for which it is no longer so. It looks nearby first: what is sought is as a rule not far.
fn first_index(line: &impl Line, from: usize, so: impl Fn(Span) -> bool) -> usize {
    let so = |index: usize| line.span(index).is_none_or(&so);
    let len = line.len();
    let (mut low, mut step) = (from, 1);
    let mut high = from;
    while high < len && so(high) {
        low = high + 1;
        high = high.saturating_add(step);
        step *= 2;
    }
    high = high.min(len);
    while low < high {
        let middle = low + (high - low) / 2;
        if so(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// Joins the same bytes in two lists of blocks.
pub fn bands(upper: &[Block], lower: &[Block]) -> Vec<Band> {
    let mut bands = Vec::new();
    let (mut u, mut l) = (0, 0);
    while let (Some(above), Some(below)) = (upper.get(u), lower.get(l)) {
        let (begin, end) = (above.begin.max(below.begin), above.end.min(below.end));
        if begin < end && above.what.moves() && below.what.moves() {
            bands.push(Band { begin, end, upper: u, lower: l });
        }
        if above.end <= below.end { u += 1 } else { l += 1 }
    }
    bands
}

#[cfg(test)]
mod tests;
