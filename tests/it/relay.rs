//! A relay with thousands of connections.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use socket_lab::engine::SocketState;
use socket_lab::lab::file;
use socket_lab::session::{Action, Session};

use crate::support::alone::ran_alone;
use crate::support::pump_until;

const DEADLINE: Duration = Duration::from_secs(120);
const CLIENTS: usize = 5_000;
/// Where the clients connect to, in the environment of their process.
const ADDRESS: &str = "SOCKET_LAB_TEST_ADDRESS";

const LAB: &str = "\
[[endpoints]]
name = \"server\"
kind = \"tcp-server\"
backlog = 4096
service = { kind = \"echo\" }
[[endpoints]]
name = \"wire\"
kind = \"relay\"
backlog = 4096
remote = \"@server\"
";

/// Not a test by itself: the other process of the one below.
#[test]
#[ignore = "the clients of another test"]
fn clients() {
    let address: SocketAddr = std::env::var(ADDRESS).unwrap().parse().unwrap();
    let mut all: Vec<TcpStream> = (0..CLIENTS).map_while(|_| TcpStream::connect(address).ok()).collect();
    let mut echoed = 0;
    for stream in &mut all {
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.write_all(b"x").unwrap();
    }
    for stream in &mut all {
        let mut back = [0];
        echoed += usize::from(stream.read_exact(&mut back).is_ok() && back == *b"x");
    }
    println!("\nechoed {echoed}");
    // Until the other side of this pipe is gone.
    let _ = std::io::stdin().read(&mut [0]);
}

#[test]
fn five_thousand_connections_go_through_a_relay_at_once() {
    if ran_alone("relay::five_thousand_connections_go_through_a_relay_at_once") {
        return;
    }
    let mut session = Session::new(Arc::new(|| {}), 64 * 1024 * 1024).unwrap();
    if !may_open(3 * CLIENTS as u64 + 500) {
        return eprintln!("fewer files may be open here: left out");
    }
    session.load(file::parse(LAB, None).unwrap(), None);
    session.act(Action::OpenAll);
    let mut address = None;
    pump_until(&mut session, |session| {
        let open = |index: usize| match &session.endpoints()[index].live.socket {
            SocketState::Open { local: Some(local), .. } => local.inet(),
            _ => None,
        };
        address = open(0).and(open(1));
        address.is_some()
    });
    let mut clients = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "relay::clients", "--nocapture"])
        .env(ADDRESS, address.unwrap().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let back = |session: &Session| session.trace().endpoint_totals(session.endpoints()[1].id).sent_bytes;
    pump_until(&mut session, |session| back(session) == 2 * CLIENTS as u64 || clients.try_wait().unwrap().is_some());
    let open = |session: &Session| session.endpoints().iter().map(|it| it.live.observed.conns.len()).sum::<usize>();
    assert_eq!((back(&session), open(&session)), (2 * CLIENTS as u64, 3 * CLIENTS));
    drop(clients.stdin.take());
    let mut told = String::new();
    clients.stdout.take().unwrap().read_to_string(&mut told).unwrap();
    clients.wait().unwrap();
    assert!(told.contains(&format!("echoed {CLIENTS}")), "{told}");
    pump_until(&mut session, |session| open(session) == 0);
}

fn may_open(files: u64) -> bool {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum.is_none_or(|most| most >= files)
}

const DATAGRAMS: &str = "\
[[endpoints]]
name = \"server\"
kind = \"udp\"
service = { kind = \"echo\" }
[[endpoints]]
name = \"wire\"
kind = \"relay\"
protocol = \"udp\"
remote = \"@server\"
[[breakpoints]]
when = \"endpoint == wire\"
at = \"message-up\"
";

/// More than are held of one client, and than may wait for its turn.
const FLOOD: usize = 5_000;

#[test]
fn a_relay_whose_clients_datagrams_are_held_can_still_be_closed() {
    let mut session = Session::new(Arc::new(|| {}), 64 * 1024 * 1024).unwrap();
    session.load(file::parse(DATAGRAMS, None).unwrap(), None);
    session.act(Action::OpenAll);
    let mut address = None;
    pump_until(&mut session, |session| {
        if let SocketState::Open { local: Some(local), .. } = &session.endpoints()[1].live.socket {
            address = local.inet();
        }
        address.is_some()
    });
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.connect(address.unwrap()).unwrap();
    let wire = session.endpoints()[1].id;
    let received = |session: &Session| session.trace().from(0).filter(|call| call.endpoint == wire).count();
    let mut sent = 0;
    while sent < FLOOD {
        // A few at a time, so that the kernel drops none.
        sent += (0..50).filter(|_| client.send(b"").is_ok()).count();
        session.wait_and_pump(Duration::from_millis(1), Duration::from_millis(4), &mut |_| {});
    }
    pump_until(&mut session, |session| session.held_messages().len() == 1_000 && received(session) > 2_000);
    session.act(Action::Close(wire));
    pump_until(&mut session, |session| session.held_messages().len() == 0 && session.endpoints()[1].live.is_closed());
}
