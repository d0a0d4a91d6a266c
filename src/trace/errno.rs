//! errno(3): the number that the system gave and its symbolic name.

use std::fmt;
use std::io;

/// An error number of the operating system (on Windows a code of Winsock or of the system itself).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Errno(pub i32);

/// Each symbolic name with the numbers that mean it; the first of them is what the system gives for a socket.
struct Table(&'static [(&'static str, &'static [i32])]);

macro_rules! names {
    ($($name:ident = [$($windows:literal),*]),* $(,)?) => {
        #[cfg(unix)]
        const NAMES: Table = Table(&[$((stringify!($name), &[libc::$name])),*]);
        #[cfg(any(not(unix), test))]
        const WINDOWS: Table = Table(&[$((stringify!($name), &[$($windows),*])),*]);
    };
}
#[cfg(not(unix))]
const NAMES: Table = WINDOWS;

// What Windows says for the same thing: 10,000 and above are Winsock's, the others the system's own, which files meet. Where
// two names have one number the first is shown, and whoever expects the other gets it too: after `shutdown` a send fails with
// WSAESHUTDOWN where POSIX has EPIPE.
names! {
    EPERM = [1314], ENOENT = [2, 3], EINTR = [10004], EIO = [1117], EBADF = [10009, 6], EAGAIN = [10035],
    ENOMEM = [8, 14], EACCES = [10013, 5], EFAULT = [10014], EBUSY = [32, 33, 170], EEXIST = [80, 183], ENOTDIR = [267],
    EISDIR = [336], EINVAL = [10022, 87, 123], ENFILE = [], EMFILE = [10024, 4], EFBIG = [223], ENOSPC = [112, 39],
    EROFS = [19], ENAMETOOLONG = [10063, 206], ELOOP = [10062, 1921], ENOTSOCK = [10038], EDESTADDRREQ = [10039],
    EMSGSIZE = [10040], EPROTOTYPE = [10041], ENOPROTOOPT = [10042], EPROTONOSUPPORT = [10043],
    ESOCKTNOSUPPORT = [10044], EOPNOTSUPP = [10045, 50], EPFNOSUPPORT = [10046], EAFNOSUPPORT = [10047],
    EADDRINUSE = [10048], EADDRNOTAVAIL = [10049], ENETDOWN = [10050], ENETUNREACH = [10051], ENETRESET = [10052],
    ECONNABORTED = [10053], ECONNRESET = [10054], ENOBUFS = [10055], EISCONN = [10056], ENOTCONN = [10057],
    ESHUTDOWN = [10058], EPIPE = [109, 232, 10058], ETIMEDOUT = [10060, 121], ECONNREFUSED = [10061],
    EHOSTDOWN = [10064], EHOSTUNREACH = [10065], EALREADY = [10037], EINPROGRESS = [10036], EPROTO = [], ENODEV = [55],
    EOVERFLOW = [], ESPIPE = [132], EDQUOT = [10069, 1295], EBADMSG = [], ENODATA = [], ECANCELED = [995, 1223],
    ENOTEMPTY = [145], ETXTBSY = [],
}

/// What only Linux has.
#[cfg(target_os = "linux")]
const OF_LINUX: Table = Table(&[("ENONET", &[libc::ENONET])]);
#[cfg(not(target_os = "linux"))]
const OF_LINUX: Table = Table(&[("ENONET", &[])]);

impl Table {
    fn name(&self, number: i32) -> Option<&'static str> {
        self.0.iter().find(|(_, numbers)| numbers.contains(&number)).map(|(name, _)| *name)
    }

    fn entry(&self, name: &str) -> Option<&'static (&'static str, &'static [i32])> {
        self.0.iter().find(|(known, _)| *known == name)
    }

    fn means(&self, number: i32, name: &str) -> bool {
        self.entry(name).is_some_and(|(_, numbers)| numbers.contains(&number))
    }
}

impl Errno {
    /// The symbolic name, where the system has one for sockets and files.
    pub fn name(self) -> Option<&'static str> {
        NAMES.name(self.0).or_else(|| OF_LINUX.name(self.0))
    }

    /// Whether the number means what the name says; there may be several for one name.
    pub fn is(self, name: &str) -> bool {
        NAMES.means(self.0, name) || OF_LINUX.means(self.0, name)
    }

    /// The number of a symbolic name on this system.
    pub fn by_name(name: &str) -> Option<Self> {
        let entry = NAMES.entry(name).or_else(|| OF_LINUX.entry(name));
        entry.and_then(|(_, numbers)| numbers.first()).map(|number| Self(*number))
    }

    /// Whether an error that has this name on this system is what another name means: one number may have two.
    pub fn is_meant(given: &str, name: &str) -> bool {
        given == name || Self::by_name(given).is_some_and(|errno| errno.is(name))
    }

    /// The name as it is known on every system, also where this one has no such error.
    pub fn known(name: &str) -> Option<&'static str> {
        NAMES.entry(name).or_else(|| OF_LINUX.entry(name)).map(|(name, _)| *name)
    }

    /// The system's own words, as strerror(3) gives them.
    pub fn system_text(self) -> String {
        let text = io::Error::from_raw_os_error(self.0).to_string();
        match text.rfind(" (os error") {
            // Windows ends its sentences itself.
            Some(at) => text[..at].trim_end_matches(['.', ' ']).to_owned(),
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
        let names: Vec<&str> = NAMES.0.iter().chain(OF_LINUX.0).map(|(name, _)| *name).collect();
        let of_calls: Vec<&str> = ERRNO_NAMES.iter().copied().filter(|name| !name.starts_with("EAI_")).collect();
        assert!(names.iter().all(|name| of_calls.contains(name)), "{names:?}");
        assert_eq!(names.len(), of_calls.len());
    }

    #[test]
    fn on_windows_a_name_has_the_numbers_of_winsock_and_of_files() {
        let named = |name: &str, numbers: &[i32]| {
            for number in numbers {
                assert_eq!(WINDOWS.name(*number), Some(name), "{number}");
            }
        };
        named("ENOENT", &[2, 3]);
        named("EACCES", &[5, 10013]);
        named("EEXIST", &[80, 183]);
        named("EINVAL", &[87, 123, 10022]);
        named("EBUSY", &[32, 33]);
        named("ENOTEMPTY", &[145]);
        named("ESHUTDOWN", &[10058]);
        assert!(WINDOWS.means(10058, "EPIPE") && WINDOWS.means(109, "EPIPE") && !WINDOWS.means(10054, "EPIPE"));
        assert_eq!(WINDOWS.name(0), None);
    }

    #[test]
    fn every_system_knows_every_name() {
        assert_eq!(Errno::known("EPIPE"), Some("EPIPE"));
        assert_eq!(Errno::known("ENONET"), Some("ENONET"));
        assert_eq!(Errno::known("ENONSENSE"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_words_are_the_systems_without_the_number() {
        assert_eq!(Errno(111).system_text(), "Connection refused");
        assert_eq!(Errno(9999).to_string(), "errno 9999");
    }
}
