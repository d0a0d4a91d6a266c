//! `held`: what the user has done with a message that was held. No lab has this fault; the ledger does, so that bytes that
//! were edited, thrown away or put in by hand are on account as those of any other.

use std::time::Duration;

use super::{Active, Acts, FaultKind, FaultSpec, Harms};

pub static HELD: FaultKind = FaultKind { name: "held", harms: Harms::Both, acts: Acts::ByHand, ..FaultKind::PLAIN };

/// The number of what stands for it among a relay's faults.
pub const BY_HAND: u32 = u32::MAX;

/// What stands for it among a relay's faults.
pub fn by_hand() -> Active {
    Active { id: BY_HAND, since: Duration::ZERO, spec: FaultSpec::new(&HELD) }
}
