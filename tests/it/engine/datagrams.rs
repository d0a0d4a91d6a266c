//! UDP: lengths, destinations, broadcast.

use std::net::UdpSocket;
use std::time::Duration;

use socket_lab::engine::{Command, Dest, Error, Event, Job, Peers, SocketState};
use socket_lab::lab::ServiceSpec;
use socket_lab::lab::service::Reply;
use socket_lab::trace::notice::{CallFailure, Detail, Missing};
use socket_lab::trace::{NoticeKind, Outcome};

use crate::support::bench::{Bench, CLIENT, ROOM, udp};

#[test]
fn a_datagram_that_is_too_long_is_refused_and_the_next_one_goes() {
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = || Peers::Dest(Dest::Addr(peer.local_addr().unwrap().into()));
    let mut bench = Bench::new();
    bench.open(ROOM, udp(Some("127.0.0.1:0")), None).unwrap();
    let failure = bench.send(ROOM, to(), &vec![b'x'; 70_000]).unwrap_err();
    assert!(matches!(&failure, Error::Call(CallFailure { call: "sendto", detail: Detail::Unsent(70_000), .. })));
    assert_eq!(failure.errno_name().as_deref(), Some("EMSGSIZE"));
    bench.send(ROOM, to(), b"short").unwrap();
    let mut buffer = [0; 16];
    peer.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    assert_eq!(peer.recv(&mut buffer).unwrap(), 5);
}

#[test]
fn broadcast_needs_its_option() {
    let mut bench = Bench::new();
    bench.open(ROOM, udp(Some("127.0.0.1:0")), None).unwrap();
    let to = Peers::Dest(Dest::Addr("127.255.255.255:9".parse::<std::net::SocketAddr>().unwrap().into()));
    let failure = bench.send(ROOM, to.clone(), b"all").unwrap_err();
    assert_eq!(failure.errno_name().as_deref(), Some("EACCES"));
    bench.command(|job| Command::new(job, ROOM, Job::Close)).unwrap();
    let mut spec = udp(Some("127.0.0.1:0"));
    spec.options.broadcast = Some(true);
    bench.open(ROOM, spec, None).unwrap();
    bench.send(ROOM, to, b"all").unwrap();
}

#[test]
fn a_datagram_that_does_not_fit_says_what_was_lost() {
    let mut bench = Bench::new();
    let mut spec = udp(Some("127.0.0.1:0"));
    spec.recv_size = Some(500);
    let local = bench.open(ROOM, spec, None).unwrap().unwrap();
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    peer.send_to(&[b'x'; 800], local.inet().unwrap()).unwrap();
    let call = bench.until(|event| match event {
        Event::Call { call, .. } if call.op.receives() => Some(call.clone()),
        _ => None,
    });
    assert_eq!((call.len, call.lost, call.outcome), (500, 300, Outcome::Ok(500)));
    let cut = bench.until(|event| match event {
        Event::Notice(notice) => Some(notice.kind.clone()),
        _ => None,
    });
    assert!(matches!(cut, NoticeKind::DatagramCut { kept: 500, lost: 300, .. }));
}

#[test]
fn an_unbound_udp_socket_gets_an_address_when_it_sends_and_hears_the_answer() {
    let mut bench = Bench::new();
    let mut echo = udp(Some("127.0.0.1:0"));
    echo.service = ServiceSpec::new(Reply::echo());
    let local = bench.open(ROOM, echo, None).unwrap().unwrap();
    assert_eq!(bench.open(CLIENT, udp(None), Some(Dest::Addr(local))).unwrap(), None);
    bench.send(CLIENT, Peers::All, b"who am I").unwrap();
    bench.until_received(CLIENT, b"who am I");
    assert!(bench.seen().any(|event| matches!(
        event,
        Event::Endpoint { endpoint: CLIENT, state: SocketState::Open { local: Some(_), .. } }
    )));
}

#[test]
fn a_udp_socket_without_a_destination_says_so() {
    let mut bench = Bench::new();
    bench.open(ROOM, udp(None), None).unwrap();
    let failure = bench.send(ROOM, Peers::All, b"where to").unwrap_err();
    assert_eq!(failure, Error::missing(Missing::Destination));
}
