//! The trace: calls in order of completion, kept up to a number of bytes, indexed by endpoint and connection.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::mem::size_of;
use std::sync::Arc;
use std::time::SystemTime;

use super::call::{Call, ConnId, WaitToken, WaitingCall};
use crate::lab::EndpointId;

/// How many bytes of memory the trace may hold unless told otherwise: 256 MiB.
pub const DEFAULT_RETENTION: u64 = 256 * 1024 * 1024;

/// The calls of one connection, or (with `None`) those of an endpoint that belong to no connection.
pub type StreamKey = (EndpointId, Option<ConnId>);

/// What one kept call costs besides its payload: the record itself and its two places in the index.
const CALL_OVERHEAD: u64 = (size_of::<Call>() + 2 * size_of::<u64>()) as u64;

/// Sums over every call there was, kept or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub calls: u64,
    pub sent_bytes: u64,
    pub received_bytes: u64,
}

/// Every observed call, oldest first.
#[derive(Debug)]
pub struct Trace {
    calls: VecDeque<Call>,
    next_seq: u64,
    limit: u64,
    held: u64,
    evicted_calls: u64,
    evicted_bytes: u64,
    by_endpoint: HashMap<EndpointId, VecDeque<u64>>,
    by_stream: HashMap<StreamKey, VecDeque<u64>>,
    waiting: BTreeMap<WaitToken, WaitingCall>,
    totals: Totals,
    endpoint_totals: HashMap<EndpointId, Totals>,
    names: HashMap<EndpointId, Arc<str>>,
    /// Changes whenever kept calls go away other than from the old end, so that views know to begin anew.
    generation: u64,
    began: SystemTime,
}

impl Trace {
    /// An empty trace of a lab that began at that wall-clock time, keeping at most `limit` bytes of memory.
    pub fn new(began: SystemTime, limit: u64) -> Self {
        Self {
            calls: VecDeque::new(),
            next_seq: 1,
            limit,
            held: 0,
            evicted_calls: 0,
            evicted_bytes: 0,
            by_endpoint: HashMap::new(),
            by_stream: HashMap::new(),
            waiting: BTreeMap::new(),
            totals: Totals::default(),
            endpoint_totals: HashMap::new(),
            names: HashMap::new(),
            generation: 0,
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
        self.endpoint_totals.entry(call.endpoint).or_default().count(&call);
        self.held += cost(&call);
        self.by_endpoint.entry(call.endpoint).or_default().push_back(seq);
        self.by_stream.entry((call.endpoint, call.conn)).or_default().push_back(seq);
        self.calls.push_back(call);
        while self.held > self.limit && self.calls.len() > 1 {
            self.evict_oldest();
        }
        seq
    }

    fn evict_oldest(&mut self) {
        let Some(call) = self.calls.pop_front() else { return };
        self.held -= cost(&call);
        self.evicted_calls += 1;
        self.evicted_bytes += call.len;
        // The oldest call of all is also the oldest of its endpoint and of its connection.
        if let Some(seqs) = self.by_endpoint.get_mut(&call.endpoint) {
            seqs.pop_front();
        }
        let key = (call.endpoint, call.conn);
        if let Some(seqs) = self.by_stream.get_mut(&key) {
            seqs.pop_front();
            if seqs.is_empty() {
                self.by_stream.remove(&key);
            }
        }
    }

    /// Forgets every kept call at the user's wish. Numbers and totals go on; what is waiting goes on waiting.
    pub fn clear(&mut self) {
        self.calls.clear();
        self.by_endpoint.clear();
        self.by_stream.clear();
        self.held = 0;
        self.generation += 1;
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
    pub fn of_endpoint(&self, endpoint: EndpointId) -> Option<&VecDeque<u64>> {
        self.by_endpoint.get(&endpoint)
    }

    /// The numbers of the kept calls of a connection, oldest first.
    pub fn of_stream(&self, key: StreamKey) -> Option<&VecDeque<u64>> {
        self.by_stream.get(&key)
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

    pub fn totals(&self) -> Totals {
        self.totals
    }

    pub fn endpoint_totals(&self, endpoint: EndpointId) -> Totals {
        self.endpoint_totals.get(&endpoint).copied().unwrap_or_default()
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
    fn count(&mut self, call: &Call) {
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
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::trace::{Ends, Nanos, Op, Outcome};

    fn recv(endpoint: u32, conn: u32, len: usize) -> Call {
        Call {
            seq: 0,
            start: Nanos(0),
            took: 1,
            endpoint: EndpointId(endpoint),
            conn: ConnId::new(conn),
            op: Op::Recv { max: 1024 },
            outcome: Outcome::Ok(len as u64),
            ends: Arc::new(Ends { local: None, peer: None }),
            offset: Some(0),
            len: len as u64,
            data: Bytes::from(vec![7; len]),
            lost: 0,
            rule: None,
        }
    }

    fn trace(limit: u64) -> Trace {
        Trace::new(SystemTime::UNIX_EPOCH, limit)
    }

    #[test]
    fn numbers_begin_at_one_and_find_their_call() {
        let mut trace = trace(DEFAULT_RETENTION);
        assert_eq!(trace.push(recv(1, 1, 3)), 1);
        assert_eq!(trace.push(recv(1, 2, 4)), 2);
        assert_eq!(trace.get(2).map(|call| call.len), Some(4));
        assert_eq!(trace.get(0), None);
        assert_eq!(trace.get(3), None);
        assert_eq!(trace.from(2).count(), 1);
    }

    #[test]
    fn the_oldest_calls_leave_first_and_every_byte_is_accounted_for() {
        let mut trace = trace(3 * (CALL_OVERHEAD + 100));
        for n in 0..10 {
            trace.push(recv(n % 2, 1 + n % 3, 100));
        }
        assert_eq!(trace.len(), 3);
        assert_eq!(trace.first_seq(), 8);
        assert_eq!(trace.evicted_calls(), 7);
        let kept: u64 = trace.from(0).map(|call| call.len).sum();
        assert_eq!(kept + trace.evicted_bytes(), trace.totals().received_bytes);
        let indexed: usize = [0, 1].iter().filter_map(|n| trace.of_endpoint(EndpointId(*n))).map(VecDeque::len).sum();
        assert_eq!(indexed, 3);
        for seq in trace.of_endpoint(EndpointId(1)).into_iter().flatten() {
            assert_eq!(trace.get(*seq).map(|call| call.endpoint), Some(EndpointId(1)));
        }
    }

    #[test]
    fn the_newest_call_stays_even_if_it_alone_passes_the_limit() {
        let mut trace = trace(10);
        trace.push(recv(1, 1, 1000));
        assert_eq!(trace.len(), 1);
        trace.push(recv(1, 1, 1000));
        assert_eq!((trace.len(), trace.evicted_calls()), (1, 1));
    }

    #[test]
    fn clearing_keeps_numbers_and_totals() {
        let mut trace = trace(DEFAULT_RETENTION);
        trace.push(recv(1, 1, 3));
        trace.clear();
        assert!(trace.is_empty());
        assert_eq!(trace.push(recv(1, 1, 3)), 2);
        assert_eq!(trace.get(2).map(|call| call.seq), Some(2));
        assert_eq!(trace.totals().received_bytes, 6);
    }

    #[test]
    fn a_call_costs_at_most_200_bytes_besides_its_payload() {
        let overhead = CALL_OVERHEAD;
        assert!(overhead <= 200, "{overhead}");
    }
}
