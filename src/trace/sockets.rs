//! The sockets of a trace: each has a number of its own, which stands in every call, and this table says what it is.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::call::{Call, ConnId, Domain, Ends, MadeBy, Op, Outcome, SocketId, SocketType, StreamKey};
use crate::lab::EndpointId;

/// The most closed sockets that are remembered; the one closed longest ago leaves first.
const MAX_CLOSED: usize = 16_384;

/// Whose socket it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The lab's. A connection of a relay has two sockets, one for each [`Side`].
    Endpoint { endpoint: EndpointId, conn: Option<ConnId>, side: Side },
    /// That of a program which the lab has started. `program` is the number under which the trace has its name and its
    /// calls; process and descriptor are those with which it was made.
    Program { program: EndpointId, conn: Option<ConnId>, side: Side, pid: u32, fd: Option<i32> },
}

impl Owner {
    fn of(call: &Call, side: Side) -> Self {
        let (endpoint, conn) = (call.endpoint, call.conn);
        match call.made_by.as_deref() {
            Some(MadeBy { pid, fd, .. }) => Self::Program { program: endpoint, conn, side, pid: *pid, fd: *fd },
            None => Self::Endpoint { endpoint, conn, side },
        }
    }

    /// The endpoint or program, by the number under which the trace has its name.
    pub fn endpoint(&self) -> EndpointId {
        match self {
            Self::Endpoint { endpoint, .. } | Self::Program { program: endpoint, .. } => *endpoint,
        }
    }

    pub fn conn(&self) -> Option<ConnId> {
        match self {
            Self::Endpoint { conn, .. } | Self::Program { conn, .. } => *conn,
        }
    }

    pub fn side(&self) -> Side {
        match self {
            Self::Endpoint { side, .. } | Self::Program { side, .. } => *side,
        }
    }
}

/// What a socket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Made to listen.
    Listens,
    /// Made by `accept`.
    Accepted,
    /// Made to connect; of a relay the one to the server.
    Connects,
    Datagrams,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketInfo {
    pub owner: Owner,
    /// Of one that `accept` has made, as its listener.
    pub family: Option<Domain>,
    pub ends: Arc<Ends>,
    pub is_open: bool,
}

impl SocketInfo {
    /// The endpoint and connection under which its calls stand.
    pub fn key(&self) -> StreamKey {
        (self.owner.endpoint(), self.owner.conn())
    }
}

/// What the calls that make, name and close sockets say of them. Other calls cost no look-up.
#[derive(Debug, Default)]
pub struct Sockets {
    known: FxHashMap<SocketId, SocketInfo>,
    /// The oldest first.
    closed: VecDeque<SocketId>,
    /// The family of each endpoint's listener, for those that it accepts.
    listening: FxHashMap<EndpointId, Domain>,
}

impl Sockets {
    pub fn get(&self, socket: SocketId) -> Option<&SocketInfo> {
        self.known.get(&socket)
    }

    /// The one that stands for a connection, as [`Trace::socket_of`](super::Trace::socket_of) has it. Looks through all.
    pub(super) fn of(&self, key: StreamKey) -> Option<SocketId> {
        let own = self.known.iter().filter(|(_, info)| info.key() == key).map(|(socket, _)| *socket);
        if key.1.is_some() { own.min() } else { own.max() }
    }

    /// Takes in a call.
    pub(super) fn note(&mut self, call: &Call) {
        match call.op {
            Op::Socket { domain, kind } if call.succeeded() => {
                let side = match kind {
                    SocketType::Stream => Side::Connects,
                    SocketType::Datagram => Side::Datagrams,
                };
                self.put(call, side, Some(domain));
            }
            Op::Accept if call.succeeded() => {
                let family = self.listening.get(&call.endpoint).copied();
                self.put(call, Side::Accepted, family);
            }
            Op::Listen { .. } => {
                self.update(call, Some(Side::Listens));
                if let Some(family) = self.known.get(&call.socket).and_then(|info| info.family) {
                    self.listening.insert(call.endpoint, family);
                }
            }
            Op::Bind { .. } | Op::Connect { .. } => self.update(call, None),
            Op::Close => {
                if let Some(info) = self.known.get_mut(&call.socket)
                    && std::mem::take(&mut info.is_open)
                {
                    self.closed.push_back(call.socket);
                }
                if self.closed.len() > MAX_CLOSED
                    && let Some(oldest) = self.closed.pop_front()
                {
                    self.known.remove(&oldest);
                }
            }
            _ => {}
        }
    }

    fn put(&mut self, call: &Call, side: Side, family: Option<Domain>) {
        let (owner, ends) = (Owner::of(call, side), Arc::clone(&call.ends));
        self.known.insert(call.socket, SocketInfo { owner, family, ends, is_open: true });
    }

    /// Its addresses, and the connection that it belongs to, from a later call.
    fn update(&mut self, call: &Call, is: Option<Side>) {
        let Some(info) = self.known.get_mut(&call.socket) else { return };
        let (Owner::Endpoint { conn, side, .. } | Owner::Program { conn, side, .. }) = &mut info.owner;
        *conn = call.conn;
        if let (Some(is), Outcome::Ok(_)) = (is, call.outcome) {
            *side = is;
        }
        info.ends = Arc::clone(&call.ends);
    }
}

/// Numbers for the sockets of a file that has none: deduced from what each call does.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    last: u32,
    open: FxHashMap<StreamKey, SocketId>,
}

impl Numbering {
    /// More open sockets than this are not told apart: whoever made such a file is not helped.
    const MAX_OPEN: usize = 65_536;

    pub(super) fn of(&mut self, call: &Call) -> SocketId {
        let key = (call.endpoint, call.conn);
        match call.op {
            Op::Socket { .. } if !call.succeeded() => SocketId(0),
            Op::Socket { .. } | Op::Accept => self.begin(key),
            // From here on the socket that was made for it belongs to a connection.
            Op::Connect { .. } if call.conn.is_some() && !self.open.contains_key(&key) => {
                match self.open.remove(&(call.endpoint, None)) {
                    Some(made) => {
                        self.open.insert(key, made);
                        made
                    }
                    None => self.begin(key),
                }
            }
            Op::Close => match self.open.remove(&key) {
                Some(closed) => closed,
                None => self.next(),
            },
            _ => match self.open.get(&key) {
                Some(open) => *open,
                None => self.begin(key),
            },
        }
    }

    fn begin(&mut self, key: StreamKey) -> SocketId {
        if self.open.len() >= Self::MAX_OPEN {
            self.open.clear();
        }
        let new = self.next();
        self.open.insert(key, new);
        new
    }

    fn next(&mut self) -> SocketId {
        self.last = self.last.saturating_add(1);
        SocketId(self.last)
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::lab::{Addr, TextEncoding};
    use crate::trace::Trace;
    use crate::trace::conversation::Conversation;
    use crate::trace::store::DEFAULT_RETENTION;

    const SERVER: EndpointId = EndpointId(1);
    const CLIENT: EndpointId = EndpointId(2);

    fn call(endpoint: EndpointId, conn: u32, op: Op, ports: (Option<u16>, Option<u16>)) -> Call {
        let addr = |port: u16| Addr::Inet(([127, 0, 0, 1], port).into());
        let ends = Arc::new(Ends { local: ports.0.map(addr), peer: ports.1.map(addr) });
        Call { endpoint, conn: ConnId::new(conn), ends, ..Call::sample(op, Outcome::Ok(0)) }
    }

    fn socket(endpoint: EndpointId) -> Call {
        call(endpoint, 0, Op::Socket { domain: Domain::Inet, kind: SocketType::Stream }, (None, None))
    }

    fn conversation() -> Vec<Call> {
        let to = Arc::new(Addr::Inet(([127, 0, 0, 1], 80).into()));
        let (server, client) = ((Some(80), Some(5000)), (Some(5000), Some(80)));
        vec![
            socket(SERVER),
            call(SERVER, 0, Op::Bind { addr: Arc::clone(&to) }, (Some(80), None)),
            call(SERVER, 0, Op::Listen { backlog: 9 }, (Some(80), None)),
            socket(CLIENT),
            call(CLIENT, 1, Op::Connect { addr: to }, client),
            call(SERVER, 1, Op::Accept, server),
            call(CLIENT, 1, Op::Send { len: 0 }, client),
            call(SERVER, 1, Op::Recv { max: 9 }, server),
            call(CLIENT, 1, Op::Close, client),
            call(SERVER, 1, Op::Close, server),
            call(SERVER, 0, Op::Close, (Some(80), None)),
            socket(CLIENT),
        ]
    }

    #[test]
    fn sockets_without_numbers_get_them_by_what_their_calls_do() {
        let mut numbering = Numbering::default();
        let numbers: Vec<u32> = conversation().iter().map(|call| numbering.of(call).0).collect();
        assert_eq!(numbers, [1, 1, 1, 2, 2, 3, 2, 3, 2, 3, 1, 4]);
    }

    #[test]
    fn the_table_says_whose_a_socket_is_and_who_is_at_its_other_end() {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
        let mut numbering = Numbering::default();
        let mut push = |trace: &mut Trace, calls: &[Call]| {
            for call in calls {
                let socket = numbering.of(call);
                trace.push(Call { socket, ..call.clone() });
            }
        };
        let calls = conversation();
        push(&mut trace, &calls[..8]);
        let owner = |trace: &Trace, socket| trace.socket(SocketId(socket)).map(|info| info.owner);
        let of = |endpoint, conn, side| Some(Owner::Endpoint { endpoint, conn: ConnId::new(conn), side });
        assert_eq!(owner(&trace, 1), of(SERVER, 0, Side::Listens));
        assert_eq!(owner(&trace, 2), of(CLIENT, 1, Side::Connects));
        assert_eq!(owner(&trace, 3), of(SERVER, 1, Side::Accepted));
        assert_eq!(trace.socket(SocketId(3)).and_then(|info| info.family), Some(Domain::Inet));
        assert_eq!(trace.partner(SocketId(2)), Some(SocketId(3)));
        assert_eq!(trace.partner(SocketId(3)), Some(SocketId(2)));
        assert_eq!(trace.partner(SocketId(1)), None);
        push(&mut trace, &calls[8..]);
        assert!((1..=3).all(|socket| trace.socket(SocketId(socket)).is_some_and(|info| !info.is_open)));
        assert!(trace.socket(SocketId(4)).is_some_and(|info| info.is_open));
    }

    #[test]
    fn a_programs_sockets_are_paired_with_the_labs_by_their_addresses() {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
        let mut numbering = Numbering::default();
        for (call, fd) in conversation().into_iter().take(8).zip(3..) {
            let made_by = MadeBy { pid: 77, fd: Some(fd), source: Some("server.py:9".into()), name: None };
            let made_by = (call.endpoint == SERVER).then(|| Arc::new(made_by));
            trace.push(Call { socket: numbering.of(&call), made_by, ..call });
        }
        let owner = |socket| trace.socket(SocketId(socket)).map(|info| info.owner);
        let of = |conn, side, fd| {
            Some(Owner::Program { program: SERVER, conn: ConnId::new(conn), side, pid: 77, fd: Some(fd) })
        };
        assert_eq!(owner(1), of(0, Side::Listens, 3));
        assert_eq!(owner(3), of(1, Side::Accepted, 8));
        assert_eq!(owner(2).map(|owner| (owner.endpoint(), owner.side())), Some((CLIENT, Side::Connects)));
        assert_eq!(trace.partner(SocketId(2)), Some(SocketId(3)));
        assert_eq!(trace.partner(SocketId(3)), Some(SocketId(2)));
    }

    #[test]
    fn each_of_a_relays_two_sockets_has_its_own_partner_bytes_and_side() {
        const RELAY: EndpointId = EndpointId(3);
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
        let addr = |port: u16| Arc::new(Addr::Inet(([127, 0, 0, 1], port).into()));
        let ends = [(5000, 90), (90, 5000), (6000, 80), (80, 6000)].map(|(local, peer)| (Some(local), Some(peer)));
        let [client, down, up, server] = ends;
        let mut push = |socket: u32, call: Call| trace.push(Call { socket: SocketId(socket), ..call });
        push(1, socket(RELAY));
        push(1, call(RELAY, 0, Op::Listen { backlog: 9 }, (Some(90), None)));
        push(2, call(CLIENT, 1, Op::Connect { addr: addr(90) }, client));
        push(3, call(RELAY, 1, Op::Accept, down));
        push(4, Call { conn: ConnId::new(1), ..socket(RELAY) });
        push(4, call(RELAY, 1, Op::Connect { addr: addr(80) }, up));
        push(5, call(SERVER, 1, Op::Accept, server));
        let moved = |offset, len, call: Call| Call { offset: Some(offset), len, ..call };
        push(2, moved(0, 5, call(CLIENT, 1, Op::Send { len: 5 }, client)));
        push(3, moved(0, 5, call(RELAY, 1, Op::Recv { max: 9 }, down)));
        push(4, moved(0, 5, call(RELAY, 1, Op::Send { len: 5 }, up)));
        push(5, moved(0, 5, call(SERVER, 1, Op::Recv { max: 9 }, server)));
        let key = (RELAY, ConnId::new(1));
        assert_eq!(trace.sockets_of(key).collect::<Vec<_>>(), [SocketId(3), SocketId(4)]);
        let sides = [3, 4].map(|socket| trace.socket(SocketId(socket)).unwrap().owner.side());
        assert_eq!(sides, [Side::Accepted, Side::Connects]);
        let partners = [2, 3, 4, 5].map(|socket| trace.partner(SocketId(socket)).map(|other| other.0));
        assert_eq!(partners, [Some(3), Some(2), Some(5), Some(4)]);
        for socket in [3, 4].map(SocketId) {
            let flow = trace.flow(socket).unwrap();
            assert_eq!(flow.total(crate::trace::Way::In) + flow.total(crate::trace::Way::Out), 5);
            assert_eq!(trace.key_of(socket), Some(key));
        }
        let mut rows = Conversation::new(RELAY, TextEncoding::UTF_8);
        rows.set_conn(key.1);
        rows.update(&trace);
        assert_eq!(rows.rows().len(), 4, "accept, connect, recv and send");
    }

    #[test]
    fn of_the_closed_sockets_the_oldest_are_forgotten() {
        let mut sockets = Sockets::default();
        for number in 1..=MAX_CLOSED as u32 + 1 {
            let socket_id = SocketId(number);
            sockets.note(&Call { socket: socket_id, ..socket(CLIENT) });
            sockets.note(&Call { socket: socket_id, ..call(CLIENT, 0, Op::Close, (None, None)) });
        }
        assert!(sockets.get(SocketId(1)).is_none());
        assert!(sockets.get(SocketId(2)).is_some());
        assert_eq!(sockets.known.len(), MAX_CLOSED);
    }
}
