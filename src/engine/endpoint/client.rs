//! A stream client: connects and then goes on as a connection does. A download takes the connection over, or gets one of
//! its own beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::connections::{Connections, Ended};
use super::context::{Carryover, ClosedBy, EndpointContext, NotOpened, OpenFor};
use super::download;
use crate::engine::connection::conversation::{Connection, Passed};
use crate::engine::connection::request::ConnRequest;
use crate::engine::connection::terms::{Terms, responder};
use crate::engine::link::command::{Dest, DownloadRequest, Job, Peers};
use crate::engine::link::completion::Completion;
use crate::engine::link::error::Error;
use crate::engine::link::event::SocketState;
use crate::engine::link::request::Request;
use crate::engine::socket::connect::connect_first;
use crate::engine::socket::stream::Stream;
use crate::engine::socket::unix_path::OwnFile;
use crate::engine::tap::{Tap, Tapped};
use crate::engine::transfer::download_task::{DownloadOutcome, DownloadTask};
use crate::engine::transfer::registry::Cancelled;
use crate::lab::EndpointSpec;
use crate::lab::client_options::Backoff;
use crate::lab::transfer::MOST_TRANSFERS;
use crate::trace::notice::Refused;
use crate::trace::{ConnId, Ends, NoticeKind};

/// The most downloads of one client at once, beside its own connection: each takes a thread.
const MAX_DOWNLOADS: usize = MOST_TRANSFERS as usize;

/// Connects a client and runs it until it is closed, by a request or because its connections have ended.
pub async fn run(
    context: &EndpointContext,
    purpose: OpenFor,
    remote: Option<Dest>,
    next_conn: u32,
    requests: &mut mpsc::Receiver<Request>,
    carryover: &mut Carryover,
) -> ClosedBy {
    carryover.next_conn = carryover.next_conn.max(next_conn);
    let mut client = Client {
        context: context.clone(),
        own: Own::None,
        conversation: Connections::default(),
        downloads: Connections::default(),
        is_open: Arc::default(),
        waiting: None,
        remote: None,
        carryover,
    };
    let file = match purpose {
        OpenFor::Download(fetch, done) => {
            client.download(remote, next_conn, fetch, done);
            OwnFile::default()
        }
        OpenFor::Conversation(opened) => match client.open(opened, remote, requests).await {
            Ok(ends) => OwnFile::of(ends.local.as_ref().filter(|_| context.spec.local.is_some())),
            Err(closed_by) => return closed_by,
        },
    };
    let closed_by = client.run(requests).await;
    for (conn, free) in client.conversation.close_all().await {
        // Its way is closed: a download that goes on with it ends at once, as cancelled.
        client.own_ended(Ended { conn, requests: None, result: free });
    }
    let ended = client.downloads.close_all().await;
    client.carryover.downloads.extend(ended.into_iter().map(|(_, outcome)| outcome));
    file.remove();
    closed_by
}

struct Client<'a> {
    context: EndpointContext,
    own: Own,
    /// Its own connection, while that converses.
    conversation: Connections<Option<Free>>,
    /// Those that carry a download each.
    downloads: Connections<DownloadOutcome>,
    /// Whether the session has been told so.
    is_open: Arc<AtomicBool>,
    /// A download that waits for its own connection to make way.
    waiting: Option<Waiting>,
    /// Where its own connection went.
    remote: Option<Dest>,
    carryover: &'a mut Carryover,
}

/// A client's own connection.
#[derive(Clone, Copy)]
enum Own {
    None,
    Converses(ConnId),
    /// It has been asked to make way for a download. Where it did, it carries that.
    Asked(ConnId),
}

/// A connection that has made way, with what is still to be answered.
struct Free {
    tapped: Tapped<Stream>,
    spec: Arc<EndpointSpec>,
    requests: mpsc::Receiver<ConnRequest>,
}

/// A download that has no connection yet.
struct Waiting {
    task: DownloadTask,
    cancelled: Cancelled,
    remote: Option<Dest>,
    /// Whether the connection has made way.
    answer: oneshot::Receiver<Result<(), Error>>,
}

impl Client<'_> {
    /// Connects. Downloads that are asked for meanwhile come after that.
    async fn open(
        &mut self,
        opened: Completion,
        remote: Option<Dest>,
        requests: &mut mpsc::Receiver<Request>,
    ) -> Result<Arc<Ends>, ClosedBy> {
        let backoff = self.context.spec.client.reconnect.map(Backoff::new);
        match self.connect(remote, backoff, requests).await {
            Ok(ends) => {
                opened.finish(Ok(()));
                Ok(ends)
            }
            Err(why) => Err(self.context.not_opened(why, opened)),
        }
    }

    /// Connects, and tries again where it is to.
    async fn connect(
        &mut self,
        remote: Option<Dest>,
        mut backoff: Option<Backoff>,
        requests: &mut mpsc::Receiver<Request>,
    ) -> Result<Arc<Ends>, NotOpened> {
        let context = self.context.clone();
        let context = &context;
        let responder = responder(&context.spec, &context.counter)?;
        let mut early = Vec::new();
        let mut is_first = true;
        let connected = loop {
            let others = |request: Request| match request {
                request if matches!(request.job, Job::Download { .. }) && early.len() < MAX_DOWNLOADS => {
                    early.push(request);
                }
                request => request.refuse_closed(),
            };
            let connecting = connect_first(&context.tap, &context.spec, remote.clone(), self.carryover.next_conn);
            match context.opening_before(connecting, requests, others).await {
                Ok(connected) => break Ok(connected),
                Err(NotOpened::Failed(kind)) => {
                    let Some(pause) = backoff.as_mut().and_then(Backoff::pause) else {
                        break Err(NotOpened::Failed(kind));
                    };
                    // Each try is on record; what they have in common is said once.
                    if std::mem::take(&mut is_first) {
                        context.report(kind);
                        context.note(NoticeKind::ConnectsAgain { after: pause });
                    }
                    self.carryover.next_conn = self.carryover.next_conn.saturating_add(1);
                    let waiting = async {
                        sleep(pause).await;
                        Ok(())
                    };
                    if let Err(why) = context.opening(waiting, requests).await {
                        break Err(why);
                    }
                }
                Err(why) => break Err(why),
            }
        };
        let (stream, tap) = match connected {
            Ok(connected) => connected,
            Err(why) => {
                early.into_iter().for_each(Request::refuse_closed);
                return Err(why);
            }
        };
        let ends = Arc::clone(&tap.ends);
        // `connect_first` has made the tap of a connection.
        let Some(id) = tap.conn else { return Err(NotOpened::Abandoned) };
        context.state(SocketState::Open { local: ends.local.clone(), peer: ends.peer.clone() });
        self.is_open.store(true, Ordering::Relaxed);
        self.own = Own::Converses(id);
        self.remote = remote;
        self.carryover.next_conn = self.carryover.next_conn.saturating_add(1);
        let spec = Arc::clone(&context.spec);
        let connection = Box::new(Connection::new(Tapped::new(stream, tap), spec, responder));
        self.conversation.spawn(id, |mut requests| async move {
            // Only a server gives files.
            let Passed::Free { tapped, spec } = connection.run(&mut requests).await? else { return None };
            Some(Free { tapped, spec, requests })
        });
        for request in early {
            self.handle(request);
        }
        Ok(ends)
    }

    /// Its connection has ended and it is to connect again. `Ok` where it has.
    async fn connect_again(&mut self, requests: &mut mpsc::Receiver<Request>) -> Result<(), ClosedBy> {
        let (Some(reconnect), Some(remote)) = (self.context.spec.client.reconnect, self.remote.clone()) else {
            return Err(None);
        };
        let mut backoff = Backoff::new(reconnect);
        let Some(pause) = backoff.pause() else { return Err(None) };
        let context = self.context.clone();
        context.state(SocketState::Opening);
        context.note(NoticeKind::ConnectsAgain { after: pause });
        let waiting = async {
            sleep(pause).await;
            Ok(())
        };
        let again = match context.opening(waiting, requests).await {
            Ok(()) => self.connect(Some(remote), Some(backoff), requests).await.map(drop),
            Err(why) => Err(why),
        };
        again.map_err(|why| match why {
            NotOpened::Failed(kind) => {
                context.report(kind);
                None
            }
            NotOpened::Cancelled(done) => Some(done),
            NotOpened::Abandoned => None,
        })
    }

    async fn run(&mut self, requests: &mut mpsc::Receiver<Request>) -> ClosedBy {
        loop {
            if self.conversation.is_empty() && self.downloads.is_empty() {
                match self.connect_again(requests).await {
                    Ok(()) => continue,
                    Err(closed_by) => return closed_by,
                }
            }
            // What has ended goes first: a request that comes after that finds it so.
            tokio::select! {
                biased;
                ended = self.conversation.ended() => match ended {
                    Some(ended) => self.own_ended(ended),
                    None => self.goes_beside(),
                },
                ended = self.downloads.ended() => {
                    // The last one is reported when the endpoint is closed.
                    match ended.map(|ended| ended.result) {
                        Some(outcome) if self.conversation.is_empty() && self.downloads.is_empty() => {
                            self.carryover.downloads.push(outcome);
                        }
                        Some(outcome) => outcome.complete(),
                        None => {}
                    }
                }
                () = refused(&mut self.waiting) => self.goes_beside(),
                request = requests.recv() => match request {
                    Some(Request { job: Job::Close, done, .. }) => return Some(done),
                    Some(request) => self.handle(request),
                    None => return None,
                },
            }
        }
    }

    fn handle(&mut self, request: Request) {
        let Request { target, job, done } = request;
        match job {
            Job::Open(_) => {
                let converses = matches!(self.own, Own::Converses(own) if self.conversation.has(own));
                done.finish(if converses { Ok(()) } else { Err(Refused::NotForFiles.into()) });
            }
            Job::Apply { spec, .. } => self.change(&spec, done),
            Job::Download { opening, fetch } => self.download(opening.remote, opening.next_conn, fetch, done),
            job => self.pass_on(Request { target, job, done }),
        }
    }

    /// To the connection that is meant: its own one where none is named, also while that carries a download.
    fn pass_on(&self, mut request: Request) {
        if request.target.peers == Peers::All
            && let Own::Asked(own) = self.own
            && self.downloads.has(own)
        {
            request.target.peers = Peers::Conn(own);
        }
        let beside = match request.target.peers {
            Peers::Conn(conn) => self.downloads.has(conn),
            // Of a client that has opened for its downloads.
            Peers::All => self.conversation.is_empty() && matches!(request.job, Job::CloseConn { .. }),
            Peers::Dest(_) => false,
        };
        if beside { self.downloads.pass_on(request) } else { self.conversation.pass_on(request) }
    }

    /// Goes on by another spec, with the connection that is open too.
    fn change(&mut self, spec: &EndpointSpec, done: Completion) {
        let context = self.context.changed_to(spec);
        match responder(&context.spec, &context.counter) {
            Ok(responder) => {
                let spec = Arc::clone(&context.spec);
                let terms = Terms { spec, responder, files: None, held_open_told: Arc::default() };
                self.conversation.change(&terms, &done);
                self.context.change(context);
                done.finish(Ok(()));
            }
            Err(error) => done.finish(Err(error)),
        }
    }

    /// Over its own connection if that makes way, else over a new one.
    fn download(&mut self, remote: Option<Dest>, next_conn: u32, fetch: Box<DownloadRequest>, done: Completion) {
        let own_carries = matches!(self.own, Own::Asked(own) if self.downloads.has(own));
        if self.downloads.len() - usize::from(own_carries) >= MAX_DOWNLOADS {
            return done.finish(Err(Refused::Busy.into()));
        }
        self.carryover.next_conn = self.carryover.next_conn.max(next_conn);
        let (task, cancelled) = DownloadTask::new(&self.context.tap, &self.context.transfers, fetch, done);
        if let Own::Converses(own) = self.own {
            self.own = Own::Asked(own);
            let (done, answer) = Completion::of_task();
            // One that has just ended drops its part, which answers too.
            let _ = self.conversation.give(own, ConnRequest::MakeWay { done });
            self.waiting = Some(Waiting { task, cancelled, remote, answer });
        } else {
            self.begin_beside(task, cancelled, remote);
        }
    }

    /// Its own connection has ended, or has made way for the download that waits for it.
    fn own_ended(&mut self, ended: Ended<Option<Free>>) {
        let Some(Free { tapped, spec, requests }) = ended.result else {
            self.own = Own::None;
            return self.goes_beside();
        };
        let Some(Waiting { task, cancelled, .. }) = self.waiting.take() else { return };
        let download = async move { download::over(tapped, &spec, task, cancelled, requests).await };
        // Without a way to it, as when the client is being closed, it is closed by that.
        let way = ended.requests.unwrap_or_else(|| mpsc::channel(1).0);
        self.downloads.go_on(ended.conn, way, download);
    }

    /// The download that waits for its own connection gets another.
    fn goes_beside(&mut self) {
        if let Some(Waiting { task, cancelled, remote, .. }) = self.waiting.take() {
            self.begin_beside(task, cancelled, remote);
        }
    }

    fn begin_beside(&mut self, task: DownloadTask, cancelled: Cancelled, remote: Option<Dest>) {
        let Some(id) = ConnId::new(self.carryover.next_conn) else { return };
        self.carryover.next_conn = self.carryover.next_conn.saturating_add(1);
        let (context, is_open) = (self.context.clone(), Arc::clone(&self.is_open));
        let told = context.clone();
        let connected = move |tap: &Tap| {
            if !is_open.swap(true, Ordering::Relaxed) {
                told.state(SocketState::Open { local: tap.ends.local.clone(), peer: tap.ends.peer.clone() });
            }
        };
        self.downloads.spawn(id, |requests| {
            Box::pin(download::beside(context, remote, id.get(), task, cancelled, requests, connected))
        });
    }
}

/// Waits until the connection says that it can't make way; for ever where nothing waits or it does.
async fn refused(waiting: &mut Option<Waiting>) {
    if let Some(waiting) = waiting
        && !waiting.answer.is_terminated()
        && (&mut waiting.answer).await.is_ok_and(|answer| answer.is_err())
    {
        return;
    }
    std::future::pending::<()>().await;
}
