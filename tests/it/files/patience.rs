//! How long a server waits, and for whom.

use std::io::Read as _;
use std::thread;
use std::time::{Duration, Instant};

use socket_lab::engine::Event;
use socket_lab::trace::NoticeKind;
use socket_lab::trace::transfer::{End, News, Way, What};

use super::world::{World, read_all, until_ended};

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
