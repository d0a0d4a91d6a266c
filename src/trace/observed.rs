//! What an endpoint's calls say of its connections, its peers and its groups: a projection of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::projection::{Follower, Projection};
use super::{Call, ConnId, Ends, Errno, Nanos, Op, OptionValue, Outcome, Payload, SocketOption, Trace};
use crate::lab::{Addr, Group};
use crate::values::How;

/// The most UDP peers that are remembered for one endpoint; the one heard of longest ago leaves first.
pub const MAX_PEERS: usize = 1_000;

/// The connections, peers and groups of one endpoint.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The open connections; a client has at most one.
    pub conns: BTreeMap<ConnId, Conn>,
    /// How many connections there have been; the next one gets the number after it.
    pub conns_begun: u32,
    /// UDP: who has sent or been sent datagrams.
    pub peers: BTreeMap<Addr, Peer>,
    /// UDP: the multicast groups that the open socket is a member of, in the order in which it joined them.
    pub groups: Vec<Group>,
    /// The sizes of the open socket's buffers, where they were asked for: what the system granted.
    pub granted: Granted,
    follower: Follower,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Granted {
    pub recv: Option<u32>,
    pub send: Option<u32>,
}

/// An open connection.
#[derive(Clone, Debug)]
pub struct Conn {
    pub ends: Arc<Ends>,
    pub since: Nanos,
    pub sent: u64,
    pub received: u64,
    /// `shutdown(SHUT_RD)`: this side has said that it will read no more; `recv() = 0` then says nothing of the peer.
    pub will_not_read: bool,
    /// `recv() = 0`: the peer will send no more.
    pub peer_ended: bool,
    /// `shutdown(SHUT_WR)`: this side will send no more.
    pub half_closed: bool,
    /// A call on it failed for good (ECONNRESET …).
    pub broken: Option<Errno>,
}

/// Someone a UDP socket has exchanged datagrams with.
#[derive(Clone, Debug, Default)]
pub struct Peer {
    pub sent: u64,
    pub received: u64,
    pub last: Nanos,
    /// When its newest datagram was received.
    pub last_received: Option<Nanos>,
}

impl Observed {
    /// What is left when the socket is closed for good: the numbers go on.
    #[must_use]
    pub fn closed(self) -> Self {
        Self { conns: BTreeMap::new(), groups: Vec::new(), granted: Granted::default(), ..self }
    }

    fn count_peer(&mut self, call: &Call) {
        let peer = match &call.op {
            Op::SendTo { to, .. } => to.as_ref(),
            _ => match &call.ends.peer {
                Some(peer) => peer,
                None => return,
            },
        };
        if !self.peers.contains_key(peer) {
            if self.peers.len() >= MAX_PEERS {
                let oldest = self.peers.iter().min_by_key(|(_, peer)| peer.last).map(|(addr, _)| addr.clone());
                if let Some(oldest) = oldest {
                    self.peers.remove(&oldest);
                }
            }
            self.peers.insert(peer.clone(), Peer::default());
        }
        if let Some(counts) = self.peers.get_mut(peer) {
            counts.last = call.end();
            if call.op.sends() {
                counts.sent += 1;
            } else {
                counts.received += 1;
                counts.last_received = Some(call.end());
            }
        }
    }

    /// Takes in the endpoint's next call.
    pub fn take_in(&mut self, call: &Call) {
        match (&call.op, call.outcome, call.conn) {
            (Op::Accept, Outcome::Ok(_), Some(id)) | (Op::Connect { .. }, Outcome::Ok(_), Some(id)) => {
                self.conns.insert(id, Conn::new(Arc::clone(&call.ends), call.end()));
                self.conns_begun = self.conns_begun.max(id.get());
            }
            (Op::Connect { .. }, Outcome::Err(_), Some(id)) if call.is_in_progress() => {
                self.conns.insert(id, Conn::new(Arc::clone(&call.ends), call.end()));
                self.conns_begun = self.conns_begun.max(id.get());
            }
            (Op::Connect { .. }, Outcome::Err(_) | Outcome::Abandoned, Some(id)) => {
                self.conns_begun = self.conns_begun.max(id.get());
            }
            (Op::Close, _, Some(id)) => {
                self.conns.remove(&id);
            }
            (Op::SetSockOpt { option, value: OptionValue::Size { granted, .. } }, Outcome::Ok(_), _) => match option {
                SocketOption::RecvBuffer => self.granted.recv = Some(*granted),
                SocketOption::SendBuffer => self.granted.send = Some(*granted),
                _ => {}
            },
            (_, outcome, Some(id)) => {
                if let Some(conn) = self.conns.get_mut(&id) {
                    conn.apply(call, outcome);
                }
            }
            (Op::SendTo { .. } | Op::RecvFrom { .. }, Outcome::Ok(_), None) => self.count_peer(call),
            (Op::SetSockOpt { option, value: OptionValue::Group(group) }, Outcome::Ok(_), None) => {
                self.groups.retain(|kept| kept != group.as_ref());
                if option.joins() == Some(true) {
                    self.groups.push(Group::clone(group));
                }
            }
            (Op::Close, _, None) => self.groups.clear(),
            _ => {}
        }
    }
}

impl Projection for Observed {
    /// What is open stays open, whatever becomes of the calls that opened it.
    const OUTLIVES_CLEARING: bool = true;

    fn follower(&mut self) -> &mut Follower {
        &mut self.follower
    }

    fn see(&mut self, call: &Call, _: Payload<'_>) {
        self.take_in(call);
    }

    fn evict(&mut self, _: &Trace) {}

    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Conn {
    /// Whether shutdown(SHUT_WR) has anything left to end.
    pub fn can_half_close(&self) -> bool {
        !self.half_closed && self.broken.is_none()
    }

    fn new(ends: Arc<Ends>, since: Nanos) -> Self {
        Self {
            ends,
            since,
            sent: 0,
            received: 0,
            will_not_read: false,
            peer_ended: false,
            half_closed: false,
            broken: None,
        }
    }

    fn apply(&mut self, call: &Call, outcome: Outcome) {
        if call.op.sends() {
            self.sent += call.len;
        } else if call.op.receives() {
            self.received += call.len;
            self.peer_ended |= call.is_eof() && !self.will_not_read;
        }
        if let (Op::Shutdown { how }, Outcome::Ok(_)) = (&call.op, outcome) {
            self.will_not_read |= *how != How::Write;
            self.half_closed |= *how != How::Read;
        }
        match (&call.op, outcome) {
            (Op::Shutdown { .. }, _) => {}
            // What found nothing, or was interrupted, is made again.
            (_, Outcome::Err(errno)) if matches!(errno.name(), Some("EAGAIN" | "EINTR")) => {}
            (Op::Other(_), _) => {}
            (_, Outcome::Err(errno)) => self.broken = Some(errno),
            _ => {}
        }
    }
}
