//! The plan of a program that repeats what one end did, from its calls in a trace.
//!
//! Each send is a send of the bytes that were seen. What came in several `recv`s one after the other is one message to
//! wait for, because a stream may come in any pieces. A call that failed is not repeated.

use std::time::Duration;

use super::CodeError;
use super::plan::{Act, Body, Family, OptionValue, Place, Plan, Role, SetOption, Socket, Turn};
use crate::lab::{Addr, TextEncoding};
use crate::lang::Lang;
use crate::t;
use crate::trace::call::OptionValue as Seen;
use crate::trace::{Call, ConnId, Domain, Op, Outcome, SocketId, SocketType};

/// What came is compared up to this length: 64 KiB. Of more only the number of bytes is looked at.
const MOST_COMPARED: u64 = 64 * 1024;
/// Calls that failed are named up to this many.
const MOST_NAMED: usize = 8;
/// A program that sends more is none that anybody reads: 8 MiB.
pub(super) const MOST_SENT: u64 = 8 * 1024 * 1024;
/// The same for one that makes more calls.
const MOST_TURNS: usize = 10_000;
/// A pause that is shorter is none: a millisecond.
const SHORTEST_WAIT: u64 = 1_000_000;

/// The end that is repeated.
#[derive(Clone, Copy)]
pub struct Stretch<'s> {
    pub name: &'s str,
    pub encoding: TextEncoding,
    /// `None`: the datagrams of an endpoint.
    pub conn: Option<ConnId>,
    /// Waits as long as it took then, instead of for the bytes alone.
    pub times: bool,
    /// Whether the call of that number is one of those that are repeated; `None`: all are.
    pub only: Option<&'s dyn Fn(u64) -> bool>,
}

/// The program that repeats it. `calls` are those of the endpoint, in the order of the trace.
///
/// # Errors
/// [`CodeError`] where nothing of it is kept, or not what was sent, or where it would be no program to be read.
pub fn plan(stretch: Stretch<'_>, calls: &[&Call], lang: Lang) -> Result<Plan, CodeError> {
    let own: Vec<&Call> = calls.iter().copied().filter(|call| call.conn == stretch.conn).collect();
    let moves = |call: &&Call| call.op.sends() || call.op.receives();
    let is_chosen = |call: &&Call| stretch.only.is_none_or(|only| only(call.seq));
    let first = own.iter().copied().find(|call| moves(call) || matches!(call.op, Op::Connect { .. } | Op::Accept));
    let Some(first) = first else { return Err(CodeError::NoCalls) };
    let connects = own.iter().any(|call| matches!(call.op, Op::Connect { .. }));
    // Its connection has two sockets.
    if connects && own.iter().any(|call| matches!(call.op, Op::Accept)) {
        return Err(CodeError::Service("relay"));
    }
    let is_stream = stretch.conn.is_some();
    let role = match (is_stream, own.iter().any(|call| matches!(call.op, Op::Accept))) {
        (false, _) => Role::Datagram,
        (true, true) => Role::Server,
        (true, false) => Role::Client,
    };
    let mut reader = Reader::new(stretch.times, is_stream);
    let mut skipped = 0;
    for call in &own {
        // Without these there is no connection to do the rest on.
        let is_needed = matches!(call.op, Op::Connect { .. } | Op::Accept | Op::Close);
        if is_needed || is_chosen(call) {
            reader.take(call)?;
        } else {
            skipped += 1;
        }
    }
    let turns = reader.finish(is_stream);
    let mut left_out = Vec::new();
    // Each direction has offsets of its own.
    let missing = |moves: fn(&Op) -> bool| own.iter().find_map(|call| call.offset.filter(|_| moves(&call.op)));
    let missing = missing(Op::sends).unwrap_or(0) + missing(Op::receives).unwrap_or(0);
    if missing > 0 {
        left_out.push(t!(lang, "code-left-evicted", bytes = missing).into_owned());
    }
    if skipped > 0 {
        left_out.push(t!(lang, "code-left-skipped", count = skipped).into_owned());
    }
    if !reader.failed.is_empty() {
        let shown = reader.failed.iter().take(MOST_NAMED).map(String::as_str);
        left_out.push(t!(lang, "code-left-failed", calls = lang.list(shown)).into_owned());
    }
    if reader.has_several_peers {
        left_out.push(t!(lang, "code-left-peers").into_owned());
    }
    let socket = socket(role, first, calls, &own, reader.to.as_ref());
    Ok(Plan {
        name: stretch.name.to_owned(),
        role,
        socket,
        body: Body::Script(turns),
        encoding: stretch.encoding,
        left_out,
    })
}

struct Reader {
    turns: Vec<Turn>,
    failed: Vec<String>,
    times: bool,
    is_stream: bool,
    /// When the call before was over.
    end: Option<u64>,
    /// Where the first datagram goes that does not answer another.
    to: Option<Addr>,
    has_received: bool,
    has_several_peers: bool,
    is_closed: bool,
    sent: u64,
}

impl Reader {
    fn new(times: bool, is_stream: bool) -> Self {
        Self {
            turns: Vec::new(),
            failed: Vec::new(),
            times,
            is_stream,
            end: None,
            to: None,
            has_received: false,
            has_several_peers: false,
            is_closed: false,
            sent: 0,
        }
    }

    fn take(&mut self, call: &Call) -> Result<(), CodeError> {
        if self.is_closed {
            return Ok(());
        }
        self.sent += if call.op.sends() { call.len } else { 0 };
        if self.sent > MOST_SENT || self.turns.len() > MOST_TURNS {
            return Err(CodeError::TooLong { bytes: MOST_SENT, calls: MOST_TURNS as u64 });
        }
        // Of a program whose calls do not wait: it is connected all the same, or what it asked for came later.
        if call.is_in_progress() {
            self.push(Act::Connect, call);
            return Ok(());
        }
        // What never returned has done nothing, and nothing has failed.
        if call.found_nothing() || call.is_abandoned() {
            return Ok(());
        }
        let Outcome::Ok(_) = call.outcome else {
            if call.op.sends() || call.op.receives() || matches!(call.op, Op::Connect { .. }) {
                self.failed.push(format!("#{} {} = {}", call.seq, call.op.name(), call.result_text()));
            }
            return Ok(());
        };
        let act = match &call.op {
            Op::Connect { .. } => Act::Connect,
            Op::Accept => Act::Accept,
            Op::Send { .. } | Op::SendFile { .. } if call.len == 0 => return Ok(()),
            Op::Send { .. } => Act::Send(kept(call)?),
            Op::SendFile { .. } => match kept(call) {
                Ok(bytes) => Act::Send(bytes),
                Err(_) => return Err(CodeError::File { seq: call.seq }),
            },
            Op::SendTo { to, .. } => {
                self.goes_to(to);
                Act::SendTo(kept(call)?)
            }
            Op::Recv { .. } if call.is_eof() => Act::ReceiveEnd,
            Op::Recv { .. } => return self.receive(call),
            Op::RecvFrom { max } => {
                self.has_received = true;
                let bytes = (!call.is_truncated()).then(|| call.data.to_vec());
                Act::ReceiveFrom { size: (*max).max(1), bytes }
            }
            Op::Shutdown { how } => Act::Shutdown(*how),
            Op::Close => {
                self.is_closed = true;
                Act::Close
            }
            // What a program asks of its socket besides moves no byte.
            Op::Socket { .. } | Op::SetSockOpt { .. } | Op::Bind { .. } | Op::Listen { .. } | Op::Other(_) => {
                return Ok(());
            }
        };
        self.push(act, call);
        Ok(())
    }

    fn push(&mut self, act: Act, call: &Call) {
        let waits = matches!(act, Act::Receive { .. } | Act::ReceiveFrom { .. } | Act::ReceiveEnd | Act::Accept);
        let passed = self.end.map_or(0, |end| call.start.0.saturating_sub(end));
        if self.times && !waits && passed >= SHORTEST_WAIT {
            self.turns.push(Turn { act: Act::Wait(Duration::from_micros(passed / 1_000)), calls: Vec::new() });
        }
        self.end = Some(call.end().0);
        self.turns.push(Turn { act, calls: vec![call.seq] });
    }

    /// One more piece of a message that is waited for.
    fn receive(&mut self, call: &Call) -> Result<(), CodeError> {
        let piece = (!call.is_truncated()).then_some(&call.data);
        if let Some(Turn { act: Act::Receive { len, bytes, split }, calls }) = self.turns.last_mut() {
            *len += call.len;
            match (bytes.as_mut(), piece) {
                (Some(bytes), Some(piece)) if *len <= MOST_COMPARED => bytes.extend_from_slice(piece),
                _ => *bytes = None,
            }
            split.push(call.len);
            calls.push(call.seq);
            self.end = Some(call.end().0);
            return Ok(());
        }
        let bytes = piece.filter(|_| call.len <= MOST_COMPARED).map(|piece| piece.to_vec());
        self.push(Act::Receive { len: call.len, bytes, split: vec![call.len] }, call);
        Ok(())
    }

    fn goes_to(&mut self, to: &Addr) {
        match &self.to {
            None if !self.has_received => self.to = Some(to.clone()),
            Some(first) if first != to => self.has_several_peers = true,
            _ => {}
        }
    }

    fn finish(&mut self, is_stream: bool) -> Vec<Turn> {
        debug_assert_eq!(self.is_stream, is_stream);
        let mut turns = std::mem::take(&mut self.turns);
        // What happened before the trace begins is done all the same.
        let begins = turns.iter().any(|turn| matches!(turn.act, Act::Connect | Act::Accept));
        if is_stream && !begins {
            turns.insert(0, Turn { act: Act::Connect, calls: Vec::new() });
        }
        if !self.is_closed {
            turns.push(Turn { act: Act::Close, calls: Vec::new() });
        }
        turns
    }
}

fn kept(call: &Call) -> Result<Vec<u8>, CodeError> {
    if call.is_truncated() {
        return Err(CodeError::NotKept { seq: call.seq, kept: call.data.len() as u64, len: call.len });
    }
    Ok(call.data.to_vec())
}

fn family(addr: Option<&Addr>) -> Family {
    match addr {
        Some(Addr::Inet(addr)) if addr.is_ipv6() => Family::Inet6,
        Some(Addr::Inet(_)) | None => Family::Inet,
        Some(Addr::Unix(_) | Addr::Unnamed) => Family::Unix,
    }
}

fn socket(role: Role, first: &Call, calls: &[&Call], own: &[&Call], to: Option<&Addr>) -> Socket {
    let ends = own.iter().find(|call| call.ends.local.is_some()).map_or(&first.ends, |call| &call.ends);
    let kind = if role == Role::Datagram { SocketType::Datagram } else { SocketType::Stream };
    // A server's listener is the socket before this one that listened at that address.
    let listens = |call: &&&Call| matches!(call.op, Op::Listen { .. }) && call.seq < first.seq;
    let listener = calls.iter().rev().find(listens).map(|call| call.socket);
    let of = |socket: SocketId| {
        calls.iter().filter(move |call| call.socket == socket && call.succeeded()).filter_map(|call| match &call.op {
            Op::SetSockOpt { option, value } => {
                let value = match value {
                    Seen::Int(value) | Seen::Size { asked: value, .. } => OptionValue::Int(i64::from(*value)),
                    Seen::Linger(seconds) => OptionValue::Linger((*seconds)?),
                    Seen::Group(group) => OptionValue::Group((**group).clone()),
                    Seen::Interface(interface) => OptionValue::Interface((**interface).clone()),
                };
                Some(SetOption { option: *option, value })
            }
            _ => None,
        })
    };
    let is_group = |set: &SetOption| set.option.joins().is_some() || set.option.c_names().1.contains("MULTICAST");
    let base = match role {
        Role::Server => listener,
        Role::Client | Role::Datagram => Some(first.socket),
    };
    let all: Vec<SetOption> = base.into_iter().flat_map(of).collect();
    let (groups, options) = all.into_iter().partition(is_group);
    let domain = calls.iter().find(|call| call.socket == first.socket).and_then(|call| match call.op {
        Op::Socket { domain, kind: made } if made == kind => Some(domain),
        _ => None,
    });
    let family = match domain {
        Some(Domain::Inet) => Family::Inet,
        Some(Domain::Inet6) => Family::Inet6,
        Some(Domain::Unix) => Family::Unix,
        None => family(ends.local.as_ref().or(ends.peer.as_ref())),
    };
    let bound = calls.iter().rev().find_map(|call| match &call.op {
        Op::Bind { addr } if Some(call.socket) == base && call.succeeded() => Some(addr.as_ref()),
        _ => None,
    });
    let local = match role {
        // The port that it had then, so that its clients find it.
        Role::Server => ends.local.as_ref().and_then(Place::of),
        Role::Client | Role::Datagram => bound.and_then(Place::of),
    };
    let remote = match role {
        Role::Server => None,
        Role::Client => ends.peer.as_ref().and_then(Place::of).or(Some(match family {
            Family::Unix => Place::Path(None),
            Family::Inet | Family::Inet6 => Place::Inet { host: "127.0.0.1".to_owned(), port: None },
        })),
        Role::Datagram => to.and_then(Place::of),
    };
    let backlog = calls.iter().rev().find_map(|call| match call.op {
        Op::Listen { backlog } if Some(call.socket) == listener => Some(backlog),
        _ => None,
    });
    let connection = if role == Role::Server { of(first.socket).collect() } else { Vec::new() };
    Socket { family, options, local, groups, backlog, connection, remote }
}
