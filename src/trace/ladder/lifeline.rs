//! The lifelines: who stands in which column.

use std::collections::{BTreeMap, BTreeSet};

use super::chosen::Scope;
use super::who::{ServerSocket, Who};
use super::{between, order};
use crate::lab::{Addr, EndpointId};
use crate::trace::{Call, ConnId, Op, Side, SocketId, StreamKey, Trace, through};

/// Up to this number of connections every lifeline is always drawn; beyond it only those with a call in sight.
pub const MAX_STANDING: usize = 12;

/// More than this are not drawn.
pub const MAX_LIFELINES: usize = 48;

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Lifeline {
    pub who: Who,
    /// Its own address, as the newest of its calls has it.
    pub local: Option<Addr>,
    /// The one whose state the kernel is asked for; of a client its newest one.
    pub socket: Option<SocketId>,
}

/// Gives each call its lifeline.
pub struct Lifelines<'t> {
    trace: &'t Trace,
    scope: Scope,
}

impl<'t> Lifelines<'t> {
    pub fn new(trace: &'t Trace, scope: Scope) -> Self {
        Self { trace, scope }
    }

    /// On whose lifeline a call of this stream stands.
    pub fn of(&self, key: StreamKey, op: Option<&Op>) -> Who {
        // The two connections of a relay that belong together are one lifeline, on which `accept` stands too: bytes go
        // through it from one side to the other.
        let is_relay = self.trace.listeners().is_relay(key.0);
        let (endpoint, conn) = through::pair_of(self.trace, key);
        if !self.trace.listeners().is_server(endpoint) {
            return if conn.is_some() || self.has_connected(endpoint) {
                Who::Client(endpoint)
            } else {
                Who::Socket(endpoint)
            };
        }
        // Alone with its connection, `accept` stands on that: the listener has no lifeline there.
        let accepts = matches!(op, Some(Op::Accept)) && !matches!(self.scope, Scope::Conn(_)) && !is_relay;
        match conn.filter(|_| !accepts) {
            Some(conn) => Who::Server(endpoint, ServerSocket::Conn(conn)),
            None => match self.scope {
                Scope::Conn((of, Some(_))) if of == endpoint => {
                    let (_, conn) = through::pair_of(self.trace, self.scope.conn().unwrap_or(key));
                    conn.map_or(Who::Server(endpoint, ServerSocket::Listener), |conn| {
                        Who::Server(endpoint, ServerSocket::Conn(conn))
                    })
                }
                _ => Who::Server(endpoint, ServerSocket::Listener),
            },
        }
    }

    /// A client's `socket` and `bind` come before it has a connection.
    fn has_connected(&self, endpoint: EndpointId) -> bool {
        let newest = self
            .trace
            .of_endpoint(endpoint)
            .and_then(|seqs| seqs.iter().rev().take(16).find_map(|seq| self.trace.get(*seq)));
        newest.is_some_and(|call| call.conn.is_some()) || self.trace.socket_of((endpoint, ConnId::new(1))).is_some()
    }

    /// On whose lifeline a socket stands.
    pub fn of_socket(&self, socket: SocketId, op: Option<&Op>) -> Option<Who> {
        self.trace.key_of(socket).map(|key| self.of(key, op))
    }

    /// Who is at the other end of a call that has one: in this lab, or an address outside.
    pub fn opposite(&self, call: &Call) -> Option<Who> {
        if let Some(other) = self.trace.partner(call.socket) {
            return self.of_socket(other, None);
        }
        let peer = call.ends.peer.clone()?;
        let is_called = match self.trace.socket(call.socket).map(|info| info.owner.side()) {
            Some(Side::Accepted | Side::Listens) => true,
            Some(Side::Connects | Side::Datagrams) => false,
            None => self.trace.listeners().is_server(call.endpoint),
        };
        // Not accepted yet: the kernel holds the connection for the listener.
        if !is_called && let Some(server) = self.trace.listeners().listener_at(&peer) {
            return Some(self.of((server, None), None));
        }
        Some(if is_called { Who::Caller(peer) } else { Who::Callee(peer) })
    }

    /// Who is at the other end of a socket, as its newest call says.
    fn partner(&self, socket: SocketId) -> Option<Who> {
        let newest = self.trace.of_socket(socket)?.back()?;
        self.opposite(self.trace.get(*newest)?)
    }

    /// The two connections of a relay.
    fn is_pair(&self, who: &Who) -> bool {
        matches!(who, Who::Server(endpoint, ServerSocket::Conn(_)) if self.trace.listeners().is_relay(*endpoint))
    }

    fn clients_socket(&self, socket: SocketId) -> SocketId {
        let connects = self.trace.socket(socket).is_some_and(|info| info.owner.side() == Side::Connects);
        if connects { through::joined(self.trace, socket).unwrap_or(socket) } else { socket }
    }

    /// Whom a relay's pair leads on to.
    fn onward(&self, who: &Who) -> Option<Who> {
        let Who::Server(endpoint, ServerSocket::Conn(conn)) = who else { return None };
        let upstream = ConnId::new(conn.get().checked_add(1)?);
        if !self.is_pair(who) {
            return None;
        }
        self.partner(self.trace.socket_of((*endpoint, upstream))?)
    }

    /// The columns, in order: those of `calls`, and where there are few connections of all of them.
    pub fn columns(
        &self,
        calls: &[&Call],
        waiting: impl Iterator<Item = (StreamKey, SocketId)>,
        more: &BTreeSet<Who>,
    ) -> Vec<Lifeline> {
        let mut found: BTreeMap<Who, Option<SocketId>> = BTreeMap::new();
        let mut add = |who: Who, socket: Option<SocketId>| {
            // A relay's pair goes by the socket on which its client came.
            let clients = socket.filter(|_| self.is_pair(&who)).map(|socket| self.clients_socket(socket));
            let newest = found.entry(who).or_default();
            *newest = clients.or(socket).max(*newest);
        };
        match self.scope {
            Scope::Conn(key) => {
                let own = self.trace.sockets_of(key);
                let joined = self.trace.socket_of(key).and_then(|socket| through::joined(self.trace, socket));
                for socket in own.chain(joined).flat_map(|socket| [Some(socket), self.trace.partner(socket)]).flatten()
                {
                    self.of_socket(socket, None).into_iter().for_each(|who| add(who, Some(socket)));
                }
            }
            Scope::All if self.trace.sockets().len() <= MAX_STANDING => {
                let kept = self.trace.flows().map(|(socket, flow)| (flow.key(), socket));
                // One that failed to make a socket has none.
                let calls = calls.iter().filter(|call| call.socket == SocketId::NONE);
                for (key, socket) in kept.chain(waiting).chain(calls.map(|call| (call.key(), call.socket))) {
                    add(self.of(key, None), Some(socket));
                }
            }
            Scope::All | Scope::Endpoint(_) => {
                for call in calls {
                    let who = self.of(call.key(), Some(&call.op));
                    let is_listener = matches!(who, Who::Server(_, ServerSocket::Listener));
                    let listener = is_listener.then(|| self.trace.socket_of((call.endpoint, None))).flatten();
                    add(who, listener.or(Some(call.socket)));
                }
            }
        }
        for who in more {
            found.entry(who.clone()).or_default();
        }
        let mut columns = order::neighbours(found, |socket| self.partner(socket), |who| self.onward(who));
        between::relays(self.trace, &mut columns, |(who, socket)| self.local(who, *socket));
        columns
            .into_iter()
            .take(MAX_LIFELINES)
            .map(|(who, socket)| Lifeline {
                local: self.local(&who, socket),
                who,
                socket: socket.filter(|socket| *socket != SocketId::NONE),
            })
            .collect()
    }

    fn local(&self, who: &Who, socket: Option<SocketId>) -> Option<Addr> {
        match who {
            Who::Caller(addr) | Who::Callee(addr) => Some(addr.clone()),
            _ => {
                let seq = *self.trace.of_socket(socket?)?.back()?;
                self.trace.get(seq)?.ends.local.clone()
            }
        }
    }
}
