//! Peers that mean harm, or are just broken: a server goes on, and what they send can't disturb its viewer.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use socket_lab::engine::SocketState;
use socket_lab::lab::file;
use socket_lab::session::{Action, Happening, Session};
use socket_lab::trace::NoticeKind;

use crate::support::alone::ran_alone;
use crate::support::pump_until;

const DEADLINE: Duration = Duration::from_secs(60);
const SILENT: usize = 10_000;
/// Where the silent peers connect to, in the environment of their process.
const ADDRESS: &str = "SOCKET_LAB_TEST_ADDRESS";
fn server(text: &str, retention: u64) -> (Session, SocketAddr) {
    let mut session = Session::new(Arc::new(|| {}), retention).unwrap();
    session.load(file::parse(text, None).unwrap(), None);
    session.act(Action::OpenAll);
    let mut address = None;
    pump_until(&mut session, |session| {
        if let SocketState::Open { local: Some(local), .. } = &session.endpoints()[0].live.socket {
            address = local.inet();
        }
        address.is_some()
    });
    (session, address.unwrap())
}

fn echoed(address: SocketAddr) -> bool {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.write_all(b"hello\n").unwrap();
    let mut back = [0; 6];
    stream.read_exact(&mut back).is_ok() && &back == b"hello\n"
}

/// The session is pumped while `peer` talks to it on a thread of its own.
fn meanwhile<T: Send + 'static>(session: &mut Session, peer: impl FnOnce() -> T + Send + 'static) -> T {
    let peer = std::thread::Builder::new().name("peer".to_owned()).spawn(peer).unwrap();
    pump_until(session, |_| peer.is_finished());
    peer.join().unwrap()
}

/// Not a test by itself: the other process of the one below.
#[test]
#[ignore = "the silent peers of another test"]
fn silent_peers() {
    let address: SocketAddr = std::env::var(ADDRESS).unwrap().parse().unwrap();
    let all: Vec<TcpStream> = (0..SILENT).map_while(|_| TcpStream::connect(address).ok()).collect();
    println!("\nconnected {}", all.len());
    // Until the other side of this pipe is gone.
    let _ = std::io::stdin().read(&mut [0]);
}

#[test]
fn ten_thousand_connections_that_say_nothing_leave_room_for_one_that_speaks() {
    if ran_alone("hostile::ten_thousand_connections_that_say_nothing_leave_room_for_one_that_speaks") {
        return;
    }
    if !may_open(SILENT as u64 + 500) {
        return eprintln!("fewer files may be open here: left out");
    }
    let text =
        "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nbacklog = 4096\nservice = { kind = \"echo\" }\n";
    let (mut session, address) = server(text, 64 * 1024 * 1024);
    let before = memory();
    let mut peers = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "hostile::silent_peers", "--nocapture"])
        .env(ADDRESS, address.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let open = |session: &Session| session.endpoints()[0].live.observed.conns.len();
    pump_until(&mut session, |session| open(session) == SILENT || peers.try_wait().unwrap().is_some());
    assert_eq!(open(&session), SILENT, "is the limit of open files below it?");
    let each = memory().saturating_sub(before) / SILENT as u64;
    assert!(each < 16 * 1024, "{each} bytes each");
    assert!(meanwhile(&mut session, move || echoed(address)));
    drop(peers.stdin.take());
    peers.wait().unwrap();
    pump_until(&mut session, |session| open(session) == 0);
}

#[test]
fn one_that_dribbles_keeps_nobody_waiting() {
    if ran_alone("hostile::one_that_dribbles_keeps_nobody_waiting") {
        return;
    }
    let text = "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nframing = { kind = \"line\" }\nservice = { kind = \"echo\" }\n";
    let (mut session, address) = server(text, 64 * 1024 * 1024);
    let answer = meanwhile(&mut session, move || {
        let mut slow = TcpStream::connect(address).unwrap();
        slow.set_nodelay(true).unwrap();
        for byte in b"slow" {
            slow.write_all(&[*byte]).unwrap();
            assert!(echoed(address), "others are served between two of its bytes");
        }
        slow.write_all(b"\n").unwrap();
        let mut back = [0; 5];
        slow.read_exact(&mut back).unwrap();
        back
    });
    assert_eq!(&answer, b"slow\n");
}

/// `recv` stops at an urgent byte, and the system doesn't say again that more has arrived behind it.
#[cfg(target_os = "linux")]
#[test]
fn bytes_behind_an_urgent_one_are_received() {
    let text = "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\n";
    let (mut session, address) = server(text, 64 * 1024 * 1024);
    let mut peer = TcpStream::connect(address).unwrap();
    peer.write_all(b"x").unwrap();
    pump_until(&mut session, |session| session.trace().totals().received_bytes == 1);
    // One segment, so that all of it arrives before the server receives any of it.
    let options = socket2::SockRef::from(&peer);
    options.set_tcp_cork(true).unwrap();
    options.send_out_of_band(b"abc").unwrap();
    options.send(b"def").unwrap();
    options.set_tcp_cork(false).unwrap();
    // The urgent byte itself is no part of the stream.
    pump_until(&mut session, |session| session.trace().totals().received_bytes == 6);
}

#[test]
fn a_gigabyte_without_a_newline_takes_no_memory_and_is_told() {
    if ran_alone("hostile::a_gigabyte_without_a_newline_takes_no_memory_and_is_told") {
        return;
    }
    let text = "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nframing = { kind = \"line\" }\nservice = { kind = \"echo\" }\n";
    const RETENTION: u64 = 8 * 1024 * 1024;
    let (mut session, address) = server(text, RETENTION);
    let before = memory();
    meanwhile(&mut session, move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let block = vec![b'x'; 1024 * 1024];
        for _ in 0..1024 {
            stream.write_all(&block).unwrap();
        }
    });
    pump_until(&mut session, |session| session.trace().totals().received_bytes == 1 << 30);
    let grown = memory().saturating_sub(before);
    // The engine's budget of events, the longest message, the trace.
    assert!(grown < 64 * 1024 * 1024 + RETENTION + 64 * 1024 * 1024, "{} MiB", grown / 1024 / 1024);
    let told = session.notices().iter().filter(|logged| matches!(logged.notice.kind, NoticeKind::FramingLost { .. }));
    assert_eq!(told.count(), 1, "once, and not with every byte");
    assert!(meanwhile(&mut session, move || echoed(address)));
}

#[test]
fn what_a_peer_sends_cannot_take_over_a_terminal_or_turn_a_line_around() {
    let folder = tempfile::tempdir().unwrap();
    let lab = folder.path().join("x.lab.toml");
    let evil = "\\u001b[2J\\u001b]0;owned\\u0007\\u202Etxt.exe\\u2066\\r\\nfake line\\u009b31m";
    let text = format!(
        "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nservice = {{ kind = \"echo\" }}\n\
         [[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"@server\"\n\
         [[steps]]\nsend = {{ from = \"client\", text = \"{evil}\" }}\n\
         [[steps]]\nexpect = {{ at = \"client\", text = \"{evil}no\" , within = \"200ms\" }}\n"
    );
    std::fs::write(&lab, text).unwrap();
    for format in ["text", "jsonl"] {
        let ran = Command::new(env!("CARGO_BIN_EXE_socket-lab"))
            .args(["run", "--format", format])
            .arg(&lab)
            .output()
            .unwrap();
        let out = String::from_utf8(ran.stdout).unwrap() + &String::from_utf8(ran.stderr).unwrap();
        assert!(out.contains("send"), "{out}");
        let bad = |c: &char| {
            (c.is_control() && *c != '\n') || matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert_eq!(out.chars().find(bad), None, "{format}: {out:?}");
        assert!(!out.lines().any(|line| line.starts_with("fake line")), "{format}: {out}");
    }
}

#[test]
fn clients_that_are_gone_before_they_are_accepted_hold_up_nobody() {
    if ran_alone("hostile::clients_that_are_gone_before_they_are_accepted_hold_up_nobody") {
        return;
    }
    const GONE: usize = 50;
    let text = "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nserving = \"one-at-a-time\"\nbacklog = 100\n\
                service = { kind = \"echo\" }\n";
    let (mut session, address) = server(text, 64 * 1024 * 1024);
    let answered = meanwhile(&mut session, move || {
        let mut served = TcpStream::connect(address).unwrap();
        served.write_all(b"hello\n").unwrap();
        served.read_exact(&mut [0; 6]).unwrap();
        // These wait for their turn, and are reset before it comes; some have said something.
        for number in 0..GONE {
            let mut gone = TcpStream::connect(address).unwrap();
            if number % 2 == 0 {
                gone.write_all(b"gone\n").unwrap();
            }
            socket2::SockRef::from(&gone).set_linger(Some(Duration::ZERO)).unwrap();
        }
        drop(served);
        echoed(address)
    });
    assert!(answered);
    pump_until(&mut session, |session| session.endpoints()[0].live.observed.conns.is_empty());
    let count =
        |op: &str| session.trace().from(0).filter(|call| call.op.name() == op && call.errno().is_none()).count();
    assert_eq!(count("accept"), count("close"), "what was accepted was closed");
    // Linux gives a server also those that were reset while they waited, and each says so.
    if cfg!(target_os = "linux") {
        assert_eq!(count("accept"), GONE + 2);
        let broken = session.trace().from(0).filter(|call| call.errno().is_some()).filter_map(|call| call.conn);
        assert_eq!(broken.collect::<BTreeSet<_>>().len(), GONE);
    }
    assert!(session.endpoints()[0].live.is_open());
}

#[test]
fn of_a_flood_of_empty_datagrams_each_is_on_record_or_counted_as_dropped() {
    if ran_alone("hostile::of_a_flood_of_empty_datagrams_each_is_on_record_or_counted_as_dropped") {
        return;
    }
    const SENT: u64 = 300_000;
    const RETENTION: u64 = 1024 * 1024;
    let text = "[[endpoints]]\nname = \"room\"\nkind = \"udp\"\nlocal = \"127.0.0.1:0\"\n";
    let (mut session, address) = server(text, RETENTION);
    let flood = std::thread::Builder::new().name("flood".to_owned()).spawn(move || {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        (0..SENT).filter(|_| socket.send_to(&[], address).is_ok()).count() as u64
    });
    let flood = flood.unwrap();
    let mut came = 0;
    let deadline = Instant::now() + DEADLINE;
    while !flood.is_finished() || came + session.endpoints()[0].live.kernel_drops < SENT {
        session.wait_and_pump(Duration::from_millis(10), Duration::from_millis(4), &mut |happening| {
            if let Happening::Call(call) = happening {
                came += u64::from(call.op.name() == "recvfrom" && call.errno().is_none() && call.len == 0);
            }
        });
        assert!(Instant::now() < deadline, "{came} came, {} dropped", session.endpoints()[0].live.kernel_drops);
        assert!(session.trace().held_bytes() <= RETENTION, "calls without bytes weigh something too");
    }
    assert_eq!(flood.join().unwrap(), SENT);
    assert_eq!(came + session.endpoints()[0].live.kernel_drops, SENT, "sent = recorded + dropped by the kernel");
    assert!(session.trace().evicted_calls() > 0, "only {came} came");
}

/// What the kernel did not give to a UDP socket is counted by the socket; what it did is on record.
#[test]
fn a_session_that_stands_still_for_ten_seconds_under_load_loses_nothing_unsaid() {
    if ran_alone("hostile::a_session_that_stands_still_for_ten_seconds_under_load_loses_nothing_unsaid") {
        return;
    }
    let text = "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nservice = { kind = \"echo\" }\n\
                [[endpoints]]\nname = \"room\"\nkind = \"udp\"\nlocal = \"127.0.0.1:0\"\n";
    const RETENTION: u64 = 8 * 1024 * 1024;
    let (mut session, address) = server(text, RETENTION);
    let mut room = None;
    pump_until(&mut session, |session| {
        room = session.endpoints()[1].live.local().and_then(|local| local.inet());
        room.is_some()
    });
    let room = room.unwrap();
    let before = memory();
    let on_the_way = dropped_on_the_way();
    let stop = Arc::new(AtomicBool::new(false));
    let flood = Arc::clone(&stop);
    let sender = std::thread::Builder::new().name("datagrams".to_owned()).spawn(move || {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut sent = 0u64;
        while !flood.load(Ordering::SeqCst) {
            sent += u64::from(socket.send_to(&[7; 1_400], room).is_ok());
        }
        sent
    });
    let flood = Arc::clone(&stop);
    let stream = TcpStream::connect(address).unwrap();
    let mut writing = stream.try_clone().unwrap();
    writing.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
    let writer = std::thread::Builder::new().name("writer".to_owned()).spawn(move || {
        let (mut sent, mut slowed) = (0u64, false);
        while !flood.load(Ordering::SeqCst) {
            match writing.write(&[7; 65_536]) {
                Ok(len) => sent += len as u64,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => slowed = true,
                Err(error) => panic!("{error}"),
            }
        }
        writing.shutdown(Shutdown::Write).unwrap();
        (sent, slowed)
    });
    let reader = std::thread::Builder::new().name("reader".to_owned()).spawn(move || {
        let mut stream = stream;
        std::io::copy(&mut stream, &mut std::io::sink()).unwrap()
    });
    // Nobody pumps: what a window does that hangs.
    let until = Instant::now() + Duration::from_secs(10);
    let mut most = 0;
    while Instant::now() < until {
        most = most.max(memory());
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(most.saturating_sub(before) < 64 * 1024 * 1024 + 96 * 1024 * 1024, "{} MiB", (most - before) / 1024 / 1024);
    stop.store(true, Ordering::SeqCst);
    let (sender, writer, reader) = (sender.unwrap(), writer.unwrap(), reader.unwrap());
    pump_until(&mut session, |_| sender.is_finished() && writer.is_finished() && reader.is_finished());
    let (sent, slowed) = writer.join().unwrap();
    assert!(slowed, "TCP's own flow control slows the peer");
    assert_eq!(reader.join().unwrap(), sent, "every byte came back");
    let datagrams = sender.join().unwrap();
    let counted = |session: &Session| {
        let room = &session.endpoints()[1];
        session.trace().endpoint_totals(room.id).received_bytes / 1_400 + room.live.kernel_drops
    };
    let on_the_way = || dropped_on_the_way() - on_the_way;
    pump_until(&mut session, |session| counted(session) + on_the_way() >= datagrams);
    assert!(counted(&session) <= datagrams, "sent = recorded + dropped by the kernel");
    assert!(session.endpoints()[1].live.kernel_drops > 0);
    assert!(meanwhile(&mut session, move || echoed(address)), "all goes on afterwards");
}

/// Whether the hard limit of open files allows this many in each of the two processes.
#[cfg(unix)]
fn may_open(files: u64) -> bool {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum.is_none_or(|most| most >= files)
}

#[cfg(not(unix))]
fn may_open(_: u64) -> bool {
    true
}

/// Datagrams that the system dropped between two sockets, as it does where its queue for a busy processor is full: no
/// socket counts them (the second column of /proc/net/softnet_stat, of the whole machine).
fn dropped_on_the_way() -> u64 {
    let counts = std::fs::read_to_string("/proc/net/softnet_stat").unwrap_or_default();
    let second = counts.lines().filter_map(|line| line.split_whitespace().nth(1));
    second.filter_map(|number| u64::from_str_radix(number, 16).ok()).sum()
}

fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)).map_or(0, |number| number.parse::<u64>().unwrap_or(0) * 1024)
}
