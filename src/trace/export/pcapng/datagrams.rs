//! UDP datagrams: a datagram that a socket of the lab sent is written when it was sent, and not again when another
//! socket of the lab receives it.

use std::collections::VecDeque;
use std::collections::hash_map::{DefaultHasher, Entry, HashMap};
use std::hash::{Hash as _, Hasher as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::lab::EndpointId;
use crate::trace::Call;

/// So many datagrams that were sent are remembered until they arrive; more than fit into a receive buffer.
const MAX_SENT: usize = 65_536;

/// A multicast datagram arrives at many sockets; so many are remembered.
const MAX_TAKERS: usize = 256;

/// Among so many that look alike one is searched for.
const MAX_ALIKE: usize = 1_024;

/// Of so many first bytes the key is made: a datagram that the receive buffer cut off has them too.
const PREFIX: usize = 16;

/// What is equal at both ends, whatever addresses the sockets are bound to: ports, length, first bytes.
type Key = (u16, u16, u64, u64);

struct Sent {
    number: u64,
    from: SocketAddr,
    to: SocketAddr,
    by: EndpointId,
    digest: u64,
    takers: Vec<EndpointId>,
}

#[derive(Default)]
pub(super) struct Datagrams {
    sent: HashMap<Key, VecDeque<Sent>>,
    order: VecDeque<(u64, Key)>,
    next: u64,
}

impl Datagrams {
    /// From where to where the datagram goes, if it is to be written.
    pub(super) fn see(
        &mut self,
        call: &Call,
        local: SocketAddr,
        other: SocketAddr,
    ) -> Option<(SocketAddr, SocketAddr)> {
        let local = beside(local, other)?;
        let len = call.len.saturating_add(u64::from(call.lost));
        let prefix = digest(call.data.get(..PREFIX).unwrap_or(&call.data));
        if call.op.sends() {
            let key = (local.port(), other.port(), len, prefix);
            self.remember(key, local, other, call);
            return Some((local, other));
        }
        let key = (other.port(), local.port(), len, prefix);
        if self.take(key, other, local, call) { None } else { Some((other, local)) }
    }

    fn remember(&mut self, key: Key, from: SocketAddr, to: SocketAddr, call: &Call) {
        let number = self.next;
        self.next += 1;
        let (by, digest) = (call.endpoint, digest(&call.data));
        self.sent.entry(key).or_default().push_back(Sent { number, from, to, by, digest, takers: Vec::new() });
        self.order.push_back((number, key));
        while self.order.len() > MAX_SENT {
            let Some((number, key)) = self.order.pop_front() else { break };
            if let Entry::Occupied(mut sent) = self.sent.entry(key) {
                sent.get_mut().retain(|sent| sent.number != number);
                if sent.get().is_empty() {
                    sent.remove();
                }
            }
        }
    }

    /// Whether the datagram that arrived was sent by the lab; each one arrives once at a socket.
    fn take(&mut self, key: Key, from: SocketAddr, to: SocketAddr, call: &Call) -> bool {
        let at = call.endpoint;
        let whole = (call.lost == 0).then(|| digest(&call.data));
        let Some(sent) = self.sent.get_mut(&key) else { return false };
        let Some(place) = sent.iter().take(MAX_ALIKE).position(|sent| {
            let same = whole.is_none_or(|whole| whole == sent.digest);
            same && sent.is(from, to, at) && !sent.takers.contains(&at)
        }) else {
            return false;
        };
        let is_of_many = sent[place].to.ip().is_multicast() || is_broadcast(sent[place].to.ip());
        if is_of_many {
            let takers = &mut sent[place].takers;
            if takers.len() < MAX_TAKERS {
                takers.push(at);
            }
        } else {
            sent.remove(place);
            if sent.is_empty() {
                self.sent.remove(&key);
            }
        }
        true
    }
}

impl Sent {
    /// Whether what arrived at `to` from `from` can be this one.
    fn is(&self, from: SocketAddr, to: SocketAddr, at: EndpointId) -> bool {
        let to_many = self.to.ip().is_multicast() || is_broadcast(self.to.ip());
        let to_fits = to_many || to.ip().is_unspecified() || self.to.ip() == to.ip();
        let from_fits = if self.from.ip().is_unspecified() {
            // The system took an address of its own: the very one that the datagram went to, where that is one. What a
            // socket sent to another machine's address and what comes back from there must not be confused.
            to_many || self.to.ip() == from.ip() && (self.by != at || from.ip().is_loopback())
        } else {
            self.from.ip() == from.ip()
        };
        to_fits && from_fits
    }
}

fn is_broadcast(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V4(ip) if ip.octets()[3] == 255)
}

fn digest(data: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    data.hash(&mut hasher);
    hasher.finish()
}

/// The socket's own address in the family of the other; one that is bound to all addresses talks to the loopback
/// interface from the same address. `None` where they don't fit together.
fn beside(local: SocketAddr, other: SocketAddr) -> Option<SocketAddr> {
    if !local.ip().is_unspecified() {
        return (local.is_ipv4() == other.is_ipv4()).then_some(local);
    }
    let ip = match other.ip() {
        ip if ip.is_loopback() => ip,
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    Some(SocketAddr::new(ip, local.port()))
}
