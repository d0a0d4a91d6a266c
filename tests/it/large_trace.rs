//! A trace file of more than four gigabytes: every place in it needs more than 32 bits.
//! `cargo test --test it large_trace:: -- --ignored` writes it to the folder for temporary files.

use std::fs::File;
use std::io::BufWriter;
use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};

use bytes::Bytes;
use socket_lab::lab::{EndpointId, TextEncoding};
use socket_lab::session::Session;
use socket_lab::trace::file::{Head, Name, TraceWriter};
use socket_lab::trace::store::Totals;
use socket_lab::trace::{Call, ConnId, Ends, Nanos, Op, Outcome};

/// The most that one call keeps.
const LEN: u64 = 256 * 1024;
const CALLS: u64 = 17_500;

#[test]
#[ignore = "four gigabytes of disk"]
fn a_trace_of_more_than_four_gigabytes_is_shown_while_it_is_read_and_its_end_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.lab-trace");
    let head = Head { began: UNIX_EPOCH, first_seq: 1, evicted_calls: 0, evicted_bytes: 0 };
    let mut out = TraceWriter::new(BufWriter::new(File::create(&path).unwrap()), &head).unwrap();
    out.names(&[Name { endpoint: EndpointId(1), name: Arc::from("server"), encoding: TextEncoding::default() }])
        .unwrap();
    let ends = Arc::new(Ends { local: None, peer: None });
    for seq in 1..=CALLS {
        let mut data = vec![(seq % 251) as u8; LEN as usize];
        data[..8].copy_from_slice(&seq.to_be_bytes());
        out.call(&Call {
            seq,
            start: Nanos(seq),
            took: 1,
            endpoint: EndpointId(1),
            socket: socket_lab::trace::SocketId(1),
            conn: ConnId::new(1),
            op: Op::Recv { max: LEN },
            outcome: Outcome::Ok(LEN),
            ends: Arc::clone(&ends),
            offset: Some((seq - 1) * LEN),
            len: LEN,
            data: Bytes::from(data),
            lost: 0,
            rule: None,
            made_by: None,
        })
        .unwrap();
    }
    out.finish(Totals { calls: CALLS, sent_bytes: 0, received_bytes: CALLS * LEN }).unwrap();
    let size = std::fs::metadata(&path).unwrap().len();
    assert!(size > 1 << 32, "{size}");

    let mut session = Session::new(Arc::new(|| {}), 64 * 1024 * 1024).unwrap();
    session.open_trace(path).unwrap();
    let deadline = Instant::now() + Duration::from_secs(600);
    let mut shown_early = false;
    while session.viewed().is_none_or(|viewed| viewed.progress().is_some()) {
        session.wait_and_pump(Duration::from_millis(5), Duration::from_millis(4), &mut |_| {});
        shown_early |= !session.trace().is_empty();
        assert!(Instant::now() < deadline, "it does not come to its end");
    }
    assert!(shown_early, "rows are there while the rest is read");
    let trace = session.trace();
    let last = trace.get(CALLS).unwrap();
    assert_eq!((last.offset, &last.data[..8]), (Some((CALLS - 1) * LEN), CALLS.to_be_bytes().as_slice()));
    assert_eq!(trace.totals().received_bytes, CALLS * LEN);
    let kept: u64 = trace.from(0).map(|call| call.len).sum();
    assert_eq!(kept + trace.evicted_bytes(), CALLS * LEN, "what was too much has left and was counted");
    assert!(trace.held_bytes() <= trace.limit());
}
