//! What a server may read: decided by handles, not by looking at strings. A folder is held open; every name is opened
//! below it, step by step, and a step that leads out of it (`..`, an absolute path, a symbolic link) is refused by the
//! very call that takes it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};

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
pub struct Opened {
    pub file: File,
    pub len: u64,
    pub modified: Option<std::time::SystemTime>,
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
        match self {
            Self::Folder { dir, .. } => open_below(dir, Path::new(name)),
            Self::Files(files) => {
                let path = files.get(name).ok_or(Refusal::NotFound)?;
                // The user has named this very file: it is held to nothing but being one.
                let (Some(folder), Some(last)) = (path.parent(), path.file_name()) else {
                    return Err(Refusal::NotFound);
                };
                let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
                let dir = Dir::open_ambient_dir(folder, ambient_authority()).map_err(|error| refusal(&error))?;
                open_below(&dir, Path::new(last))
            }
        }
    }
}

/// Never blocks: a FIFO without a writer would keep an ordinary `open` waiting for ever.
fn open_below(dir: &Dir, name: &Path) -> Result<Opened, Refusal> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use cap_std::fs::OpenOptionsExt as _;
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = match dir.open_with(name, &options) {
        Ok(file) => file,
        // A socket, or a device without a driver, can't be opened at all.
        Err(error) => return Err(kind_at(dir, name).map_or_else(|| refusal(&error), Refusal::NotAFile)),
    };
    // Of what was opened, not of what may stand under the name by now.
    let metadata = file.metadata().map_err(|error| refusal(&error))?;
    let kind = metadata.file_type();
    if !kind.is_file() {
        return Err(Refusal::NotAFile(kind_of(kind)));
    }
    let modified = metadata.modified().ok().map(cap_std::time::SystemTime::into_std);
    Ok(Opened { len: metadata.len(), modified, file: file.into_std() })
}

fn kind_at(dir: &Dir, name: &Path) -> Option<FileKind> {
    let kind = dir.metadata(name).ok()?.file_type();
    (!kind.is_file()).then(|| kind_of(kind))
}

fn kind_of(kind: cap_std::fs::FileType) -> FileKind {
    #[cfg(unix)]
    {
        use cap_std::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return FileKind::Fifo;
        }
        if kind.is_socket() {
            return FileKind::Socket;
        }
        if kind.is_block_device() || kind.is_char_device() {
            return FileKind::Device;
        }
    }
    match () {
        () if kind.is_dir() => FileKind::Folder,
        () if kind.is_symlink() => FileKind::Link,
        () => FileKind::Other,
    }
}

fn refusal(error: &io::Error) -> Refusal {
    match (error.kind(), error.raw_os_error()) {
        (io::ErrorKind::NotFound | io::ErrorKind::NotADirectory, _) => Refusal::NotFound,
        // The library's own: "a path led outside of the filesystem".
        (io::ErrorKind::PermissionDenied, None) => Refusal::Outside,
        (io::ErrorKind::InvalidFilename, _) => Refusal::NotFound,
        _ => Refusal::Unreadable { errno: Errno::from(error) },
    }
}
