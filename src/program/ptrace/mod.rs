//! Following a program on Linux: a filter stops it at the calls that concern sockets and at no others ([`kernel`]); one
//! thread for each program ([`follow`]) reads what the call is, lets it happen, and records it ([`recording`]) on the
//! same way as the engine's own calls.

mod calls;
mod follow;
mod held;
mod kernel;
mod memory;
mod names;
mod pending;
mod process;
mod recording;
mod sockets;
mod source;
mod traced;

pub(super) use kernel::killed_with_parent;
