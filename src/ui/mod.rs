//! Who shows it? egui. Views read the session and return actions; no sockets, no files, no clock but the session's.

pub mod app;
pub mod bars;
pub mod command;
pub mod controls;
pub mod dialogs;
pub mod filter_state;
pub mod input_order;
pub mod layout;
pub mod menu_keys;
mod on_call;
mod on_program;
pub mod panes;
pub mod partners;
pub mod pause;
pub mod picture;
pub mod playhead;
pub mod popups;
pub mod presentation;
pub mod regions;
pub mod selection;
pub mod spoken;
pub mod targets;
pub mod theme;
pub mod typing;
pub mod view;
pub mod widgets;
pub mod windows;
