//! Sockets of the system: made, bound, connected and closed, each call on record.

pub(in crate::engine) mod connect;
pub mod datagram;
pub(in crate::engine) mod multicast;
pub(in crate::engine) mod resolve;
pub(in crate::engine) mod setup;
pub(in crate::engine) mod stream;
pub(in crate::engine) mod unix_path;
