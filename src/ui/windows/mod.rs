//! Windows that lie over the others and leave them their keyboard.

pub mod address_window;
pub mod follow;
pub mod help;
pub mod link_window;
