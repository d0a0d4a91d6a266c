//! What a connection is called. A server numbers its connections; a client's only one is called as the client.

use std::collections::HashSet;

use super::call::{Call, ConnId, Op};
use crate::lab::EndpointId;

/// The endpoint that a connection belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner<'a> {
    pub name: &'a str,
    pub is_client: bool,
}

impl Owner<'_> {
    /// The number that tells the connection from others of its endpoint. A client's first has none.
    pub fn number(&self, conn: Option<ConnId>) -> Option<ConnId> {
        conn.filter(|conn| !self.is_client || conn.get() > 1)
    }

    /// `server #2`, `client`; `client #2` once it has been opened again.
    pub fn with_number(&self, conn: Option<ConnId>) -> String {
        match self.number(conn) {
            Some(conn) => format!("{} #{}", self.name, conn.get()),
            None => self.name.to_owned(),
        }
    }
}

/// The clients among the endpoints of calls that are seen one after the other: those that have connected. Where the
/// lab is not at hand (a file is written) nothing else tells them from servers.
#[derive(Debug, Default)]
pub struct Clients(HashSet<EndpointId>);

impl Clients {
    /// The owner of a call, which is seen by this.
    pub fn owner<'a>(&mut self, call: &Call, name: &'a str) -> Owner<'a> {
        if call.conn.is_some() && matches!(call.op, Op::Connect { .. }) {
            self.0.insert(call.endpoint);
        }
        Owner { name, is_client: self.0.contains(&call.endpoint) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lab::Addr;
    use crate::trace::Outcome;

    #[test]
    fn a_clients_first_connection_has_its_name_and_all_others_have_numbers() {
        let [first, second] = [1, 2].map(ConnId::new);
        let client = Owner { name: "c", is_client: true };
        assert_eq!([None, first, second].map(|conn| client.with_number(conn)), ["c", "c", "c #2"]);
        let server = Owner { name: "s", is_client: false };
        assert_eq!([None, first, second].map(|conn| server.with_number(conn)), ["s", "s #1", "s #2"]);
    }

    #[test]
    fn who_connects_is_a_client_from_then_on() {
        let call = |endpoint, op| Call {
            endpoint: EndpointId(endpoint),
            conn: ConnId::new(1),
            ..Call::sample(op, Outcome::Ok(0))
        };
        let connect = Op::Connect { addr: Arc::new(Addr::Unnamed) };
        let mut clients = Clients::default();
        let mut names = |endpoint, op| {
            let call = call(endpoint, op);
            clients.owner(&call, "e").with_number(call.conn)
        };
        assert_eq!(names(1, Op::Accept), "e #1");
        assert_eq!(names(2, connect), "e");
        assert_eq!(names(2, Op::Recv { max: 1 }), "e");
        assert_eq!(names(1, Op::Recv { max: 1 }), "e #1");
    }
}
