//! One evil text through every road on which something of a peer or a file leaves the program without a window: it never
//! steers a terminal, turns a line around, hides in it or begins one, and no spreadsheet takes it for a formula.
#![cfg(unix)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketOption;
use pcap_file::pcapng::{Block, PcapNgReader};
use socket_lab::lang::visible::is_hidden;
use tempfile::TempDir;

/// Steers terminals, turns text around, hides in it, ends the line, is a formula at the beginning of one.
const EVIL: &str = "=\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}fdp.\u{2066}\u{200b}\u{9b}31m\r\n=forged\u{feff}\u{7f}";
/// The same as TOML has it.
const EVIL_TOML: &str = r#""=\u001B[2J\u001B]0;owned\u0007\u202Efdp.\u2066\u200B\u009B31m\r\n=forged\uFEFF\u007F""#;
/// What is to be seen of it.
const SHOWN: &str = "\\u{202e}fdp.";

struct Place {
    folder: TempDir,
}

impl Place {
    fn new(lab: &str) -> Self {
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        std::fs::write(folder.path().join("x.lab.toml"), lab).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_socket-lab"));
        command.current_dir(self.folder.path()).args(arguments).env("SOCKET_LAB_LOG", "trace").env("LC_ALL", "C");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }
}

/// The endpoint at an evil path writes to one that answers; a rule sends an evil reply; an evil name is asked for, is not
/// there, and one that is there is saved.
fn lab(folder: &Path, http: u16) -> String {
    let folder = folder.display();
    let at_evil = format!("\"{folder}/{}", &EVIL_TOML[1..]);
    let saved = format!("\"out/{}", &EVIL_TOML[1..]);
    format!(
        r#"
title = {EVIL_TOML}
note = {EVIL_TOML}

[[endpoints]]
name = "box"
kind = "unix-datagram"
local = "{folder}/box"
service = {{ kind = "rules", rules = [{{ when = {{ any = true }}, reply = {EVIL_TOML} }}] }}

[[endpoints]]
name = "evil"
kind = "unix-datagram"
local = {at_evil}
remote = "@box"

[[endpoints]]
name = "files"
kind = "tcp-server"
service = {{ kind = "files", root = "shared" }}

[[endpoints]]
name = "client"
kind = "tcp-client"
remote = "@files"

[[endpoints]]
name = "browser"
kind = "tcp-client"
remote = "127.0.0.1:{http}"

[[endpoints]]
name = "server"
kind = "tcp-server"
service = {{ kind = "echo" }}

[[endpoints]]
name = "stream"
kind = "tcp-client"
remote = "@server"

[[steps]]
open = "box"
[[steps]]
open = "evil"
[[steps]]
send = {{ from = "evil", text = {EVIL_TOML} }}
[[steps]]
expect = {{ at = "evil", text = {EVIL_TOML} }}
[[steps]]
open = "files"
[[steps]]
open = "client"
[[steps]]
download = {{ from = "client", name = {EVIL_TOML}, save_to = {saved} }}
[[steps]]
open = "server"
[[steps]]
open = "stream"
[[steps]]
send = {{ from = "stream", text = {EVIL_TOML} }}
[[steps]]
expect = {{ at = "stream", text = {EVIL_TOML} }}
[[steps]]
open = "browser"
[[steps]]
download = {{ from = "browser", name = {EVIL_TOML}, save_to = "page", protocol = "http" }}
"#
    )
}

/// An HTTP server whose answer is evil in each of its parts.
fn evil_server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = move || {
        for stream in listener.incoming() {
            let mut stream: TcpStream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = write!(stream, "HTTP/1.1 404 {EVIL}\r\nETag: {EVIL}\r\nContent-Range: {EVIL}\r\n\r\n{EVIL}");
        }
    };
    std::thread::Builder::new().name("evil server".to_owned()).spawn(serve).unwrap();
    port
}

#[track_caller]
fn is_harmless(text: &str, what: &str) {
    for line in text.split_inclusive('\n') {
        let bad = line.trim_end_matches(['\r', '\n']).chars().find(|c| is_hidden(*c));
        assert_eq!(bad, None, "{what}: {line:?}");
        assert!(!line.contains("forged") || !line.starts_with(['=', 'f']), "{what}: {line:?}");
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn what_a_run_prints_and_what_is_exported_of_it_is_harmless() {
    let place = Place::new("");
    std::fs::write(place.path("x.lab.toml"), lab(place.folder.path(), evil_server())).unwrap();
    std::fs::create_dir(place.path("shared")).unwrap();
    std::fs::write(place.path("shared").join(EVIL), "here").unwrap();
    let checked = place.run(&["check", "x.lab.toml"]);
    assert_eq!(checked.status.code(), Some(0), "{}", text(checked.stderr));
    for (format, trace) in [("text", "text.lab-trace"), ("jsonl", "jsonl.lab-trace")] {
        let _ = std::fs::remove_file(place.path("out").join(EVIL));
        let ran = place.run(&["run", "x.lab.toml", "--for", "20s", "--format", format, "--record", trace]);
        let (out, errors) = (text(ran.stdout), text(ran.stderr));
        is_harmless(&out, format);
        is_harmless(&errors, "stderr");
        // All of the steps were gone through: the last one is not given what it asks for.
        assert_eq!(ran.status.code(), Some(1), "{out}");
        let escaped = if format == "text" { SHOWN } else { "\\\\u{202e}fdp." };
        assert!(out.matches(escaped).count() > 10, "{out}");
        assert_eq!(std::fs::read(place.path("out").join(EVIL)).unwrap_or_default(), b"here", "{out}");
    }
    for format in ["text", "jsonl", "csv"] {
        let ran = place.run(&["export", "text.lab-trace", "--format", format]);
        assert_eq!(ran.status.code(), Some(0), "{format}");
        let out = text(ran.stdout);
        is_harmless(&out, format);
        is_harmless(&text(ran.stderr), "stderr");
        assert!(out.contains("202e}fdp.") || out.contains("202efdp."), "{format}: {out}");
        if format == "csv" {
            let mut cells = 0;
            for record in csv::Reader::from_reader(out.as_bytes()).records() {
                for cell in &record.unwrap() {
                    assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
                    cells += 1;
                }
            }
            assert!(cells > 100);
        }
    }
    let ran = place.run(&["export", "text.lab-trace", "--format", "pcapng", "--output", "x.pcapng"]);
    assert_eq!(ran.status.code(), Some(0));
    let bytes = std::fs::read(place.path("x.pcapng")).unwrap();
    let mut reader = PcapNgReader::new(&bytes[..]).unwrap();
    let mut comments = 0;
    while let Some(block) = reader.next_block() {
        let Block::EnhancedPacket(packet) = block.unwrap() else { continue };
        for option in &packet.options {
            if let EnhancedPacketOption::Comment(comment) = option {
                is_harmless(comment, "pcapng");
                assert!(!comment.contains('\n'));
                comments += 1;
            }
        }
    }
    assert!(comments > 5);
}

/// An address at which nobody listens now.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Connects as soon as somebody listens there.
fn connected(to: SocketAddr) -> TcpStream {
    let began = Instant::now();
    loop {
        match TcpStream::connect(to) {
            Ok(stream) => return stream,
            Err(error) => assert!(began.elapsed() < Duration::from_secs(20), "{error}"),
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn what_strangers_ask_of_servers_is_harmless_on_every_line() {
    for format in ["text", "jsonl"] {
        let addresses: Vec<SocketAddr> = (0..3).map(|_| free_address()).collect();
        let server = |name: &str, at: usize, more: &str| {
            let local = addresses[at];
            format!("[[endpoints]]\nname = \"{name}\"\nkind = \"tcp-server\"\nlocal = \"{local}\"\n{more}\n")
        };
        let lab = server("files", 0, "service = { kind = \"files\", root = \".\" }")
            + &server("http", 1, "service = { kind = \"http\", root = \".\" }")
            + &server("lines", 2, "framing = { kind = \"line\" }\nservice = { kind = \"upper\" }");
        let place = Place::new(&lab);
        let child = place
            .command(&["run", "x.lab.toml", "--for", "3s", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let asked = [
            (0, EVIL.to_owned()),
            (1, format!("GET /{EVIL} HTTP/1.1\r\n\r\n")),
            (1, "GET /%1B%5B2J%E2%80%AEfdp.%0D%0A=forged HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_owned()),
            (1, format!("GET /x HTTP/1.1\r\nHost: {EVIL}\r\n{EVIL}: x\r\n\r\n")),
            (2, format!("{EVIL}\n")),
        ];
        for (server, asked) in asked {
            let mut peer = connected(addresses[server]);
            peer.write_all(asked.as_bytes()).unwrap();
            let _ = peer.shutdown(std::net::Shutdown::Write);
            let _ = peer.read_to_end(&mut Vec::new());
        }
        let ran = child.wait_with_output().unwrap();
        let (out, errors) = (text(ran.stdout), text(ran.stderr));
        assert!(ran.status.success(), "{errors}");
        is_harmless(&out, format);
        is_harmless(&errors, "stderr");
        assert!(out.matches("fdp.").count() >= 2, "{out}");
    }
}

#[test]
fn a_file_that_is_refused_is_quoted_harmlessly() {
    for lab in [
        format!("[[endpoints]]\nname = {EVIL_TOML}\nkind = \"udp\"\n"),
        format!("[[endpoints]]\nname = \"a\"\nkind = {EVIL_TOML}\n"),
        format!("{EVIL_TOML} = 1\n"),
        format!("[[endpoints]]\nname = \"a\"\nkind = \"udp\"\nlocal = {EVIL_TOML}\n"),
        format!("title = \"{EVIL}"),
        format!("[[endpoints]]\nname = \"a\"\nkind = \"udp\"\n[[steps]]\nopen = {EVIL_TOML}\n"),
    ] {
        let place = Place::new(&lab);
        let evil = place.path(&format!("{EVIL}.lab.toml"));
        std::fs::rename(place.path("x.lab.toml"), &evil).unwrap();
        for command in ["check", "run"] {
            let ran = place.run(&[command, evil.to_str().unwrap()]);
            assert_eq!(ran.status.code(), Some(2), "{lab}");
            let errors = text(ran.stderr);
            is_harmless(&errors, "stderr");
            assert!(errors.contains(SHOWN), "{errors}");
        }
    }
    let place = Place::new("");
    let evil = place.path(&format!("{EVIL}.lab-trace"));
    std::fs::write(&evil, "no trace").unwrap();
    let ran = place.run(&["export", evil.to_str().unwrap(), "--format", "csv"]);
    assert_eq!(ran.status.code(), Some(2));
    let errors = text(ran.stderr);
    is_harmless(&errors, "stderr");
    assert!(errors.contains(SHOWN), "{errors}");
}
