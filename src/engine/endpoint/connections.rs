//! The connections of one endpoint: a server's many, a client's one. Passes requests on to those that they are for.

use std::collections::BTreeMap;
use std::future::Future;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::engine::connection::request::ConnRequest;
use crate::engine::connection::terms::Terms;
use crate::engine::link::command::{Job, Peers};
use crate::engine::link::completion::Completion;
use crate::engine::link::error::Error;
use crate::engine::link::request::Request;
use crate::engine::socket::multicast;
use crate::trace::ConnId;
use crate::trace::notice::{Missing, Refused};

/// The most requests that wait for one connection.
const MAX_REQUESTS: usize = 64;

/// Sends to all of them in their order: each finishes before the next begins, which the runtime would not guarantee.
pub async fn send_in_order(all: Vec<mpsc::Sender<ConnRequest>>, request: Request) {
    let is_empty = all.is_empty();
    for requests in all {
        give(&requests, &request);
        drop(requests);
        tokio::task::yield_now().await;
    }
    finish_split(request, is_empty);
}

/// Gives a connection its share of a request.
fn give(requests: &mpsc::Sender<ConnRequest>, request: &Request) {
    let Request { target, job, done } = request;
    let share = Request { target: target.clone(), job: job.clone(), done: done.split() };
    // One that has just ended drops its part, which then says so.
    if let Err(mpsc::error::TrySendError::Full(request)) = requests.try_send(ConnRequest::Do(share)) {
        request.finish(Err(Refused::Busy.into()));
    }
}

/// Ends what is left of a request whose shares have been given.
fn finish_split(request: Request, for_nobody: bool) {
    request.finish(if for_nobody { Err(Error::missing(Missing::Connection)) } else { Ok(()) });
}

/// Connections, each with a task that gives back a `T`.
pub struct Connections<T> {
    requests: BTreeMap<ConnId, mpsc::Sender<ConnRequest>>,
    tasks: JoinSet<(ConnId, T)>,
}

/// A connection whose task has ended.
pub struct Ended<T> {
    pub conn: ConnId,
    /// The way to it, for whoever goes on with it.
    pub requests: Option<mpsc::Sender<ConnRequest>>,
    pub result: T,
}

impl<T> Default for Connections<T> {
    fn default() -> Self {
        Self { requests: BTreeMap::new(), tasks: JoinSet::new() }
    }
}

impl<T: Send + 'static> Connections<T> {
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    pub fn has(&self, conn: ConnId) -> bool {
        self.requests.contains_key(&conn)
    }

    pub fn len(&self) -> usize {
        self.requests.len()
    }

    /// Begins a connection's task, which ends when its requests have no sender any more. What it gives back comes out of
    /// [`Self::ended`].
    pub fn spawn<F>(&mut self, id: ConnId, task: impl FnOnce(mpsc::Receiver<ConnRequest>) -> F)
    where
        F: Future<Output = T> + Send + 'static,
    {
        let (sender, receiver) = mpsc::channel(MAX_REQUESTS);
        self.go_on(id, sender, task(receiver));
    }

    /// Goes on with a connection that there is a way to.
    pub fn go_on(
        &mut self,
        id: ConnId,
        requests: mpsc::Sender<ConnRequest>,
        task: impl Future<Output = T> + Send + 'static,
    ) {
        self.requests.insert(id, requests);
        self.tasks.spawn(async move { (id, task.await) });
    }

    /// Waits until a connection has ended; for ever where there is none. `None` for one whose task panicked.
    pub async fn ended(&mut self) -> Option<Ended<T>> {
        match self.tasks.join_next().await {
            Some(Ok((conn, result))) => Some(Ended { conn, requests: self.requests.remove(&conn), result }),
            // A task that panicked has no id to give: whoever's request channel is closed is gone.
            Some(Err(_)) => {
                self.requests.retain(|_, requests| !requests.is_closed());
                None
            }
            None => std::future::pending().await,
        }
    }

    /// Gives one connection a request of its own; it comes back where there is no such connection.
    #[expect(clippy::result_large_err, reason = "rare: a connection that has just ended")]
    pub fn give(&self, conn: ConnId, request: ConnRequest) -> Result<(), ConnRequest> {
        match self.requests.get(&conn) {
            Some(requests) => requests.try_send(request).map_err(mpsc::error::TrySendError::into_inner),
            None => Err(request),
        }
    }

    /// Passes a request on to the connections that it is for. What is for the endpoint itself is done with it.
    pub fn pass_on(&self, request: Request) {
        let Request { target, job, done } = request;
        match job {
            Job::Send(_) | Job::Shutdown(_) | Job::CloseConn { .. } => self.split(Request { target, job, done }),
            Job::Download { .. } => done.finish(Err(Refused::NotForFiles.into())),
            Job::Fault(_) => done.finish(Err(Error::missing(Missing::Endpoint))),
            Job::Membership { group, join } => done.finish(Err(multicast::not_here(*group, join))),
            Job::Open(_) | Job::Close | Job::RemoveStale(_) | Job::Apply { .. } => done.finish(Ok(())),
        }
    }

    /// The terms of all connections change. One that has just ended has no need of them.
    pub fn change(&self, terms: &Terms, done: &Completion) {
        for requests in self.requests.values() {
            let request = ConnRequest::Apply { terms: Box::new(terms.clone()), done: done.split() };
            match requests.try_send(request) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(request)) => request.finish(Err(Refused::Busy.into())),
                Err(mpsc::error::TrySendError::Closed(request)) => request.finish(Ok(())),
            }
        }
    }

    /// The ways to all connections, the oldest first.
    pub fn all(&self) -> Vec<mpsc::Sender<ConnRequest>> {
        self.requests.values().cloned().collect()
    }

    fn split(&self, request: Request) {
        let meant = match request.target.peers {
            Peers::All => self.requests.range(..),
            Peers::Conn(conn) => self.requests.range(conn..=conn),
            Peers::Dest(_) => return finish_split(request, true),
        };
        let mut for_nobody = true;
        for (_, requests) in meant {
            for_nobody = false;
            give(requests, &request);
        }
        finish_split(request, for_nobody);
    }

    /// Closes every connection and waits until that is done.
    pub async fn close_all(&mut self) -> Vec<(ConnId, T)> {
        // A connection without a sender of requests closes, even where its queue of requests is full.
        self.requests.clear();
        let mut ended = Vec::new();
        while let Some(one) = self.tasks.join_next().await {
            ended.extend(one.ok());
        }
        ended
    }
}
