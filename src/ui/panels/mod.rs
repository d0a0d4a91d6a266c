//! The parts of the window around the panes, and the windows that open over them.

pub mod address_list;
pub mod address_window;
mod bookmark;
pub mod dialog;
pub mod download;
pub mod endpoint_list;
pub mod endpoint_strip;
pub mod export_window;
pub mod first_steps;
pub mod follow;
pub mod form;
pub mod help;
pub mod inspector;
pub mod modal;
pub mod note_card;
pub mod notices;
pub mod palette;
pub mod picture_window;
pub mod serve;
pub mod share;
pub mod status_bar;
pub mod steps_bar;
pub mod title_window;
pub mod toast;
pub mod top_bar;
pub mod trace_status;
pub mod welcome;
