//! A download on disk: written to `NAME.part` beside its target, renamed when it is whole, never over an existing file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::trace::Errno;
use crate::trace::transfer::{End, Place};

/// Interrupted downloads beside a target at most.
const MAX_PARTS: u32 = 1_000;

/// A file that is being received.
#[derive(Debug)]
pub struct PartFile {
    file: File,
    part: PathBuf,
    target: PathBuf,
    len: u64,
    /// A resumed part: it still has what an earlier attempt left, also beyond `len`.
    untouched: bool,
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
            match OpenOptions::new().read(true).write(true).create_new(true).open(&part) {
                Ok(file) => return Ok(Self { file, part, target: target.to_owned(), len: 0, untouched: false }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed("open", &part, &error)),
            }
        }
        let part = part_path(target, MAX_PARTS);
        Err(failed("open", &part, &io::Error::from_raw_os_error(EEXIST)))
    }

    /// Resumes an interrupted download; `keep` bytes of it are kept, 0 to start over. What lies beyond them is cut
    /// off with the first write (or by [`Self::finish`]), so that a try that comes to nothing loses nothing.
    ///
    /// # Errors
    /// As [`Self::create`]; also where there is no such part, or it has fewer bytes (EINVAL).
    pub fn resume(part: &Path, target: &Path, keep: u64) -> Result<Self, End> {
        refuse_existing(target)?;
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).open(part).map_err(|error| failed("open", part, &error))?;
        let metadata = file.metadata().map_err(|error| failed("fstat", part, &error))?;
        if metadata.len() < keep {
            return Err(failed("ftruncate", part, &io::Error::from_raw_os_error(EINVAL)));
        }
        file.seek(SeekFrom::Start(keep)).map_err(|error| failed("lseek", part, &error))?;
        Ok(Self { file, part: part.to_owned(), target: target.to_owned(), len: keep, untouched: true })
    }

    /// Whether a download may be saved under that name: nothing is there yet. Asked before a server is troubled.
    ///
    /// # Errors
    /// [`End::Disk`]: EEXIST, or what the system says.
    pub fn may_save(target: &Path) -> Result<(), End> {
        refuse_existing(target)
    }

    /// Takes away what an earlier try has saved there, where that is an empty file.
    ///
    /// # Errors
    /// What the system says.
    pub fn remove_empty(target: &Path) -> Result<(), End> {
        match fs::symlink_metadata(target) {
            Ok(metadata) if metadata.is_file() && metadata.len() == 0 => {
                fs::remove_file(target).map_err(|error| failed("unlink", target, &error))
            }
            _ => Ok(()),
        }
    }

    pub fn path(&self) -> &Path {
        &self.part
    }

    /// Bytes written so far, with those that were kept.
    pub fn len(&self) -> u64 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// # Errors
    /// [`End::Disk`] (ENOSPC …); what was written before stays, and of `bytes` as many as there was room for.
    pub fn write(&mut self, mut bytes: &[u8]) -> Result<(), End> {
        self.cut()?;
        while !bytes.is_empty() {
            match self.file.write(bytes) {
                Ok(0) => return Err(failed("write", &self.part, &io::Error::from(io::ErrorKind::WriteZero))),
                Ok(written) => {
                    self.len += written as u64;
                    bytes = &bytes[written..];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed("write", &self.part, &error)),
            }
        }
        Ok(())
    }

    /// A second handle of the same file, to read it.
    ///
    /// # Errors
    /// [`End::Disk`] (EMFILE …).
    pub fn handle(&self) -> Result<File, End> {
        self.file.try_clone().map_err(|error| failed("dup", &self.part, &error))
    }

    /// Gives the file its name, unless another has taken it meanwhile; the part then stays. The file handle is given
    /// back for the caller's fsync.
    ///
    /// # Errors
    /// [`End::Disk`]: EEXIST, or what the system says.
    pub fn finish(mut self) -> Result<File, (End, PathBuf)> {
        if let Err(end) = self.cut() {
            return Err((end, self.part));
        }
        match rename_no_replace(&self.part, &self.target) {
            Ok(()) => Ok(self.file),
            Err(error) => Err((failed("rename", &self.target, &error), self.part)),
        }
    }

    /// Leaves what came so far where it is. A part of which nothing ever came is taken away again.
    pub fn leave(self) -> Place {
        if self.len == 0 && !self.untouched && fs::remove_file(&self.part).is_ok() {
            return Place::Nowhere;
        }
        Place::Part(self.part)
    }

    fn cut(&mut self) -> Result<(), End> {
        if self.untouched {
            self.file.set_len(self.len).map_err(|error| failed("ftruncate", &self.part, &error))?;
            self.untouched = false;
        }
        Ok(())
    }
}

/// EEXIST is 17 on every Unix; Windows' ERROR_FILE_EXISTS is 80.
const EEXIST: i32 = if cfg!(windows) { 80 } else { 17 };
/// EINVAL is 22 on every Unix; Windows' ERROR_INVALID_PARAMETER is 87.
const EINVAL: i32 = if cfg!(windows) { 87 } else { 22 };

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
    // The name is taken with an empty file, which only works where nothing is; that file is then replaced.
    OpenOptions::new().write(true).create_new(true).open(to)?;
    fs::rename(from, to).inspect_err(|_| {
        // Where this fails too, an empty file of ours stays behind; the first error is the one to tell.
        let _ = fs::remove_file(to);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(end: &End) -> (&'static str, Option<&'static str>) {
        match end {
            End::Disk { op, errno, .. } => (op, errno.name()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_download_gets_its_name_when_it_is_whole_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("deep/er/诗 1.txt");
        let mut file = PartFile::create(&target).unwrap();
        file.write(b"hel").unwrap();
        file.write(b"lo").unwrap();
        assert_eq!((file.len(), fs::read(folder.path().join("deep/er/诗 1.txt.part")).unwrap().len()), (5, 5));
        assert!(!target.exists());
        file.finish().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"hello");
        assert_eq!(fs::read_dir(target.parent().unwrap()).unwrap().count(), 1, "the part is gone");
    }

    #[test]
    fn an_existing_file_is_not_overwritten_neither_at_the_beginning_nor_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x");
        let mut file = PartFile::create(&target).unwrap();
        file.write(b"new").unwrap();
        fs::write(&target, "old").unwrap();
        assert_eq!(name(&PartFile::create(&target).unwrap_err()), ("open", Some("EEXIST")));
        let (end, part) = file.finish().unwrap_err();
        assert_eq!(name(&end), ("rename", Some("EEXIST")));
        assert_eq!((fs::read(&target).unwrap(), fs::read(&part).unwrap()), (b"old".to_vec(), b"new".to_vec()));
        assert_eq!(name(&PartFile::resume(&part, &target, 0).unwrap_err()), ("open", Some("EEXIST")));
    }

    #[test]
    fn only_an_empty_file_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("empty"), "").unwrap();
        fs::write(at("full"), "x").unwrap();
        fs::create_dir(at("folder")).unwrap();
        for name in ["empty", "full", "folder", "missing"] {
            PartFile::remove_empty(&at(name)).unwrap();
        }
        assert!(!at("empty").exists() && at("full").exists() && at("folder").exists());
        #[cfg(unix)]
        {
            fs::write(at("empty"), "").unwrap();
            std::os::unix::fs::symlink(at("empty"), at("link")).unwrap();
            PartFile::remove_empty(&at("link")).unwrap();
            assert!(fs::symlink_metadata(at("link")).is_ok() && at("empty").exists());
        }
    }

    #[test]
    fn a_name_that_is_a_broken_link_counts_as_taken() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("/nowhere/at/all", &target).unwrap();
            assert_eq!(name(&PartFile::create(&target).unwrap_err()), ("open", Some("EEXIST")));
        }
        assert!(!target.with_file_name("x.part").exists());
    }

    #[test]
    fn a_second_try_does_not_touch_what_the_first_has_left() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x");
        let mut first = PartFile::create(&target).unwrap();
        first.write(b"first").unwrap();
        let Place::Part(first) = first.leave() else { panic!("it has bytes") };
        let second = PartFile::create(&target).unwrap();
        assert_eq!(second.path(), folder.path().join("x.2.part"));
        assert_eq!(second.leave(), Place::Nowhere, "of an empty one nothing stays");
        assert!(!folder.path().join("x.2.part").exists());
        assert_eq!(fs::read(first).unwrap(), b"first");
    }

    #[test]
    fn a_part_is_gone_on_with_where_it_ends_or_anew_and_loses_nothing_before_the_first_byte() {
        let folder = tempfile::tempdir().unwrap();
        let (target, part) = (folder.path().join("x"), folder.path().join("x.part"));
        fs::write(&part, "0123456789").unwrap();
        assert_eq!(name(&PartFile::resume(&part, &target, 11).unwrap_err()), ("ftruncate", Some("EINVAL")));
        assert_eq!(PartFile::resume(&part, &target, 0).unwrap().leave(), Place::Part(part.clone()));
        assert_eq!(fs::read(&part).unwrap(), b"0123456789", "nothing came, nothing is lost");

        let mut on = PartFile::resume(&part, &target, 4).unwrap();
        on.write(b"abc").unwrap();
        assert_eq!((on.len(), on.leave()), (7, Place::Part(part.clone())));
        assert_eq!(fs::read(&part).unwrap(), b"0123abc");

        let anew = PartFile::resume(&part, &target, 0).unwrap();
        anew.finish().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"", "an empty file that came whole");
    }
}
