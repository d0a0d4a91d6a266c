//! Files under the tutorials' protocol on real sockets: round trips, refusals, cuts at any place, patience and its end.

#[cfg(target_os = "linux")]
mod alone;
mod cutting;
mod downloading;
mod patience;
mod python;
mod refusing;
mod serving;
mod world;
