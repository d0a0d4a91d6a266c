//! Which datagram arrived in which call: deduced from addresses, content and order. (On a stream it is known: both ends
//! counted their bytes, see [`crate::trace::streams`].)

use std::collections::VecDeque;

use crate::lab::{Addr, EndpointId};
use crate::trace::{Call, Op};

/// A datagram that left with one call and came with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    pub send: u64,
    pub recv: u64,
}

/// What became of datagrams.
#[derive(Debug, Default)]
pub struct Datagrams {
    pub delivered: Vec<Delivered>,
    /// Calls that sent to a socket of this lab which received a later datagram of the same sender but not this one.
    pub lost: Vec<u64>,
}

/// At most so many datagrams of one call's sender are compared.
const MAX_UNDER_WAY: usize = 256;

/// Pairs the datagrams among these calls, which are in order of time.
pub fn datagrams(calls: &[&Call]) -> Datagrams {
    let mut paired = Datagrams::default();
    let mut under_way: VecDeque<UnderWay<'_>> = VecDeque::new();
    for call in calls {
        match &call.op {
            Op::SendTo { to, .. } if call.errno().is_none() => {
                if under_way.len() >= MAX_UNDER_WAY {
                    under_way.pop_front();
                }
                under_way.push_back(UnderWay { send: call, to, arrived_at: Vec::new() });
            }
            Op::RecvFrom { .. } if call.errno().is_none() => arrive(call, &mut under_way, &mut paired),
            _ => {}
        }
    }
    paired
}

struct UnderWay<'c> {
    send: &'c Call,
    to: &'c Addr,
    /// A datagram to a group arrives at many.
    arrived_at: Vec<EndpointId>,
}

fn arrive<'c>(recv: &'c Call, under_way: &mut VecDeque<UnderWay<'c>>, paired: &mut Datagrams) {
    let (Some(local), Some(peer)) = (&recv.ends.local, &recv.ends.peer) else { return };
    let is_flow = |one: &UnderWay<'_>| {
        // The first datagram is what gives a socket its port; the call was begun without.
        one.send
            .ends
            .local
            .as_ref()
            .is_none_or(|from| from.port() == 0 && from.inet().is_some() || is_same_place(from, peer))
            && is_same_place(local, one.to)
            && !one.arrived_at.contains(&recv.endpoint)
    };
    let found = under_way.iter().position(|one| is_flow(one) && one.send.may_arrive_as(recv));
    let Some(found) = found else { return };
    for (index, one) in under_way.iter_mut().enumerate().take(found + 1) {
        if index == found {
            one.arrived_at.push(recv.endpoint);
            paired.delivered.push(Delivered { send: one.send.seq, recv: recv.seq });
        } else if one.arrived_at.is_empty() && is_flow(one) && !paired.lost.contains(&one.send.seq) {
            paired.lost.push(one.send.seq);
        }
    }
}

/// A socket that is bound to every address has none to compare, and a group's or a broadcast address is nobody's own.
pub(super) fn is_same_place(socket: &Addr, addr: &Addr) -> bool {
    match (socket.inet(), addr.inet()) {
        (Some(socket), Some(addr)) => {
            let (own, ip) = (socket.ip().to_canonical(), addr.ip().to_canonical());
            let is_broadcast = matches!(ip, std::net::IpAddr::V4(ip) if ip.is_broadcast() || ip.octets()[3] == 255);
            socket.port() == addr.port() && (own == ip || own.is_unspecified() || ip.is_multicast() || is_broadcast)
        }
        _ => socket == addr,
    }
}
