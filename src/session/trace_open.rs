//! Opening a trace file: a thread reads it, the session takes over what has been read, and the views show it meanwhile.
//! An opened trace is read-only: its lab's sockets stay closed until another lab is begun or opened.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::document::Document;
use super::{Change, Endpoint, EndpointStatus, Session};
use crate::background::{Background, Progress, Reporter};
use crate::lab::{EndpointSpec, Lab, file as lab_file};
use crate::trace::file::{Chunk, Head, Name, Stopped, TraceReader};
use crate::trace::store::DEFAULT_RETENTION;
use crate::trace::{Errno, FileNotice, Notice, Trace};

/// How much of an opened trace is kept in memory: 2 GiB. Of a longer one the oldest calls leave, and are counted.
pub const OPENED_RETENTION: u64 = 8 * DEFAULT_RETENTION;

/// How long one pump takes over calls.
const BUDGET: Duration = Duration::from_millis(4);
/// Chunks that were read and not taken over yet.
const MAX_CHUNKS: usize = 8;

/// The trace that is shown instead of a live one.
pub struct Viewed {
    path: PathBuf,
    size: u64,
    read: u64,
    loading: Option<Background<News>>,
}

/// A file whose beginning is being read.
pub(super) struct Opening {
    path: PathBuf,
    size: u64,
    news: Background<News>,
}

enum News {
    Begins(Head),
    /// With how many bytes of the file are read.
    Chunk(Chunk, u64),
    Stopped(Stopped),
    Failed(Errno),
}

impl Viewed {
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// From 0 to 1 while it is still being read.
    pub fn progress(&self) -> Option<f32> {
        self.loading.as_ref()?;
        Some((self.read as f64 / self.size.max(1) as f64).min(1.0) as f32)
    }
}

fn read(path: &Path, reporter: &Reporter<News>) -> io::Result<()> {
    let tell = |news| reporter.report(news);
    let file = File::open(path)?;
    let input: Box<dyn Read> = Box::new(BufReader::with_capacity(1 << 20, file));
    let mut reader = match TraceReader::new(input) {
        Ok((reader, head)) => {
            if !tell(News::Begins(head)) {
                return Ok(());
            }
            reader
        }
        Err(stopped) => {
            tell(News::Stopped(stopped));
            return Ok(());
        }
    };
    loop {
        match reader.next_chunk() {
            Ok(None) => return Ok(()),
            Ok(Some(chunk)) => {
                // Nobody wants it any more.
                if !tell(News::Chunk(chunk, reader.offset())) {
                    return Ok(());
                }
            }
            Err(stopped) => {
                tell(News::Stopped(stopped));
                return Ok(());
            }
        }
    }
}

impl Session {
    /// Shows a trace file instead of the lab, as soon as its beginning is read: what is open is closed then. A file
    /// that can't be read gives a notice, and changes nothing.
    ///
    /// # Errors
    /// There is no thread to read it.
    pub fn open_trace(&mut self, path: PathBuf) -> io::Result<()> {
        let target = path.clone();
        let news = Background::stream("open trace", &self.wake, MAX_CHUNKS, move |reporter| {
            if let Err(error) = read(&target, &reporter) {
                reporter.finish(News::Failed(Errno::from(&error)));
            }
        })?;
        let size = std::fs::metadata(&path).map_or(0, |about| about.len());
        self.opening = Some(Opening { path, size, news });
        Ok(())
    }

    /// The trace that is shown instead of a live one, if one is.
    pub fn viewed(&self) -> Option<&Viewed> {
        self.lab.viewed.as_ref()
    }

    /// Reads no more of the trace that is being opened; what was read stays.
    pub fn stop_loading(&mut self) {
        self.opening = None;
        if let Some(viewed) = &mut self.lab.viewed {
            viewed.loading = None;
        }
    }

    /// Takes over what was read. True where there may be more at once.
    pub(super) fn take_opened(&mut self, told: &mut dyn FnMut(Notice)) -> bool {
        self.take_opening(told);
        let began = Instant::now();
        while let Some((news, path)) = self.lab.viewed.as_ref().and_then(|viewed| {
            let loading = viewed.loading.as_ref()?;
            Some((loading.poll(), viewed.path.clone()))
        }) {
            match news {
                Progress::Ready(News::Chunk(chunk, read)) => {
                    if let Some(viewed) = &mut self.lab.viewed {
                        viewed.read = read;
                    }
                    self.take_chunk(chunk);
                }
                Progress::Ready(News::Stopped(Stopped { offset, chunk, kind })) => {
                    let calls = self.lab.trace.next_seq() - self.lab.trace.first_seq() + self.evicted_by_opening();
                    self.end_loading(told);
                    told(self.file_notice(FileNotice::TraceStopped { path, calls, offset, chunk, kind }));
                }
                Progress::Ready(News::Failed(errno)) => {
                    told(self.file_notice(FileNotice::TraceNotOpened { path, errno: Some(errno) }));
                }
                Progress::Ready(News::Begins(_)) => {}
                Progress::Pending => return false,
                Progress::Ended => self.end_loading(told),
            }
            if began.elapsed() >= BUDGET {
                return true;
            }
        }
        false
    }

    fn evicted_by_opening(&self) -> u64 {
        self.lab.trace.evicted_calls().saturating_sub(self.lab.evicted_before)
    }

    fn end_loading(&mut self, told: &mut dyn FnMut(Notice)) {
        let evicted = self.evicted_by_opening();
        if let Some(viewed) = &mut self.lab.viewed {
            viewed.loading = None;
            if evicted > 0 {
                let kind = FileNotice::TraceTooLong { path: viewed.path.clone(), evicted };
                told(self.file_notice(kind));
            }
        }
    }

    fn take_opening(&mut self, told: &mut dyn FnMut(Notice)) {
        let Some(opening) = &self.opening else { return };
        let news = match opening.news.poll() {
            Progress::Ready(news) => news,
            Progress::Pending => return,
            Progress::Ended => News::Failed(Errno::from(&io::Error::other("no reader"))),
        };
        let Some(Opening { path, size, news: rest }) = self.opening.take() else { return };
        let kind = match news {
            News::Begins(head) => {
                self.show(path, size, head, rest);
                return;
            }
            News::Stopped(Stopped { offset, chunk, kind }) => {
                FileNotice::TraceStopped { path, calls: 0, offset, chunk, kind }
            }
            News::Failed(errno) => FileNotice::TraceNotOpened { path, errno: Some(errno) },
            News::Chunk(..) => FileNotice::TraceNotOpened { path, errno: None },
        };
        told(self.file_notice(kind));
    }

    fn show(&mut self, path: PathBuf, size: u64, head: Head, rest: Background<News>) {
        self.begin_lab(Lab::default(), None, Change::OpenedTrace);
        let Head { began, first_seq, evicted_calls, evicted_bytes } = head;
        self.lab.trace = Trace::resumed(began, OPENED_RETENTION, first_seq, evicted_calls, evicted_bytes);
        self.lab.evicted_before = evicted_calls;
        self.viewed_specs.clear();
        self.lab.viewed = Some(Viewed { path, size, read: 0, loading: Some(rest) });
    }

    fn take_chunk(&mut self, chunk: Chunk) {
        match chunk {
            Chunk::Calls(calls) => {
                for call in calls {
                    self.lab.trace.push(call);
                }
            }
            Chunk::Predictions(said) => {
                said.into_iter().for_each(|(seq, said)| self.lab.trace.predict(seq, said));
            }
            Chunk::Faults(faults) => {
                faults.into_iter().for_each(|(harm, felt)| self.lab.ledger.restore(harm, felt));
            }
            Chunk::Lab(text) => self.take_lab(&text),
            Chunk::Names(names) => {
                for name in names {
                    self.take_name(name);
                }
                self.settle_document();
            }
            Chunk::Notes(notes) => self.lab.bookmarks.replace(notes),
            Chunk::Done(totals) => self.lab.trace.set_totals(totals),
        }
    }

    /// The lab that the trace is of; its endpoints come with their names and numbers.
    fn take_lab(&mut self, text: &str) {
        // One that this program can't read is a pity: the calls are there nevertheless.
        let Ok(lab) = lab_file::parse(text, None) else { return };
        let (document, endpoints, _) = Document::of(lab);
        self.lab.document = document;
        self.viewed_specs = endpoints.into_iter().map(|spec| (spec.name.clone(), spec)).collect();
        self.settle_document();
    }

    fn take_name(&mut self, Name { endpoint: id, name, encoding }: Name) {
        self.lab.trace.set_name(id, &name);
        if let Some(known) = self.endpoints.iter_mut().find(|known| known.id == id) {
            known.spec.name = name.as_ref().to_owned();
        } else if let Some(mut spec) = self.viewed_specs.remove(name.as_ref()) {
            spec.encoding = encoding;
            self.endpoints.push(Endpoint { id, spec, live: EndpointStatus::default() });
        }
        // The engine has never heard of this one, and must not confuse it with the next that is added.
        self.next_endpoint = self.next_endpoint.max(id.0.saturating_add(1));
    }
}

/// The lab's endpoints that have not shown up among the names yet.
pub(super) type Specs = HashMap<String, EndpointSpec>;
