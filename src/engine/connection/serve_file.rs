//! A file server's connection under the tutorials' protocol: the client sends a name, the server sends the bytes and
//! closes. A refused name gets nothing but the close; the user is shown which name and why.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::{Instant, sleep_until};

use super::closing::close;
use super::conversation::loss;
use super::request::ConnRequest;
use super::terms::{Handover, Terms};
use crate::engine::kernel;
use crate::engine::link::clock::service_time;
use crate::engine::link::completion::Completion;
use crate::engine::link::error::Error;
use crate::engine::socket::stream::Stream;
use crate::engine::tap::Tapped;
use crate::engine::transfer::file_server::FileServer;
use crate::engine::transfer::hashing::Work;
use crate::engine::transfer::progress::ProgressReporter;
use crate::engine::transfer::registry::Cancelled;
use crate::engine::transfer::sending::Sending;
use crate::engine::transfer::share::Opened;
use crate::engine::transfer::threads::{self, Line, Stopper};
use crate::lab::transfer::Protocol;
use crate::lab::{Addr, EndpointSpec, TextEncoding};
use crate::service::Responder;
use crate::service::framing::{Deframer, Message, MessageKind};
use crate::trace::text::preview;
use crate::trace::transfer::{Asked, End, MAX_NAME, Place, Refusal, Way};
use crate::trace::{Errno, NoticeKind};
use crate::values::How;

/// Characters shown of a refused name at most.
const MAX_SHOWN: usize = 300;

/// The longest framed name that is taken up, to be refused by its length.
const MAX_FRAMED_NAME: u32 = 64 * 1024;

/// How long a client may go on sending after its file, which nobody reads, before its connection is closed over it.
const DRAIN_FOR: Duration = Duration::from_secs(1);

/// The same in bytes: 1 MiB.
const MAX_DRAINED: usize = 1024 * 1024;

/// Serves one client until its connection is closed, or is to be served in another way before it has asked.
pub async fn serve(
    changed: Handover<Stream>,
    server: Arc<FileServer>,
    requests: &mut mpsc::Receiver<ConnRequest>,
) -> Option<Handover<Stream>> {
    let Handover { tapped, terms, begun } = changed;
    let Terms { spec, responder, .. } = terms;
    let mut serving = Serving { tapped, spec, server, responder, requests };
    let closing = match serving.ask(begun).await {
        Ok(name) => serving.answer(name).await,
        Err(Unasked::Closing(closing)) => closing,
        Err(Unasked::Changed(terms, begun)) => return Some(Handover { tapped: serving.tapped, terms: *terms, begun }),
    };
    serving.close(closing).await;
    None
}

struct Serving<'a> {
    tapped: Tapped<Stream>,
    spec: Arc<EndpointSpec>,
    server: Arc<FileServer>,
    responder: Responder,
    requests: &'a mut mpsc::Receiver<ConnRequest>,
}

/// Why there is no name.
enum Unasked {
    Closing(Closing),
    /// Other terms, and what has come of a name.
    Changed(Box<Terms>, Bytes),
}

impl From<Closing> for Unasked {
    fn from(closing: Closing) -> Self {
        Self::Closing(closing)
    }
}

/// How the connection is closed.
#[derive(Default)]
struct Closing {
    reset: bool,
    /// Let what was sent arrive: closing over bytes that nobody has read would reset the connection.
    gently: bool,
    /// The request that wanted it.
    by: Option<Completion>,
}

impl Closing {
    const PLAIN: Self = Self { reset: false, gently: false, by: None };
    const GENTLE: Self = Self { reset: false, gently: true, by: None };
    const RESET: Self = Self { reset: true, gently: false, by: None };
}

/// What a client has asked for.
struct Name {
    bytes: Bytes,
    /// What one `recv` gave was not all of it.
    more: u64,
}

impl Serving<'_> {
    /// Waits for the name.
    async fn ask(&mut self, begun: Bytes) -> Result<Name, Unasked> {
        let after = self.server.limits.ask_within;
        let deadline = Instant::now() + after;
        let mut deframer = self
            .spec
            .stream
            .framing
            .is_some()
            .then(|| Deframer::new(&self.spec.stream.framing, self.spec.encoding).with_max(MAX_FRAMED_NAME));
        let mut begun = Some(begun).filter(|begun| !begun.is_empty());
        loop {
            let size = self.spec.recv_size() as usize;
            let silence = deframer.as_ref().and_then(|deframer| {
                let left = deframer.ends_at()?.saturating_sub(self.tapped.tap().clock.elapsed());
                Some(Instant::now() + left)
            });
            let received = tokio::select! {
                biased;
                request = self.requests.recv() => match request {
                    Some(ConnRequest::Apply { terms, done }) => {
                        done.finish(Ok(()));
                        let begun = deframer.as_mut().map(Deframer::take_waiting).unwrap_or_default();
                        return Err(Unasked::Changed(terms, begun));
                    }
                    Some(request) => match request.closes() {
                        Ok((reset, done)) => return Err(Closing { reset, gently: false, by: Some(done) }.into()),
                        Err(request) => {
                            request.refuse_for_file();
                            continue;
                        }
                    },
                    None => return Err(Closing::PLAIN.into()),
                },
                begun = async { begun.take().unwrap_or_default() }, if begun.is_some() => Ok(begun),
                // Before what comes: of one that sends without a pause there is always more.
                () = sleep_until(deadline) => {
                    self.note(NoticeKind::NeverAsked { peer: self.peer(), after });
                    return Err(Closing::PLAIN.into());
                }
                received = poll_fn(|cx| self.tapped.poll_recv(cx, size)) => received,
                () = sleep_until(silence.unwrap_or(deadline)), if silence.is_some() => {
                    match deframer.as_mut().and_then(|deframer| deframer.pass(self.tapped.tap().clock.elapsed())) {
                        Some(Message { payload, .. }) => {
                            let name = Name { bytes: payload, more: 0 };
                            return if self.says_good_bye(&name) { Err(Closing::PLAIN.into()) } else { Ok(name) };
                        }
                        None => continue,
                    }
                }
            };
            let bytes = match received {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.report(Error::call("recv", self.peer(), Errno::from(&error)));
                    return Err(Closing::PLAIN.into());
                }
            };
            if bytes.is_empty() {
                let rest = deframer.as_mut().and_then(Deframer::finish);
                match rest {
                    // What silence would have ended.
                    Some(Message { kind: MessageKind::Whole, payload, .. }) => {
                        return Ok(Name { bytes: payload, more: 0 });
                    }
                    Some(rest) if rest.kind == MessageKind::Incomplete => {
                        self.note(NoticeKind::MessageCutOff { bytes: rest.range.end - rest.range.start });
                    }
                    Some(_) | None => {}
                }
                return Err(Closing::PLAIN.into());
            }
            let name = match &mut deframer {
                None => {
                    let more = if bytes.len() < size { 0 } else { unread(&self.tapped) };
                    Some(Ok(Name { bytes, more }))
                }
                Some(deframer) => {
                    let ended = deframer.arrive(self.tapped.tap().clock.elapsed()).map(Ok);
                    let mut messages = ended.into_iter().chain(deframer.push(bytes));
                    let is_name = |message: &Result<Message, _>| {
                        message.as_ref().is_ok_and(|message| message.kind != MessageKind::Noise) || message.is_err()
                    };
                    let message = messages.find(is_name);
                    message.map(|message| message.map(|message| Name { bytes: message.payload, more: 0 }))
                }
            };
            match name {
                None => {}
                Some(Ok(name)) if self.says_good_bye(&name) => return Err(Closing::PLAIN.into()),
                Some(Ok(name)) => return Ok(name),
                Some(Err(error)) => {
                    let (reason, at) = (loss(&error), error.at());
                    self.note(NoticeKind::FramingLost { reason, at });
                    return Err(Closing::GENTLE.into());
                }
            }
        }
    }

    fn says_good_bye(&mut self, name: &Name) -> bool {
        let Some(peer) = self.peer() else { return false };
        self.responder.on_message(service_time(&self.spec), &name.bytes, &peer).close
    }

    async fn answer(&mut self, name: Name) -> Closing {
        let shown: Arc<str> = preview(trimmed(&name.bytes, self.spec.encoding), self.spec.encoding, MAX_SHOWN).into();
        let tap = self.tapped.tap();
        let asked = Asked {
            way: Way::Sending,
            protocol: Protocol::Files,
            endpoint: tap.endpoint,
            conn: tap.conn,
            ends: Arc::clone(&tap.ends),
            name: Arc::clone(&shown),
            save_to: None,
            expected: None,
        };
        let (progress, mut cancelled) = ProgressReporter::asked(tap, &self.server.registry, asked);
        let opened = match self.open(name).await {
            Ok(opened) => opened,
            Err(refusal) => {
                let _ = progress.ended(End::Refused(refusal.clone()), Place::Nowhere);
                self.note(NoticeKind::FileRefused {
                    protocol: Protocol::Files,
                    name: shown,
                    peer: self.peer(),
                    refusal,
                });
                return Closing::GENTLE;
            }
        };
        match self.turn(&progress, &mut cancelled).await {
            Ok(turn) => self.send(opened, turn, progress, cancelled).await,
            Err((end, closing)) => {
                let _ = progress.ended(end, Place::Nowhere);
                closing
            }
        }
    }

    /// Opens what was asked for, on a thread that may block.
    async fn open(&self, name: Name) -> Result<Opened, Refusal> {
        if name.more > 0 {
            let len = name.bytes.len() as u64 + name.more;
            return Err(Refusal::NotInOneRecv { len, size: self.spec.recv_size() });
        }
        let (server, encoding) = (Arc::clone(&self.server), self.spec.encoding);
        let get = move || {
            let bytes = trimmed(&name.bytes, encoding);
            if bytes.len() > MAX_NAME {
                return Err(Refusal::TooLong { len: bytes.len() as u64 });
            }
            let name = decode(bytes, encoding).ok_or(Refusal::NotText)?;
            server.share.get(name.trim_end_matches(['\r', '\n']).as_bytes())
        };
        let cancelled = Refusal::Unreadable { errno: Errno::by_name("EINTR").unwrap_or(Errno(4)) };
        tokio::task::spawn_blocking(get).await.unwrap_or(Err(cancelled))
    }

    /// Waits until there are fewer transfers than there may be.
    async fn turn(
        &mut self,
        progress: &ProgressReporter,
        cancelled: &mut Cancelled,
    ) -> Result<OwnedSemaphorePermit, (End, Closing)> {
        let turns = Arc::clone(&self.server.turns);
        if let Ok(turn) = Arc::clone(&turns).try_acquire_owned() {
            return Ok(turn);
        }
        progress.waiting();
        let turn = turns.acquire_owned();
        tokio::pin!(turn);
        let mut gone = false;
        loop {
            tokio::select! {
                biased;
                closing = close_requested(self.requests) => return Err((End::Cancelled, closing)),
                () = cancelled.wait() => return Err((End::Cancelled, Closing::RESET)),
                turn = &mut turn => {
                    // It is never closed; were it, the transfer would not begin.
                    return turn.map_err(|_| (End::Cancelled, Closing::RESET));
                }
                () = self.tapped.socket().failed(), if !gone => {
                    gone = true;
                    // The call that tells what has happened to the client.
                    let size = self.spec.recv_size() as usize;
                    let failed = poll_fn(|cx| Poll::Ready(match self.tapped.poll_recv(cx, size) {
                        Poll::Ready(Err(error)) => Some(error),
                        _ => None,
                    }));
                    if let Some(error) = failed.await {
                        let end = End::Broken { op: "recv", errno: Errno::from(&error) };
                        return Err((end, Closing::PLAIN));
                    }
                }
            }
        }
    }

    async fn send(
        &mut self,
        opened: Opened,
        turn: OwnedSemaphorePermit,
        mut progress: ProgressReporter,
        mut cancelled: Cancelled,
    ) -> Closing {
        let Opened { file, len, modified, id: _ } = opened;
        progress.begun(Some(len), 0);
        let (stopper, line) = match line(&mut self.tapped) {
            Ok(line) => line,
            Err((op, error)) => {
                let _ = progress.ended(End::Broken { op, errno: Errno::from(&error) }, Place::Nowhere);
                return Closing::RESET;
            }
        };
        let stalled_after = self.server.limits.stalled_after;
        let sending = Sending { line, file, len, offset: self.tapped.sent(), stalled_after };
        let run = move || {
            let result = sending.run(&mut progress);
            // With the rest of it goes the second descriptor of the socket: closing it then is closing it.
            (progress, result, sending.file)
        };
        let mut done = match threads::spawn("socket-lab-send", run) {
            Ok(done) => done,
            // The teller has gone with it, and has said that nothing came of it.
            Err(error) => {
                let errno = Errno::from(&error);
                self.report(Error::call("pthread_create", self.peer(), errno));
                return Closing::RESET;
            }
        };
        let mut stopper = Some(stopper);
        let mut closing = None;
        let ended = loop {
            tokio::select! {
                biased;
                ended = &mut done => break ended,
                by_order = close_requested(self.requests), if closing.is_none() => {
                    closing = Some(by_order);
                    stopper = None;
                }
                () = cancelled.wait(), if closing.is_none() => {
                    closing = Some(Closing::RESET);
                    stopper = None;
                }
            }
        };
        drop((stopper, turn));
        let Ok((progress, result, file)) = ended else { return Closing::RESET };
        self.tapped.count_sent(progress.total_moved());
        match result {
            Ok(()) => {
                let registry = Arc::clone(progress.registry());
                let after = progress.ended(End::Clean, Place::Nowhere);
                let then = Box::new(move |found| after.looked_at(&found));
                registry.hasher().look_at(Work { file, sync: false, unchanged: Some((len, modified)), then });
                closing.unwrap_or(Closing::GENTLE)
            }
            Err(end) => {
                let _ = progress.ended(end, Place::Nowhere);
                // An orderly end would say that this was all of the file.
                closing.unwrap_or(Closing::RESET)
            }
        }
    }

    async fn close(mut self, mut closing: Closing) {
        if closing.gently && closing.by.is_none() && unread(&self.tapped) > 0 {
            closing.by = self.drain().await;
        }
        let closed = close(self.tapped, &self.spec, closing.reset).await;
        if let Some(done) = closing.by {
            done.finish(closed);
        }
    }

    /// Ends our side and reads what the client has still sent, for a while: closed over unread bytes, the system would
    /// reset the connection and throw away what is still on its way to the client.
    async fn drain(&mut self) -> Option<Completion> {
        let deadline = Instant::now() + DRAIN_FOR;
        if self.tapped.shutdown(How::Write).await.is_err() {
            return None;
        }
        let size = self.spec.recv_size() as usize;
        let mut left = MAX_DRAINED;
        loop {
            tokio::select! {
                biased;
                closing = close_requested(self.requests) => return closing.by,
                () = sleep_until(deadline) => return None,
                received = poll_fn(|cx| self.tapped.poll_recv(cx, size)) => match received {
                    Ok(bytes) if !bytes.is_empty() && bytes.len() < left => left -= bytes.len(),
                    _ => return None,
                },
            }
        }
    }

    fn peer(&self) -> Option<Addr> {
        self.tapped.tap().ends.peer.clone()
    }

    fn note(&self, kind: NoticeKind) {
        self.tapped.tap().note(kind);
    }

    fn report(&self, error: Error) {
        self.tapped.tap().report(error);
    }
}

/// A second descriptor of the connection's socket for a thread, and what ends that thread.
pub(super) fn line(tapped: &mut Tapped<Stream>) -> Result<(Stopper, Line), (&'static str, io::Error)> {
    tapped.stop_waiting();
    let socket = tapped.socket().sock_ref().try_clone().map_err(|error| ("dup", error))?;
    let (stopper, stop) = threads::stop().map_err(|error| ("pipe", error))?;
    Ok((stopper, Line { socket, tap: tapped.tap().clone(), stop }))
}

/// Waits for the request that closes the connection, or for the end of all requests, which means the same. Others are
/// refused: what goes over this connection is files.
async fn close_requested(requests: &mut mpsc::Receiver<ConnRequest>) -> Closing {
    loop {
        let Some(request) = requests.recv().await else { return Closing::PLAIN };
        match request.closes() {
            Ok((reset, done)) => return Closing { reset, gently: false, by: Some(done) },
            Err(request) => request.refuse_for_file(),
        }
    }
}

/// How many bytes have arrived that nobody has read.
fn unread(tapped: &Tapped<Stream>) -> u64 {
    kernel::unread(&*tapped.socket().sock_ref())
}

/// Without the end of line that `nc` and a composer set to send one leave.
fn trimmed(name: &[u8], encoding: TextEncoding) -> &[u8] {
    // In UTF-16 these bytes may be halves of characters; there the text is trimmed.
    if !encoding.keeps_ascii() {
        return name;
    }
    let end = name.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    &name[..end]
}

/// `None` where the bytes are no text of that encoding.
fn decode(bytes: &[u8], encoding: TextEncoding) -> Option<String> {
    match encoding.decoding() {
        Some(encoding) => {
            encoding.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
        }
        None if encoding == TextEncoding::Ascii && !bytes.is_ascii() => None,
        None => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}
