//! Sending the same again and again: at an interval in milliseconds, a number of times, or until it is stopped.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior};

use crate::engine::link::channel::EventSender;
use crate::engine::link::command::{Job, JobId, Target};
use crate::engine::link::completion::Completion;
use crate::engine::link::error::Error;
use crate::engine::link::event::Event;
use crate::engine::link::request::Request;

/// The shortest interval (tokio's timers count in milliseconds).
pub const SHORTEST: Duration = Duration::from_millis(1);

pub struct Repeat {
    pub events: EventSender,
    pub job: JobId,
    pub requests: mpsc::Sender<Request>,
    pub target: Target,
    pub bytes: Bytes,
    pub every: Duration,
    pub times: u32,
}

impl Repeat {
    /// Goes on until all are sent, one fails, or `stop` is dropped or used. A payload is sent only after the one before
    /// has gone out, so that a slow peer slows the repeat instead of filling a queue.
    pub async fn run(self, whole: Completion, mut stop: oneshot::Receiver<()>) {
        let mut ticks = tokio::time::interval_at(Instant::now(), self.every.max(SHORTEST));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for sent in 1..=self.times {
            tokio::select! {
                biased;
                _ = &mut stop => break,
                _ = ticks.tick() => {}
            }
            let result = tokio::select! {
                biased;
                _ = &mut stop => break,
                result = self.send_once() => result,
            };
            if let Err(error) = result {
                whole.finish(Err(error));
                return;
            }
            self.events.send(Event::Repeated { job: self.job, endpoint: self.target.endpoint, sent });
        }
        whole.finish(Ok(()));
    }

    async fn send_once(&self) -> Result<(), Error> {
        let (done, finished) = Completion::of_task();
        let request = Request { target: self.target.clone(), job: Job::Send(self.bytes.clone()), done };
        if let Err(mpsc::error::SendError(request)) = self.requests.send(request).await {
            request.refuse_closed();
        }
        // Every part says how it went, also when it is dropped.
        finished.await.unwrap_or(Ok(()))
    }
}
