//! The file of a Unix socket: what is in its way, and who removes it.
//!
//! `bind` makes the file and nobody but the program removes it. Socket Lab removes the file of a socket that it closes,
//! and one that is left over only when the user says so. What is no socket is never removed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use socket2::{Domain, Socket, Type};

use crate::engine::kernel;
use crate::engine::kernel::addr::system_addr;
use crate::engine::link::error::{Error, failed};
use crate::lab::Addr;
use crate::trace::Errno;
use crate::trace::notice::{CallFailure, Detail, Holder, PathTakenBy};

/// A failed `bind`, with what is at the path, or with who has the port.
pub async fn explain_bind(addr: &Addr, stream: bool, error: Error) -> Error {
    let Error::Call(failure) = error else { return error };
    if failure.errno.name() != Some("EADDRINUSE") {
        return Error::Call(failure);
    }
    let detail = match addr {
        Addr::Inet(local) if local.port() != 0 => {
            let local = *local;
            let found = tokio::task::spawn_blocking(move || kernel::holder(local, stream)).await;
            match found.ok().flatten() {
                Some((pid, program)) => {
                    Detail::PortTaken(Box::new(Holder { pid, program: program.into(), endpoint: None }))
                }
                None => Detail::None,
            }
        }
        Addr::Unix(path) => Detail::PathTaken(who_is_at(path)),
        _ => Detail::None,
    };
    Error::Call(CallFailure { addr: Some(addr.clone()), detail, ..failure })
}

fn who_is_at(path: &Path) -> PathTakenBy {
    if path.to_str().is_some_and(|path| path.starts_with('@')) {
        return PathTakenBy::Live;
    }
    match is_socket(path) {
        Ok(true) if is_stale(path) => PathTakenBy::Stale,
        Ok(true) => PathTakenBy::Live,
        Ok(false) | Err(_) => PathTakenBy::Other,
    }
}

fn is_socket(path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        Ok(fs::symlink_metadata(path)?.file_type().is_socket())
    }
    #[cfg(not(unix))]
    {
        fs::symlink_metadata(path)?;
        Ok(false)
    }
}

/// True where nobody answers: `connect` is refused, for the type that the socket has.
fn is_stale(path: &Path) -> bool {
    if is_listed(path) {
        return false;
    }
    let Ok(addr) = system_addr(&Addr::Unix(path.to_owned())) else { return false };
    let refused = |style| {
        let attempt = Socket::new(Domain::UNIX, style, None).and_then(|socket| {
            socket.set_nonblocking(true)?;
            socket.connect(&addr)
        });
        attempt.err().map(|error| Errno::from(&error).name() == Some("ECONNREFUSED"))
    };
    // A socket of the other type says EPROTOTYPE, a full queue EAGAIN: both are alive.
    refused(Type::STREAM) == Some(true) && refused(Type::DGRAM) == Some(true)
}

/// Whether the system lists a socket that waits at that path. Asked first, because a `connect` disturbs it: a server
/// takes it for a client, and one that serves a single client is then done.
#[cfg(target_os = "linux")]
fn is_listed(path: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt as _;
    const FIELDS_BEFORE_PATH: usize = 7;
    // The sixth says whether it has a peer; those that a server has accepted have, and bear its path too.
    const STATE: usize = 5;
    const WITHOUT_PEER: &[u8] = b"01";
    let Ok(table) = fs::read("/proc/net/unix") else { return false };
    table.split(|byte| *byte == b'\n').any(|line| {
        let Some(before) = line.strip_suffix(path.as_os_str().as_bytes()) else { return false };
        let fields: Vec<&[u8]> = before.split(|byte| *byte == b' ').filter(|field| !field.is_empty()).collect();
        before.ends_with(b" ") && fields.len() == FIELDS_BEFORE_PATH && fields.get(STATE) == Some(&WITHOUT_PEER)
    })
}

#[cfg(not(target_os = "linux"))]
fn is_listed(_: &Path) -> bool {
    false
}

/// Removes the file of a socket that is gone; nothing else.
pub fn remove_stale(path: &Path) -> Result<(), Error> {
    let addr = Some(Addr::Unix(path.to_owned()));
    match who_is_at(path) {
        PathTakenBy::Stale => fs::remove_file(path).map_err(failed("unlink", addr)),
        by => {
            let errno = Errno::by_name("EADDRINUSE").unwrap_or(Errno(0));
            Err(Error::Call(CallFailure { call: "unlink", addr, errno, detail: Detail::PathTaken(by) }))
        }
    }
}

/// The file that this program's own `bind` has made, to be removed once its socket is closed.
///
/// It is known by what it is, not by whether somebody answers there: a program that is being started holds every
/// descriptor for a moment, and the closed socket answers until it is let go.
#[derive(Default)]
pub struct OwnFile(Option<(PathBuf, Identity)>);

/// What no other file at the same path has; a number of an inode alone is soon given out again.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    #[cfg(unix)]
    inode: (u64, u64),
    modified: SystemTime,
}

impl Identity {
    fn at(path: &Path) -> Option<Self> {
        let file = fs::symlink_metadata(path).ok()?;
        Some(Self {
            #[cfg(unix)]
            inode: {
                use std::os::unix::fs::MetadataExt as _;
                (file.dev(), file.ino())
            },
            modified: file.modified().ok()?,
        })
    }
}

impl OwnFile {
    /// Right after a `bind` to that address.
    pub fn of(local: Option<&Addr>) -> Self {
        let Some(Addr::Unix(path)) = local else { return Self(None) };
        Self(Identity::at(path).map(|identity| (path.clone(), identity)))
    }

    /// After the socket was closed. What somebody else may have put there since stays.
    pub fn remove(self) {
        if let Some((path, own)) = self.0
            && Identity::at(&path) == Some(own)
        {
            // Where it can't be removed the next `bind` says so.
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn the_own_file_goes_although_a_program_that_is_being_started_still_holds_the_socket() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let socket = UnixListener::bind(&path).unwrap();
        let own = OwnFile::of(Some(&Addr::Unix(path.clone())));
        let held_by_another = socket.try_clone().unwrap();
        drop(socket);
        own.remove();
        assert!(!path.exists());
        drop(held_by_another);
    }

    #[test]
    fn a_file_that_somebody_else_has_put_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let socket = UnixListener::bind(&path).unwrap();
        let own = OwnFile::of(Some(&Addr::Unix(path.clone())));
        fs::remove_file(&path).unwrap();
        fs::write(&path, "a file").unwrap();
        drop(socket);
        own.remove();
        assert!(path.exists());
    }
}
