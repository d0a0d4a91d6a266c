//! Another lab takes the place of the one that is open, which is put aside.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::document::Document;
use super::history::{Back, Change};
use super::open_lab::OpenLab;
use super::{Endpoint, Program, Session};
use crate::lab::{EndpointId, EndpointSpec, Lab, ProgramSpec};
use crate::trace::Trace;

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

    fn fresh(&mut self, lab: Lab, path: Option<PathBuf>) -> OpenLab {
        let origin = self.clock.now();
        let began = self.clock.began() + Duration::from_nanos(origin.0);
        let trace = Trace::new(began, self.retention);
        let mut fresh = OpenLab::begin(trace, origin, self.history.new_revision());
        fresh.path = path;
        let (document, endpoints, programs) = Document::of(lab);
        fresh.document = document;
        for spec in endpoints {
            let id = self.next_id();
            fresh.trace.set_name(id, &spec.name);
            fresh.members.add(id);
            fresh.document.endpoints.push((id, Arc::new(spec)));
        }
        for spec in programs {
            let id = self.next_id();
            fresh.trace.set_name(id, &spec.name);
            fresh.members.add(id);
            fresh.document.programs.push((id, Arc::new(spec)));
        }
        fresh
    }

    /// Puts a lab in the place of the one that is open, and gives that.
    pub(super) fn exchange(&mut self, mut lab: OpenLab) -> OpenLab {
        self.stop_recording();
        self.runner = None;
        self.opening = None;
        self.stop_loading();
        self.settle_document();
        self.end_programs();
        self.forget_held();
        self.forget_link();
        if self.lab.viewed.is_none() {
            self.close_all();
            for Endpoint { id, live, .. } in std::mem::take(&mut self.endpoints) {
                self.engine.forget(id);
                self.lab.members.retire(id, live);
            }
        }
        self.labs += 1;
        let theirs = std::mem::take(&mut lab.notices);
        let mut before = std::mem::replace(&mut self.lab, lab);
        before.notices = self.notices.begin_anew(theirs);
        self.viewed_specs.clear();
        let OpenLab { document, members, .. } = &mut self.lab;
        let endpoint = |(id, spec): &(EndpointId, Arc<EndpointSpec>)| Endpoint {
            id: *id,
            spec: EndpointSpec::clone(spec),
            live: members.come_back(*id),
        };
        self.endpoints = document.endpoints.iter().map(endpoint).collect();
        self.programs =
            document.programs.iter().map(|(id, spec)| Program::new(*id, ProgramSpec::clone(spec))).collect();
        if self.lab.viewed.is_none() && self.lab.trace.limit() != self.retention {
            self.lab.trace.set_limit(self.retention);
        }
        self.send_breakpoints();
        before
    }
}
