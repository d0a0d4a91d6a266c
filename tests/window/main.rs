//! The whole window without a screen: clicks by the names that screen readers say, over real sockets.

mod basics;
mod driving;
mod endpoints;
mod files;
mod find;
mod looks;
mod sending;
mod traffic;
