//! Which answer a request gets: a file, the page of a folder, or why neither.

use std::convert::Infallible;
use std::fs::File;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use hyper::body::Incoming;
use hyper::header::{
    ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderValue, LOCATION, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::service::Service;
use hyper::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;

use super::body::Body;
use super::file::Whole;
use super::index;
use super::watch::{Sending, Watch};
use crate::engine::tap::Tap;
use crate::engine::transfer::file_server::FileServer;
use crate::engine::transfer::hashing::Work;
use crate::engine::transfer::progress::ProgressReporter;
use crate::engine::transfer::share::{Opened, Share};
use crate::lab::TextEncoding;
use crate::lab::transfer::Protocol;
use crate::lang::Lang;
use crate::t;
use crate::trace::NoticeKind;
use crate::trace::text::preview;
use crate::trace::transfer::{Asked, End, FileKind, Place, Refusal, Way};

/// Characters shown of a peer's name at most.
const MAX_SHOWN: usize = 300;

/// What hyper asks for answers: one per connection.
pub struct Answers {
    pub server: Arc<FileServer>,
    pub tap: Tap,
    pub watch: Arc<Watch>,
}

impl Service<Request<Incoming>> for Answers {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        // What a request carries besides its head is not looked at.
        let request = request.map(|_| ());
        let asking = Asking { server: Arc::clone(&self.server), tap: self.tap.clone(), watch: Arc::clone(&self.watch) };
        Box::pin(async move {
            asking.watch.request().await;
            Ok(asking.answer(request).await)
        })
    }
}

/// One request.
struct Asking {
    server: Arc<FileServer>,
    tap: Tap,
    watch: Arc<Watch>,
}

/// A file that goes out as a whole, and its length and time before it did.
struct Served {
    file: Arc<File>,
    state: (u64, Option<SystemTime>),
}

/// What there is under a name.
enum Found {
    File(Opened),
    Folder,
    Page(String),
    Refused(Refusal),
}

impl Asking {
    async fn answer(&self, request: Request<()>) -> Response<Body> {
        let lang = language(&request);
        if request.method() != Method::GET && request.method() != Method::HEAD {
            let mut response = self.page(&request, StatusCode::METHOD_NOT_ALLOWED, &t!(lang, "http-only-get"), PLAIN);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        // Once, and no more: `%252e` asks for a file that has `%2e` in its name.
        let path: Vec<u8> = percent_decode_str(request.uri().path()).collect();
        let name = path.strip_prefix(b"/").unwrap_or(&path).to_owned();
        match self.find(lang, name.clone()).await {
            Found::File(opened) => self.file(&request, &name, opened).await,
            Found::Folder => self.moved(&request, &name),
            Found::Page(page) => self.page(&request, StatusCode::OK, &page, HTML),
            Found::Refused(refusal) => {
                self.refuse(&request, &name, refusal);
                // One answer to all: a peer does not learn what is there and not shared. The user does.
                self.page(&request, StatusCode::NOT_FOUND, &t!(lang, "http-not-found"), PLAIN)
            }
        }
    }

    /// On a thread that may wait for the disk.
    async fn find(&self, lang: Lang, name: Vec<u8>) -> Found {
        let server = Arc::clone(&self.server);
        let find = move || {
            let folder = if name.is_empty() { Some(&name[..]) } else { name.strip_suffix(b"/") };
            if let Some(folder) = folder {
                return match server.share.list(folder) {
                    Ok(listing) => Found::Page(index::page(lang, &String::from_utf8_lossy(folder), &listing)),
                    Err(refusal) => Found::Refused(refusal),
                };
            }
            match server.share.get(&name) {
                Ok(opened) => Found::File(opened),
                Err(Refusal::NotAFile(FileKind::Folder)) if matches!(server.share, Share::Folder { .. }) => {
                    Found::Folder
                }
                Err(refusal) => Found::Refused(refusal),
            }
        };
        // Only a runtime that is ending doesn't get to it; then nobody waits for the answer.
        tokio::task::spawn_blocking(find).await.unwrap_or(Found::Refused(Refusal::NotFound))
    }

    async fn file(&self, request: &Request<()>, name: &[u8], opened: Opened) -> Response<Body> {
        let state = (opened.len, opened.modified);
        let whole = Whole::new(opened, self.server.path_of(name), Arc::clone(&self.watch));
        let (file, len) = (whole.file(), whole.len());
        let mut response = whole.answer(request);
        response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
        // Kept by a browser, but asked about each time: the file may have changed.
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        let status = response.status();
        let sends = request.method() == Method::GET && matches!(status, StatusCode::OK | StatusCode::PARTIAL_CONTENT);
        let sending = if sends {
            let begun = match status {
                StatusCode::OK => (Some(len), 0),
                // Several ranges have no single place in the file.
                _ => range_start(&response).map_or((None, 0), |start| (Some(len), start)),
            };
            let served = (status == StatusCode::OK).then_some(Served { file, state });
            self.begin(name, begun, served).await
        } else {
            None
        };
        self.watch.answer(sending);
        response
    }

    /// Reports a transfer, waits until it may begin, and begins it.
    async fn begin(
        &self,
        name: &[u8],
        (total, resumed_at): (Option<u64>, u64),
        whole: Option<Served>,
    ) -> Option<Sending> {
        let (mut progress, cancelled) = self.progress(name);
        self.watch.may_be_cancelled(cancelled);
        let turns = Arc::clone(&self.server.turns);
        let permit = match Arc::clone(&turns).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => {
                progress.waiting();
                // Only a semaphore that is closed has none to give, and nobody closes this one.
                turns.acquire_owned().await.ok()?
            }
        };
        progress.begun(total, resumed_at);
        let sent = move |progress: ProgressReporter| {
            let registry = Arc::clone(progress.registry());
            let after = progress.ended(End::Clean, Place::Nowhere);
            // A range is not the whole file.
            let Some(Served { file, state }) = whole else { return };
            let Ok(file) = file.try_clone() else { return };
            let then = Box::new(move |found| after.looked_at(&found));
            registry.hasher().look_at(Work { file, sync: false, unchanged: Some(state), then });
        };
        Some(Sending { progress, permit, sent: Box::new(sent) })
    }

    fn progress(&self, name: &[u8]) -> (ProgressReporter, crate::engine::transfer::registry::Cancelled) {
        let asked = Asked {
            way: Way::Sending,
            protocol: Protocol::Http,
            endpoint: self.tap.endpoint,
            conn: self.tap.conn,
            ends: Arc::clone(&self.tap.ends),
            name: shown(name),
            save_to: None,
            expected: None,
        };
        ProgressReporter::asked(&self.tap, &self.server.registry, asked)
    }

    fn refuse(&self, request: &Request<()>, name: &[u8], refusal: Refusal) {
        // A HEAD sends no file.
        if request.method() == Method::GET {
            let (progress, _) = self.progress(name);
            let _ = progress.ended(End::Refused(refusal.clone()), Place::Nowhere);
        }
        let kind = NoticeKind::FileRefused {
            protocol: Protocol::Http,
            name: shown(name),
            peer: self.tap.ends.peer.clone(),
            refusal,
        };
        self.tap.note(kind);
    }

    /// To the same folder with a slash at its end, so that the links on its page lead into it. Relative: whatever stands
    /// in the path, it does not lead to another server.
    fn moved(&self, request: &Request<()>, name: &[u8]) -> Response<Body> {
        let mut response = self.page(request, StatusCode::MOVED_PERMANENTLY, "", PLAIN);
        let last = name.rsplit(|byte| *byte == b'/').next().unwrap_or(name);
        if let Ok(to) = HeaderValue::try_from(index::link(&String::from_utf8_lossy(last), true)) {
            response.headers_mut().insert(LOCATION, to);
        }
        response
    }

    fn page(&self, request: &Request<()>, status: StatusCode, text: &str, kind: HeaderValue) -> Response<Body> {
        self.watch.answer(None);
        let len = text.len();
        let is_head = request.method() == Method::HEAD;
        let text = (!is_head).then(|| text.to_owned());
        let mut response = Response::new(Body::of_text(text, Arc::clone(&self.watch)));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, kind);
        headers.insert(CONTENT_LENGTH, HeaderValue::from(len));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(VARY, HeaderValue::from_static("Accept-Language"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
        response
    }
}

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const PLAIN: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// The first that the browser lists, which is what its user likes best.
fn language(request: &Request<()>) -> Lang {
    let task = request.headers().get(ACCEPT_LANGUAGE).map(HeaderValue::as_bytes).unwrap_or_default();
    if task.trim_ascii_start().get(..2).is_some_and(|tag| tag.eq_ignore_ascii_case(b"zh")) {
        Lang::ZhCn
    } else {
        Lang::En
    }
}

/// Where a single range begins: `bytes 100-199/200`.
fn range_start(response: &Response<Body>) -> Option<u64> {
    let range = response.headers().get(CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}

/// A peer's name for people to read: on one line, every character visible, not endless.
pub fn shown(name: &[u8]) -> Arc<str> {
    preview(name, TextEncoding::UTF_8, MAX_SHOWN).into()
}

impl FileServer {
    /// For messages.
    fn path_of(&self, name: &[u8]) -> PathBuf {
        let name = String::from_utf8_lossy(name);
        match &self.share {
            Share::Folder { path, .. } => path.join(&*name),
            Share::Files(files) => files.get(&*name).cloned().unwrap_or_default(),
        }
    }
}
