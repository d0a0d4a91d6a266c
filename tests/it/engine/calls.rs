//! What is put on record: every call with its arguments, its place in the stream and its waiting.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use socket_lab::engine::{Command, Error, Event, Job, Peers};
use socket_lab::lab::service::Reply;
use socket_lab::trace::notice::Missing;
use socket_lab::trace::{Notice, NoticeKind, Op, OptionValue};

use crate::support::bench::{Bench, CLIENT, SERVER, client_of, server, udp};

#[test]
fn hello_leaves_arrives_and_comes_back_as_single_calls_in_order() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::echo()));
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
    let local = bench.open_server(server(Reply::manual()));
    let calls: Vec<String> = bench.calls().map(|call| call.op.to_string()).collect();
    assert_eq!(
        calls,
        ["socket(AF_INET, SOCK_STREAM)", "setsockopt(SO_REUSEADDR, 1)", "bind(127.0.0.1:0)", "listen(128)"]
    );
    bench.command(|job| Command::new(job, SERVER, Job::Close)).unwrap();
    assert_eq!(bench.calls().last().unwrap().op.to_string(), "close()");
    assert!(TcpStream::connect(local.inet().unwrap()).is_err());
}

#[test]
fn the_size_that_the_system_granted_a_buffer_is_what_getsockopt_says() {
    let other = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).unwrap();
    other.set_recv_buffer_size(1).unwrap();
    other.set_send_buffer_size(100_000).unwrap();
    let mut spec = udp(Some("127.0.0.1:0"));
    (spec.options.recv_buffer, spec.options.send_buffer) = (Some(1), Some(100_000));
    let mut bench = Bench::new();
    bench.open(SERVER, spec, None).unwrap();
    let sizes: Vec<(i32, u32)> = bench
        .calls()
        .filter_map(|call| match call.op {
            Op::SetSockOpt { value: OptionValue::Size { asked, granted }, .. } => Some((asked, granted)),
            _ => None,
        })
        .collect();
    let granted = |size: std::io::Result<usize>| u32::try_from(size.unwrap()).unwrap();
    assert_eq!(sizes, [(1, granted(other.recv_buffer_size())), (100_000, granted(other.send_buffer_size()))]);
}

#[cfg(target_os = "linux")]
#[test]
fn an_urgent_byte_is_told_where_it_stands_and_is_not_in_the_stream() {
    for pause in [Duration::ZERO, Duration::from_millis(30)] {
        let mut bench = Bench::new();
        let local = bench.open_server(server(Reply::manual()));
        let mut peer = TcpStream::connect(local.inet().unwrap()).unwrap();
        peer.write_all(b"abc").unwrap();
        std::thread::sleep(pause);
        socket2::SockRef::from(&peer).send_out_of_band(b"!").unwrap();
        std::thread::sleep(pause);
        peer.write_all(b"def").unwrap();
        bench.until_received(SERVER, b"abcdef");
        let told = |event: &Event| matches!(event, Event::Notice(notice) if matches!(notice.kind, NoticeKind::UrgentByte { .. }));
        let notices: Vec<_> = bench.seen().filter(|event| told(event)).cloned().collect();
        assert!(
            matches!(&notices[..], [Event::Notice(Notice { kind: NoticeKind::UrgentByte { at: 3 }, .. })]),
            "{notices:?}"
        );
    }
}

#[test]
fn a_stream_is_recorded_with_the_place_of_every_byte() {
    let mut bench = Bench::new();
    let mut spec = server(Reply::manual());
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
    let local = bench.open_server(server(Reply::manual()));
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
fn ipv6_works_like_ipv4() {
    if TcpListener::bind("[::1]:0").is_err() {
        eprintln!("not tested: this machine has no IPv6 loopback");
        return;
    }
    let mut bench = Bench::new();
    let mut spec = server(Reply::echo());
    spec.local = Some("[::1]:0".parse().unwrap());
    let local = bench.open_server(spec);
    assert!(local.inet().unwrap().is_ipv6());
    bench.open_client(client_of(&local));
    bench.send(CLIENT, Peers::All, b"six").unwrap();
    bench.until_received(CLIENT, b"six");
}

#[test]
fn options_are_set_on_record() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::manual()));
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
fn many_clients_are_all_served() {
    const CLIENTS: usize = 500;
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::echo())).inet().unwrap();
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

#[test]
fn a_repeat_ends_by_itself_and_another_when_it_is_stopped() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::manual()));
    bench.open_client(client_of(&local));
    let every = Duration::from_millis(1);
    let repeat = |job, times| Command::Repeat { job, target: CLIENT.into(), bytes: "ab".into(), every, times };
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
    let result =
        bench.command(|job| Command::Repeat { job, target: CLIENT.into(), bytes: "x".into(), every, times: 9 });
    assert_eq!(result, Err(Error::missing(Missing::Endpoint)));
}
