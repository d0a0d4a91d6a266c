//! Faults at random below a server, its client and a datagram socket. What must hold of every trace is in [`Lab::end`].

use std::net::UdpSocket;
use std::time::Duration;

use proptest::prelude::*;

use super::lab::{CLIENT, Lab, SERVER, client, inet, server};
use super::plan::Fault;
use crate::engine::{Error, Peers};
use crate::lab::EndpointKind;
use crate::lab::service::Reply;
use crate::trace::notice::{CallFailure, Detail};

/// Faults that a call survives.
fn passing() -> impl Strategy<Value = Vec<Fault>> {
    let fault = prop_oneof![
        2 => Just(Fault::Passes), 2 => (1usize..2_000).prop_map(Fault::Moves),
        1 => Just(Fault::Lies), 1 => Just(Fault::Fails("EINTR"))
    ];
    prop::collection::vec(fault, 0..20)
}

/// Also those that end something.
fn any_fault() -> impl Strategy<Value = Vec<Fault>> {
    let errno = prop::sample::select(vec!["ECONNRESET", "ENOBUFS", "ENOMEM", "EPIPE", "ETIMEDOUT", "EMFILE", "EBADF"]);
    let fault = prop_oneof![
        6 => Just(Fault::Passes), 3 => (1usize..2_000).prop_map(Fault::Moves), 1 => Just(Fault::Lies), 1 => Just(Fault::Fails("EINTR")),
        1 => errno.prop_map(Fault::Fails)
    ];
    prop::collection::vec(fault, 0..12)
}

const STREAM_CALLS: [&str; 10] =
    ["socket", "setsockopt", "bind", "listen", "connect", "getsockopt", "accept", "recv", "send", "close"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn an_echo_that_is_only_disturbed_comes_back_whole(
        recv in passing(), send in passing(),
        payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..3_000), 1..5),
    ) {
        let mut lab = Lab::new();
        lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::echo()), None).unwrap();
        let to = lab.local(SERVER);
        lab.open(CLIENT, &client(), Some(to)).unwrap();
        lab.faults.expect("recv", recv);
        lab.faults.expect("send", send);
        for payload in &payloads {
            lab.send(CLIENT, Peers::All, payload).unwrap();
        }
        let whole = payloads.concat();
        for endpoint in [SERVER, CLIENT] {
            lab.until(|lab| (lab.received(endpoint).len() >= whole.len()).then_some(()));
            prop_assert!(lab.received(endpoint) == whole, "in order, each byte once");
        }
        lab.end();
    }

    #[test]
    fn whatever_fails_every_socket_is_closed_and_every_command_ends(
        plans in prop::collection::vec(any_fault(), STREAM_CALLS.len()),
        payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..3_000), 1..4),
    ) {
        let mut lab = Lab::new();
        for (call, faults) in STREAM_CALLS.iter().zip(plans) {
            lab.faults.expect(call, faults);
        }
        let mut client_opened = false;
        if lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::echo()), None).is_ok() {
            let to = lab.local(SERVER);
            client_opened = lab.open(CLIENT, &client(), Some(to)).is_ok();
        }
        let mut told = Vec::new();
        for payload in &payloads {
            // What was handed to the system: all of it, or what is not told as unsent.
            match lab.send(CLIENT, Peers::All, payload) {
                Ok(()) => told.extend_from_slice(payload),
                Err(Error::Call(CallFailure { detail: Detail::Unsent(unsent), .. })) => {
                    told.extend_from_slice(&payload[..payload.len() - unsent as usize]);
                }
                Err(_) => {}
            }
        }
        prop_assert!(client_opened || told.is_empty());
        prop_assert!(lab.sent(CLIENT) == told, "what is told is what is on record");
        // In the order of the trace a cause stands before its effect, so this holds at any moment.
        prop_assert!(lab.sent(CLIENT).starts_with(&lab.received(SERVER)), "in order, and nothing that was not sent");
        prop_assert!(lab.sent(SERVER).starts_with(&lab.received(CLIENT)));
        prop_assert!(lab.received(SERVER).starts_with(&lab.sent(SERVER)), "an echo");
        lab.faults.clear();
        lab.end();
    }

    #[test]
    fn datagrams_that_were_sent_arrive_in_order_whatever_fails_between(
        recv in any_fault(), send in any_fault(), count in 1usize..8,
    ) {
        let mut lab = Lab::new();
        lab.open(SERVER, &server(EndpointKind::UDP, Reply::echo()), None).unwrap();
        let address = inet(&lab.local(SERVER));
        let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
        peer.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        lab.faults.expect("recvfrom", recv);
        lab.faults.expect("sendto", send);
        let all: Vec<u8> = (0..count as u8).collect();
        for byte in &all {
            peer.send_to(&[*byte], address).unwrap();
        }
        lab.until(|lab| (lab.received(SERVER).len() == count).then_some(()));
        prop_assert_eq!(lab.received(SERVER), all);
        // Each reply was sent, or told as not sent.
        lab.until(|lab| {
            let sent = lab.calls().filter(|call| call.op.sends() && call.errno().is_none()).count();
            let told = lab.troubles().filter(|kind| matches!(kind, Error::Call(CallFailure { detail: Detail::Unsent(_), .. }))).count();
            (sent + told == count).then_some(())
        });
        lab.end();
    }
}
