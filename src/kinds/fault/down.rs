//! `down`: the relay is as good as switched off. Nobody listens, and open connections are reset.

use super::{Acts, FaultKind, Harms};

pub static DOWN: FaultKind = FaultKind { name: "down", harms: Harms::Both, acts: Acts::Down, ..FaultKind::PLAIN };
