//! A relay of datagrams stands between its clients and its server, as one of streams does. It is known by its sockets: one
//! for all clients, which was there first, and one for each client towards the server.

use super::who::Who;
use crate::lab::{Addr, EndpointId};
use crate::trace::datagrams::is_same_place;
use crate::trace::{Side, SocketId, Trace};

type Column = (Who, Option<SocketId>);

/// How many of a socket's calls are asked who is at the other end, the newest first.
const ASKED: usize = 64;

/// Moves them there; `local` is the address of a column.
pub fn relays(trace: &Trace, columns: &mut Vec<Column>, local: impl Fn(&Column) -> Option<Addr>) {
    let sockets: Vec<EndpointId> = columns
        .iter()
        .filter_map(|(who, _)| match who {
            Who::Socket(endpoint) => Some(*endpoint),
            _ => None,
        })
        .collect();
    for endpoint in sockets {
        let Some((all, others)) = of_relay(trace, endpoint) else { continue };
        let relay = Who::Socket(endpoint);
        let place = |addr: &Addr| {
            let is_it =
                |column: &&Column| column.0 != relay && local(column).is_some_and(|own| is_same_place(&own, addr));
            columns.iter().find(is_it).map(|(who, _)| who.clone())
        };
        let server = others.iter().rev().flat_map(|socket| peers(trace, *socket)).find_map(|addr| place(&addr));
        let clients: Vec<Who> = peers(trace, all).iter().filter_map(place).collect();
        let is_client = |who: &Who| clients.contains(who) && Some(who) != server.as_ref();
        let is_of_it = |who: &Who| is_client(who) || *who == relay || Some(who) == server.as_ref();
        let Some(at) = columns.iter().position(|(who, _)| is_of_it(who)) else { continue };
        let (own, mut rest): (Vec<Column>, Vec<Column>) = columns.drain(..).partition(|(who, _)| is_of_it(who));
        let rank = |who: &Who| if is_client(who) { 0 } else { 1 + u8::from(*who != relay) };
        let mut own: Vec<Column> =
            own.into_iter().map(|(who, socket)| if who == relay { (who, Some(all)) } else { (who, socket) }).collect();
        own.sort_by_key(|(who, _)| rank(who));
        rest.splice(at..at, own);
        *columns = rest;
    }
}

/// Its socket for all clients and those for each: of its last opening, as far as that is known.
fn of_relay(trace: &Trace, endpoint: EndpointId) -> Option<(SocketId, Vec<SocketId>)> {
    let is_lab = |socket: &SocketId| {
        trace.socket(*socket).is_some_and(|info| {
            info.owner.side() == Side::Datagrams && matches!(info.owner, crate::trace::Owner::Endpoint { .. })
        })
    };
    let known: Vec<SocketId> = trace.sockets_of((endpoint, None)).filter(is_lab).collect();
    let is_open = |socket: &&SocketId| trace.socket(**socket).is_some_and(|info| info.is_open);
    let open: Vec<SocketId> = known.iter().filter(is_open).copied().collect();
    let known = if open.len() < 2 { known } else { open };
    let (all, others) = known.split_first()?;
    // One that was closed before the next was made is another opening's.
    let last = *trace.of_socket(*all)?.back()?;
    let began = |socket: &SocketId| trace.of_socket(*socket).and_then(|seqs| seqs.front().copied());
    let others: Vec<SocketId> = others.iter().copied().filter(|one| began(one).is_some_and(|seq| seq < last)).collect();
    (!others.is_empty()).then_some((*all, others))
}

/// Who is at the other end, the newest first.
fn peers(trace: &Trace, socket: SocketId) -> Vec<Addr> {
    let seqs = trace.of_socket(socket).into_iter().flat_map(|seqs| seqs.iter().rev().take(ASKED));
    let mut found: Vec<Addr> = Vec::new();
    for addr in seqs.filter_map(|seq| trace.get(*seq)?.ends.peer.clone()) {
        if !found.contains(&addr) {
            found.push(addr);
        }
    }
    found
}
