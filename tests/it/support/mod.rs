//! What several tests share.

pub mod alone;
pub mod bench;
pub mod headless;
pub mod peers;

use socket_lab::trace::Errno;

pub fn errno(name: &str) -> Errno {
    Errno::by_name(name).unwrap()
}
