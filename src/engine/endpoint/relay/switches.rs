//! Which faults of a relay are switched on: those of its spec, and those that steps have added.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::link::command::FaultSwitch;
use crate::kinds::fault::{Active, FaultSpec, Gate, MAX_FAULTS};
use crate::lab::EndpointSpec;

#[derive(Debug)]
pub struct Switches {
    seed: u64,
    /// As the spec has them, each with the number that it got.
    of_spec: Vec<Active>,
    /// The spec's own are off until it changes.
    is_calm: bool,
    added: Vec<Active>,
    next_id: u32,
}

impl Switches {
    pub fn new(spec: &EndpointSpec, now: Duration) -> Self {
        let mut switches =
            Self { seed: spec.relay.seed, of_spec: Vec::new(), is_calm: false, added: Vec::new(), next_id: 0 };
        switches.change(spec, now);
        switches
    }

    /// The spec has changed: a fault that is still there as it was goes on.
    pub fn change(&mut self, spec: &EndpointSpec, now: Duration) {
        let mut before = std::mem::take(&mut self.of_spec);
        for fault in &spec.relay.faults {
            let known = before.iter().position(|active| active.spec == *fault).map(|at| before.remove(at));
            let active = known.unwrap_or_else(|| self.numbered(fault, now));
            self.of_spec.push(active);
        }
        self.is_calm = false;
    }

    pub fn switch(&mut self, switch: FaultSwitch, now: Duration) {
        match switch {
            FaultSwitch::On(fault) => {
                let active = self.numbered(&fault, now);
                if self.added.len() >= MAX_FAULTS {
                    self.added.remove(0);
                }
                self.added.push(active);
            }
            FaultSwitch::Calm => {
                self.added.clear();
                self.is_calm = true;
            }
        }
    }

    fn numbered(&mut self, spec: &FaultSpec, now: Duration) -> Active {
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        Active { id, since: now, spec: spec.clone() }
    }

    /// Those that are switched on.
    pub fn active(&self) -> Arc<[Active]> {
        let of_spec = self.of_spec.iter().filter(|active| active.spec.on && !self.is_calm);
        of_spec.chain(&self.added).cloned().collect()
    }

    pub fn find(&self, id: u32) -> Option<&Active> {
        self.of_spec.iter().chain(&self.added).find(|active| active.id == id)
    }

    pub fn gate(&self) -> Gate {
        Gate::new(self.seed, &self.active())
    }
}
