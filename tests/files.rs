//! Files under the tutorials' protocol on real sockets: round trips, refusals, cuts at any place, patience and its end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use socket_lab::engine::transfer::{Fetch, PREVIEW};
use socket_lab::engine::{Command, Dest, Event, JobId, SocketState};
use socket_lab::lab::framing::Framing;
use socket_lab::lab::service::Reply;
use socket_lab::lab::transfer::{FileShare, Protocol, Sha256, Shared};
use socket_lab::lab::{Addr, EndpointId, EndpointSpec, TextEncoding};
use socket_lab::trace::notice::TransferEnd;
use socket_lab::trace::transfer::{End, FileKind, News, Place, Refusal, TransferId, Transfers, Verdict, Way, What};
use socket_lab::trace::{ConnId, NoticeKind, Op, Outcome};
use support::bench::{Bench, CLIENT, SERVER, client_of, server};
use support::peers::Peer;
use tempfile::TempDir;

const WAIT: Duration = Duration::from_secs(20);

fn share_of(folder: &Path) -> FileShare {
    FileShare::new(Shared::Root(folder.to_owned()))
}

fn files(share: FileShare) -> EndpointSpec {
    server(Reply::Files(share))
}

/// Bytes of which every place is recognisable.
fn content(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 251) as u8 ^ (at / 251 % 253) as u8).collect()
}

fn sha256(bytes: &[u8]) -> Sha256 {
    use sha2::Digest as _;
    Sha256(sha2::Sha256::digest(bytes).into())
}

/// A server with its folder and a folder to save in.
struct World {
    bench: Bench,
    shared: TempDir,
    saved: TempDir,
    addr: Addr,
}

impl World {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut FileShare)) -> Self {
        Self::with_spec(change, |_| {})
    }

    fn with_spec(change: impl FnOnce(&mut FileShare), spec: impl FnOnce(&mut EndpointSpec)) -> Self {
        let shared = tempfile::tempdir().unwrap();
        let mut share = share_of(shared.path());
        change(&mut share);
        let mut server = files(share);
        spec(&mut server);
        let mut bench = Bench::new();
        let addr = bench.open_server(server);
        Self { bench, shared, saved: tempfile::tempdir().unwrap(), addr }
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.shared.path().join(name), bytes).unwrap();
    }

    /// A file of that length without blocks on the disk.
    fn put_sparse(&self, name: &str, len: u64) {
        fs::File::create(self.shared.path().join(name)).unwrap().set_len(len).unwrap();
    }

    fn at(&self, name: &str) -> PathBuf {
        self.saved.path().join(name)
    }

    fn begin(&mut self, name: &str, change: impl FnOnce(&mut Fetch)) -> JobId {
        let (addr, save_to) = (self.addr.clone(), self.at("copy"));
        begin_download(&mut self.bench, CLIENT, &client_of(&addr), name, &save_to, change)
    }

    fn download(&mut self, name: &str) -> Result<(), NoticeKind> {
        let job = self.begin(name, |_| {});
        self.bench.finish(job)
    }

    /// A bare client that has asked.
    fn ask(&self, name: &[u8]) -> TcpStream {
        let mut stream = self.connect();
        stream.write_all(name).unwrap();
        stream
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.addr.inet().unwrap()).unwrap();
        stream.set_read_timeout(Some(WAIT)).unwrap();
        stream
    }
}

fn begin_download(
    bench: &mut Bench,
    endpoint: EndpointId,
    spec: &EndpointSpec,
    name: &str,
    save_to: &Path,
    change: impl FnOnce(&mut Fetch),
) -> JobId {
    let mut fetch = Fetch {
        protocol: Protocol::Files,
        name: name.to_owned(),
        save_to: save_to.to_owned(),
        expected: None,
        part: None,
        replaces_empty: false,
    };
    change(&mut fetch);
    let Some(socket_lab::lab::Remote::Inet(target)) = spec.remote.clone() else { panic!("a client needs a remote") };
    let (spec, remote) = (Box::new(spec.clone()), Some(Dest::Host(target)));
    bench.begin(|job| Command::Download { job, endpoint, spec, remote, next_conn: 1, fetch: Box::new(fetch) })
}

/// Everything that was told of transfers, in order.
fn news(bench: &Bench) -> Vec<News> {
    let news = bench.seen().filter_map(|event| match event {
        Event::Transfer(news) => Some(news.clone()),
        _ => None,
    });
    news.collect()
}

fn transfers(bench: &Bench) -> Transfers {
    let mut transfers = Transfers::default();
    news(bench).into_iter().for_each(|news| transfers.apply(news));
    transfers
}

/// Waits until so many files have been looked at since the beginning.
fn until_verified(bench: &mut Bench, count: usize) {
    let verified = |event: &Event| matches!(event, Event::Transfer(News { what: What::Verified { .. }, .. }));
    let mut found = bench.drain().filter(|event| verified(event)).count();
    while found < count {
        bench.next();
        found = bench.seen().filter(|event| verified(event)).count();
    }
}

/// Waits until the next transfer of that way has ended.
fn until_ended(bench: &mut Bench, way: Way) -> (TransferId, u64, End, Place) {
    let mut ways: Vec<TransferId> = ids(bench, way);
    bench.until(|event| match event {
        Event::Transfer(News { id, what: What::Asked(asked), .. }) if asked.way == way => {
            ways.push(*id);
            None
        }
        Event::Transfer(News { id, what: What::Ended { moved, end, place }, .. }) if ways.contains(id) => {
            Some((*id, *moved, end.clone(), place.clone()))
        }
        _ => None,
    })
}

fn ids(bench: &Bench, way: Way) -> Vec<TransferId> {
    let news = news(bench);
    let ids = news.iter().filter_map(|news| match &news.what {
        What::Asked(asked) if asked.way == way => Some(news.id),
        _ => None,
    });
    ids.collect()
}

fn ended(failure: NoticeKind) -> TransferEnd {
    match failure {
        NoticeKind::TransferEnded(end) => *end,
        other => panic!("{other:?}"),
    }
}

fn spawn<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> thread::JoinHandle<T> {
    thread::Builder::new().name("peer".to_owned()).spawn(run).unwrap()
}

fn read_all(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn files_of_every_size_arrive_whole_under_their_names() {
    let mut world = World::new();
    for (number, len) in [0, 1, 1023, 1024, 1025, 5 * 1024 * 1024].into_iter().enumerate() {
        let bytes = content(len);
        let name = format!("file {number}.bin");
        world.put(&name, &bytes);
        let save_to = world.at(&name);
        let job = world.begin(&name, |fetch| fetch.save_to = save_to.clone());
        assert_eq!(world.bench.finish(job), Ok(()));
        assert!(fs::read(&save_to).unwrap() == bytes, "{len} bytes");
        assert!(!world.at(&format!("{name}.part")).exists());

        let state = world.bench.seen().filter_map(|event| match event {
            Event::Endpoint { endpoint: CLIENT, state } => Some(state.clone()),
            _ => None,
        });
        assert_eq!(state.last(), Some(SocketState::Closed), "told before the download is done");
    }
    let transfers = transfers(&world.bench);
    for transfer in transfers.iter() {
        assert_eq!(transfer.end(), Some(&End::Clean));
        assert!(transfer.asked.ends.local.is_some() && transfer.asked.ends.peer.is_some());
        let len = Some(transfer.moved).filter(|_| transfer.asked.way == Way::Sending);
        assert_eq!(transfer.total, len, "only who has the file knows its length");
    }
    assert_eq!(transfers.len(), 12);
}

#[test]
fn the_calls_that_carry_a_file_are_on_record_with_places_and_a_preview_only() {
    let mut world = World::new();
    let bytes = content(3_000_000);
    world.put("x", &bytes);
    world.download("x").unwrap();
    for (way, endpoint) in [("sendfile", SERVER), ("recv", CLIENT)] {
        let mut place = 0;
        for call in world.bench.calls().filter(|call| call.endpoint == endpoint && call.op.name() == way) {
            if call.len == 0 {
                assert_eq!((&call.op, call.outcome), (&Op::Recv { max: 1024 * 1024 }, Outcome::Ok(0)));
                continue;
            }
            assert_eq!(call.offset, Some(place));
            let at = place as usize;
            assert_eq!(&call.data[..], &bytes[at..at + PREVIEW.min(call.len as usize)], "{call}");
            place += call.len;
        }
        assert_eq!(place, 3_000_000, "{way}");
    }
    let closes: Vec<_> = world.bench.calls().filter(|call| call.op == Op::Close).map(|call| call.endpoint).collect();
    assert_eq!(closes.len(), 2);
    let names: Vec<_> = world.bench.calls().filter(|call| call.endpoint == SERVER && call.op.receives()).collect();
    assert_eq!((names.len(), &names[0].data[..]), (1, &b"x"[..]), "the server receives the name and no more");
}

#[test]
fn both_ends_digests_say_that_the_copy_is_identical() {
    let mut world = World::new();
    let bytes = content(700_000);
    world.put("x", &bytes);
    world.download("x").unwrap();
    until_verified(&mut world.bench, 2);
    let digests = news(&world.bench).into_iter().filter_map(|news| match news.what {
        What::Verified { len, sha256 } => Some((len, sha256)),
        _ => None,
    });
    assert!(digests.eq([(700_000, sha256(&bytes)); 2]));
    let transfers = transfers(&world.bench);
    for transfer in transfers.iter() {
        assert_eq!(transfers.verdict(transfer), Some(Verdict::Identical { sha256: sha256(&bytes) }));
    }
}

#[test]
fn a_copy_that_is_not_what_was_expected_stays_a_part() {
    let mut world = World::new();
    world.put("x", b"hello");
    let wrong = sha256(b"something else");
    let job = world.begin("x", |fetch| fetch.expected = Some(wrong));
    let end = ended(world.bench.finish(job).unwrap_err());
    assert_eq!(end.verdict, Verdict::Differs { expected: wrong, found: sha256(b"hello") });
    let part = world.at("copy.part");
    assert_eq!((end.place, fs::read(&part).unwrap()), (Place::Part(part), b"hello".to_vec()));
    assert!(!world.at("copy").exists());

    let right = sha256(b"hello");
    let job = world.begin("x", |fetch| fetch.expected = Some(right));
    assert_eq!(world.bench.finish(job), Ok(()));
    assert_eq!(fs::read(world.at("copy")).unwrap(), b"hello");
}

#[test]
fn names_with_spaces_and_chinese_characters_are_found_in_the_endpoints_encoding() {
    for encoding in [TextEncoding::default(), "GBK".parse().unwrap(), TextEncoding::Utf16Le] {
        let mut world = World::with_spec(|_| {}, |spec| spec.encoding = encoding);
        world.put("静夜思 的副本.txt", b"poem");
        let (addr, save_to) = (world.addr.clone(), world.at("诗"));
        let mut client = client_of(&addr);
        client.encoding = encoding;
        let name = "静夜思 的副本.txt";
        let job = begin_download(&mut world.bench, CLIENT, &client, name, &save_to, |_| {});
        assert_eq!(world.bench.finish(job), Ok(()), "{encoding:?}");
        assert_eq!(fs::read(&save_to).unwrap(), b"poem");
        assert!(transfers(&world.bench).iter().all(|transfer| &*transfer.asked.name == name));
    }
}

#[test]
fn a_framed_name_may_come_in_pieces_and_a_bare_one_with_an_end_of_line() {
    let world = World::with_spec(|_| {}, |spec| spec.framing = Framing::Line);
    world.put("x", b"hello");
    let mut stream = world.connect();
    stream.set_nodelay(true).unwrap();
    for piece in ["", "x", "\n"] {
        stream.write_all(piece.as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(read_all(stream), b"hello");

    let world = World::new();
    world.put("x", b"hello");
    assert_eq!(read_all(world.ask(b"x\r\n")), b"hello");
}

#[test]
fn a_client_that_has_shut_down_its_side_gets_its_file() {
    let world = World::new();
    world.put("x", &content(300_000));
    let stream = world.ask(b"x");
    stream.shutdown(Shutdown::Write).unwrap();
    assert!(read_all(stream) == content(300_000));
}

#[test]
fn what_a_client_goes_on_sending_does_not_cost_it_its_file() {
    let world = World::new();
    let bytes = content(20 * 1024 * 1024);
    world.put("x", &bytes);
    let mut stream = world.ask(b"x");
    // Read by nobody; closed over it, the connection would be reset and the end of the file lost.
    thread::sleep(Duration::from_millis(20));
    stream.write_all(b"more").unwrap();
    assert!(read_all(stream) == bytes);
}

#[test]
fn a_refused_name_gets_nothing_and_the_user_is_told_which_and_why() {
    let mut world = World::new();
    world.put("x", b"hello");
    fs::create_dir(world.shared.path().join("folder")).unwrap();
    let mut cases: Vec<(Vec<u8>, &str, Refusal)> = vec![
        (b"../x".to_vec(), "../x", Refusal::Outside),
        (b"/etc/passwd".to_vec(), "/etc/passwd", Refusal::Outside),
        (b"folder/../../x".to_vec(), "folder/../../x", Refusal::Outside),
        (b"nothing".to_vec(), "nothing", Refusal::NotFound),
        (b"..\\x".to_vec(), "..\\x", Refusal::NotFound),
        (b"C:\\x".to_vec(), "C:\\x", Refusal::NotFound),
        (b"folder".to_vec(), "folder", Refusal::NotAFile(FileKind::Folder)),
        (b"x\0y".to_vec(), "x\\0y", Refusal::Nul),
        (b"\n".to_vec(), "", Refusal::NoName),
        (b"\xff\xfe".to_vec(), "\u{fffd}\u{fffd}", Refusal::NotText),
    ];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/passwd", world.shared.path().join("link")).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            world.shared.path().join("fifo"),
            rustix::fs::FileType::Fifo,
            0o600.into(),
            0,
        )
        .unwrap();
        cases.push((b"link".to_vec(), "link", Refusal::Outside));
        cases.push((b"fifo".to_vec(), "fifo", Refusal::NotAFile(FileKind::Fifo)));
    }
    for (name, shown, why) in cases {
        // Not a byte, and an orderly end.
        assert_eq!(read_all(world.ask(&name)), b"", "{shown}");
        let (id, moved, end, place) = until_ended(&mut world.bench, Way::Sending);
        assert_eq!((moved, end, place), (0, End::Refused(why.clone()), Place::Nowhere), "{shown}");
        let (found, refusal, peer) = world.bench.until(|event| match event {
            Event::Notice(notice) => match &notice.kind {
                NoticeKind::FileRefused { name, refusal, peer } => Some((name.clone(), refusal.clone(), peer.clone())),
                _ => None,
            },
            _ => None,
        });
        if why != Refusal::NotText {
            assert_eq!(&*found, shown);
        }
        assert_eq!((refusal, peer.is_some()), (why, true));
        assert_eq!(transfers(&world.bench).get(id).unwrap().asked.name, found);
    }
}

#[test]
fn a_name_that_is_longer_than_any_path_is_refused_by_its_length() {
    let mut world = World::new();
    let mut stream = world.connect();
    stream.write_all(&[b'a'; 5_000]).unwrap();
    assert_eq!(read_all(stream), b"");
    let (_, _, end, _) = until_ended(&mut world.bench, Way::Sending);
    assert!(matches!(end, End::Refused(Refusal::TooLong { len: 1_025..=5_000 })), "{end:?}");

    let mut world = World::with_spec(|_| {}, |spec| spec.framing = Framing::Line);
    let mut stream = world.connect();
    stream.write_all(&[[b'a'; 5_000].as_slice(), b"\n"].concat()).unwrap();
    assert_eq!(read_all(stream), b"");
    let (_, _, end, _) = until_ended(&mut world.bench, Way::Sending);
    assert_eq!(end, End::Refused(Refusal::TooLong { len: 5_000 }));
}

#[test]
fn quit_words_end_the_connection_and_ask_for_nothing() {
    let mut world = World::with_spec(|_| {}, |spec| spec.service.quit = vec!["bye".to_owned()]);
    world.put("bye", b"hello");
    assert_eq!(read_all(world.ask(b"bye")), b"");
    world.download("bye").unwrap();
    assert_eq!(fs::read(world.at("copy")).unwrap(), b"", "an empty file: this protocol can't say more");
    assert_eq!(ids(&world.bench, Way::Sending), []);
}

#[test]
fn a_folder_that_is_not_there_is_told_and_nothing_opens() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let mut bench = Bench::new();
    let failure = bench.open(SERVER, files(share_of(&missing)), None).unwrap_err();
    assert!(
        matches!(&failure, NoticeKind::NotShared { path, errno } if *path == missing && errno.name() == Some("ENOENT"))
    );
    assert_eq!(bench.calls().count(), 0);
}

#[test]
fn a_client_that_never_asks_is_closed_and_hinders_nobody() {
    let mut world = World::with(|share| share.ask_within = Duration::from_millis(300));
    world.put("x", b"hello");
    let silent = world.connect();
    let begun = Instant::now();
    assert_eq!(read_all(world.ask(b"x")), b"hello");
    assert_eq!(read_all(silent), b"");
    assert!(begun.elapsed() >= Duration::from_millis(250));
    world.bench.until(|event| match event {
        Event::Notice(notice) => matches!(&notice.kind, NoticeKind::NeverAsked { after, peer: Some(_) } if *after == Duration::from_millis(300)).then_some(()),
        _ => None,
    });
}

#[test]
fn a_client_that_asks_and_never_reads_is_reset_and_hinders_nobody() {
    let mut world = World::with(|share| share.stalled_after = Duration::from_millis(400));
    world.put_sparse("big", 64 * 1024 * 1024);
    world.put("x", b"hello");
    let mut greedy = world.ask(b"big");
    assert_eq!(read_all(world.ask(b"x")), b"hello", "while the other waits");
    let stalled = world.bench.until(|event| match event {
        Event::Transfer(News { what: What::Ended { moved, end: End::Stalled { after }, .. }, .. }) => {
            Some((*moved, *after))
        }
        _ => None,
    });
    assert!(stalled.0 > 0 && stalled.0 < 64 * 1024 * 1024);
    assert_eq!(stalled.1, Duration::from_millis(400));
    let mut bytes = Vec::new();
    let error = greedy.read_to_end(&mut bytes).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "not an end that looks like the file's");
}

#[test]
fn a_client_that_reads_slowly_is_not_taken_for_one_that_does_not_read() {
    let mut world = World::with(|share| share.stalled_after = Duration::from_millis(300));
    world.put_sparse("big", 8 * 1024 * 1024);
    let mut slow = world.ask(b"big");
    let mut buffer = vec![0; 40 * 1024];
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(1_500) {
        slow.read_exact(&mut buffer).unwrap();
        thread::sleep(Duration::from_millis(40));
    }
    assert!(world.bench.drain().all(|event| !matches!(event, Event::Transfer(News { what: What::Ended { .. }, .. }))));
}

#[test]
fn beyond_the_most_transfers_clients_wait_for_their_turn() {
    let mut world = World::with(|share| share.max_transfers = 1);
    world.put_sparse("big", 64 * 1024 * 1024);
    world.put("x", b"hello");
    let first = world.ask(b"big");
    let second = {
        world.bench.until(|event| {
            matches!(event, Event::Transfer(News { what: What::Begun { total: Some(67_108_864), .. }, .. }))
                .then_some(())
        });
        world.ask(b"x")
    };
    let waiting = world.bench.until(|event| match event {
        Event::Transfer(News { id, what: What::Waiting, .. }) => Some(*id),
        _ => None,
    });
    // A third one loses its patience.
    let gone = world.ask(b"x");
    let third = world.bench.until(|event| match event {
        Event::Transfer(News { id, what: What::Waiting, .. }) => Some(*id),
        _ => None,
    });
    socket2::SockRef::from(&gone).set_linger(Some(Duration::ZERO)).unwrap();
    drop(gone);
    let (id, _, end, _) = until_ended(&mut world.bench, Way::Sending);
    assert_eq!(id, third);
    assert!(matches!(&end, End::Broken { op: "recv", errno } if errno.name() == Some("ECONNRESET")), "{end:?}");

    assert_eq!(read_all(first).len(), 64 * 1024 * 1024);
    assert_eq!(read_all(second), b"hello");
    let begun = world.bench.until(|event| match event {
        Event::Transfer(News { id, what: What::Begun { .. }, .. }) => Some(*id),
        _ => None,
    });
    assert_eq!(begun, waiting);
}

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
    world.bench.send(CLIENT, socket_lab::engine::Peers::All, b"nothing").unwrap();
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
    world.bench.command(|job| Command::Close { job, endpoint: CLIENT }).unwrap();
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

/// Says in the environment of a test that it runs alone in its process.
const ALONE: &str = "SOCKET_LAB_TEST_ALONE";

/// Runs a test of this file in a process of its own, where nothing else has threads or memory. Gives its folder's path
/// to that process; `None` in that process itself. `before` is a shell command that must succeed first.
#[cfg(target_os = "linux")]
fn alone(test: &str, before: &str) -> Option<std::process::Output> {
    if std::env::var_os(ALONE).is_some() {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let run = format!("{before} exec '{}' --exact {test} --nocapture --test-threads 1", program.display());
    let output = std::process::Command::new("sh").args(["-c", &run]).env(ALONE, folder.path()).output().unwrap();
    Some(output)
}

#[cfg(target_os = "linux")]
fn assert_went_well(output: &std::process::Output) {
    let (out, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{out}{errors}");
}

#[cfg(target_os = "linux")]
fn transfer_threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| matches!(name.trim_end(), "socket-lab-send" | "socket-lab-recv")).count()
}

#[cfg(target_os = "linux")]
fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_what_came_is_kept() {
    // A disk of 1 MiB that only this process sees.
    let mount = format!("exec unshare -rm sh -c 'mount -t tmpfs -o size=1m tmpfs \"${ALONE}\" || exit 77;");
    if std::env::var_os(ALONE).is_none() {
        let program = std::env::current_exe().unwrap();
        let run = format!(
            "{mount} exec \"$0\" --exact a_full_disk_is_told_and_what_came_is_kept --test-threads 1' '{}'",
            program.display()
        );
        let folder = tempfile::tempdir().unwrap();
        let output = std::process::Command::new("sh").args(["-c", &run]).env(ALONE, folder.path()).output().unwrap();
        if matches!(output.status.code(), Some(77 | 1 | 127))
            && !String::from_utf8_lossy(&output.stdout).contains("running")
        {
            return eprintln!("not tested: this machine mounts nothing for its users");
        }
        return assert_went_well(&output);
    }
    let disk = PathBuf::from(std::env::var_os(ALONE).unwrap());
    let mut world = World::new();
    world.put("x", &content(5 * 1024 * 1024));
    let save_to = disk.join("x");
    let job = world.begin("x", |fetch| fetch.save_to = save_to.clone());
    let failure = world.bench.finish(job).unwrap_err();
    assert_eq!(failure.errno_name().as_deref(), Some("ENOSPC"));
    let end = ended(failure);
    let Verdict::CutOff { bytes, end: End::Disk { op: "write", path, .. } } = end.verdict else { panic!("{end:?}") };
    assert_eq!((end.place, path), (Place::Part(disk.join("x.part")), disk.join("x.part")));
    let kept = fs::read(disk.join("x.part")).unwrap();
    assert!(kept.len() >= 512 * 1024 && kept[..] == content(5 * 1024 * 1024)[..kept.len()]);
    assert_eq!(bytes, kept.len() as u64);
    assert!(!save_to.exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_gibibyte_goes_out_in_little_memory() {
    if let Some(output) = alone("a_gibibyte_goes_out_in_little_memory", "") {
        return assert_went_well(&output);
    }
    const LEN: u64 = 1 << 30;
    let mut world = World::new();
    world.put_sparse("big", LEN);
    let mut stream = world.ask(b"big");
    let reader = spawn(move || std::io::copy(&mut stream, &mut std::io::sink()).unwrap());
    let (_, moved, end, _) = until_ended(&mut world.bench, Way::Sending);
    assert_eq!((moved, end, reader.join().unwrap()), (LEN, End::Clean, LEN));
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.split_whitespace().next().unwrap().parse().unwrap();
    assert!(peak < 64 * 1024, "{peak} KiB");
    let progress = news(&world.bench).into_iter().filter(|news| matches!(news.what, What::Progress { .. }));
    let times: Vec<_> = progress.map(|news| news.at.0).collect();
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 50_000_000), "{times:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn closing_endpoints_in_the_middle_ends_their_threads() {
    if let Some(output) = alone("closing_endpoints_in_the_middle_ends_their_threads", "") {
        return assert_went_well(&output);
    }
    let mut world = World::new();
    world.put_sparse("big", 8 << 30);
    let opened = descriptors();
    let mut jobs = Vec::new();
    for number in 0..3 {
        let save_to = world.at(&format!("copy{number}"));
        jobs.push(world.begin("big", |fetch| fetch.save_to = save_to));
    }
    let idle: Vec<_> = (0..3).map(|_| world.ask(b"big")).collect();
    let mut moving = std::collections::BTreeSet::new();
    world.bench.until(|event| {
        if let Event::Transfer(News { id, what: What::Progress { .. }, .. }) = event {
            moving.insert(*id);
        }
        // Those of the idle readers make no progress any more once the buffers are full.
        (moving.len() >= 6).then_some(())
    });
    assert!(transfer_threads() >= 9, "{}", transfer_threads());
    world.bench.command(|job| Command::Close { job, endpoint: CLIENT }).unwrap();
    for job in jobs {
        let end = ended(world.bench.finish(job).unwrap_err());
        assert!(matches!(end.verdict, Verdict::CutOff { end: End::Cancelled, .. }), "{end:?}");
    }
    world.bench.command(|job| Command::Close { job, endpoint: SERVER }).unwrap();
    drop(idle);
    assert!(transfers(&world.bench).iter().all(|transfer| transfer.is_over()));
    let deadline = Instant::now() + WAIT;
    // A thread is told to be over a moment before it is.
    while transfer_threads() > 0 || descriptors() >= opened {
        assert!(Instant::now() < deadline, "{} threads, {} of {opened} files", transfer_threads(), descriptors());
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_file_that_becomes_shorter_while_it_is_sent_ends_with_a_reset() {
    let mut world = World::new();
    world.put_sparse("big", 256 * 1024 * 1024);
    let mut stream = world.ask(b"big");
    stream.read_exact(&mut [0; 1000]).unwrap();
    fs::OpenOptions::new().write(true).open(world.shared.path().join("big")).unwrap().set_len(1_000_000).unwrap();
    let mut rest = Vec::new();
    let error = stream.read_to_end(&mut rest).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    let (_, _, end, _) = until_ended(&mut world.bench, Way::Sending);
    assert_eq!(end, End::Shrank { expected: 256 * 1024 * 1024 });
}

#[test]
fn python_downloads_from_the_lab() {
    let world = World::new();
    world.put("poem.txt", "床前明月光".as_bytes());
    world.put("big.bin", &content(500_000));
    let port = world.addr.inet().unwrap().port().to_string();
    let arguments = [port.as_str(), "poem.txt", "big.bin", "../big.bin", "nothing"];
    let Some(peer) = Peer::run("file_client.py", &arguments) else { return };
    assert_eq!(peer.output(), "poem.txt 15\nbig.bin 500000\n../big.bin 0\nnothing 0\n");
}

#[test]
fn the_lab_downloads_from_python() {
    let Some(mut peer) = Peer::run("file_server.py", &["3"]) else { return };
    let addr = peer.address();
    let mut bench = Bench::new();
    let saved = tempfile::tempdir().unwrap();
    for (name, contents) in [("poem.txt", "床前明月光".as_bytes()), ("big.bin", &[0; 5000]), ("nothing", b"")] {
        let save_to = saved.path().join(name);
        let job = begin_download(&mut bench, CLIENT, &client_of(&addr), name, &save_to, |_| {});
        assert_eq!(bench.finish(job), Ok(()));
        assert_eq!(fs::read(&save_to).unwrap(), contents);
    }
    let transfers = transfers(&bench);
    let verdicts: Vec<_> = transfers.iter().map(|transfer| transfers.verdict(transfer)).collect();
    assert_eq!(verdicts, [Some(Verdict::MaybeAll), Some(Verdict::MaybeAll), Some(Verdict::Empty)]);
}

/// A server that sends so many bytes of an endless file and then closes, or resets the connection.
fn cutting_server(bytes: usize, reset: bool) -> Addr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().into();
    spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 64]).unwrap();
        stream.write_all(&content(bytes)).unwrap();
        if reset {
            socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
        }
    });
    addr
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_connection_that_is_cut_anywhere_never_loses_a_byte_and_never_pretends(
        bytes in 0_usize..3_000_000,
        reset: bool,
    ) {
        let addr = cutting_server(bytes, reset);
        let mut bench = Bench::new();
        let saved = tempfile::tempdir().unwrap();
        let save_to = saved.path().join("x");
        let job = begin_download(&mut bench, CLIENT, &client_of(&addr), "x", &save_to, |_| {});
        let result = bench.finish(job);
        let received: u64 = bench.calls().filter(|call| call.op.receives()).map(|call| call.len).sum();
        if reset {
            let end = ended(result.unwrap_err());
            let (Verdict::CutOff { end: why, .. } | Verdict::Failed(why)) = end.verdict else {
                panic!("{:?}", end.verdict)
            };
            prop_assert!(matches!(&why, End::Broken { errno, .. } if errno.name() == Some("ECONNRESET")), "{:?}", why);
            prop_assert!(!save_to.exists());
            // Of what the server sent, a reset may destroy what was still on its way; what was received is all there.
            match end.place {
                Place::Part(part) => {
                    let kept = fs::read(part).unwrap();
                    prop_assert_eq!(kept.len() as u64, received);
                    prop_assert!(kept[..] == content(bytes)[..kept.len()]);
                }
                place => prop_assert_eq!((place, received), (Place::Nowhere, 0)),
            }
            prop_assert_eq!(end.moved, received);
        } else {
            prop_assert_eq!(result, Ok(()));
            prop_assert!(fs::read(&save_to).unwrap() == content(bytes));
            prop_assert_eq!(fs::read_dir(saved.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn a_client_that_leaves_anywhere_is_never_taken_for_one_that_has_it_all(
        bytes in 0_usize..6_000_000,
        reset: bool,
    ) {
        let mut world = World::new();
        world.put_sparse("big", 64 * 1024 * 1024);
        let mut stream = world.ask(b"big");
        stream.read_exact(&mut vec![0; bytes]).unwrap();
        if reset {
            socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
        }
        drop(stream);
        let (_, moved, end, _) = until_ended(&mut world.bench, Way::Sending);
        prop_assert!(matches!(&end, End::Broken { op: "sendfile", .. }), "{:?}", end);
        prop_assert!(moved >= bytes as u64 && moved < 64 * 1024 * 1024);
        let recorded: u64 = world.bench.calls().filter(|call| call.op.sends()).map(|call| call.len).sum();
        prop_assert_eq!(recorded, moved);
    }
}
