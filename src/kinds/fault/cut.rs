//! `cut`: the receiver sees an orderly end (FIN), as though the sender had finished.

use super::breaking::Breaking;
use super::{Acts, FaultKind, Item, Knob};

pub static CUT: FaultKind = FaultKind {
    name: "cut",
    knobs: &[Knob::After],
    acts: Acts::Flow(|spec, start| Box::new(Breaking::new(Some(Item::End), spec, start))),
    ..FaultKind::PLAIN
};
