//! A step that ends with a command.

use super::Detail;
use super::Runner;
use super::carry::{Ending, Progress, Running};
use crate::engine::JobId;
use crate::lab::EndpointId;
use crate::session::Session;
use crate::trace::NoticeKind;

#[derive(Debug)]
pub(super) struct UntilDone {
    job: JobId,
    endpoint: EndpointId,
    done: Option<Result<(), NoticeKind>>,
}

impl UntilDone {
    pub(super) fn new(job: JobId, endpoint: EndpointId) -> Self {
        Self { job, endpoint, done: None }
    }

    /// The same as what a step goes on with.
    pub(super) fn boxed(job: JobId, endpoint: EndpointId) -> Box<dyn Running> {
        Box::new(Self::new(job, endpoint))
    }

    pub(super) fn endpoint(&self) -> EndpointId {
        self.endpoint
    }

    /// True where the command was carried out.
    pub(super) fn has_succeeded(&self) -> bool {
        matches!(self.done, Some(Ok(())))
    }
}

impl Running for UntilDone {
    fn on_done(&mut self, job: JobId, result: &Result<(), NoticeKind>) -> bool {
        if job == self.job {
            self.done = Some(result.clone());
        }
        job == self.job
    }

    fn endpoint_of_job(&self) -> Option<EndpointId> {
        self.done.is_none().then_some(self.endpoint)
    }

    fn on_held(&mut self) {
        self.done.get_or_insert(Ok(()));
    }

    fn advance(&mut self, _: &mut Session, _: &mut Runner) -> Progress {
        match self.done.take() {
            None => Progress::Waiting,
            Some(result) => {
                Progress::Ended(Ending::Done { at: Some(self.endpoint), result: result.map(|()| Detail::Done) })
            }
        }
    }
}
