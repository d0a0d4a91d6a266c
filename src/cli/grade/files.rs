//! The files that are graded, and those that are written.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::lab::Localized;
use crate::lab::file::replace;
use crate::lesson::handin::{ENDING, HandInError, MAX_BYTES};

/// The most files that are graded at once.
pub(super) const MAX_FILES: usize = 10_000;
/// The most entries of folders that are looked at.
const MAX_LOOKED: usize = 100_000;
/// How deep folders are looked into: a course platform makes one for each student.
const MAX_DEPTH: usize = 4;

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    /// In the order of what was given, those of a folder in the order of their names.
    pub files: Vec<PathBuf>,
    /// How many files of the folders have another ending.
    pub passed_over: usize,
    /// Where the files really are: each is graded once.
    real: HashSet<PathBuf>,
    looked: usize,
}

pub(super) enum Wrong {
    /// It can't be read.
    Folder(PathBuf, io::Error),
    TooMany,
}

/// The files that are meant: of a folder, those with the ending.
pub(super) fn find(given: &[PathBuf]) -> Result<Found, Wrong> {
    let mut found = Found::default();
    for path in given {
        if path.is_dir() && !has_ending(path) { found.look_into(path, MAX_DEPTH)? } else { found.take(path.clone())? }
    }
    Ok(found)
}

fn has_ending(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(ENDING))
}

impl Found {
    fn take(&mut self, path: PathBuf) -> Result<(), Wrong> {
        let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if self.real.insert(real) {
            self.files.push(path);
        }
        if self.files.len() > MAX_FILES { Err(Wrong::TooMany) } else { Ok(()) }
    }

    fn look_into(&mut self, folder: &Path, depth: usize) -> Result<(), Wrong> {
        let wrong = |error| Wrong::Folder(folder.to_owned(), error);
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(wrong)? {
            self.looked += 1;
            if self.looked > MAX_LOOKED {
                return Err(Wrong::TooMany);
            }
            entries.push(entry.map_err(wrong)?);
        }
        entries.sort_by_key(fs::DirEntry::path);
        for entry in entries {
            let path = entry.path();
            // A link is not followed into another folder.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if has_ending(&path) {
                self.take(path)?;
            } else if is_folder && depth > 0 {
                self.look_into(&path, depth - 1)?;
            } else {
                self.passed_over += 1;
            }
        }
        Ok(())
    }

    /// Whether writing there would destroy the lesson or what was handed in.
    pub fn would_overwrite(&self, output: &Path, lesson: &Path) -> bool {
        let files = self.files.iter().map(PathBuf::as_path);
        has_ending(output) || files.chain([lesson]).any(|file| is_same(output, file))
    }
}

/// Whether two paths are of one file, also where it has two names. Two paths of no file are compared as they are.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other || is_same_inode(&one, &other),
        (Err(_), Err(_)) => one == other,
        _ => false,
    }
}

#[cfg(unix)]
fn is_same_inode(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let about = |path| fs::metadata(path).ok().map(|about| (about.dev(), about.ino()));
    about(one).is_some() && about(one) == about(other)
}

#[cfg(not(unix))]
fn is_same_inode(_: &Path, _: &Path) -> bool {
    false
}

/// The bytes of a file that was handed in. What it is is asked first: a pipe would never come to an end.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, HandInError> {
    let unreadable = |error: io::Error| HandInError::Unreadable(Localized::said(|lang| lang.system_reason(&error)));
    let about = fs::metadata(path).map_err(unreadable)?;
    if !about.is_file() {
        return Err(HandInError::NotFile);
    }
    if about.len() > MAX_BYTES {
        return Err(HandInError::TooLong);
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// Writes a file, which is whole or as it was before.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link goes on leading to what it leads to.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&path).is_ok_and(|about| !about.is_file()) {
        return fs::write(path, bytes);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    beside.write_all(bytes)?;
    replace(beside, &path)
}
