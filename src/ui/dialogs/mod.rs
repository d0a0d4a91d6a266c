//! What has to be answered or left before the rest of the window goes on: forms, questions, the palette.

pub mod breakpoints;
pub mod consent;
pub mod download;
pub mod export_window;
pub mod form;
pub mod hand_in;
pub mod lines;
pub mod message_window;
pub mod palette;
pub mod picture_window;
pub mod program_form;
pub mod python_window;
pub mod questions;
pub mod serve;
pub mod share;
pub mod title_window;
