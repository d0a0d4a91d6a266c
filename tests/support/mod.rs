//! What several tests share.
#![allow(dead_code, reason = "each test program uses its part")]

pub mod bench;
pub mod headless;
pub mod peers;

use socket_lab::trace::Errno;

pub fn errno(name: &str) -> Errno {
    Errno::by_name(name).unwrap()
}
