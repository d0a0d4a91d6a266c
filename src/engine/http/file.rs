//! A file that may be asked for in parts: the head of its answer, and the segments of the body.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use hyper::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, DATE, ETAG, HeaderValue, LAST_MODIFIED, RANGE,
};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};

use super::body::{Body, Segment, Source};
use super::condition::{Outcome, State};
use super::range::{self, Asked};
use super::watch::Watch;
use crate::engine::transfer::share::Opened;

/// Between the parts of an answer with several: it need not be unlikely, since each part has its length.
const BOUNDARY: &str = "B";

/// About what the head of a part takes; where that and the parts are more than the file, the file goes out instead.
const PART_HEAD: u64 = 80;

pub struct Whole {
    source: Arc<Source>,
    len: u64,
    modified: Option<SystemTime>,
    etag: Option<HeaderValue>,
    kind: HeaderValue,
    watch: Arc<Watch>,
}

impl Whole {
    pub fn new(opened: Opened, path: PathBuf, watch: Arc<Watch>) -> Self {
        // HTTP's dates can't express times before 1970.
        let age = opened.modified.and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
        let (device, inode) = opened.id.unwrap_or_default();
        // All of what tells two states of a file apart; without a time there is no saying.
        let etag = age.map(|age| format!("\"{:x}-{:x}-{device:x}-{inode:x}\"", opened.len, age.as_nanos()));
        Self {
            kind: kind_of(&path),
            len: opened.len,
            source: Arc::new(Source { file: Arc::new(opened.file), path, expected: opened.len }),
            // HTTP's dates have whole seconds: what a client sends back must not be older than the file.
            modified: age.map(|age| UNIX_EPOCH + Duration::from_secs(age.as_secs())),
            etag: etag.and_then(|etag| HeaderValue::try_from(etag).ok()),
            watch,
        }
    }

    pub fn file(&self) -> Arc<File> {
        Arc::clone(&self.source.file)
    }

    pub fn len(&self) -> u64 {
        self.len
    }

    /// The answer to a GET or HEAD, conditions and ranges included.
    pub fn answer<T>(&self, request: &Request<T>) -> Response<Body> {
        let mut head = HeaderMap::new();
        head.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        if let Some(modified) = self.modified {
            // Not later than the Date of the same answer (RFC 9110, 8.8.2.1), which is therefore set here.
            let now = SystemTime::now();
            insert(&mut head, DATE, httpdate::fmt_http_date(now));
            insert(&mut head, LAST_MODIFIED, httpdate::fmt_http_date(modified.min(now)));
        }
        if let Some(etag) = &self.etag {
            head.insert(ETAG, etag.clone());
        }
        let state = State { etag: self.etag.as_ref(), modified: self.modified };
        match state.outcome(request.headers()) {
            Outcome::Send => {}
            Outcome::NotModified => return self.response(StatusCode::NOT_MODIFIED, head, Vec::new()),
            Outcome::PreconditionFailed => {
                return self.text(StatusCode::PRECONDITION_FAILED, head, "Precondition failed");
            }
            Outcome::BadRequest(words) => return self.text(StatusCode::BAD_REQUEST, HeaderMap::new(), words),
        }
        let if_range = state.keeps_range(request.headers());
        let field = request.headers().get(RANGE).filter(|_| if_range != Some(false));
        // A client that says which state it has knows the rest of the head already (RFC 9110, 15.3.7).
        let kind = (if_range != Some(true)).then_some(&self.kind);
        let is_head = request.method() == Method::HEAD;
        match range::asked(field, self.len) {
            Asked::Nothing => {
                insert(&mut head, CONTENT_RANGE, format!("bytes */{}", self.len));
                self.response(StatusCode::RANGE_NOT_SATISFIABLE, head, Vec::new())
            }
            Asked::Parts(parts) if parts.len() == 1 => {
                let part = parts.into_iter().next().unwrap_or_default();
                insert(&mut head, CONTENT_RANGE, self.place(&part));
                insert(&mut head, CONTENT_LENGTH, (part.end - part.start).to_string());
                if let Some(kind) = kind {
                    head.insert(CONTENT_TYPE, kind.clone());
                }
                let body = if is_head { Vec::new() } else { vec![Segment::File(part)] };
                self.response(StatusCode::PARTIAL_CONTENT, head, body)
            }
            Asked::Parts(parts) if about(&parts) < self.len => {
                let mut body = Vec::new();
                for part in parts {
                    let mut text = format!("\r\n--{BOUNDARY}\r\nContent-Range: {}\r\n", self.place(&part)).into_bytes();
                    if let Some(kind) = kind {
                        text.extend([b"content-type: ", kind.as_bytes(), b"\r\n"].concat());
                    }
                    text.extend(b"\r\n");
                    body.extend([Segment::Bytes(text.into()), Segment::File(part)]);
                }
                body.push(Segment::Bytes(format!("\r\n--{BOUNDARY}--\r\n").into()));
                insert(&mut head, CONTENT_LENGTH, body.iter().map(Segment::len).sum::<u64>().to_string());
                insert(&mut head, CONTENT_TYPE, format!("multipart/byteranges; boundary={BOUNDARY}"));
                self.response(StatusCode::PARTIAL_CONTENT, head, if is_head { Vec::new() } else { body })
            }
            Asked::Whole | Asked::Parts(_) => {
                insert(&mut head, CONTENT_LENGTH, self.len.to_string());
                head.insert(CONTENT_TYPE, self.kind.clone());
                let body = if is_head { Vec::new() } else { vec![Segment::File(0..self.len)] };
                self.response(StatusCode::OK, head, body)
            }
        }
    }

    fn place(&self, part: &Range<u64>) -> String {
        format!("bytes {}-{}/{}", part.start, part.end - 1, self.len)
    }

    fn text(&self, status: StatusCode, head: HeaderMap, text: &'static str) -> Response<Body> {
        self.response(status, head, vec![Segment::Bytes(Bytes::from_static(text.as_bytes()))])
    }

    fn response(&self, status: StatusCode, head: HeaderMap, body: Vec<Segment>) -> Response<Body> {
        let mut response = Response::new(Body::of_file(&self.source, body, Arc::clone(&self.watch)));
        *response.status_mut() = status;
        *response.headers_mut() = head;
        response
    }
}

/// About how long an answer with these parts is.
fn about(parts: &[Range<u64>]) -> u64 {
    parts.iter().fold(0u64, |sum, part| sum.saturating_add(PART_HEAD).saturating_add(part.end - part.start))
}

/// Digits, dates and ranges are always a field's value.
fn insert(head: &mut HeaderMap, name: hyper::header::HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        head.insert(name, value);
    }
}

/// What a browser is to take it for; texts are taken for UTF-8, which most are.
fn kind_of(path: &Path) -> HeaderValue {
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let is_text = kind.type_() == "text"
        || ["json", "javascript", "xml", "toml", "yaml", "x-sh"].contains(&kind.subtype().as_str())
        || kind.suffix().is_some_and(|suffix| suffix == "xml" || suffix == "json");
    let kind = if is_text { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    HeaderValue::try_from(kind).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}
