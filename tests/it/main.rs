//! All integration tests, in one binary: the parts of the program with real sockets and files, the real program, and the whole
//! window. What measures its own process (threads, descriptors, memory) runs in one of its own: see `support::alone`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

mod applying;
mod code;
mod contract;
mod devices;
mod engine;
mod evil_text;
mod exports;
mod files;
mod fuzz;
mod groups;
mod headless;
mod hostile;
mod house;
mod http;
mod impatience;
mod kernel;
mod kernel_room;
mod killed;
mod lab_file;
mod lab_refused;
mod large_trace;
mod lessons;
mod linux;
mod programs;
mod recording;
#[cfg(unix)]
mod relay;
mod rooms;
mod rules;
mod snapshots;
mod soak;
mod support;
mod transfers;
mod trouble;
mod tutorials;
mod two_programs;
mod unix;
mod window;
mod words;
