//! Faults injected below the tap, and what must hold of the trace all the same. [`streams`] has a double in place of the
//! socket; elsewhere the engine runs on real sockets of the loopback interface, and a [`Plan`] says which of its calls
//! fail, are interrupted, or find nothing although they were said to be ready.

mod datagrams;
mod gates;
mod held;
mod lab;
mod listening;
mod openings;
mod plan;
mod random;
mod streams;
mod transfers;

use std::io;

pub use plan::Plan;

use crate::trace::Errno;

/// The system's error of that name.
fn error(name: &str) -> io::Error {
    io::Error::from_raw_os_error(Errno::by_name(name).unwrap().0)
}
