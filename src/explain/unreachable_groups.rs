//! Groups whose datagrams a socket does not receive because of the address it is bound to.

use std::net::IpAddr;

use crate::lab::Group;
use crate::lang::Lang;
use crate::t;

/// What keeps a socket that is bound there from hearing one of its groups, where something does.
pub fn warning(lang: Lang, groups: &[Group], bound: IpAddr) -> Option<String> {
    let group = groups.iter().find(|group| !group.is_heard_at(bound))?;
    let any = if group.addr.is_ipv4() { "0.0.0.0" } else { "::" };
    Some(t!(lang, "group-not-heard", local = bound.to_string(), any = any).into_owned())
}
