//! Python programs that tell themselves what their sockets do: asked for, and where the system forbids to follow them.

use std::process::Command;

use serde_json::Value;

use super::labs::{Ran, of, run, run_by};
use super::support::{Source, bytes, can_follow, has};

/// Threads, `from socket import *`, `create_connection`, a file over a socket, and a child that goes on with a connection.
const PROGRAM: &str = "\
import os, threading
from socket import *
s = socket()
s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
s.bind(('127.0.0.1', 0))
s.listen(5)
print('ready', flush=True)
def serve():
    c, a = s.accept()
    with c, c.makefile('rwb') as f:
        for line in f:
            f.write(line.upper())
            f.flush()
t = threading.Thread(target=serve)
t.start()
with create_connection(s.getsockname(), timeout=5) as c:
    c.sendall(b'one\\n')
    assert c.recv(100) == b'ONE\\n'
    pid = os.fork()
    if pid == 0:
        c.sendall(b'two\\n')
        assert c.recv(100) == b'TWO\\n'
        os._exit(0)
    os.waitpid(pid, 0)
t.join()
s.close()
u = socket(AF_INET, SOCK_DGRAM)
u.bind(('127.0.0.1', 0))
u.sendto(b'datagram', u.getsockname())
assert u.recvfrom(4)[0] == b'data'
u.settimeout(0.05)
try:
    u.recv(9)
except timeout:
    print('nothing came')
try:
    socket().connect(('127.0.0.1', 1))
except ConnectionRefusedError:
    print('refused')
";

const LAB: &str = r#"
    programs = [{ name = "p", run = ["python3", "within.py"], watch = "WATCH" }]
    steps = [
        { start = "p" },
        { expect = { at = "p", call = "listen", within = "120s" } },
        { expect = { at = "p", output = "refused", within = "120s" } },
        { expect = { at = "p", exit = 0, within = "120s" } },
    ]
"#;

fn calls<'l>(ran: &'l Ran, op: &str) -> Vec<&'l Value> {
    of(ran, "call").into_iter().filter(|call| call["op"] == op).collect()
}

/// What the program of this file does, however it is seen from within.
fn check(ran: &Ran) {
    assert_eq!(ran.status, Some(0), "{:#?}\n{}", of(ran, "expect"), ran.errors);
    let accept = calls(ran, "accept")[0];
    assert_eq!(accept["source"], "within.py:9");
    let connect = calls(ran, "connect")[0];
    assert_eq!((&accept["local"], &accept["peer"]), (&connect["peer"], &connect["local"]));
    // From the parent and from its child, on one connection without a gap.
    let sent: Vec<_> = calls(ran, "send").into_iter().filter(|call| call["conn"] == connect["conn"]).collect();
    assert_eq!(sent.iter().map(|call| bytes(call)).collect::<Vec<_>>(), [b"one\n", b"two\n"]);
    assert_eq!(sent.iter().map(|call| call["offset"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 4]);
    assert_ne!(sent[0]["pid"], sent[1]["pid"]);
    assert_eq!(sent[0]["source"], "within.py:17");
    // By way of the file object, whose lines are Python's own.
    let answers: Vec<_> = calls(ran, "send").into_iter().filter(|call| call["conn"] == accept["conn"]).collect();
    assert_eq!(answers.iter().map(|call| bytes(call)).collect::<Vec<_>>(), [b"ONE\n", b"TWO\n"]);
    assert_eq!(answers[0]["source"], "within.py:13");
    let datagram = calls(ran, "recvfrom")[0];
    assert_eq!((bytes(datagram), &datagram["result"]), (b"data".to_vec(), &4.into()));
    assert!(calls(ran, "poll").iter().any(|call| call["result"] == 0), "the wait that ended without anything");
    assert!(calls(ran, "connect").iter().any(|call| call["errno"] == "ECONNREFUSED"));
    let opened = calls(ran, "socket").len() + calls(ran, "accept").len();
    // Two were never closed by the program: the system did it.
    assert_eq!(calls(ran, "close").len(), opened - 2, "each socket is closed once");
}

#[test]
fn a_python_program_can_be_seen_from_within() {
    if cfg!(not(unix)) || !has("python3") {
        return;
    }
    let source = Source::new();
    source.python("within.py", PROGRAM);
    let ran = run(&source, &LAB.replace("WATCH", "python"), &["--allow-programs"]);
    check(&ran);
    assert!(of(&ran, "notice").is_empty(), "{:?}", of(&ran, "notice"));
}

#[test]
fn what_is_no_python_program_is_not_passed_off_as_seen_from_within() {
    let source = Source::new();
    let lab = r#"
        programs = [{ name = "p", run = ["sh", "-c", "exit 3"], watch = "python" }]
        steps = [{ expect = { at = "p", exit = 3 } }]
    "#;
    let ran = run(&source, lab, &["--allow-programs"]);
    assert_eq!(ran.status, Some(0), "{}", ran.errors);
    let notice = of(&ran, "notice").into_iter().find(|line| line["endpoint"] == "p").unwrap();
    assert!(notice["text"].as_str().unwrap().contains("calls are not shown"), "{notice}");
}

/// Nobody comes at first; then somebody does.
const IMPATIENT: &str = "\
import socket
s = socket.socket()
s.bind(('127.0.0.1', 0))
s.listen()
s.settimeout(0.05)
try:
    s.accept()
except socket.timeout:
    print('nobody')
s.settimeout(20)
c = socket.create_connection(s.getsockname())
a, _ = s.accept()
a.send(b'x')
c.recv(1)
";

#[test]
fn an_accept_to_which_nobody_came_is_a_wait_and_makes_no_connection() {
    if cfg!(not(unix)) || !has("python3") {
        return;
    }
    let source = Source::new();
    source.python("impatient.py", IMPATIENT);
    let lab = r#"
        programs = [{ name = "p", run = ["python3", "impatient.py"], watch = "python" }]
        steps = [{ expect = { at = "p", exit = 0, within = "120s" } }]
    "#;
    let ran = run(&source, lab, &["--allow-programs"]);
    assert_eq!(ran.status, Some(0), "{}", ran.errors);
    let (poll, listen) = (calls(&ran, "poll")[0], calls(&ran, "listen")[0]);
    assert_eq!((&poll["fd"], &poll["conn"]), (&listen["fd"], &Value::Null));
    let accepts = calls(&ran, "accept");
    assert_eq!(accepts.len(), 1);
    let mut conns: Vec<_> = [accepts[0], calls(&ran, "connect")[0]].map(|call| call["conn"].as_u64().unwrap()).into();
    conns.sort_unstable();
    assert_eq!(conns, [1, 2], "no number is missing");
}

/// Two modules of one name, and one that only Python's own code calls from.
#[test]
fn files_of_one_name_in_two_folders_are_told_apart() {
    if !has("python3") || !can_follow() {
        return;
    }
    let source = Source::new();
    for folder in ["one", "two"] {
        std::fs::create_dir(source.path(folder)).unwrap();
        source.python(&format!("{folder}/util.py"), "import socket\ndef make():\n    return socket.socket()\n");
    }
    source.python("main.py", "from one import util\nutil.make()\nfrom two import util\nutil.make()\n");
    for watch in ["ptrace", "python"] {
        let lab = format!(
            "programs = [{{ name = \"p\", run = [\"python3\", \"main.py\"], watch = \"{watch}\" }}]\n\
             steps = [{{ expect = {{ at = \"p\", exit = 0, within = \"120s\" }} }}]\n"
        );
        let ran = run(&source, &lab, &["--allow-programs"]);
        assert_eq!(ran.status, Some(0), "{}", ran.errors);
        let lines: Vec<_> = calls(&ran, "socket").into_iter().map(|call| call["source"].clone()).collect();
        if watch == "ptrace" && lines.iter().all(Value::is_null) {
            eprintln!("the frames of this Python can't be read: not tested");
            continue;
        }
        assert_eq!(lines, ["util.py:3", "two/util.py:3"], "{watch}");
    }
}

/// Its child goes on alone, and waits for ever.
const LEAVING: &str = "\
import os, socket
r, w = os.pipe()
if os.fork():
    os.read(r, 1)
    os._exit(0)
a, b = socket.socketpair()
print('left', os.getpid(), flush=True)
os.write(w, b'x')
a.recv(1)
";

#[test]
fn what_a_program_seen_from_within_leaves_behind_is_ended_with_the_lab_and_counted() {
    if cfg!(not(target_os = "linux")) || !has("python3") {
        return;
    }
    let source = Source::new();
    source.python("leaving.py", LEAVING);
    let lab = r#"
        programs = [{ name = "p", run = ["python3", "leaving.py"], watch = "python" }]
        steps = [{ expect = { at = "p", exit = 0, within = "120s" } }]
    "#;
    let ran = run(&source, lab, &["--allow-programs"]);
    assert_eq!(ran.status, Some(0), "{}", ran.errors);
    let printed: String = of(&ran, "output").iter().map(|line| line["text"].as_str().unwrap()).collect();
    let left = printed.split_whitespace().last().unwrap().to_owned();
    let notices = of(&ran, "notice");
    assert!(notices.iter().any(|line| line["text"].as_str().unwrap().contains('1')), "it is counted: {notices:?}");
    let stat = std::fs::read_to_string(format!("/proc/{left}/stat")).unwrap_or_default();
    let state = stat.rsplit(')').next().unwrap().trim().chars().next();
    assert!(matches!(state, None | Some('Z' | 'X')), "it runs on: {stat}");
}

/// Forbids ptrace(2) to what it becomes, as a container does.
const FORBIDDING: &str = r#"
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char **argv) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof filter / sizeof *filter, filter };
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) return 1;
    return execv(argv[1], argv + 1);
}
"#;

#[test]
fn where_the_system_forbids_to_follow_a_program_that_is_said_and_python_is_seen_from_within() {
    if cfg!(not(target_os = "linux")) || !has("python3") || !has("gcc") {
        return;
    }
    let source = Source::new();
    source.python("within.py", PROGRAM);
    let Some(forbidding) = source.c("forbidding", FORBIDDING, &[]) else { return };
    let forbidden = |lab: &str| {
        let mut command = Command::new(&forbidding);
        command.arg(env!("CARGO_BIN_EXE_socket-lab"));
        run_by(command, &source, lab, &["--allow-programs"])
    };
    let said = |ran: &Ran| of(ran, "notice").iter().map(|line| line["text"].to_string()).collect::<String>();
    let ran = forbidden(&LAB.replace("WATCH", "auto"));
    check(&ran);
    assert!(said(&ran).contains("from within Python"), "{}", said(&ran));

    let other = r#"
        programs = [{ name = "p", run = ["sh", "-c", "echo it runs; exit 3"], watch = "WATCH" }]
        steps = [{ expect = { at = "p", exit = 3 } }]
    "#;
    let ran = forbidden(&other.replace("WATCH", "auto"));
    assert_eq!(ran.status, Some(0), "{}", ran.errors);
    assert!(said(&ran).contains("does not allow"), "{}", said(&ran));
    let ran = forbidden(&other.replace("WATCH", "ptrace"));
    assert_eq!(ran.status, Some(1), "it was to be watched, and is not run otherwise");
    assert!(of(&ran, "output").is_empty());
}
