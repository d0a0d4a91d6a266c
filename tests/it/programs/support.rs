//! `socket-lab trace` with programs that are there: python3, gcc, strace. Where one is missing a test says so and passes.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tempfile::TempDir;

/// True where the program can be run here, or else that is said.
pub fn has(program: &str) -> bool {
    let there = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !there {
        eprintln!("{program} is missing here: not tested");
    }
    there
}

/// The Pythons that are here, and whether their frames can be read.
pub fn pythons() -> Vec<(String, bool)> {
    let names = ["python3", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14"];
    let version = |python: &str| {
        let asked = Command::new(python).args(["-c", "import sys; print(sys.version_info[1])"]).output().ok()?;
        String::from_utf8_lossy(&asked.stdout).trim().parse::<u32>().ok()
    };
    let known = names.into_iter().filter_map(|python| {
        let is_known = (11..=13).contains(&version(python)?);
        Some((interpreter(python), is_known))
    });
    known.collect()
}

/// The interpreter that a Python is. "python3" may be a script that looks for one (pyenv's is), and what its shell asks
/// the system, the name of the user for example, goes through sockets too: those calls are rightly on record.
pub fn interpreter(python: &str) -> String {
    let asked = Command::new(python).args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
    String::from_utf8_lossy(&asked.stdout).trim().to_owned()
}

/// False where the system forbids to follow programs (a container): then that is said.
pub fn can_follow() -> bool {
    let traced = Traced::run(&["true"]);
    let forbidden = traced.lines.iter().any(|line| line["type"] == "notice");
    if forbidden {
        eprintln!("programs can't be followed here: not tested");
    }
    !forbidden
}

/// A program that was run to its end.
pub struct Traced {
    pub lines: Vec<Value>,
    pub output: Output,
}

impl Traced {
    pub fn run(command: &[&str]) -> Self {
        Self::with_input(command, b"")
    }

    pub fn with_input(command: &[&str], input: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let calls = folder.path().join("calls");
        let mut child = Command::new(env!("CARGO_BIN_EXE_socket-lab"))
            .args(["trace", "--format", "jsonl", "-o"])
            .arg(&calls)
            .arg("--")
            .args(command)
            .env("LC_ALL", "C")
            // Python asks the system for the user's folder, through a socket, where nothing says it.
            .env("HOME", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A program that reads nothing may have ended by now.
        let _ = stdin.write_all(input);
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let text = fs::read_to_string(&calls).unwrap_or_default();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        Self { lines, output }
    }

    pub fn calls(&self) -> impl Iterator<Item = &Value> {
        self.lines.iter().filter(|line| line["type"] == "call")
    }

    pub fn of(&self, op: &str) -> Vec<&Value> {
        self.calls().filter(|call| call["op"] == op).collect()
    }

    pub fn names(&self) -> Vec<&str> {
        self.calls().map(|call| call["op"].as_str().unwrap()).collect()
    }
}

pub fn bytes(call: &Value) -> Vec<u8> {
    STANDARD.decode(call["data"].as_str().unwrap()).unwrap()
}

/// A program's source in a folder of its own, and the program where it has to be built.
pub struct Source {
    folder: TempDir,
}

impl Source {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn python(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Builds a C program with debug information.
    pub fn c(&self, name: &str, text: &str, options: &[&str]) -> Option<String> {
        let source = self.folder.path().join(format!("{name}.c"));
        fs::write(&source, text).unwrap();
        let program = self.folder.path().join(name);
        let built = Command::new("gcc")
            .arg(&source)
            .arg("-o")
            .arg(&program)
            .args(["-g", "-O1", "-pthread"])
            .args(options)
            .output()
            .unwrap();
        if !built.status.success() {
            eprintln!("gcc can't build {name} here: {}", String::from_utf8_lossy(&built.stderr));
            return None;
        }
        Some(program.to_str().unwrap().to_owned())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
