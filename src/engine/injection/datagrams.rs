//! Datagrams whose calls fail: each failure is reported, and those that follow arrive.

use std::net::UdpSocket;

use super::lab::{Lab, SERVER, inet, server};
use super::plan::Fault;
use crate::engine::{Dest, Error, Peers};
use crate::lab::service::Reply;
use crate::lab::{Addr, EndpointKind};
use crate::trace::notice::{CallFailure, Detail};

/// recvfrom(2); ECONNREFUSED is what an earlier datagram met.
const RECVFROM: [&str; 7] = ["EBADF", "ECONNREFUSED", "EFAULT", "EINVAL", "ENOMEM", "ENOTCONN", "ENOTSOCK"];
/// sendto(2).
const SENDTO: [&str; 18] = [
    "EACCES",
    "EALREADY",
    "EBADF",
    "ECONNREFUSED",
    "ECONNRESET",
    "EDESTADDRREQ",
    "EFAULT",
    "EHOSTUNREACH",
    "EINVAL",
    "EISCONN",
    "EMSGSIZE",
    "ENETUNREACH",
    "ENOBUFS",
    "ENOMEM",
    "ENOTCONN",
    "ENOTSOCK",
    "EOPNOTSUPP",
    "EPERM",
];

fn open(reply: Reply) -> (Lab, std::net::SocketAddr, UdpSocket) {
    let mut lab = Lab::new();
    lab.open(SERVER, &server(EndpointKind::UDP, reply), None).unwrap();
    let address = inet(&lab.local(SERVER));
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    peer.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    (lab, address, peer)
}

#[test]
fn every_errno_of_recvfrom_is_told_and_no_datagram_is_lost_by_it() {
    for errno in RECVFROM {
        let (mut lab, address, peer) = open(Reply::manual());
        lab.faults.expect("recvfrom", [Fault::Fails(errno), Fault::Passes, Fault::Fails("EINTR"), Fault::Lies]);
        for text in ["one", "two", "three"] {
            peer.send_to(text.as_bytes(), address).unwrap();
        }
        lab.until(|lab| (lab.received(SERVER) == b"onetwothree").then_some(()));
        assert_eq!(lab.errnos("recvfrom"), [errno, "EINTR"]);
        let told = lab
            .troubles()
            .filter(|kind| matches!(kind, Error::Call(CallFailure { call: "recvfrom", detail: Detail::None, .. })))
            .count();
        assert_eq!(told, 1, "an interruption is none");
        lab.end();
    }
}

#[test]
fn every_errno_of_sendto_is_told_to_whoever_sent_and_the_next_one_goes_out() {
    for errno in SENDTO {
        let (mut lab, _, peer) = open(Reply::manual());
        let to = || Peers::Dest(Dest::Addr(Addr::Inet(peer.local_addr().unwrap())));
        lab.faults.expect("sendto", [Fault::Fails("EINTR"), Fault::Lies, Fault::Fails(errno)]);
        match lab.send(SERVER, to(), b"lost").unwrap_err() {
            Error::Call(CallFailure { call: "sendto", addr: Some(_), errno: told, detail: Detail::Unsent(4) }) => {
                assert_eq!(told.name(), Some(errno));
            }
            told => panic!("{told:?}"),
        }
        lab.send(SERVER, to(), b"next").unwrap();
        let mut buffer = [0; 16];
        assert_eq!(peer.recv(&mut buffer).unwrap(), 4);
        assert_eq!(&buffer[..4], b"next");
        assert_eq!(lab.errnos("sendto"), ["EINTR", errno]);
        lab.end();
    }
}

#[test]
fn a_reply_that_cannot_be_sent_is_told_and_the_next_one_comes() {
    let (mut lab, address, peer) = open(Reply::echo());
    lab.faults.expect("sendto", [Fault::Fails("EPERM")]);
    peer.send_to(b"one", address).unwrap();
    peer.send_to(b"two", address).unwrap();
    let mut buffer = [0; 16];
    assert_eq!(peer.recv(&mut buffer).unwrap(), 3);
    assert_eq!(&buffer[..3], b"two");
    lab.until(|lab| {
        lab.troubles()
            .any(|kind| matches!(kind, Error::Call(CallFailure { detail: Detail::Unsent(_), .. })))
            .then_some(())
    });
    lab.end();
}

#[test]
fn a_datagram_socket_that_fails_to_close_is_gone_all_the_same() {
    for errno in ["EBADF", "EINTR", "EIO"] {
        let (mut lab, address, _) = open(Reply::manual());
        lab.faults.expect("close", [Fault::Fails(errno)]);
        lab.close(SERVER).unwrap();
        assert_eq!(lab.errnos("close"), [errno]);
        UdpSocket::bind(address).unwrap();
        lab.end();
    }
}
