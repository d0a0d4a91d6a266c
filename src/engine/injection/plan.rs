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
    /// The call is made, and moves at most this many bytes of the stream.
    Moves(usize),
    Fails(&'static str),
    /// The call is made, and fails all the same: as one that is interrupted after it has begun something.
    FailsAfter(&'static str),
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

    /// Makes a call of that name that is to move `len` bytes, or gives what it meets instead.
    pub fn meet<T>(&self, call: &'static str, len: usize, make: impl FnOnce(usize) -> io::Result<T>) -> io::Result<T> {
        let fault = self.faults().get_mut(call).and_then(VecDeque::pop_front);
        let most = match fault {
            None | Some(Fault::Passes) => len,
            Some(Fault::Moves(most)) => len.min(most),
            Some(Fault::Lies) => return Err(io::ErrorKind::WouldBlock.into()),
            Some(Fault::Fails(name)) => {
                // Linux frees the descriptor in any case (close(2)).
                if call == "close" {
                    let _ = make(len);
                }
                return Err(error(name));
            }
            Some(Fault::FailsAfter(name)) => {
                let _ = make(len);
                return Err(error(name));
            }
        };
        let result = make(most);
        // It found nothing and goes on waiting: the fault is still to come.
        if let (Some(fault), Err(error)) = (fault, &result)
            && error.kind() == io::ErrorKind::WouldBlock
        {
            self.faults().entry(call).or_default().push_front(fault);
        }
        result
    }

    fn faults(&self) -> MutexGuard<'_, BTreeMap<&'static str, VecDeque<Fault>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
