//! A `close` step.

use super::Runner;
use super::carry::{Carry, Progress, Running, Started};
use super::until_done::UntilDone;
use crate::engine::{Command, Job, JobId};
use crate::lab::EndpointId;
use crate::lab::step::Close;
use crate::session::Session;
use crate::trace::notice::{Missing, Refused};
use crate::trace::{ConnId, NoticeKind};

impl Carry for Close {
    fn begin(&self, session: &mut Session, _: &mut Runner) -> Started {
        let (endpoint, _) = session.named(&self.at)?;
        if self.conn.is_none() && !self.reset {
            return Ok(UntilDone::boxed(session.close(endpoint), endpoint));
        }
        let job = session.job();
        let conn = self.conn.and_then(ConnId::new);
        session.engine.command(Command::new(job, (endpoint, conn), Job::CloseConn { reset: self.reset }));
        let job = UntilDone::new(job, endpoint);
        // Without a connection the endpoint itself is meant: its connections are reset, then it is closed.
        Ok(if conn.is_none() { Box::new(ThenClose(job)) } else { Box::new(job) })
    }

    /// What has closed already need not be closed.
    fn may_fail_with(&self, kind: &NoticeKind) -> bool {
        matches!(kind, NoticeKind::Refused(Refused::NoSuchTarget(Missing::Connection | Missing::Endpoint)))
    }
}

/// The connections are reset; the endpoint is closed when that has been done.
#[derive(Debug)]
struct ThenClose(UntilDone);

impl Running for ThenClose {
    fn on_done(&mut self, job: JobId, result: &Result<(), NoticeKind>) -> bool {
        self.0.on_done(job, result)
    }

    fn endpoint_of_job(&self) -> Option<EndpointId> {
        self.0.endpoint_of_job()
    }

    fn on_held(&mut self) {
        self.0.on_held();
    }

    fn advance(&mut self, session: &mut Session, run: &mut Runner) -> Progress {
        if self.0.has_succeeded() {
            let endpoint = self.0.endpoint();
            return Progress::Then(UntilDone::boxed(session.close(endpoint), endpoint));
        }
        self.0.advance(session, run)
    }
}
