//! Who in this lab has listened where: for connections that nobody has accepted yet.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::call::{Call, Op, Outcome};
use crate::lab::{Addr, EndpointId};

/// The most listening addresses that are remembered: more than a user opens by hand.
const MAX_LISTENERS: usize = 4_096;

/// Kept by the trace; only `accept` and `listen` cost anything.
#[derive(Debug, Default)]
pub struct Listeners {
    servers: HashSet<EndpointId>,
    /// Endpoints that have listened and have connected too.
    relays: HashSet<EndpointId>,
    /// Who listened there last.
    at: HashMap<Addr, EndpointId>,
}

impl Listeners {
    pub(super) fn note(&mut self, call: &Call) {
        match (&call.op, call.outcome) {
            (Op::Listen { .. }, _) => {
                self.servers.insert(call.endpoint);
                if self.at.len() >= MAX_LISTENERS {
                    self.at.clear();
                }
                if let Some(local) = &call.ends.local {
                    self.at.insert(local.clone(), call.endpoint);
                }
            }
            (Op::Accept, Outcome::Ok(_)) => {
                self.servers.insert(call.endpoint);
            }
            (Op::Connect { .. }, _) if call.made_by.is_none() && self.servers.contains(&call.endpoint) => {
                self.relays.insert(call.endpoint);
            }
            _ => {}
        }
    }

    /// True where the endpoint has listened.
    pub fn is_server(&self, endpoint: EndpointId) -> bool {
        self.servers.contains(&endpoint)
    }

    /// True for an endpoint that listens for clients and connects for each of them. What a program does for whom is not
    /// known.
    pub fn is_relay(&self, endpoint: EndpointId) -> bool {
        self.relays.contains(&endpoint)
    }

    /// Who in this lab listened at an address last, also at every address of that port.
    pub fn listener_at(&self, addr: &Addr) -> Option<EndpointId> {
        let everywhere = || {
            let addr = addr.inet()?;
            let at = |ip: IpAddr| self.at.get(&Addr::Inet(SocketAddr::new(ip, addr.port())));
            at(Ipv4Addr::UNSPECIFIED.into()).or_else(|| at(Ipv6Addr::UNSPECIFIED.into()))
        };
        self.at.get(addr).or_else(everywhere).copied()
    }
}
