//! A `download` step.

use super::carry::{Carry, Ending, Progress, Running, Started};
use super::{Detail, Downloaded, Runner};
use crate::engine::{DownloadRequest, JobId};
use crate::lab::EndpointId;
use crate::lab::step::Download;
use crate::session::Session;
use crate::trace::NoticeKind;

impl Carry for Download {
    fn begin(&self, session: &mut Session, _: &mut Runner) -> Started {
        let (endpoint, spec) = session.named(&self.from)?;
        let protocol = self.protocol.or_else(|| spec.remote.as_ref().map(|remote| session.protocol_of(remote)));
        let request = DownloadRequest {
            protocol: protocol.unwrap_or_default(),
            name: self.name.clone(),
            save_to: self.save_to.clone(),
            expected: self.sha256,
            part: None,
            replaces_empty: false,
        };
        let job = session.download(endpoint, Box::new(request));
        Ok(Box::new(Downloading { job, endpoint, done: None }))
    }

    fn is_expect(&self) -> bool {
        true
    }
}

#[derive(Debug)]
struct Downloading {
    job: JobId,
    endpoint: EndpointId,
    done: Option<Downloaded>,
}

impl Running for Downloading {
    /// It has not become a transfer.
    fn on_done(&mut self, job: JobId, result: &Result<(), NoticeKind>) -> bool {
        if job == self.job {
            self.done = Some(result.clone().map(|()| None));
        }
        job == self.job
    }

    fn on_downloaded(&mut self, job: JobId, result: &Downloaded) -> bool {
        if job == self.job {
            self.done = Some(result.clone());
        }
        job == self.job
    }

    fn endpoint_of_job(&self) -> Option<EndpointId> {
        self.done.is_none().then_some(self.endpoint)
    }

    fn on_held(&mut self) {
        self.done.get_or_insert(Ok(None));
    }

    fn advance(&mut self, _: &mut Session, _: &mut Runner) -> Progress {
        match self.done.take() {
            None => Progress::Waiting,
            Some(result) => {
                let result = result.map(|what| what.map_or(Detail::Done, Detail::Downloaded));
                Progress::Ended(Ending::Done { at: Some(self.endpoint), result })
            }
        }
    }
}
