//! An `open` step.

use super::Runner;
use super::carry::{Carry, Started};
use super::until_done::UntilDone;
use crate::lab::step::Open;
use crate::session::Session;

impl Carry for Open {
    fn begin(&self, session: &mut Session, run: &mut Runner) -> Started {
        let (id, _) = session.named(&self.at)?;
        // Opening what is open changes nothing.
        let closed = session.endpoint_now(id).is_some_and(|endpoint| endpoint.live.is_closed());
        if let Some(inbox) = run.inboxes.get_mut(&id).filter(|_| closed) {
            inbox.clear();
        }
        Ok(UntilDone::boxed(session.open(id), id))
    }
}
