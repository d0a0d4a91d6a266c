//! The way of datagrams through a relay: which of its `sendto` passed on what it received. No call says so: it is deduced
//! from sockets, order and bytes, with what the ledger knows of those that went no further.
//!
//! A relay has one socket for all clients and one for each client towards the server. What comes from one address at one
//! of them goes on from one socket to one address, and back: the two belong together, and are learned from the first
//! datagram whose bytes are the same on both sides.

use std::collections::VecDeque;

use bytes::Bytes;
use rustc_hash::FxHashMap;

use super::call::{Call, Op, SocketId};
use super::datagrams::{destination, is_datagram};
use super::faults::{Ledger, Row};
use super::store::Trace;
use crate::kinds::fault::Direction;
use crate::lab::{Addr, EndpointId};

/// The most datagrams of an endpoint among which one is searched.
const MAX_WAITING: usize = 512;
/// The most pairs of ends that are learned.
const MAX_LEARNED: usize = 4_096;

/// A relay has passed on with one call what it received with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    pub recv: u64,
    pub send: u64,
    pub way: Direction,
}

/// One end: a socket of the relay, and who is at the other end of it.
type End = (SocketId, Addr);

#[derive(Debug)]
struct Came {
    seq: u64,
    end: End,
    len: u64,
    data: Bytes,
    /// It has gone on, or it never will.
    is_settled: bool,
}

impl Came {
    /// As far as both were kept.
    fn has_bytes_of(&self, send: &Call) -> bool {
        let kept = self.data.len().min(send.data.len());
        self.len == send.len && self.data[..kept] == send.data[..kept]
    }
}

#[derive(Debug, Default)]
struct Relay {
    came: VecDeque<Came>,
    /// Both ways.
    learned: FxHashMap<End, End>,
}

/// Those among the calls from the first up to, and with, the last number.
pub fn passed(trace: &Trace, ledger: &Ledger, first: u64, last: u64) -> Vec<Passed> {
    let is_of_it = |call: &&Call| call.made_by.is_none() && (is_datagram(call) || call.op == Op::Close);
    let mut calls: Vec<&Call> = trace.from(first).take_while(|call| call.seq <= last).filter(is_of_it).collect();
    calls.sort_by_key(|call| (call.end(), call.seq));
    let (Some(begin), Some(end)) = (calls.first(), calls.last()) else { return Vec::new() };
    let mut harms = ledger.between(begin.start, end.end()).filter(|row| row.harm.conn.is_none()).peekable();
    let mut relays: FxHashMap<EndpointId, Relay> = FxHashMap::default();
    let mut passed = Vec::new();
    for call in calls {
        while let Some(row) = harms.next_if(|row| row.harm.at <= call.end()) {
            if let Some(relay) = relays.get_mut(&row.harm.endpoint) {
                relay.harmed(row);
            }
        }
        let relay = relays.entry(call.endpoint).or_default();
        match destination(call) {
            _ if call.op == Op::Close => relay.closed(call.socket),
            _ if !call.succeeded() => {}
            Some(to) => passed.extend(relay.sent(call, to)),
            None => relay.received(call),
        }
    }
    passed
}

impl Relay {
    fn received(&mut self, call: &Call) {
        let Some(from) = call.ends.peer.clone() else { return };
        if self.came.len() >= MAX_WAITING {
            self.came.pop_front();
        }
        let len = call.len.saturating_add(u64::from(call.lost));
        let (end, data) = ((call.socket, from), call.data.clone());
        self.came.push_back(Came { seq: call.seq, end, len, data, is_settled: false });
    }

    /// What was received with the call that passed this on.
    fn sent(&mut self, call: &Call, to: &Addr) -> Option<Passed> {
        let end = (call.socket, to.clone());
        let other = self.learned.get(&end).cloned();
        let is_from = |came: &&mut Came| match &other {
            Some(other) => came.end == *other,
            // Not the answer of a server to its client, which leaves from where the question came.
            None => came.end.0 != call.socket && !self.learned.contains_key(&came.end),
        };
        let mut alike: Vec<&mut Came> =
            self.came.iter_mut().filter(is_from).filter(|came| other.is_some() || came.has_bytes_of(call)).collect();
        // The same bytes; else it was sent twice, else something has changed them on the way.
        let same = alike.iter().position(|came| !came.is_settled && came.has_bytes_of(call));
        let again = || alike.iter().rposition(|came| came.has_bytes_of(call));
        let changed = || alike.iter().position(|came| !came.is_settled);
        let at = same.or_else(again).or_else(changed)?;
        let came = alike.get_mut(at)?;
        came.is_settled = true;
        let (recv, from) = (came.seq, came.end.clone());
        // The socket for all clients was there first.
        let way = if from.0 < end.0 { Direction::Up } else { Direction::Down };
        if other.is_none() && self.learned.len() < MAX_LEARNED {
            self.learned.insert(end.clone(), from.clone());
            self.learned.insert(from, end);
        }
        Some(Passed { recv, send: call.seq, way })
    }

    /// What was taken out goes no further.
    fn harmed(&mut self, Row { harm, .. }: &Row) {
        if harm.removed == 0 || harm.removed < harm.bytes || harm.added > 0 {
            return;
        }
        let learned = &self.learned;
        let is_clients = |end: &End| harm.ends.peer.as_ref() == Some(&end.1);
        let is_it = |came: &&mut Came| {
            let is_on_way = match harm.way {
                Direction::Down => learned.get(&came.end).is_some_and(is_clients),
                Direction::Up | Direction::Both => is_clients(&came.end),
            };
            !came.is_settled && came.len == harm.bytes && is_on_way
        };
        if let Some(came) = self.came.iter_mut().rev().find(is_it) {
            came.is_settled = true;
        }
    }

    fn closed(&mut self, socket: SocketId) {
        self.came.retain(|came| came.end.0 != socket);
        self.learned.retain(|end, other| end.0 != socket && other.0 != socket);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use super::*;
    use crate::kinds::fault::FaultKind;
    use crate::trace::faults::Harm;
    use crate::trace::store::DEFAULT_RETENTION;
    use crate::trace::{Ends, Nanos, Outcome};

    const ALL: SocketId = SocketId(1);
    const OF_ANN: SocketId = SocketId(2);
    const OF_BEN: SocketId = SocketId(3);
    const ANN: u16 = 5_001;
    const BEN: u16 = 5_002;
    const SERVER: u16 = 7_000;

    fn addr(port: u16) -> Addr {
        Addr::Inet(([127, 0, 0, 1], port).into())
    }

    fn datagram(socket: SocketId, op: Op, peer: Option<u16>, text: &'static str) -> Call {
        let len = text.len() as u64;
        Call {
            conn: None,
            socket,
            ends: Arc::new(Ends { local: Some(addr(6_000)), peer: peer.map(addr) }),
            len,
            data: Bytes::from_static(text.as_bytes()),
            ..Call::sample(op, Outcome::Ok(len))
        }
    }

    fn recv(socket: SocketId, from: u16, text: &'static str) -> Call {
        datagram(socket, Op::RecvFrom { max: 65_536 }, Some(from), text)
    }

    fn send(socket: SocketId, to: u16, text: &'static str) -> Call {
        datagram(socket, Op::SendTo { len: text.len() as u64, to: Arc::new(addr(to)) }, None, text)
    }

    /// The calls, one each millisecond, with what was dropped right behind a call.
    fn ways(calls: impl IntoIterator<Item = Call>, dropped: &[(u64, u16, u64)]) -> Vec<(u64, u64, Direction)> {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
        for (index, call) in calls.into_iter().enumerate() {
            let start = Nanos((index as u64 + 1) * 1_000_000);
            trace.push(Call { start, took: 1_000, ..call });
        }
        let mut ledger = Ledger::default();
        for (seq, client, bytes) in dropped {
            let call = trace.get(*seq).unwrap();
            let harm = Harm {
                at: Nanos(call.end().0 + 1_000),
                endpoint: call.endpoint,
                conn: None,
                way: Direction::Up,
                kind: FaultKind::named("drop").unwrap(),
                name: None,
                offset: 0,
                bytes: *bytes,
                removed: *bytes,
                added: 0,
                by: 0,
                ends: Arc::new(Ends { local: Some(addr(6_001)), peer: Some(addr(*client)) }),
            };
            ledger.push(harm, &trace);
        }
        let all = passed(&trace, &ledger, 0, trace.next_seq());
        all.into_iter().map(|passed| (passed.recv, passed.send, passed.way)).collect()
    }

    #[test]
    fn a_datagram_goes_through_to_the_server_and_its_answer_back() {
        let calls = [
            recv(ALL, ANN, "hello"),
            send(OF_ANN, SERVER, "hello"),
            recv(OF_ANN, SERVER, "HELLO"),
            send(ALL, ANN, "HELLO"),
        ];
        assert_eq!(ways(calls, &[]), [(1, 2, Direction::Up), (3, 4, Direction::Down)]);
    }

    #[test]
    fn the_same_bytes_of_two_clients_are_not_confused_once_their_sockets_are_known() {
        let calls = [
            recv(ALL, ANN, "one"),
            send(OF_ANN, SERVER, "one"),
            recv(ALL, BEN, "two"),
            send(OF_BEN, SERVER, "two"),
            recv(ALL, ANN, "same"),
            recv(ALL, BEN, "same"),
            send(OF_BEN, SERVER, "same"),
            send(OF_ANN, SERVER, "same"),
        ];
        let up = Direction::Up;
        assert_eq!(ways(calls, &[]), [(1, 2, up), (3, 4, up), (6, 7, up), (5, 8, up)]);
    }

    #[test]
    fn one_that_was_dropped_does_not_take_the_next_ones_place() {
        let calls = || {
            [
                recv(ALL, ANN, "first"),
                send(OF_ANN, SERVER, "first"),
                recv(ALL, ANN, "again"),
                recv(ALL, ANN, "again"),
                send(OF_ANN, SERVER, "again"),
            ]
        };
        assert_eq!(ways(calls(), &[(3, ANN, 5)])[1..], [(4, 5, Direction::Up)]);
        assert_eq!(ways(calls(), &[])[1..], [(3, 5, Direction::Up)], "without a word of it the first is taken");
    }

    #[test]
    fn what_is_sent_twice_or_changed_on_the_way_is_still_the_same() {
        let calls = [
            recv(ALL, ANN, "hello"),
            send(OF_ANN, SERVER, "hello"),
            send(OF_ANN, SERVER, "hello"),
            recv(ALL, ANN, "change"),
            send(OF_ANN, SERVER, "chang"),
        ];
        let up = Direction::Up;
        assert_eq!(ways(calls, &[]), [(1, 2, up), (1, 3, up), (4, 5, up)]);
    }

    #[test]
    fn a_server_that_answers_from_another_socket_after_it_was_closed_is_no_relay() {
        let close = Call { len: 0, ..datagram(ALL, Op::Close, None, "") };
        let calls = [recv(ALL, ANN, "hello"), close, recv(OF_ANN, ANN, "hello"), send(OF_ANN, ANN, "hello")];
        assert_eq!(ways(calls, &[]), []);
        let echo = [recv(ALL, ANN, "hello"), send(ALL, ANN, "hello")];
        assert_eq!(ways(echo, &[]), []);
    }
}
