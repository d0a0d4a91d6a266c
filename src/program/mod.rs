//! Who watches a program? Starts the user's own programs and makes calls of the trace out of what they do.

mod console;
mod files;
mod living;
mod news;
#[cfg_attr(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))), path = "unseen.rs")]
mod ptrace;
mod run;
mod shim;
mod source_text;
mod start;
mod unread;

pub use run::{Running, start};
use source_text::source_text;
pub use start::Terminal;
