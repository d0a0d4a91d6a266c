//! The fate of the datagrams among the calls of one window.

use std::collections::{HashMap, HashSet};

use crate::lab::{Addr, EndpointId};
use crate::trace::Call;
use crate::trace::datagrams::{UnderWay, destination};

/// A datagram that left with one call and came with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    pub send: u64,
    pub recv: u64,
}

#[derive(Debug, Default)]
pub struct Datagrams {
    pub delivered: Vec<Delivered>,
    /// Calls that sent what never came, though something later did that the same socket sent to the same place.
    pub lost: HashSet<u64>,
}

/// Pairs the datagrams among these calls, which are in order of time.
pub fn datagrams(calls: &[&Call]) -> Datagrams {
    let mut under_way = UnderWay::default();
    let mut delivered = Vec::new();
    for call in calls.iter().filter(|call| call.succeeded()) {
        if call.op.sends() {
            under_way.send(call);
        } else if let Some(send) = under_way.receive(call) {
            delivered.push(Delivered { send, recv: call.seq });
        }
    }
    let lost = lost(calls, &delivered);
    Datagrams { delivered, lost }
}

fn lost(calls: &[&Call], delivered: &[Delivered]) -> HashSet<u64> {
    let came: HashSet<u64> = delivered.iter().map(|pair| pair.send).collect();
    // From the newest one on: once one of a socket's datagrams to a place has come, those before it come no more.
    let mut passed: HashMap<(EndpointId, &Addr), bool> = HashMap::new();
    let sends = calls.iter().rev().filter(|call| call.succeeded());
    let lost = sends.filter_map(|call| {
        let passed = passed.entry((call.endpoint, destination(call)?)).or_default();
        *passed |= came.contains(&call.seq);
        (*passed && !came.contains(&call.seq)).then_some(call.seq)
    });
    lost.collect()
}
