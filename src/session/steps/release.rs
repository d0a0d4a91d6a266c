//! A `release` step.

use super::carry::{Carry, Ending, Progress, Running, Started};
use super::{Detail, Runner};
use crate::lab::step::Release;
use crate::session::Session;

impl Carry for Release {
    fn begin(&self, session: &mut Session, _: &mut Runner) -> Started {
        let at = session.holder(&self.at)?;
        session.hold(at, false);
        Ok(Box::new(Released))
    }
}

#[derive(Debug)]
struct Released;

impl Running for Released {
    fn advance(&mut self, _: &mut Session, _: &mut Runner) -> Progress {
        Progress::Ended(Ending::Done { at: None, result: Ok(Detail::Done) })
    }
}
