//! Lab files run without a window by the real program; its JSON lines are compared.

mod held;
mod lossy_link;
mod refusals;
mod relay_messages;
mod relay_trouble;
mod relays;
mod steps;
mod whole_run;

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// No run here takes a second; one that takes so long hangs.
const HANGS: Duration = Duration::from_secs(30);

const SERVER: &str = "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\n";
const CLIENT: &str = "[[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"@server\"\n";

/// A server with that service, a client of it, and these steps.
fn pair(service: &str, steps: &str) -> String {
    format!("{SERVER}service = {service}\n{CLIENT}{}", listed(steps))
}

/// One step a line.
fn listed(steps: &str) -> String {
    let steps = steps.lines().map(str::trim).filter(|step| !step.is_empty());
    steps.map(|step| format!("[[steps]]\n{}\n", step.replace(" ; ", "\n"))).collect()
}

struct Lab {
    folder: TempDir,
}

impl Lab {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.lab.toml"), text).unwrap();
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("x.lab.toml")
    }

    fn start(&self, arguments: &[&str]) -> Child {
        program("C").arg("run").arg(self.path()).args(arguments).spawn().unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.start(&[&["--format", "jsonl"], arguments].concat()))
    }
}

fn program(language: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_socket-lab"));
    program.env("LC_ALL", language).env("LANG", language).env_remove("LANGUAGE").env_remove("SOCKET_LAB_LOG");
    program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    program
}

fn run(text: &str) -> Ran {
    Lab::new(text).run(&[])
}

/// What a run has printed.
struct Ran {
    status: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn of(mut child: Child) -> Self {
        let mut out = child.stdout.take().map(collect);
        let mut err = child.stderr.take().map(collect);
        let status = wait(&mut child);
        let text = |reader: &mut Option<thread::JoinHandle<String>>| reader.take().map(|it| it.join().unwrap());
        let (out, err) = (text(&mut out).unwrap_or_default(), text(&mut err).unwrap_or_default());
        assert!(!err.contains("panicked"), "{err}");
        Self { status, out, err }
    }

    fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn of_type(&self, kind: &str) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["type"] == kind).collect()
    }

    fn expects(&self) -> Vec<(u64, bool)> {
        self.of_type("expect").iter().map(|it| (it["step"].as_u64().unwrap(), it["ok"].as_bool().unwrap())).collect()
    }

    /// The detail of the last `expect` line.
    fn detail(&self) -> String {
        self.of_type("expect").last().map(|it| it["detail"].as_str().unwrap().to_owned()).unwrap_or_default()
    }

    fn notices(&self) -> String {
        self.of_type("notice").iter().map(|it| it["text"].as_str().unwrap().to_owned() + "\n").collect()
    }

    /// `op=result` of an endpoint's calls, in order.
    fn calls(&self, endpoint: &str) -> Vec<String> {
        let calls = self.of_type("call").into_iter().filter(|call| call["endpoint"] == endpoint);
        calls
            .map(|call| {
                let result = call["result"].as_u64().map(|it| it.to_string());
                let errno = call["errno"].as_str().map(str::to_owned);
                let abandoned = (call["abandoned"] == true).then(|| "abandoned".to_owned());
                format!("{}={}", call["op"].as_str().unwrap(), result.or(errno).or(abandoned).unwrap())
            })
            .collect()
    }

    /// The calls of an endpoint that were held, in order.
    fn held(&self, endpoint: &str) -> Vec<String> {
        let held = self.of_type("held").into_iter().filter(|held| held["endpoint"] == endpoint);
        held.map(|held| held["op"].as_str().unwrap().to_owned()).collect()
    }

    fn summary(&self) -> Value {
        let last = self.lines().pop().unwrap();
        assert_eq!(last["type"], "summary", "the summary is the last line");
        last
    }

    /// A line of a scenario's `.expected` file:
    ///
    /// - `status 0`: how the program ends.
    /// - `expects 2 4`: the steps that had something to expect, all met.
    /// - `fails 2 words`: that step failed, and its detail contains the words.
    /// - `notice words`, `never notice`: what a notice says, or that there is none.
    /// - `summary field n`: a number of the summary.
    /// - `never NAME op`: the endpoint never made that call.
    /// - `held NAME op …`: these calls of the endpoint were held, in this order, others between them.
    /// - `NAME op=result …`: these calls of the endpoint, in this order, others between them; without `=`, any result.
    #[track_caller]
    fn keeps(&self, line: &str, scenario: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let so_far = format!("{scenario}: {line}\n{}{}", self.out, self.err);
        let is_so = match words[..] {
            ["status", status] => self.status == Some(status.parse().unwrap()),
            ["expects", ref steps @ ..] => {
                let met = steps.iter().map(|step| (step.parse().unwrap(), true)).collect::<Vec<_>>();
                self.expects() == met && self.summary()["failed_steps"] == 0
            }
            ["fails", step, ..] => {
                let detail = line.splitn(3, ' ').nth(2).unwrap();
                self.expects().last() == Some(&(step.parse().unwrap(), false)) && self.detail().contains(detail)
            }
            ["never", "notice"] => self.notices().is_empty(),
            ["notice", ..] => self.notices().contains(line.strip_prefix("notice ").unwrap()),
            ["summary", field, number] => self.summary()[field].as_u64() == number.parse().ok(),
            ["held", endpoint, ref ops @ ..] => {
                let held = self.held(endpoint);
                let mut held = held.iter();
                ops.iter().all(|op| held.any(|it| it == op))
            }
            ["never", endpoint, op] => {
                !self.calls(endpoint).is_empty() && !self.calls(endpoint).iter().any(|call| call.starts_with(op))
            }
            [endpoint, ref calls @ ..] => {
                let made = self.calls(endpoint);
                let mut made = made.iter();
                calls
                    .iter()
                    .all(|call| made.any(|it| it == call || it.split_once('=').is_some_and(|(op, _)| op == *call)))
            }
            [] => true,
        };
        assert!(is_so, "{so_far}");
    }

    #[track_caller]
    fn went_well(self) -> Self {
        assert_eq!(self.status, Some(0), "{}{}", self.out, self.err);
        assert_eq!(self.summary()["failed_steps"], 0);
        self
    }

    /// The run failed at that step, with that detail, and ended there.
    #[track_caller]
    fn failed_at(self, step: u64, detail: &str) -> Self {
        assert_eq!(self.status, Some(1), "{}{}", self.out, self.err);
        assert_eq!(self.summary()["failed_steps"], 1);
        assert_eq!(self.expects().last(), Some(&(step, false)), "{}", self.out);
        assert!(self.detail().contains(detail), "{}", self.detail());
        self
    }
}

fn collect(mut reader: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    let read = move || {
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        text
    };
    thread::Builder::new().name("reader".to_owned()).spawn(read).unwrap()
}

fn wait(child: &mut Child) -> Option<i32> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if began.elapsed() > HANGS {
            child.kill().unwrap();
            panic!("the program hangs");
        }
        thread::sleep(Duration::from_millis(5));
    }
}
