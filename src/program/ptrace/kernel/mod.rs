//! What only the operating system can do to a program: stop it at its calls (ptrace(2), seccomp(2)) and read its memory.
//! Beside the engine's, the one room where `unsafe` is allowed.
//!
//! No library is used for ptrace: `nix` has no realtime signals, so that its `waitpid` fails on a program that uses them,
//! and `pete`, built on it, waits for all children of this process and not only for its own. `seccompiler` ends a
//! program of another architecture, which is to run untraced here.

mod filter;
mod spawn;
mod stop;

pub use filter::filter;
pub use spawn::{Gate, gated, killed_with_parent};
pub use stop::{Entry, Event, Resume, Status, entry, event_message, exit_value, read, resume, seize, try_wait, wait};
