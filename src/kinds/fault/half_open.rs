//! `half-open`: one direction is dead and nobody says so. What is sent is taken and never arrives, not even the end.

use super::breaking::Breaking;
use super::{Acts, FaultKind, Harms, Knob};

pub static HALF_OPEN: FaultKind = FaultKind {
    name: "half-open",
    harms: Harms::Both,
    knobs: &[Knob::After],
    acts: Acts::Flow(|spec, start| Box::new(Breaking::new(None, spec, start))),
    ..FaultKind::PLAIN
};
