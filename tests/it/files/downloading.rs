//! A client fetches files: over which connection, to which name, and what stays of one that did not end well.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use socket_lab::engine::{Command, Event, Job, Peers, SocketState};
use socket_lab::lab::Addr;
use socket_lab::trace::transfer::{End, News, Place, Verdict, Way, What};
use socket_lab::trace::{ConnId, Op};

use super::world::{World, begin_download, content, ended, ids, spawn, transfers, until_ended};
use crate::support::bench::{Bench, CLIENT, SERVER, client_of};

#[test]
fn an_existing_file_is_not_overwritten_and_no_server_is_asked_for_it() {
    let mut world = World::new();
    world.put("x", b"hello");
    fs::write(world.at("copy"), "mine").unwrap();
    let end = ended(world.download("x").unwrap_err());
    let Verdict::Failed(End::Disk { errno, path, .. }) = &end.verdict else { panic!("{end:?}") };
    assert_eq!((errno.name(), path), (Some("EEXIST"), &world.at("copy")));
    assert_eq!((end.place, fs::read(world.at("copy")).unwrap()), (Place::Nowhere, b"mine".to_vec()));
    assert!(world.bench.calls().all(|call| call.endpoint == SERVER));
}

#[test]
fn a_server_that_is_not_there_leaves_nothing_behind_and_is_told_with_its_errno() {
    let mut bench = Bench::new();
    let saved = tempfile::tempdir().unwrap();
    // A port that was free a moment ago.
    let addr: Addr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().into();
    let job = begin_download(&mut bench, CLIENT, &client_of(&addr), "x", &saved.path().join("x"), |_| {});
    let failure = bench.finish(job).unwrap_err();
    assert_eq!(failure.errno_name().as_deref(), Some("ECONNREFUSED"));
    let transfers = transfers(&bench);
    let Some(End::Broken { op: "connect", errno }) = transfers.iter().next().unwrap().end() else { panic!("no end") };
    assert_eq!(errno.name(), Some("ECONNREFUSED"));
    assert_eq!(fs::read_dir(saved.path()).unwrap().count(), 0);
}

#[test]
fn a_download_takes_the_open_connection_and_what_came_before_is_not_in_the_file() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr: Addr = listener.local_addr().unwrap().into();
    let peer = spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"welcome").unwrap();
        let mut name = [0; 10];
        let len = stream.read(&mut name).unwrap();
        stream.write_all(b"contents").unwrap();
        name[..len].to_vec()
    });
    let mut bench = Bench::new();
    let saved = tempfile::tempdir().unwrap();
    bench.open_client(client_of(&addr));
    bench.until_received(CLIENT, b"welcome");
    let save_to = saved.path().join("x");
    let job = begin_download(&mut bench, CLIENT, &client_of(&addr), "name", &save_to, |_| {});
    assert_eq!(bench.finish(job), Ok(()));
    assert_eq!((peer.join().unwrap(), fs::read(&save_to).unwrap()), (b"name".to_vec(), b"contents".to_vec()));
    let accounts: Vec<_> =
        bench.calls().filter(|call| call.op.receives()).map(|call| (call.conn, call.offset)).collect();
    let own = ConnId::new(1);
    assert_eq!(accounts, [(own, Some(0)), (own, Some(7)), (own, None)]);
    let last = bench.seen().filter_map(|event| match event {
        Event::Endpoint { endpoint: CLIENT, state } => Some(state),
        _ => None,
    });
    assert_eq!(last.last(), Some(&SocketState::Closed));
}

#[test]
fn a_used_up_connection_is_left_alone_and_another_is_opened_beside_it() {
    let mut world = World::new();
    world.put("x", b"hello");
    let addr = world.addr.clone();
    world.bench.open_client(client_of(&addr));
    // The server ends the connection over a name that it doesn't have.
    world.bench.send(CLIENT, Peers::All, b"nothing").unwrap();
    world.bench.until(|event| match event {
        Event::Call { call, .. } if call.endpoint == CLIENT => call.is_eof().then_some(()),
        _ => None,
    });
    world.download("x").unwrap();
    assert_eq!(fs::read(world.at("copy")).unwrap(), b"hello");
    let transfers = transfers(&world.bench);
    let download = transfers.iter().find(|transfer| transfer.asked.way == Way::Receiving).unwrap();
    assert_eq!(download.asked.conn, ConnId::new(2));
    // Its own connection is still there, as a client's is until it is closed.
    world.bench.command(|job| Command::new(job, CLIENT, Job::Close)).unwrap();
    assert!(world.bench.calls().any(|call| call.conn == ConnId::new(1) && call.op == Op::Close));
}

#[test]
fn one_client_downloads_many_files_at_once() {
    let mut world = World::new();
    let files: Vec<(String, Vec<u8>)> = (1..=8).map(|n| (format!("f{n}"), content(n * 300_000))).collect();
    for (name, bytes) in &files {
        world.put(name, bytes);
    }
    let jobs: Vec<_> = files
        .iter()
        .map(|(name, _)| {
            let save_to = world.at(name);
            world.begin(name, |fetch| fetch.save_to = save_to)
        })
        .collect();
    for job in jobs {
        assert_eq!(world.bench.finish(job), Ok(()));
    }
    for (name, bytes) in &files {
        assert!(fs::read(world.at(name)).unwrap() == *bytes, "{name}");
    }
    let transfers = transfers(&world.bench);
    let mut conns: Vec<_> =
        transfers.iter().filter(|t| t.asked.way == Way::Receiving).filter_map(|t| t.asked.conn).collect();
    conns.sort_unstable();
    assert_eq!(conns, (1..=8).filter_map(ConnId::new).collect::<Vec<_>>());
}

#[test]
fn two_downloads_to_one_name_do_not_overwrite_each_other() {
    let mut world = World::new();
    world.put("a", &content(100_000));
    world.put("b", &content(200_000));
    let first = world.begin("a", |_| {});
    let second = world.begin("b", |_| {});
    let results = [world.bench.finish(first), world.bench.finish(second)];
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    let saved = fs::read(world.at("copy")).unwrap();
    let winner = if results[0].is_ok() { 100_000 } else { 200_000 };
    assert!(saved == content(winner));
}

#[test]
fn an_interrupted_download_begins_anew_in_its_part() {
    let mut world = World::new();
    world.put("x", b"hello");
    let part = world.at("copy.part");
    fs::write(&part, "something longer than the file").unwrap();
    let earlier = part.clone();
    let job = world.begin("x", |fetch| fetch.part = Some(earlier));
    assert_eq!(world.bench.finish(job), Ok(()));
    assert_eq!(fs::read(world.at("copy")).unwrap(), b"hello");
    assert!(!part.exists());
}

#[test]
fn cancelling_a_download_resets_it_and_keeps_what_came() {
    let mut world = World::new();
    world.put_sparse("big", 8 << 30);
    let job = world.begin("big", |_| {});
    let id = world.bench.until(|event| match event {
        Event::Transfer(News { id, what: What::Progress { moved }, .. }) if *moved > 0 => Some(*id),
        _ => None,
    });
    let id = if ids(&world.bench, Way::Receiving).contains(&id) { id } else { ids(&world.bench, Way::Receiving)[0] };
    world.bench.engine.command(Command::CancelTransfer { transfer: id });
    let end = ended(world.bench.finish(job).unwrap_err());
    let Verdict::CutOff { bytes, end: End::Cancelled } = end.verdict else { panic!("{end:?}") };
    let Place::Part(part) = end.place else { panic!("{:?}", end.place) };
    assert_eq!(fs::metadata(part).unwrap().len(), bytes);
    assert!(!world.at("copy").exists());
    let (_, _, end, _) = until_ended(&mut world.bench, Way::Sending);
    assert!(matches!(end, End::Broken { op: "sendfile", .. }), "{end:?}");
}

#[test]
fn cancelling_a_servers_transfer_is_no_orderly_end_for_the_client() {
    let mut world = World::new();
    world.put_sparse("big", 8 << 30);
    let job = world.begin("big", |_| {});
    world.bench.until(|event| matches!(event, Event::Transfer(News { what: What::Progress { .. }, .. })).then_some(()));
    let transfer = ids(&world.bench, Way::Sending)[0];
    world.bench.engine.command(Command::CancelTransfer { transfer });
    let end = ended(world.bench.finish(job).unwrap_err());
    let Verdict::CutOff { end: End::Broken { op: "recv", errno }, .. } = end.verdict else { panic!("{end:?}") };
    assert_eq!(errno.name(), Some("ECONNRESET"));
    assert!(!world.at("copy").exists());
    let transfers = transfers(&world.bench);
    assert_eq!(transfers.get(transfer).unwrap().end(), Some(&End::Cancelled));
}
