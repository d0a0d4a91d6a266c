//! What an endpoint's calls say of it: its own socket, its connections and its peers.

use std::mem::size_of;

use crate::engine::SocketState;
use crate::lab::Addr;
use crate::session::open_sockets::OpenSockets;
use crate::trace::observed::{Conn, Observed, Peer};
use crate::trace::store::Totals;
use crate::trace::{Call, ConnId, Op, SocketType};

/// As [`super::State`] has it.
#[derive(Clone, Debug, Default)]
pub struct EndpointState {
    pub observed: Observed,
    /// The state of its own socket.
    pub socket: SocketState,
    /// Where that was bound when it was last open.
    pub last_local: Option<Addr>,
    /// Over all its calls that were seen.
    pub totals: Totals,
    /// Those of a program.
    pub sockets: OpenSockets,
    kind: Option<SocketType>,
    /// It has a listener.
    listens: bool,
}

impl EndpointState {
    pub(super) fn see(&mut self, call: &Call) {
        self.observed.take_in(call);
        self.totals.count(call);
        if call.made_by.is_some() {
            self.sockets.see(call);
        }
        let open = |peer: bool| SocketState::Open {
            local: call.ends.local.clone(),
            peer: call.ends.peer.clone().filter(|_| peer),
        };
        match (&call.op, call.succeeded(), call.conn) {
            (Op::Socket { kind, .. }, true, None) if !self.listens => {
                self.kind = Some(*kind);
                self.socket = SocketState::Opening;
            }
            (Op::Listen { .. }, true, _) => {
                self.listens = true;
                self.socket = open(false);
            }
            (Op::Bind { .. }, true, None) if self.kind == Some(SocketType::Datagram) => self.socket = open(true),
            (Op::Connect { .. }, true, _) if !self.listens => self.socket = open(true),
            (Op::SendTo { .. } | Op::RecvFrom { .. }, true, None) if self.socket == SocketState::Opening => {
                self.socket = open(false);
            }
            (Op::Close, _, None) => {
                self.listens = false;
                self.socket = match std::mem::take(&mut self.socket) {
                    // It listens no more and serves what it has.
                    SocketState::Open { local, .. } if !self.observed.conns.is_empty() => {
                        SocketState::Serving { local }
                    }
                    _ => SocketState::Closed,
                };
            }
            (Op::Close, _, Some(_)) if !self.listens && self.observed.conns.is_empty() => {
                self.socket = SocketState::Closed;
            }
            _ => {}
        }
        if let SocketState::Open { local: Some(local), .. } = &self.socket
            && self.last_local.as_ref() != Some(local)
        {
            self.last_local = Some(local.clone());
        }
    }

    /// About how many bytes it takes.
    pub(super) fn size(&self) -> usize {
        /// Of each entry of a tree, beside what is in it.
        const ENTRY: usize = 32;
        size_of::<Self>()
            + self.observed.conns.len() * (size_of::<(ConnId, Conn)>() + ENTRY)
            + self.sockets.size()
            + self.observed.peers.len() * (size_of::<(Addr, Peer)>() + ENTRY)
    }
}
