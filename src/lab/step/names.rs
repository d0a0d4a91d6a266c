//! What a step may refer to, and what steps have in common.

use std::path::Path;

use crate::lab::ProgramSpec;
use crate::lab::endpoint::EndpointSpec;
use crate::lab::references::check_name;
use crate::t;
use crate::values::toml_text::pair;
use crate::values::tree::{Field, Read, Table, shown};

/// What a step may refer to.
pub struct Names<'l> {
    pub endpoints: &'l [EndpointSpec],
    pub programs: &'l [ProgramSpec],
    /// The lab file's folder, from which paths count.
    pub folder: Option<&'l Path>,
}

impl<'l> Names<'l> {
    /// The endpoint of that name.
    pub(super) fn endpoint(&self, field: &Field<'_>) -> Read<&'l EndpointSpec> {
        check_name(field, field.text()?, self.endpoints)
    }

    /// The program of that name.
    pub(super) fn program(&self, field: &Field<'_>) -> Read<&'l ProgramSpec> {
        let name = field.text()?;
        self.programs.iter().find(|program| program.name == name).ok_or_else(|| {
            let known: Vec<String> =
                self.programs.iter().take(20).map(|program| format!("\"{}\"", shown(&program.name))).collect();
            field.fault(|lang| match known.is_empty() {
                true => t!(lang, "lab-no-programs", name = shown(name)),
                false => {
                    let known = lang.list(known.iter().map(String::as_str));
                    t!(lang, "lab-no-program", name = shown(name), known = known)
                }
            })
        })
    }

    /// The endpoint or the program of that name.
    pub(super) fn holder(&self, field: &Field<'_>) -> Read<&'l str> {
        let name = field.text()?;
        match self.programs.iter().find(|program| program.name == name) {
            Some(program) => Ok(&program.name),
            None => self.endpoint(field).map(|endpoint| endpoint.name.as_str()),
        }
    }

    /// Whether the table's `at` names a program.
    pub(super) fn is_of_program(&self, field: &Field<'_>) -> bool {
        let at = field.any_table().ok().and_then(|table| table.get("at"));
        let at = at.as_ref().and_then(|at| at.text().ok());
        at.is_some_and(|at| self.programs.iter().any(|program| program.name == at))
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
