//! Which `sendto` became which `recvfrom`. No call says so: it is deduced from addresses, order and bytes, here and
//! nowhere else, for the ladder, the byte map and the packets of an export. (On a stream it is known: both ends counted
//! their bytes, see [`super::streams`].)

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;

use super::call::{Call, Ends, Op};
use crate::lab::{Addr, EndpointId};

/// The most datagrams in flight that are remembered: more than fit into a receive buffer.
const MAX_UNDER_WAY: usize = 65_536;

/// The most of their bytes that are remembered, shared with the calls.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The most datagrams of the right length and direction whose bytes are compared.
const REACH: usize = 1_024;

/// What lies further behind the one that arrived comes no more: datagrams overtake each other a little only. Less than
/// [`REACH`], so that those that are lost do not hide the next one.
const LATE: usize = REACH / 2;

/// The most sockets remembered for a datagram to a group, which arrives at many.
const MAX_TAKERS: usize = 256;

/// Whether the call moves a datagram and not a piece of a stream.
pub fn is_datagram(call: &Call) -> bool {
    match call.op {
        Op::SendTo { .. } | Op::RecvFrom { .. } => true,
        Op::Send { .. } | Op::Recv { .. } => call.conn.is_none(),
        _ => false,
    }
}

/// Where a datagram was sent to.
pub fn destination(call: &Call) -> Option<&Addr> {
    match &call.op {
        Op::SendTo { to, .. } => Some(to),
        Op::Send { .. } if call.conn.is_none() => call.ends.peer.as_ref(),
        _ => None,
    }
}

/// A socket that is bound to every address has none to compare, and a group's or a broadcast address is nobody's own.
pub fn is_same_place(socket: &Addr, addr: &Addr) -> bool {
    match (socket.inet(), addr.inet()) {
        (Some(socket), Some(addr)) => {
            let (own, ip) = (socket.ip().to_canonical(), addr.ip().to_canonical());
            socket.port() == addr.port() && (own == ip || own.is_unspecified() || is_many(ip))
        }
        _ => socket == addr,
    }
}

fn is_many(ip: IpAddr) -> bool {
    ip.is_multicast() || matches!(ip, IpAddr::V4(ip) if ip.octets()[3] == 255)
}

/// What is equal at both ends, whatever addresses the sockets are bound to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    to: Place,
    len: u64,
    /// To a group or to everybody.
    to_many: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Place {
    Port(u16),
    Path(Addr),
}

impl Place {
    fn of(addr: &Addr) -> Self {
        addr.inet().map_or_else(|| Self::Path(addr.clone()), |addr| Self::Port(addr.port()))
    }
}

#[derive(Debug)]
struct Sent {
    seq: u64,
    by: EndpointId,
    ends: Arc<Ends>,
    to: Addr,
    data: Bytes,
    takers: Vec<EndpointId>,
}

impl Sent {
    /// Whether what `at` received can be this one.
    fn came(&self, at: EndpointId, local: &Addr, peer: &Addr) -> bool {
        is_same_place(local, &self.to) && self.is_from(peer, at) && !self.takers.contains(&at)
    }

    fn is_from(&self, peer: &Addr, at: EndpointId) -> bool {
        let Some(from) = &self.ends.local else { return true };
        let (Some(from), Some(peer), Some(to)) = (from.inet(), peer.inet(), self.to.inet()) else {
            return from == peer;
        };
        let (own, seen, to) = (from.ip().to_canonical(), peer.ip().to_canonical(), to.ip().to_canonical());
        // The first datagram is what gives a socket its port; the call was begun without.
        let is_port = from.port() == 0 || from.port() == peer.port();
        let is_ip = if own.is_unspecified() {
            // The system took an address of its own: the very one that the datagram went to, where that is one. What a
            // socket sent to another machine's address and what comes back from there must not be confused.
            is_many(to) || to.is_loopback() && seen.is_loopback() || to == seen && (self.by != at || seen.is_loopback())
        } else {
            own == seen
        };
        is_port && is_ip
    }

    /// As far as both were kept; their lengths are equal.
    fn has(&self, data: &[u8]) -> bool {
        let kept = self.data.len().min(data.len());
        self.data[..kept] == data[..kept]
    }
}

/// Datagrams that were sent and may still arrive.
#[derive(Debug, Default)]
pub struct UnderWay {
    sent: HashMap<Key, VecDeque<Sent>>,
    /// In the order in which they left; those that have arrived since are still among them.
    order: VecDeque<(u64, Key)>,
    bytes: usize,
}

impl UnderWay {
    /// A call that sent one. Calls are given in their order.
    pub fn send(&mut self, call: &Call) {
        let Some(to) = destination(call).filter(|_| call.succeeded()) else { return };
        let to_many = to.inet().is_some_and(|to| is_many(to.ip().to_canonical()));
        let key = Key { to: Place::of(to), len: call.len, to_many };
        let sent = Sent {
            seq: call.seq,
            by: call.endpoint,
            ends: Arc::clone(&call.ends),
            to: to.clone(),
            data: call.data.clone(),
            takers: Vec::new(),
        };
        self.bytes += sent.data.len();
        self.order.push_back((sent.seq, key.clone()));
        let alike = self.sent.entry(key).or_default();
        alike.push_back(sent);
        // At a group's sockets they may arrive again and again, so that none leaves when it has arrived.
        if to_many && alike.len() > REACH {
            self.bytes -= alike.pop_front().map_or(0, |sent| sent.data.len());
        }
        while self.order.len() > MAX_UNDER_WAY || self.bytes > MAX_BYTES {
            let Some((seq, key)) = self.order.pop_front() else { break };
            self.forget(seq, &key);
        }
    }

    /// The number of the call that sent what this one received.
    pub fn receive(&mut self, call: &Call) -> Option<u64> {
        let (local, peer) = (call.ends.local.as_ref()?, call.ends.peer.as_ref()?);
        let len = call.len.saturating_add(u64::from(call.lost));
        let mut key = Key { to: Place::of(local), len, to_many: false };
        for to_many in [false, true] {
            key.to_many = to_many;
            if let Some(seq) = self.take(&key, call, local, peer) {
                return Some(seq);
            }
        }
        None
    }

    fn take(&mut self, key: &Key, call: &Call, local: &Addr, peer: &Addr) -> Option<u64> {
        let alike = self.sent.get_mut(key)?;
        let came = alike.iter().enumerate().filter(|(_, sent)| sent.came(call.endpoint, local, peer));
        let at = came.take(REACH).find(|(_, sent)| sent.has(&call.data)).map(|(at, _)| at)?;
        let seq = alike[at].seq;
        if key.to_many {
            let takers = &mut alike[at].takers;
            if takers.len() < MAX_TAKERS {
                takers.push(call.endpoint);
            }
            return Some(seq);
        }
        let arrived = alike.remove(at).into_iter();
        let late = alike.drain(..at.saturating_sub(LATE));
        self.bytes -= arrived.chain(late).map(|sent| sent.data.len()).sum::<usize>();
        if alike.is_empty() {
            self.sent.remove(key);
        }
        Some(seq)
    }

    fn forget(&mut self, seq: u64, key: &Key) {
        let Some(alike) = self.sent.get_mut(key) else { return };
        // They stand in the order in which they left, so the oldest of all is the first of its kind, or has arrived.
        if alike.front().is_some_and(|sent| sent.seq == seq) {
            self.bytes -= alike.pop_front().map_or(0, |sent| sent.data.len());
        }
        if alike.is_empty() {
            self.sent.remove(key);
        }
    }
}

#[cfg(test)]
mod tests;
