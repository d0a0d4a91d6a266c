//! Files over HTTP: what the server answers to browsers, to curl and to those who don't speak HTTP, and downloads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

#[path = "../support/mod.rs"]
mod support;

mod asking;
mod conditions;
mod patience;
mod refusing;
mod serving;
