//! Programs of the user's own: what they call, and that they behave as they do alone.

mod alone;
mod calls;
#[cfg(target_os = "linux")]
mod compared;
mod held;
mod labs;
pub mod support;
#[cfg(target_os = "linux")]
mod unseen;
mod within;
