//! What has arrived at an endpoint and was not expected yet.

use std::collections::{HashSet, VecDeque};

use bytes::Bytes;

use crate::trace::{Call, ConnId, Errno, Nanos, Op, Outcome, Payload};
use crate::values::How;

/// The most memory that an endpoint's inbox takes: 64 MiB. What comes beyond it makes the next `expect` fail.
const MAX_INBOX: u64 = 64 * 1024 * 1024;

/// What one entry takes besides its bytes, about.
const ENTRY: u64 = 64;

/// One thing that happened on a connection (or, without one, on the endpoint's own socket).
#[derive(Debug)]
pub(super) struct Arrival {
    pub conn: Option<ConnId>,
    pub what: What,
}

#[derive(Debug)]
pub(super) enum What {
    /// `len` bytes came, of which the first ones are in `data`.
    Bytes {
        data: Bytes,
        len: u64,
        /// When.
        at: Nanos,
    },
    /// `recv() = 0`; `told` once an `expect` has seen it. `own` where this side had shut down reading.
    Eof {
        told: bool,
        own: bool,
    },
    Failed {
        op: &'static str,
        errno: Errno,
    },
    Closed,
    /// Seen by an `expect`; taken out when that ends.
    Used,
}

/// The arrivals at one endpoint since it was opened, without those that an `expect` has taken.
#[derive(Debug)]
pub(super) struct Inbox {
    pub arrivals: VecDeque<Arrival>,
    held: u64,
    /// The connections on which this side has shut down reading.
    will_not_read: HashSet<Option<ConnId>>,
    /// More came than is held.
    pub overflowed: bool,
    /// False where no `expect` compares bytes: their count is enough then.
    keep_data: bool,
}

impl Inbox {
    pub(super) fn new(keep_data: bool) -> Self {
        Self { arrivals: VecDeque::new(), held: 0, will_not_read: HashSet::new(), overflowed: false, keep_data }
    }

    /// The endpoint is opened again: what came before no longer counts.
    pub(super) fn clear(&mut self) {
        self.arrivals.clear();
        self.held = 0;
        self.will_not_read.clear();
        self.overflowed = false;
    }

    pub(super) fn on_call(&mut self, call: &Call, said: Payload<'_>) {
        let what = match (&call.op, call.outcome) {
            (Op::Close, _) => {
                self.will_not_read.remove(&call.conn);
                What::Closed
            }
            // A program looks whether there is something; the lab's own sockets have no such calls.
            (_, Outcome::Err(_)) if call.found_nothing() || call.is_in_progress() => return,
            (op, Outcome::Err(errno)) => What::Failed { op: op.name(), errno },
            _ if call.is_eof() => What::Eof { told: false, own: self.will_not_read.contains(&call.conn) },
            (Op::Shutdown { how: How::Read | How::Both }, Outcome::Ok(_)) => {
                self.will_not_read.insert(call.conn);
                return;
            }
            (op, Outcome::Ok(_)) if op.receives() && said.len > 0 => {
                // In memory of its own: a small payload shares a block with others, which may have left the trace long ago.
                let data = if self.keep_data { Bytes::copy_from_slice(said.bytes) } else { Bytes::new() };
                What::Bytes { data, len: said.len, at: call.end() }
            }
            _ => return,
        };
        self.push(Arrival { conn: call.conn, what });
    }

    fn push(&mut self, arrival: Arrival) {
        if let What::Bytes { len: more, .. } = &arrival.what
            && !self.keep_data
            && let Some(Arrival { conn, what: What::Bytes { len, .. } }) = self.arrivals.back_mut()
            && *conn == arrival.conn
        {
            *len += more;
            return;
        }
        let cost = ENTRY + if let What::Bytes { data, .. } = &arrival.what { data.len() as u64 } else { 0 };
        if self.held + cost > MAX_INBOX {
            self.overflowed = true;
            return;
        }
        self.held += cost;
        self.arrivals.push_back(arrival);
    }

    /// A step that had to fail did so: that error is not there for a later `expect`.
    pub(super) fn forget_error(&mut self, name: &str) {
        let found = |arrival: &Arrival| matches!(arrival.what, What::Failed { errno, .. } if errno.is(name));
        if let Some(index) = self.arrivals.iter().rposition(found) {
            self.arrivals.remove(index);
        }
    }

    /// Takes out what an `expect` has used.
    pub(super) fn tidy(&mut self) {
        self.arrivals.retain(|arrival| !matches!(arrival.what, What::Used));
        let data = |arrival: &Arrival| if let What::Bytes { data, .. } = &arrival.what { data.len() as u64 } else { 0 };
        self.held = self.arrivals.iter().map(|arrival| ENTRY + data(arrival)).sum();
    }
}
