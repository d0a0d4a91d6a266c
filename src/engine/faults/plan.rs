//! What goes wrong below the tap: faults that come in place of the system's answers, by the call's C name.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error;

/// What a call of the system gives in place of its own answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: the call is made.
    Passes,
    /// EAGAIN, although the socket was said to be ready.
    Lies,
    Fails(&'static str),
}

/// The faults that are still to come. Clones are the same.
#[derive(Clone, Default)]
pub struct Plan(Arc<Mutex<BTreeMap<&'static str, VecDeque<Fault>>>>);

impl Plan {
    /// The next calls of that name meet these, one after the other; later ones are made.
    pub fn expect(&self, call: &'static str, faults: impl IntoIterator<Item = Fault>) {
        self.faults().entry(call).or_default().extend(faults);
    }

    /// True where every fault was met.
    pub fn is_over(&self) -> bool {
        self.faults().values().all(VecDeque::is_empty)
    }

    /// Forgets what was not met.
    pub fn clear(&self) {
        self.faults().clear();
    }

    /// What a call of that name meets now; `None` where it is made.
    pub fn next(&self, call: &'static str) -> Option<io::Error> {
        match self.faults().get_mut(call)?.pop_front()? {
            Fault::Passes => None,
            Fault::Lies => Some(io::ErrorKind::WouldBlock.into()),
            Fault::Fails(name) => Some(error(name)),
        }
    }

    fn faults(&self) -> MutexGuard<'_, BTreeMap<&'static str, VecDeque<Fault>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
