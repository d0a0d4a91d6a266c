//! The lifelines: who stands in which column.

use std::collections::{BTreeMap, BTreeSet};

use super::chosen::Scope;
use super::order;
use super::who::{ServerSocket, Who};
use crate::lab::{Addr, EndpointId};
use crate::trace::{Call, ConnId, Ends, Op, StreamKey, Trace};

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
    /// The calls and the kernel's state that it stands for; of a client its newest connection.
    pub key: Option<StreamKey>,
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
        newest.is_some_and(|call| call.conn.is_some()) || self.trace.of_stream((endpoint, ConnId::new(1))).is_some()
    }

    /// Who is at the other end of a call that has one: in this lab, or an address outside.
    pub fn opposite(&self, key: StreamKey, ends: &Ends) -> Option<Who> {
        if let Some(other) = self.trace.other_end(key) {
            return Some(self.of(other, None));
        }
        let peer = ends.peer.clone()?;
        // Not accepted yet: the kernel holds the connection for the listener.
        if !self.trace.listeners().is_server(key.0)
            && let Some(server) = self.trace.listeners().listener_at(&peer)
        {
            return Some(self.of((server, None), None));
        }
        Some(if self.trace.listeners().is_server(key.0) { Who::Caller(peer) } else { Who::Callee(peer) })
    }

    /// Who is at the other end of a stream, as its newest call says.
    fn partner(&self, key: StreamKey) -> Option<Who> {
        let newest = self.trace.of_stream(key)?.back()?;
        self.opposite(key, &self.trace.get(*newest)?.ends)
    }

    /// The columns, in order: those of `calls`, and where there are few connections of all of them.
    pub fn columns(
        &self,
        calls: &[&Call],
        waiting: impl Iterator<Item = StreamKey>,
        more: &BTreeSet<Who>,
    ) -> Vec<Lifeline> {
        let mut found: BTreeMap<Who, Option<StreamKey>> = BTreeMap::new();
        let mut add = |who: Who, key: Option<StreamKey>| {
            let newest = found.entry(who).or_default();
            *newest = key.max(*newest);
        };
        match self.scope {
            Scope::Conn(key) => {
                for key in [Some(key), self.trace.other_end(key)].into_iter().flatten() {
                    add(self.of(key, None), Some(key));
                }
            }
            Scope::All if self.trace.streams().len() <= MAX_STANDING => {
                for key in self.trace.streams().chain(waiting) {
                    add(self.of(key, None), Some(key));
                }
            }
            Scope::All | Scope::Endpoint(_) => {
                for call in calls {
                    let key = (call.endpoint, call.conn);
                    let who = self.of(key, Some(&call.op));
                    add(
                        who.clone(),
                        Some(if matches!(who, Who::Server(_, ServerSocket::Listener)) { (key.0, None) } else { key }),
                    );
                }
            }
        }
        for who in more {
            found.entry(who.clone()).or_default();
        }
        let columns = order::neighbours(found, |key| self.partner(key));
        columns
            .into_iter()
            .take(MAX_LIFELINES)
            .map(|(who, key)| Lifeline { local: self.local(&who, key), who, key })
            .collect()
    }

    fn local(&self, who: &Who, key: Option<StreamKey>) -> Option<Addr> {
        match who {
            Who::Caller(addr) | Who::Callee(addr) => Some(addr.clone()),
            _ => {
                let seq = *self.trace.of_stream(key?)?.back()?;
                self.trace.get(seq)?.ends.local.clone()
            }
        }
    }
}
