//! A lab with everything that happened in it, put aside when another takes its place, so that undoing brings it back.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::{FxHashMap, FxHashSet};

use super::document::Document;
use super::history::{Back, Change, Revision};
use super::trace_open::Viewed;
use super::{Endpoint, EndpointStatus, Logged, Session};
use crate::lab::{EndpointId, EndpointSpec, Lab};
use crate::trace::kernel_samples::KernelSamples;
use crate::trace::projection::Projection as _;
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
            live.observed.see(call);
        }
    }

    /// Forgets those that can't come back any more.
    pub fn keep(&mut self, may_come_back: impl Fn(EndpointId) -> bool) {
        self.retired.retain(|id, _| may_come_back(*id));
    }
}

pub(super) struct Whole {
    pub document: Document,
    pub path: Option<PathBuf>,
    pub revision: Revision,
    pub saved: Option<Revision>,
    /// When it began, on the engine's clock.
    pub origin: Nanos,
    pub trace: Trace,
    pub bookmarks: Bookmarks,
    pub notices: Vec<Logged>,
    pub transfers: Transfers,
    pub kernel: KernelSamples,
    pub members: Members,
    pub viewed: Option<Viewed>,
    pub evicted_before: u64,
}

impl Whole {
    /// Nothing was ever done in it.
    fn is_blank(&self) -> bool {
        self.document.says_the_same(&Document::default())
            && self.path.is_none()
            && self.viewed.is_none()
            && self.trace.is_empty()
            && self.transfers.is_empty()
    }

    /// Of an opened trace the ids are the file's, and mean nothing to the engine.
    pub fn owns(&self, id: EndpointId) -> bool {
        self.viewed.is_none() && self.members.has(id)
    }

    /// Its sockets go on closing after it was put aside.
    pub fn take_call(&mut self, call: Call) {
        self.members.apply(&call);
        self.trace.push(call);
    }
}

impl Session {
    /// Puts another lab in the place of this one. What is open is closed; the other begins with an empty trace, the first
    /// number and time 0. A recording ends with the lab that it is of.
    pub fn load(&mut self, lab: Lab, path: Option<PathBuf>) {
        let is_new = path.is_none() && lab == Lab::default();
        self.begin_lab(lab, path, if is_new { Change::NewLab } else { Change::OpenedLab });
    }

    pub(super) fn begin_lab(&mut self, lab: Lab, path: Option<PathBuf>, change: Change) {
        let fresh = self.fresh(lab, path);
        let before = self.exchange(fresh);
        if before.is_blank() && self.history.undo.is_empty() {
            self.history.redo.clear();
        } else {
            self.push_change(change, Back::Lab(Box::new(before)));
        }
    }

    fn fresh(&mut self, lab: Lab, path: Option<PathBuf>) -> Whole {
        let origin = self.clock.now();
        let began = self.clock.began() + Duration::from_nanos(origin.0);
        let mut trace = Trace::new(began, self.retention);
        let mut members = Members::default();
        let endpoints: Vec<(EndpointId, Arc<EndpointSpec>)> = lab
            .endpoints
            .into_iter()
            .map(|spec| {
                let id = self.next_id();
                trace.set_name(id, &spec.name);
                members.add(id);
                (id, Arc::new(spec))
            })
            .collect();
        let document = Document {
            title: lab.title,
            note: lab.note,
            steps: Arc::new(lab.steps),
            snippets: Arc::new(lab.snippets),
            endpoints,
            layout: lab.layout,
        };
        let revision = self.history.new_revision();
        Whole {
            document,
            path,
            revision,
            saved: Some(revision),
            origin,
            trace,
            bookmarks: Bookmarks::default(),
            notices: Vec::new(),
            transfers: Transfers::default(),
            kernel: KernelSamples::default(),
            members,
            viewed: None,
            evicted_before: 0,
        }
    }

    /// Puts `whole` in the place of the lab that is open, and gives that.
    pub(super) fn exchange(&mut self, whole: Whole) -> Whole {
        self.stop_recording();
        self.runner = None;
        self.opening = None;
        self.stop_loading();
        let document = Document::of(self, &self.history.current);
        if self.viewed.is_none() {
            self.close_all();
            for Endpoint { id, live, .. } in std::mem::take(&mut self.endpoints) {
                self.engine.forget(id);
                self.members.retire(id, live);
            }
        }
        self.lab += 1;
        let before = Whole {
            document,
            path: std::mem::replace(&mut self.path, whole.path),
            revision: std::mem::replace(&mut self.history.revision, whole.revision),
            saved: std::mem::replace(&mut self.history.saved, whole.saved),
            origin: std::mem::replace(&mut self.origin, whole.origin),
            trace: std::mem::replace(&mut self.trace, whole.trace),
            bookmarks: std::mem::replace(&mut self.bookmarks, whole.bookmarks),
            notices: self.notices.begin_anew(whole.notices),
            transfers: std::mem::replace(&mut self.transfers, whole.transfers),
            kernel: std::mem::replace(&mut self.kernel, whole.kernel),
            members: std::mem::replace(&mut self.members, whole.members),
            viewed: std::mem::replace(&mut self.viewed, whole.viewed),
            evicted_before: std::mem::replace(&mut self.evicted_before, whole.evicted_before),
        };
        self.viewed_specs.clear();
        let members = &mut self.members;
        let endpoint = |(id, spec): &(EndpointId, Arc<EndpointSpec>)| Endpoint {
            id: *id,
            spec: EndpointSpec::clone(spec),
            live: members.come_back(*id),
        };
        self.endpoints = whole.document.endpoints.iter().map(endpoint).collect();
        self.put_texts(&whole.document);
        self.history.current = whole.document;
        if self.viewed.is_none() && self.trace.limit() != self.retention {
            self.trace.set_limit(self.retention);
        }
        before
    }
}
