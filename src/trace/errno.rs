//! errno(3): the number that the system gave and its symbolic name.

use std::fmt;
use std::io;

/// An error number of the operating system (on Windows a WSA error code).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Errno(pub i32);

macro_rules! names {
    ($($name:ident = $windows:literal),* $(,)?) => {
        #[cfg(unix)]
        const NAMES: &[(&str, i32)] = &[$((stringify!($name), libc::$name)),*];
        #[cfg(not(unix))]
        const NAMES: &[(&str, i32)] = &[$((stringify!($name), $windows)),*];
    };
}

// The second column is what Windows says for the same thing (WSA… codes; 0: it has no such error for sockets).
names! {
    EPERM = 0, ENOENT = 2, EINTR = 10004, EIO = 0, EBADF = 10009, EAGAIN = 10035, ENOMEM = 8, EACCES = 10013,
    EFAULT = 10014, EBUSY = 0, EEXIST = 183, ENOTDIR = 0, EISDIR = 0, EINVAL = 10022, ENFILE = 0, EMFILE = 10024,
    EFBIG = 0, ENOSPC = 112, EROFS = 0, EPIPE = 0, ENAMETOOLONG = 10063, ELOOP = 10062, ENOTSOCK = 10038,
    EDESTADDRREQ = 10039, EMSGSIZE = 10040, EPROTOTYPE = 10041, ENOPROTOOPT = 10042, EPROTONOSUPPORT = 10043,
    ESOCKTNOSUPPORT = 10044, EOPNOTSUPP = 10045, EPFNOSUPPORT = 10046, EAFNOSUPPORT = 10047, EADDRINUSE = 10048,
    EADDRNOTAVAIL = 10049, ENETDOWN = 10050, ENETUNREACH = 10051, ENETRESET = 10052, ECONNABORTED = 10053,
    ECONNRESET = 10054, ENOBUFS = 10055, EISCONN = 10056, ENOTCONN = 10057, ESHUTDOWN = 10058, ETIMEDOUT = 10060,
    ECONNREFUSED = 10061, EHOSTDOWN = 10064, EHOSTUNREACH = 10065, EALREADY = 10037, EINPROGRESS = 10036,
    EPROTO = 0, ENODEV = 0, EOVERFLOW = 0, ESPIPE = 0, EDQUOT = 0, EBADMSG = 0, ENODATA = 0, ECANCELED = 0, ENOTEMPTY = 0, ETXTBSY = 0,
}

/// What only Linux has.
#[cfg(target_os = "linux")]
const OF_LINUX: &[(&str, i32)] = &[("ENONET", libc::ENONET)];
#[cfg(not(target_os = "linux"))]
const OF_LINUX: &[(&str, i32)] = &[("ENONET", 0)];

fn names() -> impl Iterator<Item = &'static (&'static str, i32)> {
    NAMES.iter().chain(OF_LINUX)
}

impl Errno {
    /// The symbolic name, where the system has one for sockets and files.
    pub fn name(self) -> Option<&'static str> {
        names().find(|(_, number)| *number == self.0 && self.0 != 0).map(|(name, _)| *name)
    }

    /// The number of a symbolic name on this system.
    pub fn by_name(name: &str) -> Option<Self> {
        names().find(|(known, number)| *known == name && *number != 0).map(|(_, number)| Self(*number))
    }

    /// The system's own words, as strerror(3) gives them.
    pub fn system_text(self) -> String {
        let text = io::Error::from_raw_os_error(self.0).to_string();
        match text.rfind(" (os error") {
            Some(at) => text[..at].to_owned(),
            None => text,
        }
    }
}

/// Errors that carry no number (the standard library makes some itself) become EIO, the least specific one.
impl From<&io::Error> for Errno {
    fn from(error: &io::Error) -> Self {
        if let Some(number) = error.raw_os_error() {
            return Self(number);
        }
        let name = match error.kind() {
            io::ErrorKind::InvalidInput => "EINVAL",
            io::ErrorKind::TimedOut => "ETIMEDOUT",
            io::ErrorKind::NotConnected => "ENOTCONN",
            io::ErrorKind::BrokenPipe => "EPIPE",
            io::ErrorKind::WouldBlock => "EAGAIN",
            io::ErrorKind::OutOfMemory => "ENOMEM",
            _ => "EIO",
        };
        Self::by_name(name).unwrap_or(Self(0))
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "errno {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::step::ERRNO_NAMES;

    #[test]
    fn a_name_and_its_number_belong_together() {
        let refused = Errno::by_name("ECONNREFUSED").unwrap();
        assert_eq!(refused.name(), Some("ECONNREFUSED"));
        assert_eq!(Errno(0).name(), None);
        assert_eq!(Errno::by_name("ENONSENSE"), None);
    }

    #[test]
    fn a_lab_file_may_say_every_name_that_there_is_and_no_other() {
        let names: Vec<&str> = names().map(|(name, _)| *name).collect();
        let of_calls: Vec<&str> = ERRNO_NAMES.iter().copied().filter(|name| !name.starts_with("EAI_")).collect();
        assert!(names.iter().all(|name| of_calls.contains(name)), "{names:?}");
        assert_eq!(names.len(), of_calls.len());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_words_are_the_systems_without_the_number() {
        assert_eq!(Errno(111).system_text(), "Connection refused");
        assert_eq!(Errno(9999).to_string(), "errno 9999");
    }
}
