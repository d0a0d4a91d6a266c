//! What comes from outside, changed at random: files, filters, what is typed, what peers send and ask for. Nothing of it
//! may panic, hang or grow without bound, and where there is a way back it must lead back.
//!
//! Each target has a few cases in every run of the tests. `SOCKET_LAB_FUZZ_MINUTES=60 cargo test --test it fuzz:: --
//! --nocapture --test-threads=1` gives each its share of an hour with new seeds, and says how many cases that were.

mod campaign;
mod mutating;

mod files;
mod framings;
mod http;
mod opened;
mod programs;
mod rules;
mod texts;
