//! The lossy link of the lab.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use super::{Happening, Session};
use crate::engine::JobId;
use crate::engine::wire::{End, Place};
use crate::lab::{EndpointId, EndpointSpec, Link, Remote};
use crate::trace::segments::{Frame, Segments};
use crate::trace::{Errno, Notice, NoticeKind};

/// Endpoints on their way to another link: an address of one that is still open says nothing of where it will be.
#[derive(Debug, Default)]
pub(super) struct Moving {
    /// Those that close them.
    jobs: HashSet<JobId>,
    endpoints: Vec<EndpointId>,
}

impl Session {
    /// The link on which the lab runs.
    pub fn link(&self) -> Option<&Link> {
        self.lab.document.link.as_deref()
    }

    /// What went over it.
    pub fn segments(&self) -> &Segments {
        &self.lab.segments
    }

    /// Whether sockets are made at the ends of a lossy link now.
    pub fn is_link_there(&self) -> bool {
        self.engine.has_wire()
    }

    /// Makes the lab's link, or takes it away where it has none. Sockets that are made from here on are at its ends.
    ///
    /// # Errors
    /// The system does not let users make network namespaces.
    pub fn plug_link(&mut self) -> io::Result<()> {
        let link = self.lab.document.link.clone();
        match link {
            Some(link) => self.engine.plug_wire(link.seed, &link.faults),
            None => {
                self.engine.unplug_wire();
                Ok(())
            }
        }
    }

    /// True where the system has refused the lab's link.
    pub fn is_link_refused(&self) -> bool {
        self.link_refused
    }

    /// Another link, or none.
    pub(super) fn set_link(&mut self, link: Option<Link>) {
        let before = std::mem::replace(&mut self.lab.document.link, link.map(Arc::new));
        self.link_changed(before.as_deref());
    }

    /// The lab has another link than that: what is open is opened again at its ends. Other faults are for the frames that
    /// come, and need no other cable.
    pub(super) fn link_changed(&mut self, before: Option<&Link>) {
        let now = self.lab.document.link.clone();
        if before == now.as_deref() {
            return;
        }
        if before.map(|link| link.seed) == now.as_deref().map(|link| link.seed) {
            // One that was refused is not asked for again with each fault.
            if self.is_link_there() {
                self.follow_link();
            }
            return;
        }
        self.link_refused = false;
        self.engine.unplug_wire();
        let open: Vec<_> = self.endpoints.iter().filter(|it| !it.live.is_closed()).map(|it| it.id).collect();
        if open.is_empty() {
            return;
        }
        // Those that were on their way already still are.
        let jobs: Vec<JobId> = open.iter().rev().map(|id| self.close(*id)).collect();
        self.moving.jobs.extend(jobs);
        let mut endpoints = std::mem::take(&mut self.moving.endpoints);
        endpoints.extend(open);
        self.moving.endpoints = self.ids().into_iter().filter(|id| endpoints.contains(id)).collect();
    }

    /// A job is done: the last of those that close what moves opens it again.
    pub(super) fn move_on(&mut self, job: JobId) {
        if self.moving.jobs.remove(&job) && self.moving.jobs.is_empty() {
            for id in std::mem::take(&mut self.moving.endpoints) {
                self.open(id);
            }
        }
    }

    /// Before sockets are made: the link is as the lab wants it. Where it can't be, the lab runs without one, and the user
    /// learns that once.
    pub(super) fn follow_link(&mut self) {
        if self.link_refused {
            return;
        }
        if let Err(error) = self.plug_link() {
            self.link_refused = true;
            let kind = NoticeKind::NoLink { errno: Errno::from(&error) };
            let notice = Notice { at: self.now(), endpoint: None, conn: None, kind };
            self.notices.push(notice);
        }
    }

    /// At which end of the link a program runs: where an endpoint leads to it, or the lab has no server of its own and it is
    /// the first one, it is a server.
    pub(super) fn place_of_program(&self, id: EndpointId) -> Option<Arc<Place>> {
        let name = &self.program(id)?.spec.name;
        let leads_to_it = |spec: &EndpointSpec| matches!(&spec.remote, Some(Remote::Endpoint(to)) if to == name);
        let has_server = self.endpoints.iter().any(|it| End::of(&it.spec) == End::Servers);
        let is_first = self.programs().first().is_some_and(|first| first.id == id);
        let is_server = self.endpoints.iter().any(|it| leads_to_it(&it.spec)) || (is_first && !has_server);
        self.engine.place(if is_server { End::Servers } else { End::Clients })
    }

    /// Another lab takes the place of this one.
    pub(super) fn forget_link(&mut self) {
        self.link_refused = false;
        self.moving = Moving::default();
        self.engine.unplug_wire();
    }

    pub(super) fn on_frame(&mut self, frame: Frame, report: &mut dyn FnMut(Happening<'_>)) {
        let Some(segment) = self.lab.segments.push(frame) else { return };
        if let Some(recorder) = &mut self.recorder {
            recorder.segment(segment);
        }
        report(Happening::Segment(segment));
    }
}
