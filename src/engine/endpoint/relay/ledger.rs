//! What the faults of a relay have done, told to the session.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::link::event::Event;
use crate::engine::tap::Tap;
use crate::kinds::fault::{Active, Direction, Happened, Piece, lost_with_its_connection};
use crate::trace::faults::Harm;
use crate::trace::{ConnId, Nanos};

/// Tells what a fault has done.
pub fn send(tap: &Tap, conn: Option<ConnId>, way: Direction, active: &Active, happened: &Happened) {
    let Happened { at, offset, bytes, removed, added, by, .. } = *happened;
    tap.events.send(Event::Fault(Box::new(Harm {
        at: Nanos(nanos(at)),
        endpoint: tap.endpoint,
        conn,
        way,
        kind: active.spec.kind,
        name: active.spec.name.as_deref().map(Arc::from),
        offset,
        bytes,
        removed,
        added,
        by: nanos(by),
        ends: Arc::clone(&tap.ends),
    })));
}

/// What had come and not gone on when its connection ended.
pub fn lost(tap: &Tap, conn: Option<ConnId>, way: Direction, now: Duration, piece: &Piece) {
    taken_out(tap, conn, (way, &lost_with_its_connection()), now, piece);
}

/// What has come and goes nowhere, because of that.
pub fn taken_out(tap: &Tap, conn: Option<ConnId>, (way, why): (Direction, &Active), now: Duration, piece: &Piece) {
    let bytes = piece.bytes.len() as u64;
    send(tap, conn, way, why, &Happened { offset: piece.at, bytes, removed: bytes, ..why.happened(now) });
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
