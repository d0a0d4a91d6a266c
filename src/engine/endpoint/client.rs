//! A stream client: connects and then goes on as a connection does. A download takes the connection over, or gets one of
//! its own beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;

use super::connections::Connections;
use super::context::{Carryover, ClosedBy, EndpointContext, OpenFor, Opening};
use super::download;
use crate::engine::connection::conversation::{Connection, Passed};
use crate::engine::connection::request::{ConnRequest, DownloadOffer};
use crate::engine::connection::terms::{Terms, responder};
use crate::engine::link::command::{Dest, DownloadRequest, Peers};
use crate::engine::link::completion::Completion;
use crate::engine::link::event::SocketState;
use crate::engine::link::request::Request;
use crate::engine::socket::connect::connect_first;
use crate::engine::socket::unix_path;
use crate::engine::tap::{Tap, Tapped};
use crate::engine::transfer::download_task::DownloadTask;
use crate::lab::EndpointSpec;
use crate::lab::transfer::MOST_TRANSFERS;
use crate::trace::{ConnId, Ends, NoticeKind};

/// The most downloads of one client at once, beside its own connection: each takes a thread.
const MAX_DOWNLOADS: usize = MOST_TRANSFERS as usize;

/// Connects a client and runs it until it is closed, by a request or because its connections have ended.
pub async fn run(
    context: &EndpointContext,
    opening: Opening,
    requests: &mut mpsc::Receiver<Request>,
    carryover: &mut Carryover,
) -> ClosedBy {
    let (back, returned) = mpsc::channel(MAX_DOWNLOADS);
    carryover.next_conn = carryover.next_conn.max(opening.conn);
    let mut client = Client {
        context: context.clone(),
        own: None,
        conversation: Connections::default(),
        downloads: Connections::default(),
        is_open: Arc::default(),
        back,
        returned,
        carryover,
    };
    let own = match opening.purpose {
        OpenFor::Download(fetch, done) => {
            client.download(opening.remote, opening.conn, fetch, done);
            None
        }
        OpenFor::Open(opened) => match client.open(opened, opening.remote, requests).await {
            Ok(ends) => Some(ends),
            Err(closed_by) => return closed_by,
        },
    };
    let closed_by = client.run(requests).await;
    let ended = client.conversation.close_all().await.into_iter().chain(client.downloads.close_all().await);
    client.carryover.completions.extend(ended);
    if context.spec.local.is_some()
        && let Some(ends) = own
    {
        unix_path::remove_own(ends.local.as_ref());
    }
    closed_by
}

struct Client<'a> {
    context: EndpointContext,
    /// Its own connection while that converses: one that has taken up a download does so no longer.
    own: Option<ConnId>,
    /// Its own connection.
    conversation: Connections,
    /// Further ones, each for one download.
    downloads: Connections,
    /// Whether the session has been told so.
    is_open: Arc<AtomicBool>,
    /// Downloads that its own connection could not take.
    back: mpsc::Sender<Box<DownloadOffer>>,
    returned: mpsc::Receiver<Box<DownloadOffer>>,
    carryover: &'a mut Carryover,
}

impl Client<'_> {
    /// Connects. Downloads that are asked for meanwhile come after that.
    async fn open(
        &mut self,
        opened: Completion,
        remote: Option<Dest>,
        requests: &mut mpsc::Receiver<Request>,
    ) -> Result<Arc<Ends>, ClosedBy> {
        let context = self.context.clone();
        let context = &context;
        let responder = match responder(&context.spec, &context.counter) {
            Ok(responder) => responder,
            Err(kind) => return Err(context.not_opened(kind.into(), opened)),
        };
        let mut early = Vec::new();
        let connecting = connect_first(&context.tap, &context.spec, remote, self.carryover.next_conn);
        let others = |request| match request {
            request @ Request::Download { .. } if early.len() < MAX_DOWNLOADS => early.push(request),
            request => request.refuse_closed(),
        };
        let (stream, tap) = match context.opening_before(connecting, requests, others).await {
            Ok(connected) => connected,
            Err(why) => {
                early.into_iter().for_each(Request::refuse_closed);
                return Err(context.not_opened(why, opened));
            }
        };
        let ends = Arc::clone(&tap.ends);
        // `connect_first` has made the tap of a connection.
        let Some(id) = tap.conn else { return Err(None) };
        context.state(SocketState::Open { local: ends.local.clone(), peer: ends.peer.clone() });
        self.is_open.store(true, Ordering::Relaxed);
        opened.finish(Ok(()));
        self.own = Some(id);
        self.carryover.next_conn = self.carryover.next_conn.saturating_add(1);
        let spec = Arc::clone(&context.spec);
        let connection = Connection::new(Tapped::new(stream, tap), spec, responder);
        self.conversation.spawn(id, |mut requests| async move {
            // Only a server gives files.
            let Passed::Download { tapped, spec, offer } = connection.run(&mut requests).await? else { return None };
            let DownloadOffer { task, cancelled, .. } = *offer;
            Some(download::over(tapped, &spec, task, cancelled, requests).await)
        });
        for request in early {
            self.handle(request);
        }
        Ok(ends)
    }

    async fn run(&mut self, requests: &mut mpsc::Receiver<Request>) -> ClosedBy {
        loop {
            while let Ok(offer) = self.returned.try_recv() {
                self.begin_beside(*offer);
            }
            if self.conversation.is_empty() && self.downloads.is_empty() {
                return None;
            }
            // What has ended goes first: a request that comes after that finds it so.
            let ended = tokio::select! {
                biased;
                ended = self.conversation.ended() => {
                    self.own = None;
                    ended
                }
                ended = self.downloads.ended() => ended,
                Some(offer) = self.returned.recv() => {
                    self.begin_beside(*offer);
                    continue;
                }
                request = requests.recv() => match request {
                    Some(Request::Close { done }) => return Some(done),
                    Some(request) => {
                        self.handle(request);
                        continue;
                    }
                    None => return None,
                },
            };
            if let Some(ended) = ended {
                // The last one is reported when the endpoint is closed.
                if self.conversation.is_empty() && self.downloads.is_empty() {
                    self.carryover.completions.push(ended);
                } else {
                    ended.complete();
                }
            }
        }
    }

    fn handle(&mut self, request: Request) {
        match request {
            Request::Open { done, .. } => {
                let converses = self.own.is_some_and(|own| self.conversation.has(own));
                done.finish(if converses { Ok(()) } else { Err(NoticeKind::NotForFiles) });
            }
            Request::Apply { spec, done, .. } => self.change(*spec, done),
            Request::Download { remote, next_conn, fetch, done, .. } => self.download(remote, next_conn, fetch, done),
            Request::CloseConn { conn: Some(conn), .. } if self.downloads.has(conn) => self.downloads.pass_on(request),
            Request::Shutdown { conn: Some(conn), .. } if self.downloads.has(conn) => self.downloads.pass_on(request),
            Request::Send { to: Peers::Conn(conn), .. } if self.downloads.has(conn) => self.downloads.pass_on(request),
            // "The client's only one", of a client that has opened for its downloads.
            Request::CloseConn { conn: None, .. } if self.conversation.is_empty() => self.downloads.pass_on(request),
            other => self.conversation.pass_on(other),
        }
    }

    /// Goes on by another spec, with the connection that is open too.
    fn change(&mut self, spec: EndpointSpec, done: Completion) {
        let context = EndpointContext { spec: Arc::new(self.context.spec.changed_to(spec)), ..self.context.clone() };
        match responder(&context.spec, &context.counter) {
            Ok(responder) => {
                let terms = Terms { spec: Arc::clone(&context.spec), responder, files: None };
                self.conversation.change(&terms, &done);
                self.context = context;
                done.finish(Ok(()));
            }
            Err(kind) => done.finish(Err(kind)),
        }
    }

    /// Over its own connection if that is free, else over a new one.
    fn download(&mut self, remote: Option<Dest>, next_conn: u32, fetch: Box<DownloadRequest>, done: Completion) {
        if self.downloads.len() >= MAX_DOWNLOADS {
            return done.finish(Err(NoticeKind::Busy));
        }
        self.carryover.next_conn = self.carryover.next_conn.max(next_conn);
        let (task, cancelled) = DownloadTask::new(&self.context.tap, &self.context.transfers, fetch, done);
        let offer = Box::new(DownloadOffer { task, cancelled, remote, back: self.back.clone() });
        let Some(own) = self.own.take() else { return self.begin_beside(*offer) };
        if let Err(ConnRequest::Download(offer)) = self.conversation.give(own, ConnRequest::Download(offer)) {
            self.begin_beside(*offer);
        }
    }

    fn begin_beside(&mut self, offer: DownloadOffer) {
        let DownloadOffer { task, cancelled, remote, .. } = offer;
        let Some(id) = ConnId::new(self.carryover.next_conn) else { return };
        self.carryover.next_conn = self.carryover.next_conn.saturating_add(1);
        let (context, is_open) = (self.context.clone(), Arc::clone(&self.is_open));
        let told = context.clone();
        let connected = move |tap: &Tap| {
            if !is_open.swap(true, Ordering::Relaxed) {
                told.state(SocketState::Open { local: tap.ends.local.clone(), peer: tap.ends.peer.clone() });
            }
        };
        self.downloads.spawn(id, |requests| async move {
            Some(Box::pin(download::beside(context, remote, id.get(), task, cancelled, requests, connected)).await)
        });
    }
}
