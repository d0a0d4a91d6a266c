//! The faults of relays: their ledger, and where their servers are.

use std::net::IpAddr;

use super::{Endpoint, Happening, Session};
use crate::engine::{Command, FaultSwitch, Job, JobId};
use crate::lab::{Addr, EndpointId, EndpointKind, EndpointSpec, HostPort, Local, Remote};
use crate::trace::faults::{Harm, Ledger};
use crate::values::address::Host;
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
        let recorder = &mut self.recorder;
        self.lab.ledger.tell(at_end, |row| {
            if let Some(recorder) = recorder {
                recorder.fault(row);
            }
            report(Happening::Fault(row));
        });
    }

    /// Whether what a relay passes on would come back to it, by way of other relays of the lab, by whatever they are led to
    /// each other.
    pub(super) fn comes_back(&self, relay: EndpointId) -> bool {
        let mut at = relay;
        for _ in 0..=self.endpoints.len() {
            let Some(next) = self.endpoint_now(at).and_then(|endpoint| self.relay_behind(&endpoint.spec)) else {
                return false;
            };
            if next == relay {
                return true;
            }
            at = next;
        }
        false
    }

    /// The relay of the lab to which a relay leads.
    fn relay_behind(&self, spec: &EndpointSpec) -> Option<EndpointId> {
        let remote = spec.remote.as_ref().filter(|_| spec.kind.is_relay())?;
        let is_it = |endpoint: &&Endpoint| {
            let (other, live) = (&endpoint.spec, &endpoint.live);
            // What is open is where it is, else where it will be.
            let local = live.local().cloned();
            let at = |target: &HostPort| match (&local, other.bind_address().as_ref().and_then(Local::inet)) {
                (Some(Addr::Inet(local)), _) => leads_to(target, local.ip(), local.port()),
                (None, Some(HostPort { host: Host::Ip(ip), port })) => leads_to(target, *ip, *port),
                _ => false,
            };
            other.kind.is_relay()
                && match remote {
                    Remote::Endpoint(name) => other.name == *name,
                    Remote::Inet(target) => spec.kind.is_stream() == other.kind.is_stream() && at(target),
                    Remote::Path(path) => other.local.as_ref() == Some(&Local::Path(path.clone())),
                }
        };
        self.endpoints.iter().find(is_it).map(|endpoint| endpoint.id)
    }

    /// An endpoint has opened, perhaps elsewhere than before: the relays that lead to it find it there.
    pub(super) fn lead_relays_to(&mut self, id: EndpointId) {
        let opened = self.endpoint_now(id).filter(|endpoint| endpoint.live.is_open());
        let program = self.program_now(id).filter(|program| program.live.listener().is_some());
        let name = opened.map(|opened| &opened.spec.name).or(program.map(|program| &program.spec.name));
        let Some(target) = name.cloned().map(Remote::Endpoint) else { return };
        let is_relay = opened.is_some_and(|opened| opened.spec.kind.is_relay());
        // A datagram socket that the user has led to a relay finds it as soon as that is open.
        let leads_there = |spec: &EndpointSpec| {
            let follows = spec.kind.is_relay() || (is_relay && !spec.kind.is_stream());
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

/// Whether that target is a socket bound to this address.
fn leads_to(target: &HostPort, ip: IpAddr, port: u16) -> bool {
    let is_same_host = match &target.host {
        Host::Ip(there) => {
            let (there, own) = (there.to_canonical(), ip.to_canonical());
            there == own || (own.is_unspecified() && there.is_loopback())
        }
        Host::Name(name) => name.eq_ignore_ascii_case("localhost") && (ip.is_loopback() || ip.is_unspecified()),
    };
    is_same_host && target.port == port && port != 0
}
