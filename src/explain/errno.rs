//! An errno in words: its short name, what it means for the call that gave it, and what to do.

use crate::lang::Lang;
use crate::t;
use crate::trace::Errno;

/// What an error means and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrnoText {
    /// A few words for a table: `Connection refused`.
    pub short: String,
    /// A sentence.
    pub meaning: String,
    /// A sentence.
    pub advice: String,
}

/// The texts of an errno for some calls, as keys of the locale files.
struct Texts {
    errno: &'static str,
    /// C names; none: every call.
    ops: &'static [&'static str],
    short: &'static str,
    meaning: &'static str,
    advice: &'static str,
}

macro_rules! texts {
    ($($errno:literal $([$($op:literal),+])?: $short:literal, $meaning:literal, $advice:literal;)*) => {
        &[$(Texts {
            errno: $errno,
            ops: &[$($($op),+)?],
            short: $short,
            meaning: $meaning,
            advice: $advice,
        }),*]
    };
}

/// The first row that fits counts.
#[rustfmt::skip]
const TEXTS: &[Texts] = texts! {
    "EACCES" ["open", "stat", "mkdir", "write", "read", "rename", "link", "unlink", "ftruncate", "lseek", "fsync"]: "errno-file-eacces-short", "errno-file-eacces", "errno-file-eacces-do";
    "EPERM" ["open", "stat", "mkdir", "write", "read", "rename", "link", "unlink", "ftruncate", "lseek", "fsync"]: "errno-file-eacces-short", "errno-file-eacces", "errno-file-eacces-do";
    "EIO" ["open", "stat", "mkdir", "write", "read", "rename", "link", "unlink", "ftruncate", "lseek", "fsync"]: "errno-file-eio-short", "errno-file-eio", "errno-file-eio-do";
    "EADDRINUSE" ["membership"]: "errno-group-eaddrinuse-short", "errno-group-eaddrinuse", "errno-group-eaddrinuse-do";
    "EADDRNOTAVAIL" ["membership"]: "errno-group-eaddrnotavail-short", "errno-group-eaddrnotavail", "errno-group-eaddrnotavail-do";
    "EINVAL" ["membership"]: "errno-group-einval-short", "errno-group-einval", "errno-group-einval-do";
    "ENODEV" ["membership", "setsockopt"]: "errno-group-enodev-short", "errno-group-enodev", "errno-group-enodev-do";
    "EADDRNOTAVAIL" ["setsockopt"]: "errno-group-enodev-short", "errno-group-enodev", "errno-group-enodev-do";
    "ENOBUFS" ["membership"]: "errno-group-enobufs-short", "errno-group-enobufs", "errno-group-enobufs-do";
    "ENOPROTOOPT" ["membership"]: "errno-group-enoprotoopt-short", "errno-group-enoprotoopt", "errno-group-enoprotoopt-do";
    "EADDRINUSE" ["connect"]: "errno-eaddrinuse-short", "errno-eaddrinuse-connect", "errno-eaddrinuse-connect-do";
    "EADDRINUSE": "errno-eaddrinuse-short", "errno-eaddrinuse-bind", "errno-eaddrinuse-bind-do";
    "EACCES" ["bind"]: "errno-eacces-short", "errno-eacces-bind", "errno-eacces-bind-do";
    "EACCES" ["send", "sendto", "connect"]: "errno-eacces-short", "errno-eacces-send", "errno-eacces-send-do";
    "EACCES": "errno-eacces-short", "errno-eacces-other", "errno-eacces-other-do";
    "EPERM": "errno-eperm-short", "errno-eperm", "errno-eperm-do";
    "EADDRNOTAVAIL" ["connect", "sendto", "send"]: "errno-eaddrnotavail-short", "errno-eaddrnotavail-connect", "errno-eaddrnotavail-connect-do";
    "EADDRNOTAVAIL": "errno-eaddrnotavail-short", "errno-eaddrnotavail-bind", "errno-eaddrnotavail-bind-do";
    "ECONNREFUSED" ["connect"]: "errno-econnrefused-short", "errno-econnrefused-connect", "errno-econnrefused-connect-do";
    "ECONNREFUSED": "errno-econnrefused-short", "errno-econnrefused-datagram", "errno-econnrefused-datagram-do";
    "ECONNRESET": "errno-econnreset-short", "errno-econnreset", "errno-econnreset-do";
    "EPIPE": "errno-epipe-short", "errno-epipe", "errno-epipe-do";
    "EMSGSIZE" ["unix"]: "errno-emsgsize-short", "errno-emsgsize-unix", "errno-emsgsize-unix-do";
    "EMSGSIZE": "errno-emsgsize-short", "errno-emsgsize", "errno-emsgsize-do";
    "EMFILE" ["accept"]: "errno-emfile-short", "errno-emfile-accept", "errno-emfile-accept-do";
    "EMFILE": "errno-emfile-short", "errno-emfile-other", "errno-emfile-other-do";
    "ENFILE": "errno-enfile-short", "errno-enfile", "errno-enfile-do";
    "EAFNOSUPPORT" ["socket"]: "errno-eafnosupport-short", "errno-eafnosupport-socket", "errno-eafnosupport-socket-do";
    "EAFNOSUPPORT": "errno-eafnosupport-short", "errno-eafnosupport-other", "errno-eafnosupport-other-do";
    "EPFNOSUPPORT": "errno-eafnosupport-short", "errno-eafnosupport-socket", "errno-eafnosupport-socket-do";
    "ENETUNREACH": "errno-enetunreach-short", "errno-enetunreach", "errno-enetunreach-do";
    "EHOSTUNREACH": "errno-ehostunreach-short", "errno-ehostunreach", "errno-ehostunreach-do";
    "EHOSTDOWN": "errno-ehostdown-short", "errno-ehostdown", "errno-ehostdown-do";
    "ENETDOWN": "errno-enetdown-short", "errno-enetdown", "errno-enetdown-do";
    "ETIMEDOUT" ["connect"]: "errno-etimedout-short", "errno-etimedout-connect", "errno-etimedout-connect-do";
    "ETIMEDOUT": "errno-etimedout-short", "errno-etimedout-other", "errno-etimedout-other-do";
    "EINVAL" ["bind"]: "errno-einval-short", "errno-einval-bind", "errno-einval-bind-do";
    "EINVAL" ["setsockopt"]: "errno-einval-short", "errno-einval-setsockopt", "errno-einval-setsockopt-do";
    "EINVAL": "errno-einval-short", "errno-einval-other", "errno-einval-other-do";
    "ENOTCONN": "errno-enotconn-short", "errno-enotconn", "errno-enotconn-do";
    "EISCONN": "errno-eisconn-short", "errno-eisconn", "errno-eisconn-do";
    "EDESTADDRREQ": "errno-edestaddrreq-short", "errno-edestaddrreq", "errno-edestaddrreq-do";
    "ENOBUFS": "errno-enobufs-short", "errno-enobufs", "errno-enobufs-do";
    "ENOMEM": "errno-enomem-short", "errno-enomem", "errno-enomem-do";
    "EAGAIN": "errno-eagain-short", "errno-eagain", "errno-eagain-do";
    "EINPROGRESS": "errno-einprogress-short", "errno-einprogress", "errno-einprogress-do";
    "EALREADY": "errno-ealready-short", "errno-ealready", "errno-ealready-do";
    "ENOPROTOOPT": "errno-enoprotoopt-short", "errno-enoprotoopt", "errno-enoprotoopt-do";
    "EOPNOTSUPP": "errno-eopnotsupp-short", "errno-eopnotsupp", "errno-eopnotsupp-do";
    "EPROTONOSUPPORT": "errno-eprotonosupport-short", "errno-eprotonosupport", "errno-eprotonosupport-do";
    "ESOCKTNOSUPPORT": "errno-eprotonosupport-short", "errno-eprotonosupport", "errno-eprotonosupport-do";
    "EPROTOTYPE": "errno-eprotonosupport-short", "errno-eprotonosupport", "errno-eprotonosupport-do";
    "EBADF": "errno-ebadf-short", "errno-ebadf", "errno-ebadf-do";
    "ENOTSOCK": "errno-enotsock-short", "errno-enotsock", "errno-enotsock-do";
    "ECONNABORTED": "errno-econnaborted-short", "errno-econnaborted", "errno-econnaborted-do";
    "ESHUTDOWN": "errno-eshutdown-short", "errno-eshutdown", "errno-eshutdown-do";
    "ENETRESET": "errno-enetreset-short", "errno-enetreset", "errno-enetreset-do";
    "EINTR": "errno-eintr-short", "errno-eintr", "errno-eintr-do";
    "ENODEV": "errno-enodev-short", "errno-enodev", "errno-enodev-do";
    "EIO": "errno-eio-short", "errno-eio", "errno-eio-do";
    "EPROTO": "errno-eproto-short", "errno-eproto", "errno-eproto-do";
    "ENOENT": "errno-enoent-short", "errno-enoent", "errno-enoent-do";
    "EEXIST": "errno-eexist-short", "errno-eexist", "errno-eexist-do";
    "ENOSPC": "errno-enospc-short", "errno-enospc", "errno-enospc-do";
    "EDQUOT": "errno-edquot-short", "errno-edquot", "errno-edquot-do";
    "EISDIR": "errno-eisdir-short", "errno-eisdir", "errno-eisdir-do";
    "ENOTDIR": "errno-enotdir-short", "errno-enotdir", "errno-enotdir-do";
    "EROFS": "errno-erofs-short", "errno-erofs", "errno-erofs-do";
    "EFBIG": "errno-efbig-short", "errno-efbig", "errno-efbig-do";
    "ENAMETOOLONG": "errno-enametoolong-short", "errno-enametoolong", "errno-enametoolong-do";
    "ELOOP": "errno-eloop-short", "errno-eloop", "errno-eloop-do";
    "EBADMSG": "errno-ebadmsg-short", "errno-ebadmsg", "errno-ebadmsg-do";
    "ENODATA": "errno-enodata-short", "errno-enodata", "errno-enodata-do";
    "ECANCELED": "errno-ecanceled-short", "errno-ecanceled", "errno-ecanceled-do";
};

/// What is otherwise on Windows; looked at first there.
#[rustfmt::skip]
const WINDOWS_TEXTS: &[Texts] = texts! {
    "EACCES" ["bind"]: "errno-eacces-short", "windows-eacces-bind", "windows-eacces-bind-do";
    "EAFNOSUPPORT" ["socket"]: "errno-eafnosupport-short", "windows-eafnosupport", "windows-eafnosupport-do";
    "ECONNRESET" ["recvfrom", "sendto"]: "windows-econnreset-datagram-short", "windows-econnreset-datagram", "windows-econnreset-datagram-do";
    "ECONNREFUSED" ["connect"]: "errno-econnrefused-short", "windows-econnrefused-connect", "windows-econnrefused-connect-do";
    "EBUSY": "windows-ebusy-short", "windows-ebusy", "windows-ebusy-do";
};

/// What stands for the C name of a `setsockopt` that joins or leaves a multicast group.
pub const MEMBERSHIP: &str = "membership";

/// What stands for the C name of a call that sends to a Unix socket.
pub const UNIX: &str = "unix";

/// What an errno means where the call `op` (its C name, or [`MEMBERSHIP`]) gave it. Errors that are not known here are
/// told in the system's own words.
pub fn errno(lang: Lang, errno: Errno, op: &str) -> ErrnoText {
    match texts(errno.name().unwrap_or_default(), op, cfg!(windows)) {
        Some(texts) => ErrnoText {
            short: t!(lang, texts.short).into_owned(),
            meaning: t!(lang, texts.meaning).into_owned(),
            advice: t!(lang, texts.advice).into_owned(),
        },
        None => {
            let words = errno.system_text();
            let op = match op {
                MEMBERSHIP => "setsockopt",
                UNIX => "send",
                op => op,
            };
            let advice = match cfg!(windows) {
                true => t!(lang, "windows-unknown-do", number = errno.0),
                false => t!(lang, "errno-unknown-do", op = op),
            };
            ErrnoText {
                meaning: t!(lang, "explain-system-says", words = words.as_str()).into_owned(),
                advice: advice.into_owned(),
                short: words,
            }
        }
    }
}

fn texts(name: &str, op: &str, on_windows: bool) -> Option<&'static Texts> {
    let of_system = if on_windows { WINDOWS_TEXTS } else { &[] };
    let fits = |texts: &&Texts| texts.errno == name && (texts.ops.is_empty() || texts.ops.contains(&op));
    of_system.iter().chain(TEXTS).find(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::call::OP_NAMES;

    #[test]
    fn what_windows_means_by_an_error_is_told_there_and_only_there() {
        let key = |name, op, on_windows| texts(name, op, on_windows).map(|texts| texts.meaning);
        assert_eq!(key("EACCES", "bind", true), Some("windows-eacces-bind"));
        assert_eq!(key("EACCES", "bind", false), Some("errno-eacces-bind"));
        assert_eq!(key("ECONNRESET", "recvfrom", true), Some("windows-econnreset-datagram"));
        assert_eq!(key("ECONNRESET", "recv", true), Some("errno-econnreset"));
        for lang in Lang::ALL {
            for row in WINDOWS_TEXTS {
                for key in [row.short, row.meaning, row.advice] {
                    assert!(!t!(lang, key).is_empty(), "{key}");
                }
            }
        }
    }

    /// What socket calls give according to their manual pages, section 2 and 7.
    const OF_SOCKETS: &[&str] = &[
        "EPERM",
        "EINTR",
        "EIO",
        "EBADF",
        "EAGAIN",
        "ENOMEM",
        "EACCES",
        "EINVAL",
        "ENFILE",
        "EMFILE",
        "EPIPE",
        "ENOTSOCK",
        "EDESTADDRREQ",
        "EMSGSIZE",
        "ENOPROTOOPT",
        "EPROTONOSUPPORT",
        "EOPNOTSUPP",
        "EAFNOSUPPORT",
        "EADDRINUSE",
        "EADDRNOTAVAIL",
        "ENETDOWN",
        "ENETUNREACH",
        "ENETRESET",
        "ECONNABORTED",
        "ECONNRESET",
        "ENOBUFS",
        "EISCONN",
        "ENOTCONN",
        "ESHUTDOWN",
        "ETIMEDOUT",
        "ECONNREFUSED",
        "EHOSTDOWN",
        "EHOSTUNREACH",
        "EALREADY",
        "EINPROGRESS",
    ];

    /// What file calls give besides (open(2), write(2), rename(2), mkdir(2)), and what a transfer is said to fail with.
    const OF_FILES: &[&str] = &[
        "EACCES",
        "EPERM",
        "ENOENT",
        "EEXIST",
        "ENOSPC",
        "EDQUOT",
        "EISDIR",
        "ENOTDIR",
        "EROFS",
        "EFBIG",
        "EIO",
        "ENAMETOOLONG",
        "ELOOP",
        "EBADMSG",
        "ENODATA",
        "EPROTO",
        "ECANCELED",
    ];

    /// Where an errno can come from besides the socket calls.
    const OTHER_OPS: &[&str] = &[MEMBERSHIP, UNIX, "open", "write", "rename"];

    fn known(name: &str, op: &str) -> ErrnoText {
        errno(Lang::En, Errno::by_name(name).unwrap(), op)
    }

    #[cfg(unix)]
    #[test]
    fn every_errno_of_every_socket_call_has_words_in_both_languages() {
        for name in OF_SOCKETS.iter().chain(OF_FILES) {
            for op in OP_NAMES.iter().chain(OTHER_OPS) {
                for lang in Lang::ALL {
                    let text = errno(lang, Errno::by_name(name).unwrap(), op);
                    for words in [&text.short, &text.meaning, &text.advice] {
                        assert!(!words.is_empty() && !words.contains(['{', '}']), "{name} {op}: {words:?}");
                        assert!(!words.starts_with("errno-"), "{name} {op}: no text for {words}");
                    }
                    assert_ne!(text.advice, t!(lang, "errno-unknown-do", op = *op), "{name} {op}");
                }
            }
        }
    }

    #[test]
    fn an_error_means_something_else_at_another_call() {
        assert!(!known("EMSGSIZE", UNIX).meaning.contains("65,507"));
        assert!(known("EMSGSIZE", "sendto").meaning.contains("65,527"));
        assert_ne!(known("EADDRINUSE", "bind"), known("EADDRINUSE", "connect"));
        assert_ne!(known("EADDRNOTAVAIL", "bind"), known("EADDRNOTAVAIL", "connect"));
        assert!(known("EACCES", "bind").meaning.contains("1024"));
        assert!(known("EACCES", "sendto").advice.contains("SO_BROADCAST"));
        assert!(known("ECONNREFUSED", "recv").meaning.contains("ICMP"));
        assert!(known("EACCES", "open").advice.contains("folder"));
        assert!(known("EMSGSIZE", "sendto").meaning.contains("65,507"));
    }

    #[test]
    fn an_unknown_error_is_told_in_the_words_of_the_system() {
        for lang in Lang::ALL {
            let text = errno(lang, Errno(9999), "send");
            assert!(text.meaning.contains("9999") && text.advice.contains("send"), "{text:?}");
        }
    }
}
