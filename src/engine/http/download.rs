//! A download over HTTP: one request on the client's connection, its answer's body to a `.part`, which a thread of its own
//! writes. An interrupted one goes on at its end (ranges) where the server's own word says that the file is the same.

use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_RANGE, HOST, HeaderMap, HeaderValue, IF_RANGE, RANGE, USER_AGENT,
};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::SNAPLEN;
use super::index::encoded;
use super::watch::{Watch, Watched};
use crate::engine::connection::closing::{Closing, close, close_requested};
use crate::engine::connection::request::ConnRequest;
use crate::engine::socket::stream::Stream;
use crate::engine::tap::{Hold, Tap, Tapped};
use crate::engine::transfer::download_task::{DownloadOutcome, DownloadTask};
use crate::engine::transfer::part_file::PartFile;
use crate::engine::transfer::receiving::{FIRST_WITHIN, STALLED_AFTER};
use crate::engine::transfer::registry::Cancelled;
use crate::engine::transfer::threads::{self, blocking};
use crate::lab::{Addr, EndpointSpec, Remote};
use crate::trace::transfer::{End, Refusal};

/// The most pieces of a body that wait for the disk; each is at most as long as hyper's buffer.
const MAX_WAITING: usize = 4;

/// hyper receives at most so much at once.
const MAX_BUFFER: usize = 256 * 1024;

/// Largest head of an answer, in bytes.
const MAX_HEAD: usize = 64 * 1024;

type Http = http1::Connection<TokioIo<Watched<Stream>>, Empty<Bytes>>;

/// Downloads over this connection and closes it in the end.
pub async fn download(
    mut tapped: Tapped<Stream>,
    spec: &Arc<EndpointSpec>,
    task: DownloadTask,
    cancelled: Cancelled,
    requests: mpsc::Receiver<ConnRequest>,
) -> DownloadOutcome {
    tapped.limit_snaplen(SNAPLEN);
    let tap = tapped.tap().clone();
    let watch = Arc::new(Watch::default());
    let io = TokioIo::new(Watched { tapped, watch: Arc::clone(&watch), begun: Bytes::new() });
    let (sender, http) =
        match http1::Builder::new().max_buf_size(MAX_BUFFER).max_header_size(MAX_HEAD).handshake(io).await {
            Ok(shaken) => shaken,
            // HTTP/1 shakes no hands, so this does not happen; the connection is then closed already.
            Err(error) => return task.failed(protocol(&error), None),
        };
    let mut line = Line {
        http: Box::new(http),
        is_over: false,
        requests,
        cancelled,
        closing: Closing::default(),
        watch,
        disk: Disk::default(),
        hold: tap.hold().clone(),
    };
    let completion = run(&mut line, sender, &tap, spec, task).await;
    let Line { http, closing, .. } = line;
    let tapped = http.into_parts().io.into_inner().tapped;
    let closed = close(tapped, spec, closing.reset).await;
    if let Some(by) = closing.by {
        by.finish(closed);
    }
    completion
}

async fn run(
    line: &mut Line,
    mut sender: http1::SendRequest<Empty<Bytes>>,
    tap: &Tap,
    spec: &EndpointSpec,
    task: DownloadTask,
) -> DownloadOutcome {
    let file = match open(&task).await {
        Ok(file) => file,
        Err(end) => return task.failed(end, None),
    };
    let known = task.progress.registry().validators().get(file.path()).filter(|_| !file.is_empty());
    let resume = known.as_ref().map(|known| (known, file.len()));
    let asked = match request(&task.fetch.name, host(spec, tap), resume) {
        Ok(request) => {
            let watch = Arc::clone(&line.watch);
            line.drive(async move { sender.send_request(request).await.map_err(|error| end_of(&watch, &error, None)) })
                .await
        }
        Err(end) => Err(end),
    };
    let response = match asked {
        Ok(response) => response,
        Err(end) => return task.failed(end, Some(file)),
    };
    let announced = response.body().size_hint().exact();
    let plan = match plan(response.status(), response.headers(), announced, file.len(), known.is_some()) {
        Ok(plan) => plan,
        Err(end) => return task.failed(end, Some(file)),
    };
    let file = if plan.keep < file.len() {
        // It starts over. What came earlier is not cut off before the first byte that takes its place.
        let (part, target, keep) = (file.path().to_owned(), task.fetch.save_to.clone(), plan.keep);
        match blocking(move || PartFile::resume(&part, &target, keep)).await {
            Ok(anew) => anew,
            Err(end) => return task.failed(end, Some(file)),
        }
    } else {
        file
    };
    if plan.is_new {
        task.progress.registry().validators().put(file.path(), response.headers());
    }
    receive(line, response, plan, file, task).await
}

/// Hands the body to the thread that writes it, and gives back what that made of it.
async fn receive(
    line: &mut Line,
    response: Response<Incoming>,
    plan: Plan,
    file: PartFile,
    task: DownloadTask,
) -> DownloadOutcome {
    let (pieces, received) = mpsc::channel(MAX_WAITING);
    let writing = Writing { file, task, plan };
    let Ok(done) = threads::spawn("socket-lab-recv", move || writing.run(received)) else {
        // The request has gone with it, and is reported as cancelled.
        return DownloadOutcome::Nothing;
    };
    let end = if plan.is_new {
        let (watch, disk) = (Arc::clone(&line.watch), line.disk.clone());
        line.drive(pump(response.into_body(), &pieces, &watch, &disk, plan.total)).await
    } else {
        // It was whole before.
        Ok(())
    };
    // A thread that has ended already has found a reason of its own.
    let _ = pieces.send(Piece::End(end)).await;
    // One that panicked has said by now that nothing came of it.
    done.await.unwrap_or_else(|_| DownloadOutcome::Nothing)
}

/// The connection while something is waited for.
struct Line {
    http: Box<Http>,
    /// hyper is done with it.
    is_over: bool,
    requests: mpsc::Receiver<ConnRequest>,
    cancelled: Cancelled,
    closing: Closing,
    watch: Arc<Watch>,
    disk: Disk,
    hold: Hold,
}

/// Whether the disk is what is waited for, which is not the peer's fault.
#[derive(Clone, Default)]
struct Disk(Arc<AtomicBool>);

impl Line {
    /// Does `work` while hyper moves the bytes, until it is done, or until there is a reason to give it up.
    async fn drive<T>(&mut self, work: impl Future<Output = Result<T, End>>) -> Result<T, End> {
        let begun = Instant::now();
        let mut work = pin!(work);
        loop {
            let (last, patience) = match self.watch.received_at() {
                Some(last) => (last, STALLED_AFTER),
                None => (begun, FIRST_WITHIN),
            };
            // While the disk is slow, from now on.
            let last = if self.disk.is_waited_for() { Instant::now() } else { last };
            // So does time in which anything is held.
            let last = self.last_held().map_or(last, |held| held.max(last));
            tokio::select! {
                biased;
                by = close_requested(&mut self.requests) => {
                    self.closing.requested(by);
                    return Err(End::Cancelled);
                }
                () = self.cancelled.wait() => {
                    self.closing.reset = true;
                    return Err(End::Cancelled);
                }
                result = &mut work => return result,
                // How it ended, `work` hears from hyper.
                _ = &mut *self.http, if !self.is_over => self.is_over = true,
                () = sleep_until(last + patience) => {
                    let moved = self.watch.received_at().max(self.last_held()).is_some_and(|at| at > last);
                    if !moved && !self.disk.is_waited_for() {
                        self.closing.reset = true;
                        return Err(End::Stalled { after: patience });
                    }
                }
            }
        }
    }
}

impl Line {
    fn last_held(&self) -> Option<Instant> {
        self.hold.last_held().map(Instant::from_std)
    }
}

impl Disk {
    fn is_waited_for(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    async fn wait_for<T>(&self, work: impl Future<Output = T>) -> T {
        self.0.store(true, Ordering::Relaxed);
        let result = work.await;
        self.0.store(false, Ordering::Relaxed);
        result
    }
}

/// What is done with an answer's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plan {
    /// This many bytes of an earlier attempt are kept.
    keep: u64,
    /// The whole file's length.
    total: Option<u64>,
    /// False where all of it was there before.
    is_new: bool,
}

/// What an answer means for a part that has `have` bytes, the rest of which was asked for where `ranged`. `announced` is
/// the length of its body.
fn plan(status: StatusCode, head: &HeaderMap, announced: Option<u64>, have: u64, ranged: bool) -> Result<Plan, End> {
    match (status, content_range(head)) {
        (StatusCode::OK, _) => Ok(Plan { keep: 0, total: announced, is_new: true }),
        (StatusCode::PARTIAL_CONTENT, Some(Range { first: Some(first), total })) if ranged && first == have => {
            Ok(Plan { keep: have, total, is_new: true })
        }
        // Another part than the one that was asked for is no use.
        (StatusCode::PARTIAL_CONTENT, _) => {
            let range = head.get(CONTENT_RANGE).map(|range| String::from_utf8_lossy(range.as_bytes()));
            Err(End::Protocol(format!("206, Content-Range: {}", range.unwrap_or_default()).into()))
        }
        // The file is the same, or the server would not have looked at the range: it has no byte beyond ours.
        (StatusCode::RANGE_NOT_SATISFIABLE, Some(Range { first: None, total })) if ranged && total == Some(have) => {
            Ok(Plan { keep: have, total, is_new: false })
        }
        (status, _) => Err(End::Status(status.as_u16())),
    }
}

/// A `Content-Range`: `bytes 100-199/200`, `bytes 100-199/*`, `bytes */200`.
#[derive(Debug, PartialEq, Eq)]
struct Range {
    first: Option<u64>,
    total: Option<u64>,
}

fn content_range(head: &HeaderMap) -> Option<Range> {
    let (range, total) = head.get(CONTENT_RANGE)?.to_str().ok()?.trim().strip_prefix("bytes ")?.split_once('/')?;
    let total = if total == "*" { None } else { Some(total.parse().ok()?) };
    let first = if range == "*" { None } else { Some(range.split_once('-')?.0.parse().ok()?) };
    Some(Range { first, total })
}

/// The `.part` of this download: what an earlier try has left, or a new one.
async fn open(task: &DownloadTask) -> Result<PartFile, End> {
    let (target, earlier) = (task.fetch.save_to.clone(), task.fetch.part.clone());
    blocking(move || match earlier.and_then(|part| Some((part_len(&part)?, part))) {
        Some((len, part)) => PartFile::resume(&part, &target, len),
        None => PartFile::create(&target),
    })
    .await
}

/// `None` where it is there no longer.
fn part_len(part: &Path) -> Option<u64> {
    std::fs::metadata(part).ok().map(|metadata| metadata.len())
}

/// Asks for all of a file, or for what follows the first bytes as long as it is the one that the validator describes.
fn request(name: &str, host: HeaderValue, resume: Option<(&HeaderValue, u64)>) -> Result<Request<Empty<Bytes>>, End> {
    if name.is_empty() {
        return Err(End::Refused(Refusal::NoName));
    }
    let path = format!("/{}", encoded(name.strip_prefix('/').unwrap_or(name)));
    let mut request = Request::get(path)
        .header(HOST, host)
        .header(USER_AGENT, concat!("socket-lab/", env!("CARGO_PKG_VERSION")))
        // The file as it is, not packed on its way.
        .header(ACCEPT_ENCODING, "identity")
        .header(CONNECTION, "close");
    if let Some((validator, have)) = resume {
        request = request.header(RANGE, format!("bytes={have}-")).header(IF_RANGE, validator);
    }
    request.body(Empty::new()).map_err(|error| End::Protocol(error.to_string().into()))
}

/// The server as the user has written it, else its address.
fn host(spec: &EndpointSpec, tap: &Tap) -> HeaderValue {
    let written = match &spec.remote {
        Some(Remote::Inet(to)) => HeaderValue::try_from(to.to_string()).ok(),
        _ => None,
    };
    let address = || match &tap.ends.peer {
        Some(Addr::Inet(addr)) => HeaderValue::try_from(addr.to_string()).ok(),
        _ => None,
    };
    written.or_else(address).unwrap_or(HeaderValue::from_static("localhost"))
}

/// Messages to the writing thread.
enum Piece {
    Bytes(Bytes),
    End(Result<(), End>),
}

async fn pump(
    mut body: Incoming,
    pieces: &mpsc::Sender<Piece>,
    watch: &Watch,
    disk: &Disk,
    total: Option<u64>,
) -> Result<(), End> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| end_of(watch, &error, total))?;
        let Ok(bytes) = frame.into_data() else { continue };
        if disk.wait_for(pieces.send(Piece::Bytes(bytes))).await.is_err() {
            // The thread has found a reason of its own to end.
            break;
        }
    }
    Ok(())
}

fn end_of(watch: &Watch, error: &hyper::Error, total: Option<u64>) -> End {
    match (watch.trouble(), total) {
        (Some((op, errno)), _) => End::Broken { op, errno },
        (None, Some(expected)) if watch.peer_ended() => End::Short { expected },
        _ => protocol(error),
    }
}

fn protocol(error: &hyper::Error) -> End {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    End::Protocol(text.into())
}

/// What the thread has that writes.
struct Writing {
    file: PartFile,
    task: DownloadTask,
    plan: Plan,
}

impl Writing {
    fn run(mut self, mut pieces: mpsc::Receiver<Piece>) -> DownloadOutcome {
        let Plan { keep, total, .. } = self.plan;
        self.task.progress.begun(total, keep);
        let end = loop {
            match pieces.blocking_recv() {
                Some(Piece::Bytes(bytes)) => {
                    if let Err(end) = self.file.write(&bytes) {
                        break Err(end);
                    }
                    self.task.progress.moved(bytes.len() as u64);
                }
                Some(Piece::End(end)) => break end,
                None => break Err(End::Cancelled),
            }
        };
        drop(pieces);
        // A range may have ended before the file does.
        let end = end.and_then(|()| match total {
            Some(expected) if expected != self.file.len() => Err(End::Short { expected }),
            _ => Ok(()),
        });
        match end {
            Ok(()) => self.task.complete(self.file),
            Err(end) => self.task.failed(end, Some(self.file)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(status: u16, range: &'static str, announced: Option<u64>, have: u64, ranged: bool) -> Result<Plan, End> {
        let mut head = HeaderMap::new();
        if !range.is_empty() {
            head.insert(CONTENT_RANGE, HeaderValue::from_static(range));
        }
        plan(StatusCode::from_u16(status).unwrap(), &head, announced, have, ranged)
    }

    #[test]
    fn the_rest_is_taken_only_where_it_begins_at_the_end_of_what_is_there() {
        let on = |total| Ok(Plan { keep: 100, total, is_new: true });
        assert_eq!(planned(206, "bytes 100-199/200", Some(100), 100, true), on(Some(200)));
        assert_eq!(planned(206, "bytes 100-199/*", Some(100), 100, true), on(None));
        for wrong in ["bytes 99-199/200", "bytes 101-199/200", "bytes */200", "lines 100-199/200", "bytes 100", ""] {
            let end = planned(206, wrong, Some(100), 100, true).unwrap_err();
            assert_eq!(end, End::Protocol(format!("206, Content-Range: {wrong}").into()));
        }
        assert!(planned(206, "bytes 0-199/200", Some(200), 0, false).is_err(), "nobody asked for a part");
    }

    #[test]
    fn a_whole_answer_begins_anew() {
        let anew = |total| Ok(Plan { keep: 0, total, is_new: true });
        assert_eq!(planned(200, "", Some(7), 100, true), anew(Some(7)));
        assert_eq!(planned(200, "", None, 0, false), anew(None));
    }

    #[test]
    fn what_was_whole_already_needs_no_byte_more() {
        let whole = Plan { keep: 100, total: Some(100), is_new: false };
        assert_eq!(planned(416, "bytes */100", Some(0), 100, true), Ok(whole));
        for (range, ranged) in [("bytes */99", true), ("bytes */100", false), ("", true)] {
            assert_eq!(planned(416, range, Some(0), 100, ranged), Err(End::Status(416)), "{range}");
        }
    }

    #[test]
    fn another_status_is_no_file() {
        for status in [204, 301, 304, 404, 500] {
            assert_eq!(planned(status, "", Some(10), 0, false), Err(End::Status(status)));
        }
    }

    #[test]
    fn a_name_goes_out_encoded_whatever_is_in_it() {
        let path = |name| request(name, HeaderValue::from_static("x"), None).map(|request| request.uri().to_string());
        assert_eq!(path("课 1/a?b#c%20.txt").unwrap(), "/%E8%AF%BE%201/a%3Fb%23c%2520.txt");
        assert_eq!(path("/a\r\nX: y").unwrap(), "/a%0D%0AX%3A%20y");
        assert_eq!(path("//evil.example/x").unwrap(), "//evil.example/x");
        assert_eq!(path("").unwrap_err(), End::Refused(Refusal::NoName));
        assert!(matches!(path(&"x".repeat(70_000)), Err(End::Protocol(_))));
    }
}
