//! A server's side of HTTP: one task per connection, which runs hyper, handles requests and sees to it that nobody who is slow
//! or silent keeps the connection.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use socket2::Socket;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::SNAPLEN;
use super::answer::{Answers, shown};
use super::timer::HoldTimer;
use super::watch::{Watch, Watched};
use crate::engine::connection::closing::close;
use crate::engine::connection::request::ConnRequest;
use crate::engine::connection::terms::{Handover, Terms};
use crate::engine::kernel;
use crate::engine::link::completion::Completion;
use crate::engine::link::error::Error;
use crate::engine::socket::stream::Stream;
use crate::engine::tap::{Hold, Tap, Tapped};
use crate::engine::transfer::file_server::FileServer;
use crate::engine::transfer::progress::ProgressReporter;
use crate::lab::EndpointSpec;
use crate::lab::transfer::Protocol;
use crate::trace::transfer::{Asked, End, Place, Way};
use crate::trace::{Errno, NoticeKind};

/// Largest head of a request, in bytes …
const MAX_HEAD: usize = 16 * 1024;
/// … and in fields.
const MAX_FIELDS: usize = 100;

/// hyper's own buffers: a head fits, and of a body not much more than a piece waits in one.
const MAX_BUFFER: usize = 64 * 1024;

/// What can't be the beginning of a request, as it has no blank in it, is given so long to go on. The tutorials' clients
/// send a bare name and wait.
const ODD_PATIENCE: Duration = Duration::from_secs(2);

/// A peer that still sends while it is refused would be reset and never read why: what it sends is
/// thrown away, at most so much …
const MAX_LEFT_OVER: usize = 256 * 1024;
/// … for so long.
const LEFT_OVER_FOR: Duration = Duration::from_secs(1);

/// To a peer that does not speak HTTP, which hyper has given up or still waits for.
const NOT_HTTP: &[u8] = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

type Http = http1::Connection<TokioIo<Watched<Stream>>, Answers>;

/// How a connection came to its end.
enum Over {
    Ordered {
        reset: bool,
        done: Option<Completion>,
    },
    Cancelled,
    Stalled,
    /// What came is no request, and nothing more does.
    Odd,
    Http(hyper::Result<()>),
    /// It is to be served by other terms, and no request is under way.
    Changed(Box<Terms>),
}

impl FileServer {
    /// Serves one connection until one of the two ends it. When `requests` has no sender any more, it is closed.
    /// Between two requests it can be given back, to be served in another way.
    pub async fn serve_http(
        self: Arc<Self>,
        changed: Handover<Stream>,
        requests: &mut mpsc::Receiver<ConnRequest>,
    ) -> Option<Handover<Stream>> {
        let Handover { mut tapped, terms, begun } = changed;
        let snaplen = tapped.tap().snaplen;
        tapped.limit_snaplen(SNAPLEN);
        let tap = tapped.tap().clone();
        let watch = Arc::new(Watch::default());
        // Only to ask how much the peer has still to take.
        let socket = tapped.socket().sock_ref().try_clone().ok();
        let io = Watched { tapped, watch: Arc::clone(&watch), begun };
        let answers = Answers { server: Arc::clone(&self), tap: tap.clone(), watch: Arc::clone(&watch) };
        let mut http = Box::new(
            http1::Builder::new()
                .timer(HoldTimer(tap.hold().clone()))
                .header_read_timeout(self.limits.ask_within)
                .max_headers(MAX_FIELDS)
                .max_header_size(MAX_HEAD)
                .max_buf_size(MAX_BUFFER)
                // A client may end its side once it has asked, as some of the tutorials' do.
                .half_close(true)
                .serve_connection(TokioIo::new(io), answers),
        );
        let over = self.run(&mut http, &watch, tap.hold(), socket, requests).await;
        // Answers that are still being worked out end here.
        let parts = http.into_parts();
        let io = parts.io.into_inner();
        match over {
            Over::Changed(terms) => {
                let Watched { mut tapped, begun, .. } = io;
                tapped.set_snaplen(snaplen);
                let begun =
                    if begun.is_empty() { parts.read_buf } else { [&parts.read_buf[..], &begun].concat().into() };
                Some(Handover { tapped, terms: *terms, begun })
            }
            over => {
                self.end(over, io, &tap, &terms.spec).await;
                None
            }
        }
    }

    async fn run(
        &self,
        http: &mut Http,
        watch: &Watch,
        hold: &Hold,
        socket: Option<Socket>,
        requests: &mut mpsc::Receiver<ConnRequest>,
    ) -> Over {
        let mut cancelled = None;
        let mut changed = None;
        let hold = hold.clone();
        let stalled_after = self.limits.stalled_after;
        let mut patience = Patience { hold, stalled_after, taken_at: None, looked_at: None, unsent: None };
        loop {
            if let Some(new) = watch.take_cancelled() {
                cancelled = Some(new);
            }
            if let Some(terms) = changed.take_if(|_| watch.is_idle()) {
                return Over::Changed(terms);
            }
            tokio::select! {
                biased;
                request = requests.recv() => match request {
                    Some(ConnRequest::Apply { terms, done }) => {
                        changed = Some(terms);
                        done.finish(Ok(()));
                    }
                    Some(request) => match request.closes() {
                        Ok((reset, done)) => return Over::Ordered { reset, done: Some(done) },
                        Err(request) => request.refuse_for_file(),
                    },
                    None => return Over::Ordered { reset: false, done: None },
                },
                () = async {
                    match &mut cancelled {
                        Some(cancelled) => cancelled.wait().await,
                        None => std::future::pending().await,
                    }
                } => return Over::Cancelled,
                () = watch.changed() => {}
                result = &mut *http => return Over::Http(result),
                () = sleep_until(patience.next_look(watch)) => {
                    if let Some(over) = patience.look(watch, socket.as_ref()) {
                        return over;
                    }
                }
            }
        }
    }

    async fn end(&self, over: Over, io: Watched<Stream>, tap: &Tap, spec: &EndpointSpec) {
        let Watched { mut tapped, watch, .. } = io;
        let unfinished = watch.unfinished();
        let has_answer = unfinished.is_some();
        let (reset, done, end) = match over {
            Over::Ordered { reset, done } => (reset, done, End::Cancelled),
            Over::Cancelled => (true, None, End::Cancelled),
            Over::Stalled => {
                let after = self.limits.stalled_after;
                if unfinished.as_ref().is_some_and(|unfinished| unfinished.sending.is_none()) {
                    let errno = Errno::from(&io::Error::from(io::ErrorKind::TimedOut));
                    tap.report(Error::call("send", tap.ends.peer.clone(), errno));
                }
                (true, None, End::Stalled { after })
            }
            Over::Odd => {
                self.not_http(&mut tapped, &watch, tap, "no request line").await;
                (false, None, End::Cancelled)
            }
            // It has gone on elsewhere.
            Over::Changed(_) => (false, None, End::Cancelled),
            Over::Http(result) => {
                let end = match (&result, watch.trouble()) {
                    (_, Some((op, errno))) => {
                        if !has_answer {
                            tap.report(Error::call(op, tap.ends.peer.clone(), errno));
                        }
                        End::Broken { op, errno }
                    }
                    (Err(error), None) => {
                        self.gave_up(error, &mut tapped, &watch, tap).await;
                        End::Protocol(error.to_string().into())
                    }
                    (Ok(()), None) => End::Cancelled,
                };
                (false, None, end)
            }
        };
        if let Some(unfinished) = unfinished
            && let Some(sending) = unfinished.sending
        {
            let _ = sending.progress.ended(unfinished.failed.unwrap_or(end), Place::Nowhere);
            drop(sending.permit);
        }
        let closed = close(tapped, spec, reset).await;
        if let Some(done) = done {
            done.finish(closed);
        }
    }

    /// hyper has ended the connection. What it had to say to the peer is out.
    async fn gave_up(&self, error: &hyper::Error, tapped: &mut Tapped<Stream>, watch: &Watch, tap: &Tap) {
        let has_sent = !watch.first().is_empty();
        if error.is_parse_version_h2() {
            // The one thing that hyper leaves without an answer.
            self.not_http(tapped, watch, tap, &error.to_string()).await;
        } else if error.is_timeout() && !watch.has_asked() && !has_sent {
            let after = self.limits.ask_within;
            tap.note(NoticeKind::NeverAsked { peer: tap.ends.peer.clone(), after });
        } else if error.is_timeout() || error.is_incomplete_message() {
            // One that has asked before has just not asked again.
            if has_sent {
                self.not_http(tapped, watch, tap, &error.to_string()).await;
            }
        } else if error.is_parse() {
            self.tell_not_http(watch, tap, &error.to_string());
            let _ = tapped.shutdown(crate::values::How::Write).await;
            drain(tapped).await;
        }
    }

    async fn not_http(&self, tapped: &mut Tapped<Stream>, watch: &Watch, tap: &Tap, why: &str) {
        self.tell_not_http(watch, tap, why);
        // Into an empty send buffer: it does not wait. What fails here is on record as a call.
        if let Ok(Ok(())) = timeout(LEFT_OVER_FOR, tapped.write_all(NOT_HTTP)).await {
            let _ = tapped.shutdown(crate::values::How::Write).await;
            drain(tapped).await;
        }
    }

    /// What came instead of a request is shown as one that came to nothing.
    fn tell_not_http(&self, watch: &Watch, tap: &Tap, why: &str) {
        let first = watch.first();
        let line = first.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
        let asked = Asked {
            way: Way::Sending,
            protocol: Protocol::Http,
            endpoint: tap.endpoint,
            conn: tap.conn,
            ends: Arc::clone(&tap.ends),
            name: shown(line),
            save_to: None,
            expected: None,
        };
        let (progress, _) = ProgressReporter::asked(tap, &self.registry, asked);
        let _ = progress.ended(End::Protocol(why.into()), Place::Nowhere);
    }
}

/// How long is waited for what.
struct Patience {
    hold: Hold,
    stalled_after: Duration,
    /// When the peer was last seen to take something although nothing could be sent: one that reads slowly makes room in
    /// the send buffer long before the system says that one may send again.
    taken_at: Option<Instant>,
    looked_at: Option<Instant>,
    /// Bytes that the peer had not taken then.
    unsent: Option<u64>,
}

impl Patience {
    /// When to look whether it is over.
    fn next_look(&self, watch: &Watch) -> Option<Instant> {
        match self.moved_at(watch) {
            Some(moved_at) => {
                let halfway = self.looked_at.max(Some(moved_at)).map(|since| since + self.stalled_after / 2);
                halfway.min(Some(moved_at + self.stalled_after))
            }
            None => self.odd_since(watch).map(|since| since + ODD_PATIENCE),
        }
    }

    fn odd_since(&self, watch: &Watch) -> Option<Instant> {
        watch.odd_since().map(|since| self.last_held().map_or(since, |held| held.max(since)))
    }

    fn last_held(&self) -> Option<Instant> {
        self.hold.last_held().map(Instant::from_std)
    }

    /// Time does not count in which anything was held.
    fn moved_at(&self, watch: &Watch) -> Option<Instant> {
        let others = self.taken_at.max(self.last_held());
        watch.moved_at().map(|moved_at| others.map_or(moved_at, |other| other.max(moved_at)))
    }

    fn look(&mut self, watch: &Watch, socket: Option<&Socket>) -> Option<Over> {
        let now = Instant::now();
        let Some(moved_at) = self.moved_at(watch) else {
            return self.odd_since(watch).is_some_and(|since| now >= since + ODD_PATIENCE).then_some(Over::Odd);
        };
        let unsent = socket.and_then(kernel::unsent);
        if self.looked_at.is_some_and(|looked_at| looked_at >= moved_at) && unsent != self.unsent {
            self.taken_at = Some(now);
        }
        self.looked_at = Some(now);
        self.unsent = unsent;
        (now >= self.moved_at(watch)? + self.stalled_after).then_some(Over::Stalled)
    }
}

async fn sleep_until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// Receives what the peer still sends, so that closing does not reset it before it has read its answer.
async fn drain(tapped: &mut Tapped<Stream>) {
    let mut buffer = vec![0; 8 * 1024];
    let mut left = MAX_LEFT_OVER;
    let all = async {
        while let Ok(len) = tapped.read(&mut buffer).await {
            left = left.saturating_sub(len);
            if len == 0 || left == 0 {
                return;
            }
        }
    };
    let _ = timeout(LEFT_OVER_FOR, all).await;
}
