//! The connections of one endpoint: a server's many, a client's one. Passes requests on to those that they are for.

use std::collections::BTreeMap;
use std::future::Future;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::engine::connection::request::ConnRequest;
use crate::engine::connection::terms::Terms;
use crate::engine::link::command::Peers;
use crate::engine::link::completion::Completion;
use crate::engine::link::request::Request;
use crate::engine::socket::multicast;
use crate::engine::transfer::download_task::PendingCompletion;
use crate::trace::notice::Missing;
use crate::trace::{ConnId, NoticeKind};

/// The most requests that wait for one connection.
const MAX_ORDERS: usize = 64;

/// Sends to all of them in their order: each finishes before the next begins, which the runtime would not guarantee.
pub async fn send_in_order(all: Vec<mpsc::Sender<ConnRequest>>, bytes: Bytes, done: Completion) {
    let is_empty = all.is_empty();
    for requests in all {
        let request = ConnRequest::Send { bytes: bytes.clone(), done: done.split() };
        // One that has just ended drops its part, which then says so.
        if let Err(mpsc::error::TrySendError::Full(request)) = requests.try_send(request) {
            request.refuse(NoticeKind::Busy);
        }
        drop(requests);
        tokio::task::yield_now().await;
    }
    done.finish(if is_empty { Err(NoticeKind::NoSuchTarget { what: Missing::Connection }) } else { Ok(()) });
}

#[derive(Default)]
pub struct Connections {
    requests: BTreeMap<ConnId, mpsc::Sender<ConnRequest>>,
    tasks: JoinSet<(ConnId, Option<PendingCompletion>)>,
}

impl Connections {
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    pub fn has(&self, conn: ConnId) -> bool {
        self.requests.contains_key(&conn)
    }

    pub fn len(&self) -> usize {
        self.requests.len()
    }

    /// Begins a connection's task, which ends when its requests have no sender any more. What it gives back, a download
    /// whose command is not done yet, comes out of [`Self::ended`].
    pub fn spawn<F>(&mut self, id: ConnId, task: impl FnOnce(mpsc::Receiver<ConnRequest>) -> F)
    where
        F: Future<Output = Option<PendingCompletion>> + Send + 'static,
    {
        let (sender, receiver) = mpsc::channel(MAX_ORDERS);
        self.requests.insert(id, sender);
        let task = task(receiver);
        self.tasks.spawn(async move { (id, task.await) });
    }

    /// Waits until a connection has ended; for ever where there is none.
    pub async fn ended(&mut self) -> Option<PendingCompletion> {
        match self.tasks.join_next().await {
            Some(Ok((id, completion))) => {
                self.requests.remove(&id);
                completion
            }
            // A task that panicked has no id to give: whoever's request channel is closed is gone.
            Some(Err(_)) => {
                self.requests.retain(|_, requests| !requests.is_closed());
                None
            }
            None => std::future::pending().await,
        }
    }

    /// Gives one connection a request; it comes back where there is no such connection.
    pub fn give(&self, conn: ConnId, request: ConnRequest) -> Result<(), ConnRequest> {
        match self.requests.get(&conn) {
            Some(requests) => requests.try_send(request).map_err(mpsc::error::TrySendError::into_inner),
            None => Err(request),
        }
    }

    /// Passes a request on that is not [`Request::Open`] or [`Request::Close`], which are the endpoint's own.
    pub fn pass_on(&self, request: Request) {
        match request {
            Request::Send { to: Peers::All, bytes, done } => {
                self.to(None, done, |done| ConnRequest::Send { bytes: bytes.clone(), done });
            }
            Request::Send { to: Peers::Conn(conn), bytes, done } => {
                self.to(Some(conn), done, |done| ConnRequest::Send { bytes: bytes.clone(), done });
            }
            Request::Send { to: Peers::Dest(_), done, .. } => {
                done.finish(Err(NoticeKind::NoSuchTarget { what: Missing::Connection }));
            }
            Request::Shutdown { conn, how, done } => self.to(conn, done, |done| ConnRequest::Shutdown { how, done }),
            Request::CloseConn { conn, reset, done } => self.to(conn, done, |done| ConnRequest::Close { reset, done }),
            Request::Download { done, .. } => done.finish(Err(NoticeKind::NotForFiles)),
            Request::Open { done, .. }
            | Request::Close { done }
            | Request::RemoveStale { done, .. }
            | Request::Apply { done, .. } => done.finish(Ok(())),
            Request::Membership { group, join, done } => done.finish(Err(multicast::not_here(*group, join))),
        }
    }

    /// The terms of all connections change. One that has just ended has no need of them.
    pub fn change(&self, terms: &Terms, done: &Completion) {
        for requests in self.requests.values() {
            let request = ConnRequest::Apply { terms: Box::new(terms.clone()), done: done.split() };
            match requests.try_send(request) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(request)) => request.refuse(NoticeKind::Busy),
                Err(mpsc::error::TrySendError::Closed(request)) => request.finished(),
            }
        }
    }

    /// The ways to all connections, the oldest first.
    pub fn all(&self) -> Vec<mpsc::Sender<ConnRequest>> {
        self.requests.values().cloned().collect()
    }

    fn to(&self, conn: Option<ConnId>, done: Completion, request: impl Fn(Completion) -> ConnRequest) {
        let meant = match conn {
            Some(conn) => self.requests.range(conn..=conn),
            None => self.requests.range(..),
        };
        let mut found = false;
        for (_, requests) in meant {
            found = true;
            // One that has just ended drops its part, which then says so.
            if let Err(mpsc::error::TrySendError::Full(request)) = requests.try_send(request(done.split())) {
                request.refuse(NoticeKind::Busy);
            }
        }
        done.finish(if found { Ok(()) } else { Err(NoticeKind::NoSuchTarget { what: Missing::Connection }) });
    }

    /// Closes every connection and waits until that is done.
    pub async fn close_all(&mut self) -> Vec<PendingCompletion> {
        // A connection without a sender of requests closes, even where its queue of requests is full.
        self.requests.clear();
        let mut completion = Vec::new();
        while let Some(ended) = self.tasks.join_next().await {
            completion.extend(ended.ok().and_then(|(_, completion)| completion));
        }
        completion
    }
}
