//! What the benches under load share: a lab whose session is pumped as a run without a window pumps it, peers in
//! processes of their own, and the processor time that was spent.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use socket_lab::engine::SocketState;
use socket_lab::lab::{EndpointId, EndpointSpec};
use socket_lab::session::{Action, Session};

/// What one pump may take: as in the window.
const PUMP: Duration = Duration::from_millis(4);

/// Runs this program again as a peer: its first argument says which.
pub struct Peer {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Peer {
    pub fn start(kind: &str, arguments: &[&str]) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .arg("--peer")
            .arg(kind)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        Self { child, lines }
    }

    /// The next line that it says; waits for it.
    pub fn line(&mut self) -> String {
        self.lines.next().expect("a line").expect("a line")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The arguments after `--peer`, where this process is one.
pub fn peer_arguments() -> Option<Vec<String>> {
    let mut arguments = std::env::args().skip(1);
    (arguments.next().as_deref() == Some("--peer")).then(|| arguments.collect())
}

/// Processor time of all threads of this process so far, in seconds.
pub fn cpu() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux");
    let nanoseconds: u64 = tasks
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok())
        .filter_map(|text| text.split_whitespace().next().and_then(|first| first.parse::<u64>().ok()))
        .sum();
    nanoseconds as f64 / 1e9
}

/// Resident memory of this process, in bytes.
pub fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a figure");
    let kilobytes = line.split_whitespace().nth(1).and_then(|number| number.parse::<u64>().ok());
    kilobytes.expect("a number") * 1024
}

/// The middle one of what was measured.
pub fn median<T>(mut rounds: Vec<T>, figure: impl Fn(&T) -> f64) -> T {
    rounds.sort_by(|a, b| figure(a).total_cmp(&figure(b)));
    let middle = rounds.len() / 2;
    rounds.swap_remove(middle)
}

pub fn session(retention: u64) -> Session {
    Session::new(Arc::new(|| {}), retention).expect("an engine")
}

/// Adds and opens an endpoint; gives it with the address that it has.
pub fn open(session: &mut Session, spec: EndpointSpec) -> (EndpointId, SocketAddr) {
    let id = session.act(Action::Add { spec: Box::new(spec), open: true }).expect("an endpoint");
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        pump(session);
        let socket = &session.endpoint(id).expect("the endpoint").live.socket;
        if let SocketState::Open { local: Some(local), .. } = socket {
            return (id, local.inet().expect("an address"));
        }
        assert!(Instant::now() < deadline, "{socket:?}: {:?}", session.notices().iter().last());
    }
}

/// Waits for an event and takes what has come.
pub fn pump(session: &mut Session) {
    session.wait_and_pump(Duration::from_millis(10), PUMP, &mut |_| {});
}
