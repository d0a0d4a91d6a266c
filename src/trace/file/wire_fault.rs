//! The structure of `FAUL`: what the faults of relays have done.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::MAX_NAME;
use super::wire_op::WireAddr;
use crate::kinds::fault::{Direction, FaultKind};
use crate::lab::EndpointId;
use crate::trace::faults::{Felt, Harm};
use crate::trace::{ConnId, Ends, Nanos};

/// `FAUL` is a list of these.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireFault<'a> {
    at: u64,
    endpoint: u32,
    /// 0: none.
    conn: u32,
    /// 0 up, 1 down.
    way: u8,
    kind: &'a str,
    #[serde(borrow)]
    name: Option<&'a str>,
    offset: u64,
    bytes: u64,
    removed: u64,
    added: u64,
    by: u64,
    #[serde(borrow)]
    local: Option<WireAddr<'a>>,
    #[serde(borrow)]
    peer: Option<WireAddr<'a>>,
    /// The number of the call.
    felt: Option<u64>,
}

impl<'a> WireFault<'a> {
    pub(super) fn of(harm: &'a Harm, felt: Felt) -> Self {
        let Harm { at, endpoint, conn, way, kind, name, offset, bytes, removed, added, by, ends } = harm;
        Self {
            at: at.0,
            endpoint: endpoint.0,
            conn: conn.map_or(0, ConnId::get),
            way: u8::from(*way == Direction::Down),
            kind: kind.name,
            name: name.as_deref().map(|name| name.char_indices().nth(MAX_NAME).map_or(name, |(end, _)| &name[..end])),
            offset: *offset,
            bytes: *bytes,
            removed: *removed,
            added: *added,
            by: *by,
            local: ends.local.as_ref().map(WireAddr::of),
            peer: ends.peer.as_ref().map(WireAddr::of),
            felt: felt.seq(),
        }
    }

    /// The numbers that count something.
    pub(super) fn numbers(&self) -> [u64; 7] {
        let Self { at, offset, bytes, removed, added, by, felt, .. } = self;
        [*at, *offset, *bytes, *removed, *added, *by, felt.unwrap_or(0)]
    }

    /// `None` where a newer program has a kind of fault that this one has not: that row is passed over.
    pub(super) fn fault(self) -> Option<(Harm, Felt)> {
        let addr = |addr: Option<WireAddr<'_>>| addr.map(WireAddr::addr);
        let harm = Harm {
            at: Nanos(self.at),
            endpoint: EndpointId(self.endpoint),
            conn: ConnId::new(self.conn),
            way: if self.way == 1 { Direction::Down } else { Direction::Up },
            kind: FaultKind::of_ledger(self.kind)?,
            name: self.name.map(|name| name.chars().take(MAX_NAME).collect::<String>().into()),
            offset: self.offset,
            bytes: self.bytes,
            removed: self.removed,
            added: self.added,
            by: self.by,
            ends: Arc::new(Ends { local: addr(self.local), peer: addr(self.peer) }),
        };
        Some((harm, self.felt.map_or(Felt::Nobody, Felt::By)))
    }
}
