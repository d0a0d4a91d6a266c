//! Opening and closing endpoints, and where `@name` is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use super::{Endpoint, Program, Session};
use crate::engine::{Command, Dest, DownloadRequest, Error, Event, Job, JobId, Opening, SocketState};
use crate::lab::{Addr, EndpointId, Local, Remote};
use crate::trace::notice::Refused;

/// An opening, or a download over an endpoint, that waits until another endpoint, which is being opened, has its address.
#[derive(Debug)]
pub(super) struct Deferred {
    job: JobId,
    endpoint: EndpointId,
    on: EndpointId,
    fetch: Option<Box<DownloadRequest>>,
}

/// Why `@name` has no address now.
pub(super) enum NoAddress {
    /// That endpoint is being opened: wait for it.
    Opening(EndpointId),
    Closed(String),
}

impl Session {
    /// Opens an endpoint; `@name` is looked up now, or as soon as that endpoint is open. The job's `Done` says how it
    /// went.
    pub(super) fn open(&mut self, id: EndpointId) -> JobId {
        let job = self.job();
        self.open_as(job, id);
        job
    }

    pub(super) fn open_as(&mut self, job: JobId, id: EndpointId) {
        self.follow_link();
        let Some(endpoint) = self.endpoint_now(id) else { return };
        if endpoint.spec.kind.is_relay() && self.comes_back(id) {
            self.engine.report(Event::Endpoint { endpoint: id, state: SocketState::Closed });
            let result = Err(Refused::RelayLoop.into());
            self.engine.report(Event::Done { job, endpoint: id, conn: None, result });
            return;
        }
        let remote = match self.remote_of(endpoint) {
            Ok(remote) => remote,
            // A UDP socket can do without its usual destination.
            // So can a relay: the system itself then refuses, and later it may be there.
            Err(NoAddress::Closed(name)) if !endpoint.spec.kind.is_stream() || endpoint.spec.kind.is_relay() => {
                self.will_be_at(&name)
            }
            Err(why) => return self.put_off(job, id, why, None),
        };
        let opening = Opening {
            spec: Arc::new(endpoint.spec.clone()),
            remote,
            next_conn: endpoint.live.observed.conns_begun.saturating_add(1),
        };
        let spec = endpoint.spec.clone();
        self.hold_from_opening(id);
        if let Some(live) = self.live_mut(id) {
            // The engine leaves one that is open as it is, unless it is to close first.
            if live.running.is_none() || !live.is_open() {
                live.running = Some(Box::new(spec));
            }
            if live.is_closed() {
                live.set_socket(SocketState::Opening);
            }
        }
        self.engine.command(Command::new(job, id, Job::Open(opening)));
    }

    /// Where an endpoint that is not open will be, as far as the lab says it: enough for the family of a socket that is
    /// to send there, whichever of the two is opened first.
    pub(super) fn will_be_at(&self, name: &str) -> Option<Dest> {
        // A program listens where it likes, once it runs.
        if self.program_named_now(name).is_some() {
            return Some(Dest::NotOpen(Local::LOOPBACK));
        }
        let mut spec = &self.endpoint_named(name)?.spec;
        // A remote may name a further endpoint, and they may name each other in a circle.
        for _ in 0..self.endpoints().len() {
            if let Some(local) = spec.bind_address() {
                return Some(Dest::NotOpen(local));
            }
            match spec.remote.as_ref()? {
                Remote::Inet(target) => return Some(Dest::NotOpen(Local::Inet(target.clone()))),
                Remote::Path(path) => return Some(Dest::NotOpen(Local::Path(path.clone()))),
                Remote::Endpoint(next) => spec = &self.endpoint_named(next)?.spec,
            }
        }
        None
    }

    /// Where an endpoint's remote is now, where it has one.
    pub(super) fn remote_of(&self, endpoint: &Endpoint) -> Result<Option<Dest>, NoAddress> {
        endpoint.spec.remote.as_ref().map(|remote| self.look_up(remote)).transpose()
    }

    /// What can't be begun now waits for the other endpoint, or has failed.
    pub(super) fn put_off(&mut self, job: JobId, id: EndpointId, why: NoAddress, fetch: Option<Box<DownloadRequest>>) {
        match why {
            NoAddress::Opening(on) => {
                self.deferred.push(Deferred { job, endpoint: id, on, fetch });
                if let Some(live) = self.live_mut(id) {
                    live.set_socket(SocketState::Opening);
                }
            }
            NoAddress::Closed(name) => {
                let error = Error::PeerNotOpen { name: Arc::from(name) };
                self.engine.report(Event::Endpoint { endpoint: id, state: SocketState::Closed });
                self.engine.report(Event::Done { job, endpoint: id, conn: None, result: Err(error) });
            }
        }
    }

    /// Resumes the openings that waited for this endpoint, now that it is open or has failed.
    pub(super) fn resume_deferred(&mut self, on: EndpointId) {
        let waits = |program: &Program| program.live.is_up() && program.live.listener().is_none();
        if self.program_now(on).is_some_and(waits)
            || self.endpoint_now(on).is_some_and(|endpoint| endpoint.live.socket == SocketState::Opening)
        {
            return;
        }
        let (ready, waiting) = std::mem::take(&mut self.deferred).into_iter().partition(|deferred| deferred.on == on);
        self.deferred = waiting;
        let ready: Vec<Deferred> = ready;
        for deferred in ready {
            match deferred.fetch {
                None => self.open_as(deferred.job, deferred.endpoint),
                Some(fetch) => self.download_as(deferred.job, deferred.endpoint, fetch),
            }
        }
    }

    /// Whether an opening or a download of `endpoint` waits until `on`, or one that waits for it in turn, is open.
    pub(super) fn waits_for(&self, endpoint: EndpointId, on: EndpointId) -> bool {
        let mut at = endpoint;
        // They may wait for each other in a circle.
        for _ in 0..=self.deferred.len() {
            let Some(deferred) = self.deferred.iter().find(|deferred| deferred.endpoint == at) else { return false };
            if deferred.on == on {
                return true;
            }
            at = deferred.on;
        }
        false
    }

    /// Where a remote is now. A server on all addresses is reached over the loopback one.
    pub(super) fn look_up(&self, remote: &Remote) -> Result<Dest, NoAddress> {
        let name = match remote {
            Remote::Inet(target) => return Ok(Dest::Host(target.clone())),
            Remote::Path(path) => return Ok(Dest::Addr(Addr::Unix(path.clone()))),
            Remote::Endpoint(name) => name,
        };
        let closed = || NoAddress::Closed(name.clone());
        if let Some(program) = self.program_named_now(name) {
            return match program.live.listener() {
                Some(local) => Ok(Dest::Addr(reachable(local.clone()))),
                // It may still come to that.
                None if program.live.is_up() => Err(NoAddress::Opening(program.id)),
                None => Err(closed()),
            };
        }
        let endpoint = self.endpoint_named(name).ok_or_else(closed)?;
        match &endpoint.live.socket {
            SocketState::Opening => Err(NoAddress::Opening(endpoint.id)),
            SocketState::Closed => {
                let last = endpoint.live.last_local.clone();
                last.map(|local| Dest::Addr(reachable(local))).ok_or_else(closed)
            }
            SocketState::Open { local, .. } | SocketState::Serving { local } => {
                local.clone().map(|local| Dest::Addr(reachable(local))).ok_or_else(closed)
            }
        }
    }

    /// Where a datagram to that remote goes now; `None` where it names an endpoint that has no address.
    pub fn destination(&self, remote: &Remote) -> Option<Dest> {
        self.look_up(remote).ok()
    }

    pub(super) fn close(&mut self, id: EndpointId) -> JobId {
        let job = self.job();
        let cancelled: Vec<Deferred>;
        (cancelled, self.deferred) =
            std::mem::take(&mut self.deferred).into_iter().partition(|waiting| waiting.endpoint == id);
        for deferred in cancelled {
            self.engine.report(Event::Endpoint { endpoint: id, state: SocketState::Closed });
            // An opening leaves nothing to do; a download has not happened.
            let result = deferred.fetch.map_or(Ok(()), |_| Err(Refused::OpeningCancelled.into()));
            self.engine.report(Event::Done { job: deferred.job, endpoint: id, conn: None, result });
        }
        if let Some(live) = self.live_mut(id) {
            live.running = None;
        }
        self.engine.command(Command::new(job, id, Job::Close));
        job
    }

    pub(super) fn close_all(&mut self) -> Vec<JobId> {
        // The last opened first, so that clients end before their servers.
        self.ids().into_iter().rev().map(|id| self.close(id)).collect()
    }
}

fn reachable(local: Addr) -> Addr {
    match local {
        Addr::Inet(addr) if addr.ip().is_unspecified() => {
            let loopback = match addr.ip() {
                IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
                IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
            };
            Addr::Inet(SocketAddr::new(loopback, addr.port()))
        }
        other => other,
    }
}
