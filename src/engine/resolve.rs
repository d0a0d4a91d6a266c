//! Host names to addresses (getaddrinfo(3)), off the I/O thread.

use std::net::SocketAddr;
use std::time::Duration;

use super::command::Dest;
use crate::lab::address::Host;
use crate::lab::{Addr, HostPort, Local};
use crate::trace::NoticeKind;
use crate::trace::notice::Resolution;

/// How long a name may take.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The most addresses of one name that are tried.
const MAX_ADDRESSES: usize = 8;

/// Every address of the host, in the system's order of preference; never empty.
async fn resolve(target: &HostPort) -> Result<Vec<SocketAddr>, NoticeKind> {
    let name = match &target.host {
        Host::Ip(ip) => return Ok(vec![SocketAddr::new(*ip, target.port)]),
        Host::Name(name) => name,
    };
    let unresolved = |reason| NoticeKind::Unresolved { host: name.clone(), reason };
    let found = tokio::time::timeout(TIMEOUT, tokio::net::lookup_host((name.as_str(), target.port)))
        .await
        .map_err(|_| unresolved(Resolution::TimedOut))?
        .map_err(|error| unresolved(Resolution::Failed(words(&error))))?;
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for addr in found.take(MAX_ADDRESSES) {
        if !addresses.contains(&addr) {
            addresses.push(addr);
        }
    }
    if addresses.is_empty() { Err(unresolved(Resolution::NoSuchFamily)) } else { Ok(addresses) }
}

/// The addresses that a socket can be bound to.
pub async fn local(local: &Local) -> Result<Vec<Addr>, NoticeKind> {
    match local {
        Local::Inet(target) => Ok(resolve(target).await?.into_iter().map(Addr::Inet).collect()),
        Local::Path(path) => Ok(vec![Addr::Unix(path.clone())]),
    }
}

/// The same for a destination that may be known already.
pub async fn destination(dest: &Dest) -> Result<Vec<Addr>, NoticeKind> {
    match dest {
        Dest::Host(target) => Ok(resolve(target).await?.into_iter().map(Addr::Inet).collect()),
        Dest::Addr(addr) => Ok(vec![addr.clone()]),
    }
}

/// Std puts its own words before the system's: "failed to lookup address information: Name or service not known".
fn words(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.strip_prefix("failed to lookup address information: ").map_or(text.clone(), str::to_owned)
}
