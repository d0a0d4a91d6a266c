//! The way through a relay: which of its two connections belong together, and which of its sends passed on what it received.
//!
//! A relay numbers the connections of a pair one after the other: the client's is odd, the one to the server is the next.
//! Its faults may have taken bytes out of the stream or put some in; the ledger says which, so that the places are exact.

use super::call::{Call, ConnId, SocketId, StreamKey};
use super::faults::Ledger;
use super::flow::Way;
use super::sockets::Side;
use super::store::Trace;
use super::streams;
use crate::kinds::fault::Direction;

/// The most calls that are given for one.
const MAX_GIVEN: usize = 8;

/// The connection under which a relay's pair is shown; any other connection is its own.
pub fn pair_of(trace: &Trace, (endpoint, conn): StreamKey) -> StreamKey {
    let Some(conn) = conn.filter(|_| trace.listeners().is_relay(endpoint)) else { return (endpoint, conn) };
    (endpoint, ConnId::new(conn.get() - u32::from(conn.get().is_multiple_of(2))))
}

/// The relay's other connection of the same pair.
pub fn joined(trace: &Trace, socket: SocketId) -> Option<SocketId> {
    let (endpoint, conn) = trace.key_of(socket)?;
    let conn = conn.filter(|_| trace.listeners().is_relay(endpoint))?.get();
    let (other, side) = if conn.is_multiple_of(2) { (conn - 1, Side::Accepted) } else { (conn + 1, Side::Connects) };
    let other = trace.socket_of((endpoint, ConnId::new(other)))?;
    // One that is long closed is not known any more: then its number decides.
    trace.socket(other).is_none_or(|info| info.owner.side() == side).then_some(other)
}

/// Which way of a relay a call of its own goes.
pub fn direction(trace: &Trace, call: &Call) -> Option<Direction> {
    let (endpoint, conn) = call.key();
    let is_clients = !conn.filter(|_| trace.listeners().is_relay(endpoint))?.get().is_multiple_of(2);
    Some(if is_clients == call.op.receives() { Direction::Up } else { Direction::Down })
}

/// The calls with which a relay sent on what it received with this one, or received what it sent on with it.
pub fn passed<'t>(trace: &'t Trace, ledger: &Ledger, call: &Call) -> Vec<&'t Call> {
    let found = || {
        let offset = call.offset.filter(|_| call.len > 0)?;
        let (way, direction) = (Way::of(&call.op)?, direction(trace, call)?);
        let other = joined(trace, call.socket)?;
        let pair = pair_of(trace, call.key());
        let end = offset.saturating_add(call.len);
        let range = match way {
            Way::In => ledger.goes_on_at(pair, direction, offset)..ledger.goes_on_at(pair, direction, end),
            Way::Out => ledger.came_at(pair, direction, offset)..ledger.came_at(pair, direction, end),
        };
        let calls = streams::movers(trace, other, way.opposite(), range.clone()).take(MAX_GIVEN);
        Some(if range.is_empty() { Vec::new() } else { calls.collect() })
    };
    found().unwrap_or_default()
}
