//! The open sockets of a program, as its calls have them.

use std::collections::{BTreeMap, VecDeque};
use std::mem::size_of;
use std::sync::Arc;

use crate::lab::Addr;
use crate::trace::{Call, ConnId, Domain, Ends, Op, SocketId, SocketType};

/// The most open sockets of a program that are listed.
const MAX_SOCKETS: usize = 20_000;

/// How many closed ones are remembered: a call of another thread may return after the close.
const MAX_CLOSED: usize = 32;

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
pub struct OpenSockets {
    open: BTreeMap<SocketId, OpenSocket>,
    closed: VecDeque<SocketId>,
}

impl OpenSockets {
    pub fn count(&self) -> usize {
        self.open.len()
    }

    pub fn values(&self) -> impl Iterator<Item = &OpenSocket> {
        self.open.values()
    }

    pub(super) fn see(&mut self, call: &Call) {
        match &call.op {
            Op::Socket { domain, kind } if call.succeeded() => self.put(call, Some(*domain), Some(*kind)),
            Op::Accept if call.succeeded() => {
                self.put(call, family(&call.ends).or(Some(Domain::Unix)), Some(SocketType::Stream));
            }
            Op::Close => self.remove(call.socket),
            _ => {
                if let Some(socket) = self.open.get_mut(&call.socket) {
                    socket.conn = call.conn;
                    if matches!(call.op, Op::Bind { .. } | Op::Connect { .. } | Op::Listen { .. }) {
                        socket.ends = Arc::clone(&call.ends);
                    }
                    socket.listens |= matches!(call.op, Op::Listen { .. }) && call.succeeded();
                } else if call.len > 0 && call.succeeded() && !self.closed.contains(&call.socket) {
                    // One that was inherited, or an end of a socketpair: no call of its own has made it. What has no
                    // address of ours (netlink, raw) is not listed, as where its call was seen.
                    let kind = if call.offset.is_some() { SocketType::Stream } else { SocketType::Datagram };
                    if let Some(family) = family(&call.ends) {
                        self.put(call, Some(family), Some(kind));
                    }
                }
            }
        }
    }

    fn put(&mut self, call: &Call, family: Option<Domain>, kind: Option<SocketType>) {
        if self.open.len() < MAX_SOCKETS {
            let ends = Arc::clone(&call.ends);
            let made = call.seq;
            self.open.insert(call.socket, OpenSocket { conn: call.conn, family, kind, ends, listens: false, made });
        }
    }

    /// Closed, by a call or by the system without one.
    pub(super) fn remove(&mut self, socket: SocketId) {
        self.open.remove(&socket);
        if self.closed.len() == MAX_CLOSED {
            self.closed.pop_front();
        }
        self.closed.push_back(socket);
    }

    /// The same for all that were made before that call.
    pub(super) fn remove_before(&mut self, first: u64) {
        self.open.retain(|_, socket| socket.made >= first);
    }

    /// About how many bytes they take.
    pub(super) fn size(&self) -> usize {
        /// Of each entry of a tree, beside what is in it.
        const ENTRY: usize = 32;
        self.open.len() * (size_of::<(SocketId, OpenSocket)>() + ENTRY) + self.closed.len() * size_of::<SocketId>()
    }
}

fn family(ends: &Ends) -> Option<Domain> {
    ends.local.as_ref().map(|local| match local {
        Addr::Inet(std::net::SocketAddr::V6(_)) => Domain::Inet6,
        Addr::Inet(_) => Domain::Inet,
        Addr::Unix(_) | Addr::Unnamed => Domain::Unix,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Outcome;

    fn call(socket: u32, op: Op, result: u64) -> Call {
        let ends = Arc::new(Ends { local: Some(Addr::Unnamed), peer: Some(Addr::Unnamed) });
        let offset = op.receives().then_some(0);
        Call { socket: SocketId(socket), ends, offset, len: result, ..Call::sample(op, Outcome::Ok(result)) }
    }

    #[test]
    fn an_end_of_a_socketpair_is_listed_from_its_first_bytes_on_and_not_again_after_its_close() {
        let mut sockets = OpenSockets::default();
        sockets.see(&call(7, Op::Recv { max: 9 }, 0));
        assert_eq!(sockets.count(), 0, "the end of a stream tells of no open socket");
        sockets.see(&call(7, Op::Recv { max: 9 }, 5));
        let listed = sockets.values().next().unwrap();
        assert_eq!((listed.family, listed.kind), (Some(Domain::Unix), Some(SocketType::Stream)));
        sockets.see(&call(7, Op::Close, 0));
        sockets.see(&call(7, Op::Recv { max: 9 }, 5));
        assert_eq!(sockets.count(), 0, "a thread's recv returned after the close");
    }

    #[test]
    fn a_socket_that_the_lab_has_no_words_for_is_not_listed() {
        let netlink = Call { ends: Arc::new(Ends { local: None, peer: None }), ..call(7, Op::Recv { max: 99 }, 20) };
        let mut sockets = OpenSockets::default();
        sockets.see(&netlink);
        assert_eq!(sockets.count(), 0);
    }
}
