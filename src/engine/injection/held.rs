//! Held calls on real sockets: what waits is not made, what is let through is, and whatever happens meanwhile nothing is
//! lost and nothing is left behind.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use super::lab::{CLIENT, Lab, SERVER, client, inet, server};
use crate::engine::link::command::{DownloadRequest, Stops};
use crate::engine::{Command, Dest, Event, Job, Opening, Peers};
use crate::lab::breakpoint::At;
use crate::lab::service::Reply;
use crate::lab::transfer::{FileShare, Protocol, Shared};
use crate::lab::{EndpointId, EndpointKind};
use crate::trace::Outcome;
use crate::trace::filter::{Filter, Stop};
use crate::trace::held::{HeldCall, HeldId};
use crate::trace::notice::Refused;

impl Lab {
    fn hold(&mut self, endpoint: EndpointId, on: bool) {
        self.tell(Command::Hold { endpoint, on });
    }

    /// The calls of an endpoint that wait, oldest first.
    fn held(&self, endpoint: EndpointId) -> Vec<HeldCall> {
        let mut held = Vec::<HeldCall>::new();
        for event in &self.seen {
            match event {
                Event::Held(call) if call.endpoint == endpoint => {
                    held.retain(|known| known.id != call.id);
                    held.push(call.clone());
                }
                Event::LetThrough(id) | Event::GivenUp(id) => held.retain(|known| known.id != *id),
                _ => {}
            }
        }
        held
    }

    #[track_caller]
    fn until_held(&mut self, endpoint: EndpointId, name: &str) -> HeldId {
        self.until(|lab| lab.held(endpoint).into_iter().find(|call| call.op.name() == name).map(|call| call.id))
    }

    /// Lets the next call of that name through, and waits until it has returned.
    #[track_caller]
    fn step(&mut self, endpoint: EndpointId, name: &str) {
        let id = self.until_held(endpoint, name);
        let made = self.made(endpoint, name);
        self.tell(Command::LetThrough(id));
        self.until(|lab| (lab.made(endpoint, name) > made).then_some(()));
    }

    fn made(&self, endpoint: EndpointId, name: &str) -> usize {
        self.calls().filter(|call| call.endpoint == endpoint && call.op.name() == name).count()
    }

    fn stop_at(&mut self, condition: &str, at: At) {
        let filter = Filter::parse(condition).unwrap().unwrap();
        let names = vec![
            (SERVER, "server".to_owned(), crate::lab::TextEncoding::UTF_8),
            (CLIENT, "client".to_owned(), crate::lab::TextEncoding::UTF_8),
        ];
        self.tell(Command::SetStops(Stops { stops: vec![Stop { filter, at }], names, ..Stops::default() }));
    }
}

#[test]
fn each_call_of_a_held_endpoint_waits_until_it_is_let_through() {
    let mut lab = Lab::new();
    lab.hold(SERVER, true);
    let spec = Arc::new(server(EndpointKind::TCP_SERVER, Reply::echo()));
    let opening = lab.begin(|job| Command::new(job, SERVER, Job::Open(Opening { spec, remote: None, next_conn: 1 })));
    for name in ["socket", "setsockopt", "bind", "listen"] {
        lab.until_held(SERVER, name);
        assert_eq!(lab.made(SERVER, name), 0, "{name}");
        lab.step(SERVER, name);
    }
    lab.finish(opening).unwrap();
    let to = lab.local(SERVER);
    lab.open(CLIENT, &client(), Some(to)).unwrap();
    lab.send(CLIENT, Peers::All, b"hello").unwrap();
    for name in ["accept", "recv", "send"] {
        lab.step(SERVER, name);
    }
    lab.until(|lab| (lab.received(CLIENT) == b"hello").then_some(()));
    lab.hold(SERVER, false);
    lab.end();
}

#[test]
fn a_held_endpoint_that_is_closed_is_closed_step_by_step() {
    let mut lab = Lab::new();
    lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::manual()), None).unwrap();
    lab.hold(SERVER, true);
    let closing = lab.begin(|job| Command::new(job, SERVER, Job::Close));
    lab.until_held(SERVER, "close");
    assert!(!lab.is_closed(SERVER));
    lab.step(SERVER, "close");
    lab.finish(closing).unwrap();
    lab.end();
}

#[test]
fn closing_before_the_opening_was_let_through_leaves_no_socket_behind() {
    for name in ["socket", "bind", "connect"] {
        let mut lab = Lab::new();
        lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::manual()), None).unwrap();
        let mut spec = client();
        spec.local = Some("127.0.0.1:0".parse().unwrap());
        lab.hold(CLIENT, true);
        let (spec, remote) = (Arc::new(spec), Some(Dest::Addr(lab.local(SERVER))));
        let opening = lab.begin(|job| Command::new(job, CLIENT, Job::Open(Opening { spec, remote, next_conn: 1 })));
        for earlier in ["socket", "bind"].into_iter().take_while(|earlier| *earlier != name) {
            lab.step(CLIENT, earlier);
        }
        lab.until_held(CLIENT, name);
        lab.close(CLIENT).unwrap();
        assert_eq!(lab.finish(opening), Err(Refused::OpeningCancelled.into()), "{name}");
        assert!(lab.held(CLIENT).is_empty(), "{name}");
        lab.hold(CLIENT, false);
        lab.end();
    }
}

#[test]
fn what_a_peer_does_meanwhile_is_what_the_held_call_meets() {
    let mut lab = Lab::new();
    lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::manual()), None).unwrap();
    lab.hold(SERVER, true);
    // The `accept` before is in the kernel by now, and goes on.
    let peer = TcpStream::connect(inet(&lab.local(SERVER))).unwrap();
    lab.until_held(SERVER, "recv");
    socket2::SockRef::from(&peer).set_linger(Some(Duration::ZERO)).unwrap();
    drop(peer);
    lab.step(SERVER, "recv");
    assert_eq!(lab.errnos("recv"), ["ECONNRESET"]);
    lab.hold(SERVER, false);
    lab.end();
}

#[test]
fn an_engine_that_ends_while_calls_are_held_closes_every_socket() {
    let mut lab = Lab::new();
    lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::echo()), None).unwrap();
    let to = lab.local(SERVER);
    lab.open(CLIENT, &client(), Some(to)).unwrap();
    lab.hold(SERVER, true);
    lab.hold(CLIENT, true);
    lab.begin(|job| Command::new(job, CLIENT, Job::Send("hello".into())));
    lab.until_held(CLIENT, "send");
    lab.end_at_once();
}

#[test]
fn what_is_forgotten_is_not_held_any_more() {
    let mut lab = Lab::new();
    lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::echo()), None).unwrap();
    lab.hold(SERVER, true);
    let closing = lab.begin(|job| Command::new(job, SERVER, Job::Close));
    lab.until_held(SERVER, "close");
    lab.forget(SERVER);
    lab.finish(closing).unwrap();
    lab.end();
}

#[test]
fn a_thousand_connections_of_a_held_server_wait_and_are_then_all_served() {
    const MANY: usize = 1_000;
    let mut lab = Lab::new();
    lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::echo()), None).unwrap();
    let to = inet(&lab.local(SERVER));
    let mut peers: Vec<TcpStream> = (0..MANY).map(|_| TcpStream::connect(to).unwrap()).collect();
    let waits = |event: &&Event| matches!(event, Event::Waiting(call) if call.op.name() == "recv");
    lab.until(|lab| (lab.seen.iter().filter(waits).count() == MANY).then_some(()));
    lab.hold(SERVER, true);
    // Each `recv` that was in the kernel returns, and the two calls after it are held.
    peers.iter_mut().for_each(|peer| peer.write_all(b"hello").unwrap());
    let is_send = |event: &&Event| matches!(event, Event::Held(call) if call.op.name() == "send");
    let sends = |lab: &Lab| lab.seen.iter().filter(is_send).count();
    lab.until(|lab| (sends(lab) == MANY && lab.made(SERVER, "recv") == MANY).then_some(()));
    assert_eq!(lab.made(SERVER, "send"), 0);
    lab.hold(SERVER, false);
    for peer in &mut peers {
        let mut answer = [0; 5];
        peer.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"hello");
    }
    drop(peers);
    lab.end();
}

#[test]
fn a_breakpoint_that_matches_every_call_holds_a_flood_in_the_kernel() {
    let mut lab = Lab::new();
    lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::manual()), None).unwrap();
    lab.stop_at("op == recv", At::Before);
    let mut peer = TcpStream::connect(inet(&lab.local(SERVER))).unwrap();
    peer.set_nonblocking(true).unwrap();
    // Until the kernel's queues are full.
    while peer.write(&[7; 65_536]).is_ok() {}
    let id = lab.until_held(SERVER, "recv");
    assert_eq!(lab.held(SERVER).iter().find(|call| call.id == id).unwrap().stop, Some(0));
    assert_eq!(lab.made(SERVER, "recv"), 0);
    // Let go, it stops again at the next one.
    for made in 1..4 {
        lab.hold(SERVER, false);
        lab.until(|lab| (lab.made(SERVER, "recv") == made).then_some(()));
        lab.until_held(SERVER, "recv");
    }
    lab.tell(Command::SetStops(Stops::default()));
    lab.hold(SERVER, false);
    lab.end();
}

#[test]
fn a_breakpoint_after_a_call_holds_the_next_one() {
    let mut lab = Lab::new();
    lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::echo()), None).unwrap();
    lab.stop_at("endpoint == server and op == recv and len < 3", At::After);
    let to = lab.local(SERVER);
    lab.open(CLIENT, &client(), Some(to)).unwrap();
    lab.send(CLIENT, Peers::All, b"hello").unwrap();
    lab.until(|lab| (lab.received(CLIENT) == b"hello").then_some(()));
    lab.send(CLIENT, Peers::All, b"hi").unwrap();
    lab.until_held(SERVER, "send");
    let stopped = lab.seen.iter().filter(|event| matches!(event, Event::Stopped { endpoint: SERVER, stop: 0 }));
    assert_eq!(stopped.count(), 1);
    assert_eq!(lab.sent(SERVER), b"hello");
    lab.hold(SERVER, false);
    lab.until(|lab| (lab.received(CLIENT) == b"hellohi").then_some(()));
    lab.tell(Command::SetStops(Stops::default()));
    lab.end();
}

#[test]
fn a_call_that_is_let_through_and_blocks_is_announced_as_waiting() {
    let mut lab = Lab::new();
    lab.hold(SERVER, true);
    let spec = Arc::new(server(EndpointKind::TCP_SERVER, Reply::echo()));
    lab.begin(|job| Command::new(job, SERVER, Job::Open(Opening { spec, remote: None, next_conn: 1 })));
    ["socket", "setsockopt", "bind", "listen"].into_iter().for_each(|name| lab.step(SERVER, name));
    let id = lab.until_held(SERVER, "accept");
    lab.tell(Command::LetThrough(id));
    lab.until(|lab| {
        let waits = |event: &Event| matches!(event, Event::Waiting(call) if call.op.name() == "accept");
        lab.seen.iter().any(waits).then_some(())
    });
    lab.hold(SERVER, false);
    lab.end();
}

#[test]
fn the_calls_of_a_transfer_are_held_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.bin"), vec![7; 100_000]).unwrap();
    let share = FileShare::new(Shared::Root(folder.path().to_owned()));
    let mut lab = Lab::new();
    lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::files(share)), None).unwrap();
    let sends = if cfg!(target_os = "linux") { "sendfile" } else { "send" };
    lab.stop_at(&format!("endpoint == server and op == {sends}"), At::Before);
    let remote = Some(Dest::Addr(lab.local(SERVER)));
    let fetch = Box::new(DownloadRequest {
        protocol: Protocol::Files,
        name: "a.bin".to_owned(),
        save_to: folder.path().join("b.bin"),
        expected: None,
        part: None,
        replaces_empty: false,
    });
    let opening = Opening { spec: Arc::new(client()), remote, next_conn: 1 };
    let fetching = lab.begin(|job| Command::new(job, CLIENT, Job::Download { opening, fetch }));
    lab.until_held(SERVER, sends);
    assert_eq!((lab.made(SERVER, sends), lab.received(CLIENT).len()), (0, 0));
    lab.step(SERVER, sends);
    lab.tell(Command::SetStops(Stops::default()));
    lab.hold(SERVER, false);
    lab.finish(fetching).unwrap();
    assert_eq!(std::fs::read(folder.path().join("b.bin")).unwrap(), vec![7; 100_000]);
    lab.end();
}

#[test]
fn a_transfer_that_is_held_for_longer_than_a_stall_may_last_is_not_given_up() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.bin"), vec![7; 100_000]).unwrap();
    let stalled_after = Duration::from_millis(50);
    let share = FileShare { stalled_after, ..FileShare::new(Shared::Root(folder.path().to_owned())) };
    let mut lab = Lab::new();
    lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::files(share)), None).unwrap();
    let sends = if cfg!(target_os = "linux") { "sendfile" } else { "send" };
    lab.stop_at(&format!("endpoint == server and op == {sends}"), At::Before);
    let mut peer = TcpStream::connect(inet(&lab.local(SERVER))).unwrap();
    peer.write_all(b"a.bin").unwrap();
    lab.until_held(SERVER, sends);
    // Nothing moves for several times as long.
    std::thread::sleep(4 * stalled_after);
    assert_eq!(lab.made(SERVER, sends), 0);
    lab.tell(Command::SetStops(Stops::default()));
    lab.hold(SERVER, false);
    let mut came = Vec::new();
    peer.read_to_end(&mut came).unwrap();
    assert_eq!(came.len(), 100_000);
    lab.end();
}

#[test]
fn an_http_answer_is_held_call_by_call_and_arrives_whole() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.txt"), "held and let go").unwrap();
    let share = FileShare::new(Shared::Root(folder.path().to_owned()));
    let mut lab = Lab::new();
    lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::http(share)), None).unwrap();
    lab.stop_at("op == recv", At::Before);
    let mut peer = TcpStream::connect(inet(&lab.local(SERVER))).unwrap();
    peer.write_all(b"GET /a.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    lab.step(SERVER, "recv");
    lab.step(SERVER, "send");
    lab.tell(Command::SetStops(Stops::default()));
    lab.hold(SERVER, false);
    let mut answer = String::new();
    peer.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("held and let go"), "{answer}");
    lab.end();
}

#[test]
fn what_is_held_again_and_again_is_one_call_and_takes_no_more_memory() {
    let mut lab = Lab::new();
    lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::manual()), None).unwrap();
    lab.hold(SERVER, true);
    let mut peer = TcpStream::connect(inet(&lab.local(SERVER))).unwrap();
    lab.until_held(SERVER, "recv");
    // Each makes the socket ready, and its task look.
    for _ in 0..200 {
        peer.write_all(b"x").unwrap();
        lab.command(|job| Command::Settle { job, endpoint: SERVER }).unwrap();
    }
    let told = lab.seen.iter().filter(|event| matches!(event, Event::Held(call) if call.op.name() == "recv")).count();
    assert_eq!((told, lab.held(SERVER).iter().filter(|call| call.op.name() == "recv").count()), (1, 1));
    lab.hold(SERVER, false);
    lab.until(|lab| (lab.received(SERVER).len() == 200).then_some(()));
    let all_went_well = lab.calls().all(|call| matches!(call.outcome, Outcome::Ok(_)));
    assert!(all_went_well);
    lab.end();
}
