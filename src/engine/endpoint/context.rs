//! An endpoint for the time from its opening to its closing, and how it opens.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::engine::link::command::{DownloadRequest, Job};
use crate::engine::link::completion::Completion;
use crate::engine::link::error::Error;
use crate::engine::link::event::{Event, SocketState};
use crate::engine::link::request::Request;
use crate::engine::tap::Tap;
use crate::engine::transfer::download_task::DownloadOutcome;
use crate::engine::transfer::registry::Registry;
use crate::lab::EndpointSpec;
use crate::service::Counter;
use crate::trace::NoticeKind;
use crate::trace::notice::Refused;

/// An endpoint for the time from its opening to its closing.
#[derive(Clone)]
pub struct EndpointContext {
    pub tap: Tap,
    pub spec: Arc<EndpointSpec>,
    pub counter: Arc<Counter>,
    pub transfers: Arc<Registry>,
    pub bounds: Bounds,
}

/// What bounds an endpoint, besides its spec.
#[derive(Clone, Copy)]
pub struct Bounds {
    /// The most replies of a datagram endpoint's service in one second.
    pub datagram_replies: u32,
    /// How long a relay of datagrams keeps the socket of a client that is silent.
    pub relay_idle: Duration,
}

/// How an endpoint came to be closed: by a request, which is then done, or by itself.
pub type ClosedBy = Option<Completion>;

/// Why an endpoint did not open.
pub enum NotOpened {
    Failed(Error),
    /// A `Close` came first.
    Cancelled(Completion),
    /// The program ends.
    Abandoned,
}

impl From<Error> for NotOpened {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// What a client that is closed leaves to its endpoint.
#[derive(Default)]
pub struct Carryover {
    /// Those whose commands are not done yet.
    pub downloads: Vec<DownloadOutcome>,
    /// The number that its next connection gets at least: a download that closes by itself may be over before the session
    /// knows that it had a connection.
    pub next_conn: u32,
}

/// What a client is opened for.
pub enum OpenFor {
    Conversation(Completion),
    /// A download, after which it closes by itself.
    Download(Box<DownloadRequest>, Completion),
}

impl EndpointContext {
    /// The same endpoint by another spec, as far as that needs no new socket.
    pub fn changed_to(&self, spec: &EndpointSpec) -> Self {
        Self { spec: Arc::new(self.spec.changed_to(spec)), ..self.clone() }
    }

    /// It goes on by that from here on.
    pub fn change(&mut self, to: Self) {
        if self.spec.service.reply != to.spec.service.reply {
            self.counter.forget_rules();
        }
        *self = to;
    }

    pub fn state(&self, state: SocketState) {
        self.tap.events.send(Event::Endpoint { endpoint: self.tap.endpoint, state });
    }

    pub fn note(&self, kind: NoticeKind) {
        self.tap.note(kind);
    }

    pub fn report(&self, error: Error) {
        self.tap.report(error);
    }

    /// Waits for an opening, which may take long (names, connections), while requests keep being answered.
    pub async fn opening<T>(
        &self,
        opening: impl Future<Output = Result<T, Error>>,
        requests: &mut mpsc::Receiver<Request>,
    ) -> Result<T, NotOpened> {
        self.opening_before(opening, requests, Request::refuse_closed).await
    }

    /// The same; `others` gets the requests that are for an endpoint that is open.
    pub async fn opening_before<T>(
        &self,
        opening: impl Future<Output = Result<T, Error>>,
        requests: &mut mpsc::Receiver<Request>,
        mut others: impl FnMut(Request),
    ) -> Result<T, NotOpened> {
        tokio::pin!(opening);
        loop {
            tokio::select! {
                opened = &mut opening => return opened.map_err(NotOpened::Failed),
                request = requests.recv() => match request {
                    Some(Request { job: Job::Close, done, .. }) => return Err(NotOpened::Cancelled(done)),
                    Some(request) if matches!(request.job, Job::Open(_)) => request.finish(Ok(())),
                    Some(request) => others(request),
                    None => return Err(NotOpened::Abandoned),
                },
            }
        }
    }

    /// Says how an opening failed, and what closed the endpoint.
    pub fn not_opened(&self, why: NotOpened, opened: Completion) -> ClosedBy {
        match why {
            NotOpened::Failed(error) => {
                // The state first: a waiter for the job finds the endpoint closed.
                self.state(SocketState::Closed);
                opened.finish(Err(error));
                None
            }
            NotOpened::Cancelled(done) => {
                opened.finish(Err(Refused::OpeningCancelled.into()));
                Some(done)
            }
            NotOpened::Abandoned => {
                opened.finish(Err(Refused::OpeningCancelled.into()));
                None
            }
        }
    }
}
