//! What a frame of the whole window costs: with nothing happening, with 100,000 calls a second arriving from another
//! process, and with ten million calls in the trace beside ten thousand.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use super::peers::{self, Peer};
use super::screen::{Cost, Screen, spread};
use socket_lab::lab::{EndpointKind, EndpointSpec};
use socket_lab::session::Action;

const SHORT: usize = 10_000;
const HUGE: usize = 10_000_000;
/// Room for them.
const RETENTION: u64 = 16 << 30;
const FRAMES: usize = 300;
const EACH: Duration = Duration::from_micros(16_667);
const PER_SECOND: u32 = 100_000;
const LEN: usize = 64;
const BUDGET: Duration = Duration::from_millis(4);
const RATIO: f64 = 1.2;

/// What the other process does.
pub fn peer(arguments: &[String]) {
    drizzle(arguments[0].parse().expect("an address"));
}

pub fn measure() {
    println!("processor time of a frame of the whole window (1440x900), {FRAMES} frames, 60 a second");
    println!("{:<34} {:>10} {:>10} {:>10} {:>12}", "", "median", "p99", "longest", "of it pump");
    let mut screen = Screen::new();
    row("an empty lab", &still(&mut screen));
    let mut screen = Screen::new();
    echo_pair(&mut screen);
    row("a server and a client, at rest", &still(&mut screen));

    let (costs, rate) = arriving();
    row(&format!("{rate:.0} calls a second arriving"), &costs);
    let [median, p99, _] = spread(&costs, |cost| cost.whole());
    println!("  {}: {median:.1?} (p99 {p99:.1?}) of {BUDGET:?}", verdict(median <= BUDGET));

    let short = long_trace(SHORT);
    row("10 thousand calls in the trace", &short);
    let huge = long_trace(HUGE);
    row("10 million calls in the trace", &huge);
    let median = |costs: &[Cost]| spread(costs, |cost| cost.whole())[0];
    let (short, huge) = (median(&short), median(&huge));
    let ratio = huge.as_secs_f64() / short.as_secs_f64();
    println!("  {}: {huge:.1?} of {BUDGET:?}, {ratio:.2} of {RATIO}", verdict(huge <= BUDGET && ratio <= RATIO));
}

fn verdict(within: bool) -> &'static str {
    if within { "within the budget" } else { "OVER BUDGET" }
}

fn row(name: &str, costs: &[Cost]) {
    let [median, p99, longest] = spread(costs, |cost| cost.whole());
    let [pump, ..] = spread(costs, |cost| cost.pump);
    let text = |time: Duration| format!("{:.0} µs", time.as_secs_f64() * 1e6);
    println!("{name:<34} {:>10} {:>10} {:>10} {:>12}", text(median), text(p99), text(longest), text(pump));
}

/// Frames of a window in which nothing changes, once it has come to rest.
fn still(screen: &mut Screen) -> Vec<Cost> {
    for _ in 0..30 {
        screen.frame();
    }
    screen.frames(FRAMES, EACH)
}

fn echo_pair(screen: &mut Screen) {
    screen.session_mut().act(Action::AddEchoPair { server: "server".to_owned(), client: "client".to_owned() });
    until(screen, |screen| {
        let endpoints = screen.session().endpoints();
        endpoints.len() == 2 && endpoints.iter().all(|endpoint| endpoint.live.observed.conns.len() == 1)
    });
}

fn until(screen: &mut Screen, so: impl Fn(&Screen) -> bool) {
    let began = Instant::now();
    while !so(screen) {
        screen.frame();
        assert!(began.elapsed() < Duration::from_secs(600), "it does not come");
    }
}

/// The frames, and how many calls a second came meanwhile.
fn arriving() -> (Vec<Cost>, f64) {
    let mut screen = Screen::new();
    let mut spec = EndpointSpec::new("room", EndpointKind::UDP);
    spec.local = Some("127.0.0.1:0".parse().expect("an address"));
    let (_, address) = peers::open(screen.session_mut(), spec);
    let _peer = Peer::start("frames", &[&address.to_string()]);
    until(&mut screen, |screen| screen.session().trace().totals().calls > u64::from(PER_SECOND));
    let (calls, began) = (screen.session().trace().totals().calls, Instant::now());
    let costs = screen.frames(FRAMES, EACH);
    let came = screen.session().trace().totals().calls - calls;
    (costs, came as f64 / began.elapsed().as_secs_f64())
}

/// The peer: datagrams at a fixed rate, some each millisecond.
fn drizzle(address: SocketAddr) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let (began, mut sent) = (Instant::now(), 0u64);
    // Until it is ended; a minute at the most.
    while began.elapsed() < Duration::from_secs(60) {
        let due = (began.elapsed().as_secs_f64() * f64::from(PER_SECOND)) as u64;
        while sent < due {
            let _ = socket.send_to(&[7; LEN], address);
            sent += 1;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// A trace of `count` calls at rest, each a `recv` of one byte.
fn long_trace(calls: usize) -> Vec<Cost> {
    let mut screen = Screen::new();
    screen.session_mut().act(Action::SetRetention(RETENTION));
    let mut spec = EndpointSpec::new("server", EndpointKind::TCP_SERVER);
    spec.recv_size = Some(1);
    let (_, address) = peers::open(screen.session_mut(), spec);
    let mut peer = TcpStream::connect(address).expect("a connection");
    let mut writer = peer.try_clone().expect("a descriptor");
    let writing = std::thread::Builder::new().name("writer".to_owned()).spawn(move || {
        let mut left = calls;
        while left > 0 {
            let part = left.min(4096);
            writer.write_all(&vec![b'a'; part]).expect("a reader");
            left -= part;
        }
    });
    while screen.session().trace().len() < calls {
        peers::pump(screen.session_mut());
    }
    writing.expect("a thread").join().expect("all is written");
    let costs = still(&mut screen);
    peer.flush().expect("it is still open");
    costs
}
