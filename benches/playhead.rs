//! What a jump of the playhead costs in a short, a long and a very long trace side by side, and what following the trace
//! costs for each call. A jump in ten million calls has the time of one frame, 8 ms.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench ends where it fails"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use divan::Bencher;
use divan::counter::ItemsCount;
use socket_lab::lab::{Addr, EndpointId};
use socket_lab::session::past::Past;
use socket_lab::trace::{Call, ConnId, Ends, Nanos, Op, Outcome, SocketId, Trace};

const COUNTS: [usize; 3] = [10_000, 1_000_000, 10_000_000];
/// Connections that are open at once.
const CONNS: u32 = 200;

/// What a jump in ten million calls may take.
const BUDGET: Duration = Duration::from_millis(8);
/// How often is jumped.
const JUMPS: u64 = 500;

fn main() {
    worst_jump();
    divan::main();
}

/// The slowest of many jumps in ten million calls, beside the same state by replaying from the first call.
fn worst_jump() {
    let count = COUNTS[2];
    let trace = calls(count);
    let mut past = Past::default();
    assert!(past.follow(&trace, || true));
    let (mut place, mut all, mut worst) = (1, Duration::ZERO, Duration::ZERO);
    for _ in 0..JUMPS {
        place = further(place, count);
        let began = Instant::now();
        black_box(past.before(&trace, place + 1));
        let took = began.elapsed();
        all += took;
        worst = worst.max(took);
    }
    let began = Instant::now();
    let mut replayed = Past::default();
    assert!(replayed.follow(&trace, || true));
    let whole = began.elapsed();
    println!(
        "a jump in {count} calls: {:.3} ms on average, {:.3} ms at most: {} {} ms; replaying them: {:.0} ms",
        (all / JUMPS as u32).as_secs_f64() * 1e3,
        worst.as_secs_f64() * 1e3,
        if worst <= BUDGET { "within the budget of" } else { "OVER THE BUDGET of" },
        BUDGET.as_millis(),
        whole.as_secs_f64() * 1e3,
    );
}

/// Far from the place before, by a step that meets every part of the trace.
fn further(place: u64, count: usize) -> u64 {
    (place + 7_368_787) % count as u64
}

/// A server with many connections, some of which come and go.
fn calls(count: usize) -> Trace {
    let addr = |port: u16| Some(Addr::Inet(([127, 0, 0, 1], port).into()));
    let ends: Vec<_> = (0..CONNS).map(|n| Arc::new(Ends { local: addr(80), peer: addr(10_000 + n as u16) })).collect();
    let mut trace = Trace::new(SystemTime::UNIX_EPOCH, u64::MAX);
    for n in 0..count {
        let number = 1 + (n as u32 % CONNS) + CONNS * (n as u32 / 100_000);
        let op = match n % 100_000 {
            0..200 => Op::Accept,
            99_800.. => Op::Close,
            _ if n % 2 == 0 => Op::Recv { max: 1024 },
            _ => Op::Send { len: 64 },
        };
        let moves = op.sends() || op.receives();
        trace.push(Call {
            seq: 0,
            start: Nanos(n as u64 * 1_000),
            took: 100,
            endpoint: EndpointId(1),
            socket: SocketId(number),
            conn: ConnId::new(number),
            op,
            outcome: Outcome::Ok(64),
            ends: Arc::clone(&ends[n % CONNS as usize]),
            offset: None,
            len: if moves { 64 } else { 0 },
            data: Bytes::new(),
            lost: 0,
            rule: None,
            made_by: None,
        });
    }
    trace
}

#[divan::bench(args = COUNTS, sample_count = 200, sample_size = 1)]
fn jump(bencher: Bencher<'_, '_>, count: usize) {
    let trace = calls(count);
    let mut past = Past::default();
    assert!(past.follow(&trace, || true));
    let mut place = 1;
    bencher.bench_local(|| {
        place = further(place, count);
        black_box(past.before(&trace, place + 1));
    });
}

#[divan::bench(args = [1_000_000], sample_count = 10, sample_size = 1)]
fn follow(bencher: Bencher<'_, '_>, count: usize) {
    let trace = calls(count);
    bencher.counter(ItemsCount::new(count)).with_inputs(Past::default).bench_local_values(|mut past| {
        assert!(past.follow(&trace, || true));
        past
    });
}
