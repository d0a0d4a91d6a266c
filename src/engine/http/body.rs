//! The body of an answer: bytes and parts of a file, which are read in pieces on blocking threads. It notices when hyper is
//! done with it.

use std::collections::VecDeque;
use std::error::Error;
use std::fs::File;
use std::future::Future as _;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::task::JoinHandle;

use super::watch::Watch;
use crate::engine::transfer::read_at;
use crate::trace::Errno;
use crate::trace::transfer::End;

/// A file is read in pieces of this length. One is with hyper while the next is read: memory does not grow with the file.
const PIECE: usize = 256 * 1024;

pub type BoxError = Box<dyn Error + Send + Sync>;

/// A stretch of a body.
#[derive(Debug)]
pub enum Segment {
    Bytes(Bytes),
    /// These bytes of the body's file.
    File(Range<u64>),
}

impl Segment {
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(range) => range.end - range.start,
        }
    }
}

/// The file that a body's segments come from.
pub struct Source {
    pub file: Arc<File>,
    pub path: PathBuf,
    /// Its length when it was opened.
    pub expected: u64,
}

pub struct Body {
    segments: VecDeque<Segment>,
    left: u64,
    source: Option<Arc<Source>>,
    /// The next piece of the first segment. Nothing is read before the first piece is wanted.
    reading: Option<JoinHandle<io::Result<Bytes>>>,
    watch: Arc<Watch>,
}

impl Body {
    pub fn of_file(source: &Arc<Source>, segments: Vec<Segment>, watch: Arc<Watch>) -> Self {
        Self::new(segments, Some(Arc::clone(source)), watch)
    }

    pub fn of_text(text: Option<String>, watch: Arc<Watch>) -> Self {
        Self::new(text.map(|text| Segment::Bytes(text.into())).into_iter().collect(), None, watch)
    }

    fn new(segments: Vec<Segment>, source: Option<Arc<Source>>, watch: Arc<Watch>) -> Self {
        let left = segments.iter().map(Segment::len).sum();
        Self { segments: segments.into(), left, source, reading: None, watch }
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        while self.segments.front().is_some_and(|segment| segment.len() == 0) {
            self.segments.pop_front();
        }
        let range = match self.segments.front_mut() {
            None => return Poll::Ready(None),
            Some(Segment::Bytes(bytes)) => return Poll::Ready(Some(Ok(std::mem::take(bytes)))),
            Some(Segment::File(range)) => range,
        };
        let Some(source) = &self.source else { return Poll::Ready(None) };
        let reading = self.reading.get_or_insert_with(|| read(source, range));
        let piece = ready!(Pin::new(reading).poll(cx));
        self.reading = None;
        let end = match piece {
            Ok(Ok(bytes)) if bytes.is_empty() => End::Shrank { expected: source.expected },
            Ok(Ok(bytes)) => {
                range.start += bytes.len() as u64;
                // Meanwhile the system takes this one.
                self.reading = (!range.is_empty()).then(|| read(source, range));
                return Poll::Ready(Some(Ok(bytes)));
            }
            Ok(Err(error)) => End::Disk { op: "pread", path: source.path.clone(), errno: Errno::from(&error) },
            // The runtime ends.
            Err(_) => End::Cancelled,
        };
        self.segments.clear();
        self.watch.body_failed(end);
        Poll::Ready(Some(Err("the file can't be read any further".into())))
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let piece = ready!(self.poll_piece(cx));
        if let Some(Ok(bytes)) = &piece {
            self.left -= bytes.len() as u64;
        }
        Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }
}

impl Drop for Body {
    /// Hyper drops a body after its last byte, an empty one without asking for any.
    fn drop(&mut self) {
        if self.left == 0 {
            self.watch.body_over();
        }
    }
}

/// Begins to read the beginning of a range that is not empty.
fn read(source: &Source, range: &Range<u64>) -> JoinHandle<io::Result<Bytes>> {
    let len = usize::try_from(range.end - range.start).map_or(PIECE, |len| len.min(PIECE));
    let (file, at) = (Arc::clone(&source.file), range.start);
    tokio::task::spawn_blocking(move || piece(&file, at, len))
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
