//! Openings that succeed, and those that the system or the engine refuses.

use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use socket_lab::engine::{Command, Dest, Error, Event, Job};
use socket_lab::lab::service::Reply;
use socket_lab::lab::{Addr, EndpointKind, EndpointSpec, HostPort, ServiceSpec};
use socket_lab::trace::notice::{CallFailure, Detail, Refused, Resolution};

use crate::support::bench::{Bench, CLIENT, SERVER, client_of, server};

#[test]
fn a_port_in_use_is_reported_with_its_address_and_the_next_one_opens() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap();
    let mut bench = Bench::new();
    let mut spec = server(Reply::echo());
    spec.local = Some(addr.to_string().parse().unwrap());
    let failure = bench.open(SERVER, spec.clone(), None).unwrap_err();
    assert_eq!(failure.errno_name().as_deref(), Some("EADDRINUSE"));
    match &failure {
        // On Linux the system says who has it: this very program.
        Error::Call(CallFailure { addr: Some(at), detail: Detail::PortTaken(by), .. }) => {
            assert_eq!((at, by.pid), (&Addr::Inet(addr), std::process::id()));
        }
        Error::Call(CallFailure { call: "bind" | "listen", addr: Some(at), .. }) if !cfg!(target_os = "linux") => {
            assert_eq!(*at, Addr::Inet(addr));
        }
        other => panic!("{other:?}"),
    }
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
        Error::Call(CallFailure::new("connect", Some(addr.into()), crate::support::errno("ECONNREFUSED")))
    );
}

#[test]
fn an_address_that_is_not_of_this_machine_is_refused_by_bind() {
    let mut bench = Bench::new();
    let mut spec = server(Reply::echo());
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
    assert!(matches!(&failure, Error::Unresolved { host, reason: Resolution::Failed(_) } if host == "nobody.invalid"));

    let local = bench.open_server(server(Reply::echo()));
    let target: HostPort = format!("localhost:{}", local.port()).parse().unwrap();
    bench.open(CLIENT, client_of(&local), Some(Dest::Host(target))).unwrap();
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
    bench.command(|job| Command::new(job, CLIENT, Job::Close)).unwrap();
    assert_eq!(bench.finish(opening), Err(Error::Refused(Refused::OpeningCancelled)));
    let ended = |event: &Event| match event {
        Event::Abandoned { token: given_up, .. } if *given_up == token => Some("connect"),
        Event::Call { call, .. } if call.op.name() == "close" => Some("close"),
        _ => None,
    };
    let ends: Vec<_> = bench.seen().filter_map(ended).collect();
    assert_eq!(ends, ["connect", "close"], "the call ends before its socket does");
}

#[test]
fn an_endpoint_opens_again_on_the_same_port_right_after_it_was_closed() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::echo()));
    bench.open_client(client_of(&local));
    bench.command(|job| Command::new(job, SERVER, Job::Close)).unwrap();
    let mut spec = server(Reply::echo());
    spec.local = Some(local.to_string().parse().unwrap());
    assert_eq!(bench.open(SERVER, spec, None).unwrap(), Some(local));
}

#[test]
fn a_bad_service_is_refused_when_the_endpoint_opens() {
    let mut bench = Bench::new();
    let mut spec = EndpointSpec::new("server", EndpointKind::TCP_SERVER);
    spec.encoding = "ascii".parse().unwrap();
    spec.service = ServiceSpec::new(Reply::suffix("你".to_owned()));
    let failure = bench.open(SERVER, spec, None).unwrap_err();
    assert!(matches!(failure, Error::Service { .. }));
}
