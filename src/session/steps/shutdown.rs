//! A `shutdown` step.

use super::Runner;
use super::carry::{Carry, Started};
use super::until_done::UntilDone;
use crate::engine::{Command, Job};
use crate::lab::step::Shutdown;
use crate::session::Session;
use crate::trace::ConnId;

impl Carry for Shutdown {
    fn begin(&self, session: &mut Session, _: &mut Runner) -> Started {
        let (endpoint, _) = session.named(&self.at)?;
        let job = session.job();
        let conn = self.conn.and_then(ConnId::new);
        session.engine.command(Command::new(job, (endpoint, conn), Job::Shutdown(self.how)));
        Ok(UntilDone::boxed(job, endpoint))
    }
}
