//! A failed call of the system.

use std::io;

use crate::lab::Addr;
use crate::trace::{Errno, NoticeKind};

/// A failed call as it is reported to the user.
pub fn failed(op: &'static str, addr: Option<Addr>) -> impl FnOnce(io::Error) -> NoticeKind {
    move |error| NoticeKind::CallFailed { op, addr, errno: Errno::from(&error) }
}
