//! What each endpoint is doing now. Connections and their byte counts are read off the calls; only the state of the
//! endpoint's own socket comes from the engine.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::engine::{JobId, SocketState};
use crate::lab::group::MAX_GROUPS;
use crate::lab::step::How;
use crate::lab::{Addr, EndpointId, EndpointSpec, Fixed, Group, applies};
use crate::lang::visible::visible;
use crate::trace::{Call, ConnId, Ends, Errno, Nanos, Op, OptionValue, Outcome, SocketOption};

/// The most UDP peers that are remembered for one endpoint; the one heard of longest ago leaves first.
pub const MAX_PEERS: usize = 1_000;

/// An endpoint of the lab with what it is doing now.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub id: EndpointId,
    pub spec: EndpointSpec,
    pub live: Live,
}

impl Endpoint {
    /// Takes over what a call says of the endpoint itself: a group that was joined is joined again at the next opening.
    /// True where the spec has changed.
    pub(super) fn apply(&mut self, call: &Call) -> bool {
        self.live.apply(call);
        match (&call.op, call.outcome) {
            (Op::SetSockOpt { option, value: OptionValue::Group(group) }, Outcome::Ok(_)) => {
                option.joins() == Some(true) && self.add_group(group)
            }
            _ => false,
        }
    }

    /// True where the group was not there and has room.
    pub(super) fn add_group(&mut self, group: &Group) -> bool {
        let groups = &mut self.spec.groups;
        let is_new = groups.len() < MAX_GROUPS && !groups.contains(group);
        if is_new {
            groups.push(group.clone());
        }
        is_new
    }

    /// What was changed while it was open and waits for its next opening.
    pub fn waits_for_opening(&self) -> Vec<Fixed> {
        match &self.live.running {
            Some(running) if !self.live.is_closed() => applies(running, &self.spec).waiting().to_vec(),
            _ => Vec::new(),
        }
    }

    /// The error that broke a client's only connection.
    pub fn broken(&self) -> Option<Errno> {
        // A server goes on with its other clients.
        if self.spec.kind.is_server() { None } else { self.live.conns.values().find_map(|conn| conn.broken) }
    }

    /// Open, and more can be done with it than to close it.
    pub fn is_usable(&self) -> bool {
        self.live.is_open() && self.broken().is_none()
    }

    /// The address to show: the actual one where the socket is open, else the one asked for.
    pub fn shown_address(&self) -> String {
        match (&self.live.socket, &self.spec.remote) {
            (SocketState::Open { peer: Some(peer), .. }, _) => peer.to_string(),
            (SocketState::Open { local: Some(local), .. } | SocketState::Serving { local: Some(local) }, _) => {
                local.to_string()
            }
            (_, Some(remote)) if !self.spec.kind.is_server() => visible(&remote.to_string()).into_owned(),
            _ => self.spec.bind_address().map_or_else(String::new, |local| visible(&local.to_string()).into_owned()),
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Live {
    pub socket: SocketState,
    /// Where the socket was bound when it was last open: whoever goes there now is refused by the system itself.
    pub last_local: Option<Addr>,
    /// The open connections; a client has at most one.
    pub conns: BTreeMap<ConnId, Conn>,
    /// How many connections there have been; the next one gets the number after it.
    pub conns_begun: u32,
    /// How many clients wait in the kernel's accept queue, and how many may: of a server with one client at a time,
    /// where the system says.
    pub accept_queue: Option<(u32, u32)>,
    /// UDP: who has sent or been sent datagrams.
    pub peers: BTreeMap<Addr, Peer>,
    /// UDP: datagrams that the kernel threw away, over all openings.
    pub kernel_drops: u64,
    /// The same for the present opening, as the socket counts it.
    drops_of_opening: u64,
    pub repeats: Vec<Repeat>,
    /// What the open socket was made with, as far as that could not be changed since.
    pub(super) running: Option<Box<EndpointSpec>>,
    /// The spec was changed while the socket was being opened.
    pub(super) is_outdated: bool,
    /// UDP: the multicast groups that the open socket is a member of, in the order in which it joined them.
    pub groups: Vec<Group>,
    /// The sizes of the open socket's buffers, where they were asked for: what the system granted.
    pub granted: Granted,
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

/// Datagrams or messages that go out again and again.
#[derive(Clone, Debug)]
pub struct Repeat {
    pub job: JobId,
    pub every: Duration,
    pub times: u32,
    pub sent: u32,
    /// The first bytes of what is sent, for showing.
    pub preview: String,
}

impl Live {
    pub fn is_open(&self) -> bool {
        matches!(self.socket, SocketState::Open { .. } | SocketState::Serving { .. })
    }

    pub fn is_closed(&self) -> bool {
        matches!(self.socket, SocketState::Closed)
    }

    /// The local address of the open socket.
    pub fn local(&self) -> Option<&Addr> {
        match &self.socket {
            SocketState::Open { local, .. } | SocketState::Serving { local } => local.as_ref(),
            SocketState::Closed | SocketState::Opening => None,
        }
    }

    /// Brings the connections and peers up to date with a completed call.
    pub fn apply(&mut self, call: &Call) {
        match (&call.op, call.outcome, call.conn) {
            (Op::Accept, Outcome::Ok(_), Some(id)) | (Op::Connect { .. }, Outcome::Ok(_), Some(id)) => {
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

    /// What is left of it when its endpoint leaves the lab, or comes back: closed, with the numbers that go on.
    pub(super) fn retired(self) -> Self {
        Self {
            socket: SocketState::Closed,
            conns: BTreeMap::new(),
            accept_queue: None,
            repeats: Vec::new(),
            groups: Vec::new(),
            granted: Granted::default(),
            running: None,
            is_outdated: false,
            ..self
        }
    }

    /// Takes over the socket's own drop counter, which begins at 0 with each opening.
    pub(super) fn count_drops(&mut self, total_of_opening: u64) {
        self.kernel_drops += total_of_opening.saturating_sub(self.drops_of_opening);
        self.drops_of_opening = total_of_opening;
    }

    pub(super) fn set_socket(&mut self, state: SocketState) {
        match state {
            SocketState::Opening => {
                self.drops_of_opening = 0;
                self.granted = Granted::default();
            }
            SocketState::Closed => {
                self.is_outdated = false;
                self.conns.clear();
                self.accept_queue = None;
            }
            SocketState::Open { .. } | SocketState::Serving { .. } => {}
        }
        self.socket = state;
        if let Some(local) = self.local().cloned() {
            self.last_local = Some(local);
        }
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
            (_, Outcome::Err(errno)) => self.broken = Some(errno),
            _ => {}
        }
    }
}
