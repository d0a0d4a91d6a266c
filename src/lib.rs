//! Socket Lab: see sockets work.
//!
//! The map, in reading order. Each room answers one question, and each uses only rooms above it:
//!
//! - [`background`]: what must not hold up a frame? Work on threads of its own.
//! - [`lang`]: in which language does a text reach the user, and how is untrusted text shown?
//! - [`values`]: which values can be typed, and what do they mean? Addresses, encodings, durations, names, payloads.
//! - [`kinds`]: what kinds of things are there? Each service is one file: its options, what it does, its tests.
//! - [`lab`]: what did the user ask for? Plain data: endpoints, services, payloads, steps, the lab file.
//! - [`trace`]: what happened? The list of socket calls and its pure projections.
//! - [`lesson`]: what is true of a question? The answers of a lesson, computed from the calls of a run.
//! - [`service`]: what does a server answer? Bytes in, replies out; no sockets, no clock.
//! - [`engine`]: who does it? The only room that opens sockets.
//! - [`program`]: who watches a program? Starts the user's own, and records its socket calls.
//! - [`explain`]: what does it mean? Errors and calls in words, with what to do about them.
//! - [`code`]: which program does the same? Python, C, Rust and Java from an endpoint or a stretch of the trace.
//! - [`session`]: who holds it together? Lab + engine + trace, owned by the window or by a headless run.
//! - [`desktop`]: what does the machine remember and offer? Settings, file dialogs, own addresses.
//! - [`ui`]: who shows it? egui; reads the session, returns actions.
//! - [`cli`]: how does the program start? Arguments to the window or to a headless run.

pub mod background;
pub mod cli;
pub mod code;
pub mod desktop;
pub mod engine;
pub mod explain;
pub mod kinds;
pub mod lab;
pub mod lang;
pub mod lesson;
pub mod program;
pub mod service;
pub mod session;
pub mod trace;
pub mod ui;
pub mod values;
