//! Which `send` became which `recv`: the two ends of a connection within one lab are found by their addresses, and
//! their calls are laid side by side by the place of their bytes in the stream. Nothing is guessed: both ends observed
//! what they sent and got, and TCP keeps the order.

use std::ops::Range;

use super::call::{Call, Nanos, SocketId};
use super::flow::Way;
use super::store::Trace;

/// The most calls of the other end that are named; of a large `recv` the first ones are enough.
pub const MAX_COUNTERPARTS: usize = 64;

/// The calls at the other end that moved the same bytes, oldest first: the sends that a `recv` is made of, or the
/// `recv`s that got what was sent. Empty where the other end is not in this lab, or its calls are no longer kept.
pub fn counterparts<'t>(trace: &'t Trace, call: &Call) -> Vec<&'t Call> {
    let (Some(offset), Some(way)) = (call.offset.filter(|_| call.len > 0), Way::of(&call.op)) else {
        return Vec::new();
    };
    let Some(other) = trace.partner(call.socket) else { return Vec::new() };
    let others = movers(trace, other, way.opposite(), offset..offset.saturating_add(call.len));
    others.filter(|other| !is_of_another_time(call, other)).take(MAX_COUNTERPARTS).collect()
}

/// The kept calls of a connection that moved any of those bytes that way, in the order of their bytes; found by binary search.
pub fn movers(trace: &Trace, socket: SocketId, way: Way, bytes: Range<u64>) -> impl Iterator<Item = &Call> {
    let begin_of = |call: &Call| call.offset.unwrap_or(0);
    let is_before =
        move |seq: &u64| trace.get(*seq).is_none_or(|call| begin_of(call).saturating_add(call.len) <= bytes.start);
    let seqs = trace.flow(socket).map(|flow| flow.movers(way));
    let found = seqs.into_iter().flat_map(move |seqs| seqs.range(seqs.partition_point(&is_before)..));
    found.filter_map(|seq| trace.get(*seq)).take_while(move |call| begin_of(call) < bytes.end)
}

/// Addresses are used again: a `recv` that was over before its `send` began belongs to an earlier connection.
fn is_of_another_time(one: &Call, other: &Call) -> bool {
    let (send, recv) = if one.op.sends() { (one, other) } else { (other, one) };
    let begun: Nanos = send.start;
    recv.end() < begun
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use super::*;
    use crate::lab::{Addr, EndpointId};
    use crate::trace::store::DEFAULT_RETENTION;
    use crate::trace::{Ends, Op, Outcome};

    fn call(endpoint: u32, at: u64, op: Op, offset: u64, len: u64, ports: (u16, u16)) -> Call {
        let addr = |port| Some(Addr::Inet(([127, 0, 0, 1], port).into()));
        Call {
            start: Nanos(at),
            took: 5,
            endpoint: EndpointId(endpoint),
            socket: SocketId::sample(endpoint, 1),
            ends: Arc::new(Ends { local: addr(ports.0), peer: addr(ports.1) }),
            offset: Some(offset),
            len,
            ..Call::sample(op, Outcome::Ok(len))
        }
    }

    fn send(at: u64, offset: u64, len: u64) -> Call {
        call(2, at, Op::Send { len }, offset, len, (5000, 8000))
    }

    fn recv(at: u64, offset: u64, len: u64) -> Call {
        call(1, at, Op::Recv { max: 1024 }, offset, len, (8000, 5000))
    }

    fn seqs(trace: &Trace, of: u64) -> Vec<u64> {
        counterparts(trace, trace.get(of).unwrap()).iter().map(|call| call.seq).collect()
    }

    fn trace(calls: impl IntoIterator<Item = Call>) -> Trace {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
        for call in calls {
            trace.push(call);
        }
        trace
    }

    #[test]
    fn two_sends_in_one_recv_and_one_send_in_two_recvs() {
        let trace =
            trace([send(10, 0, 6), recv(20, 0, 6), send(30, 6, 5), send(31, 11, 5), recv(40, 6, 8), recv(50, 14, 2)]);
        assert_eq!(seqs(&trace, 2), [1]);
        assert_eq!(seqs(&trace, 5), [3, 4], "made of two sends");
        assert_eq!(seqs(&trace, 4), [5, 6], "split over two recvs");
        assert_eq!(seqs(&trace, 1), [2]);
    }

    #[test]
    fn other_connections_and_the_other_direction_are_left_out() {
        let stranger = call(3, 12, Op::Send { len: 6 }, 0, 6, (5001, 8000));
        let answer = call(1, 21, Op::Send { len: 6 }, 0, 6, (8000, 5000));
        let trace = trace([send(10, 0, 6), stranger, recv(20, 0, 6), answer]);
        assert_eq!(seqs(&trace, 3), [1]);
        assert_eq!(seqs(&trace, 4), [] as [u64; 0]);
    }

    #[test]
    fn an_earlier_connection_with_the_same_addresses_is_another_one() {
        let trace = trace([send(10, 0, 6), recv(20, 0, 6), send(1_000, 0, 6)]);
        assert_eq!(seqs(&trace, 3), [] as [u64; 0]);
        assert_eq!(seqs(&trace, 2), [1]);
    }

    #[test]
    fn calls_that_moved_nothing_have_no_counterpart() {
        let mut end = recv(20, 6, 0);
        end.outcome = Outcome::Ok(0);
        let trace = trace([send(10, 0, 6), end]);
        assert_eq!(seqs(&trace, 2), [] as [u64; 0]);
    }
}
