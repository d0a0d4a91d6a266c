//! The program killed in the middle of things (SIGKILL): what its peers see, what it leaves on the disk, and what the
//! next start finds.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::support::headless::{DEADLINE, Lab, Run, spawn};
use crate::support::names;
use pcap_file::pcapng::{Block, PcapNgReader};
use socket_lab::trace::file::{Chunk, StoppedKind, TraceReader};
use socket_lab::trace::{Call, ConnId};

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

/// An address at which nobody listens now.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

// ---- peers and addresses ----

#[test]
fn its_peers_see_an_end_and_its_ports_are_free_at_once() {
    let text = |tcp: &str, udp: &str| {
        format!(
            "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nlocal = \"{tcp}\"\nservice = {{ kind = \"echo\" }}\n\
             [[endpoints]]\nname = \"room\"\nkind = \"udp\"\nlocal = \"{udp}\"\nservice = {{ kind = \"echo\" }}\n"
        )
    };
    let mut run = Lab::new(&text("127.0.0.1:0", "127.0.0.1:0")).start();
    let (server, room) = (run.address("server"), run.address("room"));
    for _ in 0..3 {
        let mut idle = connect(server);
        idle.write_all(b"hello").unwrap();
        idle.read_exact(&mut [0; 5]).unwrap();
        // One more never reads: bytes wait in both directions.
        let mut full = connect(server);
        full.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
        while full.write(&[7; 65_536]).is_ok() {}
        run.kill();
        assert_eq!(idle.read(&mut [0; 5]).unwrap(), 0, "an orderly end: nothing was under way");
        let mut rest = Vec::new();
        let ended = full.read_to_end(&mut rest).map_err(|error| error.kind());
        assert!(!rest.is_empty() && ended == Err(ErrorKind::ConnectionReset), "{ended:?}");

        // The connections are still in TIME_WAIT or FIN_WAIT here: the next one binds all the same.
        run = Lab::new(&text(&server.to_string(), &room.to_string())).start();
        assert_eq!((run.address("server"), run.address("room")), (server, room));
        let asking = UdpSocket::bind("127.0.0.1:0").unwrap();
        asking.set_read_timeout(Some(DEADLINE)).unwrap();
        asking.send_to(b"you?", room).unwrap();
        assert_eq!(asking.recv(&mut [0; 5]).unwrap(), 4);
    }
}

#[test]
fn the_file_of_its_unix_socket_is_known_as_a_leftover_by_the_next_run() {
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    for kind in ["unix-server", "unix-datagram"] {
        let path = folder.path().join(kind);
        let text = format!("[[endpoints]]\nname = \"server\"\nkind = \"{kind}\"\nlocal = \"{}\"\n", path.display());
        let mut run = Lab::new(&text).start();
        run.until(|line| line["op"] == "bind" && line["errno"].is_null());
        run.kill();
        assert!(path.exists(), "nobody was there to remove it");
        let ran = Lab::new(&text).start().finish();
        assert_eq!(ran.shown_of("server", "bind"), ["bind=EADDRINUSE"]);
        assert!(ran.notices().contains("is left over from a socket that is gone"), "{}", ran.notices());
        assert!(path.exists(), "nobody has asked for it to be removed");
    }
}

// ---- downloads ----

const WHOLE: usize = 2_000_000;

fn content() -> Vec<u8> {
    (0..WHOLE).map(|at| (at % 251) as u8).collect()
}

/// How a peer gives the file.
#[derive(Clone, Copy)]
enum Pace {
    Slow,
    AtOnce,
}

/// A server of one download; true where it got rid of all of it.
fn peer(listener: TcpListener, protocol: &'static str, pace: Pace) -> JoinHandle<bool> {
    spawn("peer", move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let mut asked = Vec::new();
        let is_whole = |asked: &[u8]| if protocol == "http" { asked.ends_with(b"\r\n\r\n") } else { asked == b"a.bin" };
        while !is_whole(&asked) {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            asked.push(byte[0]);
        }
        if protocol == "http" {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {WHOLE}\r\nETag: \"x\"\r\n\r\n").unwrap();
        }
        content().chunks(5_000).all(|piece| {
            if matches!(pace, Pace::Slow) {
                std::thread::sleep(Duration::from_millis(5));
            }
            stream.write_all(piece).is_ok()
        })
    })
}

fn downloading(from: SocketAddr, protocol: &str) -> String {
    format!(
        "[[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"{from}\"\n\
         [[steps]]\ndownload = {{ from = \"client\", name = \"a.bin\", save_to = \"out/a.bin\", protocol = \"{protocol}\" }}\n"
    )
}

#[test]
fn a_download_that_is_killed_leaves_the_beginning_of_the_file_and_the_next_ones_leave_that_alone() {
    let whole = content();
    for protocol in ["files", "http"] {
        let mut lab = Lab::new("");
        let mut left: Vec<(&str, Vec<u8>)> = Vec::new();
        for part in ["a.bin.part", "a.bin.2.part"] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            lab.put("test.lab.toml", downloading(listener.local_addr().unwrap(), protocol).as_bytes());
            let peer = peer(listener, protocol, Pace::Slow);
            let path = lab.path(&format!("out/{part}"));
            let run = lab.start();
            let began = Instant::now();
            while std::fs::metadata(&path).map_or(0, |about| about.len()) < 100_000 {
                assert!(began.elapsed() < DEADLINE, "{protocol}: nothing comes");
                std::thread::sleep(Duration::from_millis(2));
            }
            lab = run.kill().unwrap();
            assert!(!peer.join().unwrap(), "{protocol}: the peer sees that nobody takes the rest");
            let came = std::fs::read(&path).unwrap();
            assert!(came.len() < WHOLE && whole.starts_with(&came), "{protocol}: {} bytes", came.len());
            left.push((part, came));
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        lab.put("test.lab.toml", downloading(listener.local_addr().unwrap(), protocol).as_bytes());
        let peer = peer(listener, protocol, Pace::AtOnce);
        let out = lab.path("out");
        let ran = Run::of(&lab.path("test.lab.toml")).finish().went_well();
        assert!(peer.join().unwrap(), "{:#?}", ran.lines);
        assert_eq!(names(&out), ["a.bin", "a.bin.2.part", "a.bin.part"], "{protocol}");
        assert!(std::fs::read(out.join("a.bin")).unwrap() == whole);
        for (part, came) in left {
            assert!(std::fs::read(out.join(part)).unwrap() == came, "{protocol}: {part} was touched");
        }
    }
}

// ---- recordings ----

/// Each byte of a stream is its place in it, by this.
const PERIOD: u64 = 251;

/// Clients that fill an echo server with bytes that say where they belong, and datagrams that say so too.
fn load(address: SocketAddr, room: SocketAddr, stop: &Arc<AtomicBool>) -> Vec<JoinHandle<()>> {
    let mut threads = Vec::new();
    for step in [1_usize, 700, 60_000] {
        let stream = connect(address);
        let mut reading = stream.try_clone().unwrap();
        threads.push(spawn("reader", move || {
            let mut buffer = vec![0; 65_536];
            while reading.read(&mut buffer).is_ok_and(|len| len > 0) {}
        }));
        let (stop, mut stream) = (Arc::clone(stop), stream);
        threads.push(spawn("writer", move || {
            let bytes: Vec<u8> = (0..step as u64 + PERIOD).map(|at| (at % PERIOD) as u8).collect();
            let mut at = 0;
            while !stop.load(Ordering::Relaxed) {
                let begin = at % PERIOD as usize;
                match stream.write(&bytes[begin..begin + step]) {
                    Ok(len) => at += len,
                    // The server was killed.
                    Err(_) => return,
                }
            }
        }));
    }
    let stop = Arc::clone(stop);
    threads.push(spawn("datagrams", move || {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let bytes: Vec<u8> = (0..1_000).map(|at| (at % PERIOD) as u8).collect();
        while !stop.load(Ordering::Relaxed) {
            let _ = socket.send_to(&bytes, room);
        }
    }));
    threads
}

/// Runs a recording under load and kills it after that time.
fn recorded(lab: &Lab, name: &str, after: Duration) {
    let (address, room) = (free_address(), free_address());
    let text = format!(
        "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nlocal = \"{address}\"\nrecv_size = 65536\nservice = {{ kind = \"echo\" }}\n\
         [[endpoints]]\nname = \"room\"\nkind = \"udp\"\nlocal = \"{room}\"\n"
    );
    lab.put("test.lab.toml", text.as_bytes());
    let path = lab.path(name);
    let mut child = Command::new(env!("CARGO_BIN_EXE_socket-lab"))
        .arg("run")
        .arg(lab.path("test.lab.toml"))
        .args(["--for", "60s", "--record"])
        .arg(&path)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(began.elapsed() < DEADLINE, "it never listens");
        std::thread::sleep(Duration::from_millis(5));
    }
    let stop = Arc::new(AtomicBool::new(false));
    let threads = load(address, room, &stop);
    while std::fs::metadata(&path).map_or(0, |about| about.len()) < 200_000 {
        assert!(began.elapsed() < DEADLINE, "nothing is recorded");
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
    stop.store(true, Ordering::Relaxed);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

/// Moments to be killed at, in microseconds after the load is under way; the same in every run of the test.
fn moments() -> impl Iterator<Item = Duration> {
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    std::iter::repeat_with(move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        Duration::from_micros(random % 150_000)
    })
    .take(6)
}

#[track_caller]
fn says_its_place(bytes: &[u8], place: u64) {
    let wrong = bytes.iter().zip(place..).position(|(byte, at)| u64::from(*byte) != at % PERIOD);
    assert_eq!(wrong, None, "at {place}");
}

#[test]
fn a_trace_whose_recording_is_killed_under_load_opens_and_all_before_the_cut_is_right() {
    for after in moments() {
        let lab = Lab::new("");
        recorded(&lab, "out.lab-trace", after);
        let (mut reader, _) = TraceReader::new(File::open(lab.path("out.lab-trace")).unwrap()).unwrap();
        let mut calls: Vec<Call> = Vec::new();
        let stopped = loop {
            match reader.next_chunk() {
                Ok(Some(Chunk::Calls(some))) => calls.extend(some),
                Ok(Some(_)) => {}
                Ok(None) => panic!("it has an end, but was killed"),
                Err(stopped) => break stopped,
            }
        };
        assert_eq!(stopped.kind, StoppedKind::CutOff, "{after:?}");
        assert!(calls.len() > 20, "{} calls after {after:?}", calls.len());
        let mut next: BTreeMap<(Option<ConnId>, bool), u64> = BTreeMap::new();
        for (call, seq) in calls.iter().zip(calls[0].seq..) {
            assert_eq!(call.seq, seq);
            match call.offset {
                Some(offset) => {
                    let next = next.entry((call.conn, call.op.sends())).or_default();
                    assert_eq!(offset, *next, "no gap: {call}");
                    *next += call.len;
                    says_its_place(&call.data, offset);
                }
                None => says_its_place(&call.data, 0),
            }
        }
    }
}

/// How far a pcapng file goes in whole blocks: each has its length (of all of it) behind its type and at its end.
fn whole_blocks(bytes: &[u8]) -> usize {
    let mut end = 0;
    while let Some(length) = bytes.get(end + 4..end + 8) {
        let length = u32::from_le_bytes(length.try_into().unwrap()) as usize;
        let Some(again) = bytes.get(end + length - 4..end + length) else { break };
        assert_eq!(again, &bytes[end + 4..end + 8], "a block in the middle is damaged");
        end += length;
    }
    end
}

#[test]
fn a_capture_whose_recording_is_killed_under_load_opens_and_all_before_the_cut_is_right() {
    for after in moments() {
        let lab = Lab::new("");
        recorded(&lab, "out.pcapng", after);
        let bytes = std::fs::read(lab.path("out.pcapng")).unwrap();
        let mut reader = PcapNgReader::new(&bytes[..whole_blocks(&bytes)]).unwrap();
        let (mut packets, mut next) = (0, BTreeMap::new());
        while let Some(block) = reader.next_block() {
            let block = block.unwrap();
            let Block::EnhancedPacket(packet) = block else { continue };
            packets += 1;
            let sliced = etherparse::SlicedPacket::from_ethernet(&packet.data).unwrap();
            match sliced.transport.unwrap() {
                etherparse::TransportSlice::Tcp(tcp) => {
                    // The first sequence number of a stream is that of its SYN.
                    let first = *next.entry((tcp.source_port(), tcp.destination_port())).or_insert_with(|| {
                        assert!(tcp.syn());
                        tcp.sequence_number().wrapping_add(1)
                    });
                    says_its_place(tcp.payload(), u64::from(tcp.sequence_number().wrapping_sub(first)));
                }
                etherparse::TransportSlice::Udp(udp) => says_its_place(udp.payload(), 0),
                other => panic!("{other:?}"),
            }
        }
        assert!(packets > 20, "{packets} packets after {after:?}");
    }
}
