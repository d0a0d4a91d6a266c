//! The engine on real loopback sockets, with itself and with small Python programs at the other end.

mod calls;
mod datagrams;
mod ending;
mod opening;
mod python;
mod serving;
#[cfg(unix)]
mod unix;

use socket_lab::trace::ConnId;

fn conn(number: u32) -> ConnId {
    ConnId::new(number).unwrap()
}
