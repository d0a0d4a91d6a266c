//! What no lab has and the ledger does, so that every byte is on account: `held`, what the user has done with a message that
//! was held, `lost`, what was on its way when its connection ended, and `swallowed`, what a relay without a server takes.

use std::time::Duration;

use super::{Active, Acts, FaultKind, FaultSpec, Harms};

pub static HELD: FaultKind = FaultKind { name: "held", harms: Harms::Both, acts: Acts::ByHand, ..FaultKind::PLAIN };

pub static LOST: FaultKind = FaultKind { name: "lost", harms: Harms::Both, acts: Acts::ByHand, ..FaultKind::PLAIN };

pub static SWALLOWED: FaultKind =
    FaultKind { name: "swallowed", harms: Harms::Both, acts: Acts::ByHand, ..FaultKind::PLAIN };

/// What no lab has.
pub const OF_LEDGER: [&FaultKind; 3] = [&HELD, &LOST, &SWALLOWED];

/// The numbers of what stands for them among a relay's faults.
pub const BY_HAND: u32 = u32::MAX;
pub const WITH_ITS_CONNECTION: u32 = u32::MAX - 1;
const WITHOUT_SERVER: u32 = u32::MAX - 2;

/// What stands for `held` among a relay's faults.
pub fn by_hand() -> Active {
    Active { id: BY_HAND, since: Duration::ZERO, spec: FaultSpec::new(&HELD) }
}

/// What stands for `lost` among a relay's faults.
pub fn lost_with_its_connection() -> Active {
    Active { id: WITH_ITS_CONNECTION, since: Duration::ZERO, spec: FaultSpec::new(&LOST) }
}

/// What stands for `swallowed` among a relay's faults.
pub fn swallowed() -> Active {
    Active { id: WITHOUT_SERVER, since: Duration::ZERO, spec: FaultSpec::new(&SWALLOWED) }
}
