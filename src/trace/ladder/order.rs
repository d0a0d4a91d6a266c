//! The order of the columns: partners stand side by side.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::who::{ServerSocket, Who};
use crate::trace::SocketId;

type Found = BTreeMap<Who, Option<SocketId>>;

/// Each server in turn: its first client with that one's connections, the listener, then the other clients with theirs. So a
/// new client is added at the right, the listener stays in sight, and data goes to the right on its way to the server.
/// A relay stands between its client and its server, before all others.
pub fn neighbours(
    found: Found,
    partner: impl Fn(SocketId) -> Option<Who>,
    onward: impl Fn(&Who) -> Option<Who>,
) -> Vec<(Who, Option<SocketId>)> {
    let partners: HashMap<Who, Who> =
        found.iter().filter_map(|(who, socket)| Some((who.clone(), partner((*socket)?)?))).collect();
    let servers: BTreeSet<_> = found
        .keys()
        .filter_map(|who| match who {
            Who::Server(endpoint, _) => Some(*endpoint),
            _ => None,
        })
        .collect();
    let leads: HashMap<Who, Who> = found.keys().filter_map(|who| Some((who.clone(), onward(who)?))).collect();
    let mut sorted = Sorted { left: found, order: Vec::new() };
    // The first relay of a row of them is the one to which no other leads.
    let firsts = leads.keys().filter(|who| !leads.values().any(|led_to| led_to == *who)).collect::<BTreeSet<_>>();
    for first in firsts.into_iter().chain(leads.keys().collect::<BTreeSet<_>>()) {
        partners.get(first).into_iter().for_each(|client| sorted.take(client));
        let mut next = Some(first);
        // Each has its place once: a ring of them comes to its end.
        while let Some(who) = next.filter(|who| sorted.left.contains_key(who)) {
            sorted.take(who);
            next = leads.get(who);
        }
    }
    for server in servers {
        let listener = Who::Server(server, ServerSocket::Listener);
        let is_conn = |who: &&Who| matches!(who, Who::Server(of, ServerSocket::Conn(_)) if *of == server);
        let conns: Vec<Who> = sorted.left.keys().filter(is_conn).cloned().collect();
        // Whom the kernel holds for it, before it accepts.
        let calling = |left: &Found| -> Vec<Who> {
            left.keys().filter(|who| partners.get(who) == Some(&listener)).cloned().collect()
        };
        if conns.is_empty() {
            calling(&sorted.left).iter().for_each(|who| sorted.take(who));
        }
        for conn in &conns {
            let other = partners.get(conn);
            let of_other = |one: &&Who| *one == conn || (other.is_some() && partners.get(one) == other);
            other.into_iter().for_each(|other| sorted.take(other));
            conns.iter().filter(of_other).for_each(|conn| sorted.take(conn));
            sorted.take(&listener);
        }
        sorted.take(&listener);
        calling(&sorted.left).iter().for_each(|who| sorted.take(who));
    }
    let grouped = std::mem::take(&mut sorted.order);
    let callers: Vec<Who> =
        sorted.left.keys().filter(|who| matches!(who, Who::Caller(_) | Who::Client(_))).cloned().collect();
    for who in &callers {
        sorted.take(who);
        partners.get(who).into_iter().for_each(|other| sorted.take(other));
    }
    sorted.order.extend(grouped);
    sorted.order.extend(std::mem::take(&mut sorted.left));
    sorted.order
}

struct Sorted {
    left: Found,
    order: Vec<(Who, Option<SocketId>)>,
}

impl Sorted {
    /// Puts one at the right, unless it has its place.
    fn take(&mut self, who: &Who) {
        self.order.extend(self.left.remove_entry(who));
    }
}
