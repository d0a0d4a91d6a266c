//! Unix sockets: paths, files that are left over, abstract names.

use std::io::{Read, Write};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

use socket_lab::engine::{Command, Dest, Error, Event, Job, Peers};
use socket_lab::lab::Local;
use socket_lab::lab::service::Reply;
use socket_lab::lab::{Addr, EndpointKind, EndpointSpec, ServiceSpec};
use socket_lab::trace::notice::{CallFailure, Detail, PathTakenBy};

use crate::support::bench::{Bench, CLIENT, ROOM, SERVER};

fn at(kind: EndpointKind, path: impl AsRef<Path>) -> EndpointSpec {
    let mut spec = EndpointSpec::new("unix", kind);
    spec.local = Some(Local::Path(path.as_ref().to_owned()));
    spec.service = ServiceSpec::new(Reply::echo());
    spec
}

fn client() -> EndpointSpec {
    EndpointSpec::new("client", EndpointKind::UNIX_CLIENT)
}

#[test]
fn a_server_at_a_path_echoes_and_removes_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("echo.sock");
    let mut bench = Bench::new();
    let local = bench.open(SERVER, at(EndpointKind::UNIX_SERVER, &path), None).unwrap().unwrap();
    assert_eq!(local, Addr::Unix(path.clone()));
    bench.open(CLIENT, client(), Some(Dest::Addr(local))).unwrap();
    bench.send(CLIENT, Peers::All, b"hello").unwrap();
    bench.until_received(CLIENT, b"hello");
    assert_eq!(bench.calls().next().unwrap().op.to_string(), "socket(AF_UNIX, SOCK_STREAM)");
    let mut stream = UnixStream::connect(&path).unwrap();
    stream.write_all(b"std").unwrap();
    let mut buffer = [0; 3];
    stream.read_exact(&mut buffer).unwrap();
    bench.command(|job| Command::new(job, SERVER, Job::Close)).unwrap();
    assert!(!path.exists());
}

#[test]
fn a_stale_file_is_recognised_and_removed_only_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stale.sock");
    drop(UnixListener::bind(&path).unwrap());
    let mut bench = Bench::new();
    let failure = bench.open(SERVER, at(EndpointKind::UNIX_SERVER, &path), None).unwrap_err();
    assert_eq!(failure.errno_name().as_deref(), Some("EADDRINUSE"));
    assert!(
        matches!(&failure, Error::Call(CallFailure { detail: Detail::PathTaken(PathTakenBy::Stale), .. })),
        "{failure:?}"
    );
    assert!(path.exists());
    bench.command(|job| Command::new(job, SERVER, Job::RemoveStale(path.clone()))).unwrap();
    bench.open(SERVER, at(EndpointKind::UNIX_SERVER, &path), None).unwrap();
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
        let failure = bench.open(SERVER, at(EndpointKind::UNIX_SERVER, &path), None).unwrap_err();
        assert!(
            matches!(&failure, Error::Call(CallFailure { detail: Detail::PathTaken(by), .. }) if *by == expected),
            "{failure:?}"
        );
        bench.command(|job| Command::new(job, SERVER, Job::RemoveStale(path.clone()))).unwrap_err();
        assert!(path.exists());
    }
}

#[test]
fn a_missing_folder_is_said_to_be_missing() {
    let mut bench = Bench::new();
    let failure = bench.open(SERVER, at(EndpointKind::UNIX_SERVER, "/nowhere/at/all.sock"), None).unwrap_err();
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
    let local = bench.open(ROOM, at(EndpointKind::UNIX_DATAGRAM, &one), None).unwrap().unwrap();
    let mut spec = at(EndpointKind::UNIX_DATAGRAM, &two);
    spec.service = ServiceSpec::default();
    bench.open(CLIENT, spec, Some(Dest::Addr(local))).unwrap();
    bench.send(CLIENT, Peers::All, b"ping").unwrap();
    bench.until_received(CLIENT, b"ping");
    let nameless = UnixDatagram::unbound().unwrap();
    nameless.send_to(b"who", &one).unwrap();
    bench.until(|event| match event {
        Event::Call { call, .. } => (&call.data[..] == b"who" && call.ends.peer == Some(Addr::Unnamed)).then_some(()),
        _ => None,
    });
    bench.command(|job| Command::new(job, ROOM, Job::Close)).unwrap();
    assert!(!one.exists());
}

#[test]
fn a_full_queue_of_a_datagram_peer_makes_the_sender_wait() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("slow.sock");
    let slow = UnixDatagram::bind(&path).unwrap();
    let mut bench = Bench::new();
    let spec = EndpointSpec::new("sender", EndpointKind::UNIX_DATAGRAM);
    bench.open(ROOM, spec, Some(Dest::Addr(Addr::Unix(path)))).unwrap();
    const COUNT: u32 = 2_000;
    let every = Duration::from_millis(1);
    let to = Peers::All;
    let repeat =
        bench.begin(|job| Command::Repeat { job, target: (ROOM, to).into(), bytes: "x".into(), every, times: COUNT });
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
    let local = bench.open(SERVER, at(EndpointKind::UNIX_SERVER, &name), None).unwrap().unwrap();
    assert_eq!(local, Addr::Unix(name.clone().into()));
    bench.open(CLIENT, client(), Some(Dest::Addr(local))).unwrap();
    bench.send(CLIENT, Peers::All, b"no file").unwrap();
    bench.until_received(CLIENT, b"no file");
    let failure = bench.open(ROOM, at(EndpointKind::UNIX_SERVER, &name), None).unwrap_err();
    assert!(
        matches!(&failure, Error::Call(CallFailure { detail: Detail::PathTaken(PathTakenBy::Live), .. })),
        "{failure:?}"
    );
}
