//! Whether a datagram came from somebody who was asked: a server may answer from another port than the one that was asked,
//! as TFTP's does.

use super::call::Call;
use super::datagrams::{destination, is_same_place};
use super::store::Trace;
use crate::lab::Addr;

/// The most calls of the socket before it that are looked at: every row that is drawn asks.
const REACH: usize = 2_000;

/// The address that a socket had asked last, where a datagram came from an address to which it had sent nothing. A socket
/// that was first asked itself serves, and hears from anybody.
pub fn asked_instead<'t>(trace: &'t Trace, found: &Call) -> Option<&'t Addr> {
    let from = found.ends.peer.as_ref().filter(|_| found.op.receives() && found.conn.is_none() && found.len > 0)?;
    let flow = trace.flow(found.socket)?;
    let mut last = None;
    let before = flow.seqs().iter().filter_map(|seq| trace.get(*seq)).take_while(|call| call.seq < found.seq);
    for call in before.take(REACH) {
        if call.errno().is_some() {
            continue;
        }
        match destination(call) {
            Some(to) if is_same_place(to, from) || is_same_place(from, to) => return None,
            Some(to) => last = Some(to),
            None if call.op.receives() && last.is_none() => return None,
            None => {}
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use super::*;
    use crate::lab::EndpointId;
    use crate::trace::{Ends, Op, Outcome};

    fn addr(port: u16) -> Addr {
        Addr::Inet(([127, 0, 0, 1], port).into())
    }

    fn trace(moves: &[(char, u16)]) -> Trace {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, u64::MAX);
        for (way, port) in moves {
            let peer = addr(*port);
            let op = match way {
                's' => Op::SendTo { len: 1, to: Arc::new(peer.clone()) },
                _ => Op::RecvFrom { max: 9 },
            };
            let ends = Arc::new(Ends { local: Some(addr(1)), peer: Some(peer) });
            trace.push(Call { endpoint: EndpointId(1), conn: None, ends, len: 1, ..Call::sample(op, Outcome::Ok(1)) });
        }
        trace
    }

    fn instead(moves: &[(char, u16)]) -> Option<Addr> {
        let trace = trace(moves);
        asked_instead(&trace, trace.get(moves.len() as u64).unwrap()).cloned()
    }

    #[test]
    fn an_answer_from_another_port_is_told_from_one_that_was_asked() {
        assert_eq!(instead(&[('s', 69), ('r', 5000)]), Some(addr(69)));
        assert_eq!(instead(&[('s', 69), ('r', 69)]), None);
        // Once it is asked too, its answers are answers.
        assert_eq!(instead(&[('s', 69), ('r', 5000), ('s', 5000), ('r', 5000)]), None);
        // A server hears from anybody.
        assert_eq!(instead(&[('r', 7), ('s', 7), ('r', 8)]), None);
        assert_eq!(instead(&[('r', 7)]), None);
    }
}
