//! `reset`: the connection is torn down at both ends (RST).

use super::breaking::Breaking;
use super::{Acts, FaultKind, Item, Knob};

pub static RESET: FaultKind = FaultKind {
    name: "reset",
    knobs: &[Knob::After],
    acts: Acts::Flow(|spec, start| Box::new(Breaking::new(Some(Item::Reset), spec, start))),
    ..FaultKind::PLAIN
};
