//! How a step begins: the order that its action gives to the engine, or the moment until which it waits.

use std::time::Duration;

use super::expectation::{Expecting, Wanted, WantedBytes};
use super::{Detail, Runner, StepState, payload};
use crate::engine::{Command, DownloadRequest, Job, Peers};
use crate::lab::step::{Action, Expectation, ExpectedBytes, To};
use crate::lab::{EndpointId, EndpointSpec, Remote};
use crate::session::Session;
use crate::trace::{ConnId, Nanos};

/// How a step that was begun goes on.
type Started = Result<StepState, Detail>;

impl Session {
    pub(super) fn begin(&mut self, action: &Action, runner: &mut Runner) -> Started {
        let job = |job, endpoint| Ok(StepState::Job { job, endpoint, done: None, then_close: false });
        match action {
            Action::Wait(time) => Ok(StepState::Wait(self.after(*time))),
            Action::Expect(expected) => self.begin_expect(expected),
            Action::Open(name) => {
                let (id, _) = self.named(name)?;
                // Opening what is open changes nothing.
                let closed = self.endpoint(id).is_some_and(|endpoint| endpoint.live.is_closed());
                if let Some(inbox) = runner.inboxes.get_mut(&id).filter(|_| closed) {
                    inbox.clear();
                }
                job(self.open(id), id)
            }
            Action::Send { from, what, to } => {
                let (endpoint, spec) = self.named(from)?;
                let bytes = payload::of(what, spec)?;
                let to = self.peers(to, spec)?;
                let number = self.job();
                self.engine.command(Command::new(number, (endpoint, to), Job::Send(bytes)));
                job(number, endpoint)
            }
            Action::Download(what) => {
                let (endpoint, spec) = self.named(&what.from)?;
                let protocol = what.protocol.or_else(|| spec.remote.as_ref().map(|remote| self.protocol_of(remote)));
                let fetch = DownloadRequest {
                    protocol: protocol.unwrap_or_default(),
                    name: what.name.clone(),
                    save_to: what.save_to.clone(),
                    expected: what.sha256,
                    part: None,
                    replaces_empty: false,
                };
                let job = self.download(endpoint, Box::new(fetch));
                Ok(StepState::Download { job, endpoint, done: None })
            }
            Action::Shutdown { at, how, conn } => {
                let (endpoint, _) = self.named(at)?;
                let number = self.job();
                let conn = conn.and_then(ConnId::new);
                self.engine.command(Command::new(number, (endpoint, conn), Job::Shutdown(*how)));
                job(number, endpoint)
            }
            Action::Close { at, conn: None, reset: false } => {
                let (endpoint, _) = self.named(at)?;
                job(self.close(endpoint), endpoint)
            }
            Action::Close { at, conn, reset } => {
                let (endpoint, _) = self.named(at)?;
                let number = self.job();
                let conn = conn.and_then(ConnId::new);
                self.engine.command(Command::new(number, (endpoint, conn), Job::CloseConn { reset: *reset }));
                // Without a connection the endpoint itself is meant: its connections are reset, then it is closed.
                Ok(StepState::Job { job: number, endpoint, done: None, then_close: conn.is_none() })
            }
        }
    }

    fn begin_expect(&self, expected: &Expectation) -> Started {
        let (at, spec) = self.named(&expected.at)?;
        let bytes = match &expected.bytes {
            Some(ExpectedBytes::Exactly(content)) => Some(WantedBytes::Exactly(payload::encode(content, spec)?)),
            Some(ExpectedBytes::Count(count)) => Some(WantedBytes::Count(*count)),
            None => None,
        };
        let wanted = Wanted {
            conn: expected.conn.and_then(ConnId::new),
            bytes,
            eof: expected.eof,
            error: expected.error.clone(),
            one_stream: spec.kind.is_client(),
            encoding: spec.encoding,
        };
        let expecting = Box::new(Expecting::new(wanted));
        Ok(StepState::Expect { at, expecting, deadline: self.after(expected.within), within: expected.within })
    }

    fn after(&self, time: Duration) -> Nanos {
        Nanos(self.now().0.saturating_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)))
    }

    fn named(&self, name: &str) -> Result<(EndpointId, &EndpointSpec), Detail> {
        let endpoint = self.endpoint_named(name).ok_or_else(|| Detail::NoEndpoint { name: name.to_owned() })?;
        Ok((endpoint.id, &endpoint.spec))
    }

    fn peers(&self, to: &To, spec: &EndpointSpec) -> Result<Peers, Detail> {
        let remote = match (to, &spec.remote) {
            (To::Conn(number), _) => return Ok(ConnId::new(*number).map_or(Peers::All, Peers::Conn)),
            (To::Remote(remote), _) => remote,
            // Two UDP sockets may name each other: the first one opened did not find the second.
            (To::All, Some(remote @ Remote::Endpoint(_))) if !spec.kind.is_stream() => remote,
            (To::All, _) => return Ok(Peers::All),
        };
        self.destination(remote).map(Peers::Dest).ok_or_else(|| Detail::NotOpen { name: target(remote) })
    }
}

fn target(remote: &Remote) -> String {
    remote.to_string().trim_start_matches('@').to_owned()
}
