//! The machine's own addresses: what to give to others, and the interfaces that they belong to.
//!
//! Nothing is sent to find them out: the system is asked, and its tables are read.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::background::{Background, Progress, Wake};

/// An address of one of the machine's network interfaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnAddress {
    pub ip: IpAddr,
    /// How many of its leading bits name the network.
    pub prefix: u8,
    /// The IPv4 address at which every machine of that network listens; none on a loopback interface.
    pub broadcast: Option<Ipv4Addr>,
}

/// A network interface that has addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    pub name: String,
    /// What the system's settings call it, where that is another name (Windows, macOS).
    pub friendly_name: Option<String>,
    pub is_up: bool,
    /// Whether packets to the Internet leave by it.
    pub is_default: bool,
    /// `02:fc:00:00:00:01`
    pub mac: Option<String>,
    pub gateways: Vec<IpAddr>,
    pub addresses: Vec<OwnAddress>,
}

impl Interface {
    /// On Windows the name is a GUID, which nobody knows; its settings show the other.
    pub fn shown_name(&self) -> &str {
        match &self.friendly_name {
            Some(friendly) if self.name.starts_with('{') => friendly,
            _ => &self.name,
        }
    }
}

/// Who can reach an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Only programs on this machine.
    Machine,
    /// Only machines on the same cable or Wi-Fi; an IPv6 address of this kind needs a zone (`%eth0`).
    Link,
    /// Machines of the same network, or of the same company: RFC 1918, RFC 4193, RFC 6598.
    Private,
    /// The whole Internet, unless a firewall is before it.
    Global,
    /// Set aside for something else: documentation, tests, protocols.
    Special,
}

impl OwnAddress {
    pub fn reach(&self) -> Reach {
        match self.ip {
            IpAddr::V4(ip) => reach_v4(ip),
            IpAddr::V6(ip) => ip.to_ipv4_mapped().map_or_else(|| reach_v6(ip), reach_v4),
        }
    }

    /// True for one that can be given to others as it is. Link-local IPv6 can't be typed without a zone.
    pub fn can_be_typed(&self) -> bool {
        !matches!(self.ip, IpAddr::V6(ip) if ip.is_unicast_link_local())
    }
}

fn reach_v4(ip: Ipv4Addr) -> Reach {
    let [a, b, c, _] = ip.octets();
    match (a, b) {
        _ if ip.is_loopback() => Reach::Machine,
        _ if ip.is_link_local() => Reach::Link,
        _ if ip.is_private() => Reach::Private,
        // Shared between a provider and its customers (RFC 6598).
        (100, 64..=127) => Reach::Private,
        _ if ip.is_documentation() || ip.is_unspecified() || ip.is_multicast() || ip.is_broadcast() => Reach::Special,
        (0 | 240..=255, _) | (198, 18 | 19) => Reach::Special,
        (192, 0) if c == 0 => Reach::Special,
        _ => Reach::Global,
    }
}

fn reach_v6(ip: Ipv6Addr) -> Reach {
    match ip.segments() {
        _ if ip.is_loopback() => Reach::Machine,
        _ if ip.is_unicast_link_local() => Reach::Link,
        _ if ip.is_unique_local() => Reach::Private,
        [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => Reach::Special,
        [0x2000..=0x3fff, ..] => Reach::Global,
        _ => Reach::Special,
    }
}

/// The most interfaces that are listed; machines with many containers have hundreds.
const MAX_INTERFACES: usize = 64;
/// The most addresses of one interface that are listed.
const MAX_ADDRESSES: usize = 64;

/// What the machine has now, brought up to date in the background.
#[derive(Debug, Default)]
pub struct Addresses {
    interfaces: Vec<Interface>,
    asked: Option<Background<Vec<Interface>>>,
}

impl Addresses {
    /// Those of a machine that is known already: for tests.
    pub fn of(interfaces: Vec<Interface>) -> Self {
        Self { interfaces: ordered(interfaces), asked: None }
    }

    /// Asks the system on a thread of its own, since with many interfaces it takes a while; `wake` is called when it has
    /// answered.
    pub fn refresh(&mut self, wake: &Wake) {
        if self.asked.is_some() {
            return;
        }
        match Background::run("addresses", wake, || ordered(ask())) {
            Ok(asked) => self.asked = Some(asked),
            Err(error) => tracing::warn!(%error, "no thread to ask for the machine's addresses"),
        }
    }

    /// Takes the system's answer where it has come.
    pub fn take_answer(&mut self) {
        let Some(asked) = &self.asked else { return };
        match asked.poll() {
            Progress::Ready(interfaces) => self.interfaces = interfaces,
            Progress::Pending => return,
            Progress::Ended => {}
        }
        self.asked = None;
    }

    /// The loopback interface first, then the one that leads to the Internet.
    pub fn interfaces(&self) -> &[Interface] {
        &self.interfaces
    }

    /// What can be given to others, with the interface's name.
    pub fn to_give(&self) -> impl Iterator<Item = (&OwnAddress, &str)> {
        self.interfaces.iter().filter(|interface| interface.is_up).flat_map(|interface| {
            let addresses = interface.addresses.iter().filter(|address| address.can_be_typed());
            addresses.map(|address| (address, interface.shown_name()))
        })
    }
}

fn ask() -> Vec<Interface> {
    let interface = |found: netdev::Interface| {
        let loopback = found.is_loopback();
        // A tunnel between two machines has nobody else to tell.
        let has_broadcast = found.is_broadcast() && !loopback;
        let v4 = found.ipv4.iter().map(|net| OwnAddress {
            ip: net.addr().into(),
            prefix: net.prefix_len(),
            broadcast: (has_broadcast && net.prefix_len() < 31).then(|| net.broadcast()),
        });
        let v6 = found.ipv6.iter().map(|net| OwnAddress {
            ip: net.addr().into(),
            prefix: net.prefix_len(),
            broadcast: None,
        });
        let gateways = found.gateway.iter().flat_map(|gateway| {
            let v4 = gateway.ipv4.iter().copied().map(IpAddr::V4);
            v4.chain(gateway.ipv6.iter().copied().map(IpAddr::V6))
        });
        Interface {
            is_up: found.is_up(),
            is_default: found.default,
            mac: found.mac_addr.map(|mac| mac.octets()).filter(|mac| *mac != [0; 6]).map(written),
            gateways: gateways.collect(),
            addresses: v4.chain(v6).collect(),
            friendly_name: found.friendly_name.filter(|friendly| *friendly != found.name),
            name: found.name,
        }
    };
    netdev::get_interfaces().into_iter().map(interface).collect()
}

fn written(mac: [u8; 6]) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}

fn ordered(mut found: Vec<Interface>) -> Vec<Interface> {
    found.retain(|interface| !interface.addresses.is_empty());
    for interface in &mut found {
        interface.addresses.sort_by_key(|address| (address.ip.is_ipv6(), !address.can_be_typed(), address.ip));
        interface.addresses.dedup();
        interface.addresses.truncate(MAX_ADDRESSES);
    }
    let is_loopback = |interface: &Interface| interface.addresses.iter().any(|address| address.ip.is_loopback());
    found.sort_by_cached_key(|interface| {
        (!is_loopback(interface), !interface.is_up, !interface.is_default, interface.name.clone())
    });
    found.truncate(MAX_INTERFACES);
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crossbeam_channel::bounded;

    use super::*;

    fn own(ip: &str, prefix: u8) -> OwnAddress {
        OwnAddress { ip: ip.parse().unwrap(), prefix, broadcast: None }
    }

    fn interface(name: &str, addresses: &[OwnAddress]) -> Interface {
        Interface {
            name: name.to_owned(),
            friendly_name: None,
            is_up: true,
            is_default: name == "wlan0",
            mac: None,
            gateways: Vec::new(),
            addresses: addresses.to_vec(),
        }
    }

    #[test]
    fn loopback_comes_first_then_the_way_out_and_link_local_is_not_given_away() {
        let addresses = Addresses::of(vec![
            interface("eth0", &[own("fe80::1", 64), own("2001:db8::5", 64), own("10.0.0.9", 8)]),
            interface("none", &[]),
            interface("wlan0", &[own("192.168.1.23", 24)]),
            interface("lo", &[own("::1", 128), own("127.0.0.1", 8)]),
        ]);
        let given: Vec<_> = addresses.to_give().map(|(address, name)| format!("{} {name}", address.ip)).collect();
        assert_eq!(given, ["127.0.0.1 lo", "::1 lo", "192.168.1.23 wlan0", "10.0.0.9 eth0", "2001:db8::5 eth0"]);
        assert_eq!(addresses.interfaces().len(), 3);
    }

    #[test]
    fn who_can_reach_an_address_is_read_off_it() {
        for (ip, reach) in [
            ("127.0.0.1", Reach::Machine),
            ("::1", Reach::Machine),
            ("169.254.7.1", Reach::Link),
            ("fe80::1", Reach::Link),
            ("192.168.1.23", Reach::Private),
            ("172.31.255.1", Reach::Private),
            ("100.64.0.1", Reach::Private),
            ("fd00::2", Reach::Private),
            ("::ffff:10.0.0.1", Reach::Private),
            ("172.32.0.1", Reach::Global),
            ("100.128.0.1", Reach::Global),
            ("2606:4700::1111", Reach::Global),
            ("192.0.2.2", Reach::Special),
            ("2001:db8::1", Reach::Special),
            ("224.0.0.1", Reach::Special),
            ("ff02::1", Reach::Special),
        ] {
            assert_eq!(own(ip, 0).reach(), reach, "{ip}");
        }
    }

    #[test]
    fn this_machine_has_its_loopback_address() {
        let (woken, waked) = bounded(1);
        let mut addresses = Addresses::default();
        let wake: Wake = Arc::new(move || woken.send(()).unwrap());
        addresses.refresh(&wake);
        waked.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
        addresses.take_answer();
        let loopback = addresses.to_give().find(|(address, _)| address.ip == IpAddr::V4(Ipv4Addr::LOCALHOST));
        let (address, _) = loopback.unwrap();
        assert_eq!((address.prefix, address.broadcast, address.reach()), (8, None, Reach::Machine));
    }

    #[test]
    fn a_mac_is_written_as_people_know_it() {
        assert_eq!(written([2, 0xfc, 0, 0, 0, 1]), "02:fc:00:00:00:01");
    }
}
