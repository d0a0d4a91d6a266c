//! What the map shows: a connection, or a datagram socket with one peer.

use crate::lab::{Addr, EndpointId, EndpointKind};
use crate::session::{Endpoint, Session};
use crate::trace::byte_map::Direction;
use crate::trace::byte_map::datagrams::{Route, routes, target};
use crate::trace::projection::AsOf;
use crate::trace::{ConnId, Side, SocketId, Trace, Way, through};
use crate::ui::view::Selection;

/// The most connections offered; older ones are reached by selecting one of their calls.
pub const MAX_OFFERED: usize = 100;

/// The most connections in a row that are shown, which is one more than there are relays between them.
const MAX_LEGS: usize = 4;

/// How many of the newest calls are scanned for one that moved bytes.
const LOOKED_AT: u64 = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Stream(SocketId),
    Datagrams { endpoint: EndpointId, peer: Addr },
}

impl Subject {
    /// What the selection is about; `None` where it is about no connection.
    pub fn of(session: &Session, selection: &Selection) -> Option<Self> {
        let trace = session.trace();
        if let Some(call) = selection.call().and_then(|seq| trace.get(seq)) {
            if call.conn.is_some() {
                return Some(Self::Stream(call.socket));
            }
            let datagram = session.endpoint(call.endpoint).is_some_and(|endpoint| !endpoint.spec.kind.is_stream());
            if let Some(peer) = target(call).filter(|_| datagram) {
                return Some(Self::Datagrams { endpoint: call.endpoint, peer });
            }
        }
        let endpoint = session.endpoint(selection.endpoint()?)?;
        if let Some(conn) = selection.conn() {
            return trace.socket_of((endpoint.id, Some(conn))).map(Self::Stream);
        }
        Self::newest_of(trace, endpoint)
    }

    fn newest_of(trace: &Trace, endpoint: &Endpoint) -> Option<Self> {
        if endpoint.spec.kind.is_stream() {
            let open = endpoint.live.observed.conns.keys().next_back().copied();
            let conn = open.or_else(|| ConnId::new(endpoint.live.observed.conns_begun))?;
            return trace.socket_of((endpoint.id, Some(conn))).map(Self::Stream);
        }
        let peers = endpoint.live.observed.peers.iter();
        let (peer, _) = peers.max_by_key(|(_, peer)| peer.last)?;
        Some(Self::Datagrams { endpoint: endpoint.id, peer: peer.clone() })
    }

    /// Over which bytes went last; of the newest calls only.
    pub fn last_used(session: &Session) -> Option<Self> {
        let trace = session.trace();
        let newest = trace.next_seq();
        let calls = (newest.saturating_sub(LOOKED_AT)..newest).rev().filter_map(|seq| trace.get(seq));
        calls.filter(|call| call.len > 0 && call.succeeded()).find_map(|call| {
            let mut selection = Selection::default();
            selection.select_call(call.seq, (call.endpoint, call.conn));
            Self::of(session, &selection)
        })
    }

    /// The connection or the peer that was heard of last, of any endpoint.
    pub fn newest(session: &Session) -> Option<Self> {
        let trace = session.trace();
        session.endpoints().iter().rev().find_map(|endpoint| Self::newest_of(trace, endpoint))
    }

    /// Whether both are the same connection, seen from either end.
    pub fn is_same(&self, other: &Self, session: &Session) -> bool {
        match (self, other) {
            (Self::Stream(one), Self::Stream(two)) => one == two || session.trace().partner(*one) == Some(*two),
            (Self::Datagrams { .. }, Self::Datagrams { .. }) => {
                let ends = |subject: &Self| {
                    let [there, back] = subject.routes(session)?;
                    Some((there.sender, there.receiver, back.sender, there.from, there.to))
                };
                let (Some(a), Some(b)) = (ends(self), ends(other)) else { return self == other };
                (a.0 == b.0 && a.4 == b.4) || (a.0 == b.1 && a.1 == b.0)
            }
            _ => false,
        }
    }

    /// True while anything of it is kept.
    pub fn is_known(&self, session: &Session) -> bool {
        match self {
            Self::Stream(socket) => session.trace().flow(*socket).is_some(),
            Self::Datagrams { endpoint, .. } => session.trace().of_endpoint(*endpoint).is_some_and(|s| !s.is_empty()),
        }
    }

    /// The two directions of a connection: the one in which the chosen end sends first.
    pub fn directions<'t>(&self, of: impl Into<AsOf<'t>>) -> Option<[Direction; 2]> {
        match self {
            Self::Stream(socket) => {
                let of = of.into();
                Some([Way::Out, Way::In].map(|way| Direction::of(of, *socket, way)))
            }
            Self::Datagrams { .. } => None,
        }
    }

    /// The way of the bytes of one direction from their sender to whom they are for: of a connection by way of relays one leg
    /// for each connection, in order; else the connection itself. Each comes with the direction in which it is seen from
    /// its own socket.
    pub fn legs<'t>(&self, of: impl Into<AsOf<'t>>, way: usize) -> Vec<(Self, usize)> {
        let of = of.into();
        let mut legs = vec![(self.clone(), way)];
        let Some([out, back]) = self.directions(of) else { return legs };
        let Direction { sender, receiver, .. } = if way == 0 { out } else { back };
        let joined = |socket: Option<SocketId>| through::joined(of.trace, socket?);
        let mut end = receiver;
        while let Some(sender) = joined(end).filter(|_| legs.len() < MAX_LEGS) {
            legs.push((Self::Stream(sender), 0));
            end = of.trace.partner(sender);
        }
        let mut end = sender;
        while let Some(receiver) = joined(end).filter(|_| legs.len() < MAX_LEGS) {
            legs.insert(0, (Self::Stream(receiver), 1));
            end = of.trace.partner(receiver);
        }
        legs
    }

    /// Whether the other connection is a leg of the same way.
    pub fn leads_by(&self, other: &Self, session: &Session) -> bool {
        let legs = [0, 1].into_iter().flat_map(|way| self.legs(session.shown_trace(), way));
        legs.into_iter().any(|(leg, _)| leg.is_same(other, session))
    }

    /// The two routes of datagrams.
    pub fn routes(&self, session: &Session) -> Option<[Route; 2]> {
        let Self::Datagrams { endpoint, peer } = self else { return None };
        let of = session.endpoint(*endpoint)?;
        let local = of.live.local().or(of.live.last_local.as_ref())?;
        let others: Vec<_> = session
            .endpoints()
            .iter()
            .filter(|other| !other.spec.kind.is_stream())
            .filter_map(|other| Some((other.id, other.live.local().or(other.live.last_local.as_ref())?.clone())))
            .collect();
        Some(routes(*endpoint, local, peer, &others))
    }

    /// `client → server #1`
    pub fn name(&self, session: &Session) -> String {
        let trace = session.trace();
        match self {
            Self::Stream(socket) => {
                let other = trace.partner(*socket).map(|other| session.name_of_socket(other));
                let peer = || trace.flow(*socket).and_then(|flow| Some(flow.ends()?.peer.as_ref()?.to_string()));
                let other = other.or_else(peer).unwrap_or_else(|| "?".to_owned());
                format!("{} ↔ {other}", session.name_of_socket(*socket))
            }
            Self::Datagrams { endpoint, peer } => {
                let other = self.routes(session).and_then(|[there, _]| there.receiver);
                let other = other.map_or_else(|| peer.to_string(), |other| trace.name(other).to_owned());
                format!("{} ↔ {other}", trace.name(*endpoint))
            }
        }
    }

    /// What may be chosen, the newest first, each connection once; and how many more there are.
    pub fn offered(session: &Session) -> (Vec<Self>, usize) {
        let trace = session.trace();
        let mut sockets: Vec<_> = trace
            .flows()
            .filter(|(_, flow)| flow.key().1.is_some() && flow.ends().is_some())
            .map(|(socket, flow)| (flow.begun(), flow.key(), socket))
            .collect();
        sockets.sort_unstable_by(|a, b| b.cmp(a));
        // Within the lab, a connection's client end stands for both.
        sockets.retain(|(.., socket)| {
            let was_accepted = trace.socket(*socket).is_some_and(|info| info.owner.side() == Side::Accepted);
            !was_accepted || trace.partner(*socket).is_none()
        });
        let mut found: Vec<Self> = Vec::new();
        for endpoint in session.endpoints().iter().filter(|endpoint| is_datagram(endpoint.spec.kind)) {
            for peer in endpoint.live.observed.peers.keys().take(MAX_OFFERED) {
                let subject = Self::Datagrams { endpoint: endpoint.id, peer: peer.clone() };
                if !found.iter().any(|known| known.is_same(&subject, session)) {
                    found.push(subject);
                }
            }
        }
        found.splice(0..0, sockets.into_iter().map(|(.., socket)| Self::Stream(socket)));
        let more = found.len().saturating_sub(MAX_OFFERED);
        found.truncate(MAX_OFFERED);
        (found, more)
    }
}

fn is_datagram(kind: EndpointKind) -> bool {
    !kind.is_stream()
}
