//! `refuse`: who connects is reset. Where everybody is refused nobody listens, and the system itself refuses.

use super::{Acts, Admission, FaultKind};

pub static REFUSE: FaultKind =
    FaultKind { name: "refuse", acts: Acts::Arrival(|_| Admission::Refused), ..FaultKind::PLAIN };
