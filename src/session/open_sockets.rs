//! The open sockets of a program, as its calls have them.

use std::collections::BTreeMap;
use std::mem::size_of;
use std::sync::Arc;

use crate::lab::Addr;
use crate::trace::{Call, ConnId, Domain, Ends, Op, SocketId, SocketType};

/// The most open sockets of a program that are listed.
const MAX_SOCKETS: usize = 20_000;

/// An open socket of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSocket {
    pub conn: Option<ConnId>,
    pub family: Option<Domain>,
    pub kind: Option<SocketType>,
    pub ends: Arc<Ends>,
    pub listens: bool,
    /// The number of the call that made it.
    pub(super) made: u64,
}

/// Them all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenSockets(BTreeMap<SocketId, OpenSocket>);

impl OpenSockets {
    pub fn count(&self) -> usize {
        self.0.len()
    }

    pub fn values(&self) -> impl Iterator<Item = &OpenSocket> {
        self.0.values()
    }

    pub(super) fn see(&mut self, call: &Call) {
        match &call.op {
            Op::Socket { domain, kind } if call.succeeded() => self.put(call, Some(*domain), Some(*kind)),
            Op::Accept if call.succeeded() => {
                let family = match call.ends.local {
                    Some(Addr::Inet(std::net::SocketAddr::V6(_))) => Domain::Inet6,
                    Some(Addr::Inet(_)) => Domain::Inet,
                    _ => Domain::Unix,
                };
                self.put(call, Some(family), Some(SocketType::Stream));
            }
            Op::Close => {
                self.0.remove(&call.socket);
            }
            _ => {
                if let Some(socket) = self.0.get_mut(&call.socket) {
                    socket.conn = call.conn;
                    if matches!(call.op, Op::Bind { .. } | Op::Connect { .. } | Op::Listen { .. }) {
                        socket.ends = Arc::clone(&call.ends);
                    }
                    socket.listens |= matches!(call.op, Op::Listen { .. }) && call.succeeded();
                }
            }
        }
    }

    fn put(&mut self, call: &Call, family: Option<Domain>, kind: Option<SocketType>) {
        if self.0.len() < MAX_SOCKETS {
            let ends = Arc::clone(&call.ends);
            let made = call.seq;
            self.0.insert(call.socket, OpenSocket { conn: call.conn, family, kind, ends, listens: false, made });
        }
    }

    /// The system has closed it without a call.
    pub(super) fn remove(&mut self, socket: SocketId) {
        self.0.remove(&socket);
    }

    /// The same for all that were made before that call.
    pub(super) fn remove_before(&mut self, first: u64) {
        self.0.retain(|_, socket| socket.made >= first);
    }

    /// About how many bytes they take.
    pub(super) fn size(&self) -> usize {
        /// Of each entry of a tree, beside what is in it.
        const ENTRY: usize = 32;
        self.0.len() * (size_of::<(SocketId, OpenSocket)>() + ENTRY)
    }
}
