//! Each call of a program is one record, as strace sees it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::support::{Source, Traced, bytes, can_follow, has, interpreter, pythons};

/// Both ends of a conversation in one program, with threads.
const CONVERSATION: &str = "\
import socket, threading
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.1', 0))
s.listen(5)
def serve():
    c, _ = s.accept()
    while True:
        data = c.recv(1024)
        if not data:
            break
        c.sendall(data.upper())
    c.close()
t = threading.Thread(target=serve)
t.start()
c = socket.create_connection(s.getsockname())
c.sendall(b'hello')
print(c.recv(100).decode())
c.shutdown(socket.SHUT_WR)
t.join()
print(c.recv(100))
c.close()
s.close()
raise SystemExit(7)
";

#[test]
fn every_call_of_a_program_is_there_with_its_bytes_and_their_place() {
    if !has("python3") || !can_follow() {
        return;
    }
    let source = Source::new();
    let python = interpreter("python3");
    let traced = Traced::run(&[&python, &source.python("both.py", CONVERSATION)]);
    assert_eq!(traced.output.status.code(), Some(7));
    assert_eq!(String::from_utf8_lossy(&traced.output.stdout), "HELLO\nb''\n");
    for (op, count) in [("socket", 2), ("bind", 1), ("listen", 1), ("accept", 1), ("connect", 1), ("close", 3)] {
        assert_eq!(traced.of(op).len(), count, "{op}: {:?}", traced.names());
    }
    let sent: Vec<_> = traced.of("send").into_iter().map(bytes).collect();
    assert!(sent.contains(&b"hello".to_vec()) && sent.contains(&b"HELLO".to_vec()) && sent.len() == 2);
    let received: Vec<_> = traced.of("recv");
    let ends = received.iter().filter(|call| call["result"] == 0).count();
    assert_eq!((received.len(), ends), (4, 2));
    for call in received.iter().filter(|call| call["result"] == 0) {
        assert_eq!(call["offset"], 5);
    }
    // The two ends of the connection have each other's addresses, and numbers of their own.
    let (connect, accept) = (traced.of("connect")[0], traced.of("accept")[0]);
    assert_eq!((&connect["local"], &connect["peer"]), (&accept["peer"], &accept["local"]));
    assert_ne!(connect["conn"], accept["conn"]);
    assert!(traced.calls().all(|call| call["pid"].is_u64() && call["fd"].is_i64()));
    let exit = traced.lines.iter().find(|line| line["type"] == "exit").unwrap();
    let name = Path::new(&python).file_name().unwrap().to_str().unwrap();
    assert_eq!((&exit["program"], &exit["status"]), (&name.into(), &7.into()));
}

const PROBES: &str = "\
import socket, select, errno
a, b = socket.socketpair()
b.setblocking(False)
for _ in range(3):
    try:
        b.recv(10)
    except BlockingIOError:
        pass
a.sendmsg([b'ab', b'cd'])
print(select.select([b], [], [], 5)[0] == [b])
print(b.recv(10, socket.MSG_PEEK), b.recv(10))
u, v = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in 'uv']
v.bind(('127.0.0.1', 0))
u.sendto(b'x' * 20, v.getsockname())
print(v.recvfrom(8)[0])
print(socket.socket().connect_ex(('127.0.0.1', 1)))
";

#[test]
fn probes_messages_datagrams_and_failures_are_what_they_were() {
    if !has("python3") || !can_follow() {
        return;
    }
    let source = Source::new();
    let traced = Traced::run(&[&interpreter("python3"), &source.python("probes.py", PROBES)]);
    assert_eq!(traced.output.status.code(), Some(0), "{}", String::from_utf8_lossy(&traced.output.stderr));
    let probes = traced.of("recv").into_iter().filter(|call| call["errno"] == "EAGAIN").count();
    assert_eq!(probes, 3);
    let message = traced.of("sendmsg")[0];
    assert_eq!((bytes(message), &message["result"], &message["offset"]), (b"abcd".to_vec(), &4.into(), &0.into()));
    let waits = traced.calls().filter(|call| ["select", "pselect6"].contains(&call["op"].as_str().unwrap())).count();
    assert_eq!(waits, 1);
    let peeked = traced.calls().find(|call| call["args"]["flags"] == "MSG_PEEK").unwrap();
    assert_eq!((bytes(peeked), &peeked["offset"]), (b"abcd".to_vec(), &Value::Null));
    let taken =
        traced.of("recv").into_iter().find(|call| call["result"] == 4 && call["args"]["flags"].is_null()).unwrap();
    assert_eq!(taken["offset"], 0);
    let datagram = traced.of("recvfrom")[0];
    assert_eq!((bytes(datagram), &datagram["len"]), (b"x".repeat(8), &8.into()));
    assert_eq!(datagram["peer"].as_str().unwrap().split(':').next(), Some("127.0.0.1"));
    let refused = traced.of("connect").into_iter().find(|call| call["args"]["addr"] == "127.0.0.1:1").unwrap();
    assert_eq!((&refused["errno"], &refused["result"]), (&"ECONNREFUSED".into(), &Value::Null));
}

const FORKING: &str = "\
import os, socket, sys
s = socket.socket()
s.bind(('127.0.0.1', 0))
s.listen()
if os.fork() == 0:
    s.close()
    os._exit(3)
os.wait()
c = socket.socket()
c.connect(s.getsockname())
a, _ = s.accept()
if os.fork() == 0:
    a.send(b'from the child')
    os.execvp('sh', ['sh', '-c', 'exit 4'])
print(os.wait()[1] >> 8)
a.close()
print(c.recv(100))
print(c.recv(100))
";

#[test]
fn a_child_has_its_parents_sockets_and_its_own_number() {
    if !has("python3") || !can_follow() {
        return;
    }
    let source = Source::new();
    let traced = Traced::run(&[&interpreter("python3"), &source.python("forks.py", FORKING)]);
    assert_eq!(String::from_utf8_lossy(&traced.output.stdout), "4\nb'from the child'\nb''\n");
    let (sent, accepted) = (traced.of("send")[0], traced.of("accept")[0]);
    assert_eq!(sent["conn"], accepted["conn"]);
    assert_ne!(sent["pid"], accepted["pid"]);
    // The child has closed its copy of the listener: the parent's is open, and accepts.
    let closes = traced.of("close");
    assert!(closes[0]["seq"].as_u64() < accepted["seq"].as_u64());
    assert_ne!(closes[0]["pid"], accepted["pid"]);
}

/// A thread becomes another program while the first one sits in `accept`.
const BECOMING: &str = "\
import os, socket, sys, threading, time
s = socket.socket()
s.bind(('127.0.0.1', 0))
s.listen()
def accepts():
    try:
        number = open('/proc/self/task/%d/syscall' % os.getpid()).read().split()[0]
    except OSError:
        return False
    return number in ('43', '288', '202', '242')
def become():
    seen = 0
    while seen < 20:
        seen = seen + 1 if accepts() else 0
        time.sleep(0.01)
    os.execv(sys.executable, [sys.executable, '-c', 'import socket; socket.socket().close(); raise SystemExit(5)'])
threading.Thread(target=become).start()
s.accept()
";

#[test]
fn a_thread_that_becomes_another_program_ends_the_calls_of_the_others() {
    if !has("python3") || !can_follow() {
        return;
    }
    let source = Source::new();
    let traced = Traced::run(&[&interpreter("python3"), &source.python("becoming.py", BECOMING)]);
    assert_eq!(traced.output.status.code(), Some(5), "{}", String::from_utf8_lossy(&traced.output.stderr));
    let calls = traced.names();
    let accept = traced.of("accept")[0];
    assert_eq!(accept["abandoned"], true);
    let second = traced.of("socket")[1];
    assert!(accept["seq"].as_u64() < second["seq"].as_u64(), "before the other program's calls: {calls:?}");
}

const LINES: &str = "\
import socket
def connect(address):
    return socket.create_connection(address)


s = socket.socket()
s.bind(('127.0.0.1', 0))
s.listen()
c = connect(s.getsockname())
c.sendall(
    b'x')
";

#[test]
fn a_python_call_has_the_line_of_the_program_and_not_that_of_the_library() {
    if !can_follow() {
        return;
    }
    let source = Source::new();
    let program = source.python("lines.py", LINES);
    for (python, is_known) in pythons() {
        let traced = Traced::run(&[&python, &program]);
        let line = |op: &str| traced.of(op)[0]["source"].as_str().map(str::to_owned);
        let known = |line: &str| is_known.then(|| line.to_owned());
        assert_eq!(line("socket"), known("lines.py:6"), "{python}");
        assert_eq!(line("listen"), known("lines.py:8"), "{python}");
        assert_eq!(line("connect"), known("lines.py:3"), "{python}");
        assert_eq!(line("send"), known("lines.py:10"), "{python}");
    }
}

const C_LINES: &str = "\
#include <sys/socket.h>
#include <unistd.h>
static void talk(int a, int b) {
    char buffer[8];
    send(a, \"hello\", 5, 0);
    read(b, buffer, sizeof buffer);
}
int main(void) {
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    talk(pair[0], pair[1]);
    close(pair[0]);
    return 3;
}
";

#[test]
fn a_call_of_a_program_with_debug_information_has_its_line() {
    if !has("gcc") || !can_follow() {
        return;
    }
    let source = Source::new();
    for options in [&[][..], &["-O2"], &["-no-pie"]] {
        let Some(program) = source.c("lines", C_LINES, options) else { return };
        let traced = Traced::run(&[&program]);
        assert_eq!(traced.output.status.code(), Some(3));
        let lines: Vec<_> =
            traced.calls().map(|call| (call["op"].as_str().unwrap(), call["source"].as_str())).collect();
        let line = |number: u32| format!("lines.c:{number}");
        for (op, number) in [("socketpair", 10), ("send", 5), ("read", 6), ("close", 12)] {
            assert!(lines.contains(&(op, Some(line(number).as_str()))), "{options:?} {op}: {lines:?}");
        }
    }
}

#[test]
fn a_file_that_is_sent_and_a_vector_have_their_bytes() {
    if !has("python3") || !can_follow() {
        return;
    }
    let source = Source::new();
    let program = source.python(
        "vectors.py",
        "import os, socket\na, b = socket.socketpair()\nf = open(__file__, 'rb')\n\
         os.sendfile(a.fileno(), f.fileno(), 0, 9)\nos.writev(a.fileno(), [b'one', b'two'])\n\
         buffers = [bytearray(9), bytearray(2), bytearray(4)]\nprint(os.readv(b.fileno(), buffers))\n",
    );
    let traced = Traced::run(&[&interpreter("python3"), &program]);
    assert_eq!(traced.output.stdout, b"15\n");
    let of = |op: &str| (bytes(traced.of(op)[0]), traced.of(op)[0]["offset"].as_u64());
    assert_eq!(of("sendfile"), (b"import os".to_vec(), Some(0)));
    assert_eq!(of("writev"), (b"onetwo".to_vec(), Some(9)));
    assert_eq!(of("readv"), (b"import osonetwo".to_vec(), Some(0)));
}

/// Calls without a pause, and how far it is in the file of its first argument. It prints nothing: its output is the trace's.
const BUSY: &str = "\
import os, socket, sys
a, b = socket.socketpair()
far = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
for i in range(30000):
    a.send(b'x')
    b.recv(1)
    if i % 1000 == 0:
        os.write(far, b'.')
";

#[test]
fn no_call_of_a_busy_program_is_lost_where_the_reader_begins_late() {
    if !has("python3") || !can_follow() {
        return;
    }
    let source = Source::new();
    let (program, far) = (source.python("busy.py", BUSY), source.python("far", ""));
    let mut child = Command::new(env!("CARGO_BIN_EXE_socket-lab"))
        .args(["trace", "--format", "jsonl", "-o", "/dev/stdout", "--", &interpreter("python3"), &program, &far])
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while child.try_wait().unwrap().is_none() && fs::metadata(&far).unwrap().len() < 2 {
        thread::sleep(Duration::from_millis(5));
    }
    let mut moved = [("send", 0), ("recv", 0)];
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let call: Value = serde_json::from_str(&line).unwrap();
        if let Some((_, bytes)) = moved.iter_mut().find(|(op, _)| call["op"] == *op) {
            assert_eq!(call["offset"], *bytes, "{line}");
            *bytes += call["len"].as_u64().unwrap();
        }
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(moved, [("send", 30_000), ("recv", 30_000)]);
}
