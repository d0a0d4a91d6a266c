//! Whether a datagram has arrived, as far as one machine can tell.

use std::sync::Arc;

use super::call::{Call, Op};
use super::datagrams::destination;
use super::store::Trace;

/// Who has a UDP port of this machine, when the system was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receiver {
    Nobody,
    Program {
        pid: u32,
        name: Arc<str>,
    },
    /// A socket has it, of a program that this user may not look at.
    Hidden,
    /// The address is not of this machine, or the system does not say.
    Unknown,
}

/// The most calls of the socket behind a `sendto` that are looked at for what came back.
const REACH: usize = 256;

/// The later call of its socket that says that a datagram came back: from the error queue, or in place of its own result.
pub fn came_back<'t>(trace: &'t Trace, sent: &Call) -> Option<&'t Call> {
    let to = destination(sent)?;
    let flow = trace.flow(sent.socket)?;
    let seqs = flow.seqs();
    let later =
        seqs.range(seqs.partition_point(|seq| *seq <= sent.seq)..).filter_map(|seq| trace.get(*seq)).take(REACH);
    // What is said before the next datagram goes there is about this one; the kernel tells it to the very next call.
    let mut until_next = later.take_while(|call| destination(call) != Some(to) || call.errno().is_some());
    until_next.find(|call| match &call.op {
        Op::Other(other) => other.came_back().is_some() && call.ends.peer.as_ref() == Some(to),
        _ => call.errno().is_some_and(|errno| errno.is("ECONNREFUSED")),
    })
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::lab::{Addr, EndpointId};
    use crate::trace::foreign::{CameBack, OtherCall};
    use crate::trace::{Ends, Errno, Outcome};

    fn addr(port: u16) -> Addr {
        Addr::Inet(([127, 0, 0, 1], port).into())
    }

    fn trace(calls: &[(char, u16)]) -> Trace {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, u64::MAX);
        let queue = OtherCall::error_queue(Some(CameBack { errno: "ECONNREFUSED", by: None }));
        for (what, port) in calls {
            let peer = addr(*port);
            let refused = Outcome::Err(Errno::by_name("ECONNREFUSED").unwrap());
            let to = Arc::new(peer.clone());
            let (op, outcome) = match what {
                's' => (Op::SendTo { len: 1, to }, Outcome::Ok(1)),
                'f' => (Op::SendTo { len: 1, to }, refused),
                'q' => (Op::Other(Arc::new(queue.clone())), Outcome::Ok(1)),
                _ => (Op::RecvFrom { max: 9 }, Outcome::Ok(1)),
            };
            let ends = Arc::new(Ends { local: Some(addr(1)), peer: Some(peer) });
            trace.push(Call { endpoint: EndpointId(1), conn: None, ends, len: 1, ..Call::sample(op, outcome) });
        }
        trace
    }

    fn back(calls: &[(char, u16)], of: u64) -> Option<u64> {
        let trace = trace(calls);
        came_back(&trace, trace.get(of).unwrap()).map(|call| call.seq)
    }

    #[test]
    fn what_the_error_queue_or_the_next_call_says_is_about_the_datagram_before() {
        assert_eq!(back(&[('s', 9), ('q', 9)], 1), Some(2));
        assert_eq!(back(&[('s', 9), ('s', 8), ('q', 9), ('q', 8)], 1), Some(3));
        assert_eq!(back(&[('s', 9), ('s', 9), ('q', 9)], 1), None);
        assert_eq!(back(&[('s', 9), ('f', 9), ('s', 9), ('r', 9)], 1), Some(2));
        assert_eq!(back(&[('s', 9), ('f', 9), ('s', 9), ('r', 9)], 3), None);
    }
}
