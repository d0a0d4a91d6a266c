//! Slow, silent and impatient clients, and the user who cancels.

use std::io::{ErrorKind, Read as _};
use std::time::{Duration, Instant};

use socket_lab::engine::{Command, Event, Job};
use socket_lab::trace::NoticeKind;
use socket_lab::trace::transfer::{End, TransferId, What};

use super::asking::{Asking, Served, noise};
use crate::support::bench::SERVER;

const SHORT: Duration = Duration::from_millis(300);

/// More than the buffers of two sockets take.
const MUCH: usize = 40_000_000;

fn begun(served: &mut Served) -> TransferId {
    served.bench.until(|event| match event {
        Event::Transfer(news) if matches!(news.what, What::Begun { .. }) => Some(news.id),
        _ => None,
    })
}

#[test]
fn who_asks_for_nothing_is_closed_and_told_of() {
    let mut served = Served::with(|share| share.ask_within = SHORT);
    let silent = Asking::to(served.addr);
    assert_eq!(silent.until_end(), b"");
    assert!(matches!(served.notice(), NoticeKind::NeverAsked { peer: Some(_), after: SHORT }));
    assert_eq!(served.transfers(), []);
}

#[test]
fn who_asks_byte_by_byte_has_no_more_time_than_others() {
    let mut served = Served::with(|share| share.ask_within = SHORT);
    let mut asking = Asking::to(served.addr);
    asking.say(b"GET /x HTTP/1.1\r\nHost: ");
    assert_eq!(asking.answer(false).status, 400);
    let (_, _, end) = served.ended();
    assert!(matches!(end, End::Protocol(_)), "{end:?}");
}

#[test]
fn who_has_asked_and_asks_no_more_is_closed_without_a_word() {
    let mut served = Served::with(|share| share.ask_within = SHORT);
    served.put("x", b"hello");
    let mut asking = Asking::to(served.addr);
    assert_eq!(asking.ask("GET /x HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
    assert_eq!(asking.until_end(), b"");
    served.bench.until(|event| match event {
        Event::Call { call, .. } if call.op.to_string() == "close()" => Some(()),
        _ => None,
    });
    assert!(!served.bench.drain().any(|event| matches!(event, Event::Notice(_))));
}

#[test]
fn a_client_that_does_not_read_is_reset_and_holds_up_nobody() {
    let mut served = Served::with(|share| share.stalled_after = SHORT);
    served.put("much", &noise(MUCH));
    served.put("x", b"hello");
    let mut stalling = Asking::to(served.addr);
    stalling.say(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n");
    let id = begun(&mut served);
    assert_eq!(served.get("/x").text(), "hello");
    let (moved, end) = served.bench.until(|event| match event {
        Event::Transfer(news) if news.id == id => match &news.what {
            What::Ended { moved, end, .. } => Some((*moved, end.clone())),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(end, End::Stalled { after: SHORT });
    assert!(moved > 0 && moved < MUCH as u64);
    let mut all = Vec::new();
    let reset = stalling.stream.read_to_end(&mut all).unwrap_err();
    assert_eq!(reset.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_client_that_reads_slowly_is_not_given_up() {
    let mut served = Served::with(|share| share.stalled_after = 2 * SHORT);
    served.put("much", &noise(MUCH));
    let mut slow = Asking::to(served.addr);
    slow.say(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n");
    let id = begun(&mut served);
    // Far less than what makes the socket count as writable again, but something.
    let mut buffer = vec![0; 64 * 1024];
    let until = Instant::now() + 6 * SHORT;
    while Instant::now() < until {
        assert!(slow.stream.read(&mut buffer).unwrap() > 0);
        std::thread::sleep(SHORT / 10);
    }
    let ended = served.bench.drain().any(
        |event| matches!(event, Event::Transfer(news) if news.id == id && matches!(news.what, What::Ended { .. })),
    );
    assert!(!ended);
    drop(slow);
    let (_, _, end) = served.ended();
    assert!(matches!(end, End::Broken { op: "send", .. }), "{end:?}");
}

#[test]
fn a_cancelled_transfer_is_reset() {
    let mut served = Served::new();
    served.put("much", &noise(MUCH));
    let mut asking = Asking::to(served.addr);
    asking.say(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n");
    let transfer = begun(&mut served);
    served.bench.engine.command(Command::CancelTransfer { transfer });
    let (id, moved, end) = served.ended();
    assert_eq!((id, end), (transfer, End::Cancelled));
    assert!(moved < MUCH as u64);
    let reset = asking.stream.read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(reset.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_closed_endpoint_ends_what_it_sends() {
    let mut served = Served::new();
    served.put("much", &noise(MUCH));
    let mut asking = Asking::to(served.addr);
    asking.say(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n");
    begun(&mut served);
    let closing = served.bench.begin(|job| Command::new(job, SERVER, Job::Close));
    assert_eq!(served.ended().2, End::Cancelled);
    served.bench.finish(closing).unwrap();
    let mut all = Vec::new();
    let _ = asking.stream.read_to_end(&mut all);
    assert!(all.len() < MUCH);
}

#[test]
fn beyond_the_most_transfers_others_wait_and_can_be_cancelled() {
    let mut served = Served::with(|share| share.max_transfers = 1);
    served.put("much", &noise(MUCH));
    served.put("x", b"hello");
    let mut first = Asking::to(served.addr);
    first.say(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n");
    let first_id = begun(&mut served);
    let mut second = Asking::to(served.addr);
    second.say(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
    let waits = |event: &Event| match event {
        Event::Transfer(news) => matches!(news.what, What::Waiting).then_some(news.id),
        _ => None,
    };
    let second_id = served.bench.until(waits);
    let mut third = Asking::to(served.addr);
    third.say(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
    let third_id = served.bench.until(waits);
    // Pages are no transfers: they don't wait.
    assert_eq!(served.get("/").status, 200);
    served.bench.engine.command(Command::CancelTransfer { transfer: second_id });
    assert_eq!(served.ended(), (second_id, 0, End::Cancelled));
    assert!(second.stream.read_to_end(&mut Vec::new()).is_err());
    drop(first);
    let (id, _, end) = served.ended();
    assert_eq!(id, first_id);
    assert!(matches!(end, End::Broken { .. }), "{end:?}");
    assert_eq!(third.answer(false).text(), "hello");
    assert_eq!(served.ended(), (third_id, 5, End::Clean));
}

#[test]
fn progress_is_told_at_most_twenty_times_a_second() {
    let mut served = Served::new();
    served.put("much", &noise(MUCH));
    let began = Instant::now();
    assert_eq!(served.get("/much").body.len(), MUCH);
    assert_eq!(served.ended().1, MUCH as u64);
    let most = began.elapsed().as_millis() / 50 + 1;
    let told = served
        .bench
        .seen()
        .filter(|event| matches!(event, Event::Transfer(news) if matches!(news.what, What::Progress { .. })));
    assert!(told.count() as u128 <= most);
}
