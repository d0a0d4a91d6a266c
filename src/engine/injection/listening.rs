//! `accept` that fails: the server goes on and serves the next client.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::lab::{Lab, SERVER, inet, server};
use super::plan::Fault;
use crate::engine::Error;
use crate::lab::EndpointKind;
use crate::lab::service::Reply;
use crate::trace::notice::{CallFailure, Detail};

/// accept(2), with the errors of the network that Linux hands on.
const ACCEPT: [&str; 19] = [
    "EBADF",
    "ECONNABORTED",
    "EFAULT",
    "EHOSTDOWN",
    "EHOSTUNREACH",
    "EINTR",
    "EINVAL",
    "EMFILE",
    "ENETDOWN",
    "ENETUNREACH",
    "ENFILE",
    "ENOBUFS",
    "ENOMEM",
    "ENONET",
    "ENOPROTOOPT",
    "ENOTSOCK",
    "EOPNOTSUPP",
    "EPERM",
    "EPROTO",
];

/// A client is served.
#[track_caller]
fn is_echoed(address: SocketAddr) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(b"hello").unwrap();
    let mut back = [0; 5];
    stream.read_exact(&mut back).unwrap();
    assert_eq!(&back, b"hello");
}

#[test]
fn every_errno_of_accept_is_on_record_and_whoever_waits_is_served_after_it() {
    for errno in ACCEPT {
        let mut lab = Lab::new();
        lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::echo()), None).unwrap();
        let address = inet(&lab.local(SERVER));
        lab.faults.expect("accept", [Fault::Fails(errno)]);
        is_echoed(address);
        is_echoed(address);
        lab.until(|lab| (lab.received(SERVER) == b"hellohello").then_some(()));
        assert_eq!(lab.errnos("accept"), [errno]);
        let told = lab
            .troubles()
            .filter(|kind| matches!(kind, Error::Call(CallFailure { detail: Detail::Retried, .. })))
            .count();
        let passing = ["ECONNABORTED", "EINTR"].contains(&errno);
        assert_eq!(told, usize::from(!passing), "{errno}: told once where it takes a pause");
        lab.end();
    }
}

#[test]
fn an_accept_that_finds_nobody_although_there_was_somebody_waits_on() {
    let mut lab = Lab::new();
    lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::echo()), None).unwrap();
    let address = inet(&lab.local(SERVER));
    lab.faults.expect("accept", [Fault::Lies]);
    is_echoed(address);
    assert!(lab.faults.is_over());
    lab.until(|lab| (lab.received(SERVER) == b"hello").then_some(()));
    assert_eq!(lab.errnos("accept"), [""; 0], "no call has returned");
    lab.end();
}

#[test]
fn a_connection_whose_option_cannot_be_set_is_served_all_the_same_and_it_is_told() {
    for errno in ["EBADF", "EFAULT", "EINVAL", "ENOPROTOOPT", "ENOTSOCK"] {
        let mut lab = Lab::new();
        let mut spec = server(EndpointKind::TCP_SERVER, Reply::echo());
        spec.options.nodelay = Some(true);
        lab.open(SERVER, &spec, None).unwrap();
        let address = inet(&lab.local(SERVER));
        lab.faults.expect("setsockopt", [Fault::Fails(errno)]);
        is_echoed(address);
        lab.until(|lab| (lab.received(SERVER) == b"hello").then_some(()));
        assert_eq!(lab.errnos("setsockopt"), [errno]);
        let told = lab
            .troubles()
            .filter(|kind| matches!(kind, Error::Call(CallFailure { call: "setsockopt", detail: Detail::None, .. })));
        assert_eq!(told.count(), 1);
        lab.end();
    }
}

#[test]
fn a_listener_that_fails_to_close_is_gone_all_the_same() {
    for errno in ["EBADF", "EINTR", "EIO"] {
        let mut lab = Lab::new();
        let spec = server(EndpointKind::TCP_SERVER, Reply::echo());
        lab.open(SERVER, &spec, None).unwrap();
        let address = inet(&lab.local(SERVER));
        lab.faults.expect("close", [Fault::Fails(errno)]);
        lab.close(SERVER).unwrap();
        assert_eq!(lab.errnos("close"), [errno]);
        assert!(TcpStream::connect(address).is_err(), "nobody listens");
        lab.end();
    }
}
