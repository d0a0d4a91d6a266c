//! Gates before every call: none is made unasked, and one that a gate holds is made when the gate lets it through.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::lab::{CLIENT, Lab, SERVER, client, server};
use crate::engine::link::command::DownloadRequest;
use crate::engine::tap::{Gate, Gates, UpcomingCall};
use crate::engine::{Command, Dest, Job, Opening, Peers};
use crate::lab::service::Reply;
use crate::lab::transfer::{FileShare, Protocol, Shared};
use crate::lab::{EndpointId, EndpointKind};
use crate::trace::notice::Refused;
use crate::values::How;

const DEADLINE: Duration = Duration::from_secs(20);

/// Lets each call through at the second time of asking.
#[derive(Default)]
struct Hesitant(Mutex<Asked>);

#[derive(Default)]
struct Asked {
    held: BTreeMap<(EndpointId, &'static str), bool>,
    let_through: BTreeMap<&'static str, usize>,
}

impl Gate for Hesitant {
    fn poll_pass(&self, cx: &mut Context<'_>, call: UpcomingCall<'_>) -> Poll<()> {
        let Asked { held, let_through } = &mut *self.0.lock().unwrap();
        let held = held.entry((call.endpoint, call.op.name())).or_default();
        *held = !*held;
        if *held {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        *let_through.entry(call.op.name()).or_default() += 1;
        Poll::Ready(())
    }
}

/// Every call on record was let through, and every gate has seen calls of all those names.
fn assert_asked(lab: Lab, gate: &Hesitant, names: &[&str]) {
    let mut made = BTreeMap::<&str, usize>::new();
    for event in lab.end() {
        if let crate::engine::Event::Call { call, .. } = event {
            *made.entry(call.op.name()).or_default() += 1;
        }
    }
    let asked = gate.0.lock().unwrap();
    for (name, made) in &made {
        let let_through = asked.let_through.get(name).copied().unwrap_or(0);
        assert!(let_through >= *made, "{name}: {made} made, {let_through} let through");
    }
    for name in names {
        assert!(made.contains_key(name), "{name} was called: {made:?}");
    }
}

#[test]
fn each_call_of_a_stream_asks_the_gates_before_it_is_made() {
    let gate = Arc::new(Hesitant::default());
    let mut lab = Lab::gated(Gates::new([Arc::clone(&gate) as Arc<dyn Gate>]));
    lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::echo()), None).unwrap();
    let mut spec = client();
    spec.options.nodelay = Some(true);
    spec.local = Some("127.0.0.1:0".parse().unwrap());
    let to = lab.local(SERVER);
    lab.open(CLIENT, &spec, Some(to)).unwrap();
    lab.send(CLIENT, Peers::All, b"hello").unwrap();
    lab.until(|lab| (lab.received(CLIENT) == b"hello").then_some(()));
    lab.command(|job| Command::new(job, CLIENT, Job::Shutdown(How::Write))).unwrap();
    let of_stream =
        ["socket", "setsockopt", "bind", "listen", "accept", "connect", "send", "recv", "shutdown", "close"];
    assert_asked(lab, &gate, &of_stream);
}

#[test]
fn each_call_of_a_datagram_socket_asks_the_gates_before_it_is_made() {
    let gate = Arc::new(Hesitant::default());
    let mut lab = Lab::gated(Gates::new([Arc::clone(&gate) as Arc<dyn Gate>]));
    lab.open(SERVER, &server(EndpointKind::UDP, Reply::echo()), None).unwrap();
    let to = lab.local(SERVER);
    lab.open(CLIENT, &crate::lab::EndpointSpec::new("c", EndpointKind::UDP), Some(to)).unwrap();
    lab.send(CLIENT, Peers::All, b"hello").unwrap();
    lab.until(|lab| (lab.received(CLIENT) == b"hello").then_some(()));
    assert_asked(lab, &gate, &["socket", "bind", "sendto", "recvfrom", "close"]);
}

#[test]
fn each_call_of_a_transfers_threads_asks_the_gates_before_it_is_made() {
    let gate = Arc::new(Hesitant::default());
    let mut lab = Lab::gated(Gates::new([Arc::clone(&gate) as Arc<dyn Gate>]));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.bin"), vec![7; 3_000_000]).unwrap();
    let share = FileShare::new(Shared::Root(folder.path().to_owned()));
    lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::files(share)), None).unwrap();
    let remote = Some(Dest::Addr(lab.local(SERVER)));
    let fetch = Box::new(DownloadRequest {
        protocol: Protocol::Files,
        name: "a.bin".to_owned(),
        save_to: folder.path().join("b.bin"),
        expected: None,
        part: None,
        replaces_empty: false,
    });
    let spec = Arc::new(client());
    lab.command(|job| {
        Command::new(job, CLIENT, Job::Download { opening: Opening { spec, remote, next_conn: 1 }, fetch })
    })
    .unwrap();
    let sends = if cfg!(target_os = "linux") { "sendfile" } else { "send" };
    assert_asked(lab, &gate, &[sends, "recv"]);
}

/// Holds the calls of one name until it is told otherwise.
struct Hold {
    name: &'static str,
    held: Mutex<mpsc::Sender<()>>,
    waiting: Mutex<Option<Vec<Waker>>>,
}

impl Hold {
    fn new(name: &'static str) -> (Arc<Self>, mpsc::Receiver<()>) {
        let (held, told) = mpsc::channel();
        (Arc::new(Self { name, held: Mutex::new(held), waiting: Mutex::new(Some(Vec::new())) }), told)
    }

    fn let_go(&self) {
        self.waiting.lock().unwrap().take().into_iter().flatten().for_each(Waker::wake);
    }
}

impl Gate for Hold {
    fn poll_pass(&self, cx: &mut Context<'_>, call: UpcomingCall<'_>) -> Poll<()> {
        match &mut *self.waiting.lock().unwrap() {
            Some(waiting) if call.op.name() == self.name && call.endpoint == CLIENT => {
                waiting.push(cx.waker().clone());
                self.held.lock().unwrap().send(()).unwrap();
                Poll::Pending
            }
            _ => Poll::Ready(()),
        }
    }
}

fn is_on_record(lab: &Lab, name: &str) -> bool {
    lab.calls().any(|call| call.endpoint == CLIENT && call.op.name() == name)
}

#[test]
fn a_held_call_is_made_when_it_is_let_go_and_not_before() {
    for name in ["socket", "setsockopt", "bind", "connect"] {
        let (gate, held) = Hold::new(name);
        let mut lab = Lab::gated(Gates::new([Arc::clone(&gate) as Arc<dyn Gate>]));
        lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::manual()), None).unwrap();
        let mut spec = client();
        spec.options.nodelay = Some(true);
        spec.local = Some("127.0.0.1:0".parse().unwrap());
        let (spec, remote) = (Arc::new(spec), Some(Dest::Addr(lab.local(SERVER))));
        let opening = lab.begin(|job| Command::new(job, CLIENT, Job::Open(Opening { spec, remote, next_conn: 1 })));
        held.recv_timeout(DEADLINE).unwrap();
        lab.take_all();
        assert!(!is_on_record(&lab, name), "{name}");
        gate.let_go();
        lab.finish(opening).unwrap();
        assert!(is_on_record(&lab, name), "{name}");
        lab.end();
    }
}

#[test]
fn what_is_closed_while_a_call_is_held_leaves_no_socket_behind() {
    for name in ["socket", "setsockopt", "bind", "connect"] {
        let (gate, held) = Hold::new(name);
        let mut lab = Lab::gated(Gates::new([Arc::clone(&gate) as Arc<dyn Gate>]));
        lab.open(SERVER, &server(EndpointKind::TCP_SERVER, Reply::manual()), None).unwrap();
        let mut spec = client();
        spec.options.nodelay = Some(true);
        spec.local = Some("127.0.0.1:0".parse().unwrap());
        let (spec, remote) = (Arc::new(spec), Some(Dest::Addr(lab.local(SERVER))));
        let opening = lab.begin(|job| Command::new(job, CLIENT, Job::Open(Opening { spec, remote, next_conn: 1 })));
        held.recv_timeout(DEADLINE).unwrap();
        lab.close(CLIENT).unwrap();
        assert_eq!(lab.finish(opening), Err(Refused::OpeningCancelled.into()), "{name}");
        // That each socket which was made is closed once, it looks after.
        lab.end();
    }
}
