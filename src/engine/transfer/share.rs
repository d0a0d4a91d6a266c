//! What a server may read: decided by handles, not by looking at strings. A folder is held open; every name is opened
//! below it, step by step, and a step that leads out of it (`..`, an absolute path, a symbolic link) is refused by the
//! very call that takes it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use cap_std::ambient_authority;
use cap_std::fs::Dir;

use crate::lab::transfer::Shared;
use crate::trace::Errno;
use crate::trace::transfer::{FileKind, MAX_NAME, Refusal};

/// The files of one server.
pub enum Share {
    Folder {
        dir: Dir,
        path: PathBuf,
    },
    /// By the last part of their paths.
    Files(BTreeMap<String, PathBuf>),
}

/// A regular file that may be sent.
#[derive(Debug)]
pub struct Opened {
    pub file: File,
    pub len: u64,
    pub modified: Option<SystemTime>,
    /// Device and inode: what tells two files of the same length and time apart. `None` where the system has no such
    /// numbers.
    pub id: Option<(u64, u64)>,
}

impl Share {
    /// Opens the folder. Blocks as file calls do.
    ///
    /// # Errors
    /// The folder isn't there or may not be read, with its path.
    pub fn open(what: &Shared) -> Result<Self, (PathBuf, io::Error)> {
        match what {
            Shared::Root(path) => match Dir::open_ambient_dir(path, ambient_authority()) {
                Ok(dir) => Ok(Self::Folder { dir, path: path.clone() }),
                Err(error) => Err((path.clone(), error)),
            },
            Shared::Files(paths) => Ok(Self::Files(
                paths
                    .iter()
                    .filter_map(|path| Some((path.file_name()?.to_string_lossy().into_owned(), path.clone())))
                    .collect(),
            )),
        }
    }

    /// Opens what a client named. Blocks as file calls do, but not on a FIFO.
    ///
    /// # Errors
    /// Why it is not given.
    pub fn get(&self, name: &[u8]) -> Result<Opened, Refusal> {
        let name = sound(name)?;
        match self {
            Self::Folder { dir, .. } => open_below(dir, Path::new(name)),
            // The user has named this very file: it is held to nothing but being one.
            Self::Files(files) => open_named(files.get(name).ok_or(Refusal::NotFound)?),
        }
    }
}

/// A name that can be looked up.
pub(super) fn sound(name: &[u8]) -> Result<&str, Refusal> {
    if name.is_empty() {
        return Err(Refusal::NoName);
    }
    if name.len() > MAX_NAME {
        return Err(Refusal::TooLong { len: name.len() as u64 });
    }
    let name = std::str::from_utf8(name).map_err(|_| Refusal::NotText)?;
    if name.contains('\0') {
        return Err(Refusal::Nul);
    }
    Ok(name)
}

fn open_below(dir: &Dir, name: &Path) -> Result<Opened, Refusal> {
    // Only a courtesy: to open a FIFO would wake its writer, to open a device may set it in motion.
    // What decides is the look at what was opened, in `checked`.
    let metadata = dir.metadata(name).map_err(|error| refusal(&error))?;
    if !metadata.is_file() {
        return Err(Refusal::NotAFile(kind_of(&metadata.file_type())));
    }
    let mut options = cap_std::fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use cap_std::fs::OpenOptionsExt as _;
        options.custom_flags(NEVER_BLOCK);
    }
    checked(dir.open_with(name, &options).map_err(|error| refusal(&error))?.into_std())
}

fn open_named(path: &Path) -> Result<Opened, Refusal> {
    let metadata = fs::metadata(path).map_err(|error| refusal(&error))?;
    if !metadata.is_file() {
        return Err(Refusal::NotAFile(kind_of_std(&metadata.file_type())));
    }
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(NEVER_BLOCK);
    }
    checked(options.open(path).map_err(|error| refusal(&error))?)
}

/// A FIFO that took the file's place a moment ago would keep an ordinary `open` waiting for ever.
#[cfg(unix)]
const NEVER_BLOCK: i32 = libc::O_NONBLOCK | libc::O_NOCTTY;

/// For what was opened, not for what may stand under the name by now.
fn checked(file: File) -> Result<Opened, Refusal> {
    let metadata = file.metadata().map_err(|error| refusal(&error))?;
    if !metadata.is_file() {
        return Err(Refusal::NotAFile(kind_of_std(&metadata.file_type())));
    }
    #[cfg(unix)]
    let id = {
        use std::os::unix::fs::MetadataExt as _;
        Some((metadata.dev(), metadata.ino()))
    };
    #[cfg(not(unix))]
    let id = None;
    Ok(Opened { len: metadata.len(), modified: metadata.modified().ok(), id, file })
}

/// The two libraries' types have the same methods but nothing in common.
macro_rules! kind {
    ($kind:expr) => {{
        let kind = $kind;
        match () {
            () if kind.is_dir() => FileKind::Folder,
            () if kind.is_symlink() => FileKind::Link,
            #[cfg(unix)]
            () if kind.is_fifo() => FileKind::Fifo,
            #[cfg(unix)]
            () if kind.is_socket() => FileKind::Socket,
            #[cfg(unix)]
            () if kind.is_block_device() || kind.is_char_device() => FileKind::Device,
            () => FileKind::Other,
        }
    }};
}

fn kind_of(kind: &cap_std::fs::FileType) -> FileKind {
    #[cfg(unix)]
    use cap_std::fs::FileTypeExt as _;
    kind!(kind)
}

fn kind_of_std(kind: &fs::FileType) -> FileKind {
    #[cfg(unix)]
    use std::os::unix::fs::FileTypeExt as _;
    kind!(kind)
}

pub(super) fn refusal(error: &io::Error) -> Refusal {
    match (error.kind(), error.raw_os_error()) {
        (io::ErrorKind::NotFound | io::ErrorKind::NotADirectory, _) => Refusal::NotFound,
        // The library's own: "a path led outside of the filesystem".
        (io::ErrorKind::PermissionDenied, None) => Refusal::Outside,
        // Nothing can be called that.
        (io::ErrorKind::InvalidFilename, _) => Refusal::NotFound,
        #[cfg(unix)]
        (_, Some(libc::ELOOP)) => Refusal::NotAFile(FileKind::Link),
        _ => Refusal::Unreadable { errno: Errno::from(error) },
    }
}

#[cfg(test)]
mod tests;
