//! Programs in a lab file: started, typed to, expected to call, print and end, beside the lab's own endpoints.

use std::process::Command;

use serde_json::Value;

use super::support::{Source, bytes, can_follow, has};

/// A tutorial's server: one client after the other, each line in capitals, until `quit` is typed.
const SERVER: &str = "\
import socket, sys
s = socket.socket()
s.bind(('127.0.0.1', 0))
s.listen(5)
print('ready', input())
c, a = s.accept()
while True:
    data = c.recv(1024)
    if not data:
        break
    c.send(data.upper())
c.close()
s.close()
print('bye', file=sys.stderr)
sys.exit(4)
";

const LAB: &str = r#"
[[programs]]
name = "srv"
run = ["python3", "server.py"]
env = { PYTHONUNBUFFERED = "1" }

[[endpoints]]
name = "client"
kind = "tcp-client"
remote = "@srv"

[[steps]]
start = "srv"
[[steps]]
expect = { at = "srv", call = "listen", within = "120s" }
[[steps]]
type = { to = "srv", text = "steady\n" }
[[steps]]
expect = { at = "srv", output = "ready steady", within = "120s" }
[[steps]]
open = "client"
[[steps]]
send = { from = "client", text = "hello" }
[[steps]]
expect = { at = "client", text = "HELLO", within = "120s" }
[[steps]]
close = "client"
[[steps]]
expect = { at = "srv", output = "bye", within = "120s" }
[[steps]]
expect = { at = "srv", exit = 4, within = "120s" }
"#;

pub struct Ran {
    pub status: Option<i32>,
    pub lines: Vec<Value>,
    pub errors: String,
}

pub fn run(source: &Source, lab: &str, options: &[&str]) -> Ran {
    run_by(Command::new(env!("CARGO_BIN_EXE_socket-lab")), source, lab, options)
}

/// The same by a command that begins with the lab's program, or with one that becomes it.
pub fn run_by(mut command: Command, source: &Source, lab: &str, options: &[&str]) -> Ran {
    let file = source.path("test.lab.toml");
    std::fs::write(&file, lab).unwrap();
    let output = command
        .arg("run")
        .arg(&file)
        .args(["--format", "jsonl", "--for", "300s"])
        .args(options)
        .env("LC_ALL", "C")
        // Python, and a shell that looks for it, ask the system for the user's folder and shell, through a socket, where
        // nothing says them.
        .env("HOME", source.path(""))
        .env("SHELL", "/bin/sh")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    Ran {
        status: output.status.code(),
        lines: text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}

pub fn of<'l>(ran: &'l Ran, kind: &str) -> Vec<&'l Value> {
    ran.lines.iter().filter(|line| line["type"] == kind).collect()
}

#[test]
fn a_program_and_a_client_of_the_lab_talk_in_one_trace() {
    if !has("python3") || !can_follow() {
        return;
    }
    let source = Source::new();
    source.python("server.py", SERVER);
    let ran = run(&source, LAB, &["--allow-programs"]);
    assert_eq!(ran.status, Some(0), "{:#?}\n{}", of(&ran, "expect"), ran.errors);
    let calls = of(&ran, "call");
    let find =
        |endpoint: &str, op: &str| calls.iter().find(|call| call["endpoint"] == endpoint && call["op"] == op).unwrap();
    let (sent, received) = (find("client", "send"), find("srv", "recv"));
    assert_eq!((bytes(sent), bytes(received)), (b"hello".to_vec(), b"hello".to_vec()));
    assert_eq!((&sent["local"], &sent["peer"]), (&received["peer"], &received["local"]));
    assert_eq!((&sent["offset"], &received["offset"]), (&0.into(), &0.into()));
    // Only a program's calls say who made them.
    assert!(sent["pid"].is_null() && received["pid"].is_u64());
    let printed: String = of(&ran, "output").iter().map(|line| line["text"].as_str().unwrap()).collect();
    assert!(printed.contains("ready steady") && printed.contains("bye"));
    assert_eq!(of(&ran, "exit")[0]["status"], 4);
    assert_eq!(of(&ran, "summary")[0]["failed_steps"], 0);
}

#[test]
fn a_program_that_no_step_starts_is_started_first_and_stopped_at_the_end() {
    if !has("python3") || !can_follow() {
        return;
    }
    let source = Source::new();
    source.python("server.py", &SERVER.replace("print('ready', input())", "pass"));
    let lab = r#"
        programs = [{ name = "srv", run = ["python3", "server.py"] }, { name = "idle", run = ["sleep", "60"], watch = "none" }]
        endpoints = [{ name = "client", kind = "tcp-client", remote = "@srv" }]
        steps = [
            { send = { from = "client", text = "x" } },
            { expect = { at = "client", text = "X", within = "120s" } },
            { stop = "idle" },
            { expect = { at = "idle", exit = 1, within = "5s" }, fails = "EPERM" },
        ]
    "#;
    let ran = run(&source, &lab.replace(", fails = \"EPERM\"", ""), &["--allow-programs"]);
    // It was ended by a signal, and not by a status.
    assert_eq!(ran.status, Some(1), "{}", ran.errors);
    assert!(of(&ran, "exit").iter().any(|line| line["program"] == "idle" && line["signal"] == "SIGTERM"));
    assert!(of(&ran, "exit").iter().any(|line| line["program"] == "srv" && line["signal"] == "SIGKILL"));
}

#[test]
fn a_lab_with_programs_does_not_run_them_unless_it_is_allowed() {
    let source = Source::new();
    let lab = r#"programs = [{ name = "touch", run = ["touch", "made it"] }]"#;
    let ran = run(&source, lab, &[]);
    assert_eq!((ran.status, ran.lines.len()), (Some(2), 0));
    assert!(ran.errors.contains("--allow-programs") && ran.errors.contains("touch 'made it'"), "{}", ran.errors);
    assert!(!source.path("made it").exists());
}

#[test]
fn what_is_not_printed_called_or_ended_in_time_fails_the_run_and_says_what_came() {
    if !can_follow() {
        return;
    }
    let source = Source::new();
    for (expect, said) in [
        (r#"output = "no", within = "200ms""#, "something else"),
        (r#"call = "listen", within = "200ms""#, "listen"),
        (r#"exit = 0, within = "200ms""#, "ended"),
    ] {
        let lab = format!(
            "programs = [{{ name = \"p\", run = [\"sh\", \"-c\", \"echo something else; sleep 60\"] }}]\n\
             steps = [{{ expect = {{ at = \"p\", output = \"some\" }} }}, {{ expect = {{ at = \"p\", {expect} }} }}]"
        );
        let lab = lab.replace("output = \"some\" }", "output = \"something\" }");
        let ran = run(
            &source,
            &lab.replace("something else; sleep", "something something else; sleep"),
            &["--allow-programs"],
        );
        assert_eq!(ran.status, Some(1));
        let detail = of(&ran, "expect").last().unwrap()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(said), "{detail}");
    }
}

#[test]
fn a_program_that_cannot_be_started_fails_the_run() {
    let source = Source::new();
    let ran = run(&source, r#"programs = [{ name = "p", run = ["/nowhere/at/all"] }]"#, &["--allow-programs"]);
    assert_eq!(ran.status, Some(1));
    assert!(of(&ran, "notice").iter().any(|line| line["level"] == "error" && line["endpoint"] == "p"));
}

#[test]
fn what_a_program_leaves_behind_is_ended_and_counted() {
    if !can_follow() {
        return;
    }
    let source = Source::new();
    let lab = r#"
        programs = [{ name = "p", run = ["sh", "-c", "sleep 61 & sleep 62 & exit 3"] }]
        steps = [{ expect = { at = "p", exit = 3 } }]
    "#;
    let ran = run(&source, lab, &["--allow-programs"]);
    assert_eq!(ran.status, Some(0));
    let notice = of(&ran, "notice").into_iter().find(|line| line["endpoint"] == "p").unwrap();
    assert!(notice["text"].as_str().unwrap().contains('2'), "{notice}");
}

#[test]
fn a_gigabyte_without_a_line_end_and_an_end_that_is_ignored_hold_nothing_up() {
    if !has("python3") || !can_follow() {
        return;
    }
    let source = Source::new();
    source.python(
        "stubborn.py",
        "import signal, sys\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n\
         for _ in range(64): sys.stdout.buffer.write(b'x' * (1 << 20))\nsys.stdout.flush()\nprint('all')\n\
         sys.stdout.flush()\nwhile True: signal.pause()\n",
    );
    let lab = r#"
        programs = [{ name = "p", run = ["python3", "stubborn.py"] }]
        steps = [{ expect = { at = "p", output = "all", within = "280s" } }, { stop = "p" }]
    "#;
    let ran = run(&source, lab, &["--allow-programs"]);
    assert_eq!(ran.status, Some(0), "{}", ran.errors);
    assert_eq!(of(&ran, "exit")[0]["signal"], "SIGKILL");
    let printed: usize = of(&ran, "output").iter().map(|line| line["text"].as_str().unwrap().len()).sum();
    assert!(printed >= 64 << 20);
}
