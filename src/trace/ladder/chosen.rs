//! The calls that the ladder is about, addressed by position: no matter how many there are, only a slice is read.

use std::ops::Range;

use crate::lab::EndpointId;
use crate::trace::flow::Seqs;
use crate::trace::{Call, Nanos, StreamKey, Trace, through};

/// Which calls the ladder shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    #[default]
    All,
    Endpoint(EndpointId),
    /// A connection, with its other end (of a relay both) where that is in this lab.
    Conn(StreamKey),
}

impl Scope {
    /// The one connection that it is about.
    pub fn conn(&self) -> Option<StreamKey> {
        if let Self::Conn(key) = self { Some(*key) } else { None }
    }
}

/// The kept calls of a scope in order of completion, up to a number.
pub struct Chosen<'t> {
    trace: &'t Trace,
    /// `None` is every call; its positions are their numbers.
    lists: Option<Vec<&'t Seqs>>,
    end_seq: u64,
}

impl<'t> Chosen<'t> {
    /// The calls before `end_seq`: a display that is paused holds it.
    pub fn new(trace: &'t Trace, scope: Scope, end_seq: u64) -> Self {
        let lists = match scope {
            Scope::All => None,
            Scope::Endpoint(endpoint) => Some(trace.of_endpoint(endpoint).into_iter().collect()),
            Scope::Conn(key) => {
                let joined = trace.socket_of(key).and_then(|socket| through::joined(trace, socket));
                let own = trace.sockets_of(key).chain(joined);
                let both = own.flat_map(|socket| [Some(socket), trace.partner(socket)]).flatten();
                Some(both.filter_map(|socket| trace.of_socket(socket)).collect())
            }
        };
        Self { trace, lists, end_seq: end_seq.min(trace.next_seq()) }
    }

    /// The positions that there are.
    pub fn range(&self) -> Range<u64> {
        match &self.lists {
            None => self.trace.first_seq().min(self.end_seq)..self.end_seq,
            Some(_) => 0..self.position_of(self.end_seq),
        }
    }

    /// The position of a call, or of the one after it where it is not among these.
    pub fn position_of(&self, seq: u64) -> u64 {
        match &self.lists {
            None => seq.clamp(self.trace.first_seq(), self.end_seq.max(self.trace.first_seq())),
            Some(lists) => lists.iter().map(|list| list.partition_point(|kept| *kept < seq) as u64).sum(),
        }
    }

    pub fn contains(&self, seq: u64) -> bool {
        seq < self.end_seq
            && match &self.lists {
                None => self.trace.get(seq).is_some(),
                Some(lists) => {
                    lists.iter().any(|list| list.get(list.partition_point(|kept| *kept < seq)) == Some(&seq))
                }
            }
    }

    /// The calls at these positions.
    pub fn slice(&self, positions: Range<u64>) -> Vec<&'t Call> {
        let all = self.range();
        let (from, to) = (positions.start.clamp(all.start, all.end), positions.end.clamp(all.start, all.end));
        let count = usize::try_from(to.saturating_sub(from)).unwrap_or(0);
        let Some(lists) = &self.lists else { return self.trace.from(from).take(count).collect() };
        let mut calls = Vec::with_capacity(count);
        // The smallest number that has `from` calls before it, and from there on in one go through all lists.
        let (mut low, mut high) = (self.trace.first_seq(), self.end_seq);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.position_of(middle + 1) > from { high = middle } else { low = middle + 1 }
        }
        let mut places: Vec<usize> = lists.iter().map(|list| list.partition_point(|kept| *kept < low)).collect();
        while calls.len() < count {
            let next = lists.iter().zip(&places).enumerate().filter_map(|(n, (list, at))| Some((*list.get(*at)?, n)));
            let Some((seq, list)) = next.min() else { break };
            places[list] += 1;
            calls.extend(self.trace.get(seq));
        }
        calls
    }

    /// The first position whose call had not ended by then.
    pub fn position_at(&self, time: Nanos) -> u64 {
        let before = |seq: u64| self.trace.get(seq).is_some_and(|call| call.end() < time);
        match &self.lists {
            None => {
                let Range { mut start, mut end } = self.range();
                while start < end {
                    let middle = start + (end - start) / 2;
                    if before(middle) { start = middle + 1 } else { end = middle }
                }
                start
            }
            Some(lists) => {
                let counts = lists.iter().map(|list| list.partition_point(|seq| before(*seq)) as u64);
                counts.sum::<u64>().min(self.range().end)
            }
        }
    }
}
