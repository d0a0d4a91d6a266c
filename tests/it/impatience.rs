//! Peers that never come to an end: of a request, a name, an answer, a file. Each has a bound, and others are served
//! meanwhile.
#![cfg(unix)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::support::headless::{DEADLINE, Lab, Run, span, spawn};

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.set_write_timeout(Some(DEADLINE)).unwrap();
    stream
}

/// A file server over HTTP and one of the tutorials' protocol, for one who asks within a second.
fn file_servers() -> (Run, SocketAddr, SocketAddr) {
    let lab = Lab::new(
        "[[endpoints]]\nname = \"http\"\nkind = \"tcp-server\"\nservice = { kind = \"http\", root = \".\", ask_within = \"1s\" }\n\
         [[endpoints]]\nname = \"files\"\nkind = \"tcp-server\"\nframing = { kind = \"line\" }\n\
         service = { kind = \"files\", root = \".\", ask_within = \"1s\" }\n",
    );
    lab.put("x", b"hello");
    let mut run = lab.start();
    let (http, files) = (run.address("http"), run.address("files"));
    (run, http, files)
}

#[track_caller]
fn serves(http: SocketAddr, files: SocketAddr) {
    for (address, asked) in [(http, "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), (files, "x\n")] {
        let mut polite = connect(address);
        polite.write_all(asked.as_bytes()).unwrap();
        let mut answer = String::new();
        polite.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("hello"), "{answer}");
    }
}

/// How much memory that process has ever had, in bytes.
#[cfg(target_os = "linux")]
fn most_memory(run: &Run) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", run.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

// ---- requests ----

#[test]
fn many_who_ask_a_byte_at_a_time_have_no_more_time_than_one_who_is_silent() {
    const PEERS: usize = 40;
    let (_run, http, files) = file_servers();
    let begin = Instant::now();
    let slow: Vec<_> = (0..PEERS)
        .map(|number| {
            let (address, first) =
                if number % 2 == 0 { (http, "GET /x HTTP/1.1\r\nHost: x\r\nX-a: ") } else { (files, "x") };
            spawn("slow", move || {
                let mut stream = connect(address);
                stream.write_all(first.as_bytes()).unwrap();
                // Until the server has had enough.
                while stream.write_all(b"a").is_ok() {
                    assert!(begin.elapsed() < DEADLINE, "it is listened to for ever");
                    std::thread::sleep(Duration::from_millis(50));
                }
                begin.elapsed()
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(300));
    serves(http, files);
    for slow in slow {
        let after = slow.join().unwrap();
        assert!(after > Duration::from_millis(900) && after < Duration::from_secs(10), "{after:?}");
    }
    serves(http, files);
}

#[test]
fn a_request_without_an_end_is_given_up_early_and_takes_no_memory() {
    let (run, http, files) = file_servers();
    for (address, begin, on) in [
        (http, "GET /", "a"),
        (http, "GET /x HTTP/1.1\r\nHost: x\r\nX-a: ", "a"),
        (http, "GET /x HTTP/1.1\r\nHost: x\r\n", "X-a: b\r\n"),
        (files, "x", "a"),
    ] {
        let mut stream = connect(address);
        stream.write_all(begin.as_bytes()).unwrap();
        let piece = on.repeat((64 << 10) / on.len());
        let began = Instant::now();
        // A refused one is read from for a second more, so that it hears why.
        while stream.write_all(piece.as_bytes()).is_ok() {
            assert!(began.elapsed() < Duration::from_secs(10), "{begin:?}: it is listened to for ever");
        }
        serves(http, files);
    }
    #[cfg(target_os = "linux")]
    assert!(most_memory(&run) < 96 << 20, "{} MiB", most_memory(&run) >> 20);
    drop(run);
}

#[test]
fn one_byte_a_second_is_one_call_a_second_and_keeps_nobody_waiting() {
    let mut run = Lab::new(
        "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nframing = { kind = \"line\" }\nservice = { kind = \"upper\" }\n",
    )
    .start();
    let address = run.address("server");
    let mut slow = connect(address);
    for byte in b"abc\n" {
        std::thread::sleep(Duration::from_secs(1));
        slow.write_all(&[*byte]).unwrap();
        let began = Instant::now();
        let mut quick = connect(address);
        quick.write_all(b"quick\n").unwrap();
        let mut back = [0; 6];
        quick.read_exact(&mut back).unwrap();
        assert_eq!(&back, b"QUICK\n");
        assert!(began.elapsed() < Duration::from_millis(900), "it waited for the slow one");
    }
    let mut back = [0; 4];
    slow.read_exact(&mut back).unwrap();
    assert_eq!(&back, b"ABC\n");
    drop(slow);
    run.until(|line| line["op"] == "close" && line["conn"] == 1);
    let ran = run.stop();
    let calls = ran.calls("server").filter(|call| call["op"] == "recv" && call["conn"] == 1);
    let waited: Vec<(u64, f64)> = calls
        .map(|call| {
            let (begin, end) = span(call);
            (call["result"].as_u64().unwrap(), end - begin)
        })
        .collect();
    assert_eq!(waited.iter().map(|(len, _)| *len).collect::<Vec<_>>(), [1, 1, 1, 1, 0]);
    assert!(waited[..4].iter().all(|(_, time)| *time > 0.9), "{waited:?}");
}

// ---- answers ----

/// A server that says this and then goes on with that for ever; how many bytes it got rid of.
fn endless(begin: &'static str, on: &'static [u8]) -> (SocketAddr, JoinHandle<u64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serve = move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        stream.write_all(begin.as_bytes()).unwrap();
        let piece = on.repeat((64 << 10) / on.len());
        let mut sent = 0;
        while stream.write_all(&piece).is_ok() {
            sent += piece.len() as u64;
        }
        sent
    };
    (address, spawn("endless", serve))
}

fn downloading(from: SocketAddr, protocol: &str) -> Lab {
    Lab::new(&format!(
        "[[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"{from}\"\n\
         [[steps]]\ndownload = {{ from = \"client\", name = \"x\", save_to = \"x\", protocol = \"{protocol}\" }}\n"
    ))
}

/// Nothing but the user or the disk ends a file without an end: how long a file is its sender says.
#[test]
fn a_file_without_an_end_ends_with_the_disk_and_that_is_told() {
    const CHUNK: &[u8] = b"10\r\n0123456789abcdef\r\n";
    for (protocol, begin, on) in [
        ("files", "", &b"0123456789abcdef"[..]),
        ("http", "HTTP/1.1 200 OK\r\n\r\n", b"0123456789abcdef"),
        ("http", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", CHUNK),
    ] {
        let (address, peer) = endless(begin, on);
        let lab = downloading(address, protocol);
        // A limit on the size of files stands for the disk: blocks of 512 or 1,024 bytes.
        let script = format!(
            "trap '' XFSZ; ulimit -f 40000; exec '{}' run '{}' --format jsonl",
            env!("CARGO_BIN_EXE_socket-lab"),
            lab.path("test.lab.toml").display()
        );
        let ran = Command::new("sh").args(["-c", &script]).env("LC_ALL", "C").output().unwrap();
        let out = String::from_utf8(ran.stdout).unwrap();
        assert_eq!(ran.status.code(), Some(1), "{protocol}: {out}");
        assert!(out.lines().any(|line| line.contains("\"notice\"") && line.contains("EFBIG")), "{protocol}");
        let part = std::fs::read(lab.path("x.part")).unwrap();
        assert!(part.len() >= 40_000 * 512 && part.len() <= 40_000 * 1_024, "{protocol}: {} bytes", part.len());
        assert!(part.chunks(16).all(|piece| b"0123456789abcdef".starts_with(piece)), "{protocol}: something else");
        assert!(peer.join().unwrap() >= part.len() as u64, "{protocol}: the peer sees an end");
    }
}

#[test]
fn an_answer_whose_head_has_no_end_is_given_up_early() {
    for on in [&b"a"[..], b"X-a: b\r\n"] {
        let (address, peer) = endless("HTTP/1.1 200 OK\r\nX-b: ", on);
        let ran = downloading(address, "http").start().finish();
        assert_eq!(ran.status, Some(1));
        assert!(ran.notices().contains("Download of \"x\""), "{}", ran.notices());
        let sent = peer.join().unwrap();
        assert!(sent < 32 << 20, "{sent} bytes were taken");
    }
}
