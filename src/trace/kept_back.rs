//! A small `send` that left late: the system kept it back until the one before it was acknowledged (Nagle's algorithm,
//! RFC 896), and the other end put that acknowledgement off (RFC 1122, 4.2.3.2). No call says so: it is deduced from the
//! times at both ends.

use super::call::{Call, Op, OptionValue, SocketOption};
use super::flow::Way;
use super::store::Trace;
use super::streams::counterparts;

/// Linux puts an acknowledgement off for 40 to 200 ms; with what loopback and a busy machine add.
const PUT_OFF: std::ops::Range<u64> = 35_000_000..300_000_000;

/// More bytes than this may fill a segment, which goes at once.
const SMALL: u64 = 1_400;

/// Options are set before anything is sent: only the first calls of a socket are looked at for them.
const OPTIONS: usize = 32;

/// The `send` that was not acknowledged yet, and the one that was kept back for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeptBack<'t> {
    pub first: &'t Call,
    pub second: &'t Call,
}

/// What a `recv` waited for, or what happened to a `send`, where both ends are in this trace.
pub fn kept_back<'t>(trace: &'t Trace, call: &'t Call) -> Option<KeptBack<'t>> {
    let mut others = counterparts(trace, call).into_iter();
    match call.op {
        Op::Recv { .. } => received_late(trace, call, others.next()?),
        Op::Send { .. } => others.find_map(|recv| received_late(trace, recv, call)),
        _ => None,
    }
}

fn received_late<'t>(trace: &'t Trace, recv: &'t Call, second: &'t Call) -> Option<KeptBack<'t>> {
    let is_late = PUT_OFF.contains(&recv.end().since(second.end())) && recv.start <= second.end();
    let is_tcp = recv.ends.local.as_ref().is_some_and(|local| local.inet().is_some());
    if !is_late || !is_tcp || !matches!(second.op, Op::Send { .. }) || second.len > SMALL {
        return None;
    }
    let sender = trace.flow(second.socket)?;
    let sends = sender.movers(Way::Out);
    let place = sends.partition_point(|seq| trace.get(*seq).is_none_or(|send| send.offset < second.offset));
    let first = trace.get(*sends.get(place.checked_sub(1)?)?)?;
    // An answer carries the acknowledgement.
    let answers = trace.flow(recv.socket)?.movers(Way::Out);
    let has_answered = answers
        .iter()
        .rev()
        .filter_map(|seq| trace.get(*seq))
        .any(|answer| answer.end() >= first.start && answer.start <= recv.end());
    let sends_at_once = sender.seqs().iter().take(OPTIONS).filter_map(|seq| trace.get(*seq)).any(|call| {
        matches!(call.op, Op::SetSockOpt { option: SocketOption::NoDelay, value: OptionValue::Int(on) } if on != 0)
    });
    (!has_answered && !sends_at_once && first.end() <= second.start).then_some(KeptBack { first, second })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use super::*;
    use crate::lab::{Addr, EndpointId};
    use crate::trace::{Ends, Nanos, Outcome, SocketId};

    /// Milliseconds.
    const MS: u64 = 1_000_000;

    fn call(endpoint: u32, op: Op, begin: u64, end: u64, offset: Option<u64>, len: u64) -> Call {
        let addr = |port| Some(Addr::Inet(([127, 0, 0, 1], port).into()));
        let (local, peer) = if endpoint == 1 { (addr(5000), addr(8000)) } else { (addr(8000), addr(5000)) };
        Call {
            start: Nanos(begin * MS),
            took: (end - begin) * MS,
            endpoint: EndpointId(endpoint),
            socket: SocketId::sample(endpoint, 1),
            ends: Arc::new(Ends { local, peer }),
            offset,
            len,
            ..Call::sample(op, Outcome::Ok(len))
        }
    }

    fn send(begin: u64, offset: u64, len: u64) -> Call {
        call(1, Op::Send { len }, begin, begin, Some(offset), len)
    }

    fn recv(begin: u64, end: u64, offset: u64, len: u64) -> Call {
        call(2, Op::Recv { max: 1024 }, begin, end, Some(offset), len)
    }

    /// The numbers of the two sends, by the last call.
    fn found(calls: Vec<Call>) -> Option<(u64, u64)> {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, u64::MAX);
        let addr = Arc::new(Addr::Inet(([127, 0, 0, 1], 8000).into()));
        trace.push(call(1, Op::Connect { addr }, 0, 0, None, 0));
        trace.push(call(2, Op::Accept, 0, 0, None, 0));
        for call in calls {
            trace.push(call);
        }
        let last = trace.get(trace.next_seq() - 1)?;
        let of_recv = kept_back(&trace, last)?;
        assert_eq!(kept_back(&trace, of_recv.second), Some(of_recv), "the other half says the same");
        Some((of_recv.first.seq, of_recv.second.seq))
    }

    #[test]
    fn two_small_sends_without_an_answer_between_make_the_second_wait() {
        let pair = |late: u64| vec![send(1, 0, 3), recv(0, 1, 0, 3), send(2, 3, 3), recv(1, late, 3, 3)];
        assert_eq!(found(pair(44)), Some((3, 5)));
        assert_eq!(found(pair(3)), None, "it came at once");
        assert_eq!(found(pair(2_000)), None, "no acknowledgement takes as long");
    }

    #[test]
    fn an_answer_between_a_large_one_and_tcp_nodelay_make_none_wait() {
        let answer = call(2, Op::Send { len: 1 }, 1, 1, Some(0), 1);
        assert_eq!(found(vec![send(1, 0, 3), recv(0, 1, 0, 3), answer, send(2, 3, 3), recv(1, 44, 3, 3)]), None);
        assert_eq!(found(vec![send(1, 0, 3), recv(0, 1, 0, 3), send(2, 3, 9_000), recv(1, 44, 3, 9_000)]), None);
        let option = Op::SetSockOpt { option: SocketOption::NoDelay, value: OptionValue::Int(1) };
        let set = call(1, option, 0, 0, None, 0);
        assert_eq!(found(vec![set, send(1, 0, 3), recv(0, 1, 0, 3), send(2, 3, 3), recv(1, 44, 3, 3)]), None);
        assert_eq!(found(vec![send(2, 0, 3), recv(1, 44, 0, 3)]), None, "the first waits for nothing");
    }
}
