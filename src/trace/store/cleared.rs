//! Clearing the trace, and taking that back.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{SameEnds, Seqs, StreamKey, Trace, cost, next_generation};
use crate::lab::EndpointId;
use crate::trace::chunks::Chunks;
use crate::trace::flow::Flow;
use crate::trace::{Call, Ends, SocketId};

/// The calls that a [`Trace::clear`] has taken out, with their index: to be put back, or to be dropped where nobody waits
/// for it.
#[derive(Debug)]
pub struct Cleared {
    calls: Chunks<Call>,
    by_endpoint: Vec<(EndpointId, Seqs)>,
    by_socket: FxHashMap<SocketId, Flow>,
    by_key: BTreeSet<(StreamKey, SocketId)>,
    by_ends: HashMap<Arc<Ends>, SameEnds>,
    held: u64,
    /// Calls from this number on have stayed in the trace. They are in the index here too, which is put back as it was.
    boundary: u64,
    /// The number of the call that came next.
    end: u64,
}

impl Cleared {
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Bytes of memory that the calls take.
    pub fn held_bytes(&self) -> u64 {
        self.held
    }

    /// The number of the first call that was not cleared.
    pub fn boundary(&self) -> u64 {
        self.boundary
    }
}

impl Trace {
    /// Forgets every kept call at the user's wish. Numbers and totals go on; what is waiting goes on waiting. What was
    /// kept is handed out: it may be wanted back, and letting go of millions of calls takes longer than a frame.
    pub fn clear(&mut self) -> Cleared {
        self.clear_before(self.next_seq)
    }

    /// The same for the calls before that number.
    pub fn clear_before(&mut self, boundary: u64) -> Cleared {
        self.generation = next_generation();
        self.shrinking = false;
        let take = |(endpoint, of_endpoint): (&EndpointId, &mut super::OfEndpoint)| {
            (*endpoint, std::mem::take(&mut of_endpoint.seqs))
        };
        let cleared = Cleared {
            boundary: boundary.clamp(self.first_seq(), self.next_seq),
            end: self.next_seq,
            calls: std::mem::take(&mut self.calls),
            by_endpoint: self.by_endpoint.iter_mut().map(take).collect(),
            by_socket: std::mem::take(&mut self.by_socket),
            by_key: std::mem::take(&mut self.by_key),
            by_ends: std::mem::take(&mut self.by_ends),
            held: std::mem::take(&mut self.held),
        };
        let stay = cleared.calls.partition_point(|call| call.seq < cleared.boundary);
        for call in cleared.calls.range(stay..) {
            self.put_in(call.clone());
        }
        cleared
    }

    /// Puts back what was cleared, before the calls that have come since: it is then as if it had not been cleared.
    ///
    /// # Errors
    /// Calls that came after them have left already. What was cleared is given back, and nothing has changed.
    #[expect(clippy::result_large_err, reason = "whoever gave it gets it back")]
    pub fn restore(&mut self, cleared: Cleared) -> Result<(), Cleared> {
        if cleared.boundary != self.first_seq() {
            return Err(cleared);
        }
        self.generation = next_generation();
        let mut newer = std::mem::replace(&mut self.calls, cleared.calls);
        self.by_socket = cleared.by_socket;
        self.by_key = cleared.by_key;
        self.by_ends = cleared.by_ends;
        self.held = cleared.held;
        for of_endpoint in self.by_endpoint.values_mut() {
            of_endpoint.seqs.clear();
        }
        for (endpoint, seqs) in cleared.by_endpoint {
            self.by_endpoint.entry(endpoint).or_default().seqs = seqs;
        }
        while let Some(call) = newer.pop_front() {
            if call.seq >= cleared.end {
                self.put_in(call);
            }
        }
        self.shrinking = self.held > self.limit;
        Ok(())
    }

    /// A call that has its number and was counted.
    fn put_in(&mut self, call: Call) {
        self.by_endpoint.entry(call.endpoint).or_default().seqs.push_back(call.seq);
        self.held += cost(&call);
        self.index(&call);
        self.calls.push_back(call);
    }
}
