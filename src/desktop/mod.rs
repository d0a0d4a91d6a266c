//! What does the machine remember and offer? Settings, file dialogs, own addresses, fonts.
//!
//! Nothing here draws; the window asks and shows.

pub mod addresses;
pub mod code_files;
pub mod dialogs;
pub mod example_files;
pub mod fonts;
pub mod places;
pub mod program_files;
pub mod progress;
pub mod recovery;
pub mod saving;
pub mod settings;
pub mod traffic_table;
