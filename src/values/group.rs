//! Multicast groups (RFC 1112, RFC 4291 section 2.7) and the interfaces that they are joined on.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::lang::visible::is_hidden;
use crate::lang::{Lang, Words};
use crate::{error_in_words, t};

/// The most groups of one endpoint: as many memberships as Linux gives a socket (`net.ipv4.igmp_max_memberships`).
pub const MAX_GROUPS: usize = 20;
/// The longest name of an interface, in bytes (Linux has 15; Windows shows longer ones).
pub const MAX_INTERFACE_LEN: usize = 255;

/// A group that a UDP socket is a member of, written `239.1.2.3` or with its interface `239.1.2.3%lo`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Group {
    /// [`Group::new`] takes only multicast addresses; the system refuses others with EINVAL.
    pub addr: IpAddr,
    /// `None`: the one that the system's routes choose.
    pub interface: Option<Interface>,
}

/// A network interface of this machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Interface {
    /// By its own IPv4 address; for IPv4 only.
    Address(Ipv4Addr),
    /// By its number (if_nametoindex(3)), from 1.
    Index(u32),
    /// By its name: `lo`, `eth0`.
    Name(String),
}

/// Why a group or an interface was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupError {
    NotAnAddress(String),
    NotMulticast(IpAddr),
    BadInterface(String),
    AddressForIpv6(Ipv4Addr),
}

impl Words for GroupError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::NotAnAddress(text) => t!(lang, "wrong-group-address", text = text.as_str()),
            Self::NotMulticast(addr) => t!(lang, "wrong-group", text = addr.to_string()),
            Self::BadInterface(text) => t!(lang, "wrong-interface", text = text.as_str()),
            Self::AddressForIpv6(addr) => t!(lang, "wrong-interface-ipv6", text = addr.to_string()),
        }
        .into_owned()
    }
}

error_in_words!(GroupError);

impl Group {
    /// # Errors
    /// [`GroupError`] for an address that is no group's, and for an interface that an IPv6 group can't have.
    pub fn new(addr: IpAddr, interface: Option<Interface>) -> Result<Self, GroupError> {
        if !addr.is_multicast() {
            return Err(GroupError::NotMulticast(addr));
        }
        match interface {
            Some(Interface::Address(address)) if addr.is_ipv6() => Err(GroupError::AddressForIpv6(address)),
            interface => Ok(Self { addr, interface }),
        }
    }

    /// Whether a member that is bound to that address gets what is sent to the group. On Unix a datagram must have been
    /// sent to the address that the socket is bound to, and these are sent to the group's.
    pub fn is_heard_at(&self, bound: IpAddr) -> bool {
        cfg!(windows) || bound.is_unspecified() || bound == self.addr
    }

    /// The group's address as typed, without an interface.
    ///
    /// # Errors
    /// [`GroupError::NotAnAddress`]; whether it is a group is for [`Group::new`].
    pub fn parse_addr(text: &str) -> Result<IpAddr, GroupError> {
        text.parse().map_err(|_| GroupError::NotAnAddress(text.to_owned()))
    }
}

/// `addr` or `addr%interface`.
impl FromStr for Group {
    type Err = GroupError;

    fn from_str(text: &str) -> Result<Self, GroupError> {
        let (addr, interface) = match text.trim().split_once('%') {
            Some((addr, interface)) => (addr, Some(interface.parse()?)),
            None => (text.trim(), None),
        };
        Self::new(Self::parse_addr(addr)?, interface)
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.interface {
            Some(interface) => write!(f, "{}%{interface}", self.addr),
            None => self.addr.fmt(f),
        }
    }
}

impl FromStr for Interface {
    type Err = GroupError;

    fn from_str(text: &str) -> Result<Self, GroupError> {
        let text = text.trim();
        let refused = || GroupError::BadInterface(text.to_owned());
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().ok().filter(|index| *index > 0).map(Self::Index).ok_or_else(refused);
        }
        // The system knows which names there are. What could not stand in a list of groups is refused, and addresses,
        // which are mistyped or of the wrong family.
        let plausible = text.len() <= MAX_INTERFACE_LEN
            && !text.contains(|c: char| is_hidden(c) || matches!(c, ',' | '%' | '/'))
            && !text.chars().all(|c| c.is_ascii_digit() || c == '.')
            && text.parse::<Ipv6Addr>().is_err();
        if plausible { Ok(Self::Name(text.to_owned())) } else { Err(refused()) }
    }
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Index(index) => index.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_and_written_back() {
        for text in ["239.1.2.3", "224.0.0.1%127.0.0.1", "239.1.2.3%lo", "ff02::1234%2", "ff01::1%eth0.5", "ff05::1"] {
            assert_eq!(text.parse::<Group>().map(|group| group.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("lo".parse(), Ok(Interface::Name("lo".to_owned())));
        assert_eq!(" 7 ".parse(), Ok(Interface::Index(7)));
        assert_eq!("127.0.0.1".parse(), Ok(Interface::Address(Ipv4Addr::LOCALHOST)));
    }

    #[test]
    fn what_is_not_a_group_is_refused() {
        for text in ["127.0.0.1", "::1", "223.255.255.255", "240.0.0.1", "255.255.255.255", "0.0.0.0", "fe80::1%lo"] {
            assert!(matches!(text.parse::<Group>(), Err(GroupError::NotMulticast(_))), "{text}");
        }
        for text in ["", "%lo", "239.1.2", "239.1.2.3:80", "all", "[ff02::1]", "@server"] {
            assert!(matches!(text.parse::<Group>(), Err(GroupError::NotAnAddress(_))), "{text}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_socket_that_is_bound_to_another_address_does_not_hear_a_group() {
        let group: Group = "239.1.2.3".parse().unwrap();
        for (bound, heard) in [("0.0.0.0", true), ("::", true), ("239.1.2.3", true), ("127.0.0.1", false)] {
            assert_eq!(group.is_heard_at(bound.parse().unwrap()), heard, "{bound}");
        }
    }

    #[test]
    fn what_is_not_an_interface_is_refused() {
        let long = format!("239.1.2.3%{}", "x".repeat(MAX_INTERFACE_LEN + 1));
        for text in ["239.1.2.3%", "239.1.2.3%0", "239.1.2.3%99999999999", "239.1.2.3%1.2", "239.1.2.3%::1", &long] {
            assert!(matches!(text.parse::<Group>(), Err(GroupError::BadInterface(_))), "{text}");
        }
        assert_eq!("239.1.2.3%a%b".parse::<Group>(), Err(GroupError::BadInterface("a%b".to_owned())));
        assert_eq!("ff02::1%127.0.0.1".parse::<Group>(), Err(GroupError::AddressForIpv6(Ipv4Addr::LOCALHOST)));
    }
}
