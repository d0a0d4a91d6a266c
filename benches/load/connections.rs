//! Nine thousand connections on one server, the clients in another process, each echoed once: our memory for each, how fast
//! they are accepted beside a bare tokio accept loop, and what the window's frames cost meanwhile.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::Receiver;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::peers::{self, Peer};
use super::screen::{Screen, spread};
use socket_lab::lab::service::Reply;
use socket_lab::lab::{EndpointKind, EndpointSpec, ServiceSpec};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const CONNECTIONS: usize = 9_000;
/// The same for both: with a shorter one, SYNs are dropped and come again after a second.
const BACKLOG: u32 = 4_096;
const BUDGET: u64 = 16 * 1024;

const ROUNDS: usize = 5;

/// What the other process does.
pub fn peer(arguments: &[String]) {
    clients(arguments[0].parse().expect("an address"));
}

pub fn measure() {
    println!("{CONNECTIONS} connections on one server, each echoed once");
    // One after the other, so that both meet the same machine.
    let (mut bares, mut recordeds, mut eaches) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (rate, each) = recorded();
        recordeds.push(rate);
        eaches.push(each);
        bares.push(bare());
    }
    let (bare, rate) = (peers::median(bares, |rate| *rate), peers::median(recordeds, |rate| *rate));
    // The first round's: later ones reuse memory that an earlier one has freed.
    let each = eaches[0];
    println!("  bare tokio: {bare:.0} accepted and echoed a second, the median of {ROUNDS}");
    println!("  recorded:   {rate:.0} ({:.0} % of it)", rate / bare * 100.0);
    println!(
        "  our memory: {:.1} KiB each, {}",
        each as f64 / 1024.0,
        if each <= BUDGET { "within 16 KiB" } else { "OVER BUDGET of 16 KiB" }
    );
    let [before, coming, open] = drawn();
    for (when, [median, _, longest]) in
        [("before they come", before), ("while they come", coming), ("with all of them open", open)]
    {
        println!("  a frame of the window {when:<22} {median:>8.1?}, the longest {longest:.1?}");
    }
}

/// The peer: connects all, says so; then sends and receives on each, says so; and holds them.
fn clients(address: SocketAddr) {
    raise_file_limit();
    let began = Instant::now();
    let mut all: Vec<TcpStream> =
        (0..CONNECTIONS).map(|_| TcpStream::connect(address).expect("a connection")).collect();
    for stream in &mut all {
        stream.write_all(b"hello").expect("sent");
    }
    for stream in &mut all {
        stream.read_exact(&mut [0; 5]).expect("the echo");
    }
    println!("{}", began.elapsed().as_secs_f64());
    loop {
        std::thread::park();
    }
}

#[cfg(not(unix))]
fn raise_file_limit() {}

#[cfg(unix)]
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

fn bare() -> f64 {
    raise_file_limit();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let listener = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
        socket.listen(BACKLOG).expect("a listener")
    });
    let address = listener.local_addr().expect("an address");
    runtime.spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            tokio::spawn(async move {
                let mut buffer = [0; 1024];
                while let Ok(len @ 1..) = stream.read(&mut buffer).await {
                    if stream.write_all(&buffer[..len]).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    let seconds: f64 = Peer::start("connections", &[&address.to_string()]).line().parse().expect("a number");
    runtime.shutdown_background();
    CONNECTIONS as f64 / seconds
}

fn server() -> EndpointSpec {
    let mut spec = EndpointSpec::new("server", EndpointKind::TCP_SERVER);
    spec.service = ServiceSpec::new(Reply::echo());
    spec.server.backlog = BACKLOG;
    spec
}

/// The peer and what it says when all of its connections were echoed. It is kept until they were looked at.
fn said_by(address: SocketAddr) -> (JoinHandle<Peer>, Receiver<String>) {
    let mut peer = Peer::start("connections", &[&address.to_string()]);
    let (said, line) = std::sync::mpsc::channel();
    let reader = std::thread::Builder::new().name("peer".to_owned());
    let peer = reader.spawn(move || {
        let line = peer.line();
        said.send(line).expect("a reader");
        peer
    });
    (peer.expect("a thread"), line)
}

/// Frames of the whole window, the list of endpoints unfolded: before any connection, while they are accepted and echoed,
/// and with all of them open.
fn drawn() -> [[Duration; 3]; 3] {
    const FRAMES: usize = 120;
    const EACH: Duration = Duration::from_micros(16_667);
    let mut screen = Screen::new();
    let (id, address) = peers::open(screen.session_mut(), server());
    let few = screen.frames(FRAMES, EACH);
    let (peer, line) = said_by(address);
    let mut coming = Vec::new();
    while line.try_recv().is_err() {
        coming.extend(screen.frames(1, EACH));
    }
    while screen.session().endpoint(id).expect("the server").live.observed.conns.len() < CONNECTIONS {
        screen.frame();
    }
    let open = screen.frames(FRAMES, EACH);
    drop(peer.join());
    [few, coming, open].map(|frames| spread(&frames, |cost| cost.whole()))
}

fn recorded() -> (f64, u64) {
    let mut session = peers::session(socket_lab::trace::store::DEFAULT_RETENTION);
    let (id, address) = peers::open(&mut session, server());
    let before = peers::memory();
    let (peer, line) = said_by(address);
    loop {
        peers::pump(&mut session);
        if let Ok(line) = line.try_recv() {
            while session.endpoint(id).expect("the server").live.observed.conns.len() < CONNECTIONS {
                peers::pump(&mut session);
            }
            let each = peers::memory().saturating_sub(before) / CONNECTIONS as u64;
            drop(peer.join());
            return (CONNECTIONS as f64 / line.parse::<f64>().expect("a number"), each);
        }
    }
}
