//! What is true of a question of a lesson? The answers of a run, computed from its calls, and what a student has said.

mod grade;
pub mod handin;
mod progress;
mod truth;

pub use grade::{Doubt, Judged, Mark, mark, questions};
pub use progress::{Answered, MAX_TRIES, Progress};
pub use truth::{Calls, Run, is_right};
