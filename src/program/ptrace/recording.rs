//! What a program's calls become in the trace.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;

use super::calls::Does;
use super::kernel::Entry;
use super::memory::Memory;
use super::names;
use super::pending::{Pending, int, moved, moved_len};
use super::process::Process;
use super::sockets::{ByInode, Shared, Socket};
use crate::engine::Recorder;
use crate::engine::sampler::Foreign;
use crate::lab::Addr;
use crate::trace::{
    Call, ConnId, Ends, Errno, MadeBy, Nanos, Op, OtherCall, Outcome, SocketId, SocketType, WaitingCall,
};

/// The most descriptors of a `poll` that are looked at.
const MAX_POLLED: usize = 1_024;

/// A preview of what `sendfile` has sent, as the lab's own transfers keep: 256 bytes.
const MAX_FILE_PREVIEW: usize = 256;

pub(super) struct Recording {
    pub recorder: Recorder,
    by_inode: ByInode,
    last_conn: u32,
    last_made_by: Option<Arc<MadeBy>>,
    nowhere: Arc<Ends>,
}

impl Recording {
    pub fn new(recorder: Recorder, next_conn: u32) -> Self {
        Self {
            recorder,
            by_inode: ByInode::default(),
            last_conn: next_conn.saturating_sub(1),
            last_made_by: None,
            nowhere: Arc::new(Ends { local: None, peer: None }),
        }
    }

    /// The calls of a line share who made them.
    pub fn shared(&mut self, made_by: MadeBy) -> Arc<MadeBy> {
        match &self.last_made_by {
            Some(last) if **last == made_by => Arc::clone(last),
            _ => {
                let made_by = Arc::new(made_by);
                self.last_made_by = Some(Arc::clone(&made_by));
                made_by
            }
        }
    }

    fn next_conn(&mut self) -> Option<ConnId> {
        self.last_conn = self.last_conn.saturating_add(1);
        ConnId::new(self.last_conn)
    }

    // ---- sockets ----

    /// The socket of a descriptor; one that was not seen being made is asked about.
    pub fn socket_of(&mut self, process: &Process, fd: i32) -> Option<Shared> {
        let mut descriptors = process.descriptors.borrow_mut();
        descriptors.get(fd, || {
            let inode = process.inode(fd)?;
            if let Some(known) = self.by_inode.get(inode) {
                return Some(known);
            }
            let seen = process.look(fd)?;
            let mut socket = Socket {
                id: self.recorder.new_socket(),
                conn: None,
                family: seen.family,
                kind: seen.kind,
                ends: Arc::new(seen.ends),
                sent: 0,
                received: 0,
                sampled: None,
            };
            if socket.is_stream() && socket.ends.peer.is_some() {
                self.last_conn = self.last_conn.saturating_add(1);
                socket.conn = ConnId::new(self.last_conn);
            }
            let socket = Rc::new(RefCell::new(socket));
            self.by_inode.put(inode, &socket);
            Some(socket)
        })
    }

    fn add(&mut self, process: &Process, fd: i32, socket: Socket) -> Shared {
        let socket = Rc::new(RefCell::new(socket));
        if let Some(inode) = process.inode(fd) {
            self.by_inode.put(inode, &socket);
        }
        process.descriptors.borrow_mut().put(fd, Rc::clone(&socket));
        socket
    }

    /// Whoever looks at the socket is told what the system keeps for it: by way of that descriptor from now on.
    pub fn sample(&self, process: &Process, fd: i32, socket: &Shared) {
        let Some((handle, inode)) = process.handle.as_ref().zip(process.inode(fd)) else { return };
        let of = Foreign { process: Arc::clone(handle), fd, inode };
        let mut socket = socket.borrow_mut();
        let sampled = self.recorder.sampled(socket.id, &socket.ends, of);
        socket.sampled = Some(sampled);
    }

    /// What a `poll` waits for: `None` where no socket is among it; with the socket where it is the only one.
    pub fn polled(&mut self, process: &Process, thread: i32, entry: &Entry) -> Option<(Option<Shared>, Option<i32>)> {
        let count = usize::try_from(entry.args[1] & 0xffff_ffff).unwrap_or(0).min(MAX_POLLED);
        let bytes = Memory(thread).bytes(entry.args[0], count * 8);
        let fds = bytes.as_chunks::<8>().0.iter().filter_map(|entry| Some(i32::from_ne_bytes(*entry.first_chunk()?)));
        let found: Vec<(i32, Shared)> =
            fds.filter(|fd| *fd >= 0).filter_map(|fd| Some((fd, self.socket_of(process, fd)?))).collect();
        match found.as_slice() {
            [] => None,
            [(fd, socket)] if count == 1 => Some((Some(Rc::clone(socket)), Some(*fd))),
            _ => Some((None, None)),
        }
    }

    // ---- calls ----

    /// Begins a call: a connection gets its number, and what may wait is announced.
    pub fn begin(&mut self, mut call: Pending) -> Pending {
        if let (Op::Connect { addr }, Some(socket)) = (&call.op, &call.socket) {
            let mut socket = socket.borrow_mut();
            if socket.is_stream() {
                if socket.conn.is_none() {
                    socket.conn = self.next_conn();
                }
                socket.ends = Arc::new(Ends { local: socket.ends.local.clone(), peer: Some(Addr::clone(addr)) });
            }
        }
        if call.watched.does.may_wait() {
            let (id, conn, ends) = self.place(&call);
            let recorder = &self.recorder;
            call.token = Some(recorder.begin(|token| WaitingCall {
                token,
                start: call.start,
                endpoint: recorder.endpoint(),
                socket: id,
                conn,
                op: call.op.clone(),
                ends,
                made_by: Some(Arc::clone(&call.made_by)),
            }));
        }
        call
    }

    /// The call's socket with its connection and ends.
    pub fn place(&self, call: &Pending) -> (SocketId, Option<ConnId>, Arc<Ends>) {
        match &call.socket {
            Some(socket) => {
                let socket = socket.borrow();
                (socket.id, socket.conn, Arc::clone(&socket.ends))
            }
            None => (SocketId(0), None, Arc::clone(&self.nowhere)),
        }
    }

    /// The call will not return: its thread is gone.
    pub fn abandon(&self, call: &Pending) {
        if let Some(token) = call.token {
            self.recorder.abandon(token);
        }
    }

    /// A signal has ended the call.
    pub fn interrupted(&mut self, call: Pending, now: Nanos) {
        let (socket, conn, ends) = self.place(&call);
        let record = self.record_of(&call, now, (socket, conn, ends), Outcome::Err(Errno(libc::EINTR)));
        self.recorder.record(record, call.token);
    }

    fn record_of(
        &self,
        call: &Pending,
        now: Nanos,
        (socket, conn, ends): (SocketId, Option<ConnId>, Arc<Ends>),
        outcome: Outcome,
    ) -> Call {
        Call {
            seq: 0,
            start: call.start,
            took: now.since(call.start),
            endpoint: self.recorder.endpoint(),
            socket,
            conn,
            op: call.op.clone(),
            outcome,
            ends,
            offset: None,
            len: 0,
            data: Bytes::new(),
            lost: 0,
            rule: None,
            made_by: Some(Arc::clone(&call.made_by)),
        }
    }

    /// The call has returned. `last`: the descriptor that it closes was the socket's last.
    pub fn end(&mut self, mut call: Pending, process: &Process, thread: i32, value: i64, now: Nanos, last: bool) {
        let result = u64::try_from(value).ok();
        let outcome = match result {
            Some(value) => Outcome::Ok(value),
            None => Outcome::Err(Errno(i32::try_from(-value).unwrap_or(0))),
        };
        if let Some(value) = result.filter(|_| matches!(call.watched.does, Does::Socket | Does::Accept)) {
            // The new one.
            let made_by = MadeBy { fd: i32::try_from(value).ok(), ..MadeBy::clone(&call.made_by) };
            call.made_by = self.shared(made_by);
        }
        if let Some(value) = result {
            self.took_effect(&mut call, process, thread, value, last);
        } else if let (Op::Connect { .. }, Some(socket)) = (&call.op, &call.socket) {
            // EINPROGRESS: it is bound by now. Refused: nothing is at its other end.
            let in_progress = value == -i64::from(libc::EINPROGRESS);
            let fd = int(call.entry.args[0]);
            if socket.borrow().is_stream() {
                let mut changed = socket.borrow_mut();
                let peer = changed.ends.peer.clone().filter(|_| in_progress || value == -i64::from(libc::EALREADY));
                let peer = peer.or_else(|| changed.ends.peer.clone());
                changed.ends = Arc::new(Ends { local: process.ends(fd).local, peer });
            }
            if in_progress {
                self.sample(process, fd, socket);
            }
        }
        let mut record = self.record_of(&call, now, self.place(&call), outcome);
        if let Some(value) = result {
            self.fill(&mut record, &call, process, thread, value);
        }
        self.recorder.record(record, call.token);
    }

    /// What a call that succeeded has changed.
    fn took_effect(&mut self, call: &mut Pending, process: &Process, thread: i32, value: u64, last: bool) {
        let args = call.entry.args;
        let fd = int(args[0]);
        let new_fd = i32::try_from(value).unwrap_or(-1);
        match call.watched.does {
            Does::Socket => {
                let socket = Socket {
                    id: self.recorder.new_socket(),
                    conn: None,
                    family: names::family(fd),
                    kind: names::kind(int(args[1])),
                    ends: Arc::clone(&self.nowhere),
                    sent: 0,
                    received: 0,
                    sampled: None,
                };
                call.socket = Some(self.add(process, new_fd, socket));
            }
            Does::SocketPair => {
                let pair = [Memory(thread).int(args[3]), Memory(thread).int(args[3] + 4)];
                for fd in pair.into_iter().flatten() {
                    let kind = names::kind(int(args[1]));
                    let conn = if kind == Some(SocketType::Stream) { self.next_conn() } else { None };
                    let socket = Socket {
                        id: self.recorder.new_socket(),
                        conn,
                        family: names::family(int(args[0])),
                        kind,
                        ends: Arc::new(Ends { local: Some(Addr::Unnamed), peer: Some(Addr::Unnamed) }),
                        sent: 0,
                        received: 0,
                        sampled: None,
                    };
                    self.add(process, fd, socket);
                }
                if let (Op::Other(other), [Some(one), Some(two)]) = (&call.op, pair) {
                    let mut other = OtherCall::clone(other);
                    other.args.push(("fds", format!("{one}, {two}")));
                    call.op = Op::Other(Arc::new(other));
                }
            }
            Does::Accept => {
                let mut ends = process.ends(new_fd);
                if ends.peer.is_none()
                    && let Some(len) = Memory(thread).int(args[2])
                {
                    let address = Memory(thread).address(args[1], u64::from(len.cast_unsigned()));
                    ends.peer = address.and_then(Result::ok);
                }
                let (family, kind) = call.socket.as_ref().map_or((None, None), |listener| {
                    let listener = listener.borrow();
                    (listener.family, listener.kind)
                });
                let conn = self.next_conn();
                let id = self.recorder.new_socket();
                let accepted =
                    Socket { id, conn, family, kind, ends: Arc::new(ends), sent: 0, received: 0, sampled: None };
                let accepted = self.add(process, new_fd, accepted);
                self.sample(process, new_fd, &accepted);
                call.socket = Some(accepted);
            }
            Does::Bind | Does::Listen | Does::Connect => {
                if let Some(socket) = &call.socket {
                    let asked = match &call.op {
                        Op::Connect { addr } => Some(Addr::clone(addr)),
                        _ => None,
                    };
                    let Ends { local, peer } = process.ends(fd);
                    socket.borrow_mut().ends = Arc::new(Ends { local, peer: asked.or(peer) });
                    self.sample(process, fd, socket);
                }
            }
            Does::Close => {
                process.descriptors.borrow_mut().remove(fd);
                if !last {
                    // Others still have the socket: it stays open.
                    call.op = Op::Other(Arc::new(OtherCall { name: "close", args: Vec::new() }));
                }
            }
            Does::CloseRange if args[2] & u64::from(libc::CLOSE_RANGE_CLOEXEC) == 0 => {
                let range = u32::try_from(args[0]).unwrap_or(u32::MAX)..=u32::try_from(args[1]).unwrap_or(u32::MAX);
                process.descriptors.borrow_mut().remove_range(range);
            }
            Does::Duplicate | Does::DuplicateTo => self.duplicated(call, process, new_fd),
            Does::Control if names::duplicates(int(args[1])) => self.duplicated(call, process, new_fd),
            Does::GetOption => {
                let value = Memory(thread).int(args[3]);
                if let (Op::Other(other), Some(value)) = (&call.op, value) {
                    let mut other = OtherCall::clone(other);
                    let name = (int(args[1]), int(args[2]));
                    let is_error = name == (libc::SOL_SOCKET, libc::SO_ERROR) && value != 0;
                    let text =
                        Errno(value).name().filter(|_| is_error).map_or_else(|| value.to_string(), str::to_owned);
                    other.args.push(("value", text));
                    call.op = Op::Other(Arc::new(other));
                }
            }
            _ => {}
        }
    }

    fn duplicated(&self, call: &Pending, process: &Process, new_fd: i32) {
        if let Some(socket) = &call.socket {
            process.descriptors.borrow_mut().put(new_fd, Rc::clone(socket));
        }
    }

    /// The bytes that the call has moved, and where they stand.
    fn fill(&self, record: &mut Call, call: &Pending, process: &Process, thread: i32, value: u64) {
        let memory = Memory(thread);
        let does = call.watched.does;
        let peeked = matches!(does, Does::RecvFrom | Does::RecvMsg) && matches!(call.op, Op::Other(_));
        if !(call.op.sends() || call.op.receives() || peeked) {
            return;
        }
        let len = moved_len(does, &call.entry, value, memory);
        record.data = match does {
            Does::SendFile => {
                let end = (call.entry.args[2] != 0).then(|| self.offset_at(memory, call.entry.args[2])).flatten();
                let source = int(call.entry.args[1]);
                Bytes::from(process.file_before(source, end, value, MAX_FILE_PREVIEW))
            }
            _ => self.recorder.kept(&moved(does, &call.entry, value, memory, self.recorder.snaplen())),
        };
        record.len = len;
        if peeked {
            return;
        }
        let Some(socket) = &call.socket else { return };
        let mut socket = socket.borrow_mut();
        if socket.is_stream() && socket.conn.is_some() {
            let counter = if call.op.sends() { &mut socket.sent } else { &mut socket.received };
            record.offset = Some(*counter);
            *counter += len;
            return;
        }
        if let Op::RecvFrom { max } = call.op {
            record.lost = u32::try_from(value.saturating_sub(max)).unwrap_or(u32::MAX);
            if let Some(from) = Self::from(call, memory) {
                record.ends = Arc::new(Ends { local: record.ends.local.clone(), peer: Some(from) });
            }
        }
        if socket.ends.local.is_none() {
            // Sending has bound it.
            let local = process.ends(int(call.entry.args[0])).local;
            socket.ends = Arc::new(Ends { local, peer: socket.ends.peer.clone() });
            record.ends = Arc::new(Ends { local: socket.ends.local.clone(), peer: record.ends.peer.clone() });
        }
    }

    fn offset_at(&self, memory: Memory, address: u64) -> Option<u64> {
        let bytes = memory.bytes(address, 8);
        Some(u64::from_ne_bytes(*bytes.first_chunk()?))
    }

    /// Who has sent a datagram, where the program has asked.
    fn from(call: &Pending, memory: Memory) -> Option<Addr> {
        let args = &call.entry.args;
        let (address, len) = match call.watched.does {
            Does::RecvFrom => (args[4], u64::from(memory.int(args[5])?.cast_unsigned())),
            Does::RecvMsg => {
                let message = memory.message(args[1])?;
                (message.name, message.name_len)
            }
            _ => return None,
        };
        memory.address(address, len)?.ok()
    }
}
