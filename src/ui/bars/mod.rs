//! What stands around the panes or lies at their edge: bars, side panels, notices and the toast.

pub mod address_list;
mod bookmark;
pub mod endpoint_list;
pub mod endpoint_strip;
pub mod first_steps;
pub mod hold_bar;
pub mod inspector;
pub mod lesson;
pub mod message_bar;
pub mod note_card;
pub mod notices;
pub mod predict;
pub mod program_list;
pub mod status_bar;
pub mod steps_bar;
mod still_bar;
pub mod toast;
pub mod top_bar;
pub mod trace_status;
