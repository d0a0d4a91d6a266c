//! How a step is carried out. Each kind of step has its [`Carry`] in a file of its own.

use std::fmt;
use std::time::Duration;

use super::{Detail, Downloaded, Runner};
use crate::engine::JobId;
use crate::lab::step::{Action, each_step};
use crate::lab::{EndpointId, EndpointSpec, Remote};
use crate::session::Session;
use crate::trace::held::{Became, HeldId};
use crate::trace::{Nanos, NoticeKind};

/// What a run does for a kind of step.
pub(super) trait Carry {
    /// Begins the step.
    fn begin(&self, session: &mut Session, run: &mut Runner) -> Started;

    /// The endpoint of which it must be known what arrives there, and whether its bytes are compared.
    fn awaits_at(&self) -> Option<(&str, bool)> {
        None
    }

    /// Whether it finds something out, so that its end is reported also where all is well.
    fn is_expect(&self) -> bool {
        false
    }

    /// Whether it does not matter to the step that its command failed so.
    fn may_fail_with(&self, _: &NoticeKind) -> bool {
        false
    }
}

/// A step that was begun, or why it could not be.
pub(super) type Started = Result<Box<dyn Running>, Detail>;

/// A step that was begun and has not ended.
pub(super) trait Running: fmt::Debug + Send {
    /// A command has ended. Gives whether the step waits for that one.
    fn on_done(&mut self, _: JobId, _: &Result<(), NoticeKind>) -> bool {
        false
    }

    /// A download has ended. Gives whether the step waits for that one.
    fn on_downloaded(&mut self, _: JobId, _: &Downloaded) -> bool {
        false
    }

    /// The endpoint whose job it awaits, which may come to be held before it.
    fn endpoint_of_job(&self) -> Option<EndpointId> {
        None
    }

    /// The job has come to a call that is held, and no further by itself.
    fn on_held(&mut self) {}

    /// News of a held call that was let through.
    fn on_became(&mut self, _: HeldId, _: Became) {}

    /// When it must be asked again in the lab's own time, which stands still while a call is held.
    fn own_deadline(&self) -> Option<Nanos> {
        None
    }

    /// When it must be asked again even if nothing happens.
    fn deadline(&self) -> Option<Nanos> {
        None
    }

    /// How far it is, after whatever has happened.
    fn advance(&mut self, session: &mut Session, run: &mut Runner) -> Progress;
}

pub(super) enum Progress {
    /// Something must happen first.
    Waiting,
    /// Its next part.
    Then(Box<dyn Running>),
    Ended(Ending),
}

/// How a step ended, before its `fails` is considered.
pub(super) enum Ending {
    /// It was done, or the call that failed says why not.
    Done { at: Option<EndpointId>, result: Result<Detail, NoticeKind> },
    /// What has arrived was judged.
    Judged { detail: Detail, ok: bool },
}

macro_rules! carried {
    ($($kind:ident),+) => {
        /// What a run does for that step.
        pub(super) fn carry(action: &Action) -> &dyn Carry {
            match action {
                $(Action::$kind(step) => step),+
            }
        }
    };
}
each_step!(carried);

impl Session {
    /// The moment that long after now.
    pub(super) fn after(&self, time: Duration) -> Nanos {
        Nanos(self.now().0.saturating_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)))
    }

    /// The same in the lab's own time.
    pub(super) fn in_own_time(&self, time: Duration) -> Nanos {
        Nanos(self.own_time().0.saturating_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)))
    }

    /// The endpoint that a step names.
    pub(super) fn holder(&self, name: &str) -> Result<EndpointId, Detail> {
        match self.program_named_now(name) {
            Some(program) => Ok(program.id),
            None => self.named(name).map(|(id, _)| id),
        }
    }

    /// An endpoint of the lab.
    pub(super) fn named(&self, name: &str) -> Result<(EndpointId, &EndpointSpec), Detail> {
        let endpoint = self.endpoint_named(name).ok_or_else(|| Detail::NoEndpoint { name: name.to_owned() })?;
        Ok((endpoint.id, &endpoint.spec))
    }
}

/// What messages call a destination.
pub(super) fn target(remote: &Remote) -> String {
    remote.to_string().trim_start_matches('@').to_owned()
}
