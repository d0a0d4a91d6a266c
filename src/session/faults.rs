//! The faults of relays: their ledger, and where their servers are.

use super::{Happening, Session};
use crate::engine::{Command, FaultSwitch, Job, JobId};
use crate::lab::{EndpointId, EndpointKind, EndpointSpec, Local, Remote};
use crate::trace::faults::{Harm, Ledger};
use crate::values::endpoint_kind::Role;

impl Session {
    /// What the faults of the lab's relays have done, the oldest first.
    pub fn ledger(&self) -> &Ledger {
        &self.lab.ledger
    }

    /// Switches faults of a relay that is open.
    pub(super) fn switch_fault(&mut self, endpoint: EndpointId, switch: FaultSwitch) -> JobId {
        let job = self.job();
        self.engine.command(Command::new(job, endpoint, Job::Fault(switch)));
        job
    }

    /// Puts a relay between that endpoint and its remote.
    pub(super) fn put_relay(&mut self, client: EndpointId, name: &str) -> Option<EndpointId> {
        let found = self.endpoint_now(client)?;
        let (kind, remote) = (found.spec.kind, found.spec.remote.clone()?);
        let relay = EndpointKind::of(kind.transport(), Role::Relay)?;
        let was_open = !found.live.is_closed();
        let mut spec = EndpointSpec::new(self.free_name(name), relay);
        spec.encoding = found.spec.encoding;
        spec.stream.framing = found.spec.stream.framing.clone();
        if relay.is_unix() {
            let file = format!("socket-lab-{}.sock", self.next_endpoint);
            spec.local = Some(Local::Path(std::env::temp_dir().join(file)));
        }
        spec.remote = Some(remote);
        let to_relay = Some(Remote::Endpoint(spec.name.clone()));
        let id = self.add(spec);
        if let Some(endpoint) = self.endpoints.iter_mut().find(|endpoint| endpoint.id == client) {
            endpoint.spec.remote = to_relay;
        }
        if was_open {
            self.open(id);
            if kind.is_client() {
                // The engine does an endpoint's commands one after the other.
                self.close(client);
                self.open(client);
            }
        }
        Some(id)
    }

    pub(super) fn on_fault(&mut self, harm: Harm) {
        self.lab.ledger.push(harm, &self.lab.trace);
    }

    /// Reports the faults of which it is known who felt them; at the end also the others.
    pub fn tell_faults(&mut self, at_end: bool, report: &mut dyn FnMut(Happening<'_>)) {
        if self.lab.ledger.is_empty() {
            return;
        }
        self.lab.ledger.look(&self.lab.trace);
        self.lab.ledger.tell(at_end, |row| report(Happening::Fault(row)));
    }

    /// An endpoint has opened, perhaps elsewhere than before: the relays that lead to it find it there.
    pub(super) fn lead_relays_to(&mut self, id: EndpointId) {
        let Some(opened) = self.endpoint_now(id).filter(|endpoint| endpoint.live.is_open()) else { return };
        let target = Remote::Endpoint(opened.spec.name.clone());
        // A datagram socket that the user has led to a relay finds it as soon as that is open.
        let leads_there = |spec: &EndpointSpec| {
            let follows = spec.kind.is_relay() || (opened.spec.kind.is_relay() && !spec.kind.is_stream());
            follows && spec.remote.as_ref() == Some(&target)
        };
        let relays: Vec<EndpointId> = self
            .endpoints
            .iter()
            .filter(|endpoint| leads_there(&endpoint.spec) && endpoint.live.is_open())
            .map(|endpoint| endpoint.id)
            .collect();
        for relay in relays {
            self.apply_spec(relay);
        }
    }
}
