//! The machine's own addresses: what to give to others.

use std::net::IpAddr;

/// An address of one of the machine's network interfaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnAddress {
    pub ip: IpAddr,
    pub interface: String,
}

/// The most that are listed; machines with many containers have hundreds.
const MAX_LISTED: usize = 64;

/// The addresses now: loopback first, then IPv4 before IPv6. Link-local IPv6 is left out, since it can't be typed
/// without a zone. Empty where the system does not tell.
pub fn list() -> Vec<OwnAddress> {
    let found = if_addrs::get_if_addrs().unwrap_or_else(|error| {
        tracing::warn!(%error, "the machine's addresses are not known");
        Vec::new()
    });
    ordered(found.into_iter().map(|interface| OwnAddress { ip: interface.ip(), interface: interface.name }).collect())
}

fn ordered(mut found: Vec<OwnAddress>) -> Vec<OwnAddress> {
    found.retain(|address| !matches!(address.ip, IpAddr::V6(ip) if ip.is_unicast_link_local()));
    found.sort_by_key(|address| {
        (!address.ip.is_loopback(), address.ip.is_ipv6(), address.interface.clone(), address.ip)
    });
    found.dedup();
    found.truncate(MAX_LISTED);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_comes_first_and_link_local_is_left_out() {
        let own = |ip: &str, interface: &str| OwnAddress { ip: ip.parse().unwrap(), interface: interface.to_owned() };
        let sorted = ordered(vec![
            own("fe80::1", "eth0"),
            own("2001:db8::5", "eth0"),
            own("192.168.1.23", "eth0"),
            own("::1", "lo"),
            own("127.0.0.1", "lo"),
        ]);
        let ips: Vec<String> = sorted.iter().map(|address| address.ip.to_string()).collect();
        assert_eq!(ips, ["127.0.0.1", "::1", "192.168.1.23", "2001:db8::5"]);
    }
}
