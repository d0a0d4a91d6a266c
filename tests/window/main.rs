//! The whole window without a screen: clicks by the names that screen readers say, over real sockets.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]

mod basics;
mod byte_map;
mod commands;
mod conversation;
mod driving;
mod endpoints;
mod examples;
mod fields;
mod files;
mod filter;
mod first_steps;
mod follow;
mod forms;
mod hostile;
mod inspector;
mod keyboard;
mod killed;
mod ladder;
mod language;
mod looks;
mod notices;
mod pictures;
mod plots;
mod presenting;
mod room;
mod rules;
mod screen_reader;
mod sending;
mod traces;
mod traffic;
mod transfers;
mod typing;
mod undoing;
