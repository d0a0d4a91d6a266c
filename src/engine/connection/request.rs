//! What reaches a connection's task.

use super::terms::Terms;
use crate::engine::link::command::Job;
use crate::engine::link::completion::Completion;
use crate::engine::link::error::Error;
use crate::engine::link::request::Request;
use crate::trace::notice::Refused;

pub enum ConnRequest {
    /// A job of its endpoint that is for this connection too.
    Do(Request),
    /// The endpoint's spec has changed.
    Apply { terms: Box<Terms>, done: Completion },
    /// To end the conversation and give the socket back as it is, for a download. Where it can't, `done` says so and it
    /// goes on.
    MakeWay { done: Completion },
}

impl ConnRequest {
    pub fn finish(self, result: Result<(), Error>) {
        match self {
            Self::Do(request) => request.finish(result),
            Self::Apply { done, .. } | Self::MakeWay { done } => done.finish(result),
        }
    }

    /// Whether it closes the connection and how: with a reset or not, and what is done then.
    #[expect(clippy::result_large_err, reason = "whoever asks goes on with it at once")]
    pub fn closes(self) -> Result<(bool, Completion), Self> {
        match self {
            Self::Do(Request { job: Job::CloseConn { reset }, done, .. }) => Ok((reset, done)),
            other => Err(other),
        }
    }

    /// The answer of a connection that carries a file: what has changed meanwhile is for those that come after it.
    pub fn refuse_for_file(self) {
        let waits = matches!(self, Self::Apply { .. });
        self.finish(if waits { Ok(()) } else { Err(Refused::NotForFiles.into()) });
    }
}
