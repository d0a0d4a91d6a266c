//! The engine on real loopback sockets, with itself and with small Python programs at the other end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use socket_lab::engine::{Command, Dest, Event, Peers, SocketState};
use socket_lab::lab::service::{Content, Reply};
use socket_lab::lab::step::How;
use socket_lab::lab::{Addr, EndpointKind, EndpointSpec, HostPort, ServiceSpec, Serving};
use socket_lab::trace::notice::{Missing, Resolution};
use socket_lab::trace::{ConnId, NoticeKind, Outcome};
use support::bench::{Bench, CLIENT, ROOM, SERVER, client_of, server, udp};
use support::peers::Peer;

fn conn(number: u32) -> ConnId {
    ConnId::new(number).unwrap()
}

#[test]
fn hello_leaves_arrives_and_comes_back_as_single_calls_in_order() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::Echo));
    bench.open_client(client_of(&local));
    bench.send(CLIENT, Peers::All, b"hello").unwrap();
    bench.until_received(CLIENT, b"hello");

    let moved: Vec<String> = bench
        .calls()
        .filter(|call| call.op.sends() || call.op.receives())
        .map(|call| format!("{} {call}", if call.endpoint == CLIENT { "client" } else { "server" }))
        .collect();
    assert_eq!(moved, ["client send(5) = 5", "server recv(1024) = 5", "server send(5) = 5", "client recv(1024) = 5"]);
    for call in bench.calls().filter(|call| call.len > 0) {
        assert_eq!((call.offset, &call.data[..]), (Some(0), &b"hello"[..]));
        assert!(call.ends.local.is_some() && call.ends.peer.is_some());
    }
}

#[test]
fn a_server_is_made_with_socket_setsockopt_bind_listen() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::Manual));
    let calls: Vec<String> = bench.calls().map(|call| call.op.to_string()).collect();
    assert_eq!(
        calls,
        ["socket(AF_INET, SOCK_STREAM)", "setsockopt(SO_REUSEADDR, 1)", "bind(127.0.0.1:0)", "listen(128)"]
    );
    bench.command(|job| Command::Close { job, endpoint: SERVER }).unwrap();
    assert_eq!(bench.calls().last().unwrap().op.to_string(), "close()");
    assert!(TcpStream::connect(local.inet().unwrap()).is_err());
}

#[test]
fn a_stream_is_recorded_with_the_place_of_every_byte() {
    let mut bench = Bench::new();
    let mut spec = server(Reply::Manual);
    spec.recv_size = Some(7);
    let local = bench.open_server(spec);
    bench.open_client(client_of(&local));
    let payload: Vec<u8> = (0..=255).cycle().take(1_000).collect();
    bench.send(CLIENT, Peers::All, &payload).unwrap();
    bench.until_received(SERVER, &payload);
    let mut next = 0;
    for call in bench.calls().filter(|call| call.endpoint == SERVER && call.len > 0) {
        assert_eq!(call.offset, Some(next));
        assert!(call.len <= 7);
        next += call.len;
    }
    assert_eq!(next, 1_000);
}

#[test]
fn a_call_that_waits_is_announced_and_says_how_long_it_waited() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::Manual));
    bench.open_client(client_of(&local));
    let waiting = bench.until(|event| match event {
        Event::Waiting(call) if call.endpoint == SERVER && call.op.receives() => Some(call.clone()),
        _ => None,
    });
    std::thread::sleep(Duration::from_millis(30));
    bench.send(CLIENT, Peers::All, b"x").unwrap();
    let (call, waited) = bench.until(|event| match event {
        Event::Call { call, waited } if call.endpoint == SERVER && call.op.receives() => Some((call.clone(), *waited)),
        _ => None,
    });
    assert_eq!(waited, Some(waiting.token));
    assert_eq!(call.start, waiting.start);
    assert!(call.took >= 30_000_000, "{}", call.took);
}

#[test]
fn a_port_in_use_is_reported_with_its_address_and_the_next_one_opens() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap();
    let mut bench = Bench::new();
    let mut spec = server(Reply::Echo);
    spec.local = Some(addr.to_string().parse().unwrap());
    let failure = bench.open(SERVER, spec.clone(), None).unwrap_err();
    assert_eq!(failure.errno_name().as_deref(), Some("EADDRINUSE"));
    assert!(
        matches!(&failure, NoticeKind::CallFailed { op: "bind" | "listen", addr: Some(at), .. } if *at == Addr::Inet(addr))
    );
    assert_eq!(bench.calls().last().unwrap().op.to_string(), "close()", "the socket that came to nothing is closed");
    drop(taken);
    bench.open(SERVER, spec, None).unwrap();
}

#[test]
fn a_refused_connection_is_reported_with_its_address() {
    // A port that was free a moment ago.
    let addr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut bench = Bench::new();
    let failure = bench.open(CLIENT, client_of(&addr.into()), Some(Dest::Addr(addr.into()))).unwrap_err();
    assert_eq!(
        failure,
        NoticeKind::CallFailed { op: "connect", addr: Some(addr.into()), errno: support::errno("ECONNREFUSED") }
    );
}

#[test]
fn an_address_that_is_not_of_this_machine_is_refused_by_bind() {
    let mut bench = Bench::new();
    let mut spec = server(Reply::Echo);
    // TEST-NET-3 (RFC 5737): nobody's address.
    spec.local = Some("203.0.113.1:0".parse().unwrap());
    let failure = bench.open(SERVER, spec, None).unwrap_err();
    assert_eq!(failure.errno_name().as_deref(), Some("EADDRNOTAVAIL"));
}

#[test]
fn a_name_that_does_not_exist_is_reported_and_names_are_looked_up() {
    let mut bench = Bench::new();
    let target: HostPort = "nobody.invalid:80".parse().unwrap();
    let failure = bench.open(CLIENT, client_of(&Addr::UNBOUND), Some(Dest::Host(target))).unwrap_err();
    assert!(
        matches!(&failure, NoticeKind::Unresolved { host, reason: Resolution::Failed(_) } if host == "nobody.invalid")
    );

    let local = bench.open_server(server(Reply::Echo));
    let target: HostPort = format!("localhost:{}", local.port()).parse().unwrap();
    bench.open(CLIENT, client_of(&local), Some(Dest::Host(target))).unwrap();
}

#[test]
fn ipv6_works_like_ipv4() {
    if TcpListener::bind("[::1]:0").is_err() {
        eprintln!("not tested: this machine has no IPv6 loopback");
        return;
    }
    let mut bench = Bench::new();
    let mut spec = server(Reply::Echo);
    spec.local = Some("[::1]:0".parse().unwrap());
    let local = bench.open_server(spec);
    assert!(local.inet().unwrap().is_ipv6());
    bench.open_client(client_of(&local));
    bench.send(CLIENT, Peers::All, b"six").unwrap();
    bench.until_received(CLIENT, b"six");
}

#[test]
fn a_datagram_that_is_too_long_is_refused_and_the_next_one_goes() {
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = || Peers::Dest(Dest::Addr(peer.local_addr().unwrap().into()));
    let mut bench = Bench::new();
    bench.open(ROOM, udp(Some("127.0.0.1:0")), None).unwrap();
    let failure = bench.send(ROOM, to(), &vec![b'x'; 70_000]).unwrap_err();
    assert!(matches!(&failure, NoticeKind::NotSent { op: "sendto", unsent: 70_000, .. }));
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
    bench.command(|job| Command::Close { job, endpoint: ROOM }).unwrap();
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
    echo.service = ServiceSpec::new(Reply::Echo);
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
    assert_eq!(failure, NoticeKind::NoSuchTarget { what: Missing::Destination });
}

#[test]
fn sending_on_what_is_closed_fails_and_closing_it_again_does_not() {
    let mut bench = Bench::new();
    let failure = bench.send(CLIENT, Peers::All, b"x").unwrap_err();
    assert_eq!(failure, NoticeKind::NoSuchTarget { what: Missing::Endpoint });
    bench.command(|job| Command::Close { job, endpoint: CLIENT }).unwrap();
    bench.open_server(server(Reply::Manual));
    let failure = bench.send(SERVER, Peers::All, b"to nobody").unwrap_err();
    assert_eq!(failure, NoticeKind::NoSuchTarget { what: Missing::Connection });
}

#[test]
fn a_half_closed_client_still_hears_the_server() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::Manual));
    bench.open_client(client_of(&local));
    bench.command(|job| Command::Shutdown { job, endpoint: CLIENT, conn: None, how: How::Write }).unwrap();
    bench.until(|event| {
        matches!(event, Event::Call { call, .. } if call.endpoint == SERVER && call.is_eof()).then_some(())
    });
    bench.send(SERVER, Peers::All, b"still here").unwrap();
    bench.until_received(CLIENT, b"still here");
    let failure = bench.send(CLIENT, Peers::All, b"too late").unwrap_err();
    assert_eq!(failure.errno_name().as_deref(), Some("EPIPE"));
}

#[test]
fn an_echo_server_closes_when_its_client_has_ended() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::Echo));
    let mut stream = TcpStream::connect(local.inet().unwrap()).unwrap();
    stream.write_all(b"last words").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, b"last words");
}

#[test]
fn a_reset_connection_is_seen_as_econnreset_and_the_server_goes_on() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::Manual));
    bench.open_client(client_of(&local));
    bench.until(|event| matches!(event, Event::Call { call, .. } if call.op.name() == "accept").then_some(()));
    bench.command(|job| Command::CloseConn { job, endpoint: SERVER, conn: Some(conn(1)), reset: true }).unwrap();
    let errno = bench.until(|event| match event {
        Event::Call { call, .. } if call.endpoint == CLIENT && call.op.receives() => call.errno(),
        _ => None,
    });
    assert_eq!(errno.name(), Some("ECONNRESET"));
    // The client's socket is there until it is closed, and says what `send` says then.
    let failure = bench.send(CLIENT, Peers::All, b"anyone?").unwrap_err();
    assert_eq!(failure.errno_name().as_deref(), Some("EPIPE"));
    TcpStream::connect(local.inet().unwrap()).unwrap();
}

#[test]
fn one_at_a_time_leaves_the_next_client_in_the_queue() {
    let mut bench = Bench::new();
    let mut spec = server(Reply::Echo);
    spec.serving = Serving::OneAtATime;
    let local = bench.open_server(spec).inet().unwrap();
    let mut first = TcpStream::connect(local).unwrap();
    let mut second = TcpStream::connect(local).unwrap();
    second.write_all(b"second").unwrap();
    first.write_all(b"first").unwrap();
    let mut buffer = [0; 5];
    first.read_exact(&mut buffer).unwrap();
    assert_eq!(
        bench.drain().filter(|event| matches!(event, Event::Call { call, .. } if call.op.name() == "accept")).count(),
        1
    );
    if cfg!(target_os = "linux") {
        bench.until(|event| matches!(event, Event::AcceptQueue { queue: Some((1, 128)), .. }).then_some(()));
    }
    drop(first);
    let mut buffer = [0; 6];
    second.read_exact(&mut buffer).unwrap();
    assert_eq!(&buffer, b"second");
}

#[test]
fn a_thousand_clients_of_a_one_at_a_time_server_are_served_or_wait() {
    const CLIENTS: usize = 1_000;
    let mut bench = Bench::new();
    let mut spec = server(Reply::Echo);
    spec.serving = Serving::OneAtATime;
    spec.backlog = 2_000;
    let local = bench.open_server(spec).inet().unwrap();
    let streams: Vec<_> = (0..CLIENTS).map(|_| TcpStream::connect(local).unwrap()).collect();
    for mut stream in streams {
        stream.write_all(b"me").unwrap();
        let mut buffer = [0; 2];
        stream.read_exact(&mut buffer).unwrap();
        assert_eq!(&buffer, b"me");
    }
    let accepts = bench.drain().filter(|event| matches!(event, Event::Call { call, .. } if call.op.name() == "accept"));
    assert_eq!(accepts.count(), CLIENTS);
}

#[test]
fn a_server_stops_listening_at_its_limit_and_closes_with_its_last_client() {
    let mut bench = Bench::new();
    let mut spec = server(Reply::Constant(Content::Text("stop".to_owned())));
    spec.accept_limit = Some(1);
    spec.service.close_after_reply = true;
    let local = bench.open_server(spec).inet().unwrap();
    let mut stream = TcpStream::connect(local).unwrap();
    stream.write_all(b"hi").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "stop");
    bench
        .until(|event| matches!(event, Event::Endpoint { endpoint: SERVER, state: SocketState::Closed }).then_some(()));
    assert!(TcpStream::connect(local).is_err());
}

#[test]
fn a_quit_word_ends_its_connection_without_an_answer() {
    let mut bench = Bench::new();
    let mut spec = server(Reply::Suffix(" SB".to_owned()));
    spec.service.quit = vec!["exit".to_owned()];
    let local = bench.open_server(spec).inet().unwrap();
    let mut stream = TcpStream::connect(local).unwrap();
    stream.write_all(b"hello").unwrap();
    let mut buffer = [0; 8];
    stream.read_exact(&mut buffer).unwrap();
    assert_eq!(&buffer, b"hello SB");
    stream.write_all(b"exit").unwrap();
    assert_eq!(stream.read(&mut buffer).unwrap(), 0);
}

#[test]
fn a_repeat_ends_by_itself_and_another_when_it_is_stopped() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::Manual));
    bench.open_client(client_of(&local));
    let every = Duration::from_millis(1);
    let repeat =
        |job, times| Command::Repeat { job, endpoint: CLIENT, to: Peers::All, bytes: "ab".into(), every, times };
    bench.command(|job| repeat(job, 3)).unwrap();
    bench.until_received(SERVER, b"ababab");
    let endless = bench.begin(|job| repeat(job, u32::MAX));
    bench.until(|event| {
        matches!(event, Event::Repeated { job, sent, .. } if *job == endless && *sent >= 2).then_some(())
    });
    bench.engine.command(Command::StopRepeat { job: endless });
    bench.finish(endless).unwrap();
}

#[test]
fn a_repeat_ends_when_its_peer_is_gone() {
    let mut bench = Bench::new();
    let every = Duration::from_millis(1);
    let result = bench.command(|job| Command::Repeat {
        job,
        endpoint: CLIENT,
        to: Peers::All,
        bytes: "x".into(),
        every,
        times: 9,
    });
    assert_eq!(result, Err(NoticeKind::NoSuchTarget { what: Missing::Endpoint }));
}

#[test]
fn an_opening_that_takes_long_can_be_given_up() {
    // A backlog of 0 that is full: the SYN of a further client is dropped, and its connect waits.
    let listener = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    listener.bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap().into()).unwrap();
    listener.listen(0).unwrap();
    let addr = listener.local_addr().unwrap().as_socket().unwrap();
    let fillers: Vec<_> =
        (0..8).map_while(|_| TcpStream::connect_timeout(&addr, Duration::from_millis(100)).ok()).collect();
    assert!(fillers.len() < 8, "the accept queue never filled");
    let mut bench = Bench::new();
    let opening = bench.begin_open(CLIENT, client_of(&addr.into()), Some(Dest::Addr(addr.into())));
    let token = bench.until(|event| match event {
        Event::Waiting(call) if call.op.name() == "connect" => Some(call.token),
        _ => None,
    });
    bench.command(|job| Command::Close { job, endpoint: CLIENT }).unwrap();
    assert_eq!(bench.finish(opening), Err(NoticeKind::OpeningCancelled));
    assert!(bench.seen().any(|event| *event == Event::Abandoned(token)));
}

#[test]
fn a_session_that_does_not_pump_slows_the_peer_and_loses_nothing() {
    const BUDGET: u64 = 256 * 1024;
    const SENT: usize = 32 * 1024 * 1024;
    let mut bench = Bench::with_budget(BUDGET);
    let mut spec = server(Reply::Manual);
    spec.recv_size = Some(65_536);
    let local = bench.open_server(spec).inet().unwrap();
    let writer = std::thread::Builder::new().spawn(move || {
        let mut stream = TcpStream::connect(local).unwrap();
        let block: Vec<u8> = (0..=255).cycle().take(65_536).collect();
        for _ in 0..SENT / block.len() {
            stream.write_all(&block).unwrap();
        }
    });
    let writer = writer.unwrap();
    // Long enough to send everything several times over, were it read.
    std::thread::sleep(Duration::from_millis(500));
    assert!(!writer.is_finished(), "the peer was not slowed");
    let mut received = 0;
    let mut next = 0;
    while received < SENT {
        let call = bench.until(|event| match event {
            Event::Call { call, .. } if call.op.receives() => Some(call.clone()),
            _ => None,
        });
        assert_eq!(call.offset, Some(next));
        next += call.len;
        received += call.data.len();
        bench.forget_seen();
    }
    writer.join().unwrap();
    assert_eq!(received, SENT);
}

#[test]
fn an_endpoint_opens_again_on_the_same_port_right_after_it_was_closed() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::Echo));
    bench.open_client(client_of(&local));
    bench.command(|job| Command::Close { job, endpoint: SERVER }).unwrap();
    let mut spec = server(Reply::Echo);
    spec.local = Some(local.to_string().parse().unwrap());
    assert_eq!(bench.open(SERVER, spec, None).unwrap(), Some(local));
}

#[test]
fn options_are_set_on_record() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::Manual));
    let mut spec = client_of(&local);
    spec.local = Some("127.0.0.1:0".parse().unwrap());
    spec.options.nodelay = Some(true);
    spec.options.keepalive = Some(true);
    spec.options.linger = Some(Duration::from_secs(3));
    spec.options.recv_buffer = Some(32_768);
    spec.options.send_buffer = Some(32_768);
    bench.open_client(spec);
    let calls: Vec<String> =
        bench.calls().filter(|call| call.endpoint == CLIENT).map(|call| call.op.to_string()).collect();
    assert_eq!(
        calls[..8],
        [
            "socket(AF_INET, SOCK_STREAM)",
            "setsockopt(SO_RCVBUF, 32768)",
            "setsockopt(SO_SNDBUF, 32768)",
            "setsockopt(TCP_NODELAY, 1)",
            "setsockopt(SO_KEEPALIVE, 1)",
            "setsockopt(SO_LINGER, 3 s)",
            "bind(127.0.0.1:0)",
            &format!("connect({local})"),
        ]
    );
}

#[test]
fn a_python_client_is_echoed() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::Echo));
    let Some(peer) = Peer::run("tcp_client.py", &[&local.port().to_string(), "你好", "hello"]) else { return };
    assert_eq!(peer.output(), "你好\nhello\n");
}

#[test]
fn a_python_server_echoes_the_client() {
    let Some(mut peer) = Peer::run("echo_server.py", &[]) else { return };
    let addr = peer.address();
    let mut bench = Bench::new();
    bench.open_client(client_of(&addr));
    bench.send(CLIENT, Peers::All, "你好".as_bytes()).unwrap();
    bench.until_received(CLIENT, "你好".as_bytes());
}

#[test]
fn a_python_server_that_resets_in_mid_send_leaves_a_count_of_what_was_not_sent() {
    let Some(mut peer) = Peer::run("resetting_server.py", &[]) else { return };
    let addr = peer.address();
    let mut bench = Bench::new();
    bench.open_client(client_of(&addr));
    const SENT: u64 = 32 * 1024 * 1024;
    let failure = bench.send(CLIENT, Peers::All, &vec![b'x'; SENT as usize]).unwrap_err();
    let NoticeKind::NotSent { op: "send", errno, unsent, .. } = &failure else { panic!("{failure:?}") };
    assert!(matches!(errno.name(), Some("ECONNRESET" | "EPIPE")), "{errno}");
    let sent: u64 = bench.calls().filter(|call| call.op.sends()).map(|call| call.len).sum();
    assert_eq!(sent + unsent, SENT);
    // Every send that the system took is on record with its place, and none says more than it was.
    let mut next = 0;
    for call in bench.calls().filter(|call| call.op.sends() && call.errno().is_none()) {
        assert_eq!(call.offset, Some(next));
        next += call.len;
    }
}

#[test]
fn a_python_client_that_is_killed_ends_its_connection_and_not_the_server() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::Echo));
    let Some(mut peer) = Peer::run("silent_client.py", &[&local.port().to_string()]) else { return };
    bench.until(|event| matches!(event, Event::Call { call, .. } if call.op.name() == "accept").then_some(()));
    peer.kill();
    bench.until(|event| {
        matches!(event, Event::Call { call, .. } if call.op.name() == "close" && call.conn == Some(conn(1)))
            .then_some(())
    });
    bench.open_client(client_of(&local));
}

#[test]
fn a_python_udp_echo_answers() {
    let Some(mut peer) = Peer::run("udp_echo.py", &[]) else { return };
    let addr = peer.address();
    let mut bench = Bench::new();
    bench.open(ROOM, udp(Some("127.0.0.1:0")), Some(Dest::Addr(addr))).unwrap();
    bench.send(ROOM, Peers::All, b"ping").unwrap();
    bench.until_received(ROOM, b"ping");
}

#[test]
fn many_clients_are_all_served() {
    const CLIENTS: usize = 500;
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::Echo)).inet().unwrap();
    let mut streams: Vec<_> = (0..CLIENTS).map(|_| TcpStream::connect(local).unwrap()).collect();
    for (n, stream) in streams.iter_mut().enumerate() {
        stream.write_all(format!("{n:04}").as_bytes()).unwrap();
    }
    for (n, stream) in streams.iter_mut().enumerate() {
        let mut buffer = [0; 4];
        stream.read_exact(&mut buffer).unwrap();
        assert_eq!(buffer, format!("{n:04}").as_bytes());
    }
    assert_eq!(
        bench.drain().filter(|event| matches!(event, Event::Call { call, .. } if call.op.name() == "accept")).count(),
        CLIENTS
    );
}

#[cfg(unix)]
mod unix {
    use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
    use std::path::Path;

    use socket_lab::lab::Local;
    use socket_lab::trace::notice::PathTakenBy;

    use super::*;

    fn at(kind: EndpointKind, path: impl AsRef<Path>) -> EndpointSpec {
        let mut spec = EndpointSpec::new("unix", kind);
        spec.local = Some(Local::Path(path.as_ref().to_owned()));
        spec.service = ServiceSpec::new(Reply::Echo);
        spec
    }

    fn client() -> EndpointSpec {
        EndpointSpec::new("client", EndpointKind::UnixClient)
    }

    #[test]
    fn a_server_at_a_path_echoes_and_removes_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("echo.sock");
        let mut bench = Bench::new();
        let local = bench.open(SERVER, at(EndpointKind::UnixServer, &path), None).unwrap().unwrap();
        assert_eq!(local, Addr::Unix(path.clone()));
        bench.open(CLIENT, client(), Some(Dest::Addr(local))).unwrap();
        bench.send(CLIENT, Peers::All, b"hello").unwrap();
        bench.until_received(CLIENT, b"hello");
        assert_eq!(bench.calls().next().unwrap().op.to_string(), "socket(AF_UNIX, SOCK_STREAM)");
        let mut stream = UnixStream::connect(&path).unwrap();
        stream.write_all(b"std").unwrap();
        let mut buffer = [0; 3];
        stream.read_exact(&mut buffer).unwrap();
        bench.command(|job| Command::Close { job, endpoint: SERVER }).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_stale_file_is_recognised_and_removed_only_when_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stale.sock");
        drop(UnixListener::bind(&path).unwrap());
        let mut bench = Bench::new();
        let failure = bench.open(SERVER, at(EndpointKind::UnixServer, &path), None).unwrap_err();
        assert_eq!(failure.errno_name().as_deref(), Some("EADDRINUSE"));
        assert!(matches!(&failure, NoticeKind::PathTaken { by: PathTakenBy::Stale, .. }), "{failure:?}");
        assert!(path.exists());
        bench.command(|job| Command::RemoveStale { job, endpoint: SERVER, path: path.clone() }).unwrap();
        bench.open(SERVER, at(EndpointKind::UnixServer, &path), None).unwrap();
    }

    #[test]
    fn the_file_of_a_live_socket_and_a_regular_file_are_never_removed() {
        let folder = tempfile::tempdir().unwrap();
        let live = folder.path().join("live.sock");
        let _listener = UnixListener::bind(&live).unwrap();
        let room = folder.path().join("room.sock");
        let _datagram = UnixDatagram::bind(&room).unwrap();
        let file = folder.path().join("diary.txt");
        std::fs::write(&file, "dear diary").unwrap();
        let mut bench = Bench::new();
        for (path, expected) in [(live, PathTakenBy::Live), (room, PathTakenBy::Live), (file, PathTakenBy::Other)] {
            let failure = bench.open(SERVER, at(EndpointKind::UnixServer, &path), None).unwrap_err();
            assert!(matches!(&failure, NoticeKind::PathTaken { by, .. } if *by == expected), "{failure:?}");
            bench.command(|job| Command::RemoveStale { job, endpoint: SERVER, path: path.clone() }).unwrap_err();
            assert!(path.exists());
        }
    }

    #[test]
    fn a_missing_folder_is_said_to_be_missing() {
        let mut bench = Bench::new();
        let failure = bench.open(SERVER, at(EndpointKind::UnixServer, "/nowhere/at/all.sock"), None).unwrap_err();
        assert_eq!(failure.errno_name().as_deref(), Some("ENOENT"));
        let nobody = Dest::Addr(Addr::Unix("/nowhere/at/all.sock".into()));
        let failure = bench.open(CLIENT, client(), Some(nobody)).unwrap_err();
        assert_eq!(failure.errno_name().as_deref(), Some("ENOENT"));
    }

    #[test]
    fn datagrams_go_from_path_to_path_and_a_nameless_sender_is_not_answered() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one.sock"), folder.path().join("two.sock"));
        let mut bench = Bench::new();
        let local = bench.open(ROOM, at(EndpointKind::UnixDatagram, &one), None).unwrap().unwrap();
        let mut spec = at(EndpointKind::UnixDatagram, &two);
        spec.service = ServiceSpec::default();
        bench.open(CLIENT, spec, Some(Dest::Addr(local))).unwrap();
        bench.send(CLIENT, Peers::All, b"ping").unwrap();
        bench.until_received(CLIENT, b"ping");
        let nameless = UnixDatagram::unbound().unwrap();
        nameless.send_to(b"who", &one).unwrap();
        bench.until(|event| match event {
            Event::Call { call, .. } => {
                (&call.data[..] == b"who" && call.ends.peer == Some(Addr::Unnamed)).then_some(())
            }
            _ => None,
        });
        bench.command(|job| Command::Close { job, endpoint: ROOM }).unwrap();
        assert!(!one.exists());
    }

    #[test]
    fn a_full_queue_of_a_datagram_peer_makes_the_sender_wait() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("slow.sock");
        let slow = UnixDatagram::bind(&path).unwrap();
        let mut bench = Bench::new();
        let spec = EndpointSpec::new("sender", EndpointKind::UnixDatagram);
        bench.open(ROOM, spec, Some(Dest::Addr(Addr::Unix(path)))).unwrap();
        const COUNT: u32 = 2_000;
        let every = Duration::from_millis(1);
        let to = Peers::All;
        let repeat =
            bench.begin(|job| Command::Repeat { job, endpoint: ROOM, to, bytes: "x".into(), every, times: COUNT });
        bench.until(|event| matches!(event, Event::Waiting(call) if call.op.name() == "sendto").then_some(()));
        let reader = std::thread::Builder::new().spawn(move || {
            let mut buffer = [0; 8];
            (0..COUNT).for_each(|_| assert_eq!(slow.recv(&mut buffer).unwrap(), 1));
        });
        bench.finish(repeat).unwrap();
        reader.unwrap().join().unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_abstract_name_needs_no_file() {
        let name = format!("@socket-lab-test-{}", std::process::id());
        let mut bench = Bench::new();
        let local = bench.open(SERVER, at(EndpointKind::UnixServer, &name), None).unwrap().unwrap();
        assert_eq!(local, Addr::Unix(name.clone().into()));
        bench.open(CLIENT, client(), Some(Dest::Addr(local))).unwrap();
        bench.send(CLIENT, Peers::All, b"no file").unwrap();
        bench.until_received(CLIENT, b"no file");
        let failure = bench.open(ROOM, at(EndpointKind::UnixServer, &name), None).unwrap_err();
        assert!(matches!(&failure, NoticeKind::PathTaken { by: PathTakenBy::Live, .. }), "{failure:?}");
    }
}

#[test]
fn who_is_still_in_the_accept_queue_sees_an_orderly_end() {
    for _ in 0..50 {
        let mut bench = Bench::new();
        let local = bench.open_server(server(Reply::Manual));
        bench.open_client(client_of(&local));
        bench.command(|job| Command::Close { job, endpoint: SERVER }).unwrap();
        let end = bench.until(|event| match event {
            Event::Call { call, .. } if call.endpoint == CLIENT && call.op.receives() => Some(call.outcome),
            _ => None,
        });
        assert_eq!(end, Outcome::Ok(0));
    }
}

#[test]
fn a_server_sends_to_a_client_that_has_just_connected() {
    for _ in 0..50 {
        let mut bench = Bench::new();
        let local = bench.open_server(server(Reply::Manual));
        bench.open_client(client_of(&local));
        bench.send(SERVER, Peers::All, b"welcome").unwrap();
    }
}

#[test]
fn a_bad_service_is_refused_when_the_endpoint_opens() {
    let mut bench = Bench::new();
    let mut spec = EndpointSpec::new("server", EndpointKind::TcpServer);
    spec.encoding = "ascii".parse().unwrap();
    spec.service = ServiceSpec::new(Reply::Suffix("你".to_owned()));
    let failure = bench.open(SERVER, spec, None).unwrap_err();
    assert!(matches!(failure, NoticeKind::BadService { .. }));
}
