//! Writing what may be long to a file, on a thread of its own, so that the window never stands still.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::lab::Localized;
use crossbeam_channel::{Receiver, Sender, bounded};

/// What is to be written.
pub type Writing = Box<dyn FnOnce(&mut dyn Write) -> io::Result<()> + Send>;

/// How a file fared: where, and what was wrong.
pub type Saved = (PathBuf, Result<(), Localized>);

/// So many files can be under way before one must be waited for.
const MAX_UNDER_WAY: usize = 8;

pub struct Saving {
    wake: Arc<dyn Fn() + Send + Sync>,
    results: Receiver<Saved>,
    result: Sender<Saved>,
}

impl Saving {
    /// `wake` is called from the thread when a file is written.
    pub fn new(wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let (result, results) = bounded(MAX_UNDER_WAY);
        Self { wake, results, result }
    }

    /// Writes a file, which is whole or not there. The result comes through [`Self::take`].
    pub fn start(&self, file: PathBuf, write: Writing) {
        let (result, wake, path) = (self.result.clone(), Arc::clone(&self.wake), file.clone());
        let thread = std::thread::Builder::new().name("saving".to_owned()).spawn(move || {
            let done = write_whole(&path, write).map_err(|error| Localized::said(|lang| lang.system_reason(&error)));
            // The window may be gone by now.
            if result.send((path, done)).is_ok() {
                wake();
            }
        });
        if let Err(error) = thread {
            // Where the queue is full the user is told of others first; this one is in the log.
            tracing::warn!(%error, "no thread to save with");
            let _ = self.result.try_send((file, Err(Localized::said(|lang| lang.system_reason(&error)))));
        }
    }

    /// A file that was written, or was not.
    pub fn take(&self) -> Option<Saved> {
        self.results.try_recv().ok()
    }
}

fn write_whole(path: &Path, write: Writing) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut out = io::BufWriter::new(tempfile::NamedTempFile::new_in(folder)?);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_file_is_whole_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let saving = Saving::new(Arc::new(|| {}));
        let wait = || saving.results.recv_timeout(Duration::from_secs(20)).unwrap();
        let good = folder.path().join("good.bin");
        saving.start(good.clone(), Box::new(|out| out.write_all(b"abc")));
        assert_eq!(wait(), (good.clone(), Ok(())));
        assert_eq!(std::fs::read(&good).unwrap(), b"abc");
        saving.start(good.clone(), Box::new(|out| out.write_all(b"x").and(Err(io::Error::other("full")))));
        assert_eq!(wait(), (good.clone(), Err(Localized::both("full", "full"))));
        assert_eq!(std::fs::read(&good).unwrap(), b"abc", "what was there stays");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    }
}
