//! Adding, editing and removing endpoints.

use std::sync::Arc;

use super::{Endpoint, EndpointStatus, Session};
use crate::engine::{Command, Event, Job, SocketState};
use crate::lab::service::Reply;
use crate::lab::{EndpointId, EndpointKind, EndpointSpec, Group, Remote, ServiceSpec, name};
use crate::trace::notice::Refused;

impl Session {
    pub(super) fn add(&mut self, mut spec: EndpointSpec) -> EndpointId {
        spec.name = self.free_name(&spec.name);
        let id = self.next_id();
        self.name(id, &spec.name, spec.encoding);
        self.lab.members.add(id);
        self.endpoints.push(Endpoint { id, spec, live: EndpointStatus::default() });
        id
    }

    pub(super) fn remove(&mut self, id: EndpointId) {
        let Some(at) = self.endpoints.iter().position(|endpoint| endpoint.id == id) else { return };
        self.close(id);
        self.engine.forget(id);
        self.end_hold(id);
        self.notices.removed(id);
        let Endpoint { live, .. } = self.endpoints.remove(at);
        self.lab.members.retire(id, live);
    }

    pub(super) fn add_echo_pair(&mut self, server: &str, client: &str) -> EndpointId {
        let mut spec = EndpointSpec::new(server, EndpointKind::TCP_SERVER);
        spec.service = ServiceSpec::new(Reply::echo());
        let server = self.add(spec);
        self.open(server);
        self.connect_client(server, client).unwrap_or(server)
    }

    pub(super) fn connect_client(&mut self, server: EndpointId, name: &str) -> Option<EndpointId> {
        let found = self.endpoint_now(server)?;
        let mut spec = EndpointSpec::new(name, found.spec.kind.client()?);
        spec.remote = Some(Remote::Endpoint(found.spec.name.clone()));
        spec.encoding = found.spec.encoding;
        spec.line_ending = found.spec.line_ending;
        let client = self.add(spec);
        self.open(client);
        Some(client)
    }

    pub(super) fn edit(&mut self, id: EndpointId, spec: EndpointSpec) {
        if let Some(endpoint) = self.endpoints.iter_mut().find(|endpoint| endpoint.id == id) {
            let name = std::mem::take(&mut endpoint.spec.name);
            let old = std::mem::replace(&mut endpoint.spec, EndpointSpec { name, ..spec });
            let encoding = (old.encoding != endpoint.spec.encoding).then_some(endpoint.spec.encoding);
            let name = endpoint.spec.name.clone();
            if let Some(encoding) = encoding {
                self.record_name(id, &name, encoding);
            }
            self.apply_spec(id);
            self.apply_groups(id, &old.datagram.groups);
            self.apply_hold(id, old.hold);
        }
    }

    /// An open endpoint goes on by its spec as it is now, as far as that is possible without opening it again; one that
    /// is being opened, as soon as it is open.
    pub(super) fn apply_spec(&mut self, id: EndpointId) {
        let Some(endpoint) = self.endpoints.iter_mut().find(|endpoint| endpoint.id == id) else { return };
        match endpoint.live.socket {
            SocketState::Closed => return,
            SocketState::Opening => {
                endpoint.live.is_outdated = true;
                return;
            }
            SocketState::Open { .. } | SocketState::Serving { .. } => endpoint.live.is_outdated = false,
        }
        let spec = Arc::new(endpoint.spec.clone());
        if let Some(running) = endpoint.live.running.take() {
            endpoint.live.running = Some(Box::new(running.changed_to(&spec)));
        }
        // `@name` of a datagram socket that has no address now: it does without its usual destination.
        let remote = self.endpoint_now(id).and_then(|endpoint| self.remote_of(endpoint).ok()).flatten();
        let job = self.job();
        if spec.kind.is_relay() && self.comes_back(id) {
            let result = Err(Refused::RelayLoop.into());
            self.engine.report(Event::Done { job, endpoint: id, conn: None, result });
            return;
        }
        self.engine.command(Command::new(job, id, Job::Apply { spec, remote }));
    }

    /// An open socket joins and leaves what an edit has changed; a closed one joins when it opens.
    pub(super) fn apply_groups(&mut self, id: EndpointId, old: &[Group]) {
        let Some(endpoint) = self.endpoint_now(id).filter(|endpoint| endpoint.live.is_open()) else { return };
        let new = endpoint.spec.datagram.groups.clone();
        let left = old.iter().filter(|group| !new.contains(group)).map(|group| (group, false));
        let joined = new.iter().filter(|group| !old.contains(group)).map(|group| (group, true));
        for (group, join) in left.chain(joined) {
            let job = self.job();
            self.engine.command(Command::new(job, id, Job::Membership { group: Box::new(group.clone()), join }));
        }
    }

    /// A closed socket joins when it opens. An open one is asked to join now; that it did shows in its calls, and only
    /// then the group becomes part of the spec: one that can't be joined would keep the endpoint from opening again.
    pub(super) fn join_group(&mut self, id: EndpointId, group: Group) {
        let Some(endpoint) = self.endpoints.iter_mut().find(|endpoint| endpoint.id == id) else { return };
        if endpoint.live.is_closed() {
            endpoint.add_group(&group);
            return;
        }
        let job = self.job();
        self.engine.command(Command::new(job, id, Job::Membership { group: Box::new(group), join: true }));
    }

    /// The group leaves the spec in any case.
    pub(super) fn leave_group(&mut self, id: EndpointId, group: Group) {
        let Some(endpoint) = self.endpoints.iter_mut().find(|endpoint| endpoint.id == id) else { return };
        endpoint.spec.datagram.groups.retain(|kept| *kept != group);
        if !endpoint.live.is_closed() {
            let job = self.job();
            self.engine.command(Command::new(job, id, Job::Membership { group: Box::new(group), join: false }));
        }
    }

    pub(super) fn rename(&mut self, id: EndpointId, name: &str) {
        let name = name.trim();
        if name::check(name).is_err() {
            return;
        }
        let name = self.free_name_except(name, Some(id));
        let Some(endpoint) = self.endpoints.iter_mut().find(|endpoint| endpoint.id == id) else { return };
        let old = std::mem::replace(&mut endpoint.spec.name, name.clone());
        if old == name {
            return;
        }
        self.name(id, &name, self.encoding_of(id));
        self.follow_new_name(&old, &name);
    }

    /// Every reference to an endpoint's or program's old name follows.
    pub(super) fn follow_new_name(&mut self, old: &str, name: &str) {
        for endpoint in &mut self.endpoints {
            if matches!(&endpoint.spec.remote, Some(Remote::Endpoint(known)) if known == old) {
                endpoint.spec.remote = Some(Remote::Endpoint(name.to_owned()));
            }
        }
        let mut steps = self.lab.document.steps.to_vec();
        for step in &mut steps {
            step.rename_endpoint(old, name);
        }
        // Steps that do not name it go on sharing their memory with the documents before.
        if steps != *self.lab.document.steps {
            self.lab.document.steps = Arc::new(steps);
        }
    }
}
