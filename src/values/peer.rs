//! The names that a user gives to the peers of a datagram socket, as the members of a chat room.

use std::fmt;

use super::address::Remote;
use super::{Addr, name};

/// The most names that one endpoint remembers.
pub const MAX_NAMED_PEERS: usize = 1_000;

/// A peer under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPeer {
    pub name: String,
    pub addr: Remote,
}

impl NamedPeer {
    /// True where it is this peer that has the name.
    pub fn is(&self, addr: &Addr) -> bool {
        match (&self.addr, addr) {
            (Remote::Inet(named), Addr::Inet(addr)) => named.to_string() == addr.to_string(),
            (Remote::Path(named), Addr::Unix(path)) => named == path,
            _ => false,
        }
    }
}

/// The name of a peer, where it has one.
pub fn name_of<'p>(peers: &'p [NamedPeer], addr: &Addr) -> Option<&'p str> {
    peers.iter().find(|peer| peer.is(addr)).map(|peer| peer.name.as_str())
}

/// The peers with `addr` under `name`: renamed, named, or (with an empty name) without one. `None` where the name can't be
/// one or another peer has it.
pub fn renamed(peers: &[NamedPeer], addr: &Addr, name: &str) -> Option<Vec<NamedPeer>> {
    let name = name.trim();
    let mut renamed: Vec<NamedPeer> = peers.iter().filter(|peer| !peer.is(addr)).cloned().collect();
    if name.is_empty() {
        return Some(renamed);
    }
    if name::check(name).is_err() || renamed.iter().any(|peer| peer.name == name) || renamed.len() >= MAX_NAMED_PEERS {
        return None;
    }
    let addr = match addr {
        Addr::Inet(addr) => Remote::parse_inet(&addr.to_string()).ok()?,
        Addr::Unix(path) => Remote::Path(path.clone()),
        Addr::Unnamed => return None,
    };
    renamed.push(NamedPeer { name: name.to_owned(), addr });
    Some(renamed)
}

impl fmt::Display for NamedPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.addr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_named_renamed_and_unnamed_and_no_two_have_one_name() {
        let addr = |text: &str| Addr::Inet(text.parse().unwrap());
        let (one, two) = (addr("127.0.0.1:9001"), addr("127.0.0.1:9002"));
        let peers = renamed(&[], &one, " 小明 ").unwrap();
        assert_eq!(name_of(&peers, &one), Some("小明"));
        assert_eq!(name_of(&peers, &two), None);
        assert_eq!(renamed(&peers, &two, "小明"), None);
        let peers = renamed(&peers, &two, "小红").unwrap();
        let peers = renamed(&peers, &one, "老师").unwrap();
        assert_eq!((name_of(&peers, &one), peers.len()), (Some("老师"), 2));
        assert_eq!(renamed(&peers, &one, "").map(|peers| peers.len()), Some(1));
        assert_eq!(renamed(&peers, &Addr::Unnamed, "nobody"), None);
    }
}
