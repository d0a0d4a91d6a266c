//! An `expect` step.

use std::time::Duration;

use super::carry::{Carry, Ending, Progress, Running, Started};
use super::expectation::{Expecting, Verdict, Wanted, WantedBytes};
use super::fault::AwaitingFault;
use super::messages::{Awaited, AwaitingMessages};
use super::{Runner, payload};
use crate::lab::EndpointId;
use crate::lab::step::{Expect, ExpectedBytes};
use crate::session::Session;
use crate::trace::{ConnId, Nanos};

impl Carry for Expect {
    fn begin(&self, session: &mut Session, _: &mut Runner) -> Started {
        let (at, spec) = session.named(&self.at)?;
        if let Some(what) = self.fault.clone() {
            let (deadline, within) = (session.after(self.within), self.within);
            return Ok(Box::new(AwaitingFault { at, what, deadline, within }));
        }
        if let Some(messages) = &self.messages {
            let conn = self.conn.and_then(ConnId::new);
            let awaited = Awaited::new(messages.clone(), conn, spec);
            let (deadline, within) = (session.in_own_time(self.within), self.within);
            return Ok(Box::new(AwaitingMessages { at, awaited, deadline, within }));
        }
        let bytes = match &self.bytes {
            Some(ExpectedBytes::Exactly(content)) => Some(WantedBytes::Exactly(payload::encode(content, spec)?)),
            Some(ExpectedBytes::Count(count)) => Some(WantedBytes::Count(*count)),
            None => None,
        };
        let wanted = Wanted {
            conn: self.conn.and_then(ConnId::new),
            bytes,
            eof: self.eof,
            error: self.error.clone(),
            one_stream: spec.kind.is_client(),
            encoding: spec.encoding,
        };
        let expecting = Expecting::new(wanted);
        Ok(Box::new(Awaiting { at, expecting, deadline: session.in_own_time(self.within), within: self.within }))
    }

    fn awaits_at(&self) -> Option<(&str, bool)> {
        Some((&self.at, self.messages.is_some() || matches!(self.bytes, Some(ExpectedBytes::Exactly(_)))))
    }

    fn is_expect(&self) -> bool {
        true
    }
}

#[derive(Debug)]
struct Awaiting {
    at: EndpointId,
    expecting: Expecting,
    deadline: Nanos,
    within: Duration,
}

impl Running for Awaiting {
    fn own_deadline(&self) -> Option<Nanos> {
        Some(self.deadline)
    }

    fn advance(&mut self, session: &mut Session, run: &mut Runner) -> Progress {
        let open = session.endpoint_now(self.at).is_some_and(|endpoint| !endpoint.live.is_closed());
        let verdict = match run.inboxes.get_mut(&self.at) {
            Some(inbox) => self.expecting.judge(inbox, open),
            None => Verdict::Waiting,
        };
        let (detail, ok) = match verdict {
            Verdict::Waiting if session.own_time() < self.deadline => return Progress::Waiting,
            Verdict::Waiting => (self.expecting.late(self.within), false),
            Verdict::Met(detail) => (detail, true),
            Verdict::Failed(detail) => (detail, false),
        };
        Progress::Ended(Ending::Judged { detail, ok })
    }
}
