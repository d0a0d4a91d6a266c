//! What no lab has and the ledger does, so that every byte is on account: `held`, what the user has done with a message that
//! was held, and `lost`, what was on its way when its connection ended.

use std::time::Duration;

use super::{Active, Acts, FaultKind, FaultSpec, Harms};

pub static HELD: FaultKind = FaultKind { name: "held", harms: Harms::Both, acts: Acts::ByHand, ..FaultKind::PLAIN };

pub static LOST: FaultKind = FaultKind { name: "lost", harms: Harms::Both, acts: Acts::ByHand, ..FaultKind::PLAIN };

/// The numbers of what stands for them among a relay's faults.
pub const BY_HAND: u32 = u32::MAX;
pub const WITH_ITS_CONNECTION: u32 = u32::MAX - 1;

/// What stands for `held` among a relay's faults.
pub fn by_hand() -> Active {
    Active { id: BY_HAND, since: Duration::ZERO, spec: FaultSpec::new(&HELD) }
}

/// What stands for `lost` among a relay's faults.
pub fn lost_with_its_connection() -> Active {
    Active { id: WITH_ITS_CONNECTION, since: Duration::ZERO, spec: FaultSpec::new(&LOST) }
}
