//! Every Python program of the tutorials under the lab and under strace: the same calls, in the same order, with the same
//! results and the same bytes. python3 and strace are needed; where one is missing a test says so and passes.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::LazyLock;

use regex::bytes::Regex;
use serde_json::Value;
use tempfile::TempDir;

use super::support::{bytes, can_follow, has, interpreter};

/// A program and whom it talks to: files of `tests/peers` (or a module, after `-m`) with their arguments. `PORT` is where
/// the first one listens, `PATH` and `OTHER` are paths for Unix sockets.
struct Pair {
    server: &'static [&'static str],
    client: &'static [&'static str],
    /// The first, or the second, goes on until it is ended.
    endless: [bool; 2],
}

const fn pair(server: &'static [&'static str], client: &'static [&'static str]) -> Pair {
    Pair { server, client, endless: [false, false] }
}

const fn endless_server(server: &'static [&'static str], client: &'static [&'static str]) -> Pair {
    Pair { server, client, endless: [true, false] }
}

const PAIRS: [Pair; 20] = [
    pair(&["address_server.py", "2"], &["address_client.py", "PORT", "2"]),
    pair(&["auto_reply_server.py", "1"], &["auto_reply_client.py", "PORT", "one", "two", "exit"]),
    pair(&["browser_server.py", "1"], &["one_shot_client.py", "PORT", "GET / HTTP/1.1\r\n\r\n"]),
    endless_server(&["-m", "http.server", "0", "--bind", "127.0.0.1"], &["browser_client.py", "PORT", "/nothing"]),
    pair(&["chat_server.py", "hi", "bye"], &["chat_client.py", "PORT", "a", "b", "Q"]),
    endless_server(&["echo_server.py"], &["tcp_client.py", "PORT", "hello", "world"]),
    pair(&["file_server.py", "2"], &["file_client.py", "PORT", "poem.txt", "big.bin"]),
    pair(&["gbk_server.py", "1"], &["gbk_client.py", "PORT", "你好"]),
    pair(&["listening_server.py"], &["send_once_client.py", "PORT", "text"]),
    pair(&["one_shot_server.py"], &["one_shot_client.py", "PORT", "time"]),
    pair(&["reporting_server.py", "2"], &["reporting_client.py", "PORT", "a", "b"]),
    pair(&["resetting_server.py"], &["send_once_client.py", "PORT", "x"]),
    Pair { server: &["listening_server.py"], client: &["silent_client.py", "PORT"], endless: [false, true] },
    pair(&["telephone_server.py", "1"], &["telephone_client.py", "PORT", "hello", "bye"]),
    endless_server(&["udp_request_server.py"], &["udp_request_client.py", "PORT", "3", "700"]),
    endless_server(&["udp_echo.py"], &["udp_request_client.py", "PORT", "5", "70000"]),
    pair(&["udp_receiver.py"], &["udp_sender.py", "PORT", "one", "exit"]),
    pair(&["udp_room.py", "Ada", "1"], &["udp_room.py", "Bob", "1", "PORT"]),
    pair(&["unix_server.py", "PATH", "1"], &["unix_client.py", "PATH", "hello"]),
    pair(&["unix_room.py", "PATH", "1"], &["unix_room.py", "OTHER", "1", "PATH"]),
];

/// Who watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Nobody,
    Strace,
    Lab,
}

/// So often each is run where two runs of it differ.
const MOST_RUNS: usize = 12;

/// One call: its name, its result or the name of its error, and its bytes.
type Seen = (String, String, Vec<u8>);

struct Scene {
    python: String,
    folder: TempDir,
}

struct Playing {
    child: Child,
    output: BufReader<ChildStdout>,
    calls: PathBuf,
    by: By,
}

fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers")
}

impl Scene {
    fn play(&self, by: By, role: &str, words: &[&str], port: &str) -> Playing {
        let calls = self.folder.path().join(format!("{role}-{by:?}"));
        let mut command = match by {
            By::Nobody => Command::new(&self.python),
            By::Strace => {
                let mut strace = Command::new("strace");
                strace.args(["-f", "-qq", "-xx", "-s", "65536", "-e", "trace=network,close,poll", "-o"]);
                strace.arg(&calls).arg(&self.python);
                strace
            }
            By::Lab => {
                let mut lab = Command::new(env!("CARGO_BIN_EXE_socket-lab"));
                lab.args(["trace", "--format", "jsonl", "-o"]).arg(&calls).arg("--").arg(&self.python);
                lab
            }
        };
        command.arg("-u");
        for word in words {
            match *word {
                "PORT" => command.arg(port),
                "PATH" => command.arg(self.folder.path().join("first.sock")),
                "OTHER" => command.arg(self.folder.path().join("second.sock")),
                file if file.ends_with(".py") => command.arg(peers().join(file)),
                other => command.arg(other),
            };
        }
        command.env("HOME", self.folder.path()).env("LC_ALL", "C.UTF-8").env("PYTHONUTF8", "1");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).stdin(Stdio::null()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Playing { child, output, calls, by }
    }

    /// The calls of that role (0: the server), as seen by who watches it.
    fn calls(&self, pair: &Pair, role: usize, by: By) -> Vec<Seen> {
        let watcher = |own: usize| if own == role { by } else { By::Nobody };
        let mut server = self.play(watcher(0), "server", pair.server, "");
        let port = server.port();
        let mut client = self.play(watcher(1), "client", pair.client, &port);
        if pair.endless[1] {
            client.until_connected();
        }
        client.end(pair.endless[1]);
        server.end(pair.endless[0]);
        let watched = if role == 0 { server } else { client };
        watched.seen()
    }
}

impl Playing {
    /// Where it says that it listens: `127.0.0.1 43210`, `… on 127.0.0.1 port 43210 …`
    fn port(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let is_port = |word: &&str| word.len() <= 5 && word.parse::<u16>().is_ok();
        line.split_whitespace().rev().find(is_port).unwrap_or_default().to_owned()
    }

    /// The program itself, which may be a child of who watches it.
    fn program(&self) -> u32 {
        let own = self.child.id();
        let task = PathBuf::from(format!("/proc/{own}/task"));
        let tasks = fs::read_dir(task).unwrap().flatten();
        let children = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        let first = children.flat_map(|text| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).next();
        if self.by == By::Nobody { own } else { first.and_then(|pid| pid.parse().ok()).unwrap_or(own) }
    }

    /// Its connection is there: the system has made a third socket end in its table.
    fn until_connected(&self) {
        let sockets = || {
            let files = fs::read_dir(format!("/proc/{}/fd", self.program())).into_iter().flatten().flatten();
            files
                .filter_map(|file| fs::read_link(file.path()).ok())
                .any(|to| to.to_string_lossy().starts_with("socket:"))
        };
        while !sockets() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        // It sleeps from here on.
        let asleep = || fs::read_to_string(format!("/proc/{}/wchan", self.program())).unwrap_or_default();
        for _ in 0..200 {
            if asleep().contains("nanosleep") {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    fn end(&mut self, is_endless: bool) {
        if is_endless {
            let pid = rustix::process::Pid::from_raw(self.program().cast_signed()).unwrap();
            rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        }
        self.child.wait().unwrap();
    }

    fn seen(&self) -> Vec<Seen> {
        let text = fs::read_to_string(&self.calls).unwrap();
        match self.by {
            By::Strace => by_strace(&text),
            By::Lab => by_lab(&text),
            By::Nobody => Vec::new(),
        }
    }
}

/// What the two call differently: C has two names for what is one call to the system.
fn one_name(name: &str) -> String {
    match name {
        "recv" => "recvfrom",
        "send" => "sendto",
        "accept4" => "accept",
        other => other,
    }
    .to_owned()
}

/// A wait that ended without anything: how many there are is a matter of time.
fn is_idle(name: &str, result: &str) -> bool {
    name == "poll" && result == "0"
}

/// Numbers of ports stand in some messages, and differ each time.
fn without_ports(bytes: &[u8]) -> Vec<u8> {
    static PORT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?-u)\b\d{5}\b").unwrap());
    static DATE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?-u)Date: [^\r]*").unwrap());
    let bytes = PORT.replace_all(bytes, &b"PORT"[..]).into_owned();
    DATE.replace_all(&bytes, &b"Date"[..]).into_owned()
}

fn by_lab(text: &str) -> Vec<Seen> {
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter(|line| line["type"] == "call" && line["abandoned"] != true)
        .map(|call| {
            let name = one_name(call["op"].as_str().unwrap());
            let result = call["errno"].as_str().map_or_else(|| call["result"].to_string(), str::to_owned);
            (name, result, without_ports(&bytes(&call)))
        })
        .filter(|(name, result, _)| name != "fcntl" && !is_idle(name, result))
        .collect()
}

/// `12 recvfrom(4, "\x68\x69", 1024, 0, NULL, NULL) = 2`
fn by_strace(text: &str) -> Vec<Seen> {
    let line = regex::Regex::new(r"^\d+ +(\w+)\((.*)\) += (-?\d+)(?: (E\w+))?").unwrap();
    let string = regex::Regex::new(r#"^(\d+), "((?:\\x[0-9a-f]{2})*)""#).unwrap();
    let mut sockets = Vec::new();
    let mut seen = Vec::new();
    for found in text.lines().filter_map(|text| line.captures(text)) {
        let (name, arguments) = (&found[1], &found[2]);
        let result = found.get(4).map_or(&found[3], |errno| errno.as_str()).to_owned();
        if ["socket", "accept4", "accept"].contains(&name) && found.get(4).is_none() {
            sockets.push(result.clone());
        }
        let fd = arguments.split(',').next().unwrap_or_default().to_owned();
        match name {
            "close" => {
                // Of a file.
                let Some(place) = sockets.iter().position(|socket| *socket == fd) else { continue };
                sockets.remove(place);
            }
            // The lab does not watch what only asks.
            "getsockname" | "getpeername" => continue,
            _ => {}
        }
        let moves = ["sendto", "recvfrom"].contains(&name) && found.get(4).is_none();
        if is_idle(name, &result) {
            continue;
        }
        let data = string.captures(arguments).filter(|_| moves).map(|data| unescaped(&data[2])).unwrap_or_default();
        let moved = result.parse::<usize>().unwrap_or(0).min(data.len());
        seen.push((one_name(name), result, without_ports(&data[..moved])));
    }
    seen
}

fn unescaped(text: &str) -> Vec<u8> {
    text.split("\\x").filter(|byte| !byte.is_empty()).map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

#[test]
fn every_program_of_the_tutorials_calls_what_strace_says_that_it_calls() {
    if !has("python3") || !has("strace") || !can_follow() {
        return;
    }
    let python = interpreter("python3");
    let mut differing = Vec::new();
    for pair in &PAIRS {
        for (role, words) in [pair.server, pair.client].into_iter().enumerate() {
            let scene = || Scene { python: python.clone(), folder: tempfile::tempdir().unwrap() };
            let both = || (scene().calls(pair, role, By::Strace), scene().calls(pair, role, By::Lab));
            // They are two runs: where the other end was quicker in one of them, the same program calls otherwise. Then each
            // is run again, until what the lab has seen once is what strace has seen once, call for call.
            let (mut by_strace, mut by_lab) = (Vec::new(), Vec::new());
            let agree =
                |by_strace: &[Vec<Seen>], by_lab: &[Vec<Seen>]| by_lab.iter().any(|run| by_strace.contains(run));
            while !agree(&by_strace, &by_lab) && by_lab.len() < MOST_RUNS {
                let (expected, found) = both();
                assert!(!expected.is_empty(), "strace saw nothing of {words:?}");
                by_strace.push(expected);
                by_lab.push(found);
            }
            if !agree(&by_strace, &by_lab) {
                let (found, expected) = (&by_lab[0], &by_strace[0]);
                let at = found.iter().zip(expected).position(|(one, other)| one != other);
                let at = at.unwrap_or(found.len().min(expected.len()));
                differing.push(format!(
                    "{words:?} from call {at} on\n  lab:    {:?}\n  strace: {:?}",
                    found.get(at),
                    expected.get(at)
                ));
            }
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
