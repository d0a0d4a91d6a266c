//! A file goes out whole, under its name, with its calls on record.

use std::io::Write as _;
use std::net::Shutdown;
use std::time::Duration;
use std::{fs, thread};

use socket_lab::engine::transfer::PREVIEW;
use socket_lab::engine::{Event, SocketState};
use socket_lab::lab::TextEncoding;
use socket_lab::lab::framing::Framing;
use socket_lab::trace::transfer::{End, Place, Verdict, Way, What};
use socket_lab::trace::{Op, Outcome};

use super::world::{World, begin_download, content, ended, news, read_all, sha256, transfers, until_verified};
use crate::support::bench::{CLIENT, SERVER, client_of};

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
    let world = World::with_spec(|_| {}, |spec| spec.stream.framing = Framing::line());
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
