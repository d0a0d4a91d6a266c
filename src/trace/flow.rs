//! One socket, and so one connection as one end sees it: the numbers of its calls, and of those that moved bytes each way,
//! in the order of the bytes. The trace keeps it up to date call by call, so that a view finds the calls at a place by binary search.

use std::collections::VecDeque;
use std::mem::size_of;
use std::net::SocketAddr;
use std::sync::Arc;

use super::call::{Call, Ends, Nanos, Op, Outcome, SocketId, StreamKey};
use super::chunks::Chunks;
use crate::lab::Addr;
use crate::values::How;

/// The numbers of calls, oldest first.
pub type Seqs = Chunks<u64>;

/// A way through a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// What this end sent.
    Out,
    /// What it received.
    In,
}

impl Way {
    pub fn of(op: &Op) -> Option<Self> {
        if op.sends() {
            Some(Self::Out)
        } else if op.receives() {
            Some(Self::In)
        } else {
            None
        }
    }

    pub fn opposite(self) -> Self {
        match self {
            Self::Out => Self::In,
            Self::In => Self::Out,
        }
    }
}

/// How far back a call whose bytes stand before those of an earlier one is moved to its place. The system gives bytes in
/// order, so it is only met in a trace from elsewhere.
const REORDER: usize = 1024;

/// About what a connection costs besides its calls.
pub(super) const FLOW_COST: u64 =
    (size_of::<Flow>() + 3 * size_of::<SocketId>() + 2 * size_of::<StreamKey>() + 160) as u64;

/// The calls of one socket.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Whose it is; without a connection until it has one.
    key: StreamKey,
    /// All of them.
    pub(super) seqs: Seqs,
    outward: Seqs,
    inward: Seqs,
    /// Where the last byte seen each way stands, also of calls that are no longer kept.
    sent: u64,
    received: u64,
    ends: Option<Arc<Ends>>,
    begun: Nanos,
    /// The first call was `connect`: nothing of this connection was before it.
    connected: bool,
    ended: Option<Nanos>,
    /// The call after which this end reads no more, as it has said itself.
    pub(super) shut_for_reading: Option<u64>,
}

impl Flow {
    pub(super) fn new(key: StreamKey) -> Self {
        Self {
            key,
            seqs: Seqs::default(),
            outward: Seqs::default(),
            inward: Seqs::default(),
            sent: 0,
            received: 0,
            ends: None,
            begun: Nanos(0),
            connected: false,
            ended: None,
            shut_for_reading: None,
        }
    }

    /// The endpoint and connection under which it is shown.
    pub fn key(&self) -> StreamKey {
        self.key
    }

    pub fn seqs(&self) -> &Seqs {
        &self.seqs
    }

    /// The calls that moved bytes that way, in the order of their bytes.
    pub fn movers(&self, way: Way) -> &Seqs {
        match way {
            Way::Out => &self.outward,
            Way::In => &self.inward,
        }
    }

    /// How many bytes went that way from the beginning on, kept or not.
    pub fn total(&self, way: Way) -> u64 {
        match way {
            Way::Out => self.sent,
            Way::In => self.received,
        }
    }

    /// Its two addresses, where both are known.
    pub fn ends(&self) -> Option<&Arc<Ends>> {
        self.ends.as_ref()
    }

    /// When it was connected: the beginning of `connect`, the end of `accept`.
    pub fn begun(&self) -> Nanos {
        self.begun
    }

    /// `None` while its socket is open.
    pub fn ended(&self) -> Option<Nanos> {
        self.ended
    }

    /// Whether its socket was closed before the call of that number; `close` is a socket's last call.
    pub fn is_closed_before(&self, end: u64) -> bool {
        self.ended.is_some() && self.seqs.back().is_none_or(|last| *last < end)
    }

    /// Takes in a call. Gives the two addresses where they have just become known.
    pub(super) fn push(&mut self, call: &Call, offset_of: impl Fn(u64) -> Option<u64>) -> Option<Arc<Ends>> {
        let is_first = self.seqs.is_empty() && self.ends.is_none();
        let has_connection = self.key.1.is_none() && call.conn.is_some();
        if has_connection {
            self.key = call.key();
        }
        // What was before there was a connection does not belong to its time.
        if is_first || has_connection {
            self.connected = matches!(call.op, Op::Connect { .. });
            // An `accept` waits before there is a connection.
            self.begun = if matches!(call.op, Op::Accept) { call.end() } else { call.start };
        }
        self.seqs.push_back(call.seq);
        if matches!((&call.op, call.outcome), (Op::Shutdown { how: How::Read | How::Both }, Outcome::Ok(_))) {
            self.shut_for_reading.get_or_insert(call.seq);
        }
        if matches!(call.op, Op::Close) {
            self.ended = Some(call.end());
        }
        if let (Some(way), Some(offset), true) = (Way::of(&call.op), call.offset, call.len > 0) {
            let (movers, total) = match way {
                Way::Out => (&mut self.outward, &mut self.sent),
                Way::In => (&mut self.inward, &mut self.received),
            };
            movers.push_back(call.seq);
            if offset < *total {
                let mut at = movers.len() - 1;
                let least = at.saturating_sub(REORDER);
                while at > least
                    && movers.get(at - 1).and_then(|seq| offset_of(*seq)).is_some_and(|before| before > offset)
                {
                    movers.swap_with_previous(at);
                    at -= 1;
                }
            }
            *total = (*total).max(offset.saturating_add(call.len));
        }
        if self.ends.is_some() || call.ends.local.is_none() || call.ends.peer.is_none() {
            return None;
        }
        self.ends = Some(canonical(&call.ends));
        self.ends.clone()
    }

    /// The oldest call of the trace leaves. True where nothing of the connection is left.
    pub(super) fn evict(&mut self, seq: u64) -> bool {
        self.seqs.pop_front();
        for movers in [&mut self.outward, &mut self.inward] {
            // One that was put before it has left at its own time and lies here unseen.
            while movers.front().is_some_and(|first| *first <= seq) {
                movers.pop_front();
            }
        }
        self.seqs.is_empty()
    }

    /// How far apart in time two ends were: 0 where both were open at one moment.
    fn distance(&self, other: &Self) -> u64 {
        let apart = |one: &Self, other: &Self| one.ended.map_or(0, |ended| other.begun.since(ended));
        apart(self, other).max(apart(other, self))
    }

    /// A client whose `connect` began when the other end was already closed is connected to something else.
    fn excludes(&self, other: &Self) -> bool {
        let after = |one: &Self, other: &Self| one.connected && other.ended.is_some_and(|ended| ended < one.begun);
        after(self, other) || after(other, self)
    }
}

/// A server on `[::]` sees an IPv4 client as `::ffff:127.0.0.1`; the client knows nothing of that.
fn canonical(ends: &Arc<Ends>) -> Arc<Ends> {
    let is_mapped = |addr: &Option<Addr>| match addr {
        Some(Addr::Inet(SocketAddr::V6(addr))) => addr.ip().to_ipv4_mapped().is_some(),
        _ => false,
    };
    if !is_mapped(&ends.local) && !is_mapped(&ends.peer) {
        return Arc::clone(ends);
    }
    let plain = |addr: &Option<Addr>| match addr {
        Some(Addr::Inet(addr)) => Some(Addr::Inet(SocketAddr::new(addr.ip().to_canonical(), addr.port()))),
        other => other.clone(),
    };
    Arc::new(Ends { local: plain(&ends.local), peer: plain(&ends.peer) })
}

/// The sockets that have the same two addresses, in the order in which they came: addresses are used again.
pub(super) type SameEnds = VecDeque<SocketId>;

/// How many neighbours in time are examined on either side.
const NEIGHBOURS: usize = 4;

/// The connection with the opposite addresses that was open at the same time, or next to it: with one client
/// at a time an `accept` may come after the client has closed.
pub(super) fn nearest<'f>(
    flow: &Flow,
    candidates: &SameEnds,
    flow_of: impl Fn(&SocketId) -> Option<&'f Flow>,
) -> Option<SocketId> {
    let at = candidates.partition_point(|key| flow_of(key).is_some_and(|other| other.begun < flow.begun));
    let begin = at.saturating_sub(NEIGHBOURS);
    let end = at.saturating_add(NEIGHBOURS).min(candidates.len());
    let fitting = candidates.range(begin..end).filter_map(|key| flow_of(key).map(|other| (key, other)));
    let fitting = fitting.filter(|(_, other)| !flow.excludes(other));
    let best = fitting.min_by_key(|(_, other)| (flow.distance(other), flow.begun.0.abs_diff(other.begun.0)));
    best.map(|(key, _)| *key)
}
