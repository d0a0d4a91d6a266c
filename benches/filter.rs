//! What it costs to ask a million calls: each kind of filter beside a plain search for a byte sequence in the same
//! bytes. The budget is half a second for all of them together, that is 0.5 µs a call.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a bench ends where it fails")]

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Arc, LazyLock};
use std::time::SystemTime;

use bytes::Bytes;
use divan::Bencher;
use divan::counter::ItemsCount;
use socket_lab::lab::{Addr, EndpointId};
use socket_lab::trace::filter::{Context, Filter, Matches};
use socket_lab::trace::{Bookmarks, Call, ConnId, Ends, Errno, Nanos, Op, Outcome, Trace};

const CALLS: usize = 1_000_000;

fn main() {
    divan::main();
}

/// Calls of two endpoints and a hundred connections, with 64 to 191 bytes of text each; one in a thousand has failed.
static TRACE: LazyLock<Trace> = LazyLock::new(|| {
    let mut trace = Trace::new(SystemTime::UNIX_EPOCH, u64::MAX);
    trace.set_name(EndpointId(1), "server");
    trace.set_name(EndpointId(2), "client");
    let addr = |port| Some(Addr::Inet(([127, 0, 0, 1], port).into()));
    let ends: Vec<_> = (0..100).map(|n| Arc::new(Ends { local: addr(8000), peer: addr(50_000 + n) })).collect();
    let text = "The quick brown fox jumps over the lazy dog. ".repeat(6);
    for n in 0..CALLS {
        let len = 64 + n % 128;
        let data = Bytes::copy_from_slice(&text.as_bytes()[n % 45..n % 45 + len]);
        let fails = n % 1_000 == 999;
        trace.push(Call {
            seq: 0,
            start: Nanos(n as u64 * 1_000),
            took: n as u64 % 5_000,
            endpoint: EndpointId(1 + (n % 2) as u32),
            socket: socket_lab::trace::SocketId(1),
            conn: ConnId::new(1 + (n % 100) as u32),
            op: if n % 3 == 0 { Op::Send { len: len as u64 } } else { Op::Recv { max: 1024 } },
            outcome: if fails { Outcome::Err(Errno(32)) } else { Outcome::Ok(len as u64) },
            ends: Arc::clone(&ends[n % 100]),
            offset: Some(0),
            len: if fails { 0 } else { len as u64 },
            data: if fails { Bytes::new() } else { data },
            lost: 0,
            rule: None,
            made_by: None,
        });
    }
    trace
});

/// The reference: every byte of every call is looked through for two letters.
#[divan::bench]
fn memmem_over_the_same_bytes(bencher: Bencher<'_, '_>) {
    let finder = memchr::memmem::Finder::new("SB");
    let trace = &*TRACE;
    bencher
        .counter(ItemsCount::new(CALLS))
        .bench_local(|| black_box(trace.from(0).filter(|call| finder.find(&call.data).is_some()).count()));
}

const FILTERS: [&str; 8] = [
    "errno",
    "endpoint == client and op == recv and len > 100 and data contains \"SB\"",
    "data contains \"SB\"",
    "took > 4us or peer == 127.0.0.1:50003",
    "conn in {3, 7, 90} and not (op == send or errno)",
    "msg contains \"sb\"",
    "msg ~ /lazy c.t/",
    "no such text",
];

#[divan::bench(args = FILTERS)]
fn filter(bencher: Bencher<'_, '_>, text: &str) {
    let filter = Filter::parse(text).expect("a filter").expect("not empty");
    let (trace, bookmarks, encodings) = (&*TRACE, Bookmarks::default(), HashMap::new());
    let context = Context { trace, encodings: &encodings, bookmarks: &bookmarks, faults: None, frames: &[] };
    bencher.counter(ItemsCount::new(CALLS)).bench_local(|| {
        let mut matches = Matches::default();
        assert!(matches.update(trace, || true, |call, _| filter.matches(call, &context)));
        black_box(matches.places(u64::MAX))
    });
}
