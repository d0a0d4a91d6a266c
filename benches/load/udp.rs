//! Datagrams from another process at full speed, every one recorded: datagrams a second, processor time for each, and
//! the account: sent = recorded + thrown away by the kernel.
//!
//! The reference in the same run is a bare loop of `recv` on a blocking socket with a buffer of the same size.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use super::peers::{self, Peer};
use socket_lab::lab::{EndpointKind, EndpointSpec};

const DATAGRAMS: u64 = 300_000;
/// What is asked for; the system gives what it may (net.core.rmem_max).
const BUFFER: u32 = 8 * 1024 * 1024;
/// A datagram of this length says that all were sent.
const END: usize = 3;
const BUDGET: f64 = 4.0;

/// What the other process does.
pub fn peer(arguments: &[String]) {
    flood(arguments);
}

pub fn measure() {
    println!("UDP, {DATAGRAMS} datagrams at full speed from another process; Packet Sender: about 210 µs of CPU each");
    println!(
        "{:>6}  {:<10} {:>12} {:>10} {:>10} {:>12}",
        "bytes", "", "datagrams/s", "recorded", "dropped", "CPU each"
    );
    for len in [64, 1_400] {
        let bare = bare(len);
        let ours = recorded(len);
        for (name, row) in [("bare recv", &bare), ("recorded", &ours)] {
            println!(
                "{len:>6}  {name:<10} {:>12.0} {:>10} {:>10} {:>9.2} µs",
                row.received as f64 / row.seconds,
                row.received,
                row.dropped,
                row.cpu * 1e6 / row.received as f64
            );
        }
        assert_eq!(ours.received + ours.dropped, DATAGRAMS, "every datagram is accounted for");
        let each = ours.cpu * 1e6 / ours.received as f64;
        println!(
            "        {}: {each:.2} µs of {BUDGET} µs",
            if each < BUDGET { "within the budget" } else { "OVER BUDGET" }
        );
    }
}

struct Row {
    received: u64,
    dropped: u64,
    seconds: f64,
    cpu: f64,
}

/// The peer: sends all, then says so until it is ended.
fn flood(arguments: &[String]) {
    let len: usize = arguments[1].parse().expect("a length");
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.connect(&arguments[0]).expect("an address");
    let payload = vec![7; len];
    for _ in 0..DATAGRAMS {
        // On loopback a datagram for which there is no room is dropped by the receiver's socket, which counts it.
        socket.send(&payload).expect("sent");
    }
    println!("sent");
    std::thread::sleep(Duration::from_millis(300));
    loop {
        let _ = socket.send(&[0; END]);
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn bare(len: usize) -> Row {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).expect("a socket");
    socket.set_recv_buffer_size(BUFFER as usize).expect("a buffer");
    socket.bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().expect("an address").into()).expect("a port");
    let socket: UdpSocket = socket.into();
    let address = socket.local_addr().expect("an address").to_string();
    let _peer = Peer::start("udp", &[&address, &len.to_string()]);
    let mut buffer = vec![0; 65_536];
    let mut received = 0;
    let (mut began, mut cpu) = (Instant::now(), peers::cpu());
    loop {
        let got = socket.recv(&mut buffer).expect("a datagram");
        if got == END {
            break;
        }
        if received == 0 {
            (began, cpu) = (Instant::now(), peers::cpu());
        }
        received += 1;
    }
    Row { received, dropped: DATAGRAMS - received, seconds: began.elapsed().as_secs_f64(), cpu: peers::cpu() - cpu }
}

fn recorded(len: usize) -> Row {
    let mut session = peers::session(1 << 30);
    let mut spec = EndpointSpec::new("room", EndpointKind::UDP);
    spec.local = Some("127.0.0.1:0".parse().expect("an address"));
    spec.options.recv_buffer = Some(BUFFER);
    let (id, address) = peers::open(&mut session, spec);
    let before = session.trace().next_seq();
    let (mut began, mut cpu) = (None, peers::cpu());
    let _peer = Peer::start("udp", &[&address.to_string(), &len.to_string()]);
    let (mut received, mut looked) = (0, before);
    let mut seconds = 0.0;
    loop {
        peers::pump(&mut session);
        let mut ended = false;
        for call in session.trace().from(looked) {
            looked = call.seq + 1;
            if call.op.receives() && call.len == END as u64 {
                ended = true;
            } else if call.op.receives() {
                received += 1;
            }
        }
        if received > 0 && began.is_none() {
            (began, cpu) = (Some(Instant::now()), peers::cpu());
        }
        if ended {
            break;
        }
        seconds = began.map_or(0.0, |began| began.elapsed().as_secs_f64());
    }
    let cpu = peers::cpu() - cpu;
    // The kernel's count is asked for now and then.
    let deadline = Instant::now() + Duration::from_secs(3);
    let drops =
        |session: &socket_lab::session::Session| session.endpoint(id).map_or(0, |found| found.live.kernel_drops);
    while received + drops(&session) < DATAGRAMS && Instant::now() < deadline {
        peers::pump(&mut session);
    }
    Row { received, dropped: drops(&session), seconds, cpu }
}
