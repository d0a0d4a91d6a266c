//! The lab that is open, kept beside the settings for as long as the program runs: if it is killed, the next start can
//! offer the lab again.
//!
//! Each running program has a pair of files: `open-XXXXXX.lock`, which it holds locked, and `open-XXXXXX.toml` with the
//! lab. A lab whose lock nobody holds is of a program that did not end by itself.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::lab::file::replace;
use crate::lab::{Lab, file};

const PREFIX: &str = "open-";
const LOCK: &str = "lock";
const LAB: &str = "toml";
/// Longer than any lab file with its path, escaped.
const MAX_BYTES: u64 = 4 * file::MAX_FILE_LEN;
/// Leftovers that are examined at most, the newest first.
const MAX_LEFT: usize = 20;

/// Keeps this program's lab. Dropped, it takes it away again: the program has ended by itself.
#[derive(Debug, Default)]
pub struct Keeper {
    /// `None`: nothing is kept (tests, or a folder that can't be written).
    lock: Option<NamedTempFile>,
    written: Option<String>,
}

/// A lab that was open in a program that did not end by itself.
#[derive(Debug, PartialEq)]
pub struct Left {
    pub lab: Lab,
    /// Where it was saved, if it was.
    pub path: Option<PathBuf>,
    /// It had changes that were not saved.
    pub edited: bool,
    file: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<PathBuf>,
    edited: bool,
    lab: String,
}

impl Keeper {
    /// # Errors
    /// The folder can't be written.
    pub fn begin(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let lock = tempfile::Builder::new().prefix(PREFIX).suffix(&format!(".{LOCK}")).tempfile_in(folder)?;
        lock.as_file().try_lock()?;
        Ok(Self { lock: Some(lock), written: None })
    }

    /// Keeps the lab as it is now; an empty one is not worth keeping. Writes only what has changed.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn keep(&mut self, lab: &Lab, path: Option<&Path>, edited: bool) -> io::Result<()> {
        let Some(lock) = &self.lock else { return Ok(()) };
        let place = lock.path().with_extension(LAB);
        if lab.endpoints.is_empty() {
            self.written = None;
            return remove(&place);
        }
        let kept = Kept { path: path.map(Path::to_owned), edited, lab: file::to_toml(lab) };
        let text = toml::to_string(&kept).map_err(io::Error::other)?;
        if self.written.as_ref() == Some(&text) {
            return Ok(());
        }
        let mut beside = NamedTempFile::new_in(place.parent().unwrap_or_else(|| Path::new(".")))?;
        beside.write_all(text.as_bytes())?;
        replace(beside, &place)?;
        self.written = Some(text);
        Ok(())
    }
}

impl Keeper {
    /// Makes a leftover this program's own; it is kept at every moment. False where another program has taken it or taken
    /// it away since it was found: of several that try, one succeeds.
    pub fn take_over(&mut self, left: &Left) -> bool {
        let taken = match &self.lock {
            Some(lock) => fs::rename(&left.file, lock.path().with_extension(LAB)),
            None => fs::remove_file(&left.file),
        };
        if taken.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return false;
        }
        if taken.is_ok() {
            self.written = None;
            left.forget();
        }
        true
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let Some(lock) = self.lock.take() else { return };
        // A program that falls over has not ended by itself.
        if std::thread::panicking() {
            let _ = lock.keep();
        } else {
            let _ = remove(&lock.path().with_extension(LAB));
        }
    }
}

/// What programs that did not end by themselves have left in the folder, the newest first.
pub fn left(folder: &Path) -> Vec<Left> {
    let mut found: Vec<(std::time::SystemTime, PathBuf)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with(PREFIX) && name.ends_with(&format!(".{LAB}"))
        })
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    found.sort();
    found
        .into_iter()
        .rev()
        .filter(|(_, file)| !is_held(file))
        .take(MAX_LEFT)
        .filter_map(|(_, file)| read(file))
        .collect()
}

/// Whether the program that keeps this lab is still running.
fn is_held(lab: &Path) -> bool {
    match File::open(lab.with_extension(LOCK)) {
        Ok(lock) => lock.try_lock().is_err(),
        Err(_) => false,
    }
}

fn read(place: PathBuf) -> Option<Left> {
    let about = fs::metadata(&place).ok()?;
    let text = (about.len() <= MAX_BYTES).then(|| fs::read_to_string(&place).ok()).flatten()?;
    let kept: Kept = toml::from_str(&text).ok()?;
    let lab = file::parse(&kept.lab, None).ok()?;
    Some(Left { lab, path: kept.path, edited: kept.edited, file: place })
}

impl Left {
    /// Takes it away: it is not wanted.
    pub fn forget(&self) {
        let _ = remove(&self.file);
        let _ = remove(&self.file.with_extension(LOCK));
    }
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{EndpointKind, EndpointSpec};

    fn lab(name: &str) -> Lab {
        Lab { endpoints: vec![EndpointSpec::new(name, EndpointKind::TCP_SERVER)], ..Lab::default() }
    }

    /// As kill -9 leaves it: the files stay, the lock goes with the process.
    fn kill(mut keeper: Keeper) {
        let (file, _) = keeper.lock.take().unwrap().keep().unwrap();
        file.unlock().unwrap();
    }

    #[test]
    fn a_program_that_was_killed_leaves_its_lab_and_one_that_ended_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut killed = Keeper::begin(folder.path()).unwrap();
        killed.keep(&lab("old"), None, true).unwrap();
        let path = Path::new("/labs/x.lab.toml");
        killed.keep(&lab("server"), Some(path), true).unwrap();
        kill(killed);
        let mut ended = Keeper::begin(folder.path()).unwrap();
        ended.keep(&lab("other"), None, true).unwrap();
        drop(ended);
        let found = left(folder.path());
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0].lab, found[0].path.as_deref(), found[0].edited), (&lab("server"), Some(path), true));
        found[0].forget();
        assert_eq!(left(folder.path()), []);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing lies about");
    }

    #[test]
    fn the_lab_of_a_program_that_runs_is_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let mut running = Keeper::begin(folder.path()).unwrap();
        running.keep(&lab("server"), None, false).unwrap();
        assert_eq!(left(folder.path()), []);
        running.keep(&Lab::default(), None, false).unwrap();
        kill(running);
        assert_eq!(left(folder.path()), [], "an empty lab is not kept");
    }

    #[test]
    fn a_damaged_leftover_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("open-abc.toml"), "path = 3").unwrap();
        fs::write(folder.path().join("open-abd.toml"), "edited = true\nlab = \"[[endpoints]]\"").unwrap();
        fs::write(folder.path().join("open-abe.toml"), [0xff; 100]).unwrap();
        assert_eq!(left(folder.path()), []);
    }
}
