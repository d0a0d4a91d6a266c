//! A download on disk: written to `NAME.part` beside its target, renamed when it is whole, never over an existing file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::trace::Errno;
use crate::trace::transfer::End;

/// Beside a target there are at most so many interrupted downloads.
const MAX_PARTS: u32 = 1_000;

/// A file that is being received.
#[derive(Debug)]
pub struct PartFile {
    file: File,
    part: PathBuf,
    target: PathBuf,
    len: u64,
}

impl PartFile {
    /// Makes `NAME.part`; where an earlier one lies there, `NAME.2.part` and so on: what came then is not lost. The
    /// target's folder is made where it is missing.
    ///
    /// # Errors
    /// [`End::Disk`]: EEXIST where the target is there already, else what the system says.
    pub fn create(target: &Path) -> Result<Self, End> {
        refuse_existing(target)?;
        if let Some(folder) = target.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|error| failed("mkdir", folder, &error))?;
        }
        for number in 1..=MAX_PARTS {
            let part = part_path(target, number);
            match OpenOptions::new().write(true).create_new(true).open(&part) {
                Ok(file) => return Ok(Self { file, part, target: target.to_owned(), len: 0 }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed("open", &part, &error)),
            }
        }
        let part = part_path(target, MAX_PARTS);
        Err(failed("open", &part, &io::Error::from_raw_os_error(EEXIST)))
    }

    /// Goes on with an interrupted download at its end; `keep` bytes of it are kept, 0 to begin anew.
    ///
    /// # Errors
    /// As [`Self::create`]; also where there is no such part.
    pub fn resume(part: &Path, target: &Path, keep: u64) -> Result<Self, End> {
        refuse_existing(target)?;
        let mut file = OpenOptions::new().write(true).open(part).map_err(|error| failed("open", part, &error))?;
        file.set_len(keep).map_err(|error| failed("ftruncate", part, &error))?;
        file.seek(SeekFrom::Start(keep)).map_err(|error| failed("lseek", part, &error))?;
        Ok(Self { file, part: part.to_owned(), target: target.to_owned(), len: keep })
    }

    pub fn path(&self) -> &Path {
        &self.part
    }

    /// Bytes written so far, with those that were kept.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// # Errors
    /// [`End::Disk`] (ENOSPC …); what was written before stays.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), End> {
        self.file.write_all(bytes).map_err(|error| failed("write", &self.part, &error))?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Gives the file its name, unless another has taken it meanwhile; the part then stays. The file handle is given
    /// back for whoever wants to make sure of the disk (fsync).
    ///
    /// # Errors
    /// [`End::Disk`]: EEXIST, or what the system says.
    pub fn finish(mut self) -> Result<File, (End, PathBuf)> {
        if let Err(error) = self.file.flush() {
            return Err((failed("write", &self.part, &error), self.part));
        }
        match rename_no_replace(&self.part, &self.target) {
            Ok(()) => Ok(self.file),
            Err(error) => Err((failed("rename", &self.target, &error), self.part)),
        }
    }

    /// The path of what came so far.
    pub fn into_part(self) -> PathBuf {
        self.part
    }
}

/// EEXIST is 17 on every Unix; Windows' ERROR_ALREADY_EXISTS is 183.
const EEXIST: i32 = if cfg!(windows) { 183 } else { 17 };

fn refuse_existing(target: &Path) -> Result<(), End> {
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(_) => Err(failed("open", target, &io::Error::from_raw_os_error(EEXIST))),
        Err(error) => Err(failed("stat", target, &error)),
    }
}

/// `NAME.part`, `NAME.2.part` …
fn part_path(target: &Path, number: u32) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    if number > 1 {
        name.push(format!(".{number}"));
    }
    name.push(".part");
    target.with_file_name(name)
}

fn failed(op: &'static str, path: &Path, error: &io::Error) -> End {
    End::Disk { op, path: path.to_owned(), errno: Errno::from(error) }
}

fn rename_no_replace(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            // A file system without that flag.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {}
            result => return result.map_err(io::Error::from),
        }
    }
    // A second name, which never replaces; then the first is taken away.
    fs::hard_link(from, to)?;
    fs::remove_file(from)
}
