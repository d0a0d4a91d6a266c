//! A command in flight: each part of it reports its result, and the last one ends it. Nothing is forgotten: a
//! part that is dropped undone (its connection ended first) counts as failed.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::channel::EventSender;
use super::command::JobId;
use super::error::Error;
use super::event::Event;
use crate::lab::EndpointId;
use crate::trace::ConnId;
use crate::trace::notice::Missing;

/// One share of a command.
pub struct Completion {
    job: Arc<Job>,
    said: bool,
}

struct Job {
    /// The first failure.
    error: Mutex<Option<Error>>,
    finish: Mutex<Option<Finish>>,
}

/// Who wants to know.
enum Finish {
    Session { events: EventSender, job: JobId, endpoint: EndpointId, conn: Option<ConnId> },
    Task(oneshot::Sender<Result<(), Error>>),
}

impl Completion {
    /// A command whose end is reported to the session.
    pub fn of_command(events: EventSender, job: JobId, endpoint: EndpointId, conn: Option<ConnId>) -> Self {
        Self::new(Finish::Session { events, job, endpoint, conn })
    }

    /// A command of the engine's own, whose end a task awaits.
    pub fn of_task() -> (Self, oneshot::Receiver<Result<(), Error>>) {
        let (sender, receiver) = oneshot::channel();
        (Self::new(Finish::Task(sender)), receiver)
    }

    fn new(finish: Finish) -> Self {
        Self { job: Arc::new(Job { error: Mutex::new(None), finish: Mutex::new(Some(finish)) }), said: false }
    }

    /// One more share; the command ends when all have.
    pub fn split(&self) -> Self {
        Self { job: Arc::clone(&self.job), said: false }
    }

    pub fn finish(mut self, result: Result<(), Error>) {
        self.say(result);
    }

    fn say(&mut self, result: Result<(), Error>) {
        self.said = true;
        if let Err(error) = result {
            self.job.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        if !self.said {
            self.say(Err(Error::missing(Missing::Connection)));
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let error = self.error.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let result = error.map_or(Ok(()), Err);
        match self.finish.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            Some(Finish::Session { events, job, endpoint, conn }) => {
                events.send(Event::Done { job, endpoint, conn, result });
            }
            // A task that no longer waits has ended.
            Some(Finish::Task(sender)) => drop(sender.send(result)),
            None => {}
        }
    }
}
