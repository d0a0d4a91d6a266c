//! A lab with everything that happened in it. It is put aside when another takes its place, so that undoing brings it
//! back.

use std::path::PathBuf;

use rustc_hash::{FxHashMap, FxHashSet};

use super::document::{Document, Revision};
use super::trace_open::Viewed;
use super::{EndpointStatus, Logged};
use crate::lab::EndpointId;
use crate::trace::faults::Ledger;
use crate::trace::kernel_samples::KernelSamples;
use crate::trace::segments::Segments;
use crate::trace::transfer::Transfers;
use crate::trace::{Bookmarks, Call, Nanos, Trace};

/// The endpoints that a lab has or has had, and what is left of those that are gone.
#[derive(Debug, Default)]
pub(super) struct Members {
    all: FxHashSet<EndpointId>,
    /// Those that are not in the lab now. A connection's number must not be given twice when one comes back.
    retired: FxHashMap<EndpointId, EndpointStatus>,
}

impl Members {
    pub fn has(&self, id: EndpointId) -> bool {
        self.all.contains(&id)
    }

    pub fn add(&mut self, id: EndpointId) {
        self.all.insert(id);
    }

    pub fn retire(&mut self, id: EndpointId, live: EndpointStatus) {
        self.retired.insert(id, live.retired());
    }

    pub fn come_back(&mut self, id: EndpointId) -> EndpointStatus {
        self.all.insert(id);
        self.retired.remove(&id).unwrap_or_default().retired()
    }

    /// What an endpoint that is gone does until its sockets are closed.
    pub fn apply(&mut self, call: &Call) {
        if let Some(live) = self.retired.get_mut(&call.endpoint) {
            live.observed.take_in(call);
        }
    }

    /// Forgets those that can't come back any more.
    pub fn keep(&mut self, may_come_back: impl Fn(EndpointId) -> bool) {
        self.retired.retain(|id, _| may_come_back(*id));
    }
}

pub(super) struct OpenLab {
    pub document: Document,
    pub path: Option<PathBuf>,
    /// Of the document as it is.
    pub revision: Revision,
    /// The one that the lab's file has.
    pub saved: Option<Revision>,
    /// When it began, on the engine's clock.
    pub origin: Nanos,
    pub trace: Trace,
    pub bookmarks: Bookmarks,
    /// While it is put aside: those of the open one are the session's.
    pub notices: Vec<Logged>,
    pub transfers: Transfers,
    /// What the faults of its relays have done.
    pub ledger: Ledger,
    /// What went over its lossy link.
    pub segments: Segments,
    pub kernel: KernelSamples,
    pub members: Members,
    pub viewed: Option<Viewed>,
    /// What had left an opened trace before it was saved.
    pub evicted_before: u64,
}

impl OpenLab {
    /// One that begins now with an empty trace.
    pub fn begin(trace: Trace, origin: Nanos, revision: Revision) -> Self {
        Self {
            document: Document::default(),
            path: None,
            revision,
            saved: Some(revision),
            origin,
            trace,
            bookmarks: Bookmarks::default(),
            notices: Vec::new(),
            transfers: Transfers::default(),
            ledger: Ledger::default(),
            segments: Segments::default(),
            kernel: KernelSamples::default(),
            members: Members::default(),
            viewed: None,
            evicted_before: 0,
        }
    }

    /// Nothing was ever done in it.
    pub fn is_blank(&self) -> bool {
        self.document.says_the_same(&Document::default())
            && self.path.is_none()
            && self.viewed.is_none()
            && self.trace.is_empty()
            && self.transfers.is_empty()
    }

    /// An opened trace has the file's ids, which mean nothing to the engine.
    pub fn owns(&self, id: EndpointId) -> bool {
        self.viewed.is_none() && self.members.has(id)
    }

    /// Its sockets go on closing after it was put aside.
    pub fn take_call(&mut self, call: Call) {
        self.members.apply(&call);
        self.trace.push(call);
    }
}
