//! Addresses as the system takes and gives them.

use std::io;

use socket2::SockAddr;

use crate::lab::Addr;

/// The address as the system takes it.
///
/// # Errors
/// A path that is longer than a Unix socket's address can be (108 bytes on Linux, unix(7)).
pub fn system_addr(addr: &Addr) -> io::Result<SockAddr> {
    match addr {
        Addr::Inet(addr) => Ok(SockAddr::from(*addr)),
        Addr::Unix(path) => unix_addr(path),
        Addr::Unnamed => Err(io::Error::from(io::ErrorKind::InvalidInput)),
    }
}

/// An abstract name (Linux) begins with a NUL byte for the system and with `@` for people.
fn unix_addr(path: &std::path::Path) -> io::Result<SockAddr> {
    match path.to_str().and_then(|text| text.strip_prefix('@')) {
        Some(name) if cfg!(target_os = "linux") => SockAddr::unix(format!("\0{name}")),
        _ => SockAddr::unix(path),
    }
}

/// The address as people read it.
pub fn shown_addr(addr: &SockAddr) -> Option<Addr> {
    if let Some(inet) = addr.as_socket() {
        return Some(Addr::Inet(inet));
    }
    #[cfg(unix)]
    if let Some(path) = addr.as_pathname() {
        return Some(Addr::Unix(path.to_owned()));
    }
    #[cfg(target_os = "linux")]
    if let Some(name) = addr.as_abstract_namespace() {
        return Some(Addr::Unix(format!("@{}", String::from_utf8_lossy(name)).into()));
    }
    addr.is_unix().then_some(Addr::Unnamed)
}
