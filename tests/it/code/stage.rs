//! The steps of a lab, played with one endpoint replaced by a program that was written from it, or with none.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use socket_lab::engine::{Command as EngineCommand, Dest, Job, Opening, Peers};
use socket_lab::lab::step::{Close, Expect, ExpectedBytes, Open, Send, Sent, Shutdown, To};
use socket_lab::lab::{
    Addr, Content, EndpointId, EndpointKind, EndpointSpec, Lab, Remote, Step, StepAction, TextEncoding,
};
use socket_lab::trace::{Call, ConnId, Op};

use crate::support::bench::Bench;

const DEADLINE: Duration = Duration::from_secs(60);
/// After this long without an event nothing more comes over loopback.
const QUIET: Duration = Duration::from_millis(400);

/// A program that runs. Dropped, it is ended.
pub struct Program {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    /// All that it has printed.
    shown: String,
    /// How much of that was waited for.
    looked: usize,
}

impl Program {
    pub fn start(mut command: Command, arguments: &[String]) -> Self {
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let stdout = child.stdout.take().unwrap();
        let (sender, lines) = channel();
        let read = move || {
            for line in BufReader::new(stdout).split(b'\n') {
                let Ok(line) = line else { return };
                if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("program".to_owned()).spawn(read).unwrap();
        let stdin = child.stdin.take();
        Self { child, stdin, lines, shown: String::new(), looked: 0 }
    }

    #[track_caller]
    pub fn line(&mut self) -> String {
        let line = self.lines.recv_timeout(DEADLINE);
        let line = line.unwrap_or_else(|error| panic!("it says no more: {error}; so far:\n{}", self.shown));
        self.shown.push_str(&line);
        self.shown.push('\n');
        line
    }

    /// The port in its first line.
    #[track_caller]
    pub fn port(&mut self) -> u16 {
        let line = self.line();
        let digits = line.rsplit(|character: char| !character.is_ascii_digit()).find(|digits| !digits.is_empty());
        digits.and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("no port: {line}"))
    }

    /// Waits until that many clients have been accepted.
    fn until_accepted(&mut self, count: usize) {
        while self.shown.lines().filter(|line| line.starts_with("accepted")).count() < count {
            self.line();
        }
    }

    /// Waits until it has shown that text after the one before.
    #[track_caller]
    fn until_shown(&mut self, text: &str) {
        loop {
            if let Some(at) = self.shown[self.looked..].find(text) {
                self.looked += at + text.len();
                return;
            }
            self.line();
        }
    }

    /// Types a line that is sent as those bytes.
    fn type_bytes(&mut self, before: &str, bytes: &[u8]) {
        let shown = |byte: &u8| match byte {
            b'\\' => "\\\\".to_owned(),
            0x20..=0x7e => char::from(*byte).to_string(),
            _ => format!("\\x{byte:02x}"),
        };
        let line: String = bytes.iter().map(shown).collect();
        let stdin = self.stdin.as_mut().expect("the keyboard is open");
        writeln!(stdin, "{before}{line}").unwrap();
        stdin.flush().unwrap();
    }

    pub fn end_typing(&mut self) {
        self.stdin = None;
    }

    /// Whether it ended well.
    pub fn wait(&mut self) -> bool {
        self.stdin = None;
        self.child.wait().unwrap().success()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What one end of a connection, or a datagram socket, did and got.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Side {
    pub connected: Option<String>,
    pub sent: Vec<u8>,
    pub received: Vec<u8>,
    pub sent_datagrams: Vec<Vec<u8>>,
    pub received_datagrams: Vec<Vec<u8>>,
    pub saw_end: bool,
    /// Of a stream: who spoke when, and the end. What goes the same way twice is one turn: a stream may come in any pieces.
    pub turns: Vec<&'static str>,
}

impl Side {
    fn turn(&mut self, turn: &'static str) {
        if self.turns.last() != Some(&turn) {
            self.turns.push(turn);
        }
    }
}

/// Whose side, and which connection.
pub type Sides = BTreeMap<(String, u32), Side>;

pub struct Stage<'l> {
    lab: &'l Lab,
    bench: Bench,
    replaced: Option<&'l str>,
    /// Makes the command that runs the program.
    command: Box<dyn Fn() -> Command + 'l>,
    program: Option<Program>,
    /// Programs of earlier openings.
    ended: Vec<Program>,
    addresses: HashMap<String, Addr>,
    openings: HashMap<String, u32>,
    clients_of_program: usize,
    taken: HashMap<(String, Option<u32>), usize>,
    ends_taken: HashMap<(String, Option<u32>), usize>,
    ports: Vec<u16>,
}

impl<'l> Stage<'l> {
    pub fn new(lab: &'l Lab, replaced: Option<&'l str>, command: impl Fn() -> Command + 'l) -> Self {
        Self {
            lab,
            bench: Bench::new(),
            replaced,
            command: Box::new(command),
            program: None,
            ended: Vec::new(),
            addresses: HashMap::new(),
            openings: HashMap::new(),
            clients_of_program: 0,
            taken: HashMap::new(),
            ends_taken: HashMap::new(),
            ports: Vec::new(),
        }
    }

    fn id(&self, name: &str) -> EndpointId {
        let at = self.lab.endpoints.iter().position(|endpoint| endpoint.name == name).unwrap();
        EndpointId(at as u32 + 1)
    }

    fn spec(&self, name: &str) -> &'l EndpointSpec {
        self.lab.endpoint(name).unwrap()
    }

    fn is_program(&self, name: &str) -> bool {
        self.replaced == Some(name)
    }

    /// Plays all steps.
    pub fn play(&mut self) {
        let opens = |name: &str| {
            self.lab.steps.iter().any(|step| match &step.action {
                StepAction::Open(Open { at: other }) => other == name,
                // A client's download opens it.
                StepAction::Download(download) => download.from == name,
                _ => false,
            })
        };
        let first: Vec<&str> = self.lab.endpoints.iter().map(|endpoint| endpoint.name.as_str()).collect();
        for name in first.into_iter().filter(|name| !opens(name)).collect::<Vec<_>>() {
            self.open(name, false);
        }
        for step in &self.lab.steps {
            self.step(step);
        }
    }

    fn step(&mut self, step: &Step) {
        match &step.action {
            StepAction::Open(Open { at: name }) => self.open(name, step.fails.is_some()),
            StepAction::Send(Send { from, what, to }) => {
                let Sent::Bytes(content) = what else { panic!("no example sends a file") };
                let bytes = self.bytes(from, content);
                self.send(from, &bytes, to);
            }
            StepAction::Expect(expected) if !self.is_program(&expected.at) => self.expect(expected),
            // Before more is typed: two messages right after each other could come as one.
            StepAction::Expect(expected) => self.expect_shown(expected),
            StepAction::Wait(_) => {}
            // As the tutorial's client does it: the name, and then what comes until the end.
            StepAction::Download(download) => {
                self.open(&download.from, false);
                self.send(&download.from, download.name.as_bytes(), &To::All);
                if !self.is_program(&download.from) {
                    self.expect_end(&download.from, None);
                }
                self.close(&download.from, None, false);
            }
            StepAction::Shutdown(Shutdown { at, how, conn }) => {
                if self.is_program(at) {
                    return self.program.as_mut().unwrap().end_typing();
                }
                let (id, conn, how) = (self.id(at), conn.and_then(ConnId::new), *how);
                self.bench.command(|job| EngineCommand::new(job, (id, conn), Job::Shutdown(how))).unwrap();
            }
            StepAction::Close(Close { at, conn, reset }) => self.close(at, *conn, *reset),
            other => panic!("no example has such a step: {other:?}"),
        }
    }

    fn expect_shown(&mut self, expected: &Expect) {
        let is_utf8 = self.spec(&expected.at).encoding == TextEncoding::UTF_8;
        if let (Some(ExpectedBytes::Exactly(Content::Text(text))), true) = (&expected.bytes, is_utf8) {
            self.program.as_mut().unwrap().until_shown(text);
        }
    }

    fn bytes(&self, of: &str, content: &Content) -> Vec<u8> {
        match content {
            Content::Hex(bytes) => bytes.clone(),
            Content::Text(text) => self.spec(of).encoding.encode(text).unwrap(),
        }
    }

    fn open(&mut self, name: &str, fails: bool) {
        let spec = self.spec(name);
        let to_program = matches!(&spec.remote, Some(Remote::Endpoint(other)) if self.is_program(other));
        let opening = self.openings.entry(name.to_owned()).or_default();
        *opening += 1;
        let next_conn = *opening;
        if self.is_program(name) {
            return self.start_program(spec, fails);
        }
        let remote = match &spec.remote {
            Some(Remote::Endpoint(other)) => self.addresses.get(other).cloned().map(Dest::Addr),
            Some(Remote::Inet(target)) => Some(Dest::Host(target.clone())),
            Some(Remote::Path(path)) => Some(Dest::Addr(Addr::Unix(path.clone()))),
            None => None,
        };
        let id = self.id(name);
        let opening = Opening { spec: std::sync::Arc::new(spec.clone()), remote, next_conn };
        let opened = self.bench.command(|job| EngineCommand::new(job, id, Job::Open(opening)));
        assert_eq!(opened.is_err(), fails, "{name}: {opened:?}");
        if opened.is_ok() && to_program && spec.kind.is_client() {
            self.clients_of_program += 1;
        }
        let local =
            self.bench.calls().filter(|call| call.endpoint == id).filter_map(|call| call.ends.local.clone()).last();
        self.ports.extend(local.as_ref().map(Addr::port).filter(|port| *port != 0));
        if let Some(local) = local.filter(|_| !spec.kind.is_client()) {
            self.addresses.insert(name.to_owned(), local);
        }
    }

    fn start_program(&mut self, spec: &EndpointSpec, fails: bool) {
        let remote = match &spec.remote {
            Some(Remote::Endpoint(other)) => self.addresses.get(other).cloned(),
            _ => None,
        };
        let arguments = match remote {
            Some(Addr::Inet(addr)) => vec![addr.ip().to_string(), addr.port().to_string()],
            Some(Addr::Unix(path)) => vec![path.to_str().unwrap().to_owned()],
            Some(Addr::Unnamed) | None => Vec::new(),
        };
        let mut program = Program::start((self.command)(), &arguments);
        if fails {
            assert!(!program.wait(), "it has connected to nobody");
            return;
        }
        match (spec.kind.is_client(), &spec.local) {
            (false, Some(socket_lab::lab::Local::Path(path))) => {
                program.line();
                self.addresses.insert(spec.name.clone(), Addr::Unix(path.clone()));
            }
            (false, Some(_)) => {
                let port = program.port();
                self.ports.push(port);
                self.addresses.insert(spec.name.clone(), Addr::Inet(([127, 0, 0, 1], port).into()));
            }
            _ => drop(program.line()),
        }
        self.ended.extend(self.program.replace(program));
    }

    fn send(&mut self, from: &str, bytes: &[u8], to: &To) {
        if !self.is_program(from) {
            let peers = match to {
                To::All => Peers::All,
                To::Conn(conn) => Peers::Conn(ConnId::new(*conn).unwrap()),
                To::Remote(Remote::Endpoint(other)) => Peers::Dest(Dest::Addr(self.addresses[other].clone())),
                To::Remote(other) => panic!("no example sends to {other}"),
            };
            let id = self.id(from);
            return self.bench.send(id, peers, bytes).unwrap();
        }
        let before = match to {
            To::Remote(Remote::Endpoint(other)) if self.spec(from).remote.is_none() => match &self.addresses[other] {
                Addr::Inet(addr) => format!("{} {} ", addr.ip(), addr.port()),
                other => format!("{other} "),
            },
            _ => String::new(),
        };
        let accepted = self.clients_of_program;
        let program = self.program.as_mut().unwrap();
        if self.lab.endpoint(from).unwrap().kind.is_server() {
            program.until_accepted(accepted);
        }
        program.type_bytes(&before, bytes);
    }

    fn close(&mut self, name: &str, conn: Option<u32>, reset: bool) {
        if self.is_program(name) {
            let program = self.program.as_mut().unwrap();
            program.end_typing();
            if self.lab.endpoint(name).unwrap().kind.is_server() {
                self.program = None;
            }
            return;
        }
        let id = self.id(name);
        let conn = conn.and_then(ConnId::new);
        let _ = self.bench.command(|job| match conn {
            Some(_) => EngineCommand::new(job, (id, conn), Job::CloseConn { reset }),
            None => EngineCommand::new(job, id, Job::Close),
        });
    }

    fn received(&self, name: &str, conn: Option<u32>) -> usize {
        let (id, conn) = (self.id(name), conn.and_then(ConnId::new));
        let calls = self.bench.calls().filter(|call| call.endpoint == id && call.op.receives());
        calls.filter(|call| conn.is_none() || call.conn == conn).map(|call| call.len as usize).sum()
    }

    fn expect(&mut self, expected: &Expect) {
        let (name, conn) = (expected.at.as_str(), expected.conn);
        let len = match &expected.bytes {
            Some(ExpectedBytes::Exactly(content)) => self.bytes(name, content).len(),
            Some(ExpectedBytes::Count(count)) => *count as usize,
            None => 0,
        };
        let taken = self.taken.entry((name.to_owned(), conn)).or_default();
        *taken += len;
        let taken = *taken;
        while self.received(name, conn) < taken {
            self.bench.next();
        }
        if expected.eof {
            self.expect_end(name, conn);
        }
    }

    fn expect_end(&mut self, name: &str, conn: Option<u32>) {
        let ends = self.ends_taken.entry((name.to_owned(), conn)).or_default();
        *ends += 1;
        let ends = *ends;
        // What came before the end has been taken with it.
        let (id, number) = (self.id(name), conn.and_then(ConnId::new));
        let is_end = |call: &&Call| call.endpoint == id && call.is_eof() && (number.is_none() || call.conn == number);
        while self.bench.calls().filter(is_end).count() < ends {
            self.bench.next();
        }
        let all = self.received(name, conn);
        self.taken.insert((name.to_owned(), conn), all);
    }

    pub fn settle(&mut self) {
        self.bench.settle(QUIET);
    }

    pub fn wait_for_event(&mut self) {
        self.bench.next();
    }

    /// What the endpoints beside `except` did and got. A port that the system chose is written as `PORT`.
    pub fn sides(&self, except: &str) -> Sides {
        let mut sides = Sides::new();
        for call in self.bench.calls() {
            let spec = &self.lab.endpoints[call.endpoint.0 as usize - 1];
            let conn = call.conn.map_or(0, ConnId::get);
            // A listener's own calls are of no peer.
            if spec.name == except || (spec.kind.is_stream() && conn == 0) {
                continue;
            }
            // What was on its way to a socket when a step closed it has come, or it has not.
            if !spec.kind.is_stream() && call.op.receives() && self.is_closed_by_a_step(&spec.name) {
                continue;
            }
            let side = sides.entry((spec.name.clone(), conn)).or_default();
            note(side, spec.kind, call);
        }
        for side in sides.values_mut() {
            self.hide_ports(&mut side.sent);
            self.hide_ports(&mut side.received);
            let datagrams = side.sent_datagrams.iter_mut().chain(&mut side.received_datagrams);
            datagrams.for_each(|bytes| self.hide_ports(bytes));
        }
        sides
    }

    fn is_closed_by_a_step(&self, name: &str) -> bool {
        self.lab.steps.iter().any(|step| matches!(&step.action, StepAction::Close(Close { at, .. }) if at == name))
    }

    fn hide_ports(&self, bytes: &mut Vec<u8>) {
        if let Ok(mut text) = String::from_utf8(bytes.clone()) {
            let mut ports: Vec<u16> = self.ports.clone();
            let ends = |call: &Call| [call.ends.local.clone(), call.ends.peer.clone()];
            ports.extend(self.bench.calls().flat_map(ends).flatten().map(|addr| addr.port()));
            for port in ports.into_iter().filter(|port| *port >= 1_024) {
                text = text.replace(&port.to_string(), "PORT");
            }
            *bytes = text.into_bytes();
        }
    }
}

fn note(side: &mut Side, kind: EndpointKind, call: &Call) {
    match &call.op {
        Op::Connect { .. } => {
            side.connected = Some(if call.succeeded() { "ok".to_owned() } else { call.result_text() });
        }
        _ if !call.succeeded() => {}
        op if !kind.is_stream() && op.sends() => side.sent_datagrams.push(call.data.to_vec()),
        op if !kind.is_stream() && op.receives() => side.received_datagrams.push(call.data.to_vec()),
        op if op.sends() => {
            side.turn("sends");
            side.sent.extend_from_slice(&call.data);
        }
        Op::Recv { .. } if call.is_eof() => {
            side.turn("end");
            side.saw_end = true;
        }
        op if op.receives() => {
            side.turn("receives");
            side.received.extend_from_slice(&call.data);
        }
        _ => {}
    }
}
