//! Acting: an [`Action`] becomes a change of the lab, commands for the engine, or both.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use super::steps::Runner;
use super::{Action, Change, Endpoint, EndpointStatus, Program, Repeat, Session};
use crate::engine::DownloadRequest;
use crate::engine::{Command, Dest, Error, Event, Job, JobId, Opening, SocketState};
use crate::lab::service::Reply;
use crate::lab::{Addr, EndpointId, EndpointKind, EndpointSpec, Group, Local, Remote, ServiceSpec, TextEncoding, name};
use crate::trace::notice::Refused;
use crate::trace::{FileNotice, Notice, NoticeKind};

/// The most characters of a payload's beginning that a repeat shows.
const REPEAT_PREVIEW: usize = 24;

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
    /// Does what a view asked for. Gives the endpoint that was added (of a pair, the client).
    pub fn act(&mut self, action: Action) -> Option<EndpointId> {
        // The window says so before it comes here.
        if self.looking_back.is_some() && action.acts_on_the_present() {
            return None;
        }
        if self.lab.viewed.is_some() && action.needs_sockets() {
            let kind = NoticeKind::File(FileNotice::TraceReadOnly);
            self.notices.push(Notice { at: self.now(), endpoint: None, conn: None, kind });
            return None;
        }
        let change = self.change_of(&action);
        let before = change.is_some().then(|| self.lab.document.clone());
        let added = self.carry_out(action);
        let name = added.and_then(|id| self.endpoint_now(id)).map(|endpoint| endpoint.spec.name.clone());
        if let (Some(change), Some(before)) = (change, before) {
            let change = match (change, name) {
                // It may have got a number.
                (Change::Added(_), Some(name)) => Change::Added(name),
                (change, _) => change,
            };
            self.remember(change, before);
        }
        added
    }

    fn carry_out(&mut self, action: Action) -> Option<EndpointId> {
        match action {
            Action::Add { spec, open } => {
                let id = self.add(*spec);
                if open {
                    self.open(id);
                }
                return Some(id);
            }
            Action::AddEchoPair { server, client } => return Some(self.add_echo_pair(&server, &client)),
            Action::ConnectClient { server, name } => return self.connect_client(server, &name),
            Action::PutRelay { client, name } => return self.put_relay(client, &name),
            Action::Fault { endpoint, switch } => {
                self.switch_fault(endpoint, switch);
            }
            Action::Edit { endpoint, spec } => self.edit(endpoint, *spec),
            Action::Rename { endpoint, name } => self.rename(endpoint, &name),
            Action::Duplicate(endpoint) => {
                let spec = self.endpoint_now(endpoint)?.spec.clone();
                return Some(self.add(spec));
            }
            Action::Move { endpoint, to } => {
                if let Some(from) = self.endpoints.iter().position(|kept| kept.id == endpoint) {
                    let moved = self.endpoints.remove(from);
                    let to = to.min(self.endpoints.len());
                    self.endpoints.insert(to, moved);
                }
            }
            Action::Remove(endpoint) => {
                self.remove(endpoint);
            }
            Action::Open(endpoint) => {
                self.open(endpoint);
            }
            Action::Close(endpoint) => {
                self.close(endpoint);
            }
            Action::Reopen(endpoint) => {
                // The engine does an endpoint's commands one after the other.
                self.close(endpoint);
                self.open(endpoint);
            }
            Action::RemoveStaleAndOpen { endpoint, path } => {
                let job = self.job();
                self.engine.command(Command::new(job, endpoint, Job::RemoveStale(path)));
                self.open(endpoint);
            }
            Action::OpenAll => {
                // A program may be what an endpoint connects to.
                self.program_ids().into_iter().for_each(|id| self.start_program(id));
                for id in self.ids() {
                    if self.endpoint_now(id).is_some_and(|endpoint| endpoint.live.is_closed()) {
                        self.open(id);
                    }
                }
            }
            Action::CloseAll => {
                self.close_all();
                self.program_ids().into_iter().for_each(|id| self.stop_program(id));
            }
            Action::Send { endpoint, to, bytes } => {
                let job = self.job();
                self.engine.command(Command::new(job, (endpoint, to), Job::Send(bytes)));
            }
            Action::Repeat { endpoint, to, bytes, every, times } => {
                let job = self.job();
                let preview = crate::trace::text::preview(&bytes, self.encoding_of(endpoint), REPEAT_PREVIEW);
                if let Some(live) = self.live_mut(endpoint) {
                    live.repeats.push(Repeat { job, every, times, sent: 0, preview });
                }
                self.engine.command(Command::Repeat { job, target: (endpoint, to).into(), bytes, every, times });
            }
            Action::FindReceiver(addr) => self.engine.command(Command::FindReceiver(addr)),
            Action::StopRepeat(job) => self.engine.command(Command::StopRepeat { job }),
            Action::Shutdown { endpoint, conn, how } => {
                let job = self.job();
                self.engine.command(Command::new(job, (endpoint, conn), Job::Shutdown(how)));
            }
            Action::CloseConn { endpoint, conn, reset } => {
                let job = self.job();
                self.engine.command(Command::new(job, (endpoint, conn), Job::CloseConn { reset }));
            }
            Action::JoinGroup { endpoint, group } => self.join_group(endpoint, group),
            Action::LeaveGroup { endpoint, group } => self.leave_group(endpoint, group),
            Action::Download { endpoint, fetch } => {
                self.download(endpoint, fetch);
            }
            Action::DownloadFrom { remote, name, fetch } => return Some(self.download_from(remote, &name, fetch)),
            Action::CancelTransfer(transfer) => self.engine.command(Command::CancelTransfer { transfer }),
            Action::RetryTransfer(transfer) => self.retry(transfer),
            Action::ClearTransfers => self.clear_transfers(),
            Action::ClearTrace => self.clear_trace(),
            Action::SetRetention(bytes) => self.set_retention(bytes),
            Action::SetBookmark { seq, note } => self.set_bookmark(seq, note.as_deref()),
            Action::DismissNotice(number) => self.notices.dismiss(number),
            Action::DismissNotices => self.notices.dismiss_all(),
            Action::SetSnippets(snippets) => self.lab.document.snippets = Arc::new(snippets),
            Action::SetLayout { layout, .. } => self.lab.document.layout = layout,
            Action::Undo => self.undo(),
            Action::Redo => self.redo(),
            Action::RunSteps => {
                self.runner = Some(Runner::new(&self.lab.document.steps, &self.endpoints, &self.programs));
                self.advance_steps(&mut |_| {});
            }
            Action::StopSteps => self.runner = None,
            Action::AddProgram { spec, start } => {
                let id = self.add_program(*spec);
                if start {
                    self.start_program(id);
                }
                return Some(id);
            }
            Action::EditProgram { program, spec } => self.edit_program(program, *spec),
            Action::RemoveProgram(id) => self.remove_program(id),
            Action::StartProgram(id) => self.start_program(id),
            Action::StopProgram(id) => self.stop_program(id),
            Action::TypeTo { program, text } => self.type_to(program, &text),
            Action::AllowPrograms => self.allow_programs(),
            Action::Hold { endpoint, on } => self.hold(endpoint, on),
            Action::HoldAll(on) => self.hold_all(on),
            Action::LetThrough(call) => self.let_through(call),
            Action::Predict { of, prediction } => self.predict(of, prediction),
            Action::Decide { message, verdict } => self.decide(message, verdict),
            Action::SetBreakpoints(breakpoints) => self.set_breakpoints(breakpoints),
            Action::SetTitle(title) => self.lab.document.title = title,
            Action::SetNote(note) => self.lab.document.note = note,
        }
        None
    }

    pub(super) fn ids(&self) -> Vec<EndpointId> {
        self.endpoints.iter().map(|endpoint| endpoint.id).collect()
    }

    fn program_ids(&self) -> Vec<EndpointId> {
        self.programs.iter().map(|program| program.id).collect()
    }

    pub(super) fn job(&mut self) -> JobId {
        let job = JobId(self.next_job);
        self.next_job += 1;
        job
    }

    pub(super) fn live_mut(&mut self, id: EndpointId) -> Option<&mut EndpointStatus> {
        self.endpoints.iter_mut().find(|endpoint| endpoint.id == id).map(|endpoint| &mut endpoint.live)
    }

    fn encoding_of(&self, id: EndpointId) -> TextEncoding {
        self.endpoint_now(id).map_or_else(TextEncoding::default, |endpoint| endpoint.spec.encoding)
    }

    pub(super) fn next_id(&mut self) -> EndpointId {
        let id = EndpointId(self.next_endpoint);
        self.next_endpoint += 1;
        id
    }

    pub(super) fn add(&mut self, mut spec: EndpointSpec) -> EndpointId {
        spec.name = self.free_name(&spec.name);
        let id = self.next_id();
        self.name(id, &spec.name, spec.encoding);
        self.lab.members.add(id);
        self.endpoints.push(Endpoint { id, spec, live: EndpointStatus::default() });
        id
    }

    fn remove(&mut self, id: EndpointId) {
        let Some(at) = self.endpoints.iter().position(|endpoint| endpoint.id == id) else { return };
        self.close(id);
        self.engine.forget(id);
        self.end_hold(id);
        self.notices.removed(id);
        let Endpoint { live, .. } = self.endpoints.remove(at);
        self.lab.members.retire(id, live);
    }

    fn add_echo_pair(&mut self, server: &str, client: &str) -> EndpointId {
        let mut spec = EndpointSpec::new(server, EndpointKind::TCP_SERVER);
        spec.service = ServiceSpec::new(Reply::echo());
        let server = self.add(spec);
        self.open(server);
        self.connect_client(server, client).unwrap_or(server)
    }

    fn connect_client(&mut self, server: EndpointId, name: &str) -> Option<EndpointId> {
        let found = self.endpoint_now(server)?;
        let mut spec = EndpointSpec::new(name, found.spec.kind.client()?);
        spec.remote = Some(Remote::Endpoint(found.spec.name.clone()));
        spec.encoding = found.spec.encoding;
        spec.line_ending = found.spec.line_ending;
        let client = self.add(spec);
        self.open(client);
        Some(client)
    }

    fn edit(&mut self, id: EndpointId, spec: EndpointSpec) {
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
    fn join_group(&mut self, id: EndpointId, group: Group) {
        let Some(endpoint) = self.endpoints.iter_mut().find(|endpoint| endpoint.id == id) else { return };
        if endpoint.live.is_closed() {
            endpoint.add_group(&group);
            return;
        }
        let job = self.job();
        self.engine.command(Command::new(job, id, Job::Membership { group: Box::new(group), join: true }));
    }

    /// The group leaves the spec in any case.
    fn leave_group(&mut self, id: EndpointId, group: Group) {
        let Some(endpoint) = self.endpoints.iter_mut().find(|endpoint| endpoint.id == id) else { return };
        endpoint.spec.datagram.groups.retain(|kept| *kept != group);
        if !endpoint.live.is_closed() {
            let job = self.job();
            self.engine.command(Command::new(job, id, Job::Membership { group: Box::new(group), join: false }));
        }
    }

    fn rename(&mut self, id: EndpointId, name: &str) {
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

    /// Opens an endpoint; `@name` is looked up now, or as soon as that endpoint is open. The job's `Done` says how it
    /// went.
    pub(super) fn open(&mut self, id: EndpointId) -> JobId {
        let job = self.job();
        self.open_as(job, id);
        job
    }

    fn open_as(&mut self, job: JobId, id: EndpointId) {
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
    fn will_be_at(&self, name: &str) -> Option<Dest> {
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
    fn look_up(&self, remote: &Remote) -> Result<Dest, NoAddress> {
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
