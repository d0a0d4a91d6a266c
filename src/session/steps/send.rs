//! A `send` step.

use super::carry::{Carry, Started, target};
use super::until_done::UntilDone;
use super::{Detail, Runner, payload};
use crate::engine::{Command, Job, Peers};
use crate::lab::step::{Send, To};
use crate::lab::{EndpointSpec, Remote};
use crate::session::Session;
use crate::trace::ConnId;

impl Carry for Send {
    fn begin(&self, session: &mut Session, _: &mut Runner) -> Started {
        let (endpoint, spec) = session.named(&self.from)?;
        let bytes = payload::of(&self.what, spec)?;
        let to = peers(session, &self.to, spec)?;
        let job = session.job();
        session.engine.command(Command::new(job, (endpoint, to), Job::Send(bytes)));
        Ok(UntilDone::boxed(job, endpoint))
    }
}

fn peers(session: &Session, to: &To, spec: &EndpointSpec) -> Result<Peers, Detail> {
    let remote = match (to, &spec.remote) {
        (To::Conn(number), _) => return Ok(ConnId::new(*number).map_or(Peers::All, Peers::Conn)),
        (To::Remote(remote), _) => remote,
        // Two UDP sockets may name each other: the first one opened did not find the second.
        (To::All, Some(remote @ Remote::Endpoint(_))) if !spec.kind.is_stream() => remote,
        (To::All, _) => return Ok(Peers::All),
    };
    session.destination(remote).map(Peers::Dest).ok_or_else(|| Detail::NotOpen { name: target(remote) })
}
