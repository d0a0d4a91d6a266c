//! Recording and opening: what a recording costs the session's thread for each call (the budget is 1 µs), and how soon a
//! long trace file shows its first rows (the budget is a second for 1 GB).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

use std::fs::File;
use std::hint::black_box;
use std::io::BufReader;
use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};

use bytes::Bytes;
use socket_lab::background::Wake;
use socket_lab::lab::{Addr, EndpointId};
use socket_lab::session::Session;
use socket_lab::session::recording::{Recorder, Target};
use socket_lab::trace::file::{Chunk, Head, TraceReader, TraceWriter};
use socket_lab::trace::store::Totals;
use socket_lab::trace::{Call, ConnId, Ends, Nanos, Op, Outcome, Trace};

const CALLS: u64 = 200_000;
/// A trace file of 1 GB: calls of 64 bytes, as chats have them, and of 4 KiB.
const SIZE: u64 = 1_000_000_000;

fn main() {
    // `cargo test --benches` only wants to see that it can begin.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    recording();
    opening();
}

fn head() -> Head {
    Head { began: UNIX_EPOCH, first_seq: 1, evicted_calls: 0, evicted_bytes: 0 }
}

fn call(seq: u64, ends: &Arc<Ends>, data: &Bytes) -> Call {
    Call {
        seq,
        start: Nanos(seq * 1_000),
        took: 500,
        endpoint: EndpointId(1),
        socket: socket_lab::trace::SocketId(1),
        conn: ConnId::new(1),
        op: Op::Recv { max: 1024 },
        outcome: Outcome::Ok(data.len() as u64),
        ends: Arc::clone(ends),
        offset: Some((seq - 1) * data.len() as u64),
        len: data.len() as u64,
        data: data.clone(),
        lost: 0,
        rule: None,
        made_by: None,
    }
}

fn ends() -> Arc<Ends> {
    let addr = |port| Some(Addr::Inet(([127, 0, 0, 1], port).into()));
    Arc::new(Ends { local: addr(8000), peer: addr(40000) })
}

/// Nanoseconds a call, the waiting for the disk left out.
fn pushed(mut recorder: Option<&mut Recorder>) -> f64 {
    let (ends, data) = (ends(), Bytes::from(vec![7; 64]));
    let mut trace = Trace::new(UNIX_EPOCH, u64::MAX);
    let mut spent = Duration::ZERO;
    // In frames of as many calls as a pump takes in some milliseconds.
    for frame in 0..CALLS / 1_000 {
        if let Some(recorder) = &recorder {
            while !recorder.has_room() {
                recorder.wait_for_room(Duration::from_secs(1));
            }
        }
        let calls: Vec<Call> = (1..=1_000).map(|n| call(frame * 1_000 + n, &ends, &data)).collect();
        let began = Instant::now();
        for call in calls {
            let seq = trace.push(call);
            if let (Some(recorder), Some(call)) = (&mut recorder, trace.get(seq)) {
                recorder.call(call);
            }
        }
        if let Some(recorder) = &mut recorder {
            recorder.flush();
        }
        spent += began.elapsed();
    }
    black_box(trace.len());
    spent.as_nanos() as f64 / CALLS as f64
}

fn recording() {
    let folder = tempfile::tempdir().expect("a folder");
    let bare = pushed(None);
    println!("session's thread, a call of 64 bytes into the trace:      {bare:7.0} ns");
    for name in ["out.pcapng", "out.lab-trace"] {
        let target = Target { path: folder.path().join(name), overwrite: false };
        let mut recorder = Recorder::start(&target, &head(), "", Vec::new(), Nanos(0), &(Arc::new(|| {}) as Wake))
            .expect("a recording");
        let began = Instant::now();
        let with = pushed(Some(&mut recorder));
        recorder.finish(Totals::default(), Default::default());
        let recorded = recorder.wait();
        assert_eq!((recorded.calls, recorded.failed), (CALLS, None));
        let each = began.elapsed().as_nanos() as f64 / CALLS as f64;
        let cost = with - bare;
        println!("the same and recorded to {name:<14} {with:7.0} ns, so recording costs {cost:5.0} ns (budget 1000)");
        println!("    until all of it was written: {each:5.0} ns a call, {} bytes", recorded.bytes);
    }
}

fn opening() {
    let folder = tempfile::tempdir().expect("a folder");
    for len in [64usize, 4_096] {
        let path = folder.path().join(format!("{len}.lab-trace"));
        let (ends, data) = (ends(), Bytes::from(vec![7; len]));
        let count = SIZE / (len as u64 + 55);
        let mut out = TraceWriter::new(File::create(&path).expect("a file"), &head()).expect("room");
        for seq in 1..=count {
            out.call(&call(seq, &ends, &data)).expect("room");
        }
        out.finish(Totals::default()).expect("room");
        let size = std::fs::metadata(&path).expect("the file").len();

        let began = Instant::now();
        let mut session = Session::new(Arc::new(|| {}), 1 << 28).expect("a session");
        session.open_trace(path.clone()).expect("a thread");
        let mut longest = Duration::ZERO;
        let mut first = None;
        while session.viewed().is_none_or(|viewed| viewed.progress().is_some()) {
            let frame = Instant::now();
            session.pump(Duration::from_millis(4), &mut |_| {});
            longest = longest.max(frame.elapsed());
            if first.is_none() && !session.trace().is_empty() {
                first = Some(began.elapsed());
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        let all = began.elapsed();
        assert_eq!(session.trace().next_seq(), count + 1);
        let first = first.expect("rows");
        let speed = size as f64 / 1e6 / all.as_secs_f64();
        println!(
            "{:.2} GB, {count} calls of {len} bytes: first rows after {first:.1?} (budget 1 s), all after {all:.1?} \
             ({speed:.0} MB/s), longest pump {longest:.1?}",
            size as f64 / 1e9
        );
        let reading = Instant::now();
        let (mut reader, _) = TraceReader::new(BufReader::new(File::open(&path).expect("the file"))).expect("a trace");
        let mut calls = 0;
        while let Some(part) = reader.next_chunk().expect("sound") {
            if let Chunk::Calls(some) = part {
                calls += some.len();
            }
        }
        let speed = size as f64 / 1e6 / reading.elapsed().as_secs_f64();
        println!("    reading alone: {calls} calls, {speed:.0} MB/s");
        std::fs::remove_file(path).expect("the file goes");
    }
}
