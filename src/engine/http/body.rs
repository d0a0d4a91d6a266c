//! Bodies of answers: a file as http-serve wants it, read in pieces on blocking threads, and the cover that notices when
//! hyper is done with a body.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_core::Stream;
use http_serve::{BoxError, Entity};
use hyper::HeaderMap;
use hyper::body::{Body as _, Frame, SizeHint};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use tokio::task::JoinHandle;

use super::watch::Watch;
use crate::engine::transfer::read_at;
use crate::engine::transfer::share::Opened;
use crate::trace::Errno;
use crate::trace::transfer::End;

/// A file is read in pieces of this length. One is with hyper while the next is read: memory does not grow with the file.
const PIECE: usize = 256 * 1024;

/// A body that tells when hyper lets go of it, which it does after its last byte.
pub struct Body {
    inner: http_serve::Body,
    watch: Arc<Watch>,
}

impl Body {
    pub fn new(inner: http_serve::Body, watch: Arc<Watch>) -> Self {
        Self { inner, watch }
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        // Of an empty one that is not polled, too.
        if self.inner.is_end_stream() || self.inner.size_hint().exact() == Some(0) {
            self.watch.body_over();
        }
    }
}

/// A file that may be asked for in parts.
pub struct Whole {
    file: Arc<File>,
    path: PathBuf,
    len: u64,
    modified: Option<SystemTime>,
    etag: Option<HeaderValue>,
    kind: HeaderValue,
    watch: Arc<Watch>,
}

impl Whole {
    pub fn new(opened: Opened, path: PathBuf, watch: Arc<Watch>) -> Self {
        // A time before 1970 can't be told in HTTP's dates by the library, which would panic.
        let age = opened.modified.and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
        let (device, inode) = opened.id.unwrap_or_default();
        // All of what tells two states of a file apart; without a time there is no saying.
        let etag = age.map(|age| format!("\"{:x}-{:x}-{device:x}-{inode:x}\"", opened.len, age.as_nanos()));
        Self {
            file: Arc::new(opened.file),
            kind: kind_of(&path),
            path,
            len: opened.len,
            // HTTP's dates have whole seconds: what a client sends back must not be older than the file.
            modified: age.map(|age| UNIX_EPOCH + Duration::from_secs(age.as_secs())),
            etag: etag.and_then(|etag| HeaderValue::try_from(etag).ok()),
            watch,
        }
    }

    pub fn file(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }
}

/// What a browser is to take it for; texts are taken for UTF-8, which most are.
fn kind_of(path: &std::path::Path) -> HeaderValue {
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let is_text = kind.type_() == "text"
        || ["json", "javascript", "xml", "toml", "yaml", "x-sh"].contains(&kind.subtype().as_str())
        || kind.suffix().is_some_and(|suffix| suffix == "xml" || suffix == "json");
    let kind = if is_text { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    HeaderValue::try_from(kind).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

impl Entity for Whole {
    type Error = BoxError;
    type Data = Bytes;

    fn len(&self) -> u64 {
        self.len
    }

    fn get_range(&self, range: Range<u64>) -> Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send + Sync>> {
        Box::pin(Pieces {
            file: Arc::clone(&self.file),
            path: self.path.clone(),
            expected: self.len,
            left: range,
            reading: None,
            watch: Arc::clone(&self.watch),
        })
    }

    fn add_headers(&self, headers: &mut HeaderMap) {
        headers.insert(CONTENT_TYPE, self.kind.clone());
    }

    fn etag(&self) -> Option<HeaderValue> {
        self.etag.clone()
    }

    fn last_modified(&self) -> Option<SystemTime> {
        self.modified
    }
}

/// A part of a file, piece by piece. Nothing is read before the first piece is wanted.
struct Pieces {
    file: Arc<File>,
    path: PathBuf,
    expected: u64,
    left: Range<u64>,
    reading: Option<JoinHandle<io::Result<Bytes>>>,
    watch: Arc<Watch>,
}

impl Pieces {
    fn read(&mut self) {
        let len = usize::try_from(self.left.end - self.left.start).map_or(PIECE, |len| len.min(PIECE));
        if len > 0 {
            let (file, at) = (Arc::clone(&self.file), self.left.start);
            self.reading = Some(tokio::task::spawn_blocking(move || piece(&file, at, len)));
        }
    }

    fn fail(&mut self, end: End) -> Poll<Option<Result<Bytes, BoxError>>> {
        self.watch.body_failed(end);
        Poll::Ready(Some(Err("the file can't be read any further".into())))
    }
}

impl Stream for Pieces {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.reading.is_none() {
            this.read();
        }
        let Some(reading) = &mut this.reading else { return Poll::Ready(None) };
        let read = ready!(Pin::new(reading).poll(cx));
        this.reading = None;
        match read {
            Ok(Ok(bytes)) if bytes.is_empty() => this.fail(End::Shrank { expected: this.expected }),
            Ok(Ok(bytes)) => {
                this.left.start += bytes.len() as u64;
                // Meanwhile the system takes this one.
                this.read();
                Poll::Ready(Some(Ok(bytes)))
            }
            Ok(Err(error)) => {
                let path = this.path.clone();
                this.fail(End::Disk { op: "pread", path, errno: Errno::from(&error) })
            }
            // The runtime ends.
            Err(_) => this.fail(End::Cancelled),
        }
    }
}

/// At most `len` bytes from `at` on; none at the file's end.
fn piece(file: &File, at: u64, len: usize) -> io::Result<Bytes> {
    let mut buffer = vec![0; len];
    loop {
        match read_at(file, &mut buffer, at) {
            Ok(len) => {
                buffer.truncate(len);
                return Ok(buffer.into());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
