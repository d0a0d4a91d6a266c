//! Files under the tutorials' protocol on real sockets: round trips, refusals, cuts at any place, patience and its end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

#[path = "../support/mod.rs"]
mod support;

#[cfg(target_os = "linux")]
mod alone;
mod cutting;
mod downloading;
mod patience;
mod python;
mod refusing;
mod serving;
mod world;
