//! Host names to addresses (getaddrinfo(3)), off the I/O thread.

use std::net::SocketAddr;
use std::time::Duration;

use crate::engine::link::command::Dest;
use crate::engine::link::error::Error;
use crate::lab::address::Host;
use crate::lab::{Addr, HostPort, Local};
use crate::trace::NoticeKind;
use crate::trace::notice::{Missing, Resolution};

/// How long a name may take.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The most addresses of one name that are tried.
const MAX_ADDRESSES: usize = 8;

/// Every address of the host, in the system's order of preference; never empty.
async fn resolve(target: &HostPort) -> Result<Vec<SocketAddr>, Error> {
    let name = match &target.host {
        Host::Ip(ip) => return Ok(vec![SocketAddr::new(*ip, target.port)]),
        Host::Name(name) => name,
    };
    let unresolved = |reason| Error::Unresolved { host: name.clone(), reason };
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

/// What a name stands for, in the system's order of preference.
pub struct Found {
    pub addresses: Vec<Addr>,
    is_localhost: bool,
}

impl Found {
    fn of_host(target: &HostPort, addresses: Vec<SocketAddr>) -> Self {
        let is_localhost = matches!(&target.host, Host::Name(name) if name.eq_ignore_ascii_case("localhost"));
        Self { addresses: addresses.into_iter().map(Addr::Inet).collect(), is_localhost }
    }

    fn known(addr: &Addr) -> Self {
        Self { addresses: vec![addr.clone()], is_localhost: false }
    }

    /// The one address that a socket takes which can't try them all, as a server's or a datagram socket: the first that
    /// fits, else the first. For `localhost` it is the IPv4 one: users of that name, as in all the tutorials, mostly
    /// means 127.0.0.1, and a socket there is not found on `::1`.
    pub fn choose(&self, fits: impl Fn(&Addr) -> bool) -> Option<Addr> {
        let preferred = |addr: &&Addr| !self.is_localhost || addr.inet().is_some_and(|addr| addr.is_ipv4());
        let fitting = || self.addresses.iter().filter(|addr| fits(addr));
        let any = || self.addresses.iter();
        let chosen = fitting().find(preferred).or_else(|| fitting().next());
        chosen.or_else(|| any().find(preferred)).or_else(|| any().next()).cloned()
    }

    /// What is to be said of that choice: `localhost` may be two places, or the one that others do not mean by it.
    pub fn choice(&self, taken: &Addr) -> Option<NoticeKind> {
        let taken = taken.inet()?.ip();
        let other = self.addresses.iter().filter_map(Addr::inet).map(|addr| addr.ip()).find(|ip| *ip != taken);
        let is_plain = taken.is_ipv4() && other.is_none();
        (self.is_localhost && !is_plain).then_some(NoticeKind::Localhost { taken, other })
    }
}

/// The addresses that a socket can be bound to.
pub async fn local(local: &Local) -> Result<Found, Error> {
    match local {
        Local::Inet(target) => Ok(Found::of_host(target, resolve(target).await?)),
        Local::Path(path) => Ok(Found::known(&Addr::Unix(path.clone()))),
    }
}

/// The same for a destination that may be known already.
pub async fn destination(dest: &Dest) -> Result<Found, Error> {
    match dest {
        Dest::Host(target) => Ok(Found::of_host(target, resolve(target).await?)),
        Dest::Addr(addr) => Ok(Found::known(addr)),
        Dest::NotOpen(_) => Err(Error::missing(Missing::Destination)),
    }
}

/// Std puts its own words before the system's: "failed to lookup address information: Name or service not known".
fn words(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.strip_prefix("failed to lookup address information: ").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, addresses: &[&str]) -> Found {
        let target: HostPort = format!("{name}:80").parse().unwrap();
        Found::of_host(&target, addresses.iter().map(|addr| addr.parse().unwrap()).collect())
    }

    fn chosen(found: &Found, fits: impl Fn(&Addr) -> bool) -> String {
        found.choose(fits).unwrap().to_string()
    }

    fn is_ipv6(addr: &Addr) -> bool {
        addr.inet().is_some_and(|addr| addr.is_ipv6())
    }

    #[test]
    fn localhost_is_the_ipv4_address_where_there_is_one_and_the_user_is_told() {
        for addresses in [["[::1]:80", "127.0.0.1:80"], ["127.0.0.1:80", "[::1]:80"]] {
            let found = found("LocalHost", &addresses);
            let taken = found.choose(|_| true).unwrap();
            assert_eq!(taken.to_string(), "127.0.0.1:80");
            let (ip, other) = ("127.0.0.1".parse().unwrap(), "::1".parse().ok());
            assert_eq!(found.choice(&taken), Some(NoticeKind::Localhost { taken: ip, other }));
            assert_eq!(chosen(&found, is_ipv6), "[::1]:80", "a socket of the other family can't reach it");
        }
    }

    #[test]
    fn localhost_that_is_only_one_address_is_that_one() {
        let plain = found("localhost", &["127.0.0.1:80"]);
        assert_eq!((chosen(&plain, is_ipv6), plain.choice(&plain.addresses[0])), ("127.0.0.1:80".to_owned(), None));
        let only_v6 = found("localhost", &["[::1]:80"]);
        let told = only_v6.choice(&only_v6.choose(|_| true).unwrap());
        assert_eq!(told, Some(NoticeKind::Localhost { taken: "::1".parse().unwrap(), other: None }));
    }

    #[test]
    fn any_other_name_is_its_first_address_that_fits() {
        let found = found("host.invalid", &["[2001:db8::1]:80", "192.0.2.1:80"]);
        assert_eq!(chosen(&found, |_| true), "[2001:db8::1]:80");
        assert_eq!(chosen(&found, |addr| !is_ipv6(addr)), "192.0.2.1:80");
        assert_eq!(chosen(&found, |_| false), "[2001:db8::1]:80");
        assert_eq!(found.choice(&found.addresses[0]), None);
    }
}
