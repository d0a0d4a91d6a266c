//! Mixed load for a while: TCP, UDP and files, with peers that reset, half-close, stall and vanish. In the end every
//! byte is accounted for, memory stayed under the limit and stopped growing, and sockets, tasks and threads are gone.
//!
//! Thirty seconds; five minutes with `cargo test --test it soak:: -- --ignored`.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use socket_lab::engine::SocketState;
use socket_lab::lab::file;
use socket_lab::session::{Action, Session};
use socket_lab::trace::{ConnId, Op, Outcome};

use crate::support::alone::ran_alone;

const LAB: &str = r#"
[[endpoints]]
name = "echo"
kind = "tcp-server"
service = { kind = "echo" }
[[endpoints]]
name = "lines"
kind = "tcp-server"
framing = { kind = "line" }
service = { kind = "upper" }
[[endpoints]]
name = "one"
kind = "tcp-server"
serving = "one-at-a-time"
service = { kind = "suffix", text = " SB" }
[[endpoints]]
name = "room"
kind = "udp"
local = "127.0.0.1:0"
service = { kind = "echo" }
[[endpoints]]
name = "files"
kind = "tcp-server"
service = { kind = "files", root = ".", stalled_after = "2s", ask_within = "2s", max_transfers = 4 }
[[endpoints]]
name = "http"
kind = "tcp-server"
service = { kind = "http", root = ".", stalled_after = "2s", ask_within = "2s" }
"#;

/// What the trace may hold.
const RETENTION: u64 = 16 * 1024 * 1024;
/// What the process may hold besides: the engine's budget, buffers of the threads, the test itself.
const BESIDES: u64 = 160 * 1024 * 1024;
const FILE_LEN: usize = 3 * 1024 * 1024;
const PEERS: u64 = 12;

#[test]
fn half_a_minute_of_mixed_load_loses_nothing_and_leaves_nothing() {
    if !ran_alone("soak::half_a_minute_of_mixed_load_loses_nothing_and_leaves_nothing") {
        soak(Duration::from_secs(30));
    }
}

#[test]
#[ignore = "five minutes"]
fn five_minutes_of_mixed_load_lose_nothing_and_leave_nothing() {
    if !ran_alone("soak::five_minutes_of_mixed_load_lose_nothing_and_leave_nothing") {
        soak(Duration::from_secs(300));
    }
}

fn soak(time: Duration) {
    let folder = tempfile::tempdir().unwrap();
    let contents: Vec<u8> = (0..FILE_LEN).map(|at| (at % 253) as u8).collect();
    std::fs::write(folder.path().join("big.bin"), &contents).unwrap();
    std::fs::write(folder.path().join("空.txt"), "").unwrap();
    let lab = file::parse(LAB, Some(folder.path())).unwrap();
    // The first engine of a process leaves what its signals come through.
    drop(Session::new(Arc::new(|| {}), RETENTION).unwrap());
    let (fds, threads) = (count("/proc/self/fd"), count("/proc/self/task"));

    let mut session = Session::new(Arc::new(|| {}), RETENTION).unwrap();
    session.load(lab, None);
    session.act(Action::OpenAll);
    let mut watch = Watch::default();
    let addresses = wait_open(&mut session, &mut watch);

    let load = Arc::new(Load {
        addresses,
        stop: AtomicBool::new(false),
        datagrams: AtomicU64::new(0),
        trips: AtomicU64::new(0),
    });
    let peers: Vec<_> = (1..=PEERS)
        .map(|seed| {
            let load = Arc::clone(&load);
            std::thread::Builder::new().name(format!("peer-{seed}")).spawn(move || peer(&load, seed)).unwrap()
        })
        .collect();
    let end = Instant::now() + time;
    // The most that was held in each half.
    let mut most = [0; 2];
    while Instant::now() < end {
        watch.pump(&mut session);
        assert!(session.trace().held_bytes() <= RETENTION, "{}", session.trace().held_bytes());
        let half = &mut most[usize::from(end - Instant::now() < time / 2)];
        *half = memory().max(*half);
    }
    assert!(session.tasks() > session.endpoints().len(), "connections have tasks");
    load.stop.store(true, Ordering::SeqCst);
    while peers.iter().any(|peer| !peer.is_finished()) {
        watch.pump(&mut session);
    }
    peers.into_iter().for_each(|peer| peer.join().unwrap());
    settle(&mut session, &mut watch);
    let shown = most.map(|most| most / 1024 / 1024);
    assert!(most.iter().all(|most| *most < RETENTION + BESIDES), "{shown:?} MiB");
    // The trace was full long before: what is held does not grow with the number of connections that there were.
    assert!(most[1] < most[0] + RETENTION, "it goes on growing: {shown:?} MiB");

    let room = session.endpoint_named("room").unwrap();
    let drops = room.live.kernel_drops;
    assert_eq!(
        watch.datagrams + drops,
        load.datagrams.load(Ordering::SeqCst),
        "sent = recorded + dropped by the kernel"
    );
    let trace = session.trace();
    let kept: u64 = trace.from(0).map(|call| call.len).sum();
    let totals = trace.totals();
    assert_eq!(kept + trace.evicted_bytes(), totals.sent_bytes + totals.received_bytes, "kept + evicted = moved");
    assert!(trace.evicted_calls() > 0, "the load was too small to mean anything");
    assert!(load.trips.load(Ordering::SeqCst) > 1_000, "the load was too small to mean anything");
    assert!(session.transfers().iter().all(|transfer| transfer.is_over()));

    session.close_for_good();
    let deadline = Instant::now() + Duration::from_secs(20);
    while session.is_closing() {
        watch.pump(&mut session);
        assert!(Instant::now() < deadline, "an endpoint does not close");
    }
    assert!(
        session.endpoints().iter().all(|endpoint| endpoint.live.is_closed() && endpoint.live.observed.conns.is_empty())
    );
    assert_eq!(session.trace().waiting().len(), 0, "no call waits any more");
    assert_eq!(watch.open, 0, "every socket that was made was closed");
    // A connection's task ends right after it has told that it is closed.
    let deadline = Instant::now() + Duration::from_secs(10);
    while session.tasks() != session.endpoints().len() {
        assert!(Instant::now() < deadline, "{} tasks of {} endpoints", session.tasks(), session.endpoints().len());
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(session);
    // Threads take a moment to be gone from the list.
    let deadline = Instant::now() + Duration::from_secs(10);
    while (count("/proc/self/fd"), count("/proc/self/task")) != (fds, threads) {
        assert!(
            Instant::now() < deadline,
            "descriptors {fds} and now {}, threads {threads} and now {}",
            count("/proc/self/fd"),
            count("/proc/self/task")
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

struct Load {
    addresses: BTreeMap<String, SocketAddr>,
    stop: AtomicBool,
    datagrams: AtomicU64,
    trips: AtomicU64,
}

/// Checks every call as it comes: also those that are evicted before the end.
#[derive(Default)]
struct Watch {
    next: BTreeMap<(u32, Option<ConnId>, bool), u64>,
    datagrams: u64,
    open: i64,
    last: u64,
}

impl Watch {
    fn pump(&mut self, session: &mut Session) {
        let mut calls = Vec::new();
        session.wait_and_pump(Duration::from_millis(20), Duration::from_millis(4), &mut |happening| {
            if let socket_lab::session::Happening::Call(call) = happening {
                calls.push(call.clone());
            }
        });
        for call in calls {
            assert_eq!(call.seq, self.last + 1, "every call has its number");
            self.last = call.seq;
            self.open += match (&call.op, call.outcome) {
                (Op::Socket { .. } | Op::Accept, Outcome::Ok(_)) => 1,
                (Op::Close, _) => -1,
                _ => 0,
            };
            if matches!(call.op, Op::RecvFrom { .. }) && call.errno().is_none() {
                self.datagrams += 1;
            }
            if let Some(offset) = call.offset {
                let next = self.next.entry((call.endpoint.0, call.conn, call.op.sends())).or_default();
                assert_eq!(offset, *next, "no gap and no overlap: {call}");
                *next += call.len;
            }
        }
    }
}

fn wait_open(session: &mut Session, watch: &mut Watch) -> BTreeMap<String, SocketAddr> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        watch.pump(session);
        let open: BTreeMap<_, _> = session
            .endpoints()
            .iter()
            .filter_map(|endpoint| match &endpoint.live.socket {
                SocketState::Open { local: Some(local), .. } => Some((endpoint.spec.name.clone(), local.inet()?)),
                _ => None,
            })
            .collect();
        if open.len() == session.endpoints().len() {
            return open;
        }
        assert!(Instant::now() < deadline, "not all are open: {open:?}");
    }
}

/// Until nothing comes any more and no transfer is under way: stalled ones are given up in their time.
fn settle(session: &mut Session, watch: &mut Watch) {
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut quiet = 0;
    while quiet < 25 {
        let before = watch.last;
        watch.pump(session);
        let idle = watch.last == before && session.transfers().iter().all(|transfer| transfer.is_over());
        quiet = if idle { quiet + 1 } else { 0 };
        assert!(Instant::now() < deadline, "it does not come to rest");
    }
}

fn peer(load: &Load, seed: u64) {
    let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = |most: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % most
    };
    while !load.stop.load(Ordering::SeqCst) {
        // What goes wrong with a peer is its own affair here: the server's books are what is checked.
        let _ = match next(8) {
            0 | 1 => echo(load, next(50), next(20_000) as usize, next(4)),
            2 => lines(load, next(30)),
            3 => one_at_a_time(load),
            4 => datagrams(load, next(200)),
            5 => download(load, next(FILE_LEN as u64 * 2)),
            6 => browse(load, next(4)),
            _ => silent(load, next(5)),
        };
    }
}

fn connect(load: &Load, to: &str) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(load.addresses[to])?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.set_write_timeout(Some(Duration::from_secs(5)))?;
    Ok(stream)
}

fn reset(stream: &TcpStream) {
    let _ = socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

/// Some round trips, then an end of one of four kinds.
fn echo(load: &Load, times: u64, len: usize, end: u64) -> std::io::Result<()> {
    let mut stream = connect(load, "echo")?;
    let payload = vec![b'x'; len + 1];
    let mut back = vec![0; len + 1];
    for _ in 0..times {
        stream.write_all(&payload)?;
        stream.read_exact(&mut back)?;
        assert_eq!(back, payload);
        load.trips.fetch_add(1, Ordering::SeqCst);
    }
    match end {
        0 => reset(&stream),
        1 => {
            stream.shutdown(Shutdown::Write)?;
            std::io::copy(&mut stream, &mut std::io::sink())?;
        }
        // Vanishes with bytes on the way to it.
        2 => stream.write_all(&payload)?,
        _ => {}
    }
    Ok(())
}

fn lines(load: &Load, times: u64) -> std::io::Result<()> {
    let mut stream = connect(load, "lines")?;
    for _ in 0..times {
        stream.write_all(b"hal")?;
        stream.write_all(b"f\nand ")?;
        stream.write_all(b"more\n")?;
        let mut back = [0; 14];
        stream.read_exact(&mut back)?;
        assert_eq!(&back, b"HALF\nAND MORE\n");
        load.trips.fetch_add(1, Ordering::SeqCst);
    }
    stream.write_all(b"cut off")
}

fn one_at_a_time(load: &Load) -> std::io::Result<()> {
    let mut stream = connect(load, "one")?;
    stream.set_read_timeout(Some(Duration::from_millis(500)))?;
    stream.write_all(b"hello")?;
    let mut back = [0; 8];
    stream.read_exact(&mut back)?;
    assert_eq!(&back, b"hello SB");
    Ok(())
}

fn datagrams(load: &Load, count: u64) -> std::io::Result<()> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    for at in 0..count {
        if socket.send_to(&vec![7; (at * 7) as usize], load.addresses["room"]).is_ok() {
            load.datagrams.fetch_add(1, Ordering::SeqCst);
        }
    }
    Ok(())
}

/// Reads at most so much of the file, then vanishes; a whole one is what it should be.
fn download(load: &Load, most: u64) -> std::io::Result<()> {
    let mut stream = connect(load, "files")?;
    stream.write_all(b"big.bin")?;
    let mut got = Vec::new();
    (&mut stream).take(most).read_to_end(&mut got)?;
    let right = got.iter().enumerate().all(|(at, byte)| *byte == (at % 253) as u8);
    assert!(right, "what came is the file's beginning");
    Ok(())
}

fn browse(load: &Load, what: u64) -> std::io::Result<()> {
    let mut stream = connect(load, "http")?;
    let path = ["/", "/big.bin", "/%E7%A9%BA.txt", "/../../etc/passwd"][what as usize];
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
    let mut got = Vec::new();
    stream.read_to_end(&mut got)?;
    if what == 1 {
        assert!(got.len() > FILE_LEN, "the whole file");
    }
    assert!(!got.windows(5).any(|part| part == b"root:"), "nothing from outside");
    Ok(())
}

/// Connects and says nothing, or asks and never reads; leaves after a while.
fn silent(load: &Load, what: u64) -> std::io::Result<()> {
    let to = ["echo", "files", "http", "one", "files"][what as usize];
    let mut stream = connect(load, to)?;
    if what == 4 {
        stream.write_all(b"big.bin")?;
    }
    std::thread::sleep(Duration::from_millis(if to == "one" { 50 } else { 1_500 }));
    Ok(())
}

fn count(folder: &str) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}
