//! Writing what may be long to a file, on a thread of its own, so that the window never stands still.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::background::{Background, Progress, Wake};
use crate::lab::Localized;
use crate::lab::file::replace;

/// What is to be written.
pub type Writing = Box<dyn FnOnce(&mut dyn Write) -> io::Result<()> + Send>;

/// How a file fared: where, and what was wrong.
pub type Saved = (PathBuf, Result<(), Localized>);

pub struct Saving {
    wake: Wake,
    under_way: Vec<Background<Saved>>,
}

impl Saving {
    /// `wake` is called from the thread when a file is written.
    pub fn new(wake: Wake) -> Self {
        Self { wake, under_way: Vec::new() }
    }

    /// Writes a file, which is whole or not there. The result comes through [`Self::take`].
    pub fn start(&mut self, file: PathBuf, write: Writing) {
        let path = file.clone();
        let said = |error: &io::Error| Localized::said(|lang| lang.system_reason(error));
        let saving = Background::run("saving", &self.wake, move || {
            let done = write_whole(&path, write).map_err(|error| said(&error));
            (path, done)
        });
        self.under_way.push(saving.unwrap_or_else(|error| Background::done((file, Err(said(&error))))));
    }

    /// A file that was written, or was not.
    pub fn take(&mut self) -> Option<Saved> {
        let mut saved = None;
        self.under_way.retain(|saving| {
            // One at a time: the others are taken later.
            if saved.is_some() {
                return true;
            }
            let progress = saving.poll();
            let goes_on = progress == Progress::Pending;
            if let Progress::Ready(done) = progress {
                saved = Some(done);
            }
            goes_on
        });
        saved
    }
}

fn write_whole(path: &Path, write: Writing) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut out = io::BufWriter::new(tempfile::NamedTempFile::new_in(folder)?);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    replace(file, path)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_file_is_whole_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let mut saving = Saving::new(Arc::new(|| {}));
        let wait = |saving: &mut Saving| saving.under_way.pop().unwrap().wait_for(Duration::from_secs(20)).unwrap();
        let good = folder.path().join("good.bin");
        saving.start(good.clone(), Box::new(|out| out.write_all(b"abc")));
        assert_eq!(wait(&mut saving), (good.clone(), Ok(())));
        assert_eq!(std::fs::read(&good).unwrap(), b"abc");
        saving.start(good.clone(), Box::new(|out| out.write_all(b"x").and(Err(io::Error::other("full")))));
        assert_eq!(wait(&mut saving), (good.clone(), Err(Localized::both("full", "full"))));
        assert_eq!(std::fs::read(&good).unwrap(), b"abc", "what was there stays");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    }
}
