//! The file of a Unix socket: what is in its way, and who removes it.
//!
//! `bind` makes the file and nobody but the program removes it. Socket Lab removes the file of a socket that it closes,
//! and one that is left over only when the user says so. What is no socket is never removed.

use std::fs;
use std::io;
use std::path::Path;

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

/// Removes the file of a socket that this program has bound and closed.
pub fn remove_own(local: Option<&Addr>) {
    let Some(Addr::Unix(path)) = local else { return };
    // Somebody may have put another one there since; that one answers and stays.
    if who_is_at(path) == PathTakenBy::Stale {
        // Where it can't be removed the next `bind` says so.
        let _ = fs::remove_file(path);
    }
}
