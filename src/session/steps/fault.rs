//! A `fault` and a `calm` step, and what awaits that a fault happens.

use std::time::Duration;

use super::carry::{Carry, Ending, Progress, Running, Started};
use super::until_done::UntilDone;
use super::{Detail, End, Runner};
use crate::engine::FaultSwitch;
use crate::lab::EndpointId;
use crate::lab::step::{Calm, Fault};
use crate::session::Session;
use crate::trace::Nanos;

impl Carry for Fault {
    fn begin(&self, session: &mut Session, _: &mut Runner) -> Started {
        let (endpoint, _) = session.named(&self.at)?;
        let job = session.switch_fault(endpoint, FaultSwitch::On(Box::new(self.fault.clone())));
        Ok(UntilDone::boxed(job, endpoint))
    }
}

impl Carry for Calm {
    fn begin(&self, session: &mut Session, _: &mut Runner) -> Started {
        let (endpoint, _) = session.named(&self.at)?;
        let job = session.switch_fault(endpoint, FaultSwitch::Calm);
        Ok(UntilDone::boxed(job, endpoint))
    }
}

/// Awaits that the ledger has a fault of that kind or name, which no `expect` before has taken.
#[derive(Debug)]
pub(super) struct AwaitingFault {
    pub at: EndpointId,
    pub what: String,
    pub deadline: Nanos,
    pub within: Duration,
}

impl Running for AwaitingFault {
    fn deadline(&self) -> Option<Nanos> {
        Some(self.deadline)
    }

    fn advance(&mut self, session: &mut Session, run: &mut Runner) -> Progress {
        let from = run.faults_from.entry(self.at).or_default();
        let (detail, ok) = match session.ledger().find_from(*from, self.at, &self.what) {
            Some(number) => {
                *from = number + 1;
                (Detail::Harmed { what: self.what.clone() }, true)
            }
            None if session.now() < self.deadline => return Progress::Waiting,
            None => (Detail::NoFault { expected: self.what.clone(), why: End::Late(self.within) }, false),
        };
        Progress::Ended(Ending::Judged { detail, ok })
    }
}
