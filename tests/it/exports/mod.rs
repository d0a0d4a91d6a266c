//! Traces that leave: what tshark says of exported packets, and trace files that come back. Where there is no tshark its
//! tests say so and pass.

mod datagrams;
mod gaps;
mod merged;
mod predicted;
mod readers;
mod streams;
mod wire;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use socket_lab::lab::{Addr, EndpointId, TextEncoding};
use socket_lab::trace::export::{Exporter, Format};
use socket_lab::trace::file::{Head, Name};
use socket_lab::trace::store::Totals;
use socket_lab::trace::{Call, ConnId, Domain, Ends, Errno, Nanos, Op, OptionValue, Outcome, SocketOption, SocketType};
use socket_lab::values::How;
use tempfile::TempDir;

const CLIENT: EndpointId = EndpointId(1);
const SERVER: EndpointId = EndpointId(2);

fn began() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

fn head() -> Head {
    Head { began: began(), first_seq: 1, evicted_calls: 0, evicted_bytes: 0 }
}

/// Calls as the two ends of a connection make them.
struct Talk {
    calls: Vec<Call>,
    client: SocketAddr,
    server: SocketAddr,
    sent: [u64; 2],
    received: [u64; 2],
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Client = 0,
    Server = 1,
}
use End::{Client, Server};

impl Talk {
    fn new(client: &str, server: &str) -> Self {
        let addr = |text: &str| text.parse().unwrap();
        Self { calls: Vec::new(), client: addr(client), server: addr(server), sent: [0; 2], received: [0; 2] }
    }

    fn tcp() -> Self {
        let mut talk = Self::new("127.0.0.1:40000", "127.0.0.1:8000");
        talk.open();
        talk
    }

    fn open(&mut self) {
        let to = Arc::new(Addr::Inet(self.server));
        self.call(Client, Op::Connect { addr: to }, Outcome::Ok(0));
        self.call(Server, Op::Accept, Outcome::Ok(9));
    }

    fn call(&mut self, end: End, op: Op, outcome: Outcome) -> &mut Call {
        let seq = self.calls.len() as u64 + 1;
        let (local, peer) = if end == Client { (self.client, self.server) } else { (self.server, self.client) };
        self.calls.push(Call {
            seq,
            start: Nanos(seq * 1_000_000),
            took: 500,
            endpoint: if end == Client { CLIENT } else { SERVER },
            socket: socket_lab::trace::SocketId(if end == Client { 2 } else { 1 }),
            conn: ConnId::new(1),
            op,
            outcome,
            ends: Arc::new(Ends { local: Some(Addr::Inet(local)), peer: Some(Addr::Inet(peer)) }),
            offset: None,
            len: 0,
            data: Bytes::new(),
            lost: 0,
            rule: None,
            made_by: None,
        });
        self.calls.last_mut().unwrap()
    }

    fn send(&mut self, end: End, data: impl Into<Vec<u8>>) {
        let data = data.into();
        let len = data.len() as u64;
        let offset = self.sent[end as usize];
        self.sent[end as usize] += len;
        let call = self.call(end, Op::Send { len }, Outcome::Ok(len));
        (call.offset, call.len, call.data) = (Some(offset), len, data.into());
    }

    fn recv(&mut self, end: End, data: impl Into<Vec<u8>>) {
        let data = data.into();
        let len = data.len() as u64;
        let offset = self.received[end as usize];
        self.received[end as usize] += len;
        let call = self.call(end, Op::Recv { max: 1 << 20 }, Outcome::Ok(len));
        (call.offset, call.len, call.data) = (Some(offset), len, data.into());
    }

    fn end(&mut self, end: End) {
        self.recv(end, []);
    }

    fn close(&mut self, end: End) {
        self.call(end, Op::Close, Outcome::Ok(0));
    }

    fn only(mut self, endpoint: EndpointId) -> Self {
        self.calls.retain(|call| call.endpoint == endpoint);
        self
    }

    fn capture(&self) -> Capture {
        Capture::of(&self.calls)
    }
}

fn exported(format: Format, calls: &[Call], out: &mut Vec<u8>) {
    let mut exporter = Exporter::new(format, out, &head()).unwrap();
    let name = |endpoint, name: &str| Name { endpoint, name: name.into(), encoding: TextEncoding::default() };
    exporter.names(&[name(CLIENT, "client"), name(SERVER, "server")]).unwrap();
    for call in calls {
        exporter.call(call).unwrap();
    }
    exporter.finish(Totals::default(), &BTreeMap::new()).unwrap();
}

/// An exported file, for tshark.
struct Capture {
    _folder: TempDir,
    path: PathBuf,
}

fn has_tshark() -> bool {
    has("tshark")
}

fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        println!("skipped: there is no {program}");
    }
    found
}

impl Capture {
    fn of(calls: &[Call]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.pcapng");
        let mut bytes = Vec::new();
        exported(Format::Pcapng, calls, &mut bytes);
        std::fs::write(&path, bytes).unwrap();
        Self { _folder: folder, path }
    }

    fn lines(&self, arguments: &[&str]) -> Vec<String> {
        tshark(&self.path, arguments)
    }

    fn fields(&self, fields: &[&str]) -> Vec<Vec<String>> {
        let mut arguments = vec!["-T", "fields"];
        for field in fields {
            arguments.extend(["-e", field]);
        }
        self.lines(&arguments).iter().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
    }

    /// Nothing malformed, no wrong checksum, nothing that Wireshark has to remark on the sequence.
    #[track_caller]
    fn is_sound(&self) -> &Self {
        let bad = "_ws.malformed || _ws.short || tcp.analysis.flags || tcp.checksum.status == 0 || \
                   udp.checksum.status == 0 || ip.checksum.status == 0 || _ws.expert.severity >= 0x600000";
        assert_eq!(self.lines(&["-Y", bad]), [] as [&str; 0]);
        self
    }

    /// The streams of the two directions, the client's first.
    fn followed(&self) -> [Vec<u8>; 2] {
        let mut streams = [Vec::new(), Vec::new()];
        for line in self.lines(&["-q", "-z", "follow,tcp,raw,0"]) {
            let side = usize::from(line.starts_with('\t'));
            let hex = line.trim();
            if !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
                streams[side].extend((0..hex.len()).step_by(2).map(byte));
            }
        }
        streams
    }
}

fn tshark(path: &Path, arguments: &[&str]) -> Vec<String> {
    let out = Command::new("tshark")
        .args(["-n", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"])
        .arg("-r")
        .arg(path)
        .args(arguments)
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect()
}
