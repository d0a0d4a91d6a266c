//! Recording: every call goes into a file as it happens, written by a thread of its own.
//!
//! The session hands calls over in batches. What waits for the disk has a cap in bytes: when it is reached, the session
//! takes no more events from the engine until there is room, and the engine's own budget then slows the sockets. So the
//! window never waits for the disk, nothing is lost, and memory does not grow. Each batch is handed to the system in one
//! piece: what has been written is a sound file, whatever becomes of the program.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::background::{Background, Wake};
use crate::trace::export::{Exporter, Format};
use crate::trace::faults::Row;
use crate::trace::file::{Head, Name};
use crate::trace::prediction::Prediction;
use crate::trace::segments::Segment;
use crate::trace::store::Totals;
use crate::trace::{Call, Errno, Nanos};

/// What may wait for the disk: 32 MiB of calls with their bytes.
const MAX_QUEUED: u64 = 32 * 1024 * 1024;
/// What a call weighs besides its bytes.
const CALL_WEIGHT: u64 = 256;
/// A batch is handed over when it has this many calls …
const BATCH: usize = 256;
/// … and there is room for this many batches; by weight there are always fewer.
const MAX_BATCHES: usize = 1_024;
/// Places that are left for names and for the end, so that giving these never waits.
const SPARE: usize = 64;

/// What a recording is about to write into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub path: PathBuf,
    /// An existing file is replaced; the user has said so.
    pub overwrite: bool,
}

enum WriterRequest {
    Names(Vec<Name>),
    Predictions(Vec<(u64, Arc<Prediction>)>),
    Calls(Vec<Call>, u64),
    Faults(Vec<Row>),
    Segments(Vec<Segment>),
    Finish(Totals, BTreeMap<u64, String>),
}

/// Counts that both threads read.
#[derive(Default)]
struct Progress {
    queued: AtomicU64,
    calls: AtomicU64,
    bytes: AtomicU64,
    over: AtomicBool,
    /// The session waits for room.
    held: AtomicBool,
}

/// A recording that goes on.
pub struct Recorder {
    path: PathBuf,
    since: Nanos,
    requests: Sender<WriterRequest>,
    room: Receiver<()>,
    progress: Arc<Progress>,
    ended: Option<Background<io::Result<()>>>,
    batch: Vec<Call>,
    faults: Vec<Row>,
    segments: Vec<Segment>,
    weight: u64,
}

/// How a recording has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub path: PathBuf,
    /// Calls and bytes that are in the file.
    pub calls: u64,
    pub bytes: u64,
    /// Why it ended before it was asked to.
    pub failed: Option<Errno>,
}

impl Recorder {
    /// Creates the file and begins.
    ///
    /// # Errors
    /// The file can't be created (EEXIST where there is one that is not to be overwritten), or there is no thread.
    pub fn start(
        target: &Target,
        head: &Head,
        lab: &str,
        names: Vec<Name>,
        since: Nanos,
        wake: &Wake,
    ) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true);
        if target.overwrite {
            options.create(true).truncate(true);
        } else {
            options.create_new(true);
        }
        let file = options.open(&target.path)?;
        let format = Format::of_recording(&target.path);
        let progress = Arc::new(Progress::default());
        let mut exporter = Exporter::new(format, Blocks::new(file, Arc::clone(&progress)), head)?;
        exporter.lab(lab)?;
        exporter.names(&names)?;
        exporter.flush()?;
        let (requests, taken) = bounded(MAX_BATCHES);
        let (made_room, room) = bounded(1);
        let (shared, waking) = (Arc::clone(&progress), Wake::clone(wake));
        let ended = Background::run("recording", wake, move || {
            let ended = write_all(exporter, &taken, &shared, &|| {
                let _ = made_room.try_send(());
                waking();
            });
            shared.over.store(true, Ordering::Release);
            // A sender that waits for room is woken.
            let _ = made_room.try_send(());
            ended
        })?;
        Ok(Self {
            path: target.path.clone(),
            since,
            requests,
            room,
            progress,
            ended: Some(ended),
            batch: Vec::with_capacity(BATCH),
            faults: Vec::new(),
            segments: Vec::new(),
            weight: 0,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// When it began, on the lab's clock.
    pub fn since(&self) -> Nanos {
        self.since
    }

    /// Bytes that are in the file by now.
    pub fn written(&self) -> u64 {
        self.progress.bytes.load(Ordering::Relaxed)
    }

    /// False while so much waits for the disk that no more is taken; the session is woken when that is over.
    pub fn has_room(&self) -> bool {
        if self.is_below_cap() {
            return true;
        }
        self.progress.held.store(true, Ordering::SeqCst);
        // The thread may have made room before it could see that somebody waits.
        self.is_below_cap()
    }

    fn is_below_cap(&self) -> bool {
        let queued = self.progress.queued.load(Ordering::SeqCst) + self.weight;
        queued < MAX_QUEUED && self.requests.len() < MAX_BATCHES - SPARE || self.is_over()
    }

    /// True when the writing thread has ended, which it does by itself only when it failed.
    pub fn is_over(&self) -> bool {
        self.progress.over.load(Ordering::Acquire)
    }

    /// Waits until there is room, at most for so long.
    pub fn wait_for_room(&self, longest: Duration) {
        if !self.has_room() {
            let _ = self.room.recv_timeout(longest);
        }
    }

    /// Takes a call; its bytes are shared and not copied.
    pub fn call(&mut self, call: &Call) {
        self.weight += CALL_WEIGHT + call.data.len() as u64;
        self.batch.push(call.clone());
        if self.batch.len() >= BATCH {
            self.flush();
        }
    }

    /// An endpoint was added or renamed.
    pub fn name(&mut self, name: Name) {
        self.flush();
        self.give(WriterRequest::Names(vec![name]));
    }

    /// Something was said of a call, or taken back: before the call is given, or later.
    pub fn prediction(&mut self, seq: u64, said: Arc<Prediction>) {
        self.flush();
        self.give(WriterRequest::Predictions(vec![(seq, said)]));
    }

    /// A fault has happened, and it is known who felt it, or that is given up.
    pub fn fault(&mut self, row: &Row) {
        self.faults.push(row.clone());
        if self.faults.len() >= BATCH {
            self.flush();
        }
    }

    /// A frame went over the lossy link: packets are what a capture file has of it.
    pub fn segment(&mut self, segment: &Segment) {
        self.segments.push(segment.clone());
        if self.segments.len() >= BATCH {
            self.flush();
        }
    }

    /// Hands over what was taken.
    pub fn flush(&mut self) {
        self.flush_calls();
        if !self.segments.is_empty() {
            let segments = std::mem::take(&mut self.segments);
            self.give(WriterRequest::Segments(segments));
        }
        if !self.faults.is_empty() {
            let faults = std::mem::take(&mut self.faults);
            self.give(WriterRequest::Faults(faults));
        }
    }

    fn flush_calls(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        let weight = std::mem::take(&mut self.weight);
        self.progress.queued.fetch_add(weight, Ordering::SeqCst);
        self.give(WriterRequest::Calls(batch, weight));
    }

    /// The channel has room: [`Self::has_room`] was asked before. Where the thread has ended, there is nobody to give to.
    fn give(&self, request: WriterRequest) {
        let _ = self.requests.send(request);
    }

    /// Says that nothing more will come. [`Self::ended`] tells when all of it is written.
    pub fn finish(&mut self, totals: Totals, notes: BTreeMap<u64, String>) {
        self.flush();
        self.give(WriterRequest::Finish(totals, notes));
    }

    /// How it ended, once it has.
    pub fn ended(&mut self) -> Option<Recorded> {
        if !self.is_over() {
            return None;
        }
        Some(self.wait())
    }

    /// Waits until the thread has ended.
    pub fn wait(&mut self) -> Recorded {
        let failed = match self.ended.take().map(|ended| ended.wait()) {
            Some(Some(Err(error))) => Some(Errno::from(&error)),
            // The thread does not panic; if it did, the file is as it is.
            Some(None) => Errno::by_name("EIO"),
            Some(Some(Ok(()))) | None => None,
        };
        Recorded {
            path: self.path.clone(),
            calls: self.progress.calls.load(Ordering::Relaxed),
            bytes: self.written(),
            failed,
        }
    }
}

fn write_all(
    mut out: Exporter<Blocks>,
    requests: &Receiver<WriterRequest>,
    progress: &Progress,
    told: &dyn Fn(),
) -> io::Result<()> {
    for request in requests {
        match request {
            WriterRequest::Names(names) => {
                out.names(&names)?;
                out.flush()?;
            }
            WriterRequest::Predictions(said) => {
                out.predictions(&said)?;
                out.flush()?;
            }
            WriterRequest::Calls(calls, weight) => {
                let (mut bytes, mut unwritten) = (0, 0);
                for call in &calls {
                    out.call(call)?;
                    bytes += call.data.len();
                    unwritten += 1;
                    // Where the disk has no room for all of it, it has room for the beginning.
                    if bytes >= PIECE {
                        out.flush()?;
                        progress.calls.fetch_add(std::mem::take(&mut unwritten), Ordering::Relaxed);
                        bytes = 0;
                    }
                }
                out.flush()?;
                progress.calls.fetch_add(unwritten, Ordering::Relaxed);
                progress.queued.fetch_sub(weight, Ordering::SeqCst);
                // Only a blocked sender must be woken.
                if progress.held.swap(false, Ordering::SeqCst) {
                    told();
                }
            }
            WriterRequest::Segments(segments) => {
                out.segments(segments.iter())?;
                out.flush()?;
            }
            WriterRequest::Faults(rows) => {
                out.faults(&rows)?;
                out.flush()?;
            }
            WriterRequest::Finish(totals, notes) => {
                out.finish(totals, &notes)?;
                return Ok(());
            }
        }
    }
    // The session is gone without a word: what there is stays.
    out.flush()
}

/// A batch with more bytes than this is written in pieces: 256 KiB.
const PIECE: usize = 256 * 1024;

/// Collects complete blocks, and writes them in one piece. What could be written only in part is taken back.
struct Blocks {
    file: File,
    collected: Vec<u8>,
    progress: Arc<Progress>,
    failed: bool,
}

/// So much memory is kept for the next batch: 4 MiB.
const KEPT: usize = 4 * 1024 * 1024;

impl Blocks {
    fn new(file: File, progress: Arc<Progress>) -> Self {
        Self { file, collected: Vec::new(), progress, failed: false }
    }
}

impl Write for Blocks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.collected.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.collected.is_empty() || self.failed {
            return Ok(());
        }
        let sound = self.progress.bytes.load(Ordering::Relaxed);
        let written = self.file.write_all(&self.collected);
        if let Err(error) = written {
            self.failed = true;
            // As far as it goes: a file with a piece of a block at its end can be read nevertheless.
            let _ = self.file.set_len(sound).and_then(|()| self.file.seek(SeekFrom::Start(sound)));
            return Err(error);
        }
        self.progress.bytes.fetch_add(self.collected.len() as u64, Ordering::Relaxed);
        self.collected.clear();
        self.collected.shrink_to(KEPT);
        Ok(())
    }
}
