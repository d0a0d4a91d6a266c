//! A file that a client fetches in ranges over several connections, as aria2c does: it asks for all of it, breaks that off
//! when it has seen the length, and asks for the rest in parts.

use super::{End, Transfer, Transfers, Way};
use crate::lab::Addr;
use crate::lab::transfer::Protocol;

/// What other requests of the same client did about what one that it broke off has left.
pub(super) enum Rest {
    /// All of it went out.
    Went,
    /// Some of it is still on its way, so that nothing can be said yet.
    Goes,
    Missing,
}

/// The rest of a file whose sending its client has broken off.
pub(super) fn rest(transfers: &Transfers, of: &Transfer) -> Rest {
    let is_left = of.end().is_some_and(End::was_left);
    let (true, Some(total)) =
        (is_left && of.asked.way == Way::Sending && of.asked.protocol == Protocol::Http, of.total)
    else {
        return Rest::Missing;
    };
    let same = || transfers.iter().filter(|other| is_of_same_file(other, of));
    if same().any(|other| !other.is_over()) {
        return Rest::Goes;
    }
    let mut parts: Vec<(u64, u64)> = same().map(|part| (part.resumed_at, part.done())).collect();
    parts.sort_unstable();
    let reached = parts.iter().fold(0, |reached, (from, to)| if *from <= reached { reached.max(*to) } else { reached });
    if reached >= total { Rest::Went } else { Rest::Missing }
}

fn is_of_same_file(one: &Transfer, other: &Transfer) -> bool {
    let ip = |transfer: &Transfer| transfer.asked.ends.peer.as_ref().and_then(Addr::inet).map(|peer| peer.ip());
    let (a, b) = (&one.asked, &other.asked);
    (a.way, a.protocol, a.endpoint) == (b.way, b.protocol, b.endpoint)
        && a.name == b.name
        && ip(one) == ip(other)
        // One whose length is unknown or another's is of another state of the file.
        && (one.total == other.total || one.begun.is_none())
}
