//! Which connections have both ends in this lab: found by their addresses, noted as they open.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use super::call::{Call, Ends, Nanos, Op, Outcome};
use super::store::StreamKey;
use crate::lab::{Addr, EndpointId};

/// The ends of so many connections are remembered; the oldest leave first.
pub const MAX_ENDS: usize = 20_000;

/// So many addresses that somebody listened at are remembered: as many as a user opens by hand, and more.
const MAX_LISTENERS: usize = 4_096;

/// Kept by the trace; only `accept`, `connect` and `listen` cost anything.
#[derive(Debug, Default)]
pub struct Links {
    by_ends: HashMap<Arc<Ends>, Vec<Opened>>,
    /// Oldest first, one for each [`Opened`].
    order: VecDeque<Arc<Ends>>,
    servers: HashSet<EndpointId>,
    /// Who listened where last.
    listeners: HashMap<Addr, EndpointId>,
}

#[derive(Clone, Copy, Debug)]
struct Opened {
    key: StreamKey,
    at: Nanos,
}

impl Links {
    pub(super) fn note(&mut self, call: &Call) {
        match (&call.op, call.outcome) {
            (Op::Listen { .. }, _) => {
                self.servers.insert(call.endpoint);
                if self.listeners.len() >= MAX_LISTENERS {
                    self.listeners.clear();
                }
                if let Some(local) = &call.ends.local {
                    self.listeners.insert(local.clone(), call.endpoint);
                }
            }
            (Op::Accept | Op::Connect { .. }, Outcome::Ok(_)) if call.conn.is_some() => self.opened(call),
            _ => {}
        }
    }

    fn opened(&mut self, call: &Call) {
        if call.op == Op::Accept {
            self.servers.insert(call.endpoint);
        }
        let opened = Opened { key: (call.endpoint, call.conn), at: call.end() };
        self.by_ends.entry(Arc::clone(&call.ends)).or_default().push(opened);
        self.order.push_back(Arc::clone(&call.ends));
        if self.order.len() > MAX_ENDS
            && let Some(oldest) = self.order.pop_front()
            && let Some(list) = self.by_ends.get_mut(&oldest)
        {
            list.remove(0);
            if list.is_empty() {
                self.by_ends.remove(&oldest);
            }
        }
    }

    /// True where the endpoint has listened.
    pub fn is_server(&self, endpoint: EndpointId) -> bool {
        self.servers.contains(&endpoint)
    }

    /// Who in this lab listened at an address last, also at every address of that port.
    pub fn listener_at(&self, addr: &Addr) -> Option<EndpointId> {
        let everywhere = || {
            let addr = addr.inet()?;
            let at = |ip: IpAddr| self.listeners.get(&Addr::Inet(SocketAddr::new(ip, addr.port())));
            at(Ipv4Addr::UNSPECIFIED.into()).or_else(|| at(Ipv6Addr::UNSPECIFIED.into()))
        };
        self.listeners.get(addr).or_else(everywhere).copied()
    }

    /// The other end of a connection, where it is in this lab. Addresses are used again: of several the one that was
    /// opened nearest in time.
    pub fn other_end(&self, key: StreamKey, ends: &Ends) -> Option<StreamKey> {
        let swapped = Ends { local: ends.peer.clone(), peer: ends.local.clone() };
        let others = self.by_ends.get(&swapped)?;
        let own = self.by_ends.get(ends).and_then(|list| list.iter().find(|opened| opened.key == key));
        let apart = |other: &&Opened| own.map_or(0, |own| own.at.0.abs_diff(other.at.0));
        others.iter().rev().filter(|other| other.key != key).min_by_key(apart).map(|other| other.key)
    }
}
