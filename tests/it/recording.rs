//! Recording as it happens: headless, killed, on a disk that is full or slow.
#![cfg(unix)]

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use socket_lab::engine::Peers;
use socket_lab::lab::file;
use socket_lab::session::recording::Target;
use socket_lab::session::{Action, Pumped, Session};
use socket_lab::trace::file::{Chunk, TraceReader};
use socket_lab::trace::{Call, FileNotice, NoticeKind};
use tempfile::TempDir;

const DEADLINE: Duration = Duration::from_secs(60);

const PAIR: &str = r#"
[[endpoints]]
name = "server"
kind = "tcp-server"
local = "127.0.0.1:0"
recv_size = 65536

[[endpoints]]
name = "client"
kind = "tcp-client"
remote = "@server"
"#;

const HELLO: &str = r#"
[[steps]]
open = "server"
[[steps]]
open = "client"
[[steps]]
send = { from = "client", text = "hello" }
[[steps]]
expect = { at = "server", text = "hello" }
"#;

struct Place {
    folder: TempDir,
}

impl Place {
    fn new(lab: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.lab.toml"), lab).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_socket-lab"));
        command.current_dir(self.folder.path()).args(arguments).env("LC_ALL", "C").env_remove("LANGUAGE");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }
}

fn calls_of(path: &Path) -> Vec<Call> {
    let (mut reader, _) = TraceReader::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut calls = Vec::new();
    // A recording that was not ended has no end: what is before is sound.
    while let Ok(Some(part)) = reader.next_chunk() {
        if let Chunk::Calls(some) = part {
            calls.extend(some);
        }
    }
    calls
}

fn has_tshark() -> bool {
    let found = Command::new("tshark").arg("--version").output().is_ok();
    if !found {
        println!("skipped: there is no tshark");
    }
    found
}

fn tshark(path: &Path, arguments: &[&str]) -> String {
    let out = Command::new("tshark").arg("-n").arg("-r").arg(path).args(arguments).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn a_headless_run_records_to_the_last_call() {
    let place = Place::new(&format!("{PAIR}{HELLO}"));
    let ran = place.run(&["run", "x.lab.toml", "--format", "jsonl", "--record", "out.lab-trace"]);
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    let printed = String::from_utf8(ran.stdout).unwrap();
    let printed: Vec<&str> = printed.lines().filter(|line| line.starts_with("{\"type\":\"call\"")).collect();
    assert!(printed.last().unwrap().contains("\"op\":\"close\""));
    // The very same lines come out of the recording.
    let exported = place.run(&["export", "out.lab-trace", "--format", "jsonl"]);
    assert_eq!(exported.status.code(), Some(0), "{}", String::from_utf8_lossy(&exported.stderr));
    let exported = String::from_utf8(exported.stdout).unwrap();
    assert_eq!(exported.lines().collect::<Vec<_>>(), printed);
}

#[test]
fn tshark_reads_what_was_recorded() {
    if !has_tshark() {
        return;
    }
    let place = Place::new(&format!("{PAIR}{HELLO}"));
    let ran = place.run(&["run", "x.lab.toml", "--record", "out.pcapng"]);
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    let path = place.path("out.pcapng");
    assert_eq!(tshark(&path, &["-Y", "tcp.len > 0", "-T", "fields", "-e", "tcp.payload"]), "68656c6c6f\n");
    let bad = "_ws.malformed || tcp.analysis.flags || tcp.checksum.status == 0";
    assert_eq!(tshark(&path, &["-o", "tcp.check_checksum:TRUE", "-Y", bad]), "");
    let other = place.run(&["run", "x.lab.toml", "--record", "out.lab-trace"]);
    assert_eq!(other.status.code(), Some(0));
    let exported = place.run(&["export", "out.lab-trace", "--format", "pcapng", "--output", "again.pcapng"]);
    assert_eq!(exported.status.code(), Some(0));
    assert_eq!(tshark(&place.path("again.pcapng"), &["-Y", "tcp.len > 0"]).lines().count(), 1);
}

#[test]
fn an_existing_file_is_left_alone() {
    let place = Place::new(&format!("{PAIR}{HELLO}"));
    std::fs::write(place.path("mine.pcapng"), "precious").unwrap();
    let ran = place.run(&["run", "x.lab.toml", "--record", "mine.pcapng"]);
    assert_eq!((ran.status.code(), ran.stdout.as_slice()), (Some(2), &b""[..]));
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(said.contains("mine.pcapng") && said.contains("EEXIST"), "{said}");
    assert_eq!(std::fs::read(place.path("mine.pcapng")).unwrap(), b"precious");
}

#[test]
fn what_was_written_can_be_read_after_kill_9() {
    let more = "[[steps]]\nopen = \"server\"\n[[steps]]\nopen = \"client\"\n[[steps]]\nsend = { from = \"client\", text \
                = \"hello\" }\n[[steps]]\nwait = \"60s\"\n";
    for name in ["out.lab-trace", "out.pcapng"] {
        let place = Place::new(&format!("{PAIR}{more}"));
        let mut child = place
            .command(&["run", "x.lab.toml", "--format", "jsonl", "--record", name])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // It arrived, and was recorded before it was printed, or is within a moment.
        let mut out = child.stdout.take().unwrap();
        let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
        while !String::from_utf8_lossy(&seen).contains("\"op\":\"recv\"") {
            let len = out.read(&mut buffer).unwrap();
            assert!(len > 0);
            seen.extend_from_slice(&buffer[..len]);
        }
        let path = place.path(name);
        let began = Instant::now();
        let is_there = || {
            if name.ends_with("pcapng") {
                return std::fs::read(&path).unwrap().windows(5).any(|part| part == b"hello");
            }
            calls_of(&path).iter().any(|call| call.op.receives() && call.data == "hello")
        };
        while !is_there() {
            assert!(began.elapsed() < DEADLINE, "the bytes never reach the file");
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        if name.ends_with("lab-trace") {
            assert!(calls_of(&path).iter().any(|call| call.data == "hello"));
            let exported = place.run(&["export", name, "--format", "csv"]);
            // It has no end, and that is said.
            assert_eq!(exported.status.code(), Some(1));
            assert!(String::from_utf8_lossy(&exported.stderr).contains("cut off"));
            assert!(String::from_utf8_lossy(&exported.stdout).contains("68656c6c6f"));
        } else if has_tshark() {
            assert_eq!(tshark(&path, &["-Y", "tcp.len == 5"]).lines().count(), 1);
        }
    }
}

#[test]
fn where_the_disk_is_full_the_recording_stops_and_the_lab_goes_on() {
    let big = "[[steps]]\nopen = \"server\"\n[[steps]]\nopen = \"client\"\n[[steps]]\nsend = { from = \"client\", file = \
               \"big\" }\n[[steps]]\nexpect = { at = \"server\", bytes = 3000000, within = \"30s\" }\n[[steps]]\nsend = \
               { from = \"server\", text = \"still here\" }\n[[steps]]\nexpect = { at = \"client\", text = \"still \
               here\" }\n";
    for name in ["out.lab-trace", "out.pcapng"] {
        let place = Place::new(&format!("{PAIR}{big}"));
        std::fs::write(place.path("big"), vec![b'x'; 3_000_000]).unwrap();
        // A limit on the size of files stands for the disk: 1,000 blocks of 512 or 1,024 bytes.
        let script = format!(
            "trap '' XFSZ; ulimit -f 1000; exec '{}' run x.lab.toml --format jsonl --record {name} 2>&1 | cat",
            env!("CARGO_BIN_EXE_socket-lab")
        );
        let ran = Command::new("sh").current_dir(place.folder.path()).args(["-c", &script]).env("LC_ALL", "C").output();
        let out = String::from_utf8(ran.unwrap().stdout).unwrap();
        let notice = out.lines().find(|line| line.contains("\"notice\"") && line.contains("EFBIG"));
        assert!(notice.is_some_and(|line| line.contains(name)), "{}", &out[..out.len().min(2_000)]);
        assert!(out.lines().last().unwrap().contains("\"failed_steps\":0"), "{:?}", out.lines().last());
        let path = place.path(name);
        assert!(std::fs::metadata(&path).unwrap().len() <= 1_024_000);
        // What there is was not damaged by what had no room.
        if name.ends_with("lab-trace") {
            assert!(calls_of(&path).iter().map(|call| call.data.len()).sum::<usize>() > 250_000);
        } else if has_tshark() {
            assert!(tshark(&path, &["-Y", "tcp.len > 0"]).lines().count() > 5);
            assert_eq!(tshark(&path, &["-Y", "_ws.malformed"]), "");
        }
    }
}

fn session(retention: u64) -> Session {
    let mut session = Session::new(Arc::new(|| {}), retention).unwrap();
    session.load(file::parse(PAIR, None).unwrap(), None);
    session.act(Action::OpenAll);
    until(&mut session, |session| session.endpoints().iter().all(|endpoint| !endpoint.live.observed.conns.is_empty()));
    session
}

#[track_caller]
fn until(session: &mut Session, so: impl Fn(&Session) -> bool) {
    let began = Instant::now();
    while !so(session) {
        assert!(began.elapsed() < DEADLINE, "it never is");
        session.wait_and_pump(Duration::from_millis(20), Duration::from_millis(20), &mut |_| {});
    }
}

fn send(session: &mut Session, len: usize) {
    let endpoint = session.endpoint_named("client").unwrap().id;
    session.act(Action::Send { endpoint, to: Peers::All, bytes: Bytes::from(vec![7; len]) });
}

fn received(session: &Session) -> u64 {
    session.trace().totals().received_bytes
}

#[test]
fn what_leaves_memory_is_in_the_recording_nevertheless() {
    let place = Place::new("");
    let mut session = session(100_000);
    let path = place.path("out.lab-trace");
    session.record(&Target { path: path.clone(), overwrite: false }).unwrap();
    let first = session.trace().next_seq();
    for _ in 0..40 {
        let before = received(&session);
        send(&mut session, 100_000);
        until(&mut session, |session| received(session) == before + 100_000);
    }
    assert!(session.trace().evicted_calls() > 0 && session.trace().len() < 20);
    let recorded = session.finish_recording().unwrap();
    assert_eq!(recorded.failed, None);
    let calls = calls_of(&path);
    assert_eq!(calls.len() as u64, recorded.calls);
    assert_eq!(calls[0].seq, first);
    let bytes: u64 = calls.iter().filter(|call| call.op.receives()).map(|call| call.data.len() as u64).sum();
    assert_eq!(bytes, 4_000_000);
    // A complete file with its end.
    let (mut reader, _) = TraceReader::new(std::fs::File::open(&path).unwrap()).unwrap();
    while reader.next_chunk().unwrap().is_some() {}
}

#[test]
fn a_slow_disk_slows_the_sockets_and_loses_nothing() {
    let place = Place::new("");
    let fifo = place.path("slow.lab-trace");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let (go, gone) = std::sync::mpsc::channel();
    let reading = fifo.clone();
    let reader = std::thread::Builder::new().name("slow disk".to_owned()).spawn(move || {
        let mut file = std::fs::File::open(reading).unwrap();
        // Nothing is taken until it is said.
        gone.recv().unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    });
    let mut session = session(1_000_000);
    session.record(&Target { path: fifo, overwrite: true }).unwrap();
    const LEN: u64 = 48_000_000;
    const PART: usize = 4_000_000;
    let mut sent = 0;
    let began = Instant::now();
    // No frame takes long, and in the end nothing more is taken.
    loop {
        // What waits to be sent has a cap of its own.
        if sent < LEN && sent - received(&session) < PART as u64 {
            send(&mut session, PART);
            sent += PART as u64;
        }
        let frame = Instant::now();
        let pumped = session.pump(Duration::from_millis(4), &mut |_| {});
        assert!(frame.elapsed() < Duration::from_secs(1), "the window stands still");
        if pumped == Pumped::Held {
            break;
        }
        assert!(began.elapsed() < DEADLINE, "it is never held up");
        std::thread::sleep(Duration::from_millis(1));
    }
    let held = received(&session);
    assert!(held < LEN);
    assert_eq!(session.pump(Duration::from_millis(4), &mut |_| {}), Pumped::Held);
    assert_eq!(received(&session), held);
    go.send(()).unwrap();
    while received(&session) < LEN {
        if sent < LEN {
            send(&mut session, PART);
            sent += PART as u64;
        }
        until(&mut session, |session| received(session) == sent);
    }
    assert_eq!(session.finish_recording().unwrap().failed, None);
    let bytes = reader.unwrap().join().unwrap();
    let (mut reader, _) = TraceReader::new(bytes.as_slice()).unwrap();
    let mut recorded = 0;
    while let Some(part) = reader.next_chunk().unwrap() {
        if let Chunk::Calls(calls) = part {
            recorded += calls.iter().filter(|call| call.op.receives()).map(|call| call.len).sum::<u64>();
        }
    }
    assert_eq!(recorded, LEN);
}

#[cfg(target_os = "linux")]
#[test]
fn a_recording_that_cannot_begin_says_why() {
    let mut session = session(1_000_000);
    session.start_recording(Target { path: "/dev/full".into(), overwrite: true });
    assert!(session.recording().is_none());
    let kind = &session.notices().iter().next().unwrap().notice.kind;
    assert!(
        matches!(kind, NoticeKind::File(FileNotice::NotRecording { errno, .. }) if errno.name() == Some("ENOSPC")),
        "{kind:?}"
    );
}

/// Two that answer each other without end, as often as a client may.
const PING_PONG: &str = r#"
[[endpoints]]
name = "server"
kind = "tcp-server"
local = "127.0.0.1:0"
service = { kind = "constant", text = "hello" }

[[endpoints]]
name = "client"
kind = "tcp-client"
remote = "@server"
service = { kind = "echo" }

[[steps]]
open = "server"
[[steps]]
open = "client"
[[steps]]
send = { from = "client", text = "hello" }
[[steps]]
wait = "300s"
"#;

/// A run whose output nobody reads, once it has recorded far more calls than a pipe has room for (64 KiB, two hundred).
fn unread_run(place: &Place) -> std::process::Child {
    let arguments = ["run", "x.lab.toml", "--format", "jsonl", "--record", "x.lab-trace"];
    let mut command = place.command(&arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    let recorded = || place.path("x.lab-trace").exists().then(|| calls_of(&place.path("x.lab-trace")).len());
    while recorded().unwrap_or(0) < 3_000 {
        assert!(began.elapsed() < DEADLINE, "the recording stands still");
        std::thread::sleep(Duration::from_millis(50));
    }
    child
}

#[test]
fn a_reader_who_pauses_does_not_hold_the_recording_and_a_killed_run_has_its_rows_on_disk() {
    let place = Place::new(PING_PONG);
    let mut child = unread_run(&place);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(calls_of(&place.path("x.lab-trace")).len() >= 3_000);
}

#[test]
fn an_interrupted_run_ends_although_nobody_reads_its_output() {
    let place = Place::new(PING_PONG);
    let mut child = unread_run(&place);
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > DEADLINE {
            child.kill().unwrap();
            panic!("it waits for its reader");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(calls_of(&place.path("x.lab-trace")).iter().any(|call| call.op.name() == "close"), "the end is on record");
}
