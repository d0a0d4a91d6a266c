//! The trace of a hand-in, which says what was true.

use std::collections::HashMap;

use super::super::truth::{Calls, Run};
use super::MAX_CALLS;
use crate::lab::{EndpointId, TextEncoding};
use crate::trace::bookmarks::Bookmarks;
use crate::trace::faults::Ledger;
use crate::trace::file::{Chunk, TraceReader};
use crate::trace::filter::Context;
use crate::trace::store::DEFAULT_RETENTION;
use crate::trace::{Nanos, Trace};

/// The calls of a student, with what is needed to ask about them.
pub struct Evidence {
    trace: Trace,
    encodings: HashMap<EndpointId, TextEncoding>,
    bookmarks: Bookmarks,
    faults: Ledger,
}

impl Evidence {
    /// Of a whole trace file; `None` for one that is damaged or has more calls than are handed in.
    pub fn read(file: &[u8]) -> Option<Self> {
        let (mut reader, head) = TraceReader::new(file).ok()?;
        let trace =
            Trace::resumed(head.began, DEFAULT_RETENTION, head.first_seq, head.evicted_calls, head.evicted_bytes);
        let (bookmarks, faults) = (Bookmarks::default(), Ledger::default());
        let mut evidence = Self { trace, encodings: HashMap::new(), bookmarks, faults };
        while let Some(chunk) = reader.next_chunk().ok()? {
            evidence.take(chunk);
            if evidence.trace.len() as u64 > MAX_CALLS {
                return None;
            }
        }
        Some(evidence)
    }

    fn take(&mut self, chunk: Chunk) {
        match chunk {
            Chunk::Calls(calls) => calls.into_iter().for_each(|call| {
                self.trace.push(call);
            }),
            Chunk::Names(names) => {
                for name in names {
                    self.trace.set_name(name.endpoint, &name.name);
                    self.encodings.insert(name.endpoint, name.encoding);
                }
            }
            Chunk::Faults(faults) => faults.into_iter().for_each(|(harm, felt)| self.faults.restore(harm, felt)),
            Chunk::Notes(notes) => self.bookmarks.replace(notes),
            Chunk::Lab(_) | Chunk::Predictions(_) | Chunk::Done(_) => {}
        }
    }

    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Asks about these calls.
    pub fn asking<R>(&self, calls: Calls, ask: impl FnOnce(&Run<'_>) -> R) -> R {
        let context = Context {
            trace: &self.trace,
            encodings: &self.encodings,
            bookmarks: &self.bookmarks,
            faults: Some(&self.faults),
            frames: &[],
        };
        ask(&Run { context, from: calls.from, to: calls.to, now: Nanos(0) })
    }
}
