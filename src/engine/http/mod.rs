//! Files over HTTP/1.1 (RFC 9112): [`server`] gives them to browsers, [`download`] fetches them. What travels is read and
//! written by hyper, which lies on the tap.

mod answer;
mod body;
mod condition;
pub mod download;
mod file;
mod index;
mod range;
pub mod server;
mod timer;
mod watch;

/// Bytes kept of each call that carries HTTP: whole heads, and a preview of files.
const SNAPLEN: usize = 2 * 1024;
