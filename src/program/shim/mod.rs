//! A part within Python that tells what the program's sockets do: where the system has no other way to watch it, or
//! where that is asked for.
//!
//! It is a `sitecustomize` in a folder of its own, which Python finds over PYTHONPATH. It sees what Python code does and
//! nothing that a library does by itself, which is said wherever such calls are shown.

mod recording;
mod told;

use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
/// How long whoever connects may take to say that the lab has sent it.
const GREETING: Duration = Duration::from_secs(10);

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
    /// How many processes tell now, or are about to.
    processes: AtomicUsize,
    /// How many of them have not said yet who they are.
    unknown: AtomicUsize,
    /// Their connections, which are cut when nobody listens any more.
    connections: Mutex<Connections>,
    /// One has told at all.
    has_told: AtomicBool,
    /// That none has told is said.
    is_missed: AtomicBool,
    over: AtomicBool,
}

#[derive(Default)]
struct Connections {
    open: HashMap<u64, TcpStream>,
    last: u64,
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
            unknown: AtomicUsize::new(0),
            connections: Mutex::default(),
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
        self.accept_all();
        let tells = || self.shared.unknown.load(Ordering::SeqCst) > 0 || lock(&self.shared.recording).is_telling(pid);
        while tells() && Instant::now() < until {
            std::thread::sleep(LOOK);
        }
        self.shared.missed(pid);
    }

    /// Connects as well and is turned away: whoever has connected before is known of then.
    fn accept_all(&self) {
        let Ok(mut turned_away) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) else { return };
        // Whatever comes of it, that much time is enough.
        let _ = turned_away.set_read_timeout(Some(DRAIN));
        let _ = turned_away.write_all(b"\n").and_then(|()| turned_away.read(&mut [0]));
    }

    /// Goes on listening to what the program has left behind, until that has ended or is to be ended.
    pub fn until_all_end(&self) {
        let tells = || self.shared.processes.load(Ordering::SeqCst) > 0;
        while tells() && !self.shared.news.is_ending() {
            std::thread::sleep(STEP);
        }
        let until = Instant::now() + DRAIN;
        while tells() && Instant::now() < until {
            std::thread::sleep(LOOK);
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // Wakes the threads that accept and read; where that fails they are gone already.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        for connection in lock(&self.shared.connections).open.values() {
            let _ = connection.shutdown(Shutdown::Both);
        }
        // What a process is telling now is its last word.
        lock(&self.shared.recording).all_ended();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
            self.unknown.fetch_add(1, Ordering::SeqCst);
            let shared = Arc::clone(&self);
            let read = move || {
                let number = shared.keep(&connection);
                shared.read(connection, pid);
                lock(&shared.connections).open.remove(&number);
                shared.processes.fetch_sub(1, Ordering::SeqCst);
            };
            if std::thread::Builder::new().name("socket-lab-py".to_owned()).spawn(read).is_err() {
                self.unknown.fetch_sub(1, Ordering::SeqCst);
                self.processes.fetch_sub(1, Ordering::SeqCst);
            }
        }
    }

    /// Keeps a connection so that it can be cut.
    fn keep(&self, connection: &TcpStream) -> u64 {
        let mut connections = lock(&self.connections);
        connections.last += 1;
        let number = connections.last;
        if let Ok(copy) = connection.try_clone() {
            connections.open.insert(number, copy);
        }
        // Where they were cut a moment ago, this one was not there yet.
        if self.over.load(Ordering::SeqCst) {
            let _ = connection.shutdown(Shutdown::Both);
        }
        number
    }

    /// The first line says that the lab has sent whoever tells; anybody else is not heard.
    fn greeting(&self, lines: &mut BufReader<TcpStream>) -> Option<Told> {
        lines.get_ref().set_read_timeout(Some(GREETING)).ok()?;
        let told = self.line(lines).filter(|told| told.token.as_ref() == Some(&self.token))?;
        lines.get_ref().set_read_timeout(None).ok()?;
        Some(told)
    }

    fn line(&self, lines: &mut BufReader<TcpStream>) -> Option<Told> {
        while !self.news.is_ready() && !self.over.load(Ordering::SeqCst) {
            std::thread::sleep(LOOK);
        }
        let mut line = Vec::new();
        lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line).ok().filter(|len| *len > 0)?;
        serde_json::from_slice(&line).ok()
    }

    /// What a child does comes after what its parent did before.
    fn hear_parent(&self, child: &Told) {
        let Some(parent) = child.parent else { return };
        let until = Instant::now() + DRAIN;
        let has_heard = || lock(&self.recording).has_heard(parent, child.after);
        while !has_heard() && !self.over.load(Ordering::SeqCst) && Instant::now() < until {
            std::thread::sleep(LOOK);
        }
    }

    /// One process, to its end. What is no line ends it.
    fn read(&self, connection: TcpStream, main: u32) {
        let mut lines = BufReader::new(connection);
        let greeting = self.greeting(&mut lines);
        if let Some(first) = &greeting {
            self.hear_parent(first);
            let now = self.recorder.now();
            lock(&self.recording).process(first.pid, first.parent, first.after, (first.now, now));
        }
        self.unknown.fetch_sub(1, Ordering::SeqCst);
        let Some(pid) = greeting.map(|first| first.pid) else { return };
        if !self.has_told.swap(true, Ordering::SeqCst) {
            self.news.started(main, Seen::Python);
        }
        // Of the program itself is known when it ends.
        let is_left = pid != main && self.is_sent(pid);
        if is_left {
            self.news.lives(pid);
        }
        while let Some(told) = self.line(&mut lines) {
            let mut recording = lock(&self.recording);
            if self.over.load(Ordering::SeqCst) {
                break;
            }
            if let Some((name, path)) = recording.told(pid, told)
                && let Some(text) = super::source_text(&path)
            {
                self.news.source(&name, &text);
            }
        }
        for (socket, conn) in lock(&self.recording).ended(pid) {
            self.news.closed(socket, conn);
        }
        if is_left {
            self.news.lives_no_more(pid);
        }
    }

    /// Whether the process of that number has the token, as far as the system says it: in a container a process knows
    /// another number of itself, which here is somebody else's.
    fn is_sent(&self, pid: u32) -> bool {
        if !cfg!(target_os = "linux") {
            return true;
        }
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        memchr::memmem::find(&environment, self.token.as_bytes()).is_some()
    }
}

/// A word that nobody else knows: hashes under keys that the system's own randomness gives.
fn token() -> String {
    use std::hash::{BuildHasher as _, RandomState};
    (0..2u8).map(|part| format!("{:016x}", RandomState::new().hash_one(part))).collect()
}
