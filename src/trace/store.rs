//! The trace: calls in order of completion, kept up to a number of bytes, indexed by endpoint and connection.

mod cleared;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::mem::size_of;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

pub use cleared::Cleared;
use rustc_hash::FxHashMap;

use super::call::{Call, Ends, SocketId, StreamKey, WaitToken, WaitingCall};
use super::chunks::Chunks;
use super::flow::{self, FLOW_COST, Flow, SameEnds, Seqs};
use super::listeners::Listeners;
use super::prediction::{Prediction, Predictions};
use super::sockets::{SocketInfo, Sockets};
use crate::lab::EndpointId;

/// How many bytes of memory the trace may hold unless told otherwise: 256 MiB.
pub const DEFAULT_RETENTION: u64 = 256 * 1024 * 1024;
/// What a user may choose from. Ten million short calls take some 2 GiB.
pub const RETENTIONS: [u64; 4] = [DEFAULT_RETENTION, 1 << 30, 4 << 30, 16 << 30];
/// While a lower limit is being reached, this many calls leave with each new one.
const EVICTED_PER_PUSH: usize = 64;

/// What one kept call costs besides its payload: the record itself and its three places in the index.
const CALL_OVERHEAD: u64 = (size_of::<Call>() + 3 * size_of::<u64>()) as u64;

/// Sums over every call there was, kept or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub calls: u64,
    pub sent_bytes: u64,
    pub received_bytes: u64,
}

/// What is kept by endpoint.
#[derive(Debug, Default)]
struct OfEndpoint {
    /// The numbers of its kept calls.
    seqs: Seqs,
    totals: Totals,
}

/// Every observed call, oldest first.
#[derive(Debug)]
pub struct Trace {
    calls: Chunks<Call>,
    next_seq: u64,
    limit: u64,
    held: u64,
    evicted_calls: u64,
    evicted_bytes: u64,
    listeners: Listeners,
    sockets: Sockets,
    // Keys that this program numbers itself need no hash that withstands an adversary; addresses are a peer's choice.
    by_endpoint: FxHashMap<EndpointId, OfEndpoint>,
    by_socket: FxHashMap<SocketId, Flow>,
    /// The sockets of each connection, and of what has none.
    by_key: BTreeSet<(StreamKey, SocketId)>,
    by_ends: HashMap<Arc<Ends>, SameEnds>,
    /// The limit was lowered: what is too much leaves bit by bit, so that no frame waits for it.
    shrinking: bool,
    waiting: BTreeMap<WaitToken, WaitingCall>,
    totals: Totals,
    /// The most bytes that a call ever moved: no shown length is wider.
    longest: u64,
    /// Among the calls are some by which a program only looked.
    has_looks: bool,
    names: HashMap<EndpointId, Arc<str>>,
    predictions: Predictions,
    /// Changes whenever kept calls go away or come back other than at the old end, so that views know to start over.
    /// No two traces of this program ever have the same one.
    generation: u64,
    /// The generation that it began with: names the trace for as long as the program runs.
    id: u64,
    began: SystemTime,
}

fn next_generation() -> u64 {
    // Views that have seen no trace yet are at 0.
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

impl Trace {
    /// An empty trace of a lab that began at that wall-clock time, keeping at most `limit` bytes of memory.
    pub fn new(began: SystemTime, limit: u64) -> Self {
        let id = next_generation();
        Self {
            calls: Chunks::new(),
            next_seq: 1,
            limit,
            held: 0,
            evicted_calls: 0,
            evicted_bytes: 0,
            by_endpoint: FxHashMap::default(),
            by_socket: FxHashMap::default(),
            by_key: BTreeSet::new(),
            listeners: Listeners::default(),
            sockets: Sockets::default(),
            by_ends: HashMap::new(),
            shrinking: false,
            waiting: BTreeMap::new(),
            totals: Totals::default(),
            longest: 0,
            has_looks: false,
            names: HashMap::new(),
            predictions: Predictions::default(),
            generation: id,
            id,
            began,
        }
    }

    /// The rest of a trace from which so much had left before: its next call gets the number `first_seq`.
    pub fn resumed(began: SystemTime, limit: u64, first_seq: u64, evicted_calls: u64, evicted_bytes: u64) -> Self {
        Self { next_seq: first_seq.max(1), evicted_calls, evicted_bytes, ..Self::new(began, limit) }
    }

    /// Takes over the sums over calls of which not all are here.
    pub fn set_totals(&mut self, totals: Totals) {
        self.totals = totals;
    }

    /// Appends a completed call and gives it its number. The oldest calls leave when the limit is passed; the newest
    /// one always stays.
    pub fn push(&mut self, mut call: Call) -> u64 {
        let seq = self.next_seq;
        self.next_seq += 1;
        call.seq = seq;
        self.totals.count(&call);
        self.longest = self.longest.max(call.len);
        self.has_looks |= call.only_looks();
        self.listeners.note(&call);
        self.sockets.note(&call);
        let of_endpoint = self.by_endpoint.entry(call.endpoint).or_default();
        of_endpoint.totals.count(&call);
        of_endpoint.seqs.push_back(seq);
        self.held += cost(&call);
        self.index(&call);
        self.calls.push_back(call);
        self.evict(if self.shrinking { EVICTED_PER_PUSH } else { usize::MAX });
        seq
    }

    fn index(&mut self, call: &Call) {
        // A call that failed to make a socket is of none.
        if call.socket == SocketId::NONE {
            return;
        }
        let flow = self.by_socket.entry(call.socket).or_insert_with(|| {
            self.held += FLOW_COST;
            self.by_key.insert((call.key(), call.socket));
            Flow::new(call.key())
        });
        let before = flow.key();
        let first = self.calls.front().map_or(call.seq, |first| first.seq);
        let calls = &self.calls;
        let place_of = |seq: u64| usize::try_from(seq.checked_sub(first)?).ok();
        let named = flow.push(call, |seq| calls.get(place_of(seq)?)?.offset);
        let key = flow.key();
        if key != before {
            self.by_key.remove(&(before, call.socket));
            self.by_key.insert((key, call.socket));
        }
        if let (Some(ends), Some(_)) = (named, key.1) {
            self.by_ends.entry(ends).or_default().push_back(call.socket);
        }
    }

    /// Evicts the oldest until the limit is kept, at most `most`. True where there is more to evict.
    fn evict(&mut self, most: usize) -> bool {
        let mut left = most;
        while self.held > self.limit && self.calls.len() > 1 {
            if left == 0 {
                return true;
            }
            left -= 1;
            self.evict_oldest();
        }
        self.shrinking = false;
        false
    }

    fn evict_oldest(&mut self) {
        let Some(call) = self.calls.pop_front() else { return };
        self.held -= cost(&call);
        self.evicted_calls += 1;
        self.evicted_bytes += call.len;
        self.predictions.leave_before(call.seq + 1);
        // The oldest call of all is also the oldest of its endpoint and of its socket.
        if let Some(of_endpoint) = self.by_endpoint.get_mut(&call.endpoint) {
            of_endpoint.seqs.pop_front();
        }
        let socket = call.socket;
        if self.by_socket.get_mut(&socket).is_some_and(|flow| flow.evict(call.seq)) {
            self.held -= FLOW_COST;
            let Some(flow) = self.by_socket.remove(&socket) else { return };
            self.by_key.remove(&(flow.key(), socket));
            let same = flow.ends().and_then(|ends| self.by_ends.get_mut(ends));
            let none_left = same.is_some_and(|same| {
                // As a rule it is the oldest of them too.
                if same.front() == Some(&socket) {
                    same.pop_front();
                } else {
                    same.retain(|kept| *kept != socket);
                }
                same.is_empty()
            });
            if let (Some(ends), true) = (flow.ends(), none_left) {
                self.by_ends.remove(ends);
            }
        }
    }

    /// Keeps what was said of a call before it was made; nothing said takes it back.
    pub fn predict(&mut self, seq: u64, prediction: Prediction) {
        self.predictions.set(seq, prediction);
    }

    /// What was said of a call before it was made.
    pub fn prediction(&self, seq: u64) -> Option<&Arc<Prediction>> {
        self.predictions.get(seq)
    }

    /// What was said of the kept calls, oldest first.
    pub fn predictions(&self) -> impl Iterator<Item = (u64, &Arc<Prediction>)> {
        self.predictions.from(self.first_seq())
    }

    /// How many bytes of memory the trace may hold.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Another limit. What is then too much leaves with [`Self::shrink`] and with the calls that come.
    pub fn set_limit(&mut self, limit: u64) {
        self.limit = limit;
        self.shrinking = self.held > limit;
    }

    /// Goes on evicting the oldest calls after the limit was lowered, at most `most`. True where there is more to evict.
    pub fn shrink(&mut self, most: usize) -> bool {
        self.shrinking && self.evict(most)
    }

    pub fn len(&self) -> usize {
        self.calls.len()
    }

    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// The number of the oldest kept call; [`Self::next_seq`] where none is kept.
    pub fn first_seq(&self) -> u64 {
        self.calls.front().map_or(self.next_seq, |call| call.seq)
    }

    /// The number that the next call will get.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// The call of that number, if it is still kept.
    pub fn get(&self, seq: u64) -> Option<&Call> {
        let index = seq.checked_sub(self.first_seq())?;
        self.calls.get(usize::try_from(index).ok()?)
    }

    /// The kept calls from that number on.
    pub fn from(&self, seq: u64) -> impl Iterator<Item = &Call> {
        let skipped = usize::try_from(seq.saturating_sub(self.first_seq())).unwrap_or(usize::MAX).min(self.calls.len());
        self.calls.range(skipped..)
    }

    /// The numbers of the kept calls of an endpoint, oldest first.
    pub fn of_endpoint(&self, endpoint: EndpointId) -> Option<&Seqs> {
        self.by_endpoint.get(&endpoint).map(|of_endpoint| &of_endpoint.seqs)
    }

    /// The numbers of the kept calls of a socket, oldest first.
    pub fn of_socket(&self, socket: SocketId) -> Option<&Seqs> {
        self.by_socket.get(&socket).map(Flow::seqs)
    }

    /// A socket with what has gone through it, while any of its calls is kept.
    pub fn flow(&self, socket: SocketId) -> Option<&Flow> {
        self.by_socket.get(&socket)
    }

    /// The sockets of a connection of which calls are kept, oldest first: one, or the two of a relay. Without a connection
    /// those that an endpoint has had for listening, for datagrams and for connecting.
    pub fn sockets_of(&self, key: StreamKey) -> impl DoubleEndedIterator<Item = SocketId> {
        self.by_key.range((key, SocketId::NONE)..=(key, SocketId(u32::MAX))).map(|(_, socket)| *socket)
    }

    /// The one socket that stands for a connection: of a relay's two the accepted one. Without a connection the newest.
    pub fn socket_of(&self, key: StreamKey) -> Option<SocketId> {
        let mut sockets = self.sockets_of(key);
        if key.1.is_some() { sockets.next() } else { sockets.next_back() }
    }

    /// The same, also where none of its calls is kept any more.
    pub fn last_socket_of(&self, key: StreamKey) -> Option<SocketId> {
        self.socket_of(key).or_else(|| self.sockets.of(key))
    }

    /// Under which connection a socket is shown.
    pub fn key_of(&self, socket: SocketId) -> Option<StreamKey> {
        self.flow(socket).map(Flow::key).or_else(|| self.socket(socket).map(SocketInfo::key))
    }

    /// True for the `recv() = 0` that only says that this side has shut down reading, whatever the peer does.
    pub fn is_own_end(&self, call: &Call) -> bool {
        let shut = self.flow(call.socket).and_then(|flow| flow.shut_for_reading);
        call.is_eof() && shut.is_some_and(|shut| shut < call.seq)
    }

    /// Every socket of which calls are kept, in no order.
    pub fn sockets(&self) -> impl ExactSizeIterator<Item = SocketId> {
        self.by_socket.keys().copied()
    }

    /// Who in this lab has listened where.
    pub fn listeners(&self) -> &Listeners {
        &self.listeners
    }

    /// What a socket is: every open one, and those closed last.
    pub fn socket(&self, socket: SocketId) -> Option<&SocketInfo> {
        self.sockets.get(socket)
    }

    /// Every socket of which calls are kept, in no order.
    pub fn flows(&self) -> impl Iterator<Item = (SocketId, &Flow)> {
        self.by_socket.iter().map(|(socket, flow)| (*socket, flow))
    }

    /// The socket at the other end of a connection, where it is in this lab too, whosever it is: the one with the opposite
    /// addresses at that time. Nothing is guessed from bytes.
    pub fn partner(&self, socket: SocketId) -> Option<SocketId> {
        let other = self.nearest(socket)?;
        // Among successive connections with the same addresses, each has its own other end.
        (self.nearest(other)? == socket).then_some(other)
    }

    fn nearest(&self, socket: SocketId) -> Option<SocketId> {
        let flow = self.by_socket.get(&socket)?;
        let ends = flow.ends()?;
        let opposite = Ends { local: ends.peer.clone(), peer: ends.local.clone() };
        flow::nearest(flow, self.by_ends.get(&opposite)?, |socket| self.by_socket.get(socket))
    }

    pub fn begin_waiting(&mut self, call: WaitingCall) {
        self.waiting.insert(call.token, call);
    }

    /// Ends a wait: the call completed, or was given up with its socket.
    pub fn end_waiting(&mut self, token: WaitToken) -> Option<WaitingCall> {
        self.waiting.remove(&token)
    }

    /// The calls that have begun and not yet returned, in the order in which they began to wait.
    pub fn waiting(&self) -> impl ExactSizeIterator<Item = &WaitingCall> {
        self.waiting.values()
    }

    /// The most bytes that any call of this trace moved, also of those that have left.
    pub fn longest(&self) -> u64 {
        self.longest
    }

    /// Whether there are calls by which a program only looked ([`Call::only_looks`]), or were.
    pub fn has_looks(&self) -> bool {
        self.has_looks
    }

    pub fn totals(&self) -> Totals {
        self.totals
    }

    pub fn endpoint_totals(&self, endpoint: EndpointId) -> Totals {
        self.by_endpoint.get(&endpoint).map_or_else(Totals::default, |of_endpoint| of_endpoint.totals)
    }

    pub fn evicted_calls(&self) -> u64 {
        self.evicted_calls
    }

    pub fn evicted_bytes(&self) -> u64 {
        self.evicted_bytes
    }

    /// Bytes of memory that the kept calls take.
    pub fn held_bytes(&self) -> u64 {
        self.held
    }

    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Names this trace for as long as the program runs.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The wall-clock time at which [`super::Nanos`] are 0.
    pub fn began(&self) -> SystemTime {
        self.began
    }

    /// The name under which an endpoint's calls are shown and exported. It outlives the endpoint.
    pub fn set_name(&mut self, endpoint: EndpointId, name: &str) {
        self.names.insert(endpoint, Arc::from(name));
    }

    /// Every endpoint that there has been, with its name.
    pub fn names(&self) -> impl Iterator<Item = (EndpointId, &Arc<str>)> {
        self.names.iter().map(|(endpoint, name)| (*endpoint, name))
    }

    pub fn name(&self, endpoint: EndpointId) -> &str {
        self.names.get(&endpoint).map_or("?", |name| name)
    }
}

impl Totals {
    pub fn count(&mut self, call: &Call) {
        self.calls += 1;
        if call.op.sends() {
            self.sent_bytes += call.len;
        } else if call.op.receives() {
            self.received_bytes += call.len;
        }
    }
}

fn cost(call: &Call) -> u64 {
    CALL_OVERHEAD + call.data.len() as u64
}

#[cfg(test)]
mod tests;
