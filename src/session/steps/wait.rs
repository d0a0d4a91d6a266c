//! A `wait` step.

use super::carry::{Carry, Ending, Progress, Running, Started};
use super::{Detail, Runner};
use crate::lab::step::Wait;
use crate::session::Session;
use crate::trace::Nanos;

impl Carry for Wait {
    fn begin(&self, session: &mut Session, _: &mut Runner) -> Started {
        Ok(Box::new(Until(session.after(self.0))))
    }
}

#[derive(Debug)]
struct Until(Nanos);

impl Running for Until {
    fn deadline(&self) -> Option<Nanos> {
        Some(self.0)
    }

    fn advance(&mut self, session: &mut Session, _: &mut Runner) -> Progress {
        if session.now() < self.0 {
            return Progress::Waiting;
        }
        Progress::Ended(Ending::Done { at: None, result: Ok(Detail::Done) })
    }
}
