//! A fault in force.

use std::time::Duration;

use super::spec::FaultSpec;

/// A fault that is in a relay.
#[derive(Clone, Debug, PartialEq)]
pub struct Active {
    /// Its number within the relay, which stays its own as long as the relay is open.
    pub id: u32,
    /// When it was switched on: its times count from there.
    pub since: Duration,
    pub spec: FaultSpec,
}
