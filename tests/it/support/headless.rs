//! The real program run without a window: its JSON lines, read as they come. Every wait has a deadline.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tempfile::TempDir;

/// What has not come after this long does not come.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// A lab file in a folder of its own.
pub struct Lab {
    folder: TempDir,
}

impl Lab {
    pub fn new(text: &str) -> Self {
        let lab = Self { folder: tempfile::tempdir().unwrap() };
        lab.put("test.lab.toml", text.as_bytes());
        lab
    }

    /// Puts a file beside the lab.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn start(self) -> Run {
        let mut run = Run::of(&self.path("test.lab.toml"));
        run.lab = Some(self);
        run
    }
}

/// A run that goes on. Dropped, it is ended.
pub struct Run {
    child: Child,
    lines: Receiver<Value>,
    seen: Vec<Value>,
    errors: Option<JoinHandle<String>>,
    /// Its file is there until the run has ended.
    lab: Option<Lab>,
}

impl Run {
    pub fn of(lab: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_socket-lab"))
            .arg("run")
            .arg(lab)
            // Ends by itself, should the test be killed.
            .args(["--format", "jsonl", "--for", "60s"])
            .env("LC_ALL", "C")
            .env_remove("LANGUAGE")
            .env_remove("SOCKET_LAB_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        spawn("lines", move || {
            for line in out.lines() {
                let line = line.unwrap();
                let line = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut err = child.stderr.take().unwrap();
        let errors = spawn("errors", move || {
            let mut text = String::new();
            err.read_to_string(&mut text).unwrap();
            text
        });
        Self { child, lines, seen: Vec::new(), errors: Some(errors), lab: None }
    }

    /// The first line like this, which may have come already.
    #[track_caller]
    pub fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + DEADLINE;
        let mut looked = 0;
        loop {
            while let Some(line) = self.seen.get(looked) {
                if wanted(line) {
                    return line.clone();
                }
                looked += 1;
            }
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => self.seen.push(line),
                Err(error) => {
                    panic!("the line did not come: {error}; so far:\n{}{}", told(&self.seen), self.errors_of_ended())
                }
            }
        }
    }

    /// The call of that endpoint which [`shown`] shows so.
    #[track_caller]
    pub fn until_call(&mut self, endpoint: &str, call: &str) -> Value {
        self.until(|line| is_call(line, endpoint) && shown(line) == call)
    }

    /// Where a server listens or a UDP socket is bound.
    #[track_caller]
    pub fn address(&mut self, endpoint: &str) -> SocketAddr {
        let line = self.until(|line| {
            let ready = line["op"] == "listen" || line["op"] == "bind" && line["local"] != Value::Null;
            is_call(line, endpoint) && ready && line["errno"] == Value::Null
        });
        line["local"].as_str().unwrap().parse().unwrap()
    }

    /// What has been printed by now.
    pub fn so_far(&mut self) -> &[Value] {
        self.seen.extend(self.lines.try_iter());
        &self.seen
    }

    /// What an ended program has complained of.
    fn errors_of_ended(&mut self) -> String {
        match self.child.try_wait() {
            Ok(Some(_)) => self.errors.take().map(|errors| errors.join().unwrap()).unwrap_or_default(),
            _ => String::new(),
        }
    }

    /// Waits until the run ends by itself.
    #[track_caller]
    pub fn finish(mut self) -> Ran {
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => self.seen.push(line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("the run does not end; so far:\n{}", told(&self.seen)),
            }
        }
        // The output has ended, and with it the program, or almost.
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.code();
            }
            assert!(Instant::now() < deadline, "the program has closed its output and goes on");
            thread::sleep(Duration::from_millis(1));
        };
        let errors = self.errors.take().unwrap().join().unwrap();
        assert!(!errors.contains("panicked"), "{errors}");
        Ran { status, lines: std::mem::take(&mut self.seen), errors }
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it in the middle of whatever it does (SIGKILL), and gives back the folder as it has left it.
    pub fn kill(mut self) -> Option<Lab> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.lab.take()
    }

    /// Ends a run that would go on, as Ctrl-C does.
    #[cfg(unix)]
    #[track_caller]
    pub fn stop(self) -> Ran {
        assert!(Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap().success());
        self.finish()
    }

    /// Ends a run that would go on. Here there is no Ctrl-C from outside, so there is nothing of the end to look at.
    #[cfg(not(unix))]
    pub fn stop(mut self) -> Ran {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.so_far();
        let mut lines = std::mem::take(&mut self.seen);
        lines.push(serde_json::json!({ "type": "summary", "failed_steps": 0 }));
        Ran { status: Some(0), lines, errors: String::new() }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // Only this child, which this test began.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A run that has ended.
pub struct Ran {
    pub status: Option<i32>,
    pub lines: Vec<Value>,
    pub errors: String,
}

impl Ran {
    /// Every step did what it should, and the summary says so.
    #[track_caller]
    pub fn went_well(self) -> Self {
        assert_eq!(self.status, Some(0), "{}\n{}", told(&self.lines), self.errors);
        assert!(self.expects().all(|line| line["ok"] == true), "{}", told(&self.lines));
        let summary = self.lines.last().unwrap();
        assert_eq!((&summary["type"], &summary["failed_steps"]), (&"summary".into(), &0.into()));
        self
    }

    pub fn summary(&self) -> &Value {
        self.lines.last().filter(|line| line["type"] == "summary").unwrap()
    }

    pub fn expects(&self) -> impl Iterator<Item = &Value> {
        self.lines.iter().filter(|line| line["type"] == "expect")
    }

    pub fn notices(&self) -> String {
        let notices = self.lines.iter().filter(|line| line["type"] == "notice");
        notices.filter_map(|line| line["text"].as_str()).fold(String::new(), |all, text| all + text + "\n")
    }

    /// An endpoint's calls that returned, in the order in which they did; where a run ends, others still wait.
    pub fn calls(&self, endpoint: &str) -> impl Iterator<Item = &Value> {
        self.lines.iter().filter(move |line| is_call(line, endpoint) && line["abandoned"] != true)
    }

    /// The same as [`shown`] shows them.
    pub fn shown(&self, endpoint: &str) -> Vec<String> {
        self.calls(endpoint).map(shown).collect()
    }

    /// Those of one operation.
    pub fn shown_of(&self, endpoint: &str, op: &str) -> Vec<String> {
        self.calls(endpoint).filter(|call| call["op"] == op).map(shown).collect()
    }

    /// The first call of that operation on that connection (`None`: on the endpoint's own socket).
    #[track_caller]
    pub fn call(&self, endpoint: &str, op: &str, conn: Option<u32>) -> &Value {
        let conn = Value::from(conn);
        let found = self.calls(endpoint).find(|call| call["op"] == op && call["conn"] == conn);
        found.unwrap_or_else(|| panic!("no {op} of {endpoint} in\n{}", told(&self.lines)))
    }

    /// The text that an endpoint has received on a connection.
    pub fn received(&self, endpoint: &str, conn: u32) -> String {
        let calls = self.calls(endpoint).filter(|call| call["op"] == "recv" && call["conn"] == conn);
        String::from_utf8(calls.flat_map(data).collect()).unwrap()
    }
}

/// A thread of that name.
pub fn spawn<T: Send + 'static>(name: &str, task: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    thread::Builder::new().name(name.to_owned()).spawn(task).unwrap()
}

fn is_call(line: &Value, endpoint: &str) -> bool {
    line["type"] == "call" && line["endpoint"] == endpoint
}

/// `recv(1024)=5`, `listen(5)=0`, `connect=ECONNREFUSED`: with the argument that is a number, and without the
/// descriptors that `socket` and `accept` give.
pub fn shown(call: &Value) -> String {
    let mut text = call["op"].as_str().unwrap().to_owned();
    let numbers = ["max", "len", "backlog"].map(|name| call["args"][name].as_u64());
    if let Some(number) = numbers.into_iter().flatten().next() {
        write!(text, "({number})").unwrap();
    }
    match (&call["errno"], call["result"].as_u64()) {
        (Value::String(errno), _) => text + "=" + errno,
        (_, Some(result)) if text != "socket" && text != "accept" => format!("{text}={result}"),
        _ => text,
    }
}

/// The bytes that a call has moved.
pub fn data(call: &Value) -> Vec<u8> {
    STANDARD.decode(call["data"].as_str().unwrap()).unwrap()
}

/// When a call was begun and when it was done, in seconds.
pub fn span(call: &Value) -> (f64, f64) {
    let at = call["at"].as_f64().unwrap();
    (at, at + call["took"].as_f64().unwrap())
}

fn told(lines: &[Value]) -> String {
    lines.iter().fold(String::new(), |all, line| format!("{all}{line}\n"))
}
