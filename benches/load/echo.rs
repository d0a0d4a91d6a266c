//! TCP echo with everything recorded beside a bare tokio echo server: round trips a second, and how long they take.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::peers::{self, Peer};
use socket_lab::lab::service::Reply;
use socket_lab::lab::{EndpointKind, EndpointSpec, ServiceSpec};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const LEN: usize = 64;
const SECONDS: u64 = 2;
/// Each pair is measured so often, one after the other, and the medians are compared.
const ROUNDS: usize = 5;
const BUDGET: f64 = 0.8;

/// What the other process does.
pub fn peer(arguments: &[String]) {
    ping(arguments[0].parse().expect("an address"), arguments[1].parse().expect("a number"));
}

pub fn measure() {
    println!("TCP echo of {LEN} bytes, the client in another process, medians of {ROUNDS} rounds of {SECONDS} s");
    println!("{:>12}  {:<11} {:>12} {:>10} {:>10}", "connections", "", "trips/s", "p50", "p99");
    for connections in [1, 100] {
        let (mut bare, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            bare.push(bare_server(connections));
            ours.push(recorded_server(connections));
        }
        let (bare, ours) = (peers::median(bare, |row| row.0), peers::median(ours, |row| row.0));
        for (name, row) in [("bare tokio", &bare), ("recorded", &ours)] {
            println!("{connections:>12}  {name:<11} {:>12.0} {:>7.1} µs {:>7.1} µs", row.0, row.1, row.2);
        }
        let ratio = ours.0 / bare.0;
        println!(
            "{:>14}{}: {:.0} % of the bare server's rate, at least {:.0} % wanted",
            "",
            if ratio >= BUDGET { "within the budget" } else { "OVER BUDGET" },
            ratio * 100.0,
            BUDGET * 100.0
        );
    }
}

/// Trips a second, p50 and p99 in microseconds.
type Row = (f64, f64, f64);

/// The peer: each connection sends, waits for the whole echo, and sends again.
fn ping(address: SocketAddr, connections: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let times = runtime.block_on(async {
        let mut tasks = Vec::new();
        for _ in 0..connections {
            let mut stream = TcpStream::connect(address).await.expect("a connection");
            stream.set_nodelay(true).expect("an option");
            tasks.push(tokio::spawn(async move {
                let (mut times, mut buffer) = (Vec::new(), [7; LEN]);
                let end = Instant::now() + Duration::from_secs(SECONDS);
                while Instant::now() < end {
                    let began = Instant::now();
                    stream.write_all(&buffer).await.expect("sent");
                    stream.read_exact(&mut buffer).await.expect("received");
                    times.push(u32::try_from(began.elapsed().as_nanos()).unwrap_or(u32::MAX));
                }
                times
            }));
        }
        let mut times = Vec::new();
        for task in tasks {
            times.extend(task.await.expect("its times"));
        }
        times
    });
    let mut times = times;
    times.sort_unstable();
    let at = |part: usize| f64::from(times[times.len() * part / 100]) / 1e3;
    println!("{} {} {}", times.len() as f64 / SECONDS as f64, at(50), at(99));
}

fn row(line: &str) -> Row {
    let numbers: Vec<f64> = line.split(' ').map(|number| number.parse().expect("a number")).collect();
    (numbers[0], numbers[1], numbers[2])
}

fn bare_server(connections: usize) -> Row {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("an address");
    runtime.spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            tokio::spawn(async move {
                let mut buffer = vec![0; 65_536];
                while let Ok(len @ 1..) = stream.read(&mut buffer).await {
                    if stream.write_all(&buffer[..len]).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    let row = row(&Peer::start("echo", &[&address.to_string(), &connections.to_string()]).line());
    runtime.shutdown_background();
    row
}

fn recorded_server(connections: usize) -> Row {
    let mut session = peers::session(socket_lab::trace::store::DEFAULT_RETENTION);
    let mut spec = EndpointSpec::new("server", EndpointKind::TCP_SERVER);
    spec.service = ServiceSpec::new(Reply::echo());
    let (_, address) = peers::open(&mut session, spec);
    let mut peer = Peer::start("echo", &[&address.to_string(), &connections.to_string()]);
    let (said, line) = std::sync::mpsc::channel();
    let reader = std::thread::Builder::new().name("peer".to_owned());
    reader.spawn(move || said.send(peer.line())).expect("a thread");
    loop {
        peers::pump(&mut session);
        if let Ok(line) = line.try_recv() {
            let totals = session.trace().totals();
            assert_eq!(totals.received_bytes, totals.sent_bytes, "every byte was recorded, both ways");
            return row(&line);
        }
    }
}
