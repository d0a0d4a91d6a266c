//! What makes a socket: each call that fails is reported, and leaves no socket behind.

use std::net::TcpListener;
use std::sync::Arc;

use super::lab::{CLIENT, Lab, SERVER, client, server};
use super::plan::Fault;
use crate::engine::{Command, Error, Job, Opening, SocketState};
use crate::lab::service::Reply;
use crate::lab::{Addr, EndpointKind, EndpointSpec, Group};
use crate::trace::notice::{CallFailure, Detail};

/// socket(2).
const SOCKET: [&str; 8] =
    ["EACCES", "EAFNOSUPPORT", "EINVAL", "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EPROTONOSUPPORT"];
/// setsockopt(2); ip(7) for groups.
const SETSOCKOPT: [&str; 9] =
    ["EADDRINUSE", "EADDRNOTAVAIL", "EBADF", "EFAULT", "EINVAL", "ENOBUFS", "ENODEV", "ENOPROTOOPT", "ENOTSOCK"];
/// bind(2).
const BIND: [&str; 13] = [
    "EACCES",
    "EADDRINUSE",
    "EADDRNOTAVAIL",
    "EBADF",
    "EFAULT",
    "EINVAL",
    "ELOOP",
    "ENAMETOOLONG",
    "ENOENT",
    "ENOMEM",
    "ENOTDIR",
    "ENOTSOCK",
    "EROFS",
];
/// listen(2).
const LISTEN: [&str; 4] = ["EADDRINUSE", "EBADF", "ENOTSOCK", "EOPNOTSUPP"];
/// connect(2); those that only say that it goes on are below.
const CONNECT: [&str; 17] = [
    "EACCES",
    "EADDRINUSE",
    "EADDRNOTAVAIL",
    "EAFNOSUPPORT",
    "EAGAIN",
    "EBADF",
    "ECONNREFUSED",
    "EFAULT",
    "EHOSTUNREACH",
    "EISCONN",
    "ENETUNREACH",
    "ENOBUFS",
    "ENOMEM",
    "ENOTSOCK",
    "EPERM",
    "EPROTOTYPE",
    "ETIMEDOUT",
];

/// What a connection under way ends with (SO_ERROR), on its own or as connect(2) and ip(7) have it.
const CONNECT_LATER: [&str; 9] = [
    "ECONNABORTED",
    "ECONNREFUSED",
    "ECONNRESET",
    "EHOSTDOWN",
    "EHOSTUNREACH",
    "ENETDOWN",
    "ENETUNREACH",
    "EPROTO",
    "ETIMEDOUT",
];

/// Opens with that fault, which must be reported, and then without it.
#[track_caller]
fn fails_and_then_opens(spec: &EndpointSpec, to: Option<Addr>, call: &'static str, errno: &'static str) {
    fails_at_and_then_opens(call, spec, to, call, errno);
}

/// The same where the system tells by another call, `at`, that `call` has failed.
#[track_caller]
fn fails_at_and_then_opens(
    at: &'static str,
    spec: &EndpointSpec,
    to: Option<Addr>,
    call: &'static str,
    errno: &'static str,
) {
    let mut lab = Lab::new();
    lab.faults.expect(at, [Fault::Fails(errno)]);
    let told = lab.open(SERVER, spec, to.clone()).unwrap_err();
    assert!(lab.faults.is_over(), "{at} was made");
    assert_eq!(told.errno_name().as_deref(), Some(errno), "{call}: {told:?}");
    if let Error::Call(CallFailure { call: op, addr, detail: Detail::None, .. }) = &told {
        assert_eq!(*op, call);
        assert!(addr.is_some(), "on which address: {told:?}");
    }
    assert!(lab.is_closed(SERVER));
    assert_eq!(lab.errnos(call), [errno], "on record once");
    let after = lab.calls().skip_while(|call| call.errno().is_none()).skip(1);
    let after: Vec<_> = after.map(|call| call.op.name()).collect();
    assert_eq!(after, if call == "socket" { &[][..] } else { &["close"] }, "and nothing more is tried");
    lab.open(SERVER, spec, to).unwrap();
    assert!(
        lab.seen
            .iter()
            .any(|event| matches!(event, crate::engine::Event::Endpoint { state: SocketState::Open { .. }, .. }))
    );
    lab.end();
}

#[test]
fn every_errno_of_every_call_that_opens_a_server_is_told_and_leaves_no_socket() {
    let mut spec = server(EndpointKind::TCP_SERVER, Reply::echo());
    spec.options.recv_buffer = Some(65_536);
    let cases: [(_, &[&'static str]); 4] =
        [("socket", &SOCKET), ("setsockopt", &SETSOCKOPT), ("bind", &BIND), ("listen", &LISTEN)];
    for (call, errnos) in cases {
        for errno in errnos {
            fails_and_then_opens(&spec, None, call, errno);
        }
    }
}

#[test]
fn every_errno_of_every_call_that_opens_a_datagram_socket_is_told_and_leaves_no_socket() {
    let mut spec = server(EndpointKind::UDP, Reply::echo());
    spec.options.broadcast = Some(true);
    let cases: [(_, &[&'static str]); 3] = [("socket", &SOCKET), ("setsockopt", &SETSOCKOPT), ("bind", &BIND)];
    for (call, errnos) in cases {
        for errno in errnos {
            fails_and_then_opens(&spec, None, call, errno);
        }
    }
}

#[test]
fn a_group_that_cannot_be_joined_is_told_with_its_errno() {
    let mut spec = server(EndpointKind::UDP, Reply::manual());
    spec.local = Some("0.0.0.0:0".parse().unwrap());
    spec.options.reuse_addr = Some(false);
    spec.datagram.groups = vec!["239.1.2.3%127.0.0.1".parse().unwrap()];
    for errno in SETSOCKOPT {
        fails_and_then_opens(&spec, None, "setsockopt", errno);
    }
}

/// Each of the options, in the order in which they are set.
#[test]
fn every_option_of_multicast_that_cannot_be_set_is_told_with_its_errno() {
    let mut spec = server(EndpointKind::UDP, Reply::manual());
    spec.options.reuse_addr = Some(false);
    spec.options.multicast_interface = Some("127.0.0.1".parse().unwrap());
    spec.options.multicast_ttl = Some(2);
    spec.options.multicast_loop = Some(true);
    for before in 0..3 {
        for errno in SETSOCKOPT {
            let mut lab = Lab::new();
            let faults = std::iter::repeat_n(Fault::Passes, before).chain([Fault::Fails(errno)]);
            lab.faults.expect("setsockopt", faults);
            let told = lab.open(SERVER, &spec, None).unwrap_err();
            assert!(lab.faults.is_over(), "there are more than {before}");
            assert!(matches!(told, Error::Call(CallFailure { call: "setsockopt", addr: Some(_), .. })), "{told:?}");
            assert_eq!(told.errno_name().as_deref(), Some(errno));
            assert_eq!(lab.errnos("setsockopt"), [errno]);
            assert!(lab.is_closed(SERVER));
            lab.end();
        }
    }
}

#[test]
fn a_group_that_cannot_be_joined_or_left_while_the_socket_is_open_is_told_and_can_be_tried_again() {
    let group: Group = "239.1.2.3%127.0.0.1".parse().unwrap();
    let mut spec = server(EndpointKind::UDP, Reply::manual());
    spec.local = Some("0.0.0.0:0".parse().unwrap());
    let mut lab = Lab::new();
    lab.open(SERVER, &spec, None).unwrap();
    for errno in SETSOCKOPT {
        for join in [true, false] {
            let membership = |job| Command::new(job, SERVER, Job::Membership { group: Box::new(group.clone()), join });
            lab.faults.expect("setsockopt", [Fault::Fails(errno)]);
            match lab.command(membership).unwrap_err() {
                Error::Call(CallFailure { errno: why, detail: Detail::Membership { join: told, .. }, .. }) => {
                    assert_eq!((told, why.name()), (join, Some(errno)));
                }
                told => panic!("{told:?}"),
            }
            assert!(!lab.is_closed(SERVER));
            lab.command(membership).unwrap();
        }
    }
    lab.end();
}

#[test]
fn every_errno_with_which_a_connection_under_way_ends_is_that_of_its_connect() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = Some(Addr::Inet(listener.local_addr().unwrap()));
    for errno in CONNECT_LATER {
        fails_at_and_then_opens("getsockopt", &client(), to.clone(), "connect", errno);
    }
}

#[test]
fn every_errno_of_every_call_that_connects_a_client_is_told_and_leaves_no_socket() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = Some(Addr::Inet(listener.local_addr().unwrap()));
    let mut spec = client();
    spec.options.nodelay = Some(true);
    spec.local = Some("127.0.0.1:0".parse().unwrap());
    let cases: [(_, &[&'static str]); 4] =
        [("socket", &SOCKET), ("setsockopt", &SETSOCKOPT), ("bind", &BIND), ("connect", &CONNECT)];
    for (call, errnos) in cases {
        for errno in errnos {
            fails_and_then_opens(&spec, to.clone(), call, errno);
        }
    }
}

#[test]
fn a_socket_that_the_event_queue_does_not_take_is_told_and_closed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = Some(Addr::Inet(listener.local_addr().unwrap()));
    let specs = [
        (server(EndpointKind::TCP_SERVER, Reply::echo()), None),
        (server(EndpointKind::UDP, Reply::echo()), None),
        (client(), to),
    ];
    for ((spec, to), errno) in specs.iter().flat_map(|spec| ["ENOMEM", "ENOSPC"].map(|errno| (spec, errno))) {
        let mut lab = Lab::new();
        lab.faults.expect("epoll_ctl", [Fault::Fails(errno)]);
        let told = lab.open(SERVER, spec, to.clone()).unwrap_err();
        assert!(matches!(told, Error::Call(CallFailure { call: "epoll_ctl", addr: Some(_), .. })), "{told:?}");
        assert_eq!(told.errno_name().as_deref(), Some(errno));
        assert!(lab.is_closed(SERVER));
        assert_eq!(lab.calls().last().map(|call| call.op.name()), Some("close"));
        lab.open(SERVER, spec, to.clone()).unwrap();
        lab.end();
    }
}

#[test]
fn a_connect_that_was_interrupted_is_a_call_and_another_one_connects() {
    let mut lab = Lab::new();
    lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::echo()), None).unwrap();
    lab.faults.expect("connect", [Fault::Fails("EINTR"), Fault::Fails("EINTR")]);
    let to = lab.local(SERVER);
    lab.open(CLIENT, &client(), Some(to)).unwrap();
    assert_eq!(lab.errnos("connect"), ["EINTR", "EINTR"]);
    lab.end();
}

#[test]
fn a_connect_that_was_interrupted_and_has_connected_is_no_failure() {
    let mut lab = Lab::new();
    lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::echo()), None).unwrap();
    lab.faults.expect("connect", [Fault::FailsAfter("EINTR"), Fault::Fails("EISCONN")]);
    let to = lab.local(SERVER);
    lab.open(CLIENT, &client(), Some(to)).unwrap();
    assert_eq!(lab.errnos("connect"), ["EINTR"]);
    lab.end();
}

/// The queue of a Unix server holds one more than its backlog; the next client waits without a sign from the system.
#[cfg(target_os = "linux")]
#[test]
fn a_unix_client_waits_while_the_servers_queue_is_full() {
    use std::os::unix::net::UnixStream;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let listener = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap();
    listener.bind(&socket2::SockAddr::unix(&path).unwrap()).unwrap();
    listener.listen(0).unwrap();
    let _queued = UnixStream::connect(&path).unwrap();

    let mut lab = Lab::new();
    let spec = EndpointSpec::new("client", EndpointKind::UNIX_CLIENT);
    let to = crate::engine::Dest::Addr(Addr::Unix(path));
    let job = lab.begin(|job| {
        Command::new(job, CLIENT, Job::Open(Opening { spec: Arc::new(spec), remote: Some(to), next_conn: 1 }))
    });
    lab.until(|lab| lab.seen.iter().any(|event| matches!(event, crate::engine::Event::Waiting(_))).then_some(()));
    let _first = listener.accept().unwrap();
    lab.finish(job).unwrap();
    let connects: Vec<_> = lab.calls().filter(|call| call.op.name() == "connect").collect();
    assert_eq!(connects.len(), 1, "all of the waiting is one call");
    lab.end();
}
