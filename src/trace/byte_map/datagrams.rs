//! The same for datagrams: each is a block of its own, and keeps its boundaries or is lost as a whole. No call says which
//! `sendto` a `recvfrom` belongs to, so they are paired by their addresses, their order and their bytes: inferred, and
//! the view says so.

use super::{Block, Line, Picture, Span, What, Window, lane};
use crate::lab::{Addr, EndpointId};
use crate::trace::call::Call;
use crate::trace::chunks::Chunks;
use crate::trace::datagrams::{UnderWay, destination, is_datagram};
use crate::trace::projection::{self, AsOf, Budget, Follower, Projection, Source};
use crate::trace::said::Payload;
use crate::trace::store::Trace;

/// The most calls that one update takes in; the next one takes the rest.
pub const CALLS_PER_UPDATE: usize = 20_000;
/// The most datagrams on the line; the oldest leave.
pub const MAX_DATAGRAMS: usize = 1_000_000;
/// How far along the line a datagram's neighbours are searched, and a call from its end.
const REACH: usize = 1_024;

/// Who sends to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The endpoint that sends, where it is in this lab, and its address as the other end sees it.
    pub sender: Option<EndpointId>,
    pub from: Addr,
    /// The endpoint that receives, where it is in this lab, and the address to which is sent.
    pub receiver: Option<EndpointId>,
    pub to: Addr,
}

#[derive(Clone, Copy, Debug)]
struct Datagram {
    /// Where it stands on the line; an empty one is as wide as one byte.
    begin: u64,
    sent: Option<(u64, u64)>,
    /// The `recvfrom`: its number, how many bytes it got and how many were cut off.
    received: Option<(u64, u64, u64)>,
}

impl Datagram {
    fn len(&self) -> u64 {
        let received = self.received.map_or(0, |(_, len, lost)| len + lost);
        self.sent.map_or(received, |(_, len)| len).max(1)
    }
}

/// The datagrams of one route, in the order in which they were sent.
#[derive(Debug)]
pub struct Datagrams {
    route: Route,
    line: Chunks<Datagram>,
    /// How many have left the line.
    dropped: usize,
    under_way: UnderWay,
    /// The place after the one that arrived last.
    arrived: usize,
    end: u64,
    follower: Follower,
}

impl Datagrams {
    /// Empty until the first [`Self::update`].
    pub fn new(route: Route) -> Self {
        Self {
            route,
            line: Chunks::new(),
            dropped: 0,
            under_way: UnderWay::default(),
            arrived: 0,
            end: 0,
            follower: Follower::default(),
        }
    }

    pub fn route(&self) -> &Route {
        &self.route
    }

    pub fn total(&self) -> u64 {
        self.end
    }

    pub fn len(&self) -> usize {
        self.line.len()
    }

    pub fn is_empty(&self) -> bool {
        self.line.is_empty()
    }

    /// Where the first kept datagram begins, and where the `newest` ones begin.
    pub fn extent(&self, newest: usize) -> (u64, u64) {
        let begin = |index: usize| self.line.get(index).map_or(self.end, |datagram| datagram.begin);
        (begin(0), begin(self.line.len().saturating_sub(newest)))
    }

    /// Takes in what has happened since the last update. True where there is more to take in than one update does.
    pub fn update<'t>(&mut self, of: impl Into<AsOf<'t>>) -> bool {
        let of = of.into();
        let calls = |endpoint: Option<EndpointId>| endpoint.and_then(|endpoint| of.trace.of_endpoint(endpoint));
        let Route { sender, receiver, .. } = self.route;
        let source = match (calls(sender), calls(receiver)) {
            (Some(sent), Some(received)) if sender != receiver => Source::Merged(sent, received),
            (sent, received) => Source::of(sent.or(received)),
        };
        !projection::follow(self, of, source, Budget::UNLIMITED.calls(CALLS_PER_UPDATE), || true)
    }

    fn drop_oldest(&mut self) {
        if self.line.pop_front().is_some() {
            self.dropped += 1;
        }
    }

    fn push(&mut self, sent: Option<(u64, u64)>, received: Option<(u64, u64, u64)>) {
        let datagram = Datagram { begin: self.end, sent, received };
        self.end += datagram.len();
        self.line.push_back(datagram);
        if self.line.len() > MAX_DATAGRAMS {
            self.drop_oldest();
        }
    }

    fn receive(&mut self, call: &Call) {
        let received = (call.seq, call.len, u64::from(call.lost));
        let place = self.under_way.receive(call).and_then(|send| self.place_of(send));
        match place {
            Some(index) => {
                if let Some(datagram) = self.line.get_mut(index) {
                    datagram.received = Some(received);
                }
                self.arrived = self.arrived.max(index + 1 + self.dropped);
            }
            // Sent by someone else under that address, or its `sendto` is gone.
            None => {
                self.push(None, Some(received));
                self.arrived = self.dropped + self.line.len();
            }
        }
    }

    /// Each came to the line with its `sendto`, or with its `recvfrom` where it has none.
    fn place_of(&self, send: u64) -> Option<usize> {
        let came = |datagram: &Datagram| {
            let received = datagram.received.map_or(0, |(seq, _, _)| seq);
            datagram.sent.map_or(received, |(seq, _)| seq)
        };
        let index = self.line.partition_point(|datagram| came(datagram) < send);
        self.line.get(index).filter(|datagram| came(datagram) == send).map(|_| index)
    }

    /// The blocks in sight. A line of which the sender or the receiver is not in this lab stays empty.
    pub fn picture(&self, trace: &Trace, window: Window) -> Picture {
        let mut sent = match self.route.sender {
            Some(_) => lane(&Sent(self), self.end, window),
            None => Vec::new(),
        };
        sent.retain(|block| block.bytes() > 0);
        let received = match self.route.receiver {
            Some(_) => self.received_blocks(trace, window),
            None => Vec::new(),
        };
        let bands = super::bands(&sent, &received);
        Picture { sent, received, bands }
    }

    fn received_blocks(&self, trace: &Trace, window: Window) -> Vec<Block> {
        let mut blocks = Vec::new();
        for block in lane(&Received(self), self.end, window) {
            let datagram = match block.what {
                What::Call { .. } => self.at(block.begin),
                What::Many { calls, .. } if self.none_arrived(block.begin, calls) => {
                    let first = self.at(block.begin).and_then(|(_, datagram)| datagram.sent);
                    let what = first.map_or(What::Gone, |(seq, _)| What::Lost { seq });
                    blocks.push(Block { what, ..block });
                    continue;
                }
                _ => None,
            };
            let Some((index, datagram)) = datagram else {
                blocks.push(block);
                continue;
            };
            let end = datagram.begin + datagram.len();
            match (datagram.received, datagram.sent) {
                (Some((seq, len, cut)), _) => {
                    let kept = datagram.begin + if cut > 0 { len } else { datagram.len() };
                    let what = if trace.get(seq).is_some() { What::Call { seq } } else { What::Gone };
                    if kept > datagram.begin {
                        blocks.push(Block { begin: datagram.begin, end: kept.min(end), what });
                    }
                    if cut > 0 && kept < end {
                        blocks.push(Block { begin: kept, end, what: What::CutOff { seq } });
                    }
                }
                (None, Some((seq, _))) => {
                    // A later one has arrived: this one will not.
                    let what = if index + self.dropped < self.arrived { What::Lost { seq } } else { What::InFlight };
                    blocks.push(Block { begin: datagram.begin, end, what });
                }
                (None, None) => {}
            }
        }
        blocks
    }

    fn none_arrived(&self, begin: u64, calls: u64) -> bool {
        let Some((index, _)) = self.at(begin).filter(|_| calls <= REACH as u64) else { return false };
        let end = index.saturating_add(usize::try_from(calls).unwrap_or(usize::MAX));
        end + self.dropped <= self.arrived && self.line.range(index..end).all(|datagram| datagram.received.is_none())
    }

    fn at(&self, begin: u64) -> Option<(usize, &Datagram)> {
        let index = self.line.partition_point(|datagram| datagram.begin < begin);
        self.line.get(index).map(|datagram| (index, datagram))
    }

    /// How many of the last ones (at most `most`) were sent, arrived, were lost and were cut off.
    pub fn counts(&self, most: usize) -> Counts {
        let mut counts = Counts::default();
        let begin = self.line.len().saturating_sub(most);
        for (index, datagram) in self.line.range(begin..).enumerate() {
            counts.sent += u64::from(datagram.sent.is_some());
            counts.received += u64::from(datagram.received.is_some());
            counts.cut += u64::from(datagram.received.is_some_and(|(_, _, cut)| cut > 0));
            let passed = begin + index + self.dropped < self.arrived;
            counts.lost += u64::from(datagram.received.is_none() && passed && self.route.receiver.is_some());
        }
        counts
    }

    /// Whether a later datagram has arrived and this one has not.
    pub fn is_lost(&self, sent: u64) -> bool {
        let Some(pair) = self.of_call(sent).filter(|pair| pair.received.is_none()) else { return false };
        self.at(pair.begin).is_some_and(|(index, _)| index + self.dropped < self.arrived)
    }

    /// The other call of a datagram, and the place of both on the line.
    pub fn of_call(&self, seq: u64) -> Option<Pair> {
        // Both lists ascend but for those that overtook each other; the search begins with the newest.
        let found = self.line.iter().rev().take(16 * REACH).find(|datagram| {
            datagram.sent.is_some_and(|(sent, _)| sent == seq)
                || datagram.received.is_some_and(|(received, _, _)| received == seq)
        })?;
        Some(Pair {
            begin: found.begin,
            end: found.begin + found.len(),
            sent: found.sent.map(|(seq, _)| seq),
            received: found.received.map(|(seq, _, _)| seq),
            cut: found.received.map_or(0, |(_, _, cut)| cut),
        })
    }

    /// The next or the previous call on the same lane.
    pub fn neighbour(&self, seq: u64, forward: bool) -> Option<u64> {
        let pair = self.of_call(seq)?;
        let is_sent = pair.sent == Some(seq);
        let of = |datagram: &Datagram| {
            if is_sent { datagram.sent.map(|(seq, _)| seq) } else { datagram.received.map(|(seq, _, _)| seq) }
        };
        let at = self.line.partition_point(|datagram| datagram.begin < pair.begin);
        if forward {
            self.line.range(at + 1..).take(REACH).find_map(of)
        } else {
            self.line.range(..at).rev().take(REACH).find_map(of)
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub sent: u64,
    pub received: u64,
    pub lost: u64,
    pub cut: u64,
}

/// A datagram's two calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    pub begin: u64,
    pub end: u64,
    pub sent: Option<u64>,
    pub received: Option<u64>,
    /// How many bytes were cut off.
    pub cut: u64,
}

impl Datagram {
    fn newest(&self) -> u64 {
        self.sent.map_or(0, |(seq, _)| seq).max(self.received.map_or(0, |(seq, _, _)| seq))
    }
}

impl Projection for Datagrams {
    fn follower(&mut self) -> &mut Follower {
        &mut self.follower
    }

    fn see(&mut self, call: &Call, _: Payload<'_>) {
        if !call.succeeded() || !is_datagram(call) {
            return;
        }
        let Route { sender, from, receiver, to } = &self.route;
        if *sender == Some(call.endpoint) && destination(call) == Some(to) {
            self.under_way.send(call);
            self.push(Some((call.seq, call.len)), None);
        } else if *receiver == Some(call.endpoint) && call.op.receives() && call.ends.peer.as_ref() == Some(from) {
            self.receive(call);
        }
    }

    fn evict(&mut self, trace: &Trace) {
        let first = trace.first_seq();
        while self.line.front().is_some_and(|datagram| datagram.newest() < first) {
            self.drop_oldest();
        }
    }

    fn reset(&mut self) {
        *self = Self::new(self.route.clone());
    }
}

struct Sent<'d>(&'d Datagrams);

impl Line for Sent<'_> {
    fn len(&self) -> usize {
        self.0.line.len()
    }

    fn span(&self, index: usize) -> Option<Span> {
        let datagram = self.0.line.get(index)?;
        let end = datagram.begin + datagram.len();
        // One that was only received has no width above.
        let (seq, end) = datagram.sent.map_or((0, datagram.begin), |(seq, _)| (seq, end));
        Some(Span { begin: datagram.begin, end, seq })
    }
}

struct Received<'d>(&'d Datagrams);

impl Line for Received<'_> {
    fn len(&self) -> usize {
        self.0.line.len()
    }

    fn span(&self, index: usize) -> Option<Span> {
        let datagram = self.0.line.get(index)?;
        let seq = datagram.received.map_or(0, |(seq, _, _)| seq);
        Some(Span { begin: datagram.begin, end: datagram.begin + datagram.len(), seq })
    }
}

/// The two routes between a datagram endpoint and a peer, first the one on which it sends. `others` are the lab's other
/// datagram endpoints with the address that each is bound to.
pub fn routes(endpoint: EndpointId, local: &Addr, peer: &Addr, others: &[(EndpointId, Addr)]) -> [Route; 2] {
    let other = others.iter().find(|(_, addr)| reaches(addr, peer)).map(|(id, _)| *id);
    // Bound to every address, it is seen under the one of the peer's network; on one machine that is the peer's own.
    let seen = seen_as(local, peer);
    [
        Route { sender: Some(endpoint), from: seen.clone(), receiver: other, to: peer.clone() },
        Route { sender: other, from: peer.clone(), receiver: Some(endpoint), to: seen },
    ]
}

/// Whether what is sent to `to` comes to the socket that is bound to `bound`.
fn reaches(bound: &Addr, to: &Addr) -> bool {
    match (bound, to) {
        (Addr::Inet(bound), Addr::Inet(to)) => {
            bound == to || (bound.ip().is_unspecified() && bound.port() == to.port() && to.ip().is_loopback())
        }
        _ => bound == to,
    }
}

fn seen_as(local: &Addr, peer: &Addr) -> Addr {
    match (local, peer) {
        (Addr::Inet(local), Addr::Inet(peer)) if local.ip().is_unspecified() => {
            Addr::Inet((peer.ip(), local.port()).into())
        }
        _ => local.clone(),
    }
}

/// The other end of a datagram, where that is known.
pub fn target(call: &Call) -> Option<Addr> {
    is_datagram(call).then(|| destination(call).or(call.ends.peer.as_ref()).cloned()).flatten()
}
