//! A traced program behaves as it does alone, and the lab ends what it has started.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::support::{Source, Traced, can_follow, has};

/// Signals, timers, threads and children: what a tracer can get wrong.
const DELICATE: &str = "\
import os, select, signal, socket, subprocess, sys, threading, time
seen = []
signal.signal(signal.SIGCHLD, lambda *_: seen.append('child'))
signal.signal(signal.SIGALRM, lambda *_: seen.append('alarm'))
signal.signal(signal.SIGRTMIN + 3, lambda *_: seen.append('realtime'))
print(subprocess.run(['sh', '-c', 'echo out; exit 5'], capture_output=True))
signal.setitimer(signal.ITIMER_REAL, 0.05)
a, b = socket.socketpair()
a.settimeout(0.3)
try:
    a.recv(1)
except TimeoutError:
    print('timeout')
os.kill(os.getpid(), signal.SIGRTMIN + 3)
t = threading.Thread(target=lambda: b.send(b'from a thread'))
t.start()
print(select.select([a], [], [], 5)[0] == [a], a.recv(100))
t.join()
print(sorted(seen))
print('to stderr', file=sys.stderr)
sys.stdout.buffer.write(bytes(range(256)))
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGTERM if len(sys.argv) > 1 else 0)
sys.exit(9)
";

#[test]
fn a_program_behaves_as_it_does_alone() {
    if !has("python3") || !can_follow() {
        return;
    }
    let source = Source::new();
    let program = source.python("delicate.py", DELICATE);
    for (arguments, status) in [(&[][..], 9), (&["killed"], 128 + 15)] {
        let command = [&["python3", program.as_str()][..], arguments].concat();
        let alone = Command::new(command[0]).args(&command[1..]).stdin(Stdio::null()).output().unwrap();
        let traced = Traced::run(&command);
        assert_eq!(traced.output.stdout, alone.stdout);
        assert_eq!(traced.output.stderr, alone.stderr);
        assert_eq!(traced.output.status.code(), Some(status));
    }
}

#[test]
fn what_is_typed_reaches_the_program() {
    let traced = Traced::with_input(&["cat"], b"a line\n");
    assert_eq!(traced.output.stdout, b"a line\n");
    assert_eq!(traced.output.status.code(), Some(0));
}

#[test]
fn a_program_that_is_not_there_or_may_not_run_gives_the_shells_status() {
    let source = Source::new();
    let file = source.python("not-executable", "");
    for (command, status) in [("/nowhere/at/all", 127), (file.as_str(), 126)] {
        let traced = Traced::run(&[command]);
        assert_eq!(traced.output.status.code(), Some(status), "{command}");
        let notice = traced.lines.iter().find(|line| line["type"] == "notice").unwrap();
        assert_eq!(notice["level"], "error");
    }
}

#[test]
fn a_lab_that_is_killed_takes_its_programs_with_it() {
    if !can_follow() {
        return;
    }
    let mut lab = Command::new(env!("CARGO_BIN_EXE_socket-lab"))
        .args(["trace", "--", "sh", "-c", "echo $$; sleep 60 & sleep 60"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = lab.stdout.take().unwrap();
    let mut pid = [0; 32];
    let len = out.read(&mut pid).unwrap();
    let pid = String::from_utf8_lossy(&pid[..len]).trim().to_owned();
    assert!(std::path::Path::new(&format!("/proc/{pid}")).exists());
    lab.kill().unwrap();
    lab.wait().unwrap();
    // Both sleeping children have the pipe too: it ends when all are gone.
    let began = Instant::now();
    let mut rest = Vec::new();
    out.read_to_end(&mut rest).unwrap();
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_signal_to_the_lab_is_passed_on_to_the_program() {
    if !has("python3") {
        return;
    }
    let source = Source::new();
    let program = source.python(
        "patient.py",
        "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(21))\nprint('ready', flush=True)\ntime.sleep(60)\n",
    );
    let mut lab = Command::new(env!("CARGO_BIN_EXE_socket-lab"))
        .args(["trace", "--", "python3", &program])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut ready = [0; 6];
    lab.stdout.take().unwrap().read_exact(&mut ready).unwrap();
    let pid = rustix::process::Pid::from_raw(lab.id().cast_signed()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(lab.wait().unwrap().code(), Some(21));
}
