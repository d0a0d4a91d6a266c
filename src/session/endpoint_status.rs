//! What each endpoint is doing now: what its calls say, and what only the engine knows of the endpoint's own socket.

use std::time::Duration;

use super::past::EndpointState;
use crate::engine::{JobId, SocketState};
use crate::lab::group::MAX_GROUPS;
use crate::lab::{Addr, EndpointId, EndpointSpec, Fixed, Group, applies};
use crate::lang::visible::visible;
use crate::service::RulesMet;
use crate::trace::observed::{Granted, Observed};
use crate::trace::{Call, Errno, Op, OptionValue, Outcome};

/// An endpoint of the lab with what it is doing now.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub id: EndpointId,
    pub spec: EndpointSpec,
    pub live: EndpointStatus,
}

impl Endpoint {
    /// Takes over what a call says of the endpoint itself: a group that was joined is joined again at the next opening.
    /// True where the spec has changed.
    pub(super) fn apply(&mut self, call: &Call) -> bool {
        self.live.observed.take_in(call);
        match (&call.op, call.outcome) {
            (Op::SetSockOpt { option, value: OptionValue::Group(group) }, Outcome::Ok(_)) => {
                option.joins() == Some(true) && self.add_group(group)
            }
            _ => false,
        }
    }

    /// True where the group was not there and has room.
    pub(super) fn add_group(&mut self, group: &Group) -> bool {
        let groups = &mut self.spec.datagram.groups;
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
        if self.spec.kind.is_server() { None } else { self.live.observed.conns.values().find_map(|conn| conn.broken) }
    }

    /// Open, and more can be done with it than to close it.
    pub fn is_usable(&self) -> bool {
        self.live.is_open() && self.broken().is_none()
    }

    /// The address to show: the actual one where the socket is open, else the one asked for.
    pub fn shown_address(&self) -> String {
        match (&self.live.socket, &self.spec.remote) {
            // A relay's own address is the one that others want.
            (SocketState::Open { peer: Some(peer), .. }, _) if !self.spec.kind.is_relay() => peer.to_string(),
            (SocketState::Open { local: Some(local), .. } | SocketState::Serving { local: Some(local) }, _) => {
                local.to_string()
            }
            (_, Some(remote)) if !self.spec.kind.is_server() => visible(&remote.to_string()).into_owned(),
            _ => self.spec.bind_address().map_or_else(String::new, |local| visible(&local.to_string()).into_owned()),
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct EndpointStatus {
    /// What its calls say.
    pub observed: Observed,
    pub socket: SocketState,
    /// Where the socket was bound when it was last open: a connect there is now refused by the system itself.
    pub last_local: Option<Addr>,
    /// How many clients wait in the kernel's accept queue, and how many may: of a server with one client at a time,
    /// where the system says.
    pub accept_queue: Option<(u32, u32)>,
    /// UDP: datagrams that the kernel threw away, over all openings.
    pub kernel_drops: u64,
    /// The same for the present opening, as the socket counts it.
    drops_of_opening: u64,
    /// How often each rule has been met since the endpoint was opened, by its index.
    pub rules_met: RulesMet,
    pub repeats: Vec<Repeat>,
    /// Its calls wait for the user.
    pub is_held: bool,
    /// What the open socket was made with, as far as that could not be changed since.
    pub(super) running: Option<Box<EndpointSpec>>,
    /// The spec was changed while the socket was being opened.
    pub(super) is_outdated: bool,
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

impl EndpointStatus {
    /// What the calls before one said. What only the engine knew is not known any more.
    pub(super) fn of_past(state: &EndpointState) -> Self {
        Self {
            observed: state.observed.clone(),
            socket: state.socket.clone(),
            last_local: state.last_local.clone(),
            ..Self::default()
        }
    }

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

    /// Whom the open socket has as its peer.
    pub fn peer(&self) -> Option<&Addr> {
        if let SocketState::Open { peer, .. } = &self.socket { peer.as_ref() } else { None }
    }

    /// What is left of it when its endpoint leaves the lab, or comes back: closed, with the numbers that go on.
    pub(super) fn retired(self) -> Self {
        Self {
            socket: SocketState::Closed,
            observed: self.observed.closed(),
            accept_queue: None,
            repeats: Vec::new(),
            is_held: false,
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
                self.rules_met.clear();
                self.observed.granted = Granted::default();
            }
            SocketState::Closed => {
                self.is_outdated = false;
                self.observed.conns.clear();
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
