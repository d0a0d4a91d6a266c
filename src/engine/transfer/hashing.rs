//! SHA-256 of files after their transfers, on one thread for the whole engine: a digest must not slow the bytes that it
//! is about, and twenty transfers that end together must not take every core.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use sha2::{Digest as _, Sha256 as Hash};

use crate::lab::transfer::Sha256;
use crate::trace::Errno;

/// The most files that wait to be looked at; each holds a descriptor.
const MAX_WAITING: usize = 1_024;

/// Read at a time; between two such pieces the thread looks whether the engine ends.
const PIECE: usize = 256 * 1024;

/// How many digests are remembered: a class that downloads one file needs it worked out once.
const MAX_KNOWN: usize = 64;

/// A file that was changed less long ago may be changed again without its time showing that.
const SETTLED: Duration = Duration::from_secs(2);

/// A whole file's length and digest, or the file call that failed.
pub type Found = Result<(u64, Sha256), (&'static str, Errno)>;

/// A file to look at.
pub struct Work {
    /// Read from its beginning to its end.
    pub file: File,
    /// First make sure that it is on the disk (fsync(2)).
    pub sync: bool,
    /// What it was when it was sent; another file is not looked at.
    pub unchanged: Option<(u64, Option<SystemTime>)>,
    /// Called on the hashing thread; dropped uncalled where the engine ends.
    pub then: Box<dyn FnOnce(Found) + Send>,
}

/// The thread, which begins with the first file.
#[derive(Default)]
pub struct Hasher {
    work: Mutex<Option<Sender<Work>>>,
    stop: Arc<AtomicBool>,
}

impl Hasher {
    /// Never blocks. Where too many files wait already, or no thread can be created, `then` gets EAGAIN at once.
    pub fn look_at(&self, work: Work) {
        let mut sender = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = match sender.take().or_else(|| self.start()) {
            Some(waiting) => {
                let refused = match waiting.try_send(work) {
                    Ok(()) => None,
                    Err(TrySendError::Full(work) | TrySendError::Disconnected(work)) => Some(work),
                };
                *sender = Some(waiting);
                refused
            }
            None => Some(work),
        };
        drop(sender);
        if let Some(work) = refused {
            (work.then)(Err(("read", named("EAGAIN"))));
        }
    }

    fn start(&self) -> Option<Sender<Work>> {
        let (sender, receiver) = bounded(MAX_WAITING);
        let stop = Arc::clone(&self.stop);
        let run = move || run(&receiver, &stop);
        std::thread::Builder::new().name("socket-lab-hash".to_owned()).spawn(run).ok()?;
        Some(sender)
    }
}

impl Drop for Hasher {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn run(work: &Receiver<Work>, stop: &AtomicBool) {
    // This thread only, on Linux: threads that move bytes go first.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, 10);
    let mut known = Known::default();
    let mut buffer = vec![0; PIECE];
    while let Ok(Work { mut file, sync, unchanged, then }) = work.recv() {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let found = (|| {
            if sync {
                file.sync_all().map_err(failed("fsync"))?;
            }
            let before = Stamp::of(&file).map_err(failed("fstat"))?;
            if unchanged.is_some_and(|(len, modified)| (len, modified) != (before.len, before.modified)) {
                return Err(changed());
            }
            if let Some(sha256) = known.get(&before) {
                return Ok(Some((before.len, sha256)));
            }
            let digest = digest(&mut file, &mut buffer, stop).map_err(failed("read"))?;
            let Some(sha256) = digest else { return Ok(None) };
            if Stamp::of(&file).map_err(failed("fstat"))? != before {
                return Err(changed());
            }
            known.put(before, sha256);
            Ok(Some((before.len, sha256)))
        })();
        match found {
            Ok(Some(found)) => then(Ok(found)),
            Ok(None) => return,
            Err(failure) => then(Err(failure)),
        }
    }
}

fn failed(op: &'static str) -> impl FnOnce(io::Error) -> (&'static str, Errno) {
    move |error| (op, Errno::from(&error))
}

/// A file that changes under our eyes: what was sent is not what is there.
fn changed() -> (&'static str, Errno) {
    ("read", named("EBUSY"))
}

fn named(errno: &str) -> Errno {
    Errno::by_name(errno).unwrap_or_else(|| Errno::from(&io::Error::other("no number")))
}

/// `None` where the engine ends meanwhile.
fn digest(file: &mut File, buffer: &mut [u8], stop: &AtomicBool) -> io::Result<Option<Sha256>> {
    file.seek(SeekFrom::Start(0))?;
    let mut hash = Hash::new();
    loop {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        match file.read(buffer) {
            Ok(0) => return Ok(Some(Sha256(hash.finalize().into()))),
            Ok(len) => hash.update(&buffer[..len]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Tells two states of files apart, as far as the file system does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    /// Device and inode; where the system has none, nothing is remembered.
    file: Option<(u64, u64)>,
    len: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        #[cfg(unix)]
        let file = {
            use std::os::unix::fs::MetadataExt as _;
            Some((metadata.dev(), metadata.ino()))
        };
        #[cfg(not(unix))]
        let file = None;
        Ok(Self { file, len: metadata.len(), modified: metadata.modified().ok() })
    }

    fn is_settled(&self) -> bool {
        let age = self.modified.and_then(|modified| SystemTime::now().duration_since(modified).ok());
        self.file.is_some() && age.is_some_and(|age| age >= SETTLED)
    }
}

#[derive(Default)]
struct Known(VecDeque<(Stamp, Sha256)>);

impl Known {
    fn get(&self, stamp: &Stamp) -> Option<Sha256> {
        let (_, sha256) = self.0.iter().find(|(known, _)| known == stamp).filter(|_| stamp.is_settled())?;
        Some(*sha256)
    }

    fn put(&mut self, stamp: Stamp, sha256: Sha256) {
        if !stamp.is_settled() {
            return;
        }
        if self.0.len() >= MAX_KNOWN {
            self.0.pop_front();
        }
        self.0.push_back((stamp, sha256));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::mpsc::sync_channel;

    use super::*;

    fn look(hasher: &Hasher, file: File, unchanged: Option<(u64, Option<SystemTime>)>) -> Found {
        let (sender, found) = sync_channel(1);
        let then = Box::new(move |result| sender.send(result).unwrap());
        hasher.look_at(Work { file, sync: true, unchanged, then });
        found.recv_timeout(Duration::from_secs(20)).unwrap()
    }

    #[test]
    fn a_file_is_read_from_its_beginning_wherever_its_handle_stands() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"abc").unwrap();
        // FIPS 180-4's own example.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".parse().unwrap();
        let hasher = Hasher::default();
        assert_eq!(look(&hasher, file.try_clone().unwrap(), None), Ok((3, abc)));
        let modified = file.metadata().unwrap().modified().ok();
        assert_eq!(look(&hasher, file.try_clone().unwrap(), Some((3, modified))), Ok((3, abc)));
        assert!(look(&hasher, file, Some((4, modified))).is_err(), "it was another length when it was sent");
    }

    #[test]
    fn only_what_has_lain_still_for_a_while_is_remembered() {
        let stamp = |age| Stamp { file: Some((1, 2)), len: 3, modified: SystemTime::now().checked_sub(age) };
        let digest = Sha256([7; 32]);
        let mut known = Known::default();
        let fresh = stamp(Duration::ZERO);
        known.put(fresh, digest);
        assert_eq!(known.get(&fresh), None);
        let old = stamp(SETTLED * 2);
        known.put(old, digest);
        assert_eq!(known.get(&old), Some(digest));
        assert_eq!(known.get(&Stamp { len: 4, ..old }), None);
        for _ in 0..2 * MAX_KNOWN {
            known.put(stamp(SETTLED * 3), digest);
        }
        assert_eq!(known.0.len(), MAX_KNOWN);
    }
}
