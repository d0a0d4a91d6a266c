//! The envelope in which a job goes from the engine to an endpoint's task, and on to a connection's.

use super::command::{Job, Target};
use super::completion::Completion;
use super::error::Error;
use crate::trace::notice::Missing;

/// A job on its way to whoever does it, with the part of its command that it ends.
pub struct Request {
    pub target: Target,
    pub job: Job,
    pub done: Completion,
}

impl Request {
    pub fn finish(self, result: Result<(), Error>) {
        self.done.finish(result);
    }

    /// The answer where the endpoint isn't open. Closing what is closed is not an error; a change waits for the opening.
    pub fn refuse_closed(self) {
        let nothing_to_do = matches!(self.job, Job::Close | Job::CloseConn { .. } | Job::Apply { .. });
        self.finish(if nothing_to_do { Ok(()) } else { Err(Error::missing(Missing::Endpoint)) });
    }
}
