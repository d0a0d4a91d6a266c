//! A part within Python that tells what the program's sockets do: where the system has no other way to watch it, or
//! where that is asked for.
//!
//! It is a `sitecustomize` in a folder of its own, which Python finds over PYTHONPATH. It sees what Python code does and
//! nothing that a library does by itself, which is said wherever such calls are shown.

mod recording;
mod told;

use std::io::{self, BufRead as _, BufReader, Read as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::news::News;
use crate::engine::Recorder;
use crate::trace::program::{Seen, Unwatched};
use recording::Recording;
use told::{MAX_LINE, Told};

const SITE: &str = include_str!("sitecustomize.py");

/// The most processes of one program that tell at once.
const MAX_PROCESSES: usize = 256;
/// How often is looked whether the session has caught up.
const LOOK: Duration = Duration::from_millis(1);
/// So long a Python program may take until it tells, and how often is looked whether it has.
const PATIENCE: Duration = Duration::from_secs(5);
const STEP: Duration = Duration::from_millis(50);
/// How long what a process has told is waited for after its end.
const DRAIN: Duration = Duration::from_secs(2);

/// Where the part within Python tells.
pub struct Shim {
    folder: TempDir,
    listener: TcpListener,
    token: String,
    snaplen: usize,
}

/// Whoever listens to it. Dropped, nobody does any more.
pub struct Listening {
    shared: Arc<Shared>,
    port: u16,
    _folder: TempDir,
}

struct Shared {
    token: String,
    recording: Mutex<Recording>,
    recorder: Recorder,
    news: News,
    /// How many processes tell now.
    processes: AtomicUsize,
    /// One has told at all.
    has_told: AtomicBool,
    /// That none has told is said.
    is_missed: AtomicBool,
    over: AtomicBool,
}

impl Shim {
    /// # Errors
    /// There is no folder for it, or no port.
    pub fn new(snaplen: usize) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("socket-lab-").tempdir()?;
        std::fs::write(folder.path().join("sitecustomize.py"), SITE)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        Ok(Self { folder, listener, token: token(), snaplen })
    }

    /// Has the command's Python find it. `path` is the PYTHONPATH that the program would have had.
    ///
    /// # Errors
    /// The listener has no address.
    pub fn put_before(&self, command: &mut Command, path: Option<&Path>) -> io::Result<()> {
        let port = self.listener.local_addr()?.port();
        let folders = std::iter::once(self.folder.path().to_owned())
            .chain(path.into_iter().flat_map(|path| std::env::split_paths(path.as_os_str()).collect::<Vec<_>>()));
        let joined = std::env::join_paths(folders).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        command.env("PYTHONPATH", joined);
        command.env("SOCKET_LAB_SHIM", format!("{port}|{}|{}", self.token, self.snaplen));
        Ok(())
    }

    /// Takes what is told from now on. The first connection gets the number `next_conn`.
    ///
    /// # Errors
    /// There is no thread for it.
    pub fn listen(self, recorder: Recorder, next_conn: u32, pid: u32, news: News) -> io::Result<Listening> {
        let Self { folder, listener, token, .. } = self;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            token,
            recording: Mutex::new(Recording::new(recorder.clone(), next_conn)),
            recorder,
            news,
            processes: AtomicUsize::new(0),
            has_told: AtomicBool::new(false),
            is_missed: AtomicBool::new(false),
            over: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        std::thread::Builder::new().name("socket-lab-py".to_owned()).spawn(move || accepting.accept(&listener, pid))?;
        let missing = Arc::clone(&shared);
        std::thread::Builder::new().name("socket-lab-py".to_owned()).spawn(move || missing.miss(pid))?;
        Ok(Listening { shared, port, _folder: folder })
    }
}

impl Listening {
    /// The program has ended: waits until what it has told has been taken.
    pub fn drain(&self, pid: u32) {
        let until = Instant::now() + DRAIN;
        while self.shared.processes.load(Ordering::SeqCst) > 0 && Instant::now() < until {
            std::thread::sleep(LOOK);
        }
        self.shared.missed(pid);
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts; where that fails it is gone already.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

impl Shared {
    /// Says so where nothing has been told after a while: then it is no Python program, or one that was started without
    /// what it loads by itself.
    fn miss(&self, pid: u32) {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if self.over.load(Ordering::SeqCst) || self.has_told.load(Ordering::SeqCst) {
                return;
            }
            std::thread::sleep(STEP);
        }
        self.missed(pid);
    }

    fn missed(&self, pid: u32) {
        if !self.has_told.load(Ordering::SeqCst) && !self.is_missed.swap(true, Ordering::SeqCst) {
            self.news.unwatched(Unwatched::NotPython, pid.cast_signed());
        }
    }

    fn accept(self: Arc<Self>, listener: &TcpListener, pid: u32) {
        for connection in listener.incoming() {
            if self.over.load(Ordering::SeqCst) {
                return;
            }
            let Ok(connection) = connection else { continue };
            if self.processes.load(Ordering::SeqCst) >= MAX_PROCESSES {
                continue;
            }
            self.processes.fetch_add(1, Ordering::SeqCst);
            let shared = Arc::clone(&self);
            let read = move || {
                shared.read(connection, pid);
                shared.processes.fetch_sub(1, Ordering::SeqCst);
            };
            if std::thread::Builder::new().name("socket-lab-py".to_owned()).spawn(read).is_err() {
                self.processes.fetch_sub(1, Ordering::SeqCst);
            }
        }
    }

    /// What a child does comes after what its parent did before.
    fn hear_parent(&self, child: &Told) {
        let Some(parent) = child.parent else { return };
        let until = Instant::now() + DRAIN;
        let has_heard = || self.recording.lock().unwrap_or_else(PoisonError::into_inner).has_heard(parent, child.after);
        while !has_heard() && !self.over.load(Ordering::SeqCst) && Instant::now() < until {
            std::thread::sleep(LOOK);
        }
    }

    /// One process, to its end. What is no line, or comes without the token, ends it.
    fn read(&self, connection: TcpStream, main: u32) {
        let mut lines = BufReader::new(connection);
        let mut line = Vec::new();
        let mut process = None;
        loop {
            while !self.news.is_ready() && !self.over.load(Ordering::SeqCst) {
                std::thread::sleep(LOOK);
            }
            line.clear();
            match lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line) {
                Ok(len) if len > 0 => {}
                _ => break,
            }
            let Ok(told) = serde_json::from_slice::<Told>(&line) else { break };
            if process.is_none() {
                self.hear_parent(&told);
            }
            let mut recording = self.recording.lock().unwrap_or_else(PoisonError::into_inner);
            match process {
                None if told.token.as_ref() == Some(&self.token) => {
                    let now = self.recorder.now();
                    recording.process(told.pid, told.parent, told.now, now);
                    process = Some(told.pid);
                    if !self.has_told.swap(true, Ordering::SeqCst) {
                        self.news.started(main, Seen::Python);
                    }
                }
                None => break,
                Some(pid) => {
                    if let Some((name, path)) = recording.told(pid, &told)
                        && let Some(text) = super::source_text(&path)
                    {
                        self.news.source(&name, &text);
                    }
                }
            }
        }
        if let Some(pid) = process {
            let mut recording = self.recording.lock().unwrap_or_else(PoisonError::into_inner);
            for (socket, conn) in recording.ended(pid) {
                self.news.closed(socket, conn);
            }
        }
    }
}

/// A word that nobody else knows: hashes under keys that the system's own randomness gives.
fn token() -> String {
    use std::hash::{BuildHasher as _, RandomState};
    (0..2u8).map(|part| format!("{:016x}", RandomState::new().hash_one(part))).collect()
}
