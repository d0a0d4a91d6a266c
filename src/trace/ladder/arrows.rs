//! The arrows between lifelines: bytes from the call that sent to the call that received, and the segments of TCP that
//! must have gone between the calls.

use std::collections::{HashMap, HashSet};

use super::lifeline::Lifelines;
use super::pairs::{self, Datagrams};
use super::placement::Placing;
use super::who::{ServerSocket, Who};
use super::{Looking, WAITED};
use crate::lab::Addr;
use crate::trace::datagrams::{destination, is_datagram, is_same_place};
use crate::trace::flow::Way;
use crate::trace::streams;
use crate::trace::{Call, Op, OptionValue, SocketId, SocketOption, Trace};
use crate::values::How;

/// The most counterparts of one call that get an arrow.
const MAX_PER_CALL: usize = 8;
/// The most arrows in one picture.
const MAX_ARROWS: usize = 1_500;
/// How far around the calls in sight the other half of a datagram is searched, in calls of the whole trace.
const DATAGRAM_REACH: u64 = 128;
/// The most calls among which datagrams are paired.
const MAX_DATAGRAM_CALLS: usize = 1_500;
/// The most calls of a connection that are searched for what its close met at the other end.
const END_REACH: usize = 256;
/// How many calls before a `close` decide whether it resets.
const BEFORE_CLOSE: usize = 8;

/// What lies further outside than this is not drawn, in points.
const MARGIN: f64 = 24.0;

/// Where an arrow begins or ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tip {
    pub column: usize,
    pub y: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrow {
    pub from: Tip,
    pub to: Tip,
    pub kind: Kind,
    /// Deduced, at least in part: the other end was not observed, or which call it belongs to is a conclusion.
    pub inferred: bool,
    pub fate: Fate,
}

/// Whether what was sent came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Arrived,
    /// Not received yet.
    UnderWay,
    Lost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Bytes; the calls that sent and received them, as far as they were observed.
    Data {
        send: Option<u64>,
        recv: Option<u64>,
        bytes: u64,
    },
    /// `accept` has made the socket of a connection.
    Accepted,
    Segment(Segment),
}

/// A segment of TCP that no call shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    Syn,
    SynAck,
    Ack,
    Fin,
    Rst,
}

impl Segment {
    /// As the RFC and every textbook write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Syn => "SYN",
            Self::SynAck => "SYN, ACK",
            Self::Ack => "ACK",
            Self::Fin => "FIN",
            Self::Rst => "RST",
        }
    }
}

/// An arrow before the columns are known.
struct Drawn {
    from: (Who, f64),
    to: (Who, f64),
    kind: Kind,
    inferred: bool,
    fate: Fate,
}

pub struct Drawing<'p, 't> {
    trace: &'t Trace,
    lines: &'p Lifelines<'t>,
    placing: &'p Placing<'t>,
    segments: bool,
    height: f64,
    /// The calls from this number on are left out.
    end: u64,
    /// The positions of the examined calls.
    ys: HashMap<u64, f64>,
    drawn: Vec<Drawn>,
    paired: HashSet<(u64, u64)>,
}

impl<'p, 't> Drawing<'p, 't> {
    pub fn new(trace: &'t Trace, lines: &'p Lifelines<'t>, placing: &'p Placing<'t>, looking: &Looking) -> Self {
        let ys = placing.calls().iter().enumerate().map(|(index, call)| (call.seq, placing.y_of(index))).collect();
        Self {
            trace,
            lines,
            placing,
            segments: looking.segments,
            height: looking.height,
            end: looking.end_seq,
            ys,
            drawn: Vec::new(),
            paired: HashSet::new(),
        }
    }

    /// Who is met besides those whose calls are in sight.
    pub fn others(&self) -> impl Iterator<Item = &Who> {
        self.drawn.iter().flat_map(|drawn| [&drawn.from.0, &drawn.to.0])
    }

    pub fn finish(self, columns: &HashMap<&Who, usize>) -> Vec<Arrow> {
        let tip = |(who, y): &(Who, f64)| Some(Tip { column: *columns.get(who)?, y: *y });
        let arrow = |drawn: &Drawn| {
            let Drawn { kind, inferred, fate, .. } = *drawn;
            Some(Arrow { from: tip(&drawn.from)?, to: tip(&drawn.to)?, kind, inferred, fate })
        };
        self.drawn.iter().filter_map(arrow).collect()
    }

    /// The arrows of the calls in sight.
    pub fn all(&mut self, visible: &[&'t Call]) {
        for call in visible {
            if self.drawn.len() >= MAX_ARROWS {
                return;
            }
            match &call.op {
                Op::Send { .. } | Op::SendFile { .. } if call.len > 0 => self.sent(call),
                Op::Recv { .. } if call.len > 0 => self.received(call),
                Op::Recv { .. } if self.trace.is_own_end(call) => {}
                Op::Recv { .. } if call.is_eof() || is_reset(call) => self.end_received(call),
                Op::Connect { .. } => self.connected(call),
                Op::Accept => self.accepted(call),
                Op::Shutdown { how: How::Write | How::Both } | Op::Close => self.ended(call),
                _ => {}
            }
        }
        if visible.iter().any(|call| is_datagram(call)) {
            self.datagrams(visible);
        }
    }

    fn y(&self, call: &Call) -> f64 {
        self.ys.get(&call.seq).copied().unwrap_or_else(|| self.placing.y_at(call.end()))
    }

    fn who(&self, call: &Call) -> Who {
        self.lines.of(call.key(), Some(&call.op))
    }

    fn push(&mut self, from: (Who, f64), to: (Who, f64), kind: Kind, inferred: bool, fate: Fate) {
        let (above, below) = (-MARGIN, self.height + MARGIN);
        let unseen = (from.1 < above && to.1 < above) || (from.1 > below && to.1 > below);
        if from.0 != to.0 && !unseen {
            self.drawn.push(Drawn { from, to, kind, inferred, fate });
        }
    }

    fn segment(&mut self, segment: Segment, from: (Who, f64), to: (Who, f64)) {
        let to = (to.0, to.1.max(from.1));
        self.push(from, to, Kind::Segment(segment), true, Fate::Arrived);
    }

    // ---- bytes on a stream ----

    fn sent(&mut self, send: &'t Call) {
        let Some(offset) = send.offset else { return };
        let range = offset..offset.saturating_add(send.len);
        if let Some(other) = self.trace.partner(send.socket) {
            let recvs = streams::movers(self.trace, other, Way::In, range).filter(|recv| recv.seq < self.end);
            let recvs: Vec<_> = recvs.take(MAX_PER_CALL).collect();
            for recv in &recvs {
                self.pair(send, recv);
            }
            if recvs.is_empty() {
                self.lines.of_socket(other, None).into_iter().for_each(|to| self.under_way(send, to));
            }
        } else if let Some(to) = self.lines.opposite(send) {
            if to.is_outside() {
                let y = self.y(send);
                let kind = Kind::Data { send: Some(send.seq), recv: None, bytes: send.len };
                self.push((self.who(send), y), (to, y), kind, true, Fate::Arrived);
            } else {
                self.under_way(send, to);
            }
        }
    }

    fn under_way(&mut self, send: &Call, to: Who) {
        let y = self.y(send);
        let kind = Kind::Data { send: Some(send.seq), recv: None, bytes: send.len };
        self.push((self.who(send), y), (to, y), kind, true, Fate::UnderWay);
    }

    fn received(&mut self, recv: &'t Call) {
        let Some(offset) = recv.offset else { return };
        let range = offset..offset.saturating_add(recv.len);
        match self.trace.partner(recv.socket) {
            Some(other) => {
                let end = self.end;
                let sends = streams::movers(self.trace, other, Way::Out, range).filter(|send| send.seq < end);
                for send in sends.take(MAX_PER_CALL) {
                    self.pair(send, recv);
                }
            }
            None => {
                let Some(from) = self.lines.opposite(recv) else { return };
                let y = self.y(recv);
                let kind = Kind::Data { send: None, recv: Some(recv.seq), bytes: recv.len };
                self.push((from, y), (self.who(recv), y), kind, true, Fate::Arrived);
            }
        }
    }

    fn pair(&mut self, send: &Call, recv: &Call) {
        // What was over before the other began is of an earlier connection with the same addresses.
        if recv.end() < send.start || !self.paired.insert((send.seq, recv.seq)) {
            return;
        }
        let begin = send.offset.max(recv.offset).unwrap_or(0);
        let end = |call: &Call| call.offset.unwrap_or(0).saturating_add(call.len);
        let bytes = end(send).min(end(recv)).saturating_sub(begin);
        let kind = Kind::Data { send: Some(send.seq), recv: Some(recv.seq), bytes };
        self.across(send, recv, kind, false);
    }

    /// From where `send` ended to where `recv` did; a `recv` that was quicker to return makes it a level line.
    fn across(&mut self, send: &Call, recv: &Call, kind: Kind, inferred: bool) {
        let to = self.y(recv);
        let from = self.y(send).min(to);
        self.push((self.who(send), from), (self.who(recv), to), kind, inferred, Fate::Arrived);
    }

    // ---- the connection itself ----

    fn connected(&mut self, call: &'t Call) {
        if !self.segments || !is_inet(call) {
            return;
        }
        let listener = match self.trace.partner(call.socket) {
            Some(other) => self.lines.of_socket(other, Some(&Op::Accept)),
            None => self.lines.opposite(call),
        };
        let Some(server) = listener else { return };
        let client = self.who(call);
        let end = self.y(call);
        let begin = self.before(call, end);
        self.segment(Segment::Syn, (client.clone(), begin), (server.clone(), at(begin, end, 0.3)));
        match call.errno().map(|errno| errno.name()) {
            None if call.is_abandoned() => {}
            None => self.rest_of_handshake(&client, &server, begin, end),
            Some(Some("ECONNREFUSED" | "ECONNRESET")) => {
                self.segment(Segment::Rst, (server, at(begin, end, 0.5)), (client, end));
            }
            Some(_) => {}
        }
    }

    fn rest_of_handshake(&mut self, client: &Who, server: &Who, begin: f64, end: f64) {
        let (back, done) = ((server.clone(), at(begin, end, 0.36)), (client.clone(), at(begin, end, 0.66)));
        self.segment(Segment::SynAck, back, done);
        self.segment(Segment::Ack, (client.clone(), at(begin, end, 0.72)), (server.clone(), end));
    }

    /// Where what led to a call began: where it did, or in the compressed ladder less than a step above it.
    fn before(&self, call: &Call, end: f64) -> f64 {
        let step = self.placing.step();
        if step > 0.0 && call.took < WAITED { end - 0.82 * step } else { self.placing.y_at(call.start).min(end) }
    }

    fn accepted(&mut self, call: &'t Call) {
        if call.conn.is_none() || !call.succeeded() {
            return;
        }
        let y = self.y(call);
        let listener = self.who(call);
        if self.segments
            && is_inet(call)
            && self.trace.partner(call.socket).is_none()
            && let Some(client) = self.lines.opposite(call)
        {
            // Some time before; when is not known.
            let begin = y - 0.82 * self.placing.step();
            self.segment(Segment::Syn, (client.clone(), begin), (listener.clone(), at(begin, y, 0.3)));
            self.rest_of_handshake(&client, &listener, begin, y);
        }
        if matches!(listener, Who::Server(_, ServerSocket::Listener)) {
            self.push((listener, y), (self.lines.of(call.key(), None), y), Kind::Accepted, false, Fate::Arrived);
        }
    }

    fn ended(&mut self, call: &'t Call) {
        if !self.segments || call.conn.is_none() || !call.succeeded() || !is_inet(call) {
            return;
        }
        let Some(mut segment) = self.says_by_ending(call) else { return };
        let Some(to) = self.lines.opposite(call) else { return };
        let y = self.y(call);
        let met = self.trace.partner(call.socket).and_then(|other| self.end_met(other, call));
        let arrival = match met {
            Some(met) => {
                if is_reset(met) {
                    segment = Segment::Rst;
                }
                self.y(met)
            }
            None => y + 0.3 * self.placing.step(),
        };
        self.segment(segment, (self.who(call), y), (to, arrival));
    }

    /// What a `close` or `shutdown` makes TCP send; nothing where that side had ended before.
    fn says_by_ending(&self, call: &Call) -> Option<Segment> {
        let seqs = self.trace.of_socket(call.socket)?;
        let own = seqs.partition_point(|seq| *seq < call.seq);
        let before = seqs.range(own.saturating_sub(BEFORE_CLOSE)..own).filter_map(|seq| self.trace.get(*seq));
        let mut segment = Segment::Fin;
        for earlier in before {
            match &earlier.op {
                // The connection was gone already, or never came about.
                _ if is_reset(earlier) => return None,
                Op::Connect { .. } if !earlier.succeeded() => return None,
                Op::Shutdown { how: How::Write | How::Both } if earlier.succeeded() => return None,
                Op::SetSockOpt { option: SocketOption::Linger, value: OptionValue::Linger(Some(0)) } => {
                    segment = Segment::Rst;
                }
                _ => {}
            }
        }
        Some(segment)
    }

    /// The call at the other end that met this end's closing.
    fn end_met(&self, other: SocketId, call: &Call) -> Option<&'t Call> {
        let seqs = self.trace.of_socket(other)?;
        let first = seqs.partition_point(|seq| *seq < call.seq);
        let near =
            seqs.range(first..).take(END_REACH).filter(|seq| **seq < self.end).filter_map(|seq| self.trace.get(*seq));
        near.into_iter()
            .find(|met| (met.is_eof() || is_reset(met)) && !self.trace.is_own_end(met) && met.end() >= call.start)
    }

    /// With the other end in this lab its `close` or `shutdown` has drawn it, where that is in sight.
    fn end_received(&mut self, call: &'t Call) {
        if !self.segments || !is_inet(call) || self.trace.partner(call.socket).is_some() {
            return;
        }
        let Some(from) = self.lines.opposite(call) else { return };
        let y = self.y(call);
        let segment = if is_reset(call) { Segment::Rst } else { Segment::Fin };
        self.segment(segment, (from, y - 0.3 * self.placing.step()), (self.who(call), y));
    }

    // ---- datagrams ----

    fn datagrams(&mut self, visible: &[&'t Call]) {
        let seqs = visible.iter().map(|call| call.seq);
        let (Some(first), Some(last)) = (seqs.clone().min(), seqs.max()) else { return };
        let (first, last) = (first.saturating_sub(DATAGRAM_REACH), last.saturating_add(DATAGRAM_REACH));
        let mut calls: Vec<&Call> = if last - first <= MAX_DATAGRAM_CALLS as u64 {
            self.trace.from(first).take_while(|call| call.seq <= last).filter(|call| is_datagram(call)).collect()
        } else {
            // Few calls of many: only what is chosen itself.
            self.placing.calls().iter().copied().filter(|call| is_datagram(call)).collect()
        };
        calls.sort_by_key(|call| (call.end(), call.seq));
        let Datagrams { delivered, lost } = pairs::datagrams(&calls);
        let by_seq: HashMap<u64, &Call> = calls.iter().map(|call| (call.seq, *call)).collect();
        let mut done = HashSet::new();
        for pair in delivered {
            let (Some(send), Some(recv)) = (by_seq.get(&pair.send), by_seq.get(&pair.recv)) else { continue };
            done.extend([pair.send, pair.recv]);
            let kind = Kind::Data { send: Some(send.seq), recv: Some(recv.seq), bytes: recv.len };
            self.across(send, recv, kind, true);
        }
        for call in visible.iter().filter(|call| is_datagram(call) && !done.contains(&call.seq)) {
            self.lone_datagram(call, &calls, &lost);
        }
    }

    /// One of which only one half was observed in this lab, or has not come.
    fn lone_datagram(&mut self, call: &Call, calls: &[&Call], lost: &HashSet<u64>) {
        let far = destination(call).or(call.ends.peer.as_ref());
        let Some(far) = far.filter(|_| call.succeeded()) else { return };
        let y = self.y(call);
        let own = self.who(call);
        let other = self.socket_at(far, calls);
        if call.op.sends() {
            let kind = Kind::Data { send: Some(call.seq), recv: None, bytes: call.len };
            let fate = match other {
                None => Fate::Arrived,
                Some(_) if lost.contains(&call.seq) => Fate::Lost,
                Some(_) => Fate::UnderWay,
            };
            self.push((own, y), (other.unwrap_or_else(|| Who::Callee(far.clone())), y), kind, true, fate);
        } else {
            let kind = Kind::Data { send: None, recv: Some(call.seq), bytes: call.len };
            let from = other.unwrap_or_else(|| Who::Callee(far.clone()));
            self.push((from, y), (own, y), kind, true, Fate::Arrived);
        }
    }

    /// The socket of this lab with that address.
    fn socket_at(&self, addr: &Addr, calls: &[&Call]) -> Option<Who> {
        let is_there = |local: &Option<Addr>| local.as_ref().is_some_and(|local| is_same_place(local, addr));
        let of_call = calls.iter().rev().find(|call| is_there(&call.ends.local)).map(|call| self.who(call));
        of_call.or_else(|| {
            let mut waiting = self.trace.waiting().take(super::MAX_WAITING);
            let found = waiting.find(|call| call.op.receives() && call.conn.is_none() && is_there(&call.ends.local))?;
            Some(self.lines.of((found.endpoint, None), Some(&found.op)))
        })
    }
}

fn at(begin: f64, end: f64, part: f64) -> f64 {
    begin + (end - begin) * part
}

fn is_inet(call: &Call) -> bool {
    call.ends.peer.as_ref().is_some_and(|peer| peer.inet().is_some())
}

fn is_reset(call: &Call) -> bool {
    call.errno().is_some_and(|errno| matches!(errno.name(), Some("ECONNRESET")))
}
