//! The lifelines: who stands in which column.

use std::collections::{BTreeMap, BTreeSet};

use super::chosen::Scope;
use super::order;
use super::who::{ServerSocket, Who};
use crate::lab::{Addr, EndpointId};
use crate::trace::{Call, ConnId, Op, Side, SocketId, StreamKey, Trace};

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
    pub fn of(&self, (endpoint, conn): StreamKey, op: Option<&Op>) -> Who {
        if !self.trace.listeners().is_server(endpoint) {
            return if conn.is_some() || self.has_connected(endpoint) {
                Who::Client(endpoint)
            } else {
                Who::Socket(endpoint)
            };
        }
        // Alone with its connection, `accept` stands on that: the listener has no lifeline there.
        let accepts = matches!(op, Some(Op::Accept)) && !matches!(self.scope, Scope::Conn(_));
        match conn.filter(|_| !accepts) {
            Some(conn) => Who::Server(endpoint, ServerSocket::Conn(conn)),
            None => match self.scope {
                Scope::Conn((of, Some(conn))) if of == endpoint => Who::Server(endpoint, ServerSocket::Conn(conn)),
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

    /// The columns, in order: those of `calls`, and where there are few connections of all of them.
    pub fn columns(
        &self,
        calls: &[&Call],
        waiting: impl Iterator<Item = (StreamKey, SocketId)>,
        more: &BTreeSet<Who>,
    ) -> Vec<Lifeline> {
        let mut found: BTreeMap<Who, Option<SocketId>> = BTreeMap::new();
        let mut add = |who: Who, socket: Option<SocketId>| {
            let newest = found.entry(who).or_default();
            *newest = socket.max(*newest);
        };
        match self.scope {
            Scope::Conn(key) => {
                let own = self.trace.sockets_of(key);
                for socket in own.flat_map(|socket| [Some(socket), self.trace.partner(socket)]).flatten() {
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
        let columns = order::neighbours(found, |socket| self.partner(socket));
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
