//! The calls at the other end that moved the same bytes as a call: on a stream known from both ends' counts, for
//! datagrams deduced from addresses, order and bytes.

use super::call::Call;
use super::datagrams::{UnderWay, destination, is_datagram};
use super::store::Trace;
use super::streams::{MAX_COUNTERPARTS, counterparts};

/// A datagram's other end is searched among this many calls before and after it.
pub const REACH: u64 = 2_048;

/// The partners of a call, oldest first; at most [`MAX_COUNTERPARTS`]. Costs the same however long the trace is.
pub fn partners<'t>(trace: &'t Trace, call: &Call) -> Vec<&'t Call> {
    if is_datagram(call) { of_datagram(trace, call) } else { counterparts(trace, call) }
}

fn of_datagram<'t>(trace: &'t Trace, call: &Call) -> Vec<&'t Call> {
    if call.errno().is_some() || !(call.op.sends() || call.op.receives()) {
        return Vec::new();
    }
    // What was sent before may have taken the place of what one looks for: both ways are looked over in their order.
    let from = call.seq.saturating_sub(REACH);
    let until = if call.op.sends() { call.seq.saturating_add(REACH) } else { call.seq };
    let mut under_way = UnderWay::default();
    let mut found = Vec::new();
    for other in trace.from(from).take_while(|other| other.seq <= until).filter(|other| is_datagram(other)) {
        if destination(other).is_some() {
            under_way.send(other);
        } else if other.op.receives() && other.errno().is_none() {
            let Some(sent) = under_way.receive(other) else { continue };
            if other.seq == call.seq {
                found.extend(trace.get(sent));
            } else if sent == call.seq {
                found.push(other);
            }
        }
        if found.len() >= MAX_COUNTERPARTS {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use bytes::Bytes;

    use super::*;
    use crate::lab::{Addr, EndpointId};
    use crate::trace::store::DEFAULT_RETENTION;
    use crate::trace::{Ends, Op, Outcome};

    fn addr(port: u16) -> Addr {
        Addr::Inet(([127, 0, 0, 1], port).into())
    }

    fn sent(text: &'static str) -> Call {
        let op = Op::SendTo { len: text.len() as u64, to: Arc::new(addr(9000)) };
        datagram(1, op, text, Ends { local: Some(addr(5000)), peer: None })
    }

    fn received(text: &'static str) -> Call {
        datagram(2, Op::RecvFrom { max: 2048 }, text, Ends { local: Some(addr(9000)), peer: Some(addr(5000)) })
    }

    fn datagram(endpoint: u32, op: Op, text: &'static str, ends: Ends) -> Call {
        let len = text.len() as u64;
        Call {
            endpoint: EndpointId(endpoint),
            conn: None,
            ends: Arc::new(ends),
            len,
            data: Bytes::from_static(text.as_bytes()),
            ..Call::sample(op, Outcome::Ok(len))
        }
    }

    fn seqs(calls: impl IntoIterator<Item = Call>, of: u64) -> Vec<u64> {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
        for call in calls {
            trace.push(call);
        }
        partners(&trace, trace.get(of).unwrap()).iter().map(|call| call.seq).collect()
    }

    #[test]
    fn a_datagram_and_its_arrival_are_partners_of_each_other() {
        let calls = || [sent("one"), sent("two"), received("two"), received("one")];
        assert_eq!(seqs(calls(), 1), [4]);
        assert_eq!(seqs(calls(), 2), [3]);
        assert_eq!(seqs(calls(), 3), [2]);
        assert_eq!(seqs(calls(), 4), [1]);
    }

    #[test]
    fn a_datagram_that_was_lost_has_no_partner() {
        assert_eq!(seqs([sent("one"), sent("two"), received("two")], 1), [] as [u64; 0]);
    }
}
