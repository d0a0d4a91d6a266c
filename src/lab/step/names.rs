//! What a step may refer to, and what steps have in common.

use std::path::Path;

use crate::lab::endpoint::EndpointSpec;
use crate::lab::references::check_name;
use crate::t;
use crate::values::toml_text::pair;
use crate::values::tree::{Field, Read, Table};

/// What a step may refer to.
pub struct Names<'l> {
    pub endpoints: &'l [EndpointSpec],
    /// The lab file's folder, from which paths count.
    pub folder: Option<&'l Path>,
}

impl<'l> Names<'l> {
    /// The endpoint of that name.
    pub(super) fn endpoint(&self, field: &Field<'_>) -> Read<&'l EndpointSpec> {
        check_name(field, field.text()?, self.endpoints)
    }

    /// Refuses a name that nothing has.
    pub(super) fn check(&self, field: &Field<'_>, name: &str) -> Read<()> {
        check_name(field, name, self.endpoints).map(drop)
    }

    /// The endpoint that is named under that key.
    pub(super) fn endpoint_in(&self, table: &Table<'_>, key: &str) -> Read<&'l EndpointSpec> {
        self.endpoint(&table.require(key, |lang| t!(lang, "lab-what-endpoint"))?)
    }
}

/// The relay that is named under `at`.
pub(super) fn relay_in<'l>(table: &Table<'_>, names: &Names<'l>) -> Read<&'l EndpointSpec> {
    let at = names.endpoint_in(table, "at")?;
    check_relay(&table.require("at", |lang| t!(lang, "lab-what-endpoint"))?, at)
}

/// Refuses another endpoint than a relay.
pub(super) fn check_relay<'l>(field: &Field<'_>, at: &'l EndpointSpec) -> Read<&'l EndpointSpec> {
    if at.kind.is_relay() { Ok(at) } else { Err(field.fault(|lang| t!(lang, "lab-no-relay", kind = at.kind.name()))) }
}

/// The number of a connection of that endpoint.
pub(super) fn conn(table: &Table<'_>, at: &EndpointSpec) -> Read<Option<u32>> {
    let Some(field) = table.get("conn") else { return Ok(None) };
    if !at.kind.is_stream() {
        return Err(field.fault(|lang| t!(lang, "lab-no-connections", kind = at.kind.name())));
    }
    field.integer_u32(1..=u32::MAX).map(Some)
}

pub(super) fn write_conn(conn: Option<u32>) -> Option<String> {
    conn.map(|conn| pair("conn", &conn.to_string()))
}

/// `server #1`.
pub(super) fn with_conn(name: &str, conn: Option<u32>) -> String {
    conn.map_or_else(|| name.to_owned(), |conn| format!("{name} #{conn}"))
}

/// The name of an errno.
pub(super) fn errno(field: &Field<'_>) -> Read<String> {
    match field.text()? {
        name if ERRNO_NAMES.contains(&name) => Ok(name.to_owned()),
        _ => Err(field.unexpected(|lang| t!(lang, "lab-what-errno"))),
    }
}

/// What a step may be said to fail with: the errors of socket and file calls, on some system, and of name look-ups. Of
/// one that has two names, only the one that traces show.
#[rustfmt::skip]
pub const ERRNO_NAMES: &[&str] = &[
    "EACCES", "EADDRINUSE", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EAGAIN", "EALREADY", "EBADF", "EBADMSG", "EBUSY",
    "ECANCELED", "ECONNABORTED", "ECONNREFUSED", "ECONNRESET", "EDESTADDRREQ", "EDQUOT", "EEXIST", "EFAULT", "EFBIG",
    "EHOSTDOWN", "EHOSTUNREACH", "EINPROGRESS", "EINTR", "EINVAL", "EIO", "EISCONN", "EISDIR", "ELOOP", "EMFILE",
    "EMSGSIZE", "ENAMETOOLONG", "ENETDOWN", "ENETRESET", "ENETUNREACH", "ENFILE", "ENOBUFS", "ENODATA", "ENODEV",
    "ENOENT", "ENOMEM", "ENONET", "ENOPROTOOPT", "ENOSPC", "ENOTCONN", "ENOTDIR", "ENOTEMPTY", "ENOTSOCK", "EOPNOTSUPP",
    "EOVERFLOW", "EPERM", "EPFNOSUPPORT", "EPIPE", "EPROTO", "EPROTONOSUPPORT", "EPROTOTYPE", "EROFS", "ESHUTDOWN",
    "ESOCKTNOSUPPORT", "ESPIPE", "ETIMEDOUT", "ETXTBSY", "EAI_NONAME", "EAI_ADDRFAMILY", "EAI_AGAIN",
];
