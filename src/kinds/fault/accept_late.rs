//! `accept-late`: who connects waits in the accept queue of the system. With a small backlog the queue is full at once, and
//! the next `connect` gets no answer.

use std::time::Duration;

use super::{Acts, Admission, FaultKind, Knob, Options};

pub static ACCEPT_LATE: FaultKind = FaultKind {
    name: "accept-late",
    knobs: &[Knob::Delay],
    usual: Options { delay: Some(Duration::from_secs(2)), ..Options::NONE },
    acts: Acts::Arrival(|spec| Admission::Late(spec.delay())),
    ..FaultKind::PLAIN
};
