//! What does the machine remember and offer? Settings, file dialogs, own addresses, fonts.
//!
//! Nothing here draws; the window asks and shows.

pub mod addresses;
pub mod dialogs;
pub mod fonts;
pub mod saving;
pub mod settings;
