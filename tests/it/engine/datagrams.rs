//! UDP: lengths, destinations, broadcast.

use std::net::UdpSocket;
use std::time::Duration;

use socket_lab::engine::{Command, Dest, Error, Event, Job, Peers, SocketState};
use socket_lab::lab::service::Reply;
use socket_lab::lab::{EndpointKind, EndpointSpec, Remote, ServiceSpec};
use socket_lab::trace::notice::{CallFailure, Detail, Missing};
use socket_lab::trace::{NoticeKind, Op, Outcome};

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

/// A UDP address where nobody listens.
#[cfg(target_os = "linux")]
fn nobody() -> Dest {
    Dest::Addr(UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().into())
}

#[cfg(target_os = "linux")]
#[test]
fn with_ip_recverr_what_comes_back_is_told_once_and_no_other_call_fails() {
    let mut bench = Bench::new();
    let mut spec = udp(Some("127.0.0.1:0"));
    spec.options.recverr = Some(true);
    bench.open(ROOM, spec, None).unwrap();
    let Dest::Addr(to) = nobody() else { unreachable!() };
    for text in [b"one".as_slice(), b"another", b"third"] {
        bench.send(ROOM, Peers::Dest(Dest::Addr(to.clone())), text).unwrap();
        let back = bench.until(|event| match event {
            Event::Call { call, .. } if call.name() == "recvmsg" => Some(call.clone()),
            _ => None,
        });
        let Op::Other(queue) = &back.op else { panic!("{back:?}") };
        let came_back = queue.came_back().unwrap();
        assert_eq!((came_back.errno, came_back.by), ("ECONNREFUSED", Some("127.0.0.1")));
        // Loopback quotes the whole datagram.
        assert_eq!((back.outcome, back.ends.peer.as_ref()), (Outcome::Ok(text.len() as u64), Some(&to)));
    }
    bench.settle(Duration::from_millis(100));
    let notices = bench.seen().filter(|event| matches!(event, Event::Notice(_)));
    let told: Vec<_> = notices.cloned().collect();
    let [Event::Notice(notice)] = &told[..] else { panic!("{told:#?}") };
    assert!(matches!(&notice.kind, NoticeKind::CameBack { to: back, by: Some(_), .. } if *back == to));
    assert!(bench.calls().all(|call| call.errno().is_none()));
    bench.command(|job| Command::new(job, ROOM, Job::Close)).unwrap();
}

/// ICMP "host unreachable" (RFC 792) that quotes a datagram between two addresses of IPv4.
#[cfg(target_os = "linux")]
fn host_unreachable(from: std::net::SocketAddrV4, to: std::net::SocketAddrV4) -> Vec<u8> {
    let mut ip = vec![0x45, 0, 0, 29, 0, 0, 0, 0, 64, 17, 0, 0];
    ip.extend([from.ip().octets(), to.ip().octets()].concat());
    let udp = [from.port(), to.port(), 9, 0].map(u16::to_be_bytes).concat();
    let mut message = [vec![3, 1, 0, 0, 0, 0, 0, 0], ip, udp, vec![b'x', 0]].concat();
    let sum: u32 = message.chunks(2).map(|two| u32::from(two[0]) << 8 | u32::from(two[1])).sum();
    let folded = !u16::try_from((sum >> 16) + (sum & 0xffff)).unwrap();
    message[2..4].copy_from_slice(&folded.to_be_bytes());
    message
}

#[cfg(target_os = "linux")]
#[test]
fn what_comes_back_later_is_told_when_it_comes_and_not_with_the_next_call() {
    use socket2::{Domain, Protocol, Socket, Type};

    // A router answers when it likes; here one is played, which needs the right to send ICMP.
    let Ok(router) = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::ICMPV4)) else {
        eprintln!("no right to a raw socket: not looked at");
        return;
    };
    let mut bench = Bench::new();
    let mut spec = udp(Some("127.0.0.1:0"));
    spec.options.recverr = Some(true);
    let local = bench.open(ROOM, spec, None).unwrap().unwrap();
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = silent.local_addr().unwrap();
    bench.send(ROOM, Peers::Dest(Dest::Addr(to.into())), b"x").unwrap();
    // The socket has sent, and waits to receive.
    bench.settle(Duration::from_millis(50));
    let (std::net::SocketAddr::V4(from), std::net::SocketAddr::V4(to)) = (local.inet().unwrap(), to) else {
        unreachable!()
    };
    router.send_to(&host_unreachable(from, to), &std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let told = bench.until(|event| match event {
        Event::Notice(notice) => Some(notice.kind.clone()),
        _ => None,
    });
    assert_eq!(told.errno_name().as_deref(), Some("EHOSTUNREACH"), "{told:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn without_it_an_unconnected_socket_hears_nothing_and_a_connected_one_fails_at_every_other_send() {
    let mut bench = Bench::new();
    bench.open(ROOM, udp(Some("127.0.0.1:0")), None).unwrap();
    let to = nobody();
    for _ in 0..4 {
        bench.send(ROOM, Peers::Dest(to.clone()), b"x").unwrap();
    }
    assert!(bench.calls().all(|call| call.name() != "recvmsg" && call.errno().is_none()));

    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = peer.local_addr().unwrap();
    drop(peer);
    // The socket of the standard library, of which nobody reads meanwhile.
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(to).unwrap();
    let sends: Vec<_> = (0..4).map(|_| socket.send(b"x").map_err(|error| error.kind())).collect();
    let refused = Err(std::io::ErrorKind::ConnectionRefused);
    assert_eq!(sends, [Ok(1), refused, Ok(1), refused]);
}

#[test]
fn a_relay_forgets_a_client_that_is_silent_and_has_a_new_socket_for_it_when_it_speaks_again() {
    let peer = || {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        socket
    };
    let (server, client) = (peer(), peer());
    let mut bench = Bench::with(|config| config.relay_idle = Duration::from_millis(50));
    let mut relay = EndpointSpec::new("relay", EndpointKind::UDP_RELAY);
    relay.local = Some("127.0.0.1:0".parse().unwrap());
    let to = Dest::Addr(server.local_addr().unwrap().into());
    relay.remote = Some(Remote::Inet(server.local_addr().unwrap().to_string().parse().unwrap()));
    let local = bench.open(ROOM, relay, Some(to)).unwrap().unwrap().inet().unwrap();

    let mut buffer = [0; 16];
    let mut sockets = Vec::new();
    for text in [b"one", b"two"] {
        client.send_to(text, local).unwrap();
        let (_, from) = server.recv_from(&mut buffer).unwrap();
        assert_eq!(&buffer[..3], text);
        let sent = bench.until(|event| match event {
            Event::Call { call, .. } if matches!(call.op, Op::SendTo { .. }) => Some(call.socket),
            _ => None,
        });
        let closed = bench.until(|event| match event {
            Event::Call { call, .. } if call.op == Op::Close => Some(call.socket),
            _ => None,
        });
        assert_eq!(closed, sent, "its own socket is closed when it is silent");
        sockets.push((sent, from));
    }
    assert_ne!(sockets[0].0, sockets[1].0);
}
