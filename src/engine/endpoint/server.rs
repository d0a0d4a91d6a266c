//! A stream server: listens, accepts and serves.

use std::future::poll_fn;
use std::io;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::connections::{Connections, send_in_order};
use super::context::{ClosedBy, EndpointContext};
use super::listening::Listening;
use crate::engine::connection::conversation::{Connection, Passed};
use crate::engine::connection::request::ConnRequest;
use crate::engine::connection::serve_file;
use crate::engine::connection::terms::{Handover, Terms};
use crate::engine::link::command::{Job, Peers};
use crate::engine::link::completion::Completion;
use crate::engine::link::error::{Error, failed};
use crate::engine::link::event::{Event, SocketState};
use crate::engine::link::request::Request;
use crate::engine::socket::resolve;
use crate::engine::socket::setup;
use crate::engine::socket::stream::Stream;
use crate::engine::tap::{Tap, Tapped};
use crate::lab::transfer::Protocol;
use crate::lab::{Addr, EndpointSpec, Local, Serving};
use crate::trace::notice::{CallFailure, Detail};
use crate::trace::{ConnId, Errno, NoticeKind};

/// After a failed `accept` (EMFILE …) a server waits this long, and each further time twice as long …
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// … up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Of many clients that wait, no more than this many are accepted before the endpoint's other business has its turn.
const ACCEPTED_AT_ONCE: usize = 64;

/// While nobody may be accepted, the kernel is asked so often how many wait.
const QUEUE_CHECK: Duration = Duration::from_millis(200);

/// Opens a server and serves until it is closed.
pub async fn run(
    context: &EndpointContext,
    opened: Completion,
    next_conn: u32,
    requests: &mut mpsc::Receiver<Request>,
) -> ClosedBy {
    let (listening, terms) = match context.opening(listen(context), requests).await {
        Ok(opened) => opened,
        Err(why) => return context.not_opened(why, opened),
    };
    let local = listening.local.clone();
    context.state(SocketState::Open { local: Some(local.clone()), peer: None });
    opened.finish(Ok(()));

    let mut server = Server {
        context: context.clone(),
        terms,
        listening: Some(listening),
        local,
        connections: Connections::default(),
        next_conn,
        accepted: 0,
        pause: None,
        queue: None,
    };
    let closed_by = server.run(requests).await;
    server.connections.close_all().await;
    if let Some(listening) = server.listening.take() {
        listening.close().await;
    }
    closed_by
}

/// A listening socket with what is prepared once for all of its connections.
async fn listen(context: &EndpointContext) -> Result<(Listening, Terms), Error> {
    let task = context.spec.bind_address().unwrap_or(Local::LOOPBACK);
    let found = resolve::local(&task).await?;
    let addr = found.choose(|_| true).unwrap_or(Addr::UNBOUND);
    found.choice(&addr).into_iter().for_each(|kind| context.note(kind));
    let terms = Terms::prepare(&context.spec, &context.counter, &context.transfers).await?;
    Ok((Listening::open(context, &addr).await?, terms))
}

struct Server {
    context: EndpointContext,
    terms: Terms,
    /// `None` once the accept limit is reached.
    listening: Option<Listening>,
    local: Addr,
    connections: Connections<()>,
    next_conn: u32,
    accepted: u32,
    pause: Option<Pause>,
    /// The accept queue as it was last reported, of a server that lets clients wait in it.
    queue: Option<(u32, u32)>,
}

/// A server that has run out of something waits before it accepts again.
struct Pause {
    until: Instant,
    length: Duration,
    over: bool,
}

impl Server {
    async fn run(&mut self, requests: &mut mpsc::Receiver<Request>) -> ClosedBy {
        loop {
            if self.listening.is_none() && self.connections.is_empty() {
                return None;
            }
            let conn = ConnId::new(self.next_conn);
            let pausing = self.pausing_until();
            let may_accept = self.may_accept();
            self.report_queue();
            let queue_check = (!may_accept && self.listening.is_some()).then(|| Instant::now() + QUEUE_CHECK);
            tokio::select! {
                request = requests.recv() => match request {
                    Some(Request { job: Job::Close, done, .. }) => {
                        // Who is still in the queue would be reset; accepted, it sees an orderly end.
                        self.accept_who_is_there().await;
                        return Some(done);
                    }
                    Some(request) => self.handle(request).await,
                    None => return None,
                },
                accepted = accept(self.listening.as_mut().filter(|_| may_accept), conn) => {
                    self.accepted(accepted).await;
                    self.accept_at_hand(ACCEPTED_AT_ONCE).await;
                }
                // What has ended gives back what there was too little of.
                _ = self.connections.ended() => self.end_pause(),
                () = sleep_until(pausing) => self.end_pause(),
                () = sleep_until(queue_check) => {}
            }
        }
    }

    async fn handle(&mut self, request: Request) {
        if !matches!(request.job, Job::Open(_)) {
            self.accept_who_is_there().await;
        }
        let Request { target, job, done } = request;
        match job {
            Job::Open(_) => done.finish(self.is_open()),
            Job::Apply { spec, .. } => self.change(&spec, done).await,
            Job::Send(_) if target.peers == Peers::All => {
                send_in_order(self.connections.all(), Request { target, job, done }).await;
            }
            job => self.connections.pass_on(Request { target, job, done }),
        }
    }

    /// What another opening finds: listening already, or done with listening.
    fn is_open(&self) -> Result<(), Error> {
        match self.context.spec.server.accept_limit {
            Some(limit) if self.listening.is_none() => Err(Error::AcceptLimit { limit }),
            _ => Ok(()),
        }
    }

    /// Goes on by another spec, with the connections that are open too.
    async fn change(&mut self, spec: &EndpointSpec, done: Completion) {
        let context = self.context.changed_to(spec);
        match self.terms.changed(&context.spec, &context.counter, &context.transfers).await {
            Ok(terms) => {
                self.connections.change(&terms, &done);
                self.context.change(context);
                self.terms = terms;
                done.finish(Ok(()));
            }
            Err(error) => done.finish(Err(error)),
        }
    }

    /// Only servers with one client at a time, or that can't accept: the queue of others is always empty.
    fn report_queue(&mut self) {
        let waits = self.context.spec.server.serving == Serving::OneAtATime || self.pause.is_some();
        let Some(listening) = &self.listening else { return };
        let queue = if waits { listening.queue() } else { None };
        if queue != self.queue {
            self.queue = queue;
            let endpoint = self.context.tap.endpoint;
            self.context.tap.events.send(Event::AcceptQueue { endpoint, queue });
        }
    }

    fn pausing_until(&self) -> Option<Instant> {
        self.pause.as_ref().filter(|pause| !pause.over).map(|pause| pause.until)
    }

    fn may_accept(&self) -> bool {
        let busy = self.context.spec.server.serving == Serving::OneAtATime && !self.connections.is_empty();
        self.pausing_until().is_none() && !busy
    }

    /// Accepts whoever has connected by now: a request that was given after a client had connected finds it here.
    async fn accept_who_is_there(&mut self) {
        // Lets the runtime take in what the system has to tell.
        tokio::task::yield_now().await;
        self.accept_at_hand(usize::MAX).await;
    }

    /// Accepts clients that wait already, without waiting for more.
    async fn accept_at_hand(&mut self, most: usize) {
        for _ in 0..most {
            let conn = ConnId::new(self.next_conn);
            let may_accept = self.may_accept();
            let Some(listening) = self.listening.as_mut().filter(|_| may_accept) else { return };
            let accepted = poll_fn(|cx| match listening.poll_accept(cx, conn) {
                Poll::Ready(accepted) => Poll::Ready(Some(accepted)),
                Poll::Pending => Poll::Ready(None),
            });
            match accepted.await {
                Some(accepted) => self.accepted(accepted).await,
                None => return,
            }
        }
    }

    async fn accepted(&mut self, accepted: io::Result<(Stream, Tap)>) {
        match accepted {
            Ok((stream, tap)) => {
                if self.pause.take().is_some() {
                    self.context.note(NoticeKind::AcceptResumed { local: self.local.clone() });
                }
                self.serve(stream, tap).await;
            }
            // The client has left the queue, or a signal came: the next one may be there.
            Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted) => {}
            Err(error) => self.begin_pause(Errno::from(&error)),
        }
    }

    async fn serve(&mut self, stream: Stream, tap: Tap) {
        let Some(id) = tap.conn else { return };
        self.next_conn = self.next_conn.saturating_add(1);
        self.accepted += 1;
        let peer = tap.ends.peer.clone();
        if let Err(error) = setup::set_connection(&tap, &stream.sock_ref(), &self.context.spec).await {
            // The connection is as good without the option; the user is notified.
            self.context.report(failed("setsockopt", peer)(error));
        }
        let (tapped, terms) = (Tapped::new(stream, tap), self.terms.clone());
        self.connections.spawn(id, |requests| async move {
            serve(tapped, terms, requests).await;
        });
        if let Some(limit) = self.context.spec.server.accept_limit.filter(|limit| self.accepted >= *limit)
            && let Some(listening) = self.listening.take()
        {
            listening.close().await;
            self.context.state(SocketState::Serving { local: Some(self.local.clone()) });
            self.context.note(NoticeKind::AcceptLimit { limit });
        }
    }

    fn begin_pause(&mut self, errno: Errno) {
        let length = match &self.pause {
            Some(pause) => (pause.length * 2).min(LONGEST_PAUSE),
            None => {
                let addr = Some(self.local.clone());
                self.context.report(Error::Call(CallFailure { call: "accept", addr, errno, detail: Detail::Retried }));
                FIRST_PAUSE
            }
        };
        self.pause = Some(Pause { until: Instant::now() + length, length, over: false });
    }

    /// The pause itself is remembered until an `accept` succeeds, so that the user is notified once and waits grow.
    fn end_pause(&mut self) {
        if let Some(pause) = &mut self.pause {
            pause.over = true;
        }
    }
}

/// Serves one connection of a server until it is closed. When `requests` has no sender any more, it is closed.
async fn serve(tapped: Tapped<Stream>, terms: Terms, mut requests: mpsc::Receiver<ConnRequest>) {
    let mut next = Some(Handover { tapped, terms, begun: Bytes::new() });
    let mut is_new = true;
    while let Some(changed) = next {
        let files = changed.terms.files.clone();
        // Boxed: each connection's task would else have room for the largest of the three.
        next = match (changed.terms.protocol(), files) {
            (Some(Protocol::Files), Some(files)) => Box::pin(serve_file::serve(changed, files, &mut requests)).await,
            (Some(Protocol::Http), Some(files)) => Box::pin(files.serve_http(changed, &mut requests)).await,
            _ => match Connection::go_on(changed).greeting(is_new).run(&mut requests).await {
                Some(Passed::Changed(changed)) => Some(*changed),
                // A server's connections are never asked to make way.
                Some(Passed::Free { .. }) | None => None,
            },
        };
        is_new = false;
    }
}

async fn accept(listening: Option<&mut Listening>, conn: Option<ConnId>) -> io::Result<(Stream, Tap)> {
    match listening {
        Some(listening) => poll_fn(|cx| listening.poll_accept(cx, conn)).await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}
