//! What a program is doing now.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::console::Console;
use super::source_file::SourceFile;
use crate::lab::Addr;
use crate::program::Running;
use crate::trace::observed::Observed;
use crate::trace::program::{Ended, NotStarted, Seen, Unwatched};
use crate::trace::{Call, ConnId, Domain, Ends, Op, SocketId, SocketType};

/// The most open sockets of a program that are listed.
const MAX_SOCKETS: usize = 20_000;

#[derive(Debug, Default)]
pub struct ProgramStatus {
    pub(in crate::session) running: Option<Running>,
    /// Its calls wait for the user.
    pub is_held: bool,
    pub pid: Option<u32>,
    /// How its calls are seen.
    pub seen: Option<Seen>,
    /// How the program itself has ended; what it has left behind may run on.
    pub ended: Option<Ended>,
    /// How many of its processes ran on then.
    pub left: usize,
    pub failed: Option<NotStarted>,
    pub unwatched: Vec<Unwatched>,
    pub console: Console,
    /// What its calls say of its connections.
    pub observed: Observed,
    /// The files that its lines are in.
    pub sources: Vec<SourceFile>,
    /// Its open sockets.
    pub sockets: BTreeMap<SocketId, OpenSocket>,
    /// Calls that have succeeded and that no step has asked for yet.
    pub(in crate::session) calls_seen: Vec<&'static str>,
}

/// An open socket of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSocket {
    pub conn: Option<ConnId>,
    pub family: Option<Domain>,
    pub kind: Option<SocketType>,
    pub ends: Arc<Ends>,
    pub listens: bool,
}

/// The most files of a program that are kept.
const MAX_SOURCES: usize = 32;

/// The most calls that are remembered for steps; of many alike one is enough.
const MAX_SEEN: usize = 64;

impl ProgramStatus {
    /// Something of it is alive, or about to be.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// The program itself runs.
    pub fn is_up(&self) -> bool {
        self.is_running() && self.ended.is_none()
    }

    /// Whether that call has succeeded since the program was started, under its own name or that of what it does.
    pub(in crate::session) fn has_called(&self, name: &str) -> bool {
        self.calls_seen.contains(&name)
    }

    /// Where it listens: what a client of the lab connects to.
    pub fn listener(&self) -> Option<&Addr> {
        let bound = |socket: &&OpenSocket| socket.kind == Some(SocketType::Datagram) && socket.ends.local.is_some();
        let listening = self.sockets.values().find(|socket| socket.listens);
        let socket = listening.or_else(|| self.sockets.values().find(bound))?;
        socket.ends.local.as_ref()
    }

    pub(super) fn begin(&mut self) {
        let observed = std::mem::take(&mut self.observed).closed();
        *self = Self { observed, is_held: self.is_held, ..Self::default() };
    }

    pub(super) fn add_source(&mut self, name: Arc<str>, text: &str) {
        if self.sources.len() < MAX_SOURCES && self.sources.iter().all(|known| known.name != name) {
            self.sources.push(SourceFile::new(name, text));
        }
    }

    /// Nothing of it is left.
    pub(super) fn gone(&mut self) {
        self.running = None;
        self.sockets.clear();
        self.observed = std::mem::take(&mut self.observed).closed();
    }

    /// A socket is closed, by whatever.
    pub(super) fn closed(&mut self, socket: SocketId, conn: Option<ConnId>) {
        self.sockets.remove(&socket);
        if let Some(conn) = conn {
            self.observed.conns.remove(&conn);
        }
    }

    pub(in crate::session) fn see(&mut self, call: &Call) {
        self.observed.take_in(call);
        if call.succeeded() {
            for name in [call.op.name(), call.name()] {
                if !self.calls_seen.contains(&name) && self.calls_seen.len() < MAX_SEEN {
                    self.calls_seen.push(name);
                }
            }
        }
        match &call.op {
            Op::Socket { domain, kind } if call.succeeded() => self.put(call, Some(*domain), Some(*kind)),
            Op::Accept if call.succeeded() => {
                let family = match call.ends.local {
                    Some(Addr::Inet(std::net::SocketAddr::V6(_))) => Domain::Inet6,
                    Some(Addr::Inet(_)) => Domain::Inet,
                    _ => Domain::Unix,
                };
                self.put(call, Some(family), Some(SocketType::Stream));
            }
            Op::Close => {
                self.sockets.remove(&call.socket);
            }
            _ => {
                if let Some(socket) = self.sockets.get_mut(&call.socket) {
                    socket.conn = call.conn;
                    if matches!(call.op, Op::Bind { .. } | Op::Connect { .. } | Op::Listen { .. }) {
                        socket.ends = Arc::clone(&call.ends);
                    }
                    socket.listens |= matches!(call.op, Op::Listen { .. }) && call.succeeded();
                }
            }
        }
    }

    fn put(&mut self, call: &Call, family: Option<Domain>, kind: Option<SocketType>) {
        if self.sockets.len() < MAX_SOCKETS {
            let ends = Arc::clone(&call.ends);
            self.sockets.insert(call.socket, OpenSocket { conn: call.conn, family, kind, ends, listens: false });
        }
    }
}
