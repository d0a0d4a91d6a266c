//! What is true of a question of a lesson? The answers of a run, computed from its calls, and what a student has said.

mod progress;
mod truth;

pub use progress::{Answered, MAX_TRIES, Progress};
pub use truth::{Run, is_right};
