//! What leaves as packets is what was on the wire: the same run, captured by tcpdump on the loopback interface. The kernel
//! acknowledges when it likes; who opened, what was said, and who ended how, must be the same.
#![cfg(target_os = "linux")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::UdpSocket;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Instant;

use super::*;
use crate::support::headless::DEADLINE;

/// Only this test uses it; all of 127.0.0.0/8 is this machine.
fn own_address() -> String {
    let [.., high, low] = std::process::id().to_be_bytes();
    format!("127.77.{high}.{low}")
}

/// tcpdump that captures what goes to an address or comes from it. Dropped, it is ended.
struct Wire {
    child: Child,
    bytes: Receiver<Vec<u8>>,
    captured: Vec<u8>,
}

impl Wire {
    /// `None` where it is not there, or may not capture.
    fn tapped(host: &str) -> Option<Self> {
        let started = Command::new("tcpdump")
            .args(["-i", "lo", "-n", "-U", "--immediate-mode", "-s", "0", "-w", "-", "host", host])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut child) = started else {
            println!("skipped: there is no tcpdump");
            return None;
        };
        let mut said = String::new();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        while !said.contains("listening on") {
            if errors.read_line(&mut said).unwrap() == 0 {
                println!("skipped: tcpdump may not capture here: {said}");
                child.wait().unwrap();
                return None;
            }
        }
        let (sender, bytes) = channel();
        let mut out = child.stdout.take().unwrap();
        let reading = move || {
            let mut block = [0; 65_536];
            while let Ok(len @ 1..) = out.read(&mut block) {
                if sender.send(block[..len].to_vec()).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("wire".to_owned()).spawn(reading).unwrap();
        // Its pipe stays open until it ends.
        thread::Builder::new()
            .name("errors".to_owned())
            .spawn(move || errors.read_to_string(&mut String::new()))
            .unwrap();
        Some(Self { child, bytes, captured: Vec::new() })
    }

    /// All that was captured until these bytes came by.
    fn until(&mut self, mark: &[u8]) -> &[u8] {
        let deadline = Instant::now() + DEADLINE;
        while memchr::memmem::find(&self.captured, mark).is_none() {
            match self.bytes.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.captured.extend(bytes),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("the mark is not on the wire")
                }
            }
        }
        &self.captured
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the packets of one conversation say, by the port of the server's end.
#[derive(Debug, Default, PartialEq)]
struct Said {
    /// In their order: `client SYN`, `server RST`.
    marks: Vec<String>,
    /// Both directions, the client's first.
    streams: [String; 2],
}

fn said(path: &Path, servers: &[(u16, &str)]) -> BTreeMap<String, Said> {
    let fields = ["tcp.srcport", "tcp.dstport", "tcp.flags.syn", "tcp.flags.fin", "tcp.flags.reset", "tcp.payload"];
    let mut arguments = vec!["-Y", "tcp", "-T", "fields"];
    for field in fields {
        arguments.extend(["-e", field]);
    }
    let mut all: BTreeMap<String, Said> = BTreeMap::new();
    for line in tshark(path, &arguments) {
        let parts: Vec<&str> = line.split('\t').collect();
        let [from, to] = [0, 1].map(|at| parts[at].parse::<u16>().unwrap());
        let named = |port: u16| servers.iter().find(|(known, _)| *known == port).map(|(_, name)| *name);
        let (end, name) = match (named(to), named(from)) {
            (Some(name), _) => (Client, name),
            (None, Some(name)) => (Server, name),
            (None, None) => continue,
        };
        let said = all.entry(name.to_owned()).or_default();
        let who = if end == Client { "client" } else { "server" };
        for (at, flag) in [(2, "SYN"), (3, "FIN"), (4, "RST")] {
            if matches!(parts[at], "1" | "True") {
                said.marks.push(format!("{who} {flag}"));
            }
        }
        said.streams[end as usize] += parts.get(5).unwrap_or(&"");
    }
    all
}

#[test]
fn the_packets_of_an_export_open_say_and_end_what_tcpdump_saw_on_the_wire() {
    let host = own_address();
    if !has_tshark() {
        return;
    }
    let Some(mut wire) = Wire::tapped(&host) else { return };
    let server = |name: &str, rest: &str| {
        format!("    {{ name = \"{name}\", kind = \"tcp-server\", local = \"{host}:0\", {rest} }},\n")
    };
    let client = |name: &str, of: &str, rest: &str| {
        format!("    {{ name = \"{name}\", kind = \"tcp-client\", remote = \"@{of}\"{rest} }},\n")
    };
    let constant = "service = { kind = \"constant\", text = \"reply\", close_after_reply = true }";
    let endpoints = [
        server("orderly", constant),
        server("lingering", "service = { kind = \"echo\" }"),
        server("unread", &format!("recv_size = 5, {constant}")),
        server("late", constant),
        server("halves", "close_on_eof = true"),
        server("answers", "close_on_eof = false"),
        client("a", "orderly", ""),
        client("b", "lingering", ", linger = \"0s\""),
        client("c", "unread", ""),
        client("d", "late", ""),
        client("e", "halves", ""),
        client("f", "answers", ""),
    ]
    .concat();
    let steps = "\
        { open = \"orderly\" }, { open = \"lingering\" }, { open = \"unread\" }, { open = \"late\" }, { open = \"halves\" },\n\
        { open = \"answers\" },\n\
        { open = \"a\" }, { send = { from = \"a\", text = \"hello\" } }, { expect = { at = \"a\", text = \"reply\" } },\n\
        { expect = { at = \"a\", eof = true } }, { close = \"a\" },\n\
        { open = \"b\" }, { send = { from = \"b\", text = \"hello\" } }, { expect = { at = \"b\", text = \"hello\" } },\n\
        { close = \"b\" }, { expect = { at = \"lingering\", error = \"ECONNRESET\" } },\n\
        { open = \"c\" }, { send = { from = \"c\", text = \"twenty bytes of text\" } },\n\
        { expect = { at = \"c\", text = \"reply\" } }, { expect = { at = \"c\", error = \"ECONNRESET\" } }, { close = \"c\" },\n\
        { open = \"d\" }, { send = { from = \"d\", text = \"hello\" } }, { expect = { at = \"d\", text = \"reply\" } },\n\
        { expect = { at = \"d\", eof = true } }, { send = { from = \"d\", text = \"late\" } }, { close = \"d\" },\n\
        { open = \"e\" }, { send = { from = \"e\", text = \"one\" } }, { expect = { at = \"halves\", text = \"one\" } },\n\
        { send = { from = \"halves\", text = \"two\" } }, { expect = { at = \"e\", text = \"two\" } },\n\
        { shutdown = { at = \"e\", how = \"write\" } }, { expect = { at = \"e\", eof = true } }, { close = \"e\" },\n\
        { open = \"f\" }, { send = { from = \"f\", text = \"ask\" } }, { expect = { at = \"answers\", text = \"ask\" } },\n\
        { close = \"f\" }, { expect = { at = \"answers\", eof = true } },\n\
        { send = { from = \"answers\", text = \"too late\" } }, { close = \"answers\" },\n";
    let folder = tempfile::tempdir().unwrap();
    let [lab, exported, captured] =
        ["lab.lab.toml", "exported.pcapng", "captured.pcap"].map(|name| folder.path().join(name));
    std::fs::write(&lab, format!("endpoints = [\n{endpoints}]\nsteps = [\n{steps}]\n")).unwrap();
    let ran = Command::new(env!("CARGO_BIN_EXE_socket-lab"))
        .arg("run")
        .arg(&lab)
        .args(["--format", "jsonl", "--record"])
        .arg(&exported)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{text}{}", String::from_utf8_lossy(&ran.stderr));
    let mark = b"all calls of the run have been made";
    UdpSocket::bind((host.as_str(), 0)).unwrap().send_to(mark, (host.as_str(), 9)).unwrap();
    std::fs::write(&captured, wire.until(mark)).unwrap();

    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let listening = |line: &&serde_json::Value| line["op"] == "listen";
    let servers: Vec<(u16, &str)> = lines
        .iter()
        .filter(listening)
        .map(|line| {
            let port = line["local"].as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
            (port, line["endpoint"].as_str().unwrap())
        })
        .collect();
    let [exported, captured] = [exported, captured].map(|path| said(&path, &servers));
    assert_eq!(captured.len(), 6, "{captured:#?}");
    assert_eq!(exported, captured);
    // So that the comparison is of what it is for.
    let ends = |name: &str| captured[name].marks[2..].join(", ");
    assert_eq!(ends("lingering"), "client RST");
    assert_eq!(ends("unread"), "server RST");
    assert_eq!(ends("late"), "server FIN, server RST");
    assert_eq!(ends("answers"), "client FIN, client RST");
    assert_eq!(ends("orderly"), "server FIN, client FIN");
}
