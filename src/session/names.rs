//! What endpoints, connections and peers are called in every view.

use std::net::IpAddr;

use super::{Endpoint, Session};
use crate::lab::{Addr, EndpointId, peer};
use crate::lang::visible::visible;
use crate::trace::naming::Owner;
use crate::trace::{ConnId, SocketId, StreamKey};

impl Session {
    /// What endpoints and programs are called.
    pub fn member_names(&self) -> impl Iterator<Item = &str> {
        let endpoints = self.endpoints().iter().map(|endpoint| endpoint.spec.name.as_str());
        endpoints.chain(self.programs.iter().map(|program| program.spec.name.as_str()))
    }

    /// `server #2`, `client`; `client #2` once it has been opened again.
    pub fn name_of(&self, key: StreamKey) -> String {
        let name = visible(self.lab.trace.name(key.0));
        Owner { name: &name, is_client: self.is_client(key.0) }.with_number(key.1)
    }

    /// The number that tells a connection from others of its endpoint. A client's first has none.
    pub fn number_of(&self, (endpoint, conn): StreamKey) -> Option<ConnId> {
        Owner { name: "", is_client: self.is_client(endpoint) }.number(conn)
    }

    /// What was removed is of no known kind.
    fn is_client(&self, endpoint: EndpointId) -> bool {
        self.endpoint(endpoint).is_some_and(|endpoint| !endpoint.spec.kind.is_server())
    }

    /// Whose connection it is at the other end, where that is one of the lab's: `client 2`.
    pub fn partner(&self, key: StreamKey) -> Option<String> {
        let trace = &self.lab.trace;
        trace.partner(trace.socket_of(key)?).map(|other| self.name_of_socket(other))
    }

    /// What a socket is called: as its connection.
    pub fn name_of_socket(&self, socket: SocketId) -> String {
        self.lab.trace.key_of(socket).map_or_else(|| "?".to_owned(), |key| self.name_of(key))
    }

    /// `#2 · client 2`, `#2` where the other end is not one of the lab's.
    pub fn numbered_with_partner(&self, key: StreamKey) -> String {
        let number = key.1.map(|conn| format!("#{}", conn.get()));
        [number, self.partner(key)].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    /// What a datagram socket's peer is called: as the user has named it, else by the lab's socket at that address.
    pub fn peer_name(&self, endpoint: &Endpoint, addr: &Addr) -> Option<String> {
        let given = peer::name_of(&endpoint.spec.datagram.peers, addr).map(|name| visible(name).into_owned());
        given.or_else(|| {
            let owner = self.owner_of(endpoint.id, addr)?;
            Some(visible(&owner.spec.name).into_owned())
        })
    }

    /// The lab's other datagram socket that has this address.
    fn owner_of(&self, asking: EndpointId, addr: &Addr) -> Option<&Endpoint> {
        if *addr == Addr::Unnamed {
            return None;
        }
        let others = self.endpoints().iter().filter(|other| other.id != asking && !other.spec.kind.is_stream());
        others.filter(|other| other.live.is_open()).find(|other| {
            other.live.local().is_some_and(|local| match (local.inet(), addr.inet()) {
                // Bound to every address, it sends from whichever leads to the peer; here only loopback is certain.
                (Some(local), Some(addr)) if local.ip().is_unspecified() => {
                    local.port() == addr.port() && is_loopback(addr.ip())
                }
                _ => local == addr,
            })
        })
    }
}

fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}
