//! Trouble that only a whole process can have: too few file descriptors, too few rights, no IPv6.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_socket-lab");

fn lab(folder: &tempfile::TempDir, text: &str) -> String {
    let path = folder.path().join("test.lab.toml");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

struct Running {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Running {
    fn line(&mut self) -> Option<Value> {
        let mut line = String::new();
        (self.lines.read_line(&mut line).unwrap() > 0).then(|| serde_json::from_str(&line).unwrap())
    }

    fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.line().expect("the run ended before it came");
            if wanted(&line) {
                return line;
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
#[test]
fn a_server_out_of_file_descriptors_says_so_pauses_and_goes_on() {
    const CLIENTS: usize = 40;
    let folder = tempfile::tempdir().unwrap();
    let lab = lab(&folder, "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nservice = { kind = \"echo\" }\n");
    let mut child = Command::new("sh")
        .args(["-c", "ulimit -n 38; exec \"$0\" run \"$1\" --for 60s --format jsonl", PROGRAM, &lab])
        .env("LANG", "C")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    let mut run = Running { child, lines };
    let local = run.until(|line| line["op"] == "listen")["local"].as_str().unwrap().to_owned();

    // All of these connect: the kernel completes the handshake whether or not the server accepts.
    let mut clients: Vec<_> = (0..CLIENTS).map(|_| TcpStream::connect(&local).unwrap()).collect();
    let failed = run.until(|line| line["op"] == "accept" && line["errno"] != Value::Null);
    assert_eq!(failed["errno"], "EMFILE");
    let notice = run.until(|line| line["type"] == "notice");
    assert_eq!(notice["level"], "warning");
    let text = notice["text"].as_str().unwrap();
    assert!(text.contains("EMFILE") && text.contains(&local), "{text}");

    // Those that were accepted are served on.
    clients[0].write_all(b"still?").unwrap();
    let mut buffer = [0; 6];
    clients[0].set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    clients[0].read_exact(&mut buffer).unwrap();

    // When they leave, the others get their turn.
    drop(clients.drain(..CLIENTS / 2));
    for client in &mut clients {
        client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        client.write_all(b"hello!").unwrap();
        client.read_exact(&mut buffer).unwrap();
        assert_eq!(&buffer, b"hello!");
    }
    run.until(|line| line["type"] == "notice" && line["level"] == "info");
    run.child.kill().unwrap();
}

/// Runs the program by another one that takes something away from it; `None` where this machine has no such program or
/// doesn't let it.
fn run_under(wrapper: &[&str], lab: &str) -> Option<Output> {
    let test = Command::new(wrapper[0]).args(&wrapper[1..]).arg("true").output();
    if !test.is_ok_and(|output| output.status.success()) {
        eprintln!("not tested: {wrapper:?} doesn't work here");
        return None;
    }
    let output = Command::new(wrapper[0])
        .args(&wrapper[1..])
        .args([PROGRAM, "run", lab, "--for", "5s", "--format", "jsonl"])
        .env("LANG", "C")
        .output()
        .unwrap();
    Some(output)
}

fn lines(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn a_privileged_port_without_rights_is_refused_with_what_to_do() {
    let unprivileged = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").unwrap_or_default();
    if unprivileged.trim().parse::<u16>().is_ok_and(|first| first <= 80) {
        eprintln!("not tested: on this machine everyone may bind port 80");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let lab = lab(&folder, "[[endpoints]]\nname = \"web\"\nkind = \"tcp-server\"\nlocal = \"127.0.0.1:80\"\n");
    let wrapper = ["setpriv", "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service"];
    let Some(output) = run_under(&wrapper, &lab) else { return };
    let lines = lines(&output);
    let bind = lines.iter().find(|line| line["op"] == "bind").unwrap();
    assert_eq!(bind["errno"], "EACCES");
    let notice = lines.iter().find(|line| line["type"] == "notice").unwrap();
    let text = notice["text"].as_str().unwrap();
    assert!(text.contains("EACCES") && text.contains("127.0.0.1:80") && text.contains("1024"), "{text}");
    assert_eq!(output.status.code(), Some(1));
}

#[cfg(target_os = "linux")]
#[test]
fn without_ipv6_an_ipv6_address_is_refused_and_ipv4_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    // In a network namespace of its own the loopback interface is down, and ::1 is not there.
    let text = "[[endpoints]]\nname = \"six\"\nkind = \"tcp-server\"\nlocal = \"[::1]:0\"\n\n\
                [[endpoints]]\nname = \"four\"\nkind = \"tcp-server\"\nlocal = \"127.0.0.1:0\"\n\n\
                [[steps]]\nopen = \"six\"\nfails = \"EADDRNOTAVAIL\"\n\n[[steps]]\nopen = \"four\"\n";
    let lab = lab(&folder, text);
    let Some(output) = run_under(&["unshare", "--net"], &lab) else { return };
    let lines = lines(&output);
    assert!(lines.iter().any(|line| line["op"] == "bind" && line["errno"] == "EADDRNOTAVAIL"));
    assert!(lines.iter().any(|line| line["op"] == "listen" && line["endpoint"] == "four"));
    assert_eq!(output.status.code(), Some(0), "{lines:#?}");
}
