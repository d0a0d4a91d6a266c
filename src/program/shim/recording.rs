//! What the part within Python tells becomes calls of the trace.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::told::{self, Told};
use crate::engine::Recorder;
use crate::lab::Addr;
use crate::program::files::Files;
use crate::trace::{
    Call, ConnId, Domain, Ends, Errno, MadeBy, Nanos, Op, OptionValue, OtherCall, Outcome, SocketId, SocketType,
    WaitToken, WaitingCall, foreign,
};

/// The most sockets of a program.
const MAX_SOCKETS: usize = 100_000;
/// The most children of a process that have not told yet.
const MAX_UNBORN: usize = 1_000;
/// The most calls of a program that wait at once.
const MAX_WAITS: usize = 10_000;

#[derive(Clone, Debug)]
struct Socket {
    id: SocketId,
    conn: Option<ConnId>,
    family: Option<Domain>,
    kind: Option<SocketType>,
    ends: Arc<Ends>,
    sent: u64,
    received: u64,
    /// How many processes have it.
    holders: u32,
}

impl Socket {
    fn is_stream(&self) -> bool {
        self.kind != Some(SocketType::Datagram)
    }
}

/// A process that tells.
#[derive(Debug, Default)]
struct Process {
    /// By its clock: what it calls this is `now` of the lab's.
    clock: u64,
    now: Nanos,
    /// The program's sockets by the numbers that the process gives them.
    sockets: HashMap<u64, usize>,
    waits: HashMap<u64, WaitToken>,
    /// How many lines it has told.
    lines: u64,
    /// Children that it has made and that have not told yet.
    unborn: VecDeque<Unborn>,
    is_over: bool,
}

/// A child that has not told yet: it has the sockets that its parent had then, whatever has become of those.
#[derive(Debug)]
struct Unborn {
    /// How many lines its parent had told.
    after: u64,
    sockets: HashMap<u64, usize>,
}

pub(super) struct Recording {
    recorder: Recorder,
    last_conn: u32,
    processes: HashMap<u32, Process>,
    /// All sockets; a child has those of its parent.
    sockets: HashMap<usize, Socket>,
    last_socket: usize,
    files: Files,
    nowhere: Arc<Ends>,
}

impl Recording {
    pub fn new(recorder: Recorder, next_conn: u32) -> Self {
        Self {
            recorder,
            last_conn: next_conn.saturating_sub(1),
            processes: HashMap::new(),
            sockets: HashMap::new(),
            last_socket: 0,
            files: Files::default(),
            nowhere: Arc::new(Ends { local: None, peer: None }),
        }
    }

    /// A process begins to tell. A child that its parent has forked has its sockets.
    pub fn process(&mut self, pid: u32, parent: Option<u32>, after: u64, (clock, now): (u64, Nanos)) {
        let of_parent = parent.and_then(|parent| self.processes.get_mut(&parent));
        let born = of_parent.and_then(|parent| {
            let at = parent.unborn.iter().rposition(|unborn| unborn.after <= after)?;
            parent.unborn.remove(at)
        });
        let sockets = born.map(|born| born.sockets).unwrap_or_default();
        self.processes.insert(pid, Process { clock, now, sockets, lines: 1, ..Process::default() });
        let is_done = |process: &Process| process.is_over && process.unborn.is_empty();
        let done: Vec<u32> = self.processes.iter().filter(|(_, it)| is_done(it)).map(|(pid, _)| *pid).collect();
        // Its child, which tells from now on, has whatever it had.
        for pid in done {
            let sockets = self.processes.remove(&pid).map(|process| process.sockets).unwrap_or_default();
            sockets.into_values().for_each(|place| drop(self.let_go(place)));
        }
    }

    /// Whether a process tells that has not ended.
    pub fn is_telling(&self, pid: u32) -> bool {
        self.processes.get(&pid).is_some_and(|process| !process.is_over)
    }

    /// Whether all is taken in that the parent had told when it made a child.
    pub fn has_heard(&self, parent: u32, lines: u64) -> bool {
        self.processes.get(&parent).is_none_or(|process| process.lines >= lines || process.is_over)
    }

    /// A process is gone. Gives the sockets that nobody has any more.
    pub fn ended(&mut self, pid: u32) -> Vec<(SocketId, Option<ConnId>)> {
        let Some(process) = self.processes.get_mut(&pid) else { return Vec::new() };
        for (_, token) in process.waits.drain() {
            self.recorder.abandon(token);
        }
        process.is_over = true;
        if !process.unborn.is_empty() {
            return Vec::new();
        }
        let Some(process) = self.processes.remove(&pid) else { return Vec::new() };
        let gone = process.sockets.into_values().filter_map(|place| self.let_go(place));
        gone.map(|it| (it.id, it.conn)).collect()
    }

    /// Nobody listens any more: what waits is not waited for.
    pub fn all_ended(&mut self) {
        let pids: Vec<u32> = self.processes.keys().copied().collect();
        pids.into_iter().for_each(|pid| drop(self.ended(pid)));
    }

    /// A process has that socket no longer. Gives it where nobody has it any more.
    fn let_go(&mut self, place: usize) -> Option<Socket> {
        let socket = self.sockets.get_mut(&place)?;
        socket.holders = socket.holders.saturating_sub(1);
        if socket.holders > 0 {
            return None;
        }
        self.sockets.remove(&place)
    }

    fn next_conn(&mut self) -> Option<ConnId> {
        self.last_conn = self.last_conn.saturating_add(1);
        ConnId::new(self.last_conn)
    }

    /// Takes a line in. Gives a file of the source that is to be shown and was not known before.
    pub fn told(&mut self, pid: u32, mut told: Told) -> Option<(Arc<str>, PathBuf)> {
        if let Some(source) = &mut told.source
            && let Some((path, line)) = source.rsplit_once(':')
            && Path::new(path).is_absolute()
        {
            *source = format!("{}:{line}", self.files.name(Path::new(path)));
        }
        self.take_in(pid, &told);
        self.files.take_new()
    }

    fn take_in(&mut self, pid: u32, told: &Told) {
        if let Some(process) = self.processes.get_mut(&pid) {
            process.lines += 1;
        }
        match told.op.as_str() {
            "fork" => self.forks(pid),
            "adopt" => self.adopted(pid, told),
            _ if told.wait.is_some() => self.waits(pid, told),
            _ => self.returned(pid, told),
        }
    }

    /// A process is about to make a child.
    fn forks(&mut self, pid: u32) {
        let Some(process) = self.processes.get_mut(&pid) else { return };
        let sockets = process.sockets.clone();
        for place in sockets.values() {
            if let Some(socket) = self.sockets.get_mut(place) {
                socket.holders += 1;
            }
        }
        process.unborn.push_back(Unborn { after: process.lines, sockets });
        // Of one that could not be made nothing is ever heard.
        if process.unborn.len() > MAX_UNBORN
            && let Some(oldest) = process.unborn.pop_front()
        {
            oldest.sockets.into_values().for_each(|place| drop(self.let_go(place)));
        }
    }

    fn add(&mut self, pid: u32, number: u64, socket: Socket) -> Option<usize> {
        if self.sockets.len() >= MAX_SOCKETS {
            return None;
        }
        let process = self.processes.get_mut(&pid)?;
        self.last_socket += 1;
        let place = self.last_socket;
        let before = process.sockets.insert(number, place);
        self.sockets.insert(place, socket);
        before.and_then(|before| self.let_go(before));
        Some(place)
    }

    fn socket_of(&self, pid: u32, number: Option<u64>) -> Option<&Socket> {
        self.sockets.get(self.processes.get(&pid)?.sockets.get(&number?)?)
    }

    fn socket_mut(&mut self, pid: u32, number: Option<u64>) -> Option<&mut Socket> {
        self.sockets.get_mut(self.processes.get(&pid)?.sockets.get(&number?)?)
    }

    fn new_socket(&self, told: &Told, ends: Ends) -> Socket {
        Socket {
            id: self.recorder.new_socket(),
            conn: None,
            family: told.domain.as_deref().and_then(told::family),
            kind: told.kind.as_deref().and_then(told::kind),
            ends: Arc::new(ends),
            sent: 0,
            received: 0,
            holders: 1,
        }
    }

    /// A socket that was there before it was seen.
    fn adopted(&mut self, pid: u32, told: &Told) {
        let Some(number) = told.sock else { return };
        let mut socket = self.new_socket(told, ends_of(told));
        if socket.is_stream() && socket.ends.peer.is_some() {
            socket.conn = self.next_conn();
        }
        self.add(pid, number, socket);
    }

    fn start(&self, pid: u32, told: &Told) -> Nanos {
        let now = self.recorder.now();
        let Some(process) = self.processes.get(&pid) else { return now };
        let since = told.start.saturating_sub(process.clock);
        let before = process.clock.saturating_sub(told.start);
        let at = process.now.0.saturating_add(since).saturating_sub(before);
        // Its clock is the system's own, read a moment earlier.
        Nanos(at.min(now.0.saturating_sub(told.took)))
    }

    fn waits(&mut self, pid: u32, told: &Told) {
        let Some(wait) = told.wait else { return };
        if self.processes.get(&pid).is_none_or(|process| process.waits.len() >= MAX_WAITS) {
            return;
        }
        if told.op == "connect" && self.socket_of(pid, told.sock).is_some_and(|it| it.is_stream() && it.conn.is_none())
        {
            let (conn, peer) = (self.next_conn(), told.addr.as_deref().and_then(told::address));
            if let Some(socket) = self.socket_mut(pid, told.sock) {
                socket.conn = conn;
                socket.ends = Arc::new(Ends { local: socket.ends.local.clone(), peer });
            }
        }
        let socket = self.socket_of(pid, told.sock);
        let op = operation(told, socket);
        let made_by = made_by(pid, told);
        let (id, conn, ends) = self.place(socket);
        let (start, endpoint) = (self.start(pid, told), self.recorder.endpoint());
        let token = self.recorder.begin(|token| WaitingCall {
            token,
            start,
            endpoint,
            socket: id,
            conn,
            op,
            ends,
            made_by: Some(made_by),
        });
        if let Some(process) = self.processes.get_mut(&pid) {
            process.waits.insert(wait, token);
        }
    }

    fn place(&self, socket: Option<&Socket>) -> (SocketId, Option<ConnId>, Arc<Ends>) {
        match socket {
            Some(socket) => (socket.id, socket.conn, Arc::clone(&socket.ends)),
            None => (SocketId::NONE, None, Arc::clone(&self.nowhere)),
        }
    }

    fn returned(&mut self, pid: u32, told: &Told) {
        let token = told.done.and_then(|wait| self.processes.get_mut(&pid)?.waits.remove(&wait));
        if told.none {
            if let Some(token) = token {
                self.recorder.abandon(token);
            }
            return;
        }
        let outcome = match (told.errno, told.result.and_then(|result| u64::try_from(result).ok())) {
            (Some(errno), _) => Outcome::Err(Errno(errno)),
            (None, Some(value)) => Outcome::Ok(value),
            (None, None) => return,
        };
        let op = operation(told, self.socket_of(pid, told.sock));
        let mut number = told.sock;
        if told.has_succeeded() {
            number = self.took_effect(pid, told);
        } else if let Some(local) = told.local.as_deref().and_then(told::bound_address)
            && let Some(socket) = self.socket_mut(pid, told.sock)
        {
            socket.ends = Arc::new(Ends { local: Some(local), peer: socket.ends.peer.clone() });
        }
        let (id, conn, ends) = self.place(self.socket_of(pid, number));
        let mut call = Call {
            seq: 0,
            start: self.start(pid, told),
            took: told.took,
            endpoint: self.recorder.endpoint(),
            socket: id,
            conn,
            op,
            outcome,
            ends,
            offset: None,
            len: 0,
            data: Bytes::new(),
            lost: 0,
            rule: None,
            made_by: Some(made_by(pid, told)),
        };
        self.fill(&mut call, pid, told);
        self.recorder.record(call, token);
        if told.op == "close" && told.last == Some(true) {
            self.forget(pid, told.sock);
        }
    }

    /// What a call that succeeded has changed. Gives the socket that it belongs to.
    fn took_effect(&mut self, pid: u32, told: &Told) -> Option<u64> {
        match told.op.as_str() {
            "socket" => {
                let socket = self.new_socket(told, Ends { local: None, peer: None });
                self.add(pid, told.sock?, socket);
            }
            "accept" => {
                let listener = self.socket_of(pid, told.sock);
                let (family, kind) = listener.map_or((None, None), |listener| (listener.family, listener.kind));
                let mut socket = self.new_socket(told, ends_of(told));
                (socket.family, socket.kind, socket.conn) = (family, kind, self.next_conn());
                self.add(pid, told.new?, socket);
                return told.new;
            }
            "bind" | "listen" | "connect" | "sendto" => {
                let Ends { local, peer } = ends_of(told);
                if let Some(socket) = self.socket_mut(pid, told.sock) {
                    let (local, peer) =
                        (local.or(socket.ends.local.clone()), peer.or_else(|| socket.ends.peer.clone()));
                    socket.ends = Arc::new(Ends { local, peer });
                }
            }
            _ => {}
        }
        told.sock
    }

    fn fill(&mut self, call: &mut Call, pid: u32, told: &Told) {
        let Outcome::Ok(value) = call.outcome else { return };
        let moves = call.op.sends() || call.op.receives() || told.peek;
        if !moves {
            return;
        }
        let data = told.data.as_deref().and_then(|data| STANDARD.decode(data).ok()).unwrap_or_default();
        call.data = self.recorder.kept(&data);
        call.len = value;
        if let Some(sender) = told.sender.as_deref().and_then(told::address)
            && matches!(call.op, Op::RecvFrom { .. })
        {
            call.ends = Arc::new(Ends { local: call.ends.local.clone(), peer: Some(sender) });
        }
        if told.peek {
            return;
        }
        let sends = call.op.sends();
        if let Some(socket) =
            self.socket_mut(pid, told.sock).filter(|socket| socket.is_stream() && socket.conn.is_some())
        {
            let counter = if sends { &mut socket.sent } else { &mut socket.received };
            call.offset = Some(*counter);
            *counter += value;
        }
    }

    fn forget(&mut self, pid: u32, number: Option<u64>) {
        let Some(number) = number else { return };
        let place = self.processes.get_mut(&pid).and_then(|process| process.sockets.remove(&number));
        place.and_then(|place| self.let_go(place));
    }
}

fn ends_of(told: &Told) -> Ends {
    Ends {
        local: told.local.as_deref().and_then(told::bound_address),
        peer: told.peer.as_deref().and_then(told::address),
    }
}

fn made_by(pid: u32, told: &Told) -> Arc<MadeBy> {
    let fd = match told.op.as_str() {
        "accept" if told.has_succeeded() => told.result.and_then(|fd| i32::try_from(fd).ok()).or(told.fd),
        _ => told.fd,
    };
    let name = told.name.as_deref().and_then(|name| foreign::known(&foreign::OTHER_NAMES, name));
    Arc::new(MadeBy { pid, fd, source: told.source.as_deref().map(Arc::from), name })
}

/// The call in the lab's terms.
fn operation(told: &Told, socket: Option<&Socket>) -> Op {
    let other = |name, args| Op::Other(Arc::new(OtherCall { name, args }));
    let addr = || told.addr.as_deref().and_then(told::address).map(Arc::<Addr>::new);
    // A name is looked up on the way: the system is given what came of it.
    let reached = || addr().or_else(|| told.peer.as_deref().and_then(told::address).map(Arc::new));
    let bound = || addr().or_else(|| told.local.as_deref().and_then(told::address).map(Arc::new));
    let max = told.max.and_then(|max| u64::try_from(max).ok()).unwrap_or(0);
    let length = told.length.unwrap_or(0);
    let is_stream = socket.is_none_or(Socket::is_stream);
    if let Some(timeout) = told.timeout {
        return other("poll", vec![("count", "1".to_owned()), ("timeout", timeout.to_string())]);
    }
    match told.op.as_str() {
        "socket" => {
            let (domain, kind) = (told.domain.clone().unwrap_or_default(), told.kind.clone().unwrap_or_default());
            match (told::family(&domain), told::kind(&kind)) {
                (Some(domain), Some(kind)) => Op::Socket { domain, kind },
                // The C name of such a socket is that of any other.
                _ => other("socket", vec![("domain", domain), ("type", kind)]),
            }
        }
        "bind" => match bound() {
            Some(addr) => Op::Bind { addr },
            None => other("bind", vec![("addr", told.addr.clone().unwrap_or_default())]),
        },
        "connect" => match reached() {
            Some(addr) => Op::Connect { addr },
            None => other("connect", vec![("addr", told.addr.clone().unwrap_or_default())]),
        },
        "listen" => Op::Listen { backlog: told.backlog.and_then(|it| u32::try_from(it).ok()).unwrap_or(0) },
        "accept" => Op::Accept,
        "recv" | "recvfrom" if told.peek => {
            let name = if told.op == "recv" { "recv" } else { "recvfrom" };
            other(name, vec![("max", max.to_string()), ("flags", "MSG_PEEK".to_owned())])
        }
        "recv" | "recvfrom" if is_stream => Op::Recv { max },
        "recv" | "recvfrom" => Op::RecvFrom { max },
        "sendto" => match addr().filter(|_| !is_stream) {
            Some(to) => Op::SendTo { len: length, to },
            None => Op::Send { len: length },
        },
        "send" => Op::Send { len: length },
        "sendfile" => Op::SendFile { count: told.count.unwrap_or(0) },
        "shutdown" => match told.how.and_then(told::how) {
            Some(how) => Op::Shutdown { how },
            None => other("shutdown", Vec::new()),
        },
        "setsockopt" => {
            let (level, name) = (told.level.clone().unwrap_or_default(), told.option.clone().unwrap_or_default());
            let number = told.value.and_then(|value| i32::try_from(value).ok());
            match (told::option(&level, &name), number) {
                (Some(option), Some(value)) => Op::SetSockOpt { option, value: OptionValue::Int(value) },
                (_, value) => {
                    let value = value.map_or_else(|| "bytes".to_owned(), |value| value.to_string());
                    other("setsockopt", vec![("level", level), ("name", name), ("value", value)])
                }
            }
        }
        "close" if told.last == Some(false) => other("close", Vec::new()),
        _ => Op::Close,
    }
}
